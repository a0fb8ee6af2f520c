/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses in log text. Most of them only have to be told from names, and IPv4 is most of them:
 * both are done on masks of sixteen bytes, one bit a byte, and whatever the masks do not decide is
 * left to base/addr.h, so that the answer is always that of ed_addr_from_text.
 *	192.0.2.70        dots 0000001010001000, bit 0 on the right: where byte 0 is
 * A shift of a mask asks about the neighbour: `digits & digits >> 1` is "a digit and then another".
 *
 * ED_TEXT_ADDR_SLACK_BYTES behind each text are readable, whatever they hold.
 */
#ifndef ED_FORMAT_TEXT_ADDR_H
#define ED_FORMAT_TEXT_ADDR_H

#include "base/addr.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { ED_TEXT_ADDR_SLACK_BYTES = 16, ED_TEXT_V4_TEXT_MAX = 15 };

enum ed_text_shape {
	ED_TEXT_SHAPE_NONE, /* no address */
	ED_TEXT_SHAPE_V4,   /* dotted decimal */
	ED_TEXT_SHAPE_V6, /* and where machines are: neither IPv4 in other words nor ed_addr_nowhere */
	ED_TEXT_SHAPE_UNSURE, /* ed_addr_from_text must say */
};

enum ed_text_shape ed_text_addr_shape(struct ed_span text);

/* Exactly ed_addr_from_text. */
bool ed_text_addr_read(struct ed_span text, struct ed_addr *ret);

#ifdef __SSE2__
/* Bit i: byte i of @x is @c; is at least @c; is at most @c. */
static inline unsigned ed_text_is(__m128i x, int c)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8((char)c)));
}

static inline unsigned ed_text_at_least(__m128i x, int c)
{
	return (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_max_epu8(x, _mm_set1_epi8((char)c)), x));
}

static inline unsigned ed_text_at_most(__m128i x, int c)
{
	return (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8((char)c)), x));
}

static inline __m128i ed_text_load_less(const uint8_t *p, int base)
{
	return _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)p),
			    _mm_set1_epi8((char)base));
}

/*
 * True for four numbers of one to three digits, none with a leading zero, none above 255. Lengths
 * and values of octets are as good as random, so nothing here branches on them.
 */
static inline bool ed_text_is_v4(struct ed_span text)
{
	__m128i d = ed_text_load_less(text.p, '0');
	unsigned all = (1U << (text.n & 31)) - 1;
	unsigned digits = ed_text_at_most(d, 9) & all;
	unsigned dots = ed_text_is(d, '.' - '0') & all;
	unsigned starts = dots << 1 | 1;
	unsigned last = dots & (dots - 1);
	unsigned two, three, over, bad;

	last &= last - 1; /* the third dot, and no fourth */
	if ((digits | dots) != all || last == 0 || text.n > ED_TEXT_V4_TEXT_MAX)
		return false;
	two = starts & digits >> 1;
	three = two & digits >> 2;
	/* Of three digits: from 300 on, 260 to 299 or 256 to 259. */
	over = ed_text_at_least(d, 6);
	over = ed_text_at_least(d, 3) |
	       (ed_text_at_least(d, 2) & (over >> 1 | (ed_text_is(d, 5) >> 1 & over >> 2)));
	bad = (last & (last - 1)) | (starts & ~digits) | (two & ed_text_is(d, 0)) |
	      (three & (digits >> 3 | over));
	return bad == 0;
}
#else
bool ed_text_is_v4(struct ed_span text);
#endif

/* Where the dots are among the 16 bytes at @p; and which are not of such an address. */
static inline unsigned ed_text_v4_dots(const uint8_t *p, unsigned *ret_others)
{
#ifdef __SSE2__
	__m128i d = ed_text_load_less(p, '0');
	unsigned dots = ed_text_is(d, '.' - '0');

	*ret_others = ~(ed_text_at_most(d, 9) | dots);
#else
	unsigned dots = 0;

	*ret_others = ~UINT32_C(0xffff);
	for (unsigned i = 0; i < 16; i++) {
		dots |= (unsigned)(p[i] == '.') << i;
		*ret_others |= (unsigned)(p[i] != '.' && p[i] - (unsigned)'0' > 9) << i;
	}
#endif
	return dots;
}

/*
 * The value of a text that ed_text_is_v4, in host order. The digits of a number are moved until the
 * last one lies on top; there one product sums them by their weights.
 */
static inline uint32_t ed_text_v4_of(struct ed_span text)
{
	unsigned others, begin = 0, end;
	unsigned ends = ed_text_v4_dots(text.p, &others) | 1U << text.n;
	uint32_t v, v4 = 0;

	for (unsigned i = 0; i < 4; i++, ends &= ends - 1, begin = end + 1) {
		end = (unsigned)__builtin_ctz(ends);
		memcpy(&v, text.p + begin, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		v = __builtin_bswap32(v);
#endif
		v = (v & 0x0f0f0f0f) << (32 - 8 * (end - begin));
		v4 = v4 << 8 | v * (1 | 10 << 8 | 100 << 16) >> 24;
	}
	return v4;
}

/* The same of as many bytes at @p as may belong to it; returns how many they are, 0: it is none. */
static inline size_t ed_text_v4_scan(const uint8_t *p, uint32_t *ret)
{
	struct ed_span text = ed_span_of(p, 0);
	unsigned others;

	(void)ed_text_v4_dots(p, &others);
	text.n = (size_t)__builtin_ctz(others);
	if (!ed_text_is_v4(text))
		return 0;
	*ret = ed_text_v4_of(text);
	return text.n;
}

static inline void ed_text_v4_put(uint32_t v4, struct ed_addr *ret)
{
	const uint8_t bytes[4] = { (uint8_t)(v4 >> 24), (uint8_t)(v4 >> 16), (uint8_t)(v4 >> 8),
				   (uint8_t)v4 };

	memset(ret->b, 0, 10);
	memset(ret->b + 10, 0xff, 2);
	memcpy(ret->b + 12, bytes, sizeof(bytes));
}

#endif
