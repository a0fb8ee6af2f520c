#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What must not change the alerts: letter case, trailing dots, a malformed packet, a capture that
holds everything twice, and disorder of up to five minutes.

    tests/quality/robust.py PROGRAM [--quick] [--seed N] [--kinds N]

Two inputs: all captures of examples/ in one, and a made day of channels of every kind as Zeek's
dns.log. Each is scanned as it is and then changed; the set of (client, domain) with an alert of
medium or above must be the same. Fails on any difference.
"""

import argparse
import os
import random
import struct
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import capture  # noqa: E402
import channels  # noqa: E402
import quality_tsv as q  # noqa: E402

N_KINDS = 500
N_KINDS_QUICK = 12  # one by one; all of them at once in any case
DISORDER_S = 300
CHANNEL_BYTES = 8000  # far from any threshold of 4 kB
YEAR_S = 365 * q.DAY_S


def raised(result):
    return {
        (q.harness.client_of(a), q.harness.domain_of(a))
        for a in result.alerts
        if q.is_raised(a) and a["earthdog"]["verdict"] != "policy"  # 494 packets of noise are told
    }


# ------------------------------------------------------------------ captures


def example_packets():
    """Every packet of examples/ in the order of time."""
    folder = os.path.join(q.harness.TOP, "examples")
    packets = []
    for row in q.harness.read_tsv(os.path.join(folder, "expected.tsv")):
        packets += capture.read(os.path.join(folder, row["file"]))
    packets.sort(key=lambda p: p.time_us)
    link = packets[0].link
    return [p for p in packets if p.link == link]


def scan_packets(program, packets):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "changed.pcap")
        capture.write(path, packets)
        result = q.harness.scan(program, [path])
    if result.status not in (0, 3):
        raise RuntimeError(f"scan: exit status {result.status}: {result.stderr.strip()[-300:]}")
    return raised(result)


def mixed_case(packets, seed):
    """Letters of each question in random case; the reply repeats them as a resolver does."""
    changed = list(packets)
    for i, d, m in capture.messages(packets):
        payload = bytearray(packets[i].data[d.dns_at :])
        who = d.client()[0] + struct.pack(">HH", d.client()[1], m.identifier)
        rng = random.Random(zlib.crc32(who + b".".join(m.labels).lower()) ^ seed)
        end = 12 + sum(1 + len(label) for label in m.labels)
        for at in range(12, end):
            # A label's length is below 64, so below any letter.
            if chr(payload[at]).isascii() and chr(payload[at]).isalpha() and rng.random() < 0.5:
                payload[at] ^= 0x20
        changed[i] = capture.with_payload(packets[i], d, bytes(payload))
    return changed


def twice(packets, delay_us):
    for packet in packets:
        yield packet
        yield capture.Packet(packet.time_us + delay_us, packet.link, packet.data)


def disordered(packets, rng):
    """The file's order changed; a packet is at most DISORDER_S out of place."""
    return sorted(packets, key=lambda p: p.time_us + rng.random() * DISORDER_S * 1e6)


# ------------------------------------------------------------------ malformed packets


def replaced(data, at, text):
    return data[:at] + text + data[at + len(text) :]


def damages(d, n):
    """Named ways to spoil a packet of @n bytes with datagram @d: (what, function of the bytes)."""
    made = [(f"cut to {k}", lambda b, k=k: b[:k]) for k in range(0, min(n, 110))]
    for what, first, length in (("ip", d.ip_at, 20), ("udp", d.udp_at, 8), ("dns", d.dns_at, 12)):
        for at in range(first, first + length):
            for byte in (b"\0", b"\xff"):
                made.append(
                    (f"{what}[{at - first}]={byte.hex()}",
                     lambda b, at=at, byte=byte: replaced(b, at, byte))
                )
    labels = (b"\0", b"\x3f", b"\x40", b"\x80", b"\xc0\x0c", b"\xc0\xff", b"\xff\xff")
    for at in range(d.dns_at + 12, d.dns_at + 24):
        for text in labels:
            made.append(
                (f"name[{at - d.dns_at - 12}]={text.hex()}",
                 lambda b, at=at, text=text: replaced(b, at, text))
            )
    for byte in range(12):
        made.append((f"ethertype {byte}", lambda b, k=byte: b[:12] + bytes([8, k]) + b[14:]))
    return made


def garbage(kind, rng, d, data):
    """What is left of the kinds: noise instead of a message, behind one, or bits turned over."""
    noise = rng.randbytes(rng.randrange(1, 600))
    if kind % 3 == 0:
        return f"noise of {len(noise)} bytes", data[: d.dns_at] + noise
    if kind % 3 == 1:
        return f"noise of {len(noise)} bytes behind", data + noise
    flipped = bytearray(data)
    for _ in range(rng.randrange(1, 40)):
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    return "bits turned over", bytes(flipped)


TIMES_S = {0: "1970", 2**32 - 1: "2106"}


def malformed(packets, kind, seed):
    """(what, index to insert before, packet): kind @kind of N_KINDS, from a packet of the input."""
    rng = random.Random(f"{seed}/{kind}")
    at = rng.randrange(len(packets))
    victim = packets[rng.randrange(len(packets))]
    d = capture.datagram(victim)
    while not d:
        victim = packets[rng.randrange(len(packets))]
        d = capture.datagram(victim)
    time_us = packets[at].time_us
    times_s = [0, 2**32 - 1, time_us // 1000000 - YEAR_S, time_us // 1000000 + YEAR_S,
               time_us // 1000000 - q.DAY_S, time_us // 1000000 + q.DAY_S]
    if kind < len(times_s):
        what = TIMES_S.get(times_s[kind], f"{times_s[kind] - time_us // 1000000:+} s")
        return f"time {what}", at, capture.Packet(
            times_s[kind] * 1000000, victim.link, victim.data
        )
    kind -= len(times_s)
    known = damages(d, len(victim.data))
    if kind < len(known):
        what, spoil = known[kind]
        data = spoil(victim.data)
    else:
        what, data = garbage(kind, rng, d, victim.data)
    return what, at, capture.Packet(time_us, victim.link, data)


def with_malformed(packets, kinds, seed):
    """(what, packets) with all of @kinds inserted."""
    changed, whats = list(packets), []
    for kind in kinds:
        what, at, packet = malformed(packets, kind, seed)
        changed.insert(at, packet)
        whats.append(what)
    return ", ".join(whats), changed


# ------------------------------------------------------------------ logs


def world_lines(seed, n_channels):
    world = channels.World(f"{seed}/robust")
    for name in channels.KINDS:
        for _ in range(n_channels):
            world.add(name, CHANNEL_BYTES)
    return world.lines


def with_names(lines, change):
    for line in lines:
        cells = line.split("\t")
        cells[9] = change(cells[9])
        yield "\t".join(cells)


def disordered_lines(lines, rng):
    keyed = [(float(line[:17]) + rng.random() * DISORDER_S, line) for line in lines]
    return [line for _, line in sorted(keyed)]


def scan_as_is(program, lines):
    """Without the sorting of scan_lines."""
    return raised(q.scan_chunks(program, q.chunks_of(lines)))


def swapped(rng):
    return lambda name: "".join(c.swapcase() if rng.random() < 0.5 else c for c in name)


# ------------------------------------------------------------------ the checks


class Judge:
    """Compares with the alerts of the unchanged input and keeps count."""

    def __init__(self, expected, what):
        self.expected = expected
        self.what = what
        self.n_checks = self.n_faults = 0

    def check(self, change, got, quiet=False):
        lost, new = self.expected - got, got - self.expected
        self.n_checks += 1
        self.n_faults += bool(lost or new)
        if lost or new or not quiet:
            mark = "DIFFERS" if lost or new else "same"
            print(f"{self.what:9}{mark:9}{change}", flush=True)
        for pair in sorted(lost)[:5]:
            print(f"{'':18}lost {pair[0]} {pair[1]}")
        for pair in sorted(new)[:5]:
            print(f"{'':18}new  {pair[0]} {pair[1]}")


def check_captures(program, seed, n_kinds):
    packets = example_packets()
    judge = Judge(scan_packets(program, packets), "capture")
    print(f"capture: {len(packets)} packets, {len(judge.expected)} pairs alerted")
    judge.check("letters in mixed case", scan_packets(program, mixed_case(packets, seed)))
    for delay_us in (0, 30):
        changed = list(twice(packets, delay_us))
        judge.check(f"every packet twice, {delay_us} us apart", scan_packets(program, changed))
    changed = disordered(packets, random.Random(f"{seed}/disorder"))
    judge.check(f"disorder of up to {DISORDER_S} s", scan_packets(program, changed))
    _, changed = with_malformed(packets, range(6, N_KINDS), seed)
    judge.check(f"{N_KINDS - 6} malformed packets at once", scan_packets(program, changed))
    step = max(1, N_KINDS // n_kinds)
    # The first six, with foreign times, are always among them.
    kinds = sorted(set(range(6)) | set(range(6, N_KINDS, step)))
    for kind in kinds:
        what, changed = with_malformed(packets, [kind], seed)
        judge.check(f"malformed {kind}: {what}", scan_packets(program, changed), quiet=True)
    print(f"capture: {len(kinds)} kinds of malformed packets, one by one")
    return judge


def check_logs(program, seed, n_channels):
    lines = sorted(world_lines(seed, n_channels))
    judge = Judge(scan_as_is(program, lines), "log")
    print(f"log: {len(lines)} lookups, {len(judge.expected)} pairs alerted")
    rng = random.Random(f"{seed}/log")
    changed = list(with_names(lines, swapped(rng)))
    judge.check("letters in mixed case", scan_as_is(program, changed))
    changed = list(with_names(lines, lambda name: name + "."))
    judge.check("trailing dots", scan_as_is(program, changed))
    changed = [line for line in lines for _ in range(2)]
    judge.check("every line twice", scan_as_is(program, changed))
    changed = disordered_lines(lines, rng)
    judge.check(f"disorder of up to {DISORDER_S} s", scan_as_is(program, changed))
    return judge


def main(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--quick", action="store_true", help="few kinds one by one, a small log")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", type=int, help="malformed packets to insert one by one")
    args = parser.parse_args(argv)
    n_kinds = args.kinds or (N_KINDS_QUICK if args.quick else N_KINDS)
    judges = [
        check_captures(args.program, args.seed, n_kinds),
        check_logs(args.program, args.seed, 1 if args.quick else 10),
    ]
    n_checks = sum(judge.n_checks for judge in judges)
    n_faults = sum(judge.n_faults for judge in judges)
    print(f"robust: {n_faults} of {n_checks} changes made a difference")
    # A pair must have been there to be lost.
    return 1 if n_faults or not all(judge.expected for judge in judges) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
