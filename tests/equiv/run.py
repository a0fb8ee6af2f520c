#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The number of threads is nobody's business: the same alerts, byte for byte after sorting.

    tests/equiv/run.py PROGRAM

Scans examples/, and a few labelled files when they are there, with one and eight shards times one
and four readers.
"""

import difflib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402

THREADS = [(1, 1), (8, 1), (1, 4), (8, 4)]
# Large ones, so that there is more than one unit to share out; one Zeek log, one of many clients.
DATA = [
    "tunnels/ggyggy666+DNS-Tunnel-Datasets",
    "benign/chuayupeng+dns-tunnelling-detection/pcap/good.pcap",
    "benign/ggyggy666+DNS-Tunnel-Datasets/normal/normal/normal_00000_20230805150331.pcap",
    "benign/activecm+rita/test_data/proxy/dns.log",
]


def check(program, paths, label):
    """True when every combination gives the alerts of the first."""
    reference = None
    same = True
    for shards, readers in THREADS:
        options = ["--quiet", "--shards", str(shards), "--readers", str(readers)]
        result = harness.scan(program, paths, *options)
        if result.status not in (0, 3) or result.stats is None:
            print(f"{label}: exit status {result.status}: {result.stderr.strip()}")
            return False
        got = (sorted(result.lines), result.stats["records"])
        if reference is None:
            reference = got
            ids = [alert["event"]["id"] for alert in result.alerts]
            print(f"{label}: {len(ids)} alerts, {got[1]['read']} records")
            if len(ids) != len(set(ids)):
                print(f"{label}: an event.id stands for two alerts")
                same = False
        elif got != reference:
            same = False
            print(f"{label}: {shards} shards, {readers} readers differ from 1 and 1")
            left, right = ([x.decode() for x in lines] for lines in (reference[0], got[0]))
            print("\n".join(list(difflib.unified_diff(left, right, lineterm="", n=0))[:20]))
            if got[1] != reference[1]:
                print(f"records: {reference[1]} against {got[1]}")
    return same


def main(argv):
    program = os.path.realpath(argv[1])
    good = check(program, [os.path.join(harness.TOP, "examples")], "examples")
    data = harness.data_path()
    present = [os.path.join(data, p) for p in DATA if os.path.exists(os.path.join(data, p))]
    for path in present:
        good = check(program, [path], os.path.relpath(path, data)) and good
    if len(present) > 1:
        good = check(program, present, "all of them at once") and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
