# SPDX-License-Identifier: Apache-2.0
"""The sections of docs/quality.md on other tools' tunnels and on what looks like them; made as
those of pages.py are."""

import quality_tsv as q


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def middle(values):
    return f"{q.quantile(values, 0.5):,.0f}" if values else "-"


def other_tools(_folder, n, _sizes):
    rows = []
    for tool, (found, made, firsts) in n["tools"].items():
        names, sizes = [f[0] for f in firsts], [f[1] for f in firsts]
        most = [f"{max(v):,.0f}" if v else "-" for v in (names, sizes)]
        rows.append([tool, f"{found}/{made}", middle(names), most[0], middle(sizes), most[1]])
    sums = [[seen, f"{found}/{made}", f"{told}/{little}"]
            for seen, found, made, told, little in n["sums"]]  # fmt: skip
    missed = [f"- {label}, {job}: not in {', '.join(where)}."
              + (" " + why.removeprefix("gap: ") if why else "")
              for label, job, where, why in n["missed"]]  # fmt: skip
    text = [
        "## Tunnels by other tools",
        f"{len(n['tools'])} published tools and implants, most of them not among the recorded ones,"
        " their traffic written anew from what is publicly known of it"
        " (`tests/quality/tools.py`): every mode, with an idle hour, 20 kB out and 20 kB in where"
        f" they apply, each with a client and a domain of its own, among {n['people']} ordinary"
        f" machines (seed {n['seed']}). Seen as a capture with answers, as Zeek's log of it, and"
        " as the log between the site's resolver and the authorities. Found: an alert of medium"
        " or above names client and domain; at the resolver, the domain. What says next to nothing"
        " (one name polled, a handful of names) is counted apart.",
        table(["seen as", "found", "of what says next to nothing"], sums),
        "Names and bytes of information until the first alert, from the capture:",
        table(["tool", "found", "names, median", "most", "bytes, median", "most"], rows),
    ]
    return text + ["Missed somewhere:", "\n".join(missed)] * bool(missed)


def look_alikes(_folder, n, _sizes):
    rows = [[name, *cells, (why or "").removeprefix("gap: ")] for name, why, cells in n["raised"]]
    right = sum(bool(why) and not why.startswith("gap") for _, why, _ in n["raised"])
    return [
        "## What looks like a tunnel",
        f"{n['kinds']} kinds of ordinary traffic with names or answers like a tunnel's, written"
        " from what is publicly known of them (`tests/quality/lookalikes.py`): reputation and"
        " block lists, mail policies, measurement in pages, clusters and directories, reverse"
        " lookups, clouds, devices. Once all in one office, once each alone in a home of six other"
        f" machines (seed {n['seed']}). {len(n['raised'])} raise an alert of medium or above, and"
        f" of {right} it can be said that this is right, since they do what a tunnel does.",
        table(["kind", *n["days"], "why"], rows),
    ]
