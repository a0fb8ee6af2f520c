#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A flood of names made to fill the tables, and a tunnel that must be found in it all the same.

    tests/quality/flood.py PROGRAM [--quick] [--seeds N] [--memory-mib N]

In one hour 10,000 spoofed clients ask for 10 million distinct names under 1 million parents
(flood.c, through a pipe); a tunnel asks once in 30 s. The peak memory of the program must stay
within its budget and a tenth, and the tunnel must be alerted by client and domain in at least
FOUND_MIN of the seeds. Fails otherwise. --quick: two seeds of a tenth of all, the memory too.
"""

import argparse
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import quality_tsv as q  # noqa: E402

FOUND_MIN = 0.95
MEMORY_SLACK = 1.1
MIB = 1 << 20
N_NAMES, N_PARENTS, N_CLIENTS = 10000000, 1000000, 10000
READ_BYTES = 1 << 20


def compiled(folder):
    """The generator, compiled: one command, with the compiler that the project needs anyway."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "flood.c")
    program = os.path.join(folder, "flood")
    compiler = os.environ.get("CC", "cc").split()
    subprocess.run(
        [*compiler, "-std=c17", "-D_GNU_SOURCE", "-O2", "-o", program, source], check=True
    )
    return program


def chunks_from(generator):
    while chunk := generator.stdout.read(READ_BYTES):
        yield chunk


def drown(program, generator_path, seed, args):
    """(whether the tunnel was alerted, peak bytes, stats) of one seed."""
    command = [generator_path, "--seed", str(seed), "--names", str(N_NAMES // args.part)]
    command += ["--parents", str(N_PARENTS // args.part)]
    command += ["--clients", str(N_CLIENTS // args.part)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as generator:
        memory = f"{args.memory_mib}MiB"
        result = q.scan_chunks(program, chunks_from(generator), "--memory", memory)
        said = generator.stderr.read().decode()
    if generator.returncode != 0:
        raise RuntimeError(f"flood: exit status {generator.returncode}: {said}")
    client, domain = said.split()
    n_expected = N_NAMES // args.part
    if result.stats["records"]["analysed"] <= n_expected:
        raise RuntimeError(f"too few records: {result.stats['records']}")
    alert = q.Found(result).names(client, domain)
    return alert is not None, result.stats["peak_rss_bytes"], result.stats


def parse(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--quick", action="store_true", help="two seeds of a tenth")
    parser.add_argument("--seeds", type=int, help="20, quick: 2")
    parser.add_argument("--memory-mib", type=int, help="256, quick: 32")
    args = parser.parse_args(argv)
    args.part = 10 if args.quick else 1
    args.seeds = args.seeds or (2 if args.quick else 20)
    args.memory_mib = args.memory_mib or (32 if args.quick else 256)
    return args


def main(argv):
    args = parse(argv)
    n_found = n_over = 0
    print(
        f"{N_NAMES // args.part} names, {N_PARENTS // args.part} parents,"
        f" {N_CLIENTS // args.part} clients, --memory {args.memory_mib}MiB"
    )
    print(f"{'SEED':>4}  {'TUNNEL':8}{'PEAK MiB':>9}{'OF BUDGET':>11}{'EVICTED':>10}{'REFUSED':>10}"
          f"{'ALERTS':>8}")
    with tempfile.TemporaryDirectory() as folder:
        generator = compiled(folder)
        for seed in range(1, args.seeds + 1):
            found, peak_bytes, stats = drown(args.program, generator, seed, args)
            share = peak_bytes / (args.memory_mib * MIB)
            keys = stats["tables"]["keys"]
            alerts = sum(stats["alerts"][level] for level in ("medium", "high", "critical"))
            n_found += found
            n_over += share > MEMORY_SLACK
            print(
                f"{seed:4}  {'found' if found else 'MISSED':8}{peak_bytes / MIB:9.1f}{share:11.1%}"
                f"{keys['evictions']:10}{keys['refused']:10}{alerts:8}",
                flush=True,
            )
    print(
        f"flood: tunnel found in {n_found} of {args.seeds} seeds (at least {FOUND_MIN:.0%}), memory"
        f" beyond the budget and a tenth in {n_over}"
    )
    return 0 if n_found >= FOUND_MIN * args.seeds and n_over == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
