# SPDX-License-Identifier: Apache-2.0
"""The DNS traffic of published tunnelling and exfiltration tools, written from what their
documentation and public descriptions say of it: how names are laid out, which record types and
answers come, how often. The payloads are random bytes, since all but a few encrypt or compress.

Each writer takes a conversation and a job: "idle" (an hour with nothing to do), "up" (20 kB out),
"down" (20 kB in). What a tool cannot do it does not list.
"""

import tools_wire as w

HOUR_S = 3600
N_BYTES = 20_000
TOOLS = []
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# iodine's upper half: bytes that a resolver passes through
BASE128 = LETTERS + LETTERS.upper() + "0123456789" + "".join(map(chr, range(0xBC, 0xFE)))


class Tool:
    """@jobs: what it can do; @modes: variants; @parent: whether its names share a domain that the
    attacker owns; @limits: why a job (or "job/mode") may be missed: it says next to nothing, or
    "gap: " and what is lacking."""

    def __init__(self, name, write, jobs, modes, parent, limits):
        self.name, self.write, self.jobs, self.modes = name, write, jobs, modes
        self.parent, self.limits = parent, limits

    def limit(self, job, mode):
        return self.limits.get(f"{job}/{mode}") or self.limits.get(job)


def tool(name, jobs="idle up down", modes="-", parent=True, **limits):
    def keep(write):
        given = {key.replace("__", "/"): why for key, why in limits.items()}
        TOOLS.append(Tool(name, write, jobs.split(), modes.split(), parent, given))
        return write

    return keep


FEW = "a handful of names"
SPOOFED = "gap: a few names of each of many clients of one domain"
CLOUD = "gap: each name is registered by itself, below a cloud's suffix, whose names count nothing"
ONE = "one name, asked again and again"

# ------------------------------------------------------------------ two-way tunnels


def as_answer(t, qtype, data, encode, domain):
    """@data in a record of @qtype, the way name-like types need it in a name."""
    if qtype == "TXT":
        return [w.txt(encode(data))]
    if qtype == "A":
        return [w.a_bytes([i] + list(data[i * 3 : i * 3 + 3].ljust(3, b"\0")))
                for i in range(max(1, min(10, len(data) // 3)))]  # fmt: skip
    if qtype == "AAAA":
        return [w.aaaa_bytes([i] + list(data[i * 15 : i * 15 + 15].ljust(15, b"\0")))
                for i in range(max(1, min(8, len(data) // 15)))]  # fmt: skip
    name = w.cut(encode(data), 60) + "." + domain
    return [{"CNAME": w.cname, "MX": w.mx, "SRV": w.srv, "NS": w.ns}[qtype](name)]


@tool("dnscat2", modes="any txt cname mx a aaaa plain")
def dnscat2(t, job, mode):
    """Hex, labels of at most 62; id, type and session in the clear, signature and nonce after."""
    types = {"any": ["TXT", "CNAME", "MX"], "plain": ["TXT"]}.get(mode, [mode.upper()])
    session = t.bytes(2)
    over = 4 if mode == "plain" else 12
    room = w.room_of(t.domain, 62) // 2 - 5 - over
    answer_max = {"A": 20, "AAAA": 80, "TXT": 100}

    def packet(data):
        return t.bytes(2) + b"\1" + session + t.bytes(over) + data

    def say(up, down):
        qtype = t.rng.choice(types)
        reply = packet(t.bytes(min(down, answer_max.get(qtype, 90))))
        t.ask(w.cut(w.hexed(packet(up)), 62) + "." + t.domain, qtype,
              *as_answer(t, qtype, reply, w.hexed, t.domain))  # fmt: skip

    for _ in range(4):
        say(t.bytes(min(room, 64)), 64)
    if job == "idle":
        for _ in t.until(HOUR_S):
            say(b"", 0)
            t.sleep(1)
    elif job == "up":
        for chunk in t.chunks(N_BYTES, room):
            say(chunk, 0)
    else:
        each = answer_max.get(types[0], 90)
        for _ in range(N_BYTES // each):
            say(b"", each)


IODINE = {
    "null-128": ("NULL", "128", 0), "private-64": ("PRIVATE", "64", 0), "txt-64u": ("TXT", "64", 0),
    "srv-32": ("SRV", "32", 0), "mx-32": ("MX", "32", 0), "cname-32": ("CNAME", "32", 0),
    "a-32": ("A", "32", 0), "null-raw-M100": ("NULL", "raw", 100), "txt-32-M60": ("TXT", "32", 60),
}  # fmt: skip


def iodine_text(t, codec, data):
    if codec == "32":
        return w.b32(data)
    if codec == "64":
        return w.b64url(data).replace("-", "+").replace("_", "-")
    return w.in_base(data, BASE128) if codec == "128" else data.decode("latin-1")


@tool("iodine", modes=" ".join(IODINE))
def iodine(t, job, mode):
    """A hex digit for the user, three characters of header, the data, labels of 57; a ping is p and
    seven characters. Lazy: a ping in four seconds. Some modes not lazy: one a second."""
    qtype, codec, name_max = IODINE[mode]
    name_max = name_max or 250
    room = int(w.room_of(t.domain, 57, name_max) * (0.6 if codec == "32" else 0.74)) - 5

    def answer(n):
        data = t.bytes(n)
        if qtype in ("NULL", "PRIVATE"):
            return [w.raw(qtype, data)]
        if qtype == "TXT":
            return [w.txt("t" + iodine_text(t, "64", data))]
        if qtype == "A":
            return [w.cname("h" + w.cut(w.b32(data[:120]), 57) + "." + t.domain)]
        return as_answer(t, qtype, data[:110], w.b32, t.domain)

    def ping():
        t.ask("p" + w.b32(t.bytes(4)) + "." + t.domain, qtype, *answer(2), ttl_s=0)

    t.ask("v" + w.b32(t.bytes(6)) + "." + t.domain, qtype, *answer(9), ttl_s=0)
    t.ask("l" + w.b32(t.bytes(19)) + "." + t.domain, qtype, *answer(30), ttl_s=0)
    for _ in range(6):
        probe = w.cut("r" + w.b32(t.bytes(max(8, room // 2))), 57)
        t.ask(probe + "." + t.domain, qtype, *answer(90), ttl_s=0)
    if job == "idle":
        for _ in t.until(HOUR_S):
            ping()
            t.sleep(1 if mode == "txt-32-M60" else 4)
    elif job == "up":
        for chunk in t.chunks(N_BYTES, max(8, room)):
            t.ask(w.cut("0" + w.b32(t.bytes(2))[:3] + iodine_text(t, codec, chunk), 57)
                  + "." + t.domain, qtype, *answer(2), ttl_s=0)  # fmt: skip
    else:
        each = 1000 if qtype in ("NULL", "PRIVATE", "TXT") else 110
        for _ in range(N_BYTES // each):
            t.ask("p" + w.b32(t.bytes(4)) + "." + t.domain, qtype, *answer(each), ttl_s=0)


@tool("dns2tcp", modes="TXT KEY")
def dns2tcp(t, job, mode):
    """Seven bytes of header (session, acknowledged, sequence, command) and data in base64."""
    session = t.bytes(2)

    def say(n, up, down):
        head = session + n.to_bytes(2, "big") + (n + 1).to_bytes(2, "big") + b"\2"
        text = w.b64(head + up).rstrip("=")
        record = w.txt(w.b64(t.bytes(7 + down))) if mode == "TXT" else w.raw("KEY", t.bytes(down))
        t.ask(w.cut(text, 63) + "." + t.domain, mode, record, ttl_s=3)

    room = int(w.room_of(t.domain) * 0.74) - 8
    if job == "up":
        for n, chunk in enumerate(t.chunks(N_BYTES, room)):
            say(n, chunk, 4)
    elif job == "down":
        for n in range(N_BYTES // 150):
            say(n, b"", 150)
    else:
        for n, _ in enumerate(t.until(HOUR_S)):
            say(n & 65535, b"", 4)
            t.sleep(3)


@tool("dnstt")
def dnstt(t, job, _mode):
    """Base32 of client id (8), random padding, length and data, labels of 63; TXT answers. Polls
    from half a second, doubled to ten."""
    me, zone = t.bytes(8), "t." + t.domain
    room = w.room_of(zone) * 5 // 8 - 8 - 4 - 1

    def say(up, down):
        padding = t.bytes(3 if up else 8)
        body = me + bytes([0xE0 + len(padding)]) + padding
        body += bytes([len(up)]) + up if up else b""
        t.ask(w.cut(w.b32(body), 63) + "." + zone, "TXT", w.txt(t.bytes(down)), ttl_s=60)

    for n in (120, 100, 60):
        say(t.bytes(min(n, room)), 120)
    if job == "up":
        for chunk in t.chunks(N_BYTES, room):
            say(chunk, 24)
    elif job == "down":
        for _ in range(N_BYTES // 900):
            say(b"", 900)
    else:
        poll_s = 0.5
        for _ in t.until(HOUR_S):
            say(b"", 0)
            t.sleep(poll_s)
            poll_s = min(10, poll_s * 2)


@tool("slipstream")
def slipstream(t, job, _mode):
    """QUIC packets in base32, a dot after 57; TXT answers; keeps alive every few seconds."""
    room = w.room_of(t.domain, 57) * 5 // 8

    def say(n, down):
        t.ask(w.cut(w.b32(t.bytes(n)), 57) + "." + t.domain, "TXT", w.txt(t.bytes(down)), ttl_s=60)

    for _ in range(8):
        say(room, 800)
    if job == "idle":
        for _ in t.until(HOUR_S):
            say(29, 29)
            t.sleep(5)
    for _ in range({"idle": 0, "up": N_BYTES // room, "down": N_BYTES // 800}[job]):
        say(room if job == "up" else 36, 40 if job == "up" else 800)


@tool("ozymandns", jobs="up down")
def ozymandns(t, job, _mode):
    for n in range(N_BYTES // 110):
        if job == "up":
            text = w.cut(w.b32(t.bytes(100)), 63)
            name = f"{text}.{n}-{t.rng.randrange(65536)}.id-{4711}.up.sshdns.{t.domain}"
            t.ask(name, "A", w.a("127.0.0.1"), ttl_s=0)
        else:
            name = f"{n}-{t.rng.randrange(65536)}.id-4711.down.sshdns.{t.domain}"
            t.ask(name, "TXT", w.txt(w.b64(t.bytes(110))), ttl_s=0)


@tool("tuns")
def tuns(t, job, _mode):
    """CNAME alone; d and a short packet number, then base32; polls carry a number."""
    n = t.rng.randrange(1000)
    for _ in range({"idle": 720, "up": N_BYTES // 120, "down": N_BYTES // 120}[job]):
        n += 1
        head = "d" + w.b32(n.to_bytes(4, "big"))
        body = w.cut(w.b32(t.bytes(120)), 63) + "." if job == "up" else ""
        down = w.cut("l" + w.b32(t.bytes(120 if job == "down" else 6)), 63)
        t.ask(f"{head}.{body}{t.domain}", "CNAME", w.cname(f"{down}.{t.domain}"), ttl_s=0)
        if job == "idle":
            t.sleep(5)


@tool("nstx")
def nstx(t, job, _mode):
    """Names over a-z A-Z 0-9 _ -, answers in TXT."""
    n_up = {"idle": 12, "up": 110, "down": 12}[job]
    for _ in range({"idle": 360, "up": N_BYTES // n_up, "down": N_BYTES // 200}[job]):
        body = w.cut("b" + w.b64url(t.bytes(n_up)), 63)
        t.ask(f"{body}.{t.domain}", "TXT", w.txt(t.bytes(200 if job == "down" else 8)), ttl_s=0)
        if job == "idle":
            t.sleep(10)


@tool("tcp-over-dns")
def tcp_over_dns(t, job, _mode):
    for n in range({"idle": 600, "up": N_BYTES // 100, "down": N_BYTES // 180}[job]):
        body = w.b64url(t.bytes(6)) + (w.b64url(t.bytes(100)) if job == "up" else "")
        down = t.bytes(180 if job == "down" else 6)
        t.ask(w.cut(body, 63) + "." + t.domain, "TXT", w.txt(w.b64(down)), ttl_s=0)
        if job == "idle":
            t.sleep(6, 0.3)


@tool("heyoka", modes="one-source spoofed", idle__spoofed=SPOOFED, up__spoofed=SPOOFED,
      down__spoofed=SPOOFED)  # fmt: skip
def heyoka(t, job, mode):
    """All byte values in labels of 63, TXT answers; may borrow its neighbours' addresses."""
    neighbours = [f"10.64.9.{i}" for i in range(10, 30)]
    for _ in range({"idle": 360, "up": N_BYTES // 180, "down": N_BYTES // 200}[job]):
        data = t.bytes(180 if job == "up" else 12).replace(b".", b",")
        labels = [data[i : i + 63] for i in range(0, len(data), 63)]
        if mode == "spoofed":
            t.client = t.rng.choice(neighbours)
        down = w.txt(t.bytes(200 if job == "down" else 4))
        t.ask(labels + w.labels_of(t.domain), "TXT", down, ttl_s=0)
        if job == "idle":
            t.sleep(10)


# ------------------------------------------------------------------ command and control frameworks


@tool("cobalt-strike", modes="a aaaa txt", idle=ONE)
def cobalt_strike(t, job, mode):
    """The beacon's own name every 60 s; data by post. and hex labels, tasks by a prefix that says
    the answers' type; a nonce in each."""
    me = f"{t.rng.getrandbits(31):x}"
    prefix = {"a": "cdn", "aaaa": "www6", "txt": "api"}[mode]
    if job == "idle":
        for _ in t.until(HOUR_S):
            t.ask(f"{me}.{t.domain}", "A", w.a("0.0.0.0"), ttl_s=1)
            t.sleep(60)
        return
    for _ in range(3):
        t.ask(f"{me}.{t.domain}", "A", w.a("0.0.0.0"), ttl_s=1)
        t.sleep(60)
    t.ask(f"{me}.{t.domain}", "A", w.a("0.0.0.243"), ttl_s=1)
    nonce = t.rng.getrandbits(24)
    if job == "up":
        t.ask(f"post.1{N_BYTES:x}.{nonce:x}.{me}.{t.domain}", "A", w.a("0.0.0.0"), ttl_s=1)
        for chunk in t.chunks(N_BYTES, 84):
            nonce += 1
            text = w.cut(w.hexed(chunk), 56)
            name = f"post.{text.count('.') + 1}{text}.{nonce:x}.{me}.{t.domain}"
            t.ask(name, "A", w.a("0.0.0.0"), ttl_s=1)
        return
    each = {"a": 4, "aaaa": 16, "txt": 186}[mode]
    for _ in range(min(N_BYTES // each, 2500)):
        nonce += 1
        data = t.bytes(each)
        record = {"a": w.a_bytes, "aaaa": w.aaaa_bytes}.get(mode, lambda d: w.txt(w.b64(d)))(data)
        t.ask(f"{prefix}.0{nonce:x}.{me}.{t.domain}", mode.upper(), record, ttl_s=1)


@tool("cobalt-strike-stager", jobs="down")
def cobalt_stager(t, _job, _mode):
    for n in range(N_BYTES // 255):
        name = LETTERS[n % 26] + LETTERS[n // 26 % 26] + LETTERS[n // 676]
        code = t.draw("abcdefghijklmnop", 255)
        t.ask(f"{name}.stage.{12345678}.{t.domain}", "TXT", w.txt(code), ttl_s=1)


@tool("sliver", modes="base58 base32")
def sliver(t, job, mode):
    """Protobuf messages, names filled to 254 characters; beacons in 60 to 90 s; TXT answers."""
    encode = w.b32 if mode == "base32" else lambda data: w.in_base(data, BASE58)
    room = int(w.room_of(t.domain) * (0.62 if mode == "base32" else 0.72)) - 2

    def say(n, down, qtype="TXT"):
        record = w.txt(w.b64(t.bytes(down))) if qtype == "TXT" else w.a_bytes(t.bytes(4))
        head = b"\x08\x02\x10" + t.bytes(3)
        t.ask(w.cut(encode(head + t.bytes(n)), 63) + "." + t.domain, qtype, record, ttl_s=0)

    for _ in range(3):
        say(24, 0, "A")
    if job == "idle":
        for _ in t.until(HOUR_S):
            say(60, 20)
            say(40, 12)
            t.sleep(90, 0.33)
    elif job == "up":
        for _ in range(N_BYTES // room):
            say(room - 6, 0, "A")
    else:
        for _ in range(N_BYTES // 180):
            say(18, 180)


@tool("pupy", modes="60s decoy-dog")
def pupy(t, job, mode):
    """Encrypted payload and nonce in base32, three labels; answers are sets of addresses."""
    nonce = t.rng.getrandbits(32)

    def say(n, records):
        nonlocal nonce
        nonce += n
        name = f"{w.b32(t.bytes(n))}.{w.b32(nonce.to_bytes(4, 'big'))}.{w.b32(t.bytes(4))}"
        addresses = [w.a_bytes(t.bytes(4)) for _ in range(records)]
        t.ask(f"{name}9.{t.domain}", "A", *addresses, ttl_s=10)

    if job == "idle":
        for _ in t.until(HOUR_S * (8 if mode == "decoy-dog" else 1)):
            say(9, 3)
            t.sleep(*((60, 0.1) if mode == "60s" else (900, 0.8)))
    else:
        for _ in range(N_BYTES // 35 if job == "up" else N_BYTES // 40):
            say(35 if job == "up" else 9, 3 if job == "up" else 14)


@tool("mythic-dns")
def mythic(t, job, _mode):
    """Hex of a small header and the data, TXT; sleeps of ten seconds with a fourth of jitter."""
    for n in range({"idle": 400, "up": N_BYTES // 80, "down": N_BYTES // 180}[job]):
        data = n.to_bytes(4, "big") + t.bytes(80 if job == "up" else 8)
        down = w.txt(w.b64(t.bytes(180 if job == "down" else 8)))
        t.ask(w.cut(w.b32(data), 63) + "." + t.domain, "TXT", down, ttl_s=5)
        if job == "idle":
            t.sleep(10, 0.25)


@tool("metasploit-txt-stager", jobs="down", down="a payload of 5 kB under one-letter names, once")
def metasploit_txt(t, _job, _mode):
    for letter in LETTERS[:20]:
        t.ask(f"{letter}.{t.domain}", "TXT", w.txt(w.b64(t.bytes(189))), ttl_s=300)


@tool("metasploit-reverse-dns")
def metasploit_dns(t, job, _mode):
    """Sequence, random part and hex data; AAAA answers of fourteen bytes each, several a time."""
    for n in range({"idle": 360, "up": N_BYTES // 60, "down": N_BYTES // 200}[job]):
        rand = t.draw(LETTERS, 4)
        body = w.cut(w.b32(t.bytes(60)), 63) + "." if job == "up" else ""
        answers = [w.aaaa_bytes(b"\xfe" + bytes([i]) + t.bytes(14))
                   for i in range(14 if job == "down" else 1)]  # fmt: skip
        t.ask(f"{body}{n:x}.{rand}.1.{t.domain}", "AAAA", *answers, ttl_s=0)
        if job == "idle":
            t.sleep(10)


@tool("reverse-dns-shell")
def reverse_shell(t, job, _mode):
    for n in range({"idle": 720, "up": N_BYTES // 48, "down": N_BYTES // 120}[job]):
        body = w.b64url(t.bytes(44 if job == "up" else 16))
        down = t.bytes(120 if job == "down" else 16)
        t.ask(w.cut(body, 60) + "." + t.domain, "TXT", w.txt(w.b64(down)), ttl_s=0)
        if job == "idle":
            t.sleep(5)


@tool("dns-shell", jobs="idle up", idle=ONE)
def dns_shell(t, job, _mode):
    """One name is polled for commands in TXT; what they print goes out in hex."""
    if job == "idle":
        for _ in t.until(HOUR_S):
            t.ask(f"4141.{t.domain}", "TXT", w.txt("nop"), ttl_s=0)
            t.sleep(5)
        return
    for n, chunk in enumerate(t.chunks(N_BYTES, 31)):
        t.ask(f"{w.hexed(chunk)}.{n}.{t.domain}", "A", w.a("203.0.113.9"), ttl_s=0)


@tool("weasel")
def weasel(t, job, _mode):
    """AAAA alone: a session's label, a counter, base32 of data."""
    me = t.draw(LETTERS, 5)
    for n in range({"idle": 240, "up": N_BYTES // 35, "down": N_BYTES // 15}[job]):
        body = w.b32(t.bytes(35)) + "." if job == "up" else t.draw(LETTERS, 4) + "."
        t.ask(f"{body}{n}.{me}.{t.domain}", "AAAA", w.aaaa_bytes(b"\xfd" + t.bytes(15)), ttl_s=1)
        if job == "idle":
            t.sleep(15, 0.2)


@tool("dnspot")
def dnspot(t, job, _mode):
    for n in range({"idle": 300, "up": N_BYTES // 90, "down": N_BYTES // 90}[job]):
        body = w.cut(w.b32(t.bytes(90 if job == "up" else 40)), 63)
        down = w.cut(w.b32(t.bytes(90 if job == "down" else 30)), 63)
        t.ask(f"{body}.{t.domain}", "CNAME", w.cname(f"{down}.{t.domain}"), ttl_s=1)
        if job == "idle":
            t.sleep(12, 0.2)


# ------------------------------------------------------------------ exfiltration alone


@tool("dnsexfiltrator", jobs="up", modes="b64 b32-throttled")
def dnsexfiltrator(t, _job, mode):
    encode = w.b64url if mode == "b64" else w.b32
    room = int(w.room_of(t.domain) * (0.74 if mode == "b64" else 0.62)) - 6
    room = room if mode == "b64" else 40
    t.ask(f"init.{w.b32(b'report.zip|%d' % (N_BYTES // room))}.{t.domain}", "TXT", w.txt("OK"))
    for n, chunk in enumerate(t.chunks(N_BYTES, room)):
        t.ask(f"{n}.{w.cut(encode(chunk), 63)}.{t.domain}", "TXT", w.txt(str(n)))
        t.sleep(0 if mode == "b64" else 5, 0.4)


@tool("dnsteal", jobs="up", parent=False)
def dnsteal(t, _job, _mode):
    """Base64 labels, each with a dash behind, then the file's name; sent to the thief's server."""
    t.server = "198.51.100.77"
    for chunk in t.chunks(N_BYTES, 4 * 42):
        parts = [w.b64(chunk[i : i + 42]).replace("+", "*") + "-" for i in range(0, len(chunk), 42)]
        t.ask(".".join(parts) + ".passwd.txt", "A", w.a("198.51.100.77"), ttl_s=1)


@tool("det", jobs="up")
def det(t, _job, _mode):
    """Hex of job, |!|, number, |!|, data before a borrowed name, sent to the thief's server."""
    t.server = "198.51.100.78"
    me = t.draw(BASE36, 7)
    for n, chunk in enumerate(t.chunks(N_BYTES, 70)):
        text = w.cut(w.hexed(f"{me}|!|{n}|!|".encode() + chunk), 63)
        t.ask(f"{text}.{t.domain}", "A", w.a("198.51.100.78"), ttl_s=60)
        t.sleep(5, 0.9)


@tool("packetwhisper", jobs="up", modes="codebook random", parent=False, up=CLOUD)
def packetwhisper(t, _job, mode):
    """A name of a content network stands for each character; who watches the wire decodes it."""
    book = ["d" + t.draw(BASE36, 13) for _ in range(128)]
    for c in t.rng.choices(range(128), k=4000):
        name = book[c] if mode == "codebook" else "d" + book[c][:2] + t.draw(BASE36, 11)
        t.nothing(f"{name}.cloudfront.net")
        t.sleep(0.5, 0.5)


@tool("dig-base64", jobs="up")
def dig_base64(t, _job, _mode):
    """A shell loop over lines of base64; nobody answers."""
    for chunk in t.chunks(N_BYTES, 45):
        t.nothing(w.b64(chunk) + "." + t.domain)


@tool("dig-xxd", jobs="up")
def dig_hex(t, _job, _mode):
    for chunk in t.chunks(N_BYTES // 5, 16):
        t.nothing(w.hexed(chunk) + "." + t.domain)


@tool("invoke-dnsteal", jobs="up", modes="1-domain 5-domains 12-domains")
def invoke_dnsteal(t, _job, mode):
    """Short hex pieces after random sleeps of three to five seconds, a domain drawn each time."""
    n = int(mode.partition("-")[0])
    domains = [t.domain] + [t.draw(LETTERS, 4) + str(i) + t.domain for i in range(1, n)]
    for chunk in t.chunks(N_BYTES, 24):
        t.ask(f"{w.hexed(chunk)}.{t.rng.choice(domains)}", "A", w.a("203.0.113.4"), ttl_s=60)
        t.sleep(5, 0.4)


@tool("egress-assess", jobs="up")
def egress_assess(t, _job, _mode):
    t.server = "198.51.100.79"
    for n, chunk in enumerate(t.chunks(N_BYTES, 30)):
        t.ask(f"{n}.{w.b64(chunk)}.{t.domain}", "TXT", w.txt("ok"), ttl_s=0)


@tool("dnslivery", jobs="down")
def dnslivery(t, _job, _mode):
    for n in range(N_BYTES // 189):
        t.ask(f"{n}.report.{t.domain}", "TXT", w.txt(w.b64(t.bytes(189))), ttl_s=300)


@tool("jndi-one-shot", jobs="up", up=FEW)
def jndi(t, _job, _mode):
    for what in ("srv-web-03", "svc_tomcat", "x" + t.draw("0123456789abcdef", 8)):
        t.ask(f"{what}.{t.draw(BASE36, 12)}.{t.domain}", "A", w.a("203.0.113.5"), ttl_s=60)


@tool("oast-canary", jobs="up", modes="one few scan", up__one=FEW, up__few=FEW)
def oast(t, _job, mode):
    """Names of 33 characters that a tester plants and a server asks for; a scan plants many."""
    me = "c" + t.draw(BASE36, 19)
    for _ in range({"one": 1, "few": 4, "scan": 300}[mode]):
        t.ask(f"{me}{t.draw(LETTERS, 13)}.{t.domain}", "A", w.a("203.0.113.6"), ttl_s=3600)
        t.sleep(40, 0.9)
