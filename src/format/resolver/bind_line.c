/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What named says of a client; see bind_line.h. All such lines begin alike, and the words behind
 * the client's address tell what it is about:
 *	client @0x7f33df100098 192.0.2.10#41096 (a.net): query: a.net IN A +E(0)D (192.0.2.53)
 *	client 192.0.2.10#41096: view lan: response: a.net IN A NOERROR 1 0 1 +E(0) ...
 *	client 192.0.2.10#41096 (a.net): query failed (SERVFAIL) for a.net/IN/A at query.c:7916
 *	client 192.0.2.10#41096 (a.net): query (cache) 'a.net/A/IN' denied
 *	client 192.0.2.10#41096: UDP: query: a.net IN A response: NOERROR +A a.net. 60 IN A ...;
 *
 * Names are written as in a master file, so that every byte of them is kept and none of them is a
 * blank.
 */
#include "format/resolver/bind_line.h"

#include "format/resolver/bind_memory.h"

enum { CATEGORY_WORDS_MAX = 4 };

/* -------------------------------------------------------------- the front of a line */

/* "queries: info: client "; false: the line is about no client. */
static bool cut_to_client(struct ed_span *text)
{
	struct ed_span word;

	for (unsigned i = 0; i <= CATEGORY_WORDS_MAX; i++) {
		if (ed_logline_take(text, "client "))
			return true;
		if (!ed_logline_word(text, &word) || word.p[word.n - 1] != ':')
			return false;
	}
	return false;
}

/*
 * The time of a line, and what stands behind the word "client". False: the line is about none. All
 * that is read between the line's own time and there is read from the bytes between, so that they
 * can be known again.
 */
static bool cut_front(struct ed_logline_reader *r, struct ed_span line,
		      struct ed_logtime_read *ret_time, struct ed_span *ret)
{
	size_t n = ed_logtime_read(&r->time, line, ret_time), n_inner = 0;
	struct ed_logtime_read inner;
	struct ed_logline l;
	bool is_word;

	ed_logline_cut(&r->time, line, &l);
	if (!ed_logline_is_from(&l, "named"))
		return false;
	/* behind syslog's time named may have put its own, which is the better one */
	(void)ed_logline_take(&l.text, "infoblox-responses: ");
	is_word = l.text.n > 0 && l.text.p[0] > '9';
	if (l.text.n > 0 && !is_word)
		n_inner = ed_logtime_read(&r->time, l.text, &inner);
	if (n_inner > 0) {
		l.time = inner;
		l.text = ed_span_from(l.text, n_inner + (n_inner < l.text.n));
	}
	if (!cut_to_client(&l.text))
		return false;
	if (r->scratch && n > 0 && is_word)
		ed_bind_front_keep(r->scratch,
				   ed_span_of(line.p + n, (size_t)(l.text.p - line.p) - n),
				   r->time.date_n);
	*ret_time = l.time;
	*ret = l.text;
	return true;
}

/* -------------------------------------------------------------- the client */

/* "@0x7f33df100098 ", if it is there; false: and nothing else. */
static bool skip_pointer(struct ed_span *text)
{
	struct ed_span word;

	return !ed_logline_take(text, "@0x") || ed_logline_word(text, &word);
}

/* A word and the colon that may end it. */
static bool take_word(struct ed_span *text, struct ed_span *ret, bool *ret_colon)
{
	if (!ed_logline_word(text, ret))
		return false;
	*ret_colon = ret->p[ret->n - 1] == ':';
	ret->n -= *ret_colon;
	return ret->n > 0;
}

/*
 * "192.0.2.10#41096/key k (www.example.net): view lan: UDP: ": what comes before the message. The
 * name is skipped, for it is told again behind.
 */
static bool take_client(struct ed_span *text, struct ed_event *ev)
{
	struct ed_span word;
	const uint8_t *slash;
	bool colon;

	if (!take_word(text, &word, &colon))
		return false;
	slash = memchr(word.p, '/', word.n);
	if (slash)
		word.n = (size_t)(slash - word.p);
	if (!ed_logline_endpoint(word, '#', &ev->client, &ev->client_port))
		return false;
	ev->has |= ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT;
	while (!colon && (slash || ed_span_starts(*text, "(") || ed_span_starts(*text, "key "))) {
		slash = NULL;
		if (ed_logline_take(text, "key ") && text->n == 0)
			return false;
		if (!take_word(text, &word, &colon))
			return false;
	}
	while (ed_logline_take(text, "view ")) {
		if (!take_word(text, &word, &colon))
			return false;
	}
	return true;
}

/* "UDP: " or "TCP: ", of Infoblox. */
static void take_transport(struct ed_span *text, struct ed_event *ev)
{
	if (ed_logline_take(text, "UDP: "))
		ev->transport = ED_TRANSPORT_UDP;
	else if (ed_logline_take(text, "TCP: "))
		ev->transport = ED_TRANSPORT_TCP;
	else
		return;
	ev->has |= ED_FIELD_TRANSPORT;
}

/* -------------------------------------------------------------- what it is about */

static bool take_name(struct ed_span text, struct ed_event *ev)
{
	ev->has |= ED_FIELD_QNAME_CASE | ED_FIELD_QNAME_BYTES;
	return ed_logline_name(text, ED_NAME_MASTER, ev);
}

/* "IN A " */
static bool take_kind(struct ed_span *text, struct ed_event *ev)
{
	struct ed_span class, type;

	return ed_logline_word(text, &class) && ed_logline_word(text, &type) &&
	       ed_logline_class(class, ev) && ed_logline_type(type, ev);
}

/* "www.example.net IN A " */
static bool take_question(struct ed_span *text, struct ed_event *ev)
{
	struct ed_span name;

	return ed_logline_word(text, &name) && take_name(name, ev) && take_kind(text, ev);
}

/* "+E(0)TDC": recursion desired, EDNS, over TCP, DNSSEC, checking disabled. */
static void take_flags(struct ed_span word, struct ed_event *ev)
{
	if (word.n == 0 || (word.p[0] != '+' && word.p[0] != '-'))
		return;
	ev->has |= ED_FIELD_FLAGS | ED_FIELD_TRANSPORT;
	if (word.p[0] == '+')
		ev->flags |= ED_DNS_RD;
	ev->transport = ED_TRANSPORT_UDP;
	for (size_t i = 1; i < word.n; i++) {
		if (word.p[i] == 'T')
			ev->transport = ED_TRANSPORT_TCP;
		else if (word.p[i] == 'C')
			ev->flags |= ED_DNS_CD;
	}
}

/* "+E(0)TDC (192.0.2.53)" */
static void take_flags_and_server(struct ed_logline_reader *r, struct ed_span *text,
				  struct ed_event *ev)
{
	struct ed_span flags, server;

	if (!ed_logline_word(text, &flags))
		return;
	take_flags(flags, ev);
	if (!ed_logline_word(text, &server))
		return;
	if (server.n > 2 && server.p[0] == '(' && server.p[server.n - 1] == ')')
		ed_logline_server(r, ed_span_of(server.p + 1, server.n - 2), ev);
}

/* "IN A +E(0)D (192.0.2.53)" */
static bool read_query_tail(struct ed_logline_reader *r, struct ed_span text, struct ed_event *ev)
{
	if (!take_kind(&text, ev))
		return false;
	take_flags_and_server(r, &text, ev);
	return true;
}

/* "IN A NOERROR 1 0 1 +E(0)D (192.0.2.53)": answers, authority, additional. */
static bool read_response_tail(struct ed_logline_reader *r, struct ed_span text,
			       struct ed_event *ev)
{
	struct ed_span rcode, word;
	uint32_t n_answers;

	if (!take_kind(&text, ev) || !ed_logline_word(&text, &rcode) ||
	    !ed_logline_rcode(rcode, ev))
		return false;
	if (ed_logline_word(&text, &word) && ed_logline_number(word, UINT16_MAX, &n_answers)) {
		ev->answers.n = (uint16_t)n_answers;
		ev->has |= ED_FIELD_ANSWERS;
		for (unsigned i = 0; i < 2; i++)
			(void)ed_logline_word(&text, &word);
		take_flags_and_server(r, &text, ev);
	}
	return true;
}

static bool read_tail(struct ed_logline_reader *r, enum ed_bind_tail_kind kind, struct ed_span text,
		      struct ed_event *ev)
{
	return kind == ED_BIND_QUERY ? read_query_tail(r, text, ev) :
				       read_response_tail(r, text, ev);
}

/* What stands behind the name, as it is known or read. */
static bool take_tail(struct ed_logline_reader *r, enum ed_bind_tail_kind kind, struct ed_span text,
		      struct ed_event *ev)
{
	/* the text must decide alone, so the transport may not be known already */
	if (!r->scratch || ev->transport != ED_TRANSPORT_UNKNOWN)
		return read_tail(r, kind, text, ev);
	if (ed_bind_tail_take(r->scratch, kind, text, ev))
		return true;
	if (!read_tail(r, kind, text, ev))
		return false;
	ed_bind_tail_keep(r->scratch, kind, text, ev);
	return true;
}

/* "www.example.net IN A +E(0)D (192.0.2.53)" */
static bool read_lookup_line(struct ed_logline_reader *r, enum ed_bind_tail_kind kind,
			     struct ed_span text, struct ed_event *ev)
{
	struct ed_span name;

	return ed_logline_word(&text, &name) && take_name(name, ev) && take_tail(r, kind, text, ev);
}

static unsigned read_query(struct ed_logline_reader *r, struct ed_span text, struct ed_event *ev)
{
	if (!read_lookup_line(r, ED_BIND_QUERY, text, ev))
		return ED_DROP_BAD_LINE;
	ev->kind = ED_EVENT_DNS_QUERY;
	return ED_LOGLINE_EVENT;
}

static unsigned read_response(struct ed_logline_reader *r, struct ed_span text, struct ed_event *ev)
{
	if (!read_lookup_line(r, ED_BIND_RESPONSE, text, ev))
		return ED_DROP_BAD_LINE;
	ev->kind = ED_EVENT_DNS_RESPONSE;
	return ED_LOGLINE_EVENT;
}

/* "www.example.net IN HTTPS +EDC (192.0.2.53) -> NOERROR www.example.net. 0 A 192.0.2.1" */
static unsigned read_answer(struct ed_logline_reader *r, struct ed_span text, struct ed_event *ev)
{
	struct ed_span rcode;

	if (!take_question(&text, ev))
		return ED_DROP_BAD_LINE;
	take_flags_and_server(r, &text, ev);
	if (!ed_logline_take(&text, "-> ") || !ed_logline_word(&text, &rcode) ||
	    !ed_logline_rcode(rcode, ev))
		return ED_DROP_BAD_LINE;
	ev->kind = ED_EVENT_DNS_RESPONSE;
	return ED_LOGLINE_EVENT;
}

/* "a.net/IN/A" or, with @class_last, "a.net/A/IN"; a slash in a name stands before both. */
static bool take_slashed(struct ed_span text, bool class_last, struct ed_event *ev)
{
	const uint8_t *second = memrchr(text.p, '/', text.n), *first;
	struct ed_span a, b;

	if (!second)
		return false;
	first = memrchr(text.p, '/', (size_t)(second - text.p));
	if (!first)
		return false;
	a = ed_span_of(first + 1, (size_t)(second - first - 1));
	b = ed_span_from(text, (size_t)(second - text.p) + 1);
	text.n = (size_t)(first - text.p);
	return take_name(text, ev) && ed_logline_class(class_last ? b : a, ev) &&
	       ed_logline_type(class_last ? a : b, ev);
}

/* "(SERVFAIL) for a.net/IN/A at query.c:7916"; words that are no code mean a server failure. */
static unsigned read_failed(struct ed_span text, struct ed_event *ev)
{
	const uint8_t *end = text.n > 1 ? memchr(text.p, ')', text.n) : NULL;
	struct ed_span why, word;

	if (!end)
		return ED_DROP_BAD_LINE;
	why = ed_span_of(text.p + 1, (size_t)(end - text.p - 1));
	text = ed_span_from(text, why.n + 2);
	if (!ed_logline_take(&text, " for ") || !ed_logline_word(&text, &word) ||
	    !take_slashed(word, false, ev))
		return ED_DROP_BAD_LINE;
	if (!ed_logline_rcode(why, ev)) {
		ev->rcode = ED_RCODE_SERVFAIL;
		ev->has |= ED_FIELD_RCODE;
	}
	ev->kind = ED_EVENT_DNS_RESPONSE;
	return ED_LOGLINE_EVENT;
}

/* "(cache) 'a.net/A/IN' denied (allow-query-cache did not match)" */
static unsigned read_denied(struct ed_span text, struct ed_event *ev)
{
	enum { REFUSED = 5 };
	struct ed_span word;

	(void)ed_logline_take(&text, "(cache) ");
	if (ed_span_starts(text, "denied"))
		return ED_DROP_NO_FIELDS; /* old versions keep the name to themselves */
	if (!ed_logline_word(&text, &word) || word.n < 2 || word.p[0] != '\'' ||
	    word.p[word.n - 1] != '\'' || !ed_span_starts(text, "denied"))
		return ED_DROP_OTHER_LOG;
	if (!take_slashed(ed_span_of(word.p + 1, word.n - 2), true, ev))
		return ED_DROP_BAD_LINE;
	ev->rcode = REFUSED;
	ev->has |= ED_FIELD_RCODE;
	ev->kind = ED_EVENT_DNS_RESPONSE;
	return ED_LOGLINE_EVENT;
}

/* -------------------------------------------------------------- Infoblox */

static void add_record(struct ed_dns_answers *a, uint32_t ttl_s, struct ed_span type,
		       size_t data_bytes)
{
	if (a->n == 0 || ttl_s < a->ttl_min_s)
		a->ttl_min_s = ttl_s;
	if (ttl_s > a->ttl_max_s)
		a->ttl_max_s = ttl_s;
	a->n++;
	if (ed_span_is(type, "A") || ed_span_is(type, "AAAA"))
		a->n_addresses++;
	else if (ed_span_is(type, "TXT"))
		a->bytes_opaque += (uint32_t)data_bytes;
	else
		a->bytes_names += (uint32_t)data_bytes;
}

/*
 * "NOERROR +A a.net. 60 IN CNAME b.net.; b.net. 60 IN A 192.0.2.7;" behind the question: the line
 * holds the whole lookup. Records are cut at "; " and their number is a lower bound, for long lists
 * are cut short and TXT data may hold anything.
 */
static void take_records(struct ed_span text, struct ed_event *ev)
{
	struct ed_span name, ttl, class, type;
	uint32_t ttl_s;

	ev->has |= ED_FIELD_ANSWERS;
	while (ed_logline_word(&text, &name) && ed_logline_word(&text, &ttl) &&
	       ed_logline_word(&text, &class) && ed_logline_word(&text, &type)) {
		const uint8_t *end = text.n > 0 ? memmem(text.p, text.n, "; ", 2) : NULL;
		size_t n = end ? (size_t)(end - text.p) : text.n;

		if (!ed_logline_number(ttl, INT32_MAX, &ttl_s) || ev->answers.n == UINT16_MAX)
			return;
		add_record(&ev->answers, ttl_s, type, n);
		ev->has |= ED_FIELD_TTL;
		text = ed_span_from(text, n + (end ? 2 : 0));
	}
}

static unsigned read_lookup(struct ed_span text, struct ed_event *ev)
{
	struct ed_span rcode, flags;

	if (!ed_logline_word(&text, &rcode) || !ed_logline_rcode(rcode, ev))
		return ED_DROP_BAD_LINE;
	/* not a pair: the same query may also be there in BIND's form */
	ev->kind = ED_EVENT_DNS_RESPONSE;
	if (!ed_logline_word(&text, &flags))
		return ED_LOGLINE_EVENT;
	/* "+AED": recursion, authoritative, EDNS, DNSSEC */
	ev->flags = ED_DNS_QR;
	if (flags.p[0] == '+')
		ev->flags |= ED_DNS_RD;
	if (memchr(flags.p, 'A', flags.n))
		ev->flags |= ED_DNS_AA;
	ev->has |= ED_FIELD_FLAGS;
	take_records(text, ev);
	return ED_LOGLINE_EVENT;
}

/* -------------------------------------------------------------- a line */

static unsigned read_message(struct ed_logline_reader *r, struct ed_span text, struct ed_event *ev)
{
	struct ed_span rest;

	if (ed_logline_take(&text, "query: ")) {
		rest = text;
		if (ev->transport == ED_TRANSPORT_UNKNOWN || !take_question(&rest, ev) ||
		    !ed_logline_take(&rest, "response: "))
			return read_query(r, text, ev);
		return read_lookup(rest, ev);
	}
	if (ed_logline_take(&text, "response: "))
		return read_response(r, text, ev);
	if (ed_logline_take(&text, "answer: "))
		return read_answer(r, text, ev);
	if (ed_logline_take(&text, "query failed "))
		return read_failed(text, ev);
	if (ed_logline_take(&text, "query "))
		return read_denied(text, ev);
	return ED_DROP_OTHER_LOG;
}

unsigned ed_bind_line(struct ed_logline_reader *r, struct ed_span line, struct ed_event *ev)
{
	struct ed_logtime_read time;
	struct ed_span text;

	if (!cut_front(r, line, &time, &text) || !skip_pointer(&text))
		return ed_logline_other(line);
	if (!take_client(&text, ev))
		return ED_DROP_BAD_LINE;
	take_transport(&text, ev);
	ed_logline_time(&time, ev);
	ev->vantage = ED_VANTAGE_RESOLVER;
	return read_message(r, text, ev);
}

unsigned ed_bind_line_infoblox(struct ed_logline_reader *r, struct ed_span line,
			       struct ed_event *ev)
{
	unsigned result = ed_bind_line(r, line, ev);

	/* BIND tells the server wherever it tells the transport */
	if (result == ED_LOGLINE_EVENT && ev->kind == ED_EVENT_DNS_RESPONSE &&
	    (ev->has & (ED_FIELD_TRANSPORT | ED_FIELD_RESOLVER)) == ED_FIELD_TRANSPORT)
		return ED_LOGLINE_EVENT;
	return ED_DROP_OTHER_LOG;
}
