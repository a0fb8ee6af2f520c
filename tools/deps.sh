#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what tools/packages.txt lists and this machine lacks.
#
#	tools/deps.sh          install what is missing (root or sudo)
#	tools/deps.sh --check  only say what is missing
#	tools/deps.sh --e2e    the same for tools/packages-e2e.txt
#
# Asks dpkg first, so that a machine that has everything needs neither network nor root.
set -euo pipefail
cd "$(dirname "$0")/.."

list=tools/packages.txt
if [ "${1:-}" = --e2e ]; then
	list=tools/packages-e2e.txt
	shift
fi

missing() {
	local package status
	while read -r package _; do
		case $package in '' | '#'*) continue ;; esac
		status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=
		[ "$status" = installed ] || echo "$package"
	done <"$list"
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	else
		sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
	fi
}

if ! command -v dpkg-query >/dev/null; then
	echo "deps: not a Debian system; $list lists what is needed" >&2
	[ "${1:-}" = --check ] && exit 0
	exit 1
fi

mapfile -t packages < <(missing)
if [ "${#packages[@]}" -eq 0 ]; then
	[ "${1:-}" = --check ] || echo "deps: everything is installed"
	exit 0
fi
if [ "${1:-}" = --check ]; then
	echo "deps: missing: ${packages[*]}" >&2
	echo "deps: run 'make deps'" >&2
	exit 1
fi
if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
	echo "deps: missing: ${packages[*]}" >&2
	echo "deps: neither root nor sudo without a password; run as root:" >&2
	echo "deps:   apt-get install ${packages[*]}" >&2
	exit 1
fi

# The package lists may be absent (a fresh container) or old: refresh them only when they do not do.
install=(apt-get install -y --no-install-recommends "${packages[@]}")
if ! apt-get install -s --no-install-recommends "${packages[@]}" >/dev/null 2>&1 ||
	! as_root "${install[@]}" </dev/null; then
	as_root apt-get update </dev/null
	as_root "${install[@]}" </dev/null
fi
