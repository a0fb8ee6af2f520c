/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses to and from text; see addr.h. Written out by hand because the C library wants
 * NUL-terminated text, which a view into a log line is not, and prints some IPv6 addresses with a
 * dotted tail.
 */
#include "base/addr.h"
#include "base/hex.h"

enum { GROUPS = 8 };

static const uint8_t v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

bool ed_addr_is_v4(const struct ed_addr *a)
{
	return memcmp(a->b, v4_prefix, sizeof(v4_prefix)) == 0;
}

void ed_addr_from_v4(const uint8_t p[static 4], struct ed_addr *ret)
{
	memcpy(ret->b, v4_prefix, sizeof(v4_prefix));
	memcpy(ret->b + 12, p, 4);
}

unsigned ed_addr_nowhere(const uint8_t v6[static 16])
{
	static const uint8_t translated[4] = { 0, 0x64, 0xff, 0x9b }, discarded[8] = { 1 };
	static const uint8_t zeros[8] = { 0 }; /* ::, ::1, ::ffff:192.0.2.7 */

	if (v6[0] >> 4 == 2 || v6[0] == 0x3f || (v6[0] >= 0xfc && v6[0] <= 0xfe) ||
	    memcmp(v6, zeros, sizeof(zeros)) == 0 ||
	    memcmp(v6, translated, sizeof(translated)) == 0 ||
	    memcmp(v6, discarded, sizeof(discarded)) == 0)
		return 0;
	return 1 + ((v6[3] ^ v6[11] ^ v6[15]) % ED_ADDR_NOWHERE);
}

void ed_addr_from_v6(const uint8_t p[static 16], struct ed_addr *ret)
{
	memcpy(ret->b, p, 16);
}

/* Four decimal numbers without leading zeros, to the end of @s. */
/* One to three digits without a leading zero, at most 255. Returns how many; 0: not an octet. */
static inline size_t parse_octet(const uint8_t *p, size_t n, uint8_t *ret)
{
	unsigned v = n > 0 ? (unsigned)p[0] - '0' : 10U;
	unsigned d;

	if (v > 9)
		return 0;
	*ret = (uint8_t)v;
	if (n < 2 || (d = (unsigned)p[1] - '0') > 9)
		return 1;
	if (v == 0)
		return 0;
	v = v * 10 + d;
	*ret = (uint8_t)v;
	if (n < 3 || (d = (unsigned)p[2] - '0') > 9)
		return 2;
	v = v * 10 + d;
	*ret = (uint8_t)v;
	return v <= 255 ? 3 : 0;
}

static bool parse_v4(struct ed_span s, uint8_t ret[static 4])
{
	uint8_t out[4];
	size_t at = 0;

	if (s.n < 7 || s.n > 15)
		return false;
	for (unsigned i = 0; i < 4; i++) {
		size_t n = parse_octet(s.p + at, s.n - at, &out[i]);

		at += n;
		if (n == 0 || (i < 3 && (at >= s.n || s.p[at++] != '.')))
			return false;
	}
	if (at != s.n)
		return false;
	memcpy(ret, out, sizeof(out));
	return true;
}

/* One to four hex digits at the front of @s. Returns how many there are; 0 when none or too many.
 */
static size_t parse_group(struct ed_span s, uint16_t *ret)
{
	unsigned v = 0;
	size_t n = 0;

	while (n < s.n && ed_hex_value(s.p[n]) >= 0) {
		if (n == 4)
			return 0;
		v = v << 4 | (unsigned)ed_hex_value(s.p[n]);
		n++;
	}
	*ret = (uint16_t)v;
	return n;
}

/* The groups as they are written; where "::" stood (GROUPS: nowhere). */
struct v6_text {
	uint8_t b[16];
	size_t n; /* bytes filled */
	size_t gap;
};

/* Eats one group, or a dotted tail, and the colon behind it. */
static bool parse_v6_step(struct ed_span *s, struct v6_text *t)
{
	uint16_t v;
	size_t n = parse_group(*s, &v);

	if (n == 0)
		return false;
	if (n < s->n && s->p[n] == '.') {
		if (t->n > 12 || !parse_v4(*s, t->b + t->n))
			return false;
		t->n += 4;
		*s = ed_span_from(*s, s->n);
		return true;
	}
	if (t->n > 14)
		return false;
	t->b[t->n++] = (uint8_t)(v >> 8);
	t->b[t->n++] = (uint8_t)v;
	*s = ed_span_from(*s, n);
	if (s->n == 0)
		return true;
	if (s->p[0] != ':' || s->n == 1)
		return false;
	*s = ed_span_from(*s, 1);
	if (s->p[0] == ':') {
		if (t->gap <= 16)
			return false;
		t->gap = t->n;
		*s = ed_span_from(*s, 1);
	}
	return true;
}

static bool parse_v6(struct ed_span s, struct ed_addr *ret)
{
	struct v6_text t = { .gap = SIZE_MAX };

	if (ed_span_starts(s, "::")) {
		t.gap = 0;
		s = ed_span_from(s, 2);
	} else if (s.n == 0) {
		return false;
	}
	while (s.n > 0) {
		if (!parse_v6_step(&s, &t))
			return false;
	}
	/* "::" stands for one group at least (RFC 4291 §2.2 says one or more). */
	if (t.gap > 16 ? t.n != 16 : t.n > 14)
		return false;
	memset(ret->b, 0, sizeof(ret->b));
	if (t.gap > 16)
		t.gap = t.n;
	memcpy(ret->b, t.b, t.gap);
	memcpy(ret->b + 16 - (t.n - t.gap), t.b + t.gap, t.n - t.gap);
	return true;
}

bool ed_addr_from_text(struct ed_span text, struct ed_addr *ret)
{
	uint8_t v4[4];

	if (text.n >= ED_ADDR_TEXT_MAX)
		return false;
	if (parse_v4(text, v4)) {
		ed_addr_from_v4(v4, ret);
		return true;
	}
	return parse_v6(text, ret);
}

static char *put_dec(char *at, unsigned v)
{
	if (v >= 100)
		*at++ = (char)('0' + v / 100);
	if (v >= 10)
		*at++ = (char)('0' + v / 10 % 10);
	*at++ = (char)('0' + v % 10);
	return at;
}

static char *put_hex(char *at, unsigned v)
{
	int shift = 12;

	while (shift > 0 && v >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*at++ = ed_hex_digit(v >> shift);
	return at;
}

/* The longest run of two or more zero groups, the first of equals (RFC 5952 §4.2); -1 when none. */
static int longest_zeros(const uint16_t g[static GROUPS], int *ret_n)
{
	int best = -1, best_n = 1, n = 0;

	for (int i = 0; i < GROUPS; i++) {
		n = g[i] == 0 ? n + 1 : 0;
		if (n > best_n) {
			best_n = n;
			best = i - n + 1;
		}
	}
	*ret_n = best_n;
	return best;
}

static char *put_v6(char *at, const struct ed_addr *a)
{
	uint16_t g[GROUPS];
	int zeros_n, zeros;

	for (int i = 0; i < GROUPS; i++)
		g[i] = (uint16_t)(a->b[2 * i] << 8 | a->b[2 * i + 1]);
	zeros = longest_zeros(g, &zeros_n);
	for (int i = 0; i < GROUPS; i++) {
		if (i == zeros) {
			*at++ = ':';
			*at++ = ':';
			i += zeros_n - 1;
			continue;
		}
		if (i > 0 && i != zeros + zeros_n)
			*at++ = ':';
		at = put_hex(at, g[i]);
	}
	return at;
}

size_t ed_addr_to_text(const struct ed_addr *a, char ret[static ED_ADDR_TEXT_MAX])
{
	char *p = ret;

	if (ed_addr_is_v4(a)) {
		for (int i = 12; i < 16; i++) {
			p = put_dec(p, a->b[i]);
			if (i < 15)
				*p++ = '.';
		}
	} else if (ed_addr_known(a)) {
		p = put_v6(p, a);
	}
	*p = '\0';
	return (size_t)(p - ret);
}
