/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CoreDNS with the plugin "log", in the form it has without an argument ("combined" has the same
 * beginning):
 *	[INFO] 192.0.2.10:42114 - 4711 "TXT IN a.example.net. udp 57 false 1232" NOERROR qr,rd,ra 66
 *	  0.000150566s
 *
 * A line is a lookup with its answer. CoreDNS writes no time; what collects its output usually puts
 * one in front. The name is lower-cased, and written so that every byte of it is kept.
 */
#include "format/text/logline.h"

/* "stdout F " of container run-times, "[INFO] "; false: no such line. */
static bool take_level(struct ed_span *text)
{
	if (ed_logline_take(text, "stdout ") || ed_logline_take(text, "stderr ")) {
		if (!ed_logline_take(text, "F ") && !ed_logline_take(text, "P "))
			return false;
	}
	return ed_logline_take(text, "[INFO] ");
}

/* A word in which a blank may stand behind a backslash. */
static bool take_escaped(struct ed_span *text, struct ed_span *ret)
{
	struct ed_span rest = *text;
	size_t n = 0;

	if (ed_logline_word(&rest, ret) && ret->p[ret->n - 1] != '\\') {
		*text = rest;
		return true;
	}
	while (n < text->n && text->p[n] != ' ')
		n += text->p[n] == '\\' ? 2 : 1;
	if (n == 0 || n >= text->n)
		return false;
	*ret = ed_span_of(text->p, n);
	*text = ed_span_from(*text, n + 1);
	return true;
}

static void take_transport(struct ed_span word, struct ed_event *ev)
{
	static const struct {
		const char *name;
		enum ed_transport transport;
	} names[] = { { "udp", ED_TRANSPORT_UDP },     { "tcp", ED_TRANSPORT_TCP },
		      { "tcp-tls", ED_TRANSPORT_DOT }, { "tls", ED_TRANSPORT_DOT },
		      { "https", ED_TRANSPORT_DOH },   { "quic", ED_TRANSPORT_DOQ } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ed_span_is(word, names[i].name)) {
			ev->transport = (uint8_t)names[i].transport;
			ev->has |= ED_FIELD_TRANSPORT;
		}
	}
}

/* "TXT IN a.example.net. udp 57 false 1232\" ": what was asked; the size is the query's. */
static bool take_question(struct ed_span *text, struct ed_event *ev)
{
	struct ed_span type, class, name, proto, size, dnssec, udp_size;
	uint32_t n_bytes;

	if (!ed_logline_word(text, &type) || !ed_logline_word(text, &class) ||
	    !take_escaped(text, &name) || !ed_logline_word(text, &proto) ||
	    !ed_logline_word(text, &size) || !ed_logline_word(text, &dnssec) ||
	    !ed_logline_word(text, &udp_size))
		return false;
	if (!ed_logline_type(type, ev) || !ed_logline_class(class, ev) ||
	    !ed_logline_name(name, ED_NAME_MASTER, ev) ||
	    !ed_logline_number(size, UINT16_MAX, &n_bytes) || udp_size.p[udp_size.n - 1] != '"')
		return false;
	ev->lost |= ED_LOST_CASE;
	ev->has |= ED_FIELD_QNAME_BYTES | ED_FIELD_SIZE_QUERY;
	ev->size_query = n_bytes;
	take_transport(proto, ev);
	return true;
}

/* "qr,aa,rd,ra" */
static void take_flags(struct ed_span word, struct ed_event *ev)
{
	static const struct {
		char name[2];
		uint16_t flag;
	} flags[] = { { "qr", ED_DNS_QR }, { "aa", ED_DNS_AA }, { "tc", ED_DNS_TC },
		      { "rd", ED_DNS_RD }, { "ra", ED_DNS_RA }, { "ad", ED_DNS_AD },
		      { "cd", ED_DNS_CD } };

	for (size_t at = 0; at + 2 <= word.n; at += 3) {
		for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
			if (memcmp(word.p + at, flags[i].name, 2) == 0)
				ev->flags |= flags[i].flag;
		}
	}
	ev->has |= ED_FIELD_FLAGS;
}

/* "NOERROR qr,rd,ra 66 0.000150566s"; dashes where no answer was sent. */
static bool take_answer(struct ed_span text, struct ed_event *ev)
{
	struct ed_span rcode, flags, size, seconds;
	uint32_t n_bytes;
	int64_t rtt_ns;

	if (!ed_logline_word(&text, &rcode) || !ed_logline_word(&text, &flags) ||
	    !ed_logline_word(&text, &size) || !ed_logline_word(&text, &seconds) ||
	    !ed_logline_number(size, UINT16_MAX, &n_bytes))
		return false;
	ev->kind = ED_EVENT_DNS_QUERY;
	if (ed_span_is(rcode, "-"))
		return true;
	if (!ed_logline_rcode(rcode, ev))
		return false;
	ev->kind = ED_EVENT_DNS_PAIR;
	ev->size_response = n_bytes;
	ev->has |= ED_FIELD_SIZE_RESPONSE;
	take_flags(flags, ev);
	seconds.n -= seconds.p[seconds.n - 1] == 's';
	if (ed_logline_seconds(seconds, &rtt_ns) && rtt_ns >= 0 && rtt_ns / 1000 <= INT32_MAX) {
		ev->rtt_us = (int32_t)(rtt_ns / 1000);
		ev->has |= ED_FIELD_RTT;
	}
	return true;
}

/* True when @text begins as a query line does: other plugins log under the same level. */
static bool take_client(struct ed_span *text, struct ed_event *ev)
{
	struct ed_span client, id;
	uint32_t txid;

	if (!ed_logline_word(text, &client) || !ed_logline_take(text, "- ") ||
	    !ed_logline_word(text, &id) || !ed_logline_take(text, "\"") ||
	    !ed_logline_number(id, UINT16_MAX, &txid) ||
	    !ed_logline_endpoint(client, ':', &ev->client, &ev->client_port))
		return false;
	ev->txid = (uint16_t)txid;
	ev->has |= ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_TXID;
	return true;
}

static unsigned coredns_line(struct ed_logline_reader *r, struct ed_span line, struct ed_event *ev)
{
	struct ed_logline l;

	ed_logline_cut(&r->time, line, &l);
	if (!take_level(&l.text) || !take_client(&l.text, ev))
		return ed_logline_other(line);
	ed_logline_time(&l.time, ev);
	ev->vantage = ED_VANTAGE_RESOLVER;
	return take_question(&l.text, ev) && take_answer(l.text, ev) ? (unsigned)ED_LOGLINE_EVENT :
								       ED_DROP_BAD_LINE;
}

static unsigned coredns_probe(struct ed_span head)
{
	return ed_logline_probe(coredns_line, head);
}

static void coredns_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	ed_logline_decode(coredns_line, scratch, unit, out);
}

const struct ed_format ed_format_coredns = {
	.name = "coredns",
	.help = "CoreDNS, plugin log",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_CLIENT_PORT | ED_FIELD_TXID | ED_FIELD_TRANSPORT |
		  ED_FIELD_QNAME_BYTES | ED_FIELD_FLAGS | ED_FIELD_RCODE | ED_FIELD_SIZE_QUERY |
		  ED_FIELD_SIZE_RESPONSE | ED_FIELD_RTT,
	.state_bytes = sizeof(struct ed_logline_state),
	.context_bytes = sizeof(struct ed_logline_context),
	.probe = coredns_probe,
	.frame = ed_logline_frame,
	.decode = coredns_decode,
};
