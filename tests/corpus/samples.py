#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every sample of the labelled data is read as what it is, to the last record.

    tests/corpus/samples.py PROGRAM

samples.tsv says what each is: the format it must be sniffed as, how many events must come out, and
for which reasons records may be dropped. Numbers are counted here from the file itself (lines that
match), by tshark, or stand in the sample's own MANIFEST; what earthdog says is never the measure.
A sample that no row covers fails: a folder that appears later needs a row first, "?" until its
format is read.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
sys.path.insert(0, os.path.join(HERE, "..", "differential"))
import harness  # noqa: E402
import run as differential  # noqa: E402

FOLDERS = ["formats", "resolvers"]
MANIFEST_COUNTS = re.compile(r"(?:(\d+)q)?\s*(?:(\d+)r)?")

Row = collections.namedtuple("Row", "pattern formats dropped counts")
Reading = collections.namedtuple("Reading", "format kinds records")


def read_rows():
    rows = []
    with open(os.path.join(HERE, "samples.tsv"), encoding="utf-8") as f:
        for line in f:
            if line.startswith("#") or not line.strip():
                continue
            pattern, formats, dropped, counts = (line.rstrip("\n").split("\t") + ["", ""])[:4]
            rules = [c.strip(" ").partition("=")[::2] for c in counts.split(";") if c.strip()]
            rows.append(
                Row(pattern, set(formats.split(",")), set(dropped.split(",")) - {""}, rules)
            )
    return rows


def read_sample(program, path):
    """What earthdog makes of it; format None: of no known one."""
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
    kinds = collections.Counter(json.loads(line)["kind"] for line in done.stdout.splitlines())
    formats = list(stats["formats"])
    return Reading(formats[0] if formats else None, kinds, stats["records"])


def manifest_count(path):
    """ "2q 1r (...)" of the folder's MANIFEST; None when it has no such number."""
    with open(os.path.join(os.path.dirname(path), "MANIFEST"), encoding="utf-8") as f:
        note = next(line for line in f if line.startswith(os.path.basename(path) + "\t"))
    text = note.partition("messages: ")[2]
    if text.startswith("port test"):
        return 1  # the unicast query to the port of multicast DNS
    found = MANIFEST_COUNTS.match(text)
    if not found or text.startswith("0 "):
        return 0
    return int(found[1] or 0) + int(found[2] or 0)


class Tshark:
    """Messages that tshark sees and that are not left out by name; None where it is not installed."""

    def __init__(self, program):
        self.program = program
        self.numbers = differential.rr_numbers()
        self.present = shutil.which("tshark") is not None

    def count(self, path):
        if not self.present:
            return None
        capture = differential.Capture(self.program, path, self.numbers)
        _, unnamed = differential.settle(capture)
        return -1 if unnamed else sum(capture.earthdog.counts.values())


def expected_count(how, path, tshark):
    """The number that the rule @how gives for the file; None: it cannot be told here."""
    if how == "manifest":
        return manifest_count(path)
    if how == "tshark":
        return tshark.count(path)
    if how.startswith("LINES:"):
        pattern = re.compile(how[len("LINES:") :].encode())
        with open(path, "rb") as f:
            return sum(1 for line in f if pattern.search(line))
    return int(how)


def faults_of(row, reading, path, tshark):
    """(faults, the counts as text)."""
    faults, shown = [], []
    if row.formats == {"?"}:
        return [], ["not read yet" if reading.format is None else "needs a row: it is read now"]
    if (reading.format or "-") not in row.formats:
        return [f"read as {reading.format}, not as {', '.join(sorted(row.formats))}"], shown
    for kinds, how in row.counts:
        got = sum(reading.kinds[k] for k in kinds.split("+"))
        expected = expected_count(how, path, tshark)
        shown.append(f"{got} {kinds}")
        if expected is not None and got != expected:
            faults.append(f"{got} {kinds}, expected {expected}")
    for reason, n in reading.records["dropped"].items():
        if n > 0 and reason not in row.dropped:
            faults.append(f"{n} records dropped as {reason}")
    return faults, shown


def check(program, row, path, tshark):
    """(faults, format, counts as text, drops as text)."""
    reading = read_sample(program, path)
    records = reading.records
    drops = {k: n for k, n in records["dropped"].items() if n > 0}
    faults, shown = faults_of(row, reading, path, tshark)
    if records["read"] != records["analysed"] + sum(drops.values()):
        faults.append(f"account is open: {records}")
    dropped = ", ".join(f"{n} {k}" for k, n in drops.items())
    return faults, reading.format or "-", ", ".join(shown), dropped


def samples_below(data):
    for folder in FOLDERS:
        for root, folders, names in os.walk(os.path.join(data, folder)):
            folders.sort()
            for name in sorted(names):
                if name != "MANIFEST":
                    yield os.path.relpath(os.path.join(root, name), data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    args = parser.parse_args()
    data = harness.data_dir()
    program, rows = os.path.realpath(args.program), read_rows()
    tshark = Tshark(program)
    names = list(samples_below(data))

    def look(name):
        row = next((r for r in rows if fnmatch.fnmatchcase(name, r.pattern)), None)
        return (row, *check(program, row, os.path.join(data, name), tshark)) if row else None

    n_faults = n_unread = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for name, seen in zip(names, pool.map(look, names)):
            if seen is None:
                print(f"{name}: no row in tests/corpus/samples.tsv")
                n_faults += 1
                continue
            row, faults, format_name, shown, dropped = seen
            n_unread += row.formats == {"?"}
            n_faults += len(faults)
            print(f"{name:<86} {format_name:<14} {shown:<28} {dropped}".rstrip())
            for fault in faults:
                print(f"    FAULT {fault}")
            sys.stdout.flush()
    if not tshark.present:
        print("tshark is not installed: the captures of formats/pcap are not counted by it")
    print(
        f"samples: {len(names)} files, {n_faults} faults, {n_unread} of formats that are not read yet"
    )
    return 1 if n_faults or not names else 0


if __name__ == "__main__":
    sys.exit(main())
