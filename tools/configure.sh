#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Configures a build folder: the first time, or again when its options change, or when files came or went
# that Meson finds by name (tests of a registry's row, golden cases, corpora). What is written in the
# meson.build files and .def lists themselves, ninja watches.
#
#	tools/configure.sh FOLDER [MESON OPTIONS]
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$1
shift
stamp=$folder/.earthdog-configured
now=$(
	echo "$*"
	ls -d src/*/{,*/}{test,fuzz}_*.c tests/golden/* tests/corpus/* 2>/dev/null || true
)
if [ -f "$folder/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then
	exit 0
fi
if [ -f "$folder/build.ninja" ]; then
	meson setup --reconfigure "$folder" "$@" </dev/null
else
	meson setup "$folder" "$@" </dev/null
fi
echo "$now" >"$stamp"
