# SPDX-License-Identifier: Apache-2.0
"""What the quality benches share: lookups as lines of Zeek's dns.log, light background, and runs of
the program that are fed through a pipe.

A line begins with its time in fixed width, so that sorting the lines as text sorts them by time.
"""

import os
import random
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402

START_S = 1714521600  # 2024-05-01 00:00:00 UTC, a Wednesday
DAY_S = 86400
MONTH_S = 30 * DAY_S
RESOLVER = "10.0.0.53"
SCAN_TIMEOUT_S = 1800
CHUNK_LINES = 20000

HEAD = (
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
    "#open\t2024-05-01-00-00-00\n"
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\t"
    "query\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\t"
    "answers\tTTLs\trejected\n"
    "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\t"
    "string\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\tbool\tbool\tcount\t"
    "vector[string]\tvector[interval]\tbool\n"
)

TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "NULL": 10, "PTR": 12, "MX": 15, "TXT": 16, "KEY": 25,
    "AAAA": 28, "SRV": 33, "NAPTR": 35, "DS": 43, "SVCB": 64, "HTTPS": 65, "CAA": 257,
    "PRIVATE": 65399,
}
RCODES = {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}


class Lookup:
    """One question and its reply. @answers is a list of texts as Zeek prints them. Once printed it
    is not changed any more."""

    __slots__ = ("name", "qtype", "rcode", "answers", "ttl_s", "server", "tail")

    def __init__(self, name, qtype="A", answers=(), ttl_s=60, rcode=0, server=RESOLVER):
        self.name = name
        self.qtype = qtype
        self.answers = answers
        self.ttl_s = ttl_s
        self.rcode = rcode
        self.server = server
        self.tail = None

    def cells(self):
        """The cells from rtt on; kept, since a codebook says the same few lines a million times."""
        if self.tail is None:
            rtt = answers = ttls = "-"
            if self.answers:
                rtt = "0.012345"
                answers = ",".join(self.answers)
                ttls = ",".join([f"{self.ttl_s}.000000"] * len(self.answers))
            self.tail = (
                f"{rtt}\t{self.name}\t1\tC_INTERNET\t{TYPES[self.qtype]}\t{self.qtype}\t"
                f"{self.rcode}\t{RCODES[self.rcode]}\tF\tF\tT\tT\t0\t{answers}\t{ttls}\tF\n"
            )
        return self.tail


def line_of(time_s, client, lookup, draw):
    """One line; @draw (any 32-bit number) makes port and identifier."""
    return (
        f"{time_s:.6f}\tC{draw:08x}\t{client}\t{1024 + draw % 60000}\t{lookup.server}\t53\tudp\t"
        f"{draw >> 8 & 65535}\t{lookup.tail or lookup.cells()}"
    )


def client_of(i):
    """The address of client @i: up to 4 million, all private."""
    return f"10.{64 + (i >> 16)}.{i >> 8 & 255}.{i & 255}"


def txt_answer(text):
    return f"TXT {len(text)} {text}"


# ------------------------------------------------------------------ background

SITE_WORDS = (
    "harbor linen copper meadow orchard lantern pebble timber saddle velvet marble cedar willow "
    "falcon badger otter heron juniper clover thistle amber cobalt crimson indigo olive pepper "
    "ginger nutmeg basil cider maple walnut almond"
).split()
HOSTS = ["www", "", "api", "mail", "static", "img", "cdn", "login", "assets", "m", "news", "docs"]
SITE_TLDS = ["com", "com", "com", "net", "org", "de", "co.uk"]


def site(i):
    """An ordinary registrable domain: 7,623 of them."""
    n = len(SITE_WORDS)
    return SITE_WORDS[i % n] + SITE_WORDS[i // n % n] + "." + SITE_TLDS[i // (n * n) % 7]


def background(rng, client, start_s, span_s, n_lookups):
    """@n_lookups ordinary lookups of @client as lines: popular sites, fixed hosts and answers."""
    lines = []
    for _ in range(n_lookups):
        rank = min(int(rng.paretovariate(0.7)) - 1, 2000)
        host = HOSTS[int(rng.random() ** 2 * (2 + rank % 10))]
        name = f"{host}.{site(rank)}" if host else site(rank)
        qtype = "A" if rng.random() < 0.7 else "AAAA"
        if qtype == "A":
            answer = f"203.0.{rank % 114}.{hash_of(name) % 250 + 1}"
        else:
            answer = f"2001:db8:{rank:x}::{hash_of(name) % 65000:x}"
        lookup = Lookup(name, qtype, (answer,), 300)
        at_s = start_s + rng.random() * span_s
        lines.append(line_of(at_s, client, lookup, rng.getrandbits(32)))
    return lines


def hash_of(text):
    """Python's own hash of text changes with every run."""
    return random.Random(text).getrandbits(32)


# ------------------------------------------------------------------ running the program


def feed(pipe, chunks, broken):
    try:
        with pipe:
            for chunk in chunks:
                pipe.write(chunk)
    except BrokenPipeError:
        broken.append("the program stopped reading")
    except Exception as e:  # reported by the thread that waits
        broken.append(repr(e))


def scan_chunks(program, chunks, *options):
    """Runs `scan -` and feeds it @chunks (bytes) as they are made; nothing is kept on disk but
    the output. Raises RuntimeError when the program fails."""
    with tempfile.TemporaryDirectory() as folder:
        stats_path = os.path.join(folder, "stats.json")
        command = [program, "scan", "--format", "ndjson", "--min-level", "informational", "-q"]
        command += ["--stats", stats_path, *options, "-"]
        broken = []
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        feeder = threading.Thread(target=feed, args=(child.stdin, chunks, broken))
        feeder.start()
        child.stdin = None  # the feeder's alone
        out, err = child.communicate(timeout=SCAN_TIMEOUT_S)
        feeder.join()
        done = subprocess.CompletedProcess(command, child.returncode, out, err)
        if done.returncode not in (0, 3) or broken:
            text = err.decode(errors="backslashreplace").strip()
            raise RuntimeError(f"scan: exit status {done.returncode}: {text} {' '.join(broken)}")
        with open(stats_path, encoding="utf-8") as f:
            return harness.Scan(done, harness.json.load(f))


def chunks_of(lines):
    yield HEAD.encode()
    for i in range(0, len(lines), CHUNK_LINES):
        yield "".join(lines[i : i + CHUNK_LINES]).encode()


def scan_lines(program, lines, *options):
    """Sorts @lines by time in place and scans them. Every line must have been taken."""
    lines.sort()
    result = scan_chunks(program, chunks_of(lines), *options)
    records = result.stats["records"]
    if records["analysed"] != len(lines):
        raise RuntimeError(f"{len(lines)} lines were made, {records} were read")
    return result


# ------------------------------------------------------------------ what was found


def is_raised(alert, least="medium"):
    return harness.level_of(alert) >= harness.LEVELS.index(least)


class Found:
    """The alerts of medium or above of one scan, by what they name."""

    def __init__(self, result, least="medium"):
        self.pairs = {}
        self.clients = {}
        self.domains = {}
        for alert in result.alerts:
            if not is_raised(alert, least):
                continue
            client, domain = harness.client_of(alert), harness.domain_of(alert)
            if client and domain:
                self.pairs[client, domain] = alert
            if client:
                self.clients.setdefault(client, []).append(alert)
            if domain:
                self.domains.setdefault(domain, []).append(alert)

    def names(self, client, domain):
        """The alert that names @client with @domain, or for a @domain of None just @client."""
        if domain is None:
            return (self.clients.get(client) or [None])[0]
        return self.pairs.get((client, domain))


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def quantile(values, q):
    """The smallest value that a share @q of @values does not exceed; None when there are none."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]
