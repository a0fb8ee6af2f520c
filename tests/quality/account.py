#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The account of records closes, whatever the input: read = analysed + the sum of the named drops.

    tests/quality/account.py PROGRAM [--cuts N] [--seed N]

Scans every file of examples/ and, when it is there, of the labelled data (of any kind, most are not
even DNS), whole and cut at N places drawn from a fixed seed. The exit status must be 0 or 3 (some
input skipped or damaged), never a signal or anything else.
"""

import argparse
import concurrent.futures
import os
import random
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402


def check(program, path):
    """The fault of one scan as text, or None."""
    try:
        result = harness.scan(program, [path], "--quiet", "--shards", "2", "--readers", "2")
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
    return None


def check_file(program, path, label, n_cuts, seed):
    """Faults of one file, whole and cut; the number of scans."""
    faults = [(label, check(program, path))]
    with open(path, "rb") as f:
        data = f.read()
    rng = random.Random(seed ^ zlib.crc32(label.encode()))
    cuts = sorted({rng.randrange(len(data)) for _ in range(n_cuts)}) if data else []
    with tempfile.TemporaryDirectory() as folder:
        for cut in cuts:
            copy = os.path.join(folder, os.path.basename(path))
            with open(copy, "wb") as f:
                f.write(data[:cut])
            faults.append((f"{label} cut at {cut} of {len(data)}", check(program, copy)))
    return [f for f in faults if f[1]], len(faults)


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
    program = os.path.realpath(args.program)
    data = harness.data_path()
    examples = os.path.join(harness.TOP, "examples")
    paths = [(p, os.path.relpath(p, harness.TOP)) for p in files_below(examples)]
    paths += [(p, os.path.relpath(p, data)) for p in files_below(data)]
    n_scans = n_faults = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [
            pool.submit(check_file, program, path, label, args.cuts, args.seed)
            for path, label in paths
        ]
        for job in jobs:
            faults, n = job.result()
            n_scans += n
            n_faults += len(faults)
            for label, fault in faults:
                print(f"{label}: {fault}", flush=True)
    print(f"account: {len(paths)} files, {n_scans} scans, {n_faults} faults (seed {args.seed})")
    return 1 if n_faults else 0


if __name__ == "__main__":
    sys.exit(main())
