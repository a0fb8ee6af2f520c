#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The information bound: who moves more than a ceiling is named, however the names look.

    tests/quality/bound.py PROGRAM [--quick] [--channels N] [--seed N] [--only KIND,...]

Random channels of every kind that has a promise (channels.py), mixed into a few ordinary lookups of
each client; at least SHARE_MIN of them must raise an alert of medium or above on the right client
and domain. Columns:

    day     one client, one domain, DAY_BYTES in 24 hours
    month   one client, one domain, MONTH_BYTES in 30 days
    rare    one client, several domains that at most two clients ask, RARE_BYTES over all of them in
            24 hours, each pair below PAIR_BYTES_MAX: the client must be named
    sum     several clients, one domain, DOMAIN_BYTES x max(1, clients / 3) in 24 hours in all: the
            domain must be named; REPEATS times as much where it is said by names that all of them
            ask again, or by types

A ceiling is met by an estimate with a standard error of some 6.5 %, so what must be found is larger
than the ceiling by a fifth. Fails when a cell is below the target; "-" where a column means nothing
for a kind (no domain in common, downstream only).
"""

import argparse
import math
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import channels  # noqa: E402
import quality_tsv as q  # noqa: E402

SHARE_MIN = 0.998
DAY_BYTES = 4900
MONTH_BYTES = 16000
PAIR_BYTES_MAX = 4000
RARE_BYTES = 8192 * 1.2
DOMAIN_BYTES = 10240 * 1.2
REPEATS = 2
LINES_MAX = 1000000  # of one scan
# Of one scan: at the default --memory there is room for some 1,100, 70 a partition, and where a
# channel has several domains or clients each pair may be one.
INCIDENTS_MAX = 500
INCIDENTS_EACH = {"day": 1, "month": 1, "rare": 13, "sum": 7}
COLUMNS = ["day", "month", "rare", "sum"]


def pair(world, name, n_bytes):
    channel = world.add(name, n_bytes)
    return lambda found: channel.alert(found) is not None


def rare(world, name):
    """One client over three to twelve domains, of which another client asks every second too."""
    kind = channels.KINDS[name]
    rng = world.rng(f"rare/{world.n_clients}")
    client, other = world.new_client(), world.new_client()
    n_domains = rng.randint(3, 12)
    for i in range(n_domains):
        domain = world.domains.new()
        channel = channels.Channel(kind, client, [domain])
        channel.send(rng, RARE_BYTES / n_domains, world.start_s, world.span_s)
        world.lines += channel.lines
        if i % 2:
            lookup = q.Lookup(f"www.{domain}", "A", ("198.51.100.9",))
            at_s = world.start_s + rng.random() * world.span_s
            world.lines.append(q.line_of(at_s, other, lookup, rng.getrandbits(32)))
    return lambda found: client in found.clients


def domain_sum(world, name):
    """Two to six clients that share the work evenly."""
    kind = channels.KINDS[name]
    rng = world.rng(f"sum/{world.n_clients}")
    domain = world.domains.new()
    n_clients = rng.randint(2, 6)
    share = DOMAIN_BYTES * max(1, n_clients / 3) / n_clients * (REPEATS if kind.repeats else 1)
    for _ in range(n_clients):
        channel = channels.Channel(kind, world.new_client(), [domain])
        channel.send(rng, share, world.start_s, world.span_s)
        world.lines += channel.lines
    return lambda found: domain in found.domains


MAKERS = {
    "day": lambda world, name: pair(world, name, DAY_BYTES),
    "month": lambda world, name: pair(world, name, MONTH_BYTES),
    "rare": rare,
    "sum": domain_sum,
}


def applies(name, column):
    kind = channels.KINDS[name]
    if column in ("day", "month"):
        return kind.n_domains == 1
    return kind.n_domains == 1 and kind.has_parent and kind.schedule is None and (
        kind.promise == "up"
    )


def cell(program, name, column, args):
    """(channels found, channels made): in as many scans as their lines need."""
    n_found = n_made = 0
    while n_made < args.channels:
        span_s = q.MONTH_S if column == "month" else q.DAY_S
        world = channels.World(f"{args.seed}/{name}/{column}/{n_made}", span_s)
        checks = []
        while (
            n_made + len(checks) < args.channels
            and (len(checks) + 1) * INCIDENTS_EACH[column] <= INCIDENTS_MAX
            and len(world.lines) < LINES_MAX
        ):
            checks.append(MAKERS[column](world, name))
        found = q.Found(q.scan_lines(program, world.lines))
        n_found += sum(check(found) for check in checks)
        n_made += len(checks)
    return n_found, n_made


def parse(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--quick", action="store_true", help="few channels, the day column alone")
    parser.add_argument("--channels", type=int, help="channels of a kind (1,000, quick: 20)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="kinds, separated by commas")
    parser.add_argument("--columns", help="columns, separated by commas")
    args = parser.parse_args(argv)
    args.channels = args.channels or (20 if args.quick else 1000)
    args.columns = (args.columns or ("day" if args.quick else ",".join(COLUMNS))).split(",")
    promised = [name for name, kind in channels.KINDS.items() if kind.promise]
    args.kinds = args.only.split(",") if args.only else promised
    return args


def main(argv):
    args = parse(argv)
    print(f"{'KIND':18}" + "".join(f"{c:>18}" for c in args.columns) + f"   seed {args.seed}")
    below = []
    for name in args.kinds:
        print(f"{name:18}", end="", flush=True)
        for column in args.columns:
            if not applies(name, column):
                print(f"{'-':>18}", end="", flush=True)
                continue
            n_found, n_made = cell(args.program, name, column, args)
            # Of few channels, one may be missed only where the target allows one.
            if n_found < math.ceil(n_made * SHARE_MIN - 1e-9):
                below.append(f"{name}/{column}")
            print(f"{n_found:6}/{n_made:<5}{n_found / n_made:6.1%}", end="", flush=True)
        print()
    print(
        f"bound: {len(below)} cells below {SHARE_MIN:.1%}" + (": " if below else "")
        + " ".join(below)
    )
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
