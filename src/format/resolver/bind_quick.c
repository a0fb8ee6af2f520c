/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of named in the usual form, and what is remembered of them:
 *	03-Nov-2026 14:02:11.250 queries: info: client @0x7f33df100098 192.0.2.10#41096
 *	  (www.example.net): query: www.example.net IN A +E(0)D (192.0.2.53)
 *
 * They are taken in one pass, without looking for the end of the line first: what stands before the
 * client and behind the name has been read before, and is known by its text. Each step gives NULL
 * for whatever it does not know, and accepts no line end and no zero, so it never leaves the line.
 * What is declined is read by bind_line.c from its start.
 */
#include <errno.h>
#include <stdlib.h>

#include "format/resolver/bind_line.h"
#include "format/resolver/bind_memory.h"
#include "format/text/digits.h"
#include "format/text/plain_name.h"
#include "format/text/addr.h"

enum { PORT_DIGITS_MAX = 5, BLANK = ' ' };

/* -------------------------------------------------------------- the memory */

int ed_bind_scratch_new(void **ret)
{
	struct ed_bind_memory *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	ed_text_memo_clear(&m->texts);
	*ret = m;
	return 0;
}

void ed_bind_scratch_free(void *scratch)
{
	free(scratch);
}

void ed_bind_front_keep(struct ed_bind_memory *m, struct ed_span text, uint8_t date_n)
{
	if (text.n > ED_BIND_FRONT_MAX)
		return;
	m->front.n = (uint8_t)text.n;
	m->front.date_n = date_n;
	memcpy(m->front.text, text.p, text.n);
}

void ed_bind_tail_keep(struct ed_bind_memory *m, enum ed_bind_tail_kind kind, struct ed_span text,
		       const struct ed_event *ev)
{
	struct ed_text_stretch s;
	int place;

	if (!ed_bind_tail_at(text, kind, &s))
		return;
	place = ed_text_memo_keep(&m->texts, &s, text.p + text.n);
	if (place < 0)
		return;
	m->tail[place] = (struct ed_bind_tail){
		.has = ev->has & ED_BIND_TAIL_FIELDS,
		.resolver = ev->resolver,
		.qtype = ev->qtype,
		.qclass = ev->qclass,
		.flags = ev->flags,
		.rcode = ev->rcode,
		.n_answers = ev->answers.n,
		.transport = ev->transport,
	};
}

/* -------------------------------------------------------------- steps */

/* Bit i is set where byte i of the ED_LINES_STEP at @p is a blank or below. */
static inline unsigned blanks(const uint8_t *p)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i most = _mm_min_epu8(x, _mm_set1_epi8(BLANK));

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(most, x));
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < ED_LINES_STEP; i++)
		bits |= (unsigned)(p[i] <= BLANK) << i;
	return bits;
#endif
}

/* Behind the word at @start and its blank. Two steps at once: in which of them it ends is as good
 * as random. */
static inline const uint8_t *skip_word(const uint8_t *start)
{
	const uint8_t *p = start;
	uint32_t hits;

	while (!(hits = blanks(p) | (uint32_t)blanks(p + ED_LINES_STEP) << ED_LINES_STEP))
		p += 2 * ED_LINES_STEP;
	p += (unsigned)__builtin_ctz(hits);
	return *p == BLANK && p != start ? p + 1 : NULL;
}

/* The same of a word that ends in a colon. */
static inline const uint8_t *skip_label(const uint8_t *p)
{
	const uint8_t *end = skip_word(p);

	return end && end - p > 2 && end[-2] == ':' ? end : NULL;
}

/* The first @n bytes of a word, as ed_load_8 gives them. */
static inline bool is_at(const uint8_t *p, const char word[static 8], unsigned n)
{
	return (ed_load_8(p) ^ ed_load_8((const uint8_t *)word)) << (64 - 8 * n) == 0;
}

/* The time, all that stands before the client, and the pointer. */
static inline const uint8_t *quick_front(const struct ed_logline_reader *r, struct ed_span text,
					 struct ed_logtime_read *ret)
{
	const struct ed_bind_memory *m = r->scratch;
	const struct ed_bind_front *front = &m->front;
	size_t n = ed_logtime_again(&r->time, text, ret);
	const uint8_t *p = text.p + n;

	if (n == 0 || front->n == 0 || front->date_n != r->time.date_n ||
	    !ed_text_memo_equal(front->text, p, front->n))
		return NULL;
	p += front->n;
	return is_at(p, "@0x\0\0\0\0", 3) ? skip_word(p + 3) : p;
}

/* "192.0.2.10#41096 (www.example.net): view lan: "; the name is told again behind. */
static inline const uint8_t *quick_client(const uint8_t *p, uint32_t *ret_v4, uint32_t *ret_port)
{
	size_t n = ed_text_v4_scan(p, ret_v4), n_digits;

	if (n == 0 || p[n] != '#')
		return NULL;
	p += n + 1;
	n_digits = ed_digits_count(p);
	if (n_digits > PORT_DIGITS_MAX || !ed_digits_read(p, n_digits, ret_port) ||
	    *ret_port > UINT16_MAX || p[n_digits] != BLANK || p[n_digits + 1] != '(')
		return NULL;
	p = skip_label(p + n_digits + 1);
	while (p && is_at(p, "view \0\0", 5))
		p = skip_label(p + 5);
	return p;
}

static inline const uint8_t *quick_kind(const uint8_t *p, enum ed_bind_tail_kind *ret)
{
	if (is_at(p, "query: ", 7)) {
		*ret = ED_BIND_QUERY;
		return p + 7;
	}
	if (is_at(p, "response", 8) && p[8] == ':' && p[9] == BLANK) {
		*ret = ED_BIND_RESPONSE;
		return p + 10;
	}
	return NULL;
}

/* The end of the line at @p, if it is near; *@ret_next: of the line end too. */
static inline const uint8_t *quick_end(const uint8_t *p, const uint8_t **ret_next)
{
	uint64_t hits = ed_lines_match_two(p, '\n');

	hits |= (uint64_t)ed_lines_match_two(p + 2 * ED_LINES_STEP, '\n') << 2 * ED_LINES_STEP;
	if (!hits)
		return NULL;
	p += (unsigned)__builtin_ctzll(hits);
	*ret_next = p + 1;
	return p[-1] == '\r' ? p - 1 : p;
}

size_t ed_bind_quick(struct ed_logline_reader *r, struct ed_span text, struct ed_event *ev)
{
	const struct ed_plain_name_form form = { .escape = '\\',
						 .end = BLANK,
						 .graphic_only = true };
	enum ed_bind_tail_kind kind;
	const uint8_t *p, *end, *next;
	struct ed_logtime_read time;
	uint32_t v4, port;
	uint8_t name_n;

	if (!r->scratch || !(p = quick_front(r, text, &time)) ||
	    !(p = quick_client(p, &v4, &port)) || !(p = quick_kind(p, &kind)))
		return 0;
	name_n = ed_plain_name_read(ed_span_of(p, (size_t)(text.p + text.n - p)), form,
				    ed_event_name_room(ev));
	if (name_n == 0 || p[name_n - 2] != BLANK)
		return 0;
	p += name_n - 1;
	end = quick_end(p, &next);
	if (!end || end <= p ||
	    !ed_bind_tail_take(r->scratch, kind, ed_span_of(p, (size_t)(end - p)), ev))
		return 0;
	ed_text_v4_put(v4, &ev->client);
	ev->client_port = (uint16_t)port;
	ev->name_n = name_n;
	ev->has |= ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE |
		   ED_FIELD_QNAME_BYTES;
	ed_logline_time(&time, ev);
	ev->vantage = ED_VANTAGE_RESOLVER;
	ev->kind = kind == ED_BIND_QUERY ? ED_EVENT_DNS_QUERY : ED_EVENT_DNS_RESPONSE;
	return (size_t)(next - text.p);
}
