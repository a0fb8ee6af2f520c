#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tunnels by other tools and implants: is each found, and after how much?

    tests/quality/tools.py PROGRAM [--only NAME,...] [--seed N] [--people N] [--seen client,...]
                           [--all]

Every tool (tools_kits.py, tools_implants.py) has in every mode, for every job it can do, a client
and a domain of its own in an ordinary day. The day is read three times: as a capture with answers,
as Zeek's dns.log of the same, and as the log between the site's resolver and the authorities.
Found: an alert of medium or above names client and domain (at the resolver: the domain; where there
is no domain: the client). A job that may be missed has its reason beside it: it says next to
nothing, or it is a gap that is known.

Prints what is missed (--all: everything), and fails when a job without a reason is missed where the
clients are seen.
"""

import argparse
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import channels  # noqa: E402
import quality_tsv as q  # noqa: E402
import tools_implants  # noqa: E402, F401
import tools_kits  # noqa: E402
import tools_wire as w  # noqa: E402

SEEN = ["capture", "log", "resolver"]
PEOPLE, PEOPLE_LOOKUPS = 60, 120


class Case:
    """One tool in one mode with one job: its client, its domain. @found: by where it was seen."""

    def __init__(self, tool, mode, job, client, domain):
        self.tool, self.mode, self.job = tool, mode, job
        self.client, self.domain = client, domain
        self.n_names, self.is_direct = 0, False
        self.found = {}

    def label(self):
        mode = "" if self.mode == "-" else " " + self.mode
        return f"{self.tool.name}{mode}"

    def is_wanted(self):
        """Enough is said to be found, known gap or not."""
        return not self.limit() or self.limit().startswith("gap")

    def where_missed(self):
        seen = [s for s in SEEN if s != "resolver" or not self.is_direct]
        return [s for s in seen if not self.is_found(s)]

    def limit(self):
        return self.tool.limit(self.job, self.mode.replace("-", "_"))

    def keep(self, seen, result):
        """The alert on the case that names it after the fewest names, of any level."""
        hits = []
        for alert in result.alerts:
            domain, client = q.harness.domain_of(alert), q.harness.client_of(alert)
            mine = q.harness.same_domain(domain, self.domain) if domain else False
            if self.tool.name in ("saitama", "invoke-dnsteal"):
                mine = domain.endswith(self.domain)
            if seen != "resolver" and self.mode != "spoofed":
                mine = client == self.client and (mine or not (self.tool.parent and domain))
            if mine:
                hits.append(alert)
        self.found[seen] = max(hits, key=q.harness.level_of, default=None)

    def is_found(self, seen):
        alert = self.found[seen]
        return alert is not None and q.is_raised(alert)


def made_day(args):
    """(day, cases)."""
    day = w.Day(args.seed)
    day.people(args.people, PEOPLE_LOOKUPS)
    domains = channels.Domains(w.seeded(args.seed, "domains"))
    cases = []
    for tool in tools_kits.TOOLS:
        if args.only and tool.name not in args.only:
            continue
        for mode in tool.modes:
            for job in tool.jobs:
                rng = w.seeded(args.seed, tool.name, mode, job)
                domain, client = domains.new(), day.new_client()
                talk = w.Talk(rng, domain, 8 * 3600 + rng.random() * 3600)
                tool.write(talk, job, mode)
                case = Case(tool, mode, job, client, domain)
                case.n_names = len({b".".join(ask.name) for ask in talk.asks})
                # what goes to the thief's own server the site's resolver does not see
                case.is_direct = talk.server != q.RESOLVER
                cases.append(case)
                day.add(client, talk)
                day.add(client, w.ordinary(w.seeded(args.seed, client), 40))
    return day, cases


def scan(args, day, seen):
    if seen == "log":
        return q.scan_lines(args.program, day.lines())
    if seen == "resolver":
        return q.scan_lines(args.program, day.egress())
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "day.pcap")
        day.write_capture(path)
        return q.harness.scan(args.program, [path])


def cell(case, seen):
    """Level, and names and bytes until the first alert."""
    alert = case.found[seen]
    if alert is None:
        return "-"
    e = alert["earthdog"]
    if not q.is_raised(alert):
        return f"{e['level'][:4]} {e['score_bits']:.1f}"
    first = e.get("first_alert") or {}
    mark = {"bound": "b", "policy": "p"}.get(e["verdict"], "")
    n_bytes = first.get("information_bytes", 0)
    return f"{e['level'][:4]}{mark} {first.get('names', '?')}/{n_bytes:.0f}"


def judged(args):
    """The cases with what was found of each."""
    day, cases = made_day(args)
    for seen in args.seen:
        result = scan(args, day, seen)
        for case in cases:
            case.keep(seen, result)
    return cases


def print_table(args, cases):
    print(f"{'TOOL':34}{'JOB':6}{'NAMES':>6}  " + "".join(f"{s.upper():18}" for s in args.seen))
    for case in cases:
        if not args.all and all(case.is_found(seen) for seen in args.seen):
            continue
        cells = "".join(f"{cell(case, seen):18}" for seen in args.seen)
        print(f"{case.label():34}{case.job:6}{case.n_names:6}  {cells}{case.limit() or ''}")


def parse(argv):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("program")
    parser.add_argument("--only", type=lambda s: s.split(","))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seen", type=lambda s: s.split(","), default=SEEN)
    parser.add_argument("--all", action="store_true")
    return parser.parse_args(argv)


def count(cases, seen):
    """One line of sums."""
    cases = [case for case in cases if seen != "resolver" or not case.is_direct]
    wanted = [case for case in cases if case.is_wanted()]
    found = sum(case.is_found(seen) for case in wanted)
    little = [case for case in cases if not case.is_wanted()]
    told = sum(case.is_found(seen) for case in little)
    return [seen, found, len(wanted), told, len(little)]


def numbers(program):
    """What the report tells: sums, rows of each tool as a capture tells it, what is missed."""
    args = parse([program])
    cases = judged(args)
    tools = {}
    for case in (c for c in cases if c.is_wanted()):
        row = tools.setdefault(case.tool.name, [0, 0, []])
        row[1] += 1
        if case.is_found(SEEN[0]):
            first = case.found[SEEN[0]]["earthdog"].get("first_alert") or {}
            row[0] += 1
            row[2].append([first.get("names", 0), first.get("information_bytes", 0)])
    missed = [
        [case.label(), case.job, case.where_missed(), case.limit()]
        for case in cases
        if case.is_wanted() and case.where_missed()
    ]
    sums = [count(cases, seen) for seen in SEEN]
    made = {"seed": args.seed, "people": args.people}
    return {**made, "sums": sums, "tools": tools, "missed": missed}


def main(argv):
    args = parse(argv)
    args.program = os.path.realpath(args.program)
    cases = judged(args)
    print_table(args, cases)
    lost = set()
    for seen in args.seen:
        _, found, wanted, told, little = count(cases, seen)
        print(f"{seen}: {found} of {wanted} found; of {little} that say next to nothing, {told}")
        if seen != "resolver":
            lost |= {c.label() for c in cases if not c.limit() and not c.is_found(seen)}
    print(f"tools: {len(lost)} missed without a reason" + ": " * bool(lost) + ", ".join(lost))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
