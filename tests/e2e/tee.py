#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies each UDP datagram that leaves by one device to others.

    tests/e2e/tee.py DEVICE COPY [COPY...]

A datagram that never left the machine may still lack its checksum, so the copies go without one,
which UDP over IPv4 allows.
"""

import socket
import sys

ETH_P_ALL = 3
ETH_P_IP = 0x0800
PACKET_OUTGOING = 4
ETHERNET = 14


def open_device(device, protocol):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
    s.bind((device, protocol))
    return s


def without_checksum(frame):
    """The frame, its UDP checksum zero; None: it is no UDP, or a fragment."""
    at = ETHERNET + 4 * (frame[ETHERNET] & 15)
    whole = not (frame[ETHERNET + 6] & 0x3F or frame[ETHERNET + 7])
    if frame[ETHERNET + 9] != socket.IPPROTO_UDP or not whole:
        return None
    return frame[: at + 6] + b"\0\0" + frame[at + 8 :]


def main(argv):
    source = open_device(argv[1], ETH_P_ALL)
    source.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    copies = [open_device(device, 0) for device in argv[2:]]
    while True:
        frame, (_, protocol, direction, _, _) = source.recvfrom(65536)
        if direction != PACKET_OUTGOING or protocol != ETH_P_IP:
            continue
        copy = without_checksum(frame)
        for s in copies if copy else ():
            s.send(copy)


if __name__ == "__main__":
    main(sys.argv)
