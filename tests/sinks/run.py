#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts in every form for other tools: read back by their readers, checked by their owners.

    tests/sinks/run.py PROGRAM [--names N]

N domains of any bytes, each with a small tunnel, and the example captures go through every form.
What a reader written from the form's description gets out of it must be what the alerts say; where
the owner of a form publishes a schema or a validator, it must find nothing wrong (owners.py; this
part is skipped, with a word, where they cannot be fetched).
"""

import argparse
import glob
import importlib.util
import json
import os
import subprocess
import sys
import tempfile

import owners
import parsers
import tunnels

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.join(HERE, "..", "..")
CUT = {"cef": 1023}  # bytes of a summary that the form takes
VALID_PART = 200  # alerts that the slower validators get to see


def hostile_names(n):
    """The names that the containment writers are tried with."""
    folder = os.path.join(HERE, "..", "contain")
    sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location("contain_run", os.path.join(folder, "run.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [labels for labels in module.hostile_names(n) if len(labels) >= 2]


def scan(program, form, inputs):
    done = subprocess.run([program, "scan", "--quiet", "--memory", "512MiB", "--format", form,
                           "--min-level", "informational", *inputs], capture_output=True,
                          check=False, timeout=300, stdin=subprocess.DEVNULL)
    if done.returncode not in (0, 3):  # 3: an example ends within a fragment
        raise SystemExit(f"{form}: exit status {done.returncode}: {done.stderr[-400:]}")
    return done.stdout


def differences(form, want, got):
    """What the form says otherwise than the alerts."""
    for key in ("client", "subject", "level", "queries", "samples"):
        if key in got and got[key] != want.get(key):
            yield f"{form}: {want['id']}: {key}: {got[key]!r}, not {want.get(key)!r}"
    if "sample" in got and got["sample"] not in want["samples"] | {""}:
        yield f"{form}: {want['id']}: sample {got['sample']!r}"
    if "summary" in got and form != "zeek-notice":
        if got["summary"] != want["summary"][: CUT.get(form)]:
            yield f"{form}: {want['id']}: summary {got['summary']!r}"
    if form == "zeek-notice" and not want["summary"].endswith(got["summary"]):
        yield f"{form}: {want['id']}: message {got['summary']!r}"


def check_reader(form, data, wanted):
    try:
        rows = list(parsers.READERS[form](data))
    except (ValueError, KeyError, IndexError, TypeError) as e:
        return [f"{form}: {type(e).__name__}: {str(e)[:300]}"]
    if [r["id"] for r in rows] != [w["id"] for w in wanted]:
        return [f"{form}: {len(rows)} records of other alerts than the {len(wanted)}"]
    faults = []
    for row, want in zip(rows, wanted):
        faults += differences(form, want, row)
    return faults


def check_indicators(data, wanted):
    """A pattern is made only where it is a host name, of medium level and above, and says it."""
    faults = []
    for row, want in zip(parsers.read_stix(data), wanted):
        pattern = row["indicator"]
        if not pattern:
            continue
        plain = want["subject"].replace("-", "").replace(".", "").isalnum()
        expected = (f"[domain-name:value = '{want['subject']}' OR domain-name:value LIKE "
                    f"'%.{want['subject']}']")
        if pattern != expected or not plain or want["level"] in ("low", "informational"):
            faults.append(f"stix: indicator {pattern!r} of {want['subject']!r}")
    return faults


def has_teeth(form, check, documents, key):
    """A checker that finds nothing wrong where @key is missing checks nothing."""
    broken = {k: v for k, v in documents[0].items() if k != key}
    found = list(check.iter_errors(broken))
    return [] if found else [f"{form}: its checker misses a missing {key}"]


def told_faults(form, check, told):
    return [f"{form}: {list(e.absolute_path)}: {e.message[:200]}" for e in check.iter_errors(told)]


def owner_ocsf(outputs):
    modules = owners.load("ocsf_json_schema", "jsonschema")
    if isinstance(modules, str):
        return modules
    ocsf, jsonschema = modules
    whole = ocsf.OcsfJsonSchemaEmbedded(ocsf.get_ocsf_schema("1.8.0"))
    schema = whole.get_class_schema("detection_finding")
    check = jsonschema.validators.validator_for(schema)(schema)
    faults = has_teeth("ocsf", check, parsers.json_lines(outputs["ocsf"]), "severity_id")
    for told in parsers.json_lines(outputs["ocsf"])[:VALID_PART]:
        faults += told_faults("ocsf", check, told)
    return faults


def owner_stix(outputs):
    modules = owners.load("stix2validator")
    if isinstance(modules, str):
        return modules
    stix = modules[0]
    bundle = json.loads(outputs["stix"])
    bundle["objects"] = bundle["objects"][: 5 * VALID_PART]
    broken = {k: v for k, v in bundle["objects"][0].items() if k != "created"}
    if stix.validate_instance(broken, stix.ValidationOptions(version="2.1")).is_valid:
        return ["stix: its checker misses a missing created"]
    done = stix.validate_instance(bundle, stix.ValidationOptions(version="2.1"))
    # 103: identifiers are better random, but may be made of a name; 302: a link without a hash.
    unlike = [w for w in map(str, done.warnings) if "{103}" not in w and "{302}" not in w]
    return [f"stix: {e}" for e in list(map(str, done.errors)) + unlike]


def owner_misp(outputs):
    modules = owners.load("pymisp", "jsonschema")
    if isinstance(modules, str):
        return modules
    pymisp, jsonschema = modules
    folder = os.path.join(os.path.dirname(pymisp.__file__), "data")
    with open(os.path.join(folder, "schema.json"), encoding="utf-8") as f:
        schema = json.load(f)
    check = jsonschema.validators.validator_for(schema)(schema)
    faults = has_teeth("misp", check, [{"Event": {"info": 7}}], "")
    for told in parsers.json_lines(outputs["misp"])[:VALID_PART]:
        n_attributes = len(told["Event"]["Attribute"])
        event = pymisp.MISPEvent()
        event.load(json.loads(json.dumps(told)))
        if len(event.attributes) != n_attributes:
            faults.append(f"misp: {told['Event']['uuid']}: attributes were left out")
        for a in told["Event"]["Attribute"]:  # newer than the schema; load() has read them
            for key in ("first_seen", "last_seen"):
                a.pop(key, None)
        faults += told_faults("misp", check, told)
    return faults


def check_owners(outputs):
    faults = []
    for form, check in (("ocsf", owner_ocsf), ("stix", owner_stix), ("misp", owner_misp)):
        found = check(outputs)
        if isinstance(found, str):
            print(f"{form:12} skipped: {found}")
            continue
        print(f"{form:12} {len(found)} faults by its owner's checker")
        faults += found
    return faults


def check_input(program, name, inputs):
    outputs = {form: scan(program, form, inputs) for form in parsers.READERS}
    wanted = list(parsers.read_ndjson(outputs["ndjson"]))
    odd = sum("\\" in w["subject"] for w in wanted)
    print(f"{name}: {len(wanted)} alerts, {odd} about domains with bytes that are escaped")
    faults = []
    for form, data in outputs.items():
        found = check_reader(form, data, wanted)
        print(f"{form:12} {len(data):9} bytes, {len(found)} faults")
        faults += found
    faults += check_indicators(outputs["stix"], wanted)
    return len(wanted), faults + check_owners(outputs)


def check_empty(program, folder):
    """Without alerts every form is still a whole one."""
    path = os.path.join(folder, "empty.pcap")
    tunnels.write_capture(path, [])
    faults = []
    for form in parsers.READERS:
        faults += check_reader(form, scan(program, form, [path]), [])
    return faults


def main(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--names", type=int, default=2400)
    options = parser.parse_args(argv[1:])
    program = os.path.realpath(options.program)
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "hostile.pcap")
        names = hostile_names(options.names)
        tunnels.write_capture(capture, names)
        n, faults = check_input(program, "hostile names", [capture])
        if n < len(names) * 8 // 10:
            faults.append(f"only {n} alerts of {len(names)} tunnels")
        faults += check_empty(program, folder)
    examples = sorted(glob.glob(os.path.join(TOP, "examples", "*.pcap")))
    examples.append(os.path.join(TOP, "examples", "linux-audit"))  # programs behind the lookups
    n, more = check_input(program, "examples", examples)
    faults += more + ["no alerts"] * (n == 0)
    print("\n".join(faults[:40]) or "every form says what the alerts say")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
