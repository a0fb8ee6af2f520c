#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Detection quality over labelled captures, Zeek logs and resolvers' logs.

    tests/quality/run.py PROGRAM

Scans each labelled file that the program can read and prints one line a file: label, queries by the
label, records analysed, the domain expected, and the highest alert. A tunnel with
TUNNEL_QUERIES_MIN queries or more counts as found when an alert of medium or above names its domain
(or its only client, when the tool used no common domain). So does every tunnel in a resolver's log,
however few its lookups. Every alert of medium or above in a benign file counts as false.

Fails when one is missed or false; skipped when the labelled data is absent.
"""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402

TUNNEL_QUERIES_MIN = 20
FOUND = harness.LEVELS.index("high")
READABLE = ("pcap", "pcapng", "Zeek dns.log")
RESOLVERS = "resolvers/"  # the folder of their logs, whose labels count no queries


def is_readable(row):
    return row["format"].startswith(READABLE) or is_resolvers(row)


def is_resolvers(row):
    return row["path"].startswith(RESOLVERS) and row["label"].startswith("tunnel")


def verdict_class(row):
    """"tunnel", "benign", or None for a file that proves nothing either way."""
    label = row["label"]
    if not is_readable(row) or "not visible" in label:
        return None
    if is_resolvers(row):
        return "tunnel"
    if label.startswith("tunnel"):
        return "tunnel" if int(row["dns_queries"] or 0) >= TUNNEL_QUERIES_MIN else None
    return "benign" if label.startswith("benign") else None


def expected_domain(row):
    """The tunnel's domain: the busiest of the file. None when the tool used no common domain."""
    if "no domain" in row["holds"] or "without domain" in row["holds"]:
        return None
    if is_resolvers(row):
        named = re.search(r", ([\w-]+(\.[\w-]+)+)$", row["holds"])
        return named.group(1) if named else None
    return row["top_domains"].split(",")[0]


def is_hit(alert, domain):
    return domain is None or harness.same_domain(harness.domain_of(alert), domain)


def describe(alert):
    if alert is None:
        return "-", "-", "-"
    level = harness.LEVELS[harness.level_of(alert)]
    return level, harness.client_of(alert) or "-", harness.domain_of(alert) or "-"


def judge(program, data, row, kind):
    """Scans one file; returns (line to print, alerts that count: hits or false alarms)."""
    result = harness.scan(program, [os.path.join(data, row["path"])])
    if result.status not in (0, 3):
        return f"{row['id']:6}{kind:8}exit status {result.status}: {result.stderr.strip()}", None
    alerts = sorted(result.alerts, key=harness.level_of, reverse=True)
    domain = expected_domain(row) if kind == "tunnel" else None
    least = FOUND if kind == "tunnel" else harness.ALERTING
    raised = [a for a in alerts if harness.level_of(a) >= least]
    counted = [a for a in raised if is_hit(a, domain)] if kind == "tunnel" else raised
    best = (counted or alerts or [None])[0]
    level, client, named = describe(best)
    mark = {"tunnel": "ok" if counted else "MISSED", "benign": "FALSE" if counted else "ok"}[kind]
    expected = (domain or "(none in common)") if kind == "tunnel" else "-"
    queries = row["dns_queries"] or "?"
    analysed = result.stats["records"]["analysed"]
    line = (
        f"{row['id']:6}{kind:8}{mark:8}{queries:>6}{analysed:>9}  {expected[:26]:28}{level:14}"
        f"{client:18}{named[:40]:42}{row['holds'][:60]}"
    )
    return line, counted


def main(argv):
    program = os.path.realpath(argv[1])
    data = harness.data_dir()
    tunnels = found = n_benign = false = broken = 0
    print(
        f"{'ID':6}{'LABEL':8}{'':8}{'QUERY':>6}{'ANALYSED':>9}  {'EXPECTED':28}{'LEVEL':14}"
        f"{'CLIENT':18}DOMAIN"
    )
    for row in harness.read_tsv(os.path.join(data, "labels.tsv")):
        kind = verdict_class(row)
        if kind is None:
            continue
        line, counted = judge(program, data, row, kind)
        print(line)
        if counted is None:
            broken += 1
        if kind == "tunnel":
            tunnels += 1
            found += bool(counted)
        else:
            n_benign += 1
            false += len(counted or [])
    print(
        f"quality: {found} of {tunnels} tunnels found at high or above; {false} alerts of medium or"
        f" above in {n_benign} benign files; {broken} runs failed"
    )
    return 0 if found == tunnels > 0 and false == 0 and broken == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
