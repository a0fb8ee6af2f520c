#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`earthdog baseline` over made days: an office with planted tunnels, three platforms.

    tests/baseline/run.py PROGRAM --generator OFFICE

- propose: the proposed values catch every planted tunnel that the defaults catch, at the number of
  alerts that was predicted on the day itself, and at most 20 % more on another day of the office;
- replay: what it prints and keeps is, alert by alert, what two scans print, over files and over a
  store of either grain;
- a baseline that is cut, changed, newer or something else is refused by name.
"""

import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(TESTS, "quality"))
sys.path.insert(0, os.path.join(TESTS, "scenarios"))
import channels  # noqa: E402
import check as scenarios  # noqa: E402
import quality_tsv as q  # noqa: E402

CLIENTS = 60
TOLERANCE = 0.2
MOST = 0.7  # of the tunnels are still found in what history keeps
TOLD = ("medium", "high", "critical")
# kind and bytes a day: from plain to hardly visible
PLANTED = [("base32", 4000), ("base32", 600), ("hex", 4000), ("hex", 500), ("base64url", 4000),
           ("base36", 1500), ("words-4096", 4000), ("short-chunks", 4000), ("cdn-shaped", 4000),
           ("human-hours", 2000), ("jitter-0-99", 1000), ("base58", 300)]

Run = collections.namedtuple("Run", "status out err")


class Failed(Exception):
    pass


def expect(what, true):
    print(f"{'ok  ' if true else 'FAIL'} {what}", flush=True)
    if not true:
        raise Failed(what)


def run(program, *args):
    # the limit is the suite's: sanitizers take their time
    done = subprocess.run([program, *args], stdin=subprocess.DEVNULL, capture_output=True,
                          check=False)
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def alerts_of(text):
    return [json.loads(line) for line in text.splitlines()]


def scan(program, paths, *options):
    done = run(program, "scan", "-q", "--format", "ndjson", *options, *paths)
    if done.status != 0:
        raise Failed(f"scan: {done.status}: {done.err}")
    return done.out


def told(alerts):
    return [a for a in alerts if a["earthdog"]["level"] in TOLD]


# ------------------------------------------------------------------ the made days


def office_day(generator, folder, seed):
    """A day of the office with tunnels in it; returns the log and the channels."""
    path = os.path.join(folder, f"day{seed}.log")
    made = subprocess.run([generator, "--seed", str(seed), "--clients", str(CLIENTS)],
                          stdout=subprocess.PIPE, check=True).stdout.decode().splitlines(True)
    head = [line for line in made if line.startswith("#")]
    world = channels.World(f"baseline/{seed}")
    planted = [world.add(kind, n_bytes) for kind, n_bytes in PLANTED]
    lines = [line for line in made if not line.startswith("#")] + world.lines
    lines.sort()
    with open(path, "w", encoding="ascii") as f:
        f.writelines(head)
        f.writelines(lines)
    return path, planted


def caught(planted, text):
    """Indices of the planted tunnels that an alert of medium or above names."""
    found = set()
    for alert in told(alerts_of(text)):
        domain = q.harness.domain_of(alert)
        for i, channel in enumerate(planted):
            if domain and q.harness.client_of(alert) in ("", channel.client) and any(
                    q.harness.same_domain(domain, d) for d in channel.domains):
                found.add(i)
    return found


def settings_of(proposal):
    return [word for setting in proposal["proposed"]["set"] for word in ("--set", setting)]


def propose(program, baseline, paths, *options):
    done = run(program, "baseline", "propose", "-q", "--format", "json", "--baseline", baseline,
               *options, *paths)
    if done.status != 0:
        raise Failed(f"propose: {done.status}: {done.err}")
    return json.loads(done.out)


def learn(program, baseline, paths, *options):
    done = run(program, "baseline", "learn", "-q", "--quarantine", "0s", "--baseline", baseline,
               *options, *paths)
    if done.status != 0:
        raise Failed(f"learn: {done.status}: {done.err}")


# ------------------------------------------------------------------ propose


def check_office(program, generator, folder):
    day, planted = office_day(generator, folder, 5)
    other_day, other_planted = office_day(generator, folder, 6)
    baseline = os.path.join(folder, "office.baseline")
    learn(program, baseline, [day])
    made = propose(program, baseline, [day])
    options = settings_of(made)
    before, after = scan(program, [day]), scan(program, [day], *options)
    print("     " + " ".join(options) + f" ({made['now']['alerts']} alerts, then "
          f"{made['proposed']['alerts']})")
    expect(f"the office's values catch the {len(caught(planted, before))} of {len(planted)} "
           "planted tunnels that the defaults catch",
           caught(planted, before) <= caught(planted, after))
    expect("its alerts are as many as predicted",
           len(told(alerts_of(after))) == made["proposed"]["alerts"])
    expect("something is proposed", len(options) > 0)
    other = len(told(alerts_of(scan(program, [other_day], *options))))
    plain = scan(program, [other_day])
    expect(f"on another day there are {other} alerts, {made['proposed']['alerts']} were predicted",
           other <= (1 + TOLERANCE) * made["proposed"]["alerts"])
    expect("and there, too, no tunnel is lost",
           caught(other_planted, plain) <=
           caught(other_planted, scan(program, [other_day], *options)))
    return day, planted


def check_known(program, folder, day):
    """With --tunnels only those count; a budget of one alert a day allows one other."""
    found = told(alerts_of(scan(program, [day])))
    domains = sorted({q.harness.domain_of(a) for a in found} - {""})
    tunnels = os.path.join(folder, "tunnels.txt")
    with open(tunnels, "w", encoding="ascii") as f:
        f.write("# known\n" + "".join(d + "\n" for d in domains[:3]))
    made = propose(program, os.path.join(folder, "office.baseline"), [day], "--tunnels", tunnels)
    expect("of --tunnels all three are caught", made["tunnels"] == 3 and
           made["proposed"]["tunnels"] == 3)
    expect("the others are counted apart", made["now"]["other_alerts"] ==
           len([a for a in found if q.harness.domain_of(a) not in domains[:3]]))
    with open(tunnels, "w", encoding="ascii") as f:
        f.write("good.example\n10.0.0.1 a b\n")
    bad = run(program, "baseline", "propose", "--baseline",
              os.path.join(folder, "office.baseline"), "--tunnels", tunnels, day)
    expect("a line of --tunnels that is none is named", bad.status == 2 and "line 2" in bad.err)


def host_logs(platform, folder):
    """One log a scenario."""
    place = os.path.join(folder, platform)
    os.makedirs(place)
    rows = [r for r in scenarios.generate(platform, place) if r["label"] != "context"]
    return [os.path.join(place, f) for r in scenarios.in_turns(rows) for f in r["file"].split()]


def check_hosts(program, folder):
    """The elements of the machines' own analytics."""
    paths = [p for name in ("windows", "linux", "macos") for p in host_logs(name, folder)]
    baseline = os.path.join(folder, "hosts.baseline")
    learn(program, baseline, paths)
    made = propose(program, baseline, paths)
    options = settings_of(made)
    before, after = scan(program, paths), scan(program, paths, *options)
    named = lambda text: {(a.get("host", {}).get("name", ""), q.harness.domain_of(a))  # noqa: E731
                          for a in told(alerts_of(text))}
    print(f"     {' '.join(options)}\n     {len(named(before))} tunnels of machines, "
          f"{made['now']['alerts']} alerts, then {made['proposed']['alerts']}")
    expect("the machines' tunnels stay caught", named(before) and named(before) <= named(after))
    expect("their alerts are as many as predicted",
           len(told(alerts_of(after))) == made["proposed"]["alerts"])
    tried = {f"{e['analytic']}.{e['element']}" for e in made["elements"] if e["tried"]}
    expect("elements of all three platforms were tried: " + ", ".join(sorted(tried)),
           {t[:6] for t in tried} >= {"AN1121", "AN1122", "AN1123"})
    expect("each of the eleven has a reason", len(made["elements"]) == 11 and
           all(e["from"] for e in made["elements"]))
    return paths


# ------------------------------------------------------------------ replay


def apply_changes(before, changes):
    """The alerts of @before, by id, after what replay says."""
    alerts = {a["event"]["id"]: a for a in before}
    for c in changes:
        if c["change"] == "disappears":
            del alerts[c["id"]]
        else:
            alerts[c["id"]] = c["after"]
    return {i: (a["earthdog"]["level"], a["earthdog"]["verdict"]) for i, a in alerts.items()}


def state_of(alerts):
    return {a["event"]["id"]: (a["earthdog"]["level"], a["earthdog"]["verdict"]) for a in alerts}


def check_replay(program, folder, what, source, paths, setting):
    """@source: the input of replay; @paths: the same for scan."""
    kept = os.path.join(folder, "kept.ndjson")
    done = run(program, "baseline", "replay", "-q", "--set", setting, "--alerts", kept,
               "--format", "ndjson", *source)
    if done.status != 0:
        raise Failed(f"replay: {done.status}: {done.err}")
    before, after = scan(program, paths), scan(program, paths, "--set", setting)
    with open(kept, encoding="ascii") as f:
        expect(f"replay over {what} keeps what a scan with {setting} prints", f.read() == after)
    changes = alerts_of(done.out)
    expect(f"its {len(changes)} changes turn the one run into the other",
           apply_changes(alerts_of(before), changes) == state_of(alerts_of(after)))
    return changes


def check_exit(program, day):
    loud = run(program, "baseline", "replay", "-q", "--set", "AN1124.QueryRatePerClient=1/s",
               "--fail-on", "high", day)
    expect("replay exits as scan does: 10 with --fail-on", loud.status == 10)
    same = run(program, "baseline", "replay", "-q", "--format", "table", "--set",
               "AN1124.QueryRatePerClient=20/s", day)
    expect("the value in force changes nothing", same.out == "no alert changes\n")
    twice = run(program, "baseline", "replay", "--set", "AN1124.QueryRatePerClient=1/s", "-")
    expect("standard input cannot be read twice", twice.status == 2 and
           "more than once" in twice.err)


def check_store(program, folder, day, planted, paths, setting):
    from_log = caught(planted, scan(program, [day]))
    for grain in ("10m", "event"):
        store = os.path.join(folder, "store-" + grain)
        lookups = os.path.join(folder, f"lookups-{grain}.ndjson")
        done = run(program, "scan", "-q", "--store", store, "--history-grain", grain,
                   "-o", os.devnull, day, *paths)
        if done.status != 0:
            raise Failed(f"scan --store: {done.err}")
        done = run(program, "baseline", "export", "--store", store, "-o", lookups)
        with open(lookups, encoding="ascii") as f:
            times = [json.loads(line)["first"] for line in f]
        expect(f"grain {grain}: {len(times)} lookups in order of time",
               done.status == 0 and times and times == sorted(times))
        check_replay(program, folder, f"a store of grain {grain}", ["--store", store], [lookups],
                     setting)
        found = caught(planted, scan(program, [lookups]))
        expect(f"of the {len(from_log)} planted tunnels that the log tells, its history tells "
               f"{len(found & from_log)}", len(found & from_log) >= MOST * len(from_log))
    shown = run(program, "baseline", "show", "--baseline", os.path.join(folder, "office.baseline"),
                "--store", os.path.join(folder, "store-10m"))
    expect("show takes the last day of a store as now", shown.status == 0 and
           "AN1124" in shown.out)
    nowhere = run(program, "baseline", "show", "--baseline",
                  os.path.join(folder, "office.baseline"), "--store", folder)
    expect("a folder that is no store is refused", nowhere.status == 2 and
           "no store" in nowhere.err)


# ------------------------------------------------------------------ show, files


def check_show(program, folder, day):
    baseline = os.path.join(folder, "office.baseline")
    same = json.loads(run(program, "baseline", "show", "-q", "--format", "json", "--baseline",
                          baseline, day).out)
    burst = [f for f in same["features"] if f["feature"] == "burst"]
    expect("a day stands out of itself in nothing but what was alerted",
           burst and burst[0]["normal"]["n"] <= burst[0]["now"]["n"])
    rng = random.Random(9)
    long = lambda: channels.draw(rng, channels.BASE32, 60)  # noqa: E731
    lookups = [q.Lookup(f"{long()}.{long()}.x{i % 40}-odd.net", "TXT") for i in range(4000)]
    odd = os.path.join(folder, "odd.log")
    with open(odd, "w", encoding="ascii") as f:
        f.write(q.HEAD)
        f.writelines(q.line_of(q.START_S + i / 20, q.client_of(i % 7), lookup, rng.getrandbits(32))
                     for i, lookup in enumerate(lookups))
    shown = json.loads(run(program, "baseline", "show", "-q", "--format", "json", "--baseline",
                           baseline, odd).out)
    length = [f for f in shown["features"] if f["feature"] == "query-length"][0]
    expect(f"long names stand out: {length['beyond']} of {length['now']['n']} key-days",
           length["stands_out"] and length["beyond"] == length["now"]["n"] == 280)
    table = run(program, "baseline", "show", "--baseline", baseline, odd)
    expect("and in the table", "! 280 of now lie beyond" in table.out)
    svg = run(program, "baseline", "show", "--format", "svg", "--baseline", baseline, odd)
    expect("a picture, without scripts", svg.out.startswith("<svg ") and "<script" not in svg.out)
    ascii_only = subprocess.run([program, "baseline", "show", "--baseline", baseline, odd],
                                env={**os.environ, "LC_ALL": "C"}, capture_output=True, check=True)
    expect("without UTF-8 the plots are ASCII", ascii_only.stdout.isascii() and
           b"#" in ascii_only.stdout)


def check_quarantine(program, folder, day):
    baseline = os.path.join(folder, "young.baseline")
    young = run(program, "baseline", "learn", "--baseline", baseline, "--now", "2024-05-03",
                "--quarantine", "7d", day)
    expect("what is younger than the quarantine teaches nothing", young.status == 2 and
           "quarantine" in young.err and not os.path.exists(baseline))
    half = run(program, "baseline", "learn", "--baseline", baseline, "--now",
               "2024-05-08T12:00:00Z", day)
    expect("and a part of a day, a part", half.status == 0 and "younger" in half.err)


def check_files(program, folder, day):
    good = os.path.join(folder, "office.baseline")
    with open(good, "rb") as f:
        text = f.read()
    cases = {
        "cut": (text[:len(text) // 2], "cut"),
        "changed": (text.replace(b"\tAN1124\t0\t", b"\tAN1124\t1\t", 1), "checksum"),
        "empty": (b"", "no baseline"),
        "newer": (text.replace(b"baseline\t1\n", b"baseline\t2\n", 1), "version 2"),
        "foreign": (b"\x7fELF" + bytes(range(256)), "no baseline"),
    }
    path = os.path.join(folder, "bad.baseline")
    for name, (content, why) in cases.items():
        with open(path, "wb") as f:
            f.write(content)
        done = run(program, "baseline", "show", "--baseline", path, day)
        expect(f"a baseline that is {name} is refused: {done.err.strip().rpartition(': ')[2]}",
               done.status == 2 and why in done.err)
    gone = run(program, "baseline", "show", "--baseline", os.path.join(folder, "none"), day)
    expect("one that is not there, too", gone.status == 2 and "No such file" in gone.err)
    over = run(program, "baseline", "learn", "--quarantine", "0s", "--baseline", day, day)
    expect("an input is not written over", over.status == 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--generator", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            day, planted = check_office(args.program, args.generator, folder)
            check_known(args.program, folder, day)
            check_show(args.program, folder, day)
            check_quarantine(args.program, folder, day)
            check_files(args.program, folder, day)
            check_exit(args.program, day)
            check_replay(args.program, folder, "files", [day], [day],
                         "AN1124.QueryRatePerClient=0.5/s")
            paths = check_hosts(args.program, folder)
            changes = check_replay(args.program, folder, "logs of machines", paths, paths,
                                   "AN1122.DaemonAllowList=*")
            changes += check_replay(args.program, folder, "logs of machines", paths, paths,
                                    "AN1121.ProcessImageFilter=*")
            expect("alerts appear, disappear or move", len(changes) > 0)
            check_store(args.program, folder, day, planted, paths,
                        "AN1124.QueryRatePerClient=0.5/s")
        except Failed as e:
            print(f"failed: {e}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
