/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PowerDNS Recursor with quiet=no, in both its forms:
 *	msg="Question" subsystem="syncres" ... ts="1793714531.250" mtid="1" proto="udp"
 *	  qname="www.example.net" qtype="A" remote="192.0.2.10:54089"
 *	Nov  3 14:02:11 ns1 pdns_recursor[610]: 2 [1/1] question for 'www.example.net|A' from
 *	  192.0.2.10:40098
 *
 * The older form does not tell the client of an answer. Such a line completes its question, known
 * by thread, number and name, within the same unit. Names are escaped twice in the newer form: for
 * the quotes, and before as in a master file.
 */
#include <errno.h>
#include <stdlib.h>

#include "format/text/join.h"
#include "format/text/logline.h"

enum { NAME_TEXT_MAX = ED_NAME_TEXT_MAX + 4 };

static int powerdns_scratch_new(void **ret)
{
	*ret = calloc(1, sizeof(struct ed_join));
	return *ret ? 0 : -ENOMEM;
}

static void powerdns_scratch_free(void *scratch)
{
	free(scratch);
}

/* "1.889" milliseconds. */
static void take_milliseconds(struct ed_span text, struct ed_event *ev)
{
	int64_t ns;

	if (ed_logline_seconds(text, &ns) && ns >= 0 && ns / 1000000 <= INT32_MAX) {
		ev->rtt_us = (int32_t)(ns / 1000000);
		ev->has |= ED_FIELD_RTT;
	}
}

static void take_count(struct ed_span text, struct ed_event *ev)
{
	uint32_t n;

	if (ed_logline_number(text, UINT16_MAX, &n)) {
		ev->answers.n = (uint16_t)n;
		ev->has |= ED_FIELD_ANSWERS;
	}
}

static bool take_name(struct ed_span text, struct ed_event *ev)
{
	ev->has |= ED_FIELD_QNAME_CASE | ED_FIELD_QNAME_BYTES;
	if (text.n == 0) /* the root */
		text = ed_span_str(".");
	return ed_logline_name(text, ED_NAME_MASTER, ev);
}

static bool take_remote(struct ed_span text, struct ed_event *ev)
{
	if (!ed_logline_endpoint(text, ':', &ev->client, &ev->client_port))
		return false;
	ev->has |= ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT;
	return true;
}

/* -------------------------------------------------------------- key="value" */

/* Where the quote that ends the value is; escaped ones do not. NULL: nowhere. */
static const uint8_t *end_of_value(struct ed_span text)
{
	size_t at = 0;

	for (;;) {
		const uint8_t *quote = ed_logline_find(ed_span_from(text, at), '"');
		size_t n_slashes = 0;

		if (!quote)
			return NULL;
		while (quote - n_slashes > text.p && quote[-1 - (ptrdiff_t)n_slashes] == '\\')
			n_slashes++;
		if (n_slashes % 2 == 0)
			return quote;
		at = (size_t)(quote - text.p) + 1;
	}
}

/* Cuts `key="value" ` off the front; the value is still escaped. */
static bool next_pair(struct ed_span *text, struct ed_span *ret_key, struct ed_span *ret_value)
{
	const uint8_t *equals = ed_logline_find(*text, '=');
	const uint8_t *end;

	if (!equals)
		return false;
	*ret_key = ed_span_of(text->p, (size_t)(equals - text->p));
	*text = ed_span_from(*text, ret_key->n + 1);
	if (!ed_logline_take(text, "\""))
		return false;
	end = end_of_value(*text);
	if (!end)
		return false;
	*ret_value = ed_span_of(text->p, (size_t)(end - text->p));
	*text = ed_span_from(*text, ret_value->n + 1);
	(void)ed_logline_take(text, " ");
	return true;
}

static bool take_quoted_name(struct ed_span value, struct ed_event *ev)
{
	uint8_t text[NAME_TEXT_MAX];
	size_t n = 0;

	if (!ed_logline_find(value, '\\'))
		return take_name(value, ev);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\\' && i + 1 < value.n)
			i++;
		if (n == sizeof(text))
			return false;
		text[n++] = value.p[i];
	}
	return take_name(ed_span_of(text, n), ev);
}

/* One pair; false: a value that must be readable is not. */
static bool take_pair(struct ed_span key, struct ed_span value, struct ed_event *ev)
{
	if (ed_span_is(key, "ts")) {
		if (!ed_logline_seconds(value, &ev->time_ns))
			return false;
		ev->time_quality = ED_TIME_EXACT_UTC;
		ev->has |= ED_FIELD_TIME;
	} else if (ed_span_is(key, "qname")) {
		return take_quoted_name(value, ev);
	} else if (ed_span_is(key, "qtype")) {
		return ed_logline_type(value, ev);
	} else if (ed_span_is(key, "remote")) {
		return take_remote(value, ev);
	} else if (ed_span_is(key, "rcode")) {
		return ed_logline_rcode(value, ev);
	} else if (ed_span_is(key, "answers")) {
		take_count(value, ev);
	} else if (ed_span_is(key, "totms")) {
		take_milliseconds(value, ev);
	} else if (ed_span_is(key, "proto")) {
		ev->transport = ed_span_is(value, "tcp") ? ED_TRANSPORT_TCP : ED_TRANSPORT_UDP;
		ev->has |= ED_FIELD_TRANSPORT;
	}
	return true;
}

static unsigned read_structured(const struct ed_logline *l, struct ed_event *ev)
{
	const uint32_t needed = ED_FIELD_CLIENT | ED_FIELD_QNAME;
	struct ed_span rest = l->text, key, value;

	if (!next_pair(&rest, &key, &value))
		return ED_DROP_BAD_LINE;
	if (ed_span_is(value, "Question"))
		ev->kind = ED_EVENT_DNS_QUERY;
	else if (ed_span_is(value, "Answer"))
		ev->kind = ED_EVENT_DNS_RESPONSE;
	else
		return ed_logline_other(l->text);
	ed_logline_time(&l->time, ev);
	while (next_pair(&rest, &key, &value)) {
		if (!take_pair(key, value, ev))
			return ED_DROP_BAD_LINE;
	}
	if ((ev->has & needed) != needed)
		return ED_DROP_NO_FIELDS;
	return ED_LOGLINE_EVENT;
}

/* -------------------------------------------------------------- the older form */

/* "www.example.net|A" */
static bool take_question(struct ed_span text, struct ed_event *ev)
{
	const uint8_t *bar = text.n > 0 ? memrchr(text.p, '|', text.n) : NULL;
	size_t n = bar ? (size_t)(bar - text.p) : 0;

	return bar && take_name(ed_span_of(text.p, n), ev) &&
	       ed_logline_type(ed_span_from(text, n + 1), ev);
}

/* Thread, number in the thread, and the question itself. */
static uint64_t mark_of(struct ed_span thread, struct ed_span number, struct ed_span question)
{
	const uint8_t *slash = memchr(number.p, '/', number.n);
	size_t n = slash ? (size_t)(slash - number.p) : number.n;

	return ed_hash_pair(ed_hash_pair(ed_hash_bytes(thread.p, thread.n, 0),
					 ed_hash_bytes(number.p, n, 0)),
			    ed_hash_bytes(question.p, question.n, 0));
}

/* The last place of @what in @text; NULL: none. */
static const uint8_t *find_last(struct ed_span text, const char *what)
{
	size_t n = strlen(what);

	for (size_t at = text.n; at >= n; at--) {
		const uint8_t *p = text.n > 0 ? memrchr(text.p, what[0], at - n + 1) : NULL;

		if (!p)
			return NULL;
		if (memcmp(p, what, n) == 0)
			return p;
		at = (size_t)(p - text.p) + n;
	}
	return NULL;
}

struct older {
	struct ed_span thread;
	struct ed_span number;
	struct ed_span text; /* from the quote on */
};

/* "www.example.net|A' from 192.0.2.10:40098" */
static unsigned read_question(struct ed_logline_reader *r, const struct older *o,
			      struct ed_event *ev)
{
	const uint8_t *from = find_last(o->text, "' from ");
	struct ed_span question;

	if (!from)
		return ED_DROP_BAD_LINE;
	question = ed_span_of(o->text.p, (size_t)(from - o->text.p));
	if (!take_question(question, ev) || !take_remote(ed_span_from(o->text, question.n + 7), ev))
		return ED_DROP_BAD_LINE;
	ev->kind = ED_EVENT_DNS_QUERY;
	if (r->scratch)
		ed_join_put(r->scratch, mark_of(o->thread, o->number, question), r->out->used);
	return ED_LOGLINE_EVENT;
}

/* "www.example.net|A': 1 answers, 0 additional, ... 2.94 tot ms, ... rcode=0" */
static unsigned read_answer(struct ed_logline_reader *r, const struct older *o)
{
	const uint8_t *end = find_last(o->text, "': ");
	struct ed_span question, rest, word, before = { NULL, 0 };
	struct ed_event *ev;

	if (!end)
		return ED_DROP_BAD_LINE;
	if (!r->scratch)
		return ED_DROP_NO_QUERY;
	question = ed_span_of(o->text.p, (size_t)(end - o->text.p));
	ev = ed_join_get(r->scratch, r->out, mark_of(o->thread, o->number, question));
	if (!ev)
		return ED_DROP_NO_QUERY;
	ev->kind = ED_EVENT_DNS_PAIR;
	rest = ed_span_from(o->text, question.n + 3);
	while (ed_logline_word(&rest, &word)) {
		if (ed_span_is(word, "answers,"))
			take_count(before, ev);
		else if (ed_span_is(word, "tot"))
			take_milliseconds(before, ev);
		else if (ed_logline_take(&word, "rcode="))
			(void)ed_logline_rcode(word, ev);
		before = word;
	}
	return ED_LOGLINE_JOINED;
}

/* "2 [1/1] question for '", "2 [1/1] answer to question '" */
static unsigned read_older(struct ed_logline_reader *r, const struct ed_logline *l,
			   struct ed_event *ev)
{
	struct older o = { .text = l->text };

	if (!ed_logline_word(&o.text, &o.thread) || !ed_logline_word(&o.text, &o.number) ||
	    o.number.p[0] != '[')
		return ed_logline_other(l->text);
	ed_logline_time(&l->time, ev);
	if (ed_logline_take(&o.text, "question for '"))
		return read_question(r, &o, ev);
	if (ed_logline_take(&o.text, "answer to question '"))
		return read_answer(r, &o);
	return ed_logline_other(l->text);
}

static unsigned powerdns_line(struct ed_logline_reader *r, struct ed_span line, struct ed_event *ev)
{
	struct ed_logline l;

	ed_logline_cut(&r->time, line, &l);
	if (!ed_logline_is_from(&l, "pdns_recursor") && !ed_logline_is_from(&l, "pdns-recursor"))
		return ed_logline_other(line);
	ev->vantage = ED_VANTAGE_RESOLVER;
	if (ed_span_starts(l.text, "msg=\""))
		return read_structured(&l, ev);
	return read_older(r, &l, ev);
}

static unsigned powerdns_probe(struct ed_span head)
{
	return ed_logline_probe(powerdns_line, head);
}

static void powerdns_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	ed_join_reset(scratch);
	ed_logline_decode(powerdns_line, scratch, unit, out);
}

const struct ed_format ed_format_powerdns = {
	.name = "powerdns",
	.help = "PowerDNS Recursor with quiet=no",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_CLIENT_PORT | ED_FIELD_TRANSPORT |
		  ED_FIELD_QNAME_CASE | ED_FIELD_QNAME_BYTES | ED_FIELD_RCODE | ED_FIELD_ANSWERS |
		  ED_FIELD_RTT,
	.state_bytes = sizeof(struct ed_logline_state),
	.context_bytes = sizeof(struct ed_logline_context),
	.probe = powerdns_probe,
	.frame = ed_logline_frame,
	.scratch_new = powerdns_scratch_new,
	.scratch_free = powerdns_scratch_free,
	.decode = powerdns_decode,
};
