# SPDX-License-Identifier: Apache-2.0
"""The words, tables and plots of docs/quality.md, made of what measure.py gives. A section is a
function from the numbers of report.py to a list of paragraphs."""

import math
import os
import textwrap

import adversarial
import bound
import calibrate
import channels
import comparators
import dilution
import svg
import tools_pages

KB = 1000
COLUMNS = 120  # of the page
RATE_TEXT = {1: "1", 10: "1/10", 100: "1/100", 1000: "1/1000"}
LINES_OF_LOOKS = [
    "base32", "hex", "words-4096", "syllables", "short-chunks", "cdn-shaped", "three-domains",
    "no-common-parent",
]  # fmt: skip
OTHER_LOOKS = [
    "counter-polls", "codebook-16", "record-types", "six-minutes", "human-hours", "jitter-0-99",
]  # fmt: skip


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def percent(n, of):
    return f"{100 * n / of:.1f} %" if of else "-"


def picture(folder, name, plot, said):
    plot.write(os.path.join(folder, "quality", name + ".svg"))
    return f"![{said}](quality/{name}.svg)"


def number(value):
    return "-" if value is None else f"{value:,.0f}"


def quantiles(values):
    return [number(calibrate.q.quantile(values, share)) for share in (0.5, 0.95)]


# ---------------------------------------------------------------- recorded tunnels


def labelled(folder, n, sizes):
    rows = [(tool, f"{found}/{made}") for tool, (found, made) in sorted(n["tools"].items())]
    found, made = (sum(v[i] for v in n["tools"].values()) for i in (0, 1))
    rows.append(("all", f"{found}/{made}"))
    text = [
        "## Recorded tunnels and ordinary captures",
        "Every capture of a tunnel in `examples/`, and every capture or Zeek log of the"
        " labelled data with 20 or more questions of a tunnel visible as DNS. Found: an alert"
        " of `high` or above that names the domain, or the client where the tool uses no common"
        " domain. Nothing here is drawn at random.",
        table(["tool", "found"], rows),
        f"Missed: {', '.join(n['missed'])}." if n["missed"] else "None is missed.",
        f"{n['benign']} files are labelled benign. Alerts of medium or above in them:"
        f" {len(n['false'])}.",
    ]
    return text + ["\n".join("- " + said for said in n["false"])] * bool(n["false"])


def first(folder, n, sizes):
    rows, all_rows = [], []
    for tool, pairs in sorted(n["tools"].items()) + [("all", None)]:
        pairs = all_rows if pairs is None else pairs
        all_rows += pairs if pairs is not all_rows else []
        names, n_bytes = [p[0] for p in pairs], [p[1] for p in pairs]
        rows.append((tool, len(pairs), *quantiles(names), number(max(names)), *quantiles(n_bytes),
                     number(max(n_bytes))))  # fmt: skip
    text = [
        "## Before the first alert",
        "Distinct names and bytes of information that a recorded tunnel with at least 60"
        " questions had sent when its first alert of medium or above came (`first_alert` of the"
        " alert). As recorded, undiluted. Wanted: 60 names and 4,096 bytes at most, 20 names in"
        " the median.",
        table(["tool", "tunnels", "names, median", "p95", "most", "bytes, median", "p95", "most"],
              rows),
    ]  # fmt: skip
    if n["missed"]:
        text.append("Not dated: " + ", ".join(n["missed"]) + ". An undated one raises its alert,"
                    " but its packets have no usable time.")  # fmt: skip
    return text


# ---------------------------------------------------------------- dilution


def dilution_rows(rows, clients):
    for rate, n_domains, n_clients, found, counted, *cells, false in rows:
        per = f"{1000 * false / clients:.1f}"
        yield (RATE_TEXT[rate], n_domains, n_clients, f"{found}/{counted}", percent(found, counted),
               *map(number, cells), per)  # fmt: skip


DILUTION_HEAD = ["rate", "domains", "clients", "found", "recall", "names p50", "p95",
                 "characters p50", "p95", "false alerts/day/1,000 clients"]  # fmt: skip


def diluted(folder, n, sizes):
    x = svg.Axis("rate of the tunnel", 1, 1000, [(k, RATE_TEXT[k]) for k in dilution.RATES], True)
    plot = svg.Plot("Recall by rate; domains x clients", x, svg.percent_axis("tunnels found"))
    spreads = {}
    for rate, n_domains, n_clients, found, counted, *_ in n["rows"]:
        if counted:
            share = (rate, found / counted)
            spreads.setdefault((n_domains, n_clients), []).append(share)
    for i, ((n_domains, n_clients), points) in enumerate(sorted(spreads.items())):
        plot.line(f"{n_domains} x {n_clients}", points, i)
    clients = dilution.ORDINARY_CLIENTS
    return [
        "## Tunnels made slow and spread out",
        f"{n['tunnels']} recorded tunnels, each with 20 names or more, played into one day:"
        " stretched in time (1/10: ten times as slow), over several domains and clients in"
        " turn. What does not fit into the day is left out, and a tunnel of which fewer than 20"
        " names are left is not counted. Found: an alert of medium or above names one of its"
        " clients or domains. Names and characters are those sent until the first alert, by all"
        f" clients and to all domains together. Seed 1, a light day of {clients} clients with"
        f" {dilution.ORDINARY_LOOKUPS} lookups each.",
        picture(folder, "dilution", plot, "Recall by rate, for several spreads"),
        table(DILUTION_HEAD, dilution_rows(n["rows"], clients)),
        "The weak corner is many clients of one new domain. Each says little, and a domain that"
        " several clients ask is less suspicious to the score; the ceiling on the domain's sum"
        " takes ten kilobytes and grows with the clients.",
    ]  # fmt: skip


def diluted_office(folder, n, sizes):
    return [
        "### The same in an office day",
        f"The office of \"Ordinary days\" below (seed 2, {n['clients']} clients,"
        f" {n['lookups']:,} lookups) instead of the light day.",
        table(DILUTION_HEAD, dilution_rows(n["rows"], n["clients"])),
    ]


# ---------------------------------------------------------------- made channels


def looks_plot(folder, n, names, file):
    volumes = adversarial.VOLUMES_BYTES
    ticks = [(v, f"{v / KB:g} kB") for v in sorted(volumes)]
    x = svg.Axis("moved in 24 hours", min(volumes), max(volumes), ticks, True)
    plot = svg.Plot("Recall by volume", x, svg.percent_axis("channels found"))
    for i, name in enumerate(names):
        plot.line(name, sorted(zip(volumes, n[name])), i)
    return picture(folder, file, plot, "Recall by bytes a day: " + ", ".join(names))


def looks(folder, n, sizes):
    volumes = adversarial.VOLUMES_BYTES
    rows = [
        (name, *(f"{100 * share:.0f} %" for share in shares),
         "" if channels.KINDS[name].promise else "no promise")
        for name, shares in n.items()
    ]  # fmt: skip
    below = [name for name, shares in n.items()
             if channels.KINDS[name].promise and shares[0] < adversarial.RECALL_MIN]  # fmt: skip
    return [
        "## Channels made to look ordinary",
        f"{sizes['channels']} channels a cell (seed {pages_seed()}), each one client that moves"
        " so many random bytes in 24 hours beside a dozen ordinary lookups. Counted is what was"
        " moved in truth. A channel is found when an alert of medium or above names its client"
        " and domain (the client alone where there is no common parent). At 4 kB a day at least"
        " 95 % of each kind are wanted; smaller volumes have no target.",
        table(["kind", *(f"{v / KB:g} kB" for v in volumes), ""], rows),
        looks_plot(folder, n, LINES_OF_LOOKS, "looks"),
        looks_plot(folder, n, OTHER_LOOKS, "looks-other"),
        "Below the target: " + ", ".join(below) + "." if below else "None is below the target.",
        "Words, syllables, codebooks and counters fall steeply below the ceiling: the score has"
        " little against them, and nothing else speaks. The case of letters in one repeated"
        " name is not promised.",
    ]


def pages_seed():
    import measure  # only for the number: measure imports much

    return measure.CHANNEL_SEED


def bounds(folder, n, sizes):
    def cell(pair):
        return "-" if pair is None else f"{pair[0]}/{pair[1]}"

    below = [f"{name} ({column})" for name, cells in n.items()
             for column, pair in zip(bound.COLUMNS, cells)
             if pair and pair[0] < pair[1] * bound.SHARE_MIN]  # fmt: skip
    return [
        "## The ceilings",
        f"`tests/quality/bound.py` with {sizes['channels']} channels a cell, seed"
        f" {pages_seed()}. day: {bound.DAY_BYTES:,} bytes from one client to one domain in 24 h."
        f" month: {bound.MONTH_BYTES:,} bytes in 30 days. rare: {bound.RARE_BYTES:,.0f} bytes"
        " from one client to 3 to 12 domains that at most two clients ask, less than 4,000 to"
        f" each. sum: 2 to 6 clients of one domain, {bound.DOMAIN_BYTES:,.0f} bytes x max(1,"
        f" clients / 3) in all, {bound.REPEATS} times that in repeats and types."
        " Wanted: 99.8 %, which takes 1,000 channels a cell to tell; here"
        " a miss shows, a pass proves less.",
        table(["kind", *bound.COLUMNS], [(name, *map(cell, cells)) for name, cells in n.items()]),
        "Below: " + ", ".join(below) + "." if below else "No cell is below.",
        "What is said by which known name is asked, or by the record type, counts half in the"
        " sum over a domain's clients: two build servers without a cache that ask one mirror"
        " come to thirteen kilobytes a day of it.",
    ]


# ---------------------------------------------------------------- benign


def benign(folder, n, sizes):
    clients = sum(day[1] for day in n["days"])
    lookups = sum(day[2] for day in n["days"])
    alerts = n["alerts"]
    rate = 10000 * len(alerts) / clients
    numbers = sorted(day[0] for day in n["days"])
    seeds = ", ".join(map(str, numbers))
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        seeds = f"{numbers[0]} to {numbers[-1]}"
    text = [
        "## Ordinary days",
        f"{len(n['days'])} days of a made-up office (seeds {seeds}; {sizes['clients']} clients"
        f" each; {lookups:,} lookups). In every other one the services have made-up domains, so"
        " that no list of known ones helps.",
        f"**{len(alerts)} alerts of medium or above in {clients:,} client-days: {rate:.2f} per"
        f" 10,000** ({rate / 10:.2f} a day in 1,000 clients). Wanted is at most 1 per 10,000"
        " over 20 days or more; fewer days can show a fault and not that there is none.",
    ]
    if alerts:
        text.append(table(["seed", "class", "role", "level", "verdict"], [a[:5] for a in alerts]))
        text.append("\n".join(f"- seed {a[0]}, {a[1]}, {a[2]}: {a[5]}." for a in alerts))
    low = [(*key.split("\t"), count) for key, count in sorted(n["low"].items())]
    text += [
        "Kept under watch (`low`, not an alert):",
        table(["class", "role", "keys"], low) if low else "none.",
        "Seeds 1 to 20 were looked at while the detector was built, so it is at its best there."
        " The days that the posterior is fitted to were not, and are not counted here; they"
        " were worse (3.0 per 10,000 client-days), see the end of this page.",
        "The office has ten classes of look-alikes: reputation lookups, block lists and mail,"
        " content networks, telemetry, parents with many tenants, infrastructure, what"
        " resolvers ask themselves, duplicated capture, bulk tooling, long human names. Its"
        " generator is `tests/quality/office/`. It is made up, by the same hands as the"
        " detector: it can show alerts on what was thought of, and nothing about what was not.",
    ]
    return text


def compared(folder, n, sizes):
    tools = sorted(n["files"])
    total = sum(n["files"].values())
    rows = []
    for name in [comparators.OURS, *comparators.COMPARATORS]:
        hits = {tool: n["hits"][tool].get(name, 0) for tool in tools}
        rows.append((name, f"{n['rates'][name]:,.1f}", f"{sum(hits.values())}/{total}",
                     *(f"{hits[t]}/{n['files'][t]}" for t in tools)))  # fmt: skip
    faults = list(comparators.judge(
        {k: v for k, v in n["rates"].items()},
        {t: {d: n["hits"][t].get(d, 0) for d in [comparators.OURS, *comparators.COMPARATORS]}
         for t in tools}, n["files"]))  # fmt: skip
    return [
        "## Beside other detectors",
        "Published rules and thresholds of other detectors, written anew for this comparison"
        " (`tests/quality/comparators.py` says which, and where a rule gets the benefit because"
        f" a log lacks what it wants), on one office day (seed 2, {sizes['comparator_clients']}"
        " clients) and on every recorded tunnel with 20 questions or more, each read alone. A"
        " case is a client and domain, a domain, or a client, counted once a day; earthdog's"
        " are its alerts of medium or above. ibHH has learned its threshold and its allow-list"
        " from two more days of the same office.",
        table(["detector", "cases/1,000 client-days", "all tunnels", *tools], rows),
        "Wanted: nowhere fewer tunnels, and at most a tenth of each one's cases. Not met: "
        + "; ".join(faults) + "." if faults else "Wanted: nowhere fewer tunnels, and at most a"
        " tenth of each one's cases. Met on this day.",
        "Two of the rules are silent on ordinary days and miss a large part of the tunnels; a"
        " tenth of their silence is no alert at all, which other days do not always grant.",
    ]  # fmt: skip


# ---------------------------------------------------------------- timing, ablation


def beacons(folder, n, sizes):
    if not n["found"]:
        return ["## Beacons", "Not measured: `beacon_bench` was not built."]
    trials = f"{sizes['beacon_trials']:,}"
    found = [(what, gaps, f"{100 * float(share):.1f} %", wanted)
             for what, gaps, share, wanted in n["found"]]  # fmt: skip
    false = [(gaps, *(f"{100 * float(v):.3f} %" for v in rest)) for gaps, *rest in n["false"]]
    return [
        "## Beacons",
        f"`tests/quality/beacon_bench.c`, {trials} trials a line, fixed seeds. Found: the beat"
        " statistic at p of 0.1 % or less; 5 % of the beats are missed and 5 % retried.",
        table(["beacon", "gaps", "found", "wanted"], found),
        "Ordinary gaps that pass for a beat (wanted: 0.1 % of the mix):",
        table(["gaps", "Poisson", "log-normal", "sessions", "mix"], false),
    ]


def ablated(folder, n, sizes):
    x = svg.Axis("family left out", 0, 7, [(i + 0.5, f) for i, f in
                 enumerate(["none", *n["families"]])])  # fmt: skip
    plot = svg.Plot("Found by the score alone, without one family", x, svg.percent_axis("found"))
    rows = []
    for colour, (what, (made, raised, *counts)) in enumerate(n["rows"].items()):
        shares = (percent(count, made) for count in (raised, *counts))
        rows.append((f"{what} ({made})", *shares))
        for i, count in enumerate(counts):
            plot.bar(i + 0.25 + 0.25 * colour, 0.03, count / made, colour)
        plot.labels.append((80.0, what, colour))
    return [
        "## What each family carries",
        "Not by other runs of the program, but from its alerts: the score of each less the bits"
        " of one family, and the rule applied again that a score of 0 or more needs three"
        " families of at least 2 bits. Prior and threshold stay, so a family that is taken away"
        " can only lose alerts, never raise one. \"Raised\" is with the ceilings, which need no"
        " family.",
        table(["tunnels", "raised", "by score", *("without " + f for f in n["families"])], rows),
        picture(folder, "ablation", plot, "Share found by the score alone without each family"),
        f"Captures as above; channels: {sizes['channels']} of each promised kind, seed"
        f" {pages_seed()}.",
    ]  # fmt: skip


# ---------------------------------------------------------------- calibration


def odds_axis(label):
    ticks = [(10.0**i, f"1e{i}") for i in range(-8, 0, 2)] + [(1.0, "1")]
    return svg.Axis(label, 1e-8, 1, ticks, True)


def calibrated(folder, n, days):
    table_in_force, version = calibrate.read_table()
    seen = dict(days["pairs"])
    if n["captured"][0]:
        seen["captures"] = n["captured"]
    pairs = calibrate.Pairs(seen, n["tools"], n["kinds"])
    curve = calibrate.reliability(pairs, table_in_force)
    plot = svg.Plot("Posterior told and share of tunnels seen", odds_axis("posterior told"),
                    odds_axis("share seen"))  # fmt: skip
    plot.guide([(1e-8, 1e-8), (1, 1)])
    plot.line("steps of the table", curve, 0)
    rows = []
    told = {"the table": lambda s: calibrate.posterior(table_in_force, s),
            "1 / (1 + 2^-S)": calibrate.uncalibrated}  # fmt: skip
    for name, f in told.items():
        values = calibrate.bootstrapped(pairs, lambda drawn, f=f: calibrate.quality(drawn, f))
        rows.append((name, *(f"{v:.3f} ({low:.3f} to {high:.3f})" for v, low, high in values)))
    held_out = calibrate.leave_one_out(pairs)
    left_out = [(tool, k, f"{inside:.3f}", f"{outside:.3f}")
                for tool, (k, inside, outside) in held_out.items()]  # fmt: skip
    steps = [("below all" if s == -math.inf else f"{s:.1f}", f"{p:.2g}") for s, p in table_in_force]
    return [
        "## What a score is worth",
        f"`src/analytic/calibration_table.h`, version `{version}`, maps a score to a posterior."
        " It is isotonic regression on office days from seed 101, labelled captures and made"
        " channels (`tests/quality/calibrate.py`). The prior stays that of the score, one"
        " key-day in 2^20: all tunnels together have the weight 1 / (1 + 2^20), half of it"
        " shared evenly by the recorded tools and half by the kinds of channels (4, 1 and 0.25"
        " kB a day), and every benign key-day an even share of the rest. Each step is charged"
        " half a benign key-day more than were seen.",
        table(["score from", "posterior"], steps),
        "Judged here on other office days and other channels than it was fitted to (the"
        " ordinary days above, channels of another seed; the captures are the same ones). Both"
        " measures are shares of what somebody has who always tells the prior: 0 is perfect, 1"
        f" worth nothing. Intervals: 95 % of {calibrate.BOOTSTRAP_ROUNDS} bootstrap rounds, days"
        f" drawn as wholes, tunnels within their source. {pairs.key_days():,} benign key-days"
        " (distinct client and last two labels).",
        table(["posterior", "Brier score", "expected calibration error"], rows),
        picture(folder, "reliability", plot, "Reliability, with bootstrap intervals"),
        "Leave one tool out: Brier score on one tool's captures when they are in the fit and"
        " when they are not (fitted to the days of this page).",
        table(["tool", "captures", "in the fit", "left out"], left_out),
        "Where the two are equal, the other tools place the step in which this tool's scores lie.",
        "Resampling makes an error of calibration larger, so its interval can lie above the"
        " value. The posterior of the highest step is held down by the half key-day, and so by"
        " the number of days in the fit.",
        "At a prior of one in a million, a few thousand client-days can bound the posterior of"
        " a high score from one side only: with no false alert seen it says how many days were"
        " looked at, not how rare false alerts are. The score is shown beside it for that"
        " reason.",
    ]


# ---------------------------------------------------------------- cost


def drowned(folder, n, sizes):
    rows = [(seed, "yes" if found else "no", f"{100 * share:.0f} %")
            for seed, found, share in n["rows"]]  # fmt: skip
    return [
        "## Under a flood",
        f"{n['names']:,} distinct names from 1,000 spoofed clients under 100,000 parents within"
        f" an hour, `--memory {n['mib']}MiB`, and a tunnel of one question in 30 s"
        " (`tests/quality/flood.py --quick`; a tenth of the full size in everything).",
        table(["seed", "tunnel found", "peak memory, of the budget"], rows),
    ]


def cost(folder, n, sizes, days):
    peaks = [day[3] / 2**20 for day in days["days"]]
    counted = number(n["instructions"])
    return [
        "## Memory and time",
        f"Peak memory of an ordinary day of {sizes['clients']} clients, default budget:"
        f" {min(peaks):.0f} to {max(peaks):.0f} MiB.",
        f"{n['user_ns']:,.0f} ns of user time a lookup, from a Zeek log to alerts with"
        f" everything on, one reader and one shard ({n['lookups']:,} lookups, median of three"
        f" runs; the machine had other work). {counted} instructions a lookup, from callgrind,"
        f" over {n['of']:,} lookups of an office day of 30 clients with the start taken off;"
        " that number hardly varies.",
    ]


def head(numbers):
    return [
        "# Quality, as measured",
        "What the detector finds, what it misses and how often it is wrong. `make quality` runs"
        " the benches of `tests/quality/` again and rewrites this page and its plots; every"
        " section says its seeds and sizes. Larger sizes: `tests/quality/report.py --help`."
        " What is guaranteed and why is in [guarantees](guide/guarantees.md).",
    ]


LIMITS = [
    "## What falls short",
    """\
- Spread over several clients, a codebook of known names or of record types is bounded by twenty
  kilobytes a day, twice what names are, and only where the log tells how long answers live.
- Many clients of one new domain, each saying little, are found late or not at all: ten clients and
  ten domains hide most recorded tunnels.
- A single build host without a cache that asks many names of its own mirror in random order, each a
  digest, looks like a tunnel in names, volume and novelty. On the 27 office days that the posterior
  is fitted to (seeds 101 to 127, 500 clients) four alerts of the score came up, at 0.3 to 2.1 bits:
  3.0 per 10,000 client-days, three times what is wanted. Three are build hosts with names by digest
  (a mirror, a storage bucket), one is a reputation product that a single client runs.
- A build host that asks the same names again in random order exceeds the ceiling on repeats: what
  it asks next could carry data. An office of 500 clients has two that ask the same; in offices of
  60 to 300 (seeds 2 and 4 to 6) there is one, and an alert each day (91 names, 9.6 kB).
- In a small office a reputation product that no list knows is asked by a handful of clients and
  told: 4 and 6 alerts on two of six days of 60 and 120 clients, none with 300.
- Ordinary-looking words and syllables at 1 kB a day are mostly not found.
- Benign days are made up, and every recorded tunnel is of a public tool. Nothing here was measured
  on a real network with labels.""",
]


def wrapped(paragraph):
    """Prose in lines; tables, titles, pictures and lists as they are."""
    if paragraph.startswith(("|", "#", "!", "-")):
        return paragraph
    return textwrap.fill(paragraph, COLUMNS, break_long_words=False, break_on_hyphens=False)


def write(folder, numbers):
    """Writes the page and its plots below @folder; returns the page's path."""
    os.makedirs(os.path.join(folder, "quality"), exist_ok=True)
    parts = head(numbers)
    days = numbers["benign"]["numbers"]
    for section in (labelled, first, diluted, diluted_office, looks, tools_pages.other_tools,
                    tools_pages.look_alikes, bounds, benign, compared, beacons, ablated,
                    drowned):  # fmt: skip
        kept = numbers[section.__name__]
        parts += section(folder, kept["numbers"], kept["sizes"])
    parts += calibrated(folder, numbers["calibration"]["numbers"], days)
    parts += cost(folder, numbers["cost"]["numbers"], numbers["cost"]["sizes"], days)
    parts += LIMITS
    path = os.path.join(folder, "quality.md")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n\n".join(map(wrapped, parts)) + "\n")
    return path
