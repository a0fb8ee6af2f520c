#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input: the built program survives it, says what is wrong and where, and finds what is left.

    tests/bad_input/run.py PROGRAM

Every case is a scan of inputs made here. It must end within TIME_MAX_S and within the memory that
--memory allows, exit with 3 (or 0 where nothing is wrong), tell each trouble on standard error with
path and offset, close the account of records, and still find the tunnel in a good file beside it.
One line a case; fails when any case does.
"""

import gzip
import io
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

T0 = 1790000000
MEMORY_MIB = 96
TIME_MAX_S = 60  # a case takes a second; the rest is for a busy machine or a sanitizer
CUTS = 24
MIB = 1 << 20
SEED = 1

TSV_HEAD = (
    b"#separator \\x09\n#path\tdns\n"
    b"#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\tquery\tqtype\n"
)
TROUBLE = re.compile(r"^earthdog: (.*?): (?:offset ([\d,]+): )?(.*)$")


class Failure(Exception):
    """A case that did not come out as it should."""


def expect(condition, text):
    if not condition:
        raise Failure(text)


# ------------------------------------------------------------------------------------ good input


def tunnel_name(i):
    rng = random.Random(SEED * 1000003 + i)
    label = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(50))
    return f"{label}.t.tunnel.com"


def tsv_line(i):
    return (
        f"{T0 + i}.250\t10.0.0.7\t{30000 + i}\t10.0.0.1\t53\tudp\t{i}\t{tunnel_name(i)}\t10\n"
    ).encode()


def tsv(n):
    return TSV_HEAD + b"".join(tsv_line(i) for i in range(n))


def json_lines(n):
    return b"".join(
        json.dumps(
            {
                "ts": T0 + i + 0.25,
                "id.orig_h": "10.0.0.7",
                "id.orig_p": 30000 + i,
                "id.resp_h": "10.0.0.1",
                "id.resp_p": 53,
                "proto": "udp",
                "trans_id": i,
                "query": tunnel_name(i),
                "qtype": 10,
            }
        ).encode()
        + b"\n"
        for i in range(n)
    )


def pcap_packet(i):
    qname = b"".join(bytes([len(x)]) + x for x in tunnel_name(i).encode().split(b".")) + b"\0"
    dns = struct.pack(">6H", i, 0x0100, 1, 0, 0, 0) + qname + struct.pack(">2H", 10, 1)
    udp = struct.pack(">4H", 30000 + i, 53, 8 + len(dns), 0) + dns
    addresses = bytes([10, 0, 0, 7, 10, 0, 0, 1])
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), i, 0, 64, 17, 0) + addresses + udp


def pcap_record(i, packet):
    return struct.pack("<4I", T0 + i, 250000, len(packet), len(packet)) + packet


def pcap(n):
    head = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)  # 101: IP as it is
    return head + b"".join(pcap_record(i, pcap_packet(i)) for i in range(n))


def gzip_bomb(head, byte, n_mib):
    """@head and then one byte over and over, in pieces: a child's peak memory begins with its
    parent's."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as f:
        f.write(head)
        for _ in range(n_mib):
            f.write(byte * MIB)
    return out.getvalue()


def zstd_runs(parts):
    """A zstd frame of (byte, count) runs: a block of 128 KiB in four bytes."""
    blocks = [(byte, min(128 << 10, n - at)) for byte, n in parts for at in range(0, n, 128 << 10)]
    out = struct.pack("<IBB", 0xFD2FB528, 0, 7 << 3)  # no content size; window of 128 KiB
    for i, (byte, n) in enumerate(blocks):
        out += struct.pack("<I", n << 3 | 1 << 1 | (i == len(blocks) - 1))[:3] + byte
    return out


# ------------------------------------------------------------------------------------------ runs


class Bench:
    """A folder for one case, and the program."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        with open(program, "rb") as f:
            image = f.read()
            # the shadow memory of a sanitizer is no memory of ours
            self.sanitized = b"__asan_init" in image or b"__tsan_init" in image

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)


class Run:
    """One finished scan: status, alerts, stats, troubles as (path, offset or None, what)."""

    def __init__(self, bench, paths, feed=None):
        stats = bench.path(".stats.json")
        command = [bench.program, "scan", "--quiet", "--format", "ndjson", "--stats", stats]
        command += ["--memory", f"{MEMORY_MIB}MiB", "--readers", "2", "--shards", "2", "--", *paths]
        start = time.monotonic()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
            late = threading.Timer(TIME_MAX_S, process.kill)
            late.start()
            if feed:
                feed_pipe(process.stdin, feed)
            _, status, usage = os.wait4(process.pid, 0)
            late.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            self.lines = sorted(out.read().splitlines())
            self.stderr = err.read().decode(errors="backslashreplace")
        self.seconds = time.monotonic() - start
        self.status = process.returncode
        self.rss_mib = usage.ru_maxrss / 1024
        self.troubles = [m.groups() for m in map(TROUBLE.match, self.stderr.splitlines()) if m]
        expect(self.seconds < TIME_MAX_S, f"no end within {TIME_MAX_S} s")
        expect(self.status in (0, 3), f"exit status {self.status}: {self.stderr.strip()[-300:]}")
        expect(bench.sanitized or self.rss_mib <= MEMORY_MIB, f"{self.rss_mib:.0f} MiB of memory")
        with open(stats, encoding="utf-8") as f:
            self.records = json.load(f)["records"]
        dropped = sum(self.records["dropped"].values())
        expect(
            self.records["read"] == self.records["analysed"] + dropped, f"account: {self.records}"
        )

    def dropped(self, reason):
        return self.records["dropped"][reason]

    def alerts(self):
        return [json.loads(line) for line in self.lines]


def feed_pipe(pipe, chunks):
    try:
        for chunk in chunks:
            pipe.write(chunk)
        pipe.close()
    except BrokenPipeError:
        pass


def expect_trouble(run, path, offset=None, what=""):
    """One trouble tells of @path, at @offset (a number, True for any, None for none)."""
    expect(run.status == 3, f"exit status {run.status}, not 3")
    found = [t for t in run.troubles if t[0] == path]
    expect(found, f"nothing said about {path}: {run.stderr.strip()[-300:]}")
    expect(any(what in t[2] for t in found), f"said {found}, not {what!r}")
    offsets = [int(t[1].replace(",", "")) for t in found if t[1]]
    if offset is True:
        expect(offsets, f"no offset in {found}")
    elif offset is not None:
        expect(offset in offsets, f"offsets {offsets}, not {offset}")


def expect_tunnel(run):
    found = [
        a
        for a in run.alerts()
        if a["source"]["ip"] == "10.0.0.7"
        and a["dns"]["question"]["registered_domain"] == "tunnel.com"
        and a["earthdog"]["level"] in ("medium", "high", "critical")
    ]
    expect(len(found) == 1, f"the tunnel in the good file: {len(found)} alerts")


# ----------------------------------------------------------------------------------------- cases


def case_missing_file(bench):
    path = bench.path("missing.pcap")
    expect_trouble(Run(bench, [path]), path, None, "No such file")


def case_directory_without_a_known_file(bench):
    os.mkdir(bench.path("letters"))
    path = bench.put("letters/one.txt", b"Dear reader,\nthis is not a log.\n")
    run = Run(bench, [bench.path("letters")])
    expect_trouble(run, path, None, "format")
    expect(run.records["read"] == 0, "records in a letter")


def case_empty_directory(bench):
    os.mkdir(bench.path("nothing"))
    expect_trouble(Run(bench, [bench.path("nothing")]), bench.path("nothing"))


def case_empty_file(bench):
    path = bench.put("empty.log", b"")
    expect_trouble(Run(bench, [path]), path, None, "empty")


def case_name_of_a_file_is_hostile(bench):
    path = bench.put("\x1b[2J\rred\n.log", b"")
    run = Run(bench, [path])
    expect(run.status == 3, f"exit status {run.status}")
    expect(all(c == "\n" or " " <= c <= "~" for c in run.stderr), f"raw bytes: {run.stderr!r}")


def cut_everywhere(bench, name, data, whole_records):
    """@whole_records(n): whether a cut after n bytes lies between two records."""
    rng = random.Random(SEED)
    for cut in sorted({rng.randrange(1, len(data)) for _ in range(CUTS)}):
        path = bench.put(name, data[:cut])
        run = Run(bench, [path])
        if run.status == 0:
            expect(whole_records(cut), f"cut at {cut} of {len(data)}: nothing said")
        else:
            expect_trouble(run, path)


def case_log_cut_anywhere(bench):
    data = tsv(60)
    # Zeek's lines are text: what is left of the last one may still be a line
    last_field = len(b"\t10\n")
    cut_everywhere(
        bench,
        "cut.log",
        data,
        lambda n: data[:n].endswith(b"\n") or data.find(b"\n", n) - n < last_field
    )


def case_json_cut_anywhere(bench):
    data = json_lines(60)
    cut_everywhere(bench, "cut.json", data, lambda n: data[n - 1 : n] in (b"\n", b"}"))


def case_capture_cut_anywhere(bench):
    data = pcap(60)
    borders = {len(pcap(n)) for n in range(61)}
    cut_everywhere(bench, "cut.pcap", data, lambda n: n in borders)


def case_compressed_cut_anywhere(bench):
    data = gzip.compress(tsv(60))
    cut_everywhere(bench, "cut.log.gz", data, lambda n: False)


def case_capture_cut_at_its_end(bench):
    data = pcap(300)
    path = bench.put("cut.pcap", data[:-5])
    run = Run(bench, [path])
    expect_trouble(run, path, len(pcap(299)))
    expect(run.records["analysed"] == 299 and run.dropped("cut-short") == 1, f"{run.records}")
    expect_tunnel(run)


def case_capture_with_a_lying_length(bench):
    for lie in (0x7FFFFFFF, 0xFFFFFFFF, 1 << 20):
        packet = pcap_packet(1)
        liar = struct.pack("<4I", T0, 0, lie, lie) + packet
        path = bench.put("lie.pcap", pcap(300) + liar + pcap_record(2, packet) * 50)
        run = Run(bench, [path])
        expect_trouble(run, path, len(pcap(300)))
        expect(run.records["analysed"] == 300, f"{run.records}")
        expect_tunnel(run)


def case_bombs_of_zeros(bench):
    """Not in any format, and known to be so before they unfold."""
    for name, data in (
        ("zeros.gz", gzip_bomb(b"", b"\0", 80)),
        ("zeros.zst", zstd_runs([(b"\0", 80 * MIB)])),
    ):
        path = bench.put(name, data)
        expect_trouble(Run(bench, [path]), path)


def case_bombs_that_begin_like_a_log(bench):
    head = [(bytes([b]), 1) for b in TSV_HEAD]
    for name, data in (
        ("bomb.gz", gzip_bomb(TSV_HEAD, b"\n", 80)),
        ("bomb.zst", zstd_runs(head + [(b"\n", 256 * MIB)])),
        ("bomb-line.gz", gzip_bomb(TSV_HEAD, b"x", 80)),
    ):
        path = bench.put(name, data)
        expect_trouble(Run(bench, [path]), path, True, "200 times")


def endless_line(head, filler, tail):
    yield head
    for _ in range(1024):
        yield filler
    yield tail


def case_line_of_a_gigabyte_through_a_pipe(bench):
    for head, filler, tail in (
        (TSV_HEAD, b"a", b"\n" + tsv(300)[len(TSV_HEAD) :]),
        (json_lines(1) + b'{"query":"', b"a", b'"}\n' + json_lines(300)),
    ):
        run = Run(bench, ["-"], feed=endless_line(head, filler * MIB, tail))
        expect_trouble(run, "-", True)
        expect(run.dropped("oversize") == 1, f"{run.records}")
        expect(run.records["analysed"] in (300, 301), f"{run.records}")
        expect_tunnel(run)


def case_line_of_a_gigabyte_in_a_sparse_file(bench):
    path = bench.put("sparse.log", tsv(300))
    os.truncate(path, 1 << 30)
    run = Run(bench, [path])
    expect_trouble(run, path, len(tsv(300)))
    expect(run.records["read"] == 301, f"{run.records}")
    expect_tunnel(run)


def case_noise(bench):
    noise = random.Random(SEED).randbytes(MIB)
    path = bench.put("noise", noise)
    expect_trouble(Run(bench, [path]), path)


def case_noise_behind_a_good_beginning(bench):
    noise = random.Random(SEED).randbytes(MIB)
    heads = (("noise.log", tsv(300)), ("noise.json", json_lines(300)), ("noise.pcap", pcap(300)))
    for name, head in heads:
        path = bench.put(name, head + noise)
        run = Run(bench, [path])
        expect_trouble(run, path, len(head))
        expect(run.records["analysed"] >= 300, f"{name}: {run.records}")
        expect_tunnel(run)


def case_log_without_its_columns(bench):
    for missing in ("ts", "id.orig_h", "query"):
        data = TSV_HEAD.replace(missing.encode() + b"\t", b"other\t")
        data += b"".join(tsv_line(i) for i in range(50))
        path = bench.put("columns.log", data)
        run = Run(bench, [path])
        expect_trouble(run, path, len(TSV_HEAD) - len(missing) + len("other"))
        expect(run.dropped("missing-fields") == 50, f"without {missing}: {run.records}")


def case_json_that_is_no_record(bench):
    nested = b'{"ts":' + b"[" * 100000 + b"]" * 100000 + b"}\n"
    many = b"{" + b",".join(b'"k%d":1' % i for i in range(60000)) + b"}\n"
    path = bench.put("odd.json", json_lines(150) + nested + many + b"null\n[]\n" + json_lines(300))
    run = Run(bench, [path])
    expect_trouble(run, path, len(json_lines(150)))
    expect(run.records["analysed"] == 450, f"{run.records}")
    expect_tunnel(run)


def case_damaged_beside_good(bench):
    good = bench.put("good.log", tsv(300))
    alone = Run(bench, [good])
    expect(alone.status == 0 and not alone.troubles, f"good alone: {alone.stderr}")
    expect_tunnel(alone)
    bad = [
        bench.put("a.pcap", pcap(0) + struct.pack("<4I", T0, 0, 1 << 30, 1 << 30)),
        bench.put("b.gz", gzip.compress(tsv(10))[:-30]),
        bench.put("c.log", TSV_HEAD + b"not a record\n"),
        bench.put("d", random.Random(SEED).randbytes(5000)),
        bench.path("e"),
    ]
    for paths in ([*bad, good], [good, *bad]):
        run = Run(bench, paths)
        for path in bad:
            expect_trouble(run, path)
        expect_tunnel(run)
        same = [line for line in run.lines if line in alone.lines]
        expect(same == alone.lines, "the good file's alerts are others beside bad files")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    cases = [(name, f) for name, f in globals().items() if name.startswith("case_")]
    n_failed = 0
    for name, case in cases:
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                case(Bench(os.path.realpath(sys.argv[1]), folder))
                fault = None
            except Failure as e:
                fault = str(e)
            except Exception:  # pylint: disable=broad-except
                fault = traceback.format_exc()
        n_failed += fault is not None
        label = name.removeprefix("case_").replace("_", " ")
        seconds = time.monotonic() - start
        print(f"{'FAILED' if fault else 'ok':6} {label} ({seconds:.1f} s)", flush=True)
        if fault:
            print(f"       {fault}", flush=True)
    print(f"bad input: {len(cases)} cases, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
