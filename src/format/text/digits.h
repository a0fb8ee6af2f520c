/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decimal numbers in text, a machine word at a time instead of digit by digit.
 *	41096	1790000000	.250
 */
#ifndef ED_FORMAT_TEXT_DIGITS_H
#define ED_FORMAT_TEXT_DIGITS_H

#include "format/text/lines.h"

/*
 * One to eight decimal digits; eight bytes at @p are readable. They are moved up against the end of
 * a word and summed in pairs, then in fours, then all: Johnny Lee, "Fast numeric string to int"
 * (2014).
 */
static inline __attribute__((always_inline)) bool ed_digits_read(const uint8_t *p, size_t n,
								 uint32_t *ret)
{
	const uint64_t zeros = ED_BYTES_8('0');
	const uint64_t pairs = 0x000000ff000000ffU;
	uint64_t v;

	if (n - 1 > 7)
		return false;
	v = ed_load_8(p) << (64 - 8 * n) | (zeros >> 8 * (n - 1)) >> 8;
	if (((v & ED_BYTES_8(0xf0)) | ((v + ED_BYTES_8(6)) & ED_BYTES_8(0xf0)) >> 4) !=
	    ED_BYTES_8(0x33))
		return false;
	v = (v - zeros) * 10 + ((v - zeros) >> 8);
	*ret = (uint32_t)(((v & pairs) * 0x000f424000000064U +
			   (v >> 16 & pairs) * 0x0000271000000001U) >>
			  32);
	return true;
}

/* Six digits; eight bytes at @p are readable. */
static inline bool ed_digits_six(const uint8_t *p, uint32_t *ret)
{
#ifdef __SSE2__
	const __m128i ones_tens = _mm_setr_epi16(10, 1, 10, 1, 10, 1, 0, 0);
	const __m128i hundreds = _mm_setr_epi16(100, 1, 1, 0, 0, 0, 0, 0);
	__m128i d = _mm_sub_epi8(_mm_loadl_epi64((const __m128i *)(const void *)p),
				 _mm_set1_epi8('0'));
	__m128i most = _mm_min_epu8(d, _mm_set1_epi8(9));
	uint64_t parts;

	if ((_mm_movemask_epi8(_mm_cmpeq_epi8(most, d)) & 0x3f) != 0x3f)
		return false;
	d = _mm_madd_epi16(_mm_unpacklo_epi8(d, _mm_setzero_si128()), ones_tens);
	d = _mm_madd_epi16(_mm_packs_epi32(d, d), hundreds);
	parts = (uint64_t)_mm_cvtsi128_si64(d);
	*ret = (uint32_t)parts * 100 + (uint32_t)(parts >> 32);
	return true;
#else
	return ed_digits_read(p, 6, ret);
#endif
}

enum { ED_DIGITS_SHORT_MAX = 5 };

#ifdef __SSE2__
/* By how many digits a number has: what each of them counts for, and nothing what is behind it. */
static const int16_t ed_digits_weights[ED_DIGITS_SHORT_MAX + 1][8] __attribute__((aligned(16))) = {
	{ 0 }, { 1 }, { 10, 1 }, { 100, 10, 1 }, { 1000, 100, 10, 1 }, { 10000, 1000, 100, 10, 1 },
};
#endif

/*
 * The number of one to five digits at @p, where eight bytes are readable; as many digits are taken
 * as there are. Returns how many; 0: there is none, or there are more.
 */
static inline unsigned ed_digits_short(const uint8_t *p, uint32_t *ret)
{
#ifdef __SSE2__
	__m128i d = _mm_sub_epi8(_mm_loadl_epi64((const __m128i *)(const void *)p),
				 _mm_set1_epi8('0'));
	__m128i most = _mm_min_epu8(d, _mm_set1_epi8(9));
	unsigned n = (unsigned)__builtin_ctz(~_mm_movemask_epi8(_mm_cmpeq_epi8(most, d)));

	if (n - 1 >= ED_DIGITS_SHORT_MAX)
		return 0;
	d = _mm_madd_epi16(_mm_unpacklo_epi8(d, _mm_setzero_si128()),
			   _mm_load_si128((const __m128i *)(const void *)ed_digits_weights[n]));
	d = _mm_add_epi32(d, _mm_unpackhi_epi64(d, d));
	d = _mm_add_epi32(d, _mm_shuffle_epi32(d, 1));
	*ret = (uint32_t)_mm_cvtsi128_si32(d);
	return n;
#else
	uint32_t v = 0, digit;
	unsigned n = 0;

	for (; n <= ED_DIGITS_SHORT_MAX && (digit = p[n] - (uint32_t)'0') <= 9; n++)
		v = v * 10 + digit;
	if (n - 1 >= ED_DIGITS_SHORT_MAX)
		return 0;
	*ret = v;
	return n;
#endif
}

/* How many of the eight bytes at @p are digits before one that is none. */
static inline unsigned ed_digits_count(const uint8_t *p)
{
	uint64_t x = ed_load_8(p) ^ ED_BYTES_8('0');

	/* a carry changes only what lies behind a byte that is none already */
	x = ((x + ED_BYTES_8(6)) | x) & ED_BYTES_8(0xf0);
	return x ? (unsigned)__builtin_ctzll(x) / 8 : 8;
}

#endif
