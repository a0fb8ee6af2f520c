#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fifteen tunnels of a real machine, as its auditd and the wire recorded them (record_linux.sh):
iodine, dns2tcp, a loop around dig, a program in Python and a loop around curl, each from cron, from
a unit of systemd and from a shell whose streams are a connection. Prints what each comes to from
the audit log alone and joined with the wire, one scan a tunnel, and then one of the whole log.

    tests/scenarios/linux_real.py PROGRAM
"""

import json
import lzma
import os
import re
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "fixtures", "linux")
HOST, ADDRESS = "web1", "192.0.2.10"
DAMAGED = 3  # the capture's filter let only the first fragments of long answers through
TOLD = ("medium", "high", "critical")
GRAVE = TOLD[1:]
STARTED = {"cron": "by a timer", "unit": "as a service",
           "shell": "with a socket as its input and output"}
STAMP = re.compile(rb"msg=audit\((\d+\.\d+):")
PCAP_HEAD_BYTES, RECORD_HEAD = 24, struct.Struct("<4I")


def fixture(name):
    with lzma.open(os.path.join(FIXTURES, name), "rb") as f:
        return f.read()


def read_cells():
    with open(os.path.join(FIXTURES, "cells.tsv"), encoding="ascii") as f:
        columns, *rows = [line.rstrip("\n").split("\t") for line in f]
    return [dict(zip(columns, row)) for row in rows]


def is_in(when, span):
    return span[0] <= when < span[1]


def audit_of(log, span):
    return b"".join(line for line in log.splitlines(keepends=True)
                    if (m := STAMP.search(line)) and is_in(float(m[1]), span))


def wire_of(pcap, span):
    out, at = [pcap[:PCAP_HEAD_BYTES]], PCAP_HEAD_BYTES
    while at < len(pcap):
        seconds, micros, n, _ = RECORD_HEAD.unpack_from(pcap, at)
        end = at + RECORD_HEAD.size + n
        if is_in(seconds + micros / 1e6, span):
            out.append(pcap[at:end])
        at = end
    return b"".join(out)


def write(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


def scan(program, folder, files):
    inventory = write(folder, "assets.csv", f"host,ip\n{HOST},{ADDRESS}\n".encode())
    done = subprocess.run([program, "scan", "--inventory", inventory, *files], capture_output=True,
                          text=True, check=False)
    if done.returncode not in (0, 1, DAMAGED):
        raise SystemExit(f"exit status {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def base(path):
    return re.sub(r"[0-9.]+$", "", (path or "").rsplit("/", 1)[-1])


def started(alert):
    told = [e["facts"].get("started", "") for e in alert["earthdog"]["evidence"]
            if e["family"] == "host"]
    return told[0] if told else ""


def facts(alert):
    process = alert.get("process", {})
    return {"level": alert["earthdog"]["level"], "rule": alert["rule"]["id"],
            "image": base(process.get("executable")),
            "parent": base(process.get("parent", {}).get("executable")),
            "user": alert.get("user", {}).get("name", ""),
            "host": alert.get("host", {}).get("name", ""),
            "zone": alert.get("dns", {}).get("question", {}).get("registered_domain", ""),
            "client": alert.get("source", {}).get("ip", ""),
            "started": started(alert),
            "sources": sorted(alert["earthdog"]["sources"])}


def alone_of(alerts, cell):
    """The gravest alert about the program, from the audit log alone."""
    mine = [f for f in map(facts, alerts)
            if f["image"] == cell["image"] and f["zone"] in ("", cell["zone"])]
    order = ("critical", "high", "medium", "low", "informational")
    return min(mine, key=lambda f: order.index(f["level"]), default=None)


def joined_of(alerts, cell):
    return [f for f in map(facts, alerts) if f["zone"] == cell["zone"] and f["level"] in TOLD]


def wrong(found, cell):
    if len(found) != 1:
        return f"{len(found)} alerts"
    expected = {"rule": "AN1122", "image": cell["image"], "parent": cell["parent"],
                "user": cell["user"], "host": HOST, "client": ADDRESS,
                "started": STARTED[cell["origin"]], "sources": ["auditd", "pcap"]}
    bad = [f"{k} is {found[0][k]}, not {v}" for k, v in expected.items() if found[0][k] != v]
    if found[0]["level"] not in GRAVE:
        bad.append("level is " + found[0]["level"])
    return "; ".join(bad)


def row(cell, alone, found, fault):
    told = found[0] if found else {"level": "-", "image": "-", "parent": "-", "user": "-"}
    print(f"{cell['origin']:6} {cell['tool']:8} {alone['level'] if alone else '-':7} "
          f"{told['level']:9} {told['image']:9} {told['parent']:9} {told['user']:9} "
          f"{cell['zone']:22} {fault}")


def one_by_one(program, folder, cells, log, pcap):
    n_wrong = 0
    for cell in cells:
        span = (float(cell["from"]), float(cell["to"]))
        audit = write(folder, "audit.log", audit_of(log, span))
        wire = write(folder, "wire.pcap", wire_of(pcap, span))
        alone = alone_of(scan(program, folder, [audit]), cell)
        found = joined_of(scan(program, folder, [audit, wire]), cell)
        fault = wrong(found, cell)
        n_wrong += fault != ""
        row(cell, alone, found, fault)
    return n_wrong


def all_at_once(program, folder, cells, log, pcap):
    alone = scan(program, folder, [write(folder, "audit.log", log)])
    joined = scan(program, folder, [os.path.join(folder, "audit.log"),
                                    write(folder, "wire.pcap", pcap)])
    n_wrong = 0
    for cell in cells:
        found = joined_of(joined, cell)
        fault = wrong(found, cell)
        n_wrong += fault != ""
        row(cell, alone_of(alone, cell), found, fault)
    zones = {c["zone"] for c in cells}
    for f in map(facts, joined):
        if f["level"] in TOLD and f["zone"] not in zones:
            print("no tunnel of ours:", f)
            n_wrong += 1
    return n_wrong


def main(argv):
    cells, log, pcap = read_cells(), fixture("audit.log.xz"), fixture("wire.pcap.xz")
    print("from   tool     audit   joined    program   parent    user      domain")
    with tempfile.TemporaryDirectory() as folder:
        n_wrong = one_by_one(argv[1], folder, cells, log, pcap)
        print("the whole log:")
        n_wrong += all_at_once(argv[1], folder, cells, log, pcap)
    print(f"{n_wrong} wrong")
    return 1 if n_wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
