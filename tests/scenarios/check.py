#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tunnels and ordinary days as the logs of machines tell them: every tunnel is alerted at high or
above by the analytic of its platform, with machine and program, and no ordinary day at medium.

    tests/scenarios/check.py PROGRAM PLATFORM [--every-encoding] [--keep FOLDER]

PLATFORM is windows, linux, macos or esxi. Without --every-encoding each scenario is written in one
encoding, the encodings taking turns; with it, in all of them.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile

ANALYTICS = {"windows": "AN1121", "linux": "AN1122", "macos": "AN1123", "esxi": "AN1125"}
GRAVE = ("high", "critical")
TOLD = ("medium", *GRAVE)
NOT_KNOWN = ("", "-")


def generate(platform, folder):
    generator = os.path.join(os.path.dirname(os.path.abspath(__file__)), platform + ".py")
    subprocess.run([sys.executable, generator, folder], check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(folder, "labels.tsv"), encoding="utf-8") as f:
        return list(csv.DictReader(f, delimiter="\t"))


def in_turns(rows):
    """One row a scenario; the n-th scenario in its n-th encoding."""
    by_scenario = {}
    for row in rows:
        by_scenario.setdefault(row["scenario"], []).append(row)
    return [rows[i % len(rows)] for i, rows in enumerate(by_scenario.values())]


def joined(rows):
    """A hypervisor's lookups are on the network alone: each log that names its machine, the list of
    its packages and what the network saw are one case. Other rows that give only context, and the
    halves of these, are none by themselves."""
    wires = {r["scenario"]: r for r in rows if r["file"].endswith(".dns.log")}
    lists = {r["scenario"]: r for r in rows if r["encoding"] == "vib-csv"}
    if not wires:
        return [r for r in rows if r["label"] != "context"]
    cases = []
    for row in rows:
        wire = wires[row["scenario"]]
        names_host = row["host"] not in NOT_KNOWN and row is not wire
        if not names_host and row["label"] != "benign":
            continue
        label = "tunnel" if wire["label"] == "tunnel" else row["label"]
        files = [row["file"], lists[row["scenario"]]["file"], wire["file"]]
        cases.append({**row, "label": label, "domain": wire["domain"], "image": "-",
                      "file": " ".join(dict.fromkeys(files)), "inventory": "FOLDER/assets.csv",
                      "set": "AN1125.KnownGoodVIBs=FOLDER/known-good.csv"})
    return cases


def scan(program, folder, row):
    """The alerts of one scenario's files: its log, and what was recorded beside it."""
    files = [os.path.join(folder, f) for f in row["file"].split()]
    options = []
    for option in ("inventory", "set"):
        for value in (row.get(option) or "").split():
            options += ["--" + option, value.replace("FOLDER", folder)]
    done = subprocess.run([program, "scan", *options, *files], capture_output=True, text=True,
                          check=False)
    if done.returncode not in (0, 1):
        return None, f"exit status {done.returncode}: {done.stderr.strip()[:200]}"
    return [json.loads(line) for line in done.stdout.splitlines()], None


def base(path):
    return (path or "").replace("\\", "/").rsplit("/", 1)[-1].lower()


def is_it(alert, row, analytic):
    """Whether the alert is about the tunnel of the row."""
    host = alert.get("host", {}).get("name", "").split(".")[0].lower()
    image = base(alert.get("process", {}).get("executable"))
    domain = alert.get("dns", {}).get("question", {}).get("registered_domain")
    if alert["earthdog"]["level"] not in GRAVE or alert["rule"]["id"] != analytic:
        return False
    if row["host"] not in NOT_KNOWN and host != row["host"].split(".")[0].lower():
        return False
    if row["image"] not in NOT_KNOWN and image != base(row["image"]):
        return False
    return domain is None or row["domain"] in NOT_KNOWN or domain == row["domain"]


def judge(alerts, row, analytic):
    """None, or what is wrong."""
    if row["label"] == "tunnel":
        if any(is_it(a, row, analytic) for a in alerts):
            return None
        seen = [f"{a['earthdog']['level']} {a['rule']['id']} {a['earthdog']['summary'][:90]}"
                for a in alerts]
        return "no alert at high with its machine and program; there are: " + "; ".join(seen)
    told = [a["earthdog"]["summary"][:120] for a in alerts if a["earthdog"]["level"] in TOLD]
    return "alert on an ordinary day: " + "; ".join(told) if told else None


def check(program, platform, folder, every_encoding):
    rows = joined(generate(platform, folder))
    n_wrong = 0
    for row in rows if every_encoding else in_turns(rows):
        alerts, wrong = scan(program, folder, row)
        wrong = wrong or judge(alerts, row, ANALYTICS[platform])
        print(f"{'FAIL' if wrong else 'ok  '} {row['label']:7} {row['file']}")
        if wrong:
            n_wrong += 1
            print("     " + wrong)
    print(f"{platform}: {n_wrong} wrong")
    return n_wrong == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("platform", choices=ANALYTICS)
    parser.add_argument("--every-encoding", action="store_true")
    parser.add_argument("--keep", metavar="FOLDER")
    args = parser.parse_args()
    if args.keep:
        os.makedirs(args.keep, exist_ok=True)
        return 0 if check(args.program, args.platform, args.keep, args.every_encoding) else 1
    with tempfile.TemporaryDirectory() as folder:
        return 0 if check(args.program, args.platform, folder, args.every_encoding) else 1


if __name__ == "__main__":
    sys.exit(main())
