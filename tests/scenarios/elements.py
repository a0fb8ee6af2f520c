#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The eleven mutable elements of DET0400: each, when it is changed, changes what comes out of a
case that was made for it.

    tests/scenarios/elements.py PROGRAM

A case is a short log, told with ever more names until both values disagree. Prints element, old
value, new value, and what each makes of the case: level, score, and the bits of the families.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

START_S = 1790000000
NAMES_MIN, NAMES_MAX = 4, 60
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
WORDS = ["green", "river", "stone", "market", "garden", "travel", "music", "house", "office",
         "print"]
ANALYTICS = ["AN1121", "AN1122", "AN1123", "AN1124", "AN1125"]


def encoded(rng, n):
    return "".join(rng.choice(BASE32) for _ in range(n))


def names(count, length=26, rng=None):
    rng = rng or random.Random(3)
    return [f"{encoded(rng, length)}.quiet-harbour.net" for _ in range(count)]


def spoken(count):
    rng = random.Random(5)
    return [".".join(rng.sample(WORDS, 5)) + f".{i}.quiet-harbour.net" for i in range(count)]


def wordy(count):
    rng = random.Random(4)
    return [f"{rng.choice(WORDS)}-{encoded(rng, 4)}-{i}.quiet-harbour.net" for i in range(count)]


def iso(when, sep="T"):
    import time
    return time.strftime(f"%Y-%m-%d{sep}%H:%M:%S", time.gmtime(when)) + f".{int(when % 1 * 1e6):06}"


def windows(asked, gap_s=20, image="C:\\Windows\\System32\\rundll32.exe"):
    for i, name in enumerate(asked):
        when = iso(START_S + i * gap_s, " ")[:-3]
        yield json.dumps({
            "EventTime": when[:-4], "Hostname": "ws1.corp.example", "EventID": 22,
            "SourceName": "Microsoft-Windows-Sysmon", "Version": 5, "UtcTime": when,
            "ProcessGuid": "{81f57113-9a20-6ae9-0066-000000000400}", "ProcessId": "77",
            "QueryName": name, "QueryStatus": "0", "QueryResults": "::ffff:192.0.2.1;",
            "Image": image})


def linux(asked, image="/usr/bin/dig"):
    for i, name in enumerate(asked):
        head = f"msg=audit({START_S + i * 20}.250:{i + 10}):"
        yield (f"node=web1 type=SYSCALL {head} arch=c000003e syscall=59 success=yes exit=0 a0=1 "
               f"a1=2 a2=3 a3=0 items=2 ppid=1 pid={2000 + i} auid=1000 uid=1000 tty=(none) ses=4 "
               f'comm="dig" exe="{image}" key="dns_exec"')
        yield f'node=web1 type=EXECVE {head} argc=2 a0="dig" a1="{name}"'
        yield f"node=web1 type=PROCTITLE {head} proctitle=646967"


def macos(asked, program="agentd"):
    for i, name in enumerate(asked):
        when = iso(START_S + i * 20, " ") + "+0000"
        yield json.dumps({
            "timestamp": when, "eventType": "logEvent", "userID": 501, "processID": 389,
            "processImagePath": "/usr/sbin/mDNSResponder", "subsystem": "com.apple.mDNSResponder",
            "eventMessage": f"[R{i + 1}] DNSServiceQueryRecord START -- qname: {name}, qtype: A, "
                            f"flags: 0x1D000, interface index: 0, client pid: 42 ({program}), "
                            "name hash: f92d5498"})


def zeek(asked, gap_s=20.0, client="192.0.2.21"):
    yield "#separator \\x09"
    yield "#path\tdns"
    fields = ["ts", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "query", "qtype"]
    yield "#fields\t" + "\t".join(fields)
    for i, name in enumerate(asked):
        yield "\t".join([f"{START_S + i * gap_s:.6f}", client, str(3000 + i), "192.0.2.53", "53",
                         "udp", name, "1"])


INSTALLED = ["<14>1 2026-09-21T13:33:21.000Z 192.0.2.21 esxupdate 2099679 - - 2099679: root: INFO: "
             "VIBs Installed: ACME_bootbank_net-helper_1.0-1"]


def cases(folder):
    """(analytic, element, old, new, files of n names, other options)"""
    feed = os.path.join(folder, "feed.txt")
    with open(feed, "w", encoding="ascii") as f:
        f.write("quiet-harbour.net\n")
    good = os.path.join(folder, "good.csv")
    with open(good, "w", encoding="ascii") as f:
        f.write("name,vendor,version,acceptance\nesx-base,VMware,*,VMwareCertified\n")
    assets = os.path.join(folder, "assets.csv")
    with open(assets, "w", encoding="ascii") as f:
        f.write("name,ip,role\n192.0.2.21,192.0.2.21,esxi\n")
    inventory = ["--inventory", assets]
    short = lambda n: names(n, 8)  # noqa: E731
    return [
        ("AN1121", "QueryLengthThreshold", "52", "20",
         lambda n: {"w.json": windows(spoken(n))}, []),
        ("AN1121", "ProcessImageFilter", "none", "agent.exe",
         lambda n: {"w.json": windows(names(n), image="C:\\Apps\\agent.exe")}, []),
        ("AN1121", "TimeWindow", "10m", "10s",
         lambda n: {"w.json": windows(short(n), gap_s=4)}, []),
        ("AN1122", "SubdomainEntropyScore", "0.9", "0.3",
         lambda n: {"a.log": linux(names(n, 5))}, []),
        ("AN1122", "DaemonAllowList", "named", "dig",
         lambda n: {"a.log": linux(names(n))}, []),
        ("AN1123", "EntropyThreshold", "0.9", "0.3",
         lambda n: {"m.ndjson": macos(names(n, 5), "osascript")}, []),
        ("AN1123", "UncommonProcessContext", "script", "agentd",
         lambda n: {"m.ndjson": macos(names(n))}, []),
        ("AN1124", "QueryRatePerClient", "20/s", "1/s",
         lambda n: {"z.log": zeek(short(n), gap_s=0.2)}, []),
        ("AN1124", "DomainReputationFeed", "none", feed,
         lambda n: {"z.log": zeek(wordy(n))}, []),
        ("AN1125", "OutboundDNSVolume", "256", "1MiB",
         lambda n: {"z.log": zeek(names(n))}, inventory),
        ("AN1125", "KnownGoodVIBs", "none", good,
         lambda n: {"z.log": zeek(short(n)), "s.log": iter(INSTALLED)},
         inventory),
    ]


def outcome(program, folder, files, options):
    paths = []
    for name, lines in files.items():
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "w", encoding="ascii") as f:
            f.writelines(line + "\n" for line in lines)
    done = subprocess.run([program, "scan", *options, *paths], capture_output=True, text=True,
                          check=False)
    alerts = [json.loads(line) for line in done.stdout.splitlines()]
    if not alerts:
        return "no alert"
    best = max(alerts, key=lambda a: a["earthdog"].get("score_bits", 0))["earthdog"]
    return (f"{best['level']} {best.get('score_bits', 0):.1f} (" +
            ", ".join(f"{e['family']} {e['bits']:.1f}" for e in best.get("evidence", [])) + ")")


def setting(analytic, element, value):
    return [] if value == "none" else ["--set", f"{analytic}.{element}={value}"]


def compare(program, folder, case):
    """(names, what the old value makes of it, what the new one does), once they differ."""
    analytic, element, old, new, files, options = case
    for n in range(NAMES_MIN, NAMES_MAX, 3):
        made = [outcome(program, folder, files(n), [*options, *setting(analytic, element, value)])
                for value in (old, new)]
        if made[0] != made[1]:
            return n, made
    return None


def main(argv):
    n_wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(folder):
            analytic, element, old, new = case[:4]
            found = compare(argv[1], folder, case)
            n_wrong += found is None
            print(f"{analytic}.{element}: {os.path.basename(old)} -> {os.path.basename(new)}: " +
                  (f"{found[0]} names: {found[1][0]} -> {found[1][1]}" if found else
                   "FAIL, no case in which it matters"))
    return 1 if n_wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
