#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A page that asks whether a machine answers, and trusts whoever calls it."""

import os
import urllib.parse

host = urllib.parse.unquote(os.environ["QUERY_STRING"])
print("Content-Type: text/plain\n", flush=True)
os.system("ping -c 1 " + host)
