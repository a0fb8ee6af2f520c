#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real tunnels, made slow and spread out, in a benign day.

    tests/quality/dilution.py PROGRAM [--quick] [--benign FILE] [--seed N]

Each tunnel of examples/ and, when it is there, of the labelled data is played into a day of
ordinary lookups (--benign: a sorted dns.log of Zeek; else a light one made here): stretched in time
to a rate of 1, 1/10, 1/100 and 1/1000, over 1, 3 and 10 domains and 1, 3 and 10 clients in turn.
What does not fit into the day is left out. A tunnel is found when an alert of medium or above names
one of its clients, alone or with one of its domains, or one of its domains alone.

Printed for each: recall, distinct names and characters of payload sent until the first alert over
all clients and domains (median, p95), false alerts. Fails when the recall over one domain and from
one client is below RECALL_MIN at any rate, counting tunnels with at least NAMES_MIN names.
"""

import argparse
import datetime
import functools
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import capture  # noqa: E402
import channels  # noqa: E402
import first_alert  # noqa: E402
import quality_tsv as q  # noqa: E402

RECALL_MIN = 0.95
NAMES_MIN = 20
RATES = [1, 10, 100, 1000]
SPREADS = [1, 3, 10]
LOOKUPS_MAX = 3000  # of one tunnel
NAME_MAX = 253
UNTIMED_GAP_S = 0.3  # for captures without times
ORDINARY_CLIENTS, ORDINARY_LOOKUPS = 300, 60
BACKGROUND_LOOKUPS = 30  # of a tunnel's client, besides


class Recording:
    """A tunnel's lookups: (seconds since the first, payload labels as text, lookup)."""

    def __init__(self, label, domain, rows):
        self.label = label
        self.domain = domain
        self.rows = rows


def recording_of(tunnel):
    """None for a file that the simple reader cannot take, or with too few names."""
    try:
        seen = capture.lookups(capture.read(tunnel.path))
    except (IndexError, capture.struct.error):
        return None
    rows, domain = [], tunnel.domain
    seen = [s for s in seen if first_alert.is_under(s.labels, domain)]
    seen = [s for s in seen if not tunnel.client or s.client == tunnel.client][:LOOKUPS_MAX]
    timed = len(seen) > 1 and seen[-1].time_us - seen[0].time_us > 1000000
    n_own = len(domain.split(".")) if domain else 0
    for i, s in enumerate(seen):
        at_s = (s.time_us - seen[0].time_us) / 1e6 if timed else i * UNTIMED_GAP_S
        payload = capture.text_of(s.labels[: len(s.labels) - n_own])
        rows.append((max(0, at_s), payload, s.lookup))
    if len({payload.lower() for _, payload, _ in rows}) < NAMES_MIN:
        return None
    return Recording(tunnel.label, domain, rows)


def recordings(quick):
    tunnels = list(first_alert.tunnels_of_examples())
    if not quick:
        tunnels += first_alert.tunnels_of_data()
    made = (recording_of(tunnel) for tunnel in tunnels if "dns.log" not in tunnel.path)
    return [recording for recording in made if recording]


class Played:
    """A recording in the day: who and where, and what was sent when."""

    def __init__(self, world, recording, rate, n_domains, n_clients):
        self.recording = recording
        if not recording.domain:
            n_domains = 1
        self.domains = [world.domains.new() for _ in range(n_domains)]
        self.clients = [world.new_client(BACKGROUND_LOOKUPS) for _ in range(n_clients)]
        self.sent = []
        rng = world.rng(f"{recording.label}/{self.domains[0]}")
        start_s = world.start_s + rng.random() * 3600
        for i, (at_s, payload, lookup) in enumerate(recording.rows):
            at_s = start_s + at_s * rate
            if at_s >= world.start_s + q.DAY_S:
                break
            domain = self.domains[i % n_domains]
            client = self.clients[i // n_domains % n_clients]
            moved = self.moved(payload, lookup, domain)
            world.lines.append(q.line_of(at_s, client, moved, rng.getrandbits(32)))
            self.sent.append((at_s, payload, moved.name.lower()))

    def moved(self, payload, lookup, domain):
        """The lookup under another domain; names in its answers follow."""
        if not self.recording.domain:
            return lookup
        old = self.recording.domain
        answers = tuple(a.replace(old, domain) for a in lookup.answers)
        room = NAME_MAX - len(domain) - 1
        name = f"{payload[-room:].lstrip('.')}.{domain}" if payload else domain
        return q.Lookup(name, lookup.qtype, answers, lookup.ttl_s, lookup.rcode)

    def names_sent(self):
        return len({name for _, _, name in self.sent})

    def alerts(self, found):
        """Alerts that name this tunnel."""
        hits = []
        for client in self.clients:
            for alert in found.clients.get(client, []):
                domain = q.harness.domain_of(alert)
                if not domain or domain in self.domains or not self.recording.domain:
                    hits.append(alert)
        for domain in self.domains:
            alone = (a for a in found.domains.get(domain, []) if not q.harness.client_of(a))
            hits += alone
        return hits

    def until_first(self, alerts):
        """(names, characters of payload) sent until the first of @alerts; None when it has no
        time."""
        firsts = [a["earthdog"]["first_alert"] for a in alerts if "first_alert" in a["earthdog"]]
        if not firsts:
            return None
        end_s = min(datetime.datetime.fromisoformat(f["time"]).timestamp() for f in firsts)
        names, n_bytes = set(), 0
        for at_s, payload, name in self.sent:
            if at_s > end_s + 0.001:  # alerts are dated to the millisecond
                break
            if name not in names:
                names.add(name)
                n_bytes += len(payload)
        return len(names), n_bytes


@functools.cache
def read_day(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        return [line for line in f if line[0] != "#"]


def benign_lines(args, world):
    """The lines of the benign day; the world's day becomes that day."""
    if args.benign:
        lines = read_day(args.benign)
        world.start_s = int(float(lines[0].split("\t", 1)[0]) // q.DAY_S * q.DAY_S)
        return lines
    for _ in range(ORDINARY_CLIENTS):
        world.new_client(ORDINARY_LOOKUPS)
    return []


def trial(args, made, rate, n_domains, n_clients):
    """(tunnels counted, found, names until the first alert, bytes, false alerts)."""
    world = channels.World(f"{args.seed}/{rate}/{n_domains}/{n_clients}")
    world.lines += benign_lines(args, world)
    played = [Played(world, recording, rate, n_domains, n_clients) for recording in made]
    found = q.Found(q.scan_lines(args.program, world.lines))
    n_counted = n_found = n_true = 0
    names, n_bytes = [], []
    for tunnel in played:
        alerts = tunnel.alerts(found)
        n_true += len(alerts)
        if tunnel.names_sent() < NAMES_MIN:
            continue
        n_counted += 1
        n_found += bool(alerts)
        first = tunnel.until_first(alerts)
        if first:
            names.append(first[0])
            n_bytes.append(first[1])
        if not alerts and args.missed:
            print(f"    missed: {tunnel.recording.label} {tunnel.names_sent()} names")
    n_false = sum(len(a) for a in found.clients.values()) - n_true
    n_false += sum(not q.harness.client_of(a) for v in found.domains.values() for a in v)
    return n_counted, n_found, names, n_bytes, max(0, n_false)


def main(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--quick", action="store_true", help="examples/ alone, few trials")
    parser.add_argument("--benign", help="a day of ordinary lookups, sorted, as Zeek's dns.log")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", action="store_true", help="name what was missed")
    args = parser.parse_args(argv)
    made = recordings(args.quick)
    spreads = [1, 3] if args.quick else SPREADS
    print(f"{len(made)} tunnels, each sent by its names' payload; '1/10': ten times as slow")
    print(f"{'RATE':7}{'DOMAINS':>8}{'CLIENTS':>8}{'FOUND':>10}{'RECALL':>9}"
          f"{'NAMES p50':>11}{'p95':>6}{'BYTES p50':>11}{'p95':>7}{'FALSE':>7}")
    below = []
    for rate in RATES:
        for n_domains in spreads:
            for n_clients in spreads:
                n_counted, n_found, names, n_bytes, n_false = trial(
                    args, made, rate, n_domains, n_clients
                )
                recall = n_found / n_counted if n_counted else 0
                if n_domains == n_clients == 1 and recall < RECALL_MIN:
                    below.append(f"1/{rate}")
                cells = [q.quantile(v, share) for v in (names, n_bytes) for share in (0.5, 0.95)]
                cells = ["-" if c is None else str(c) for c in cells]
                print(
                    f"1/{rate:<5}{n_domains:8}{n_clients:8}{n_found:6}/{n_counted:<3}{recall:9.1%}"
                    f"{cells[0]:>11}{cells[1]:>6}{cells[2]:>11}{cells[3]:>7}{n_false:7}",
                    flush=True,
                )
    print(
        f"dilution: recall over one domain from one client below {RECALL_MIN:.0%} at"
        f" {len(below)} of {len(RATES)} rates" + (": " if below else "") + " ".join(below)
    )
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
