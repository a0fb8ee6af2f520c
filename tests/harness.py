# SPDX-License-Identifier: Apache-2.0
"""What the scripts that judge the built program share: run a scan, read labels, compare levels."""

import csv
import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
LEVELS = ["informational", "low", "medium", "high", "critical"]
ALERTING = LEVELS.index("medium")
SKIP = 77  # Meson's exit status for a skipped test
TIMEOUT_S = 300


class Scan:
    """One finished `earthdog scan`: alerts (parsed), lines (as printed), stats, status, stderr."""

    def __init__(self, done, stats):
        self.status = done.returncode
        self.stderr = done.stderr.decode(errors="backslashreplace")
        self.lines = done.stdout.splitlines()
        self.alerts = [json.loads(line) for line in self.lines]
        self.stats = stats


def scan(program, paths, *options):
    """Runs the program over @paths, every level shown; TimeoutExpired after TIMEOUT_S."""
    with tempfile.TemporaryDirectory() as folder:
        stats_path = os.path.join(folder, "stats.json")
        command = [program, "scan", "--format", "ndjson", "--min-level", "informational"]
        command += ["--stats", stats_path, *options, "--", *paths]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False
        )
        stats = None
        if os.path.exists(stats_path):
            with open(stats_path, encoding="utf-8") as f:
                stats = json.load(f)
        return Scan(done, stats)


def level_of(alert):
    return LEVELS.index(alert["earthdog"]["level"])


def client_of(alert):
    return alert.get("source", {}).get("ip", "")


def domain_of(alert):
    return alert.get("dns", {}).get("question", {}).get("registered_domain", "")


def same_domain(got, expected):
    """True for the domain itself and for a zone under it, whatever the case."""
    got, expected = got.lower().rstrip("."), expected.lower().rstrip(".")
    return got == expected or got.endswith("." + expected)


def data_path():
    """Where the labelled data is, or would be."""
    return os.environ.get("EARTHDOG_DATA") or os.path.join(TOP, "..", "shared", "data")


def data_dir():
    """The folder of labelled data; ends the script as skipped when it is absent."""
    path = data_path()
    if not os.path.exists(os.path.join(path, "labels.tsv")):
        print("skipped: no labelled data (EARTHDOG_DATA/labels.tsv is absent)")
        sys.exit(SKIP)
    return path


def read_tsv(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
