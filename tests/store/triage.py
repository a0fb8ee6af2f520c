#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts that are kept: deciding about them, hiding them by rules, blocking against history.

    tests/store/triage.py EARTHDOG

The one idea: a made-up log with three tunnels and ordinary lookups is scanned into a store; then
the program is used as people use it, and what it says is held against what was done. Nothing but
the program writes to the store, except where the test plays an intruder.
"""

import csv
import io
import json
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time

HEADER = ("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
          "#path\tdns\n"
          "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\tquery"
          "\tqtype\trcode\n"
          "#types\ttime\taddr\tport\taddr\tport\tenum\tcount\tstring\tcount\tcount\n")
START_S = 1793620800  # 2026-11-02T12:00:00Z
NOW = "2026-11-03T12:00:00Z"
TUNNELS = {"10.9.9.1": "dugout.net", "10.9.9.2": "burrow.org", "10.9.9.3": "warren.com"}
WORDS = ["harbor", "linen", "copper", "meadow", "orchard", "lantern", "pebble", "timber", "saddle",
         "velvet", "marble", "cedar"]
HOSTILE = "'); DROP TABLE alert;--\x1b[2J\r\n<script>alert(1)</script> \u202e\"=cmd|' /C'!A0"
N_CONFIRM_THREADS = 8


def lines_of(n_tunnel, seed=4):
    """Lookups in order of time; two tunnels say @n_tunnel names, the third 40."""
    rnd = random.Random(seed)
    for i in range(6000):
        client = f"10.1.{rnd.randrange(4)}.{rnd.randrange(250)}"
        yield i, client, f"www.{WORDS[rnd.randrange(12)]}{WORDS[rnd.randrange(12)]}.com", 1
        for t, (tunnel, domain) in enumerate(TUNNELS.items()):
            if i % 12 == t and i // 12 < (n_tunnel if t < 2 else 40):
                yield i, tunnel, f"{rnd.getrandbits(200):050x}.t.{domain}", 16


def make_log(path, n_tunnel):
    with open(path, "w", encoding="ascii") as f:
        f.write(HEADER)
        for i, client, name, qtype in lines_of(n_tunnel):
            f.write(f"{START_S + i / 50:.6f}\t{client}\t4000\t10.0.0.53\t53\tudp\t1\t{name}\t"
                    f"{qtype}\t0\n")


class Site:
    """A folder with a store, and the program."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.store = os.path.join(folder, "store")
        self.log = os.path.join(folder, "dns.log")

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *words, expect=0):
        done = subprocess.run([self.program, *words], capture_output=True, text=True, check=False)
        assert done.returncode == expect, (words, done.returncode, done.stdout, done.stderr)
        return done

    def scan(self, *options, expect=0):
        done = self.run("scan", "--store", self.store, "--format", "ndjson", *options, self.log,
                        expect=expect)
        return {a["dns"]["question"]["registered_domain"]: a
                for a in map(json.loads, done.stdout.splitlines())}, done.stderr

    def triage(self, *words, expect=0):
        return self.run("triage", "--store", self.store, *words, expect=expect)

    def listed(self, *options):
        done = self.triage("list", "--format", "ndjson", *options)
        return {a["domain"]: a for a in map(json.loads, done.stdout.splitlines())}

    def trail(self, action=None):
        done = self.triage("audit", "--format", "ndjson")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return [row for row in rows if action in (None, row["action"])]

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return self.path(name)


# ------------------------------------------------------------------- triage


def test_decisions(site):
    make_log(site.log, 150)
    alerts, _ = site.scan()
    assert set(alerts) == set(TUNNELS.values()), alerts.keys()
    ids = {domain: alert["event"]["id"] for domain, alert in alerts.items()}
    assert {a["state"] for a in site.listed().values()} == {"open"}
    site.triage("confirm", ids["dugout.net"][:8], "--reason", "ticket 4711", "--as", "bob")
    site.triage("false-positive", ids["burrow.org"], "--reason", HOSTILE.replace("\0", ""))
    site.triage("note", ids["warren.com"][:8], "--reason", HOSTILE)
    kept = site.listed()
    assert kept["dugout.net"]["state"] == "confirmed"
    assert kept["dugout.net"]["who"] == "bob" and kept["dugout.net"]["reason"] == "ticket 4711"
    assert kept["burrow.org"]["reason"] == HOSTILE
    assert kept["warren.com"]["state"] == "open" and kept["warren.com"]["notes"] == 1
    row = site.trail("confirm")[0]
    assert row["who"] == "bob" and row["login"] and row["login"] != "bob", row
    assert row["subject"] == ids["dugout.net"]
    # The same input once more changes nothing; more of it is said to have grown.
    site.scan()
    assert site.listed()["dugout.net"]["state"] == "confirmed"
    assert not site.listed()["dugout.net"]["grown_since"]
    make_log(site.log, 400)
    site.scan()
    kept = site.listed()
    assert len(kept) == 3, kept
    assert kept["dugout.net"]["state"] == "confirmed" and kept["dugout.net"]["grown_since"]
    assert set(site.listed("--state", "open")) == {"warren.com"}
    site.triage("reopen", ids["dugout.net"][:8])
    assert set(site.listed("--state", "open")) == {"warren.com", "dugout.net"}
    site.triage("confirm", ids["dugout.net"][:8])
    return ids


def test_forms(site, ids):
    """No form of the output can be broken out of."""
    done = site.triage("list", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert len(rows) == 3 and {row["id"] for row in rows} == set(ids.values())
    for form in ("csv", "table"):
        for verb in (("list",), ("audit",), ("show", ids["burrow.org"])):
            out = site.triage(*verb, "--format", form).stdout
            assert all(0x20 <= ord(c) < 0x7f or c in "\r\n" for c in out), (form, verb)
            lines = out.split("\n")
            assert not any(line.startswith(("=", "+", "-", "@")) for line in lines), out
    body = json.loads(site.triage("show", ids["burrow.org"], "--format", "ndjson").stdout)
    assert body["event"]["id"] == ids["burrow.org"]
    alone = site.triage("show", ids["warren.com"][:6], "--format", "table").stdout
    assert "note" in alone and "confirm" not in alone, alone


def test_wrong_calls(site, ids):
    prefix = ids["dugout.net"][:8]
    before = site.trail()
    for words, said in (
        (("confirm", "zzzzzzzz"), "no alert"),
        (("confirm", prefix, "zzzzzzzz"), "no alert"),  # all or nothing
        (("confirm", prefix[:3]), "too short"),
        (("confirm",), "no alert is named"),
        (("confrm", prefix), 'did you mean "confirm"'),
        (("note", prefix), "needs its text"),
        (("list", "--state", "wrong"), "must be open"),
        (("list", "--min-level", "hihg"), "did you mean"),
        (("--verify", "--expect", "nonsense"), "must be ROW:HASH"),
        ((), "needs a verb"),
    ):
        done = site.triage(*words, expect=2)
        assert said in done.stderr, (words, done.stderr)
    assert site.trail() == before
    done = site.run("triage", "--store", site.path("nowhere"), "list", expect=2)
    assert "there is no store" in done.stderr
    assert not os.path.exists(site.path("nowhere"))


def test_export(site):
    done = site.triage("export")
    benign, tools, kinds = json.loads(done.stdout)
    assert kinds == {} and len(benign["site"][1]) == 1 and len(tools["site"]) == 1
    assert benign["site"][0] > 1000, benign["site"][0]  # clients times domains
    assert all(isinstance(score, float) for score in tools["site"] + benign["site"][1])


def test_many_at_once(site, ids):
    """People and a scan at the same time: each waits for the other, nothing is lost."""
    before = len(site.trail())
    failed = []

    def decide(i):
        done = subprocess.run([site.program, "triage", "--store", site.store, "note",
                               ids["warren.com"], "--reason", f"note {i}"],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            failed.append(done.stderr)

    threads = [threading.Thread(target=decide, args=(i,)) for i in range(N_CONFIRM_THREADS)]
    scan = subprocess.Popen([site.program, "scan", "-q", "--store", site.store, "-o", os.devnull,
                             site.log])
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert scan.wait() == 0
    assert not failed, failed
    notes = {row["detail"] for row in site.trail("note")}
    assert {f"note {i}" for i in range(N_CONFIRM_THREADS)} <= notes
    assert len(site.trail()) == before + N_CONFIRM_THREADS + 1  # and the scan
    assert "whole" in site.triage("--verify").stdout


def test_locked(site):
    """A writer that does not end is not waited for forever."""
    holder = subprocess.Popen([sys.executable, "-c",
                               "import fcntl, sys\n"
                               "f = open(sys.argv[1], 'r+')\n"
                               "fcntl.flock(f, fcntl.LOCK_EX)\n"
                               "print('held', flush=True)\n"
                               "sys.stdin.read()",
                               os.path.join(site.store, "alerts.db-lock")],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    holder.stdout.readline()
    start = time.monotonic()
    done = site.triage("note", "0000", "--reason", "x", expect=2)
    waited_s = time.monotonic() - start
    assert "another process is writing" in done.stderr, done.stderr
    assert 3 < waited_s < 60, waited_s
    assert site.listed(), "readers go on"
    holder.communicate()


# -------------------------------------------------------------- audit trail


def test_audit(site):
    noted = site.triage("--verify").stdout.rsplit(" ", 1)[1].strip()
    site.scan("--set", "AN1124.QueryRatePerClient=50/s", "--set",
              "AN1124.QueryRatePerClient@10.9.0.0/16=5/s")
    changes = {row["subject"]: json.loads(row["detail"]) for row in site.trail("setting")}
    assert changes["AN1124.QueryRatePerClient"] == {"from": "20/s", "to": "50/s"}, changes
    assert changes["AN1124.QueryRatePerClient@10.9.0.0/16"]["to"] == "5/s"
    n = len(site.trail("setting"))
    site.scan()
    changes = site.trail("setting")
    assert len(changes) == n + 2, changes[n:]
    assert json.loads(changes[-1]["detail"]) == {"from": "5/s"}
    run = json.loads(site.trail("scan")[-1]["detail"])
    assert run["inputs"] == [site.log] and run["records"]["read"] > 6000
    assert run["records"]["analysed"] + sum(run["records"]["dropped"].values()) == \
        run["records"]["read"]
    assert run["version"] and sum(run["alerts"].values()) == 3
    assert "whole" in site.triage("--verify", "--expect", noted).stdout
    # An intruder with the file: a change, a cut, a verdict of his own.
    for deed, said in (
        ("UPDATE audit SET who='eve' WHERE action='confirm'", "is not what was written"),
        ("DELETE FROM audit WHERE action='note'", "is missing"),
        ("UPDATE triage SET state=2", "does not explain"),
    ):
        copy = site.path("intruded")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(site.store, copy)
        db = sqlite3.connect(os.path.join(copy, "alerts.db"))
        db.execute("DROP TRIGGER audit_kept")
        db.execute("DROP TRIGGER audit_fixed")
        db.execute(deed)
        db.commit()
        db.close()
        done = site.run("triage", "--store", copy, "--verify", expect=3)
        assert said in done.stderr, (deed, done.stderr)
    copy = site.path("cut")
    shutil.copytree(site.store, copy)
    db = sqlite3.connect(os.path.join(copy, "alerts.db"))
    db.execute("DROP TRIGGER audit_kept")
    db.execute("DELETE FROM audit WHERE id >= ?", (int(noted.split(":")[0]),))
    db.commit()
    db.close()
    site.run("triage", "--store", copy, "--verify")  # a cut end shows only by what was noted
    done = site.run("triage", "--store", copy, "--verify", "--expect", noted, expect=3)
    assert "cut or made anew" in done.stderr


# ---------------------------------------------------------------- suppression


def rules(*rows):
    return "schema: 1\nallow:\n" + "".join(f"  - {{ {row} }}\n" for row in rows)


SAID = "reason: \"ticket 4711\", owner: soc, expires: 2099-01-01"


def test_suppression(site, ids):
    everything = "suffix: [dugout.net, burrow.org, warren.com], bound: 1GiB, "
    path = site.write("allow.yaml", rules("suffix: burrow.org, client: 10.9.0.0/16, bound: 1GiB, "
                                          + SAID))
    shown, said = site.scan("--allow", path)
    assert set(shown) == {"dugout.net", "warren.com"}, shown.keys()
    assert "1 suppressed by rules" in said, said
    shown, _ = site.scan("--allow", path, "--show-suppressed")
    assert len(shown) == 3 and "suppressed" not in shown["dugout.net"]["earthdog"]
    told = shown["burrow.org"]["earthdog"]["suppressed"]
    assert told["reason"] == "ticket 4711" and told["owner"] == "soc" and "expires" in told
    # It is kept like all others, and the trail says which rules were in force.
    assert site.listed()["burrow.org"]["suppressed"] == "ticket 4711"
    assert "sha256" in json.loads(site.trail("setting")[-1]["detail"])["to"]
    site.scan("--fail-on", "medium", "--allow", path, expect=10)
    stats = site.path("stats.json")
    path = site.write("all.yaml", rules(everything + SAID))
    shown, _ = site.scan("--fail-on", "medium", "--stats", stats, "--allow", path)
    assert not shown
    with open(stats, encoding="utf-8") as f:
        assert json.load(f)["alerts"]["suppressed"] == 3
    # A ceiling is not hidden by a suffix alone, nor by a rule that has expired.
    path = site.write("no_bound.yaml", rules(everything.replace("bound: 1GiB, ", "") + SAID))
    shown, _ = site.scan("--allow", path)
    bound = {d for d, a in site.listed().items() if a["verdict"] == "bound"}
    assert bound and set(shown) == bound, (shown.keys(), bound)
    path = site.write("old.yaml", rules(everything + SAID.replace("2099", "2001")))
    shown, said = site.scan("--allow", path)
    assert len(shown) == 3 and "expired" in said, said
    for text, where in (("allow: [{sufix: a.b}]", 'did you mean "suffix"'),
                        ("allow:\n  - {suffix: a.b", "line 3"),
                        ("a: &x [*x]", "column 4")):
        done = site.run("scan", "--allow", site.write("bad.yaml", text), site.log, expect=2)
        assert where in done.stderr and done.stdout == "", done.stderr
    site.scan()


def test_backtest(site):
    everything = "suffix: [dugout.net, burrow.org], bound: 1GiB, "
    path = site.write("try.yaml", rules("suffix: burrow.org, bound: 1GiB, " + SAID,
                                        "suffix: nothing.example, " + SAID,
                                        "suffix: dugout.net, " + SAID,
                                        "suffix: net, bound: 1GiB, " + SAID,
                                        everything + SAID.replace("2099", "2001")))
    done = site.run("allow", "check", path, "--store", site.store, expect=10)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["alerts"] for row in rows] == [1, 0, 0, 1, 2, 2], rows
    assert rows[0]["false-positive"] == 1 and rows[0]["confirmed"] == 0
    assert rows[2]["above_bound"] == 1 and rows[3]["confirmed"] == 1
    assert "public suffix" in rows[3]["too_wide"] and rows[4]["expired"]
    assert rows[5]["of_alerts"] == 3 and rows[5]["lookups"] == rows[0]["lookups"] + \
        rows[3]["lookups"]
    for said in ("1 alerts that were confirmed", "line 4: hides nothing", "has expired",
                 "1 of them confirmed true, 1 false positives"):
        assert said in done.stderr, done.stderr
    path = site.write("good.yaml", rules("suffix: burrow.org, bound: 1GiB, " + SAID))
    done = site.run("allow", "check", path, "--store", site.store)
    assert "0 of them confirmed true" in done.stderr
    done = site.run("allow", "check", path, site.log)
    assert json.loads(done.stdout.splitlines()[-1])["alerts"] == 1
    site.run("allow", "check", path, expect=2)
    site.run("allow", "check", site.path("nowhere.yaml"), "--store", site.store, expect=2)


# --------------------------------------------------------------- containment


def test_containment(site, ids):
    common = ["contain", "--for", "unbound", "--store", site.store, "--now", NOW]
    done = site.run(*common, ids["dugout.net"][:8])
    assert "would have affected 1 client and 400 names" in done.stderr, done.stderr
    assert "7 days before: 1 clients, 400 names" in done.stdout, done.stdout
    assert 'local-zone: "dugout.net."' in done.stdout
    done = site.run(*common[:-1], "2027-01-01", ids["dugout.net"][:8])
    assert "affected 0 clients and 0 names" in done.stderr
    # What was judged a false positive is not taken away from anybody, but by force.
    done = site.run(*common, ids["burrow.org"][:8], expect=2)
    assert "judged a false positive" in done.stderr and done.stdout == ""
    done = site.run(*common, "--domain", "t.burrow.org", expect=2)
    site.run(*common, "--force", ids["burrow.org"][:8])
    site.run(*common, "--client", "10.9.9.1", "--domain", "burrow.org")  # another client's
    done = site.run(*common, "--domain", "harborlinen.com",
                    "--max-clients", "1", expect=2)
    assert "--max-clients" in done.stderr, done.stderr
    conf = site.path("block.conf")
    site.run(*common, "--write", conf, ids["dugout.net"][:8])
    row = site.trail("contain")[-1]
    assert row["subject"] == "dugout.net" and json.loads(row["detail"])["alert"] == \
        ids["dugout.net"]
    site.run(*common, "--undo", "--write", conf)
    assert site.trail("contain-undo")[-1]["subject"] == conf
    site.run(*common, "00000000", expect=2)


# ------------------------------------------------------------------ bad input


def test_damage(site):
    """A store that is not what it should be is told, and stays as it is."""
    def spoil(name, deed):
        copy = site.path(name)
        shutil.copytree(site.store, copy)
        deed(os.path.join(copy, "alerts.db"))
        with open(os.path.join(copy, "alerts.db"), "rb") as f:
            return copy, f.read()

    def sql(text):
        def deed(path):
            db = sqlite3.connect(path)
            db.execute(text)
            db.commit()
            db.close()
        return deed

    def overwrite(path):
        with open(path, "r+b") as f:
            f.write(b"no database at all")

    def cut(path):
        os.truncate(path, 5000)

    for name, deed, said in (("newer", sql("PRAGMA user_version=99"), "newer version"),
                             ("foreign", sql("PRAGMA application_id=7"), "another program"),
                             ("damaged", overwrite, "damaged"), ("cut", cut, "damaged")):
        name += "-store"
        copy, before = spoil(name, deed)
        for words in (("list",), ("note", "00000000", "--reason", "x"), ("--verify",)):
            done = site.run("triage", "--store", copy, *words, expect=2)
            assert said in done.stderr, (name, words, done.stderr)
        done = site.run("scan", "--store", copy, site.log, expect=2)
        assert said in done.stderr, (name, done.stderr)
        with open(os.path.join(copy, "alerts.db"), "rb") as f:
            assert f.read() == before, name


def test_read_only(site):
    copy = site.path("read-only")
    shutil.copytree(site.store, copy)
    for entry in [copy, *(os.path.join(copy, n) for n in os.listdir(copy))]:
        os.chmod(entry, os.stat(entry).st_mode & ~0o222)
    if os.access(copy, os.W_OK):
        print("read-only: LEFT OUT, this user may write everywhere")
    else:
        site.run("triage", "--store", copy, "note", "00000000", "--reason", "x", expect=2)
    assert len(site.run("triage", "--store", copy, "list").stdout.splitlines()) == 3
    site.run("triage", "--store", copy, "--verify")
    os.chmod(copy, os.stat(copy).st_mode | stat.S_IWUSR)


def main():
    folder = tempfile.mkdtemp(prefix="earthdog-triage-")
    try:
        site = Site(sys.argv[1], folder)
        ids = test_decisions(site)
        test_forms(site, ids)
        test_wrong_calls(site, ids)
        test_export(site)
        test_many_at_once(site, ids)
        test_locked(site)
        test_audit(site)
        test_suppression(site, ids)
        test_backtest(site)
        test_containment(site, ids)
        test_damage(site)
        test_read_only(site)
    finally:
        shutil.rmtree(folder)
    print("triage, audit trail, rules and containment against history: as promised")
    return 0


if __name__ == "__main__":
    sys.exit(main())
