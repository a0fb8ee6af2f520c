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

#include "base/ascii.h"
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

/* The same of a text that is not ed_text_is_v4. */
enum ed_text_shape ed_text_other_shape(struct ed_span text);

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
 * Where in @x three digits begin that are a number above 255; @next and @third are the same text one
 * and two bytes further on. A digit that is too great counts as one more of the digit before.
 */
static inline unsigned ed_text_over_255(__m128i x, __m128i next, __m128i third)
{
	__m128i over = _mm_cmpgt_epi8(third, _mm_set1_epi8('5'));

	over = _mm_cmpgt_epi8(_mm_sub_epi8(next, over), _mm_set1_epi8('5'));
	over = _mm_cmpgt_epi8(_mm_sub_epi8(x, over), _mm_set1_epi8('2'));
	return (unsigned)_mm_movemask_epi8(over);
}

/*
 * True for four numbers of one to three digits, none with a leading zero, none above 255. Lengths
 * and values of octets are as good as random, so nothing here branches on them.
 */
static inline bool ed_text_is_v4(struct ed_span text)
{
	__m128i x = ed_text_load_less(text.p, 0);
	unsigned all = (1U << (text.n & 31)) - 1;
	unsigned digits = ed_text_at_most(ed_text_load_less(text.p, '0'), 9) & all;
	unsigned dots = ed_text_is(x, '.') & all;
	unsigned starts = dots << 1 | 1;
	unsigned last = dots & (dots - 1);
	unsigned two, three, over, bad;

	last &= last - 1; /* the third dot, and no fourth */
	if ((digits | dots) != all || last == 0 || text.n > ED_TEXT_V4_TEXT_MAX)
		return false;
	two = starts & digits >> 1;
	three = two & digits >> 2;
	over = ed_text_over_255(x, _mm_srli_si128(x, 1), _mm_srli_si128(x, 2));
	bad = (last & (last - 1)) | (starts & ~digits) | (two & ed_text_is(x, '0')) |
	      (three & (digits >> 3 | over));
	return bad == 0;
}
#else
bool ed_text_is_v4(struct ed_span text);
#endif

#ifdef __SSE2__
/* Which bytes are digits, of text less '0'. */
static inline __m128i ed_text_digits(__m128i d)
{
	return _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d);
}

static inline __m128i ed_text_tenfold(__m128i x)
{
	__m128i twice = _mm_add_epi8(x, x);
	__m128i fourfold = _mm_add_epi8(twice, twice);

	return _mm_add_epi8(_mm_add_epi8(fourfold, fourfold), twice);
}

/*
 * The value of the digits up to each byte, modulo 256, where three at most stand together; and
 * *@ret_over: where they are more than 255. @digits has the bytes that are digits.
 */
static inline __m128i ed_text_octets(__m128i d, __m128i digits, unsigned *ret_over)
{
	__m128i one = _mm_and_si128(d, digits);
	__m128i two = _mm_add_epi8(one, _mm_slli_si128(ed_text_tenfold(one), 1));
	__m128i high = _mm_slli_si128(_mm_and_si128(two, digits), 1);
	/* above 25, or 25 and then more than a five */
	__m128i over = _mm_sub_epi8(high, _mm_cmpgt_epi8(one, _mm_set1_epi8(5)));

	*ret_over = (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(over, _mm_set1_epi8(25)));
	return _mm_add_epi8(one, ed_text_tenfold(high));
}

/* The address of @n bytes of which @octets holds the numbers, each where its last digit is. */
static inline uint32_t ed_text_v4_pick(__m128i octets, unsigned dots, unsigned n)
{
	unsigned second = dots & (dots - 1), third = second & (second - 1);
	uint8_t octet[16];

	_mm_storeu_si128((__m128i *)(void *)octet, octets);
	return (uint32_t)octet[__builtin_ctz(dots) - 1] << 24 |
	       (uint32_t)octet[__builtin_ctz(second) - 1] << 16 |
	       (uint32_t)octet[__builtin_ctz(third) - 1] << 8 | octet[n - 1];
}
#endif

/* The value of a text that ed_text_is_v4, in host order. */
static inline uint32_t ed_text_v4_of(struct ed_span text)
{
#ifdef __SSE2__
	__m128i d = ed_text_load_less(text.p, '0');
	__m128i digits = ed_text_digits(d);
	unsigned over;

	return ed_text_v4_pick(ed_text_octets(d, digits, &over), ed_text_is(d, '.' - '0'),
			       (unsigned)text.n);
#else
	uint32_t octet = 0, v4 = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '.') {
			v4 = v4 << 8 | octet;
			octet = 0;
		} else {
			octet = octet * 10 + (text.p[i] - (uint32_t)'0');
		}
	}
	return v4 << 8 | octet;
#endif
}

/*
 * An address of as many bytes at @p as may belong to one, of which ED_TEXT_ADDR_SLACK_BYTES are
 * readable. Returns how many they are; 0: it is none.
 */
static inline size_t ed_text_v4_scan(const uint8_t *p, uint32_t *ret)
{
#ifdef __SSE2__
	__m128i d = ed_text_load_less(p, '0');
	__m128i in_digits = ed_text_digits(d);
	unsigned digits = (unsigned)_mm_movemask_epi8(in_digits);
	unsigned dots = ed_text_is(d, '.' - '0');
	unsigned others = ~(digits | dots); /* bit 16 is one of them, at least */
	unsigned all = (others & -others) - 1;
	unsigned third, starts, over, bad;
	__m128i octets = ed_text_octets(d, in_digits, &over);

	digits &= all;
	dots &= all;
	third = dots & (dots - 1);
	third &= third - 1;
	starts = dots << 1 | 1;
	bad = (third & (third - 1)) | (starts & ~digits) |
	      (starts & ed_text_is(d, 0) & digits >> 1) |
	      (digits & (over | (digits >> 1 & digits >> 2 & digits >> 3)));
	if (bad != 0 || third == 0)
		return 0;
	*ret = ed_text_v4_pick(octets, dots, (unsigned)__builtin_ctz(others));
	return (size_t)__builtin_ctz(others);
#else
	struct ed_span text = ed_span_of(p, 0);

	while (text.n < 16 && (p[text.n] == '.' || ed_is_digit(p[text.n])))
		text.n++;
	if (!ed_text_is_v4(text))
		return 0;
	*ret = ed_text_v4_of(text);
	return text.n;
#endif
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
