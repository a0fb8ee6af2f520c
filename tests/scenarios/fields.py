#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each field that an analytic needs or works better with is taken out of a log that has it: the run
says which analytic is off or weaker and what it lacks, in the closing summary and in --stats, and
no alert becomes another without that being said.

    tests/scenarios/fields.py PROGRAM

Prints analytic, field, what became of the analytic, and the alert with and without the field.
"""

import io
import json
import os
import re
import subprocess
import sys
import tempfile

import esxi_encode
import esxi_scenarios
import linux_encode
import linux_scenarios
import macos_encode
import macos_scenarios
import windows_encode
import windows_scenarios
from elements import names, START_S

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ALL = {
    "AN1121": "time qname process image host lineage user rcode qtype client",
    "AN1122": "time qname process image host lineage user resolver client qtype rcode",
    "AN1123": "time qname process image host lineage user qtype",
    "AN1124": "time client qname qtype rcode answers rdata-bytes ttl qname-case qname-bytes",
    "AN1125": "time qname client host process user",
}
# what every alert names as missing (record/alert.h)
IN_ALERTS = ["resolver", "qname-case", "qname-bytes", "qtype", "rcode", "answers", "rdata-bytes",
             "ttl"]


def without(value, keys):
    """JSON without the members that are called so, however deep, and Tracee's arguments of that
    name."""
    if isinstance(value, dict):
        return {k: without(v, keys) for k, v in value.items() if k not in keys}
    if isinstance(value, list):
        return [without(v, keys) for v in value
                if not (isinstance(v, dict) and v.get("name") in keys and "value" in v)]
    return value


def cut(lines, keys):
    for line in lines:
        yield json.dumps(without(json.loads(line), keys)) if line.startswith("{") else line


# ----------------------------------------------------------------- Windows

def windows(cut_values=(), cut_keys=()):
    """Sysmon as Winlogbeat ships it: lookups, starts, connections."""
    events, _ = windows_scenarios.make("rundll32_beacon", 1.5, 1)
    for e in events:
        values = {k: v for k, v in e["values"].items() if k not in cut_values}
        yield from cut([windows_encode.winlogbeat({**e, "values": values})], cut_keys)


def dns_client(cut_values=()):
    """The same as the DNS client logs it, which knows the type."""
    events, _ = windows_scenarios.make("rundll32_beacon", 1.5, 1)
    for e in windows_scenarios.as_dns_client(events):
        values = {k: v for k, v in e["values"].items() if k not in cut_values}
        yield windows_encode.winlogbeat({**e, "values": values})


def windows_cases():
    values = {"qname": ["QueryName"], "image": ["Image"],
              "lineage": ["CommandLine", "ParentImage", "ParentCommandLine"],
              "user": ["User", "ParentUser"], "rcode": ["QueryStatus"], "client": ["SourceIp"]}
    for field, gone in values.items():
        yield field, {"w.json": windows()}, {"w.json": windows(gone)}, []
    yield "process", {"w.json": windows()}, \
        {"w.json": windows(["Image", "ProcessGuid", "ProcessId"], ["process"])}, []
    yield "time", {"w.json": windows()}, {"w.json": windows(["UtcTime"], ["@timestamp"])}, []
    yield "host", {"w.json": windows()}, {"w.json": windows([], ["computer_name", "host"])}, []
    yield "qtype", {"w.json": dns_client()}, {"w.json": dns_client(["QueryType"])}, []


# ------------------------------------------------------------------- Linux

def tracee():
    """A shell loop around dig, as Tracee sees it: starts, queries, responses."""
    for i, name in enumerate(names(40)):
        base = {"hostProcessId": 2000 + i, "hostParentProcessId": 1999, "userId": 33,
                "processName": "dig", "executable": {"path": "/usr/bin/dig"}, "hostName": "web1",
                "containerId": ""}
        when = (START_S + 20 * i) * 10**9
        yield json.dumps({**base, "timestamp": when, "eventName": "sched_process_exec", "args": [
            {"name": "pathname", "type": "t", "value": "/usr/bin/dig"},
            {"name": "argv", "type": "t", "value": ["dig", "-f", "list"]}]})
        for is_answer in (0, 1):
            ends = ["192.0.2.10", "192.0.2.53"]
            dns = {"ID": i, "QR": is_answer, "RD": 1, "RA": is_answer,
                   "questions": [{"name": name, "type": "TXT", "class": "IN"}],
                   "responseCode": "no error", "answers": [
                       {"name": name, "type": "TXT", "TTL": 60, "TXTs": ["x" * 40]}][:is_answer]}
            yield json.dumps({
                **base, "timestamp": when + (1 + is_answer) * 10**7, "eventName": "net_packet_dns",
                "args": [{"name": "src", "type": "t", "value": ends[is_answer]},
                         {"name": "dst", "type": "t", "value": ends[1 - is_answer]},
                         {"name": "src_port", "type": "t", "value": (40001, 53)[is_answer]},
                         {"name": "dst_port", "type": "t", "value": (53, 40001)[is_answer]},
                         {"name": "proto_dns", "type": "trace.ProtoDNS", "value": dns}]})


def laurel(cut_keys=()):
    host, events, _ = linux_scenarios.make("dig_from_cron", 1.5, 1)
    out = io.StringIO()
    linux_encode.write_laurel(host, events, out)
    yield from cut(out.getvalue().splitlines(), cut_keys)


def linux_cases():
    gone = {"time": ["timestamp"], "user": ["userId"],
            "client": ["src", "dst"], "resolver": ["src", "dst"], "rcode": ["responseCode"],
            "qtype": ["type"], "lineage": ["argv", "hostParentProcessId"],
            "image": ["processName", "executable", "pathname"],
            "process": ["hostProcessId", "processName", "executable", "pathname"]}
    for field, keys in gone.items():
        yield field, {"t.json": tracee()}, {"t.json": cut(tracee(), keys)}, \
            ["--input-format", "tracee"]
    yield "qname", {"l.json": laurel()}, {"l.json": laurel(["EXECVE", "PROCTITLE"])}, []
    yield "host", {"l.json": laurel()}, {"l.json": laurel(["NODE"])}, []


# ------------------------------------------------------------------- macOS

def told_by_mac(encoding, change=lambda line: line, cut_keys=()):
    events, _ = macos_scenarios.make("osascript_loop", 1.5, 1)
    out = io.StringIO()
    macos_encode.write(events, encoding, out)
    for line in cut(out.getvalue().splitlines(), cut_keys):
        yield change(line)


def macos_cases():
    def drop(pattern, kept=""):
        return {"m.ndjson": told_by_mac("shipped", lambda line: re.sub(pattern, kept, line))}

    alone = ["--input-format", "macos"]
    for field, gone in {
            "time": {"m.ndjson": told_by_mac("shipped", cut_keys=["timestamp"])},
            "qname": drop(r"hostname: [^,]*, |qname: [^,]*, "),
            "process": drop(r", client pid: \d+ \([^)]*\)"),
            "image": drop(r"(client pid: \d+) \([^)]*\)", r"\1")}.items():
        yield field, {"m.ndjson": told_by_mac("shipped")}, gone, alone
    yield "qtype", {"m.ndjson": told_by_mac("shipped")}, drop(r"qtype: [^,]*, "), []
    yield "host", {"m.ndjson": told_by_mac("shipped")}, \
        {"m.ndjson": told_by_mac("shipped", cut_keys=["hostname"])}, []
    for field in ("lineage", "user"):
        yield field, {"m.ndjson": told_by_mac("shipped"), "e.ndjson": told_by_mac("eslogger")}, \
            {"m.ndjson": told_by_mac("shipped")}, []


# ----------------------------------------------------------------- network

def zeek(gone=()):
    """Zeek's dns.log without the columns that are gone."""
    h, _ = esxi_scenarios.make("acceptance_beacon", 1.5, 1)
    out = io.StringIO()
    esxi_encode.write_zeek(h.events, out)
    keep = None
    for line in out.getvalue().splitlines():
        cells = line.split("\t")
        if cells[0] == "#fields":
            keep = [i for i, c in enumerate(cells) if c not in gone]
        if cells[0] in ("#fields", "#types"):
            line = "\t".join(cells[i] for i in keep)
        elif not line.startswith("#"):
            line = "\t".join(cells[i - 1] for i in keep[1:])
        yield line


def as_zeek(program, capture):
    """What Zeek would have kept of a capture: the names without their case and their bytes."""
    done = subprocess.run([program, "events", "--quiet", capture], capture_output=True, text=True,
                          check=True)
    yield "#separator \\x09"
    yield "#path\tdns"
    yield "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\tqtype"
    for line in done.stdout.splitlines():
        e = json.loads(line)
        if e["kind"] == "query":
            yield "\t".join([iso_seconds(e["time"]), e["client"], str(e["client_port"]),
                             e["resolver"], "53", "udp", e["qname"].replace("\\", "\\x5c"),
                             str(e["qtype_number"] if "qtype_number" in e else 1)])


def iso_seconds(text):
    import datetime
    when = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")[:26].rstrip("+") + "+00:00")
    return f"{when.timestamp():.6f}"


def network_cases(program):
    columns = {"time": ["ts"], "client": ["id.orig_h"], "qname": ["query"],
               "qtype": ["qtype", "qtype_name"], "rcode": ["rcode", "rcode_name"],
               "answers": ["answers"], "rdata-bytes": ["answers"], "ttl": ["TTLs"]}
    for field, gone in columns.items():
        yield field, {"dns.log": zeek()}, {"dns.log": zeek(gone=gone)}, \
            ["--input-format", "zeek-tsv"]
    capture = os.path.join(TOP, "examples", "dns2tcp-txt-upload.pcap")
    for field in ("qname-case", "qname-bytes"):
        yield field, {capture: None}, {"dns.log": as_zeek(program, capture)}, []


# -------------------------------------------------------------------- ESXi

def syslog(encoding="sent"):
    h, _ = esxi_scenarios.make("acceptance_beacon", 1.5, 1)
    out = io.StringIO()
    esxi_encode.write(h.events, encoding, out)
    yield from out.getvalue().splitlines()


def esxi_cases(folder):
    assets = os.path.join(folder, "assets.csv")
    with open(assets, "w", encoding="ascii") as f:
        f.write(f"name,ip,role\n{esxi_scenarios.HOST},{esxi_scenarios.ADDRESS},esxi\n")
    options = ["--inventory", assets]

    def wire(*gone):
        return zeek(gone=gone)

    for field, column in {"time": "ts", "qname": "query", "client": "id.orig_h"}.items():
        yield field, {"dns.log": wire(), "sys.log": syslog()}, \
            {"dns.log": wire(column), "sys.log": syslog()}, options
    for field in ("process", "user"):
        yield field, {"dns.log": wire(), "sys.log": syslog()}, {"dns.log": wire()}, options
    yield "host", {"dns.log": wire(), "sys.log": syslog()}, \
        {"dns.log": wire(), "sys.log": syslog("esxi-8")}, options


# -------------------------------------------------------------- the question

def run(program, folder, files, options):
    """The alerts, the account and what was said."""
    paths = []
    for name, lines in files.items():
        paths.append(os.path.join(folder, name))
        if lines is not None:
            with open(paths[-1], "w", encoding="utf-8") as f:
                f.writelines(line + "\n" for line in lines)
    stats = os.path.join(folder, "stats")
    done = subprocess.run([program, "scan", "--format", "ndjson", "--stats", stats, *options,
                           *paths], capture_output=True, text=True, check=False)
    with open(stats, encoding="utf-8") as f:
        account = json.load(f)
    return [json.loads(line) for line in done.stdout.splitlines()], account, done.stderr


def said_of(stderr, analytic):
    return [line.strip() for line in stderr.splitlines() if line.startswith(f" {analytic} ")]


def outcome(alerts, analytic):
    """What the gravest alert of the analytic that names a domain comes to."""
    alerts = [a for a in alerts if a["rule"]["id"] == analytic and "dns" in a]
    if not alerts:
        return "no alert", None
    best = max(alerts, key=lambda a: a["earthdog"]["score_bits"])
    who = [best.get("process", {}).get("executable"), best.get("host", {}).get("name"),
           best.get("user", {}).get("name"), best.get("source", {}).get("ip")]
    return (f"{best['earthdog']['level']} {best['earthdog']['score_bits']:.1f} " +
            " ".join(w.replace("\\", "/").rsplit("/", 1)[-1] if w else "-" for w in who)), best


def faults(field, analytic, before, after):
    """What is wrong with the two runs; and the line that says it."""
    (_, had, _), (alerts, has, stderr) = before, after
    had, has = had["analytics"][analytic], has["analytics"][analytic]
    said = said_of(stderr, analytic)
    if had["state"] in ("off", "no input") or \
            field in had["missing_needs"] + had["missing_wants"]:
        yield f"the field is not there to begin with: {had}"
    if has["state"] != "off" and \
            field not in has.get("missing_needs", []) + has.get("missing_wants", []):
        yield f"--stats does not say that it is gone: {has}"
    if len(said) != 1 or not (field in said[0] or "damaged" in said[0] or " off: " in said[0]):
        yield f"the summary does not say it: {said}"
    if has["state"] == "works":
        yield "it is said to work"
    text, alert = outcome(alerts, analytic)
    if has["state"] == "off" and alert:
        yield f"off, and yet there is an alert of it: {text}"
    if alert and field in IN_ALERTS and field not in alert["earthdog"].get("missing_fields", []):
        yield f"the alert does not say it: {alert['earthdog'].get('missing_fields')}"


def main(argv):
    n_wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        every = {"AN1121": windows_cases(), "AN1122": linux_cases(), "AN1123": macos_cases(),
                 "AN1124": network_cases(argv[1]), "AN1125": esxi_cases(folder)}
        for analytic, cases in every.items():
            tried = set()
            for field, old, new, options in cases:
                before = run(argv[1], folder, old, options)
                after = run(argv[1], folder, new, options)
                tried.add(field)
                wrong = list(faults(field, analytic, before, after))
                n_wrong += len(wrong)
                state = after[1]["analytics"][analytic]["state"]
                was, is_ = outcome(before[0], analytic)[0], outcome(after[0], analytic)[0]
                print(f"{'FAIL' if wrong else 'ok  '} {analytic} without {field}: {state}; "
                      f"{was} -> {'the same' if was == is_ else is_}")
                for what in wrong:
                    print("     " + what)
            left = set(ALL[analytic].split()) - tried
            if left:
                n_wrong += 1
                print(f"FAIL {analytic}: not tried: {sorted(left)}")
    return 1 if n_wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
