#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The account of records closes, whatever the input: read = analysed + the sum of the named drops.

    tests/quality/account.py PROGRAM [--cuts N] [--seed N]

Takes every file of examples/ and, when it is there, of the labelled data (of any kind, most are
not even DNS), whole and cut at N places drawn from a fixed seed. One process scans all the cut
copies of a file, or as many as COPIES_BYTES_MAX allows; they lie in memory where the system has a
place for that. The exit status must be 0 or 3 (some input skipped or damaged), never a signal or
anything else. When a scan of many fails, each of its copies is scanned alone, to say which it was.
"""

import argparse
import concurrent.futures
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402

COPIES_BYTES_MAX = 400_000_000  # of all scans that run at the same time
IN_MEMORY = "/dev/shm"


class Tally:
    """What a file's scans came to."""

    def __init__(self):
        self.faults = []
        self.n_inputs = 0
        self.n_scans = 0
        self.n_records = 0

    def add(self, other):
        self.faults += other.faults
        self.n_inputs += other.n_inputs
        self.n_scans += other.n_scans
        self.n_records += other.n_records


def check(program, paths, tally):
    """The fault of one scan as text, or None."""
    tally.n_scans += 1
    try:
        result = harness.scan(program, paths, "--quiet", "--shards", "2", "--readers", "2")
    except subprocess.TimeoutExpired:
        return f"no end within {harness.TIMEOUT_S} s"
    except ValueError as e:
        return f"output is not JSON: {e}"
    if result.status not in (0, 3):
        return f"exit status {result.status}: {result.stderr.strip()[-300:]}"
    if result.stats is None:
        return "no --stats file"
    records = result.stats["records"]
    if records["read"] != records["analysed"] + sum(records["dropped"].values()):
        return f"account is open: {records}"
    tally.n_records += records["read"]
    return None


def batches(cuts, room):
    """The cuts in groups whose copies take at most @room bytes, a cut larger than that alone."""
    group, size = [], 0
    for cut in cuts:
        if group and size + cut > room:
            yield group
            group, size = [], 0
        group.append(cut)
        size += cut
    if group:
        yield group


def check_copies(program, source, cuts, folder, tally):
    """Copies of @source = (path, label, data) cut at @cuts: all at once, each alone on a fault."""
    path, label, data = source
    copies = []
    for cut in cuts:
        place = os.path.join(folder, str(cut))
        os.mkdir(place)
        copies.append(os.path.join(place, os.path.basename(path)))
        with open(copies[-1], "wb") as f:
            f.write(memoryview(data)[:cut])
    tally.n_inputs += len(copies)
    fault = check(program, copies, tally)
    if fault is None:
        return
    alone = [(cut, check(program, [copy], tally)) for cut, copy in zip(cuts, copies)]
    for cut, found in alone:
        if found:
            tally.faults.append((f"{label} cut at {cut} of {len(data)}", found))
    if not any(found for _, found in alone):
        tally.faults.append((f"{label}, {len(cuts)} cuts from {cuts[0]} to {cuts[-1]}", fault))


def check_file(program, path, label, cutting):
    """One file, whole and cut; @cutting = (cuts, seed, place for copies, bytes they may take)."""
    n_cuts, seed, place, room = cutting
    tally = Tally()
    tally.n_inputs += 1
    fault = check(program, [path], tally)
    if fault:
        tally.faults.append((label, fault))
    with open(path, "rb") as f:
        data = f.read()
    rng = random.Random(seed ^ zlib.crc32(label.encode()))
    cuts = sorted({rng.randrange(len(data)) for _ in range(n_cuts)}) if data else []
    for group in batches(cuts, room):
        with tempfile.TemporaryDirectory(dir=place) as folder:
            check_copies(program, (path, label, data), group, folder, tally)
    return tally


def files_below(folder):
    for root, folders, names in os.walk(folder):
        folders.sort()
        yield from (os.path.join(root, name) for name in sorted(names))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--cuts", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    start_s = time.monotonic()
    program = os.path.realpath(args.program)
    data = harness.data_path()
    examples = os.path.join(harness.TOP, "examples")
    paths = [(p, os.path.relpath(p, harness.TOP)) for p in files_below(examples)]
    paths += [(p, os.path.relpath(p, data)) for p in files_below(data)]
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else tempfile.gettempdir()
    n_jobs = os.cpu_count() or 1
    room = min(COPIES_BYTES_MAX, shutil.disk_usage(place).free // 2) // n_jobs
    total = Tally()
    with concurrent.futures.ThreadPoolExecutor(n_jobs) as pool:
        cutting = (args.cuts, args.seed, place, room)
        jobs = [pool.submit(check_file, program, path, label, cutting) for path, label in paths]
        for job in jobs:
            tally = job.result()
            total.add(tally)
            for label, fault in tally.faults:
                print(f"{label}: {fault}", flush=True)
    print(
        f"account: {len(paths)} files, {total.n_inputs} inputs in {total.n_scans} scans,"
        f" {total.n_records} records, {len(total.faults)} faults"
        f" (seed {args.seed}, {time.monotonic() - start_s:.0f} s)"
    )
    return 1 if total.faults else 0


if __name__ == "__main__":
    sys.exit(main())
