#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A connection through iodine: iodine.sh ZONE FAR-END
timeout 40 iodine -f -r -P secret "$1" &
/usr/local/lib/ship/fetch.sh "http://$2/page"
wait
