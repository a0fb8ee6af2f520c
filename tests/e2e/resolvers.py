# SPDX-License-Identifier: Apache-2.0
"""The servers of the laboratory: their settings, the files they log to.

Nothing here asks for less than a name or in other letters than the client did: without that, the
questions that reach the authority are those that the clients sent, and all resolvers ask the same.
"""

import os

from lab import AUTHORITY, RESOLVER, TUNNELS, wait_until

NAMED_AUTHORITY = """
options {{
	directory "{dir}"; pid-file none; listen-on {{ {authority}; }}; listen-on-v6 {{ none; }};
	recursion no; notify no; dnssec-validation no; empty-zones-enable no;
}};
controls {{ }};
zone "." {{ type primary; file "root.zone"; }};
zone "example" {{ type primary; file "example.zone"; }};
"""

ROOT_ZONE = f"""$TTL 86400
. SOA a.root. hostmaster.a.root. 1 1800 900 604800 86400
. NS a.root.
a.root. A {AUTHORITY}
example. NS a.root.
"""

NAMED_RESOLVER = """
options {{
	directory "{dir}"; pid-file none; session-keyfile "{dir}/named.key";
	listen-on {{ {resolver}; }}; listen-on-v6 {{ none; }};
	recursion yes; allow-query {{ any; }}; allow-recursion {{ any; }}; dnssec-validation no;
	qname-minimization off; empty-zones-enable no; querylog yes;
	dnstap {{ client; }}; dnstap-output file "{dir}/bind.dnstap";
}};
controls {{ }};
logging {{
	channel queries {{ file "{dir}/bind.log"; print-time iso8601-utc; print-category yes;
		print-severity yes; }};
	category queries {{ queries; }};
	category query-errors {{ queries; }};
	category default {{ stderr; }};
	channel stderr {{ stderr; severity warning; }};
}};
zone "." {{ type hint; file "{dir}/root.hints"; }};
"""

UNBOUND = """
server:
	interface: {resolver}
	access-control: 0.0.0.0/0 allow
	username: ""
	chroot: ""
	directory: "{dir}"
	pidfile: ""
	use-syslog: no
	logfile: "{dir}/unbound.log"
	verbosity: 0
	log-queries: yes
	log-replies: yes
	log-tag-queryreply: yes
	do-ip6: no
	module-config: "iterator"
	qname-minimisation: no
	prefetch: no
	root-hints: "{dir}/root.hints"
remote-control:
	control-enable: no
dnstap:
	dnstap-enable: yes
	dnstap-socket-path: "{dir}/unbound.sock"
	dnstap-bidirectional: yes
	dnstap-log-client-query-messages: yes
	dnstap-log-client-response-messages: yes
"""

KRESD = """
net.listen('{resolver}', 53, {{ kind = 'dns' }})
net.ipv6 = false
user('root', 'root')
cache.size = 10 * MB
modules = {{ 'hints > iterate', 'policy', 'dnstap' }}
hints.root({{ ['a.root.'] = '{authority}' }})
trust_anchors.remove('.')
policy.add(policy.all(policy.FLAGS({{ 'NO_MINIMIZE', 'NO_0X20' }})))
policy.add(policy.all(policy.IPTRACE))
policy.add(policy.all(policy.DEBUG_ALWAYS))
log_target('stdout')
dnstap.config({{
	socket_path = '{dir}/knot.sock',
	client = {{ log_queries = true, log_responses = true }},
}})
"""

RECURSOR = (
    "--config-dir={dir} --daemon=no --socket-dir={dir} --setuid= --setgid= --threads=1 "
    "--local-address={resolver} --local-port=53 --allow-from=0.0.0.0/0 --dont-query= "
    "--hint-file={dir}/root.hints --dnssec=off --qname-minimization=no --quiet=no "
    "--loglevel=6 --disable-packetcache --query-local-address=0.0.0.0 --security-poll-suffix= "
    "--write-pid=no --disable-syslog"
)

DNSMASQ = (
    "--keep-in-foreground --user=root --conf-file=/dev/null --no-resolv --no-hosts --pid-file= "
    "--cache-size=1000 --log-queries=extra --log-facility=- --log-async=100 --dns-forward-max=1000 "
    "--server={authority} --server=/{tunnels}/{tunnel_server}"
)


def write(lab, name, text, **values):
    values = {"dir": lab.folder, "resolver": RESOLVER, "authority": AUTHORITY, **values}
    with open(lab.path(name), "w", encoding="ascii") as f:
        f.write(text.format(**values) if values else text)
    return lab.path(name)


def start_authority(lab, example_zone):
    with open(lab.path("root.zone"), "w", encoding="ascii") as f:
        f.write(ROOT_ZONE)
    with open(lab.path("example.zone"), "w", encoding="ascii") as f:
        f.write(example_zone)
    with open(lab.path("root.hints"), "w", encoding="ascii") as f:
        f.write(f". 3600000 NS a.root.\na.root. 3600000 A {AUTHORITY}\n")
    conf = write(lab, "authority.conf", NAMED_AUTHORITY)
    lab.start("auth", "authority", "named", "-f", "-n", "1", "-c", conf)


def start_bind(lab, space):
    conf = write(lab, "bind.conf", NAMED_RESOLVER)
    lab.start(space, "bind", "named", "-f", "-n", "1", "-c", conf)


def start_unbound(lab, space):
    lab.script(space, "unbound-dnstap", "fstrm.py", lab.path("unbound.sock"),
               lab.path("unbound.dnstap"))
    wait_until("unbound's socket", lambda: os.path.exists(lab.path("unbound.sock")), lab)
    conf = write(lab, "unbound.conf", UNBOUND)
    lab.start(space, "unbound", "unbound", "-d", "-c", conf)


def start_knot(lab, space):
    lab.script(space, "knot-dnstap", "fstrm.py", lab.path("knot.sock"), lab.path("knot.dnstap"))
    wait_until("knot's socket", lambda: os.path.exists(lab.path("knot.sock")), lab)
    conf = write(lab, "kresd.conf", KRESD)
    os.makedirs(lab.path("kresd"), exist_ok=True)
    lab.script(space, "knot", "stamp.py", lab.path("knot.log"), "kresd[1]: ", "kresd", "-n", "-c",
               conf, lab.path("kresd"))


def start_powerdns(lab, space):
    options = RECURSOR.format(dir=lab.folder, resolver=RESOLVER).split()
    lab.start(space, "powerdns", "pdns_recursor", *options)


def start_dnsmasq(lab, space, tunnel_domains):
    options = DNSMASQ.format(authority=AUTHORITY, tunnels="/".join(tunnel_domains),
                             tunnel_server=TUNNELS)
    lab.script(space, "dnsmasq", "stamp.py", lab.path("dnsmasq.log"), "", "dnsmasq",
               *options.split())
