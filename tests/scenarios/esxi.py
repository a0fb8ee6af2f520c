#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Logs of a hypervisor with tunnels out of it, and of ordinary days, in every encoding.

    tests/scenarios/esxi.py FOLDER [--hours N] [--seed N] [--scenario NAME]...
                            [--encoding NAME]... [--check PROGRAM]

Writes, for each scenario, FOLDER/<scenario>.<encoding>.log, what the network saw as
<scenario>.dns.log, the host's software as <scenario>.vibs.<suffix> in each form that esxcli has,
FOLDER/known-good.csv for all of them, FOLDER/assets.csv, and FOLDER/labels.tsv: what each file is
called, whether a tunnel shows in it, and then the machine (in the dns.log its address), the program
and the domain. "context": a file that shows no tunnel by itself, and belongs to the others of its
scenario.

--check runs `PROGRAM scan` over every file and fails when a record of one was damaged.
"""

import argparse
import os
import subprocess
import sys

import esxi_encode
import esxi_scenarios

COLUMNS = ["file", "scenario", "encoding", "label", "host", "image", "domain", "records"]
DAMAGED = 3  # the exit status of a scan that met records it could not read
NAMES_IN_COMMANDS = ["shell_nslookup"]
WITHOUT_HOST = ["esxi-6", "esxi-8"]


def create(args, file):
    return open(os.path.join(args.folder, file), "w", encoding="utf-8", newline="")


def write_scenario(args, name):
    h, found = esxi_scenarios.make(name, args.hours, args.seed)
    for encoding in args.encoding or esxi_encode.ENCODINGS:
        file = f"{name}.{encoding}.log"
        with create(args, file) as f:
            n = esxi_encode.write(h.events, encoding, f)
        row = {**found, "file": file, "encoding": encoding, "records": str(n)}
        if found["label"] == "tunnel" and name not in NAMES_IN_COMMANDS:
            row["label"] = "context"
        if encoding in WITHOUT_HOST:
            row["host"] = "-"
        yield row
    file = f"{name}.dns.log"
    with create(args, file) as f:
        n = esxi_encode.write_zeek(h.events, f)
    yield {**found, "file": file, "encoding": "zeek-tsv", "records": str(n),
           "host": esxi_scenarios.ADDRESS, "image": "-"}
    for form, (suffix, writer) in esxi_encode.VIB_LISTS.items():
        file = f"{name}.vibs.{suffix}"
        with create(args, file) as f:
            writer(h.vibs, f)
        yield {**found, "file": file, "encoding": f"vib-{form}", "records": str(len(h.vibs)),
               "host": "-", "image": "-", "domain": "-",
               "label": "context" if found["label"] == "tunnel" else "benign"}


def write_all(args):
    rows = []
    known = {**esxi_scenarios.TUNNELS, **esxi_scenarios.ORDINARY}
    for name in args.scenario or known:
        rows += write_scenario(args, name)
    with create(args, "known-good.csv") as f:
        f.write("name,vendor,version,acceptance\n")
        for name, vendor, version in esxi_scenarios.KNOWN:
            level = "PartnerSupported" if vendor == "Dell" else "VMwareCertified"
            f.write(f"{name},{vendor},{version},{level}\n")
    with create(args, "assets.csv") as f:
        f.write("name,ip,role\n")
        f.write(f"{esxi_scenarios.HOST},{esxi_scenarios.ADDRESS},esxi\n")
    with create(args, "labels.tsv") as f:
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
    parser.add_argument("--encoding", action="append", choices=esxi_encode.ENCODINGS)
    parser.add_argument("--check", metavar="PROGRAM")
    args = parser.parse_args(argv[1:])
    os.makedirs(args.folder, exist_ok=True)
    rows = write_all(args)
    return check(args.check, args.folder, rows) if args.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
