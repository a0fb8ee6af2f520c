#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scans the example captures, shows what a person sees, and checks it against what is in them.

    tools/check_demo.py PROGRAM EXAMPLES

EXAMPLES/expected.tsv has one row a tunnel with the columns file, client and domain, the domain "-"
where the tunnel has none, and one with "-" for both where a file has no tunnel. Every tunnel must
be named with its client and domain at medium or above, and nothing else may reach medium.
"""

import glob
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests"))
import harness  # noqa: E402


def check_file(program, path, expected):
    """The faults of one file: (client, domain) pairs that are missing or too many."""
    result = harness.scan(program, [path], "--quiet")
    name = os.path.basename(path)
    if result.status not in (0, 3):
        return [f"{name}: exit status {result.status}: {result.stderr.strip()}"]
    got = {
        (harness.client_of(a), harness.domain_of(a).lower())
        for a in result.alerts
        if harness.level_of(a) >= harness.ALERTING
    }
    faults = [f"{name}: tunnel {c} -> {d} was not found" for c, d in sorted(expected - got)]
    return faults + [f"{name}: {c} -> {d} is no tunnel" for c, d in sorted(got - expected)]


def main(argv):
    program, folder = os.path.realpath(argv[1]), argv[2]
    rows = harness.read_tsv(os.path.join(folder, "expected.tsv"))
    paths = sorted(glob.glob(os.path.join(folder, "*.pcap*")))
    unknown = {row["file"] for row in rows} - {os.path.basename(p) for p in paths}
    unnamed = {os.path.basename(p) for p in paths} - {row["file"] for row in rows}
    faults = [f"{name}: expected.tsv names it, but there is no such file" for name in unknown]
    faults += [f"{name}: not in expected.tsv" for name in unnamed]
    if not paths or not rows:
        faults.append(f"{folder}: no captures, or no row in expected.tsv")
    print(f"$ earthdog scan {' '.join(paths)}", flush=True)
    shown = subprocess.run([program, "scan", "--format", "table", *paths], check=False)
    if shown.returncode not in (0, 3):
        faults.append(f"exit status {shown.returncode}")
    for path in paths:
        expected = {
            (row["client"], row["domain"].lower().strip("-"))
            for row in rows
            if row["file"] == os.path.basename(path) and row["client"] != "-"
        }
        faults += check_file(program, path, expected)
    for fault in faults:
        print(f"demo: {fault}")
    n_tunnels = sum(row["client"] != "-" for row in rows)
    print(f"demo: {len(paths)} captures, {n_tunnels} tunnels, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
