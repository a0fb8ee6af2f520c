# SPDX-License-Identifier: Apache-2.0
"""A capture in which every hostile name is the domain of a small tunnel: one client each."""

import base64
import random
import struct

START_S = 1793714531  # 2026-11-03T14:02:11Z
QUERIES = 40
PAYLOAD_BYTES = 30
TYPE_NULL = 10
RESOLVER = bytes((192, 0, 2, 53))


def wire(labels):
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def packet(client, port, txid, name):
    dns = struct.pack(">HHHHHH", txid, 0x0100, 1, 0, 0, 0) + name + struct.pack(">HH", TYPE_NULL, 1)
    udp = struct.pack(">HHHH", port, 53, 8 + len(dns), 0) + dns
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0)
    return b"\x02" * 12 + b"\x08\x00" + head + client + RESOLVER + udp


def questions(labels, chance):
    """Fresh payloads below the last two labels of @labels, after the name itself."""
    if len(wire(labels)) <= 255:
        yield labels
    for _ in range(QUERIES):
        payload = base64.b32encode(chance.randbytes(PAYLOAD_BYTES)).lower().rstrip(b"=")
        yield (payload, *labels[-2:])


def client_of(i):
    return bytes((10, 20 + (i >> 16), i >> 8 & 255, i & 255))


def write_capture(path, names, seed=11):
    """@names: tuples of labels, the last of them the top-level domain."""
    chance = random.Random(seed)
    packets = []
    for i, labels in enumerate(names):
        at_us = chance.randrange(600_000_000)
        for k, asked in enumerate(questions(labels, chance)):
            packets.append((at_us + 900_000 * k, packet(client_of(i), 20000 + k, k, wire(asked))))
    packets.sort()
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for at_us, data in packets:
            f.write(struct.pack("<IIII", START_S + at_us // 1_000_000, at_us % 1_000_000,
                                len(data), len(data)) + data)
