# SPDX-License-Identifier: Apache-2.0
"""Covert channels made for the benches: what carries the data (encoders), when (schedules), and who
talks to whom (channels).

The one idea: a payload of random bytes, encoded, is a row of characters drawn evenly from the
alphabet of the code. So an encoder draws, and counts the bits that its draw could carry; headers,
counters and padding that carry nothing are not counted. `Channel.moved_bytes` is that count: what
was moved in truth, whatever the names weigh.
"""

import itertools
import math
import random

import quality_tsv as q

# Names to be found by the tunnel's owner alone; a payload goes in front.
DOMAIN_TLDS = ["com", "com", "net", "org", "info", "io", "xyz", "online", "site", "top", "de"]
ZONES = ["", "", "", "t.", "cdn.", "ns1.", "a1.", "api."]

HEX = "0123456789abcdef"
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
BASE36 = "abcdefghijklmnopqrstuvwxyz0123456789"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

CONSONANTS = "bcdfghklmnprstvz"
VOWELS = "aeio"

# 8 x 8 x 8 x 8 = 4,096 made-up words, 12 bits each.
WORD_PARTS = (
    ("ba", "co", "de", "fi", "lu", "ma", "po", "ste"),
    ("r", "l", "n", "m", "nd", "rt", "ss", "ck"),
    ("a", "e", "i", "o", "u", "ea", "ou", "y"),
    ("", "n", "r", "s", "l", "t", "x", "ley"),
)

ENGLISH = """
able acid aged also area army away baby back ball band bank base bath bear beat bell belt best bird
blow blue boat body bond bone book boot born boss both bowl bulk burn bush busy cake call calm came
camp card care case cash cast cell chat chip city club coal coat code cold come cook cool cope copy
core cost crew crop dark data date dawn days dead deal dean dear debt deep deny desk dial diet disc
disk does done door dose down draw drew drop drug dual duke dust duty each earn ease east easy edge
else even ever face fact fail fair fall farm fast fate fear feed feel feet fell felt file fill film
find fine fire firm fish five flat flow food foot ford form fort four free from fuel full fund gain
game gate gave gear gene gift girl give glad goal goes gold golf gone good gray grew grow gulf hair
half hall hand hang hard harm hate have head hear heat held hell help here hero high hill hire hold
hole holy home hope host hour huge hung hunt hurt idea inch into iron item jack jane jean john join
jump jury just keen keep kent kept kick kill kind king knee knew know lack lady laid lake land lane
last late lead left less life lift like line link list live load loan lock logo long look lord lose
loss lost love luck made mail main make male many mark mass matt meal mean meat meet menu mere mike
mile milk mill mind mine miss mode mood moon more most move much must name navy near neck need news
next nice nick nine none nose note okay once only onto open oral over pace pack page paid pain pair
palm park part pass past path peak pick pine pink pipe plan play plot plug plus poll pool poor port
post pull pure push race rail rain rank rare rate read real rear rely rent rest rice rich ride ring
rise risk road rock role roll roof room root rose rule rush safe said sake sale salt same sand save
seat seed seek seem seen self sell send sent sept ship shop shot show shut sick side sign site size
skin slip slow snow soft soil sold sole some song soon sort soul spot star stay step stop such suit
sure take tale talk tall tank tape task team tech tell tend term test text than that them then they
thin this thus till time tiny told toll tone tony took tool tour town tree trip true tune turn twin
type unit upon used user vary vast very vice view vote wage wait wake walk wall want ward warm wash
wave ways weak wear week well went were west what when whom wide wife wild will wind wine wing wire
wise wish with wood word wore work yard yeah year your zero zone arrow badge cabin delta eagle fable
giant habit image jelly kayak label magic night ocean paint queen radio salad table uncle video
""".split()[:512]

CODEBOOK = (
    "www mail api cdn img static login news shop blog dev app test web m docs support forum status "
    "files portal auth sso vpn git wiki media video music photo store cart help info beta stage "
    "assets data db cache proxy mx1 mx2 ns1 ns2 smtp imap pop ftp search maps cloud edge node1 "
    "node2 node3 ads track stats push live play get go one"
).split()

RECORD_TYPES = ["A", "AAAA", "TXT", "MX", "NS", "SRV", "CAA", "HTTPS"]  # 3 bits a question


def draw(rng, alphabet, n):
    return "".join(rng.choices(alphabet, k=n))


def labels_of(text, label_max):
    return ".".join(text[i : i + label_max] for i in range(0, len(text), label_max))


# ------------------------------------------------------------------ answers


class Replies:
    """How the far end of one channel replies: drawn once, alike for the channel's life."""

    def __init__(self, rng, domain, types):
        self.rng = rng
        self.domain = domain
        self.qtype = rng.choice(types)
        self.ttl_s = rng.choice([0, 1, 3, 30, 60, 300])
        self.address = f"198.51.100.{rng.randint(1, 254)}"

    def lookup(self, name):
        """The question for @name and a reply that says nothing but "received"."""
        answers, rcode = (self.address,), 0
        if self.qtype == "AAAA":
            answers = ("2001:db8:" + self.address.replace(".", ":"),)
        elif self.qtype == "TXT":
            answers = (q.txt_answer("ok" + draw(self.rng, BASE32, 2)),)
        elif self.qtype in ("CNAME", "MX", "SRV"):
            answers = (f"{draw(self.rng, BASE32, 6)}.{self.domain}",)
        elif self.qtype == "NULL":
            answers = ("<unknown type=10>",)
        elif self.qtype == "NXDOMAIN":
            return q.Lookup(name, "A", (), 0, 3)
        return q.Lookup(name, self.qtype, answers, self.ttl_s, rcode)


PLAIN_TYPES = ["A", "A", "AAAA", "TXT"]
DATA_TYPES = ["A", "A", "AAAA", "TXT", "CNAME", "MX", "NULL", "NXDOMAIN"]


# ------------------------------------------------------------------ encoders
# Each gives (bits that a lookup carries, lookups without end) for one channel.


def coded(alphabet):
    """Payload in a text code, with or without a counter or a session's number before it."""

    def encode(rng, domain):
        replies = Replies(rng, domain, DATA_TYPES)
        zone = rng.choice(ZONES) + domain
        head = rng.choice(["none", "none", "counter", "session"])
        session = draw(rng, BASE32, 4)
        label_max = rng.choice([63, 60, 31])
        length = rng.randint(10, 180)

        def lookups():
            for n in itertools.count(1):
                name = labels_of(draw(rng, alphabet, length), label_max) + "." + zone
                if head == "counter":
                    name = f"{n}.{name}"
                elif head == "session":
                    name = f"{session}.{name}"
                yield replies.lookup(name)

        return length * math.log2(len(alphabet)), lookups()

    return encode


def parts(pieces, bits, counts, joints):
    """Names of some pieces, each worth @bits."""

    def encode(rng, domain):
        replies = Replies(rng, domain, PLAIN_TYPES)
        count, joint = rng.choice(counts), rng.choice(joints)

        def lookups():
            while True:
                name = joint.join(rng.choices(pieces, k=count)) + "." + domain
                yield replies.lookup(name)

        return count * bits, lookups()

    return encode


def made_up_words():
    first, second, third, fourth = WORD_PARTS
    return [a + b + c + d for a in first for b in second for c in third for d in fourth]


def short_chunks(rng, domain):
    """At most nine characters out of few common letters: low in entropy by any measure."""
    replies = Replies(rng, domain, PLAIN_TYPES)
    alphabet = "etaoinsrhldcumfp"[: rng.choice([4, 8, 16])]
    length = rng.randint(5, 9)

    def lookups():
        while True:
            yield replies.lookup(draw(rng, alphabet, length) + "." + domain)

    return length * math.log2(len(alphabet)), lookups()


def cdn_shaped(rng, domain):
    """The shapes of content networks: d and thirteen of base36, or a video cache's node."""
    replies = Replies(rng, domain, ["A", "A", "AAAA"])
    video = rng.random() < 0.5
    length = rng.choice([8, 10, 12]) if video else 13

    def lookups():
        while True:
            text = draw(rng, BASE36, length)
            name = f"r{rng.randint(1, 8)}---sn-{text}" if video else f"d{text}"
            yield replies.lookup(f"{name}.{domain}")

    return length * math.log2(36), lookups()


def no_common_parent(rng, _domain):
    """A chunk is a registrable domain of its own, asked of the attacker's server."""
    server = f"198.51.100.{rng.randint(1, 254)}"
    answered = rng.random() < 0.5
    length = rng.randint(10, 40)

    def lookups():
        while True:
            name = draw(rng, BASE32, length) + "." + rng.choice(["com", "net", "org", "info"])
            answers = (f"203.0.113.{rng.randint(1, 254)}",) if answered else ()
            yield q.Lookup(name, "A", answers, 60, 0 if answered else 3, server)

    return length * 5, lookups()


def bare_hex(rng, _domain):
    """A single label, under no domain at all, asked of the attacker's server."""
    server = f"198.51.100.{rng.randint(1, 254)}"
    length = rng.randint(8, 31) * 2
    qtype = rng.choice(["A", "TXT"])

    def lookups():
        while True:
            answers = ("198.51.100.7",) if qtype == "A" else (q.txt_answer(draw(rng, HEX, 20)),)
            yield q.Lookup(draw(rng, HEX, length), qtype, answers, 60, 0, server)

    return length * 4, lookups()


def counter_polls(rng, domain):
    """The name is a counter; TXT answers carry the data down."""
    length = rng.randint(40, 240)
    ttl_s = rng.choice([0, 1, 60])
    first = rng.randint(1, 100000)

    def lookups():
        for n in itertools.count(first):
            answer = q.txt_answer(draw(rng, BASE64URL, length))
            yield q.Lookup(f"{n}.{domain}", "TXT", (answer,), ttl_s)

    return length * 6, lookups()


def any_of(rng, known):
    while True:
        yield from rng.choices(known, k=256)


def codebook(size):
    def encode(rng, domain):
        replies = Replies(rng, domain, ["A", "AAAA"])
        replies.ttl_s = rng.choice([0, 1])
        names = rng.sample(CODEBOOK, size)
        known = [replies.lookup(f"{name}.{domain}") for name in names]
        return math.log2(size), any_of(rng, known)

    return encode


def record_types(rng, domain):
    """One name; the type of the question says three bits."""
    known = [q.Lookup("www." + domain, qtype, (), 0) for qtype in RECORD_TYPES]
    known[0] = Replies(rng, domain, ["A"]).lookup("www." + domain)
    return math.log2(len(known)), any_of(rng, known)


def letter_case(rng, domain):
    """One name; upper or lower case of each letter is a bit."""
    replies = Replies(rng, domain, ["A", "AAAA"])
    label = draw(rng, BASE32[:26], 24)

    def lookups():
        while True:
            case = rng.getrandbits(24)
            text = "".join(c.upper() if case >> i & 1 else c for i, c in enumerate(label))
            yield replies.lookup(f"{text}.{domain}")

    return 24, lookups()


# ------------------------------------------------------------------ schedules
# Each gives @n times, in order, within [0, @span_s).


def spread(gaps, span_s):
    scale = span_s / (sum(gaps) + 1e-9)
    at_s, times = 0.0, []
    for gap in gaps:
        times.append(at_s)
        at_s += gap * scale
    return times


def jittered(rng, n, span_s):
    """A sleep of fixed length, shortened by up to a share that the channel drew once."""
    jitter = rng.uniform(0, 0.99)
    return spread([1 - jitter * rng.random() for _ in range(n)], span_s)


def at_random(rng, n, span_s):
    return sorted(rng.random() * span_s for _ in range(n))


def human_hours(rng, n, span_s):
    """Nine to six on working days, with pauses as people make them."""
    days = [d for d in range(max(1, int(span_s // q.DAY_S))) if (d + 2) % 7 < 5]
    work_s = 9 * 3600
    times = spread([math.exp(1.5 * rng.gauss(0, 1)) for _ in range(n)], len(days) * work_s)
    return [days[int(t // work_s)] * q.DAY_S + 9 * 3600 + t % work_s for t in times]


SCHEDULES = {"jitter": jittered, "random": at_random, "human": human_hours}
SIX_MINUTES_S = 360


# ------------------------------------------------------------------ kinds of channels


class Kind:
    """A named way to talk. @schedule None: each channel draws one. @promise: the bound covers it,
    "up" by names and types, "down" by answers, None when it does not. @repeats: what is said lies
    in which known name is asked, or with which type."""

    def __init__(self, encode, schedule=None, n_domains=1, promise="up", repeats=False):
        self.encode = encode
        self.schedule = schedule
        self.n_domains = n_domains
        self.promise = promise
        self.repeats = repeats
        self.has_parent = encode not in (no_common_parent, bare_hex)


KINDS = {
    "base32": Kind(coded(BASE32)),
    "base64url": Kind(coded(BASE64URL)),
    "hex": Kind(coded(HEX)),
    "base36": Kind(coded(BASE36)),
    "base58": Kind(coded(BASE58)),
    "words-4096": Kind(parts(made_up_words(), 12, [1, 2, 3], ["-", "."])),
    "words-english": Kind(parts(ENGLISH, 9, [2, 3, 4], ["-", "."])),
    "short-chunks": Kind(short_chunks),
    "syllables": Kind(parts([c + v for c in CONSONANTS for v in VOWELS], 6, [3, 4, 5, 6], [""])),
    "cdn-shaped": Kind(cdn_shaped),
    "three-domains": Kind(coded(BASE36), n_domains=3),
    "no-common-parent": Kind(no_common_parent),
    "bare-hex": Kind(bare_hex),
    "counter-polls": Kind(counter_polls, promise="down"),
    "codebook-16": Kind(codebook(16), repeats=True),
    "codebook-64": Kind(codebook(64), repeats=True),
    "record-types": Kind(record_types, repeats=True),
    "jitter-0-99": Kind(coded(BASE32), "jitter"),
    "human-hours": Kind(coded(BASE32), "human"),
    "six-minutes": Kind(coded(BASE36), "six-minutes"),
    "letter-case": Kind(letter_case, promise=None),
}


class Domains:
    """Registrable names for the attackers, none given twice."""

    def __init__(self, rng):
        self.rng = rng
        self.given = set()

    def new(self):
        while True:
            rng = self.rng
            text = "".join(
                rng.choice(CONSONANTS) + rng.choice(VOWELS + "u") for _ in range(rng.randint(3, 5))
            )
            text += rng.choice(["", "n", "r", "s", "-tech", "hub"])
            name = f"{text}.{rng.choice(DOMAIN_TLDS)}"
            if name not in self.given:
                self.given.add(name)
                return name


class Channel:
    """One client that moves data. After `send`: lines, moved_bytes, n_names, n_queries."""

    def __init__(self, kind, client, domains):
        self.kind = kind
        self.client = client
        self.domains = domains
        self.lines = []
        self.moved_bytes = 0.0
        self.names = set()

    def lookups(self, rng, n_bytes):
        """The fewest lookups that move @n_bytes, over the channel's domains in turn."""
        sources = [self.kind.encode(rng, domain) for domain in self.domains]
        rounds = math.ceil(n_bytes * 8 / sum(bits for bits, _ in sources) - 1e-9)
        made = []
        # One domain, as nearly always, needs no turns.
        if len(sources) == 1:
            made = list(itertools.islice(sources[0][1], rounds))
        else:
            for _ in range(rounds):
                made += [next(lookups) for _, lookups in sources]
        self.moved_bytes += rounds * sum(bits for bits, _ in sources) / 8
        return made

    def steady_lookups(self, rng, n_bytes, span_s):
        """One lookup in six minutes, each as short as @n_bytes in all allow."""
        n = int(span_s // SIX_MINUTES_S)
        length = max(1, math.ceil(n_bytes * 8 / n / math.log2(36)))
        replies = Replies(rng, self.domains[0], PLAIN_TYPES)
        self.moved_bytes += n * length * math.log2(36) / 8
        names = (labels_of(draw(rng, BASE36, length), 63) for _ in range(n))
        return [replies.lookup(f"{name}.{self.domains[0]}") for name in names]

    def send(self, rng, n_bytes, start_s, span_s):
        schedule = self.kind.schedule or rng.choice(sorted(SCHEDULES))
        if schedule == "six-minutes":
            made = self.steady_lookups(rng, n_bytes, span_s)
            schedule = "jitter"
        else:
            made = self.lookups(rng, n_bytes)
        times = SCHEDULES[schedule](rng, len(made), span_s)
        self.names.update(lookup.name.lower() for lookup in set(made))
        self.lines += [
            q.line_of(start_s + at_s, self.client, lookup, rng.getrandbits(32))
            for at_s, lookup in zip(times, made)
        ]

    def alert(self, found):
        """The alert that names this channel, or None. A client that uses no domain, or several,
        may be named alone."""
        if not self.kind.has_parent:
            return found.names(self.client, None)
        for domain in self.domains:
            alert = found.names(self.client, domain)
            if alert:
                return alert
        if len(self.domains) > 1:
            alone = [a for a in found.clients.get(self.client, []) if not q.harness.domain_of(a)]
            return alone[0] if alone else None
        return None


class World:
    """Clients and domains of one scan: every channel has its own."""

    def __init__(self, seed, span_s=q.DAY_S, start_s=q.START_S):
        self.seed = seed
        self.span_s = span_s
        self.start_s = start_s
        self.domains = Domains(random.Random(f"{seed}/domains"))
        self.n_clients = 0
        self.lines = []

    def rng(self, what):
        return random.Random(f"{self.seed}/{what}")

    def new_client(self, n_background=12):
        """A client with its few ordinary lookups."""
        client = q.client_of(self.n_clients)
        self.n_clients += 1
        rng = self.rng(f"background/{client}")
        self.lines += q.background(rng, client, self.start_s, self.span_s, n_background)
        return client

    def add(self, name, n_bytes):
        """One channel of the kind @name that moves @n_bytes within the world's time."""
        kind = KINDS[name]
        client = self.new_client(12 if self.span_s <= q.DAY_S else 60)
        channel = Channel(kind, client, [self.domains.new() for _ in range(kind.n_domains)])
        channel.send(self.rng(f"{name}/{client}"), n_bytes, self.start_s, self.span_s)
        self.lines += channel.lines
        channel.lines = None
        return channel
