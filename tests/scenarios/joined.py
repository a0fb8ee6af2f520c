#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One hour of a site as four sources saw it: a capture, Zeek's dns.log, the event log of a Windows
machine and the audit log of a Linux one. Two tunnels, one from each machine: one alert for each,
with every source that saw it, the program and the address.

    tests/scenarios/joined.py PROGRAM
"""

import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "corpus"))
import make_evtx  # noqa: E402  (a module of the folder above)

START_S = 1790000000
RESOLVER = "10.1.0.53"
WINDOWS, LINUX = ("10.1.2.3", "ws7.corp.example"), ("10.1.2.4", "web1")
TUNNELS = {WINDOWS[0]: "harbour-sync.net", LINUX[0]: "lantern-feed.org"}
ORDINARY = ["www.example.com", "mail.example.com", "cdn.example.net", "ntp.example.org",
            "time.example.net", "api.example.com", "img.example.net", "update.example.org"]
NAMES_A_TUNNEL = 80
RECORDS_A_CHUNK = 40


def lookups(rng):
    """(time, client, name) of the hour, in order."""
    out = []
    for client, domain in TUNNELS.items():
        for i in range(NAMES_A_TUNNEL):
            label = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(40))
            out.append((START_S + 60 + i * 30 + rng.random() * 9, client, f"{label}.{domain}"))
    for n in range(5, 25):
        for _ in range(60):
            out.append((START_S + rng.random() * 3600, f"10.1.2.{n}", rng.choice(ORDINARY)))
    return sorted(out)


def query(txid, name):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return struct.pack(">6H", txid, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 16, 1)


def packet(client, port, payload):
    udp = struct.pack(">4H", port, 53, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                     bytes(map(int, client.split("."))), bytes(map(int, RESOLVER.split("."))))
    return b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + ip + udp


def write_pcap(path, hour):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for i, (when, client, name) in enumerate(hour):
            frame = packet(client, 20000 + i % 40000, query(i % 65536, name))
            f.write(struct.pack("<4I", int(when), int(when % 1 * 1e6), len(frame), len(frame)))
            f.write(frame)


def write_zeek(path, hour):
    fields = ["ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "trans_id",
              "query", "qclass", "qtype"]
    types = ["time", "string", "addr", "port", "addr", "port", "enum", "count", "string", "count",
             "count"]
    with open(path, "w", encoding="ascii") as f:
        f.write("#separator \\x09\n#path\tdns\n#fields\t" + "\t".join(fields) + "\n")
        f.write("#types\t" + "\t".join(types) + "\n")
        for i, (when, client, name) in enumerate(hour):
            f.write("\t".join([f"{when:.6f}", f"C{i}", client, str(20000 + i % 40000), RESOLVER,
                               "53", "udp", str(i % 65536), name, "1", "16"]) + "\n")


def write_evtx(path, hour):
    chunks, chunk, n = [], None, 0
    for when, client, name in hour:
        if client != WINDOWS[0]:
            continue
        if n % RECORDS_A_CHUNK == 0:
            chunk = make_evtx.Chunk(first_id=n + 1)
            chunks.append(chunk)
        n += 1
        utc = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(when)) + f".{int(when % 1 * 1000):03}"
        make_evtx.dns_query(chunk, n, when, name, WINDOWS[1], utc)
    with open(path, "wb") as f:
        f.write(make_evtx.event_log([c.done() for c in chunks]))


def write_audit(path, hour):
    with open(path, "w", encoding="ascii") as f:
        for serial, (when, client, name) in enumerate(hour, start=100):
            if client != LINUX[0]:
                continue
            head = f"msg=audit({when:.3f}:{serial}):"
            f.write(
                f"node={LINUX[1]} type=SYSCALL {head} arch=c000003e syscall=59 success=yes exit=0 "
                f"a0=1 a1=2 a2=3 a3=0 items=2 ppid=900 pid={1000 + serial} auid=1000 uid=1000 "
                'tty=(none) ses=4 comm="dig" exe="/usr/bin/dig" key="dns_exec"\n'
                f'node={LINUX[1]} type=EXECVE {head} argc=4 a0="dig" a1="+short" a2="TXT" '
                f'a3="{name}"\n'
                f"node={LINUX[1]} type=PROCTITLE {head} proctitle=646967\n")


EXPECTED = {
    WINDOWS[0]: {"rule": "AN1121", "host": "ws7", "image": "curl.exe",
                 "sources": {"pcap", "zeek-tsv", "windows-xml"}},
    LINUX[0]: {"rule": "AN1122", "host": "web1", "image": "dig",
               "sources": {"pcap", "zeek-tsv", "auditd"}},
}


def faults(alerts):
    told = [a for a in alerts if a["earthdog"]["level"] in ("medium", "high", "critical")]
    if len(told) != len(TUNNELS):
        yield f"{len(told)} alerts for {len(TUNNELS)} tunnels"
    for client, domain in TUNNELS.items():
        mine = [a for a in told if a.get("source", {}).get("ip") == client]
        if len(mine) != 1:
            yield f"{client}: {len(mine)} alerts"
            continue
        alert, expected = mine[0], EXPECTED[client]
        found = {
            "rule": alert["rule"]["id"],
            "host": alert.get("host", {}).get("name", "").split(".")[0],
            "image": alert.get("process", {}).get("executable", "").replace("\\", "/")
            .rsplit("/", 1)[-1],
            "sources": set(alert["earthdog"]["sources"]),
        }
        if alert["dns"]["question"]["registered_domain"] != domain:
            yield f"{client}: wrong domain"
        for key, value in expected.items():
            if found[key] != value:
                yield f"{client}: {key} is {found[key]}, not {value}"


def main(argv):
    hour = lookups(random.Random(7))
    with tempfile.TemporaryDirectory() as folder:
        write_pcap(os.path.join(folder, "wire.pcap"), hour)
        write_zeek(os.path.join(folder, "dns.log"), hour)
        write_evtx(os.path.join(folder, "sysmon.evtx"), hour)
        write_audit(os.path.join(folder, "audit.log"), hour)
        done = subprocess.run([argv[1], "scan", folder], capture_output=True, text=True,
                              check=False)
    wrong = list(faults([json.loads(line) for line in done.stdout.splitlines()]))
    print("\n".join(wrong) or "two tunnels, two alerts, every source named")
    if wrong:
        print(done.stderr, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
