/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sticky reader for binary input: after the first read past the end every further read gives
 * zero and `failed` stays set, so a parser reads like the layout it parses and tests once at the
 * end.
 */
#ifndef ED_BASE_CURSOR_H
#define ED_BASE_CURSOR_H

#include "base/span.h"

struct ed_cursor {
	const uint8_t *p;
	size_t n;   /* bytes in all */
	size_t off; /* next byte; <= n */
	bool failed;
};

static inline struct ed_cursor ed_cursor_from(struct ed_span s)
{
	return (struct ed_cursor){ .p = s.p, .n = s.n };
}

static inline size_t ed_cursor_left(const struct ed_cursor *c)
{
	return c->n - c->off;
}

static inline bool ed_cursor_has(struct ed_cursor *c, size_t n)
{
	if (c->failed || c->n - c->off < n)
		c->failed = true;
	return !c->failed;
}

static inline void ed_cursor_skip(struct ed_cursor *c, size_t n)
{
	if (ed_cursor_has(c, n))
		c->off += n;
}

static inline struct ed_span ed_cursor_bytes(struct ed_cursor *c, size_t n)
{
	if (!ed_cursor_has(c, n))
		return ed_span_of(NULL, 0);
	c->off += n;
	return ed_span_of(c->p + c->off - n, n);
}

static inline uint8_t ed_cursor_u8(struct ed_cursor *c)
{
	return ed_cursor_has(c, 1) ? c->p[c->off++] : 0;
}

static inline uint16_t ed_get_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t ed_get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint16_t ed_get_le16(const uint8_t *p)
{
	return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t ed_get_le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint16_t ed_cursor_be16(struct ed_cursor *c)
{
	uint16_t v = 0;

	if (ed_cursor_has(c, 2)) {
		v = ed_get_be16(c->p + c->off);
		c->off += 2;
	}
	return v;
}

static inline uint32_t ed_cursor_be32(struct ed_cursor *c)
{
	uint32_t v = 0;

	if (ed_cursor_has(c, 4)) {
		v = ed_get_be32(c->p + c->off);
		c->off += 4;
	}
	return v;
}

#endif
