# SPDX-License-Identifier: Apache-2.0
"""Readers for train.py: query names out of captures, logs and lists.

Everything yields names as tuples of labels (bytes, case as received). The readers skip what they
do not understand: they feed statistics, so a lost packet costs a count and nothing else.
"""

import csv
import gzip
import json
import re
import struct

ETH_VLAN = (0x8100, 0x88A8, 0x9100)
# DNS record types whose data is one name, with the bytes before it.
NAME_RDATA = {2: 0, 5: 0, 12: 0, 15: 2, 33: 6}


def split_text(text):
    """A dotted text name as labels; no escapes, because the lists and logs read here have none."""
    raw = text.strip().rstrip(".").encode("utf-8", "surrogateescape")
    return tuple(raw.split(b".")) if raw else ()


# ---------------------------------------------------------------- captures

def pcap_frames(data):
    """Yields (linktype, frame) of a classic pcap."""
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    link = struct.unpack(order + "I", data[20:24])[0] & 0xFFFF
    off = 24
    while off + 16 <= len(data):
        size = struct.unpack(order + "I", data[off + 8:off + 12])[0]
        yield link, data[off + 16:off + 16 + size]
        off += 16 + size


def pcapng_frames(data):
    """Yields (linktype, frame) of a pcapng: enhanced and simple packet blocks."""
    order, links, off = "<", [], 0
    while off + 12 <= len(data):
        if data[off:off + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[off + 8:off + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        kind, size = struct.unpack(order + "II", data[off:off + 8])
        if size < 12:
            return
        body = data[off + 8:off + size - 4]
        if kind == 1:
            links.append(struct.unpack(order + "H", body[:2])[0])
        elif kind == 6 and links and len(body) >= 20:
            iface, _, _, cap = struct.unpack(order + "IIII", body[:16])
            yield links[min(iface, len(links) - 1)], body[20:20 + cap]
        elif kind == 3 and links:
            yield links[0], body[4:]
        off += size


def frame_ip(link, frame):
    """The IP packet inside a link-layer frame, or b""."""
    if link == 1:
        off, kind = 14, frame[12:14]
        while len(kind) == 2 and int.from_bytes(kind, "big") in ETH_VLAN:
            kind, off = frame[off + 2:off + 4], off + 4
        return frame[off:]
    skip = {0: 4, 12: 0, 14: 0, 101: 0, 108: 4, 113: 16, 228: 0, 229: 0, 276: 20}.get(link)
    return b"" if skip is None else frame[skip:]


def ip_dns(packet):
    """The DNS messages of one IP packet (UDP, or a TCP segment that starts with a message)."""
    if len(packet) < 20:
        return
    if packet[0] >> 4 == 4:
        proto, off = packet[9], (packet[0] & 15) * 4
        if int.from_bytes(packet[6:8], "big") & 0x1FFF:
            return
        packet = packet[:max(off, int.from_bytes(packet[2:4], "big"))]
    elif packet[0] >> 4 == 6:
        proto, off = packet[6], 40
    else:
        return
    if len(packet) < off + 20:
        return
    ports = struct.unpack(">HH", packet[off:off + 4])
    if not {53, 5353, 5355} & set(ports):
        return
    if proto == 17:
        yield packet[off + 8:]
    elif proto == 6:
        off += (packet[off + 12] >> 4) * 4
        while off + 14 <= len(packet):
            size = int.from_bytes(packet[off:off + 2], "big")
            if size < 12 or off + 2 + size > len(packet):
                return
            yield packet[off + 2:off + 2 + size]
            off += 2 + size


def read_name(msg, off):
    """(labels, offset behind the name); raises IndexError or ValueError on a bad name."""
    labels, end, jumps = [], None, 0
    while True:
        n = msg[off]
        if n >= 0xC0:
            end = off + 2 if end is None else end
            off, jumps = ((n & 0x3F) << 8) | msg[off + 1], jumps + 1
            if jumps > 32:
                raise ValueError("loop")
        elif n == 0:
            return tuple(labels), (off + 1 if end is None else end)
        elif n > 63 or off + 1 + n > len(msg):
            raise ValueError("label")
        else:
            labels.append(msg[off + 1:off + 1 + n])
            off += 1 + n


def dns_names(msg):
    """Yields (is_query_name, type, labels) of one message, until its first fault."""
    try:
        counts = struct.unpack(">HHHH", msg[4:12])
        if counts[0] > 4 or (msg[2] >> 3) & 15 > 5:
            return
        off = 12
        for _ in range(counts[0]):
            labels, off = read_name(msg, off)
            yield True, int.from_bytes(msg[off:off + 2], "big"), labels
            off += 4
        for _ in range(sum(counts[1:])):
            labels, off = read_name(msg, off)
            kind, _, _, size = struct.unpack(">HHIH", msg[off:off + 10])
            off += 10
            yield False, kind, labels
            if kind in NAME_RDATA:
                yield False, kind, read_name(msg, off + NAME_RDATA[kind])[0]
            off += size
    except (IndexError, ValueError, struct.error):
        return


def capture_names(path, queries_only=False):
    data = open_bytes(path)
    frames = pcapng_frames if data[:4] == b"\x0a\x0d\x0d\x0a" else pcap_frames
    for link, frame in frames(data):
        for msg in ip_dns(frame_ip(link, frame)):
            for is_query, _, labels in dns_names(msg):
                if is_query or not queries_only:
                    yield labels


# ---------------------------------------------------------------- logs and lists

def open_bytes(path):
    with open(path, "rb") as f:
        data = f.read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def open_lines(path):
    return open_bytes(path).decode("utf-8", "surrogateescape").splitlines()


def zeek_names(lines):
    query = answers = None
    for line in lines:
        cols = line.split("\t")
        if line.startswith("#fields"):
            query = cols.index("query") - 1
            answers = cols.index("answers") - 1 if "answers" in cols else None
        elif query is not None and not line.startswith("#") and len(cols) > query:
            yield split_text(cols[query])
            if answers is not None and len(cols) > answers:
                for text in cols[answers].split(","):
                    if re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.[A-Za-z]{2,}", text):
                        yield split_text(text)


def json_names(lines):
    """Zeek and Sysmon lines: the first of the keys that is there."""
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        for key in ("query", "QueryName"):
            if isinstance(row, dict) and isinstance(row.get(key), str):
                yield split_text(row[key])
                break


LOG_PATTERNS = (
    re.compile(r"dnsmasq\[\d+\]: (?:\d+ \S+ )?(?:query\[\S+\]|reply|cached\S*|forwarded) (\S+) "),
    re.compile(r"\bquery: (\S+) IN "),
)


def log_names(lines):
    """dnsmasq and BIND query logs."""
    for line in lines:
        for pattern in LOG_PATTERNS:
            found = pattern.search(line)
            if found and found.group(1) != "<name":
                yield split_text(found.group(1))
                break


def list_names(lines):
    """One name a line; what follows the first blank is not ours."""
    for line in lines:
        if line.strip() and not line.startswith("#"):
            yield split_text(line.split()[0])


def csv_names(lines):
    for row in csv.DictReader(lines):
        if row.get("qname"):
            yield split_text(row["qname"])


def hsts_names(path):
    """The packed list of the hstspreload package: flags, length, name, again and again; an entry
    without the leaf flag (0x80) is an inner node and not a name."""
    data, off = open_bytes(path), 0
    while off + 2 <= len(data):
        size = data[off + 1]
        if data[off] & 0x80:
            yield tuple(data[off + 2:off + 2 + size].split(b"."))
        off += 2 + size


def file_names(path, kind, queries_only=False):
    """Names of one file of a data folder, by the format column of its labels.tsv; () if unread."""
    if kind.startswith("pcap"):
        return capture_names(path, queries_only)
    if kind.startswith("Zeek dns.log JSON") or kind.startswith("json lines"):
        return json_names(open_lines(path))
    if kind.startswith("Zeek"):
        lines = open_lines(path)
        return json_names(lines) if lines and lines[0].startswith("{") else zeek_names(lines)
    if kind.startswith("dnsmasq") or kind.startswith("BIND"):
        return log_names(open_lines(path))
    if kind == "csv":
        return csv_names(open_lines(path))
    if kind == "text" and path.endswith("-queries.txt"):
        return list_names(open_lines(path))
    return ()


# ---------------------------------------------------------------- public suffixes

class Suffixes:
    """The public suffix list: how many labels of a name are the suffix."""

    def __init__(self, path):
        self.rules, self.stars, self.exceptions = set(), set(), set()
        for line in open_lines(path):
            rule = line.split()[0] if line.split() else ""
            if not rule or rule.startswith("//"):
                continue
            target = self.rules
            if rule.startswith("!"):
                rule, target = rule[1:], self.exceptions
            elif rule.startswith("*."):
                rule, target = rule[2:], self.stars
            target.add(tuple(part.encode("idna") if not part.isascii() else part.encode()
                             for part in rule.split(".")))

    def count(self, name):
        for i in range(len(name)):
            tail = name[i:]
            if tail in self.exceptions:
                return len(tail) - 1
            if tail in self.rules or tail[1:] in self.stars and len(tail) > 1:
                return len(tail)
        return 1
