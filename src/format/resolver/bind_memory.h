/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of named's lines remember from line to line: how a line begins before its
 * client, and what the ends of lines mean.
 *	" queries: info: client "	"IN AAAA +E(0)DC (192.0.2.53)"
 *
 * It is never seen in a result: the text alone decides what is read from it.
 */
#ifndef ED_FORMAT_RESOLVER_BIND_MEMORY_H
#define ED_FORMAT_RESOLVER_BIND_MEMORY_H

#include "format/text/memo.h"

enum { ED_BIND_FRONT_MAX = ED_TEXT_MEMO_SLACK_BYTES };

/* What stands between the time of a line and its client, as it was read last. */
struct ed_bind_front {
	uint8_t n;      /* 0: none yet */
	uint8_t date_n; /* of the date before it, which decides how it is read */
	uint8_t text[ED_BIND_FRONT_MAX];
};

/* What stands behind a name, to the end of the line. */
enum ed_bind_tail_kind { ED_BIND_QUERY, ED_BIND_RESPONSE };

/* The values of a tail, by its text. */
struct ed_bind_tail {
	uint32_t has;
	struct ed_addr resolver;
	uint16_t qtype;
	uint16_t qclass;
	uint16_t flags;
	uint16_t rcode;
	uint16_t n_answers;
	uint8_t transport;
};

struct ed_bind_memory {
	struct ed_bind_front front;
	struct ed_text_memo texts;
	struct ed_bind_tail tail[ED_TEXT_MEMO_PLACES]; /* by place */
};

/* The fields of the event that a tail makes known; none of them may be known before it is taken. */
enum {
	ED_BIND_TAIL_FIELDS = ED_FIELD_QTYPE | ED_FIELD_FLAGS | ED_FIELD_TRANSPORT |
			      ED_FIELD_RESOLVER | ED_FIELD_RCODE | ED_FIELD_ANSWERS,
};

/* False: no such text is kept. A tail is told from others by how it begins and ends. */
static inline bool ed_bind_tail_at(struct ed_span text, enum ed_bind_tail_kind kind,
				   struct ed_text_stretch *ret)
{
	if (text.n < ED_TEXT_MEMO_WORD_BYTES || text.n > ED_TEXT_MEMO_TEXT_MAX)
		return false;
	*ret = (struct ed_text_stretch){
		.p = text.p,
		.from = (uint8_t)(kind + 1),
		.word = { 0, (uint8_t)(text.n - ED_TEXT_MEMO_WORD_BYTES) },
	};
	return true;
}

/* Puts what is known of the tail @text into @ev; false: nothing. */
static inline bool ed_bind_tail_take(struct ed_bind_memory *m, enum ed_bind_tail_kind kind,
				     struct ed_span text, struct ed_event *ev)
{
	const struct ed_bind_tail *t;
	struct ed_text_stretch s;
	const struct ed_text_memo_head *h;

	if (!ed_bind_tail_at(text, kind, &s))
		return false;
	h = ed_text_memo_find(&m->texts, &s, text.p + text.n);
	if (!h || h->n != text.n)
		return false;
	t = &m->tail[h->place];
	ev->has |= t->has;
	ev->resolver = t->resolver;
	ev->qtype = t->qtype;
	ev->qclass = t->qclass;
	ev->flags = t->flags;
	ev->rcode = t->rcode;
	ev->answers.n = t->n_answers;
	ev->transport = t->transport;
	return true;
}

/* Keeps the tail @text, which was read into @ev. */
void ed_bind_tail_keep(struct ed_bind_memory *m, enum ed_bind_tail_kind kind, struct ed_span text,
		       const struct ed_event *ev);

/* Keeps @text, which stands between a time with a date of @date_n bytes and a client. */
void ed_bind_front_keep(struct ed_bind_memory *m, struct ed_span text, uint8_t date_n);

#endif
