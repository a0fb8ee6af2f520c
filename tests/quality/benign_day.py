#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How often an office's ordinary day raises an alert.

    tests/quality/benign_day.py PROGRAM [--seeds N] [--first SEED] [--clients N] [--generator FILE]
                                [--low]

For each seed, tests/quality/office/ makes a day (built with cc when no --generator is given), the
program scans it, and every alert of medium or above is printed with the client's role, the class of
the domain and the program's own sentence; --low prints those of low too. Seeds are numbered from 1;
in every other one what the office runs has made-up domains, so that no list of known services is
of any help.

Exits with 1 above FALSE_MAX alerts per 10,000 client-days.
"""

import argparse
import collections
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402

FALSE_MAX = 1.0  # per 10,000 client-days
CLIENT_DAYS = 10_000
OFFICE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "office")


def build_generator(folder):
    """Compiles the generator into @folder and returns its path."""
    program = os.path.join(folder, "office")
    sources = sorted(os.path.join(OFFICE, f) for f in os.listdir(OFFICE) if f.endswith(".c"))
    flags = ["-std=c17", "-D_GNU_SOURCE", "-O2", "-o", program]
    subprocess.run([os.environ.get("CC", "cc"), *flags, *sources, "-lm"], check=True)
    return program


class Truth:
    """Role of each client and class of each domain, as the generator wrote them."""

    def __init__(self, path):
        self.roles, self.classes = {}, {}
        with open(path, encoding="utf-8") as f:
            for line in f:
                kind, what, value = line.rstrip("\n").split("\t")
                (self.roles if kind == "client" else self.classes).setdefault(what, value)

    def class_of(self, domain):
        while domain:
            if domain in self.classes:
                return self.classes[domain]
            domain = domain.partition(".")[2]
        return "ordinary"

    def explain(self, alert):
        """(role of the client, class of the domain) of @alert."""
        domain = harness.domain_of(alert)
        role = self.roles.get(harness.client_of(alert), "all clients")
        return role, self.class_of(domain) if domain else "no common parent"


def make_day(generator, seed, clients, folder):
    """Writes the day of @seed; returns (log, Truth, seconds)."""
    log, truth = os.path.join(folder, "dns.log"), os.path.join(folder, "truth.tsv")
    start = time.monotonic()
    with open(log, "wb") as out:
        command = [generator, "--seed", str(seed), "--clients", str(clients), "--truth", truth]
        subprocess.run(command, stdout=out, check=True)
    return log, Truth(truth), time.monotonic() - start


def print_alert(seed, alert, role, kind):
    e = alert["earthdog"]
    print(
        f"seed {seed}: {e['level']} ({e['verdict']}, {e['score_bits']:.1f} bits) "
        f"{harness.client_of(alert) or '-'} ({role}) {harness.domain_of(alert) or '-'} ({kind})\n"
        f"    {e['summary']}"
    )
    for family in e["evidence"]:
        facts = ", ".join(
            f"{k} {v:.4g}" if isinstance(v, (int, float)) else f"{k} {v}"
            for k, v in family["facts"].items()
        )
        print(f"    {family['family']} {family['bits']:.1f}: {facts}")
    print("    for example " + ", ".join(e.get("sample_names", [])[:3]))


class Total:
    def __init__(self):
        self.lookups = self.clients = self.false = 0
        self.make_s = self.scan_s = 0.0
        self.classes = collections.Counter()


def one_day(options, generator, seed, total):
    with tempfile.TemporaryDirectory() as folder:
        log, truth, make_s = make_day(generator, seed, options.clients, folder)
        start = time.monotonic()
        result = harness.scan(options.program, [log])
        total.scan_s += time.monotonic() - start
    if result.status != 0:
        sys.exit(f"seed {seed}: exit status {result.status}: {result.stderr}")
    analysed = result.stats["records"]["analysed"]
    total.make_s += make_s
    total.lookups += analysed
    total.clients += len(truth.roles)
    n = 0
    for alert in sorted(result.alerts, key=harness.level_of, reverse=True):
        role, kind = truth.explain(alert)
        if harness.level_of(alert) < harness.LEVELS.index("low"):
            continue
        total.classes[kind, role, alert["earthdog"]["level"], alert["earthdog"]["verdict"]] += 1
        counts = harness.level_of(alert) >= harness.ALERTING
        n += counts
        if counts or options.low:
            print_alert(seed, alert, role, kind)
    total.false += n
    print(f"seed {seed}: {len(truth.roles)} clients, {analysed} lookups, {n} alerts", flush=True)


def report(total):
    print(f"\n{'class':18}{'role':14}{'level':10}{'verdict':9}alerts")
    for (kind, role, level, verdict), n in sorted(total.classes.items()):
        print(f"{kind:18}{role:14}{level:10}{verdict:9}{n}")
    rate = total.false * CLIENT_DAYS / total.clients
    print(
        f"\n{total.clients} client-days, {total.lookups} lookups "
        f"({total.lookups / total.clients:.0f} a client-day), {total.false} alerts of medium or "
        f"above: {rate:.2f} per 10,000 client-days (at most {FALSE_MAX:g})\n"
        f"made in {total.make_s:.0f} s, scanned in {total.scan_s:.0f} s "
        f"({total.scan_s / total.lookups * 1e9:.0f} ns a lookup, the making "
        f"{total.make_s / total.scan_s:.1f} times that)"
    )
    return rate


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("program")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--generator")
    parser.add_argument("--low", action="store_true")
    options = parser.parse_args()
    total = Total()
    with tempfile.TemporaryDirectory() as folder:
        generator = options.generator or build_generator(folder)
        for seed in range(options.first, options.first + options.seeds):
            one_day(options, generator, seed, total)
    return 1 if report(total) > FALSE_MAX else 0


if __name__ == "__main__":
    sys.exit(main())
