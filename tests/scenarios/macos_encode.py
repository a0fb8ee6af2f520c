# SPDX-License-Identifier: Apache-2.0
"""How a Mac writes down what happens: styles of the log command, generations of mDNSResponder's
messages, eslogger. Shapes: docs/formats/macos.md, macos-text.md, eslogger.md."""

import base64
import datetime
import hashlib
import itertools
import json

ZONE = datetime.timezone(datetime.timedelta(hours=-4))
RESPONDER = "/usr/sbin/mDNSResponder"
ASK_FLAGS = "0x1D000"


def name_hash(name):
    """FNV-1a, 32 bits, of the name in lower case and wire form."""
    wire = b"".join(bytes([len(x)]) + x.encode() for x in name.lower().split(".")) + b"\0"
    h = 0x811C9DC5
    for byte in wire:
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h


def mask(name, n):
    return base64.b64encode(hashlib.md5(b"of this boot" + name.encode()).digest()[:n]).decode()


# ------------------------------------------------ generations of a message

def message_old(e, number, prefix):
    if e["qtype"]:
        return (f"{prefix}DNSServiceQueryRecord(15000, 0, {e['name']}., {e['qtype']}) "
                f"START PID[{e['pid']}]({e['comm']})")
    return (f"{prefix}DNSServiceGetAddrInfo(C000D000, 0, 3, {e['name']}.) "
            f"START PID[{e['pid']}]({e['comm']})")


def message_10_14(e, number):
    return message_old(e, number, f"{number % 1000:3d}: ")


def message_10_15(e, number):
    return message_old(e, number, f"[R{number}] ")


def message_14(e, number, name=None, digest=None):
    name = name or e["name"]
    digest = digest or f"{name_hash(e['name']):08x}"
    if e["qtype"]:
        return (f"[R{number}] DNSServiceQueryRecord START -- qname: {name}, qtype: {e['qtype']}, "
                f"flags: {ASK_FLAGS}, interface index: 0, client pid: {e['pid']} ({e['comm']}), "
                f"name hash: {digest}")
    text = (f"[R{number}] getaddrinfo start -- flags: 0xC000D000, ifindex: 0, protocols: 0, "
            f"hostname: {name}, options: 0x8 {{use-failover}}, "
            f"client pid: {e['pid']} ({e['comm']})")
    if e["delegator"]:
        text += f", delegator pid: {e['delegator'][1]} ({e['delegator'][0]})"
    return text


def message_masked(e, number):
    return message_14(e, number, f"<mask.hash: '{mask(e['name'], 16)}'>")


def message_26(e, number):
    digest = f"<dn:{mask(e['name'], 4).rstrip('=')}>"
    return message_14(e, number, f"<private> {digest}", digest)


# ------------------------------------------------------------------ styles

def lines(events, message):
    """(time, program, path, pid, text): what mDNSResponder and others say."""
    numbers = itertools.count(1000)
    for e in events:
        if e["kind"] == "ask":
            n = next(numbers)
            yield e["time"], "mDNSResponder", RESPONDER, 389, message(e, n)
            yield e["time"], "mDNSResponder", RESPONDER, 389, f"[R{n}->Q{n % 97}] Question assigned"
        elif e["kind"] == "say":
            yield e["time"], e["comm"], e["path"], e["pid"], e["text"]


def record(line, **more):
    time, _, path, pid, text = line
    system = path == RESPONDER
    return {
        "timezoneName": "", "messageType": "Default", "eventType": "logEvent", "source": None,
        "formatString": "%{public}s", "userID": 65 if system else 0, "activityIdentifier": 0,
        "subsystem": "com.apple.mDNSResponder" if system else "",
        "category": "Default" if system else "", "threadID": 4196680,
        "senderImageUUID": "607679EB-50E5-30F8-B6E1-9D2B7F35A580",
        "backtrace": {"frames": [{"imageOffset": 1764,
                                  "imageUUID": "607679EB-50E5-30F8-B6E1-9D2B7F35A580"}]},
        "bootUUID": "", "processImagePath": path, "senderImagePath": path,
        "timestamp": time.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S.%f%z"),
        "machTimestamp": 24312463404551, "eventMessage": text,
        "processImageUUID": "607679EB-50E5-30F8-B6E1-9D2B7F35A580", "traceID": 13353070231812,
        "processID": pid, "senderProgramCounter": 1764, "parentActivityIdentifier": 0, **more}


def as_json(value, **how):
    return json.dumps(value, **how).replace("/", "\\/")


def write_ndjson(said, f):
    f.write('Filtering the log data using "process == "mDNSResponder""\n')
    for line in said:
        f.write(as_json(record(line), separators=(",", ":")) + "\n")


def write_shipped(said, f):
    for line in said:
        f.write(as_json(record(line, hostname="mac7.corp.example"), separators=(",", ":")) + "\n")


def write_json(said, f):
    objects = (as_json(record(line), indent=2, separators=(",", " : ")) for line in said)
    f.write("[" + ",".join(objects) + "]\n")


def stamp(time):
    return time.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S.%f%z")


def write_syslog(said, f):
    for time, program, _, pid, text in said:
        f.write(f"{stamp(time)}  localhost {program}[{pid}]: "
                f"[com.apple.{program}:Default] {text}\n")


def write_default(said, f):
    f.write("Timestamp                       Thread     Type        Activity             PID    TTL"
            "  \n")
    for time, program, _, pid, text in said:
        f.write(f"{stamp(time)} {'0x1a2b':10} {'Default':11} {'0x0':20} {pid:<6} {0:<4} "
                f"{program}: [com.apple.{program}:Default] {text}\n")


def write_compact(said, f):
    f.write("Timestamp               Ty Process[PID:TID]\n")
    for time, program, _, pid, text in said:
        at = time.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        f.write(f"{at} Df {program}[{pid}:1a2b] [com.apple.{program}:Default] {text}\n")


def write_console(said, f):
    for time, program, _, _, text in said:
        f.write(f"default\t{time.astimezone(ZONE).strftime('%H:%M:%S.%f%z')}\t{program}\t{text}\n")


def write_system_log(said, f):
    for time, program, _, pid, text in said:
        at = time.strftime("%b ") + f"{time.day:2d}" + time.strftime(" %H:%M:%S")
        f.write(f"{at} mac7 {program}[{pid}]: {text}\n")


def eslogger_process(e, path):
    return {"start_time": e["time"].strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "ppid": e["ppid"],
            "original_ppid": e["ppid"],
            "audit_token": {"asid": 100, "auid": e["uid"], "euid": e["uid"], "ruid": e["uid"],
                            "pid": e["pid"], "pidversion": 7},
            "tty": {"path": e["tty"]} if e["tty"] else None,
            "executable": {"path": path, "path_truncated": False, "stat": {"st_dev": 16777232}},
            "signing_id": "com.apple." + path.rsplit("/", 1)[1], "team_id": None,
            "cdhash": hashlib.sha1(path.encode()).hexdigest().upper(), "is_platform_binary": True}


def write_eslogger(events, f):
    for i, e in enumerate(e for e in events if e["kind"] == "start"):
        target = eslogger_process(e, e["path"])
        f.write(as_json({
            "schema_version": 1, "mach_time": 8100000 + i, "event_type": 9, "seq_num": i,
            "global_seq_num": i, "time": e["time"].strftime("%Y-%m-%dT%H:%M:%S.%f000Z"),
            "version": 7, "thread": {"thread_id": 77}, "action_type": 1,
            "process": eslogger_process(e, e["caller"]),
            "event": {"exec": {"script": None, "target": target, "cwd": {"path": "/"},
                               "args": e["args"], "env": ["PATH=/usr/bin:/bin"],
                               "fds": [{"fd": 0, "fdtype": 2}], "last_fd": 2,
                               "dyld_exec_path": e["path"]}},
            "action": {"result": {"result": {"auth": 0}, "result_type": 0}}},
            separators=(",", ":")) + "\n")


# Encoding -> (suffix of its files, its writer, generation of the messages).
ENCODINGS = {
    "ndjson": ("ndjson", write_ndjson, message_14),
    "ndjson-masked": ("ndjson", write_ndjson, message_masked),
    "ndjson-10-15": ("ndjson", write_ndjson, message_10_15),
    "ndjson-26": ("ndjson", write_ndjson, message_26),
    "shipped": ("ndjson", write_shipped, message_14),
    "json": ("json", write_json, message_14),
    "syslog": ("log", write_syslog, message_14),
    "default": ("log", write_default, message_masked),
    "compact": ("log", write_compact, message_10_15),
    "console": ("log", write_console, message_masked),
    "system-log": ("log", write_system_log, message_10_14),
    "eslogger": ("ndjson", None, None),
}


def write(events, encoding, f):
    _, writer, message = ENCODINGS[encoding]
    if writer:
        writer(lines(events, message), f)
    else:
        write_eslogger(events, f)
