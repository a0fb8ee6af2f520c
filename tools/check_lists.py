#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails on a source file that no list names, so that a file cannot rot outside the build.

    tools/check_lists.py [TOP]

Every .c and .cc under src/ is either a row of its folder's .def list or named in src/meson.build;
every folder of tests/golden has its cmd.
"""

import os
import re
import sys

ROW = re.compile(r"^[A-Z]+\((\w+)\)", re.M)
# test_<row>.c and fuzz_<row>.c of a registry's row need no line of their own.
PREFIXES = ("", "test_", "fuzz_")


def read(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as f:
        return f.read()


def main(argv):
    top = argv[1] if len(argv) > 1 else os.path.join(os.path.dirname(__file__), "..")
    src = os.path.join(top, "src")
    listed = set(re.findall(r"'([\w./]+\.(?:c|cc))'", read(os.path.join(src, "meson.build"))))
    faults = []
    n_files = 0
    for path, folders, names in os.walk(src):
        folders.sort()
        folder = os.path.relpath(path, src)
        rows = ROW.findall(read(os.path.join(path, os.path.basename(folder) + ".def")))
        known = {prefix + row + ".c" for row in rows for prefix in PREFIXES}
        for name in sorted(names):
            if folder != "." and name.endswith((".c", ".cc")):
                n_files += 1
                if name not in known and f"{folder}/{name}" not in listed:
                    faults.append(f"src/{folder}/{name}: not in src/meson.build")
    golden = os.path.join(top, "tests", "golden")
    for case in sorted(os.listdir(golden)) if os.path.isdir(golden) else []:
        if not os.path.exists(os.path.join(golden, case, "cmd")):
            faults.append(f"tests/golden/{case}: no cmd")
    for fault in faults:
        print(fault)
    print(f"lists: {n_files} files, {len(faults)} faults")
    return 1 if faults or not n_files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
