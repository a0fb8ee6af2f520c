#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`earthdog report` over the made site: what its sections say, and that nothing in it runs.

    tests/report/run.py PROGRAM

The site of tests/coverage is scanned into a store, with a setting changed on the way, a tunnel with
hostile names, decisions by people whose words are hostile, a drill and a baseline. The page must
hold what was done, name what is missing, contain no script and no outside part, and open in
Chromium (skipped, with a word, where there is none) without asking the network for anything.
"""

import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "coverage"))
sys.path.insert(0, os.path.join(HERE, "..", "sinks"))
import made_site  # noqa: E402  (modules of the folders above)
import tunnels  # noqa: E402

NOW = "2026-11-05T00:00:00Z"
PLANTS = {"silent": "source-silent", "doh": "encrypted-lookups", "own-resolver": "own-resolver",
          "lag": "source-lag"}
CHROMIUM = ("chromium-headless-shell", "chromium", "google-chrome")
HOSTILE = ["<script>document.title='owned'</script>", "\"><img src=x onerror=alert(1)>",
           "a\x1b[2J\u202egnp", "</td></table><h1>owned</h1>", "&lt;b&gt;"]
NAMES = [(b"<script>document.title=1</script>", b"evil", b"example"),
         (b"<img src=//evil.example/x>", b"example"), (b"a\"'><svg/onload=x>", b"example")]
SECTIONS = ["Summary", "Coverage", "Retention", "Baseline in force",
            "Settings and who changed them", "Alerts and their handling", "Drills",
            "The analytics: assumptions and exclusions",
            "What is always found, and what is not promised", "Audit trail"]


class Page(html.parser.HTMLParser):
    """What a page is made of."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = {}, set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes.update(name for name, _ in attrs)
        if tag not in ("meta", "br", "rect", "polygon"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in ("rect", "polygon"):
            return
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        self.texts.append(data)


class Test:
    def __init__(self, program, folder):
        self.program, self.folder, self.faults = program, folder, []
        self.store = os.path.join(folder, "store")

    def check(self, good, what):
        if not good:
            self.faults.append(what)

    def run(self, *words, status=(0,)):
        done = subprocess.run([self.program, *words], capture_output=True, text=True, check=False,
                              timeout=300, stdin=subprocess.DEVNULL, errors="replace")
        if done.returncode not in status:
            self.faults.append(f"{words[0]}: exit status {done.returncode}: {done.stderr[-300:]}")
        return done

    def report(self, form, *more):
        return self.run("report", "--store", self.store, "--now", NOW, "--format", form, *more)

    def findings(self, *more):
        told = json.loads(self.report("json", *more).stdout)
        return told, [(f["subject"], f["state"], f["text"]) for f in told["findings"]]


def has(findings, subject, state, part):
    return any(s == subject and t == state and part in text for s, t, text in findings)


def check_empty(test):
    """A store in which nothing happened: every gap is said, and nothing is claimed."""
    capture = os.path.join(test.folder, "one.pcap")
    tunnels.write_capture(capture, [])
    test.run("scan", "--quiet", "--store", test.store, "--", capture)
    _, found = test.findings()
    for subject, state, part in (("Coverage", "act", "no source"),
                                 ("Retention", "act", "no history"),
                                 ("Baseline", "note", "none was named"),
                                 ("Alerts", "note", "none"),
                                 ("Drills", "note", "no drill was run"),
                                 ("Audit trail", "in-order", "whole")):
        test.check(has(found, subject, state, part), f"empty store: {subject}: {part}: {found}")
    test.check("No drill was run." in test.report("html").stdout, "empty store: the page on drills")
    shutil.rmtree(test.store)


def make_site(test):
    """The site's two days, a tunnel, decisions, a drill, a baseline."""
    made_site.build(test.folder, PLANTS)
    inventory = made_site.inventory(test.folder)
    logs = os.path.join(test.folder, "logs")
    capture = os.path.join(test.folder, "hostile.pcap")
    tunnels.write_capture(capture, NAMES)
    scan = ["scan", "--quiet", "--store", test.store, "--inventory", inventory]
    test.run(*scan, "--", logs, status=(0, 3))
    test.run("drill", "--as", "zeek-tsv", "--end", "2026-11-04T12:00:00Z", "--quiet", "--",
             "--store", test.store)
    test.run(*scan, "--set", "AN1124.QueryRatePerClient=50/s", "--", capture)
    listed = test.run("triage", "--store", test.store, "--format", "ndjson", "list").stdout
    alerts = [json.loads(line) for line in listed.splitlines()]
    test.check(len(alerts) >= len(NAMES), f"only {len(alerts)} alerts")
    for verb, alert, reason in zip(("confirm", "false-positive", "acknowledge"), alerts, HOSTILE):
        test.run("triage", "--store", test.store, "--as", HOSTILE[3], "--reason", reason, verb,
                 alert["id"])
    baseline = os.path.join(test.folder, "site.baseline")
    test.run("baseline", "learn", "--baseline", baseline, "--quarantine", "0s", logs,
             status=(0, 3))
    return inventory, baseline


def check_sections(test, text, baseline):
    page = Page()
    page.feed(text)
    words = " ".join(page.texts)
    test.check(not page.open, f"not closed: {page.open}")
    bad = set(page.tags) & {"script", "iframe", "object", "img", "link", "form", "base", "a"}
    test.check(not bad, f"tags: {bad}")
    test.check(not any(a.startswith("on") or a in ("src", "href") for a in page.attributes),
               f"attributes: {page.attributes}")
    test.check(page.tags.get("h1") == 1, "another heading came in")
    for section in SECTIONS:
        test.check(section in page.texts, f"no section {section!r}")
    for part in ("branch/dns.log", "50/s", "20/s", "QueryRatePerClient", HOSTILE[0], HOSTILE[1],
                 "confirmed", "false-positive", baseline, "zeek-tsv", "passed", "4,096 B",
                 "The message id and the source port", "Behind a forwarder"):
        test.check(part in words, f"the page does not say {part!r}")
    test.check("\x1b" not in text and "\u202e" not in text, "control characters came through")
    test.check("http://" not in text and "https://" not in text, "an address of the network")
    return page


def check_findings(test, inventory, baseline):
    told, found = test.findings("--inventory", inventory, "--baseline", baseline, "--retention",
                                "30d")
    for subject, state, part in (("Audit trail", "in-order", "whole"),
                                 ("Retention", "note", "less than the target of 30 days"),
                                 ("Settings", "in-order", "differ"),
                                 ("Drills", "in-order", "AN1124 on"),
                                 ("Drills", "note", "AN1125 was never drilled"),
                                 ("Coverage", "note", "gaps are named below")):
        test.check(has(found, subject, state, part), f"{subject}: {part}: {found}")
    gaps = {g["kind"] for g in told["coverage"]["gaps"]}
    test.check(set(PLANTS.values()) <= gaps, f"gaps {gaps}")
    test.check(any(s == "Baseline" and "lookups" in text for s, _, text in found), "baseline")
    test.check(len(told["coverage"]["machines"]) >= 30, "machines")
    states = [a["state"] for a in told["alerts"]["gravest"]]
    test.check({"confirmed", "false-positive", "acknowledged"} <= set(states), f"states {states}")
    reasons = {a.get("reason") for a in told["alerts"]["gravest"]}
    test.check(set(HOSTILE[:3]) <= reasons, f"reasons as they were said: {reasons}")
    changes = told["setting_changes"]["newest"]
    test.check(any(c["subject"] == "AN1124.QueryRatePerClient" and "50/s" in c["detail"]
                   for c in changes), f"changes {changes}")
    test.check(told["proof"]["whole"] and len(told["proof"]["head"]) == 64, "proof")


def check_tampering(test):
    """A row that is changed behind the program's back is the first finding."""
    path = os.path.join(test.store, "alerts.db")
    copy = path + ".good"
    shutil.copy(path, copy)
    with open(path, "rb") as f:
        data = f.read()
    changed = data.replace(b'"to":"50/s"', b'"to":"20/s"')
    test.check(changed != data, "the change is not in the store as text")
    with open(path, "wb") as f:
        f.write(changed)
    _, found = test.findings()
    test.check(has(found, "Audit trail", "act", "changed"), f"tampering: {found[:2]}")
    os.replace(copy, path)


def check_chromium(test, path):
    program = next((shutil.which(name) for name in CHROMIUM if shutil.which(name)), None)
    if not program:
        print("skipped: no Chromium to open the page in")
        return
    log = os.path.join(test.folder, "net.json")
    done = subprocess.run([program, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
                           f"--log-net-log={log}", "--host-resolver-rules=MAP * ~NOTFOUND",
                           f"--user-data-dir={test.folder}/chromium", "file://" + path],
                          capture_output=True, text=True, check=False, timeout=120,
                          stdin=subprocess.DEVNULL)
    test.check(done.returncode == 0, f"chromium: {done.stderr[-300:]}")
    test.check("<title>Detection of tunnels in DNS: audit evidence</title>" in done.stdout,
               "chromium: another title: a script ran, or the page did not open")
    shown = Page()
    shown.feed(done.stdout)
    test.check(set(shown.tags) & {"script", "img"} == set(), "chromium: a script or image")
    with open(log, encoding="utf-8", errors="replace") as f:
        asked = set(re.findall(r'"url":"((?:https?|ftp|ws)s?://[^"]+)"', f.read()))
    ours = {u for u in asked if "evil" in u or "example" in u}
    test.check(not ours, f"chromium asked for {ours}")
    pdf = os.path.join(test.folder, "report.pdf")
    subprocess.run([program, "--headless", "--no-sandbox", "--disable-gpu",
                    f"--user-data-dir={test.folder}/chromium", f"--print-to-pdf={pdf}",
                    "file://" + path], capture_output=True, check=False, timeout=120)
    pages = 0
    if os.path.exists(pdf):
        with open(pdf, "rb") as f:
            pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", f.read()))
    test.check(pages > 0, "chromium: it does not print")
    print(f"chromium: opened, nothing asked for, {pages} pages in print")


def check_refusals(test):
    for words in ((), ("--store", os.path.join(test.folder, "no-such")),
                  ("--store", test.store, "--baseline", os.path.join(test.folder, "logs"))):
        done = test.run("report", *words, status=(2,))
        test.check(done.stderr.startswith("earthdog: "), f"{words}: {done.stderr}")


def main(argv):
    program = os.path.realpath(argv[1])
    with tempfile.TemporaryDirectory() as folder:
        test = Test(program, os.path.realpath(folder))
        check_empty(test)
        inventory, baseline = make_site(test)
        path = os.path.join(test.folder, "report.html")
        test.report("html", "--inventory", inventory, "--baseline", baseline, "--retention", "30d",
                    "--output", path)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                text = f.read()
            check_sections(test, text, baseline)
            check_chromium(test, path)
            print(f"page: {len(text)} characters")
        check_findings(test, inventory, baseline)
        check_tampering(test)
        check_refusals(test)
    print("\n".join(test.faults[:30]) or "the page says what was done, and nothing in it runs")
    return 1 if test.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
