#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`earthdog drill` over a whole way, and over ways that are broken on purpose, one step each.

    tests/drill/run.py PROGRAM

The one idea: whoever breaks the way knows at which step, so the drill has to name the same one, and
has to fail.
"""

import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = ""
ANALYTICS = {"AN1121", "AN1122", "AN1123", "AN1124", "AN1125"}
END = "2026-11-22T06:00:00Z"
MARK = re.compile(r"edd-[0-9a-f]{20}")


def run(*words):
    return subprocess.run([PROGRAM, *words], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120, check=False)


def drill(*words, scan=(), end=END):
    """Exit status, the parsed report, stderr."""
    options = ["--format", "json", "--seed", "7"] + (["--end", end] if end else [])
    done = run("drill", *options, *words, "--", *scan)
    report = json.loads(done.stdout) if done.stdout else None
    return done.returncode, report, done.stderr.decode()


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return self.path(name)

    def get(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def assert_broken(self, step, words, scan=(), said="", **how):
        """The one drill of @words breaks at @step, loudly; returns its row."""
        status, report, stderr = drill(*words, scan=scan, **how)
        self.assertEqual(status, 1, stderr)
        self.assertFalse(report["passed"])
        self.assertEqual(len(report["drills"]), 1)
        row = report["drills"][0]
        self.assertEqual(row["step"], step, row)
        self.assertIn(f'is broken at step "{step}"', stderr)
        self.assertIn(said, row["why"])
        self.assertIn(row["why"], stderr)
        return row

    def assert_passes(self, words, scan=(), **how):
        status, report, stderr = drill(*words, scan=scan, **how)
        self.assertEqual(status, 0, (report, stderr))
        self.assertTrue(report["passed"])
        return report["drills"]


class Whole(Folder):
    def test_each_analytic(self):
        rows = self.assert_passes([])
        self.assertEqual({row["analytic"] for row in rows}, ANALYTICS)
        for row in rows:
            self.assertEqual(row["names"], {"asked": 40, "seen": 40})
            self.assertIn(row["alert"]["level"], ("medium", "high", "critical"))
            self.assertGreaterEqual(row["alert"]["names"], 1)
            self.assertLessEqual(row["alert"]["names"], 40)

    def test_each_format(self):
        rows = self.assert_passes(["--as", "all"])
        self.assertGreaterEqual(len({row["format"] for row in rows}), 30)
        for row in rows:
            self.assertEqual(row["names"]["seen"], 40, row)
            self.assertNotIn("weaker", row)

    def test_above_the_ceilings(self):
        for row in self.assert_passes(["--names", "200"]):
            self.assertEqual(row["alert"]["verdict"], "bound")

    def test_version_6_addresses(self):
        rows = self.assert_passes(["--as", "pcap,zeek-tsv,auditd", "--client", "2001:db8::66",
                                   "--server", "2001:db8::53"])
        self.assertEqual(len(rows), 3)

    def test_in_the_midst(self):
        _, report, _ = drill("--as", "zeek-tsv", "--write", self.path("others.log"), "--seed", "8",
                             "--client", "192.0.2.9", "--domain", "example.com")
        self.assertIsNone(report)
        row, = self.assert_passes(["--as", "zeek-tsv"], scan=[self.path("others.log")])
        self.assertEqual(row["names"]["seen"], 40)

    def test_same_seed_same_drill(self):
        for name in ("a.pcap", "b.pcap"):
            status, _, _ = drill("--as", "pcap", "--write", self.path(name))
            self.assertEqual(status, 0)
        with open(self.path("a.pcap"), "rb") as a, open(self.path("b.pcap"), "rb") as b:
            self.assertEqual(a.read(), b.read())


class Broken(Folder):
    """One step each."""

    def test_setup_feed_missing(self):
        feed = self.path("no-such-feed.txt")
        self.assert_broken("setup", ["--as", "zeek-tsv"], said=feed,
                           scan=["--set", f"AN1124.DomainReputationFeed={feed}"])

    def test_setup_baseline_of_packages_missing(self):
        self.assert_broken("setup", ["--as", "esxi"], said="no-such-vibs",
                           scan=["--set", f"AN1125.KnownGoodVIBs={self.path('no-such-vibs')}"])

    def test_setup_setting_unknown(self):
        self.assert_broken("setup", ["--as", "zeek-tsv"], said="NoSuchElement",
                           scan=["--set", "AN1124.NoSuchElement=1"])

    def test_setup_rules_missing(self):
        rules = self.path("no-such-rules.yaml")
        self.assert_broken("setup", ["--as", "zeek-tsv"], said=rules, scan=["--allow", rules])

    def test_setup_inventory_is_none(self):
        bad = self.put("assets.csv", "\x01\x02")
        self.assert_broken("setup", ["--as", "zeek-tsv"], said=bad, scan=["--inventory", bad])

    def test_format(self):
        self.assert_broken("format", ["--as", "zeek-tsv"], said="was read as bind",
                           scan=["--input-format", "bind"])

    def test_time(self):
        self.assert_broken("time", ["--as", "zeek-tsv"], said="outside-time",
                           scan=["--from", "2026-11-23"])

    def test_scope(self):
        assets = self.put("assets.csv", "name,ip,platform,role\nesx1,192.0.2.66,esxi,esxi\n")
        row = self.assert_broken("scope", ["--as", "zeek-tsv"], said="AN1125",
                                 scan=["--inventory", assets])
        self.assertEqual(row["analytic"], "AN1124")

    def test_setting_that_silences_an_analytic(self):
        setting = "AN1122.DaemonAllowList=named,dig*"
        row = self.assert_broken("setting", ["--as", "auditd"], said=setting,
                                 scan=["--set", "AN1124.QueryRatePerClient=50/s", "--set", setting])
        self.assertNotIn("AN1124", row["why"])

    def test_alert_too_few_names(self):
        row = self.assert_broken("alert", ["--as", "zeek-tsv", "--names", "2"], said="AN1124")
        self.assertEqual(row["names"], {"asked": 2, "seen": 2})

    def test_shown(self):
        self.assert_broken("shown", ["--as", "zeek-tsv"], said="--min-level critical",
                           scan=["--min-level", "critical"])

    def test_shown_client_is_allowed(self):
        rules = self.put("allow.yaml", "allow:\n  - { client: 192.0.2.66, reason: scanner,"
                                       " owner: soc, expires: 2099-01-01 }\n")
        self.assert_broken("shown", ["--as", "zeek-tsv"], said="scanner", scan=["--allow", rules])
        self.assert_passes(["--as", "zeek-tsv", "--client", "192.0.2.67"], scan=["--allow", rules])

    def test_store(self):
        store = self.put("store", "not a directory")
        status, _, stderr = drill("--as", "zeek-tsv", scan=["--store", store])
        self.assertEqual(status, 1)
        self.assertIn("store", stderr)

    def test_words(self):
        for words, scan, said in (
            (["--as", "nothing"], [], "no writer"),
            (["--domain", "not/a/name"], [], "--domain"),
            (["--client", "1.2.3"], [], "--client"),
            (["--client", "::1"], [], "family"),
            (["--marker", "edd-x"], [], "--check"),
            (["--as", "pcap,eve", "--write", self.path("x")], [], "directory"),
            ([], ["--no-such-option"], "no-such-option"),
        ):
            with self.subTest(words=words, scan=scan):
                status, report, stderr = drill(*words, scan=scan)
                self.assertIn(status, (1, 2))
                self.assertIsNone(report)
                self.assertIn(said, stderr)


class Check(Folder):
    """A drill made earlier, in logs that were collected."""

    def setUp(self):
        super().setUp()
        self.list = self.path("drills.txt")
        self.log = self.path("dns.log")
        status, _, stderr = drill("--as", "zeek-tsv", "--write", self.log, "--drills", self.list)
        self.assertEqual(status, 0, stderr)
        self.words = ["--check", "--drills", self.list]

    def test_it_is_there(self):
        row, = self.assert_passes(self.words, scan=[self.log])
        self.assertEqual((row["analytic"], row["names"]["seen"]), ("AN1124", 40))

    def test_wrong_file(self):
        _, _, _ = drill("--as", "bind", "--write", self.path("other.log"))
        self.assert_broken("names", self.words, scan=[self.path("other.log")],
                           said="of its 40 names 0 are in the 40 records")

    def test_no_file(self):
        self.assert_broken("read", self.words, scan=[self.path("missing.log")],
                           said="missing.log")

    def test_empty_file(self):
        self.assert_broken("read", self.words, scan=[self.put("empty.log", "")])

    def test_filtered_client(self):
        """The sensor left this client out of its log."""
        kept = [line for line in self.get("dns.log").splitlines(True) if "192.0.2.66" not in line]
        other = ("1795326000.000000\tC1\t192.0.2.9\t4000\t192.0.2.53\t53\tudp\t1\t0.1\t"
                 "www.a.com\t1\tC_INTERNET\t1\tA\t0\tNOERROR\tF\tF\tT\tT\t0\t192.0.2.1\t"
                 "60.0\tF\n")
        log = self.put("filtered.log", "".join(kept[:-1]) + other)
        self.assert_broken("names", self.words, scan=[log], said="0 are in the 1 records")

    def test_lossy_sensor(self):
        lines = self.get("dns.log").splitlines(True)
        log = self.put("lossy.log", "".join(lines[:-8]))
        row = self.assert_broken("names", self.words, scan=[log], said="40 names 33 are")
        self.assertIn("alert", row)

    def test_time(self):
        self.assert_broken("time", self.words, scan=["--to", "2026-11-22T05:55:00Z", self.log],
                           said="between --from and --to")

    def test_without_times(self):
        """CoreDNS writes no time of its own, and nothing before it added one: names are enough."""
        drill("--as", "coredns", "--write", self.path("coredns.log"), "--drills", self.list)
        log = self.put("timeless.log", re.sub(r"(?m)^\S+Z ", "", self.get("coredns.log")))
        row, = self.assert_passes(self.words, scan=[log])
        self.assertEqual(row["analytic"], "AN1124")

    def test_marker(self):
        mark = MARK.search(self.get("drills.txt")).group()
        self.assert_passes(self.words + ["--marker", mark], scan=[self.log])
        status, _, stderr = drill(*self.words, "--marker", "edd-00000000000000000000",
                                  scan=[self.log])
        self.assertEqual(status, 2)
        self.assertIn("not in the list", stderr)

    def test_bad_list(self):
        bad = self.put("bad.txt", self.get("drills.txt") + "edd-nonsense example.net\n")
        status, _, stderr = drill("--check", "--drills", bad, scan=[self.log])
        self.assertEqual(status, 2)
        self.assertIn("line 2", stderr)


class Marked(Folder):
    """What other scans make of a drill's alerts, and that nobody hides behind a mark."""

    def setUp(self):
        super().setUp()
        self.list = self.path("drills.txt")
        self.log = self.path("dns.log")
        drill("--as", "zeek-tsv", "--write", self.log, "--drills", self.list)
        self.mark = MARK.search(self.get("drills.txt")).group()

    def scan(self, *words):
        """Status, the alerts of medium level and above, stderr."""
        done = run("scan", "--format", "ndjson", "--fail-on", "medium", *words)
        alerts = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, alerts, done.stderr.decode()

    def assert_counted(self, *words):
        status, alerts, stderr = self.scan(*words)
        self.assertEqual(status, 10)
        self.assertNotIn("drill", alerts[0]["earthdog"])
        self.assertIn("1 alert", stderr)
        return alerts

    def test_known(self):
        status, alerts, stderr = self.scan("--drills", self.list, self.log)
        self.assertEqual((status, len(alerts)), (0, 1))
        self.assertEqual(alerts[0]["earthdog"]["drill"], {"id": self.mark})
        self.assertIn("0 alerts, 1 of drills", stderr)

    def test_count_drills(self):
        status, alerts, _ = self.scan("--drills", self.list, "--count-drills", self.log)
        self.assertEqual(status, 10)
        self.assertEqual(alerts[0]["earthdog"]["drill"], {"id": self.mark})

    def test_unknown_mark(self):
        self.assert_counted(self.log)

    def test_mark_of_another_seed(self):
        other = self.path("other.txt")
        drill("--as", "zeek-tsv", "--write", self.path("x"), "--drills", other, "--seed", "8")
        self.assert_counted("--drills", other, self.log)

    def rewritten(self, change):
        return self.put("copied.log", "".join(map(change, self.get("dns.log").splitlines(True))))

    def test_copied_mark_other_domain(self):
        log = self.rewritten(lambda line: line.replace("example.net", "attacker.com"))
        self.assert_counted("--drills", self.list, log)

    def test_copied_mark_among_other_names(self):
        count = iter(range(1000))
        log = self.rewritten(lambda line: line if next(count) % 2 else line.replace(self.mark, "x"))
        self.assert_counted("--drills", self.list, log)

    def test_copied_mark_another_day(self):
        log = self.rewritten(lambda line: re.sub(
            r"^(\d+)\.", lambda m: f"{int(m.group(1)) + 3 * 86400}.", line))
        self.assert_counted("--drills", self.list, log)

    def test_copied_mark_more_names(self):
        big = self.path("big.log")
        drill("--as", "zeek-tsv", "--write", big, "--names", "80")
        self.assert_counted("--drills", self.list, big)

    def test_store(self):
        store = self.path("store")
        rows = self.assert_passes([], scan=["--store", store])
        done = run("triage", "--store", store, "list", "--format", "ndjson")
        alerts = [json.loads(line) for line in done.stdout.splitlines()]
        marks = {alert["id"]: alert.get("drill") for alert in alerts}
        for row in rows:
            self.assertEqual(marks[row["alert"]["id"]], row["drill"])
        drill("--as", "zeek-tsv", "--write", self.path("again.log"), scan=["--store", store])
        status, alerts, _ = self.scan("--store", store, self.path("again.log"))
        self.assertEqual(status, 0)
        self.assertIn("drill", alerts[0]["earthdog"])


class Resolver(threading.Thread):
    """Answers every question with NXDOMAIN, and notes what was asked."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.asked = []
        self.start()

    def run(self):
        while True:
            message, peer = self.socket.recvfrom(4096)
            if not message:
                return
            labels, at = [], 12
            while message[at]:
                labels.append(message[at + 1:at + 1 + message[at]].decode())
                at += 1 + message[at]
            self.asked.append(".".join(labels))
            head = message[:2] + struct.pack(">HHHHH", 0x8183, 1, 0, 0, 0)
            self.socket.sendto(head + message[12:], peer)


class Real(Folder):
    """Questions that really go out, to a resolver of the test's own."""

    def test_asked_and_answered(self):
        resolver = Resolver()
        done = run("drill", "--resolver", f"127.0.0.1#{resolver.port}",
                   "--domain", "drill.example.com", "--names", "20", "--rate", "50/s",
                   "--drills", self.path("drills.txt"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"20 sent, 20 answered", done.stderr)
        mark = MARK.search(self.get("drills.txt")).group()
        self.assertEqual(len(set(resolver.asked)), 20)
        for name in resolver.asked:
            self.assertTrue(name.endswith(f".{mark}.drill.example.com"), name)

    def test_through_a_real_resolver(self):
        """Asked, logged by somebody else's program, found in its log."""
        dnsmasq = shutil.which("dnsmasq", path=os.environ["PATH"] + ":/usr/sbin")
        if not dnsmasq:
            self.skipTest("there is no dnsmasq")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        log = self.put("dnsmasq.log", "")
        with subprocess.Popen(
            [dnsmasq, "--keep-in-foreground", f"--port={port}", "--listen-address=127.0.0.1",
             "--bind-interfaces", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
             "--log-queries=extra", f"--log-facility={log}", "--pid-file=",
             "--txt-record=drill.example.com,x", "--local=/drill.example.com/", "--user=",
             "--group="], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                while "started" not in self.get("dnsmasq.log"):
                    if server.poll() is not None:
                        self.skipTest("dnsmasq does not run here")
                    time.sleep(0.05)
                done = run("drill", "--resolver", f"127.0.0.1#{port}", "--format", "json",
                           "--domain", "drill.example.com", "--rate", "20/s", "--", log)
            finally:
                server.terminate()
        self.assertIn(b"40 sent, 40 answered", done.stderr)
        row, = json.loads(done.stdout)["drills"]
        self.assertEqual(done.returncode, 0, row)
        self.assertEqual((row["analytic"], row["names"]["seen"]), ("AN1124", 40))

    def test_refuses(self):
        for words in (
            ["--resolver", "127.0.0.1"],
            ["--resolver", "127.0.0.1", "--domain", "co.uk"],
            ["--resolver", "127.0.0.1", "--domain", "github.io"],
            ["--resolver", "127.0.0.1", "--domain", "2.0.192.in-addr.arpa"],
            ["--resolver", "127.0.0.1", "--domain", "example.com", "--names", "2001"],
            ["--resolver", "127.0.0.1", "--domain", "example.com", "--rate", "51/s"],
            ["--resolver", "127.0.0.1", "--domain", "example.com", "--write", "x"],
        ):
            with self.subTest(words=words):
                self.assertEqual(run("drill", *words).returncode, 2)
        done = run("drill", "--resolver", "nobody", "--domain", "example.com", "--names", "1")
        self.assertEqual(done.returncode, 1)

    def test_nobody_listens(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        done = run("drill", "--resolver", f"127.0.0.1#{port}", "--domain", "example.com",
                   "--names", "3", "--rate", "50/s")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot be asked", done.stderr)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=1)
