#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A running tunnel is found, contained and let go again, at each kind of resolver and by nftables.

    tests/e2e/contain.py PROGRAM [WRITER...]

In the laboratory of lab.py a client runs iodine through the resolver. The capture of that is
scanned; the alert goes through `earthdog contain`; the consumer loads the artefact. Within five
seconds nothing may pass through the tunnel any more, while ordinary lookups of all clients go on;
after --undo a new tunnel comes up.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import harness  # noqa: E402
import lab as laboratory  # noqa: E402
import resolvers  # noqa: E402
import traffic  # noqa: E402

PROGRAMS = "named dig iodine iodined tcpdump".split()
LIMIT_S = 5
UP_TRIES = 10
STOPPED_TRIES = 3  # in a row, so that a slow machine or a restart is not taken for a stop
N_BYTES = 8192
ORDINARY = ["www.harbour-times.example", "api.riverbank.example", "static.kettleworks.example"]
INNER_PORT = 5353  # of the resolver behind dnsdist
DNSMASQ = ("--keep-in-foreground --user=root --no-resolv --no-hosts --pid-file= --cache-size=0 "
           "--dns-forward-max=1000 --bind-interfaces --except-interface=lo")
DNSDIST = """
setLocal('{resolver}:53')
setACL('0.0.0.0/0')
setSecurityPollSuffix('')
newServer({{address='127.0.0.1:{port}', healthCheckMode='up'}})
dofile('{artefact}')
"""


class Site:
    """One resolver with an artefact, started anew to load it."""

    needs = []

    def __init__(self, lab, writer):
        self.lab = lab
        self.artefact = lab.path(writer + ".artefact")
        self.process = None
        self.options = []

    def start(self):
        raise NotImplementedError

    def load(self):
        """The resolver reads the artefact: the portable way, a restart."""
        laboratory.stop(self.process)
        self.lab.running = [r for r in self.lab.running if r[1] is not self.process]
        self.start()
        wait_for_resolver(self.lab)

    def conf(self, name, text, **values):
        return resolvers.write(self.lab, name, text, artefact=self.artefact, **values)


class Bind(Site):
    needs = ["named"]

    def start(self):
        conf = self.conf("site.conf", resolvers.NAMED_RESOLVER + 'include "{artefact}";\n')
        self.process = self.lab.start("r0", "site", "named", "-f", "-n", "1", "-c", conf)


class Rpz(Bind):
    def start(self):
        policy = 'response-policy {{ zone "rpz.test"; }} qname-wait-recurse no;\n}};\ncontrols'
        text = resolvers.NAMED_RESOLVER.replace("}};\ncontrols", policy, 1)
        text += 'zone "rpz.test" {{ type primary; file "{artefact}"; }};\n'
        conf = self.conf("site.conf", text)
        self.process = self.lab.start("r0", "site", "named", "-f", "-n", "1", "-c", conf)


class Unbound(Site):
    needs = ["unbound"]

    def start(self):
        text = resolvers.UNBOUND.split("dnstap:")[0] + 'include: "{artefact}"\n'
        conf = self.conf("site.conf", text)
        self.process = self.lab.start("r0", "site", "unbound", "-d", "-c", conf)


class Knot(Site):
    needs = ["kresd"]

    def start(self):
        text = resolvers.KRESD.split("dnstap.config")[0].replace(", 'dnstap'", "")
        conf = self.conf("site.conf", text + "dofile('{artefact}')\n")
        shutil.rmtree(self.lab.path("kresd"), ignore_errors=True)
        os.makedirs(self.lab.path("kresd"))
        self.process = self.lab.start("r0", "site", "kresd", "-n", "-c", conf,
                                      self.lab.path("kresd"))


class Dnsdist(Site):
    """Before a BIND on the loopback."""

    needs = ["dnsdist", "named"]

    def __init__(self, lab, writer):
        super().__init__(lab, writer)
        text = resolvers.NAMED_RESOLVER.replace(
            "listen-on {{ {resolver}; }}", "listen-on port %d {{ 127.0.0.1; }}" % INNER_PORT)
        lab.start("r0", "inner", "named", "-f", "-n", "1", "-c", self.conf("inner.conf", text))

    def start(self):
        conf = self.conf("site.conf", DNSDIST, port=INNER_PORT)
        self.process = self.lab.start("r0", "site", "dnsdist", "--supervised", "-C", conf)


class Dnsmasq(Dnsdist):
    """Before a BIND, too: dnsmasq forwards only."""

    needs = ["dnsmasq", "named"]

    def start(self):
        self.process = self.lab.start(
            "r0", "site", "dnsmasq", *DNSMASQ.split(), f"--conf-file={self.artefact}",
            f"--server=127.0.0.1#{INNER_PORT}")


class Nftables(Bind):
    """The client asks the tunnel's server itself, past the resolver, which routes."""

    needs = ["named", "nft"]

    def __init__(self, lab, writer):
        super().__init__(lab, writer)
        self.options = ["--resolver", laboratory.RESOLVER]
        lab.ip("c1", "route", "add", "default", "via", laboratory.RESOLVER)
        lab.ip("auth", "route", "add", "192.0.2.0/24", "via", laboratory.upstream_ip(0))
        lab.run("r0", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")

    def start(self):
        conf = self.conf("site.conf", resolvers.NAMED_RESOLVER)
        self.process = self.lab.start("r0", "site", "named", "-f", "-n", "1", "-c", conf)

    def load(self):
        self.lab.run("r0", "nft", "--file", self.artefact)


SITES = {"rpz": Rpz, "bind": Bind, "unbound": Unbound, "knot": Knot, "dnsdist": Dnsdist,
         "dnsmasq": Dnsmasq, "nftables": Nftables}


def wait_for_resolver(lab):
    laboratory.wait_until("the resolver", lambda: laboratory.answers(
        lab, "c1", laboratory.RESOLVER, "ready.lab.example"), lab)


def start_tunnel(lab, past_resolver):
    """iodine in the first client, up to where bytes pass through it."""
    server = laboratory.TUNNELS if past_resolver else laboratory.RESOLVER
    process = lab.start("c1", "iodine", "iodine", "-f", "-r", "-L0", "-I1", "-P", traffic.PASSWORD,
                        "-d", "dns0", "-T", "TXT", server, traffic.IODINE_DOMAIN)
    laboratory.wait_until("iodine", lambda: traffic.iodine_is_up(lab), lab, 60)
    return process


def passes(lab):
    """True when bytes come back through the tunnel within a second."""
    command = [sys.executable, os.path.join(laboratory.HERE, "sink.py"), str(traffic.SINK_PORT),
               traffic.IODINE_NET + "1", "512"]
    try:
        done = subprocess.run(lab.inside("c1", command), capture_output=True, check=False,
                              env=lab.env, timeout=1)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def wait_passes(lab):
    return any(passes(lab) for _ in range(UP_TRIES))


def stop_tunnel(lab, process):
    laboratory.stop(process)
    lab.running = [r for r in lab.running if r[1] is not process]


def lookups_fail(lab):
    """Which client cannot look up which ordinary name."""
    return [f"{client}: {name}" for client in ("c1", "c2", "c3") for name in ORDINARY
            if not laboratory.answers(lab, client, laboratory.RESOLVER, name)]


def contain(program, writer, site, *options):
    command = [program, "contain", "--for", writer, "--write", site.artefact, *site.options,
               *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")


def find_alert(program, lab):
    """The alert about the tunnel, out of the capture; it lies in alerts.ndjson as well."""
    scan = harness.scan(program, [lab.path("run.pcap")], "--quiet")
    with open(lab.path("alerts.ndjson"), "wb") as f:
        f.write(b"\n".join(scan.lines) + b"\n")
    for alert in scan.alerts:
        if harness.client_of(alert) == laboratory.client_ip(0) and \
                harness.level_of(alert) >= harness.ALERTING:
            return alert["event"]["id"]
    raise RuntimeError("no alert about the tunnel: " + json.dumps(scan.stats))


def wait_stopped(lab, begin):
    """Seconds since @begin until nothing passes any more; None: something still does."""
    while time.monotonic() - begin < LIMIT_S:
        asked = time.monotonic()
        if not any(passes(lab) for _ in range(STOPPED_TRIES)):
            return asked - begin
    return None


def prepare(lab, program, writer):
    """The laboratory with an artefact that holds one other entry."""
    laboratory.build(lab, 1)
    resolvers.start_authority(lab, traffic.zone_text())
    traffic.start_tunnel_servers(lab, [])
    site = SITES[writer](lab, writer)
    other = ["--client", laboratory.client_ip(3)] if writer == "nftables" else [
        "--domain", "other-evil.example"]
    contain(program, writer, site, *other)
    site.start()
    wait_for_resolver(lab)
    if writer == "nftables":
        site.load()
    return site


def run_writer(program, folder, writer):
    """One writer from the tunnel to the undo; faults as lines."""
    with laboratory.Lab(folder) as lab:
        site = prepare(lab, program, writer)
        with open(site.artefact, "rb") as f:
            before = f.read()
        lab.start("hub", "tcpdump", "tcpdump", "-i", "r0", "-U", "-s", "0", "--immediate-mode",
                  "-Z", "root", "-w", lab.path("run.pcap"), "udp")
        tunnel = start_tunnel(lab, writer == "nftables")
        traffic.send(lab, "c1", traffic.IODINE_NET + "1", N_BYTES)
        if not wait_passes(lab):
            return [f"{writer}: nothing passes through the tunnel"]
        alert = find_alert(program, lab)
        contain(program, writer, site, "--alerts", lab.path("alerts.ndjson"), alert)
        begin = time.monotonic()
        site.load()
        stopped_s = wait_stopped(lab, begin)
        faults = [f"{writer}: no answer for {x}" for x in lookups_fail(lab)]
        stop_tunnel(lab, tunnel)
        contain(program, writer, site, "--undo", alert)
        with open(site.artefact, "rb") as f:
            after = f.read()
        if without_serial(before) != without_serial(after):
            faults.append(f"{writer}: undo did not give back the file")
        site.load()
        tunnel = start_tunnel(lab, writer == "nftables")
        if not wait_passes(lab):
            faults.append(f"{writer}: the tunnel does not come up after the undo")
    if stopped_s is None:
        return faults + [f"{writer}: the tunnel still works after {LIMIT_S} s"]
    print(f"{writer:9} stopped within {stopped_s:.1f} s, lookups go on, undo restores")
    return faults


def without_serial(text):
    return [line for line in text.split(b"\n") if b" serial=" not in line and b" SOA " not in line]


def main(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("writers", nargs="*", choices=[[], *SITES])
    options = parser.parse_args(argv[1:])
    reason = laboratory.why_not(PROGRAMS)
    if reason:
        print(f"skipped: {reason}")
        return harness.SKIP
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the namespaces are taken down
    program = os.path.realpath(options.program)
    faults = []
    for writer in options.writers or SITES:
        missing = [p for p in SITES[writer].needs
                   if not shutil.which(p, path=laboratory.search_path())]
        if missing:
            print(f"{writer}: skipped: not installed: {' '.join(missing)}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            try:
                faults += run_writer(program, folder, writer)
            except RuntimeError as e:
                faults.append(f"{writer}: {e}")
    print("\n".join(faults) or "every tunnel was stopped, and nothing else")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
