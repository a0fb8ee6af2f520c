#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lookups as OCSF's DNS Activity: valid by the schema, and read back as what they were.

    tests/sinks/events.py PROGRAM

The example captures and hostile names go through `earthdog events --format ocsf`; earthdog reads
the result, and every lookup has to come back with its time to the millisecond, ends, name, type,
message id and response code.
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

import owners
import parsers
import run
import tunnels

KEYS = ("kind", "client", "client_port", "resolver", "resolver_port", "qname", "qtype", "txid",
        "rcode")
NAMES = 300
VALID_PART = 400


def events(program, form, inputs, stdin=None):
    done = subprocess.run([program, "events", "--format", form, "--quiet", *inputs], input=stdin,
                          capture_output=True, check=False, timeout=120)
    if done.returncode not in (0, 3):  # 3: an example ends within a fragment
        raise SystemExit(f"{form}: exit status {done.returncode}: {done.stderr[-400:]}")
    return done.stdout


def told_of(event):
    """What must come back. OCSF has numbers for the response codes that have a name; a query has
    none."""
    told = {k: event.get(k) for k in KEYS}
    told["time"] = event["time"][:23]
    if event["kind"] == "query":
        told["rcode"] = None
    return told


def check_round_trip(program, name, inputs):
    wanted = [told_of(e) for e in parsers.json_lines(events(program, "ndjson", inputs))
              if e["kind"] in ("query", "response", "pair")]
    data = events(program, "ocsf", inputs)
    got = [told_of(e) for e in parsers.json_lines(events(program, "ndjson", ["-"], data))]
    if len(got) != len(wanted) or not wanted:
        return data, [f"{name}: {len(wanted)} lookups became {len(got)}"]
    differ = [(w, g) for w, g in zip(wanted, got) if w != g]
    print(f"{name}: {len(wanted)} lookups, {len(differ)} differ")
    return data, [f"{name}: {w}\n  came back as {g}" for w, g in differ[:3]]


def check_schema(name, data):
    modules = owners.load("ocsf_json_schema", "jsonschema")
    if isinstance(modules, str):
        print(f"{name}: skipped: {modules}")
        return []
    ocsf, jsonschema = modules
    whole = ocsf.OcsfJsonSchemaEmbedded(ocsf.get_ocsf_schema("1.8.0"))
    schema = whole.get_class_schema("dns_activity")
    check = jsonschema.validators.validator_for(schema)(schema)
    documents = [json.loads(line) for line in data.splitlines()[:VALID_PART]]
    faults = run.has_teeth(name, check, documents, "time")
    for told in documents:
        faults += run.told_faults(name, check, told)
    print(f"{name}: {len(faults)} faults by the schema in {len(documents)} lookups")
    return faults


def main(argv):
    program = os.path.realpath(argv[1])
    examples = sorted(glob.glob(os.path.join(run.TOP, "examples", "*.pcap")))
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        hostile = os.path.join(folder, "hostile.pcap")
        tunnels.write_capture(hostile, run.hostile_names(NAMES))
        for name, inputs in (("examples", examples), ("hostile names", [hostile])):
            data, found = check_round_trip(program, name, inputs)
            faults += found + check_schema(name, data)
    print("\n".join(faults[:20]) or "every lookup came back")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
