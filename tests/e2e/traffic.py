# SPDX-License-Identifier: Apache-2.0
"""What happens in the laboratory: lookups by all clients, an iodine and a dns2tcp tunnel."""

import os
import random
import sys

from lab import HERE, N_CLIENTS, RESOLVER, TUNNELS

IODINE_DOMAIN = "t.quarrynet.example"
DNS2TCP_DOMAIN = "d.slatebridge.example"
IODINE_NET = "10.199.53."
IODINE_PORT, DNS2TCP_PORT, SINK_PORT = 5301, 5302, 5400
PASSWORD = "lantern"
SITES = (
    "harbour-times riverbank northgate-shop kettleworks weather-desk cloudyard parcelpath "
    "footnotes-wiki mapmakers openledger tidepool-video stonehouse-mail greenfield-bank "
    "trainboard cityhall recipebook photobarn gamelodge travelnook bookshelf"
).split()
HOSTS = "www cdn img static api login mail ns1 assets m news media shop search video".split()
SEED = 20


def zone_text():
    """The zone example.: some sites, and the two delegations."""
    lines = [
        "$TTL 300",
        "@ SOA a.root. hostmaster.a.root. 1 1800 900 604800 60",
        "@ NS a.root.",
        "ready.lab A 203.0.113.6",
        f"tunnels A {TUNNELS}",
        f"{IODINE_DOMAIN}. NS tunnels.example.",
        f"{DNS2TCP_DOMAIN}. NS tunnels.example.",
    ]
    for i, site in enumerate(SITES):
        lines += [f"{site} A 203.0.113.{10 + i}", f"{site} MX 10 mail.{site}.example.",
                  f'{site} TXT "v=spf1 mx -all"']
        for j, host in enumerate(HOSTS):
            if host == "cdn":
                lines.append(f"{host}.{site} CNAME www.{site}.example.")
                continue
            lines.append(f"{host}.{site} A 203.0.113.{10 + (i + j) % 200}")
            if j % 2:
                lines.append(f"{host}.{site} AAAA 2001:db8::{i:x}:{j:x}")
    return "\n".join(lines) + "\n"


def lookups(client, n):
    """@n ordinary questions of one client, the same in every run."""
    chance = random.Random(SEED + client)
    own = chance.sample(SITES, 12)
    questions = []
    while len(questions) < n:
        site = chance.choice(own)
        host = chance.choice(HOSTS)
        kind = chance.choices(("A", "AAAA", "MX", "TXT", "HTTPS"), (50, 30, 3, 3, 14))[0]
        name = f"{site}.example" if kind in ("MX", "TXT") else f"{host}.{site}.example"
        if chance.random() < 0.02:
            name = f"{host}{chance.randrange(9)}.{site}.example"  # there is none
        questions.append((name, kind))
    return questions


def start_tunnel_servers(lab, folds):
    """@folds: the addresses of resolvers that fold the case of names."""
    lab.script("auth", "front", "front.py", TUNNELS, ",".join(folds),
               f"{IODINE_DOMAIN}={IODINE_PORT}", f"{DNS2TCP_DOMAIN}={DNS2TCP_PORT}")
    lab.script("auth", "sink", "sink.py", str(SINK_PORT))
    lab.start("auth", "iodined", "iodined", "-f", "-c", "-P", PASSWORD, "-l", "127.0.0.1", "-p",
              str(IODINE_PORT), IODINE_NET + "1/24", IODINE_DOMAIN)
    with open(lab.path("dns2tcpd.conf"), "w", encoding="ascii") as f:
        f.write(f"listen = 127.0.0.1\nport = {DNS2TCP_PORT}\nuser = root\nchroot = {lab.folder}\n"
                f"domain = {DNS2TCP_DOMAIN}\nresources = sink:127.0.0.1:{SINK_PORT}\n")
    lab.start("auth", "dns2tcpd", "dns2tcpd", "-F", "-f", lab.path("dns2tcpd.conf"))


def start_lookups(lab, n, gap_s):
    """All clients at once; each asks one name after the other."""
    processes = []
    for client in range(N_CLIENTS):
        path = lab.path(f"lookups{client}.txt")
        with open(path, "w", encoding="ascii") as f:
            f.writelines(f"{name} {kind}\n" for name, kind in lookups(client, n))
        processes.append(lab.script(f"c{client + 1}", f"lookups{client}", "asker.py", RESOLVER,
                                    path, str(gap_s)))
    return processes


def start_iodine(lab, kind):
    """@kind: the record type, None for what iodine finds out."""
    chosen = ["-T", kind] if kind else []
    return lab.start("c1", "iodine", "iodine", "-f", "-r", "-L0", "-P", PASSWORD, "-d", "dns0",
                     *chosen, RESOLVER, IODINE_DOMAIN)


def iodine_is_up(lab):
    return is_printed(lab, "iodine.out", b"Connection setup complete")


def start_dns2tcp(lab, kind):
    return lab.start("c2", "dns2tcp", "dns2tcpc", "-z", DNS2TCP_DOMAIN, "-r", "sink", "-l",
                     str(SINK_PORT), "-d", "1", "-T", kind, RESOLVER)


def dns2tcp_is_up(lab):
    return is_printed(lab, "dns2tcp.out", b"Listening on port")


def is_printed(lab, name, what):
    with open(lab.path(name), "rb") as f:
        return what in f.read()


def send(lab, space, host, n_bytes):
    """Bytes through a tunnel to the sink and its answers back."""
    script = os.path.join(HERE, "sink.py")
    lab.run(space, sys.executable, script, str(SINK_PORT), host, str(n_bytes), timeout=120)
