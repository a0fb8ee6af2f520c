#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a row of a registry has no page, or a page no row.

    tools/check_docs.py [TOP]

format.def -> docs/formats/<id with '-'>.md, sink.def -> docs/sinks/<id with '-'>.md,
contain.def -> docs/contain/<id with '-'>.md,
analytic.def -> docs/analytics/<ID>.md. A page must say something: a title and PAGE_WORDS_MIN words.
"""

import os
import re
import sys

PAGE_WORDS_MIN = 60
ROW = re.compile(r"^[A-Z]+\((\w+)\)", re.M)
REGISTRIES = [
    ("src/format/format.def", "docs/formats", lambda row: row.replace("_", "-")),
    ("src/sink/sink.def", "docs/sinks", lambda row: row.replace("_", "-")),
    ("src/contain/contain.def", "docs/contain", lambda row: row.replace("_", "-")),
    ("src/analytic/analytic.def", "docs/analytics", str.upper),
]


def page_fault(path):
    if not os.path.exists(path):
        return "missing"
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if not text.startswith("# "):
        return "does not begin with a title"
    if len(text.split()) < PAGE_WORDS_MIN:
        return f"a stub of {len(text.split())} words"
    return None


def main(argv):
    top = argv[1] if len(argv) > 1 else os.path.join(os.path.dirname(__file__), "..")
    n_faults = n_pages = 0
    for registry, folder, page_name in REGISTRIES:
        with open(os.path.join(top, registry), encoding="utf-8") as f:
            pages = {page_name(row) + ".md" for row in ROW.findall(f.read())}
        present = set(os.listdir(os.path.join(top, folder)))
        faults = [(p, page_fault(os.path.join(top, folder, p))) for p in sorted(pages)]
        faults += [(p, f"no row in {registry}") for p in sorted(present - pages - {"README.md"})]
        for page, fault in faults:
            if fault:
                print(f"{folder}/{page}: {fault}")
                n_faults += 1
        n_pages += len(pages)
    print(f"docs: {n_pages} rows, {n_faults} faults")
    return 1 if n_faults or not n_pages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
