#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the name model: writes name_model_table.[ch], name_model_vectors.h, name_model_inputs.tsv.

The model is a trigram (two characters of context) over the distinct labels of benign names, with
Witten-Bell interpolation (Witten and Bell 1991) down to the uniform distribution. Its costs are
rounded up to 1/1024 bit, so that every context stays a prefix code (Kraft). A label belongs to the
held-out fifth or to the training set by its SHA-256, whatever the input; nothing here depends on
the date, the machine or the order of the inputs, so the same inputs give the same bytes.

	python3 src/model/train.py --psl /usr/share/publicsuffix/public_suffix_list.dat \\
		--data DATA --hsts DIR/hstspreload/hstspreload.bin \\
		--hosts DIR/usr/share/dnsrecon/subdomains-top1mil.txt \\
		--hosts DIR/usr/lib/python3/dist-packages/subbrute/names.txt \\
		--services /etc/services --out src/model

README.md says where each input comes from. With --evaluate the held-out measurements are made too
and replace the part of README.md between its two marker lines; with --check nothing is written and
the exit code tells whether the files in --out are what these inputs give.
"""

import argparse
import csv
import hashlib
import math
import os
import re
import sys

import train_read as read

UNIT = 1024
SYMBOLS = b"abcdefghijklmnopqrstuvwxyz0123456789-_"
OTHER, EDGE, WIDTH = 38, 39, 40
OTHER_BYTES = 256 - 26 - len(SYMBOLS)
LABEL_MAX = 63
SHORT_MAX = 4
FLOOR = 1 / 32
VERSION = 1
CLEAN = re.compile(rb"[a-z0-9_-]{1,63}")

LOWER = b"abcdefghijklmnopqrstuvwxyz"
UPPER = LOWER.upper()
DIGITS = b"0123456789"
# name, bytes, True when case matters; in the order of enum ed_alphabet, from small to large.
ALPHABETS = (
    ("digits", DIGITS, False),
    ("hex", DIGITS + b"abcdef", False),
    ("base32", LOWER + b"234567", False),
    ("base32-iodine", LOWER + b"012345", False),
    ("base32hex", DIGITS + b"abcdefghijklmnopqrstuv", False),
    ("base36", DIGITS + LOWER, False),
    ("base38", DIGITS + LOWER + b"-_", False),
    ("base58", bytes(c for c in DIGITS + UPPER + LOWER if c not in b"0OIl"), True),
    ("base64", DIGITS + UPPER + LOWER + b"-_+/=", True),
    ("base128", DIGITS + UPPER + LOWER + bytes(range(0xBC, 0xFE)), True),
    ("bytes", bytes(range(256)), True),
)


def cost_of(bits):
    """Bits in units of 1/1024, rounded up; the inner rounding hides the last bit of libm."""
    return math.ceil(round(bits * UNIT, 6))


CASE_LOWER, CASE_OTHER = cost_of(math.log2(16 / 15)), cost_of(5)
PICK_COST = cost_of(math.log2(len(ALPHABETS)))
SIZE_SHORT, SIZE_LONG = cost_of(3), cost_of(1 + math.log2(LABEL_MAX - SHORT_MAX))


# ---------------------------------------------------------------- labels

class Labels:
    """Distinct lower-cased labels by kind: registered, host from lists, host from captures."""

    def __init__(self, suffixes):
        self.suffixes = suffixes
        self.registered, self.listed, self.captured = set(), set(), set()

    def add_names(self, names, hosts):
        for name in names:
            name = tuple(label.lower() for label in name)
            if not name or name[-1] == b"arpa":
                continue
            cut = len(name) - self.suffixes.count(name) - 1
            if cut >= 0 and CLEAN.fullmatch(name[cut]):
                self.registered.add(name[cut])
            self.add_hosts((name[:max(cut, 0)],), hosts)

    def add_hosts(self, names, hosts):
        for name in names:
            hosts.update(label.lower() for label in name if CLEAN.fullmatch(label.lower()))

    def split(self, held):
        def half(labels):
            return sorted(label for label in labels if is_held_out(label) == held)
        return {"registered": half(self.registered), "listed": half(self.listed),
                "captured": half(self.captured)}


def is_held_out(label):
    return int.from_bytes(hashlib.sha256(label).digest()[:2], "big") < 65536 // 5


def sha256_file(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def data_rows(folder):
    with open(os.path.join(folder, "labels.tsv"), encoding="utf-8", newline="") as f:
        yield from csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)


def service_labels(path):
    """RFC 2782 labels: an underscore and a service name."""
    for line in read.open_lines(path):
        words = line.split("#")[0].split()
        for word in words[:1] + words[2:]:
            yield (b"_" + word.encode(),)


def gather(args):
    """(Labels, rows of the inputs list)."""
    labels, inputs = Labels(read.Suffixes(args.psl)), []

    def note(kind, path, shown=None):
        inputs.append((kind, shown or os.path.basename(path), os.path.getsize(path),
                       sha256_file(path)))

    note("suffixes", args.psl)
    for path in args.hsts:
        note("hsts", path)
        labels.add_names(read.hsts_names(path), labels.listed)
    for path in args.names:
        note("names", path)
        labels.add_names(read.list_names(read.open_lines(path)), labels.listed)
    for path in args.hosts:
        note("hosts", path)
        labels.add_hosts(read.list_names(read.open_lines(path)), labels.listed)
    for path in args.services:
        note("services", path)
        labels.add_hosts(service_labels(path), labels.listed)
    for row in data_rows(args.data) if args.data else ():
        path = os.path.join(args.data, row["path"])
        if not row["label"].startswith("benign") or "edge case" in row["label"]:
            continue
        before = (len(labels.registered), len(labels.captured))
        labels.add_names(read.file_names(path, row["format"]), labels.captured)
        if before != (len(labels.registered), len(labels.captured)):
            note("data", path, row["path"])
    return labels, inputs


# ---------------------------------------------------------------- the trigram

def symbol_of(byte):
    i = SYMBOLS.find(bytes((byte,)).lower())
    return i if i >= 0 else OTHER


SYMBOL_OF = [symbol_of(byte) for byte in range(256)]


def count_trigrams(labels):
    counts = [0] * WIDTH ** 3
    for label in labels:
        a = b = EDGE
        for byte in label:
            s = SYMBOL_OF[byte]
            counts[(a * WIDTH + b) * WIDTH + s] += 1
            a, b = b, s
        counts[(a * WIDTH + b) * WIDTH + EDGE] += 1
    return counts


def interpolate(counts, base):
    """Witten-Bell: as many imagined events for @base as there were distinct ones."""
    kinds, total = sum(1 for n in counts if n), sum(counts)
    if not total:
        return base
    return [(n + kinds * p) / (total + kinds) for n, p in zip(counts, base)]


def train(labels):
    """Trigram probabilities, WIDTH**3 of them. A floor under all of them keeps one strange
    character from deciding about a label. No label is empty, so an end right at the start has no
    share; what is an end as a symbol is a start in the context."""
    c3 = count_trigrams(labels)
    c2, c1 = [0] * WIDTH ** 2, [0] * WIDTH
    for i, n in enumerate(c3):
        c2[i % WIDTH ** 2] += n
        c1[i % WIDTH] += n
    p1 = interpolate(c1, [1 / WIDTH] * WIDTH)
    p2 = [interpolate(c2[b * WIDTH:(b + 1) * WIDTH], p1) for b in range(WIDTH)]
    out = []
    for context in range(WIDTH ** 2):
        row = interpolate(c3[context * WIDTH:(context + 1) * WIDTH], p2[context % WIDTH])
        row = [(1 - FLOOR) * p + FLOOR / WIDTH for p in row]
        if context == WIDTH ** 2 - 1:
            rest = 1 - row[EDGE]
            row = [p * (1 - 2.0 ** -60) / rest for p in row[:EDGE]] + [2.0 ** -60]
        out += row
    return out


def costs_of(probabilities):
    return [min(65535, cost_of(-math.log2(p))) for p in probabilities]


# ---------------------------------------------------------------- the score, as in name_model.c

class Scorer:
    """The same arithmetic as name_model.c, but for punycode; the vectors keep the two equal."""

    def __init__(self, costs):
        self.costs = costs
        self.sets = [frozenset(chars + (b"" if exact else chars.upper()))
                     for _, chars, exact in ALPHABETS]
        self.bits = [cost_of(math.log2(len(chars))) for _, chars, _ in ALPHABETS]

    def trigram(self, label):
        """(cost without the end, cost of the end)."""
        a = b = EDGE
        total = 0
        for byte in label:
            s = SYMBOL_OF[byte]
            total += self.costs[(a * WIDTH + b) * WIDTH + s]
            if s == OTHER:
                total += OTHER_COST
            a, b = b, s
        return total, self.costs[(a * WIDTH + b) * WIDTH + EDGE]

    def case(self, label):
        """(cost of the case of the letters, True when both cases occur)."""
        upper = sum(1 for c in label if c in UPPER)
        lower = sum(1 for c in label if c in LOWER)
        if not upper:
            return CASE_LOWER, False
        return CASE_OTHER + (upper + lower) * UNIT * (lower > 0), lower > 0

    def score(self, label):
        """(code, llr, index of the alphabet)."""
        tri, end = self.trigram(label)
        case, mixed = self.case(label)
        used = frozenset(label)
        fits = [i for i, chars in enumerate(self.sets) if used <= chars]
        folded = [i for i in fits if not ALPHABETS[i][2]][:1]
        exact = [i for i in fits if ALPHABETS[i][2]][:1]
        options = [(self.bits[i] * len(label) + case, i) for i in folded]
        if mixed or not folded:
            options += [(self.bits[i] * len(label), i) for i in exact]
        encoded, alphabet = min(options)
        size = SIZE_SHORT if len(label) <= SHORT_MAX else SIZE_LONG
        code = UNIT + min(tri + end + case, PICK_COST + size + encoded)
        return code, tri + case - PICK_COST - encoded, alphabet

    def llr(self, label):
        return self.score(label)[1]


OTHER_COST = cost_of(math.log2(OTHER_BYTES))


# ---------------------------------------------------------------- generated files

VECTORS = (
    b"a", b"z9", b"www", b"mail", b"WWW", b"Www", b"wWw", b"earthdog", b"cdn-17", b"a-0003",
    b"ec2-12-34-56-78", b"ip-10-0-0-1", b"192", b"0", b"255", b"_ldap", b"_tcp", b"_msdcs",
    b"3f2504e0-4f89-11d3-9a0c-0305e82c3301", b"deadbeef", b"DEADBEEF", b"DeadBeef",
    b"mfrggzdfmztwq2lk", b"mfrggzdfmztwq2lkmfrggzdfmztwq2lkmfrggzdfmztwq2lkmfrggzdf",
    b"00112233445566778899aabbccddeeff", b"SGVsbG8gd29ybGQ", b"SGVsbG8+d29y/GQ=",
    b"5HueCGU8rMjxEXxiPuD5BDku", b"9007199254740993", b"-", b"_", b"a b", b"\x00", b"\x00" * 63,
    b"\xff" * 63, b"\xbc\xbd\xfd" * 5, b"a\xbcB\xfd9zQ\xc0\xe1\xe2", b"a" * 63, b"Z" * 63,
    b"xn--mller-kva", b"xn--", b"+", b"a+b", b"caf\xc3\xa9", b"\x01\x02\x03\x04\x05",
)


def byte_rows():
    """(mask of alphabets, symbol, kind, tally) for each byte; see name_model_table.h."""
    sets = Scorer([]).sets
    for byte in range(256):
        mask = sum(1 << i for i, chars in enumerate(sets) if byte in chars)
        kind = (byte in LOWER) + 2 * (byte in UPPER)
        tally = (OTHER_COST if SYMBOL_OF[byte] == OTHER else 0) + ((1 << 20) if kind else 0)
        yield mask, SYMBOL_OF[byte], kind, tally


def table_digest(costs):
    h = hashlib.sha256()
    for cost in costs:
        h.update(cost.to_bytes(2, "little"))
    for mask, symbol, kind, tally in byte_rows():
        h.update(mask.to_bytes(2, "little") + bytes((symbol, kind)) + tally.to_bytes(4, "little"))
    return h.hexdigest()


def wrap(items, width=98):
    line = "\t"
    for item in items:
        if len(line.expandtabs(8)) + len(item) + 1 > width:
            yield line.rstrip()
            line = "\t"
        line += item + " "
    yield line.rstrip()


def head(what, facts):
    return ["/* SPDX-License-Identifier: Apache-2.0 */",
            "/*", " * " + what,
            " * Generated by src/model/train.py; do not edit, train again (src/model/README.md)."
            ] + [(" * " + fact).rstrip() for fact in facts] + [" */"]


def write_table_h():
    lines = head("The numbers of the trained name model.", ())
    lines += [
        "#ifndef ED_MODEL_NAME_MODEL_TABLE_H", "#define ED_MODEL_NAME_MODEL_TABLE_H", "",
        "#include <stdint.h>", "", "enum {",
        "\tED_NAME_MODEL_WIDTH = %d, /* symbols: a-z 0-9 - _ other edge */" % WIDTH,
        "\tED_NAME_MODEL_EDGE = %d,  /* start in a context, end as a symbol */" % EDGE,
        "\tED_NAME_MODEL_CASE_LOWER_MBITS = %d," % CASE_LOWER,
        "\tED_NAME_MODEL_CASE_OTHER_MBITS = %d," % CASE_OTHER,
        "\tED_NAME_MODEL_PICK_MBITS = %d, /* which of the alphabets */" % PICK_COST,
        "\tED_NAME_MODEL_SHORT_MAX = %d," % SHORT_MAX,
        "\tED_NAME_MODEL_SHORT_MBITS = %d, /* the length, up to SHORT_MAX */" % SIZE_SHORT,
        "\tED_NAME_MODEL_LONG_MBITS = %d," % SIZE_LONG, "};", "",
        "/* What one byte adds to a label. */", "struct ed_name_model_byte {",
        "\tuint16_t mask;  /* bit a: the byte belongs to enum ed_alphabet a */",
        "\tuint8_t symbol; /* trigram symbol, letters folded */",
        "\tuint8_t kind;   /* 1: lower-case letter, 2: upper-case letter */",
        "\tuint32_t tally; /* bits 0..19: mbits to tell one other byte from the rest; 20: a letter"
        " */", "};", "",
        "/* Cost of symbol s after the symbols a, b: [(a * WIDTH + b) * WIDTH + s], in mbits. */",
        "extern const uint16_t ed_name_model_costs[%d];" % WIDTH ** 3,
        "extern const struct ed_name_model_byte ed_name_model_bytes[256];", "",
        "/* A character of enum ed_alphabet a, in mbits. */",
        "extern const uint16_t ed_name_model_alphabet_mbits[%d];" % len(ALPHABETS), "",
        "/* k log2 k in units of 2^-20 bit. */",
        "extern const uint32_t ed_name_model_klog2k[64];", "",
        "/* Of the costs and then the bytes, each field little-endian. */",
        "extern const char ed_name_model_table_sha256[65];",
        "extern const char ed_name_model_table_version[];", "", "#endif", ""]
    return "\n".join(lines)


def write_table_c(costs, facts):
    digest = table_digest(costs)
    klog2k = [round(k * math.log2(k) * 2 ** 20) if k else 0 for k in range(64)]
    lines = head("The numbers of the trained name model: costs in 1/1024 bit, rounded up.", facts)
    lines += ['#include "model/name_model_table.h"', "", "/* clang-format off */",
              'const char ed_name_model_table_sha256[65] =\n\t"%s";' % digest,
              'const char ed_name_model_table_version[] =\n\t"name-model-%d-%s";' % (VERSION,
                                                                                  digest[:12]),
              "", "const uint16_t ed_name_model_alphabet_mbits[%d] = {" % len(ALPHABETS)]
    lines += wrap("%d," % bits for bits in Scorer(costs).bits)
    lines += ["};", "", "const uint32_t ed_name_model_klog2k[64] = {"]
    lines += wrap("%d," % n for n in klog2k)
    lines += ["};", "", "const struct ed_name_model_byte ed_name_model_bytes[256] = {"]
    lines += wrap("{%d,%d,%d,%d}," % row for row in byte_rows())
    lines += ["};", "", "const uint16_t ed_name_model_costs[%d] = {" % WIDTH ** 3]
    lines += wrap("%d," % cost for cost in costs)
    return "\n".join(lines + ["};", ""])


def write_vectors(scorer):
    lines = head("Labels with the scores that train.py computes for them, for the unit test.", ())
    lines += ["#ifndef ED_MODEL_NAME_MODEL_VECTORS_H", "#define ED_MODEL_NAME_MODEL_VECTORS_H", "",
              "#include <stdint.h>", "", "/* clang-format off */",
              "static const struct vector {", "\tuint8_t n;", "\tconst char *bytes;",
              "\tuint32_t code_mbits;", "\tint32_t llr_mbits;", "\tuint8_t alphabet;",
              "} vectors[] = {"]
    for label in VECTORS:
        code, llr, alphabet = scorer.score(label)
        quoted = "".join("\\%03o" % byte for byte in label)
        text = ['"%s"' % quoted[i:i + 84] for i in range(0, len(quoted), 84)]
        lines.append("\t{ %d, %s,\n\t  %d, %d, %d }," % (
            len(label), "\n\t  ".join(text), code, llr, alphabet))
    return "\n".join(lines + ["};", "/* clang-format on */", "", "#endif", ""])


def write_inputs(inputs):
    lines = ["# SPDX-License-Identifier: Apache-2.0",
             "# Inputs of the name model; generated by src/model/train.py.",
             "# kind\tfile\tbytes\tsha256"]
    return "\n".join(lines + ["\t".join(str(col) for col in row) for row in inputs] + [""])


def facts_of(inputs, training, held, scorer):
    facts = ["", "Inputs (name_model_inputs.tsv lists the data files one by one):"]
    for kind, shown, _, digest in inputs:
        if kind != "data":
            facts += ["  %s %s" % (kind, shown), "    %s" % digest]
    rows = "".join("%s %s\n" % (row[3], row[1]) for row in inputs if row[0] == "data")
    facts += ["  data: %d files with names; SHA-256 of their hashes and paths" % rows.count("\n"),
              "    %s" % hashlib.sha256(rows.encode()).hexdigest(), "",
              "Distinct labels, trained and held out, and held-out bits a character with the end:"]
    for kind in training:
        size = sum(len(label) for label in held[kind])
        bits = sum(sum(scorer.trigram(label)) for label in held[kind]) / UNIT
        facts.append("  %-10s %6d %6d  %.3f" % (kind, len(training[kind]), len(held[kind]),
                                                bits / size if size else 0))
    return facts


def replace_part(path, text):
    """Puts @text between the two marker lines of @path; returns the new content."""
    with open(path, encoding="utf-8") as f:
        content = f.read()
    start, end = "<!-- evaluation -->\n", "<!-- end of evaluation -->\n"
    i, j = content.index(start) + len(start), content.index(end)
    return content[:i] + text + content[j:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--psl", required=True, help="public_suffix_list.dat")
    parser.add_argument("--data", help="folder with labels.tsv")
    parser.add_argument("--hsts", action="append", default=[], help="hstspreload.bin")
    parser.add_argument("--names", action="append", default=[], help="list of full names")
    parser.add_argument("--hosts", action="append", default=[], help="list of host labels")
    parser.add_argument("--services", action="append", default=[], help="/etc/services")
    parser.add_argument("--out", required=True, help="folder of the generated files")
    parser.add_argument("--evaluate", action="store_true", help="measure and rewrite README.md")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    args = parser.parse_args()

    labels, inputs = gather(args)
    training, held = labels.split(False), labels.split(True)
    costs = costs_of(train(sorted(set().union(*training.values()))))
    scorer = Scorer(costs)
    files = {
        "name_model_table.h": write_table_h(),
        "name_model_table.c": write_table_c(costs, facts_of(inputs, training, held, scorer)),
        "name_model_vectors.h": write_vectors(scorer),
        "name_model_inputs.tsv": write_inputs(inputs),
    }
    if args.evaluate:
        import train_eval
        text = train_eval.report(args.data, labels.suffixes, training, held, scorer)
        files["README.md"] = replace_part(os.path.join(args.out, "README.md"), text)
    stale = 0
    for name, content in files.items():
        path = os.path.join(args.out, name)
        if args.check:
            with open(path, encoding="utf-8") as f:
                same = f.read() == content
            stale += not same
            print("%s %s" % ("same   " if same else "differs", name))
        else:
            with open(path, "w", encoding="utf-8", newline="\n") as f:
                f.write(content)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
