#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much a real tunnel moved before anybody was told.

    tests/quality/first_alert.py PROGRAM [--quick] [--verify]

Scans the tunnels of examples/ and, when it is there, of the labelled data, as recorded, and prints
the distinct names, questions and bytes that had been seen at the first alert of medium or above on
the right client and domain (earthdog.first_alert). Fails when a tunnel with at least QUERIES_MIN
questions is missed or has its first alert beyond NAMES_MAX names or BYTES_MAX bytes, or when the
median is beyond MEDIAN_MAX names.

--verify cuts each capture behind that many of the tunnel's names and one, by a reader of its own,
and scans again: the alert must be there. --quick takes examples/ alone.
"""

import argparse
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import capture  # noqa: E402
import quality_tsv as q  # noqa: E402
import run  # noqa: E402

QUERIES_MIN = 60
NAMES_MAX = 60
BYTES_MAX = 4096
MEDIAN_MAX = 20
VERIFY_SLACK_NAMES = 1  # a name may be weighed before it is counted


class Tunnel:
    """A file with a tunnel in it. @client "" and @domain None: any."""

    def __init__(self, label, path, client, domain, what):
        self.label = label
        self.path = path
        self.client = client
        self.domain = domain
        self.what = what


def tunnels_of_examples():
    folder = os.path.join(q.harness.TOP, "examples")
    for row in q.harness.read_tsv(os.path.join(folder, "expected.tsv")):
        if row["domain"] != "-":
            path = os.path.join(folder, row["file"])
            yield Tunnel(row["file"], path, row["client"], row["domain"], row["tool"])


def tunnels_of_data():
    data = q.harness.data_path()
    labels = os.path.join(data, "labels.tsv")
    if not os.path.exists(labels):
        return
    for row in q.harness.read_tsv(labels):
        is_tunnel = row["label"].startswith("tunnel") and run.is_readable(row)
        if is_tunnel and int(row["dns_queries"] or 0) >= QUERIES_MIN:
            path = os.path.join(data, row["path"])
            yield Tunnel(row["id"], path, "", run.expected_domain(row), row["holds"])


def names_of(alert):
    first = alert["earthdog"].get("first_alert")
    return first["names"] if first else sys.maxsize


def alert_of(tunnel, result):
    """The alert on the tunnel that came after the fewest names."""
    hits = []
    for alert in result.alerts:
        if not q.is_raised(alert):
            continue
        if tunnel.client and q.harness.client_of(alert) != tunnel.client:
            continue
        if run.is_hit(alert, tunnel.domain):
            hits.append(alert)
    return min(hits, key=names_of, default=None)


def is_under(labels, domain):
    name = b".".join(labels).lower().decode(errors="replace")
    return domain is None or q.harness.same_domain(name, domain)


def found_in_prefix(program, tunnel, alert):
    """Whether the capture, cut behind as many of the tunnel's names, still raises the alert. None
    for what the simple reader cannot count."""
    names_max = alert["earthdog"]["first_alert"]["names"] + VERIFY_SLACK_NAMES
    client = q.harness.client_of(alert)
    try:
        packets = capture.read(tunnel.path)
    except (IndexError, capture.struct.error):
        return None
    names, end = set(), 0
    for i, d, m in capture.messages(packets):
        who = str(capture.ipaddress.ip_address(bytes(d.client()[0])))
        if is_under(m.labels, tunnel.domain) and (not client or who == client):
            names.add(b".".join(m.labels).lower())
            if len(names) > names_max:
                break
        end = i + 1
    if len(names) < names_max - VERIFY_SLACK_NAMES:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "prefix.pcap")
        capture.write(path, packets[:end])
        return alert_of(tunnel, q.harness.scan(program, [path])) is not None


def judge(program, tunnel, verify):
    """(row of the table, names, bytes or None, fault or "")."""
    result = q.harness.scan(program, [tunnel.path])
    alert = alert_of(tunnel, result)
    if not alert:
        return "missed", None, None, "MISSED"
    first = alert["earthdog"].get("first_alert")
    if not first:
        return "an alert, but not since when", None, None, "UNDATED"
    names, n_bytes = first["names"], first.get("information_bytes", 0.0)
    fault = "LATE" if names > NAMES_MAX or n_bytes > BYTES_MAX else ""
    text = f"{names:6}{first['queries']:9}{n_bytes:9.0f}  {alert['earthdog']['level']:10}"
    if verify:
        held = found_in_prefix(program, tunnel, alert)
        text += {True: "held  ", False: "NOT   ", None: "-     "}[held]
        fault = fault or ("NOT HELD" if held is False else "")
    return text, names, n_bytes, fault


def main(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--quick", action="store_true", help="examples/ alone")
    parser.add_argument("--verify", action="store_true", help="scan cut captures too")
    args = parser.parse_args(argv)
    tunnels = list(tunnels_of_examples())
    if not args.quick:
        tunnels += tunnels_of_data()
    print(f"{'FILE':31}{'':9} NAMES  QUERIES    BYTES  at the first alert")
    faults, all_names, all_bytes = 0, [], []
    for tunnel in tunnels:
        text, names, n_bytes, fault = judge(args.program, tunnel, args.verify)
        faults += bool(fault)
        if names is not None:
            all_names.append(names)
            all_bytes.append(n_bytes)
        print(f"{tunnel.label:31}{fault:9}{text}  {tunnel.what[:50]}", flush=True)
    median = q.quantile(all_names, 0.5)
    print(
        f"first alert: {len(all_names)} of {len(tunnels)} found; names: median {median}, p95"
        f" {q.quantile(all_names, 0.95)}; bytes: median {q.quantile(all_bytes, 0.5)},"
        f" p95 {q.quantile(all_bytes, 0.95)}; {faults} missed or beyond {NAMES_MAX} names and"
        f" {BYTES_MAX} bytes"
    )
    return 0 if faults == 0 and median is not None and median <= MEDIAN_MAX else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
