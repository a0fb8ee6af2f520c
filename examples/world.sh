# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The world a capture is recorded in: part of record.sh, which sources it and gives it $here, the
# folder of both. Its network, its servers of ordinary names, its resolver, its ordinary lookups
# and tcpdump. Only ever runs inside the private namespaces that record.sh makes.

: "${here:?record.sh sources this file}"
work=/run/record

inside()
{
	ip netns exec "$@"
}

# Runs a server or client in the background with its own log.
start()
{
	local log=$1
	shift
	ip netns exec "$@" >"$work/$log.log" 2>&1 &
}

fail()
{
	echo "record.sh: $*" >&2
	tail -n 15 "$work"/*.log >&2
	exit 1
}

add_client()
{
	local number=$1 name=c$1

	ip netns add "$name"
	ip -n "$name" link set lo up
	ip link add e0 netns "$name" type veth peer name "$name" netns resolver
	inside "$name" ethtool -K e0 tx off >/dev/null
	if [ "$number" = 8 ]; then
		ip -n "$name" addr add fd77:1::18/64 dev e0 nodad
		echo "nameserver fd77:1::1" >"$work/$name.resolv"
	else
		ip -n "$name" addr add "10.77.1.1$number/24" dev e0
		echo "nameserver 10.77.1.1" >"$work/$name.resolv"
	fi
	echo "search corp.meadowbank.example meadowbank.example" >>"$work/$name.resolv"
	ip -n "$name" link set e0 up
	ip -n resolver link set "$name" master lan up
}

build_network()
{
	local number

	mount -t tmpfs tmpfs /run
	mkdir -p /run/netns "$work/jail"
	echo "hosts: dns" >"$work/nsswitch.conf"
	ip netns add resolver
	ip -n resolver link set lo up
	ip -n resolver link add lan type bridge
	ip -n resolver addr add 10.77.1.1/24 dev lan
	ip -n resolver addr add fd77:1::1/64 dev lan nodad
	ip -n resolver link set lan up
	for number in 1 2 3 4 5 6 7 8; do
		add_client "$number"
	done
	inside resolver ethtool -K lan tx off >/dev/null
	ip netns add server
	# iodined forbids fragments: its way to the wan must be no wider than a real one.
	ip -n server link set lo mtu 1500 up
	ip link add wan netns server type veth peer name wan netns resolver
	ip -n server addr add 10.77.2.53/24 dev wan
	ip -n resolver addr add 10.77.2.1/24 dev wan
	ip -n server link set wan up
	ip -n resolver link set wan up
}

# The servers of the ordinary names: one unbound holding every zone.
start_source()
{
	local file origin

	cat >"$work/source.conf" <<-END
	server:
		chroot: ""
		username: ""
		directory: "$work"
		pidfile: ""
		use-syslog: no
		interface: 127.0.0.1@5353
		module-config: "iterator"
		local-zone: "10.in-addr.arpa." nodefault
		local-zone: "2.0.192.in-addr.arpa." nodefault
		local-zone: "113.0.203.in-addr.arpa." nodefault
	remote-control:
		control-enable: no
	END
	for file in "$here"/zones/*.zone; do
		origin=$(awk '$1 == "$ORIGIN" { print $2; exit }' "$file")
		cat >>"$work/source.conf" <<-END
		auth-zone:
			name: "$origin"
			zonefile: "$file"
			for-upstream: no
			fallback-enabled: no
		END
	done
	start source server unbound -d -c "$work/source.conf"
}

start_wan()
{
	local tunnel_domain=$1 tunnel_server=$2

	cat >"$work/wan.lua" <<-END
	setLocal("10.77.2.53:53")
	setACL({"10.77.0.0/16"})
	setSecurityPollSuffix("")
	setUDPTimeout(10)
	newServer({address="127.0.0.1:5353"}):setUp()
	newServer({address="$tunnel_server", pool="tunnel"}):setUp()
	addAction(AllRule(), DelayAction(20))
	addAction(ProbaRule(0.25), DelayAction(28))
	addAction(ProbaRule(0.05), DelayAction(40))
	END
	if [ -n "$tunnel_domain" ]; then
		echo "addAction(\"$tunnel_domain.\", PoolAction(\"tunnel\"))" >>"$work/wan.lua"
	fi
	start wan server dnsdist --supervised -C "$work/wan.lua"
}

# A forward zone, since the servers of both tunnels leave the shortened names of QNAME
# minimisation without a good answer, which unbound turns into SERVFAIL.
unbound_conf()
{
	local mix_case=$1

	cat <<-END
	server:
		chroot: ""
		username: ""
		directory: "$work"
		pidfile: ""
		use-syslog: no
		interface: 10.77.1.1
		interface: fd77:1::1
		access-control: 10.77.0.0/16 allow
		access-control: fd77::/16 allow
		module-config: "iterator"
		use-caps-for-id: $mix_case
		local-zone: "10.in-addr.arpa." nodefault
		local-zone: "2.0.192.in-addr.arpa." nodefault
		local-zone: "113.0.203.in-addr.arpa." nodefault
	remote-control:
		control-enable: no
	forward-zone:
		name: "."
		forward-addr: 10.77.2.53
	END
}

start_resolver()
{
	case $1 in
	dnsmasq)
		start resolver resolver dnsmasq --keep-in-foreground --conf-file=/dev/null \
			--pid-file= --user=root --no-resolv --no-hosts --bind-interfaces \
			--listen-address=10.77.1.1,fd77:1::1 --server=10.77.2.53
		;;
	unbound)
		unbound_conf no >"$work/resolver.conf"
		start resolver resolver unbound -d -c "$work/resolver.conf"
		;;
	unbound-0x20)
		unbound_conf yes >"$work/resolver.conf"
		start resolver resolver unbound -d -c "$work/resolver.conf"
		;;
	dnsdist)
		cat >"$work/resolver.lua" <<-'END'
		setLocal("10.77.1.1:53")
		addLocal("[fd77:1::1]:53")
		setACL({"10.77.0.0/16", "fd77::/16"})
		setSecurityPollSuffix("")
		setUDPTimeout(10)
		newServer({address="10.77.2.53"}):setUp()
		getPool(""):setCache(newPacketCache(10000))
		addAction(RegexRule("\\\\[0-9][0-9][0-9]"), RCodeAction(DNSRCode.REFUSED))
		END
		start resolver resolver dnsdist --supervised -C "$work/resolver.lua"
		;;
	*)
		fail "no resolver called $1"
		;;
	esac
}

wait_for_resolver()
{
	local try

	for try in 1 2 3 4 5 6 7 8 9 10; do
		if inside resolver dig -r +tries=1 +time=1 +short @10.77.1.1 ns1.meadowbank.example |
		   grep -q '^192\.0\.2\.53$'; then
			return
		fi
		sleep 0.3
	done
	fail "the resolver does not answer after $try tries"
}

start_capture()
{
	: >"$work/tcpdump.log"
	ip netns exec resolver tcpdump -i lan -n -U -Z root -w "$work/out.pcap" port 53 \
		2>"$work/tcpdump.log" &
	capture_pid=$!
	while ! grep -q 'listening on' "$work/tcpdump.log"; do
		sleep 0.1
	done
}

stop_capture()
{
	sleep 1
	kill -INT "$capture_pid"
	wait "$capture_pid" || true
	grep -q '^0 packets dropped by kernel' "$work/tcpdump.log" || fail "the kernel dropped packets"
}

# One client's part of the plan, run in its network namespace with its own resolv.conf.
run_plan()
{
	local now=0 when how what type

	mount --bind "$1.resolv" /etc/resolv.conf
	mount --bind "$(dirname "$1")/nsswitch.conf" /etc/nsswitch.conf
	if [ -d /run/nscd ]; then
		mount -t tmpfs tmpfs /run/nscd
	fi
	while read -r when how what type; do
		sleep "$(awk -v a="$when" -v b="$now" 'BEGIN { printf "%.2f", (a > b) ? a - b : 0 }')"
		now=$when
		case $how in
		host)	getent ahosts "$what" & ;;
		addr)	getent hosts "$what" & ;;
		ask)	dig -r +noedns +noadflag +short "$type" "$what" & ;;
		dnssec)	dig -r +dnssec +nocookie +short "$type" "$what" & ;;
		esac
	done <"$1.plan" >/dev/null 2>&1
	wait
}

start_ordinary()
{
	local name=$1 seconds=$2 think=$3 who=$4 seed number

	seed=$(printf '%s' "$name" | cksum | cut -d' ' -f1)
	awk -v seed="$seed" -v seconds="$seconds" -v think="$think" -v roles="$who" \
		-f "$here/lookups.awk" | sort -n >"$work/plan"
	ordinary_pids=()
	for number in 1 2 3 4 5 6 7 8; do
		# "ask TYPE NAME" becomes "ask NAME TYPE", so that NAME is always third.
		awk -F'[\t ]' -v number="$number" '$2 == number {
			print $1, $3, $NF, (NF == 5 ? $4 : "-")
		}' "$work/plan" >"$work/c$number.plan"
		start "c$number" "c$number" bash -c "$(declare -f run_plan); run_plan $work/c$number"
		ordinary_pids+=($!)
	done
}
