#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden tests: the program's output against what is checked in.

    tests/run_golden.py PROGRAM [CASE...]            compare (all cases when none is named)
    tests/run_golden.py --update PROGRAM [CASE...]   rewrite what is expected; read the diff

A case is a folder tests/golden/<case>/:

    cmd               the arguments, one a line; an empty line and a line from '#' on are skipped
    stdin             optional, fed to the program
    expected.stdout   must be equal, byte for byte
    expected.stderr   optional: only a case that has this file compares it
    expected.status   optional: the exit status, 0 when there is no file

The program runs in the top folder of the checkout, so that arguments name files as examples/x.pcap.
"""

import difflib
import os
import subprocess
import sys

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
GOLDEN = os.path.join(TOP, "tests", "golden")
TIMEOUT_S = 120


def read(path, default=b""):
    if not os.path.exists(path):
        return default
    with open(path, "rb") as f:
        return f.read()


def run(program, folder):
    """Standard output, standard error and exit status (as bytes) of one case."""
    lines = read(os.path.join(folder, "cmd")).decode().splitlines()
    args = [line for line in lines if line and not line.startswith("#")]
    env = {k: v for k, v in os.environ.items() if not k.startswith("EARTHDOG")}
    env.update(LC_ALL="C.UTF-8", TZ="UTC")
    env.pop("NO_COLOR", None)
    done = subprocess.run(
        [program, *args],
        input=read(os.path.join(folder, "stdin")),
        capture_output=True,
        cwd=TOP,
        env=env,
        timeout=TIMEOUT_S,
        check=False,
    )
    return {
        "stdout": done.stdout,
        "stderr": done.stderr,
        "status": b"%d\n" % done.returncode,
    }


def compare(folder, stream, expected, got):
    """True when equal; otherwise prints the difference."""
    if expected == got:
        return True
    name = os.path.relpath(os.path.join(folder, "expected." + stream), TOP)
    left = expected.decode(errors="backslashreplace").splitlines()
    right = got.decode(errors="backslashreplace").splitlines()
    print("\n".join(difflib.unified_diff(left, right, name, "got", lineterm="")))
    return False


def check_case(program, folder):
    got = run(program, folder)
    same = True
    for stream, default in (("stdout", b""), ("status", b"0\n"), ("stderr", None)):
        expected = read(os.path.join(folder, "expected." + stream), default)
        if expected is not None:
            same = compare(folder, stream, expected, got[stream]) and same
    return same


def update_case(program, folder):
    got = run(program, folder)
    for stream, needed in (
        ("stdout", True),
        ("status", got["status"] != b"0\n"),
        ("stderr", os.path.exists(os.path.join(folder, "expected.stderr"))),
    ):
        path = os.path.join(folder, "expected." + stream)
        if needed:
            with open(path, "wb") as f:
                f.write(got[stream])
        elif os.path.exists(path):
            os.remove(path)
    return True


def main(argv):
    update = argv[1:2] == ["--update"]
    args = argv[2:] if update else argv[1:]
    if not args:
        print(__doc__)
        return 2
    program = os.path.realpath(args[0])
    cases = args[1:] or sorted(
        name for name in os.listdir(GOLDEN) if os.path.exists(os.path.join(GOLDEN, name, "cmd"))
    )
    failed = 0
    for case in cases:
        folder = os.path.join(GOLDEN, case)
        if not os.path.exists(os.path.join(folder, "cmd")):
            print(f"{case}: no such case")
            return 2
        if not (update_case if update else check_case)(program, folder):
            failed += 1
            print(f"{case}: differs")
    print(f"golden: {len(cases)} cases, {'rewritten' if update else f'{failed} differ'}")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
