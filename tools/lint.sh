#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Every gate that needs no run of the program. All of them run: a failure does not hide the next.
#
#	tools/lint.sh BUILD     BUILD is a configured folder: clang-tidy takes the flags from there
set -uo pipefail
build=$1
cd "$(dirname "$0")/.." || exit 1

list_files() {
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard -- "$@"
	else
		for pattern in "$@"; do
			find . -path './build*' -prune -o -type f -path "./*${pattern#\*}" -print
		done | sed 's,^\./,,'
	fi | sort -u | while read -r file; do
		[ -f "$file" ] && [ ! -L "$file" ] && echo "$file"
	done
}

failed=()
gate() {
	local name=$1 start=$SECONDS
	shift
	echo "== $name"
	if ! "$@"; then
		failed+=("$name")
		echo "== $name FAILED ($((SECONDS - start)) s)"
	fi
}

format_gate() {
	clang-format-14 --dry-run -Werror --ferror-limit=3 "${code[@]}" &&
		echo "format: ${#code[@]} files"
}

# One process a file keeps both cores busy and the memory small.
tidy_gate() {
	printf '%s\n' "${units[@]}" |
		xargs -P "$(nproc)" -n 1 tools/tidy.sh "$build" && echo "tidy: ${#units[@]} files"
}

mapfile -t code < <(list_files '*.c' '*.h' '*.cc')
mapfile -t units < <(list_files 'src/*.c' 'src/*.cc' 'tests/*.c')
mapfile -t everything < <(list_files '*')

gate layers tools/check_layers.py
gate docs tools/check_docs.py
gate text tools/check_text.py "${everything[@]}"
gate lists tools/check_lists.py
gate size tools/check_size.py "${code[@]}"
gate format format_gate
gate clang-tidy tidy_gate

if [ "${#failed[@]}" -gt 0 ]; then
	echo "lint: failed: ${failed[*]}"
	exit 1
fi
echo "lint: all gates passed in $SECONDS s"
