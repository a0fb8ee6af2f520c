#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tcpdump and tshark print of a capture raises the alerts of the capture.

    tests/equiv/packet_text.py PROGRAM [CAPTURE...]

Each capture is printed in all WAYS, and each text scanned; where none is named, those of examples/
are printed in two ways each, all being taken in turn. The alerts of medium and above must be for
the same clients and domains, at the same level. Every line must be analysed or dropped for a reason
of OTHER_REASONS.
"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402

WAYS = [
    ["tcpdump", "-n", "-tttt"],
    ["tcpdump", "-n"],
    ["tcpdump", "-n", "-vv", "-tt"],
    ["tcpdump", "-n", "-e", "-ttttt"],
    ["tshark", "-n", "-t", "ad"],
    ["tshark", "-n"],
]
# Policy about what is not DNS on port 53 needs the payload, which no text has.
POLICY = {"policy"}
OTHER_REASONS = {
    "reply-without-query",
    "other-log",
    "not-dns",
    "no-payload",
    "multicast-dns",
    "malformed-dns",
    "snapped",
}


def printed(way, capture, path):
    """False when the tool is not installed or did not print."""
    if not shutil.which(way[0]):
        return False
    env = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    with open(path, "wb") as f:
        done = subprocess.run(
            [*way, "-r", capture],
            stdin=subprocess.DEVNULL,
            stdout=f,
            stderr=subprocess.DEVNULL,
            env=env,
            timeout=harness.TIMEOUT_S,
            check=False,
        )
    return done.returncode == 0


def alerts_of(result):
    return {
        (harness.client_of(a), harness.domain_of(a)): a["earthdog"]["level"]
        for a in result.alerts
        if harness.level_of(a) >= harness.ALERTING and a["earthdog"]["verdict"] not in POLICY
    }


def faults_of(program, path, expected):
    result = harness.scan(program, [path], "--quiet")
    if result.status not in (0, 3) or result.stats is None:
        return [f"exit status {result.status}: {result.stderr.strip()[-200:]}"]
    faults = []
    if list(result.stats["formats"]) != ["packet-text"]:
        faults.append(f"read as {list(result.stats['formats'])}")
    got = alerts_of(result)
    if got != expected:
        faults.append(f"alerts {got}, of the capture {expected}")
    for reason, n in result.stats["records"]["dropped"].items():
        if n > 0 and reason not in OTHER_REASONS:
            faults.append(f"{n} lines dropped as {reason}")
    return faults


def main(argv):
    program = os.path.realpath(argv[1])
    examples = sorted(glob.glob(os.path.join(harness.TOP, "examples", "*.pcap")))
    captures = argv[2:] or examples
    n_texts = n_faults = 0
    missing = set()
    with tempfile.TemporaryDirectory() as folder:
        for i, capture in enumerate(captures):
            half = len(WAYS) // 2
            ways = WAYS if argv[2:] else [WAYS[i % half], WAYS[i % half + half]]
            expected = alerts_of(harness.scan(program, [capture], "--quiet"))
            for way in ways:
                path = os.path.join(folder, "text")
                if not printed(way, capture, path):
                    missing.add(way[0])
                    continue
                n_texts += 1
                for fault in faults_of(program, path, expected):
                    print(f"{os.path.basename(capture)} by {' '.join(way)}: {fault}", flush=True)
                    n_faults += 1
    for tool in sorted(missing):
        print(f"skipped: {tool} is not installed, or could not print")
    print(f"packet-text: {len(captures)} captures, {n_texts} texts, {n_faults} faults")
    if n_texts == 0:
        return harness.SKIP
    return 1 if n_faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
