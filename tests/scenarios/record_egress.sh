#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Records the captures of the egress cases in tests/golden: a client and a world of servers, two network
# namespaces joined by a wire. Nothing leaves the machine; the addresses are those reserved for
# documentation. Needs root, iproute2, dnsmasq, dig, openssl, python3, tcpdump; takes four minutes.
#
#	tests/scenarios/record_egress.sh FOLDER
#
# unsanctioned.pcap  40 lookups of a client through 192.0.2.53 and 40 through 198.51.100.53
# direct.pcap        a client that asks six name servers itself, without recursion
# doh.pcap           a client that posts to "dns.google" every five seconds, give or take a fifth
set -eu

out=$(realpath "$1")
here=$(mktemp -d)
world=edw$$
client=edc$$

finish() {
	ip netns pids $world | xargs -r kill 2>/dev/null || true
	ip netns pids $client | xargs -r kill 2>/dev/null || true
	ip netns del $world 2>/dev/null || true
	ip netns del $client 2>/dev/null || true
	rm -rf "$here"
}
trap finish EXIT

ip netns add $world
ip netns add $client
ip -n $world link add w0 type veth peer name c0 netns $client
ip -n $world addr add 192.0.2.53/24 dev w0
for a in 198.51.100.53 198.51.100.80 203.0.113.11 203.0.113.12 203.0.113.13 203.0.113.14 203.0.113.15 \
	203.0.113.16; do
	ip -n $world addr add $a/32 dev w0
done
ip -n $world link set lo up
ip -n $world link set w0 up
ip -n $client addr add 192.0.2.10/24 dev c0
ip -n $client link set lo up
ip -n $client link set c0 up
ip -n $client route add default via 192.0.2.53

ip netns exec $world dnsmasq --no-daemon --no-resolv --no-hosts --conf-file=/dev/null --port=53 \
	--address=/example.net/203.0.113.99 --cache-size=0 >/dev/null 2>&1 &
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=dns.google \
	-addext subjectAltName=DNS:dns.google -keyout "$here/key" -out "$here/cert" 2>/dev/null
cat >"$here/server.py" <<'END'
import http.server, ssl, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        n = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(n)
        self.send_response(200)
        self.send_header("Content-Type", "application/dns-message")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

server = http.server.HTTPServer(("198.51.100.80", 443), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + "/cert", sys.argv[1] + "/key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
END
cat >"$here/client.py" <<'END'
import os, random, socket, ssl, sys, time

random.seed(4)
context = ssl.create_default_context(cafile=sys.argv[1] + "/cert")
for _ in range(40):
    body = b"\0\0\1\0\0\1\0\0\0\0\0\0\3www\7example\3net\0\0\20\0\1"
    with socket.create_connection(("198.51.100.80", 443)) as plain:
        with context.wrap_socket(plain, server_hostname="dns.google") as s:
            s.sendall(b"POST /dns-query HTTP/1.1\r\nHost: dns.google\r\n"
                      b"Content-Type: application/dns-message\r\nConnection: close\r\n"
                      b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            while s.recv(4096):
                pass
    time.sleep(5 * random.uniform(0.8, 1.2))
END
ip netns exec $world python3 "$here/server.py" "$here" &
sleep 2

listen() {
	ip netns exec $client tcpdump -i c0 -U -w "$out/$1" "$2" 2>/dev/null &
	sleep 2
}
stop() {
	sleep 1
	kill $!
	wait $! 2>/dev/null || true
}
ask() {
	ip netns exec $client dig +tries=1 +time=1 +short "$@" >/dev/null || true
}

listen unsanctioned.pcap 'port 53'
for i in $(seq 40); do
	ask @192.0.2.53 "host$i.example.net"
	ask @198.51.100.53 "page$i.example.net"
	sleep 1.$((i * 7 % 10))
done
stop
listen direct.pcap 'port 53'
for i in 1 2 3 4 5; do
	for last in 11 12 13 14 15 16; do
		ask +norecurse @203.0.113.$last "www$i.example.net"
		sleep 0.$((i * last % 10))
	done
	sleep 14
done
stop
listen doh.pcap 'port 443'
ip netns exec $client python3 "$here/client.py" "$here"
stop
