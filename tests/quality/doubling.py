#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Twice the input, at most so many times the work: instructions, format by format.

    tests/quality/doubling.py PROGRAM [--limit 2.2] [--only NAME...]

Two kinds of input, each in three sizes (few records, n, and 2n): the drill in every format that has
a writer, a tunnel of n names; and what bench/generate makes up, ordinary lookups of many clients
for many domains. Instructions are counted by callgrind, so that the load of the machine plays no
part. The ratio is that of what 2n and n take more than the few, so that start-up does not hide
growth. Above the limit it fails.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402

GENERATED = ["pcap", "tsv", "json", "dnstap", "eve", "bind", "dnsmasq", "sysmon", "auditd", "macos"]
FEW = 16
END = "2026-11-03T14:00:00Z"
COLLECTED = re.compile(r"Collected : (\d+)")
TIMEOUT_S = 900


def run(command, **options):
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
        **options,
    )
    return done.returncode, done.stdout, done.stderr.decode(errors="backslashreplace")


class Drills:
    """The drill of N names in each format."""

    def __init__(self, program):
        self.program = program
        path = os.path.join(harness.TOP, "src", "drill", "drill.def")
        with open(path, encoding="utf-8") as f:
            rows = re.findall(r"^DRILL\((\w+)\)", f.read(), re.M)
        self.names = [row.replace("_", "-") for row in rows]

    def write(self, name, n, path):
        command = [self.program, "drill", "--quiet", "--seed", "1", "--as", name]
        command += ["--names", str(n), "--over", f"{n}s", "--end", END, "--write", path]
        status, _, told = run(command)
        if status != 0:
            raise RuntimeError(f"drill {name}: exit status {status}: {told.strip()[-200:]}")


class Generated:
    """N ordinary lookups, as bench/run.sh has them made."""

    names = [f"generated {name}" for name in GENERATED]

    def __init__(self, folder):
        self.generator = os.path.join(folder, "generate")
        bench = os.path.join(harness.TOP, "bench")
        sources = [os.path.join(bench, name) for name in ("generate.c", "logs.c")]
        command = [os.environ.get("CC", "cc").split()[-1], "-std=c17", "-D_GNU_SOURCE", "-O1"]
        status, _, told = run([*command, "-o", self.generator, *sources])
        if status != 0:
            raise RuntimeError(f"bench/generate.c: {told.strip()[-300:]}")

    def write(self, name, n, path):
        shape = name.split()[1]
        status, out, told = run([self.generator, shape, "--count", str(n)])
        if status != 0:
            raise RuntimeError(f"generate {shape}: {told.strip()[-200:]}")
        with open(path, "wb") as f:
            f.write(out)


def instructions(program, path):
    """(instructions, records read) of a scan."""
    stats = path + ".stats"
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "scan"]
    command += ["--quiet", "--shards", "1", "--readers", "1", "--format", "ndjson"]
    status, _, told = run([*command, "-o", os.devnull, "--stats", stats, "--", path])
    found = COLLECTED.findall(told)
    if status not in (0, 3) or not found:
        raise RuntimeError(f"exit status {status}: {told.strip()[-300:]}")
    with open(stats, encoding="utf-8") as f:
        n_read = int(re.search(r'"read": *(\d+)', f.read())[1])
    os.unlink(stats)
    return sum(map(int, found)), n_read


def measure(program, source, name, n, folder):
    """(instructions a record, ratio of 2n to n, records of n)."""
    counts = []
    for size in (FEW, n, 2 * n):
        path = os.path.join(folder, "input")
        source.write(name, size, path)
        counts.append(instructions(program, path))
        os.unlink(path)
    (few, few_read), (once, once_read), (twice, twice_read) = counts
    if not few_read < once_read < twice_read:
        raise RuntimeError(f"read {few_read}, {once_read} and {twice_read} records")
    return (twice - few) / (twice_read - few_read), (twice - few) / (once - few), once_read


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--limit", type=float, default=2.2)
    parser.add_argument("--lookups", type=int, default=4000, help="n, at most 5000")
    parser.add_argument("--only", nargs="+", metavar="NAME")
    args = parser.parse_intermixed_args()
    program = os.path.realpath(args.program)
    if not shutil.which("valgrind"):
        print("skipped: valgrind is not installed")
        return harness.SKIP
    n_faults = n_inputs = 0
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        sources = [Drills(program), Generated(folder)]
        print(f"{'input':<22} {'records':>8} {'instructions each':>18} {'doubled':>8}")
        for source in sources:
            for name in source.names:
                if args.only and name not in args.only:
                    continue
                n_inputs += 1
                try:
                    each, ratio, n_read = measure(program, source, name, args.lookups, folder)
                except RuntimeError as e:
                    print(f"{name:<22} FAULT {e}", flush=True)
                    n_faults += 1
                    continue
                worst = max(worst, ratio)
                fault = "  FAULT above the limit" if ratio > args.limit else ""
                n_faults += bool(fault)
                print(f"{name:<22} {n_read:>8} {each:>18.0f} {ratio:>8.3f}{fault}", flush=True)
    print(f"doubling: {n_inputs} inputs, {worst:.3f} at most, {n_faults} faults")
    return 1 if n_faults or not n_inputs else 0


if __name__ == "__main__":
    sys.exit(main())
