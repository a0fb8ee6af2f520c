# SPDX-License-Identifier: Apache-2.0
"""What the owners of a form publish to check it: schemas and validators, fetched once.

They are installed into a cache outside the tree ($EARTHDOG_TEST_CACHE, else
~/.cache/earthdog-tests) in the versions below, and used from there. Where they cannot be had,
load() says why and the tests that need them are skipped; nothing of them is part of the project.
"""

import importlib
import os
import subprocess
import sys
import warnings

PINNED = [
    "jsonschema==4.26.0",
    "ocsf-json-schema==1.2.0",  # the schema of OCSF 1.8.0 as its server exports it
    "stix2-validator==3.2.0",  # OASIS
    "pymisp==2.5.34.4",  # MISP
    "pysigma==1.5.1",  # SigmaHQ
    "pysigma-backend-splunk==2.1.0",
    "pyyaml==6.0.3",
]
INSTALL_S = 300


def cache_folder():
    top = os.environ.get("EARTHDOG_TEST_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "earthdog-tests")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return os.path.join(top, "owners-1-" + version)


def install(folder):
    """None, or why it could not be done."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--retries", "0",
               "--timeout", "15", "--disable-pip-version-check", "--target", folder + ".part",
               *PINNED]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=INSTALL_S, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as e:
        return str(e)
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or ["pip failed"])[-1][:200]
    try:
        os.rename(folder + ".part", folder)
    except OSError as e:  # another run was first
        return None if os.path.isdir(folder) else str(e)
    return None


def load(*names):
    """The modules @names, or a text that says why they are not there."""
    folder = cache_folder()
    if not os.path.isdir(folder):
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        fault = install(folder)
        if fault:
            return f"the owners' checkers cannot be fetched: {fault}"
    if folder not in sys.path:
        sys.path.insert(0, folder)
    warnings.simplefilter("ignore")
    try:
        return [importlib.import_module(n) for n in names]
    except ImportError as e:
        return f"the owners' checkers do not work here: {e}"
