/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rarer parts of flat.h: strings with escapes, and numbers with a fraction.
 *	TXT 5 a\\x09b     0.0005159378051757812 = 5159378051757812 / 10^19
 */
#include "format/zeek/flat.h"

#include "format/json/text.h"

enum {
	POWERS_EXACT = 23, /* powers of ten that are exact as a double: 10^0 to 10^22 */
	POWERS_WORD = 28,  /* powers of five that fit into a word with room: 5^0 to 5^27 */
	DOUBLE_BITS = 53,
	DOUBLE_BIAS = 1023,
};

bool ed_zeek_flat_unescape(struct ed_zeek_flat *f, struct ed_span *ret)
{
	const uint8_t *p = f->p;
	uint8_t *out = f->room;

	for (; *p != '"'; p++, out++) {
		if (*p < 0x20 || *p >= 0x80)
			return false;
		*out = *p == '\\' ? ed_json_text_escape(*++p) : *p;
		if (*out == 0)
			return false;
	}
	*ret = ed_span_of(f->room, (size_t)(out - f->room));
	f->room = out;
	f->p = p + 1;
	return true;
}

#ifdef __SIZEOF_INT128__
/* 2^@e, for an @e that needs no care. */
static double power_of_two(int e)
{
	uint64_t bits = (uint64_t)(e + DOUBLE_BIAS) << (DOUBLE_BITS - 1);
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

/*
 * The same by long division, where the digits or the power need more bits than a double has. With
 * the top bits of both moved to the top of a word, the quotient has 63 or 64 bits and the remainder
 * tells on which side of a half it lies. The twos in the ten go into the exponent.
 */
static double divide(uint64_t digits, size_t decimals)
{
	unsigned __int128 n;
	uint64_t d = 1, q, rest, half, m;
	int shift, up_n, up_d;

	for (size_t i = 0; i < decimals; i++)
		d *= 5;
	up_n = __builtin_clzll(digits);
	up_d = __builtin_clzll(d);
	d <<= up_d;
	n = (unsigned __int128)(digits << up_n) << 63;
	q = (uint64_t)(n / d);
	shift = 64 - __builtin_clzll(q) - DOUBLE_BITS;
	half = UINT64_C(1) << (shift - 1);
	rest = q & (2 * half - 1);
	m = q >> shift;
	if (rest > half || (rest == half && ((m & 1) || n % d)))
		m++;
	return (double)(int64_t)m * power_of_two(shift + up_d - up_n - (int)decimals - 63);
}
#endif

bool ed_zeek_flat_quotient(uint64_t digits, size_t decimals, double *ret)
{
	static const double powers[POWERS_EXACT] = {
		1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
	};

	/* Both exact: the one division rounds once (Clinger, 1990). */
	if (digits <= UINT64_C(1) << DOUBLE_BITS && decimals < POWERS_EXACT) {
		*ret = (double)(int64_t)digits / powers[decimals];
		return true;
	}
#ifdef __SIZEOF_INT128__
	if (digits > 0 && decimals < POWERS_WORD) {
		*ret = divide(digits, decimals);
		return true;
	}
#endif
	return false;
}
