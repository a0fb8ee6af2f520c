#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A client that looks names up, as its programs need them.

    tests/e2e/asker.py SERVER FILE GAP_S

FILE holds "NAME TYPE" lines. Each is asked once with dig, which tries no second time and goes to no
TCP; between two of them passes GAP_S on average.
"""

import random
import subprocess
import sys
import time

BATCH = 4  # a page needs several names at once


def main(argv):
    server, path, gap_s = argv[1], argv[2], float(argv[3])
    chance = random.Random(path)
    with open(path, encoding="ascii") as f:
        questions = [line.split() for line in f]
    for at in range(0, len(questions), BATCH):
        command = ["dig", "@" + server]
        for name, kind in questions[at : at + BATCH]:
            command += [name, kind, "+tries=1", "+time=2", "+ignore", "+short", "+nocookie"]
        subprocess.run(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False)
        time.sleep(chance.expovariate(1 / (gap_s * BATCH)))


if __name__ == "__main__":
    main(sys.argv)
