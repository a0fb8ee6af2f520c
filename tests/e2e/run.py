#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One run of real tunnels and ordinary lookups gives the same alerts, whatever recorded it.

    tests/e2e/run.py PROGRAM [--full] [--keep FOLDER]

Builds a laboratory of network namespaces (lab.py), starts BIND, Unbound, Knot Resolver, PowerDNS
Recursor and dnsmasq in it, and lets iodine, dns2tcp and four clients go through them all at the
same time. tcpdump records the clients' side, the resolvers write their logs and dnstap, and the
capture is converted to what Zeek and Suricata write. Every recording must give the alerts of the
capture: the same clients, domains and identifiers, and the same levels, or the alert names the
field that was missing.

--full takes one resolver after the other as the one that answers the clients, with other record
types.
"""

import argparse
import os
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import convert  # noqa: E402
import harness  # noqa: E402
import lab as laboratory  # noqa: E402
import resolvers  # noqa: E402
import traffic  # noqa: E402

PROGRAMS = ("named dig unbound kresd pdns_recursor dnsmasq iodine iodined dns2tcpc dns2tcpd "
            "tcpdump").split()
RESOLVERS = ["bind", "unbound", "knot", "powerdns", "dnsmasq"]
# Resolver that answers, iodine's record type (its own choice: None), dns2tcp's.
QUICK = [("bind", None, "TXT")]
FULL = QUICK + [("unbound", "TXT", "KEY"), ("powerdns", "SRV", "TXT"), ("dnsmasq", "MX", "KEY")]
# Asks the authority in lower case, and dns2tcp does not work through it.
FOLDS_CASE = {"knot"}
LOOKUPS, GAP_S = 60, 0.08
TUNNEL_BYTES = 8192
MIDNIGHT_S = 90  # an identifier holds the day of the first observation
DAY_S = 86400
SHARE_OF_NAMES = 0.95

# What each recording cannot tell and its alerts must say; a recording that is not here tells all.
MISSING = {
    "bind.log": {"answers", "rdata-bytes", "ttl"},
    "unbound.log": {"qname-bytes", "answers", "rdata-bytes", "ttl"},
    "dnsmasq.log": {"qname-bytes", "ttl"},
    "dnsmasq-bsd.log": {"qname-bytes", "ttl"},
    "powerdns.log": {"rdata-bytes", "ttl"},
    "knot.log": {"qname-case"},
    "zeek.log": {"qname-case", "qname-bytes"},
    "zeek.json": {"qname-case", "qname-bytes"},
    "eve-v1.json": {"edns"},
    "eve-v2.json": {"edns"},
    "eve-v3.json": {"edns"},
}
FORMATS = {
    "run.pcap": "pcap", "run.pcapng": "pcapng", "bind.dnstap": "dnstap",
    "unbound.dnstap": "dnstap", "knot.dnstap": "dnstap", "bind.log": "bind",
    "unbound.log": "unbound", "dnsmasq.log": "dnsmasq", "dnsmasq-bsd.log": "dnsmasq",
    "powerdns.log": "powerdns", "knot.log": "knot", "zeek.log": "zeek-tsv",
    "zeek.json": "zeek-json", "eve-v1.json": "eve", "eve-v2.json": "eve", "eve-v3.json": "eve",
}


def start_resolvers(lab, order):
    domains = [traffic.IODINE_DOMAIN, traffic.DNS2TCP_DOMAIN]
    start = {
        "bind": resolvers.start_bind, "unbound": resolvers.start_unbound,
        "knot": resolvers.start_knot, "powerdns": resolvers.start_powerdns,
        "dnsmasq": lambda lab, space: resolvers.start_dnsmasq(lab, space, domains),
    }
    for i, name in enumerate(order):
        start[name](lab, f"r{i}")
    for i, name in enumerate(order):
        space = f"r{i}"
        laboratory.wait_until(name, lambda s=space: laboratory.answers(
            lab, s, laboratory.RESOLVER, "ready.lab.example"), lab)


def record(lab, order, iodine_type, dns2tcp_type):
    """Everything that happens, from the first process to the last."""
    laboratory.build(lab, len(order))
    resolvers.start_authority(lab, traffic.zone_text())
    folds = [laboratory.upstream_ip(i) for i, name in enumerate(order) if name in FOLDS_CASE]
    traffic.start_tunnel_servers(lab, folds)
    start_resolvers(lab, order)
    lab.start("hub", "tcpdump", "tcpdump", "-i", "r0", "-U", "-s", "0", "--immediate-mode", "-Z",
              "root", "-w", lab.path("run.pcap"), "udp")
    laboratory.wait_until("tcpdump", lambda: capture_runs(lab), lab)
    askers = traffic.start_lookups(lab, LOOKUPS, GAP_S)
    clients = [traffic.start_iodine(lab, iodine_type), traffic.start_dns2tcp(lab, dns2tcp_type)]
    laboratory.wait_until("dns2tcp", lambda: traffic.dns2tcp_is_up(lab), lab)
    traffic.send(lab, "c2", "127.0.0.1", TUNNEL_BYTES)
    laboratory.wait_until("iodine", lambda: traffic.iodine_is_up(lab), lab, 60)
    traffic.send(lab, "c1", traffic.IODINE_NET + "1", TUNNEL_BYTES)
    for process in askers:
        process.wait(120)
    for process in clients:
        laboratory.stop(process)
    time.sleep(1)  # for what the resolvers still have in their buffers
    lab.stop_all()


def capture_runs(lab):
    with open(lab.path("tcpdump.out"), "rb") as f:
        return b"listening on" in f.read()


def recordings(lab):
    """The paths of all recordings by name; the capture is the first."""
    convert.convert(lab.path("run.pcap"), lab.folder)
    os.rename(lab.path("powerdns.out"), lab.path("powerdns.log"))
    convert.write_syslog(lab.path("dnsmasq.log"), lab.path("dnsmasq-bsd.log"))
    return {name: lab.path(name) for name in FORMATS}


class Recording:
    """One recording as the program reads it."""

    def __init__(self, program, name, path):
        self.name = name
        self.scan = harness.scan(program, [path], "--quiet")
        self.alerts = self.at_least("medium")
        self.watched = self.at_least("low")

    def at_least(self, level):
        """The alerts of that level and above, by client and domain."""
        return {(harness.client_of(alert), harness.domain_of(alert)): alert
                for alert in self.scan.alerts
                if harness.level_of(alert) >= harness.LEVELS.index(level)}

    def faults_of_reading(self):
        records = (self.scan.stats or {}).get("records")
        if self.scan.status != 0 or not records:
            return [f"exit status {self.scan.status}: {self.scan.stderr.strip()}"]
        faults = []
        if records["read"] != records["analysed"] + sum(records["dropped"].values()):
            faults.append(f"the account does not add up: {records}")
        if FORMATS[self.name] not in self.scan.stats["formats"]:
            faults.append(f"taken for {list(self.scan.stats['formats'])}")
        return faults


def missing_of(alert):
    return set(alert["earthdog"].get("missing_fields", []))


def time_without(alert):
    """What the times of the source leave out, as the alert says it."""
    for evidence in alert["earthdog"]["evidence"]:
        if "time_without" in evidence["facts"]:
            return evidence["facts"]["time_without"]
    return ""


def compare_alert(name, got, expected):
    """How one alert of a recording differs from the capture's without saying why."""
    level, wanted = got["earthdog"]["level"], expected["earthdog"]["level"]
    missing = missing_of(got)
    if got["event"]["id"] != expected["event"]["id"] and "year" not in time_without(got):
        yield f"another id: {got['event']['id']}, not {expected['event']['id']}"
    if level != wanted and not missing:
        yield f"{level}, not {wanted}, and no field is missing"
    if not MISSING.get(name, set()) <= missing:
        yield f"does not say that {sorted(MISSING[name] - missing)} are missing"
    if name not in MISSING and missing:
        yield f"says that {sorted(missing)} are missing"
    names, all_names = (a["earthdog"]["information"]["names"] for a in (got, expected))
    if names < SHARE_OF_NAMES * all_names and "qname-bytes" not in missing:
        yield f"{names} of {all_names} names"


def compare(recording, reference):
    """Every fault of the recording, as a line."""
    faults = recording.faults_of_reading()
    for key in sorted(set(reference.alerts) | set(recording.alerts)):
        if key not in recording.watched:
            faults.append(f"{key}: no alert")
        elif key not in reference.alerts:
            faults.append(f"{key}: an alert that the capture does not give")
        else:
            found = compare_alert(recording.name, recording.watched[key], reference.alerts[key])
            faults += [f"{key}: {fault}" for fault in found]
    return [f"{recording.name}: {fault}" for fault in faults]


def expected_alerts():
    return {(laboratory.client_ip(0), ".".join(traffic.IODINE_DOMAIN.split(".")[-2:])),
            (laboratory.client_ip(1), ".".join(traffic.DNS2TCP_DOMAIN.split(".")[-2:]))}


def judge(program, paths):
    """Prints a line a recording; every fault."""
    faults = []
    reference = None
    for name, path in paths.items():
        recording = Recording(program, name, path)
        if reference is None:
            reference = recording
            if set(recording.alerts) != expected_alerts():
                faults.append(f"{name}: alerts for {sorted(recording.alerts)}")
        found = compare(recording, reference)
        faults += found
        records = (recording.scan.stats or {}).get("records", {"read": 0})["read"]
        levels = " ".join(a["earthdog"]["level"] for _, a in sorted(recording.watched.items()))
        lacks = sorted(set().union(*(missing_of(a) for a in recording.watched.values())))
        print(f"{name:16} {records:6} records  {levels:17}  lacks {' '.join(lacks) or 'nothing'}")
    return faults


def run_round(program, folder, choice):
    primary, iodine_type, dns2tcp_type = choice
    order = [primary] + [name for name in RESOLVERS if name != primary]
    print(f"{primary} answers; iodine {iodine_type or 'as it likes'}, dns2tcp {dns2tcp_type}")
    with laboratory.Lab(folder) as lab:
        record(lab, order, iodine_type, dns2tcp_type)
        return judge(program, recordings(lab))


def wait_for_midnight():
    left = DAY_S - time.time() % DAY_S
    if left < MIDNIGHT_S:
        time.sleep(left + 1)


def main(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--keep", metavar="FOLDER", help="keep all recordings there")
    options = parser.parse_args(argv[1:])
    reason = laboratory.why_not(PROGRAMS)
    if reason:
        print(f"skipped: {reason}")
        return harness.SKIP
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the namespaces are taken down
    program = os.path.realpath(options.program)
    faults = []
    for i, choice in enumerate(FULL if options.full else QUICK):
        wait_for_midnight()
        with tempfile.TemporaryDirectory() as temporary:
            folder = temporary
            if options.keep:
                folder = os.path.join(os.path.realpath(options.keep), str(i))
                os.makedirs(folder)
            faults += run_round(program, folder, choice)
    print("\n".join(faults) or "the same alerts from every recording")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
