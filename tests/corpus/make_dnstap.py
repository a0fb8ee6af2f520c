#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the fuzz target of dnstap, and a dnstap file from a log of Zeek.

    tests/corpus/make_dnstap.py FOLDER             the seeds
    tests/corpus/make_dnstap.py --zeek LOG OUT     each record of a dns.log in JSON as a query and,
                                                   when it was answered, a response
"""

import json
import os
import struct
import sys

CONTENT_TYPE = b"protobuf:dnstap.Dnstap"
ACCEPT, START, STOP, READY, FINISH = 1, 2, 3, 4, 5
AUTH, RESOLVER, CLIENT, FORWARDER, STUB, TOOL, UPDATE = 1, 3, 5, 7, 9, 11, 13
TYPES = {"A": 1, "NS": 2, "CNAME": 5, "TXT": 16, "AAAA": 28}


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def fixed32(field, value):
    return varint(field << 3 | 5) + struct.pack("<I", value)


def blob(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def control(kind, content_type=CONTENT_TYPE):
    body = struct.pack(">I", kind)
    if content_type is not None:
        body += struct.pack(">II", 1, len(content_type)) + content_type
    return struct.pack(">II", 0, len(body)) + body


def data(frame):
    return struct.pack(">I", len(frame)) + frame


def name(text):
    labels = [x.encode("latin-1") for x in text.split(".") if x]
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def dns(ident, qname, qtype, answers=None, rcode=0):
    """A query, or with @answers, (type, ttl, data) each, its response."""
    flags = 0x0100 if answers is None else 0x8180 | rcode
    answers = answers or []
    out = struct.pack(">6H", ident, flags, 1, len(answers), 0, 0)
    out += name(qname) + struct.pack(">2H", qtype, 1)
    for rrtype, ttl, rdata in answers:
        out += b"\xc0\x0c" + struct.pack(">2HIH", rrtype, 1, ttl, len(rdata)) + rdata
    return out


def address(text):
    if ":" in text:
        head, _, tail = text.partition("::")
        groups = [x for x in head.split(":") if x], [x for x in tail.split(":") if x]
        middle = ["0"] * (8 - len(groups[0]) - len(groups[1]))
        return struct.pack(">8H", *(int(x, 16) for x in groups[0] + middle + groups[1]))
    return bytes(int(x) for x in text.split("."))


def message(kind, client, server, message_dns, times, protocol=1):
    """@kind is of a query; that of its response follows it. @times: ns of query, of response."""
    response = times[1] is not None
    source, source_port = client
    out = number(1, kind + response) + number(2, 2 if ":" in source else 1) + number(3, protocol)
    out += blob(4, address(source)) + blob(5, address(server[0]))
    out += number(6, source_port) + number(7, server[1])
    if times[0] is not None:
        out += number(8, times[0] // 10**9) + fixed32(9, times[0] % 10**9)
        if not response:
            out += blob(10, message_dns)
    if response:
        out += number(12, times[1] // 10**9) + fixed32(13, times[1] % 10**9)
        out += blob(14, message_dns)
    return out


def dnstap(body, kind=1):
    return blob(1, b"ns1") + blob(2, b"server 1.0") + blob(14, body) + number(15, kind)


T0 = 1790000000 * 10**9
C = ("192.0.2.10", 40000)
S = ("192.0.2.53", 53)
QUERY = dns(7, "www.example.net", 1)
ANSWER = dns(7, "www.example.net", 1, [(1, 60, bytes([192, 0, 2, 7]))])


def lookup(kind, client=C, server=S, protocol=1):
    return data(dnstap(message(kind, client, server, QUERY, (T0, None), protocol))) + data(
        dnstap(message(kind, client, server, ANSWER, (T0, T0 + 8000000), protocol))
    )


def seeds():
    start, stop = control(START), control(STOP, None)
    client = lookup(CLIENT)
    body = message(CLIENT, C, S, QUERY, (T0, None))
    far = lookup(RESOLVER, ("0.0.0.0", 40001), ("198.51.100.1", 53))
    yield "client", start + client + stop
    yield "both-sides", start + far + client + lookup(RESOLVER) + lookup(FORWARDER) + stop
    yield "far-side-alone", start + far + lookup(FORWARDER, protocol=3) + stop
    yield "every-pair", start + b"".join(lookup(k, protocol=k // 2 + 1) for k in range(1, 15, 2))
    yield "ipv6", start + lookup(CLIENT, ("2001:db8::10", 40000), ("2001:db8::53", 853), 3) + stop
    yield "handshake", control(READY) + control(ACCEPT) + start + client + stop + control(FINISH)
    yield "two-files", start + client + stop + start + client + stop
    yield "no-start", client
    yield "raw", dnstap(body)
    yield "other-content", control(START, b"protobuf:other.Thing") + client + stop
    yield "cut-frame", start + client[:-5]
    yield "cut-control", start + client + stop[:-3]
    yield "long-frame", start + client + struct.pack(">I", 0x00FFFFFF) + client
    yield "long-control", start + client + struct.pack(">III", 0, 4096, 3)
    yield "control-field", start[:-23] + b"\xff" + start[-22:] + client
    yield "unknown-type", start + data(dnstap(number(1, 255) + body[2:])) + client
    yield "no-message", start + data(blob(1, b"ns1") + number(15, 1)) + client
    yield "other-dnstap", start + data(dnstap(body, 2)) + client
    yield "bad-wire-type", start + data(dnstap(body + b"\x7b")) + client
    yield "bad-length", start + data(b"\x72\xff\xff\xff\xff\x0f" + body) + client
    yield "long-varint", start + data(b"\x78" + b"\xff" * 12) + client
    yield "bad-dns", start + data(dnstap(message(CLIENT, C, S, b"\0" * 9, (T0, None)))) + client
    yield "no-time", start + data(dnstap(message(CLIENT, C, S, QUERY, (None, None)))) + client
    yield "far-time", start + data(dnstap(message(CLIENT, C, S, QUERY, (2**63 * 10**9, None))))
    yield "bad-nanoseconds", start + data(dnstap(body + fixed32(9, 2**32 - 1)))
    yield "bad-address", start + data(dnstap(body + blob(4, b"\x7f\0\0")))
    yield "twice", start + data(dnstap(body + blob(10, ANSWER))) + stop
    yield "unknown-fields", start + data(dnstap(body + number(99, 7) + blob(300, b"x"))) + stop


def from_zeek(log, out):
    out.write(control(START))
    for line in log:
        r = json.loads(line)
        client, server = (r["id.orig_h"], r["id.orig_p"]), (r["id.resp_h"], r["id.resp_p"])
        asked = round(r["ts"] * 10**6) * 1000
        query = dns(r["trans_id"], r["query"], r["qtype"])
        out.write(data(dnstap(message(CLIENT, client, server, query, (asked, None)))))
        if "rtt" not in r:
            continue
        answers = []
        for text, ttl in zip(r.get("answers", []), r.get("TTLs", [])):
            if text.startswith("TXT "):
                text = text.split(" ", 2)[2].encode("latin-1")
                answers.append((TYPES["TXT"], int(ttl), bytes([len(text)]) + text))
            else:
                answers.append((r["qtype"], int(ttl), address(text)))
        response = dns(r["trans_id"], r["query"], r["qtype"], answers, r.get("rcode", 0))
        times = asked, asked + round(r["rtt"] * 10**6) * 1000
        out.write(data(dnstap(message(CLIENT, client, server, response, times))))
    out.write(control(STOP, None))


def main(argv):
    if len(argv) == 4 and argv[1] == "--zeek":
        with open(argv[2], encoding="utf-8") as log, open(argv[3], "wb") as out:
            from_zeek(log, out)
        return 0
    if len(argv) != 2:
        sys.exit(__doc__)
    for seed, content in seeds():
        with open(os.path.join(argv[1], seed), "wb") as f:
            f.write(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
