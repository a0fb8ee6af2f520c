#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile names through every containment writer mean the same names to its consumer.

    tests/contain/run.py PROGRAM [--names N]

Names of any bytes go through `earthdog contain` as alerts whose texts try to break out of comments.
Where Debian has the consumer, it checks the file, loads it, and is asked: each name and one below
it must not exist, a name that only ends in the same letters must. Suricata, Pi-hole and AdGuard are
read back by a parser of their grammar here. Names that a writer refuses are refused one and all.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import daemons

SEED = 7
BATCH = 200
NOW = "2026-11-22T00:00:00Z"
RPZ_NAME_MAX = 221  # the rest is for "*." and the zone
PLAIN = re.compile(rb"[a-z0-9_-]+\Z")
WRITERS = {  # writer -> its consumer's checker; FILE stands for the artefact
    "rpz": ["named-checkzone", "-q", "rpz.test", "FILE"],
    "unbound": ["unbound-checkconf", "FILE"],
    "bind": ["named-checkconf", "FILE"],
    "knot": ["luajit", "-bl", "FILE", "/dev/null"],
    "dnsdist": ["dnsdist", "--check-config", "-C", "FILE"],
    "dnsmasq": ["dnsmasq", "--test", "--conf-file=FILE"],
    "suricata": None, "pihole": None, "adguard": None,
}
DAEMONS = {"rpz": "named", "unbound": "unbound", "bind": "named", "knot": "kresd",
           "dnsdist": "dnsdist", "dnsmasq": "dnsmasq", "rpz-unbound": "unbound",
           "rpz-knot": "kresd", "rpz-powerdns": "pdns_recursor"}
BREAKERS = ['"', "'", "\\", "\n", ";", "\r\n", "]]", "*/", "# earthdog end\n", "${x}", "$(x)",
            "`x`", "\0", "^", "||", "/", "|7c|", ". CNAME rpz-passthru.\n", "\u202e", "\x1b[2J",
            "%s%n"]


def hostile_label(chance):
    kind = chance.randrange(6)
    if kind == 0:
        return bytes(chance.randrange(256) for _ in range(chance.randint(1, 63)))
    if kind == 1:
        text = chance.choice(BREAKERS).encode() * chance.randint(1, 3)
        return text[:63]
    if kind == 2:
        return b"a." * chance.randint(1, 20) + b"b"
    if kind == 3:
        return bytes([chance.choice(b"\"'\\;\n\t ().$@#*!|^/-{}0")]) + b"a7"
    return bytes(chance.choice(b"abcxyz019-_") for _ in range(chance.randint(1, 63)))


def hostile_names(n):
    """@n different names as labels, in lower case; the longest have 255 bytes."""
    chance = random.Random(SEED)
    names = set()
    while len(names) < n:
        labels = [b"example"]
        left = chance.choice((40, 120, 200, 245))
        while left > 2:
            label = hostile_label(chance)[: min(63, left - 1)].lower()
            labels.insert(0, label)
            left -= len(label) + 1
            if chance.random() < 0.3:
                break
        names.add(tuple(labels))
    return sorted(names)


def wire_of(labels):
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def text_of(labels):
    return ".".join("".join(f"\\{c:03d}" for c in label) for label in labels)


def alert_of(i, labels, chance):
    texts = "".join(chance.choices(BREAKERS, k=8)).replace("\0", " ")
    return {"event": {"kind": "alert", "id": f"{i:08x}-0000-4000-8000-000000000000"},
            "source": {"ip": "127.0.0.2"},
            "dns": {"question": {"registered_domain": text_of(labels)}},
            "earthdog": {"summary": texts}}


def accepts(writer, labels):
    if writer in ("dnsmasq", "pihole", "adguard"):
        return all(PLAIN.match(x) for x in labels)
    if writer == "suricata":
        return not any(b"." in x for x in labels)
    return writer != "rpz" or len(wire_of(labels)) <= RPZ_NAME_MAX


class Corpus:
    """The names, as alerts in a file."""

    def __init__(self, program, folder, n):
        self.program, self.folder = program, folder
        self.names = hostile_names(n)
        self.alerts = os.path.join(folder, "alerts.ndjson")
        chance = random.Random(SEED)
        with open(self.alerts, "w", encoding="ascii") as f:
            for i, labels in enumerate(self.names):
                f.write(json.dumps(alert_of(i, labels, chance)) + "\n")

    def run(self, writer, path, *options):
        command = [self.program, "contain", "--for", writer, "--limit", "4096", "--now", NOW,
                   "--write", path, *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False,
                              stdin=subprocess.DEVNULL)

    def contain(self, writer, path, indices, *options):
        """Runs in batches; the results."""
        for i in range(0, len(indices), BATCH):
            ids = [f"{k:08x}-" for k in indices[i : i + BATCH]]
            yield ids, self.run(writer, path, "--alerts", self.alerts, *options, *ids)


def check_refused(corpus, writer, path, refused):
    for ids, done in corpus.contain(writer, path, refused):
        n = done.stderr.count("not blocked:")
        if done.returncode != 2 or n != len(ids):
            return [f"{writer}: of {len(ids)} names that cannot be written {n} were refused"]
    return [f"{writer}: a file of refused names"] if os.path.exists(path) else []


def check_file(writer, path):
    command = WRITERS[writer]
    if not command:
        return []
    if not shutil.which(command[0], path=daemons.PATH):
        print(f"{writer}: skipped: {command[0]} is not installed")
        return []
    done = subprocess.run([w.replace("FILE", path) for w in command], capture_output=True,
                          text=True, env={"PATH": daemons.PATH}, check=False)
    return [f"{writer}: {command[0]}: {done.stdout[-300:]}{done.stderr[-300:]}"] * (
        done.returncode != 0)


def near_misses(labels):
    """Names that look alike and lie elsewhere: one that ends in the same letters, and one in which
    the dots within labels are dots between them."""
    split = tuple(part for x in labels for part in x.split(b"."))
    for miss in ((b"x" + labels[0], *labels[1:]), split):
        if all(0 < len(x) < 64 for x in miss) and len(wire_of(miss)) < 256 and miss != labels:
            yield miss


def check_daemon(writer, folder, upstream, path, names):
    if not shutil.which(DAEMONS[writer], path=daemons.PATH):
        print(f"{writer}: skipped: {DAEMONS[writer]} is not installed")
        return []
    blocked = {wire_of(labels) for labels in names}
    faults = []
    with daemons.Daemon(writer, folder, upstream, path) as d:
        for labels in names:
            wire = wire_of(labels)
            # named answers for the apex of its empty zone, which exists
            apex = daemons.NOERROR if writer == "bind" else daemons.NXDOMAIN
            asked = [(wire, {apex, daemons.NXDOMAIN})]
            if len(wire) <= 250:
                asked.append((b"\3sub" + wire, {daemons.NXDOMAIN}))
            for miss in near_misses(labels):
                if not any(wire_of(miss[k:]) in blocked for k in range(len(miss))):
                    asked.append((wire_of(miss), {daemons.NOERROR}))
            for question, expected in asked:
                got = daemons.ask(d.port, question)
                if got not in expected:
                    faults.append(f"{writer}: {question!r}: rcode {got}, not {expected}")
    return faults


def suricata_names(text):
    """The names of a rule file; ValueError where a line is no rule of ours."""
    rule = re.compile(r'drop dns (?:any|[0-9a-f.:]+) any -> any any \(msg:"[a-zA-Z: ]*"; '
                      r'dns\.query; dotprefix; content:"((?:[a-z0-9.-]|\|[0-9a-f]{2}\|)+)"; '
                      r"nocase; endswith; sid:(\d+); rev:1; metadata:[a-zA-Z0-9_., -]*;\)")
    numbers = set()
    for line in text.split("\n"):
        if line.startswith("#") or not line:
            continue
        m = rule.fullmatch(line)
        if not m or m[2] in numbers:
            raise ValueError(line)
        numbers.add(m[2])
        parts = re.findall(r"\|([0-9a-f]{2})\||(.)", m[1])
        raw = b"".join(bytes.fromhex(h) if h else c.encode() for h, c in parts)
        yield tuple(raw[1:].split(b"."))


def list_names(text, comment):
    for line in text.split("\n"):
        if line.startswith(comment) or not line:
            continue
        m = re.fullmatch(r"\|\|([a-z0-9_.-]+)\^", line)
        if not m:
            raise ValueError(line)
        yield tuple(m[1].encode().split(b"."))


def check_text(writer, path, names):
    with open(path, encoding="ascii") as f:
        text = f.read()
    try:
        read = suricata_names(text) if writer == "suricata" else list_names(
            text, "!" if writer == "adguard" else "#")
        got = sorted(read)
    except ValueError as e:
        return [f"{writer}: no entry of ours: {e}"]
    return [] if got == sorted(names) else [f"{writer}: other names than were asked for"]


def check_writer(corpus, writer, upstream):
    good = [i for i, x in enumerate(corpus.names) if accepts(writer, x)]
    bad = [i for i, x in enumerate(corpus.names) if not accepts(writer, x)]
    names = [corpus.names[i] for i in good]
    path = os.path.join(corpus.folder, writer + ".artefact")
    faults = check_refused(corpus, writer, path, bad)
    for _, done in corpus.contain(writer, path, good):
        if done.returncode != 0:
            return faults + [f"{writer}: exit status {done.returncode}: {done.stderr[-500:]}"]
    faults += check_file(writer, path)
    if writer in DAEMONS:
        faults += check_daemon(writer, corpus.folder, upstream, path, names)
    else:
        faults += check_text(writer, path, names)
    faults += check_undo(corpus, writer, path, good)
    print(f"{writer:9} {len(good):5} names written, {len(bad):5} refused, {len(faults)} faults")
    return faults


def check_undo(corpus, writer, path, good):
    """What is taken back one by one leaves the file as if it had never been there."""
    half = good[: len(good) // 2]
    for _, done in corpus.contain(writer, path, half, "--undo"):
        if done.returncode != 0:
            return [f"{writer}: undo: {done.stderr[-300:]}"]
    with open(path, "rb") as f:
        left = f.read().count(b" earthdog begin ")
    if left != len(good) - len(half):
        return [f"{writer}: undo left {left} entries"]
    done = corpus.run(writer, path, "--undo")
    with open(path, "rb") as f:
        text = f.read()
    if done.returncode != 0 or b" earthdog begin " in text or (text and writer != "rpz"):
        return [f"{writer}: undo of all left {text[:200]!r}"]
    return []


def check_clients(corpus, upstream):
    """One client is stopped, another is not."""
    faults = []
    for writer in ("unbound", "knot", "dnsdist"):
        if not shutil.which(DAEMONS[writer], path=daemons.PATH):
            continue
        path = os.path.join(corpus.folder, writer + ".client")
        done = corpus.run(writer, path, "--domain", "evil.example", "--domain", "worse.example",
                          "--client", "127.0.0.2")
        if done.returncode != 0:
            faults.append(f"{writer}: {done.stderr}")
            continue
        with daemons.Daemon(writer, corpus.folder, upstream, path) as d:
            for name in (b"\4evil\7example\0", b"\1a\5worse\7example\0"):
                got = (daemons.ask(d.port, name, "127.0.0.2"), daemons.ask(d.port, name))
                if got != (daemons.NXDOMAIN, daemons.NOERROR):
                    faults.append(f"{writer}: {name!r}: {got} for the client and another")
    return faults


def check_policy_zone(corpus, upstream):
    """The zone that BIND was asked about means the same to the others that read it."""
    names = [x for x in corpus.names if accepts("rpz", x)][:BATCH]
    ids = [i for i, x in enumerate(corpus.names) if x in set(names)]
    path = os.path.join(corpus.folder, "shared.rpz")
    for _, done in corpus.contain("rpz", path, ids):
        if done.returncode != 0:
            return [f"rpz: {done.stderr[-300:]}"]
    faults = []
    for kind in ("rpz-unbound", "rpz-knot", "rpz-powerdns"):
        faults += check_daemon(kind, corpus.folder, upstream, path, names)
    return faults


def check_nftables(corpus):
    if not shutil.which("nft", path=daemons.PATH):
        print("nftables: skipped: nft is not installed")
        return []
    path = os.path.join(corpus.folder, "nft.artefact")
    done = corpus.run("nftables", path, "--alerts", corpus.alerts, "--resolver", "192.0.2.53",
                      "--resolver", "2001:db8::53",
                      *[f"{k:08x}-" for k in range(min(BATCH, len(corpus.names)))])
    if done.returncode == 0:
        done = corpus.run("nftables", path, "--client", "2001:db8::7")
    if done.returncode != 0:
        return [f"nftables: {done.stderr[-300:]}"]
    command = ["unshare", "-n", "nft", "--check", "--file", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env={"PATH": daemons.PATH})
    if "Operation not permitted" in done.stderr:
        print("nftables: skipped: no rights to ask the kernel")
        return []
    return [f"nftables: {done.stderr[-300:]}"] * (done.returncode != 0)


def main(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--names", type=int, default=2000)
    options = parser.parse_args(argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        corpus = Corpus(os.path.realpath(options.program), folder, options.names)
        upstream = daemons.Upstream()
        faults = []
        for writer in WRITERS:
            faults += check_writer(corpus, writer, upstream)
        faults += check_policy_zone(corpus, upstream)
        faults += check_clients(corpus, upstream) + check_nftables(corpus)
    print("\n".join(faults[:40]) or "the same names everywhere")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
