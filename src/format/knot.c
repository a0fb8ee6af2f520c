/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Knot Resolver with policy.IPTRACE and policy.DEBUG_ALWAYS, whose messages have many lines:
 *	[reqdbg][policy][51189.00] request packet arrived from 192.0.2.10#53894 to ...#00053 (UDP)
 *	[reqdbg][policy][51189.00] request packet:
 *	;; ->>HEADER<<- opcode: QUERY; status: NOERROR; id: 51189
 *	;; Flags: rd ad  QUERY: 1; ANSWER: 0; AUTHORITY: 0; ADDITIONAL: 1
 *
 *	;; QUESTION SECTION
 *	www.example.net.		A
 *	...
 *	[reqdbg][policy][51189.00] answer packet:
 *	;; ->>HEADER<<- opcode: QUERY; status: NXDOMAIN; id: 51189
 *	...
 *
 * The question of a request is an event; the answer, known by its number and question, completes it
 * within the same unit, and units end where a request begins. Messages that do not begin with
 * "request" or "answer" are the resolver's own work, their lines with them. What syslog made of a
 * message, one line with "#012" for its ends of lines, reads the same.
 */
#include <errno.h>
#include <stdlib.h>

#include "format/text/join.h"
#include "format/resolver/knot_block.h"

enum {
	MESSAGE_MAX = 16 << 10, /* of a message in one line; the rest of a longer one is left */
	TAIL_MAX = 32 << 10,    /* how much of a unit may go to the next one */
	GROUPS_MAX = 4,
	QUESTION_MAX = 512, /* bytes by which an answer is known; longer ones are seldom */
};

static const char arrived[] = "request packet arrived ";

struct knot_scratch {
	struct ed_join join;
	struct ed_knot_block block;
	uint8_t message[MESSAGE_MAX + ED_LOGLINE_SLACK_BYTES];
};

static int knot_scratch_new(void **ret)
{
	*ret = calloc(1, sizeof(struct knot_scratch));
	return *ret ? 0 : -ENOMEM;
}

static void knot_scratch_free(void *scratch)
{
	free(scratch);
}

/* -------------------------------------------------------------- the first line of a message */

/* "[reqdbg][policy][51189.00] ": @ret_number is the text of the last one; false: no message. */
static bool take_groups(struct ed_span *text, struct ed_span *ret_number)
{
	for (unsigned i = 0; i < GROUPS_MAX; i++) {
		const uint8_t *end;

		if (text->n == 0 || text->p[0] != '[')
			break;
		end = ed_logline_find(*text, ']');
		if (!end)
			return false;
		*ret_number = ed_span_of(text->p + 1, (size_t)(end - text->p - 1));
		*text = ed_span_from(*text, ret_number->n + 2);
	}
	return ed_logline_take(text, " ");
}

/* "51189.00": the request; what comes behind the dot counts the resolver's own questions for it. */
static bool read_number(struct ed_span text, uint32_t *ret)
{
	const uint8_t *dot = ed_logline_find(text, '.');

	return dot && ed_logline_number(ed_span_of(text.p, (size_t)(dot - text.p)), 999999999, ret);
}

/* "UDP", "TCP + TLS", "TCP + TLS + HTTP" */
static enum ed_transport transport_of(struct ed_span text)
{
	if (memmem(text.p, text.n, "HTTP", 4))
		return ED_TRANSPORT_DOH;
	if (memmem(text.p, text.n, "TLS", 3))
		return ED_TRANSPORT_DOT;
	return ed_span_starts(text, "TCP") ? ED_TRANSPORT_TCP : ED_TRANSPORT_UDP;
}

/* "from 192.0.2.10#53894 to 192.0.2.53#00053 (UDP)" or "internally" */
static unsigned read_arrival(struct ed_span text, const struct ed_logtime_read *time,
			     uint32_t number, struct ed_knot_block *b)
{
	struct ed_span client, server;

	*b = (struct ed_knot_block){ .number = number, .time = *time };
	if (ed_logline_take(&text, "internally")) {
		b->is_internal = true;
		return ED_LOGLINE_JOINED;
	}
	if (!ed_logline_take(&text, "from ") || !ed_logline_word(&text, &client) ||
	    !ed_logline_endpoint(client, '#', &b->client, &b->client_port))
		return ED_DROP_BAD_LINE;
	b->has_client = true;
	b->has_server = ed_logline_take(&text, "to ") && ed_logline_word(&text, &server) &&
			ed_logline_endpoint(server, '#', &b->server, &b->server_port);
	if (ed_logline_take(&text, "("))
		b->transport = (uint8_t)transport_of(text);
	return ED_LOGLINE_JOINED;
}

/* -------------------------------------------------------------- the lines of a packet */

static uint64_t mark_of(uint32_t number, struct ed_span question)
{
	uint8_t lower[QUESTION_MAX];

	if (question.n > sizeof(lower))
		question.n = sizeof(lower);
	ed_name_lower(question.p, question.n, lower);
	return ed_hash_pair(number, ed_hash_bytes(lower, question.n, 0));
}

static unsigned read_question(struct ed_logline_reader *r, struct ed_span text, struct ed_event *ev)
{
	struct knot_scratch *s = r->scratch;
	struct ed_knot_block *b = &s->block;
	uint64_t mark = mark_of(b->number, text);
	unsigned result;

	b->section = ED_KNOT_OTHER;
	if (b->part == ED_KNOT_ANSWER) {
		b->open = ed_join_get(&s->join, r->out, mark);
		if (!b->open)
			return b->is_internal ? ED_DROP_UPSTREAM : ED_DROP_NO_QUERY;
		ed_knot_answered(b, b->open);
		return ED_LOGLINE_JOINED;
	}
	if (b->is_internal)
		return ED_DROP_UPSTREAM;
	if (!b->has_client)
		return ED_DROP_NO_FIELDS;
	result = ed_knot_question(b, text, ev);
	if (result == ED_LOGLINE_EVENT)
		ed_join_put(&s->join, mark, r->out->used);
	return result;
}

static unsigned read_continuation(struct ed_logline_reader *r, struct ed_span text,
				  struct ed_event *ev)
{
	struct knot_scratch *s = r->scratch;
	struct ed_knot_block *b = s ? &s->block : NULL;

	if (!b || b->part == ED_KNOT_NONE)
		return ED_DROP_OTHER_LOG;
	if (ed_knot_heading(b, text))
		return ED_LOGLINE_JOINED;
	if (text.n > 0 && b->section == ED_KNOT_QUESTION)
		return read_question(r, text, ev);
	if (text.n > 0 && b->section == ED_KNOT_ANSWERS && b->open)
		ed_knot_record(text, b->open);
	return ED_LOGLINE_JOINED;
}

/*
 * A message that syslog brought into one line: its parts in turn, of which the one that is an event
 * or a fault stands for the line.
 */
static unsigned read_folded(struct ed_logline_reader *r, struct ed_span text, struct ed_event *ev)
{
	struct knot_scratch *s = r->scratch;
	unsigned result = ED_LOGLINE_JOINED;
	struct ed_span rest, part;

	rest = ed_span_of(s->message, ed_knot_unfold(text, s->message, MESSAGE_MAX));
	memset(s->message + rest.n, 0, ED_LOGLINE_SLACK_BYTES);
	while (result == ED_LOGLINE_JOINED && ed_lines_next(&rest, &part))
		result = read_continuation(r, part, ev);
	s->block.part = ED_KNOT_NONE;
	return result;
}

static unsigned begin_packet(struct ed_logline_reader *r, enum ed_knot_part part, uint32_t number,
			     struct ed_span rest, struct ed_event *ev)
{
	struct knot_scratch *s = r->scratch;

	ed_knot_begin(&s->block, part, number);
	return rest.n > 0 ? read_folded(r, rest, ev) : (unsigned)ED_LOGLINE_JOINED;
}

/* A line that begins a message, of this kind or another. */
static unsigned read_message(struct ed_logline_reader *r, const struct ed_logline *l,
			     struct ed_event *ev)
{
	struct knot_scratch *s = r->scratch;
	struct ed_span text = l->text, number_text = { NULL, 0 };
	uint32_t number;

	if (s)
		s->block.part = ED_KNOT_NONE;
	if (!take_groups(&text, &number_text) || !read_number(number_text, &number))
		return ED_DROP_OTHER_LOG;
	if (ed_logline_take(&text, arrived))
		return s ? read_arrival(text, &l->time, number, &s->block) : ED_DROP_NO_QUERY;
	if (!s)
		return ED_DROP_OTHER_LOG;
	if (ed_logline_take(&text, "request packet:"))
		return begin_packet(r, ED_KNOT_REQUEST, number, text, ev);
	if (ed_logline_take(&text, "answer packet:"))
		return begin_packet(r, ED_KNOT_ANSWER, number, text, ev);
	return ED_DROP_OTHER_LOG;
}

static unsigned knot_line(struct ed_logline_reader *r, struct ed_span line, struct ed_event *ev)
{
	struct ed_logline l;
	unsigned result;

	ed_logline_cut(&r->time, line, &l);
	if (!ed_logline_is_from(&l, "kresd"))
		return ed_logline_other(line);
	while (l.text.n > 0 && l.text.p[0] == ' ') /* the journal indents all but the first line */
		l.text = ed_span_from(l.text, 1);
	if (l.text.n > 0 && l.text.p[0] == '[')
		result = read_message(r, &l, ev);
	else
		result = read_continuation(r, l.text, ev);
	return result == ED_DROP_OTHER_LOG ? ed_logline_other(line) : result;
}

/* -------------------------------------------------------------- the format */

/* Where the last request of @unit begins, as far as it is near the end; 0: nowhere. */
static size_t last_request(struct ed_span unit)
{
	size_t from = unit.n > TAIL_MAX ? unit.n - TAIL_MAX : 0, found = 0;
	const uint8_t *line;

	for (;;) {
		const uint8_t *p = memmem(unit.p + from, unit.n - from, arrived,
					  sizeof(arrived) - 1);
		if (!p)
			break;
		found = (size_t)(p - unit.p);
		from = found + sizeof(arrived) - 1;
	}
	line = found > 0 ? memrchr(unit.p, '\n', found) : NULL;
	return line ? (size_t)(line - unit.p) + 1 : 0;
}

static enum ed_frame_verdict knot_frame(void *state, struct ed_span in, bool eof, void *context,
					struct ed_frame *ret)
{
	enum ed_frame_verdict verdict = ed_logline_frame(state, in, eof, context, ret);
	size_t cut;

	if (verdict != ED_FRAME_UNIT || (eof && ret->n_bytes == in.n))
		return verdict;
	cut = last_request(ed_span_of(in.p, ret->n_bytes));
	if (cut > 0)
		ret->n_bytes = cut;
	return verdict;
}

static unsigned knot_probe(struct ed_span head)
{
	return ed_logline_probe(knot_line, head);
}

static void knot_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct knot_scratch *s = scratch;

	ed_join_reset(&s->join);
	s->block = (struct ed_knot_block){ .part = ED_KNOT_NONE };
	ed_logline_decode(knot_line, scratch, unit, out);
}

const struct ed_format ed_format_knot = {
	.name = "knot",
	.help = "Knot Resolver, policy.IPTRACE with DEBUG_ALWAYS or REQTRACE",
	.fields = ED_LOGLINE_FIELDS | ED_FIELD_CLIENT_PORT | ED_FIELD_RESOLVER |
		  ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_QNAME_BYTES | ED_FIELD_OPCODE |
		  ED_FIELD_FLAGS | ED_FIELD_EDNS | ED_FIELD_RCODE | ED_FIELD_ANSWERS |
		  ED_FIELD_RDATA_BYTES | ED_FIELD_TTL,
	.state_bytes = sizeof(struct ed_logline_state),
	.context_bytes = sizeof(struct ed_logline_context),
	.probe = knot_probe,
	.frame = knot_frame,
	.scratch_new = knot_scratch_new,
	.scratch_free = knot_scratch_free,
	.decode = knot_decode,
};
