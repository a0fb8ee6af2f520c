/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of dnsmasq to their queries; see dnsmasq_reply.h.
 *	www.example.net is <CNAME>   cdn.example.net is 192.0.2.7   a.net is NODATA-IPv6
 *	a.net is any text at all     192.0.2.7 is host.example.net  error is SERVFAIL
 */
#include "format/resolver/dnsmasq_reply.h"

#include <stdio.h>

#include "base/hex.h"
#include "base/time.h"
#include "format/text/logline.h"
#include "format/text/addr.h"
#include "record/rrtype.h"

/* Marks of a query besides its type: the last one for a name, and the last for neither A nor AAAA.
 */
enum {
	MARK_ANY = 0x10000,
	MARK_OTHER = 0x10001,
	MARK_SERIAL = 0x10002,
	NAME_TEXT_MAX = 255,
	WORD_MAX = 15
};

/* A client that pauses for longer may ask for something else. */
static const int64_t GUESS_MAX_NS = 60 * ED_NS_PER_S;

static const char unprintable[] = "<name unprintable>";

/* What a value is, as far as its text tells. */
struct value {
	unsigned mark; /* a type or MARK_* */
	uint16_t type; /* 0: unknown */
	uint16_t rcode;
	bool is_record;
	bool is_sized;
	bool is_alias;
};

static uint64_t hash_of(struct ed_span name)
{
	uint8_t lower[NAME_TEXT_MAX];

	if (name.n > sizeof(lower))
		name.n = sizeof(lower);
	ed_name_lower(name.p, name.n, lower);
	return ed_hash_bytes(lower, name.n, 0);
}

void ed_dnsmasq_reset(struct ed_dnsmasq *d)
{
	ed_join_reset(&d->join);
	d->open = NULL;
}

/* ------------------------------------------------------- names that were not printed */

static bool is_everyday(uint16_t qtype)
{
	return qtype == ED_RR_A || qtype == ED_RR_AAAA || qtype == ED_RR_PTR ||
	       qtype == ED_RR_HTTPS;
}

/* The last three labels of @name, or two of three: a domain, whatever may be registered there. None
 * when there are fewer. */
static struct ed_span domain_of(struct ed_span name)
{
	size_t n_labels = 0, skip;

	for (size_t at = 0; name.p[at] != 0; at += 1U + name.p[at])
		n_labels++;
	if (n_labels < 3)
		return ed_span_of(name.p, 0);
	skip = n_labels > 3 ? n_labels - 3 : 1;
	for (; skip > 0; skip--)
		name = ed_span_from(name, 1U + name.p[0]);
	return name;
}

/* Notes whose domain a printed name is in, and finds it for one that was not. */
static void note_asker(struct ed_dnsmasq *d, struct ed_event *ev)
{
	uint64_t who = ed_hash_bytes(ev->client.b, sizeof(ev->client.b), ev->qtype);
	struct ed_dnsmasq_asker *a = &d->askers[ed_hash_mix(who) % ED_DNSMASQ_ASKERS];
	struct ed_span domain;

	if (is_everyday(ev->qtype))
		return;
	if (!(ev->lost & ED_LOST_NAME)) {
		domain = domain_of(ed_span_of(ed_event_name_room(ev), ev->name_n));
		*a = (struct ed_dnsmasq_asker){ .who = who,
						.generation = d->join.generation,
						.time_ns = ev->time_ns,
						.domain_n = (uint8_t)domain.n };
		memcpy(a->domain, domain.p, domain.n);
		return;
	}
	if (a->who != who || a->generation != d->join.generation || a->domain_n == 0 ||
	    ev->time_ns < a->time_ns || ev->time_ns - a->time_ns > GUESS_MAX_NS)
		return;
	a->time_ns = ev->time_ns;
	memcpy(ed_event_name_room(ev), a->domain, a->domain_n);
	ev->name_n = a->domain_n;
	ev->has |= ED_FIELD_QNAME;
	ev->lost |= ED_LOST_LABELS;
}

void ed_dnsmasq_asked(struct ed_dnsmasq *d, const struct ed_batch *out, const uint32_t *serial,
		      struct ed_span name, struct ed_event *ev)
{
	struct ed_join *j = &d->join;
	uint64_t hash;

	note_asker(d, ev);
	d->open = NULL; /* the lines of an answer are written in one go */
	if (serial) {
		ed_join_put(j, ed_hash_pair(*serial, MARK_SERIAL), out->used);
		return;
	}
	hash = hash_of(name);
	ed_join_put(j, ed_hash_pair(hash, ev->qtype), out->used);
	ed_join_put(j, ed_hash_pair(hash, MARK_ANY), out->used);
	if (ev->qtype != ED_RR_A && ev->qtype != ED_RR_AAAA)
		ed_join_put(j, ed_hash_pair(hash, MARK_OTHER), out->used);
}

static bool read_address(struct ed_span text, struct ed_addr *ret)
{
	if (text.n == 0 || ed_text_addr_shape(text) == ED_TEXT_SHAPE_NONE)
		return false;
	return ed_text_addr_read(text, ret);
}

static struct value value_of(struct ed_span text)
{
	static const struct {
		const char *text;
		struct value value;
	} words[] = {
		{ "NXDOMAIN", { .mark = MARK_ANY, .rcode = ED_RCODE_NXDOMAIN } },
		{ "NODATA", { .mark = MARK_OTHER } },
		{ "NODATA-IPv4", { .mark = ED_RR_A } },
		{ "NODATA-IPv6", { .mark = ED_RR_AAAA } },
		{ "SERVFAIL", { .mark = MARK_ANY, .rcode = ED_RCODE_SERVFAIL } },
		{ "REFUSED", { .mark = MARK_ANY, .rcode = 5 } },
		{ "not implemented", { .mark = MARK_ANY, .rcode = 4 } },
	};
	struct value v = { .mark = ED_RR_TXT, .is_record = true, .is_sized = true };
	struct ed_addr addr;

	if (read_address(text, &addr)) {
		v.type = ed_addr_is_v4(&addr) ? ED_RR_A : ED_RR_AAAA;
		v.mark = v.type;
		return v;
	}
	if (text.n > 2 && text.p[0] == '<' && text.p[text.n - 1] == '>' &&
	    ed_rrtype_from_name(ed_span_of(text.p + 1, text.n - 2), &v.type)) {
		v.is_sized = false;
		v.is_alias = v.type == ED_RR_CNAME;
		v.mark = v.is_alias ? MARK_ANY : v.type;
		return v;
	}
	for (size_t i = 0; text.n <= WORD_MAX && i < sizeof(words) / sizeof(words[0]); i++) {
		if (ed_span_is(text, words[i].text))
			return words[i].value;
	}
	return v;
}

/* "7.2.0.192.in-addr.arpa" and the like, under which a PTR query was noted. */
static size_t reverse_text(const struct ed_addr *a, char ret[static 80])
{
	size_t n = 0;

	if (ed_addr_is_v4(a))
		return (size_t)snprintf(ret, 80, "%u.%u.%u.%u.in-addr.arpa", a->b[15], a->b[14],
					a->b[13], a->b[12]);
	for (unsigned i = 16; i > 0; i--) {
		ret[n++] = ed_hex_digit(a->b[i - 1]);
		ret[n++] = '.';
		ret[n++] = ed_hex_digit(a->b[i - 1] >> 4);
		ret[n++] = '.';
	}
	memcpy(ret + n, "ip6.arpa", 9);
	return n + 8;
}

static bool is_raw(struct ed_span name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] <= ' ' || name.p[i] > '~')
			return true;
	}
	return false;
}

static struct ed_event *find_by_name(struct ed_dnsmasq *d, const struct ed_batch *b,
				     const struct ed_dnsmasq_answer *a, const struct value *v,
				     uint64_t hash)
{
	struct ed_event *ev = ed_join_get(&d->join, b, ed_hash_pair(hash, v->mark));
	struct ed_addr addr;
	char text[80];

	if (!ev && read_address(a->name, &addr)) {
		size_t n = reverse_text(&addr, text);

		return ed_join_get(&d->join, b,
				   ed_hash_pair(hash_of(ed_span_of(text, n)), ED_RR_PTR));
	}
	/* an address of the other family answers no query, whatever else was asked */
	if (!ev && v->type != ED_RR_A && v->type != ED_RR_AAAA)
		ev = ed_join_get(&d->join, b, ed_hash_pair(hash, MARK_ANY));
	if (!ev && is_raw(a->name)) {
		hash = hash_of(ed_span_str(unprintable));
		ev = ed_join_get(&d->join, b, ed_hash_pair(hash, v->mark));
		ev = ev && (ev->lost & ED_LOST_NAME) ? ev : NULL;
	}
	return ev;
}

/* The query of @a, or NULL. Without serial numbers, lines of one answer follow each other. */
static struct ed_event *find(struct ed_dnsmasq *d, const struct ed_batch *b,
			     const struct ed_dnsmasq_answer *a, const struct value *v)
{
	uint64_t hash, mark;

	if (a->has_serial)
		return ed_join_get(&d->join, b, ed_hash_pair(a->serial, MARK_SERIAL));
	hash = hash_of(a->name);
	mark = ed_hash_pair(hash, v->mark);
	if (!d->open || (!d->open_alias && mark != d->open_mark))
		d->open = find_by_name(d, b, a, v, hash);
	d->open_mark = mark;
	return d->open;
}

/* A name that the query line could not print, from an answer that did. */
static void complete_name(struct ed_event *ev, struct ed_span name)
{
	if (!(ev->lost & ED_LOST_NAME) || ed_span_is(name, unprintable) ||
	    ed_span_is(name, "error") || !ed_logline_name(name, ED_NAME_PLAIN, ev))
		return;
	ev->has |= ED_FIELD_QNAME_CASE;
	ev->lost = (uint8_t)((ev->lost & ~ED_LOST_NAME) | ED_LOST_LABELS);
}

/* DNSSEC's own lookups have the serial number of the query that they are for. */
static bool is_dnssec(const struct ed_event *ev, struct ed_span value)
{
	return ev->qtype != ED_RR_TXT &&
	       (ed_span_starts(value, "no DS") || ed_span_starts(value, "DS keytag ") ||
		ed_span_starts(value, "DNSKEY keytag ") || ed_span_starts(value, "BOGUS "));
}

static void add_record(struct ed_event *ev, const struct ed_dnsmasq_answer *a,
		       const struct value *v, bool continues_alias)
{
	struct ed_dns_answers *sum = &ev->answers;
	bool unsized = sum->n > 0 && !(ev->has & ED_FIELD_RDATA_BYTES) && !continues_alias;
	struct ed_addr addr;

	if (sum->n < UINT16_MAX)
		sum->n++;
	if (v->type == ED_RR_A || v->type == ED_RR_AAAA) {
		if (read_address(a->value, &addr))
			ed_answers_add_address(sum, &addr);
	} else if (v->is_sized && ev->qtype == ED_RR_PTR) {
		sum->bytes_names += (uint32_t)a->value.n;
	} else if (v->is_sized) {
		sum->bytes_opaque += (uint32_t)a->value.n;
	}
	if (continues_alias) { /* the target of the alias is this line's name */
		sum->bytes_names += (uint32_t)a->name.n;
		sum->hash += (uint32_t)ed_hash_bytes(a->name.p, a->name.n, ED_RR_CNAME);
	}
	/* a sum: the same records in another order are the same answer */
	if (v->type != ED_RR_A && v->type != ED_RR_AAAA)
		sum->hash += (uint32_t)ed_hash_bytes(a->value.p, a->value.n, 0);
	if (v->is_sized && !unsized)
		ev->has |= ED_FIELD_RDATA_BYTES;
	else
		ev->has &= ~(uint32_t)ED_FIELD_RDATA_BYTES;
}

bool ed_dnsmasq_answered(struct ed_dnsmasq *d, const struct ed_batch *b,
			 const struct ed_dnsmasq_answer *a)
{
	struct value v = value_of(a->value);
	bool continues_alias = d->open && d->open_alias;
	struct ed_event *ev = find(d, b, a, &v);

	if (a->has_serial)
		continues_alias = continues_alias && d->open == ev;
	d->open = ev;
	d->open_alias = v.is_alias;
	if (!ev || is_dnssec(ev, a->value))
		return false;
	complete_name(ev, a->name);
	ev->kind = ED_EVENT_DNS_PAIR;
	ev->has |= ED_FIELD_RCODE | ED_FIELD_ANSWERS;
	ev->rcode = v.rcode;
	if (v.is_record)
		add_record(ev, a, &v, continues_alias);
	else if (ev->answers.n == 0)
		ev->has |= ED_FIELD_RDATA_BYTES;
	return true;
}
