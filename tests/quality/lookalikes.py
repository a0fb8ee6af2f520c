#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ordinary DNS that looks like a tunnel: is there an alert?

    tests/quality/lookalikes.py PROGRAM [--only WORD,...] [--seed N] [--seen log,...]
                                [--places site,home] [--all]

Every kind of lookalikes_kinds.py twice: `site`, all kinds in one office day with people beside
them, and `home`, each kind alone with HOME_PEOPLE. Wanted: no alert of medium or above, but for the
kinds that say why one would be right, or that it is a gap that is known. Prints what alerts (--all:
everything, low too), and fails when a kind without a reason raises one.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import benign_day  # noqa: E402
import lookalikes_kinds  # noqa: E402
import quality_tsv as q  # noqa: E402
import tools  # noqa: E402
import tools_wire as w  # noqa: E402

SITE_PEOPLE, HOME_PEOPLE = 100, 6
PEOPLE_LOOKUPS, OWN_LOOKUPS = 120, 200  # a day of each
PLACES = ["site", "home"]


def add_kind(day, kind, n_clients, place):
    """The clients of @kind; each is a person's machine too, when it is one of many."""
    clients = []
    for i in range(n_clients):
        client = day.new_client()
        rng = w.seeded(day.seed, kind.name, place, i)
        talk = w.Talk(rng)
        talk.at_s = rng.random() * 600
        talk.has_v6 = rng.random() < 0.5
        kind.write(talk)
        talk.asks = [ask for ask in talk.asks if ask.at_s < q.DAY_S]
        day.add(client, talk)
        day.add(client, w.ordinary(w.seeded(day.seed, client), OWN_LOOKUPS))
        clients.append(client)
    return clients


def alerts_of(args, day, seen):
    return tools.scan(args, day, seen).alerts


def site(args, kinds, seen):
    """{kind's name: alerts} of one day with all kinds in it."""
    day = w.Day(args.seed)
    day.people(SITE_PEOPLE, PEOPLE_LOOKUPS)
    owner, names = {}, {}
    for kind in kinds:
        before = len(day.asks)
        for client in add_kind(day, kind, kind.many, "site"):
            owner[client] = kind.name
        for ask in day.asks[before:]:
            names[b".".join(ask.name[-2:]).lower().decode("latin-1")] = kind.name
    found = {kind.name: [] for kind in kinds}
    for alert in alerts_of(args, day, seen):
        domain = ".".join(q.harness.domain_of(alert).split(".")[-2:])
        whose = owner.get(q.harness.client_of(alert)) or names.get(domain)
        found.setdefault(whose or "people", []).append(alert)
    return found


def home(args, kinds, seen):
    found = {}
    for kind in filter(lambda kind: kind.few, kinds):
        day = w.Day(args.seed)
        day.people(HOME_PEOPLE, PEOPLE_LOOKUPS)
        add_kind(day, kind, kind.few, "home")
        found[kind.name] = alerts_of(args, day, seen)
    return found


def worst(alerts):
    return max(alerts, key=lambda a: (q.harness.level_of(a), a["earthdog"].get("score_bits", -99)),
               default=None)  # fmt: skip


def cell(alerts):
    alert = worst(alerts)
    if alert is None:
        return "-"
    e = alert["earthdog"]
    n = sum(map(q.is_raised, alerts))
    return f"{e['level'][:4]} {e['verdict'][:5]} {e['score_bits']:.1f}" + (f" x{n}" if n else "")


def judged(args, kinds):
    """{(place, seen): {kind's name: alerts}}."""
    return {
        (place, seen): (site if place == "site" else home)(args, kinds, seen)
        for place in args.places
        for seen in args.seen
    }


def parse(argv):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("program")
    parser.add_argument("--only", type=lambda s: s.split(","))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seen", type=lambda s: s.split(","), default=["log"])
    parser.add_argument("--places", type=lambda s: s.split(","), default=PLACES)
    parser.add_argument("--all", action="store_true")
    return parser.parse_args(argv)


def wanted_kinds(args):
    kinds = lookalikes_kinds.KINDS
    return [k for k in kinds if not args.only or any(word in k.name for word in args.only)]


def rows_of(args, kinds):
    """(name, reason, a row of alerts for each day) of each kind; people in general last."""
    found = judged(args, kinds)
    reasons = [(kind.name, kind.right) for kind in kinds] + [("people", None)]
    return found, [
        (name, why, [by_kind.get(name, []) for by_kind in found.values()]) for name, why in reasons
    ]


def numbers(program):
    """What the report tells: days, and each kind that raises an alert, with its cells."""
    args = parse([program])
    kinds = wanted_kinds(args)
    found, rows = rows_of(args, kinds)
    raised = [
        [name, why, [cell(alerts) for alerts in row]]
        for name, why, row in rows
        if any(q.is_raised(alert) for alerts in row for alert in alerts)
    ]
    days = [f"{place}, {seen}" for place, seen in found]
    return {"seed": args.seed, "kinds": len(kinds), "days": days, "raised": raised}


def main(argv):
    args = parse(argv)
    args.program = os.path.realpath(args.program)
    kinds = wanted_kinds(args)
    found, rows = rows_of(args, kinds)
    print(f"{'KIND':60}" + "".join(f"{place + ' ' + seen:24}" for place, seen in found))
    wrong = 0
    for name, why, row in rows:
        raised = [alert for alerts in row for alert in alerts if q.is_raised(alert)]
        wrong += bool(raised) and not why
        if args.all or raised:
            print(f"{name:60}" + "".join(f"{cell(alerts):24}" for alerts in row), why or "")
        for alert in raised if args.only else []:
            benign_day.print_alert(args.seed, alert, name, "")
    print(f"lookalikes: {wrong} of {len(kinds)} kinds raise an alert without a reason")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
