# SPDX-License-Identifier: Apache-2.0
"""Readers of the forms for other tools, written from their descriptions, strict where they are.

Each takes the bytes of a whole output and gives one dictionary a record, with the keys `id`,
`client`, `subject` (domain or server), `summary` and `samples` where the form has them.
ValueError: not what the form allows.
"""

import csv
import io
import json
import re

ZEEK_UNSET, ZEEK_EMPTY = "-", "(empty)"
CEF_KEY = re.compile(r"(?:^| )([A-Za-z0-9_]+)=")


def lines_of(data, allowed=b"\n"):
    """Lines of printable ASCII and the bytes in @allowed, each ended by a line feed."""
    for byte in set(data):
        if not 0x20 <= byte <= 0x7E and byte not in allowed:
            raise ValueError(f"byte {byte:#04x}")
    if data and not data.endswith(b"\n"):
        raise ValueError("no line feed at the end")
    return data.decode("ascii").split("\n")[:-1]


def strict_json(text):
    def pairs(items):
        if len({k for k, _ in items}) != len(items):
            raise ValueError("a key twice")
        return dict(items)

    def constant(name):
        raise ValueError(name)

    return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)


def json_lines(data):
    return [strict_json(line) for line in lines_of(data)]


def read_ndjson(data):
    for told in json_lines(data):
        more = told["earthdog"]
        domain = told.get("dns", {}).get("question", {}).get("registered_domain")
        yield {"id": told["event"]["id"], "client": told.get("source", {}).get("ip", ""),
               "subject": domain or told.get("destination", {}).get("ip", ""),
               "summary": more.get("summary", ""), "samples": set(more.get("sample_names", [])),
               "level": more["level"], "queries": more["information"]["queries"]}


def read_csv(data):
    lines_of(data, b"\r\n")
    rows = csv.DictReader(io.StringIO(data.decode("ascii"), newline=""), strict=True)
    for row in rows:
        if None in row or None in row.values():
            raise ValueError("another number of fields")
        for value in row.values():
            if value[:1] and value[0] in "=+-@\t\r" and not re.fullmatch(r"-?[0-9.e+-]+", value):
                raise ValueError(f"a formula: {value[:40]}")
        yield {"id": row["id"], "client": row["client"],
               "subject": re.sub(r"^'(?=[=+@-])", "", row["domain"])}


def read_ocsf(data):
    for told in json_lines(data):
        evidences = told.get("evidences", [])
        first = evidences[0] if evidences else {}
        ends = first.get("dst_endpoint", {})
        yield {"id": told["finding_info"]["uid"],
               "client": first.get("src_endpoint", {}).get("ip", ""),
               "subject": ends.get("domain") or ends.get("ip", ""), "summary": told["message"],
               "samples": {e["query"]["hostname"] for e in evidences if "query" in e}}


# Of Suricata's eve.json: the keys of an alert of ours, and their types.
EVE_TOP = {"timestamp": str, "flow_id": int, "event_type": str, "src_ip": str, "dest_ip": str,
           "dest_port": int, "app_proto": str, "alert": dict, "dns": dict}
EVE_ALERT = {"action": str, "gid": int, "signature_id": int, "rev": int, "signature": str,
             "category": str, "severity": int, "metadata": dict}
EVE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d{4}")


def need(told, keys, where, optional=()):
    for key, value in told.items():
        if key not in keys or not isinstance(value, keys[key]) or isinstance(value, bool):
            raise ValueError(f"{where}.{key}: {value!r}")
    missing = set(keys) - set(told) - set(optional)
    if missing:
        raise ValueError(f"{where}: without {missing}")


def read_eve(data):
    for told in json_lines(data):
        need(told, EVE_TOP, "eve", ("src_ip", "dest_ip", "dest_port", "app_proto", "dns"))
        need(told["alert"], EVE_ALERT, "alert")
        if not EVE_TIME.fullmatch(told["timestamp"]) or told["event_type"] != "alert":
            raise ValueError(told["timestamp"])
        if told["alert"]["severity"] not in (1, 2, 3) or told["alert"]["action"] != "allowed":
            raise ValueError(told["alert"])
        if not 1000000 <= told["alert"]["signature_id"] < 2000000:
            raise ValueError(told["alert"]["signature_id"])
        meta = told["alert"]["metadata"]
        for key, value in meta.items():
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise ValueError(f"metadata.{key}")
        queries = told.get("dns", {"queries": []})["queries"]
        for q in queries:
            need(q, {"rrname": str}, "queries")
        yield {"id": meta["earthdog_alert"][0], "client": told.get("src_ip", ""),
               "subject": meta.get("earthdog_subject", [""])[0],
               "summary": meta.get("earthdog_summary", [""])[0],
               "samples": {q["rrname"] for q in queries}}


def zeek_text(cell):
    """A cell of Zeek's ASCII writer; None: not set."""
    if cell == ZEEK_UNSET:
        return None
    if cell == ZEEK_EMPTY:
        return ""
    if re.search(r"\\(?!x[0-9a-f]{2})", cell):
        raise ValueError(f"no escape of Zeek's: {cell[:60]}")
    return re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), cell)


ZEEK_TYPES = {
    "time": r"-?\d+\.\d{6}", "string": r".*", "addr": r"[0-9a-f.:]+", "port": r"\d{1,5}",
    "enum": r"[A-Za-z_:0-9]+", "count": r"\d+", "set[enum]": r"[A-Za-z_:0-9,]+",
    "set[string]": r".*", "interval": r"\d+\.\d{6}",
}


def zeek_header(lines):
    want = {"#separator": None, "#set_separator": ",", "#empty_field": ZEEK_EMPTY,
            "#unset_field": ZEEK_UNSET, "#path": "notice"}
    if lines[0] != "#separator \\x09":
        raise ValueError(lines[0])
    fields = types = None
    for line in lines[1:7]:
        key, *values = line.split("\t")
        if key == "#fields":
            fields = values
        elif key == "#types":
            types = values
        elif [want.get(key)] != values:
            raise ValueError(line)
    if not fields or not types or len(fields) != len(types):
        raise ValueError("fields and types differ")
    return fields, types


# "<domain>; AN1124 critical, risk 97; <name>; drill <id>; id <id>"; no name holds a blank.
ZEEK_SUB = re.compile(r"(\S*); (AN\d+) (\w+), risk (\d+)(?:; (\S*))?(?:; drill \S+)?"
                      r"; id ([0-9a-f-]{36})")


def read_zeek(data):
    lines = lines_of(data, b"\t\n")
    fields, types = zeek_header(lines)
    for line in lines[7:]:
        cells = line.split("\t")
        if len(cells) != len(fields):
            raise ValueError(f"{len(cells)} cells")
        for cell, kind in zip(cells, types):
            if cell not in (ZEEK_UNSET, ZEEK_EMPTY) and not re.fullmatch(ZEEK_TYPES[kind], cell):
                raise ValueError(f"{kind}: {cell[:60]}")
        row = {f: zeek_text(c) for f, c in zip(fields, cells)}
        sub = ZEEK_SUB.fullmatch(row["sub"])
        if not sub or not row["note"].startswith("DNSTunnel::"):
            raise ValueError(row)
        yield {"id": sub[6], "client": row["src"] or "", "subject": sub[1],
               "summary": row["msg"].split(": ", 2)[-1] if ": " in row["msg"] else "",
               "sample": sub[5] or "", "queries": int(row["n"]), "level": sub[3]}


def cef_header(line):
    """The seven fields of the header and the extension."""
    fields, at, field = [], 0, ""
    while len(fields) < 7:
        c = line[at]  # IndexError: the header ends too early
        if c == "\\":
            if line[at + 1] not in "\\|":
                raise ValueError("escape in the header")
            field += line[at + 1]
            at += 2
            continue
        at += 1
        if c == "|":
            fields.append(field)
            field = ""
        else:
            field += c
    return fields, line[at:]


def cef_value(text):
    if re.search(r"(?<!\\)(?:\\\\)*=", text) or re.search(r"\\(?![\\=nr])",
                                                           text.replace("\\\\", "")):
        raise ValueError(f"not escaped: {text[:80]}")
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[1]), text)


def cef_extension(text):
    """A key is a word before an = that is not escaped; its value ends where the next key begins."""
    marks = [m for m in CEF_KEY.finditer(text)]
    ext = {}
    for m, after in zip(marks, marks[1:] + [None]):
        if m[1] in ext:
            raise ValueError(f"{m[1]} twice")
        ext[m[1]] = cef_value(text[m.end() : after.start() if after else None])
    if not marks or marks[0].start() != 0:
        raise ValueError("no key at the start")
    return ext


def read_cef(data):
    for line in lines_of(data):
        try:
            fields, rest = cef_header(line)
        except IndexError as e:
            raise ValueError("header") from e
        ext = cef_extension(rest)
        if fields[:3] != ["CEF:0", "earthdog", "earthdog"] or not 0 <= int(fields[6]) <= 10:
            raise ValueError(fields)
        for key in ("rt", "start", "end", "cnt", "in", "out", "dpt", "cn1", "cn2"):
            if key in ext:
                int(ext[key])
        labels = {k[:-5] for k in ext if k.endswith("Label")}
        if labels != {k for k in ext if re.fullmatch(r"cs\d|cn\d|cfp\d|c6a\d", k)}:
            raise ValueError("labels and fields differ")
        yield {"id": ext["externalId"], "client": ext.get("src") or ext.get("c6a2", ""),
               "subject": ext.get("dhost") or ext.get("dst") or ext.get("c6a3", ""),
               "summary": ext.get("msg", ""), "samples": set(ext.get("cs5", "").split()),
               "queries": int(ext["cnt"]), "level": ext["cs1"]}


def read_leef(data):
    for line in lines_of(data, b"\t\n"):
        head = line.split("|", 6)
        if len(head) != 7 or head[:3] != ["LEEF:2.0", "earthdog", "earthdog"] or head[5] != "x09":
            raise ValueError(line[:80])
        pairs = [p.partition("=") for p in head[6].split("\t")]
        ext = {k: v for k, eq, v in pairs if eq}
        if len(ext) != len(pairs) or not all(re.fullmatch(r"[A-Za-z]+", k) for k in ext):
            raise ValueError("keys")
        if not 1 <= int(ext["sev"]) <= 10:
            raise ValueError(ext["sev"])
        yield {"id": ext["alertId"], "client": ext.get("src", ""),
               "subject": ext.get("dnsDomain") or ext.get("dst", ""),
               "summary": ext.get("summary", ""),
               "samples": set(ext.get("sampleNames", "").split()), "queries": int(ext["queries"]),
               "level": ext["level"]}


# "<title>: <summary> (<domain>; AN1124, critical; alert <id>)"; no name holds a blank.
STIX_STORY = re.compile(r"(.*) \((?:(\S*); )?(AN\d+), (\w+); alert ([0-9a-f-]{36})\)")


def read_stix(data):
    lines_of(data)
    bundle = strict_json(data)
    objects = {o["id"]: o for o in bundle["objects"]}
    for o in bundle["objects"]:
        if o["type"] != "sighting":
            continue
        told = STIX_STORY.fullmatch(o["description"])
        if not told:
            raise ValueError(o["description"])
        seen = [objects[r] for d in o.get("observed_data_refs", [])
                for r in objects[d]["object_refs"]]
        addresses = [s["value"] for s in seen if s["type"] != "domain-name"]
        clients = [a for a in addresses if a != told[2]]  # the other is the server
        yield {"id": told[5], "client": clients[0] if clients else "", "queries": o["count"],
               "subject": told[2] or "", "level": told[4],
               "indicator": objects.get(o["sighting_of_ref"], {}).get("pattern")}


def read_misp(data):
    for told in json_lines(data):
        event = told["Event"]
        by = {}
        for a in event["Attribute"]:
            by.setdefault(a["comment"], []).append(a["value"])
        if event["published"] or any(a["to_ids"] for a in event["Attribute"]):
            raise ValueError("published")
        yield {"id": by["identifier of the alert"][0],
               "client": by.get("client that asked", [""])[0],
               "subject": (by.get("domain of the alert") or
                           by.get("server that was asked", [""]))[0],
               "summary": by.get("why it is an alert", [""])[0],
               "samples": set(by.get("one of the names asked for", []))}


READERS = {"ndjson": read_ndjson, "csv": read_csv, "ocsf": read_ocsf, "eve": read_eve,
           "zeek-notice": read_zeek, "cef": read_cef, "leef": read_leef, "stix": read_stix,
           "misp": read_misp}
