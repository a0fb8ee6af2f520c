# SPDX-License-Identifier: Apache-2.0
"""The packets and messages of a capture of UDP over IPv4 over Ethernet, as tcpdump writes it."""

import collections
import socket
import struct

LINK_ETHERNET = 1
ETHERNET, UDP_HEADER = 14, 8
MAX_JUMPS = 64

A, NS, CNAME, PTR, MX, TXT, AAAA, SRV, OPT = 1, 2, 5, 12, 15, 16, 28, 33, 41

Packet = collections.namedtuple("Packet", "time_us source source_port dest dest_port payload")
Record = collections.namedtuple("Record", "owner type klass ttl data text")
Message = collections.namedtuple(
    "Message", "id flags name type klass answers authorities additionals")


def frames(path):
    """(time, frame) of the capture, in order."""
    with open(path, "rb") as f:
        head = f.read(24)
        magic, _, _, _, _, _, link = struct.unpack("<IHHiIII", head)
        if magic != 0xA1B2C3D4 or link != LINK_ETHERNET:
            raise ValueError(f"{path}: not an Ethernet capture with microseconds")
        while True:
            head = f.read(16)
            if len(head) < 16:
                return
            seconds, micros, n, _ = struct.unpack("<IIII", head)
            yield seconds * 1000000 + micros, f.read(n)


def packets(path):
    """Every UDP datagram of the capture, in order; its fragments put together."""
    parts = {}  # of datagrams that are not whole: offset to bytes, None to the end
    for time_us, frame in frames(path):
        at = ETHERNET
        if frame[12:14] != b"\x08\x00" or frame[at + 9] != socket.IPPROTO_UDP:
            continue
        n, ident, offset = struct.unpack(">HHH", frame[at + 2 : at + 8])
        source, dest = (socket.inet_ntoa(frame[i : i + 4]) for i in (at + 12, at + 16))
        body = frame[at + 4 * (frame[at] & 15) : at + n]
        if offset & 0x3FFF:
            key = (source, dest, ident)
            body = reassembled(parts.setdefault(key, {}), offset, body)
            if body is None:
                continue
            del parts[key]
        source_port, dest_port, n = struct.unpack(">HHH", body[:6])
        yield Packet(time_us, source, source_port, dest, dest_port, body[UDP_HEADER:n])


def reassembled(parts, offset, body):
    """The whole datagram when this was its last missing fragment; None."""
    start = (offset & 0x1FFF) * 8
    parts[start] = body
    if not offset & 0x2000:
        parts[None] = start + len(body)
    whole = b"".join(parts[i] for i in sorted(i for i in parts if i is not None))
    return whole if len(whole) == parts.get(None) else None


def read_name(data, at):
    """The labels from @at, and where the name ends."""
    labels, end = [], None
    for _ in range(MAX_JUMPS + 128):
        n = data[at]
        if n == 0:
            return labels, end if end is not None else at + 1
        if n >= 0xC0:
            end = end if end is not None else at + 2
            at = (n & 63) << 8 | data[at + 1]
            continue
        labels.append(bytes(data[at + 1 : at + 1 + n]))
        at += n + 1
    raise ValueError("a name without an end")


def rdata(data, at, kind, n):
    """What the record says: a text, a list of labels, a list of strings, None for other types."""
    if kind == A:
        return socket.inet_ntoa(data[at : at + 4])
    if kind == AAAA:
        return socket.inet_ntop(socket.AF_INET6, data[at : at + 16])
    if kind in (NS, CNAME, PTR):
        return read_name(data, at)[0]
    if kind == MX:
        return read_name(data, at + 2)[0]
    if kind == SRV:
        return read_name(data, at + 6)[0]
    if kind != TXT:
        return None
    strings, end = [], at + n
    while at < end:
        strings.append(bytes(data[at + 1 : at + 1 + data[at]]))
        at += data[at] + 1
    return strings


def read_records(data, at, count):
    records = []
    for _ in range(count):
        owner, at = read_name(data, at)
        kind, klass, ttl, n = struct.unpack(">HHIH", data[at : at + 10])
        at += 10
        records.append(Record(owner, kind, klass, ttl, bytes(data[at : at + n]),
                              rdata(data, at, kind, n)))
        at += n
    return records, at


def read_message(data):
    """A Message; None when it is none with one question."""
    try:
        ident, flags, n_questions, *counts = struct.unpack(">HHHHHH", data[:12])
        if n_questions != 1:
            return None
        name, at = read_name(data, 12)
        kind, klass = struct.unpack(">HH", data[at : at + 4])
        at += 4
        sections = []
        for count in counts:
            records, at = read_records(data, at, count)
            sections.append([r for r in records if r.type != OPT])
    except (struct.error, IndexError, ValueError, OSError):
        return None
    return Message(ident, flags, name, kind, klass, *sections)
