#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the fuzz targets dns and pcap next to this file; equal every time.

    tests/corpus/make_packets.py
"""

import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))


def put(folder, name, data):
    os.makedirs(os.path.join(HERE, folder), exist_ok=True)
    with open(os.path.join(HERE, folder, name), "wb") as f:
        f.write(data)


# ---- DNS messages


def name(text):
    labels = text.encode("latin-1").split(b".") if text else []
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def record(owner, rrtype, data, ttl=60, rrclass=1):
    return owner + struct.pack(">HHIH", rrtype, rrclass, ttl, len(data)) + data


def message(question, qtype, answers=(), authority=(), additional=(), flags=0x0100, qdcount=1):
    head = struct.pack(">6H", 0xBEEF, flags, qdcount, len(answers), len(authority), len(additional))
    body = question + struct.pack(">HH", qtype, 1) if qdcount else b""
    return head + body + b"".join(answers) + b"".join(authority) + b"".join(additional)


OPT = record(b"\0", 41, b"\0\x0a\0\x08cookie!!", 0x00008000, 1232)
PTR = b"\xc0\x0c"
Q = name("mzxw6ytboi3dqojq.t.example.net")
QUERY = message(Q, 16, additional=[OPT])
RESPONSE = message(Q, 16, [record(PTR, 16, b"\x1f" + b"A" * 31)], additional=[OPT], flags=0x8180)
LARGE = message(Q, 16, [record(PTR, 16, b"\xc8" + b"B" * 200)] * 6, flags=0x8180)

MESSAGES = {
    "query": QUERY,
    "response-txt": RESPONSE,
    "response-large": LARGE,
    "root": message(name(""), 2),
    "no-question": message(b"", 0, [record(name("host.local"), 1, b"\1\2\3\4")], flags=0x8400, qdcount=0),
    "two-questions": message(Q + struct.pack(">HH", 1, 1) + name("b.example"), 28, qdcount=2),
    "addresses": message(Q, 1, [record(PTR, 1, b"\xc0\0\2\1"), record(PTR, 28, b"\x20\1" + b"\0" * 14)],
                         flags=0x8180),
    "cname-chain": message(name("www.example.net"), 1,
                           [record(PTR, 5, b"\3cdn\xc0\x10"), record(b"\xc0\x2d", 1, b"\1\2\3\4")], flags=0x8180),
    "mx-srv-soa": message(Q, 255, [record(PTR, 15, b"\0\5" + name("mx.example")),
                                   record(PTR, 33, b"\0\1\0\2\0\x35" + name("srv.example"))],
                          [record(PTR, 6, name("ns.example") + name("mail.example") + b"\0" * 20)], flags=0x8583),
    "null-private": message(Q, 10, [record(PTR, 10, bytes(range(64))), record(PTR, 65399, b"\xff" * 40)],
                            flags=0x8400),
    "dnssec": message(Q, 48, [record(PTR, 48, b"\1\1\3\x08" + b"k" * 64), record(PTR, 46, b"\0\x30" + b"s" * 80)],
                      flags=0x81A0),
    "https": message(Q, 65, [record(PTR, 65, b"\0\1\0\0\1\0\3\2h2\0\4\0\4\1\2\3\4")], flags=0x8180),
    "trailing": QUERY + b"hidden bytes",
    "opt-twice": message(Q, 1, additional=[OPT, record(b"\0", 41, b"", 0x01000000, 4096)], flags=0x8183),
    "high-bytes": message(name("\xc0\xff\x00\x2e.\xf0.example"), 16),
    "longest-name": message(b"\1a" * 127 + b"\0", 1),
    "longest-label": message(b"\x3f" + b"x" * 63 + b"\0", 1),
    "too-long-name": message(b"\1a" * 128 + b"\0", 1),
    "pointer-self": message(b"\xc0\x0c", 1),
    "pointer-forward": message(b"\1a\xc0\x10\1b\0", 1),
    "pointer-header": message(b"\1a\xc0\x00", 1),
    "pointer-loop": message(Q, 1, [record(b"\xc0\x3c\xc0\x3a", 5, b"\xc0\x3e")], flags=0x8180),
    "pointer-chain": message(b"\1a\0", 5, [record(PTR, 65399, b"\1y\0" + b"".join(
        struct.pack(">H", 0xC000 | (31 + max(0, 2 * i - 2) + (3 if i else 0))) for i in range(20))),
        record(PTR, 5, b"\xc0\x48")], flags=0x8180),
    "label-type-40": message(b"\x41a\0", 1),
    "count-lies": struct.pack(">6H", 1, 0x8180, 1, 0xFFFF, 0xFFFF, 0xFFFF) + Q + b"\0\1\0\1" + record(PTR, 1, b"abcd"),
    "length-lies": RESPONSE[:-80] + b"\xff\xff" + RESPONSE[-78:],
    "cut-question": QUERY[:20],
    "many-records": message(Q, 16, [record(PTR, 16, b"\1x")] * 80, flags=0x8180),
    "update": message(name("example"), 6, authority=[record(name("new.example"), 1, b"\1\2\3\4")], flags=0x2800),
    "not-dns": b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n",
}

# ---- packets


def ipv4(payload, proto, src=3, dst=53, frag=0):
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 77, frag, 64, proto, 0) + bytes(
        [10, 1, 2, src, 10, 1, 2, dst]) + payload


def ipv6(payload, nxt, src=3, dst=53):
    prefix = b"\x20\x01\x0d\xb8" + b"\0" * 11
    return struct.pack(">IHBB", 0x60000000, len(payload), nxt, 64) + prefix + bytes([src]) + prefix + bytes(
        [dst]) + payload


def udp(payload, sport=5300, dport=53):
    return struct.pack(">4H", sport, dport, 8 + len(payload), 0) + payload


def tcp(payload, seq, flags=0x18, sport=5301, dport=53):
    return struct.pack(">HHIIBBHHH", sport, dport, seq, 0, 0x50, flags, 65535, 0, 0) + payload


def ether(payload, kind=0x0800):
    return b"\2\0\0\0\0\2\2\0\0\0\0\1" + struct.pack(">H", kind) + payload


def pcap(link, packets, order="<", magic=0xA1B2C3D4, snap=1 << 18):
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link)
    for i, p in enumerate(packets):
        out += struct.pack(order + "4I", 1700000000 + i, 123456, min(len(p), snap), len(p)) + p[:snap]
    return out


def tagged(vid, kind, payload):
    return struct.pack(">HH", vid, kind) + payload


Q4 = ipv4(udp(QUERY), 17)
R4 = ipv4(udp(RESPONSE, 53, 5300), 17, 53, 3)
Q6 = ipv6(udp(QUERY), 17)
R6 = ipv6(udp(RESPONSE, 53, 5300), 17, 53, 3)
FRAMED = struct.pack(">H", len(QUERY)) + QUERY
BIG = udp(LARGE, 53, 5300)


def gre(kind, payload, flags=0, extra=b""):
    return ipv4(struct.pack(">HH", flags, kind) + extra + payload, 47)


def pktap(flags, pid, name, asker=0xFFFFFFFF, asker_name=b"", link=12):
    head = struct.pack("<3I24s5I20sI2HI20s", 108, 1, link, b"en0", flags, 2, 0, 0, pid, name, 0, 6, 0, asker, asker_name)
    assert len(head) == 108
    return head


def fragments(datagram, size=480):
    parts = [datagram[i:i + size] for i in range(0, len(datagram), size)]
    return [ipv4(p, 17, 53, 3, (i * size // 8) | (0x2000 if i + 1 < len(parts) else 0)) for i, p in enumerate(parts)]


def fragments6(datagram, size=480):
    parts = [datagram[i:i + size] for i in range(0, len(datagram), size)]
    return [ipv6(struct.pack(">BBHI", 17, 0, i * size | (i + 1 < len(parts)), 99) + p, 44, 53, 3)
            for i, p in enumerate(parts)]


CAPTURES = {
    "ethernet": pcap(1, [ether(Q4), ether(R4), ether(Q6, 0x86DD), ether(R6, 0x86DD)]),
    "big-endian": pcap(101, [Q4, R4], ">"),
    "nanoseconds": pcap(101, [Q4], magic=0xA1B23C4D),
    "snapped": pcap(101, [Q4, R4], snap=70),
    "vlan": pcap(1, [ether(tagged(100, 0x0800, Q4), 0x8100), ether(tagged(1, 0x8100, tagged(2, 0x86DD, Q6)), 0x88A8)]),
    "null": pcap(0, [b"\2\0\0\0" + Q4, b"\0\0\0\x1e" + Q6]),
    "ppp": pcap(9, [b"\xff\3\0\x21" + Q4, b"\x57" + Q6]),
    "sll": pcap(113, [b"\0\4\0\1\0\6\2\0\0\0\0\1\0\0\x08\0" + Q4]),
    "sll2": pcap(276, [b"\x86\xdd\0\0\0\0\0\2\0\1\4\6\2\0\0\0\0\1\0\0" + Q6]),
    "nflog": pcap(239, [b"\2\0\0\1\5\0\x0a\0x\0\0\0" + struct.pack("<HH", 4 + len(Q4), 9) + Q4]),
    "pppoe-mpls": pcap(1, [ether(b"\x11\0\0\1" + struct.pack(">H", len(Q4) + 2) + b"\0\x21" + Q4, 0x8864),
                           ether(b"\0\1\0\x40\0\1\1\x40" + Q4, 0x8847)]),
    "tunnels": pcap(101, [ipv4(Q4, 4), ipv4(Q6, 41), gre(0x0800, Q4, 0xB000, b"cccckkkkssss"),
                          gre(0x88BE, ether(Q4)), gre(0x88BE, b"\x10\x64\0\5\0\0\0\0" + ether(Q4), 0x1000, b"ssss"),
                          gre(0x22EB, b"\x20" + b"\0" * 11 + ether(Q4), 0x1000, b"ssss")]),
    "udp-tunnels": pcap(101, [ipv4(udp(b"\x08\0\0\0\0\0\7\0" + ether(Q4), 40000, 4789), 17),
                              ipv4(udp(b"\1\0\x65\x58\0\0\7\0oooo" + ether(Q4), 40000, 6081), 17),
                              ipv4(udp(b"\x34\xff\0\x10\0\0\0\7\0\0\0\x85\1ab\0" + Q4, 2152, 2152), 17)]),
    "pktap": pcap(258, [pktap(2, 42, b"mDNSResponder", 263, b"curl") + Q4, pktap(1, 42, b"named") + R4,
                        pktap(1, 53, b"named", link=1) + ether(Q4), b"\x0c\0\0\0\1\0\0\0\x0c\0\0\0" + Q6]),
    "teredo": pcap(101, [ipv4(udp(Q6, 40000, 3544), 17), ipv4(udp(b"\0\0\x12\x34\1\2\3\4" + R6, 3544, 40000), 17),
                         ipv4(udp(b"\0\1\2\3iivvvnnnnnnnn\0\0\0\x12\x34\1\2\3\4" + Q6, 40000, 3544), 17)]),
    "pseudowire": pcap(1, [ether(b"\0\1\0\x40\0\1\1\x40\0\0\0\0" + ether(Q4), 0x8847)]),
    "encrypted": pcap(101, [ipv4(tcp(b"\x16\3\1", 9, dport=853), 6), ipv4(udp(QUERY, 40000, 853), 17)]),
    "extensions": pcap(101, [ipv6(b"\x3c\0\1\4\0\0\0\0" + b"\x11\0\0\0\0\0\0\0" + udp(QUERY), 0)]),
    "fragments": pcap(101, fragments(BIG) + fragments(BIG)[::-1]),
    "fragments6": pcap(101, fragments6(BIG)[::-1]),
    "fragments-overlap": pcap(101, [ipv4(BIG[:488], 17, 53, 3, 0x2000)] + fragments(BIG)[1:]),
    "fragments-missing": pcap(101, fragments(BIG)[:-1]),
    "tcp": pcap(101, [ipv4(tcp(b"", 99, 2), 6), ipv4(tcp(FRAMED, 100), 6), ipv4(tcp(FRAMED * 3, 100 + len(FRAMED)), 6)]),
    "tcp-split": pcap(101, [ipv4(tcp(b"", 99, 2), 6), ipv4(tcp(FRAMED[:1], 100), 6), ipv4(tcp(FRAMED[1:30], 101), 6),
                            ipv4(tcp(FRAMED[30:], 130), 6)]),
    "tcp-disorder": pcap(101, [ipv4(tcp(b"", 99, 2), 6), ipv4(tcp(FRAMED[30:], 130), 6), ipv4(tcp(FRAMED[20:40], 120), 6),
                               ipv4(tcp(FRAMED[:25], 100), 6)]),
    "tcp-midstream": pcap(101, [ipv4(tcp(FRAMED, 5000), 6), ipv4(tcp(FRAMED, 9000), 6)]),
    "tcp-snapped": pcap(101, [ipv4(tcp(FRAMED * 2, 5000), 6)], snap=150),
    "ports": pcap(101, [ipv4(udp(QUERY, 5353, 5353), 17), ipv4(udp(QUERY, 1, 5355), 17), ipv4(udp(QUERY, 137, 137), 17),
                        ipv4(udp(QUERY, 1, 9999), 17), ipv4(b"icmp data", 1)]),
    "length-lies": pcap(101, [Q4]) + struct.pack("<4I", 0, 0, 0x7FFFFFFF, 60),
    "cut": pcap(101, [Q4, R4])[:-9],
}

# ---- pcapng


def block(kind, body, order="<"):
    body += b"\0" * (-len(body) % 4)
    return struct.pack(order + "II", kind, 12 + len(body)) + body + struct.pack(order + "I", 12 + len(body))


def section(order="<"):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link, options=b"", order="<", snap=0):
    return block(1, struct.pack(order + "HHI", link, 0, snap) + options, order)


def option(code, value, order="<"):
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def enhanced(ifc, ticks, data, order="<"):
    return block(6, struct.pack(order + "5I", ifc, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data)) + data, order)


def process(pid, name, order="<"):
    return block(0x80000001, struct.pack(order + "I", pid) + option(2, name, order) + option(0, b"", order), order)


def enhanced_of(ticks, data, way, number, order="<"):
    head = struct.pack(order + "5I", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    options = option(2, struct.pack(order + "I", way), order) + option(0x8001, struct.pack(order + "I", number), order)
    return block(6, head + data + b"\0" * (-len(data) % 4) + options + option(0, b"", order), order)


T = 1700000000 * 1000000
NG = {
    "ng-processes": section() + interface(101) + process(42, b"mDNSResponder") + process(263, b"curl") + enhanced_of(
        T, Q4, 2, 1) + enhanced_of(T, R4, 1, 0) + enhanced_of(T, Q4, 1, 0) + enhanced_of(T, Q4, 2, 9),
    "ng-basic": section() + interface(1) + enhanced(0, T, ether(Q4)) + enhanced(0, T, ether(R4)),
    "ng-big-endian": section(">") + interface(101, order=">") + enhanced(0, T, Q4, ">"),
    "ng-clocks": section() + interface(101, option(9, b"\x09")) + interface(101, option(9, b"\x94")) + interface(
        101, option(14, struct.pack("<q", 10**9))) + enhanced(0, T * 1000, Q4) + enhanced(1, T, Q4) + enhanced(2, T, Q4),
    "ng-simple": section() + interface(101, snap=60) + block(3, struct.pack("<I", len(Q4)) + Q4[:60]),
    "ng-old": section() + interface(101) + block(2, struct.pack("<HH4I", 0, 0, T >> 32, T & 0xFFFFFFFF, len(Q4), len(Q4)) + Q4),
    "ng-sections": section() + interface(101) + enhanced(0, T, Q4) + block(5, b"stat") + section(">") + interface(
        1, order=">") + enhanced(0, T, ether(R4), ">") + block(0xBAD, b"custom", ">"),
    "ng-unknown-interface": section() + enhanced(7, T, Q4),
    "ng-length-lies": section() + interface(101) + enhanced(0, T, Q4)[:-4] + b"\xff\xff\xff\xff",
    "ng-cut": (section() + interface(101) + enhanced(0, T, Q4))[:-30],
}

for seed, data in MESSAGES.items():
    put("dns", seed, data)
for seed, data in CAPTURES.items():
    put("pcap", seed + ".pcap", data)
for seed, data in NG.items():
    put("pcap", seed + ".pcapng", data)
