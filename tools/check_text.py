#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What must hold for every text file of the project, whatever its language.

    tools/check_text.py FILE...

No path of a machine that the project was built on, no blanks at line ends, one line feed at the
end, the licence named in the first lines of code, columns kept in Python too (those of C are the
formatter's), and what begins with #! can be run.
"""

import os
import re
import sys

# Written so that this file does not find itself.
MACHINE_PATH = re.compile(r"/(?:wor[k]/|tm[p]/(?:brief|build)|roo[t]/|hom[e]/\w)")
CODE = (".c", ".h", ".cc", ".py", ".sh", "Makefile", "meson.build", ".ci/run", ".clang-tidy")
COLUMNS_MAX = 100
# Bytes that a test compares: as they are.
VERBATIM = ("tests/corpus/", "tests/golden/", "LICENSE")


def faults_of(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if MACHINE_PATH.search(line):
            yield f"{path}:{number}: a path of one machine"
        if path.startswith(VERBATIM):
            continue
        if line != line.rstrip():
            yield f"{path}:{number}: blanks at the end of the line"
        if path.endswith(".py") and len(line) > COLUMNS_MAX:
            yield f"{path}:{number}: over {COLUMNS_MAX} columns"
    if path.startswith(VERBATIM):
        return
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        yield f"{path}: does not end in one line feed"
    if path.endswith(CODE) and "SPDX-License-Identifier: Apache-2.0" not in text[:200]:
        yield f"{path}: no SPDX line"
    if text.startswith("#!") and not os.access(path, os.X_OK):
        yield f"{path}: begins with #! and is not executable"


def main(argv):
    n_faults = 0
    for path in argv[1:]:
        with open(path, "rb") as f:
            data = f.read()
        if b"\0" in data:
            continue  # not text
        for fault in faults_of(path, data.decode(errors="replace")):
            print(fault)
            n_faults += 1
    print(f"text: {len(argv) - 1} files, {n_faults} faults")
    return 1 if n_faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
