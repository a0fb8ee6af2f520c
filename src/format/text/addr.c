/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses by their shape; see addr.h.
 */
#include "format/text/addr.h"

#include "format/text/lines.h"

enum { V4_TEXT_MIN = 7, V6_TEXT_MAX = 45 };

#ifdef __SSE2__

/* Hex digits, colons and dots among sixteen bytes. */
struct v6_masks {
	uint64_t hex;
	uint64_t colons;
	uint64_t dots;
};

static inline struct v6_masks v6_masks_of(const uint8_t *p)
{
	__m128i x = ed_text_load_less(p, 0);
	/* With 0x20 set a capital is its small letter; no other byte gets among those. */
	__m128i letter = _mm_sub_epi8(_mm_or_si128(x, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));

	return (struct v6_masks){
		.hex = ed_text_at_most(ed_text_load_less(p, '0'), 9) | ed_text_at_most(letter, 5),
		.colons = ed_text_is(x, ':'),
		.dots = ed_text_is(x, '.'),
	};
}

static inline bool is_single(uint64_t mask)
{
	return (mask & (mask - 1)) == 0;
}

/* Eight groups of one to four digits, or at most seven and one "::" (RFC 4291 §2.2). */
static bool is_v6(const struct v6_masks *m, size_t n)
{
	uint64_t two = m->hex & m->hex >> 1;
	uint64_t gap = m->colons & m->colons >> 1;
	uint64_t starts = m->hex & ~(m->hex << 1);

	/* A colon at either end is half of the "::". */
	if ((two & two >> 2 & m->hex >> 4) || !is_single(gap) || (m->colons & 1 & ~gap) ||
	    (m->colons >> (n - 1) & ~(gap >> (n - 2)) & 1))
		return false;
	for (unsigned i = 0; i < 7; i++)
		starts &= starts - 1;
	return gap ? starts == 0 : starts != 0 && is_single(starts);
}

enum ed_text_shape ed_text_addr_shape(struct ed_span text)
{
	if (text.n >= V4_TEXT_MIN && ed_text_is_v4(text))
		return ED_TEXT_SHAPE_V4;
	return ed_text_other_shape(text);
}

enum ed_text_shape ed_text_other_shape(struct ed_span text)
{
	struct v6_masks sum = { .hex = 0 };

	/* A group has four digits at most, so that a colon comes soon; nearly every name ends here. */
	if (text.n > V6_TEXT_MAX || text.n < 2 ||
	    !(ed_text_is(ed_text_load_less(text.p, 0), ':') & 0x1f))
		return ED_TEXT_SHAPE_NONE;
	for (size_t i = 0; i < text.n; i += ED_LINES_STEP) {
		struct v6_masks m = v6_masks_of(text.p + i);
		uint64_t all = text.n - i < ED_LINES_STEP ? (1U << (text.n - i)) - 1 : 0xffff;

		/* a byte that is in no address */
		if (((m.hex | m.colons | m.dots) & all) != all)
			return ED_TEXT_SHAPE_NONE;
		sum.hex |= (m.hex & all) << i;
		sum.colons |= (m.colons & all) << i;
		sum.dots |= (m.dots & all) << i;
	}
	if (sum.colons == 0)
		return ED_TEXT_SHAPE_NONE;
	/* ::ffff:c000:207 is IPv4 in other words; nearly all that are given to machines are in
	 * 2000::/4. */
	if (sum.dots || text.n < 5 || text.p[0] != '2' || text.p[4] != ':' || !is_v6(&sum, text.n))
		return ED_TEXT_SHAPE_UNSURE;
	return ED_TEXT_SHAPE_V6;
}

#else

bool ed_text_is_v4(struct ed_span text)
{
	struct ed_addr addr;

	return !memchr(text.p, ':', text.n) && ed_addr_from_text(text, &addr);
}

enum ed_text_shape ed_text_addr_shape(struct ed_span text)
{
	(void)text;
	return ED_TEXT_SHAPE_UNSURE;
}

enum ed_text_shape ed_text_other_shape(struct ed_span text)
{
	(void)text;
	return ED_TEXT_SHAPE_UNSURE;
}

#endif

bool ed_text_addr_read(struct ed_span text, struct ed_addr *ret)
{
	/* A span that is empty may point nowhere. */
	if (text.n < V4_TEXT_MIN || !ed_text_is_v4(text))
		return ed_addr_from_text(text, ret);
	ed_text_v4_put(ed_text_v4_of(text), ret);
	return true;
}
