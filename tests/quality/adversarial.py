#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recall on channels made to look ordinary, by volume.

    tests/quality/adversarial.py PROGRAM [--quick] [--channels N] [--seed N] [--only KIND,...]

Each kind of channel (channels.py) moves 4 kB of random bytes in 24 hours: at least RECALL_MIN of
its channels must raise an alert of medium or above that names client and domain (the client alone
where there is no common parent). Smaller volumes are printed, not judged, and so are kinds without
a promise. Fails below the target.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import channels  # noqa: E402
import quality_tsv as q  # noqa: E402

RECALL_MIN = 0.95
VOLUMES_BYTES = [4000, 2000, 1000, 500, 250]


def recall(program, name, n_channels, n_bytes, seed):
    """Share of the channels found; distinct names and queries of a channel in the mean."""
    world = channels.World(f"{seed}/{name}/{n_bytes}")
    made = [world.add(name, n_bytes) for _ in range(n_channels)]
    n_background = 12 * n_channels
    queries = (len(world.lines) - n_background) / n_channels
    found = q.Found(q.scan_lines(program, world.lines))
    names = q.mean(len(channel.names) for channel in made)
    return q.mean(channel.alert(found) is not None for channel in made), names, queries


def parse(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--quick", action="store_true", help="few channels, 4 kB only")
    parser.add_argument("--channels", type=int, help="channels of a kind (100, quick: 20)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="kinds, separated by commas")
    args = parser.parse_args(argv)
    args.channels = args.channels or (20 if args.quick else 100)
    args.kinds = args.only.split(",") if args.only else list(channels.KINDS)
    return args


def main(argv):
    args = parse(argv)
    volumes = VOLUMES_BYTES[:1] if args.quick else VOLUMES_BYTES
    print(
        f"{'KIND':18}{'NAMES':>8}{'QUERIES':>9}"
        + "".join(f"{v / 1000:>6g} kB" for v in volumes)
        + f"   share of {args.channels} channels found, by bytes a day (seed {args.seed})"
    )
    below = []
    for name in args.kinds:
        cells = []
        for n_bytes in volumes:
            share, names, queries = recall(args.program, name, args.channels, n_bytes, args.seed)
            if not cells:
                head = f"{name:18}{names:8.0f}{queries:9.0f}"
                promised = channels.KINDS[name].promise is not None
                if promised and share < RECALL_MIN:
                    below.append(name)
            cells.append(f"{share:9.1%}")
        mark = "" if promised else "   no promise"
        print(head + "".join(cells) + ("   BELOW" if name in below else mark), flush=True)
    print(
        f"adversarial: {len(below)} of {len(args.kinds)} kinds below {RECALL_MIN:.0%}"
        f" at {volumes[0] / 1000:g} kB a day" + (": " + " ".join(below) if below else "")
    )
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
