/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dnsmasq with log-queries, Pi-hole included:
 *	Nov  3 14:02:11 dnsmasq[464]: query[A] www.example.net from 192.0.2.10
 *	Nov  3 14:02:11 dnsmasq[464]: reply www.example.net is 192.0.2.7
 * and with log-queries=extra:
 *	Nov  3 14:02:11 dnsmasq[464]: 7 192.0.2.10/57430 query[A] www.example.net from 192.0.2.10
 *	Nov  3 14:02:11 dnsmasq[464]: 7 192.0.2.10/57430 reply www.example.net is 192.0.2.7
 *
 * A query is an event. The lines that answer it tell no client and no type, so they complete the
 * event of their query, which then is a pair: by the serial number, or by name and type. That is
 * done within a unit, so that units can be read in any order; a reply that lies in another unit
 * than its query is counted and left. What stands behind "is" may be the attacker's own text.
 */
#include <errno.h>
#include <stdlib.h>

#include "format/resolver/dnsmasq_reply.h"
#include "format/json/text.h"
#include "format/text/logline.h"

/* What a line says before its first word of interest. */
struct extra {
	uint32_t serial;
	bool known;
	bool tcp;
	struct ed_addr client;
	uint16_t port;
};

static int dnsmasq_scratch_new(void **ret)
{
	*ret = calloc(1, sizeof(struct ed_dnsmasq));
	return *ret ? 0 : -ENOMEM;
}

static void dnsmasq_scratch_free(void *scratch)
{
	free(scratch);
}

/* "7 192.0.2.10/57430 " or "7 UDP 192.0.2.10/57430 "; nothing is taken when it is not there. */
static void take_extra(struct ed_span *text, struct extra *ret)
{
	struct ed_span rest = *text, serial, client;

	*ret = (struct extra){ .known = false };
	if (text->n == 0 || text->p[0] > '9' || !ed_logline_word(&rest, &serial) ||
	    !ed_json_text_number(serial, UINT32_MAX, &ret->serial))
		return;
	if (ed_logline_take(&rest, "TCP "))
		ret->tcp = true;
	else
		(void)ed_logline_take(&rest, "UDP ");
	if (!ed_logline_word(&rest, &client) ||
	    !ed_logline_endpoint(client, '/', &ret->client, &ret->port))
		return;
	ret->known = true;
	*text = rest;
}

/* "A] ", "type=65399] " */
static bool take_type(struct ed_span *text, struct ed_event *ev)
{
	const uint8_t *end = memchr(text->p, ']', text->n < 32 ? text->n : 32);
	struct ed_span type;

	if (!end)
		return false;
	type = ed_span_of(text->p, (size_t)(end - text->p));
	*text = ed_span_from(*text, type.n + 1);
	(void)ed_logline_take(&type, "type=");
	return ed_logline_type(type, ev) && ed_logline_take(text, " ");
}

/* Blanks are in no name but the one that stands for names that cannot be printed. */
static bool take_name(struct ed_span *text, struct ed_span *ret_printed, struct ed_event *ev)
{
	if (ed_logline_take(text, "<name unprintable> ")) {
		*ret_printed = ed_span_str("<name unprintable>");
		ev->lost |= ED_LOST_NAME;
		return true;
	}
	if (!ed_logline_word(text, ret_printed) ||
	    !ed_logline_name(*ret_printed, ED_NAME_PLAIN, ev))
		return false;
	ev->has |= ED_FIELD_QNAME_CASE;
	return true;
}

/* "A] www.example.net from 192.0.2.10" */
static unsigned read_query(struct ed_logline_reader *r, struct ed_span text, const struct extra *x,
			   struct ed_event *ev)
{
	struct ed_span name, client;

	if (!take_type(&text, ev) || !take_name(&text, &name, ev) ||
	    !ed_logline_take(&text, "from ") || !ed_logline_word(&text, &client))
		return ED_DROP_BAD_LINE;
	if (x->known) {
		ev->client = x->client;
		ev->client_port = x->port;
		ev->has |= ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT;
	} else if (!ed_logline_client(client, ev)) {
		return ED_DROP_BAD_LINE;
	}
	if (x->tcp) {
		ev->transport = ED_TRANSPORT_TCP;
		ev->has |= ED_FIELD_TRANSPORT;
	}
	ev->kind = ED_EVENT_DNS_QUERY;
	ev->vantage = ED_VANTAGE_RESOLVER;
	if (r->scratch)
		ed_dnsmasq_asked(r->scratch, r->out, x->known ? &x->serial : NULL, name, ev);
	return ev->lost & ED_LOST_NAME ? ED_LOGLINE_UNNAMED : ED_LOGLINE_EVENT;
}

/* "www.example.net is 192.0.2.7"; the value may be empty. */
static unsigned read_reply(struct ed_logline_reader *r, struct ed_span text, const struct extra *x)
{
	struct ed_dnsmasq_answer a = { .has_serial = x->known, .serial = x->serial };
	const uint8_t *is = memmem(text.p, text.n, " is", 3);

	if (!is || (is + 3 < text.p + text.n && is[3] != ' '))
		is = memmem(text.p, text.n, " is ", 4);
	if (!is) /* "reply is truncated" */
		return ED_DROP_OTHER_LOG;
	if (!r->scratch)
		return ED_DROP_NO_QUERY;
	a.name = ed_span_of(text.p, (size_t)(is - text.p));
	a.value = ed_span_from(text, a.name.n + 4);
	return ed_dnsmasq_answered(r->scratch, r->out, &a) ? ED_LOGLINE_JOINED : ED_DROP_NO_QUERY;
}

/* Words that begin an answer, whoever gave it. */
static bool take_answer(struct ed_span *text)
{
	static const char *const words[] = {
		"reply ",
		"cached ",
		"cached-stale ",
		"config ",
		"gravity blocked ",
		"exactly blacklisted ",
		"regex blacklisted ",
		"exactly denied ",
		"regex denied ",
		"special domain ",
		"DHCP ",
		"antigravity ",
		"Apple iCloud Private Relay domain ",
		"Rate-limiting ",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		/* the first letter rules most of them out */
		if (text->n > 0 && text->p[0] == (uint8_t)words[i][0] &&
		    ed_logline_take(text, words[i]))
			return true;
	}
	return false;
}

/* A file of hosts gives its path in front of the answer. */
static bool take_hosts_answer(struct ed_span *text)
{
	struct ed_span word;

	return text->n > 0 && text->p[0] == '/' && ed_logline_word(text, &word) &&
	       memmem(text->p, text->n, " is ", 4);
}

static unsigned dnsmasq_line(struct ed_logline_reader *r, struct ed_span line, struct ed_event *ev)
{
	struct ed_logline l;
	unsigned result;
	struct extra x;

	ed_logline_cut(&r->time, line, &l);
	if (l.tag.n == 0 || !ed_logline_is_from(&l, "dnsmasq"))
		return ed_logline_other(line);
	take_extra(&l.text, &x);
	if (ed_logline_take(&l.text, "query[")) {
		ed_logline_time(&l.time, ev);
		return read_query(r, l.text, &x, ev);
	}
	if (!take_answer(&l.text) && !take_hosts_answer(&l.text))
		return ed_logline_other(line);
	result = read_reply(r, l.text, &x);
	return result == ED_DROP_OTHER_LOG ? ed_logline_other(line) : result;
}

static unsigned dnsmasq_probe(struct ed_span head)
{
	return ed_logline_probe(dnsmasq_line, head);
}

static void dnsmasq_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	ed_dnsmasq_reset(scratch);
	ed_logline_decode(dnsmasq_line, scratch, unit, out);
}

const struct ed_format ed_format_dnsmasq = {
	.name = "dnsmasq",
	.help = "dnsmasq and Pi-hole, log-queries or log-queries=extra",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_CLIENT_PORT | ED_FIELD_QNAME_CASE |
		  ED_FIELD_TRANSPORT | ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES,
	.state_bytes = sizeof(struct ed_logline_state),
	.context_bytes = sizeof(struct ed_logline_context),
	.probe = dnsmasq_probe,
	.frame = ed_logline_frame,
	.scratch_new = dnsmasq_scratch_new,
	.scratch_free = dnsmasq_scratch_free,
	.decode = dnsmasq_decode,
};
