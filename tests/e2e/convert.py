#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A capture of DNS as other sensors would have written it down.

    tests/e2e/convert.py CAPTURE FOLDER

Writes into FOLDER run.pcapng, zeek.log (TSV), zeek.json, eve-v1.json, eve-v2.json and eve-v3.json,
with what these formats keep and what they lose: Zeek folds the case of names and hides NULL data,
Suricata has neither sizes nor EDNS.
"""

import json
import os
import struct
import sys
import time
import zlib

import dnswire
from dnswire import A, AAAA, CNAME, MX, NS, PTR, SRV, TXT

QR, AA, TC, RD, RA = 0x8000, 0x400, 0x200, 0x100, 0x80
TYPES = {A: "A", NS: "NS", CNAME: "CNAME", 6: "SOA", 10: "NULL", PTR: "PTR", MX: "MX", TXT: "TXT",
         25: "KEY", AAAA: "AAAA", SRV: "SRV", 65: "HTTPS"}
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
PORT = 53
ZEEK_FIELDS = [
    ("ts", "time"), ("uid", "string"), ("id.orig_h", "addr"), ("id.orig_p", "port"),
    ("id.resp_h", "addr"), ("id.resp_p", "port"), ("proto", "enum"), ("trans_id", "count"),
    ("rtt", "interval"), ("query", "string"), ("qclass", "count"), ("qclass_name", "string"),
    ("qtype", "count"), ("qtype_name", "string"), ("rcode", "count"), ("rcode_name", "string"),
    ("AA", "bool"), ("TC", "bool"), ("RD", "bool"), ("RA", "bool"), ("Z", "count"),
    ("answers", "vector[string]"), ("TTLs", "vector[interval]"), ("rejected", "bool"),
]


def messages(packets):
    """(packet, message, client side) of all that is DNS."""
    for p in packets:
        message = dnswire.read_message(p.payload)
        if message:
            client = (p.dest, p.dest_port) if message.flags & QR else (p.source, p.source_port)
            yield p, message, client


def as_json(record):
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


# -------------------------------------------------------------------- pcapng


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    n = len(body) + 12
    return struct.pack("<II", kind, n) + body + struct.pack("<I", n)


def write_pcapng(frames, path):
    """One section, one interface with nanoseconds, one enhanced packet block a frame."""
    with open(path, "wb") as f:
        f.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        resolution = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
        f.write(block(1, struct.pack("<HHI", dnswire.LINK_ETHERNET, 0, 0) + resolution))
        for time_us, frame in frames:
            ns = time_us * 1000
            head = struct.pack("<IIIII", 0, ns >> 32, ns & 0xFFFFFFFF, len(frame), len(frame))
            f.write(block(6, head + frame))


# ---------------------------------------------------------------------- Zeek

def pieces(data):
    """(text, True) for what is UTF-8 and printable, (byte, False) for each byte that is not."""
    at = 0
    while at < len(data):
        for n in (1, 2, 3, 4):
            try:
                text = data[at : at + n].decode()
            except UnicodeDecodeError:
                continue
            if text.isprintable() and len(text) == 1:
                yield text, True
                at += n
                break
        else:
            yield data[at], False
            at += 1


def escaped(data, with_backslash):
    out = []
    for piece, is_text in pieces(data):
        if not is_text:
            out.append(f"\\x{piece:02x}")
        else:
            out.append("\\\\" if piece == "\\" and with_backslash else piece)
    return "".join(out)


def zeek_name(labels):
    return b".".join(labels).lower()


def zeek_answer(record):
    """As bytes: the caller escapes."""
    if record.text is None:
        return f"<unknown type={record.type}>".encode()
    if record.type == TXT:
        return b" ".join(b"TXT %d %s" % (len(s), s) for s in record.text)
    return record.text.encode() if isinstance(record.text, str) else zeek_name(record.text)


def zeek_records(packets):
    """One dictionary a lookup: the query and, when it came, its answer."""
    waiting, done = {}, []
    for p, m, client in messages(packets):
        key = (client, m.id, tuple(m.name), m.type)
        if not m.flags & QR:
            done.append([p, m, client, None])
            waiting[key] = done[-1]
        elif key in waiting:
            waiting.pop(key)[3] = (p, m)
        else:
            done.append([p, m, client, (p, m)])
    for p, m, client, answer in done:
        yield zeek_record(p, m, client, answer)


def zeek_record(p, m, client, answer):
    name = zeek_name(m.name)
    record = {
        "ts": p.time_us / 1e6, "uid": f"C{zlib.crc32(repr(client).encode()):x}",
        "id.orig_h": client[0], "id.orig_p": client[1],
        "id.resp_h": p.source if m.flags & QR else p.dest, "id.resp_p": PORT, "proto": "udp",
        "trans_id": m.id, "query": name, "qclass": m.klass, "qclass_name": "C_INTERNET",
        "qtype": m.type, "qtype_name": TYPES.get(m.type, f"query-{m.type}"),
        "AA": False, "TC": False, "RD": bool(m.flags & RD), "RA": False, "Z": 0,
        "rejected": False,
    }
    if answer:
        at, a = answer
        rcode = a.flags & 15
        record.update({
            "rtt": (at.time_us - p.time_us) / 1e6, "rcode": rcode,
            "rcode_name": RCODES.get(rcode, f"rcode-{rcode}"), "AA": bool(a.flags & AA),
            "TC": bool(a.flags & TC), "RA": bool(a.flags & RA), "rejected": rcode not in (0, 3),
        })
        if a.answers:
            record["answers"] = [zeek_answer(r) for r in a.answers]
            record["TTLs"] = [float(r.ttl) for r in a.answers]
    return record


def tsv_value(value, kind):
    if value is None:
        return "-"
    if isinstance(value, list):
        return ",".join(tsv_value(v, kind[7:-1]).replace(",", "\\x2c") for v in value)
    if kind == "bool":
        return "T" if value else "F"
    if kind in ("time", "interval"):
        return f"{value:.6f}"
    if isinstance(value, bytes):
        return escaped(value, True) or "(empty)"
    return str(value)


def write_zeek_tsv(packets, path):
    stamp = time.strftime("%Y-%m-%d-%H-%M-%S", time.gmtime())
    with open(path, "w", encoding="utf-8") as f:
        f.write("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
                f"#path\tdns\n#open\t{stamp}\n")
        f.write("#fields\t" + "\t".join(name for name, _ in ZEEK_FIELDS) + "\n")
        f.write("#types\t" + "\t".join(kind for _, kind in ZEEK_FIELDS) + "\n")
        for r in zeek_records(packets):
            f.write("\t".join(tsv_value(r.get(name), kind) for name, kind in ZEEK_FIELDS) + "\n")
        f.write(f"#close\t{stamp}\n")


def json_value(value):
    if isinstance(value, list):
        return [json_value(v) for v in value]
    return escaped(value, False) if isinstance(value, bytes) else value


def write_zeek_json(packets, path):
    with open(path, "w", encoding="utf-8") as f:
        for r in zeek_records(packets):
            f.write(as_json({k: json_value(v) for k, v in r.items()}))


# ------------------------------------------------------------------ Suricata

def eve_name(labels):
    return "".join(chr(c) if 32 <= c < 127 else f"\\x{c:02x}" for c in b".".join(labels))


def eve_data(record):
    """Each thing that the record says; a text of several strings says several."""
    if record.text is None:
        if record.type != 10:
            return [None]
        return ["".join(chr(c) if 32 <= c < 127 else f"\\x{c:02x}" for c in record.data)]
    if record.type == TXT:
        return [eve_name([s]) for s in record.text]
    return [record.text if isinstance(record.text, str) else eve_name(record.text)]


def eve_answers(records):
    out = []
    for r in records:
        for data in eve_data(r):
            answer = {"rrname": eve_name(r.owner), "rrtype": TYPES.get(r.type, str(r.type)),
                      "ttl": r.ttl}
            out.append({**answer, "rdata": data} if data is not None else answer)
    return out


def eve_time(time_us):
    seconds, micros = divmod(time_us, 1000000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{micros:06d}+0000"


def eve_envelope(p, client, swap):
    """@swap: the addresses are those of the flow, not of the packet."""
    source, dest = (p.source, p.source_port), (p.dest, p.dest_port)
    if swap:
        source, dest = dest, source
    return {
        "timestamp": eve_time(p.time_us), "flow_id": zlib.crc32(repr(client).encode()),
        "in_iface": "lab0", "event_type": "dns", "src_ip": source[0], "src_port": source[1],
        "dest_ip": dest[0], "dest_port": dest[1], "proto": "UDP",
    }


def eve_flags(m):
    return {name: True for name, bit in (("qr", QR), ("aa", AA), ("tc", TC), ("rd", RD), ("ra", RA))
            if m.flags & bit}


def eve_v1(m):
    """One record an answer, or one that only tells the code."""
    rcode = RCODES.get(m.flags & 15, str(m.flags & 15))
    if not m.flags & QR:
        yield {"type": "query", "id": m.id, "rrname": eve_name(m.name), "tx_id": 0,
               "rrtype": TYPES.get(m.type, str(m.type))}
        return
    answers = eve_answers(m.answers) or [{"rrname": eve_name(m.name)}]
    for answer in answers:
        yield {"type": "answer", "id": m.id, "rcode": rcode, **answer}


def eve_v2(m):
    question = {"rrname": eve_name(m.name), "rrtype": TYPES.get(m.type, str(m.type))}
    if not m.flags & QR:
        yield {"type": "query", "id": m.id, **question, "tx_id": 0}
        return
    dns = {"version": 2, "type": "answer", "id": m.id, "flags": f"{m.flags:x}", **eve_flags(m),
           **question, "rcode": RCODES.get(m.flags & 15, str(m.flags & 15))}
    if m.answers:
        dns["answers"] = eve_answers(m.answers)
    yield dns


def eve_v3(m):
    response = bool(m.flags & QR)
    dns = {"version": 3, "type": "response" if response else "request", "tx_id": int(response),
           "id": m.id, "flags": f"{m.flags:x}", **eve_flags(m), "opcode": m.flags >> 11 & 15,
           "rcode": RCODES.get(m.flags & 15, str(m.flags & 15)),
           "queries": [{"rrname": eve_name(m.name), "rrtype": TYPES.get(m.type, str(m.type))}]}
    if m.answers:
        dns["answers"] = eve_answers(m.answers)
    yield dns


def write_eve(packets, path, version):
    with open(path, "w", encoding="utf-8") as f:
        for p, m, client in messages(packets):
            envelope = eve_envelope(p, client, version == 2 and m.flags & QR)
            for dns in {1: eve_v1, 2: eve_v2, 3: eve_v3}[version](m):
                f.write(as_json({**envelope, "dns": dns}))


# -------------------------------------------------------------------- dnsmasq

def write_syslog(source, path):
    """Lines with an RFC 3339 time as an old syslog would have kept them: no year, no fraction."""
    with open(source, "rb") as f, open(path, "wb") as out:
        for line in f:
            stamp, rest = line.split(b" ", 1)
            moment = time.strptime(stamp[:19].decode(), "%Y-%m-%dT%H:%M:%S")
            out.write(time.strftime("%b %e %H:%M:%S ", moment).encode() + rest)


def convert(capture, folder):
    """All files at once; their paths by name."""
    packets = list(dnswire.packets(capture))
    paths = {}

    def path(name):
        paths[name] = os.path.join(folder, name)
        return paths[name]

    write_pcapng(dnswire.frames(capture), path("run.pcapng"))
    write_zeek_tsv(packets, path("zeek.log"))
    write_zeek_json(packets, path("zeek.json"))
    for version in (1, 2, 3):
        write_eve(packets, path(f"eve-v{version}.json"), version)
    return paths


if __name__ == "__main__":
    print("\n".join(convert(sys.argv[1], sys.argv[2]).values()))
