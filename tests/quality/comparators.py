#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Other detectors' published rules over the same inputs as earthdog's.

    tests/quality/comparators.py PROGRAM [--seeds N,N] [--clients N] [--generator FILE]

Each comparator is written from what its authors publish (thresholds, windows, lists), for
comparison only; it sees lookups (time, client, name, type, size of the answer) and reports a
client, a domain or both, once. Where a rule needs what a log of lookups lacks, the comparator is
given the benefit:

    RITA v5         no connection log, no history: the modifiers of a listed domain are left out
    anomalous-dns   duration and packets of a flow are left out; the branch resolver is on its list
    ibHH            sums are exact where it estimates them (p = 12: 1.6 %); its threshold is tuned
                    on another day of the same office, its allow-list learned on a third

The days come from office/, the tunnels from examples/ and from the labelled captures, each read
alone. A capture becomes a Zeek-like TSV through tshark first; earthdog reads it as it is.

Fails when a comparator finds more of any tool's tunnels, or earthdog raises more than a tenth of a
comparator's cases on the benign days.
"""

import argparse
import collections
import csv
import functools
import hashlib
import math
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import benign_day  # noqa: E402
import harness  # noqa: E402

SUFFIX_LIST = "/usr/share/publicsuffix/public_suffix_list.dat"
TUNNEL_QUERIES_MIN = 20
TOOLS = ("andiodine", "iodine", "dnscat2", "dns2tcp", "ozyman", "dnsexfiltrator", "saitama")
NULL, TXT, PTR = 10, 16, 12

Lookup = collections.namedtuple("Lookup", "time_s client name qtype answer_bytes")
Split = collections.namedtuple("Split", "domain payload")  # registered domain, what is before it
Alert = collections.namedtuple("Alert", "client domain time_s rule")


# ---------------------------------------------------------------- names


class Suffixes:
    """The public suffix list, with or without its private section."""

    def __init__(self, with_private):
        self.rules, self.known = set(), {}
        with open(SUFFIX_LIST, encoding="utf-8") as f:
            for line in f:
                if "===BEGIN PRIVATE DOMAINS===" in line and not with_private:
                    break
                rule = line.strip()
                if rule and not rule.startswith("//"):
                    self.rules.add(rule)

    def _n_labels(self, labels):
        for i in range(len(labels)):
            rest = ".".join(labels[i:])
            if "!" + rest in self.rules:
                return len(labels) - i - 1
            if rest in self.rules or ".".join(["*", *labels[i + 1 :]]) in self.rules:
                return len(labels) - i
        return 1

    def split(self, name):
        found = self.known.get(name)
        if found is None:
            labels = name.split(".")
            n = self._n_labels(labels[-6:]) + 1
            found = Split(".".join(labels[-n:]), ".".join(labels[:-n]))
            if len(self.known) < 2_000_000:
                self.known[name] = found
        return found


@functools.lru_cache(maxsize=1 << 19)
def entropy_bits(text):
    n = len(text)
    return -sum(c / n * math.log2(c / n) for c in collections.Counter(text).values()) if n else 0.0


def hash64(text):
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def ramp(value, low, high):
    return min(1.0, max(0.0, (value - low) / (high - low)))


# ---------------------------------------------------------------- comparators


class Comparator:
    """Sees lookups in order; see() and end() report through hit(), once for each subject."""

    def __init__(self, context):
        self.context = context
        self.alerts = {}

    def hit(self, client, domain, time_s, rule):
        self.alerts.setdefault((client, domain, rule), Alert(client, domain, time_s, rule))

    def see(self, lookup, full, icann):
        raise NotImplementedError

    def end(self):
        pass


class Rita(Comparator):
    """Distinct names under a domain within 24 h: from 100 on a domain is listed."""

    BASE, WINDOW_S = 100, 86400

    def __init__(self, context):
        super().__init__(context)
        self.names = collections.defaultdict(dict)

    def see(self, lookup, full, icann):
        if "." not in lookup.name:
            return
        names = self.names[icann.domain]
        names[lookup.name] = lookup.time_s
        if len(names) >= self.BASE and (None, icann.domain, "names") not in self.alerts:
            oldest = lookup.time_s - self.WINDOW_S
            if sum(t > oldest for t in names.values()) >= self.BASE:
                self.hit(None, icann.domain, lookup.time_s, "names")


class AnomalousDns(Comparator):
    """More than 8 names of a domain within 60 min, long questions, large answers, odd types."""

    NAMES, NAMES_RESOLVER, WINDOW_S, QUERY, RESPONSE, RESPONSE_RESOLVER = 8, 12, 3600, 90, 544, 3584
    SKIP_NAMES = (".arpa", ".push.apple.com", ".itunes.apple.com", ".ls.apple.com")
    SKIP_SIZE = ("wpad", "isatap", "autodiscover", "gstatic.com", "_msdcs", "mcafee.com")

    def __init__(self, context):
        super().__init__(context)
        self.windows = {}

    def see(self, lookup, full, icann):
        resolver = lookup.client in self.context["resolvers"]
        self.sizes(lookup, full, resolver)
        amp = full.domain == "ampproject.net" and lookup.name.startswith("d-")
        minimised = resolver and lookup.name.startswith("_.")
        if amp or minimised or lookup.name.endswith(self.SKIP_NAMES):
            return
        key = full.domain, resolver
        start, names = self.windows.get(key, (-math.inf, None))
        if lookup.time_s - start > self.WINDOW_S:
            start, names = lookup.time_s, set()
            self.windows[key] = start, names
        names.add(lookup.name)
        if len(names) > (self.NAMES_RESOLVER if resolver else self.NAMES):
            self.hit(lookup.client, full.domain, lookup.time_s, "names")

    def sizes(self, lookup, full, resolver):
        if lookup.qtype in (NULL, 65399) and not (resolver and lookup.name.startswith("_ta-")):
            self.hit(lookup.client, full.domain, lookup.time_s, "type")
        if any(s in lookup.name for s in self.SKIP_SIZE):
            return
        if len(lookup.name) > self.QUERY:
            self.hit(lookup.client, full.domain, lookup.time_s, "query size")
        limit = self.RESPONSE_RESOLVER if resolver else self.RESPONSE
        if lookup.answer_bytes > limit and lookup.qtype != PTR:
            self.hit(lookup.client, full.domain, lookup.time_s, "answer size")


class Elastic(Comparator):
    """Per client, domain and 5 min: 25 queries and 15 names with 50 characters or more."""

    LENGTH, QUERIES, NAMES, WINDOW_S = 50, 25, 15, 300

    def __init__(self, context):
        super().__init__(context)
        self.windows = {}

    def see(self, lookup, full, icann):
        long_enough = len(full.payload) >= self.LENGTH
        if not long_enough or lookup.qtype == PTR or lookup.name.endswith(".arpa"):
            return
        key, slot = (lookup.client, full.domain), lookup.time_s // self.WINDOW_S
        window = self.windows.get(key)
        if window is None or window[0] != slot:
            window = self.windows[key] = [slot, 0, set()]
        window[1] += 1
        window[2].add(lookup.name)
        if window[1] >= self.QUERIES and len(window[2]) >= self.NAMES:
            self.hit(*key, lookup.time_s, "long and unique")


class SpatiumHour:
    def __init__(self):
        self.n = self.payload_types = self.longest = 0
        self.lengths = self.entropies = 0.0
        self.parents = collections.defaultdict(set)


class Spatium(Comparator):
    """A score of a client's clock hour: label length, entropy, fan-out, payload types."""

    QUERIES, ALERT = 25, 60

    def __init__(self, context):
        super().__init__(context)
        self.hour, self.clients, self.last_s = None, {}, 0.0

    def see(self, lookup, full, icann):
        if lookup.name.endswith(".arpa"):
            return
        hour = lookup.time_s // 3600
        if hour != self.hour:
            self.end()
            self.hour = hour
        self.last_s = lookup.time_s
        labels = lookup.name.split(".")
        parent, below = ".".join(labels[-2:]), labels[:-2]
        c = self.clients.get(lookup.client)
        if c is None:
            c = self.clients[lookup.client] = SpatiumHour()
        length = max(map(len, below), default=0)
        c.n += 1
        c.longest = max(c.longest, length)
        c.lengths += length
        c.entropies += entropy_bits("".join(below))
        c.parents[parent].add(".".join(below))
        c.payload_types += lookup.qtype in (TXT, NULL, 5)

    def score(self, c):
        length = 0.4 * c.longest + 0.6 * c.lengths / c.n
        return (
            30 * ramp(length, 20, 55)
            + 25 * ramp(c.entropies / c.n, 3.0, 4.4)
            + 30 * ramp(max(map(len, c.parents.values())), 50, 800)
            + 15 * ramp(c.payload_types / c.n, 0.10, 0.60)
        )

    def end(self):
        for client, c in self.clients.items():
            if c.n >= self.QUERIES and self.score(c) >= self.ALERT:
                self.hit(client, None, self.last_s, "score")
        self.clients = {}


class Sigma(Comparator):
    """The seven rate and size rules of the unsupported folder, under their own names."""

    WELL_KNOWN = frozenset(
        "akadns.net akamaiedge.net amazonaws.com apple.com apple-dns.net cloudfront.net icloud.com"
        " in-addr.arpa google.com yahoo.com dropbox.com windowsupdate.com microsoftonline.com"
        " s-microsoft.com office365.com linkedin.com".split()
    )

    def __init__(self, context):
        super().__init__(context)
        self.parents = collections.defaultdict(set)
        self.minute, self.slot = None, None
        self.counts, self.names = collections.Counter(), collections.defaultdict(set)

    def rate(self, client, time_s, what, n, limit):
        self.counts[client, what] += n
        if self.counts[client, what] > limit:
            self.hit(client, None, time_s, what)

    def see(self, lookup, full, icann):
        client, time_s = lookup.client, lookup.time_s
        if time_s // 60 != self.minute:
            self.minute, self.counts = time_s // 60, collections.Counter()
        if time_s // 900 != self.slot:
            self.slot, self.names = time_s // 900, collections.defaultdict(set)
        self.rate(client, time_s, "requests", 1, 1000)
        self.rate(client, time_s, "bytes", len(lookup.name) + 2, 300_000)
        if lookup.qtype == NULL:
            self.rate(client, time_s, "NULL records", 1, 50)
        elif lookup.qtype == TXT:
            self.rate(client, time_s, "TXT records", 1, 50)
        parent = self.parents[lookup.name.partition(".")[2]]
        if len(parent) <= 1000:
            parent.add(lookup.name)
            if len(parent) > 1000:
                self.hit(None, full.domain, time_s, "one parent")
        if icann.domain in self.WELL_KNOWN:
            return
        if len(lookup.name) > 70:
            self.hit(client, full.domain, time_s, "large name")
        names = self.names[client, icann.domain]
        names.add(icann.payload)
        if len(names) > 200:
            self.hit(client, full.domain, time_s, "subdomain rate")


class Shannon(Comparator):
    """A name whose payload has more than 4 bits a character."""

    LIMIT_BITS = 4.0

    def __init__(self, context):
        super().__init__(context)
        self.seen = set()

    def see(self, lookup, full, icann):
        if lookup.name in self.seen:
            return
        if entropy_bits(full.payload.replace(".", "")) > self.LIMIT_BITS:
            self.hit(lookup.client, full.domain, lookup.time_s, "entropy")
        elif len(self.seen) < 2_000_000:
            self.seen.add(lookup.name)


class Ibhh(Comparator):
    """Information-based heavy hitters: bytes of distinct payloads of a domain within 120 s."""

    K, WINDOW_S, ACCEPTABLE_FPR = 1000, 120, 0.01

    def __init__(self, context):
        super().__init__(context)
        self.start, self.most = -math.inf, collections.Counter()
        self.limit = context["ibhh_limit"]
        self.allowed = context["ibhh_allowed"]

    def reset(self, time_s):
        self.start, self.names, self.sums = time_s, {}, {}
        self.seeds, self.ceiling = {}, 2.0**64

    def cached(self, domain, seed):
        """A table of K domains, those with the smallest hash of any name."""
        if domain in self.seeds:
            self.seeds[domain] = min(seed, self.seeds[domain])
            return True
        if seed >= self.ceiling:
            return False
        self.seeds[domain], self.names[domain], self.sums[domain] = seed, set(), 0
        if len(self.seeds) > self.K:
            worst = max(self.seeds, key=self.seeds.get)
            self.ceiling = self.seeds.pop(worst)
            del self.names[worst], self.sums[worst]
        return domain in self.seeds

    def see(self, lookup, full, icann):
        if lookup.time_s > self.start + self.WINDOW_S:
            self.reset(lookup.time_s)
        domain = icann.domain
        if not self.cached(domain, hash64(lookup.name)):
            return
        if icann.payload not in self.names[domain]:
            self.names[domain].add(icann.payload)
            self.sums[domain] += len(icann.payload)
        if self.sums[domain] > self.most[domain]:
            self.most[domain] = self.sums[domain]
        if self.sums[domain] > self.limit and domain not in self.allowed:
            self.hit(None, domain, lookup.time_s, "information")


COMPARATORS = {
    "RITA v5": Rita,
    "anomalous-dns": AnomalousDns,
    "Elastic long+unique": Elastic,
    "SpatiumDDI": Spatium,
    "Sigma (7 rules)": Sigma,
    "Shannon > 4 bits": Shannon,
    "ibHH": Ibhh,
}
OURS = "earthdog"


# ---------------------------------------------------------------- inputs


def read_zeek(path):
    """Lookups of a Zeek dns.log in TSV; the answer's size is that of its records as text."""
    with open(path, encoding="utf-8", errors="backslashreplace") as f:
        for line in f:
            if line.startswith("#fields"):
                at = {name: i for i, name in enumerate(line.rstrip("\n").split("\t")[1:])}
                columns = [at[c] for c in ("ts", "id.orig_h", "query", "qtype", "answers")]
            if line.startswith("#"):
                continue
            fields = line.rstrip("\n").split("\t")
            time_s, client, name, qtype, answers = (fields[i] for i in columns)
            size = 0 if answers == "-" else len(answers) + 12 * (1 + answers.count(","))
            name = name.lower().rstrip(".")
            if name and qtype != "-":
                yield Lookup(float(time_s), client, name, int(qtype), size)


def pcap_to_zeek(path, out):
    """One line of @out a question in @path; a reply without a question counts as one."""
    fields = "frame.time_epoch ip.src ipv6.src ip.dst ipv6.dst dns.id dns.flags.response".split()
    fields += "dns.qry.name dns.qry.type udp.length frame.len".split()
    command = ["tshark", "-n", "-r", path, "-Y", "dns and not mdns", "-T", "fields"]
    command += [word for field in fields for word in ("-e", field)]
    done = subprocess.run(command, capture_output=True, text=True, errors="backslashreplace",
                          timeout=harness.TIMEOUT_S, check=False)  # fmt: skip
    lookups, open_at = [], {}
    for line in done.stdout.splitlines():
        row = dict(zip(fields, (v.split(",")[0] for v in line.split("\t"))))
        reply = row["dns.flags.response"] in ("1", "True")
        client = row["ip.dst"] or row["ipv6.dst"] if reply else row["ip.src"] or row["ipv6.src"]
        name, qtype = row["dns.qry.name"].lower(), row["dns.qry.type"]
        if not name or name == "<root>" or not qtype:
            continue
        key = client, row["dns.id"], name
        size = int(row["udp.length"] or row["frame.len"]) - 8 if reply else 0
        if reply and key in open_at:
            lookups[open_at.pop(key)][4] = size
        else:
            lookups.append([row["frame.time_epoch"] or "0", client, name, qtype, size])
            if not reply:
                open_at[key] = len(lookups) - 1
    with open(out, "w", encoding="utf-8") as f:
        f.write("#fields\tts\tid.orig_h\tquery\tqtype\tanswers\n")
        for time_s, client, name, qtype, size in lookups:
            f.write(f"{time_s}\t{client}\t{name}\t{qtype}\t{'x' * max(0, size - 12) or '-'}\n")


class Names:
    def __init__(self):
        self.full, self.icann = Suffixes(True), Suffixes(False)


def run(comparators, names, lookups):
    full, icann = names.full.split, names.icann.split
    see = [c.see for c in comparators]
    for lookup in lookups:
        a, b = full(lookup.name), icann(lookup.name)
        for f in see:
            f(lookup, a, b)
    for c in comparators:
        c.end()


# ---------------------------------------------------------------- the two tables


def tune_ibhh(generator, seed, options, names, folder):
    """Its threshold from the office's second day, its allow-list from the third."""
    context = {"ibhh_limit": math.inf, "ibhh_allowed": frozenset(), "resolvers": ()}
    for day in (1, 2):
        log = os.path.join(folder, "other.log")
        make_log(generator, seed, day, options.clients, log)
        c = Ibhh(context)
        run([c], names, read_zeek(log))
        if day == 1:
            values = sorted(c.most.values(), reverse=True)
            context["ibhh_limit"] = values[math.ceil(len(values) * Ibhh.ACCEPTABLE_FPR)] + 1
        else:
            allowed = frozenset(d for d, n in c.most.items() if n > context["ibhh_limit"])
            context["ibhh_allowed"] = allowed
    return context


def make_log(generator, seed, day, clients, log):
    command = [generator, "--seed", str(seed), "--day", str(day), "--clients", str(clients)]
    with open(log, "wb") as out:
        subprocess.run(command, stdout=out, check=True)


def subjects(alerts):
    """What an analyst would open: one case for each client and domain, whatever the rule."""
    return {(a.client, a.domain) for a in alerts}


def our_alerts(program, path):
    result = harness.scan(program, [path])
    return {
        (harness.client_of(a) or None, harness.domain_of(a) or None)
        for a in result.alerts
        if harness.level_of(a) >= harness.ALERTING
    }


def benign_table(options, names, generator, folder):
    """Cases per 1,000 client-days for each detector, and what ibHH learned."""
    cases, client_days, context = collections.Counter(), 0, None
    for seed in options.seeds:
        log, truth, _ = benign_day.make_day(generator, seed, options.clients, folder)
        context = tune_ibhh(generator, seed, options, names, folder)
        context["resolvers"] = {c for c, role in truth.roles.items() if role.startswith("branch")}
        made = {name: kind(context) for name, kind in COMPARATORS.items()}
        run(made.values(), names, read_zeek(log))
        for name, c in made.items():
            cases[name] += len(subjects(c.alerts.values()))
        cases[OURS] += len(our_alerts(options.program, log))
        client_days += len(truth.roles)
        print(f"seed {seed}: " + ", ".join(f"{n} {k}" for n, k in cases.items()), flush=True)
    return {name: 1000 * n / client_days for name, n in cases.items()}, context


def tool_of(text):
    return next((tool for tool in TOOLS if tool in text.lower()), "other")


def tunnels():
    """(tool, path, domain or None) of every tunnel that can be seen as DNS."""
    examples = os.path.join(harness.TOP, "examples")
    for row in harness.read_tsv(os.path.join(examples, "expected.tsv")):
        if row["domain"] != "-":
            yield row["tool"], os.path.join(examples, row["file"]), row["domain"]
    data = harness.data_path()
    labels = os.path.join(data, "labels.tsv")
    for row in harness.read_tsv(labels) if os.path.exists(labels) else []:
        seen = row["label"].startswith("tunnel") and "not visible" not in row["label"]
        if not seen or not row["format"].startswith(("pcap", "Zeek dns.log")):
            continue
        if int(row["dns_queries"] or 0) < TUNNEL_QUERIES_MIN:
            continue
        lone = any(s in row["holds"] for s in ("no domain", "without domain"))
        domain = None if lone else row["top_domains"].split(",")[0]
        yield tool_of(row["holds"] + row["path"]), os.path.join(data, row["path"]), domain


def found(cases, domain):
    """True when a case is about the tunnel: its domain, or a client alone."""
    return any(
        domain is None or d is None or harness.same_domain(d, domain) or domain.endswith("." + d)
        for _, d in cases
    )


def tunnel_table(options, names, context, folder):
    """{tool: {detector: found}} and {tool: files}."""
    hits, files = collections.defaultdict(collections.Counter), collections.Counter()
    for tool, path, domain in tunnels():
        log = path
        if ".pcap" in os.path.basename(path):
            log = os.path.join(folder, "capture.tsv")
            pcap_to_zeek(path, log)
        made = {name: kind(dict(context, resolvers=())) for name, kind in COMPARATORS.items()}
        run(made.values(), names, sorted(read_zeek(log)))
        files[tool] += 1
        for name, c in made.items():
            hits[tool][name] += found(subjects(c.alerts.values()), domain)
        hits[tool][OURS] += found(our_alerts(options.program, path), domain)
    return hits, files


def report(rates, hits, files):
    tools = sorted(files)
    total = sum(files.values())
    print("\n| detector | cases per 1,000 client-days | all tunnels | " + " | ".join(tools) + " |")
    print("|---" * (3 + len(tools)) + "|")
    for name in [OURS, *COMPARATORS]:
        n = sum(hits[t][name] for t in tools)
        cells = " | ".join(f"{hits[t][name]}/{files[t]}" for t in tools)
        print(f"| {name} | {rates[name]:.1f} | {n}/{total} | {cells} |")


def judge(rates, hits, files):
    """The faults: a tool on which another detector finds more, a detector not ten times noisier."""
    for name in COMPARATORS:
        for tool in files:
            if hits[tool][name] > hits[tool][OURS]:
                yield f"{name} finds more of {tool}"
        if rates[OURS] > rates[name] / 10:
            yield f"{name}: {rates[name]:.1f} cases, ours {rates[OURS]:.1f} are over a tenth"


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("program")
    parser.add_argument("--seeds", type=lambda s: [int(v) for v in s.split(",")], default=[1, 2])
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--generator")
    options = parser.parse_args()
    csv.field_size_limit(1 << 20)
    names = Names()
    with tempfile.TemporaryDirectory() as folder:
        generator = options.generator or benign_day.build_generator(folder)
        rates, context = benign_table(options, names, generator, folder)
        hits, files = tunnel_table(options, names, context, folder)
    report(rates, hits, files)
    faults = list(judge(rates, hits, files))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
