#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs Meson's tests in a configured and compiled build folder.

    tools/run_tests.py BUILD [MESON TEST OPTIONS]

Meson prints its own report; this adds what the tests over whole captures measured, why a test was
skipped, which tests skipped a part of themselves, and the closing line
"N passed, N failed, N skipped". The exit status is Meson's.
"""

import json
import os
import re
import subprocess
import sys

# Tests whose output is worth reading when they pass.
MEASURING = ("quality", "equiv", "account", "bad-input")
SKIPPED_PART = re.compile(r"^\[  SKIPPED \] (?!\d+ test)(.+)$", re.M)


def read_results(path):
    """One dictionary a test, from Meson's log of JSON lines."""
    with open(path, encoding="utf-8", errors="replace") as f:
        return [json.loads(line) for line in f if line.strip()]


def output_of(result):
    return (result.get("stdout") or "") + (result.get("stderr") or "")


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no reason given"


def main(argv):
    build, options = argv[1], argv[2:]
    log = os.path.join(build, "meson-logs", "testlog.json")
    if os.path.exists(log):
        os.remove(log)  # never count the results of an earlier run
    command = ["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs", *options]
    status = subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
    if not os.path.exists(log):
        print("no test ran")
        print("0 passed, 1 failed, 0 skipped", flush=True)
        return status or 1
    passed = failed = skipped = 0
    print()
    for result in read_results(log):
        name = result["name"].split(" / ")[-1]
        if result["result"] in ("OK", "EXPECTEDFAIL"):
            passed += 1
            if name in MEASURING:
                print(result.get("stdout", "").rstrip(), end="\n\n")
            for part in sorted({p.strip() for p in SKIPPED_PART.findall(output_of(result))}):
                print(f"skipped in part: {name}: {part}")
        elif result["result"] == "SKIP":
            skipped += 1
            why = last_line(output_of(result)).removeprefix("skipped: ")
            print(f"skipped: {name}: {why}")
        else:
            failed += 1
            print(f"failed: {name} ({result['result'].lower()})")
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return status or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
