#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the fuzz target of Windows event logs: chunks, made token by token.

    tests/corpus/make_evtx.py FOLDER

As a module it makes whole logs: Chunk, event_log, dns_query. The layout is that of src/wire/evtx.c
and src/wire/binxml.c.
"""

import os
import struct
import sys
import zlib

CHUNK_BYTES = 65536
CHUNK_HEAD_BYTES = 512
EPOCH_S = 11644473600  # from 1601 to 1970
STRING, U8, U16, U32, U64, BINARY, GUID, FILETIME, SID, HEX64, NESTED = (
    0x01, 0x04, 0x06, 0x08, 0x0A, 0x0E, 0x0F, 0x11, 0x13, 0x15, 0x21,
)  # fmt: skip
ARRAY = 0x80


def utf16(text):
    return text.encode("utf-16-le")


def filetime(time_s):
    return struct.pack("<Q", int((time_s + EPOCH_S) * 10_000_000))


def sid(*parts):
    return struct.pack("<BB", 1, len(parts)) + b"\0\0\0\0\0\5" + struct.pack(f"<{len(parts)}I", *parts)


class Chunk:
    """A chunk in the making. Templates and names are shared inside it, as Windows does."""

    def __init__(self, first_id=1):
        self.b = bytearray(CHUNK_HEAD_BYTES)
        self.first_id = self.last_id = first_id
        self.n_records = 0
        self.names = {}
        self.templates = {}
        self.last_record = CHUNK_HEAD_BYTES

    def put(self, fmt, *values):
        self.b += struct.pack("<" + fmt, *values)

    def name(self, text):
        if text in self.names:
            self.put("I", self.names[text])
            return
        value = 0
        for unit in struct.unpack(f"<{len(utf16(text)) // 2}H", utf16(text)):
            value = (value * 65599 + unit) & 0xFFFFFFFF
        self.names[text] = len(self.b) + 4
        self.put("IIHH", len(self.b) + 4, 0, value & 0xFFFF, len(utf16(text)) // 2)
        self.b += utf16(text) + b"\0\0"

    def text(self, text):
        self.put("BBH", 0x05, STRING, len(utf16(text)) // 2)
        self.b += utf16(text)

    def content(self, content):
        """A number is a hole, a string is text, a tuple is an element."""
        for part in content:
            if isinstance(part, int):
                self.put("BHB", 0x0E, part, STRING)
            elif isinstance(part, str):
                self.text(part)
            else:
                self.element(*part)

    def element(self, name, attributes, content):
        self.put("BHI", 0x41 if attributes else 0x01, 0xFFFF, 0)
        self.name(name)
        if attributes:
            self.put("I", 0)
        for key, value in attributes.items():
            self.put("B", 0x06)
            self.name(key)
            self.content([value])
        if not content:
            self.put("B", 0x03)
            return
        self.put("B", 0x02)
        self.content(content)
        self.put("B", 0x04)

    def instance(self, template_id, tree, values):
        """An instance of the template @tree with @values, each a type and bytes."""
        at = self.templates.get(template_id)
        self.put("BBII", 0x0C, 1, template_id, at if at else len(self.b) + 10)
        if not at:
            self.templates[template_id] = len(self.b)
            self.put("IIQI", 0, template_id, 0, 0)
            size_at = len(self.b)
            self.put("IBBBB", 0, 0x0F, 1, 1, 0)
            self.element(*tree)
            self.put("B", 0)
            struct.pack_into("<I", self.b, size_at, len(self.b) - size_at - 4)
        self.put("I", len(values))
        for kind, value in values:
            self.put("HBB", len(value), kind, 0)
        for _, value in values:
            self.b += value

    def record(self, record_id, time_s, template_id, tree, values):
        start = len(self.b)
        self.b += b"**\0\0" + struct.pack("<IQ", 0, record_id) + filetime(time_s)
        self.b += bytes([0x0F, 1, 1, 0])
        self.instance(template_id, tree, values)
        self.b += b"\0"
        self.b += bytes(-(len(self.b) - start + 4) % 8)
        size = len(self.b) + 4 - start
        self.put("I", size)
        struct.pack_into("<I", self.b, start + 4, size)
        self.last_record = start
        self.last_id = record_id
        self.n_records += 1

    def done(self, live_end=None, whole=True):
        """The bytes; what lies behind @live_end counts as slack. @whole: padded to a chunk."""
        out = bytearray(self.b)
        live_end = len(out) if live_end is None else live_end
        struct.pack_into(
            "<8s4Q3I", out, 0, b"ElfChnk\0", 1, self.n_records, self.first_id, self.last_id,
            128, self.last_record, live_end,
        )  # fmt: skip
        struct.pack_into("<I", out, 52, zlib.crc32(bytes(out[512:live_end])))
        struct.pack_into("<I", out, 124, zlib.crc32(bytes(out[:120]) + bytes(out[128:512])))
        return bytes(out) + bytes(CHUNK_BYTES - len(out) if whole else 0)


def event_log(chunks):
    head = bytearray(4096)
    struct.pack_into(
        "<8s3QI4H", head, 0, b"ElfFile\0", 0, max(len(chunks) - 1, 0), 1, 128, 1, 3, 4096,
        len(chunks) & 0xFFFF,
    )  # fmt: skip
    struct.pack_into("<I", head, 124, zlib.crc32(bytes(head[:120])))
    return bytes(head) + b"".join(chunks)


SYSTEM = (
    "System", {}, [
        ("Provider", {"Name": "Microsoft-Windows-Sysmon",
                      "Guid": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"}, []),
        ("EventID", {}, [0]), ("Version", {}, [1]), ("TimeCreated", {"SystemTime": 2}, []),
        ("EventRecordID", {}, [3]), ("Correlation", {"ActivityID": 4}, []),
        ("Execution", {"ProcessID": 5}, []),
        ("Channel", {}, ["Microsoft-Windows-Sysmon/Operational"]), ("Computer", {}, [6]),
        ("Security", {"UserID": 7}, []),
    ],
)  # fmt: skip
NAMES = ["RuleName", "UtcTime", "ProcessGuid", "ProcessId", "QueryName", "QueryStatus",
         "QueryResults", "Image"]  # fmt: skip
DNS_QUERY = (
    "Event", {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"}, [
        SYSTEM,
        ("EventData", {}, [("Data", {"Name": n}, [8 + i]) for i, n in enumerate(NAMES)]),
    ],
)  # fmt: skip


def dns_query(chunk, record_id, time_s, name, computer="PC01.example.com",
              utc="2026-09-21 13:33:20.250"):
    """Sysmon's event 22: a lookup that the resolver of Windows has done."""
    values = [
        (U16, struct.pack("<H", 22)), (U8, b"\5"), (FILETIME, filetime(time_s)),
        (U64, struct.pack("<Q", record_id)), (0, b""), (U32, struct.pack("<I", 1728)),
        (STRING, utf16(computer)), (SID, sid(18)), (STRING, b""),
        (STRING, utf16(utc)), (GUID, bytes(range(16))),
        (U32, struct.pack("<I", 4242)), (STRING, utf16(name)), (STRING, utf16("0")),
        (STRING, utf16("::ffff:192.0.2.7;")), (STRING, utf16("C:\\Windows\\System32\\curl.exe")),
    ]  # fmt: skip
    chunk.record(record_id, time_s, 0x0A0B0C0D, DNS_QUERY, values)


def seed_two_records():
    chunk = Chunk()
    for i in (1, 2):
        dns_query(chunk, i, 1790000000 + i, f"host-{i}.example.com")
    return chunk.done(whole=False)


def seed_slack():
    chunk = Chunk()
    dns_query(chunk, 1, 1790000000, "a.example.com")
    live_end = len(chunk.b)
    dns_query(chunk, 2, 1790000001, "b.example.com")
    return chunk.done(live_end, whole=False)


def seed_types():
    chunk = Chunk()
    kinds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]
    tree = ("E", {"a": 0}, [("D", {}, [i]) for i in range(len(kinds) + 3)])
    values = [(k, bytes(range(1, 17))[: 16 if k in (1, 2, 14, 15, 18) else 8]) for k in kinds]
    values += [(ARRAY | STRING, utf16("one\0two\0")), (ARRAY | U16, bytes(range(6)))]
    chunk.record(1, 1790000000, 7, tree, values)
    return chunk.done(whole=False)


def seed_nested():
    chunk = Chunk()
    tree = ("Event", {}, [("Data", {"Name": "x"}, [0]), 1])
    fragment = bytes([0x0F, 1, 1, 0, 0x0C, 1]) + struct.pack("<III", 7, 0, 0)
    chunk.record(1, 1790000000, 7, tree, [(STRING, utf16("a")), (NESTED, fragment)])
    at = chunk.b.find(fragment)
    struct.pack_into("<I", chunk.b, at + 10, chunk.templates[7])
    return chunk.done(whole=False)


def seed_literals():
    """Character and entity references, CDATA, processing instructions."""
    chunk = Chunk()
    start = len(chunk.b)
    chunk.b += b"**\0\0" + struct.pack("<IQQ", 0, 1, 1) + bytes([0x0F, 1, 1, 0])
    chunk.put("BI", 0x01, 0)
    chunk.name("E")
    chunk.put("B", 0x02)
    chunk.put("BHBHHB", 0x08, 65, 0x07, 1, 66, 0x09)
    chunk.name("amp")
    chunk.put("B", 0x0A)
    chunk.name("pi")
    chunk.put("BHHBB", 0x0B, 1, 67, 0x04, 0)
    chunk.b += bytes(-(len(chunk.b) - start + 4) % 8)
    size = len(chunk.b) + 4 - start
    chunk.put("I", size)
    struct.pack_into("<I", chunk.b, start + 4, size)
    return chunk.done(whole=False)


def seed_self_reference():
    """A template that lies inside itself, a name that follows itself, records of size 0 and -1."""
    chunk = Chunk()
    dns_query(chunk, 1, 1790000000, "a.example.com")
    chunk.b += b"**\0\0" + struct.pack("<IQ", 0, 2) + b"**\0\0" + struct.pack("<IQ", 0xFFFFFFFF, 3)
    struct.pack_into("<I", chunk.b, chunk.templates[0x0A0B0C0D], chunk.templates[0x0A0B0C0D])
    struct.pack_into("<I", chunk.b, chunk.names["Data"], chunk.names["Data"])
    return chunk.done(whole=False)


def main(argv):
    folder = argv[1]
    os.makedirs(folder, exist_ok=True)
    for name, make in sorted(globals().items()):
        if name.startswith("seed_"):
            with open(os.path.join(folder, name[5:].replace("_", "-")), "wb") as f:
                f.write(make())


if __name__ == "__main__":
    main(sys.argv)
