#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Records the captures in this folder.
#
#	record.sh [NAME...]	record these captures, or all of them
#	record.sh --list	their names
#	record.sh --expected	print expected.tsv
#
# Needs root, Linux namespaces and /dev/net/tun. Each capture gets a world of its own: private
# network, process and mount namespaces that the kernel takes away, with everything running in
# them, when the run ends, however it ends. Nothing leaves that world.
#
#	c1 .. c8 --- lan bridge (tcpdump) - resolver --- wan --- ordinary names, tunnel server
#	10.77.1.11-17        10.77.1.1                10.77.2.53
#	fd77:1::18           fd77:1::1
#
# The resolver is a real dnsmasq, unbound or dnsdist, and every lookup goes through it. The wan is
# a dnsdist that gives each name to its server and holds each answer 20 to 40 ms, for distance.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
self=$here/$(basename "${BASH_SOURCE[0]}")
readonly here self
readonly size_max_bytes=300000
readonly tunnel_password=earthdog
readonly direct_server=10.77.2.54
readonly roles="desk desk desk mail ops desk desk desk"

# One tunnel a line. The resolver decides the upstream codec, since iodine keeps the widest one
# that survives the way: dnsmasq and unbound pass every octet (base128), dnsdist is told to refuse
# names with octets outside ASCII (base64), unbound-0x20 mixes the case of names (base32).
# A number after the mode is kilobytes; "late" starts the capture when the tunnel is already up.
# "direct" in place of a codec: the client may reach the server, and iodine leaves DNS behind.
catalogue()
{
	cat <<-'END'
	# file                     tool    client domain                          type    resolver     up      down    longest mode
	iodine-null-base128        iodine  1      t.northfield-cdn.example        NULL    dnsmasq      base128 raw     255     download:40
	iodine-null-base64         iodine  2      x.silverbrook-static.example    NULL    dnsdist      base64  raw     255     upload:16
	iodine-null-base32         iodine  3      t.fernhill-metrics.example      NULL    unbound-0x20 base32  raw     255     download:40
	iodine-null-short          iodine  6      ns2.ridgeway-sync.example       NULL    unbound      base128 raw     120     upload:8
	iodine-null-idle           iodine  1      t.eastmoor-assets.example       NULL    dnsmasq      base128 raw     255     idle
	iodine-private-base128     iodine  7      p.thornbury-edge.example        PRIVATE unbound      base128 raw     255     download:40
	iodine-txt-raw             iodine  2      t.wavecrest-mail.example        TXT     unbound      base128 raw     255     download:40
	iodine-txt-base64-short    iodine  5      a.kestrel-backup.example        TXT     dnsdist      base64  base64  120     upload:8
	iodine-txt-session         iodine  6      t.linden-status.example         TXT     dnsmasq      base128 base64u 255     session
	iodine-txt-idle            iodine  3      dns.ashdown-labs.example        TXT     unbound-0x20 base32  base32  255     idle
	iodine-cname-base128       iodine  1      t.meridian-img.example          CNAME   dnsmasq      base128 base128 255     download:24
	iodine-cname-base32-short  iodine  7      t.osprey-relay.example          CNAME   unbound-0x20 base32  base32  120     session
	iodine-mx-base128          iodine  3      m.rookwood-post.example         MX      dnsmasq      base128 base128 255     download:32
	iodine-mx-base64           iodine  6      t.hazelmere-smtp.example        MX      dnsdist      base64  base64  255     session
	iodine-srv-base128         iodine  1      s.granite-voip.example          SRV     unbound      base128 base128 255     upload:16
	iodine-srv-base32-short    iodine  2      t.willowgate-sip.example        SRV     unbound-0x20 base32  base32  100     idle
	iodine-a-base128           iodine  7      t.saltmarsh-web.example         A       dnsmasq      base128 base128 255     download:20
	iodine-a-base32-short      iodine  3      t.foxglove-host.example         A       unbound-0x20 base32  base32  120     session
	iodine-raw                 iodine  5      t.cloverdale-parts.example     NULL    dnsmasq      direct  -       255     upload:24
	dns2tcp-key                dns2tcp 1      k.brackenfield.example          KEY     dnsmasq      base64  -       -       download:24
	dns2tcp-key-session        dns2tcp 6      t.marlowe-cache.example         KEY     dnsmasq      base64  -       -       session
	dns2tcp-key-idle           dns2tcp 5      d.sandpiper-time.example        KEY     dnsmasq      base64  -       -       idle
	dns2tcp-txt                dns2tcp 2      t.juniper-feeds.example         TXT     dnsmasq      base64  -       -       download:24
	dns2tcp-txt-upload         dns2tcp 7      u.highmoor-drive.example        TXT     unbound      base64  -       -       upload:16
	END
}

# Ordinary lookups only: name, resolver, seconds, mean pause in seconds, the roles of c1 .. c8.
ordinary_catalogue()
{
	cat <<-'END'
	ordinary-office|dnsmasq|240|19|desk desk desk mail ops desk desk desk
	ordinary-web|unbound|180|14|desk desk desk none none desk desk desk
	ordinary-mail|dnsmasq|180|3|none none desk mail mail none ops none
	END
}

die()
{
	echo "record.sh: $*" >&2
	exit 1
}

names()
{
	catalogue | awk '!/^#/ { print $1 }'
	ordinary_catalogue | cut -d'|' -f1
}

print_expected()
{
	printf 'file\tclient\tdomain\ttool\twhat\n'
	catalogue | awk -v OFS='\t' '!/^#/ {
		split($10, mode, ":")
		did = "idle"
		if (mode[1] == "download")
			did = mode[2] " kB to the client"
		else if (mode[1] == "upload")
			did = mode[2] " kB from the client"
		else if (mode[1] == "session")
			did = "typed session"
		else if (mode[1] == "late-idle")
			did = "idle, already up when the capture starts"
		codec = "names in " $7
		if ($8 != "-")
			codec = codec ", answers in " $8
		if ($9 != "-" && $9 != 255)
			codec = codec ", names up to " $9
		registrable = $4
		sub(/^[^.]*\./, "", registrable)
		through = $5 " through " $6
		if ($7 == "direct") {
			registrable = "-"
			through = "a login by " through
			codec = "then raw datagrams to port 53 of '"$direct_server"'"
		}
		print $1 ".pcap", "10.77.1.1" $3, registrable, $2, through ", " codec ", " did
	}'
	ordinary_catalogue | awk -F'|' -v OFS='\t' '{
		print $1 ".pcap", "-", "-", "-", "ordinary lookups through " $2 ", " $3 " s"
	}'
}

# shellcheck source=world.sh
. "$here/world.sh"

# ---- the tunnels ----

# A way for the client to the tunnel's server past the resolver, as a network without a filter at its
# border has it.
open_direct_way()
{
	ip -n server addr add "$direct_server/24" dev wan
	ip -n server route add 10.77.1.0/24 via 10.77.2.1
	inside resolver sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	ip -n "c$client" route add "$direct_server" via 10.77.1.1
}

start_iodined()
{
	local mtu=1130 at=(-l 127.0.0.1 -p 5310)

	if [ "$up" = direct ]; then
		open_direct_way
		at=(-l "$direct_server" -n "$direct_server")
	fi

	# A packet goes up in 16 pieces at most, so short names need a small MTU.
	if [ "$longest" -lt 255 ]; then
		mtu=600
	fi
	start tunnel-server server iodined -f -c -P "$tunnel_password" -d dns0 -m "$mtu" \
		"${at[@]}" 10.77.9.1/27 "$domain"
	listen_on=10.77.9.1
}

start_iodine()
{
	local options=(-f -P "$tunnel_password" -d dns0 -T "$type" -M "$longest") try

	if [ "$up" != direct ]; then
		options+=(-r)
	fi
	if [ "$type" != NULL ] && [ "$type" != PRIVATE ]; then
		options+=(-O "$down")
	fi
	: >"$work/tunnel-client.log"
	start tunnel-client "c$client" iodine "${options[@]}" 10.77.1.1 "$domain"
	connect_to=10.77.9.1
	for ((try = 0; try < 60; try++)); do
		if grep -q 'Connection setup complete' "$work/tunnel-client.log"; then
			check_codecs
			return
		fi
		sleep 0.5
	done
	fail "iodine did not connect"
}

# The file's name promises codecs: ask iodine's own log whether they are what was agreed.
check_codecs()
{
	local log=$work/tunnel-client.log

	if [ "$up" = direct ]; then
		grep -q "Sending raw traffic directly to $direct_server" "$log" || fail "not direct"
		return
	fi
	if [ "$up" = base32 ]; then
		grep -q 'keeping upstream codec Base32' "$log" || fail "upstream is not base32"
	else
		grep -qi "Server switched upstream to codec $up\$" "$log" || fail "upstream is not $up"
	fi
	if [ "$type" = NULL ] || [ "$type" = PRIVATE ]; then
		grep -q 'using default (Raw)' "$log" || fail "downstream is not $down"
	else
		grep -qi "Server switched downstream to codec $down\$" "$log" ||
			fail "downstream is not $down"
	fi
}

start_dns2tcpd()
{
	cat >"$work/dns2tcpd.conf" <<-END
	listen = 127.0.0.1
	port = 5310
	user = root
	chroot = $work/jail
	key = $tunnel_password
	domain = $domain
	resources = data:127.0.0.1:7000
	END
	start tunnel-server server dns2tcpd -F -d 1 -f "$work/dns2tcpd.conf"
	listen_on=127.0.0.1
}

start_dns2tcpc()
{
	start tunnel-client "c$client" dns2tcpc -d 1 -z "$domain" -k "$tunnel_password" -r data \
		-l 7000 -T "$type" 10.77.1.1
	connect_to=127.0.0.1
	sleep 0.5
}

# The far end of a typed session types an order and thinks; the near end answers with a listing.
orders()
{
	local order

	sleep 1
	for order in "id" "uname -a" "ls -l /srv/share" "df -h" "ls -l /srv/share/2024" \
		     "tail notes.txt" "ps ax" "ls -l /home" "uptime" "exit"; do
		echo "$order"
		sleep "$((2 + RANDOM % 2)).$((RANDOM % 10))"
	done
}

listings()
{
	local order line

	while read -r order && [ "$order" != exit ]; do
		sleep "0.$((3 + RANDOM % 7))"
		for ((line = RANDOM % 9; line >= 0; line--)); do
			printf -- '-rw-r----- 1 ada staff %7d Mar %2d report-%04x.ods\n' \
				$((RANDOM * 7)) $((1 + RANDOM % 28)) "$RANDOM"
		done
	done
}

hold_session()
{
	mkfifo "$work/answers"
	orders | tee "$work/sent-orders" | inside server nc -N -l "$listen_on" 7000 >"$work/got" &
	sleep 0.5
	# A pipe in a circle: what the session says is answered into the session.
	# shellcheck disable=SC2094
	inside "c$client" timeout 60 nc -N "$connect_to" 7000 <"$work/answers" |
		tee "$work/got-orders" | listings | tee "$work/sent" >"$work/answers" || true
	sleep 1
	same "$work/sent-orders" "$work/got-orders"
}

same()
{
	[ -s "$1" ] || fail "nothing was sent"
	cmp "$1" "$2" || fail "what arrived is not what was sent"
}

# Sends and receives; what arrives must be what was sent, or there is no capture.
transfer()
{
	local mode=${1%%:*} kilobytes=${1##*:}

	case $mode in
	download)
		head -c "$((kilobytes * 1000))" /dev/urandom >"$work/sent"
		inside server nc -N -l "$listen_on" 7000 <"$work/sent" >/dev/null &
		sleep 0.5
		inside "c$client" timeout 60 nc -d "$connect_to" 7000 >"$work/got" || true
		;;
	upload)
		head -c "$((kilobytes * 1000))" /dev/urandom >"$work/sent"
		inside server nc -d -l "$listen_on" 7000 >"$work/got" &
		sleep 0.5
		# dns2tcp drops what is still queued when its input ends, hence the pause.
		{ cat "$work/sent"; sleep 5; } |
			inside "c$client" timeout 60 nc -N "$connect_to" 7000 || true
		sleep 2
		;;
	session)
		hold_session
		;;
	idle)
		if [ "$tool" = dns2tcp ]; then
			inside server nc -d -l "$listen_on" 7000 >"$work/got" &
			sleep 0.5
			inside "c$client" nc -d "$connect_to" 7000 >/dev/null &
		fi
		return
		;;
	esac
	same "$work/sent" "$work/got"
}

record_tunnel()
{
	local name=$1 seconds=45

	read -r tool client domain type resolver up down longest mode <<<"$2"
	if [ "${mode#late-}" = idle ]; then
		seconds=75
	fi
	start_source
	if [ "$tool" = iodine ]; then
		start_iodined
	else
		start_dns2tcpd
	fi
	if [ "$up" = direct ]; then
		start_wan "$domain" "$direct_server:53"
	else
		start_wan "$domain" 127.0.0.1:5310
	fi
	start_resolver "$resolver"
	wait_for_resolver
	if [ "${mode#late-}" != "$mode" ]; then
		start_iodine
		start_capture
		start_ordinary "$name" "$seconds" 12 "$roles"
	else
		start_capture
		start_ordinary "$name" "$seconds" 12 "$roles"
		sleep 4
		if [ "$tool" = iodine ]; then
			start_iodine
		else
			start_dns2tcpc
		fi
		sleep 2
	fi
	transfer "${mode#late-}"
	wait "${ordinary_pids[@]}"
	stop_capture
}

record_ordinary()
{
	local name=$1 resolver seconds think who

	IFS='|' read -r resolver seconds think who <<<"$2"
	start_source
	start_wan "" 127.0.0.1:5310
	start_resolver "$resolver"
	wait_for_resolver
	start_capture
	start_ordinary "$name" "$seconds" "$think" "$who"
	wait "${ordinary_pids[@]}"
	stop_capture
}

record_one()
{
	local name=$1 row size

	build_network
	row=$(catalogue | awk -v name="$name" '$1 == name { $1 = ""; print }')
	if [ -n "$row" ]; then
		record_tunnel "$name" "$row"
	else
		row=$(ordinary_catalogue | sed -n "s/^$name|//p")
		record_ordinary "$name" "$row"
	fi
	size=$(stat -c %s "$work/out.pcap")
	[ "$size" -lt "$size_max_bytes" ] || fail "$name is $size bytes, over $size_max_bytes"
	cp "$work/out.pcap" "$here/.$name.part"
	mv "$here/.$name.part" "$here/$name.pcap"
	echo "$name.pcap: $size bytes"
}

# ---- outside ----

check_needs()
{
	local tool

	[ "$(id -u)" = 0 ] || die "needs root, to make network namespaces"
	for tool in unshare ip ethtool tcpdump dnsmasq unbound dnsdist dig nc iodine iodined \
		    dns2tcpc dns2tcpd; do
		command -v "$tool" >/dev/null || die "needs $tool, which is not installed"
	done
	[ -c /dev/net/tun ] || die "needs /dev/net/tun (modprobe tun)"
	unshare --net --mount --pid --fork --mount-proc ip link add type veth 2>/dev/null ||
		die "needs network, mount and process namespaces with veth, which this kernel refuses"
}

main()
{
	local wanted name world

	case ${1:-} in
	--list)
		names
		return
		;;
	--expected)
		print_expected
		return
		;;
	--inside)
		record_one "$2"
		return
		;;
	-*)
		die "unknown option $1; the head of this file says how to use it"
		;;
	esac
	wanted=("$@")
	if [ $# -eq 0 ]; then
		mapfile -t wanted < <(names)
	fi
	for name in "${wanted[@]}"; do
		names | grep -xF -- "$name" >/dev/null || die "no capture called $name (--list shows them)"
	done
	check_needs
	for name in "${wanted[@]}"; do
		unshare --net --mount --pid --fork --kill-child --mount-proc "$self" --inside "$name" &
		world=$!
		trap 'kill -KILL "$world"; wait "$world" 2>/dev/null; rm -f "$here"/.*.part; exit 1' INT TERM HUP
		wait "$world" || die "$name was not recorded"
		trap - INT TERM HUP
	done
}

main "$@"
