# SPDX-License-Identifier: Apache-2.0
#
# Plans the ordinary lookups of an office: who asks what, and when.
#
#	awk -v seed=7 -v seconds=45 -v think=4 -v roles="desk desk mail ops" -f lookups.awk | sort -n
#
# One line per lookup: seconds from the start, client number (place in roles), how to ask, what.
#	host NAME	as a program does: A and AAAA through the C library, with the search list
#	addr ADDRESS	the name of an address, through the C library
#	ask TYPE NAME	one type, as a mail server or a browser's own resolver does
#	dnssec TYPE NAME	the same with EDNS and the DNSSEC-OK bit
#
# The idea: people look up a few favourite sites over and over (Zipf), a page pulls in a handful of
# names at once, then somebody reads for a while; machines ask on a clock. The same seed gives the
# same plan.

function uniform(low, high) { return low + rand() * (high - low) }

function wait_for(mean) { return -mean * log(1 - rand()) }

function pick(list,	parts, n) { n = split(list, parts, " "); return parts[1 + int(rand() * n)] }

function at(when, client, what)
{
	if (when < seconds)
		printf "%.2f\t%d\t%s\n", when, client, what
}

# The k-th of n sites, with odds 1 : 1/2 : 1/3 ...
function favourite(	n, parts, i, sum, r)
{
	n = split(sites, parts, " ")
	for (i = 1; i <= n; i++)
		sum += 1 / i
	r = rand() * sum
	for (i = 1; i < n && r > 1 / i; i++)
		r -= 1 / i
	return parts[i]
}

function letters(n, alphabet,	s)
{
	while (n-- > 0)
		s = s substr(alphabet, 1 + int(rand() * length(alphabet)), 1)
	return s
}

# A content network's names do not depend on the run: every client meets the same ones.
function cdn_names(	i, s)
{
	srand(20240315)
	for (i = 0; i < 28; i++)
		s = s " d" letters(13, "abcdefghijklmnopqrstuvwxyz0123456789") ".edgecloud.example"
	for (i = 1; i < 9; i++)
		video = video sprintf(" r%d---sn-%s.edge.oakhollow.example", i,
				      letters(5, "abcdefghijklmnopqrstuvwxyz0123456789"))
	return s
}

function page(client, now,	site, n)
{
	site = favourite()
	at(now, client, "host www." site)
	if (rand() < 0.3)
		at(now, client, "ask HTTPS www." site)
	now += uniform(0.05, 0.3)
	for (n = int(uniform(0, 3)); n > 0; n--)
		at(now += uniform(0, 0.2), client, "host " pick(parts_of[site]))
	for (n = int(uniform(0, 4)); n > 0; n--)
		at(now += uniform(0, 0.2), client, "host " pick(cdn))
	if (site == "oakhollow.example")
		at(now += uniform(0, 0.5), client, "host " pick(video))
	if (rand() < 0.4)
		at(now += uniform(0, 0.3), client, "host " pick("collect tag") ".pixelmill.example")
	if (rand() < 0.1)
		at(now, client, "host " pick("eu1 eu2 us1") ".sync.pixelmill.example")
	if (rand() < 0.15)
		at(now, client, "host ocsp.larkspur.example")
}

function every(client, seconds_apart, what,	now)
{
	for (now = uniform(0, seconds_apart); now < seconds; now += seconds_apart)
		at(now, client, what)
}

function desk(client,	now, i)
{
	for (now = wait_for(think); now < seconds; now += 0.5 + wait_for(think))
		page(client, now)
	every(client, 30, "host mail.meadowbank.example")
	every(client, 64, "host 0.time.larkspur.example")
	every(client, 75, "ask SRV _ldap._tcp.dc._msdcs.corp.meadowbank.example")
	every(client, 90, "host " pick("files print intranet wiki"))
	every(client, 120, "host probe.larkspur.example")
	if (rand() < 0.5)
		at(uniform(0, seconds), client, "ask SRV _kerberos._tcp.corp.meadowbank.example")
	if (rand() < 0.3)
		at(uniform(0, seconds), client, "host autodiscover.meadowbank.example")
	if (rand() < 0.3)
		at(uniform(0, seconds), client, "host updates.larkspur.example")
	if (rand() < 0.3)
		at(uniform(0, seconds), client, "host www." pick(mistyped))
	# A browser starts: proxy discovery, and three made-up names to see whether the
	# resolver answers for names that do not exist.
	if (rand() < 0.2) {
		at(now = uniform(0, seconds / 2), client, "host wpad")
		for (i = 0; i < 3; i++)
			at(now + 0.2, client, "host " letters(7 + int(rand() * 8),
							      "abcdefghijklmnopqrstuvwxyz"))
	}
}

function letter_in(client, now,	ip, from)
{
	if (rand() < 0.25) {
		ip = pick("203.0.113.99 203.0.113.98 203.0.113.77 203.0.113.90")
		from = pick("winbonus.example copperfield.example prizebox.example")
	} else if (rand() < 0.5) {
		ip = "192.0.2.131"
		from = "copperfield.example"
	} else {
		ip = pick("203.0.113.70 203.0.113.71")
		from = pick("stonebridge.example postlane.example brightfern.example")
	}
	at(now, client, "addr " ip)
	split(ip, octet, ".")
	at(now + 0.02, client, "ask A " octet[4] "." octet[3] "." octet[2] "." octet[1] \
	   ".bl.mailwarden.example")
	at(now + 0.05, client, "ask MX " from)
	at(now + 0.06, client, "ask TXT " from)
	at(now + 0.10, client, "ask TXT " pick("pl1 k1") "._domainkey." from)
	at(now + 0.15, client, "ask TXT _dmarc." from)
}

function letter_out(client, now,	to)
{
	to = pick("copperfield.example stonebridge.example postlane.example brightfern.example")
	at(now, client, "ask MX " to)
	at(now + 0.04, client, "host " pick("in1.postlane.example in2.postlane.example " \
					    "mail.copperfield.example mx1.brightfern.example"))
	if (rand() < 0.3)
		at(now + 0.06, client, "dnssec TLSA _25._tcp.in1.postlane.example")
}

function mail(client,	now)
{
	for (now = wait_for(think); now < seconds; now += 0.3 + wait_for(1.5 * think)) {
		if (rand() < 0.6)
			letter_in(client, now)
		else
			letter_out(client, now)
	}
	every(client, 300, "ask A 2.0.0.127.bl.mailwarden.example")
	every(client, 60, "host dc1.corp.meadowbank.example")
}

function ops(client,	now)
{
	every(client, 10, "ask A probe.larkspur.example")
	every(client, 15, "ask SOA meadowbank.example")
	every(client, 40, "host packages.larkspur.example")
	every(client, 35, "host git.corp.meadowbank.example")
	for (now = wait_for(think); now < seconds; now += wait_for(2 * think)) {
		if (rand() < 0.35)
			at(now, client, "dnssec " pick("DNSKEY DS A NS CAA") " " \
			   pick("meadowbank.example quillmarsh.example postlane.example"))
		else if (rand() < 0.5)
			at(now, client, "addr " pick("10.77.1.11 10.77.1.12 10.77.1.14 10.77.3.10 " \
						     "10.77.3.20 203.0.113.20 203.0.113.200"))
		else
			at(now, client, "host " pick("builds git wiki files builds.corp dc1.corp"))
	}
}

BEGIN {
	cdn = cdn_names()
	srand(seed)
	sites = "quillmarsh.example harbourlane.example brightfern.example oakhollow.example " \
		"tidewater-maps.example larkspur.example copperfield.example"
	mistyped = "harborlane.example quilmarsh.example brightfernshop.example tidewater.example"
	parts_of["quillmarsh.example"] = "suggest.quillmarsh.example accounts.quillmarsh.example " \
					 "fonts.quillmarsh.example mail.quillmarsh.example"
	parts_of["harbourlane.example"] = "static.harbourlane.example img.harbourlane.example " \
					  "api.harbourlane.example comments.harbourlane.example"
	parts_of["brightfern.example"] = "static.brightfern.example media.brightfern.example " \
					 "cart.brightfern.example pay.brightfern.example"
	parts_of["oakhollow.example"] = "i.oakhollow.example s.oakhollow.example"
	parts_of["tidewater-maps.example"] = "a.tile.tidewater-maps.example " \
					     "b.tile.tidewater-maps.example " \
					     "c.tile.tidewater-maps.example " \
					     "route.tidewater-maps.example"
	parts_of["larkspur.example"] = "api.larkspur.example"
	parts_of["copperfield.example"] = "fonts.quillmarsh.example"
	n_roles = split(roles, role, " ")
	for (c = 1; c <= n_roles; c++) {
		if (role[c] == "desk")
			desk(c)
		else if (role[c] == "mail")
			mail(c)
		else if (role[c] == "ops")
			ops(c)
	}
}
