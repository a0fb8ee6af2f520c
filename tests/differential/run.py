#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same captures through tshark and through earthdog: the same DNS messages, or a named reason.

    tests/differential/run.py PROGRAM [--all] [--verbose] [PATH...]

A message is compared by time, id, direction, name, type, client, port, opcode and rcode. What one
side has and the other has not must fit one of the reasons below, and a reason that says that
earthdog dropped the packet must be covered by the account of the run. The rest are unnamed
differences, and the test fails. PATHs replace the set, which is examples/ and, of the labelled
data, the format samples and some of the rest; --all takes every capture.
"""

import argparse
import calendar
import collections
import concurrent.futures
import gzip
import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402

MAGICS = {
    bytes.fromhex(m)
    for m in ("d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "a1b23c4d", "0a0d0d0a", "34cdb2a1")
}
EVERY = 8  # of the captures outside the format samples, in the short run
BYTES_MAX = 1_500_000  # of a capture in the short run

# ---- messages

Message = collections.namedtuple("Message", "time id kind name type client port opcode rcode")
UNREADABLE = "(tshark cannot list the questions)"
NO_TIME = "0.000000000"


class Side:
    """The messages of one program: how often each, and where one of them was seen."""

    def __init__(self):
        self.counts = collections.Counter()
        self.place = {}

    def add(self, message, place):
        self.counts[message] += 1
        self.place[message] = place

    def without(self, other):
        return list((self.counts - other.counts).elements())


# ---- tshark

FIELDS = """frame.number frame.time_epoch frame.protocols ip.src ip.dst ipv6.src ipv6.dst
udp.srcport udp.dstport tcp.srcport tcp.dstport frame.len frame.cap_len _ws.malformed dns.id
dns.flags.response dns.flags.opcode dns.flags.rcode dns.count.queries dns.count.zones dns.qry.name
dns.qry.type tcp.analysis.retransmission""".split()
BETWEEN = "\x1f"  # values of a field that occurs several times
OPCODE_UPDATE = 5
TSHARK_OPTIONS = [
    *("-o", "tcp.reassemble_out_of_order:TRUE"),
    *("-d", "udp.port==8472,vxlan"),
    *("-Y", "dns || mdns"),
    *("-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=" + BETWEEN),
]


def tshark_frames(path):
    """Each frame that holds DNS as {field: [values]}."""
    command = ["tshark", "-n", "-r", path, *TSHARK_OPTIONS]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=harness.TIMEOUT_S,
        check=False,
    )
    for line in done.stdout.decode(errors="surrogateescape").split("\n"):
        if line:
            values = [v.split(BETWEEN) if v else [] for v in line.split("\t")]
            yield collections.defaultdict(list, zip(FIELDS, values))


def udp_payloads(path, frames="dns"):
    """Frame number to payload of the frames that the filter @frames lets through."""
    command = ["tshark", "-n", "-r", path, "-Y", frames, "-T", "fields"]
    command += ["-e", "frame.number", "-e", "udp.payload"]
    done = subprocess.run(command, capture_output=True, timeout=harness.TIMEOUT_S, check=False)
    rows = (line.split("\t") for line in done.stdout.decode().splitlines())
    return {number: bytes.fromhex(payload.split(",")[-1]) for number, payload in rows}


def layers(frame):
    return set(frame["frame.protocols"][0].split(":"))


def innermost(frame, end):
    """Address and port of the @end ("src", "dst") of the innermost packet before DNS."""
    protocols = frame["frame.protocols"][0].split(":")
    family = [p for p in protocols if p in ("ip", "ipv6")]
    transport = [p for p in protocols if p in ("udp", "tcp")]
    if not family or not transport:
        return None, None
    addresses = frame[f"{family[-1]}.{end}"]
    ports = frame[f"{transport[-1]}.{end}port"]
    return ipaddress.ip_address(addresses[-1]) if addresses else None, (
        int(ports[-1]) if ports else 0
    )


def tshark_name(text):
    return "." if text == "<Root>" else "".join(c.lower() if c.isascii() else c for c in text)


def frame_messages(frame):
    """The messages of a frame. Counts that do not add up: no message is told from the next."""
    n = len(frame["dns.id"])
    opcodes = [int(v) for v in frame["dns.flags.opcode"]]
    n_updates = opcodes.count(OPCODE_UPDATE)
    names, types = frame["dns.qry.name"], frame["dns.qry.type"]
    queries, zones = list(frame["dns.count.queries"]), list(frame["dns.count.zones"])
    rcodes = list(frame["dns.flags.rcode"])
    good = len(queries) == n - n_updates and len(zones) == n_updates and len(opcodes) == n
    counts = [
        int((zones if o == OPCODE_UPDATE else queries).pop(0)) if good else 0 for o in opcodes
    ]
    good = good and sum(counts) == len(names) == len(types)
    at = 0
    for i in range(n):
        is_response = frame["dns.flags.response"][i] in ("1", "True")
        client, port = innermost(frame, "dst" if is_response else "src")
        name = tshark_name(names[at]) if good and counts[i] else None
        rrtype = int(types[at], 0) if good and counts[i] else None
        at += counts[i]
        yield Message(
            (frame["frame.time_epoch"] or [NO_TIME])[0],
            int(frame["dns.id"][i], 0),
            "response" if is_response else "query",
            name if good else UNREADABLE,
            rrtype,
            client,
            port,
            opcodes[i],
            int(rcodes.pop(0)) if is_response and rcodes else None,
        )


def is_plain(name):
    """Without bytes above 127, which tshark shows as UTF-8 where they happen to be that."""
    return name is None or (name.isascii() and "\\u" not in name)


def name_in(payload):
    """The first question's name, a byte a character."""
    labels, at = [], 12
    while at < len(payload) and 0 < payload[at] < 64:
        labels.append(payload[at + 1 : at + 1 + payload[at]].decode("latin-1"))
        at += 1 + payload[at]
    return tshark_name(".".join(labels))


def read_tshark(path):
    """(messages, frames that LEFT_OUT names by reason and drop)."""
    side, left_out, payloads = Side(), collections.Counter(), None
    for frame in tshark_frames(path):
        reason = next(((name, drop) for name, drop, fits in LEFT_OUT if fits(frame)), None)
        if reason:
            left_out[reason] += 1
            continue
        for message in frame_messages(frame):
            if not is_plain(message.name) and "udp" in layers(frame):
                payloads = payloads or udp_payloads(path)
                message = message._replace(name=name_in(payloads[frame["frame.number"][0]]))
            side.add(message, frame)
    return side, left_out


# ---- earthdog

TIME = re.compile(r"(....-..-..T..:..:..)\.(\d{9})Z")
ESCAPE = re.compile(r"\\(\d{3}|.)")


def epoch_of(text):
    if text is None:
        return NO_TIME
    whole, fraction = TIME.fullmatch(text).groups()
    return f"{calendar.timegm(time.strptime(whole, '%Y-%m-%dT%H:%M:%S'))}.{fraction}"


SHOWN = {chr(i): f"\\{i:03o}" for i in [*range(32), 127]}
SHOWN.update(zip("\a\b\f\n\r\t\v", ["\\a", "\\b", "\\f", "\\n", "\\r", "\\t", "\\v"]))


def name_as_tshark(canonical):
    """A plain name with control characters escaped as in C; any other a byte a character."""
    if canonical is None:
        return None
    text = ESCAPE.sub(lambda m: chr(int(m[1]) if m[1].isdigit() else ord(m[1])), canonical)
    return "".join(SHOWN.get(c, c) for c in text) if text.isascii() else text


def type_number(name, numbers):
    if name is None:
        return None
    return int(name[4:]) if name.startswith("TYPE") else numbers[name]


def rr_numbers():
    """Mnemonic to number, from the source's own table of IANA's registry."""
    with open(os.path.join(harness.TOP, "src/record/rrtype.c"), encoding="utf-8") as f:
        return {
            m[1]: int(m[2]) for m in re.finditer(r'\{ "([A-Z0-9-]+)", (\d+), false \}', f.read())
        }


def read_earthdog(program, path, numbers):
    """(messages, events that are not DNS, records dropped by reason)."""
    side, foreign = Side(), []
    with tempfile.TemporaryDirectory() as folder:
        stats = os.path.join(folder, "stats.json")
        done = subprocess.run(
            [program, "events", "--quiet", "--stats", stats, "--", path],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=harness.TIMEOUT_S,
            check=False,
        )
        if done.returncode not in (0, 3):
            raise ValueError(f"exit status {done.returncode}: {done.stderr.decode()[-200:]}")
        with open(stats, encoding="utf-8") as f:
            dropped = collections.Counter(json.load(f)["records"]["dropped"])
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if event["kind"] == "not-dns":
            foreign.append(event)
            continue
        if event["kind"] == "flow":  # a connection to port 853 or a handshake: nothing to read
            continue
        message = Message(
            epoch_of(event.get("time")),
            event["txid"],
            event["kind"],
            name_as_tshark(event.get("qname")),
            type_number(event.get("qtype"), numbers),
            ipaddress.ip_address(event["client"]) if "client" in event else None,
            event["client_port"],
            event["opcode"],
            event["rcode"] & 15 if "rcode" in event else None,
        )
        side.add(message, event)
    return side, foreign, dropped


# ---- reasons


class Capture:
    """The two sides of one file, and what the reasons have used up of its account."""

    def __init__(self, program, path, numbers):
        self.path = path
        self.tshark, self.left_out = read_tshark(path)
        self.earthdog, foreign, self.dropped = read_earthdog(program, path, numbers)
        self.foreign_at = collections.Counter(epoch_of(e.get("time")) for e in foreign)
        self.used = collections.Counter()
        self.n_messages = sum(self.tshark.counts.values()) + sum(self.left_out.values())

    def has_room(self, drop):
        return drop is None or self.used[drop] < self.dropped[drop]

    def take_foreign(self, when):
        """Whether earthdog has a payload that is not DNS at that time, each told once."""
        if self.foreign_at[when] == 0:
            return False
        self.foreign_at[when] -= 1
        return True

    def pair_unreadable(self, left, right):
        """Messages that tshark saw without their questions, next to what earthdog read there."""
        by_head = collections.defaultdict(list)
        for message in right:
            by_head[message[:3]].append(message)
        rest, n = [], 0
        for message in left:
            if message.name == UNREADABLE and by_head[message[:3]]:
                right.remove(by_head[message[:3]].pop())
                n += 1
            else:
                rest.append(message)
        return rest, n


def is_group(frame):
    address, _ = innermost(frame, "dst")
    return address is not None and (address.is_multicast or str(address) == "255.255.255.255")


def ports(frame):
    return {innermost(frame, "src")[1], innermost(frame, "dst")[1]}


def is_unreadable(message, frame):
    """By tshark's own word."""
    told = message.name is None or message.name == UNREADABLE or message.name.startswith("<")
    return told or bool(frame["_ws.malformed"])


def has_pointer(capture, frame):
    """A compression pointer in the first question has nothing before it to point to."""
    number = frame["frame.number"][0]
    message = udp_payloads(capture.path, f"frame.number=={number}")[number]
    at = 12
    while at < len(message) and 0 < message[at] < 64:
        at += 1 + message[at]
    return at < len(message) and message[at] >= 192


# A frame that holds DNS for tshark and not for earthdog, by what it is made of: the reason, the
# drop that must cover it, what it looks like.
LEFT_OUT = [
    ("quoted inside an ICMP error", "not-dns", lambda f: layers(f) & {"icmp", "icmpv6"}),
    (
        "DNS over HTTP, no message on port 53",
        "not-dns",
        lambda f: layers(f) & {"http", "http2", "http3"},
    ),
    ("multicast DNS", "multicast-dns", lambda f: is_group(f) and 5353 in ports(f)),
    ("a port that is neither 53 nor 5353", "not-dns", lambda f: not ports(f) & {53, 5353}),
    ("TCP to port 5353", "not-dns", lambda f: "tcp" in layers(f) and 53 not in ports(f)),
]

# The same of a message that only tshark has, by what the two programs made of it.
TSHARK_ONLY = [
    ("TCP data sent again", "retransmission", lambda m, f, c: f["tcp.analysis.retransmission"]),
    (
        "the capture kept too little of it",
        "snapped",
        lambda m, f, c: f["frame.cap_len"] != f["frame.len"] and is_unreadable(m, f),
    ),
    (
        "the capture cut the last message of a TCP segment",
        None,
        lambda m, f, c: "tcp" in layers(f)
        and f["frame.cap_len"] != f["frame.len"]
        and is_unreadable(m, f),
    ),
    (
        "a payload that earthdog tells as not DNS",
        None,
        lambda m, f, c: is_unreadable(m, f) and c.take_foreign(m.time),
    ),
    ("header or question cannot be read", "malformed-dns", lambda m, f, c: is_unreadable(m, f)),
    ("a compression pointer in the question", "malformed-dns", lambda m, f, c: has_pointer(c, f)),
]


def reason_of(message, capture):
    """The name of the first reason that fits and that the account covers, or None."""
    frame = capture.tshark.place[message]
    for name, drop, fits in TSHARK_ONLY:
        if capture.has_room(drop) and fits(message, frame, capture):
            capture.used[drop] += 1
            return name
    return None


def settle(capture):
    """(reasons with counts, unnamed differences as text) of one capture."""
    left = capture.tshark.without(capture.earthdog)
    right = capture.earthdog.without(capture.tshark)
    left, n_paired = capture.pair_unreadable(left, right)
    reasons, unnamed = collections.Counter(), []
    if n_paired:
        reasons["tshark cannot list the questions, earthdog reads the first"] += n_paired
    for (name, drop), n in capture.left_out.items():
        reasons[name] += n
        capture.used[drop] += n
    for drop, n in capture.used.items():
        if n > capture.dropped[drop]:
            unnamed.append(
                f"{n} messages should be under {drop}, where {capture.dropped[drop]} records are"
            )
    for message in left:
        reason = reason_of(message, capture)
        if reason:
            reasons[reason] += 1
            continue
        frame = capture.tshark.place[message]
        where = f"frame {frame['frame.number'][0]} {frame['frame.protocols'][0]}"
        unnamed.append(f"only tshark: {where} {message}")
    for message in right:
        unnamed.append(
            f"only earthdog: offset {capture.earthdog.place[message]['offset']} {message}"
        )
    return reasons, unnamed


# ---- the run


def is_capture(path):
    try:
        with open(path, "rb") as f:
            head = f.read(4)
        if head[:2] == b"\x1f\x8b":
            with gzip.open(path) as f:
                head = f.read(4)
    except (OSError, EOFError):
        return False
    return head in MAGICS


def captures_below(folder):
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(root, name)
            if is_capture(path):
                yield path


def choose(everything):
    """examples/ and what there is of the labelled data."""
    data = harness.data_path()
    chosen = list(captures_below(os.path.join(harness.TOP, "examples")))
    samples = os.path.join(data, "formats")
    chosen += captures_below(samples)
    rest = [p for p in captures_below(data) if not p.startswith(samples + os.sep)]
    if everything:
        return chosen + rest
    return chosen + [p for p in rest if os.path.getsize(p) <= BYTES_MAX][::EVERY]


def compare(program, path, numbers):
    """(path, messages of tshark, reasons, unnamed)."""
    capture = Capture(program, path, numbers)
    return path, capture.n_messages, *settle(capture)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_intermixed_args()
    if not shutil.which("tshark"):
        print("skipped: tshark is not installed (make deps)")
        return harness.SKIP
    start_s = time.monotonic()
    program, numbers = os.path.realpath(args.program), rr_numbers()
    paths = [p for a in args.paths for p in ([a] if os.path.isfile(a) else captures_below(a))]
    paths = paths or choose(args.all)
    reasons, n_messages, n_unnamed = collections.Counter(), 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for path, n, found, unnamed in pool.map(lambda p: compare(program, p, numbers), paths):
            n_messages += n
            reasons += found
            n_unnamed += len(unnamed)
            if unnamed or args.verbose:
                print(f"{path}: {n} messages, {len(unnamed)} unnamed differences, {dict(found)}")
            for line in unnamed[:8]:
                print(f"    {line}")
            sys.stdout.flush()
    for name, n in reasons.most_common():
        print(f"{n:8}  {name}")
    print(
        f"differential: {len(paths)} captures, {n_messages} messages,"
        f" {sum(reasons.values())} differences with a reason, {n_unnamed} without"
        f" ({time.monotonic() - start_s:.0f} s)"
    )
    return 1 if n_unnamed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
