#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails on an #include that the architecture does not allow.

    tools/check_layers.py [SRC]      SRC defaults to src/ of this checkout

The one idea: the table below is the architecture. A folder that is not in it, a header of another
row of a registry (an analytic that looks into another analytic), a part of another subcommand and a
library in the wrong folder are faults too. The table in ARCHITECTURE.md (beside SRC) is held
against this one.
"""

import os
import re
import sys

# Folder -> the folders it may include besides itself, from the bottom up.
MAY_INCLUDE = {
    "base": "",
    "record": "base",
    "conf": "base",
    "wire": "base",
    "sketch": "base",
    "model": "base",
    "format": "base conf record wire",
    "enrich": "base conf record model",
    "evidence": "base conf record sketch model",
    "analytic": "base conf record evidence",
    "store": "base conf record",
    "sink": "base conf record",
    "contain": "base conf record",
    "drill": "base conf record wire",
    "alert": "base conf record",
    "source": "base conf record",
    "worker": "base record wire source",
    "shard": "base conf record sketch evidence analytic",
    "report": "base conf record sketch model analytic store",
    "web": "base conf record store report",
    "engine": "base record conf wire sketch model format enrich evidence analytic store sink "
    "contain drill alert source shard report",
    "cmd": "base record conf format source evidence analytic sink store contain drill report web "
    "engine",
}

# Said once more, (who, whom), so that a careless change of the table above does not undo them.
NEVER = {
    ("format", "source"),
    ("source", "format"),
    ("sink", "store"),
    ("store", "sink"),
    ("evidence", "shard"),
    ("engine", "web"),
}

# A library's header -> the one folder that may include it. A test may include any, to make its
# input or for a second opinion; "test": nobody else may.
LIBRARIES = {
    "xxhash.h": "base",
    "nettle/sha2.h": "base",
    "simdjson.h": "wire",
    "idn2.h": "enrich",
    "expat.h": "enrich",
    "sqlite3.h": "store",
    "yaml.h": "conf",
    "zlib.h": "source",
    "zstd.h": "source",
    "lz4frame.h": "source",
    "lzma.h": "source",
    "cmocka.h": "test",
    "libpsl.h": "test",
}

# Tests and fuzz targets, whatever folder they sit in, may get events as the engine makes them: a
# format driven over a whole file, its events annotated.
TEST_HELPERS = {"format/drive.h", "enrich/annotate.h", "enrich/psl.h"}

# Folders that have folders. In them sub/ holds the parts of sub.c, for which alone they are; where
# there is no sub.c, it is for all of the folder.
WITH_PARTS = {"cmd", "format"}

SUFFIXES = (".c", ".h", ".cc", ".def")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
ROW = re.compile(r"^[A-Z]+\((\w+)\)")
PAGE_ROW = re.compile(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", re.M)


def rows_of(src, folder):
    """The ids in the .def list of a folder; empty when it has none."""
    path = os.path.join(src, folder, folder + ".def")
    if not os.path.exists(path):
        return set()
    with open(path, encoding="utf-8") as f:
        return {m.group(1) for m in map(ROW.match, f) if m}


def owner_of(name):
    """What a file name stands for: test_pcap.c, fuzz_pcap.c and pcap.h are all pcap."""
    stem = os.path.splitext(name)[0]
    return re.sub(r"^(test|fuzz)_", "", stem)


def is_test(name):
    return name.startswith(("test_", "fuzz_"))


def is_part_of_another(src, path, target):
    """Whether target, in a folder below another, is for a file that neither is path nor has it."""
    owner, _, _ = target.rpartition("/")
    return os.path.exists(os.path.join(src, owner + ".c")) and not path.startswith(
        (owner + ".", owner + "/")
    )


def check_project_include(src, rows, path, target):
    """The fault of one #include "target" in the file path, or None. Both are relative to src."""
    folder, name = path.split("/")[0], os.path.basename(path)
    to_folder, *parts, to_name = target.split("/")
    if target.startswith(("/", ".")) or len(parts) > (to_folder in WITH_PARTS) or to_name == target:
        return "include paths are folder/file, relative to src/"
    if to_folder not in MAY_INCLUDE:
        return f"there is no folder {to_folder} in the architecture"
    if not os.path.exists(os.path.join(src, target)):
        return "there is no such file"
    if parts and is_part_of_another(src, path, target):
        return f"{target} is a part of {to_folder}/{parts[0]}.c"
    owner = owner_of(to_name)
    if to_name.endswith(".h") and owner in rows.get(to_folder, set()) and owner != owner_of(name):
        return f"{target} is private to the row {owner}"
    if to_folder == folder or (is_test(name) and target in TEST_HELPERS):
        return None
    if (folder, to_folder) in NEVER:
        return f"{folder} never includes {to_folder}"
    if to_folder not in MAY_INCLUDE[folder].split():
        return f"{folder} may include only: {MAY_INCLUDE[folder] or 'libc'}"
    return None


def check_library_include(folder, name, target):
    """The fault of one #include <target>, or None."""
    where = LIBRARIES.get(target)
    if where is None or where == folder or name.startswith("test_"):
        return None
    return f"<{target}> belongs to {'tests' if where == 'test' else where + '/'} alone"


def check_file(src, rows, path):
    folder, name = path.split("/")[0], os.path.basename(path)
    with open(os.path.join(src, path), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            m = INCLUDE.match(line)
            if not m:
                continue
            if m.group(1):
                fault = check_project_include(src, rows, path, m.group(1))
            else:
                fault = check_library_include(folder, name, m.group(2))
            if fault:
                yield f"{os.path.join(src, path)}:{number}: {line.strip()}: {fault}"


def files_of(src, folder, faults):
    """The source files of a folder and of its parts; a fault for each folder that is too deep."""
    for name in sorted(os.listdir(os.path.join(src, folder))):
        path = f"{folder}/{name}"
        if not os.path.isdir(os.path.join(src, path)):
            if name.endswith(SUFFIXES):
                yield path
        elif folder in WITH_PARTS:
            yield from files_of(src, path, faults)
        elif name != "__pycache__":
            deep = "" if "/" in folder else " but in " + ", ".join(sorted(WITH_PARTS))
            faults.append(f"{os.path.join(src, path)}: folders are one level deep{deep}")


def check_tree(src):
    """All faults of a tree, as lines of text, and the number of files read."""
    faults = []
    n_files = 0
    rows = {folder: rows_of(src, folder) for folder in MAY_INCLUDE}
    for folder in sorted(os.listdir(src)):
        path = os.path.join(src, folder)
        if not os.path.isdir(path):
            if folder.endswith(SUFFIXES):
                faults.append(f"{path}: a source file outside every folder")
            continue
        if folder not in MAY_INCLUDE:
            faults.append(f"{path}: a folder that the architecture does not know")
            continue
        for file in files_of(src, folder, faults):
            n_files += 1
            faults.extend(check_file(src, rows, file))
    return faults, n_files


def check_page(src):
    """Faults of the table in ARCHITECTURE.md; a row in prose ("all above") is for people alone."""
    page = os.path.join(src, "..", "ARCHITECTURE.md")
    if not os.path.exists(page):
        return []
    with open(page, encoding="utf-8") as f:
        rows = dict(PAGE_ROW.findall(f.read()))
    folders = [f for f in sorted(os.listdir(src)) if os.path.isdir(os.path.join(src, f))]
    faults = [f"{page}: no row for {f}" for f in folders if f in MAY_INCLUDE and f not in rows]
    for folder, words in rows.items():
        names = set(words.split()) - {"libc"}
        if names <= set(MAY_INCLUDE) and names != set(MAY_INCLUDE.get(folder, "").split()):
            allowed = MAY_INCLUDE.get(folder) or "libc"
            faults.append(f"{page}: {folder}: says {words}, tools/check_layers.py says {allowed}")
    return faults


def main(argv):
    default = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src")
    src = os.path.relpath(argv[1] if len(argv) > 1 else default)
    faults, n_files = check_tree(src)
    faults += check_page(src)
    for fault in faults:
        print(fault)
    if n_files == 0:
        print(f"{src}: no source files found")
        return 1
    print(f"layers: {n_files} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
