#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures earthdog and its peers side by side on inputs that generate.c makes up; see README.md.
# The one idea: every number comes from the same files, the same core and the same hour, and is
# given as user CPU time and as a ratio, so that it can be compared between machines.

set -euo pipefail
export LC_ALL=C
export TZ=UTC # without it tcpdump's text mode asks for the local time zone on every packet

usage()
{
	cat <<-END
	usage: bench/run.sh [OPTIONS] [BUILD_DIR]

	  BUILD_DIR    folder that holds the earthdog binary, or the binary itself (default: build)
	  --quick      give tshark a tenth of the capture; its figures are per packet anyway
	  --pairs N    query/response pairs in the capture (default 1500000)
	  --lines N    lines in each Zeek log (default 5000000)
	  --lookups N  lookups in each of the other logs (default 500000)
	  --runs N     runs of each tool but tshark; the median counts (default 3)
	  --most N     as long as others use the core, up to N runs; the N of --runs that had most of
	               it count; and the runs on one core and two in turn (default 9)

	Inputs are kept in EARTHDOG_BENCH_DIR (default \${TMPDIR:-/tmp}/earthdog-bench).
	END
}

die()
{
	echo "run.sh: $*" >&2
	exit 2
}

here=$(cd "$(dirname "$0")" && pwd)
build=$(dirname "$here")/build
load=$(cut -d' ' -f1 /proc/loadavg)
quick=0 pairs=1500000 lines=5000000 lookups=500000 runs=3 most=9

while [ $# -gt 0 ]; do
	case $1 in
	--quick) quick=1 ;;
	--pairs | --lines | --lookups | --runs | --most)
		[[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "$1 needs a positive number"
		printf -v "${1#--}" %s "$2"
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	-*) die "unknown option $1; --help lists them" ;;
	*) build=$1 ;;
	esac
	shift
done

earthdog=$build/src/earthdog # where Meson puts it
[ ! -f "$build" ] || earthdog=$build
[[ $earthdog == */* ]] || earthdog=./$earthdog
cache=${EARTHDOG_BENCH_DIR:-${TMPDIR:-/tmp}/earthdog-bench}
umask 022 # tcpdump gives up root before it opens the capture
mkdir -p "$cache"
work=$(mktemp -d "$cache/run.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
: >"$work/rows"
: >"$work/notes"

# Said once, however often it happens.
note()
{
	grep -qxF -e "$*" "$work/notes" || echo "$*" >>"$work/notes"
}

# -------------------------------------------------------------------- the cores we may use

# "0-2,5" as taskset prints it, to "0 1 2 5".
cpu_list()
{
	local part
	for part in ${1//,/ }; do
		seq "${part%-*}" "${part#*-}"
	done
}

read -ra cpus <<<"$(cpu_list "$(taskset -pc $$ | sed 's/.*: //')" | xargs)"
one=${cpus[0]}
two=${cpus[1]:+${cpus[0]},${cpus[1]}}

# -------------------------------------------------------------------- inputs

generator=("$here/generate.c" "$here/logs.c")
stamp=$(cat "${generator[@]}" "$here/generate.h" "$here"/../tests/quality/office/*.[ch] |
	sha256sum | cut -c1-12)
cc=${CC:-cc}
"$cc" -std=c17 -D_GNU_SOURCE -O2 -o "$work/generate" "${generator[@]}"
"$cc" -std=c17 -D_GNU_SOURCE -O2 -o "$work/measure" "$here/measure.c"
fastest=$(taskset -c "$one" "$work/measure" -t)

# input SHAPE COUNT: prints the path of that input, made if this generator has not made it yet.
input()
{
	local path=$cache/input-$stamp-$2.$1

	if [ ! -e "$path" ]; then
		echo "making $path" >&2
		"$work/generate" "$1" --count "$2" >"$work/input"
		mv "$work/input" "$path"
	fi
	echo "$path"
}

# What another generator made is of no use to anyone.
find "$cache" -maxdepth 1 -name 'input-*' ! -name "input-$stamp-*" -delete

# A day of the office that the quality of detection is measured on: another log than the one made to be hard
# on tables, with browsers, mail and machines that come back to their names.
office=$cache/input-$stamp-office.tsv
if [ ! -e "$office" ]; then
	echo "making $office" >&2
	"$cc" -std=c17 -D_GNU_SOURCE -O2 -o "$work/office" "$here"/../tests/quality/office/*.c -lm
	"$work/office" --seed 1 >"$work/input"
	mv "$work/input" "$office"
fi

tiny=$(input pcap 20)
capture=$(input pcap "$pairs")
tsv=$(input tsv "$lines")
json=$(input json "$lines")
packets=$((2 * pairs))

# -------------------------------------------------------------------- measuring

# measure RUNS COMMAND..., on one core: leaves "user sys wall peak_kb turn_ns" in $result; false if it failed.
measure()
{
	local n=$1 m=$most status user sys wall peak turn
	shift
	[ "$n" -eq "$runs" ] || m=$n
	echo "measuring: $*" >&2
	taskset -c "$one" "$work/measure" -n "$n" -m "$m" -f "$fastest" -o "$work/result" -- "$@" \
		>/dev/null 2>"$work/stderr"
	read -r user sys wall peak turn status <"$work/result"
	result="$user $sys $wall $peak $turn"
	# 3 is earthdog's word for "finished, but some input was skipped".
	if [ "$status" -ne 0 ] && ! [[ $status -eq 3 && $1 == "$earthdog" ]]; then
		note "failed (exit $status): $* $(tail -n 1 "$work/stderr")"
		return 1
	fi
}

have()
{
	command -v "$1" >/dev/null && return
	note "missing, so skipped: $1"
	return 1
}

# row TOOL INPUT RECORDS RUNS COMMAND...: a peer's row of the table.
row()
{
	local tool=$1 on=$2 records=$3 n=$4
	shift 4
	if have "$1" && measure "$n" "$@"; then
		echo "$tool|$on|$records|${result// /|}" >>"$work/rows"
	fi
}

# scan PATH: leaves in $scan_command what scans it with one reader and one shard.
scan()
{
	scan_command=("$earthdog" scan --quiet --format ndjson -o /dev/null --stats "$work/stats"
		--shards 1 --readers 1 "$1")
}

# earthdog_row INPUT RECORDS PATH, on one core. Records that it did not analyse are not counted.
earthdog_row()
{
	local on=$1 records=$2 seen

	scan "$3"
	rm -f "$work/stats"
	have "$earthdog" && measure "$runs" "${scan_command[@]}" || return 0
	seen=$(grep -oE '"analysed": *[0-9]+' "$work/stats" | head -n 1 | tr -dc 0-9) || true
	seen=${seen:-0}
	if [ "$seen" -ne "$records" ]; then
		note "earthdog analysed $seen of $records records of $on"
	fi
	[ "$seen" -gt 0 ] || return 0
	[ "$seen" -ge "$records" ] || records=$seen
	echo "earthdog 1x1|$on|$records|${result// /|}" >>"$work/rows"
}

# once CORES N_THREADS PATH: prints what one run cost, whatever others did meanwhile.
once()
{
	taskset -c "$1" "$work/measure" -o "$work/once.$1" -- "$earthdog" scan --quiet \
		--format ndjson -o /dev/null --shards "$2" --readers "$2" "$3" >/dev/null 2>&1
	cat "$work/once.$1"
}

# The run of cores.PART that took the least.
least()
{
	sort -g -k 3,3 "$work/cores.$1" | sed -n 1p
}

least_wall()
{
	least "$1" | cut -d ' ' -f 3
}

# What a second core gives in wall time: to two readers and two shards, and to two programs that share
# nothing but the machine's memory; two threads of one program can hardly gain more. They run in turn
# with the program on one core, so that all three have the same neighbours, and of each the run counts
# that took the least: others only ever add to a wall time.
# INPUT RECORDS PATH
measure_cores()
{
	local other i

	[ -n "$two" ] && have "$earthdog" || return 0
	echo "measuring one core and two in turn: $3" >&2
	rm -f "$work"/cores.*
	for ((i = 0; i < most; i++)); do
		once "$one" 1 "$3" >>"$work/cores.one"
		once "$two" 2 "$3" >>"$work/cores.two"
		once "${cpus[1]}" 1 "$3" >"$work/beside" &
		other=$!
		once "$one" 1 "$3" >"$work/here"
		wait "$other"
		# the pair has ended when the slower one has
		sort -g -r -k 3,3 "$work/here" "$work/beside" | sed -n 1p >>"$work/cores.twice"
	done
	if ! awk '$6 != 0 && $6 != 3 { exit 1 }' "$work"/cores.*; then
		note "failed: one core and two in turn: $3"
		return 0
	fi
	result=$(least two | cut -d ' ' -f 1-5)
	echo "earthdog 2x2|$1|$2|${result// /|}" >>"$work/rows"
	echo "$1|$(least_wall one)|$(least_wall two)|$(least_wall twice)" >>"$work/cores"
}

measure_capture()
{
	cat "$capture" >/dev/null # into the page cache, once for all
	earthdog_row capture "$packets" "$capture"
	row "tcpdump -w" capture "$packets" "$runs" tcpdump -r "$capture" -w /dev/null
	row "tcpdump text" capture "$packets" "$runs" tcpdump -n -r "$capture"
	row "dnstop -l 3" capture "$packets" "$runs" dnstop -l 3 "$capture"
	row "ndpiReader -q" capture "$packets" "$runs" ndpiReader -i "$capture" -q
	local path=$capture n=$packets on=capture tenth=$((pairs / 10))
	if [ "$quick" -eq 1 ] && [ "$tenth" -gt 0 ]; then
		path=$(input pcap $tenth)
		n=$((2 * tenth))
		on="tenth of it"
	fi
	row "tshark 4 fields" "$on" "$n" 1 tshark -n -r "$path" -T fields \
		-e ip.src -e ip.dst -e dns.qry.name -e dns.qry.type
	measure_cores capture "$packets" "$capture"
}

# measure_log INPUT PATH
measure_log()
{
	cat "$2" >/dev/null
	earthdog_row "$1" "$lines" "$2"
	row "wc -l" "$1" "$lines" "$runs" wc -l "$2"
	measure_cores "$1" "$lines" "$2"
}

# The records that the run before has read, whatever became of them; 0: it did not say.
records_read()
{
	local n

	n=$(grep -oE '"read": *[0-9]+' "$work/stats" | head -n 1 | tr -dc 0-9) || true
	echo "${n:-0}"
}

# The other logs. In some of them most lines are no lookups, so that all lines count that were read.
# SHAPE NAME
measure_lookups()
{
	local path seen

	path=$(input "$1" "$lookups")
	cat "$path" >/dev/null
	have "$earthdog" || return 0
	scan "$path"
	rm -f "$work/stats"
	measure "$runs" "${scan_command[@]}" || return 0
	seen=$(records_read)
	[ "$seen" -eq 0 ] || echo "earthdog 1x1|$2|$seen|${result// /|}" >>"$work/rows"
}

measure_startup()
{
	have "$earthdog" || return 0
	scan "$tiny"
	measure 20 "$earthdog" --version && echo "--version|${result// /|}" >>"$work/startup"
	measure 20 "${scan_command[@]}" && echo "tiny scan|${result// /|}" >>"$work/startup"
	return 0
}

# -------------------------------------------------------------------- instructions

counter=none
if perf stat -x, -e instructions:u true 2>&1 | grep -qE '^[0-9]+,'; then
	counter=perf
elif command -v valgrind >/dev/null; then
	counter=callgrind
fi

# Prints the user-space instructions of one command, or nothing.
instructions()
{
	if [ "$counter" = perf ]; then
		perf stat -x, -e instructions:u -o "$work/count" -- "$@" >/dev/null 2>&1 || true
		grep -oE '^[0-9]+' "$work/count" || true
	else
		valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
			awk '/Collected :/ { n += $NF } END { if (n) printf "%.0f\n", n }' || true
	fi
}

# The same by stage: what stands below each of the functions that engine/slot.c keeps apart for this.
# Prints "frame decode annotate analyse", or nothing.
stages()
{
	valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "$@" >/dev/null 2>&1 || true
	[ -s "$work/callgrind" ] || return 0
	callgrind_annotate --inclusive=yes --threshold=100 "$work/callgrind" 2>/dev/null | awk '
		/^ *[0-9]/ {
			name = $0
			sub(/ \[.*/, "", name)
			sub(/.*:/, "", name)
			sub(/[.\047].*/, "", name) # what the compiler adds to a name
			gsub(/,/, "", $1)
			# with debug information a name comes once for each file it has lines of
			if ($1 + 0 > below[name] + 0)
				below[name] = $1 + 0
		}
		END {
			decode = below["ed_slot_decode"] + below["ed_slot_resolve"] - below["route"]
			if (below["ed_slot_carry"])
				printf "%.0f %.0f %.0f %.0f\n", below["ed_feed_next"], decode,
					below["route"], below["ed_slot_carry"]
		}'
	rm -f "$work/callgrind"
}

# Shares of the user time by the same functions, in hundredths, sampled by perf, which needs no
# counters for that: INPUT PATH.
time_stages()
{
	scan "$2"
	echo "sampling: $1" >&2
	taskset -c "$one" perf record -q -e cpu-clock:u -F 499 --call-graph dwarf,4096 \
		-o "$work/samples" "${scan_command[@]}" >/dev/null 2>&1 || return 0
	perf report -i "$work/samples" --stdio --children -g none --sort sym 2>/dev/null | awk -v on="$1" '
		$3 == "[.]" {
			sub(/\..*/, "", $4)
			share[$4] += $5 == "" ? $1 : 0
		}
		END {
			frame = share["ed_feed_next"]
			annotate = share["route"]
			analyse = share["ed_slot_carry"]
			if (analyse > 0)
				printf "%s|%.1f|%.1f|%.1f|%.1f\n", on, frame,
					100 - frame - annotate - analyse, annotate, analyse
		}' >>"$work/times"
	rm -f "$work/samples"
}

measure_times()
{
	have "$earthdog" || return 0
	if ! perf record -q -e cpu-clock:u -o /dev/null true >/dev/null 2>&1; then
		note "missing, so no time by stage: perf that can sample"
		return 0
	fi
	time_stages capture "$capture"
	time_stages "Zeek TSV" "$tsv"
	time_stages "Zeek JSON" "$json"
	time_stages "office day" "$office"
}

# slope N SMALL... LARGE...: the differences of two rows of numbers, each by N.
slope()
{
	local n=$1 half=$((($# - 1) / 2)) i
	shift
	for ((i = 1; i <= half; i++)); do
		echo -n " $(((${@:i + half:1} - ${@:i:1}) / n))"
	done
}

# The slope between two sizes, so that start-up does not count.
measure_instructions()
{
	local shape small large n row
	[ "$counter" != none ] && have "$earthdog" || return 0
	for shape in pcap tsv json; do
		echo "counting instructions: $shape" >&2
		n=20000
		[ $shape != pcap ] || n=40000
		scan "$(input $shape 10000)"
		small=$(instructions "${scan_command[@]}")
		scan "$(input $shape 30000)"
		large=$(instructions "${scan_command[@]}")
		if [ -z "$small" ] || [ -z "$large" ]; then
			note "instructions on $shape: $counter could not count them"
			continue
		fi
		row="$shape$(slope $n "$small" "$large")"
		if have valgrind; then
			large=$(stages "${scan_command[@]}")
			scan "$(input $shape 10000)"
			small=$(stages "${scan_command[@]}")
			# shellcheck disable=SC2086 # rows of numbers
			[ -z "$small" ] || [ -z "$large" ] || row+=$(slope $n $small $large)
		fi
		echo "$row" >>"$work/instructions"
	done
}

# -------------------------------------------------------------------- the report

version_of()
{
	if command -v "$1" >/dev/null; then
		"$@" 2>/dev/null | head -n 1 || true
	fi
}

report_head()
{
	echo "earthdog benchmark, generator $stamp"
	echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
		"${#cpus[@]} cores allowed, Linux $(uname -r)"
	echo "load before the runs: $load; pinned to core $one${two:+ (two-core runs: $two)};" \
		"median of $runs runs out of up to $most, tshark 1"
	version_of "$earthdog" --version
	version_of tcpdump --version
	version_of tshark --version
	echo
}

main()
{
	if awk -v l="$load" 'BEGIN { exit !(l > 0.5) }'; then
		note "load $load: other work was running, so do not trust wall times"
	fi
	measure_capture
	measure_log "Zeek TSV" "$tsv"
	measure_log "Zeek JSON" "$json"
	cat "$office" >/dev/null
	earthdog_row "office day" "$(grep -vc '^#' "$office")" "$office"
	measure_lookups dnstap dnstap
	measure_lookups eve "eve.json"
	measure_lookups bind BIND
	measure_lookups dnsmasq dnsmasq
	measure_lookups sysmon "Sysmon JSON"
	measure_lookups auditd auditd
	measure_lookups macos "macOS JSON"
	measure_startup
	measure_times
	measure_instructions
	report_head
	touch "$work/startup" "$work/instructions" "$work/times" "$work/cores"
	awk -F'|' -v counter="$counter" -v startup="$work/startup" -v times="$work/times" \
		-v cores="$work/cores" \
		-v instructions="$work/instructions" -f "$here/report.awk" "$work/rows"
	if [ -s "$work/notes" ]; then
		echo
		echo "notes:"
		sed 's/^/  /' "$work/notes"
	fi
}

main
