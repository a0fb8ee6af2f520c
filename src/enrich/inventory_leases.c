/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leases as ISC dhcpd and dnsmasq keep them. Samples:
 *	lease 10.0.10.50 {
 *	  starts 0 2026/10/18 09:58:13;   # the digit is the day of the week; UTC
 *	  ends 0 2026/10/18 10:58:13;     # or "never"; or "epoch 1792317493"
 *	  binding state active;
 *	  hardware ethernet 00:16:3e:ef:a9:c1;
 *	  client-hostname "laptop-42";
 *	}
 *	ia-na "\001\000\000\000\000\001..." {
 *	  iaaddr 2001:db8::51 { binding state active; ends ...; }
 *	}
 *
 *	1782000000 aa:bb:cc:dd:ee:01 10.0.10.50 laptop-42 01:aa:bb:cc:dd:ee:01
 * The one idea: dhcpd only appends, so its blocks tell the history of an address in order: who had
 * it, and the block that frees it says when that ended.
 */
#include "enrich/inventory_row.h"

#include "base/time.h"
#include "enrich/list.h"

enum {
	WORDS_MAX = 6,
	STRING_MAX = 256,
	IAID_BYTES = 4,
	EPOCH_MIN_S = 100000000, /* below, dnsmasq means a duration: it has no clock to go by */
};

/* --------------------------------------------------------------- dhcpd: words */

enum dhcpd_kind { DHCPD_END, DHCPD_WORD, DHCPD_STRING, DHCPD_OPEN, DHCPD_CLOSE, DHCPD_STOP };

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blank(struct ed_span *s)
{
	while (s->n > 0) {
		const uint8_t *end;

		if (is_space(s->p[0])) {
			*s = ed_span_from(*s, 1);
			continue;
		}
		if (s->p[0] != '#')
			return;
		end = memchr(s->p, '\n', s->n);
		*s = ed_span_from(*s, end ? (size_t)(end - s->p) : s->n);
	}
}

/* A string ends with its quote, or with the line when that is missing. */
static struct ed_span take_string(struct ed_span *s)
{
	struct ed_span in = ed_span_from(*s, 1);
	size_t n = 0;

	while (n < in.n && in.p[n] != '"' && in.p[n] != '\n')
		n += in.p[n] == '\\' && n + 1 < in.n && in.p[n + 1] != '\n' ? 2 : 1;
	*s = ed_span_from(in, n + (n < in.n && in.p[n] == '"'));
	return ed_span_of(in.p, n);
}

static enum dhcpd_kind take_token(struct ed_span *s, struct ed_span *ret)
{
	size_t n = 0;

	skip_blank(s);
	if (s->n == 0)
		return DHCPD_END;
	if (s->p[0] == '"') {
		*ret = take_string(s);
		return DHCPD_STRING;
	}
	while (n < s->n && !is_space(s->p[n]) && !strchr("{};\"#", s->p[n] ? s->p[n] : 'x'))
		n++;
	*ret = ed_span_of(s->p, n > 0 ? n : 1);
	*s = ed_span_from(*s, ret->n);
	if (n > 0)
		return DHCPD_WORD;
	switch (ret->p[0]) {
	case '{':
		return DHCPD_OPEN;
	case '}':
		return DHCPD_CLOSE;
	default:
		return DHCPD_STOP;
	}
}

/* A word at the front of a line with which dhcpd begins a lease; @word is not the first of its
 * text.
 */
static bool is_lease_front(struct ed_span word)
{
	return word.p[-1] == '\n' && (ed_span_is(word, "lease") || ed_span_is(word, "ia-na"));
}

/* The words up to ';', '{' or '}', which is returned. */
struct statement {
	size_t n;
	struct ed_span word[WORDS_MAX];
};

static enum dhcpd_kind take_statement(struct ed_span *s, struct statement *ret)
{
	struct ed_span token;
	enum dhcpd_kind kind;

	ret->n = 0;
	for (;;) {
		struct ed_span here = *s;

		kind = take_token(s, &token);
		if (kind != DHCPD_WORD && kind != DHCPD_STRING)
			return kind;
		if (ret->n > 0 && is_lease_front(token)) { /* the server was stopped here */
			*s = here;
			return DHCPD_STOP;
		}
		if (ret->n < WORDS_MAX)
			ret->word[ret->n++] = token;
	}
}

static bool word_is(const struct statement *st, size_t i, const char *word)
{
	return i < st->n && ed_span_is(st->word[i], word);
}

/* "\042" is a byte in octal, any other byte behind a backslash is itself. */
static size_t unescape_octal(struct ed_span s, uint8_t ret[static STRING_MAX])
{
	size_t n = 0;

	while (s.n > 0 && n < STRING_MAX) {
		size_t skip = s.p[0] == '\\' && s.n > 1;
		unsigned v = 0;
		size_t d = 0;

		while (skip && d < 3 && 1 + d < s.n && s.p[1 + d] >= '0' && s.p[1 + d] <= '7')
			v = v * 8 + (s.p[1 + d++] - '0');
		ret[n++] = d > 0 ? (uint8_t)v : s.p[skip];
		s = ed_span_from(s, d > 0 ? 1 + d : 1 + skip);
	}
	return n;
}

/* -------------------------------------------------------------- dhcpd: leases */

enum dhcpd_state { STATE_OTHER, STATE_ACTIVE, STATE_FREE, STATE_ABANDONED };

struct lease {
	const uint8_t *at;
	struct ed_addr addr;
	bool has_addr, bad, has_end;
	enum dhcpd_state state;
	int64_t from_ns, to_ns;
	struct ed_span name;
	uint64_t mac; /* 0: none */
};

static void lease_init(struct lease *l, const struct statement *st, const uint8_t *at)
{
	memset(l, 0, sizeof(*l));
	l->at = at;
	l->from_ns = ED_INVENTORY_ALWAYS_NS;
	l->to_ns = ED_INVENTORY_NEVER_NS;
	l->has_addr = st->n > 1 && ed_addr_from_text(st->word[1], &l->addr);
}

/* "0 2026/10/18 09:58:13", "epoch 1792317493", "never". False: none of them. */
static bool lease_time(const struct statement *st, int64_t *ret_ns, bool *ret_known)
{
	char text[] = "0000-00-00T00:00:00Z";
	int64_t seconds;

	if (ret_known)
		*ret_known = !word_is(st, 1, "never");
	if (word_is(st, 1, "never"))
		return true;
	if (word_is(st, 1, "epoch") && st->n > 2) {
		if (!ed_inventory_number(st->word[2], &seconds))
			return false;
		*ret_ns = ed_inventory_time(seconds, *ret_ns);
		return true;
	}
	if (st->n < 4 || st->word[2].n != 10 || st->word[3].n != 8 || st->word[2].p[4] != '/' ||
	    st->word[2].p[7] != '/')
		return false;
	memcpy(text, st->word[2].p, 10);
	memcpy(text + 11, st->word[3].p, 8);
	text[4] = text[7] = '-';
	return ed_time_from_text(ed_span_str(text), ret_ns);
}

static enum dhcpd_state state_of(struct ed_span word)
{
	if (ed_span_is(word, "active") || ed_span_is(word, "bootp"))
		return STATE_ACTIVE;
	if (ed_span_is(word, "free") || ed_span_is(word, "expired") || ed_span_is(word, "released"))
		return STATE_FREE;
	return ed_span_is(word, "abandoned") ? STATE_ABANDONED : STATE_OTHER;
}

static void lease_statement(struct lease *l, const struct statement *st)
{
	uint64_t mac;

	if (word_is(st, 0, "starts"))
		l->bad = !lease_time(st, &l->from_ns, NULL) || l->bad;
	else if (word_is(st, 0, "ends"))
		l->bad = !lease_time(st, &l->to_ns, &l->has_end) || l->bad;
	else if (word_is(st, 0, "cltt") && l->from_ns == ED_INVENTORY_ALWAYS_NS)
		(void)lease_time(st, &l->from_ns, NULL);
	else if (word_is(st, 0, "binding") && word_is(st, 1, "state") && st->n > 2)
		l->state = state_of(st->word[2]);
	else if (word_is(st, 0, "hardware") && st->n > 2 && ed_inventory_mac(st->word[2], &mac))
		l->mac = mac;
	else if (word_is(st, 0, "client-hostname") && st->n > 1)
		l->name = st->word[1];
}

static void lease_done(struct ed_inventory_reader *r, const struct lease *l)
{
	struct ed_inventory_row row;

	if (!l->has_addr || l->bad) {
		ed_inventory_bad(r, l->at, l->has_addr ? "not a time" : "not an address");
		return;
	}
	if (l->state == STATE_OTHER || (l->state == STATE_FREE && !l->has_end) ||
	    (l->state == STATE_ACTIVE && l->from_ns >= l->to_ns)) {
		r->n_other++;
		return;
	}
	ed_inventory_row_init(&row, l->at);
	row.sequence = ED_INVENTORY_TENANTS;
	row.from_ns = l->from_ns;
	row.to_ns = l->to_ns;
	ed_inventory_add_addr(&row, &l->addr);
	if (l->state == STATE_FREE) {
		row.verb = ED_INVENTORY_ENDS;
	} else if (l->state == STATE_ABANDONED) {
		row.verb = ED_INVENTORY_NOBODY;
	} else {
		ed_inventory_add_name(&row, l->name);
		if (l->mac)
			ed_inventory_add_mac(&row, l->mac);
	}
	ed_inventory_emit(r, &row);
}

/* What stands open around a statement. */
struct dhcpd {
	struct ed_inventory_reader *r;
	struct ed_span rest;
	unsigned depth;       /* braces open */
	unsigned lease_depth; /* of them, up to the lease; 0: in none */
	struct lease lease;
	uint64_t mac;       /* of the ia-na around; 0: none */
	int64_t contact_ns; /* its last contact */
};

static void open_block(struct dhcpd *d, const struct statement *st, const uint8_t *at)
{
	uint8_t who[STRING_MAX];
	size_t n;

	d->depth++;
	if (d->lease_depth > 0)
		return;
	if (word_is(st, 0, "lease") || word_is(st, 0, "iaaddr")) {
		d->lease_depth = d->depth;
		lease_init(&d->lease, st, at);
		if (word_is(st, 0, "iaaddr")) {
			d->lease.mac = d->mac;
			d->lease.from_ns = d->contact_ns;
		}
	} else if (d->depth == 1) {
		d->mac = 0;
		d->contact_ns = ED_INVENTORY_ALWAYS_NS;
		if (!word_is(st, 0, "ia-na") && !word_is(st, 0, "ia-ta"))
			return;
		n = st->n > 1 ? unescape_octal(st->word[1], who) : 0;
		if (n <= IAID_BYTES ||
		    !ed_inventory_mac_of_duid(who + IAID_BYTES, n - IAID_BYTES, &d->mac))
			d->mac = 0;
	}
}

static void close_block(struct dhcpd *d)
{
	if (d->depth == 0)
		return;
	if (d->lease_depth == d->depth) {
		lease_done(d->r, &d->lease);
		d->lease_depth = 0;
	}
	d->depth--;
}

/* A lease that is not closed ends where the next one begins. */
static bool is_cut_here(const struct dhcpd *d, const struct statement *st)
{
	return d->depth > 0 && st->n > 0 && st->word[0].p > d->r->text.p &&
	       is_lease_front(st->word[0]);
}

void ed_inventory_read_dhcpd(struct ed_inventory_reader *r)
{
	struct dhcpd d = { .r = r, .rest = r->text };
	struct statement st;

	for (;;) {
		enum dhcpd_kind kind;
		const uint8_t *at;

		skip_blank(&d.rest);
		at = d.rest.p;
		kind = take_statement(&d.rest, &st);
		if (kind == DHCPD_OPEN && is_cut_here(&d, &st)) {
			ed_inventory_bad(r, at, "the lease before it is cut short");
			d.depth = d.lease_depth = 0;
		}
		if (d.lease_depth > 0 && d.lease_depth == d.depth)
			lease_statement(&d.lease, &st);
		else if (d.depth == 1 && word_is(&st, 0, "cltt"))
			(void)lease_time(&st, &d.contact_ns, NULL);
		if (kind == DHCPD_OPEN)
			open_block(&d, &st, at);
		else if (kind == DHCPD_CLOSE)
			close_block(&d);
		else if (kind == DHCPD_END)
			break;
	}
	if (d.lease_depth > 0)
		ed_inventory_bad(r, d.lease.at, "a lease that is cut short");
}

/* -------------------------------------------------------------------- dnsmasq */

static void dnsmasq_line(struct ed_inventory_reader *r, struct ed_span line)
{
	struct ed_inventory_row row;
	struct ed_span word, card, client;
	struct ed_addr addr;
	int64_t expire;
	uint64_t mac;

	ed_inventory_row_init(&row, line.p);
	word = ed_list_word(&line);
	if (!ed_inventory_number(word, &expire)) {
		ed_inventory_bad(r, row.at, "does not begin with a time");
		return;
	}
	card = ed_list_word(&line);
	word = ed_list_word(&line);
	if (!ed_addr_from_text(word, &addr)) {
		ed_inventory_bad(r, row.at, "not an address");
		return;
	}
	ed_inventory_add_name(&row, ed_list_word(&line));
	client = ed_list_word(&line);
	if (ed_inventory_mac(card, &mac) || ed_inventory_mac_of_duid_text(client, &mac))
		ed_inventory_add_mac(&row, mac);
	if (expire >= EPOCH_MIN_S)
		row.to_ns = ed_inventory_time(expire, ED_INVENTORY_NEVER_NS);
	row.sequence = ED_INVENTORY_TENANTS;
	ed_inventory_add_addr(&row, &addr);
	ed_inventory_emit(r, &row);
}

void ed_inventory_read_dnsmasq(struct ed_inventory_reader *r)
{
	struct ed_span text = r->text, line;

	while (ed_list_line(&text, &line)) {
		struct ed_span rest = line;

		if (line.n == 0)
			continue;
		if (line.p[0] == '#' || ed_span_is(ed_list_word(&rest), "duid"))
			r->n_other++;
		else
			dnsmasq_line(r, line);
	}
}
