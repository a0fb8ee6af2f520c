#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the benches of this folder and writes docs/quality.md with its plots.

    tests/quality/report.py PROGRAM [--seeds N] [--channels N] [--clients N]
        [--comparator-clients N] [--flood-seeds N] [--beacon-trials N] [--generator FILE]
        [--beacons FILE] [--keep FILE] [--again SECTION,...]

The default sizes take some ten minutes of two cores. --keep holds the numbers in a file (JSON)
after each section; what it has is not measured again unless --again names it. --beacons: the
program beacon_bench, which lies in tests/ of the build folder. The words are pages.py's.
"""

import argparse
import concurrent.futures
import contextlib
import json
import multiprocessing
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import benign_day  # noqa: E402
import measure  # noqa: E402
import pages  # noqa: E402

AT_ONCE = 2
FOLDER = os.path.join(measure.q.harness.TOP, "docs")


def measured(name, args):
    """(numbers, seconds): in a process of its own, whose prints are not the report's."""
    start = time.monotonic()
    with open(os.devnull, "w", encoding="utf-8") as nothing, contextlib.redirect_stdout(nothing):
        numbers = getattr(measure, name)(args)
    # as a kept file would give it back
    return json.loads(json.dumps(numbers)), time.monotonic() - start


def save(path, numbers):
    if path:
        with open(path + ".new", "w", encoding="utf-8") as f:
            json.dump(numbers, f)
        os.replace(path + ".new", path)


def collect(args):
    numbers, failed = {}, []
    if args.keep and os.path.exists(args.keep):
        with open(args.keep, encoding="utf-8") as f:
            numbers = json.load(f)
    wanted = [s.__name__ for s in measure.SECTIONS]
    wanted = [name for name in wanted if name not in numbers or name in args.again]
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(AT_ONCE, mp_context=spawn) as pool:
        running = {pool.submit(measured, name, args): name for name in wanted}
        for done in concurrent.futures.as_completed(running):
            name = running[done]
            if done.exception():
                failed.append(f"{name}: {done.exception()!r}")
                continue
            found, seconds = done.result()
            numbers[name] = {"sizes": sizes_of(args), "numbers": found}
            print(f"{name}: {seconds:.0f} s", flush=True)
            save(args.keep, numbers)
    if failed:
        sys.exit("\n".join(failed))
    return numbers


def sizes_of(args):
    kept = ("seeds", "channels", "clients", "comparator_clients", "flood_seeds", "beacon_trials")
    return {name: getattr(args, name) for name in kept}


def parse(argv):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("program")
    parser.add_argument("--seeds", type=int, default=4, help="office days")
    parser.add_argument("--channels", type=int, default=20, help="of a kind and volume")
    parser.add_argument("--clients", type=int, default=500, help="of an office")
    parser.add_argument("--comparator-clients", type=int, default=200)
    parser.add_argument("--flood-seeds", type=int, default=2)
    parser.add_argument("--beacon-trials", type=int, default=20000)
    parser.add_argument("--generator")
    parser.add_argument("--beacons")
    parser.add_argument("--keep")
    parser.add_argument("--again", type=lambda s: s.split(","), default=[])
    args = parser.parse_args(argv)
    args.program = os.path.realpath(args.program)
    build = os.path.dirname(os.path.dirname(args.program))
    args.beacons = args.beacons or os.path.join(build, "tests", "beacon_bench")
    return args


def main(argv):
    args = parse(argv)
    with tempfile.TemporaryDirectory() as folder:
        args.generator = args.generator or benign_day.build_generator(folder)
        numbers = collect(args)
    path = pages.write(FOLDER, numbers)
    print(f"written: {os.path.relpath(path)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
