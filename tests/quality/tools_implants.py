# SPDX-License-Identifier: Apache-2.0
"""The DNS traffic of implants, written from what public analyses say of them: layout of the names,
alphabets, counters, answers, how long they sleep. Payloads are random bytes; where an analysis
leaves something open, the plainest choice is taken. The same jobs as in tools_kits.py.
"""

import tools_wire as w
from tools_kits import BASE36, FEW, HOUR_S, LETTERS, N_BYTES, ONE, tool

DIGITS = "0123456789"
DAY_S = 86400


@tool("saitama", jobs="idle up down", modes="three-domains")
def saitama(t, job, _mode):
    """A counter in a shuffled alphabet of 36 at the end of the label, data before it; A alone,
    commands in the four bytes; three domains in turn; 40 to 80 s between two messages, the rest of
    a transfer at once."""
    alphabet = "".join(t.rng.sample(BASE36, 36))
    domains = [t.domain, "a" + t.domain, "b" + t.domain]
    n = t.rng.randrange(36**3)

    def say(length):
        nonlocal n
        n += 1
        count = alphabet[n // 1296 % 36] + alphabet[n // 36 % 36] + alphabet[n % 36]
        name = t.draw(BASE36, length) + count
        t.ask(f"{name}.{t.rng.choice(domains)}", "A", w.a_bytes(t.bytes(4)), ttl_s=60)

    if job == "idle":
        for _ in t.until(HOUR_S * 3):
            say(t.rng.choice([3, 5, 26, 28]))
            t.sleep(80, 0.5)
    for _ in range({"idle": 0, "up": N_BYTES // 20, "down": 1200}[job]):
        say(28 if job == "up" else 8)
        t.sleep(1, 0.5)


@tool("dnspionage", idle="a question in twelve minutes")
def dnspionage(t, job, _mode):
    """Two characters of id and base32 in one short label; commands in addresses."""
    me = t.draw(LETTERS.upper(), 4)

    def say(n):
        label = me + w.b32(t.bytes(n)).upper() + "0" * 3
        address = w.a_bytes([t.rng.randrange(97, 122) for _ in range(3)] + [0])
        t.ask(f"{label}.{t.domain}", "A", address, ttl_s=60)

    if job == "idle":
        for _ in t.until(HOUR_S):
            say(8)
            t.sleep(720, 0.1)
    else:
        for _ in range(N_BYTES // 20 // (1 if job == "up" else 2)):
            say(20 if job == "up" else 8)


@tool("poisonfrog", idle="a question in ten minutes")
def poisonfrog(t, job, _mode):
    """Ten characters of id with a number and a mark drawn in; a file's bytes as three of the four
    in an address, the fourth counts."""
    me = t.draw(BASE36, 8)

    def head(kind):
        spot = t.rng.randrange(1, 8)
        number = t.draw(DIGITS, 3)
        return f"{me[:spot]}{number}{kind}{me[spot:]}{t.draw(BASE36, 2)}C{spot}T"

    if job == "idle":
        for _ in t.until(HOUR_S * 4):
            t.ask(f"{head('M')}.{t.domain}", "A", w.a("33.33.33.33"), ttl_s=60)
            t.sleep(600)
    elif job == "up":
        for n, chunk in enumerate(t.chunks(N_BYTES, 30)):
            name = f"{head('2')}{n % 1000:03d}.{w.hexed(chunk)}.{'3' * 8}{n:05d}A.{t.domain}"
            t.ask(name, "A", w.a(f"1.2.3.{n % 250}"), ttl_s=60)
            t.sleep(0.05)
    else:
        for n in range(1500):
            t.ask(f"{head('0')}.{t.domain}", "A", w.a_bytes(t.bytes(3) + bytes([n % 256])))
            t.sleep(0.05)


@tool("glimpse", jobs="idle down", idle="a question in ten minutes")
def glimpse(t, job, _mode):
    """The same family by TXT: S, R, E answers with numbered base64."""
    me = t.draw(BASE36, 10)
    for n in range(6 if job == "idle" else N_BYTES // 90):
        spot = t.rng.randrange(1, 9)
        label = f"{me[:spot]}{n % 1000:03d}{'W' if job == 'idle' else 'D'}{me[spot:]}"
        answer = f"S{n % 1000:03d}>{w.b64(t.bytes(90))}" if job == "down" else "N0000"
        t.ask(f"{label}C{spot}T.{t.domain}", "TXT", w.txt(answer))
        t.sleep(600 if job == "idle" else 0.05)


@tool("bondupdater", jobs="idle up", idle="a question in ten minutes")
def bondupdater(t, job, _mode):
    for n in range(6 if job == "idle" else N_BYTES // 30):
        label = f"{t.draw(DIGITS, 2)}{t.draw(BASE36, 6).upper()}{n % 1000:03d}{t.draw(BASE36, 5)}C"
        data = (w.hexed(t.bytes(30)) + ".") if job == "up" else ""
        t.ask(f"{label}6T.{data}{'3' * 12}.{t.domain}", "A", w.a("9.2.3.1"))
        t.sleep(600 if job == "idle" else 0.05)


@tool("rdat", modes="A TXT MX")
def rdat(t, job, mode):
    """Encrypted base64 with letters put for + / =, one label or two."""
    each = {"idle": 16, "up": 44, "down": 16}[job]
    for _ in range({"idle": 60, "up": N_BYTES // each, "down": 1000}[job]):
        text = w.b64(t.bytes(each)).replace("+", "oQs").replace("/", "oQp").replace("=", "")
        answer = {"A": w.a_bytes(t.bytes(4)), "TXT": w.txt(w.b64(t.bytes(20))),
                  "MX": w.mx(w.b32(t.bytes(20)) + "." + t.domain)}[mode]  # fmt: skip
        t.ask(w.cut(text, 60) + "." + t.domain, mode, answer)
        if job == "idle":
            t.sleep(60, 0.2)


@tool("helminth", idle="thirty numbers in an hour")
def helminth(t, job, _mode):
    """Counters and random digits for downloads; 23 bytes in hex for uploads."""
    me = t.draw(LETTERS, 2)
    for n in range({"idle": 30, "up": N_BYTES // 23, "down": 1500}[job]):
        head = f"00{me}{n:05d}{t.rng.randrange(1000)}30"
        if job == "up":
            head = f"00{me}{n:x}{w.hexed(t.bytes(23))}"
        t.ask(f"{head}.{t.domain}", "A", w.a_bytes(t.bytes(4)))
        t.sleep(120 if job == "idle" else 0.05)


@tool("ismagent", jobs="idle up", idle=FEW)
def ismagent(t, job, _mode):
    """n.n.c and a GUID to begin, base64 pieces of 13 characters with a number; AAAA."""
    me = w.hexed(t.bytes(4))
    t.ask(f"n.n.c.{me.upper()}.{t.domain}", "AAAA", w.aaaa_bytes(t.bytes(16)))
    if job == "idle":
        for _ in t.until(HOUR_S):
            t.ask(f"n.1.f.{me.upper()}.{t.domain}", "AAAA", w.aaaa_bytes(t.bytes(16)))
            t.sleep(300)
        return
    for n, chunk in enumerate(t.chunks(N_BYTES // 2, 9)):
        text = w.b64(chunk).replace("=", "-")
        t.ask(f"{text}.{n}.d.{me.upper()}.{t.domain}", "AAAA", w.aaaa_bytes(t.bytes(16)))


@tool("alma", jobs="idle up", idle=FEW)
def alma(t, job, _mode):
    me = t.draw(DIGITS, 8)
    for n in range(12 if job == "idle" else N_BYTES // 2 // 10):
        data = w.hexed(t.bytes(10)) if job == "up" else "0"
        name = f"{t.draw(LETTERS, 4)}{me}-{n}-{data}-{w.hexed(b'cmd')}"
        t.ask(f"{name}.{t.domain}", "A", w.a(f"36.37.94.{n % 250}"))
        t.sleep(300 if job == "idle" else 0.1)


@tool("quadagent")
def quadagent(t, job, _mode):
    """mail. and a random label to begin; session, sequence and base64url or hex; AAAA answers."""
    me = t.draw(BASE36, 5)
    t.ask(f"mail.{t.draw(LETTERS, 8)}.{t.domain}", "AAAA", w.aaaa_bytes(t.bytes(16)))
    for n in range({"idle": 12, "up": N_BYTES // 28, "down": N_BYTES // 15}[job]):
        data = w.hexed(t.bytes(28)) + "." if job == "up" else ""
        name = f"ns1.{data}{me}{n}{t.draw(LETTERS, 3)}.{t.domain}"
        t.ask(name, "AAAA", w.aaaa_bytes(t.bytes(16)))
        t.sleep(300 if job == "idle" else 0.05)


@tool("denis", modes="fixed-name counting", idle__fixed_name=ONE,
      down__fixed_name="gap: Zeek's log does not tell what a NULL answer holds")  # fmt: skip
def denis(t, job, mode):
    """NULL questions; a name that is mostly A, since a header of zeros in base64 says so."""
    me = w.b64(t.bytes(6)).replace("+", "x").replace("/", "y")
    for n in range({"idle": 600, "up": N_BYTES // 90, "down": N_BYTES // 400}[job]):
        number = "" if mode == "fixed-name" else w.b64(n.to_bytes(3, "big"))[:4]
        data = "A" * 20
        if job == "up":
            data = w.b64url(t.bytes(90))
        name = f"{w.cut(me + 'AAAAAAAA' + number + data, 60)}.z.{t.domain}"
        t.ask(name, "NULL", w.raw("NULL", t.bytes(400 if job == "down" else 12)), ttl_s=0)
        if job == "idle":
            t.sleep(6)


@tool("goopy", jobs="up down")
def goopy(t, job, _mode):
    """Hex in one label, TXT or A, two to four seconds between."""
    for _ in range(N_BYTES // (28 if job == "up" else 100)):
        t.ask(f"{w.hexed(t.bytes(28 if job == 'up' else 8))}.{t.domain}", "TXT",
              w.txt(w.b64(t.bytes(100 if job == "down" else 3))), ttl_s=0)  # fmt: skip
        t.sleep(4, 0.5)


@tool("pisloader")
def pisloader(t, job, _mode):
    """Four random capitals and base32 of a short beacon every some seconds; TXT in base32."""
    for n in range({"idle": 360, "up": N_BYTES // 30, "down": N_BYTES // 120}[job]):
        n_up = 30 if job == "up" else 7
        body = t.bytes(n_up) if job == "up" else b"1:" + w.hexed(t.bytes(2)).encode()
        label = t.draw(LETTERS.upper(), 4) + w.b32(body).upper()
        down = w.b32(t.bytes(120 if job == "down" else 4)).upper()
        t.ask(f"{label}.ns1.{t.domain}", "TXT", w.txt(down), ttl_s=0)
        if job == "idle":
            t.sleep(10, 0.1)


@tool("frameworkpos", jobs="idle up", idle="a question in ten minutes")
def framework_pos(t, job, _mode):
    """An id, then one card's track in hex over two labels."""
    me = w.hexed(t.bytes(4))
    for _ in range(6 if job == "idle" else N_BYTES // 2 // 37):
        data = f"{w.hexed(t.bytes(19))}.{w.hexed(t.bytes(18))}"
        name = f"{me}.beacon.{w.hexed(t.bytes(6))}" if job == "idle" else f"{me}.{data}"
        t.ask(f"{name}.{t.domain}", "A", w.a("203.0.113.20"))
        t.sleep(600 if job == "idle" else 40, 0.9)


@tool("bernhardpos", jobs="up")
def bernhard_pos(t, _job, _mode):
    """A card every few minutes, over a day: twenty bytes in base64."""
    for _ in range(200):
        t.ask(w.b64url(t.bytes(29)) + "." + t.domain, "A", w.a("203.0.113.21"))
        t.sleep(400, 0.9)


@tool("multigrain", jobs="up")
def multigrain(t, _job, _mode):
    """install once, then log and 1,024 encrypted bits in base32 for each card, every five minutes
    what has come in."""
    t.ask(f"install.{w.b32(t.bytes(4))}.{w.b32(b'POS-0031')}.5.{t.domain}", "A", w.a("203.0.113.2"))
    for _ in range(60):
        for _ in range(t.rng.randrange(4)):
            t.ask(f"log.{w.cut(w.b32(t.bytes(128)), 63)}"[:190] + "." + t.domain, "A",
                  w.a("203.0.113.2"))  # fmt: skip
        t.sleep(300)


@tool("anchor-dns", idle="some questions in a quarter of an hour")
def anchor_dns(t, job, _mode):
    """A message type, part numbers and data, all under one XOR key, in hex; three questions a
    message, data back four bytes an address."""
    key = t.bytes(1)[0]

    def say(kind, part, data):
        body = bytes([kind, 1, 1, part]) + data
        text = bytes(c ^ 0xB9 for c in body).hex()
        t.ask(f"{text}.{t.domain}", "A", w.a_bytes([key, 1, 2, part & 255]))

    guid = t.bytes(16)
    if job == "idle":
        for _ in t.until(HOUR_S):
            for part in range(3):
                say(0, part, guid + bytes([part]))
            t.sleep(900)
    elif job == "up":
        for n, chunk in enumerate(t.chunks(N_BYTES, 20)):
            say(2, n & 255, guid[:4] + chunk)
    else:
        for n in range(1500):
            say(1, n & 255, guid + n.to_bytes(3, "big"))


@tool("sunburst", jobs="idle", modes="5-names 30-names", idle__5_names=FEW)
def sunburst(t, _job, mode):
    """A GUID and part of the site's domain under a substitution, a region, hours between."""
    region = t.rng.choice(["us-east-1", "eu-west-1", "us-west-2"])
    for _ in range(int(mode.partition("-")[0])):
        label = t.draw(BASE36, t.rng.choice([17, 24, 27, 32]))
        t.ask(f"{label}.appsync-api.{region}.{t.domain}", "A", w.a("8.18.144.20"), ttl_s=300)
        t.sleep(2400, 0.8)


@tool("remsec", jobs="up")
def remsec(t, _job, _mode):
    """Thirty bytes a question, base32-like, with a number."""
    for n, chunk in enumerate(t.chunks(N_BYTES, 30)):
        t.ask(f"r{n % 10}.{w.b32(chunk)}.{t.domain}", "A", w.a("203.0.113.31"))
        t.sleep(2, 0.9)


@tool("darkgate", jobs="idle", idle=ONE)
def darkgate(t, _job, _mode):
    for _ in t.until(HOUR_S):
        t.ask(t.domain, "TXT", w.txt(w.b64(t.bytes(60))), ttl_s=300)
        t.sleep(300)


@tool("godlua", jobs="idle", idle=ONE)
def godlua(t, _job, _mode):
    answer = w.txt(w.b64(t.bytes(80)))
    for _ in t.until(HOUR_S):
        t.ask(f"d.{t.domain}", "TXT", answer, ttl_s=600)
        t.sleep(1200)


@tool("rogue-robin", modes="A TXT SRV", down__A="700 short names, 2.8 kB in addresses")
def rogue_robin(t, job, mode):
    """A job's number, data in base64 without its last signs, marks between; any of seven types."""
    me = t.draw(DIGITS, 3)
    for n in range({"idle": 120, "up": N_BYTES // 2 // 21, "down": 700}[job]):
        data = w.b64url(t.bytes(21)).replace("-", "q").replace("_", "z") if job == "up" else ""
        name = f"{t.draw(LETTERS, 3)}{data}{me}-{n}"
        answer = {"A": w.a_bytes(t.bytes(4)), "TXT": w.txt(w.b64(t.bytes(45))),
                  "SRV": w.srv(w.b32(t.bytes(30)) + "." + t.domain)}[mode]  # fmt: skip
        t.ask(f"{name}.{t.domain}", mode, answer)
        t.sleep(30 if job == "idle" else 0.5, 0.2)


@tool("symbiote", jobs="up", modes="few many", up__few=FEW)
def symbiote(t, _job, mode):
    """A stolen password in hex, an id and a number before it, as it is typed."""
    me = f"{t.rng.getrandbits(32):x}"
    for n in range({"few": 4, "many": 120}[mode]):
        t.ask(f"{n}.{me}.{w.hexed(t.bytes(t.rng.randrange(8, 28)))}.{t.domain}", "A",
              w.a("203.0.113.40"))  # fmt: skip
        t.sleep(600, 0.9)


@tool("b1txor20", jobs="idle up")
def b1txor20(t, job, _mode):
    """XORed, compressed and base64 in the name; TXT."""
    for _ in range(360 if job == "idle" else N_BYTES // 40):
        text = w.b64url(t.bytes(40 if job == "up" else 24))
        t.ask(f"{w.cut(text, 63)}.{t.domain}", "TXT", w.txt(w.b64(t.bytes(24))), ttl_s=60)
        t.sleep(10 if job == "idle" else 0.2, 0.1)


@tool("textmate", jobs="idle down")
def textmate(t, job, _mode):
    """A random number a name; commands and stages in TXT."""
    for n in range(240 if job == "idle" else N_BYTES // 200):
        t.ask(f"{t.rng.randrange(10**8)}.{n % 4}.{t.domain}", "TXT",
              w.txt(w.b64(t.bytes(190)) if job == "down" else "idle"), ttl_s=0)  # fmt: skip
        t.sleep(15 if job == "idle" else 0.5, 0.3)


@tool("uroburos", jobs="idle up")
def uroburos(t, job, _mode):
    """Data in the first label alone, in 32 characters, with dashes as host names have them."""
    alphabet = "0123456789abcdefghijklmnopqrstuv"
    for _ in range(60 if job == "idle" else N_BYTES // 2 // 20):
        text = t.draw(alphabet, 12 if job == "idle" else 32)
        spot = t.rng.randrange(4, 9)
        t.ask(f"{text[:spot]}-{text[spot:]}.{t.domain}", "A", w.a_bytes(t.bytes(4)))
        t.sleep(60 if job == "idle" else 1, 0.5)


@tool("nightclub", jobs="up")
def nightclub(t, _job, _mode):
    for chunk in t.chunks(N_BYTES, 45):
        text = w.b64(chunk).rstrip("=").replace("/", "-s").replace("+", "-p")
        t.ask(f"{w.cut(text, 60)}.{t.domain}", "A", w.a("203.0.113.55"))
        t.sleep(3, 0.9)


@tool("plugx")
def plugx(t, job, _mode):
    """Four bits a letter, labels of 63, names filled; TXT answers."""
    for _ in range({"idle": 240, "up": N_BYTES // 90, "down": N_BYTES // 120}[job]):
        data = t.bytes(90 if job == "up" else 24)
        text = "".join("abcdefghijklmnop"[c >> 4] + "abcdefghijklmnop"[c & 15] for c in data)
        down = w.txt(w.b64(t.bytes(120 if job == "down" else 12)))
        t.ask(f"{w.cut(text, 63)}.{t.domain}", "TXT", down, ttl_s=0)
        t.sleep(15 if job == "idle" else 0.2, 0.2)


@tool("snugy", jobs="idle up")
def snugy(t, job, _mode):
    """Characters put for others by a table, a mark and a drawn domain of the list; A."""
    for _ in range(120 if job == "idle" else N_BYTES // 2 // 20):
        t.ask(f"{t.draw(LETTERS + DIGITS, 30 if job == 'up' else 14)}.{t.domain}", "A",
              w.a_bytes(t.bytes(4)))  # fmt: skip
        t.sleep(30 if job == "idle" else 0.3, 0.3)


@tool("dnssystem", jobs="idle up")
def dnssystem(t, job, _mode):
    """A name of user and machine for orders in TXT; output in pieces of base64 by A."""
    me = w.b32(t.bytes(10))
    if job == "idle":
        for _ in range(120):
            t.ask(f"{t.draw(LETTERS, 3)}{me}.{t.domain}", "TXT", w.txt(""), ttl_s=0)
            t.sleep(30, 0.5)
        return
    for n, chunk in enumerate(t.chunks(N_BYTES // 2, 32)):
        t.ask(f"{w.b32(chunk)}.{n}.{me}.{t.domain}", "A", w.a("203.0.113.60"), ttl_s=0)


@tool("kessel", jobs="up", up__one="a thousand bytes in twenty names", modes="one many")
def kessel(t, _job, mode):
    """Stolen logins in RC4 and hex."""
    for _ in range(20 if mode == "one" else 400):
        t.ask(f"{w.cut(w.hexed(t.bytes(50)), 63)}.{t.domain}", "A", w.a("203.0.113.61"))
        t.sleep(60, 0.9)


@tool("feederbot", jobs="down")
def feederbot(t, _job, _mode):
    """TXT in base64, full, from a server of its own; names are a number and a key."""
    t.server = "198.51.100.90"
    for n in range(N_BYTES // 165):
        t.ask(f"{n}.{w.hexed(t.bytes(4))}.{t.domain}", "TXT", w.txt(w.b64(t.bytes(165))), ttl_s=0)
        t.sleep(1)


@tool("invisimole", jobs="idle down")
def invisimole(t, job, _mode):
    """Base32 of an id and a number; A for orders, TXT for files."""
    for n in range(240 if job == "idle" else N_BYTES // 170):
        text = w.b32(t.bytes(6) + n.to_bytes(2, "big"))
        answer = w.a("203.0.113.70") if job == "idle" else w.txt(w.b64(t.bytes(170)))
        t.ask(f"{text}.{t.domain}", "A" if job == "idle" else "TXT", answer, ttl_s=1)
        t.sleep(15 if job == "idle" else 0.3, 0.3)


@tool("chameldoh-shape", jobs="idle up")
def chameldoh(t, job, _mode):
    """Modified base64 in TXT: what it would be, were its way not inside HTTPS."""
    for _ in range(60 if job == "idle" else N_BYTES // 100):
        text = w.b64url(t.bytes(100 if job == "up" else 30))
        t.ask(f"{w.cut(text, 63)}.ns2.{t.domain}", "TXT", w.txt(w.b64(t.bytes(40))))
        t.sleep(60 if job == "idle" else 0.2, 0.2)
