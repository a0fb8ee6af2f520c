/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unbound's log of queries and replies:
 *	[1793714531] unbound[464:0] query: 192.0.2.10 www.example.net. A IN
 *	[1793714531] unbound[464:0] reply: 192.0.2.10 www.example.net. A IN NOERROR 0.003187 0 78
 *	Nov  3 14:02:11 ns1 unbound[464]: [464:0] info: 192.0.2.10 www.example.net. A IN
 *
 * Unbound writes "?" for every byte that is no letter, digit, '-', '_' or '*', a dot inside a label
 * among them: a name with a "?" is kept, and said to have lost bytes.
 */
#include "format/text/logline.h"

/* "[1793714531] " or "[1793714531.250] ": with one number and no colon in the brackets. */
static bool take_epoch(struct ed_span *text, struct ed_logtime_read *ret)
{
	const uint8_t *end = text->n > 8 && text->p[0] == '[' ? memchr(text->p, ']', 32) : NULL;
	size_t n;

	if (!end || (size_t)(end - text->p) >= text->n)
		return false;
	n = (size_t)(end - text->p);
	if (!ed_logline_seconds(ed_span_of(text->p + 1, n - 1), &ret->time_ns))
		return false;
	/* to the second, a copy cannot be told from a repetition */
	ret->quality = ed_logline_find(ed_span_of(text->p, n), '.') ? ED_TIME_EXACT_UTC :
								      ED_TIME_OFFSET_KNOWN;
	*text = ed_span_from(*text, n + 1);
	(void)ed_logline_take(text, " ");
	return true;
}

/* "unbound[464:0] " or "unbound: " or "[464:0] ", in any number. */
static void skip_identity(struct ed_span *text)
{
	struct ed_span word;

	while (ed_span_starts(*text, "unbound") || ed_span_starts(*text, "[")) {
		if (!ed_logline_word(text, &word))
			return;
	}
}

/* "on udp 192.0.2.53 53", of newer versions. */
static void take_listener(struct ed_span text, struct ed_event *ev)
{
	static const struct {
		const char *name;
		enum ed_transport transport;
	} names[] = { { "udp", ED_TRANSPORT_UDP }, { "tcp", ED_TRANSPORT_TCP },
		      { "dot", ED_TRANSPORT_DOT }, { "ssl", ED_TRANSPORT_DOT },
		      { "doh", ED_TRANSPORT_DOH }, { "http", ED_TRANSPORT_DOH },
		      { "doq", ED_TRANSPORT_DOQ }, { "dnscrypt", ED_TRANSPORT_DNSCRYPT } };
	struct ed_span word;

	if (!ed_logline_take(&text, "on ") || !ed_logline_word(&text, &word))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ed_span_is(word, names[i].name)) {
			ev->transport = (uint8_t)names[i].transport;
			ev->has |= ED_FIELD_TRANSPORT;
		}
	}
	if (ed_logline_word(&text, &word) &&
	    ed_logline_endpoint(word, '\0', &ev->resolver, &ev->resolver_port))
		ev->has |= ED_FIELD_RESOLVER;
}

/* "NOERROR 0.003187 0 78": code, seconds, from the cache or not, bytes of the reply. */
static bool take_reply(struct ed_span text, struct ed_event *ev)
{
	struct ed_span rcode, seconds, cached, bytes;
	uint32_t n_bytes;
	int64_t rtt_ns;

	if (!ed_logline_word(&text, &rcode) || !ed_logline_rcode(rcode, ev) ||
	    !ed_logline_word(&text, &seconds) || !ed_logline_seconds(seconds, &rtt_ns) ||
	    !ed_logline_word(&text, &cached) || !ed_logline_word(&text, &bytes) ||
	    !ed_logline_number(bytes, UINT16_MAX, &n_bytes))
		return false;
	if (rtt_ns >= 0 && rtt_ns / 1000 <= INT32_MAX) {
		ev->rtt_us = (int32_t)(rtt_ns / 1000);
		ev->has |= ED_FIELD_RTT;
	}
	ev->size_response = n_bytes;
	ev->has |= ED_FIELD_SIZE_RESPONSE;
	take_listener(text, ev);
	return true;
}

static bool take_name(struct ed_span name, struct ed_event *ev)
{
	if (!ed_logline_name(name, ED_NAME_PLAIN, ev))
		return false;
	ev->has |= ED_FIELD_QNAME_CASE;
	ev->lost |= memchr(name.p, '?', name.n) ? ED_LOST_BYTES : 0;
	return true;
}

/*
 * "192.0.2.10 www.example.net. A IN", behind which a reply tells what it was. Lines tagged "info:"
 * hold other messages too, so only there a line that does not read is no fault.
 */
static unsigned read_lookup(struct ed_span text, bool tagged, struct ed_event *ev)
{
	enum ed_drop drop = tagged ? ED_DROP_BAD_LINE : ED_DROP_OTHER_LOG;
	struct ed_span client, name, type, class;

	if (!ed_logline_word(&text, &client) || !ed_logline_word(&text, &name) ||
	    !ed_logline_word(&text, &type) || !ed_logline_word(&text, &class))
		return drop;
	if (!ed_logline_client(client, ev))
		return drop;
	if (ed_span_is(name, "-")) /* a query that could not be read */
		return ED_DROP_MALFORMED;
	if (!take_name(name, ev) || !ed_logline_type(type, ev) || !ed_logline_class(class, ev))
		return drop;
	ev->kind = ED_EVENT_DNS_QUERY;
	if (text.n == 0)
		return ED_LOGLINE_EVENT;
	ev->kind = ED_EVENT_DNS_RESPONSE;
	return take_reply(text, ev) ? ED_LOGLINE_EVENT : drop;
}

static unsigned unbound_line(struct ed_logline_reader *r, struct ed_span line, struct ed_event *ev)
{
	struct ed_logline l;
	unsigned result;

	ed_logline_cut(&r->time, line, &l);
	if (!ed_logline_is_from(&l, "unbound"))
		return ed_logline_other(line);
	if (l.time.quality == ED_TIME_NONE)
		(void)take_epoch(&l.text, &l.time);
	skip_identity(&l.text);
	ev->vantage = ED_VANTAGE_RESOLVER;
	ed_logline_time(&l.time, ev);
	if (ed_logline_take(&l.text, "query: ") || ed_logline_take(&l.text, "reply: "))
		return read_lookup(l.text, true, ev);
	if (!ed_logline_take(&l.text, "info: "))
		return ed_logline_other(line);
	result = read_lookup(l.text, false, ev);
	return result == ED_DROP_OTHER_LOG ? ed_logline_other(line) : result;
}

static unsigned unbound_probe(struct ed_span head)
{
	return ed_logline_probe(unbound_line, head);
}

static void unbound_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	ed_logline_decode(unbound_line, scratch, unit, out);
}

const struct ed_format ed_format_unbound = {
	.name = "unbound",
	.help = "Unbound, log-queries and log-replies",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_QNAME_CASE | ED_FIELD_RCODE | ED_FIELD_RTT |
		  ED_FIELD_SIZE_RESPONSE | ED_FIELD_TRANSPORT | ED_FIELD_RESOLVER,
	.state_bytes = sizeof(struct ed_logline_state),
	.context_bytes = sizeof(struct ed_logline_context),
	.probe = unbound_probe,
	.frame = ed_logline_frame,
	.decode = unbound_decode,
};
