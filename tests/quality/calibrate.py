#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a score is worth: the table from score to posterior, fitted to labelled replays.

    tests/quality/calibrate.py PROGRAM [--days N] [--channels N] [--generator FILE] [--pairs FILE]
                               [--add FILE]... [--write]

Benign: office days (office/), seeds from FIRST_DAY, and the benign captures of the labelled data.
Tunnels: every capture of a tunnel in examples/ and in the labelled data, and made channels of every
kind (channels.py) at VOLUMES_BYTES a day. A key without a finding counts with the score None. So
does one below SHOWN_BITS, which only has a finding because it exceeds a ceiling: ordinary keys with
such a score are not shown, and would be missing beside it.

The arithmetic. One key-day in 2^20 is taken to carry a tunnel; that is the prior of the score and
stays. So the tunnels have the weight p = 1 / (1 + 2^20) in all: half of it shared by the tools that
were recorded, each as much as the other, half by the kinds of channels; and the benign key-days
share 1 - p evenly. Pool-adjacent-violators over the score gives blocks, and a block's posterior is
its share of tunnel weight. Where few benign key-days were seen, none of them proves little: each
block is charged half a benign key-day more than were seen in it (a Jeffreys prior on its rate), and
pooled again. At most STEPS_MAX blocks are kept.

Prints the table, Brier score and expected calibration error, and the same for each recorded tool
with and without its captures in the fit. --write replaces src/analytic/calibration_table.h. --pairs
keeps the pairs in a file (JSON) and takes them from there when it exists. --add takes pairs of a
site beside them: what `earthdog triage export` printed.
"""

import argparse
import concurrent.futures
import hashlib
import json
import math
import os
import random
import re
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import benign_day  # noqa: E402
import channels  # noqa: E402
import comparators  # noqa: E402
import quality_tsv as q  # noqa: E402
import run  # noqa: E402

FIRST_DAY = 101
VOLUMES_BYTES = [4000, 1000, 250]
PRIOR = 1 / (1 + 2.0**20)
STEPS_MAX = 16
GRID_BITS = 0.5  # scores are told apart this finely
SHOWN_BITS = -3.0  # below it a key has a finding only above a ceiling: half of ED_FUSE_WATCH_BITS
BOOTSTRAP_ROUNDS = 200
INTERVAL = 0.95
CLIENTS = 500
TABLE = os.path.join(q.harness.TOP, "src", "analytic", "calibration_table.h")


# ---------------------------------------------------------------- pairs


class Pairs:
    """Scores by where they come from. benign: {source: [key-days, scores of those with a finding]};
    tools and kinds: {name: [score or None for each tunnel]}."""

    def __init__(self, benign, tools, kinds):
        self.benign, self.tools, self.kinds = benign, tools, kinds

    def without(self, tool):
        rest = {name: v for name, v in self.tools.items() if name != tool}
        return Pairs(self.benign, rest, self.kinds)

    def only(self, tool):
        return Pairs(self.benign, {tool: self.tools[tool]}, {})

    def points(self):
        """[(score, tunnel weight, benign weight)] in order of the score; None is minus infinity."""
        at = {}

        def add(score, which, weight):
            is_shown = score is not None and score >= SHOWN_BITS
            place = math.floor(score / GRID_BITS) * GRID_BITS if is_shown else -math.inf
            at.setdefault(place, [0.0, 0.0])[which] += weight

        groups = [group for group in (self.tools, self.kinds) if group]
        for group in groups:
            for scores in group.values():
                for score in scores:
                    add(score, 0, PRIOR / len(groups) / len(group) / len(scores))
        one = (1 - PRIOR) / self.key_days()
        for n, scores in self.benign.values():
            for score in scores:
                add(score, 1, one)
            add(None, 1, one * (n - len(scores)))
        return [(score, *weights) for score, weights in sorted(at.items())]

    def key_days(self):
        return sum(n for n, _ in self.benign.values())

    def drawn(self, rng):
        """Drawn again with replacement: days as wholes, tunnels within their source."""
        days = sorted(self.benign)
        benign = {i: self.benign[rng.choice(days)] for i in range(len(days))}
        again = [
            {name: rng.choices(scores, k=len(scores)) for name, scores in group.items()}
            for group in (self.tools, self.kinds)
        ]
        return Pairs(benign, *again)


def score_of(alert):
    """None for an alert by policy: what was seen is the alert, it has no score."""
    is_weighed = alert and alert["earthdog"]["verdict"] != "policy"
    return alert["earthdog"].get("score_bits") if is_weighed else None


def scores_of(alerts):
    return [score for score in map(score_of, alerts) if score is not None]


def key_days_of(lookups):
    """Distinct (client, last two labels): a little fewer than there are keys."""
    return len({(client, ".".join(name.rsplit(".", 2)[-2:])) for client, name in lookups})


def lookups_of(log):
    """(client, name) of the lines of a log by the office."""
    with open(log, encoding="utf-8", errors="replace") as f:
        for line in f:
            if line.startswith("#fields"):
                fields = line.rstrip("\n").split("\t")[1:]
                client, name = fields.index("id.orig_h"), fields.index("query")
            elif line[0] != "#":
                cells = line.split("\t", max(client, name) + 1)
                yield cells[client], cells[name]


def office_day(program, generator, seed):
    """[key-days, scores] of one day."""
    with tempfile.TemporaryDirectory() as folder:
        log, _, _ = benign_day.make_day(generator, seed, CLIENTS, folder)
        result = q.harness.scan(program, [log])
        return [key_days_of(lookups_of(log)), scores_of(result.alerts)]


def captures(program):
    """(benign of the labelled captures, {tool: scores})."""
    tools, data = {}, q.harness.data_path()
    for tool, path, domain in comparators.tunnels():
        result = q.harness.scan(program, [path])
        hits = [a for a in result.alerts if run.is_hit(a, domain)]
        tools.setdefault(tool, []).append(max(scores_of(hits), default=None))
    n, scores = 0, []
    labels = os.path.join(data, "labels.tsv")
    for row in q.harness.read_tsv(labels) if os.path.exists(labels) else []:
        if run.verdict_class(row) == "benign":
            result = q.harness.scan(program, [os.path.join(data, row["path"])])
            n += result.stats["tables"]["keys"]["entries"]
            scores += scores_of(result.alerts)
    return [n, scores], tools


def kind_scores(program, name, n_channels, seed):
    """Best score of each of @n_channels channels at each of the volumes."""
    world = channels.World(f"calibrate/{seed}/{name}")
    made = [world.add(name, n) for n in VOLUMES_BYTES for _ in range(n_channels)]
    found = q.Found(q.scan_lines(program, world.lines), "informational")
    return [score_of(channel.alert(found)) for channel in made]


def made_channels(program, n_channels, seed):
    return {name: kind_scores(program, name, n_channels, seed) for name in channels.KINDS}


def collect(program, generator, n_days, n_channels):
    seeds = range(FIRST_DAY, FIRST_DAY + n_days)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        made = pool.submit(made_channels, program, n_channels, FIRST_DAY)
        days = pool.map(lambda seed: office_day(program, generator, seed), seeds)
        captured, tools = captures(program)
        benign = {f"day {seed}": day for seed, day in zip(seeds, days)}
        if captured[0]:
            benign["captures"] = captured
        return Pairs(benign, tools, made.result())


# ---------------------------------------------------------------- the fit


def pooled(blocks):
    """Pool-adjacent-violators: [score, tunnel weight, benign weight] with rising shares."""
    out = []
    for score, tunnel, benign in blocks:
        out.append([score, tunnel, benign])
        while len(out) > 1 and out[-2][1] * out[-1][2] >= out[-1][1] * out[-2][2]:
            _, tunnel, benign = out.pop()
            out[-1][1] += tunnel
            out[-1][2] += benign
    return out


def log_odds(block):
    return math.log2(block[1] + 1e-300) - math.log2(block[2] + 1e-300)


def fit(pairs):
    """[(least score, posterior)], rising in both; the first score is minus infinity."""
    half = 0.5 * (1 - PRIOR) / pairs.key_days()
    blocks = [[score, t, b + half] for score, t, b in pooled(pairs.points())]
    blocks = pooled(blocks)
    while len(blocks) > STEPS_MAX:
        gaps = [log_odds(b) - log_odds(a) for a, b in zip(blocks, blocks[1:])]
        i = gaps.index(min(gaps))
        blocks[i][1] += blocks[i + 1][1]
        blocks[i][2] += blocks[i + 1][2]
        del blocks[i + 1]
    blocks[0][0] = -math.inf
    return [(score, t / (t + b)) for score, t, b in blocks]


def posterior(table, score):
    return next(p for least, p in reversed(table) if score >= least)


def uncalibrated(score):
    return 1 / (1 + 2.0 ** min(-score, 1000.0)) if score > -math.inf else 0.0


# ---------------------------------------------------------------- how good it is


def quality(pairs, told):
    """(Brier score, expected calibration error) of @told(score), both as shares of what always
    telling the prior has: 0 is perfect, 1 worth nothing."""
    brier, cells = 0.0, {}
    for score, tunnel, benign in pairs.points():
        p = told(score)
        brier += tunnel * (1 - p) ** 2 + benign * p**2
        cell = cells.setdefault(p, [0.0, 0.0])
        cell[0] += tunnel
        cell[1] += benign
    ece = sum(abs(t - p * (t + b)) for p, (t, b) in cells.items())
    return brier / (PRIOR * (1 - PRIOR)), ece / PRIOR


def interval(values):
    ordered = sorted(values)
    edge = (1 - INTERVAL) / 2
    return q.quantile(ordered, edge), q.quantile(ordered, 1 - edge)


def bootstrapped(pairs, measure, seed=1):
    """[(value, low, high)] for each number that @measure(pairs) gives."""
    rng = random.Random(seed)
    rounds = [measure(pairs.drawn(rng)) for _ in range(BOOTSTRAP_ROUNDS)]
    return [(v, *interval(column)) for v, column in zip(measure(pairs), zip(*rounds))]


def reliability(pairs, table):
    """[(posterior told, share of tunnel weight seen, low, high)] for each step."""

    def seen(drawn):
        sums = [[0.0, 0.0] for _ in table]
        for score, tunnel, benign in drawn.points():
            step = max(i for i, (least, _) in enumerate(table) if score >= least)
            sums[step][0] += tunnel
            sums[step][1] += benign
        half = 0.5 * (1 - PRIOR) / drawn.key_days()
        return [t / (t + b + half) for t, b in sums]

    return [(p, *row) for (_, p), row in zip(table, bootstrapped(pairs, seen))]


def leave_one_out(pairs):
    """{tool: (captures, Brier on them with them in the fit, without)}."""
    table, rows = fit(pairs), {}
    for tool in sorted(pairs.tools):
        other = fit(pairs.without(tool))
        own = pairs.only(tool)
        rows[tool] = (
            len(pairs.tools[tool]),
            quality(own, lambda s: posterior(table, s))[0],
            quality(own, lambda s, t=other: posterior(t, s))[0],
        )
    return rows


# ---------------------------------------------------------------- the table


def version_of(pairs, n_days, n_channels):
    """Of the inputs alone: seeds and sizes, and which tunnels there were."""
    text = json.dumps([
        FIRST_DAY, n_days, CLIENTS, n_channels, VOLUMES_BYTES, PRIOR, STEPS_MAX, GRID_BITS,
        SHOWN_BITS, sorted((tool, len(v)) for tool, v in pairs.tools.items()), sorted(pairs.kinds),
    ])  # fmt: skip
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def header(table, pairs, version, n_days):
    n_tunnels = sum(map(len, pairs.tools.values()))
    n_made = sum(map(len, pairs.kinds.values()))
    rows = "".join(
        f"\t{{ {'-INFINITY' if score == -math.inf else f'{score:.1f}f'}, {p:.6g} }},\n"
        for score, p in table
    )
    return (
        "/* SPDX-License-Identifier: Apache-2.0 */\n"
        "/* Generated by tests/quality/calibrate.py --write. */\n"
        f"/* {n_days} office days from seed {FIRST_DAY}, {pairs.key_days()} benign key-days;\n"
        f" * {n_tunnels} captures of {len(pairs.tools)} tools, {n_made} channels of"
        f" {len(pairs.kinds)} kinds. */\n"
        f'#define ED_CALIBRATION_VERSION "{version}"\n\n'
        "/* clang-format off */\n"
        "static const struct ed_calibration_step steps[] = {\n"
        f"{rows}}};\n"
    )


def read_table():
    """The table that the program is built with: [(least score, posterior)] and its version."""
    with open(TABLE, encoding="utf-8") as f:
        text = f.read()
    rows = re.findall(r"\{ (-INFINITY|-?[\d.]+)f?, ([\d.e+-]+) \}", text)
    table = [(-math.inf if s == "-INFINITY" else float(s), float(p)) for s, p in rows]
    return table, re.search(r'VERSION "(\w+)"', text)[1]


def with_sites(pairs, paths):
    """@pairs and those of @paths, each under a name of its own."""
    for path in paths:
        with open(path, encoding="utf-8") as f:
            benign, tools, kinds = json.load(f)
        for group, more in ((pairs.benign, benign), (pairs.tools, tools), (pairs.kinds, kinds)):
            where = os.path.basename(path)
            group.update((f"{name} {where}", rows) for name, rows in more.items() if rows)
    return pairs


def load_or_collect(args):
    if args.pairs and os.path.exists(args.pairs):
        with open(args.pairs, encoding="utf-8") as f:
            return Pairs(*json.load(f))
    with tempfile.TemporaryDirectory() as folder:
        generator = args.generator or benign_day.build_generator(folder)
        pairs = collect(args.program, generator, args.days, args.channels)
    if args.pairs:
        with open(args.pairs, "w", encoding="utf-8") as f:
            json.dump([pairs.benign, pairs.tools, pairs.kinds], f)
    return pairs


def main(argv):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("program")
    parser.add_argument("--days", type=int, default=27)
    parser.add_argument("--channels", type=int, default=10, help="of a kind and volume")
    parser.add_argument("--generator")
    parser.add_argument("--pairs")
    parser.add_argument("--add", action="append", default=[])
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    pairs = with_sites(load_or_collect(args), args.add)
    table = fit(pairs)
    version = version_of(pairs, args.days, args.channels)
    text = header(table, pairs, version, args.days)
    print(text)
    told = {"table": lambda s: posterior(table, s), "1 / (1 + 2^-S)": uncalibrated}
    for name, f in told.items():
        brier, ece = bootstrapped(pairs, lambda drawn, f=f: quality(drawn, f))
        print(f"{name:16} Brier {brier[0]:.3f} ({brier[1]:.3f}..{brier[2]:.3f}),"
              f" ECE {ece[0]:.3f} ({ece[1]:.3f}..{ece[2]:.3f}); the prior alone has 1")
    for tool, (n, inside, outside) in leave_one_out(pairs).items():
        print(f"{tool:16} {n:3} captures: Brier {inside:.3f} in the fit, {outside:.3f} left out")
    if args.write:
        with open(TABLE, "w", encoding="utf-8") as f:
            f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
