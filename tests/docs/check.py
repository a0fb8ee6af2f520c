#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples of the pages and compares what they print with what the pages show.

    tests/docs/check.py PROGRAM [--update]

An example is a fenced block that begins with "$ " and whose every command names a shipped file
(examples/). The commands run in a shell beside examples/, on a terminal of their own; a command
goes on in the next line after a backslash, a pipe or an open quote. A line "..." in a page stands
for any lines. What goes to standard error is compared only where the page shows it. Seconds of the
wall clock differ from run to run and are not compared. An example that pipes into a program that
is not installed is left out; without a terminal (a chroot without /dev/pts) nothing runs. --update
writes what is printed now into the pages.
"""

import fcntl
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import termios

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FENCE = re.compile(r"^```\w*\n(\$ .*?)^```\n", re.M | re.S)
WALL = re.compile(r"\b\d+\.\d+ s\b")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PIPED = re.compile(r"\|\s*([a-z]+)")
SECONDS_MAX = 120
SKIPPED = 77  # what Meson takes for a test that could not run
ROWS, COLUMNS = 40, 108


def pages():
    yield os.path.join(TOP, "README.md")
    for folder, _, names in sorted(os.walk(os.path.join(TOP, "docs"))):
        for name in sorted(names):
            if name.endswith(".md"):
                yield os.path.join(folder, name)


def is_open(command):
    """Whether the shell would wait for more."""
    if command.endswith(("\\", "|")):
        return True
    try:
        shlex.split(command)
    except ValueError:
        return True
    return False


def steps(block):
    """Yields (command, lines that the page shows after it)."""
    lines = block.rstrip("\n").split("\n")
    i = 0
    while i < len(lines):
        command = lines[i][2:]
        i += 1
        while is_open(command) and i < len(lines):
            command += "\n" + lines[i]
            i += 1
        shown = []
        while i < len(lines) and not lines[i].startswith("$ "):
            shown.append(lines[i])
            i += 1
        yield command, shown


def can_run(block):
    """Every command reads what is shipped and its output is shown; all its programs are here."""
    return all(shown and "examples/" in command and
               all(shutil.which(name) for name in PIPED.findall(command))
               for command, shown in steps(block))


def terminal_output(primary):
    """All that is written to the terminal, until the last writer has gone."""
    parts = []
    while True:
        try:
            part = os.read(primary, 65536)
        except OSError:  # EIO: nobody has it open any more
            part = b""
        if not part:
            return COLOUR.sub("", b"".join(parts).decode().replace("\r\n", "\n"))
        parts.append(part)


def run(command, program):
    """Returns what it writes (to standard output, to standard error), as lists of lines."""
    path = os.path.dirname(os.path.abspath(program)) + ":" + os.environ["PATH"]
    primary, secondary = pty.openpty()
    fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile() as errors:
        os.symlink(os.path.join(TOP, "examples"), os.path.join(home, "examples"))
        env = dict(os.environ, PATH=path, HOME=home, XDG_CONFIG_HOME=home, TZ="UTC", NO_COLOR="1")
        child = subprocess.Popen(["timeout", str(SECONDS_MAX), "bash", "-c", command], cwd=home,
                                 env=env, stdin=subprocess.DEVNULL, stdout=secondary,
                                 stderr=errors)
        os.close(secondary)
        out = terminal_output(primary)
        os.close(primary)
        child.wait()
        errors.seek(0)
        err = errors.read().decode()
    return [text.rstrip("\n").split("\n") if text else [] for text in (out, err)]


def same(shown, printed):
    shown = [WALL.sub("N s", line.rstrip()) for line in shown]
    printed = [WALL.sub("N s", line.rstrip()) for line in printed]
    pattern = "\n".join("(?:.*\n)*?.*" if line == "..." else re.escape(line) for line in shown)
    return re.fullmatch(pattern, "\n".join(printed)) is not None


def shows_errors(shown, err):
    """Whether the page also shows the account that ends on standard error."""
    shown = [WALL.sub("N s", line.rstrip()) for line in shown]
    return bool(err) and WALL.sub("N s", err[-1].rstrip()) in shown


def check(page, program, update):
    """Returns (examples run, faults)."""
    with open(page, encoding="utf-8") as f:
        text = f.read()
    name = os.path.relpath(page, TOP)
    n = n_faults = 0
    for match in FENCE.finditer(text):
        block = match.group(1)
        if not can_run(block):
            continue
        for command, shown in steps(block):
            n += 1
            printed, err = run(command, program)
            if shows_errors(shown, err):
                printed += err
            if same(shown, printed):
                continue
            n_faults += 1
            print(f"{name}: $ {command}\n--- shown\n" + "\n".join(shown) +
                  "\n--- printed\n" + "\n".join(printed))
            if update:
                text = text.replace("\n".join(shown), "\n".join(line.rstrip() for line in printed))
    if update and n_faults:
        with open(page, "w", encoding="utf-8") as f:
            f.write(text)
    return n, n_faults


def main(argv):
    try:
        for fd in pty.openpty():
            os.close(fd)
    except OSError as e:
        print(f"skipped: no terminal can be had here: {e}")
        return SKIPPED
    if len(argv) < 2 or argv[2:] not in ([], ["--update"]):
        sys.exit(__doc__)
    n = n_faults = 0
    for page in pages():
        a, b = check(page, argv[1], len(argv) > 2)
        n += a
        n_faults += b
    print(f"{n} examples, {n_faults} differ from their pages")
    return 1 if n_faults or not n else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
