/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 to bytes; see base64.h. */
#include "format/text/base64.h"

enum { BAD = 64 };

/* The value of each letter, BAD for what is none. */
static const uint8_t values[256] = {
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62,
	64, 64, 64, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64, 64, 0,
	1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
	23, 24, 25, 64, 64, 64, 64, 64, 64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
	39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
};

/* Four letters at @p as 24 bits; what is none of them is noted in @seen. */
static inline uint32_t four_letters(const uint8_t *p, uint32_t *seen)
{
	uint32_t a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]];

	*seen |= a | b | c | d;
	return a << 18 | b << 12 | c << 6 | d;
}

size_t ed_base64_decode(struct ed_span text, uint8_t *ret, size_t room)
{
	uint8_t last[4] = { 'A', 'A', 'A', 'A' };
	uint32_t seen = 0, bits;
	size_t n = 0, i = 0;

	for (unsigned pad = 0; pad < 2 && text.n > 0 && text.p[text.n - 1] == '='; pad++)
		text.n--;
	if (text.n % 4 == 1 || text.n / 4 * 3 + 2 > room)
		return 0;
	for (; i + 4 <= text.n; i += 4) {
		bits = four_letters(text.p + i, &seen);
		ret[n++] = (uint8_t)(bits >> 16);
		ret[n++] = (uint8_t)(bits >> 8);
		ret[n++] = (uint8_t)bits;
	}
	for (size_t k = 0; i + k < text.n; k++)
		last[k] = text.p[i + k];
	bits = four_letters(last, &seen);
	if (text.n % 4 >= 2)
		ret[n++] = (uint8_t)(bits >> 16);
	if (text.n % 4 == 3)
		ret[n++] = (uint8_t)(bits >> 8);
	return seen < BAD ? n : 0;
}
