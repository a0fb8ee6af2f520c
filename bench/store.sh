#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures the store: what history costs to write, in bytes and in time, beside the same rows written by
# the sqlite3 shell; how long a search over all of it takes, and the expiry of a day.
# The one idea: the generator's hour of as many days as wanted goes through scan --store, once without
# and once with the store, so that the difference is the store's.

set -euo pipefail
export LC_ALL=C

usage()
{
	cat <<-END
	usage: bench/store.sh [--days N] [--lines N] [--keep DIR] PROGRAM

	  --days N    days of history (default 20)
	  --lines N   lookups a day, all within one hour (default 5000000)
	  --keep DIR  leave the store in DIR, and use one that is there
	END
}

days=20 lines=5000000 keep='' program=''
while [ $# -gt 0 ]; do
	case $1 in
	--days | --lines | --keep)
		printf -v "${1#--}" %s "${2:?}"
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	*) program=$1 ;;
	esac
	shift
done
[ -x "$program" ] || {
	usage >&2
	exit 2
}

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/earthdog-store.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
store=${keep:-$work/store}
"${CC:-cc}" -std=c17 -D_GNU_SOURCE -O2 -o "$work/generate" "$here/generate.c" "$here/logs.c"
"${CC:-cc}" -std=c17 -D_GNU_SOURCE -O2 -o "$work/measure" "$here/measure.c"

# measure COMMAND...: leaves its seconds in $user, $sys and $wall.
measure()
{
	local status
	"$work/measure" -o "$work/result" -- "$@" >"$work/out" 2>"$work/err" || true
	read -r user sys wall _ status <"$work/result"
	[ "$status" -eq 0 ] || {
		echo "failed ($status): $*" >&2
		cat "$work/err" >&2
		exit 1
	}
}

scan=("$program" scan --quiet --format ndjson -o /dev/null)

one_day()
{
	local without_wall without_cpu rows bytes
	"$work/generate" tsv --count "$lines" >"$work/day.tsv"
	measure "${scan[@]}" "$work/day.tsv"
	without_wall=$wall without_cpu=$(bc <<<"$user + $sys")
	measure "${scan[@]}" --store "$work/one" "$work/day.tsv"
	rm "$work/day.tsv"
	bytes=$(stat -c %s "$work"/one/dns-*.db)
	awk -v n="$lines" -v w="$wall" -v w0="$without_wall" -v c="$user" -v s="$sys" -v c0="$without_cpu" \
		-v b="$bytes" 'BEGIN {
		printf "scan and store          %.2f M lookups/s of wall time (%.2f without a store)\n",
			n / w / 1e6, n / w0 / 1e6
		printf "the store alone         %.2f M lookups a second of CPU time\n", n / (c + s - c0) / 1e6
		printf "a lookup                %.1f bytes\n", b / n }'
	store_cpu=$(bc <<<"$user + $sys - $without_cpu")

	"$program" history --store "$work/one" --quiet --limit 10000000 --format csv | tail -n +2 >"$work/rows.csv"
	rows=$(wc -l <"$work/rows.csv")
	cat >"$work/import.sql" <<-END
	PRAGMA journal_mode=WAL;
	CREATE TABLE r(first,last,count,client,name,type,rcode,answer,resolver,host,process,user,indicator);
	CREATE INDEX r_client ON r(client);
	CREATE INDEX r_name ON r(name);
	.mode csv
	.import $work/rows.csv r
	END
	measure sqlite3 "$work/plain.db" ".read $work/import.sql"
	awk -v rows="$rows" -v u="$user" -v s="$sys" -v b="$(stat -c %s "$work/plain.db")" -v ours="$bytes" \
		-v cpu="$store_cpu" 'BEGIN {
		printf "sqlite3 shell, the same %d rows with an index on client and name:\n", rows
		printf "                        %.1f times the CPU time, %.1f times the bytes\n",
			(u + s) / cpu, b / ours }'
	rm -rf "$work/one" "$work/plain.db"* "$work/rows.csv"
}

fill()
{
	local day
	[ ! -d "$store" ] || return 0
	for ((day = 0; day < days; day++)); do
		echo "filling day $day" >&2
		"$work/generate" tsv --count "$lines" --day "$day" |
			"${scan[@]}" --store "$store" -
	done
}

search()
{
	local client name
	read -r client name < <("$program" history --store "$store" --quiet --limit 1000 --format csv |
		awk -F, 'NR == 500 { n = split($5, l, "."); print $4, l[n - 1] "." l[n] }')
	measure "$program" history --store "$store" --quiet --format csv "$client" "$name"
	echo "client and suffix       $wall s, $(($(wc -l <"$work/out") - 1)) rows"
	measure "$program" history --store "$store" --quiet --format csv "$client"
	echo "client                  $wall s, $(($(wc -l <"$work/out") - 1)) rows"
	measure "$program" history --store "$store" --quiet --format csv "$name"
	echo "suffix                  $wall s, $(($(wc -l <"$work/out") - 1)) rows"
	seq 10000 | sed "s/.*/h&.bad&.example/" >"$work/indicators"
	measure "$program" history --store "$store" --quiet --format csv --indicators "$work/indicators"
	echo "10,000 names hunted     $wall s"
	seq 0 999 | awk '{ printf "240.0.%d.%d\n", $1 / 256, $1 % 256 }' >"$work/indicators"
	measure "$program" history --store "$store" --quiet --format csv --indicators "$work/indicators"
	echo "1,000 addresses hunted  $wall s"
}

expire()
{
	local before
	before=$(du -sm "$store" | cut -f1)
	"$work/generate" tsv --count 20 --day $((days - 1)) >"$work/few.tsv"
	measure "${scan[@]}" --store "$store" "$work/few.tsv"
	local plain=$wall
	measure "${scan[@]}" --store "$store" --keep-size $((before - before / days))MiB "$work/few.tsv"
	awk -v a="$wall" -v b="$plain" 'BEGIN { printf "expiry of a day         %.3f s\n", a - b }'
}

echo "store benchmark: $days days of $lines lookups, load $(cut -d' ' -f1 /proc/loadavg)"
one_day
fill
echo "kept                    $(du -sm "$store" | cut -f1) MiB"
search
[ -n "$keep" ] || expire
