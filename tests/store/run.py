#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The store under what befalls machines: a writer that is killed, a disk that is full.

    tests/store/run.py EARTHDOG [--kills N] [--seed N]

The one idea: a made-up log of known lookups is scanned into a store; at a random moment the scan is
killed. What a reader has seen in the store before must still be there after, every database must
pass SQLite's own check and agree with itself, and the next scan must repair it, work, and raise
each alert once. Half of the moments lie anywhere in the run; the others are those in which the
thread that writes is writing, to the log of a database or to the database. The full disk is a tmpfs
in a mount namespace of its own; without the right to make one that part is left out aloud.
"""

import argparse
import glob
import json
import os
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

N_LOOKUPS = 150_000
DAY = "dns-2025-11-03.db"
KILLS_A_STORE = 5  # then a new one, so that checking it stays cheap
HEADER = ("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
          "#path\tdns\n"
          "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\tquery"
          "\tqtype\trcode\n"
          "#types\ttime\taddr\tport\taddr\tport\tenum\tcount\tstring\tcount\tcount\n")


def make_log(path):
    """Lookups of many clients, and one tunnel so that there is an alert. The names are long: some
    50,000 of them fill a batch."""
    rnd, long = random.Random(6), "storage-" * 7 + "0"
    with open(path, "w", encoding="ascii") as f:
        f.write(HEADER)
        for i in range(N_LOOKUPS):
            client = f"10.1.{rnd.randrange(8)}.{rnd.randrange(250)}"
            name = f"h{i % 9}.{long}.{long[:39]}.d{rnd.randrange(30000)}.com"
            if i % 20 == 0:
                client, half = "10.9.9.9", f"{rnd.getrandbits(200):050x}"
                name = f"{half}.{rnd.getrandbits(200):050x}.t.dugout.net"
            f.write(f"{1762171200 + i / 50:.6f}\t{client}\t4000\t10.0.0.53\t53\tudp\t1\t"
                    f"{name}\t16\t0\n")


def check_batches(db, path):
    """Every batch has all of its spans, one after the other, and nothing is there beside them."""
    next_span = 1
    for first, n in db.execute("SELECT span, spans FROM batch ORDER BY id"):
        assert first == next_span, (path, first, next_span)
        next_span += n
    n, last = db.execute("SELECT count(*), coalesce(max(id), 0) FROM span").fetchone()
    assert n == last == next_span - 1, (path, n, last, next_span)


def kept(store):
    """(lookups of all committed batches, ids of alerts), each database checked."""
    lookups, ids = 0, []
    for path in glob.glob(os.path.join(store, "*.db")):
        db = sqlite3.connect(path)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",), path
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema")}
        if "batch" in tables:
            lookups += db.execute("SELECT coalesce(sum(lookups), 0) FROM batch").fetchone()[0]
            check_batches(db, path)
        if "alert" in tables:
            ids += [row[0] for row in db.execute("SELECT id FROM alert")]
        db.close()
    assert len(ids) == len(set(ids)), ids
    return lookups, set(ids)


def kept_by_copy(store):
    """The same, and the store stays as it was left: the next scan has to repair it."""
    copy = store + ".copy"
    shutil.copytree(store, copy)
    ret = kept(copy)
    shutil.rmtree(copy)
    return ret


def unfinished(store):
    """Whether a log ends in pages of a transaction that was not committed."""
    for path in glob.glob(os.path.join(store, "*.db-wal")):
        with open(path, "rb") as f:
            log = f.read()
        salt, size = log[16:24], struct.unpack(">I", log[8:12])[0] if len(log) >= 32 else 0
        n_open = 0
        for at in range(32, len(log) - 24, 24 + size):
            if log[at + 8:at + 16] != salt:
                break
            n_open = 0 if log[at + 4:at + 8] != bytes(4) else n_open + 1
        if n_open > 0:
            return True
    return False


def acknowledged(store):
    """What a reader sees while the writer runs: a lower bound of what must survive."""
    lookups = 0
    for path in glob.glob(os.path.join(store, "dns-*.db")):
        try:
            db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.2)
            lookups += db.execute("SELECT coalesce(sum(lookups), 0) FROM batch").fetchone()[0]
            db.close()
        except sqlite3.Error:
            pass  # not there yet
    return lookups


def scan(program, store, log, **more):
    return subprocess.run([program, "scan", "--store", store, "--format", "ndjson", log],
                          capture_output=True, text=True, check=False, **more)


def await_write(process, path, limit_s):
    """Until the file is written to, the process has ended, or so much time has passed."""
    def time_of():
        try:
            return os.stat(path).st_mtime_ns
        except FileNotFoundError:
            return 0

    before, until = time_of(), time.monotonic() + limit_s
    while time_of() == before and process.poll() is None and time.monotonic() < until:
        time.sleep(0.0001)


def kill_once(program, store, log, delay_s, suffix):
    """(what was acknowledged, whether the scan died of it)"""
    command = [program, "scan", "--quiet", "--store", store, "-o", os.devnull, log]
    with subprocess.Popen(command) as p:
        time.sleep(delay_s)
        seen = acknowledged(store)
        if suffix is not None:
            await_write(p, os.path.join(store, DAY + suffix), delay_s)
        p.send_signal(signal.SIGKILL)
        p.wait()
        return seen, p.returncode == -signal.SIGKILL


def read_back(program, store):
    """Lookups that a search of everything shows."""
    r = subprocess.run([program, "history", "--store", store, "-q", "--limit", "10000000",
                        "--format", "csv"], capture_output=True, text=True, check=False)
    assert r.returncode == 0, r.stderr
    lines = r.stdout.splitlines()
    at = lines[0].split(",").index("count")
    return sum(int(line.split(",")[at]) for line in lines[1:])


def test_kills(program, folder, n, seed):
    rnd = random.Random(seed)
    log, store = os.path.join(folder, "dns.log"), os.path.join(folder, "store")
    whole = os.path.join(folder, "whole")
    n_scans = n_hit = n_torn = n_seen = before = 0
    alerts = set()
    make_log(log)
    start = time.monotonic()
    first = scan(program, whole, log)
    whole_s = time.monotonic() - start
    assert first.returncode == 0, first.stderr
    ids = {json.loads(line)["event"]["id"] for line in first.stdout.splitlines()}
    assert ids, "the tunnel in the log raises no alert"
    lookups, kept_ids = kept(whole)
    assert lookups == N_LOOKUPS and kept_ids == ids, (lookups, kept_ids, ids)
    for i in range(4 * n):
        if n_hit == n:
            break
        n_scans += 1
        if i % KILLS_A_STORE == 0:  # every other time one that is not there yet
            shutil.rmtree(store, ignore_errors=True)
            before, alerts = 0, set()
            if i // KILLS_A_STORE % 2 == 0:
                shutil.copytree(whole, store)
                before, alerts = N_LOOKUPS, ids
        suffix = (None, "-wal", None, "")[i % 4]
        seen, hit = kill_once(program, store, log, rnd.random() * whole_s, suffix)
        n_hit += hit
        whole_s *= 1.02 if hit else 0.95  # other programs come and go
        n_torn += unfinished(store)
        n_seen += seen > before
        after, kept_ids = kept_by_copy(store) if os.path.isdir(store) else (0, set())
        assert after >= max(before, seen), f"acknowledged {before}, {seen}; left {after}"
        assert alerts <= kept_ids <= ids, (i, kept_ids)
        before, alerts = after, kept_ids
        if i % 100 == 99:
            last = scan(program, store, log)
            assert last.returncode == 0, last.stderr
            assert read_back(program, store) == before + N_LOOKUPS
            before, alerts = before + N_LOOKUPS, ids
            print(f"kills: {i + 1} so far", flush=True)
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(whole, store)
    seen, hit = kill_once(program, store, log, whole_s / 2, None)
    before = kept_by_copy(store)[0]
    assert before >= N_LOOKUPS
    last = scan(program, store, log)
    assert last.returncode == 0, last.stderr
    assert kept(store) == (before + N_LOOKUPS, ids)
    assert read_back(program, store) == before + N_LOOKUPS
    print(f"kills: {n_hit} of {n_scans} scans died of it, {n_torn} in the midst of a transaction's "
          f"pages, {n_seen} behind one that was seen; nothing acknowledged was lost")
    assert n_hit >= n


def test_full(program, folder):
    """In a namespace of its own: 3 MiB are not enough, 64 MiB are."""
    log, disk = os.path.join(folder, "dns.log"), os.path.join(folder, "disk")
    os.mkdir(disk)
    script = f"""
set -e
mount -t tmpfs -o size=3m none '{disk}'
set +e
'{program}' scan --store '{disk}/store' -o '{folder}/full.ndjson' '{log}' 2>'{folder}/full.err'
echo $? >'{folder}/full.rc'
mount -o remount,size=64m '{disk}'
'{program}' scan --store '{disk}/store' -o '{folder}/room.ndjson' '{log}' 2>'{folder}/room.err'
echo $? >'{folder}/room.rc'
cp -r '{disk}/store' '{folder}/after'
"""
    r = subprocess.run(["unshare", "--mount", "--map-root-user", "--user", "sh", "-c", script],
                       capture_output=True, text=True, check=False)
    if not os.path.exists(os.path.join(folder, "room.rc")):
        print(f"full disk: LEFT OUT, no mount namespace here: {r.stderr.strip()}")
        return

    def text(name):
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            return f.read()

    assert text("full.rc").strip() == "1", (text("full.rc"), text("full.err"))
    said = text("full.err")
    assert "not in the history" in said and "No space left" in said, said
    assert text("full.ndjson").count("\n") >= 1, "the alerts are printed all the same"
    assert text("room.rc").strip() == "0", text("room.err")
    lookups, ids = kept(os.path.join(folder, "after"))
    assert lookups >= N_LOOKUPS and ids
    print("full disk: said, alerts printed, and the next scan is whole")


def test_read_only(program, folder):
    """A closed store is read without writing a byte of it."""
    store = os.path.join(folder, "store")
    before = sorted(os.listdir(store))
    r = subprocess.run([program, "history", "--store", store, "-q", "10.9.9.9", "dugout.net"],
                       capture_output=True, text=True, check=False)
    assert r.returncode == 0 and r.stdout.count("\n") > 1000, r.stderr
    assets = os.path.join(folder, "assets.csv")
    with open(assets, "w", encoding="ascii") as f:
        f.write("name,ip,role\nws9,10.9.9.9,workstation\nmx,10.1.0.1,mail\n")
    for role, n_min, client in (("workstation", 1000, "10.9.9.9"), ("mail", 1, "10.1.0.1")):
        r = subprocess.run([program, "history", "--store", store, "-q", "--inventory", assets,
                            f"role:{role}"], capture_output=True, text=True, check=False)
        rows = [json.loads(line) for line in r.stdout.splitlines()]
        assert r.returncode == 0 and len(rows) >= n_min, (role, r.stderr)
        assert {row["client"] for row in rows} == {client}, role
    assert sorted(os.listdir(store)) == before
    assert not [name for name in before if name.endswith(("-wal", "-shm"))], before


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=9, help="another one for other moments")
    args = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="earthdog-store-")
    try:
        test_kills(args.program, folder, args.kills, args.seed)
        test_read_only(args.program, folder)
        test_full(args.program, folder)
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
