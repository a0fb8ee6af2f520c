/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses in Zeek's logs. Most of them only have to be told from names, and IPv4 is most of them:
 * both are done on masks of sixteen bytes, one bit a byte, and whatever the masks do not decide is
 * left to base/addr.h, so that the answer is always that of ed_addr_from_text.
 *	192.0.2.70        dots 0000001010001000, bit 0 on the right: where byte 0 is
 * A shift of a mask asks about the neighbour: `digits & digits >> 1` is "a digit and then another".
 *
 * ED_ZEEK_ADDR_SLACK_BYTES behind each text are readable, whatever they hold.
 */
#ifndef ED_FORMAT_ZEEK_ADDR_H
#define ED_FORMAT_ZEEK_ADDR_H

#include "base/addr.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { ED_ZEEK_ADDR_SLACK_BYTES = 16, ED_ZEEK_V4_TEXT_MAX = 15 };

enum ed_zeek_shape {
	ED_ZEEK_SHAPE_NONE,   /* no address */
	ED_ZEEK_SHAPE_V4,     /* dotted decimal */
	ED_ZEEK_SHAPE_V6,     /* and not IPv4 in other words */
	ED_ZEEK_SHAPE_UNSURE, /* ed_addr_from_text must say */
};

enum ed_zeek_shape ed_zeek_addr_shape(struct ed_span text);

/* Exactly ed_addr_from_text. */
bool ed_zeek_addr_read(struct ed_span text, struct ed_addr *ret);

/*
 * One to three digits without a leading zero, at most 255; returns how many, 0: there is something
 * else.
 */
static inline size_t ed_zeek_v4_octet(const uint8_t *p, uint32_t *ret)
{
	uint32_t v = p[0] - (uint32_t)'0', d;

	*ret = v;
	if (v > 9)
		return 0;
	if ((d = p[1] - (uint32_t)'0') > 9)
		return 1;
	*ret = v * 10 + d;
	if (v == 0)
		return 0;
	v = *ret;
	if ((d = p[2] - (uint32_t)'0') > 9)
		return 2;
	*ret = v * 10 + d;
	return *ret <= UINT8_MAX ? 3 : 0;
}

/*
 * Reads four such numbers at the front of @p, whatever is behind them but a digit, in host order.
 * Returns the bytes they take; 0: there is something else.
 */
static inline size_t ed_zeek_v4_scan(const uint8_t *p, uint32_t *ret)
{
	uint32_t octet, v4 = 0;
	size_t n = 0, used;

	for (unsigned i = 0; i < 4; i++) {
		if (i > 0 && p[n++] != '.')
			return 0;
		used = ed_zeek_v4_octet(p + n, &octet);
		if (used == 0)
			return 0;
		v4 = v4 << 8 | octet;
		n += used;
	}
	*ret = v4;
	return p[n] - (unsigned)'0' <= 9 ? 0 : n;
}

#ifdef __SSE2__
/* Bit i: byte i of @x is @c; is at least @c; is at most @c. */
static inline unsigned ed_zeek_is(__m128i x, int c)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8((char)c)));
}

static inline unsigned ed_zeek_at_least(__m128i x, int c)
{
	return (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_max_epu8(x, _mm_set1_epi8((char)c)), x));
}

static inline unsigned ed_zeek_at_most(__m128i x, int c)
{
	return (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8((char)c)), x));
}

static inline __m128i ed_zeek_load_less(const uint8_t *p, int base)
{
	return _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)p),
			    _mm_set1_epi8((char)base));
}

/* True for four numbers of one to three digits, none with a leading zero, none above 255. */
static inline bool ed_zeek_is_v4(struct ed_span text)
{
	__m128i d = ed_zeek_load_less(text.p, '0');
	unsigned all = (1U << (text.n & 31)) - 1;
	unsigned digits = ed_zeek_at_most(d, 9) & all;
	unsigned dots = ed_zeek_is(d, '.' - '0') & all;
	unsigned starts = dots << 1 | 1;
	unsigned last = dots & (dots - 1);
	unsigned two, three, high, six;

	last &= last - 1; /* the third dot, and no fourth */
	if ((digits | dots) != all || last == 0 || (last & (last - 1)) || (starts & ~digits) ||
	    text.n > ED_ZEEK_V4_TEXT_MAX)
		return false;
	two = starts & digits >> 1;
	three = two & digits >> 2;
	if ((two & ed_zeek_is(d, 0)) || (three & digits >> 3))
		return false;
	/* A number from 200 on may be above 255. */
	high = three & ed_zeek_at_least(d, 2);
	if (!high)
		return true;
	six = ed_zeek_at_least(d, 6);
	return !(high & (ed_zeek_at_least(d, 3) | six >> 1 | (ed_zeek_is(d, 5) >> 1 & six >> 2)));
}
#else
bool ed_zeek_is_v4(struct ed_span text);
#endif

/* The value of such a text. */
static inline uint32_t ed_zeek_v4_of(struct ed_span text)
{
	uint32_t octet = 0, v4 = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned d = text.p[i] - (unsigned)'0';

		if (d <= 9) {
			octet = octet * 10 + d;
			continue;
		}
		v4 = v4 << 8 | octet;
		octet = 0;
	}
	return v4 << 8 | octet;
}

static inline void ed_zeek_v4_put(uint32_t v4, struct ed_addr *ret)
{
	const uint8_t bytes[4] = { (uint8_t)(v4 >> 24), (uint8_t)(v4 >> 16), (uint8_t)(v4 >> 8),
				   (uint8_t)v4 };

	memset(ret->b, 0, 10);
	memset(ret->b + 10, 0xff, 2);
	memcpy(ret->b + 12, bytes, sizeof(bytes));
}

#endif
