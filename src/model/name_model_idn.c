/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder of RFC 3492 §6.2 without its output: where a code point is inserted does not matter
 * here, only which ones there are. Every number is bounded before it is multiplied.
 */
#include "model/name_model_idn.h"

#include "base/ascii.h"

enum {
	BASE = 36,
	TMIN = 1,
	TMAX = 26,
	SKEW = 38,
	DAMP = 700,
	BIAS_START = 72,
	POINT_START = 0x80,
	POINT_MAX = 0x10ffff,
	DELTA_MAX = 1 << 27, /* above 64 * POINT_MAX: no valid label has it */
};

/* Scripts that spread over several blocks; all else counts by half blocks of 128. */
static const struct {
	uint32_t first, last, script;
} scripts[] = {
	{ 0x0080, 0x024f, 1 }, { 0x1e00, 0x1eff, 1 },                          /* Latin */
	{ 0x0370, 0x03ff, 2 }, { 0x1f00, 0x1fff, 2 },                          /* Greek */
	{ 0x0400, 0x052f, 3 },                                                 /* Cyrillic */
	{ 0x0600, 0x077f, 4 }, { 0xfb50, 0xfdff, 4 },                          /* Arabic */
	{ 0x2e80, 0x9fff, 5 }, { 0xf900, 0xfaff, 5 }, { 0xff00, 0xffef, 5 },   /* Han, kana */
	{ 0x1100, 0x11ff, 6 }, { 0xac00, 0xd7af, 6 },                          /* Hangul */
	{ 0x2000, 0x2bff, 7 }, { 0xfe0f, 0xfe0f, 7 }, { 0x1f000, 0x1faff, 7 }, /* symbols */
};

static uint32_t script_of(uint32_t point)
{
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		if (point >= scripts[i].first && point <= scripts[i].last)
			return scripts[i].script;
	}
	return 0x100 + (point >> 7);
}

static uint32_t digit_of(uint8_t c)
{
	if (ed_is_digit(c))
		return (uint32_t)c - '0' + 26;
	return ed_is_letter(c) ? (c | 0x20U) - 'a' : BASE;
}

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta /= first ? DAMP : 2;
	for (delta += delta / points; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
		delta /= BASE - TMIN;
	return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

/* One variable-length integer from the front of @rest; false when it is cut, wrong or too big. */
static bool take_delta(struct ed_span *rest, uint32_t bias, uint32_t *ret_delta)
{
	uint64_t delta = 0, weight = 1;

	for (uint32_t k = BASE; rest->n > 0; k += BASE) {
		uint32_t t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
		uint32_t digit = digit_of(rest->p[0]);

		*rest = ed_span_from(*rest, 1);
		delta += digit * weight;
		if (digit >= BASE || delta > DELTA_MAX)
			return false;
		if (digit < t) {
			*ret_delta = (uint32_t)delta;
			return true;
		}
		weight *= BASE - t;
		if (weight > DELTA_MAX)
			return false;
	}
	return false;
}

/* "xn--" in any case, and something behind it. */
static bool has_prefix(struct ed_span label)
{
	return label.n > 4 && (label.p[0] | 0x20) == 'x' && (label.p[1] | 0x20) == 'n' &&
	       label.p[2] == '-' && label.p[3] == '-';
}

bool ed_name_model_is_idn(struct ed_span label)
{
	uint32_t point = POINT_START, bias = BIAS_START, at = 0, points = 0, delta, script = 0;
	struct ed_span rest;
	bool first = true;

	if (!has_prefix(label))
		return false;
	rest = ed_span_from(label, 4);
	for (size_t i = rest.n; i-- > 1;) {
		if (rest.p[i] == '-') {
			points = (uint32_t)i;
			rest = ed_span_from(rest, i + 1);
			break;
		}
	}
	while (rest.n > 0) {
		if (!take_delta(&rest, bias, &delta))
			return false;
		points++;
		bias = adapt(delta, points, first);
		at += delta;
		point += at / points;
		if (point > POINT_MAX || (point >= 0xd800 && point <= 0xdfff))
			return false;
		if (!first && script_of(point) != script)
			return false;
		script = script_of(point);
		at = at % points + 1;
		first = false;
	}
	return !first;
}
