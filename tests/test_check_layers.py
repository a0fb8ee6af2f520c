#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The layer checker itself: small trees with one fault each must fail, and say why."""

import os
import subprocess
import sys
import tempfile
import unittest

CHECKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "check_layers.py")

CLEAN = {
    "base/span.h": "#include <stdint.h>\n",
    "record/event.h": '#include "base/span.h"\n',
    "sketch/hll.h": '#include "base/span.h"\n',
    "evidence/evidence.h": '#include "record/event.h"\n#include "sketch/hll.h"\n',
    "analytic/analytic.def": "ANALYTIC(an1)\nANALYTIC(an2)\n",
    "analytic/analytic.h": '#include "evidence/evidence.h"\n#include "analytic/analytic.def"\n',
    "analytic/an1.h": "",
    "analytic/an1.c": '#include "analytic/an1.h"\n#include "analytic/analytic.h"\n',
    "analytic/an2.c": '#include "analytic/analytic.h"\n',
    "format/drive.h": "",
    "format/format.c": '#include "record/event.h"\n',
    "source/source.h": "",
    "shard/test_keys.c": '#include "format/drive.h"\n#include <cmocka.h>\n',
    "shard/keys.h": '#include "analytic/analytic.h"\n',
    "engine/test_scan.c": "#include <zlib.h>\n",
    "engine/scan.c": '#include "source/source.h"\n#include "shard/keys.h"\n',
    "cmd/cmd.h": "",
    "cmd/list.c": '#include "cmd/cmd.h"\n#include "cmd/list/rows.h"\n#include "cmd/out/text.h"\n',
    "cmd/list/rows.h": '#include "record/event.h"\n',
    "cmd/list/rows.c": '#include "cmd/list/rows.h"\n#include "cmd/out/text.h"\n',
    "cmd/list/test_rows.c": '#include "cmd/list/rows.h"\n',
    "cmd/out/text.h": '#include "cmd/cmd.h"\n',
}

# Only what the tree above has; the row of engine is in prose.
PAGE = """
| `record` | nouns | base |
| `sketch` | counters | base |
| `evidence` | families | base conf record sketch model |
| `analytic` | analytics | base conf record evidence |
| `format` | decoders | base conf record wire |
| `source` | bytes | base conf record |
| `shard` | keys | base conf record sketch evidence analytic |
| `engine` | threads | all above |
| `cmd` | subcommands | engine and the registries |
| `base` | spans | libc |
"""


def run(tree):
    """Exit status and output of the checker over a tree given as {path: text}."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            full = os.path.join(root, "src", path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as f:
                f.write(text)
        command = [sys.executable, CHECKER, os.path.join(root, "src")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


class Layers(unittest.TestCase):
    def fails(self, path, text, why):
        status, out = run({**CLEAN, path: text})
        self.assertEqual(status, 1, out)
        self.assertIn(why, out)
        self.assertIn("1 faults", out)

    def test_clean_tree_passes(self):
        status, out = run(CLEAN)
        self.assertEqual(status, 0, out)

    def test_upward_include(self):
        self.fails("base/x.c", '#include "record/event.h"\n', "base may include only: libc")

    def test_never_pair(self):
        self.fails("format/x.c", '#include "source/source.h"\n', "format never includes source")

    def test_other_way_round(self):
        self.fails("source/x.c", '  #  include "format/drive.h"\n', "source never includes format")

    def test_evidence_and_shard(self):
        self.fails("evidence/x.c", '#include "shard/keys.h"\n', "evidence never includes shard")

    def test_another_analytic(self):
        self.fails("analytic/an2.c", '#include "analytic/an1.h"\n', "private to the row an1")

    def test_unknown_folder(self):
        self.fails("plugins/x.c", "", "does not know")

    def test_nested_folder(self):
        self.fails("base/deep/x.c", "", "one level deep")

    def test_folder_below_a_part(self):
        self.fails("cmd/list/deep/x.c", "", "one level deep")

    def test_include_below_a_part(self):
        self.fails("cmd/x.c", '#include "cmd/list/deep/x.h"\n', "folder/file")

    def test_part_of_another_command(self):
        text = '#include "cmd/list/rows.h"\n'
        self.fails("cmd/listing.c", text, "is a part of cmd/list.c")
        self.fails("cmd/out/text.c", text, "is a part of cmd/list.c")

    def test_layer_from_a_part(self):
        self.fails("cmd/list/rows.c", '#include "sketch/hll.h"\n', "cmd may include only")

    def test_file_outside_folders(self):
        self.fails("main.c", "", "outside every folder")

    def test_relative_include(self):
        self.fails("record/x.c", '#include "../base/span.h"\n', "relative to src/")

    def test_missing_header(self):
        self.fails("record/x.c", '#include "base/gone.h"\n', "no such file")

    def test_library_in_the_wrong_folder(self):
        self.fails("record/x.c", "#include <zlib.h>\n", "belongs to source/ alone")

    def test_test_library_outside_tests(self):
        self.fails("record/x.c", "#include <cmocka.h>\n", "belongs to tests alone")

    def test_driver_outside_tests(self):
        self.fails("shard/x.c", '#include "format/drive.h"\n', "shard may include only")

    def test_page_that_says_otherwise(self):
        page = PAGE.replace("| spans | libc |", "| spans | libc conf |")
        self.fails("../ARCHITECTURE.md", page, "says libc conf")

    def test_page_that_forgets_a_folder(self):
        self.fails("../ARCHITECTURE.md", PAGE.replace("`engine`", "engine"), "no row for engine")

    def test_page_that_agrees(self):
        status, out = run({**CLEAN, "../ARCHITECTURE.md": PAGE})
        self.assertEqual(status, 0, out)

    def test_empty_tree(self):
        status, out = run({"base/README": ""})
        self.assertEqual(status, 1)
        self.assertIn("no source files", out)


if __name__ == "__main__":
    unittest.main()
