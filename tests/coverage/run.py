#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`earthdog coverage` on a made site (made_site.py): every gap that is planted is named, and
nothing else is; each form of the report says the same; a store says what the logs say.

    tests/coverage/run.py PROGRAM
"""

import contextlib
import html.parser
import json
import os
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import made_site  # noqa: E402  (a module beside this one)
import navigator  # noqa: E402

TIMEOUT_S = 120
FORMS = ["table", "json", "html", "navigator", "navigator-sightings"]

# plant -> the gaps that it makes: kind, how the subject begins, what the detail holds
PLANTS = {
    "silent": [("source-silent", "branch/dns.log", "nothing for 10.")],
    # its machines are not told of one by one
    "collector-silent": [("source-silent", "wec-hq/sysmon.json", "8 machines")],
    "hole": [("source-hole", "hq/dns.log", "nothing in 4 hours")],
    "lag": [("source-lag", "wec-branch/sysmon.json", "2.0 h")],
    "doh": [("encrypted-lookups", "win-hq-07", "DNS over HTTPS to 1.1.1.1")],
    "own-resolver": [("own-resolver", "lin-hq-04", "8 servers")],
    "unsanctioned": [("unsanctioned-resolver", "lin-hq-05", "9.9.9.9")],
    "unseen": [("machine-unseen", "win-hq-03", "listed in hq")],
    "lease": [("no-lookups", "tablet", "lease of 10.1.9.77")],
    "no-lookups": [("no-lookups", "printer-hq", "connections, and not one lookup")],
    "past-sensors": [("past-sensors", "win-hq-05", "144 lookups by its own log")],
    "no-own-log": [("no-own-log", "lin-hq-06", "AN1122")],
    "own-log-stopped": [("own-log-stopped", "win-hq-02", "hours since")],
    # by its log it has a name, by the sensor an address: without a list they are two
    "unlisted": [("machine-unlisted", "lin-hq-02", "lookups"),
                 ("machine-unlisted", "10.1.3.2", "lookups from hq")],
    "resolver-unseen": [("resolver-unseen", "ns4", "")],
    "network-unseen": [("network-unseen", "branch", "7 machines")],
    "egress-unseen": [("egress-unseen", "branch", "HTTPS")],
}
# The site that the release is judged by: all at once.
ALL = ["silent", "doh", "own-resolver", "lag"]

# plant -> analytic -> (verdict, machines it is blind on)
VERDICTS = {
    "none": {"AN1121": ("works", 0), "AN1122": ("works", 0), "AN1123": ("works partly", 0),
             "AN1124": ("works partly", 0), "AN1125": ("works", 0)},
    "unseen": {"AN1121": ("works partly", 1), "AN1124": ("works partly", 1)},
    "no-own-log": {"AN1122": ("works partly", 1)},
    # Sysmon does not tell the type of a lookup, the network does
    "past-sensors": {"AN1121": ("works partly", 0), "AN1124": ("works partly", 1)},
}


class Test:
    def __init__(self, program):
        self.program = program
        self.n_checks = self.n_failed = 0

    def check(self, good, what):
        self.n_checks += 1
        if not good:
            self.n_failed += 1
            print(f"FAILED: {what}")

    def run(self, *args, status=0):
        done = subprocess.run([self.program, *args], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=TIMEOUT_S, check=False)
        self.check(done.returncode == status,
                   f"{args[:2]}: status {done.returncode}, {done.stderr.decode()[:300]}")
        return done.stdout.decode(), done.stderr.decode()

    def coverage(self, folder, *args, form="json"):
        out, _ = self.run("coverage", "--quiet", "--inventory", made_site.inventory(folder),
                          "--format", form, *args)
        return json.loads(out) if form not in ("table", "html") else out


@contextlib.contextmanager
def site(*plants):
    with tempfile.TemporaryDirectory() as folder:
        made_site.build(folder, plants)
        yield folder, os.path.join(folder, "logs")


def fits(gap, expected):
    kind, subject, detail = expected
    return (gap["kind"] == kind and gap["subject"].startswith(subject)
            and detail in gap["detail"])


def check_gaps(test, name, gaps, expected):
    for e in expected:
        test.check(sum(fits(g, e) for g in gaps) == 1, f"{name}: {e} is not named once")
    for g in gaps:
        test.check(any(fits(g, e) for e in expected),
                   f"{name}: not planted: {g['kind']} {g['subject']}: {g['detail']}")


def check_verdicts(test, name, report):
    for row in report["analytics"]:
        verdict, blind = VERDICTS[name].get(row["id"], VERDICTS["none"][row["id"]])
        test.check((row["verdict"], row["blind"]) == (verdict, blind),
                   f"{name}: {row['id']} {row['verdict']}, blind on {row['blind']}")
        if row["verdict"] != "works":
            test.check(len(row["switch_on"]) > 0 and all(s["how"] for s in row["switch_on"]),
                       f"{name}: {row['id']} does not say what to switch on")


def check_plants(test):
    for name, expected in {"none": [], **PLANTS}.items():
        with site(*([] if name == "none" else [name])) as (folder, logs):
            report = test.coverage(folder, logs)
            check_gaps(test, name, report["gaps"], expected)
            if name in VERDICTS:
                check_verdicts(test, name, report)


def check_matrix(test, report):
    """Each machine, each source, each hour: as the site was made."""
    machines = {m["name"].split(".")[0]: m for m in report["machines"]}
    test.check(len(machines) == 30 and report["machines_listed"] == 30, "30 machines")
    for host in made_site.hosts():
        seen = {(s["day"], s["source"]): s["hours"] for s in machines[host.name]["seen"]}
        hours = seen.get(("2026-11-02", f"{host.network}/conn.log"), [])
        expected = list(made_site.WORK if host.works else range(24))
        test.check(hours == expected, f"{host.name}: connections seen in hours {hours}")
    test.check(machines["win-br-01"]["analytics"] == {"AN1121": "works", "AN1124": "works partly"},
               "analytics of win-br-01")


class Page(html.parser.HTMLParser):
    """What a page is made of."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = set(), set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in ("meta", "br", "rect", "polygon"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in ("rect", "polygon"):
            return
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        self.texts.append(data)


def check_page(test, text):
    page = Page()
    page.feed(text)
    test.check(not page.open, f"not closed: {page.open}")
    test.check(not page.tags & {"script", "iframe", "object", "img", "link", "form"}, "only text")
    test.check(not any(a.startswith("on") or a in ("src", "href") for a in page.attributes),
               "nothing is fetched or run")
    words = " ".join(page.texts)
    for word in ("AN1121", "branch/dns.log", "win-hq-07.corp.example", "fell silent", "ns2"):
        test.check(word in words, f"the page does not hold {word}")


def check_forms(test):
    with site(*ALL) as (folder, logs):
        expected = [e for name in ALL for e in PLANTS[name]]
        report = test.coverage(folder, logs)
        check_gaps(test, "all", report["gaps"], expected)
        check_matrix(test, report)
        table = test.coverage(folder, "--machines", logs, form="table")
        for _, subject, _ in expected:
            test.check(subject in table, f"the table does not name {subject}")
        test.check(all(len(line) <= 140 for line in table.splitlines()), "lines of the table")
        check_page(test, test.coverage(folder, logs, form="html"))
        layer = test.coverage(folder, logs, form="navigator")
        for fault in navigator.faults(layer):
            test.check(False, f"layer: {fault}")
        metadata = [m for t in layer["techniques"] for m in t.get("metadata", [])]
        test.check(len(metadata) == 5, "five analytics in the layer")
        check_retention(test, folder, logs)
        print(f"made site with {', '.join(ALL)}: {len(report['gaps'])} gaps named")
        for g in report["gaps"]:
            print(f"  {g['subject']} {g['title']}: {g['detail']}")


def check_retention(test, folder, logs):
    """Two days of 90: each of the ten sources, and nothing of 36 hours."""
    gaps = test.coverage(folder, "--retention", "90d", logs)["gaps"]
    short = [g for g in gaps if g["kind"] == "retention"]
    test.check(len(short) == 10, f"retention: {len(short)} sources")
    gaps = test.coverage(folder, "--retention", "36h", logs)["gaps"]
    test.check(not [g for g in gaps if g["kind"] == "retention"], "retention of 36 hours is kept")


# ----------------------------------------------------------------- the store

def without_files(report):
    """What must be the same whichever way it was read."""
    return {key: report[key] for key in ("from", "to", "analytics", "gaps", "networks", "resolvers",
                                         "sources")}


def check_store(test):
    """The two days in two scans, as a site would: the store says what the logs say."""
    with site(*ALL) as (folder, logs):
        store = os.path.join(folder, "store")
        inventory = made_site.inventory(folder)
        noon = "2026-11-03T00:00:00Z"
        for period in (["--to", noon], ["--from", noon]):
            test.run("scan", "--quiet", "--store", store, "--inventory", inventory, *period,
                     "--min-level", "critical", "--", logs)
        from_logs, kept = test.coverage(folder, logs), test.coverage(folder, "--store", store)
        test.check(without_files(from_logs) == without_files(kept),
                   "the store says something else than the logs")
        late = test.coverage(folder, "--store", store, "--from", noon)
        test.check(late["from"] >= "2026-11-03" and len(late["machines"]) == 30, "--from a store")
        layer = test.coverage(folder, "--store", store, form="navigator-sightings")
        for fault in navigator.faults(layer):
            test.check(False, f"sightings: {fault}")
        test.check(not re.search("win-hq|lin-hq", json.dumps(layer)), "no machine in a layer")


HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a\x1b[2J\x1b]0;x\x07",
           "</td></table>", "'; DROP TABLE presence_day;--", "\u202egnp.exe", "%s%n%s", "-->",
           "=1+1", "a\\u003cb", "&lt;b&gt;", "x" * 300]


def check_hostile(test):
    """Names of machines out of logs and lists break out of no form."""
    with tempfile.TemporaryDirectory() as folder:
        log, assets = os.path.join(folder, "w.json"), os.path.join(folder, "a.json")
        with open(log, "w", encoding="utf-8") as f:
            for i, name in enumerate(HOSTILE * 3):
                f.write(json.dumps({
                    "EventTime": f"2026-11-03 08:{i:02}:00", "Hostname": name, "EventID": 22,
                    "SourceName": "Microsoft-Windows-Sysmon", "ProcessId": "77",
                    "UtcTime": f"2026-11-03 08:{i:02}:00.000", "QueryName": "www.example.com",
                    "ProcessGuid": "{81f57113-9a20-6ae9-0066-000000000400}", "QueryStatus": "0",
                    "QueryResults": "::ffff:192.0.2.1;", "Image": "C:\\x.exe"}) + "\n")
        with open(assets, "w", encoding="utf-8") as f:
            for i, name in enumerate(HOSTILE):
                f.write(json.dumps({"name": name, "ip": f"10.0.0.{i + 1}", "network": name,
                                    "owner": name, "platform": "linux"}) + "\n")
        for form in FORMS:
            out, err = test.run("coverage", "--quiet", "--inventory", assets, "--machines",
                                "--format", form, log)
            test.check(all(c == "\n" or " " <= c <= "~" for c in err), f"{form}: stderr")
            if form == "html":
                page = Page()
                page.feed(out)
                test.check(not page.open and not page.tags & {"script", "img"}, "html: elements")
                test.check("alert(1)" in " ".join(page.texts), "html: shown as text")
                test.check("\u202e" not in out, "html: direction")
                continue
            test.check(all(c == "\n" or " " <= c <= "~" for c in out), f"{form}: signs")
            if form != "table":
                json.loads(out)


def check_sightings(test):
    """A tunnel is a sighting, until somebody says that it is none."""
    with tempfile.TemporaryDirectory() as folder:
        log, store = os.path.join(folder, "dns.log"), os.path.join(folder, "store")
        rng = random.Random(5)
        with open(log, "w", encoding="ascii") as f:
            f.write("#separator \\x09\n#path\tdns\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\t"
                    "id.resp_p\tproto\tquery\tqtype\n")
            for i in range(400):
                label = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(40))
                f.write(f"{1790000000 + i * 5}\t10.1.2.1\t4000\t10.1.0.53\t53\tudp\t"
                        f"{label}.quiet-harbour.net\t16\n")
        out, _ = test.run("scan", "--quiet", "--store", store, "--format", "ndjson", log)
        ids = [json.loads(line)["event"]["id"] for line in out.splitlines()]
        test.check(len(ids) == 1, f"one alert, not {len(ids)}")
        command = ["coverage", "--quiet", "--format", "navigator-sightings"]
        for source in ([log], ["--store", store]):
            layer = json.loads(test.run(*command, *source)[0])
            test.check(layer["techniques"][0].get("score") == 1, f"score of {source[0]}")
            test.check(not navigator.faults(layer), f"layer of {source[0]}")
        test.run("triage", "--store", store, "false-positive", ids[0], "--reason", "a test")
        layer = json.loads(test.run(*command, "--store", store)[0])
        test.check(all("score" not in t for t in layer["techniques"]), "judged, and still scored")


def check_refusals(test):
    with tempfile.TemporaryDirectory() as folder:
        test.run("coverage", status=2)
        test.run("coverage", "--store", os.path.join(folder, "nothing"), status=2)
        test.run("coverage", "--inventory", os.path.join(folder, "nothing"), folder, status=2)
        with open(os.path.join(folder, "empty.log"), "wb"):
            pass
        out, _ = test.run("coverage", "--quiet", "--format", "json",
                          os.path.join(folder, "empty.log"), status=3)
        test.check(json.loads(out)["sources"] == [], "no source in an empty log")


def main(argv):
    test = Test(argv[1])
    check_plants(test)
    check_forms(test)
    check_store(test)
    check_sightings(test)
    check_hostile(test)
    check_refusals(test)
    print(f"{test.n_checks} checks, {test.n_failed} failed")
    return 1 if test.n_failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
