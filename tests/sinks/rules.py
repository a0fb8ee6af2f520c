#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`earthdog export sigma`: rules that SigmaHQ's own parser takes and a backend can convert.

    tests/sinks/rules.py PROGRAM

Without the parser (owners.py; skipped, with a word) it is checked that settings reach the rules and
that words of a user stay within their strings.
"""

import json
import os
import re
import subprocess
import sys

import owners

SETTINGS = {
    "AN1121.TimeWindow=3m": "timespan: 3m", "AN1121.QueryLengthThreshold=61": "^.{61,}",
    "AN1122.DaemonAllowList=mydaemon,/opt/x/y": '["*/mydaemon","/opt/x/y"]',
    "AN1123.UncommonProcessContext=transfer,odd": '"*/odd"]',
    "AN1124.QueryRatePerClient=7/s": "gte: 70", "AN1125.OutboundDNSVolume=1KiB": "gte: 1024",
}
HOSTILE = ['a"]\n    condition: all', "x: y", "- z", "*", "\\", "'", "{{", "%s", "&a !!x"]
DOCUMENTS = 11


def export(program, *settings):
    words = [w for s in settings for w in ("--set", s)]
    done = subprocess.run([program, "export", "sigma", *words], capture_output=True, text=True,
                          check=False, timeout=60)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return done.stdout


def check_text(program):
    plain = export(program)
    faults = [] if plain == export(program) else ["another text at the second run"]
    for setting, part in SETTINGS.items():
        text = export(program, setting)
        if part not in text or part in plain:
            faults.append(f"{setting}: {part!r} is not what it changes")
    for word in HOSTILE:
        text = export(program, f"AN1121.ProcessImageFilter={word}")
        first = text[: text.index("earthdog_an1121_many")]
        lines = [s for s in first.split("\n") if s.strip().startswith("Image: [")]
        got = json.loads(lines[0].split(": ", 1)[1]) if len(lines) == 1 else lines
        if len(got) != 1 or got[0].lstrip("*\\") != word.lstrip("*\\"):
            faults.append(f"{word!r}: {lines}")
    if len(re.findall(r"^---$", plain, re.M)) != DOCUMENTS:
        faults.append("another number of documents")
    return faults


def check_parser(program):
    modules = owners.load("sigma.collection", "sigma.backends.splunk", "yaml")
    if isinstance(modules, str):
        print(f"sigma: skipped: {modules}")
        return []
    collection, splunk, yaml = modules
    faults = []
    for settings in ((), SETTINGS, [f"AN1121.ProcessImageFilter={w}" for w in HOSTILE[:3]]):
        text = export(program, *settings)
        documents = [d for d in yaml.safe_load_all(text) if d]
        rules = collection.SigmaCollection.from_dicts(documents)
        if rules.errors or len(documents) != DOCUMENTS:
            faults.append(f"{settings}: {len(documents)} documents, {rules.errors}")
        if len({d["id"] for d in documents}) != DOCUMENTS:
            faults.append("an identifier twice")
        # This backend does not know value_sum, a type of the specification.
        known = [d for d in documents if d.get("correlation", {}).get("type") != "value_sum"]
        queries = splunk.SplunkBackend().convert(collection.SigmaCollection.from_dicts(known))
        print(f"sigma: {len(documents)} documents, {len(queries)} queries of Splunk's")
        if not queries or not all(queries):
            faults.append("a rule without a query")
    return faults


def main(argv):
    program = os.path.realpath(argv[1])
    faults = check_text(program) + check_parser(program)
    print("\n".join(faults[:20]) or "every rule is one")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
