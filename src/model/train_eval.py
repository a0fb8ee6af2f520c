# SPDX-License-Identifier: Apache-2.0
"""Held-out measurements of the name model, as Markdown; run by train.py --evaluate.

Random strings and draws come from a fixed seed, so the tables are reproducible too.
"""

import bisect
import math
import os
import random
import re

import train
import train_read as read

SEED = 20405
STRINGS = 4000
DRAWS_BENIGN, DRAWS_TUNNEL = 50000, 1000
SIZES = (3, 5, 10, 20)
LOWER, UPPER, DIGITS = train.LOWER, train.UPPER, train.DIGITS
# name, characters, True when the string is folded by a resolver or a log on the way
ENCODINGS = (
    ("hex", DIGITS + b"abcdef", False),
    ("base32", LOWER + b"234567", False),
    ("base36", DIGITS + LOWER, False),
    ("base64url", DIGITS + UPPER + LOWER + b"-_", False),
    ("base64url, folded", DIGITS + UPPER + LOWER + b"-_", True),
)
LENGTHS = (8, 10, 12, 16)
CLIP_LOW, CLIP_HIGH = -6, 12


def auc_and_tpr(negatives, positives, rate=0.01):
    """(area under the curve, share of positives above the benign quantile 1 - rate)."""
    ranked = sorted(negatives)
    area = sum(bisect.bisect_left(ranked, p) + bisect.bisect_right(ranked, p) for p in positives)
    bar = threshold(ranked, rate)
    return (area / 2 / len(ranked) / len(positives),
            sum(1 for p in positives if p > bar) / len(positives))


def threshold(ranked, rate):
    return ranked[min(len(ranked) - 1, math.ceil(len(ranked) * (1 - rate)) - 1)]


def shannon(label):
    n = len(label)
    return -sum(k / n * math.log2(k / n) for k in (label.count(c) for c in set(label)))


def flip_case(rng, label):
    return bytes(c ^ 0x20 if c in LOWER and rng.random() < 0.5 else c for c in label)


def same_length(held, scorer):
    """AUC and TPR at 1 % FPR, for each encoding and length, against two benign pools."""
    rng = random.Random(SEED)
    pool = sorted(set(held["registered"]) | set(held["listed"]))
    lines = ["| encoding | length | benign labels | LLR | Shannon | LLR against benign labels with "
             "random case |", "|---|---|---|---|---|---|"]
    benign = {}
    for n in LENGTHS:
        labels = [label for label in pool if len(label) == n]
        flipped = [flip_case(rng, label) for label in labels]
        benign[n] = ([scorer.llr(x) for x in labels], [shannon(x) for x in labels],
                     [scorer.llr(x) for x in flipped])
    for name, chars, folded in ENCODINGS:
        for n in LENGTHS:
            strings = [bytes(rng.choice(chars) for _ in range(n)) for _ in range(STRINGS)]
            strings = [s.lower() for s in strings] if folded else strings
            llr = [scorer.llr(s) for s in strings]
            cells = [auc_and_tpr(benign[n][0], llr),
                     auc_and_tpr(benign[n][1], [shannon(s) for s in strings]),
                     auc_and_tpr(benign[n][2], llr)]
            lines.append("| %s | %d | %d | %s |" % (
                name, n, len(benign[n][0]), " | ".join("%.3f / %.2f" % cell for cell in cells)))
    return lines


def choices(training, held, scorer):
    """Held-out bits a character and hex-8, base32-8 results of the tables that could be used."""
    def table(labels):
        return train.Scorer(train.costs_of(train.train(sorted(labels))))

    hosts = set(training["listed"]) | set(training["captured"])
    one = {"registered labels only": [table(training["registered"])],
           "host labels only": [table(hosts)],
           "one table, all labels (used)": [scorer]}
    one["two tables, half each"] = [one["registered labels only"][0], one["host labels only"][0]]
    rng = random.Random(SEED)
    strings = [[bytes(rng.choice(chars) for _ in range(8)) for _ in range(STRINGS)]
               for _, chars, _ in ENCODINGS[:2]]
    pool = sorted(set(held["registered"]) | set(held["listed"]))
    eights = [label for label in pool if len(label) == 8]
    lines = ["| table | registered | host, lists | host, captures | hex-8 | base32-8 |",
             "|---|---|---|---|---|---|"]
    for name, scorers in one.items():
        cells = ["%.3f" % bits_per_character(scorers, held[kind])
                 for kind in ("registered", "listed", "captured")]
        negatives = [mixed_llr(scorers, label) for label in eights]
        for group in strings:
            cells.append("%.3f / %.2f" % auc_and_tpr(
                negatives, [mixed_llr(scorers, s) for s in group]))
        lines.append("| %s | %s |" % (name, " | ".join(cells)))
    return lines


def shares(held, scorer):
    """How many benign labels look encoded at all."""
    lines = ["| held-out labels | number | above 0 | above 6 | above 12 bits |",
             "|---|---|---|---|---|"]
    for kind, labels in held.items():
        bits = [scorer.llr(label) / train.UNIT for label in labels]
        cells = ["%.2f %%" % (100 * sum(1 for b in bits if b > bar) / len(bits))
                 for bar in (0, 6, 12)]
        lines.append("| %s | %d | %s |" % (kind, len(bits), " | ".join(cells)))
    return lines


def mixture(bits):
    """-log2 of the mean probability."""
    low = min(bits)
    return low - math.log2(sum(2.0 ** (low - b) for b in bits) / len(bits))


def bits_per_character(scorers, labels):
    total = sum(mixture([sum(s.trigram(label)) / train.UNIT for s in scorers]) for label in labels)
    return total / sum(len(label) for label in labels)


def mixed_llr(scorers, label):
    base = scorers[0].llr(label) - scorers[0].trigram(label)[0]
    return base / train.UNIT + mixture([s.trigram(label)[0] / train.UNIT for s in scorers])


# ---------------------------------------------------------------- many labels of one key

def before_zone(names, zone):
    """Distinct names' labels before @zone; the whole name where @zone is ()."""
    out = {}
    for name in names:
        folded = tuple(label.lower() for label in name)
        if len(name) > len(zone) and folded[len(name) - len(zone):] == zone:
            out[name[:len(name) - len(zone)]] = None
    return list(out)


def name_bits(scorer, labels):
    """(raw, clipped) LLR of a name in bits."""
    parts = [scorer.llr(label[:63]) / train.UNIT for label in labels if label]
    return sum(parts), sum(min(CLIP_HIGH, max(CLIP_LOW, part)) for part in parts)


def draw_sums(rng, values, m, draws):
    return [sum(rng.sample(values, m)) for _ in range(draws)]


def tunnels(folder):
    """(tool, row id, distinct names before the zone) of every capture of a tunnel."""
    for row in train.data_rows(folder):
        tool = re.search(r"dns2tcp|dnscat2|iodine|DNSExfiltrator",
                         row["holds"] + " " + os.path.basename(row["path"]))
        if not row["label"].startswith("tunnel") or not row["format"].startswith("pcap"):
            continue
        if not tool:
            continue
        zone = read.split_text(row["top_domains"].split(",")[0])
        if len(zone) > 3:
            zone = ()
        names = before_zone(read.file_names(os.path.join(folder, row["path"]), row["format"], True),
                            zone)
        if len(names) >= SIZES[-1]:
            yield tool.group(0), row["id"], names


def benign_domains(folder, suffixes):
    """Distinct host parts by registrable domain, of the benign captures."""
    domains = {}
    for row in train.data_rows(folder):
        if not row["label"].startswith("benign") or "edge case" in row["label"]:
            continue
        path = os.path.join(folder, row["path"])
        for name in read.file_names(path, row["format"]):
            name = tuple(label.lower() for label in name)
            cut = len(name) - suffixes.count(name) - 1
            if cut > 0 and name[-1] != b"arpa":
                domains.setdefault(name[cut:], {})[name[:cut]] = None
    return {domain: list(hosts) for domain, hosts in domains.items()}


def is_ping(name):
    """iodine's idle traffic: one short label, command letter p."""
    return len(name) == 1 and name[0][:1].lower() == b"p" and len(name[0]) <= 10


def tunnel_groups(folder):
    """Tool -> [(row id, names)]; short iodine pings are a group of their own too."""
    groups = {}
    for tool, row, names in tunnels(folder):
        groups.setdefault(tool, []).append((row, names))
        pings = [name for name in names if tool == "iodine" and is_ping(name)]
        if len(pings) >= SIZES[-1]:
            groups.setdefault("iodine, idle pings only", []).append((row, pings))
    return groups


def aggregation(folder, held, scorer):
    rng = random.Random(SEED)
    pooled = [name_bits(scorer, (label,)) for label in held["captured"]]
    bars = {}
    for kind in (0, 1):
        values = [pair[kind] for pair in pooled]
        for m in SIZES:
            bars[kind, m] = threshold(sorted(draw_sums(rng, values, m, DRAWS_BENIGN)), 0.001)
    lines = ["| tool | captures | sum | " + " | ".join("m = %d" % m for m in SIZES) + " |",
             "|---|---|---|" + "---|" * len(SIZES)]
    for tool, files in sorted(tunnel_groups(folder).items()):
        for kind, title in ((0, "raw"), (1, "clipped")):
            cells = []
            for m in SIZES:
                rates = []
                for _, names in files:
                    values = [name_bits(scorer, name)[kind] for name in names]
                    sums = draw_sums(rng, values, m, DRAWS_TUNNEL)
                    rates.append(sum(1 for s in sums if s > bars[kind, m]) / len(sums))
                rates.sort()
                cells.append("%.2f (%.2f)" % (rates[len(rates) // 2], rates[0]))
            lines.append("| %s | %d | %s | %s |" % (tool, len(files), title, " | ".join(cells)))
    return lines, bars


def benign_keys(folder, suffixes, scorer, bars):
    """How many real benign domains would pass the same bars."""
    domains = benign_domains(folder, suffixes)
    lines = ["| distinct names m | benign domains with at least m | mean sum of m names above the"
             " bar, raw | clipped |", "|---|---|---|---|"]
    loud = {}
    for m in SIZES:
        group = {d: hosts for d, hosts in domains.items() if len(hosts) >= m}
        counts = []
        for kind in (0, 1):
            above = []
            for domain, hosts in group.items():
                bits = [name_bits(scorer, host)[kind] for host in hosts]
                if sum(bits) / len(bits) * m > bars[kind, m]:
                    above.append(domain)
            counts.append(len(above))
            if kind == 1 and m == 10:
                loud = sorted(b".".join(d).decode("ascii", "replace") for d in above)
        lines.append("| %d | %d | %d | %d |" % (m, len(group), counts[0], counts[1]))
    return lines, loud


def report(folder, suffixes, training, held, scorer):
    lines = ["", "Which table (held-out bits a character with the end symbol; AUC / TPR at 1 % FPR"
             " for random strings of 8 characters):", ""]
    lines += choices(training, held, scorer)
    lines += ["", "Same length: AUC / TPR at 1 %% FPR of %d random strings against held-out"
              " registered and listed host labels of that length:" % STRINGS, ""]
    lines += same_length(held, scorer)
    lines += ["", "Benign labels whose LLR is above a bar:", ""]
    lines += shares(held, scorer)
    if folder:
        rows, bars = aggregation(folder, held, scorer)
        lines += ["", "Aggregation: TPR at 0.1 %% FPR of the sum over m distinct names of a tunnel,"
                  " median (worst) over the captures of a tool. The bar comes from %d draws of m"
                  " labels out of the %d held-out host labels seen in captures, CDN hashes"
                  " included. Clipped: each label between %d and +%d bits."
                  % (DRAWS_BENIGN, len(held["captured"]), CLIP_LOW, CLIP_HIGH), ""]
        lines += rows
        rows, loud = benign_keys(folder, suffixes, scorer, bars)
        lines += ["", "The same bars on real benign domains (all their names, four fifths of the"
                  " labels trained on):", ""]
        lines += rows
        lines += ["", "Above the clipped bar at m = 10: %s." % (", ".join(loud) or "none")]
    return "\n".join(lines + ["", ""])
