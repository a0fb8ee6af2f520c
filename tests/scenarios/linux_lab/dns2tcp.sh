#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A connection through dns2tcp: dns2tcp.sh ZONE
timeout 40 dns2tcpc -r page -z "$1" -l 9000 192.0.2.53 &
/usr/local/lib/ship/fetch.sh http://127.0.0.1:9000/page
wait
