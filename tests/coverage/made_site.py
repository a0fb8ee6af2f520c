# SPDX-License-Identifier: Apache-2.0
"""A made site of 30 machines, two networks, three resolvers and ten logs, over two days; and the
gaps that can be planted in it, one by one.

The one idea: build() first decides who asks what when, and then writes each log from that. A plant
changes one decision or one log, so that what a report says more with it is what the plant did. It
is the same at every run.
"""

import datetime
import io
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))
import esxi_encode  # noqa: E402  (modules of the folder above)
import linux_encode  # noqa: E402
import linux_machine  # noqa: E402
import macos_encode  # noqa: E402
import windows_encode  # noqa: E402
import windows_events  # noqa: E402

UTC = datetime.timezone.utc
START = datetime.datetime(2026, 11, 2, tzinfo=UTC)
HOURS = 48
WORK = range(7, 19)  # hours in which people work
RESOLVERS = {"ns1": "10.1.0.53", "ns2": "10.2.0.53", "ns3": "10.1.0.54"}
DOH_SERVER = "1.1.1.1"
ODD_RESOLVER = "9.9.9.9"
LAG = datetime.timedelta(hours=2)
NAMES = ["www.example.com", "mail.example.com", "cdn.example.net", "api.example.org",
         "update.example.org", "time.example.net", "img.example.com", "login.example.net"]
ROOTS = ["198.41.0.4", "199.9.14.201", "192.33.4.12", "199.7.91.13", "192.203.230.10",
         "192.5.5.241", "192.112.36.4", "198.97.190.53"]


class Host:
    """A machine of the site and what it asks."""

    def __init__(self, name, address, platform, role, resolver):
        self.name, self.address, self.platform, self.role = name, address, platform, role
        self.network = "branch" if address.startswith("10.2.") else "hq"
        self.resolver = RESOLVERS[resolver]
        self.works = role in ("workstation", "device")
        self.lookups = []  # (time, name, server)


def hosts():
    out = []
    for i in range(1, 9):
        out.append(Host(f"win-hq-{i:02}", f"10.1.2.{i}", "windows", "workstation", "ns1"))
    for i in range(1, 5):
        out.append(Host(f"win-br-{i:02}", f"10.2.2.{i}", "windows", "workstation", "ns2"))
    for i in range(1, 7):
        out.append(Host(f"lin-hq-{i:02}", f"10.1.3.{i}", "linux", "server", "ns3"))
    for i in range(1, 4):
        out.append(Host(f"mac-hq-{i:02}", f"10.1.4.{i}", "macos", "workstation", "ns1"))
    out.append(Host("mac-br-01", "10.2.4.1", "macos", "workstation", "ns2"))
    out.append(Host("printer-hq", "10.1.5.1", "network", "device", "ns1"))
    out.append(Host("phone-br", "10.2.5.1", "network", "device", "ns2"))
    out.append(Host("esx-hq-01", "10.1.6.1", "esxi", "esxi", "ns3"))
    out.append(Host("esx-hq-02", "10.1.6.2", "esxi", "esxi", "ns3"))
    for name, address in RESOLVERS.items():
        out.append(Host(name, address, "linux", "resolver", name))
    # known by its lease alone
    out.append(Host("tablet", "10.1.9.77", "", "", "ns1"))
    return out


def decide(host, rng, plants):
    """When the machine asks, and whom."""
    for hour in range(HOURS):
        if host.works and hour % 24 not in WORK:
            continue
        for _ in range(6):
            when = START + datetime.timedelta(seconds=hour * 3600 + rng.random() * 3600)
            server = host.resolver
            if host.role == "resolver":
                server = rng.choice(ROOTS)
            if "own-resolver" in plants and host.name == "lin-hq-04":
                server = rng.choice(ROOTS)
            if "unsanctioned" in plants and host.name == "lin-hq-05" and hour > 20:
                server = ODD_RESOLVER
            host.lookups.append((when, rng.choice(NAMES), server))
    host.lookups.sort()


def is_off(host, plants):
    """Machines that a plant takes away altogether."""
    return (("unseen" in plants and host.name == "win-hq-03")
            or ("lease" in plants and host.name == "tablet"))


def asks(host, plants):
    """What of its lookups there is to be seen."""
    if is_off(host, plants) or ("doh" in plants and host.name == "win-hq-07"):
        return []
    if "no-lookups" in plants and host.name == "printer-hq":
        return []
    return host.lookups


# ---------------------------------------------------------------- the network

def seconds(when):
    return (when - datetime.datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


def sensor_sees(host, when, plants):
    if "past-sensors" in plants and host.name == "win-hq-05":
        return False
    if "silent" in plants and host.network == "branch":
        return when < START + datetime.timedelta(hours=38)
    if "hole" in plants and host.network == "hq":
        at = when - START
        return not datetime.timedelta(hours=33) <= at < datetime.timedelta(hours=37)
    return not ("network-unseen" in plants and host.network == "branch")


def write_dns(folder, network, site, plants):
    rows = []
    for host in site:
        for when, name, server in asks(host, plants):
            if host.network == network and sensor_sees(host, when, plants):
                rows.append({"kind": "ask", "time": when, "client": host.address, "port": 40000,
                             "server": server, "name": name, "qtype": "A", "rcode": "NOERROR"})
    rows.sort(key=lambda e: e["time"])
    for day in range(2):  # one file a day, as Zeek rotates
        begin = START + datetime.timedelta(days=day)
        part = [e for e in rows if begin <= e["time"] < begin + datetime.timedelta(days=1)]
        if not part:
            continue
        name = f"dns.{begin:%Y-%m-%d}.log"
        with open(os.path.join(folder, network, name), "w", encoding="ascii") as f:
            esxi_encode.write_zeek(part, f)


CONN = ["ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "service",
        "duration", "orig_bytes", "resp_bytes", "conn_state", "orig_pkts", "resp_pkts"]


def conn_row(number, when, client, server, port, service):
    proto = "udp" if port == 53 else "tcp"
    return "\t".join([f"{seconds(when):.6f}", f"C{number}", client, "41000", server, str(port),
                      proto, service, "0.2", "600", "4000", "SF", "6", "8"]) + "\n"


def write_conn(folder, network, site, plants):
    rows = []
    for host in site:
        if host.network != network or is_off(host, plants):
            continue
        for i, (when, _, server) in enumerate(host.lookups):
            rows.append((when, host.address, "198.51.100.7", 443, "ssl"))
            if i % 3 == 0 and asks(host, plants):
                rows.append((when, host.address, server, 53, "dns"))
            if "doh" in plants and host.name == "win-hq-07":
                rows.append((when, host.address, DOH_SERVER, 443, "ssl"))
    with open(os.path.join(folder, network, "conn.log"), "w", encoding="ascii") as f:
        f.write("#separator \\x09\n#path\tconn\n#fields\t" + "\t".join(CONN) + "\n")
        for i, row in enumerate(sorted(rows)):
            f.write(conn_row(i, *row))


def write_unbound(folder, site, plants):
    rows = [(when, host.address, name) for host in site for when, name, server in asks(host, plants)
            if server == RESOLVERS["ns3"] and host.role != "resolver"]
    with open(os.path.join(folder, "ns3", "unbound.log"), "w", encoding="ascii") as f:
        for when, client, name in sorted(rows):
            f.write(f"[{int(seconds(when))}] unbound[812:0] info: {client} {name}. A IN\n")


# ---------------------------------------------------------------- the machines

def windows_log(host, rng, plants):
    windows_events.START = START
    m = windows_events.Machine(rng, f"{host.name}.corp.example", host.address, "CORP\\al")
    m.now = START
    browser = m.start(windows_events.EDGE)
    for when, name, server in host.lookups:
        m.now = when
        if rng.random() < 0.2:
            browser = m.start(windows_events.EDGE, f"--type={rng.randrange(1000)}")
        if asks(host, plants):
            m.look_up(browser, name, "::ffff:198.51.100.7;")
            m.now += datetime.timedelta(milliseconds=20)
            m.connect(m.dnscache, server, 53, "udp")
    stop = START + datetime.timedelta(hours=35)
    if "own-log-stopped" in plants and host.name == "win-hq-02":
        return [e for e in m.events if e["time"] < stop]
    return m.events


def write_windows(folder, network, site, plants):
    rng = random.Random(7)
    events = []
    for host in site:
        log = windows_log(host, rng, plants) if host.platform == "windows" else []
        if host.network == network and not is_off(host, plants):
            events += log
    late = LAG if "lag" in plants and network == "branch" else datetime.timedelta(seconds=1)
    end = START + datetime.timedelta(hours=HOURS)
    with open(os.path.join(folder, f"wec-{network}", "sysmon.json"), "w", encoding="utf-8") as f:
        for e in sorted(events, key=lambda e: e["time"]):
            record = json.loads(windows_encode.elastic_agent(e))
            taken = windows_encode.created(e) + late
            if "collector-silent" in plants and network == "hq":
                end = START + datetime.timedelta(hours=33)
            record["event"]["created"] = windows_encode.iso(taken)
            if taken < end:  # what was not yet taken in is not there
                f.write(windows_encode.compact(record) + "\n")


def write_linux(folder, site, plants):
    out = []
    for host in site:
        if host.platform != "linux" or ("no-own-log" in plants and host.name == "lin-hq-06"):
            continue
        m = linux_machine.Machine(host.name, random.Random(host.name), seconds(START))
        agent = m.run(seconds(START) + 1, "/usr/bin/curl", ["curl", "https://example.com"], 1, "al")
        for when, name, server in host.lookups:
            t = seconds(when)
            if m.rng.random() < 0.3:
                agent = m.run(t - 0.5, "/usr/bin/curl", ["curl", f"https://{name}/"], 1, "al")
            m.connect(t - 0.01, agent, server)
        m.events.sort(key=lambda e: e["t"])
        text = io.StringIO()
        linux_encode.Audit(host.name, True).write(m.events, text)
        out.append(text.getvalue())
    with open(os.path.join(folder, "audit", "audit.log"), "w", encoding="utf-8") as f:
        f.write("".join(out))


def write_macos(folder, site, plants):
    with open(os.path.join(folder, "macs", "unified.json"), "w", encoding="utf-8") as f:
        for host in site:
            if host.platform != "macos":
                continue
            asked = [{"kind": "ask", "time": when, "name": name, "qtype": "A", "pid": 501,
                      "comm": "Safari", "delegator": None}
                     for when, name, _ in asks(host, plants)]
            for line in macos_encode.lines(asked, macos_encode.message_14):
                record = macos_encode.record(line, hostname=f"{host.name}.corp.example")
                f.write(json.dumps(record, separators=(",", ":")) + "\n")


def write_esxi(folder, site, rng):
    lines = []
    for host in site:
        if host.platform != "esxi":
            continue
        for hour in range(HOURS):
            when = START + datetime.timedelta(seconds=hour * 3600 + rng.random() * 3600)
            e = {"kind": "type", "time": when, "user": "root", "text": "nslookup vc1.corp.example"}
            lines.append((when, esxi_encode.sent(e).replace("esx1.corp", f"{host.name}.corp")))
    with open(os.path.join(folder, "esxi", "syslog.log"), "w", encoding="utf-8") as f:
        f.writelines(line + "\n" for _, line in sorted(lines))


# ---------------------------------------------------------------- the inventory

def write_inventory(folder, site, plants):
    with open(os.path.join(folder, "assets.csv"), "w", encoding="ascii") as f:
        f.write("name,ip,platform,role\n")
        for host in site:
            if host.role and not ("unlisted" in plants and host.name == "lin-hq-02"):
                f.write(f"{host.name}.corp.example,{host.address},{host.platform},{host.role}\n")
        if "resolver-unseen" in plants:
            f.write("ns4.corp.example,10.1.0.55,linux,resolver\n")
    with open(os.path.join(folder, "networks.csv"), "w", encoding="ascii") as f:
        f.write("cidr,name\n10.1.0.0/16,hq\n10.2.0.0/16,branch\n")
    with open(os.path.join(folder, "dhcpd.leases"), "w", encoding="ascii") as f:
        f.write("lease 10.1.9.77 {\n  starts 0 2026/11/01 08:00:00;\n"
                "  ends 4 2026/11/05 08:00:00;\n  binding state active;\n"
                "  hardware ethernet 02:00:00:00:00:77;\n  client-hostname \"tablet\";\n}\n")


def build(folder, plants=()):
    """Writes the logs below FOLDER/logs and the inventory into FOLDER; the machines."""
    logs = os.path.join(folder, "logs")
    for name in ("hq", "branch", "wec-hq", "wec-branch", "audit", "macs", "esxi", "ns3"):
        os.makedirs(os.path.join(logs, name), exist_ok=True)
    site = hosts()
    rng = random.Random(11)
    for host in site:
        decide(host, rng, plants)
    for network in ("hq", "branch"):
        write_dns(logs, network, site, plants)
        if not ("egress-unseen" in plants and network == "branch"):
            write_conn(logs, network, site, plants)
        write_windows(logs, network, site, plants)
    write_unbound(logs, site, plants)
    write_linux(logs, site, plants)
    write_macos(logs, site, plants)
    write_esxi(logs, site, rng)
    write_inventory(folder, site, plants)
    return site


def inventory(folder):
    return ",".join(os.path.join(folder, n) for n in ("assets.csv", "networks.csv", "dhcpd.leases"))
