/* SPDX-License-Identifier: Apache-2.0 */
/* Windows event logs made for tests: a chunk with headers, records and binary XML, token by token.
 */
#ifndef ED_WIRE_TEST_EVTX_H
#define ED_WIRE_TEST_EVTX_H

#include "wire/evtx.h"

enum { MADE_TEMPLATE_ID = 0x11223344 };

struct made {
	uint8_t b[ED_EVTX_CHUNK_BYTES];
	uint32_t at;
	uint32_t record;   /* where the one in the making begins */
	uint32_t template; /* where the definition lies; 0: not yet */
	uint64_t first_id, last_id;
};

static inline void made_bytes(struct made *m, const void *p, size_t n)
{
	assert_in_range(n, 0, sizeof(m->b) - m->at);
	memcpy(m->b + m->at, p, n);
	m->at += (uint32_t)n;
}

static inline void made_set(struct made *m, uint32_t at, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		m->b[at + i] = (uint8_t)(v >> 8 * i);
}

static inline void made_le(struct made *m, uint64_t v, unsigned n)
{
	assert_in_range(n, 0, sizeof(m->b) - m->at);
	made_set(m, m->at, v, n);
	m->at += n;
}

static inline void made_utf16(struct made *m, const char *s)
{
	for (; *s; s++)
		made_le(m, (uint8_t)*s, 2);
}

/* The name at this place, behind the offset that points to it. */
static inline void made_name(struct made *m, const char *s)
{
	uint32_t hash = 0;

	for (const char *p = s; *p; p++)
		hash = hash * 65599 + (uint8_t)*p;
	made_le(m, m->at + 4, 4);
	made_le(m, 0, 4);
	made_le(m, hash & 0xffff, 2);
	made_le(m, strlen(s), 2);
	made_utf16(m, s);
	made_le(m, 0, 2);
}

/* An element as a template holds it; @attributes: some follow. */
static inline void made_open(struct made *m, const char *name, bool attributes)
{
	made_le(m, attributes ? 0x41 : 0x01, 1);
	made_le(m, 0xffff, 2);
	made_le(m, 0, 4);
	made_name(m, name);
	if (attributes)
		made_le(m, 0, 4);
}

static inline void made_attribute(struct made *m, const char *name)
{
	made_le(m, 0x06, 1);
	made_name(m, name);
}

static inline void made_text(struct made *m, const char *s)
{
	made_le(m, 0x0105, 2);
	made_le(m, strlen(s), 2);
	made_utf16(m, s);
}

static inline void made_hole(struct made *m, unsigned i, bool optional)
{
	made_le(m, optional ? 0x0e : 0x0d, 1);
	made_le(m, i, 2);
	made_le(m, 1, 1);
}

static inline void made_close_start(struct made *m)
{
	made_le(m, 0x02, 1);
}

static inline void made_end_element(struct made *m)
{
	made_le(m, 0x04, 1);
}

/* "<Event><Id>{0}</Id><Data Name='Q'>{1}</Data></Event>" */
static inline void made_usual_template(struct made *m)
{
	made_open(m, "Event", false);
	made_close_start(m);
	made_open(m, "Id", false);
	made_close_start(m);
	made_hole(m, 0, false);
	made_end_element(m);
	made_open(m, "Data", true);
	made_attribute(m, "Name");
	made_text(m, "Q");
	made_close_start(m);
	made_hole(m, 1, true);
	made_end_element(m);
	made_end_element(m);
	made_le(m, 0, 1);
}

static inline void made_init(struct made *m, uint64_t first_id)
{
	memset(m, 0, sizeof(*m));
	m->at = ED_EVTX_CHUNK_HEAD_BYTES;
	m->first_id = first_id;
	m->last_id = first_id - 1;
}

static inline void made_record_begin(struct made *m, uint64_t id)
{
	m->record = m->at;
	made_bytes(m, "**\0\0\0\0\0\0", 8);
	made_le(m, id, 8);
	made_le(m, 132000000000000000 + id, 8);
	made_le(m, 0x0001010f, 4);
	m->last_id = id;
}

static inline void made_record_end(struct made *m)
{
	uint32_t n;

	made_le(m, 0, 1);
	while ((m->at - m->record) % 8 != 4)
		made_le(m, 0, 1);
	n = m->at + 4 - m->record;
	made_le(m, n, 4);
	made_set(m, m->record + 4, n, 4);
}

/* The instance up to its values; the first of a chunk brings the template that @define writes. */
static inline void made_instance(struct made *m, void (*define)(struct made *m))
{
	uint32_t head;

	made_le(m, 0x010c, 2);
	made_le(m, MADE_TEMPLATE_ID, 4);
	made_le(m, m->template ? m->template : m->at + 4, 4);
	if (m->template)
		return;
	m->template = m->at;
	made_le(m, 0, 4);
	made_le(m, MADE_TEMPLATE_ID, 4);
	made_le(m, 0, 8);
	made_le(m, 0, 4);
	head = m->at;
	made_le(m, 0, 4);
	made_le(m, 0x0001010f, 4);
	define(m);
	made_set(m, head, m->at - head - 4, 4);
}

/* A record of the usual template with @id as event id and @text as data. */
static inline void made_usual(struct made *m, uint64_t id, const char *text)
{
	made_record_begin(m, id);
	made_instance(m, made_usual_template);
	made_le(m, 2, 4);
	made_le(m, 2 | 0x06 << 16, 4);
	made_le(m, 2 * strlen(text) | 0x01 << 16, 4);
	made_le(m, id & 0xffff, 2);
	made_utf16(m, text);
	made_record_end(m);
}

/* Writes the header; what lies behind @live_end is slack. */
static inline struct ed_span made_done(struct made *m, uint32_t live_end)
{
	memcpy(m->b, ED_EVTX_CHUNK_MAGIC, ED_EVTX_MAGIC_BYTES);
	made_set(m, 8, 1, 8);
	made_set(m, 16, m->last_id - m->first_id + 1, 8);
	made_set(m, 24, m->first_id, 8);
	made_set(m, 32, m->last_id, 8);
	made_set(m, 40, 128, 4);
	made_set(m, 44, m->record, 4);
	made_set(m, 48, live_end, 4);
	return ed_span_of(m->b, sizeof(m->b));
}

#endif
