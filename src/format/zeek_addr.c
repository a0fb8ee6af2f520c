/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses by their shape; see zeek_addr.h.
 *	192.0.2.70        dots 0000001010001000, bit 0 on the right: where byte 0 is
 * A shift of a mask asks about the neighbour: `digits & digits >> 1` is "a digit and then another".
 */
#include "format/zeek_addr.h"

#include "format/lines.h"

enum { V4_TEXT_MAX = 15, V4_TEXT_MIN = 7, V6_TEXT_MAX = 45 };

#ifdef __SSE2__

/* Bit i: byte i of @x is @c; is at least @c; is at most @c. */
static inline unsigned is(__m128i x, int c)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8((char)c)));
}

static inline unsigned at_least(__m128i x, int c)
{
	return (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_max_epu8(x, _mm_set1_epi8((char)c)), x));
}

static inline unsigned at_most(__m128i x, int c)
{
	return (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8((char)c)), x));
}

static inline __m128i load_less(const uint8_t *p, int base)
{
	return _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)p),
			    _mm_set1_epi8((char)base));
}

/*
 * Four numbers of one to three digits, none with a leading zero, none above 255: where each of them
 * ends, 0 when it is something else. @s has V4_TEXT_MIN to V4_TEXT_MAX bytes.
 */
static inline unsigned v4_ends(struct ed_span s)
{
	__m128i d = load_less(s.p, '0');
	unsigned all = (1U << s.n) - 1;
	unsigned digits = at_most(d, 9) & all;
	unsigned dots = is(d, '.' - '0') & all;
	unsigned starts = dots << 1 | 1;
	unsigned last = dots & (dots - 1);
	unsigned two, three, high, six;

	last &= last - 1; /* the third dot, and no fourth */
	if ((digits | dots) != all || last == 0 || (last & (last - 1)) || (starts & ~digits))
		return 0;
	two = starts & digits >> 1;
	three = two & digits >> 2;
	if ((two & is(d, 0)) || (three & digits >> 3))
		return 0;
	/* A number from 200 on may be above 255. */
	high = three & at_least(d, 2);
	if (high) {
		six = at_least(d, 6);
		if (high & (at_least(d, 3) | six >> 1 | (is(d, 5) >> 1 & six >> 2)))
			return 0;
	}
	return dots | 1U << s.n;
}

/* Hex digits, colons and dots among sixteen bytes. */
struct v6_masks {
	uint64_t hex;
	uint64_t colons;
	uint64_t dots;
};

static inline struct v6_masks v6_masks_of(const uint8_t *p)
{
	__m128i x = load_less(p, 0);
	/* With 0x20 set a capital is its small letter; no other byte gets among those. */
	__m128i letter = _mm_sub_epi8(_mm_or_si128(x, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));

	return (struct v6_masks){
		.hex = at_most(load_less(p, '0'), 9) | at_most(letter, 5),
		.colons = is(x, ':'),
		.dots = is(x, '.'),
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
	int groups = 0;

	/* A colon at either end is half of the "::". */
	if ((two & two >> 2 & m->hex >> 4) || !is_single(gap) || (m->colons & 1 & ~gap) ||
	    (m->colons >> (n - 1) & ~(gap >> (n - 2)) & 1))
		return false;
	for (; starts; starts &= starts - 1)
		groups++;
	return gap ? groups <= 7 : groups == 8;
}

enum ed_zeek_shape ed_zeek_addr_shape(struct ed_span text)
{
	struct v6_masks sum = { .hex = 0 };

	if (text.n > V6_TEXT_MAX || text.n < 2)
		return ED_ZEEK_SHAPE_NONE;
	if (text.n >= V4_TEXT_MIN && text.n <= V4_TEXT_MAX && v4_ends(text))
		return ED_ZEEK_SHAPE_V4;
	for (size_t i = 0; i < text.n; i += ED_LINES_STEP) {
		struct v6_masks m = v6_masks_of(text.p + i);
		uint64_t all = text.n - i < ED_LINES_STEP ? (1U << (text.n - i)) - 1 : 0xffff;

		/* A byte that is in no address: nearly every name ends here. */
		if (((m.hex | m.colons | m.dots) & all) != all)
			return ED_ZEEK_SHAPE_NONE;
		sum.hex |= (m.hex & all) << i;
		sum.colons |= (m.colons & all) << i;
		sum.dots |= (m.dots & all) << i;
	}
	if (sum.colons == 0)
		return ED_ZEEK_SHAPE_NONE;
	/* ::ffff:c000:207 is IPv4 in other words, and so may be whatever begins with zeros. */
	if (sum.dots || text.p[0] == '0' || text.p[0] == ':' || !is_v6(&sum, text.n))
		return ED_ZEEK_SHAPE_UNSURE;
	return ED_ZEEK_SHAPE_V6;
}

#else

static inline unsigned v4_ends(struct ed_span s)
{
	(void)s;
	return 0;
}

enum ed_zeek_shape ed_zeek_addr_shape(struct ed_span text)
{
	(void)text;
	return ED_ZEEK_SHAPE_UNSURE;
}

#endif

/* The value of a text with these v4_ends. */
static inline uint32_t v4_of(const uint8_t *p, unsigned ends)
{
	unsigned start = 0;
	uint32_t all = 0;

	for (; ends; ends &= ends - 1) {
		unsigned end = (unsigned)__builtin_ctz(ends);
		uint32_t octet = p[start] - (unsigned)'0';

		if (end - start > 1)
			octet = octet * 10 + (p[start + 1] - (unsigned)'0');
		if (end - start > 2)
			octet = octet * 10 + (p[start + 2] - (unsigned)'0');
		all = all << 8 | octet;
		start = end + 1;
	}
	return all;
}

uint32_t ed_zeek_addr_v4(struct ed_span text)
{
	return v4_of(text.p, v4_ends(text));
}

bool ed_zeek_addr_read(struct ed_span text, struct ed_addr *ret)
{
	unsigned ends = 0;
	uint32_t v4;

	if (text.n >= V4_TEXT_MIN && text.n <= V4_TEXT_MAX)
		ends = v4_ends(text);
	if (ends == 0)
		return ed_addr_from_text(text, ret);
	v4 = v4_of(text.p, ends);
	memset(ret->b, 0, 10);
	memset(ret->b + 10, 0xff, 2);
	ret->b[12] = (uint8_t)(v4 >> 24);
	ret->b[13] = (uint8_t)(v4 >> 16);
	ret->b[14] = (uint8_t)(v4 >> 8);
	ret->b[15] = (uint8_t)v4;
	return true;
}
