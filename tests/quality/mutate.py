#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Samples cut short and with bits turned over: no crash, an exact account, no growth of memory.

    tests/quality/mutate.py PROGRAM [--mutations N] [--seed N] [--jobs N] [PATH...]

Each sample (every file of formats/ and resolvers/ of the labelled data, the pcap and dnstap seeds
of tests/corpus, or the PATHs) is copied N times; a copy is cut at a random place, or has one to
sixteen bits turned over, or both, drawn from a fixed seed. One process scans as many copies as
COPIES_BYTES_MAX allows. It must end with 0 or 3 (some input skipped or damaged), every record must
be analysed or dropped for a named reason, and its memory may grow by GROWTH_BYTES_MAX over that of
a scan of the sample as it is. A thousand copies of a few lines have many more clients and names
than the sample, and so touch more of the tables, whose size is fixed: where that takes more, the
same copies AGAIN times over may not take GROWTH_BYTES_MAX / AGAIN on top. A scan that fails is
halved until one copy is left, which is kept.
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

COPIES_BYTES_MAX = 96_000_000  # of one scan
COPIES_MAX = 1000
GROWTH_BYTES_MAX = 64 << 20
AGAIN = 4
BITS_MAX = 16
IN_MEMORY = "/dev/shm"
CORPORA = ["pcap", "dnstap"]
SAMPLES = ["formats", "resolvers"]


class Tally:
    """What the scans of a sample came to."""

    def __init__(self):
        self.faults = []
        self.n_inputs = self.n_scans = self.n_records = 0
        self.growth_bytes = 0


def mutant(data, rng):
    """A copy of @data cut, with bits turned over, or both."""
    how = rng.randrange(3)
    copy = bytearray(data)
    if how != 1:
        del copy[rng.randrange(len(copy)) :]
    if how != 0 and copy:
        for _ in range(rng.randint(1, BITS_MAX)):
            copy[rng.randrange(len(copy))] ^= 1 << rng.randrange(8)
    return copy


def scan(program, paths, tally):
    """(fault as text or None, peak of memory in bytes)."""
    tally.n_scans += 1
    try:
        result = harness.scan(program, paths, "--quiet", "--shards", "1", "--readers", "1")
    except subprocess.TimeoutExpired:
        return f"no end within {harness.TIMEOUT_S} s", 0
    except ValueError as e:
        return f"output is not JSON: {e}", 0
    if result.status not in (0, 3):
        return f"exit status {result.status}: {result.stderr.strip()[-300:]}", 0
    if result.stats is None:
        return "no --stats file", 0
    records = result.stats["records"]
    if records["read"] != records["analysed"] + sum(records["dropped"].values()):
        return f"account is open: {records}", 0
    tally.n_records += records["read"]
    return None, result.stats["peak_rss_bytes"]


def smallest(program, paths, tally):
    """Of @paths, whose scan fails, the one that fails alone; None when none does."""
    while len(paths) > 1:
        half = len(paths) // 2
        halves = [paths[:half], paths[half:]]
        paths = next((h for h in halves if scan(program, h, tally)[0]), [])
    return paths[0] if paths else None


def check_copies(program, label, paths, base_bytes, tally):
    fault, peak_bytes = scan(program, paths, tally)
    tally.n_inputs += len(paths)
    if fault is None:
        growth, limit = peak_bytes - base_bytes, GROWTH_BYTES_MAX
        if growth > limit:
            fault, again_bytes = scan(program, paths * AGAIN, tally)
            growth, limit = again_bytes - peak_bytes, GROWTH_BYTES_MAX // AGAIN
        tally.growth_bytes = max(tally.growth_bytes, growth)
        if fault or growth > limit:
            tally.faults.append(
                (label, fault or f"{len(paths)} copies took {growth >> 20} MiB too much")
            )
        return
    found = smallest(program, paths, tally)
    if found:
        kept = os.path.join(tempfile.gettempdir(), "mutant-" + os.path.basename(found))
        shutil.copyfile(found, kept)
        fault += f" (kept as {kept})"
    tally.faults.append((label, fault))


def check_sample(program, path, label, how):
    """One sample; @how = (mutations, seed, place for copies)."""
    n_mutations, seed, place = how
    tally = Tally()
    with open(path, "rb") as f:
        data = f.read()
    fault, base_bytes = scan(program, [path], tally)
    if fault:
        tally.faults.append((label, fault))
        return tally
    rng = random.Random(seed ^ zlib.crc32(label.encode()))
    n_left = n_mutations if data else 0
    a_scan = max(1, min(COPIES_MAX, COPIES_BYTES_MAX // (len(data) or 1)))
    while n_left > 0:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            paths = []
            for i in range(min(n_left, a_scan)):
                paths.append(os.path.join(folder, f"{i}-{os.path.basename(path)}"))
                with open(paths[-1], "wb") as f:
                    f.write(mutant(data, rng))
            check_copies(program, label, paths, base_bytes, tally)
            n_left -= len(paths)
    return tally


def files_below(folder):
    for root, folders, names in os.walk(folder):
        folders.sort()
        yield from (os.path.join(root, name) for name in sorted(names))


def choose(paths):
    """(path, label) of each sample."""
    data, corpus = harness.data_path(), os.path.join(harness.TOP, "tests", "corpus")
    folders = paths or [os.path.join(corpus, c) for c in CORPORA]
    folders += [] if paths else [os.path.join(data, s) for s in SAMPLES]
    for folder in folders:
        files = [folder] if os.path.isfile(folder) else files_below(folder)
        yield from ((p, os.path.relpath(p, os.path.dirname(folder))) for p in files)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--mutations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_intermixed_args()
    start_s = time.monotonic()
    program = os.path.realpath(args.program)
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else tempfile.gettempdir()
    samples = list(choose(args.paths))
    tallies, n_faults = [], 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        how = (args.mutations, args.seed, place)
        jobs = [pool.submit(check_sample, program, path, label, how) for path, label in samples]
        for job in jobs:
            tallies.append(job.result())
            n_faults += len(tallies[-1].faults)
            for label, fault in tallies[-1].faults:
                print(f"{label}: {fault}", flush=True)
    growth = max((t.growth_bytes for t in tallies), default=0)
    print(
        f"mutate: {len(samples)} samples, {sum(t.n_inputs for t in tallies)} mutants in"
        f" {sum(t.n_scans for t in tallies)} scans, {sum(t.n_records for t in tallies)} records,"
        f" {growth / (1 << 20):.1f} MiB growth at most, {n_faults} faults"
        f" (seed {args.seed}, {time.monotonic() - start_s:.0f} s)"
    )
    return 1 if n_faults or not samples else 0


if __name__ == "__main__":
    sys.exit(main())
