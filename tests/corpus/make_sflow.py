#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the fuzz target sflow and the input of its golden case; equal every time.

    tests/corpus/make_sflow.py
"""

import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "..", "golden", "scan-sflow")

CLIENT, OTHER, RESOLVER, OUTSIDE = "192.0.2.10", "192.0.2.11", "192.0.2.53", "198.51.100.53"
START_S = 1789999200


def v4(text):
    return bytes(int(x) for x in text.split("."))


def ip(protocol, src, dst, payload):
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0) + v4(src) + v4(dst) + payload


def udp(src, sport, dst, dport, payload):
    return ip(17, src, dst, struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload)


def tcp(src, sport, dst, dport, payload, flags=0x18):
    return ip(6, src, dst, struct.pack(">HHIIBBHHH", sport, dport, 1, 0, 0x50, flags, 0, 0, 0) + payload)


def ethernet(packet, vlan=None):
    tag = struct.pack(">HH", 0x8100, vlan) if vlan else b""
    return b"\2\0\0\0\0\1\2\0\0\0\0\2" + tag + b"\x08\0" + packet


def query(text, number, qtype=1):
    labels = b"".join(bytes([len(x)]) + x.encode() for x in text.split("."))
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", qtype, 1)


def pad(data):
    return data + b"\0" * (-len(data) % 4)


def record(kind, data):
    return struct.pack(">II", kind, len(data)) + data


def raw(frame, kept=128, protocol=1):
    head = frame[:kept]
    return record(1, struct.pack(">IIII", protocol, len(frame) + 4, 4, len(head)) + pad(head))


def sample(records, rate=256, expanded=False):
    if expanded:
        body = struct.pack(">11I", 1, 0, 3, rate, 100000, 0, 0, 3, 0, 4, len(records))
    else:
        body = struct.pack(">8I", 1, 3, rate, 100000, 0, 3, 4, len(records))
    body += b"".join(records)
    return struct.pack(">II", 3 if expanded else 1, len(body)) + body


def counters():
    return struct.pack(">II", 2, 12) + struct.pack(">III", 9, 3, 0)


def datagram(samples, v6=False):
    agent = struct.pack(">I", 2) + b"\x20\1\x0d\xb8" + b"\0" * 12 if v6 else struct.pack(">I", 1) + v4("192.0.2.1")
    return struct.pack(">I", 5) + agent + struct.pack(">IIII", 0, 7, 600000, len(samples)) + b"".join(samples)


def ends_v4(length, protocol, src, sport, dst, dport):
    return record(3, struct.pack(">II", length, protocol) + v4(src) + v4(dst) + struct.pack(">IIII", sport, dport, 0x18, 0))


def ends_v6(length, protocol, sport, dport):
    one, two = b"\x20\1\x0d\xb8" + b"\0" * 11 + b"\1", b"\x20\1\x0d\xb8" + b"\0" * 11 + b"\2"
    return record(4, struct.pack(">II", length, protocol) + one + two + struct.pack(">IIII", sport, dport, 0x18, 0))


LOOKUP = ethernet(udp(CLIENT, 40000, RESOLVER, 53, query("www.example.net", 7)))
SEEDS = {
    "lookup": datagram([sample([raw(LOOKUP)])]),
    "cut": datagram([sample([raw(LOOKUP, kept=48)])]),
    "vlan-expanded": datagram([sample([raw(ethernet(LOOKUP[14:], vlan=7))], expanded=True), counters()]),
    "tcp": datagram([sample([raw(tcp(CLIENT, 40001, RESOLVER, 53, b"\0\x21" + query("www.example.net", 8)),
                                 protocol=11)])]),
    "tls": datagram([sample([raw(ethernet(tcp(CLIENT, 40002, OUTSIDE, 853, b"\x16\3\1\0\5\1\0\0\1\3")))])]),
    "ends": datagram([sample([ends_v4(1500, 6, CLIENT, 40003, OUTSIDE, 443)]), sample([ends_v6(90, 17, 40004, 853)])],
                     v6=True),
    "two": datagram([sample([raw(LOOKUP)])]) + datagram([counters()]),
    "length-lies": datagram([sample([raw(LOOKUP)])])[:-4],
    "count-lies": datagram([])[:-4] + struct.pack(">I", 5000),
    "record-lies": datagram([struct.pack(">II", 1, 40) + struct.pack(">8I", 1, 3, 9, 9, 0, 3, 4, 1) +
                             struct.pack(">II", 1, 4000)]),
}


def capture(packets):
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for at, packet in packets:
        out += struct.pack("<IIII", int(at), int(at % 1 * 1e6), len(packet), len(packet)) + packet
    return out


def golden():
    """One packet in 256: a client's lookups through a server outside, a connection for DNS over TLS, and
    ordinary lookups of another client."""
    packets = []
    for i in range(40):
        samples = [sample([raw(ethernet(udp(OTHER, 50000 + i, RESOLVER, 53, query(f"www{i % 7}.example.net", i))))])]
        if i % 2 == 0:
            samples.append(sample([raw(ethernet(udp(CLIENT, 41000 + i, OUTSIDE, 53, query(f"h{i}.example.org", i))))]))
        if i % 3 == 0:
            samples.append(sample([raw(ethernet(tcp(OTHER, 45000, OUTSIDE, 853, b"\x17\3\3\1\0" + b"x" * 256)))]))
        if i % 5 == 0:
            samples.append(counters())
        packets.append((START_S + 4.5 * i, udp("192.0.2.1", 52000, "192.0.2.200", 6343, datagram(samples))))
    return capture(packets)


def put(folder, name, data):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


for seed, data in SEEDS.items():
    put(os.path.join(HERE, "sflow"), seed, data)
put(GOLDEN, "stdin", golden())
