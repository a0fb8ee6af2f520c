#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The names that tshark prints of a capture are those that are read from the capture.

    tests/equiv/name_list.py PROGRAM [CAPTURE...]

Names and types of each capture, those of examples/ where none is named, are printed as a list, and
that is read without saying what it is. There must be as many names of each type as in the messages
of the capture, and each name that needs no escape as often. Not one line may be lost.
"""

import collections
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402

# tshark takes for DNS what the program does not, but says that it is malformed.
FIELDS = ["-Y", "dns && !mdns && !_ws.malformed", "-T", "fields", "-e", "dns.qry.name"]
FIELDS += ["-e", "dns.qry.type"]


def printed(capture, path):
    """False when tshark could not print."""
    with open(path, "wb") as f:
        done = subprocess.run(
            ["tshark", "-n", "-r", capture, *FIELDS],
            stdin=subprocess.DEVNULL,
            stdout=f,
            stderr=subprocess.DEVNULL,
            timeout=harness.TIMEOUT_S,
            check=False,
        )
    return done.returncode == 0


def read(program, path):
    """(formats, records dropped, names by type, names without escapes)"""
    with tempfile.TemporaryDirectory() as folder:
        stats = os.path.join(folder, "stats.json")
        done = subprocess.run(
            [program, "events", "--quiet", "--stats", stats, "--", path],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=harness.TIMEOUT_S,
            check=False,
        )
        if done.returncode not in (0, 3):
            raise ValueError(f"exit status {done.returncode}: {done.stderr.decode()[-200:]}")
        with open(stats, encoding="utf-8") as f:
            stats = json.load(f)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    events = [e for e in events if "qname" in e]
    types = collections.Counter(e["qtype"] for e in events)
    names = collections.Counter(e["qname"] for e in events if "\\" not in e["qname"])
    return list(stats["formats"]), sum(stats["records"]["dropped"].values()), types, names


def faults_of(program, capture, path):
    _, _, types, names = read(program, capture)
    formats, n_dropped, got_types, got_names = read(program, path)
    faults = []
    if formats != ["name-list"]:
        faults.append(f"read as {formats}")
    if n_dropped:
        faults.append(f"{n_dropped} lines dropped")
    if got_types != types:
        faults.append(f"types {dict(got_types)}, in the capture {dict(types)}")
    for name in sorted((names | got_names) - (names & got_names))[:5]:
        faults.append(f"{name} {got_names[name]} times, in the capture {names[name]}")
    if not names:
        faults.append("no name to compare")
    return faults


def main(argv):
    program = os.path.realpath(argv[1])
    captures = argv[2:] or sorted(glob.glob(os.path.join(harness.TOP, "examples", "*.pcap")))
    n_lists = n_faults = 0
    if not shutil.which("tshark"):
        print("skipped: tshark is not installed")
        return harness.SKIP
    with tempfile.TemporaryDirectory() as folder:
        for capture in captures:
            path = os.path.join(folder, "names.txt")
            if not printed(capture, path):
                continue
            n_lists += 1
            for fault in faults_of(program, capture, path):
                print(f"{os.path.basename(capture)}: {fault}", flush=True)
                n_faults += 1
    print(f"name-list: {n_lists} lists of {len(captures)} captures, {n_faults} faults")
    if n_lists == 0:
        print("skipped: tshark printed nothing")
        return harness.SKIP
    return 1 if n_faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
