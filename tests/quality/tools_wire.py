# SPDX-License-Identifier: Apache-2.0
"""What the writers of other tools' traffic and of their look-alikes share: a question with its
answer on the wire, a conversation that is written one question after the other, and a day of many
clients as a capture and as Zeek's dns.log.

The one idea: there is one truth, the DNS messages; the log's lines are read back from them by
capture.py, so a name with odd bytes or an answer of a rare type is in both what it is on the wire.
"""

import base64
import ipaddress
import random
import struct

import capture
import quality_tsv as q

TYPES = {**q.TYPES, "DNSKEY": 48, "ANY": 255, "RRSIG": 46, "HINFO": 13, "CERT": 37}
NAMES = {number: name for name, number in TYPES.items()}
AUTHORITY = "198.51.100.53"  # what asks the authorities itself asks here
REPLY_S = 0.02
CACHE_MAX_S = 86400


def labels_of(name):
    """Labels of a name: a text, or a list of bytes as it is."""
    if isinstance(name, str):
        return [label.encode("latin-1") for label in name.split(".") if label]
    return name


def wire_name(name):
    wire = b"".join(bytes([len(label)]) + label for label in labels_of(name)) + b"\0"
    if len(wire) > 255 or any(len(label) > 63 for label in labels_of(name)):
        raise ValueError(f"too long: {name}")
    return wire


# ------------------------------------------------------------------ records
# Each gives (type, data) of one record.


def a(address):
    return 1, ipaddress.IPv4Address(address).packed


def a_bytes(four):
    return 1, bytes(four)


def aaaa(address):
    return 28, ipaddress.IPv6Address(address).packed


def aaaa_bytes(sixteen):
    return 28, bytes(sixteen)


def txt(*texts):
    data = b""
    for text in texts:
        text = text.encode("latin-1") if isinstance(text, str) else bytes(text)
        for i in range(0, max(1, len(text)), 255):
            data += bytes([len(text[i : i + 255])]) + text[i : i + 255]
    return 16, data


def cname(name):
    return 5, wire_name(name)


def ns(name):
    return 2, wire_name(name)


def ptr(name):
    return 12, wire_name(name)


def mx(name, preference=10):
    return 15, struct.pack(">H", preference) + wire_name(name)


def srv(name, port=443):
    return 33, struct.pack(">HHH", 0, 100, port) + wire_name(name)


def raw(qtype, data):
    return TYPES[qtype], bytes(data)


# ------------------------------------------------------------------ encodings


def hexed(data):
    return data.hex()


def b32(data):
    return base64.b32encode(data).decode().lower().rstrip("=")


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def b64(data):
    return base64.b64encode(data).decode()


def in_base(data, alphabet):
    """The bytes as one large number over @alphabet, as base58 does it."""
    value, text = int.from_bytes(b"\1" + data, "big"), ""
    while value:
        value, digit = divmod(value, len(alphabet))
        text += alphabet[digit]
    return text


def cut(text, n):
    """Pieces of at most @n joined by dots: one label after the other."""
    return ".".join(text[i : i + n] for i in range(0, len(text), n))


def room_of(domain, label_max=63, name_max=253):
    """Characters of payload that fit before @domain, dots taken off."""
    room = name_max - len(domain) - 1
    return room - room // (label_max + 1) - 1


# ------------------------------------------------------------------ conversations


class Ask:
    """One question: when (seconds from the day's start), what, and the reply."""

    __slots__ = ("at_s", "name", "qtype", "answers", "ttl_s", "rcode", "server", "client")

    def __init__(self, at_s, name, qtype, answers, ttl_s, rcode):
        self.at_s = at_s
        self.name = labels_of(name)
        self.qtype = qtype
        self.answers = answers
        self.ttl_s = ttl_s
        self.rcode = rcode
        self.server = q.RESOLVER
        self.client = None


class Talk:
    """What one client says, in order. @rng is the writer's own."""

    def __init__(self, rng, domain="", at_s=0.0):
        self.rng = rng
        self.domain = domain
        self.at_s = at_s
        self.asks = []
        self.server = q.RESOLVER
        self.client = None
        self.has_v6 = False

    def ask(self, name, qtype="A", *answers, ttl_s=60, rcode=0):
        one = Ask(self.at_s, name, qtype, answers, ttl_s, rcode)
        one.server, one.client = self.server, self.client
        self.asks.append(one)
        self.at_s += REPLY_S + self.rng.random() * 0.05

    def nothing(self, name, qtype="A"):
        """The name does not exist."""
        self.ask(name, qtype, rcode=3)

    def sleep(self, seconds, jitter=0.0):
        """@jitter: the share by which the sleep is shortened at most."""
        self.at_s += seconds * (1 - jitter * self.rng.random())

    def bytes(self, n):
        return self.rng.randbytes(n)

    def draw(self, alphabet, n):
        return "".join(self.rng.choices(alphabet, k=n))

    def chunks(self, n_bytes, each):
        """Random bytes, @n_bytes in all, in pieces of @each."""
        for at in range(0, n_bytes, each):
            yield self.rng.randbytes(min(each, n_bytes - at))

    def until(self, seconds):
        """Loops until so many seconds after the start of the conversation."""
        first = self.asks[0].at_s if self.asks else self.at_s
        while self.at_s < first + seconds:
            yield


def seeded(*what):
    return random.Random("/".join(map(str, what)))


# ------------------------------------------------------------------ a day


def question_of(ask, identifier):
    head = struct.pack(">HHHHHH", identifier, 0x0100, 1, 0, 0, 0)
    return head + wire_name(ask.name) + struct.pack(">HH", TYPES[ask.qtype], 1)


def reply_of(ask, identifier):
    head = struct.pack(">HHHHHH", identifier, 0x8180 | ask.rcode, 1, len(ask.answers), 0, 0)
    data = head + wire_name(ask.name) + struct.pack(">HH", TYPES[ask.qtype], 1)
    for kind, rdata in ask.answers:
        data += struct.pack(">HHHIH", 0xC00C, kind, 1, ask.ttl_s, len(rdata)) + rdata
    return data


def lookup_of(ask):
    """What Zeek makes of the two messages."""
    reply = capture.Message(reply_of(ask, 1))
    rcode = ask.rcode if ask.rcode in q.RCODES else 2
    return Zeek(capture.text_of(ask.name), ask.qtype, reply.answers, ask.ttl_s, rcode, ask.server)


class Zeek(q.Lookup):
    """A lookup of any type."""

    __slots__ = ()

    def cells(self):
        number = TYPES[self.qtype]
        q.TYPES.setdefault(self.qtype, number)
        return super().cells()


ETHERNET_HEAD = b"\x02\0\0\0\0\2\x02\0\0\0\0\1\x08\0"
IP_HEAD_BYTES, UDP_HEAD_BYTES = 20, 8


def packet_of(time_us, ends, payload):
    """@ends: (address, port) of sender and receiver."""
    (source, source_port), (target, target_port) = ends
    data = ETHERNET_HEAD + struct.pack(
        ">BBHHHBBHII", 0x45, 0, 0, 0, 0, 64, 17, 0,
        int(ipaddress.IPv4Address(source)), int(ipaddress.IPv4Address(target)),
    )  # fmt: skip
    data += struct.pack(">HHHH", source_port, target_port, 0, 0)
    d = capture.Datagram()
    d.ip_at = len(ETHERNET_HEAD)
    d.udp_at = d.ip_at + IP_HEAD_BYTES
    d.dns_at = d.udp_at + UDP_HEAD_BYTES
    d.source, d.target = data[d.ip_at + 12 : d.ip_at + 16], data[d.ip_at + 16 : d.ip_at + 20]
    return capture.with_payload(capture.Packet(time_us, capture.ETHERNET, data), d, payload)


class Day:
    """Conversations of many clients. `lines` for a log, `packets` for a capture, `egress` for the
    log between the site's resolver and the authorities."""

    def __init__(self, seed):
        self.seed = seed
        self.asks = []
        self.n_clients = 0

    def new_client(self):
        self.n_clients += 1
        return q.client_of(self.n_clients)

    def add(self, client, talk):
        for ask in talk.asks:
            ask.client = ask.client or client
        self.asks += talk.asks

    def people(self, n_clients, n_lookups):
        """@n_clients machines with @n_lookups ordinary lookups each."""
        for _ in range(n_clients):
            client = self.new_client()
            rng = seeded(self.seed, "people", client)
            self.add(client, ordinary(rng, n_lookups))

    def in_order(self):
        self.asks.sort(key=lambda ask: ask.at_s)
        rng = seeded(self.seed, "order")
        for ask in self.asks:
            yield ask, rng.getrandbits(32)

    def lines(self):
        return [
            q.line_of(q.START_S + ask.at_s, ask.client, lookup_of(ask), draw)
            for ask, draw in self.in_order()
        ]

    def egress(self, resolver=q.RESOLVER):
        """What the resolver's cache does not know it asks the authorities."""
        until, lines = {}, []
        for ask, draw in self.in_order():
            key = (b".".join(ask.name).lower(), ask.qtype)
            if ask.server != q.RESOLVER:
                continue
            if until.get(key, -1) > ask.at_s:
                continue
            until[key] = ask.at_s + min(ask.ttl_s if ask.answers else 30, CACHE_MAX_S)
            lookup = lookup_of(ask)
            lookup.server = AUTHORITY
            lines.append(q.line_of(q.START_S + ask.at_s, resolver, lookup, draw))
        return lines

    def write_capture(self, path):
        packets = []
        for ask, draw in self.in_order():
            at_us = int((q.START_S + ask.at_s) * 1e6)
            client, server = (ask.client, 1024 + draw % 60000), (ask.server, 53)
            identifier = draw >> 8 & 65535
            packets.append(packet_of(at_us, (client, server), question_of(ask, identifier)))
            reply = reply_of(ask, identifier)
            packets.append(packet_of(at_us + 12345, (server, client), reply))
        packets.sort(key=lambda p: p.time_us)
        capture.write(path, packets)


def ordinary(rng, n_lookups):
    """Popular sites, as quality_tsv's background has them."""
    talk = Talk(rng)
    for _ in range(n_lookups):
        rank = min(int(rng.paretovariate(0.7)) - 1, 2000)
        host = q.HOSTS[int(rng.random() ** 2 * (2 + rank % 10))]
        name = f"{host}.{q.site(rank)}" if host else q.site(rank)
        talk.at_s = rng.random() * q.DAY_S
        if rng.random() < 0.7:
            talk.ask(name, "A", a(f"203.0.{rank % 114}.{q.hash_of(name) % 250 + 1}"), ttl_s=300)
        else:
            address = aaaa(f"2001:db8:{rank:x}::{q.hash_of(name) % 65000:x}")
            talk.ask(name, "AAAA", address, ttl_s=300)
    return talk
