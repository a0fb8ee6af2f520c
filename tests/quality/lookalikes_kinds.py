# SPDX-License-Identifier: Apache-2.0
"""Ordinary DNS that looks like a tunnel, written from what is publicly known of each: how its names
are laid out, what is answered, how often and by how many machines it is asked.

A kind gets the conversations of its clients, one each: `site` is a fleet in an office, `home` one
or two machines where nobody else asks for the domain. Where a domain is only a stand-in for the
many of its sort, it is a made-up one, so that no list of known services is of help.
"""

import channels
import quality_tsv as q
import tools_wire as w
from tools_kits import BASE36, LETTERS

DIGITS = "0123456789"
HEX = "0123456789abcdef"
HOUR_S = 3600
KINDS = []


class Kind:
    """@many: clients in an office; @few: at home; @right: why an alert would be right, or "gap: "
    and why there is one that is not."""

    def __init__(self, name, write, many, few, right):
        self.name, self.write, self.many, self.few, self.right = name, write, many, few, right


def kind(name, many=20, few=2, right=None):
    def keep(write):
        KINDS.append(Kind(name, write, many, few, right))
        return write

    return keep


def code(n=2):
    return w.a(f"127.0.0.{n}")


def address(t):
    return w.a(f"203.0.113.{t.rng.randrange(1, 250)}")


def host(t, name, *answers, ttl_s=60):
    """A program that connects asks for both kinds of address, where the machine has both."""
    t.ask(name, "A", *(answers or [address(t)]), ttl_s=ttl_s)
    if t.has_v6:
        t.ask(name, "AAAA", ttl_s=ttl_s)


def page(t, name, *answers, ttl_s=60):
    """A browser asks for the service's record too."""
    host(t, name, *answers, ttl_s=ttl_s)
    t.ask(name, "HTTPS", ttl_s=ttl_s)


def by_hand(t, n, span_s=9 * HOUR_S):
    """@n moments of a working day, in clumps as people make them."""
    at = sorted(8 * HOUR_S + t.rng.random() * span_s for _ in range(n))
    for moment in at:
        t.at_s = max(t.at_s, moment if t.rng.random() < 0.5 else t.at_s)
        yield


def v4(t):
    return ".".join(str(t.rng.randrange(1, 255)) for _ in range(4))


def guid_of(t):
    return "-".join(t.draw(HEX, n) for n in (8, 4, 4, 4, 12))


def word_host(t):
    words = "mail smtp web srv db app node edge cache files".split()
    return f"{t.rng.choice(words)}{t.rng.randrange(40)}"


def other_domain(t):
    """One of many that people chose."""
    first, second = t.rng.choices(channels.ENGLISH + q.SITE_WORDS, k=2)
    return f"{first}{second}.{t.rng.choice(q.SITE_TLDS)}"


# ------------------------------------------------------------------ reputation


@kind("av file lookups, known")
def mcafee(t):
    for _ in by_hand(t, 60):
        t.ask(f"0.0.0.0.1.0.0.{t.draw(HEX, 2)}.{t.draw(BASE36, 26)}.avqs.mcafee.com", "A",
              code(t.rng.randrange(1, 200)), ttl_s=300)  # fmt: skip


@kind("av file lookups, unknown vendor")
def av_unknown(t):
    for _ in by_hand(t, 60):
        t.ask(f"0.0.0.0.1.0.0.{t.draw(HEX, 2)}.{t.draw(BASE36, 26)}.fq.safeguardlabs.net", "A",
              code(t.rng.randrange(1, 200)), ttl_s=300)  # fmt: skip


@kind("av url lookups in TXT, known")
def sophos(t):
    for _ in by_hand(t, 120):
        name = f"4.{t.draw('nopqrs0123456789', 32)}.{t.draw('nopqrs0123456789', 28)}.0.i.04.s"
        t.ask(f"{name}.sophosxl.net", "TXT", w.txt("w c 1 0"), ttl_s=300)


@kind("av cloud, several labels, known")
def eset(t):
    for _ in by_hand(t, 80):
        t.ask(f"{t.draw(LETTERS[:16], 22)}.{t.draw(LETTERS[:16], 14)}.a.j.e5.sk", "A",
              w.a(f"0.{t.rng.randrange(255)}.0.{t.rng.randrange(4)}"), ttl_s=600)  # fmt: skip


@kind("web rating by host name")
def web_rating(t):
    for _ in by_hand(t, 150):
        t.ask(f"{word_host(t)}.{other_domain(t)}.{t.rng.randrange(9)}.rating.webshieldcloud.com",
              "A", code(t.rng.randrange(1, 64)), ttl_s=3600)  # fmt: skip


@kind("hash lookups by a siem", many=1, few=1)
def cymru(t):
    for _ in by_hand(t, 800):
        if t.rng.random() < 0.5:
            t.ask(f"{t.draw(HEX, 32)}.malware.hash.cymru.com", "A", rcode=3)
        else:
            t.ask(f"{v4(t)}.origin.asn.cymru.com", "TXT",
                  w.txt(f"{t.rng.randrange(65000)} | 203.0.113.0/24 | US"))  # fmt: skip


# ------------------------------------------------------------------ mail


@kind("block lists at a mail server", many=2, few=1)
def dnsbl(t):
    lists = ["zen.spamhaus.org", "bl.spamcop.net", "b.barracudacentral.org", "bl.mailwarden.net",
             "ix.dnsbl.postwatch.org"]  # fmt: skip
    for _ in by_hand(t, 700, 16 * HOUR_S):
        who = v4(t)
        for zone in lists:
            hit = t.rng.random() < 0.2
            t.ask(f"{who}.{zone}", "A", *([code()] if hit else []), rcode=0 if hit else 3)
        t.ask(other_domain(t), "MX", w.mx(f"mx.{other_domain(t)}"))


@kind("block lists by hash and name at a mail server", many=2, few=1)
def uribl(t):
    for _ in by_hand(t, 500, 16 * HOUR_S):
        t.nothing(f"{other_domain(t)}.multi.surbl.org")
        t.nothing(f"{other_domain(t)}.dbl.postwatch.org")
        t.nothing(f"{t.draw(HEX, 40)}.ebl.msbl.org")
        t.nothing(f"{t.draw(LETTERS + '234567', 32)}.hbl.mailwarden.net")
        t.ask(other_domain(t), "MX", w.mx(f"mx.{other_domain(t)}"))


@kind("block lists with a customer's key", many=2, few=1)
def keyed_lists(t):
    key = t.draw(LETTERS + "234567", 26)
    for _ in by_hand(t, 600, 16 * HOUR_S):
        t.ask(f"{v4(t)}.{key}.zen.dq.spamhaus.net", "A", rcode=3)
        t.ask(f"{v4(t)}.{key}.ip.dq.mailwarden.net", "A", rcode=3)
        t.ask(other_domain(t), "MX", w.mx(f"mx.{other_domain(t)}"))


@kind("policies at a mail server: SPF macros, DKIM, DMARC, MTA-STS", many=2, few=1)
def policies(t):
    for _ in by_hand(t, 500, 16 * HOUR_S):
        sender = other_domain(t)
        t.ask(sender, "TXT", w.txt("v=spf1 include:_spf." + sender + " -all"), ttl_s=3600)
        t.ask(f"{v4(t)}._ip.{word_host(t)}.{sender}._ehlo.{sender}._spf.senderproof.email", "TXT",
              w.txt("v=spf1 +a:allowed.senderproof.email -all"))  # fmt: skip
        key = w.b64(t.bytes(270))
        t.ask(f"s{t.rng.randrange(2049)}._domainkey.{sender}", "TXT", w.txt("v=DKIM1; p=" + key))
        t.ask(f"_dmarc.{sender}", "TXT", w.txt("v=DMARC1; p=none; rua=mailto:d@" + sender))
        t.nothing(f"_mta-sts.{sender}", "TXT")
        t.ask(sender, "MX", w.mx("mx." + sender))


@kind("DKIM selectors of a mass mailer's customers", many=2, few=1)
def selectors(t):
    for _ in by_hand(t, 300, 16 * HOUR_S):
        sender = other_domain(t)
        t.ask(f"{t.draw(LETTERS + '234567', 32)}._domainkey.{sender}", "TXT",
              w.txt("p=" + w.b64(t.bytes(160))), ttl_s=1800)  # fmt: skip
        t.ask(sender, "MX", w.mx(f"mx.{sender}"))


# ------------------------------------------------------------------ measurement in browsers


@kind("measurement of content networks in pages")
def rum(t):
    for _ in by_hand(t, 6):
        me = t.draw(LETTERS + DIGITS, 20)
        for part in ("i1", "i2", "d1", "r20"):
            page(t, f"{part}-{me}.{t.draw(BASE36, 10)}.radarpixel.net", address(t), ttl_s=20)


@kind("measurement by an advertisement, long labels")
def ad_measurement(t):
    for _ in by_hand(t, 2):
        me = f"u{t.draw(HEX, 24)}-c{t.rng.randrange(99)}-s1714550{t.rng.randrange(999):03d}"
        for test in ("0du", "0di", "06u", "06s", "0ds", "0pz"):
            page(t, f"{test}-{me}-i{t.draw(HEX, 8)}-0.am.dotprobe.net", address(t), ttl_s=1)


@kind("v6 experiments of a search engine")
def v6exp(t):
    for _ in by_hand(t, 3):
        me = f"p4-{t.draw(BASE36, 13)}-{t.draw(BASE36, 16)}-if"
        for test in ("v6exp3-v4", "v6exp3-ds", "s1-v6exp3-v4"):
            page(t, f"{me}-{t.rng.randrange(999999)}-{test}.metric.gstatic.com", address(t))


@kind("network measurement of an office suite")
def footprint(t):
    for _ in by_hand(t, 4):
        page(t, f"{t.draw(HEX, 32)}.clo.pathprobe365.com", address(t))
        page(t, f"{t.draw(HEX, 32)}.nrb.pathprobe365.com", address(t))


@kind("timing of page loads")
def page_timing(t):
    for _ in by_hand(t, 30):
        ip = v4(t).replace(".", "-")
        page(t, f"{t.draw(LETTERS + '234567', 26)}-{ip}-clientnsv4-s.edgetiming.net", address(t),
              ttl_s=1)  # fmt: skip


@kind("a leak test", many=1, few=1)
def leak_test(t):
    t.at_s = 11 * HOUR_S
    for _ in range(36):
        page(t, f"{t.draw(HEX, 32)}.test.leakprobe.com", address(t), ttl_s=1)
    t.sleep(60)
    me = t.rng.randrange(10**9)
    for n in range(10):
        page(t, f"{n}.{me}.leakprobe.sh", address(t), ttl_s=1)


@kind("frames of advertisements, a name each")
def safeframe(t):
    for _ in by_hand(t, 120):
        page(t, f"{t.draw(HEX, 32)}.safeframe.adframehost.com", w.a("203.0.113.9"), ttl_s=300)


@kind("downloads from a file host, a name each")
def file_host(t):
    for _ in by_hand(t, 80):
        page(t, f"uc{t.draw(HEX, 27)}.dl.filehostusercontent.com", w.a("203.0.113.15"), ttl_s=60)


@kind("video caches")
def video(t):
    for _ in by_hand(t, 60):
        name = f"r{t.rng.randrange(1, 9)}---sn-{t.draw(BASE36, 8)}.streamcachevideo.com"
        page(t, name, address(t), ttl_s=1800)


@kind("probes of a browser for lies")
def browser_probes(t):
    for _ in by_hand(t, 8):
        for _ in range(3):
            label = t.draw(LETTERS, t.rng.randrange(7, 16))
            t.nothing(label)
            t.nothing(f"{label}.corp.northwindmills.com")


# ------------------------------------------------------------------ inside a site


@kind("search lists and WPAD")
def search_list(t):
    for _ in by_hand(t, 120):
        name = f"{word_host(t)}.{other_domain(t)}"
        for suffix in ("corp.northwindmills.com", "northwindmills.com"):
            t.nothing(f"{name}.{suffix}")
            t.nothing(f"wpad.{suffix}")
        t.ask(name, "A", address(t))


@kind("ndots of a cluster", many=6, few=2)
def ndots(t):
    for _ in by_hand(t, 400, 15 * HOUR_S):
        name = f"{word_host(t)}.{other_domain(t)}"
        for suffix in ("shop.svc.cluster.local", "svc.cluster.local", "cluster.local",
                       "eu-west-1.compute.internal"):  # fmt: skip
            t.nothing(f"{name}.{suffix}")
            t.nothing(f"{name}.{suffix}", "AAAA")
        t.ask(name, "A", address(t))


@kind("directory: SRV storms and GUIDs", many=6, few=0)
def directory(t):
    guids = [guid_of(t) for _ in range(40)]
    zone = "ad.northwindmills.com"
    for _ in by_hand(t, 200):
        t.ask(f"{t.rng.choice(guids)}._msdcs.{zone}", "CNAME", w.cname(f"dc1.{zone}"), ttl_s=600)
        site = f"branch-{t.rng.randrange(60)}"
        t.ask(f"_ldap._tcp.{site}._sites.dc._msdcs.{zone}", "SRV", w.srv(f"dc2.{zone}", 389))
        t.ask(f"_kerberos._tcp.{site}._sites.{zone}", "SRV", w.srv(f"dc1.{zone}", 88))


@kind("machine accounts with generated names", many=4, few=0,
      right="gap: the site's own domain has a public suffix, and the ceiling of any")  # fmt: skip
def machines(t):
    for _ in by_hand(t, 300):
        t.ask(f"desktop-{t.draw(BASE36, 7)}.corp.northwindmills.com", "A", w.a("10.1.2.3"))
        t.ask(f"ip-10-{t.rng.randrange(255)}-{t.rng.randrange(255)}-7.corp.northwindmills.com",
              "A", w.a("10.1.2.4"))  # fmt: skip


@kind("service discovery by unicast")
def dns_sd(t):
    for _ in by_hand(t, 40):
        net = f"0.{t.rng.randrange(4)}.168.192.in-addr.arpa"
        for head in ("b._dns-sd._udp", "db._dns-sd._udp", "r._dns-sd._udp", "lb._dns-sd._udp"):
            t.nothing(f"{head}.{net}", "PTR")


@kind("reverse lookups of a whole network", many=1, few=1)
def reverse_scan(t):
    t.at_s = 10 * HOUR_S
    for n in range(6000):
        t.ask(f"{n & 255}.{n >> 8}.20.172.in-addr.arpa", "PTR", rcode=3)


@kind("reverse lookups of what a siem sees", many=1, few=1)
def reverse_siem(t):
    for _ in by_hand(t, 4000, 16 * HOUR_S):
        t.ask(f"{v4(t)}.in-addr.arpa", "PTR", w.ptr(f"host-{v4(t).replace('.', '-')}.isp.net"))


@kind("reverse lookups of IPv6 addresses", many=2, few=1)
def reverse_v6(t):
    nets = [t.draw(HEX, 4) for _ in range(30)]
    for _ in by_hand(t, 1500, 16 * HOUR_S):
        name = ".".join(t.draw(HEX, 20) + t.rng.choice(nets) + "8bd01002")
        t.nothing(f"{name}.ip6.arpa", "PTR")


@kind("a resolver that minimises names", many=1, few=1)
def qname_min(t):
    for _ in by_hand(t, 1500, 16 * HOUR_S):
        zone = other_domain(t)
        t.ask(f"_.{zone}", "A", rcode=3)
        t.ask(f"_.{word_host(t)}.{zone}", "A", rcode=3)
        t.ask(f"{word_host(t)}.{zone}", "A", address(t))
        t.ask(zone, "DS")
        t.ask(zone, "DNSKEY", w.raw("DNSKEY", b"\1\1\3\x0d" + t.bytes(64)), ttl_s=3600)


@kind("a forwarder that randomises case", many=3, few=1)
def case_0x20(t):
    def cased(name):
        return "".join(c.upper() if t.rng.random() < 0.5 else c for c in name)

    for _ in by_hand(t, 800):
        host(t, cased(f"{word_host(t)}.{other_domain(t)}"), address(t), ttl_s=60)
        host(t, cased(f"d{t.rng.randrange(60):03d}cdn.assetedge.net"), address(t), ttl_s=60)


# ------------------------------------------------------------------ clouds and machines


@kind("certificates: challenges and transparency", many=1, few=1)
def acme(t):
    for _ in by_hand(t, 60, 16 * HOUR_S):
        t.ask(f"_acme-challenge.{word_host(t)}.northwindmills.com", "TXT",
              w.txt(w.b64url(t.bytes(32))), ttl_s=60)  # fmt: skip
        t.ask(f"{word_host(t)}.{other_domain(t)}", "CNAME", w.cname(f"x.{other_domain(t)}"))


@kind("challenges delegated to a service", many=1, few=1)
def acme_dns(t):
    for _ in by_hand(t, 20, 16 * HOUR_S):
        guid = guid_of(t)
        for _ in range(3):
            t.ask(f"{guid}.auth.acmeproxy.io", "TXT", w.txt(w.b64url(t.bytes(32))), ttl_s=1)


@kind("object stores and front doors", many=10, few=2)
def buckets(t):
    for _ in by_hand(t, 30):
        page(t, f"{t.draw(BASE36, 14)}.s3.eu-west-1.amazonaws.com", address(t), ttl_s=5)
        page(t, f"{t.draw(LETTERS + DIGITS, 24)}.blob.core.windows.net", address(t), ttl_s=60)
        page(t, f"d{t.draw(BASE36, 13)}.cloudfront.net", address(t), ttl_s=60)
        page(t, f"e{t.rng.randrange(20000)}.dscb.akamaiedge.net", address(t), ttl_s=20)


@kind("a backup's storage disks", many=2, few=1)
def disks(t):
    t.has_v6 = True
    for _ in by_hand(t, 200, 14 * HOUR_S):
        zone = t.rng.randrange(1, 50)
        host(t, f"md-{t.draw(BASE36, 12)}.z{zone}.blob.diskstorecloud.net", address(t), ttl_s=60)


@kind("container registries", many=6, few=1)
def registries(t):
    for _ in by_hand(t, 60):
        host(t, f"{t.draw(DIGITS, 12)}.dkr.ecr.us-east-1.amazonaws.com", address(t), ttl_s=60)
        host(t, f"{t.draw(HEX, 20)}.azurecr.io", address(t), ttl_s=60)
        host(t, f"cdn{t.rng.randrange(9)}-{t.draw(HEX, 16)}.layersregistry.io", address(t))


@kind("builds that start machines", many=2, few=1)
def instances(t):
    t.has_v6 = True  # the programs of a build ask for both kinds always
    for _ in by_hand(t, 250, 14 * HOUR_S):
        host(t, f"i-0{t.draw(HEX, 16)}.workers.buildgrid.net", w.a("10.9.8.7"), ttl_s=5)


@kind("devices that call home by their number", many=60, few=6)
def devices(t):
    me = t.draw(HEX, 16)
    t.at_s = t.rng.random() * 300
    while t.at_s < 23 * HOUR_S:
        t.ask(f"{me}.iot.lumenplug.com", "A", w.a("203.0.113.80"), ttl_s=60)
        t.sleep(300, 0.02)


@kind("a device with a new session each hour", many=6, few=1,
      right="a new random name by the clock, all day, from one machine to one domain")  # fmt: skip
def device_sessions(t):
    me = t.draw(HEX, 12)
    t.at_s = t.rng.random() * 300
    while t.at_s < 23 * HOUR_S:
        t.ask(f"{me}-{t.draw(HEX, 8)}.mq.lumenplug.io", "A", w.a("203.0.113.81"), ttl_s=60)
        t.sleep(3600, 0.05)


@kind("a television's recognition service", many=4, few=1)
def television(t):
    t.at_s = 18 * HOUR_S
    for _ in range(300):
        host(t, f"eu-acr{t.rng.randrange(64)}.telescreenads.tv", address(t), ttl_s=30)
        t.sleep(30, 0.1)


@kind("trackers of a file sharer", many=2, few=1)
def trackers(t):
    dead = [f"tracker.{other_domain(t)}" for _ in range(80)]
    for _ in by_hand(t, 900):
        t.nothing(t.rng.choice(dead))


@kind("numbers of calls in ENUM", many=2, few=1)
def enum_calls(t):
    for _ in by_hand(t, 1500):
        number = ".".join(t.draw(DIGITS, 10))
        t.nothing(f"{number}.9.4.e164.arpa", "NAPTR")
        t.nothing(f"{number}.9.4.e164.voicecarrier.net", "NAPTR")


@kind("realms of visitors", many=1, few=1)
def realms(t):
    for _ in by_hand(t, 400):
        realm = other_domain(t)
        t.ask(realm, "NAPTR")
        t.ask(f"_radsec._tcp.{realm}", "SRV", w.srv(f"radius.{realm}", 2083))


@kind("seeds of a currency", many=2, few=1)
def seeds(t):
    for _ in by_hand(t, 40):
        for zone in ("seed.coinnodes.org", "dnsseed.coinproject.be"):
            t.ask(f"x{t.draw(HEX, 1)}.{zone}", "A", *[w.a_bytes(t.bytes(4)) for _ in range(20)])


@kind("node lists as trees in TXT", many=2, few=1,
      right="base32 names with long answers by the thousand: its owner alone can tell")  # fmt: skip
def node_tree(t):
    for _ in by_hand(t, 800, 16 * HOUR_S):
        t.ask(f"{t.draw('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 26)}.all.mainnet.nodedisco.net", "TXT",
              w.txt("enr:-" + w.b64url(t.bytes(120))), ttl_s=86400)  # fmt: skip


@kind("inclusion proofs in TXT", many=6, few=1,
      right="as many names in base32 with TXT answers as a small exfiltration has")  # fmt: skip
def proofs(t):
    for _ in by_hand(t, 20):
        t.ask(f"{t.draw(LETTERS.upper() + '234567', 52)}.hash.pilot.ctproofs.com", "TXT",
              w.txt(str(t.rng.randrange(10**8))), ttl_s=3600)  # fmt: skip


@kind("checks that no cache may answer", many=3, few=1,
      right="a new name by the clock, all day, from one machine to one domain")  # fmt: skip
def cache_busting(t):
    t.at_s = t.rng.random() * 60
    while t.at_s < 23 * HOUR_S:
        t.ask(f"t{int(1714521600 + t.at_s)}.health.uptimewatch.net", "A", w.a("203.0.113.90"),
              ttl_s=1)  # fmt: skip
        t.sleep(60, 0.01)


@kind("checks by random name", many=3, few=1,
      right="a new random name by the clock, all day, from one machine to one domain")  # fmt: skip
def random_checks(t):
    t.at_s = t.rng.random() * 60
    while t.at_s < 23 * HOUR_S:
        t.ask(f"{t.draw(HEX, 12)}.probe.uptimewatch.io", "A", w.a("203.0.113.91"), ttl_s=1)
        t.sleep(300, 0.01)


@kind("enumeration by an own tester", many=1, few=1,
      right="thousands of names of one domain that nobody uses, from one machine")  # fmt: skip
def enumeration(t):
    t.at_s = 14 * HOUR_S
    for n in range(5000):
        t.nothing(f"{word_host(t)}-{t.draw(LETTERS, 3)}{n % 97}.customerportal.com")


@kind("a load test with random names", many=1, few=1,
      right="random names by the thousand, from one machine to one domain")  # fmt: skip
def load_test(t):
    t.at_s = 15 * HOUR_S
    for _ in range(5000):
        t.nothing(f"{t.draw(BASE36, 10)}.load.northwindmills.net")


@kind("zone walks of a validator", many=1, few=1)
def validator(t):
    for _ in by_hand(t, 1200, 16 * HOUR_S):
        zone = other_domain(t)
        t.ask(zone, "DS")
        t.ask(zone, "DNSKEY", w.raw("DNSKEY", b"\1\1\3\x0d" + t.bytes(64)), ttl_s=3600)
        t.ask(zone, "NS", w.ns("ns1." + zone))


@kind("tenants of a software service")
def tenants(t):
    for _ in by_hand(t, 40):
        tenant = other_domain(t).partition(".")[0]
        page(t, f"{tenant}-{t.rng.randrange(99)}.my.crmtenants.com", address(t), ttl_s=300)
        page(t, f"{t.draw(HEX, 32)}.eu.sessionhost.net", address(t), ttl_s=300)


@kind("media servers at home", many=6, few=2)
def media(t):
    me = t.draw(HEX, 32)
    for _ in by_hand(t, 60):
        ip = f"192-168-1-{t.rng.randrange(2, 9)}"
        page(t, f"{ip}.{me}.mediabox.direct", w.a("192.168.1.5"), ttl_s=300)


@kind("licences by hash, in TXT", many=20, few=2)
def licences(t):
    for _ in by_hand(t, 8):
        t.ask(f"{t.draw(HEX, 40)}.lic.keyserverdesk.com", "TXT",
              w.txt(w.b64(t.bytes(48))), ttl_s=3600)  # fmt: skip
