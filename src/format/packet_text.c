/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets as tcpdump and tshark print them, a line each:
 *	14:02:11.250000 IP 192.0.2.10.40000 > 192.0.2.53.53: 464+ TXT? www.example.net. (33)
 *	14:02:11.270000 IP 192.0.2.53.53 > 192.0.2.10.40000: 464 1/0/0 TXT "some text" (55)
 *	    1   0.000000   192.0.2.10 → 192.0.2.53   DNS 75 Standard query 0x01d0 TXT www.example.net
 *
 * A query is an event. A response mostly does not repeat the question, so it completes the event of
 * its query, which then is a pair: by both ends and the message's id, within a unit, so that units
 * can be read in any order. A response that lies in another unit, or whose query was not captured,
 * is an event of its own where the name is shown, and counted where it is not.
 */
#include <errno.h>
#include <stdlib.h>

#include "format/text/join.h"
#include "format/text/logline.h"
#include "format/packet/tcpdump_line.h"
#include "format/text/clock.h"
#include "format/packet/tshark_line.h"

enum {
	HEAD_BYTES = 160, /* of a line: enough for number, time, and the first line of -v */
	HEADER_BYTES = 12,
	QUESTION_BYTES = 4, /* behind the name */
	RECORD_BYTES = 12,  /* with the owner's name as a pointer */
	OPT_BYTES = 11,
	RTT_MAX_S = 60,
};

struct packet_text_context {
	struct ed_logline_context line; /* first, for format/text/logline.h */
	struct ed_text_clock clock;     /* at the first line of the unit */
};

struct packet_text_state {
	struct ed_lines lines;
	struct ed_text_clock clock;
};

/* Memory of one reading thread. */
struct packet_text {
	struct ed_join join;
	struct ed_text_clock clock;
	struct ed_logtime_read head; /* time of the first line of a packet under -v */
};

/* -------------------------------------------------------------- units */

/* The front of a line with room behind it. */
static struct ed_span front_of(struct ed_span line,
			       uint8_t room[static HEAD_BYTES + ED_LOGLINE_SLACK_BYTES])
{
	size_t n = line.n < HEAD_BYTES ? line.n : HEAD_BYTES;

	memcpy(room, line.p, n);
	memset(room + n, 0, ED_LOGLINE_SLACK_BYTES);
	return ed_span_of(room, n);
}

/* Advances the clock over the lines of a unit, and moves the unit's end in front of a line whose
 * packet goes on behind it. */
static void pass_unit(struct packet_text_state *s, struct ed_span in, bool eof, struct ed_frame *f)
{
	uint8_t room[HEAD_BYTES + ED_LOGLINE_SLACK_BYTES];
	struct ed_span rest = ed_span_of(in.p, f->n_bytes), line;
	struct ed_text_clock before = s->clock;
	struct ed_logtime_read time;
	const uint8_t *last = in.p;
	bool is_head = false;

	while (ed_lines_next(&rest, &line)) {
		if (line.n == 0)
			continue;
		last = line.p;
		before = s->clock;
		is_head = line.n < HEAD_BYTES && ed_tcpdump_line_is_head(line);
		line = front_of(line, room);
		ed_text_clock_cut(&s->clock, &line, &time);
	}
	if (is_head && last > in.p && !(eof && f->n_bytes == in.n)) {
		f->n_bytes = (size_t)(last - in.p);
		s->clock = before;
	}
}

static enum ed_frame_verdict packet_text_frame(void *state, struct ed_span in, bool eof,
					       void *context, struct ed_frame *ret)
{
	struct packet_text_state *s = state;
	struct packet_text_context *c = context;
	enum ed_frame_verdict verdict = ed_lines_frame(&s->lines, in, eof, NULL, ret);

	if (verdict != ED_FRAME_UNIT)
		return verdict;
	c->clock = s->clock;
	pass_unit(s, in, eof, ret);
	return verdict;
}

/* -------------------------------------------------------------- events */

static uint64_t mark_of(const struct ed_event *ev)
{
	uint64_t ends = ed_hash_pair(ed_hash_bytes(ev->client.b, sizeof(ev->client.b), 0),
				     ed_hash_bytes(ev->resolver.b, sizeof(ev->resolver.b), 0));

	return ed_hash_pair(ends, (uint64_t)ev->client_port << 16 | ev->txid);
}

/* Who asked whom, and how. */
static void give_ends(const struct ed_text_message *m, struct ed_event *ev)
{
	bool asks = !m->is_response;

	ev->client = asks ? m->src : m->dst;
	ev->resolver = asks ? m->dst : m->src;
	ev->client_port = asks ? m->src_port : m->dst_port;
	ev->resolver_port = asks ? m->dst_port : m->src_port;
	ev->transport = m->transport;
	if (ed_addr_known(&ev->client))
		ev->has |= ED_FIELD_CLIENT;
	if (ed_addr_known(&ev->resolver))
		ev->has |= ED_FIELD_RESOLVER;
	if (ev->client_port != 0)
		ev->has |= ED_FIELD_CLIENT_PORT;
	if (m->transport != ED_TRANSPORT_UNKNOWN)
		ev->has |= ED_FIELD_TRANSPORT;
	ev->txid = m->id;
	ev->opcode = m->opcode;
	ev->has |= ED_FIELD_OPCODE | (m->has_id ? (uint32_t)ED_FIELD_TXID : 0);
}

static void give_question(const struct ed_text_message *m, struct ed_event *ev)
{
	memcpy(ed_event_name_room(ev), m->name.wire, m->name.n);
	ev->name_n = m->name.n;
	ev->lost = m->lost;
	ev->qtype = m->qtype;
	ev->has |= ED_FIELD_QNAME | ED_FIELD_QNAME_CASE | ED_FIELD_QTYPE;
}

/*
 * Free bytes are shown as text that their author can make look like anything, or not at all; what
 * they are is what the message's size leaves when all else is taken off. An additional record is
 * taken for OPT.
 */
static uint32_t free_bytes(const struct ed_text_message *m, size_t name_n)
{
	uint64_t other = HEADER_BYTES + name_n + QUESTION_BYTES +
			 (uint64_t)RECORD_BYTES * m->n_answers +
			 (uint64_t)OPT_BYTES * m->n_additional + m->bytes_addresses +
			 m->answers.bytes_names;

	return m->n_authority == 0 && m->size > other ? (uint32_t)(m->size - other) : 0;
}

static void give_response(const struct ed_text_message *m, struct ed_event *ev)
{
	ev->rcode = m->rcode;
	ev->has |= ED_FIELD_RCODE;
	if (m->has_flags) {
		ev->flags = m->flags | ED_DNS_QR;
		ev->has |= ED_FIELD_FLAGS;
	}
	if (m->size > 0) {
		ev->size_response = m->size;
		ev->has |= ED_FIELD_SIZE_RESPONSE;
	}
	ev->answers = m->answers;
	if (!m->has_counts) {
		if (m->answers.n > 0)
			ev->has |= ED_FIELD_ANSWERS;
		return;
	}
	ev->answers.n = (uint16_t)m->n_answers;
	ev->has |= ED_FIELD_ANSWERS | (m->has_data ? (uint32_t)ED_FIELD_RDATA_BYTES : 0);
	if (m->has_free)
		ev->answers.bytes_opaque = free_bytes(m, ev->name_n);
}

/* True when the query is in this unit. One that has its answer keeps the first. */
static bool complete(struct packet_text *p, const struct ed_batch *b,
		     const struct ed_text_message *m, const struct ed_event *ev)
{
	struct ed_event *query = ed_join_get(&p->join, b, mark_of(ev));
	int64_t rtt_ns;

	if (!query || !m->has_id)
		return false;
	if (query->kind == ED_EVENT_DNS_PAIR)
		return true;
	query->kind = ED_EVENT_DNS_PAIR;
	give_response(m, query);
	rtt_ns = ev->time_ns - query->time_ns;
	if ((ev->has & query->has & ED_FIELD_TIME) && rtt_ns >= 0 &&
	    rtt_ns <= RTT_MAX_S * INT64_C(1000000000)) {
		query->rtt_us = (int32_t)(rtt_ns / 1000);
		query->has |= ED_FIELD_RTT;
	}
	return true;
}

/* The message as an event, or a part of one. */
static unsigned take_message(struct ed_logline_reader *r, const struct ed_text_message *m,
			     const struct ed_logtime_read *time, struct ed_event *ev)
{
	struct packet_text *p = r->scratch;

	ed_logline_time(time, ev);
	give_ends(m, ev);
	if (!(ev->has & ED_FIELD_CLIENT))
		return ED_DROP_NO_FIELDS;
	if (m->is_response && p && complete(p, r->out, m, ev))
		return ED_LOGLINE_JOINED;
	if (m->name.n == 0)
		return ED_DROP_NO_QUERY;
	give_question(m, ev);
	if (m->is_response) {
		ev->kind = ED_EVENT_DNS_RESPONSE;
		give_response(m, ev);
		return ED_LOGLINE_EVENT;
	}
	ev->kind = ED_EVENT_DNS_QUERY;
	if (m->has_flags) {
		ev->flags = m->flags;
		ev->has |= ED_FIELD_FLAGS;
	}
	if (m->size > 0) {
		ev->size_query = m->size;
		ev->has |= ED_FIELD_SIZE_QUERY;
	}
	if (p && m->has_id)
		ed_join_put(&p->join, mark_of(ev), r->out->used);
	return ED_LOGLINE_EVENT;
}

/* The second word of @line; empty when there is none. */
static struct ed_span second_word(struct ed_span line)
{
	struct ed_span word;

	for (unsigned i = 0; i < 2; i++) {
		if (!ed_logline_word(&line, &word))
			return ed_span_of(line.p, 0);
	}
	return word;
}

/* "    192.0.2.10.40000 > 192.0.2.53.53: ...", the second line of a packet under -v. */
static bool is_second_line(struct ed_span line)
{
	return ed_span_starts(line, "    ") && ed_span_is(second_word(line), ">");
}

/* tshark has an address behind the time, and then an arrow; tcpdump has neither there. */
static bool is_tshark(struct ed_span line)
{
	struct ed_span word = second_word(line);

	return ed_span_is(word, "\xe2\x86\x92") || ed_span_is(word, "->");
}

static unsigned packet_text_line(struct ed_logline_reader *r, struct ed_span line,
				 struct ed_event *ev)
{
	struct packet_text *p = r->scratch;
	struct ed_text_message m = { .n_answers = 0 };
	struct ed_text_clock none = { .is_started = false };
	struct ed_logtime_read time;
	struct ed_span text = line;
	unsigned result;

	if (is_second_line(line)) {
		time = p ? p->head : (struct ed_logtime_read){ .quality = ED_TIME_NONE };
		result = ed_tcpdump_line(line, &m);
	} else {
		ed_text_clock_cut(p ? &p->clock : &none, &text, &time);
		if (p)
			p->head = time;
		if (is_tshark(text))
			result = ed_tshark_line(text, &m);
		else if (ed_tcpdump_line_is_head(text))
			result = ED_DROP_OTHER_LOG;
		else
			result = ed_tcpdump_line(text, &m);
	}
	return result == ED_TEXT_MESSAGE ? take_message(r, &m, &time, ev) : result;
}

/* -------------------------------------------------------------- the format */

static int packet_text_scratch_new(void **ret)
{
	*ret = calloc(1, sizeof(struct packet_text));
	return *ret ? 0 : -ENOMEM;
}

static void packet_text_scratch_free(void *scratch)
{
	free(scratch);
}

static unsigned packet_text_probe(struct ed_span head)
{
	return ed_logline_probe(packet_text_line, head);
}

static void packet_text_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	const struct packet_text_context *c = unit->context;
	struct packet_text *p = scratch;

	if (unit->bytes.n == 0)
		return;
	ed_join_reset(&p->join);
	p->clock = c->clock;
	p->head = (struct ed_logtime_read){ .quality = ED_TIME_NONE };
	ed_logline_decode(packet_text_line, scratch, unit, out);
}

const struct ed_format ed_format_packet_text = {
	.name = "packet-text",
	.help = "what tcpdump and tshark print of packets, a line each",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_CLIENT_PORT | ED_FIELD_RESOLVER |
		  ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_QNAME_CASE | ED_FIELD_OPCODE |
		  ED_FIELD_FLAGS | ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES |
		  ED_FIELD_SIZE_QUERY | ED_FIELD_SIZE_RESPONSE | ED_FIELD_RTT,
	.state_bytes = sizeof(struct packet_text_state),
	.context_bytes = sizeof(struct packet_text_context),
	.probe = packet_text_probe,
	.frame = packet_text_frame,
	.scratch_new = packet_text_scratch_new,
	.scratch_free = packet_text_scratch_free,
	.decode = packet_text_decode,
};
