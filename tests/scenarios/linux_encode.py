# SPDX-License-Identifier: Apache-2.0
"""Events of a Linux machine as the audit system and its relatives write them down."""

import datetime
import ipaddress
import json

CALLS = {"exec": 59, "connect": 42, "sendto": 44, "dup": 33}
NAMES = {"exec": "execve", "connect": "connect", "sendto": "sendto", "dup": "dup2"}
ERRORS = {-115: "EINPROGRESS", -2: "ENOENT"}
UNSET = 4294967295
SEPARATOR = "\x1d"


def result(e):
    """Exit value, and whether it counts as a success."""
    if e["kind"] == "exec":
        return (0, True) if e["ok"] else (-2, False)
    if e["kind"] == "dup":
        return e["to"], True
    return e["exit"], e["exit"] >= 0


def arguments(e):
    """a0 and a1 in hexadecimal digits."""
    if e["kind"] == "exec":
        return "55d0c0ffee10", "55d0c0ffee48"
    return f"{e['fd']:x}", f"{e['to']:x}" if e["kind"] == "dup" else "7ffd2a10"


def socket_address(e):
    ip = ipaddress.ip_address(e["peer"])
    port = e["port"].to_bytes(2, "big")
    if ip.version == 4:
        return b"\2\0" + port + ip.packed + bytes(8)
    return b"\n\0" + port + bytes(4) + ip.packed + bytes(4)


def encoded(text):
    """An untrusted string as the kernel has it: in quotes, or in digits."""
    data = text.encode()
    if any(b <= 0x20 or b >= 0x7f or b == 0x22 for b in data):
        return data.hex().upper()
    return f'"{text}"'


class Audit:
    """audit.log, raw or enriched."""

    def __init__(self, host, enriched):
        self.host = host
        self.enriched = enriched
        self.serial = 100

    def line(self, kind, ident, body, more=""):
        tail = SEPARATOR + more if self.enriched and more else ""
        return f"node={self.host} type={kind} msg=audit({ident}): {body}{tail}\n"

    def write(self, events, f):
        for e in events:
            self.serial += 1
            ident = f"{int(e['t'])}.{int(e['t'] * 1000) % 1000:03d}:{self.serial}"
            f.write(self.session(ident, e) if e["kind"] == "session" else self.call(ident, e))

    def session(self, ident, e):
        return self.line("USER_START", ident,
                         f"pid={e['pid']} uid=0 auid={e['auid']} ses={e['ses']} "
                         f"msg='op=PAM:session_open grantors=pam_unix acct=\"{e['account']}\" "
                         f"exe=\"{e['exe']}\" hostname={e['addr']} addr={e['addr']} "
                         f"terminal={e['terminal']} res=success'", 'UID="root" AUID="x"')

    def call(self, ident, e):
        code, ok = result(e)
        a0, a1 = arguments(e)
        argv = e.get("argv")
        text = self.line(
            "SYSCALL", ident,
            f"arch=c000003e syscall={CALLS[e['kind']]} success={'yes' if ok else 'no'} exit={code} "
            f"a0={a0} a1={a1} a2=10 a3=0 items={2 if argv else 0} ppid={e['ppid']} pid={e['pid']} "
            f"auid={e['auid']} uid={e['uid']} gid={e['uid']} euid={e['uid']} suid={e['uid']} "
            f"fsuid={e['uid']} egid={e['uid']} sgid={e['uid']} fsgid={e['uid']} tty={e['tty']} "
            f"ses={e['ses']} comm=\"{e['exe'].rsplit('/', 1)[1][:15]}\" exe=\"{e['exe']}\" "
            f"subj=unconfined key=\"dns\"",
            f"ARCH=x86_64 SYSCALL={NAMES[e['kind']]} AUID=\"unset\" UID=\"{e['user']}\" "
            f"GID=\"{e['user']}\"")
        if e["kind"] == "exec" and ok:
            words = " ".join(f"a{i}={encoded(a)}" for i, a in enumerate(argv))
            text += self.line("EXECVE", ident, f"argc={len(argv)} {words}")
        if e["kind"] == "exec":
            text += self.line("CWD", ident, 'cwd="/"')
            text += self.line("PATH", ident, f"item=0 name=\"{e['path']}\" inode=7 dev=08:01 "
                              "mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL")
        if "peer" in e:
            text += self.line("SOCKADDR", ident, f"saddr={socket_address(e).hex().upper()}",
                              f"SADDR={{ saddr_fam=inet laddr={e['peer']} lport={e['port']} }}")
        title = "\0".join(e["title"])[:127]
        return text + self.line("PROCTITLE", ident, f"proctitle={encoded(title)}")


def write_raw(host, events, f):
    Audit(host, False).write(events, f)


def write_enriched(host, events, f):
    Audit(host, True).write(events, f)


def dump(f, record):
    f.write(json.dumps(record, separators=(",", ":"), ensure_ascii=False) + "\n")


def percent(data):
    """Bytes that are no text in percent signs, as laurel has them."""
    return "".join(chr(b) if 0x20 < b < 0x7f and b != 0x25 else f"%{b:02x}" for b in data)


def write_laurel(host, events, f):
    for serial, e in enumerate(events, 101):
        record = {"ID": f"{int(e['t'])}.{int(e['t'] * 1000) % 1000:03d}:{serial}", "NODE": host}
        if e["kind"] == "session":
            record["USER_START"] = {
                "pid": e["pid"], "uid": 0, "auid": e["auid"], "ses": e["ses"],
                "op": "PAM:session_open", "acct": e["account"], "exe": e["exe"],
                "addr": None if e["addr"] == "?" else e["addr"], "terminal": e["terminal"],
                "res": "success"}
            dump(f, record)
            continue
        code, ok = result(e)
        record["SYSCALL"] = {
            "arch": "0xc000003e", "syscall": CALLS[e["kind"]], "success": "yes" if ok else "no",
            "exit": code, "items": 0, "ppid": e["ppid"], "pid": e["pid"], "auid": e["auid"],
            "uid": e["uid"], "tty": e["tty"], "ses": e["ses"],
            "comm": e["exe"].rsplit("/", 1)[1][:15], "exe": e["exe"], "key": "dns",
            "ARCH": "x86_64", "SYSCALL": NAMES[e["kind"]], "UID": e["user"],
            "ARGV": ["0x" + a for a in arguments(e)]}
        if e["kind"] == "exec" and ok:
            record["EXECVE"] = {"argc": len(e["argv"]), "ARGV": e["argv"]}
        record["PROCTITLE"] = {"ARGV": e["title"]}
        if "peer" in e:
            record["SOCKADDR"] = [{"saddr": percent(socket_address(e))}]
        dump(f, record)


def timestamp(t):
    when = datetime.datetime.fromtimestamp(t, datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def write_auditbeat(host, events, f):
    for serial, e in enumerate(events, 101):
        record = {"@timestamp": timestamp(e["t"]), "host": {"name": host},
                  "event": {"module": "auditd", "kind": "event"}, "service": {"type": "auditd"},
                  "user": {"id": str(e["uid"]), "name": e["user"],
                           "audit": {"id": "unset" if e["auid"] == UNSET else str(e["auid"])}}}
        if e["kind"] == "session":
            record["event"]["action"] = "started-session"
            record["auditd"] = {
                "message_type": "user_start", "result": "success", "sequence": serial,
                "data": {"op": "PAM:session_open", "terminal": e["terminal"]}}
            record["process"] = {"pid": e["pid"], "executable": e["exe"]}
            record["user"]["name"] = e["account"]
            if e["addr"] != "?":
                record["source"] = {"ip": e["addr"]}
            dump(f, record)
            continue
        code, ok = result(e)
        record["event"].update(action={"exec": "executed", "connect": "connected-to",
                                       "sendto": "sent-to"}.get(e["kind"], e["kind"]),
                               outcome="success" if ok else "failure")
        record["auditd"] = {
            "message_type": "syscall", "result": "success" if ok else "fail", "sequence": serial,
            "data": {"arch": "x86_64", "syscall": NAMES[e["kind"]], "tty": e["tty"],
                     "exit": ERRORS.get(code, str(code))}}
        record["process"] = {"pid": e["pid"], "parent": {"pid": e["ppid"]}, "executable": e["exe"],
                             "name": e["exe"].rsplit("/", 1)[1],
                             "title": " ".join(e["title"])[:127]}
        if e["kind"] == "exec" and ok:
            record["process"]["args"] = e["argv"]
        if "peer" in e:
            record["destination"] = {"ip": e["peer"], "port": str(e["port"])}
            record["network"] = {"direction": "egress"}
        dump(f, record)


# name -> (extension, writer)
ENCODINGS = {"raw": ("log", write_raw), "enriched": ("log", write_enriched),
             "laurel": ("json", write_laurel), "auditbeat": ("json", write_auditbeat)}
