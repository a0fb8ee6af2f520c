#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Linux audit logs of tunnels and of ordinary days, in every encoding that is read.

    tests/scenarios/linux.py FOLDER [--hours N] [--seed N] [--scenario NAME]...
                             [--encoding NAME]... [--check PROGRAM]

Writes FOLDER/<scenario>.<encoding>.log or .json, and FOLDER/labels.tsv: what each file is called,
whether there is a tunnel in it, and then the machine, the program and the domain of the tunnel ("-"
where the log cannot tell it); for an ordinary day the program that looks like one.

--check runs `PROGRAM scan` over every file and fails when a record of one was damaged.
"""

import argparse
import os
import subprocess
import sys

import linux_encode
import linux_scenarios

COLUMNS = ["file", "scenario", "encoding", "label", "host", "image", "domain", "records"]
DAMAGED = 3  # the exit status of a scan that met records it could not read


def write_all(args):
    rows = []
    known = {**linux_scenarios.TUNNELS, **linux_scenarios.ORDINARY}
    for name in args.scenario or known:
        host, events, found = linux_scenarios.make(name, args.hours, args.seed)
        for encoding in args.encoding or linux_encode.ENCODINGS:
            extension, write = linux_encode.ENCODINGS[encoding]
            file = f"{name}.{encoding}.{extension}"
            with open(os.path.join(args.folder, file), "w", encoding="utf-8", newline="") as f:
                write(host, events, f)
            rows.append({**found, "scenario": name, "file": file, "encoding": encoding,
                         "records": str(len(events))})
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
    parser.add_argument("--encoding", action="append", choices=linux_encode.ENCODINGS)
    parser.add_argument("--check", metavar="PROGRAM")
    args = parser.parse_args(argv[1:])
    os.makedirs(args.folder, exist_ok=True)
    rows = write_all(args)
    return check(args.check, args.folder, rows) if args.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
