# SPDX-License-Identifier: Apache-2.0
"""A second, simple reader of captures for the benches: packets in, packets out, lookups out.

It is no judge of the program's decoder. It takes what is well formed (pcap and pcapng, IPv4 and
IPv6 without fragments, UDP with port 53 at one end) and passes over the rest.
"""

import ipaddress
import struct

import quality_tsv as q

ETHERNET, RAW, SLL, SLL2, NULL_LINK = 1, 101, 113, 276, 0
LINK_BYTES = {NULL_LINK: 4, ETHERNET: 14, RAW: 0, 12: 0, 14: 0, 228: 0, 229: 0, SLL: 16, SLL2: 20}
TYPE_NAMES = {number: name for name, number in q.TYPES.items()}
PACKET_MAX = 262144


class Packet:
    """@time_us since 1970; @data from the link layer on."""

    __slots__ = ("time_us", "link", "data")

    def __init__(self, time_us, link, data):
        self.time_us = time_us
        self.link = link
        self.data = data


# ------------------------------------------------------------------ files


def read_pcap(data):
    magic = data[:4]
    order = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    per_us = 1000 if magic in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1
    link = struct.unpack(order + "I", data[20:24])[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        s, fraction, n, _ = struct.unpack(order + "IIII", data[at : at + 16])
        at += 16
        yield Packet(s * 1000000 + fraction // per_us, link, data[at : at + n])
        at += n


def ticks_of(options, order):
    """Ticks a second of an interface, from if_tsresol."""
    at = 0
    while at + 4 <= len(options):
        code, n = struct.unpack(order + "HH", options[at : at + 4])
        if code == 9 and n == 1:
            value = options[at + 4]
            return 2 ** (value & 127) if value & 128 else 10**value
        if code == 0:
            break
        at += 4 + (n + 3 & ~3)
    return 1000000


def read_pcapng(data):
    at, order, links = 0, "<", []
    while at + 12 <= len(data):
        if data[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        kind, n = struct.unpack(order + "II", data[at : at + 8])
        body = data[at + 8 : at + n - 4]
        if kind == 1:
            link = struct.unpack(order + "H", body[:2])[0]
            links.append((link, ticks_of(body[8:], order)))
        elif kind == 6:
            i, high, low, captured = struct.unpack(order + "IIII", body[:16])
            link, ticks = links[i]
            time_us = ((high << 32) + low) * 1000000 // ticks
            yield Packet(time_us, link, body[20 : 20 + captured])
        at += max(n, 12)


def read(path):
    """The packets of a capture, in the file's order."""
    with open(path, "rb") as f:
        data = f.read()
    return list(read_pcapng(data) if data[:4] == b"\x0a\x0d\x0d\x0a" else read_pcap(data))


def write(path, packets):
    """One link type a file: that of the first packet."""
    link = packets[0].link if packets else ETHERNET
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, PACKET_MAX, link))
        for p in packets:
            s, us = divmod(p.time_us, 1000000)
            f.write(struct.pack("<IIII", s, us, len(p.data), len(p.data)) + p.data)


# ------------------------------------------------------------------ packets


class Datagram:
    """Where things are in a packet: @ip_at, @udp_at, @dns_at; its ends."""

    __slots__ = ("ip_at", "udp_at", "dns_at", "source", "target", "source_port", "target_port")

    def client(self):
        """(address, port) of the end that is not port 53."""
        if self.target_port == 53:
            return self.source, self.source_port
        return self.target, self.target_port


def ip_at(packet):
    """(offset of the IP header, version), or None."""
    if packet.link not in LINK_BYTES:
        return None
    at = LINK_BYTES[packet.link]
    if packet.link == ETHERNET:
        while packet.data[at - 2 : at] in (b"\x81\x00", b"\x88\xa8"):
            at += 4
    if len(packet.data) <= at + 20:
        return None
    return at, packet.data[at] >> 4


def datagram(packet):
    """The UDP datagram with DNS in it, or None."""
    where = ip_at(packet)
    if not where:
        return None
    data, d = packet.data, Datagram()
    d.ip_at, version = where
    if version == 4 and data[d.ip_at + 9] == 17:
        d.udp_at = d.ip_at + (data[d.ip_at] & 15) * 4
        d.source, d.target = data[d.ip_at + 12 : d.ip_at + 16], data[d.ip_at + 16 : d.ip_at + 20]
    elif version == 6 and data[d.ip_at + 6] == 17:
        d.udp_at = d.ip_at + 40
        d.source, d.target = data[d.ip_at + 8 : d.ip_at + 24], data[d.ip_at + 24 : d.ip_at + 40]
    else:
        return None
    d.dns_at = d.udp_at + 8
    if len(data) < d.dns_at + 12:
        return None
    d.source_port, d.target_port = struct.unpack(">HH", data[d.udp_at : d.udp_at + 4])
    return d if 53 in (d.source_port, d.target_port) else None


def sum_of(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def with_payload(packet, d, payload):
    """The packet with another payload: lengths and sums made right."""
    data = bytearray(packet.data[: d.dns_at]) + payload
    udp_n = 8 + len(payload)
    struct.pack_into(">HH", data, d.udp_at + 4, udp_n, 0)
    if data[d.ip_at] >> 4 == 4:
        struct.pack_into(">H", data, d.ip_at + 2, d.udp_at - d.ip_at + udp_n)
        struct.pack_into(">H", data, d.ip_at + 10, 0)
        head = bytes(data[d.ip_at : d.udp_at])
        struct.pack_into(">H", data, d.ip_at + 10, 0xFFFF - sum_of(head))
    else:
        struct.pack_into(">H", data, d.ip_at + 4, udp_n)
    pseudo = d.source + d.target + struct.pack(">HH", 17, udp_n)
    total = 0xFFFF - sum_of(pseudo + bytes(data[d.udp_at :]))
    struct.pack_into(">H", data, d.udp_at + 6, total or 0xFFFF)
    return Packet(packet.time_us, packet.link, bytes(data))


# ------------------------------------------------------------------ messages


def name_at(message, at):
    """(labels, offset after the name); raises ValueError or IndexError for what is no name."""
    labels, after, jumps = [], None, 0
    while message[at]:
        n = message[at]
        if n & 0xC0 == 0xC0:
            after = after or at + 2
            at = (n & 63) << 8 | message[at + 1]
            jumps += 1
            if jumps > 32:
                raise ValueError("pointers without end")
            continue
        if n & 0xC0 or at + 1 + n > len(message):
            raise ValueError("no label")
        labels.append(bytes(message[at + 1 : at + 1 + n]))
        at += 1 + n
    return labels, after or at + 1


def text_of(labels):
    """As Zeek prints a name: bytes beyond printable ASCII, and tabs and backslashes, as \\xNN."""
    plain = b".".join(labels)
    return "".join(chr(c) if 33 <= c < 127 and c != 92 else f"\\x{c:02x}" for c in plain)


def answer_text(message, qtype, at, n):
    """One record's data as Zeek prints it."""
    data = message[at : at + n]
    if qtype == 1 and n == 4 or qtype == 28 and n == 16:
        return str(ipaddress.ip_address(bytes(data)))
    if qtype in (2, 5, 12):
        return text_of(name_at(message, at)[0])
    if qtype == 15:
        return text_of(name_at(message, at + 2)[0])
    if qtype == 33:
        return text_of(name_at(message, at + 6)[0])
    if qtype == 16 and n:
        first = data[1 : 1 + data[0]]
        return f"TXT {len(first)} {text_of([bytes(first)])}".replace(",", "\\x2c")
    return f"<unknown type={qtype}>"


class Message:
    """@identifier, @is_reply, @rcode, @labels, @qtype, @answers (texts), @ttl_s."""

    def __init__(self, data):
        self.identifier, flags, n_questions, n_answers = struct.unpack(">HHHH", data[:8])
        if n_questions != 1:
            raise ValueError("not one question")
        self.is_reply, self.rcode = bool(flags & 0x8000), flags & 15
        self.labels, at = name_at(data, 12)
        self.qtype = struct.unpack(">H", data[at : at + 2])[0]
        self.answers, self.ttl_s = [], 0
        at += 4
        for _ in range(n_answers if self.is_reply else 0):
            _, at = name_at(data, at)
            kind, _, ttl_s, n = struct.unpack(">HHIH", data[at : at + 10])
            self.answers.append(answer_text(data, kind, at + 10, n))
            self.ttl_s = min(ttl_s, 86400)
            at += 10 + n


def messages(packets):
    """(packet's index, datagram, message) of each packet that holds one in order."""
    for i, packet in enumerate(packets):
        d = datagram(packet)
        if not d:
            continue
        try:
            yield i, d, Message(packet.data[d.dns_at :])
        except (ValueError, IndexError, struct.error):
            continue


class Seen:
    """One lookup of a capture: @time_us, @client (text), @labels and a quality_tsv.Lookup."""

    __slots__ = ("time_us", "client", "labels", "lookup")


def lookups(packets):
    """Questions with the replies that came to them, in the order of the questions."""
    waiting, made = {}, []
    for i, d, m in messages(packets):
        if m.qtype not in TYPE_NAMES:
            continue
        who = (d.client(), m.identifier, b".".join(m.labels).lower())
        if not m.is_reply:
            seen = waiting[who] = Seen()
            seen.time_us = packets[i].time_us
            seen.client = str(ipaddress.ip_address(bytes(d.client()[0])))
            seen.labels = m.labels
            seen.lookup = q.Lookup(text_of(m.labels), TYPE_NAMES[m.qtype])
            made.append(seen)
        elif who in waiting:
            lookup = waiting.pop(who).lookup
            lookup.answers, lookup.ttl_s = tuple(m.answers), m.ttl_s
            lookup.rcode = m.rcode if m.rcode in q.RCODES else 2
    return made
