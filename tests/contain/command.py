#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`earthdog contain` as a command: what it writes, what it leaves alone, what it refuses.

    tests/contain/command.py PROGRAM
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

T0, T1, T2 = "2026-11-22T00:00:00Z", "2026-11-22T00:30:00Z", "2026-11-23T12:00:00Z"
IDS = ["2fa80b97-f2f7-87ed-894d-55b785e88d99", "2fa80b98-0000-87ed-894d-55b785e88d99",
       "c0ffee00-0000-87ed-894d-55b785e88d99"]
PROGRAM = ""


def alert(ident, domain, client="192.0.2.11", server=None):
    told = {"event": {"kind": "alert", "id": ident}, "source": {"ip": client},
            "earthdog": {"summary": "180 names"}}
    if domain:
        told["dns"] = {"question": {"registered_domain": domain}}
    if server:
        told["destination"] = {"ip": server}
    return json.dumps(told) + "\n"


def patched(old, diff):
    """@old with a unified difference applied, every line of both checked."""
    lines, out, at = old.splitlines(True), [], 0
    body = diff.splitlines(True)[2:]
    for line in body:
        if line.startswith("@@"):
            first, n = line.split()[1][1:].split(",")
            start = int(first) - (n != "0")
            out += lines[at:start]
            at = start
        elif line[0] == "+":
            out.append(line[1:])
        else:
            assert lines[at] == line[1:], (lines[at], line)
            out += [lines[at]] * (line[0] == " ")
            at += 1
    return "".join(out + lines[at:])


class Contain(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = self.path("block.conf")
        self.alerts = self.path("alerts.ndjson")
        self.put(self.alerts, alert(IDS[0], "evil.example") + alert(IDS[1], "worse.example")
                 + alert(IDS[2], None, server="203.0.113.9"))

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def put(self, path, text):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def text(self, path=None):
        with open(path or self.file, encoding="utf-8") as f:
            return f.read()

    def run_it(self, *options, status=0, now=T0, writer="dnsmasq"):
        command = [PROGRAM, "contain", "--for", writer, "--now", now, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def write(self, *options, **more):
        return self.run_it("--write", self.file, *options, **more)

    def test_the_difference_is_what_gets_written(self):
        self.put(self.file, "# mine\nlocal=/mine.example/\n")
        mine = self.text()
        for step in (("--domain", "evil.example"), ("--domain", "a.evil.example"),
                     ("--undo", "--domain", "evil.example")):
            before = self.text()
            diff = self.run_it("--against", self.file, *step).stdout
            self.assertEqual(self.text(), before)
            self.write(*step)
            self.assertEqual(patched(before, diff), self.text())
        self.assertIn("local=/a.evil.example/\n", self.text())
        self.assertNotIn("local=/evil.example/", self.text())
        self.write("--undo")
        self.assertEqual(self.text(), mine)

    def test_an_entry_says_why_and_until_when(self):
        self.write("--alerts", self.alerts, IDS[0][:8], "--lifetime", "2h")
        text = self.text()
        self.assertIn("domain=evil.example client=any server=none alert=" + IDS[0], text)
        self.assertIn("added=2026-11-22T00:00:00.000Z expires=2026-11-22T02:00:00.000Z", text)
        self.assertIn("reason=180 names\n", text)

    def test_identifiers(self):
        self.write("--alerts", self.alerts, "2fa80b9", status=2)  # two begin so
        self.write("--alerts", self.alerts, "dead", status=2)
        self.write("--alerts", self.alerts, "2fa", status=2)
        self.write(IDS[0], status=2)
        self.write("--alerts", self.path("none"), IDS[0], status=2)
        self.assertFalse(os.path.exists(self.file))
        with open(self.alerts, "a", encoding="utf-8") as f:
            f.write("no alert\n")
        self.assertIn("1 lines are no alerts",
                      self.write("--alerts", self.alerts, IDS[0], status=3).stderr)

    def test_one_refusal_stops_all(self):
        self.put(self.path("allow"), "good.example\n")
        self.put(self.path("popular"), "1,popular.example\n2,other.example\n")
        rails = ["--own-zone", "corp.example", "--allow", self.path("allow"), "--popular",
                 self.path("popular")]
        for name in ("com", "co.uk", "wpad", "2.0.192.in-addr.arpa", "corp.example",
                     "a.corp.example", "www.good.example", "t.popular.example"):
            done = self.write(*rails, "--domain", "evil.example", "--domain", name, status=2)
            self.assertIn(f"not blocked: {name}: ", done.stderr)
            self.assertFalse(os.path.exists(self.file))
        self.write(*rails, "--domain", "evil.example")

    def test_the_resolvers_stay_open(self):
        self.run_it("--resolver", "192.0.2.11", "--client", "192.0.2.11", writer="nftables",
                    status=2)
        self.run_it("--client", "192.0.2.11", writer="nftables", status=2)
        self.write("--resolver", "192.0.2.53", "--client", "192.0.2.11", writer="nftables")
        self.write("--client", "192.0.2.12", writer="nftables")  # the file knows the resolver
        self.assertIn("elements = { 192.0.2.53 }", self.text())
        self.assertIn("serial=2 ", self.text())

    def test_a_server_is_blocked_where_addresses_are_seen(self):
        self.write("--alerts", self.alerts, IDS[2], writer="nftables")
        self.assertIn("servers4 { 203.0.113.9 timeout", self.text())
        self.run_it("--alerts", self.alerts, IDS[2], writer="rpz", status=2)

    def test_for_one_client(self):
        self.write("--alerts", self.alerts, "--per-client", IDS[0], writer="unbound")
        self.assertIn("access-control-view: 192.0.2.11/32", self.text())
        self.run_it("--alerts", self.alerts, "--per-client", IDS[0], writer="rpz", status=2)
        self.put(self.alerts, json.dumps({"event": {"kind": "alert", "id": "abcd"}, "dns": {
            "question": {"registered_domain": "evil.example"}}}) + "\n")
        self.run_it("--alerts", self.alerts, "--per-client", "abcd", writer="unbound", status=2)

    def test_the_hour_has_a_limit(self):
        names = [w for i in range(3) for w in ("--domain", f"evil{i}.example")]
        self.write(*names, "--limit", "2", status=2)
        self.assertFalse(os.path.exists(self.file))
        self.write(*names[:4], "--limit", "2")
        self.write(*names[4:], "--limit", "2", now=T1, status=2)
        self.write(*names[:2], "--limit", "2", now=T1)  # known already
        self.write(*names[4:], "--limit", "2", now="2026-11-22T01:00:01Z")

    def test_what_has_expired_goes(self):
        self.write("--domain", "evil.example")
        self.write("--expired", now=T1)
        self.assertIn("local=/evil.example/", self.text())
        self.write("--expired", now=T2)
        self.assertEqual(self.text(), "")

    def test_damage_is_not_written_over(self):
        self.write("--domain", "evil.example")
        damaged = self.text().replace("# earthdog end\n", "")
        self.put(self.file, damaged)
        self.assertIn("line 4", self.write("--undo", status=2).stderr)
        self.write("--domain", "worse.example", status=2)
        self.assertEqual(self.text(), damaged)
        self.put(self.file, "$TTL 60\n")
        self.write("--domain", "evil.example", writer="rpz", status=2)
        self.assertEqual(self.text(), "$TTL 60\n")

    def test_files_and_folders(self):
        self.run_it("--write", self.folder.name, "--domain", "evil.example")
        self.assertIn("evil", self.text(self.path("earthdog.dnsmasq.conf")))
        self.run_it("--write", self.path("no/such"), "--domain", "evil.example", status=1)
        self.put(self.file, "")
        os.chmod(self.file, 0o640)
        self.write("--domain", "evil.example")
        self.assertEqual(os.stat(self.file).st_mode & 0o7777, 0o640)
        self.assertEqual([n for n in os.listdir(self.folder.name) if n.startswith(".")], [])

    def test_options_that_contradict(self):
        for options in ((), ("--undo",), ("--expired", "--domain", "a.example", "-w", "x"),
                        ("--domain", "a..example"), ("--client", "me", "--domain", "a.example"),
                        ("--undo", "--expired", "-w", "x"),
                        ("--domain", "a.example", "-w", "x", "--against", "y"),
                        ("--domain", "a.example", "--lifetime", "5s")):
            self.run_it(*options, status=2)


if __name__ == "__main__":
    PROGRAM = os.path.realpath(sys.argv.pop(1))
    unittest.main()
