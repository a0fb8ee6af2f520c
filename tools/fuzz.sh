#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every fuzz target of a -Dfuzz=true build for a while.
#
#	tools/fuzz.sh BUILD [SECONDS]
#
# New inputs go to BUILD/corpus/<name>; tests/corpus/<name> is read, never written. A finding is
# left in BUILD as crash-*.
set -euo pipefail

build=$(realpath "$1")
seconds=${2:-60}
top=$(realpath "$(dirname "$0")/..")
failed=0
targets=0

for target in "$build"/tests/fuzz_*; do
	if [ ! -f "$target" ] || [ ! -x "$target" ]; then
		continue
	fi
	name=$(basename "$target" | sed 's/^fuzz_//; s/_/-/g')
	mkdir -p "$build/corpus/$name"
	folders=("$build/corpus/$name")
	[ -d "$top/tests/corpus/$name" ] && folders+=("$top/tests/corpus/$name")
	targets=$((targets + 1))
	echo "fuzz: $name, $seconds s"
	log=$build/fuzz-$name.log
	if "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 \
		-print_final_stats=1 -artifact_prefix="$build/crash-$name-" "${folders[@]}" \
		>"$log" 2>&1; then
		grep -E 'number_of_executed_units|average_exec_per_sec|peak_rss_mb' "$log" |
			sed 's/^stat::/	/'
	else
		failed=$((failed + 1))
		tail -n 60 "$log"
		echo "fuzz: $name FAILED, see $log"
	fi
done
echo "fuzz: $targets targets, $failed failed"
[ "$targets" -gt 0 ] && [ "$failed" -eq 0 ]
