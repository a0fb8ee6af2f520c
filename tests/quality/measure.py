# SPDX-License-Identifier: Apache-2.0
"""What report.py measures: one function a section, each runs a bench of this folder by its own
functions and gives plain numbers (JSON), so that they can be kept and put into words later.
"""

import argparse
import collections
import csv
import os
import re
import resource
import shutil
import subprocess
import tempfile

import adversarial
import benign_day
import bound
import calibrate
import channels
import comparators
import dilution
import first_alert
import flood
import lookalikes
import quality_tsv as q
import run
import tools

PAIRS_OF_SPREADS = [(1, 1), (3, 1), (10, 1), (1, 3), (1, 10), (3, 3), (10, 10)]
CHANNEL_SEED = 2  # calibrate.py fits to others
OFFICE_SEED = 2
COST_CLIENTS = 30  # the smallest office
FAMILY_BITS, FAMILIES = 2.0, 3  # of src/analytic/fuse.h
MIB = 1 << 20


def labelled(args):
    """Every capture of a tunnel and every benign one of the labelled data, and the examples."""
    tools, missed, false, n_benign = {}, [], [], 0
    for tool, path, domain in comparators.tunnels():
        result = q.harness.scan(args.program, [path])
        least = q.harness.LEVELS.index("high")
        hits = [a for a in result.alerts if q.harness.level_of(a) >= least]
        hit = any(run.is_hit(a, domain) for a in hits)
        row = tools.setdefault(tool, [0, 0])
        row[0] += hit
        row[1] += 1
        if not hit:
            missed.append(os.path.basename(path))
    data = q.harness.data_path()
    labels = os.path.join(data, "labels.tsv")
    for row in q.harness.read_tsv(labels) if os.path.exists(labels) else []:
        if run.verdict_class(row) == "benign":
            n_benign += 1
            result = q.harness.scan(args.program, [os.path.join(data, row["path"])])
            false += [f"{row['id']}: {a['earthdog']['summary']}"
                      for a in result.alerts if q.is_raised(a)]  # fmt: skip
    return {"tools": tools, "missed": missed, "benign": n_benign, "false": false}


def first(args):
    rows, missed = {}, []
    for tunnel in [*first_alert.tunnels_of_examples(), *first_alert.tunnels_of_data()]:
        _, names, n_bytes, fault = first_alert.judge(args.program, tunnel, False)
        if names is None:
            missed.append(f"{tunnel.label} ({fault.lower()})")
        else:
            tool = comparators.tool_of(tunnel.what + tunnel.path)
            rows.setdefault(tool, []).append((names, n_bytes))
    return {"tools": rows, "missed": missed}


def trials(args, benign, spreads, made):
    options = argparse.Namespace(program=args.program, seed=1, benign=benign, missed=False)
    rows = []
    for rate in dilution.RATES:
        for n_domains, n_clients in spreads:
            counted, found, names, n_bytes, false = dilution.trial(
                options, made, rate, n_domains, n_clients
            )
            cells = [q.quantile(v, share) for v in (names, n_bytes) for share in (0.5, 0.95)]
            rows.append([rate, n_domains, n_clients, found, counted, *cells, false])
    return rows


def diluted(args):
    """Light day: all spreads."""
    made = dilution.recordings(False)
    return {"tunnels": len(made), "rows": trials(args, None, PAIRS_OF_SPREADS, made)}


def diluted_office(args):
    """The office day: one client and one domain, and three of each."""
    made = dilution.recordings(False)
    with tempfile.TemporaryDirectory() as folder:
        log, truth, _ = benign_day.make_day(args.generator, OFFICE_SEED, args.clients, folder)
        lines = len(dilution.read_day(log))
        rows = trials(args, log, [(1, 1), (3, 3)], made)
        return {"clients": len(truth.roles), "lookups": lines, "rows": rows, "tunnels": len(made)}


def looks(args):
    """Recall of every kind of channel by volume."""
    return {
        name: [
            adversarial.recall(args.program, name, args.channels, n, CHANNEL_SEED)[0]
            for n in adversarial.VOLUMES_BYTES
        ]
        for name in channels.KINDS
    }


def bounds(args):
    options = argparse.Namespace(channels=args.channels, seed=CHANNEL_SEED)
    rows = {}
    for name, kind in channels.KINDS.items():
        if kind.promise:
            rows[name] = [
                bound.cell(args.program, name, column, options)
                if bound.applies(name, column) else None
                for column in bound.COLUMNS
            ]  # fmt: skip
    return rows


def office_day(args, seed):
    """One day: what it was, its alerts, what is under watch, the scores."""
    with tempfile.TemporaryDirectory() as folder:
        log, truth, _ = benign_day.make_day(args.generator, seed, args.clients, folder)
        result = q.harness.scan(args.program, [log])
        key_days = calibrate.key_days_of(calibrate.lookups_of(log))
    alerts, low = [], collections.Counter()
    for alert in result.alerts:
        role, kind = truth.explain(alert)
        e = alert["earthdog"]
        if q.is_raised(alert):
            alerts.append([seed, kind, role, e["level"], e["verdict"], e["summary"]])
        elif e["level"] == "low":
            low[f"{kind}\t{role}"] += 1
    stats = result.stats
    day = [seed, len(truth.roles), stats["records"]["analysed"], stats["peak_rss_bytes"]]
    return day, alerts, low, [key_days, calibrate.scores_of(result.alerts)]


def benign(args):
    """The office days that nothing was fitted to; and the scores for the reliability curve."""
    days, alerts, low, pairs = [], [], collections.Counter(), {}
    for seed in range(1, args.seeds + 1):
        day, raised, watched, pairs[f"day {seed}"] = office_day(args, seed)
        days.append(day)
        alerts += raised
        low += watched
    return {"days": days, "alerts": alerts, "low": low, "pairs": pairs}


def compared(args):
    """Every detector on one office day and on every tunnel."""
    csv.field_size_limit(1 << 20)
    options = argparse.Namespace(
        program=args.program, clients=args.comparator_clients, seeds=[OFFICE_SEED]
    )
    names = comparators.Names()
    with tempfile.TemporaryDirectory() as folder:
        rates, context = comparators.benign_table(options, names, args.generator, folder)
        hits, files = comparators.tunnel_table(options, names, context, folder)
    return {"rates": rates, "hits": hits, "files": files}


BEACON = re.compile(r"^(.+?)\s+(\d+)\s+([\d.]+)\s+(-|[\d.]+)")
FALSE_BEAT = re.compile(r"^(\d+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)")


def beacons(args):
    if not os.path.exists(args.beacons):
        return {"found": [], "false": []}
    done = subprocess.run([args.beacons, str(args.beacon_trials)], capture_output=True, text=True,
                          check=False)  # fmt: skip
    head, _, tail = done.stdout.partition("\n\n")
    found = [m.groups() for m in map(BEACON.match, head.splitlines()) if m]
    false = [m.groups() for m in map(FALSE_BEAT.match, tail.splitlines()) if m]
    return {"found": found, "false": false}


def drowned(args):
    part = argparse.Namespace(program=args.program, part=10, memory_mib=32)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        generator = flood.compiled(folder)
        for seed in range(1, args.flood_seeds + 1):
            found, peak, _ = flood.drown(args.program, generator, seed, part)
            rows.append([seed, found, peak / (part.memory_mib * MIB)])
    return {"rows": rows, "names": flood.N_NAMES // part.part, "mib": part.memory_mib}


def by_score(alert, without=None):
    """Whether the score alone would raise @alert when the family @without said nothing."""
    e = alert["earthdog"]
    families = {f["family"]: f["bits"] for f in e["evidence"]}
    left = e.get("score_bits", -99) - families.pop(without, 0.0)
    return left >= 0 and sum(bits >= FAMILY_BITS for bits in families.values()) >= FAMILIES


def ablated(args):
    """{what: [tunnels, raised, by the score alone, the same without each family in turn]}."""
    families = ["content", "volume", "structure", "timing", "host", "path"]
    groups = {"captures": [], "channels of 4 kB": [], "channels of 1 kB": []}
    for _, path, domain in comparators.tunnels():
        alerts = q.harness.scan(args.program, [path]).alerts
        groups["captures"].append([a for a in alerts if run.is_hit(a, domain)])
    promised = [name for name, kind in channels.KINDS.items() if kind.promise]
    for what, n_bytes in (("channels of 4 kB", 4000), ("channels of 1 kB", 1000)):
        world = channels.World(f"ablation/{CHANNEL_SEED}/{n_bytes}")
        made = [world.add(name, n_bytes) for name in promised for _ in range(args.channels)]
        found = q.Found(q.scan_lines(args.program, world.lines), "low")
        groups[what] = [[a] if a else [] for a in (c.alert(found) for c in made)]
    rows = {}
    for what, tunnels in groups.items():
        checks = [lambda a: q.is_raised(a), by_score]
        checks += [lambda a, f=family: by_score(a, f) for family in families]
        rows[what] = [len(tunnels)] + [sum(any(map(c, a)) for a in tunnels) for c in checks]
    return {"families": families, "rows": rows}


def user_s(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def instructions(program, log, folder):
    out = os.path.join(folder, "callgrind")
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", program, "scan", "-q",
               "--shards", "1", "--readers", "1", log]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = re.search(r"Collected : (\d+)", done.stderr)
    return int(said[1]) if said else None


def cost(args):
    """User time a lookup of an office day, and instructions: the difference of a log and its half,
    so that the start is not in it."""
    with tempfile.TemporaryDirectory() as folder:
        log, _, _ = benign_day.make_day(args.generator, OFFICE_SEED, COST_CLIENTS, folder)
        half = os.path.join(folder, "half.log")
        with open(log, "rb") as f:
            lines = f.readlines()
        with open(half, "wb") as f:
            f.writelines(lines[: len(lines) // 2])
        counts = None
        if shutil.which("valgrind"):
            counts = [instructions(args.program, path, folder) for path in (log, half)]
        n = len(lines) - len(lines) // 2
        quiet = [args.program, "scan", "-q", "--shards", "1", "--readers", "1"]
        per = (counts[0] - counts[1]) / n if counts and None not in counts else None
        log, _, _ = benign_day.make_day(args.generator, OFFICE_SEED, args.clients, folder)
        with open(log, "rb") as f:
            n_day = sum(1 for _ in f)
        times = sorted(user_s([*quiet, log]) for _ in range(3))
        return {"instructions": per, "of": n, "user_ns": times[1] / n_day * 1e9, "lookups": n_day}


def calibration(args):
    """Scores of captures and of channels that the table was not fitted to."""
    captured, tools = calibrate.captures(args.program)
    n_channels = max(1, args.channels // 2)
    kinds = calibrate.made_channels(args.program, n_channels, CHANNEL_SEED)
    return {"captured": captured, "tools": tools, "kinds": kinds}


def other_tools(args):
    return tools.numbers(args.program)


def look_alikes(args):
    return lookalikes.numbers(args.program)


# Longest first: two run at a time.
SECTIONS = [
    compared, calibration, diluted, diluted_office, benign, bounds, looks, other_tools, look_alikes,
    ablated, drowned, cost, labelled, first, beacons,
]  # fmt: skip
