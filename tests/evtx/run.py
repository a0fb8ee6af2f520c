#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Windows event logs: whole, damaged, packed and hostile ones, through the built program.

    tests/evtx/run.py PROGRAM READER [--mutations N] [--seed N] [--speed]

READER is earthdog-evtx. Each log is read twice, by the reader alone, spoken to as
src/source/evtx_frame.h says, and by a whole scan: both must come to the same number of records.
Every log of the labelled data is mutated N times (30); no reader may die, no scan may fail or take
more than a second of CPU time a log, and the account of records must close. evtxexport, where it is
installed, must read the same values out of the whole logs. --speed prints records a second of CPU
time beside evtxexport's.
"""

import argparse
import collections
import glob
import gzip
import os
import random
import re
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
sys.path.insert(0, os.path.join(HERE, "..", "corpus"))
import harness  # noqa: E402
import make_evtx  # noqa: E402

FRAME = struct.Struct("=IBBHIIQ")
READY, RECORD, LOST, END = 1, 2, 3, 4
HEAD_BYTES = 4096
CHUNK_BYTES = 65536
GROUP = 10  # mutated logs a scan
CPU_MAX_S = 1.0
NS = "{http://schemas.microsoft.com/win/2004/08/events/event}"
T0 = 1790000000


class Failure(Exception):
    """A case that did not come out as it should."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


# ---------------------------------------------------------------------------- the reader, spoken to


class Reader:
    """earthdog-evtx over a socket pair."""

    def __init__(self, path):
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [path], stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env={}
            )
        self.socket = ours
        self.stream = ours.makefile("rb")
        expect(self.frame()[0] == READY, "the reader is not ready")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()
        self.process.wait()

    def frame(self):
        head = self.stream.read(FRAME.size)
        expect(len(head) == FRAME.size, "the reader died")
        n_bytes, kind, drop, _, n, _, _ = FRAME.unpack(head)
        return kind, drop, n, self.stream.read(n_bytes)

    def chunk(self, data):
        """The lines of a chunk and the number of records lost in it."""
        self.socket.sendall(struct.pack("=I", len(data)) + data)
        lines, lost = [], 0
        while True:
            kind, _, n, line = self.frame()
            if kind == END:
                return lines, lost
            if kind == RECORD:
                expect(line.endswith(b"\n") and line.count(b"\n") == 1, f"a line of {line!r}")
                lines.append(line[:-1])
            else:
                expect(kind == LOST and n > 0, f"a frame of kind {kind}")
                lost += n


def chunks_of(data):
    """As the program cuts a log: by 64 KiB, anew where a chunk begins late."""
    at = HEAD_BYTES
    while at < len(data):
        chunk = data[at : at + CHUNK_BYTES]
        found = chunk.find(b"ElfChnk\0")
        if found > 0:
            chunk = chunk[:found]
        yield chunk
        at += len(chunk)


def read(reader_path, data):
    """Lines and number of records lost of a whole log, by the reader alone."""
    lines, lost = [], 0
    with Reader(reader_path) as reader:
        for chunk in chunks_of(data):
            more, n = reader.chunk(chunk)
            lines += more
            lost += n
    return lines, lost


# ------------------------------------------------------------------------------------------- scans


class Bench:
    """The programs, a folder, and how logs are scanned."""

    def __init__(self, program, reader, folder):
        self.program = program
        self.reader = reader
        self.folder = folder
        with open(program, "rb") as f:
            image = f.read()
            self.sanitized = b"__asan_init" in image or b"__tsan_init" in image
        formats = subprocess.run(
            [program, "list", "formats"], capture_output=True, check=True
        ).stdout
        # any format of lines counts them all the same
        self.options = [] if b"windows-xml" in formats else ["--input-format", "bind"]

    def put(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def scan(self, paths, program=None):
        """Status, account of records, messages and CPU seconds of a scan, its reader included."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        result = harness.scan(
            program or self.program, paths, "--readers", "1", "--shards", "1", *self.options
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        expect(result.status in (0, 3), f"status {result.status}: {result.stderr.strip()[-300:]}")
        records = result.stats["records"]
        dropped = sum(records["dropped"].values())
        expect(records["read"] == records["analysed"] + dropped, f"open account: {records}")
        return result.status, records, result.stderr, cpu_s


def samples():
    below = os.path.join(glob.escape(harness.data_path()), "**", "*.evtx")
    found = glob.glob(below, recursive=True)
    logs = {}
    for path in sorted(found):
        with open(path, "rb") as f:
            logs.setdefault(f.read(), path)  # the same log may lie in two places
    return [(path, data) for data, path in logs.items()]


def n_written(data):
    """Records of the written parts of a whole log, by walking them."""
    n = 0
    for chunk in chunks_of(data):
        at = 512
        end = struct.unpack_from("<I", chunk, 48)[0] if chunk[:8] == b"ElfChnk\0" else 0
        while at < end:
            expect(chunk[at : at + 4] == b"**\0\0", f"no record at {at}")
            at += struct.unpack_from("<I", chunk, at + 4)[0]
            n += 1
    return n


# ------------------------------------------------------------------------------------------- cases


def made_log(n_chunks, n_records):
    chunks = []
    for c in range(n_chunks):
        chunk = make_evtx.Chunk(1 + c * n_records)
        for i in range(n_records):
            number = 1 + c * n_records + i
            make_evtx.dns_query(chunk, number, T0 + number, f"host-{number}.example.com")
        chunks.append(chunk)
    return chunks


def case_whole(bench):
    """A log that is in order: every record once, nothing to complain of."""
    log = make_evtx.event_log([c.done() for c in made_log(3, 40)])
    lines, lost = read(bench.reader, log)
    expect((len(lines), lost) == (120, 0), f"{len(lines)} lines, {lost} lost")
    status, records, stderr, _ = bench.scan([bench.put("whole.evtx", log)])
    expect(records["read"] == 120, f"read {records['read']}: {stderr}")
    if not bench.options:
        expect(status == 0, f"status {status}: {stderr}")


def case_values(bench):
    """Values come through whole: markup, line ends, characters beyond ASCII."""
    name = "a<b>&'\"\r\n\t\u00fc\U0001f600.example.com"
    chunk = make_evtx.Chunk()
    make_evtx.dns_query(chunk, 1, T0, name)
    (line,), lost = read(bench.reader, make_evtx.event_log([chunk.done()]))
    expect(lost == 0, "lost")
    data = {e.get("Name"): e.text for e in ElementTree.fromstring(line).iter(NS + "Data")}
    expect(data["QueryName"] == name, f"{data['QueryName']!r}")
    expect(data["Image"] == "C:\\Windows\\System32\\curl.exe", data["Image"])
    with open(os.path.join(HERE, "..", "corpus", "evtx", "types"), "rb") as f:
        lines, lost = read(bench.reader, make_evtx.event_log([f.read()]))
    expect((len(lines), lost) == (1, 0), "a value of every type")


def case_not_closed(bench):
    """A log copied while Windows writes it: the header of the last chunk is behind its records."""
    chunks = made_log(2, 30)
    late = chunks[1]
    written = make_evtx.CHUNK_HEAD_BYTES
    for _ in range(19):
        written += struct.unpack_from("<I", late.b, written + 4)[0]
    late.last_id -= 11
    late.n_records -= 11
    log = make_evtx.event_log([chunks[0].done(), late.done(written)])
    status, records, stderr, _ = bench.scan([bench.put("open.evtx", log)])
    expect(records["read"] == 60, f"read {records['read']} of 60: {stderr}")
    # the memory of the chunk before shows through where the last one has not written yet
    first, second = chunks[0].done(), late.done(written)
    log = make_evtx.event_log([first, second[:written] + first[written:]])
    status, records, stderr, _ = bench.scan([bench.put("stale.evtx", log)])
    expect(status in (0, 3) and records["read"] == 49, f"read {records['read']} of 49: {stderr}")


def case_damage(bench):
    """What is damaged is counted by name, and told with its place."""
    chunks = [c.done() for c in made_log(3, 20)]
    second = bytearray(chunks[1])
    at = [m.start() for m in re.finditer(rb"\*\*\0\0", chunks[1])]
    second[at[5] + 40] ^= 0xFF  # a template that is not there
    second[at[9] : at[11]] = bytes(at[11] - at[9])
    log = make_evtx.event_log([chunks[0], bytes(second), chunks[2]])
    path = bench.put("damaged.evtx", log)
    status, records, stderr, _ = bench.scan([path])
    expect(status == 3 and records["read"] == 60, f"{status}, {records}: {stderr}")
    expect(records["dropped"]["bad-length"] == 2, f"{records['dropped']}")
    expect(records["dropped"]["bad-record"] == 1, f"{records['dropped']}")
    expect(path in stderr, stderr)
    cut = log[: HEAD_BYTES + 2 * CHUNK_BYTES + at[4] + 100]
    status, records, stderr, _ = bench.scan([bench.put("cut.evtx", cut)])
    expect(status == 3 and records["read"] == 60, f"{status}, {records}: {stderr}")
    expect(records["dropped"]["cut-short"] == 16, f"{records['dropped']}")
    # nothing but damage
    noise = random.Random(1).randbytes(3 * CHUNK_BYTES)
    status, records, stderr, _ = bench.scan([bench.put("noise.evtx", log[:HEAD_BYTES] + noise)])
    expect(status == 3 and records["dropped"]["bad-length"] == 3, f"{status}, {records}: {stderr}")


def case_empty(bench):
    """A log without records, and one without chunks, are empty."""
    no_records = make_evtx.event_log([make_evtx.Chunk().done()])
    for log in (make_evtx.event_log([]), no_records, b"ElfFile\0"):
        status, records, stderr, _ = bench.scan([bench.put("empty.evtx", log)])
        expect((status, records["read"]) == (3, 0) and "empty" in stderr, f"{status}: {stderr}")


def case_packed(bench):
    """The same log as it is, packed, and through a pipe."""
    log = make_evtx.event_log([c.done() for c in made_log(4, 30)])
    packed = bench.put("packed.evtx.gz", gzip.compress(log, mtime=0))
    _, records, stderr, _ = bench.scan([packed])
    expect(records["read"] == 120, f"read {records['read']}: {stderr}")
    cut = bench.put("cut.evtx.gz", gzip.compress(log, mtime=0)[:-500])
    status, records, stderr, _ = bench.scan([cut])
    expect(status == 3 and "cut short" in stderr, f"{status}: {stderr}")
    with open(packed, "rb") as f:
        stats = os.path.join(bench.folder, "s")
        done = subprocess.run(
            [bench.program, "scan", "--stats", stats, *bench.options, "-"],
            stdin=f, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
    with open(stats, encoding="utf-8") as f:
        expect('"read":120' in f.read().replace(" ", ""), f"from a pipe: {done.stderr}")


def case_installed(bench):
    """The reader is found where it is installed; without it the log is skipped with a word."""
    folder = os.path.join(bench.folder, "prefix", "bin")
    os.makedirs(folder)
    program = shutil.copy2(bench.program, folder)
    log = bench.put("one.evtx", make_evtx.event_log([made_log(1, 5)[0].done()]))
    status, records, stderr, _ = bench.scan([log], program)
    expect((status, records["read"]) == (3, 0) and "earthdog-evtx" in stderr, f"{status}: {stderr}")
    for place in ("../libexec", "."):
        os.makedirs(os.path.join(folder, place), exist_ok=True)
        copy = shutil.copy2(bench.reader, os.path.join(folder, place))
        _, records, stderr, _ = bench.scan([log], program)
        expect(records["read"] == 5, f"{place}: read {records['read']}: {stderr}")
        os.unlink(copy)
    # a program of that name which is no reader
    shutil.copy2("/bin/true", os.path.join(folder, "earthdog-evtx"))
    status, records, stderr, _ = bench.scan([log], program)
    expect((status, records["read"]) == (3, 0) and "earthdog-evtx" in stderr, f"{status}: {stderr}")


def case_bomb(bench):
    """A log that would unfold without end costs no more than its size allows."""
    chunk = make_evtx.Chunk()
    tree = ("Event", {}, [i % 3 for i in range(300)])
    bomb = (make_evtx.STRING, make_evtx.utf16("&" * 3000))
    number = 0
    while len(chunk.b) < CHUNK_BYTES - 7000:
        number += 1
        chunk.record(number, T0, 9, tree, [bomb] if number < 3 else [])
    log = make_evtx.event_log([chunk.done()] * 30)
    lines, lost = read(bench.reader, log)
    expect(sum(map(len, lines)) < 30 * 9 << 20, "text without end")
    _, records, stderr, cpu_s = bench.scan([bench.put("bomb.evtx", log)])
    expect(records["read"] == len(lines) + lost, f"{records} of {len(lines)} + {lost}: {stderr}")
    expect(bench.sanitized or cpu_s < 30 * CPU_MAX_S, f"{cpu_s:.1f} s of CPU time")


CASES = [case_whole, case_values, case_not_closed, case_damage, case_empty, case_packed,
         case_installed, case_bomb]  # fmt: skip


# ------------------------------------------------------------------------------- logs of real hosts


def flat(element):
    """What a record says, whoever prints it: tags, attributes and texts in order."""
    out = []
    for e in element.iter():
        text = (e.text or "").strip()
        text = re.sub(r"^0x0*(?=[0-9a-f])", "0x", text)  # evtxexport pads hexadecimal numbers
        out.append((e.tag, sorted(e.attrib.items()), text))
    return out


def compare_with_peer(bench, path, data):
    """Records that evtxexport reads otherwise, and how many it read."""
    lines, lost = read(bench.reader, data)
    expect(lost == 0, f"{path}: {lost} lost of a whole log")
    done = subprocess.run(["evtxexport", "-f", "xml", path], capture_output=True, check=True)
    theirs = re.findall(r"<Event .*?</Event>", done.stdout.decode(), re.S)
    expect(len(theirs) == len(lines), f"{path}: {len(lines)} records, evtxexport {len(theirs)}")
    differ = 0
    for ours, peer in zip(lines, theirs):
        differ += flat(ElementTree.fromstring(ours)) != flat(ElementTree.fromstring(peer))
    expect(differ == 0, f"{path}: {differ} records differ from evtxexport's")
    return len(lines)


def mutate(data, rng):
    """One way in which a log may be damaged, by accident or on purpose."""
    out = bytearray(data)
    kind = rng.randrange(8)
    at = rng.randrange(len(out))
    if kind < 3:  # single bytes, more often where structure is
        for _ in range(rng.choice((1, 4, 16, 64, 256))):
            where = rng.choice((len(out), HEAD_BYTES + 4096, HEAD_BYTES + 512))
            out[rng.randrange(min(where, len(out)))] = rng.randrange(256)
    elif kind == 3:
        del out[at:]
    elif kind == 4:
        out[at : at + 512] = bytes(min(512, len(out) - at))
    elif kind == 5:
        del out[at : at + rng.randrange(1, 5000)]
    elif kind == 6:  # a stretch of the log over another
        source = rng.randrange(len(out))
        n = min(rng.randrange(1, 70000), len(out) - source, len(out) - at)
        out[at : at + n] = out[source : source + n]
    else:  # sizes and offsets that are zero, huge, or their own place
        for _ in range(rng.randrange(1, 20)):
            where = rng.randrange(0, min(len(out), HEAD_BYTES + CHUNK_BYTES) - 4)
            value = rng.choice((0, 0xFFFFFFFF, where & 0xFFFF, rng.randrange(CHUNK_BYTES)))
            struct.pack_into("<I", out, where, value)
    out[:8] = data[:8]
    return bytes(out)


def check_mutations(bench, label, logs, totals):
    """Scans mutated @logs together; alone where that takes long."""
    expected = 0
    for log in logs:
        lines, lost = read(bench.reader, log)
        expected += len(lines) + lost
        totals["lines"] += len(lines)
        totals["lost"] += lost
    paths = [bench.put(f"mutated-{i}.evtx", log) for i, log in enumerate(logs)]
    _, records, stderr, cpu_s = bench.scan(paths)
    expect(records["read"] == expected, f"{label}: read {records['read']} of {expected}: {stderr}")
    expect(records["dropped"]["reader-died"] == 0, f"{label}: a reader died")
    totals["logs"] += len(logs)
    if bench.sanitized or cpu_s < CPU_MAX_S:
        totals["slowest"] = max(totals["slowest"], cpu_s / len(logs))
        return
    for path in paths:
        cpu_s = bench.scan([path])[3]
        totals["slowest"] = max(totals["slowest"], cpu_s)
        expect(cpu_s < CPU_MAX_S, f"{label}: {cpu_s:.2f} s of CPU time for one log")


def run_samples(bench, args):
    """Every log of the labelled data: whole, and mutated."""
    totals = collections.Counter()
    totals["slowest"] = 0.0
    logs = samples()
    for path, data in logs:
        label = os.path.basename(path)
        lines, lost = read(bench.reader, data)
        expect((len(lines), lost) == (n_written(data), 0), f"{label}: {len(lines)} and {lost} lost")
        _, records, stderr, _ = bench.scan([path])
        expect(records["read"] == len(lines), f"{label}: read {records['read']}: {stderr}")
        if shutil.which("evtxexport"):
            totals["compared"] += compare_with_peer(bench, path, data)
        rng = random.Random(args.seed ^ zlib.crc32(data))
        for first in range(0, args.mutations, GROUP):
            n = min(GROUP, args.mutations - first)
            group = [mutate(data, rng) for _ in range(n)]
            check_mutations(bench, f"{label}, {first} to {first + n}", group, totals)
    print(
        f"evtx: {len(logs)} logs, {totals['compared']} records as evtxexport reads them;"
        f" {totals['logs']} mutated: {totals['lines']} records read, {totals['lost']} counted as"
        f" lost, 0 readers died, slowest {totals['slowest']:.2f} s"
    )


# ------------------------------------------------------------------------------------------- speed


def large_log(data, n_records):
    """The chunks of @data over and over, every record with a number of its own."""
    chunks = [c for c in chunks_of(data) if c[:8] == b"ElfChnk\0" and c[48:52] != bytes(4)]
    out, number = [], 0
    while number < n_records:
        for chunk in chunks:
            chunk = bytearray(chunk)
            first, at, end = number + 1, 512, struct.unpack_from("<I", chunk, 48)[0]
            while at < end:
                number += 1
                struct.pack_into("<Q", chunk, at + 8, number)
                at += struct.unpack_from("<I", chunk, at + 4)[0]
            struct.pack_into("<4Q", chunk, 8, first, number, first, number)
            chunk[end:] = bytes(CHUNK_BYTES - end)
            struct.pack_into("<I", chunk, 52, zlib.crc32(bytes(chunk[512:end])))
            struct.pack_into("<I", chunk, 124, zlib.crc32(bytes(chunk[:120] + chunk[128:512])))
            out.append(bytes(chunk))
    return make_evtx.event_log(out), number


def cpu_of(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_speed(bench):
    logs = samples()
    if not logs:
        return
    log, n = large_log(max((data for _, data in logs), key=len), 60000)
    path = bench.put("large.evtx", log)
    _, records, _, cpu_s = bench.scan([path])
    expect(records["read"] == n, f"read {records['read']} of {n}")
    cpu_s = min(cpu_s, bench.scan([path])[3])
    print(f"evtx: {n} records in {cpu_s:.2f} s of CPU time, {n / cpu_s:,.0f} a second", end="")
    if shutil.which("evtxexport"):
        peer_s = cpu_of(["evtxexport", "-f", "xml", path])
        print(f"; evtxexport {n / peer_s:,.0f}, ratio {peer_s / cpu_s:.1f}", end="")
    print()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("reader")
    parser.add_argument("--mutations", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", action="store_true")
    args = parser.parse_args()
    start_s = time.monotonic()
    failed = 0
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(os.path.realpath(args.program), os.path.realpath(args.reader), folder)
            try:
                case(bench)
            except Failure as e:
                print(f"{case.__name__}: {e}")
                failed += 1
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(os.path.realpath(args.program), os.path.realpath(args.reader), folder)
        try:
            run_samples(bench, args)
            if args.speed:
                run_speed(bench)
        except Failure as e:
            print(e)
            failed += 1
    print(f"evtx: {len(CASES)} cases, {failed} failed, {time.monotonic() - start_s:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
