/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arguments of programs that ask for names; see argv_program.h.
 *	dig @192.0.2.53 +short TXT mfrggzdf.t.example.com
 *	curl https://dns.example/dns-query?name=mfrggzdf.t.example.com&type=TXT
 */
#include "base/ascii.h"
#include "format/linux/argv_program.h"
#include "record/rrtype.h"

/* --------------------------------------------------------------- names */

/* What only the shell knew: variables, patterns of other programs. */
static bool is_dynamic(struct ed_span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '$' || s.p[i] == '`' || s.p[i] == '%' || s.p[i] == '\0')
			return true;
	}
	return false;
}

struct ed_argv_name *ed_argv_add(struct ed_argv_reader *r, struct ed_span text)
{
	struct ed_argv_name *to = &r->ret[r->n];
	struct ed_addr addr;

	if (r->n == ED_ARGV_NAMES_MAX || text.n == 0 || is_dynamic(text) ||
	    ed_addr_from_text(text, &addr))
		return NULL;
	memset(to, 0, sizeof(*to));
	if (ed_name_from_text(text, ED_NAME_MASTER, &to->name) != 0 &&
	    ed_name_from_text(text, ED_NAME_PLAIN, &to->name) != 0)
		return NULL;
	to->is_child = r->is_child;
	to->is_unsure = r->is_unsure;
	r->n++;
	return to;
}

/* "@192.0.2.53", "192.0.2.53:53", "192.0.2.53#5353" */
static bool read_server(struct ed_span text, struct ed_addr *ret)
{
	size_t n = 0;

	if (ed_addr_from_text(text, ret))
		return true;
	while (n < text.n && (text.p[n] == '.' || ed_is_digit(text.p[n])))
		n++;
	return n < text.n && (text.p[n] == ':' || text.p[n] == '#') &&
	       ed_addr_from_text(ed_span_of(text.p, n), ret);
}

/* All names from @first on were asked for like this. */
static void set_all(struct ed_argv_reader *r, unsigned first, uint16_t qtype,
		    const struct ed_addr *server)
{
	for (unsigned i = first; i < r->n; i++) {
		if (r->ret[i].qtype == 0)
			r->ret[i].qtype = qtype;
		if (server)
			r->ret[i].server = *server;
	}
}

static void take_host(struct ed_argv_reader *r, struct ed_span text)
{
	const uint8_t *at = text.n > 0 ? memchr(text.p, '@', text.n) : NULL;

	if (at)
		text = ed_span_from(text, (size_t)(at - text.p) + 1);
	(void)ed_argv_add(r, text);
}

/* ------------------------------------------------------ lookup programs */

struct dig {
	struct ed_addr server;
	bool has_server;
	uint16_t qtype;            /* said before its name */
	struct ed_argv_name *last; /* may still get its type */
};

static void dig_name(struct ed_argv_reader *r, struct dig *d, struct ed_span text)
{
	d->last = ed_argv_add(r, text);
	if (d->last) {
		d->last->qtype = d->qtype;
		d->qtype = 0;
	}
}

static void dig_type(struct dig *d, struct ed_span text)
{
	uint16_t type = 0;

	if (!ed_rrtype_from_name(text, &type))
		return;
	if (d->last && d->last->qtype == 0)
		d->last->qtype = type;
	else
		d->qtype = type;
}

static bool is_number(struct ed_span s)
{
	size_t n = 0;

	while (n < s.n && ed_is_digit(s.p[n]))
		n++;
	return n == s.n;
}

/* "TXT", "TYPE65399", "IN"; a bare number is a name. */
static bool is_type(struct ed_span s)
{
	uint16_t type;

	return !is_number(s) && !memchr(s.p, '.', s.n) && ed_rrtype_from_name(s, &type);
}

static void dig_plain(struct ed_argv_reader *r, struct dig *d, struct ed_span word)
{
	if (word.n == 0 || word.p[0] == '+')
		return;
	if (word.p[0] == '@')
		d->has_server |= read_server(ed_span_from(word, 1), &d->server);
	else if (is_type(word))
		dig_type(d, word);
	else if (!ed_argv_is(word, "IN") && !ed_argv_is(word, "CH") && !ed_argv_is(word, "HS"))
		dig_name(r, d, word);
}

static void read_dig(struct ed_argv_reader *r, struct ed_argv_command *w,
		     const struct ed_argv_program *p)
{
	struct dig d = { .qtype = 0 };
	unsigned first = r->n;
	struct ed_argv_option o;

	while (ed_argv_option_next(w, p, &o)) {
		if (!o.is_option)
			dig_plain(r, &d, o.value);
		else if (o.letter == 't' || ed_argv_is(o.name, "type"))
			dig_type(&d, o.value);
		else if (o.letter == 'q' || ed_argv_is(o.name, "query"))
			dig_name(r, &d, o.value);
		else if (ed_argv_is(o.name, "nameserver"))
			d.has_server |= read_server(o.value, &d.server);
	}
	set_all(r, first, d.qtype, d.has_server ? &d.server : NULL);
}

/* host, nslookup: "-t TXT", "-type=TXT", a name, a server */
static void read_host(struct ed_argv_reader *r, struct ed_argv_command *w,
		      const struct ed_argv_program *p)
{
	bool has_server = false, has_name = false;
	struct ed_addr server = { { 0 } };
	unsigned first = r->n;
	uint16_t qtype = 0;
	struct ed_argv_option o;

	while (ed_argv_option_next(w, p, &o)) {
		if (!o.is_option && !has_name) {
			(void)ed_argv_add(r, o.value);
			has_name = true;
		} else if (!o.is_option) {
			has_server |= read_server(o.value, &server);
		} else if (o.letter == 't' || ed_argv_is(o.name, "type") ||
			   ed_argv_is(o.name, "q") || ed_argv_is(o.name, "querytype") ||
			   ed_argv_is(o.name, "query")) {
			(void)ed_rrtype_from_name(o.value, &qtype);
		}
	}
	set_all(r, first, qtype, has_server ? &server : NULL);
}

static void read_getent(struct ed_argv_reader *r, struct ed_argv_command *w,
			const struct ed_argv_program *p)
{
	struct ed_span word;

	if (!ed_argv_plain_next(w, p, &word) ||
	    !(ed_argv_is(word, "hosts") || ed_span_starts(word, "ahosts")))
		return;
	while (ed_argv_plain_next(w, p, &word))
		(void)ed_argv_add(r, word);
}

static void read_resolvectl(struct ed_argv_reader *r, struct ed_argv_command *w,
			    const struct ed_argv_program *p)
{
	bool is_verb = ed_argv_is(ed_span_str(p->name), "resolvectl");
	unsigned first = r->n;
	uint16_t qtype = 0;
	struct ed_argv_option o;

	while (ed_argv_option_next(w, p, &o)) {
		if (o.is_option && (o.letter == 't' || ed_argv_is(o.name, "type"))) {
			(void)ed_rrtype_from_name(o.value, &qtype);
		} else if (!o.is_option && is_verb) {
			is_verb = false;
			if (!ed_argv_is(o.value, "query"))
				return;
		} else if (!o.is_option) {
			(void)ed_argv_add(r, o.value);
		}
	}
	set_all(r, first, qtype, NULL);
}

/* Resolve-DnsName [-Name] name [[-Type] TXT] [-Server 192.0.2.53] */
static void read_resolve_name(struct ed_argv_reader *r, struct ed_argv_command *w,
			      const struct ed_argv_program *p)
{
	bool has_server = false;
	struct ed_addr server;
	unsigned first = r->n, n_plain = 0;
	uint16_t qtype = 0;
	struct ed_argv_option o;

	while (ed_argv_option_next(w, p, &o)) {
		bool is_name = o.is_option ? ed_argv_is(o.name, "name") : n_plain == 0;
		bool is_type_word = o.is_option ? ed_argv_is(o.name, "type") : n_plain == 1;

		n_plain += !o.is_option || is_name;
		if (is_name)
			(void)ed_argv_add(r, o.value);
		else if (is_type_word)
			(void)ed_rrtype_from_name(o.value, &qtype);
		else if (o.is_option && ed_argv_is(o.name, "server"))
			has_server |= read_server(o.value, &server);
	}
	set_all(r, first, qtype, has_server ? &server : NULL);
}

/* ---------------------------------------------------------------- URLs */

/* The value of "name=" in the query of a URL. */
static struct ed_span parameter(struct ed_span query, const char *name)
{
	size_t n = strlen(name);

	while (query.n > 0) {
		const uint8_t *end = memchr(query.p, '&', query.n);
		size_t part = end ? (size_t)(end - query.p) : query.n;

		if (part > n && memcmp(query.p, name, n) == 0 && query.p[n] == '=')
			return ed_span_of(query.p + n + 1, part - n - 1);
		query = ed_span_from(query, part + 1);
	}
	return ed_span_of(query.p, 0);
}

static struct ed_span until(struct ed_span s, const char *stops)
{
	size_t n = 0;

	while (n < s.n && !strchr(stops, s.p[n]))
		n++;
	return ed_span_of(s.p, n);
}

/* @url without its scheme. A question over HTTPS is told by its own name, not by the server's. */
static void take_url(struct ed_argv_reader *r, struct ed_span url)
{
	struct ed_span host = until(url, "/?#");
	struct ed_span rest = ed_span_from(url, host.n);
	struct ed_span path = until(rest, "?#");
	struct ed_span query = until(ed_span_from(rest, path.n + 1), "#");
	struct ed_span name = parameter(query, "name");
	const uint8_t *at = host.n > 0 ? memrchr(host.p, '@', host.n) : NULL;

	if (at)
		host = ed_span_from(host, (size_t)(at - host.p) + 1);
	if (name.n > 0 && (ed_span_is(path, "/dns-query") || ed_span_is(path, "/resolve"))) {
		unsigned first = r->n;
		uint16_t qtype = 0;

		(void)ed_argv_add(r, name);
		(void)ed_rrtype_from_name(parameter(query, "type"), &qtype);
		set_all(r, first, qtype, NULL);
	} else if (host.n > 0 && host.p[0] != '[') {
		(void)ed_argv_add(r, until(host, ":"));
	}
}

static void read_url(struct ed_argv_reader *r, struct ed_argv_command *w,
		     const struct ed_argv_program *p)
{
	struct ed_argv_option o;
	bool after_long = false;

	while (ed_argv_option_next(w, p, &o)) {
		bool is_url = !o.is_option || ed_argv_is(o.name, "url") ||
			      ed_argv_is(o.name, "uri");
		const uint8_t *mark = NULL;

		if (is_url && o.value.n > 3)
			mark = memmem(o.value.p, o.value.n, "://", 3);
		if (mark)
			take_url(r, ed_span_from(o.value, (size_t)(mark - o.value.p) + 3));
		else if (is_url && !after_long && o.value.n > 0 &&
			 memchr(o.value.p, '.', o.value.n))
			take_url(r, o.value);
		/* a long option that is not in the table may have this as its value */
		after_long = o.is_option && o.letter == 0 && o.value.n == 0;
	}
}

static void read_peer(struct ed_argv_reader *r, struct ed_argv_command *w,
		      const struct ed_argv_program *p)
{
	struct ed_span word;

	if (ed_argv_plain_next(w, p, &word))
		take_host(r, word);
}

/* ------------------------------------------------------- tunnel clients */

static void take_zone(struct ed_argv_reader *r, struct ed_span text, const struct ed_addr *server)
{
	struct ed_argv_name *name = ed_argv_add(r, text);

	if (!name)
		return;
	name->is_tunnel = true;
	if (server)
		name->server = *server;
}

/* iodine [server] domain; iodined address domain: the last word */
static void read_iodine(struct ed_argv_reader *r, struct ed_argv_command *w,
			const struct ed_argv_program *p)
{
	bool is_client = p->name[6] == '\0';
	struct ed_span words[2] = { { NULL, 0 }, { NULL, 0 } };
	struct ed_addr server;
	unsigned n = 0;

	while (n < 2 && ed_argv_plain_next(w, p, &words[n]))
		n++;
	if (n == 0)
		return;
	if (n == 2 && is_client && read_server(words[0], &server))
		take_zone(r, words[1], &server);
	else
		take_zone(r, words[n - 1], NULL);
}

/* "domain=x.example,server=192.0.2.53" */
static void take_pairs(struct ed_argv_reader *r, struct ed_span text)
{
	struct ed_span zone = ed_span_of(text.p, 0);
	struct ed_addr server;
	bool has_server = false;

	while (text.n > 0) {
		struct ed_span part = until(text, ",");

		if (ed_span_starts(part, "domain="))
			zone = ed_span_from(part, 7);
		else if (ed_span_starts(part, "server="))
			has_server |= read_server(ed_span_from(part, 7), &server);
		text = ed_span_from(text, part.n + 1);
	}
	take_zone(r, zone, has_server ? &server : NULL);
}

static void read_dnscat(struct ed_argv_reader *r, struct ed_argv_command *w,
			const struct ed_argv_program *p)
{
	struct ed_argv_option o;

	while (ed_argv_option_next(w, p, &o)) {
		if (o.is_option && ed_argv_is(o.name, "dns"))
			take_pairs(r, o.value);
		else if (!o.is_option || o.letter == 'd' || ed_argv_is(o.name, "domain"))
			take_zone(r, o.value, NULL);
	}
}

static void read_dnstt(struct ed_argv_reader *r, struct ed_argv_command *w,
		       const struct ed_argv_program *p)
{
	struct ed_addr server;
	bool has_server = false;
	struct ed_argv_option o;

	while (ed_argv_option_next(w, p, &o)) {
		if (o.is_option) {
			has_server |= ed_argv_is(o.name, "udp") && read_server(o.value, &server);
			continue;
		}
		take_zone(r, o.value, has_server ? &server : NULL);
		return;
	}
}

static void read_zone_option(struct ed_argv_reader *r, struct ed_argv_command *w,
			     const struct ed_argv_program *p)
{
	char letter = ed_span_starts(ed_span_str(p->name), "dns2tcp") ? 'z' : 'd';
	struct ed_addr server;
	unsigned first = r->n;
	bool has_server = false;
	struct ed_argv_option o;

	while (ed_argv_option_next(w, p, &o)) {
		if (!o.is_option || ed_argv_is(o.name, "resolver"))
			has_server |= read_server(o.value, &server);
		else if (o.letter == letter || ed_argv_is(o.name, "domain"))
			take_zone(r, o.value, NULL);
	}
	set_all(r, first, 0, has_server ? &server : NULL);
}

void ed_argv_lookup(struct ed_argv_reader *r, struct ed_argv_command *w,
		    const struct ed_argv_program *p)
{
	static void (*const readers[])(struct ed_argv_reader *, struct ed_argv_command *,
				       const struct ed_argv_program *) = {
		[ED_ARGV_DIG] = read_dig,
		[ED_ARGV_HOST] = read_host,
		[ED_ARGV_NSLOOKUP] = read_host,
		[ED_ARGV_GETENT] = read_getent,
		[ED_ARGV_RESOLVECTL] = read_resolvectl,
		[ED_ARGV_URL] = read_url,
		[ED_ARGV_PEER] = read_peer,
		[ED_ARGV_IODINE] = read_iodine,
		[ED_ARGV_DNSCAT] = read_dnscat,
		[ED_ARGV_DNSTT] = read_dnstt,
		[ED_ARGV_ZONE_OPTION] = read_zone_option,
		[ED_ARGV_RESOLVE_NAME] = read_resolve_name,
	};

	if (p->style < sizeof(readers) / sizeof(readers[0]))
		readers[p->style](r, w, p);
}
