/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scanner for JSON lines as Zeek's own writer makes them: one object without white space, keys
 * without escapes, values that are strings, numbers, true, false, null, or arrays of strings or of
 * numbers.
 *	{"ts":1790000000.25,"id.orig_h":"192.0.2.10","AA":false,"answers":["192.0.2.7"],"TTLs":[60.0]}
 *
 * Why there is a second reader beside simdjson: reading JSON, not the detector, limited the whole
 * program, and nearly all lines have this one shape, whose values can be taken in one pass over the
 * text. The scanner is strict and declines what it does not know to be read alike by both (any
 * byte that is not ASCII, \u, exponents, signs, white space, objects in objects), and then the line
 * goes to simdjson from its start. So the result never depends on which of the two has read it.
 *
 * The byte behind the line is a line end or a zero, which ends every token; 16 more are readable.
 */
#ifndef ED_FORMAT_ZEEK_FLAT_H
#define ED_FORMAT_ZEEK_FLAT_H

#include "format/text/lines.h"
#include "wire/json.h"

struct ed_zeek_flat {
	const uint8_t *p;   /* the next byte */
	const uint8_t *end; /* of the line */
	uint8_t *room;      /* for strings with escapes; as many bytes as the line has */
};

/* The rest of a string in which an escape occurs, from its first byte on. */
bool ed_zeek_flat_unescape(struct ed_zeek_flat *f, struct ed_span *ret);

/* @digits / 10^@decimals, rounded as IEEE 754 wants it. */
bool ed_zeek_flat_quotient(uint64_t digits, size_t decimals, double *ret);

/* Bit i is set where byte i of the ED_LINES_STEP at @p cannot simply be part of a string. */
static inline unsigned ed_zeek_flat_special(const uint8_t *p)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')),
				   _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));

	/* As signed numbers, all that is not ASCII lies below the control characters. */
	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(hit, _mm_cmplt_epi8(x, _mm_set1_epi8(0x20))));
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < ED_LINES_STEP; i++)
		bits |= (unsigned)(p[i] == '"' || p[i] == '\\' || p[i] < 0x20 || p[i] >= 0x80) << i;
	return bits;
#endif
}

/* From behind the opening quote to behind the closing one. False: declined, as below. */
static inline bool ed_zeek_flat_string(struct ed_zeek_flat *f, struct ed_span *ret)
{
	const uint8_t *p = f->p;
	unsigned hits;

	while (!(hits = ed_zeek_flat_special(p)))
		p += ED_LINES_STEP;
	p += (unsigned)__builtin_ctz(hits);
	if (*p != '"')
		return *p == '\\' && ed_zeek_flat_unescape(f, ret);
	*ret = ed_span_of(f->p, (size_t)(p - f->p));
	f->p = p + 1;
	return true;
}

/* Behind the digits at @p, which are put behind those of @digits; it may overflow. */
static inline const uint8_t *ed_zeek_flat_digits(const uint8_t *p, uint64_t *digits)
{
	uint64_t v = *digits;
	unsigned d;

	while ((d = *p - (unsigned)'0') <= 9) {
		v = v * 10 + d;
		p++;
	}
	*digits = v;
	return p;
}

static inline bool ed_zeek_flat_number(struct ed_zeek_flat *f, double *ret)
{
	const uint8_t *start = f->p;
	uint64_t digits = 0;
	const uint8_t *p = ed_zeek_flat_digits(start, &digits);
	size_t decimals = 0;

	if (p == start || (*start == '0' && p - start > 1))
		return false;
	if (*p == '.') {
		const uint8_t *first = p + 1;

		p = ed_zeek_flat_digits(first, &digits);
		decimals = (size_t)(p - first);
		if (decimals == 0)
			return false;
	}
	f->p = p;
	/* Zeros in front are no digits of the number; 18 that are fit into a signed word. */
	while (p - start > 18 && (*start == '0' || *start == '.'))
		start++;
	if (p - start > 18)
		return false;
	*ret = (double)(int64_t)digits;
	return decimals == 0 || ed_zeek_flat_quotient(digits, decimals, ret);
}

/*
 * One value. Behind the bracket of an array the scanner stops: its items are values. False:
 * declined, which is also said of what is no JSON.
 */
static inline bool ed_zeek_flat_value(struct ed_zeek_flat *f, struct ed_json_value *ret)
{
	switch (*f->p) {
	case '"':
		f->p++;
		ret->type = ED_JSON_STRING;
		return ed_zeek_flat_string(f, &ret->string);
	case 't':
		ret->type = ED_JSON_BOOL;
		ret->boolean = true;
		f->p += 4;
		return memcmp(f->p - 4, "true", 4) == 0;
	case 'f':
		ret->type = ED_JSON_BOOL;
		ret->boolean = false;
		f->p += 5;
		return memcmp(f->p - 4, "alse", 4) == 0;
	case 'n':
		ret->type = ED_JSON_NULL;
		f->p += 4;
		return memcmp(f->p - 4, "null", 4) == 0;
	case '[':
		ret->type = ED_JSON_ARRAY;
		f->p++;
		return true;
	default:
		ret->type = ED_JSON_NUMBER;
		return ed_zeek_flat_number(f, &ret->number);
	}
}

#endif
