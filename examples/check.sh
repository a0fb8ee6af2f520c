#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Holds the captures against expected.tsv with tshark: prints a line for each and exits with 1 if
# one is not what its row says. Needs no privileges.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
# What iodine sends on port 53 once it has left DNS behind.
readonly raw='(udp.payload[0:3] == 10:d1:9e)'
bad=0

complain()
{
	echo "check.sh: $*" >&2
	bad=1
}

# One line for each DNS message: is it an answer, its code, type, length, addresses, name.
messages()
{
	tshark -n -r "$1" -Y "dns && !$raw" -T fields -E separator=, -E occurrence=f \
		-e dns.flags.response -e dns.flags.rcode -e dns.qry.type -e frame.len \
		-e dns.count.answers -e ip.src -e ipv6.src -e ip.dst -e ipv6.dst -e dns.qry.name 2>/dev/null
}

# The datagrams on port 53 that are no DNS: a tunnel without a domain.
judge_raw()
{
	local file=$1 client=$2 what=$3

	tshark -n -r "$here/$file" -Y "$raw" -T fields -E separator=, -e ip.src -e udp.srcport \
		-e ip.dst -e udp.dstport -e udp.length 2>/dev/null |
	awk -F, -v file="$file" -v client="$client" -v what="$what" '
	{
		up = $1 == client && $4 == 53
		if (!up && ($3 != client || $2 != 53) || index(what, "of " (up ? $3 : $1) ",") == 0)
			stranger++
		n[up]++
		bytes[up] += $5 - 8
	}
	END {
		printf "%-30s raw %d sent %d back, %d bytes up, %d down\n", file, n[1], n[0], bytes[1],
		       bytes[0]
		if (stranger)
			print "! raw datagrams between others"
		if (!match(what, /[0-9]+ kB from the client/) || bytes[1] < 1000 * substr(what, RSTART))
			print "! the datagrams cannot hold what was carried"
	}'
}

# Prints what was counted, then any complaint, one a line.
judge()
{
	local file=$1 client=$2 domain=$3 what=$4

	messages "$here/$file" | awk -F, -v file="$file" -v client="$client" -v domain="$domain" \
		-v what="$what" '
	function within(name, suffix)
	{
		return substr(name, length(name) - length(suffix)) == "." suffix
	}
	{
		asked_by = $1 ? $8 $9 : $6 $7
		if (!$1)
			clients[asked_by]
		if (domain == "-" || !within(tolower($10), domain)) {
			ordinary[$1]++
			if ($2 == 2)
				ordinary_servfail++
			next
		}
		if (asked_by != client)
			stranger++
		tunnel[$1]++
		bytes[$1] += $4
		# A resolver that follows the CNAME of an A answer finds nothing there, and says so.
		if ($1 && ($2 == 0 || $2 == 3) && $5 > 0)
			good++
		if (!$1)
			types[$3]++
	}
	END {
		for (c in clients)
			n_clients++
		printf "%-30s %d clients, ordinary %d asked %d answered", file, n_clients,
		       ordinary[0], ordinary[1]
		if (domain != "-") {
			printf "; tunnel %d asked %d answered (", tunnel[0], good
			for (t in types)
				printf "%stype %d: %d", comma++ ? ", " : "", t, types[t]
			printf "), %d bytes up, %d down", bytes[0], bytes[1]
		}
		print ""
		if (n_clients < 4)
			print "! only " n_clients " clients"
		if (ordinary[0] < 50 || ordinary[1] < 0.95 * ordinary[0] || ordinary_servfail > 0)
			print "! ordinary lookups are few, unanswered or failing"
		if (domain == "-")
			exit
		if (stranger)
			print "! someone else asks for the tunnel"
		# iodine looks for the largest answer that gets through, and loses some twenty.
		if (tunnel[0] < 10 || tunnel[0] - good > 20 + 0.05 * tunnel[0])
			print "! the tunnel asks little or gets few answers"
		if (match(what, /[0-9]+ kB to the client/) && bytes[1] < 1000 * substr(what, RSTART))
			print "! the answers cannot hold what was carried"
		if (match(what, /[0-9]+ kB from the client/) && bytes[0] < 1000 * substr(what, RSTART))
			print "! the names cannot hold what was carried"
	}'
}

check_row()
{
	local file=$1 line

	if [ ! -f "$here/$file" ]; then
		complain "$file is missing"
		return
	fi
	if [ "$(stat -c %s "$here/$file")" -ge 300000 ]; then
		complain "$file is too large"
	fi
	while read -r line; do
		case $line in
		'! '*)	complain "$file: ${line#! }" ;;
		*)	echo "$line" ;;
		esac
	done < <(
		judge "$@"
		if [ "$2" != - ] && [ "$3" = - ]; then
			judge_raw "$1" "$2" "$4"
		fi
	)
}

command -v tshark >/dev/null || { echo "check.sh: needs tshark" >&2; exit 2; }
while IFS=$'\t' read -r file client domain _ what; do
	check_row "$file" "$client" "$domain" "$what"
done < <(tail -n +2 "$here/expected.tsv")
for path in "$here"/*.pcap; do
	cut -f1 "$here/expected.tsv" | grep -xF "$(basename "$path")" >/dev/null ||
		complain "$(basename "$path") is not in expected.tsv"
done
"$here/record.sh" --expected | cmp -s - "$here/expected.tsv" ||
	complain "expected.tsv is not what record.sh --expected prints"
exit "$bad"
