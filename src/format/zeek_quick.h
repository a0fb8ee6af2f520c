/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and times in the text of Zeek's records, for the readers of lines in the usual form: a
 * few machine words at a time instead of digit by digit.
 */
#ifndef ED_FORMAT_ZEEK_QUICK_H
#define ED_FORMAT_ZEEK_QUICK_H

#include "base/time.h"
#include "format/lines.h"
#include "format/zeek.h"

enum {
	ED_ZEEK_CLOCK_DIGITS = 10,   /* of the seconds since 1970, from 2001 on */
	ED_ZEEK_CLOCK_HIGH_MAX = 91, /* the first two of them: until 2261 nanoseconds fit */
};

/* The seconds of the last time that was read: records come many a second, and in order. */
struct ed_zeek_clock {
	uint8_t text[ED_ZEEK_CLOCK_DIGITS];
	int64_t time_ns;
};

/*
 * One to eight decimal digits; eight bytes at @p are readable. They are moved up against the end of
 * a word and summed in pairs, then in fours, then all: Johnny Lee, "Fast numeric string to int"
 * (2014).
 */
static inline bool ed_zeek_digits(const uint8_t *p, size_t n, uint32_t *ret)
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
static inline bool ed_zeek_digits_6(const uint8_t *p, uint32_t *ret)
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
	return ed_zeek_digits(p, 6, ret);
#endif
}

/* Sets @c to the seconds in the text at @p, of which 16 bytes are readable. False: no digits. */
static inline bool ed_zeek_clock_read(struct ed_zeek_clock *c, const uint8_t *p)
{
	uint32_t high, low;

	if (memcmp(c->text, p, ED_ZEEK_CLOCK_DIGITS) == 0)
		return true;
	if (!ed_zeek_digits(p, ED_ZEEK_CLOCK_DIGITS - 8, &high) ||
	    !ed_zeek_digits(p + ED_ZEEK_CLOCK_DIGITS - 8, 8, &low))
		return false;
	if (high > ED_ZEEK_CLOCK_HIGH_MAX)
		return false;
	memcpy(c->text, p, ED_ZEEK_CLOCK_DIGITS);
	c->time_ns = ((int64_t)high * 100000000 + low) * ED_NS_PER_S;
	return true;
}

/* Notes a value that was read, and the field that it makes known. */
static inline bool ed_zeek_known(struct ed_zeek_record *r, enum ed_zeek_role role,
				 enum ed_field field)
{
	r->seen |= ed_zeek_bit(role);
	r->ev->has |= field;
	return true;
}

#endif
