#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Logs of a Mac with tunnels in them, and of ordinary days, in every encoding that is read.

    tests/scenarios/macos.py FOLDER [--hours N] [--seed N] [--scenario NAME]...
                             [--encoding NAME]... [--check PROGRAM]

Writes FOLDER/<scenario>.<encoding>.<suffix> and FOLDER/labels.tsv: what each file is called,
whether there is a tunnel in it, and then the machine, the program and the domain of the tunnel; for
an ordinary day the program that looks like one. "context": a file that shows no tunnel by itself,
and belongs to the others of its scenario.

--check runs `PROGRAM scan` over every file and fails when a record of one was damaged.
"""

import argparse
import os
import subprocess
import sys

import macos_encode
import macos_scenarios

COLUMNS = ["file", "scenario", "encoding", "label", "host", "image", "domain", "records"]
DAMAGED = 3  # the exit status of a scan that met records it could not read
ONLY_STARTS = ["cron_dig"]  # the tunnel does not pass mDNSResponder
NAMES_IN_STARTS = ["cron_dig", "curl_launchd"]
WITH_HOST = ["shipped", "system-log"]


def label_of(name, found, encoding):
    if found["label"] == "benign":
        return "benign"
    shows = name in NAMES_IN_STARTS if encoding == "eslogger" else name not in ONLY_STARTS
    return "tunnel" if shows else "context"


def row_of(name, found, encoding, file):
    row = {**found, "file": file, "encoding": encoding, "label": label_of(name, found, encoding)}
    if encoding not in WITH_HOST:
        row["host"] = "-"
    if "masked" in encoding or encoding in ("default", "console", "ndjson-26"):
        row["domain"] = "-"
    if encoding == "eslogger" and name == "curl_launchd":
        row["image"] = "/usr/bin/curl"
    return row


def write_all(args):
    rows = []
    known = {**macos_scenarios.TUNNELS, **macos_scenarios.ORDINARY}
    for name in args.scenario or known:
        events, found = macos_scenarios.make(name, args.hours, args.seed)
        for encoding in args.encoding or macos_encode.ENCODINGS:
            file = f"{name}.{encoding}.{macos_encode.ENCODINGS[encoding][0]}"
            with open(os.path.join(args.folder, file), "w", encoding="utf-8", newline="") as f:
                macos_encode.write(events, encoding, f)
            kind = "start" if encoding == "eslogger" else "ask"
            n = sum(e["kind"] == kind for e in events)
            rows.append({**row_of(name, found, encoding, file), "records": str(n)})
    with open(os.path.join(args.folder, "labels.tsv"), "w", encoding="utf-8") as f:
        f.write("\t".join(COLUMNS) + "\n")
        for row in rows:
            f.write("\t".join(row[c] for c in COLUMNS) + "\n")
    return rows


def check(program, folder, rows):
    n_faults = 0
    for row in rows:
        path = os.path.join(folder, row["file"])
        run = subprocess.run([program, "scan", path], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, check=False, text=True)
        if run.returncode < 0 or run.returncode >= 2:
            n_faults += 1
            what = "damaged records" if run.returncode == DAMAGED else f"exit {run.returncode}"
            print(f"{row['file']}: {what}\n{run.stderr}")
    print(f"{len(rows)} files, {n_faults} faults")
    return 1 if n_faults else 0


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder")
    parser.add_argument("--hours", type=float, default=6.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", action="append")
    parser.add_argument("--encoding", action="append", choices=macos_encode.ENCODINGS)
    parser.add_argument("--check", metavar="PROGRAM")
    args = parser.parse_args(argv[1:])
    os.makedirs(args.folder, exist_ok=True)
    rows = write_all(args)
    return check(args.check, args.folder, rows) if args.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
