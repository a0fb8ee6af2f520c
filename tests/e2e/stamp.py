#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program that prints lines without a time, and writes them with one, as syslog would.

    tests/e2e/stamp.py FILE TAG COMMAND...

A line that begins with the program and its number keeps that; any other gets TAG in front.
"""

import datetime
import signal
import subprocess
import sys


def stamp(line, tag, now):
    text = now.isoformat(timespec="microseconds")
    return f"{text} ns1 {tag}".encode() + line


def main(argv):
    path, tag, command = argv[1], argv[2], argv[3:]
    with open(path, "wb", buffering=0) as out:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 stdin=subprocess.DEVNULL)
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        for line in child.stdout:
            out.write(stamp(line, tag, datetime.datetime.now(datetime.timezone.utc)))
        return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
