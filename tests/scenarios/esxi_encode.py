# SPDX-License-Identifier: Apache-2.0
"""How ESXi and its relays write down what happens, the network's dns.log beside it, and lists of
VIBs. Shapes: docs/formats/esxi.md, vib-list.md, zeek-tsv.md."""

import datetime
import json

QTYPES = {"A": 1, "AAAA": 28, "TXT": 16}
SHELL = ("shell", 1053659)
RCODES = {"NOERROR": 0, "NXDOMAIN": 3}


def milli(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def program_of(e):
    return SHELL if e["kind"] == "type" else (e["program"], e["pid"])


def text_of(e):
    return f"[{e['user']}]: {e['text']}" if e["kind"] == "type" else e["text"]


def level_of(e):
    return 14 if e["kind"] == "type" else e["level"]


def tag(program, pid):
    return f"{program}[{pid}]" if pid else program


def agent_text(e):
    """What hostd writes itself: its name again, with its level."""
    program, pid = program_of(e)
    return f"info {program.lower()}[{pid}] {text_of(e)}"


def esxi_6(e):
    program, pid = program_of(e)
    at = e["time"].strftime("%Y-%m-%dT%H:%M:%SZ")
    if program == "Hostd":
        return f"{milli(e['time'])} {agent_text(e)}"
    if program == "esxupdate":
        return f"{at} esxupdate: {pid}: {text_of(e)}"
    return f"{at} {tag(program, pid)}: {text_of(e)}"


def esxi_8(e):
    program, pid = program_of(e)
    body = f"{pid}: {text_of(e)}" if program == "esxupdate" else text_of(e)
    tagged = program if program == "esxupdate" else tag(program, pid)
    return f"{milli(e['time'])} In({level_of(e)}) {tagged}: {body}"


def sent(e):
    program, pid = program_of(e)
    head = f"<{level_of(e)}>{milli(e['time'])} esx1.corp.example "
    if program == "Hostd":
        return f"{head}Hostd: {agent_text(e)}"
    if program == "esxupdate":
        return f"{head}esxupdate: {pid}: {text_of(e)}"
    return f"{head}{tag(program, pid)}: {text_of(e)}"


def rfc3164(e):
    program, pid = program_of(e)
    at = e["time"].strftime("%b ") + f"{e['time'].day:2d}" + e["time"].strftime(" %H:%M:%S")
    body = f"{pid}: {text_of(e)}" if program == "esxupdate" else text_of(e)
    tagged = program if program == "esxupdate" else tag(program, pid)
    return f"<{level_of(e)}>{at} esx1.corp.example {tagged}: {body}"


def rfc5424(e):
    program, pid = program_of(e)
    body = f"{pid}: {text_of(e)}" if program == "esxupdate" else text_of(e)
    return (f"<{level_of(e)}>1 {milli(e['time'])} esx1.corp.example {program} {pid or '-'} - - "
            f"{body}")


def audit(e):
    """The same, with shell commands as records of the audit log."""
    if e["kind"] != "type":
        return sent(e)
    command = e["text"].replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
    return (f"<110>{milli(e['time'])} esx1.corp.example shell[1053659]: [shell.cmd@6876 "
            f'subject="{e["user"]}" object="shell" command="{command}" result="success" '
            'status="0"]')


ENCODINGS = {"esxi-6": esxi_6, "esxi-8": esxi_8, "sent": sent, "rfc3164": rfc3164,
             "rfc5424": rfc5424, "audit": audit}


def write(events, encoding, f):
    """Returns how many lines there are."""
    n = 0
    for e in events:
        if e["kind"] != "ask":
            f.write(ENCODINGS[encoding](e) + "\n")
            n += 1
    return n


# ------------------------------------------------------------ the network

ZEEK = """#separator \\x09
#set_separator\t,
#empty_field\t(empty)
#unset_field\t-
#path\tdns
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass\t\
qclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected
#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\tstring\tcount\tstring\tcount\t\
string\tcount\tstring\tbool\tbool\tbool\tbool\tcount\tvector[string]\tvector[interval]\tbool
"""


def write_zeek(events, f):
    f.write(ZEEK)
    n = 0
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    for e in events:
        if e["kind"] != "ask":
            continue
        ts = (e["time"] - epoch).total_seconds()
        answered = e["rcode"] == "NOERROR" and e["qtype"] == "A"
        answers = "198.51.100.7\t300.000000" if answered else "-\t-"
        f.write(f"{ts:.6f}\tC{n:017x}\t{e['client']}\t{e['port']}\t{e['server']}\t53\tudp\t"
                f"{n % 65536}\t0.004000\t{e['name']}\t1\tC_INTERNET\t"
                f"{QTYPES[e['qtype']]}\t{e['qtype']}\t"
                f"{RCODES[e['rcode']]}\t{e['rcode']}\tF\tF\tT\tT\t0\t{answers}\tF\n")
        n += 1
    return n


# ------------------------------------------------------------------- VIBs

def write_table(vibs, f):
    head = ["Name", "Version", "Vendor", "Acceptance Level", "Install Date", "Platforms"]
    rows = [[n, ver, ven, level, "2026-05-06", "host"] for n, ven, ver, level in vibs]
    width = [max(len(r[i]) for r in rows + [head]) for i in range(len(head))]
    for row in [head, ["-" * w for w in width]] + rows:
        f.write("  ".join(c.ljust(w) for c, w in zip(row, width)).rstrip() + "\n")


def write_csv(vibs, f):
    f.write("AcceptanceLevel,CreationDate,ID,InstallDate,Name,Platforms,Status,Vendor,Version,\n")
    for n, ven, ver, level in vibs:
        f.write(f"{level},2026-01-02,{ven}_bootbank_{n}_{ver},2026-05-06,{n},host,,{ven},{ver},\n")


def write_json(vibs, f):
    json.dump([{"AcceptanceLevel": level, "ID": f"{ven}_bootbank_{n}_{ver}", "Name": n,
                "Platforms": ["host"], "Vendor": ven, "Version": ver}
               for n, ven, ver, level in vibs], f)
    f.write("\n")


def write_keyvalue(vibs, f):
    for i, (n, ven, ver, level) in enumerate(vibs):
        row = {"AcceptanceLevel": level, "Name": n, "Vendor": ven, "Version": ver}
        for key, value in row.items():
            f.write(f"VIBSummaryExt[{i}].{key}.string={value}\n")


VIB_LISTS = {"table": ("txt", write_table), "csv": ("csv", write_csv), "json": ("json", write_json),
             "keyvalue": ("kv", write_keyvalue)}
