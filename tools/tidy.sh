#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# clang-tidy over one file, silent when there is nothing to say.
#
#	tools/tidy.sh BUILD FILE
#
# Tests run under the sanitizers, which see what the path-sensitive analyzer guesses: it is left out there,
# and that is half of its time.
checks=()
case $2 in */test_*.c) checks=('--checks=-clang-analyzer-*') ;; esac
# The flags of the build are gcc's; what clang does not know of them is no fault of the file.
flags=$(mktemp -d)
trap 'rm -rf "$flags"' EXIT
sed -E 's/ -mmem(cpy|set)-strategy=[^ ]+//g' "$1/compile_commands.json" >"$flags/compile_commands.json"
out=$(clang-tidy-14 --quiet -p "$flags" --extra-arg=-Wno-ignored-optimization-argument \
	"${checks[@]}" "$2" 2>&1) && exit 0
# "N warnings generated" counts what system headers hold; it says nothing about the file.
printf '%s\n' "$out" | grep -vE '^[0-9]+ warnings? (generated|treated as)'
exit 1
