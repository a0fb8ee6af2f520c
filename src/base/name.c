/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS names: text to wire form and back, checks, lower-casing.
 *	www.example\.com.net  ->  03 www 0b example.com 03 net 00
 * The one idea: a dot splits labels only where the source wrote it bare. Escapes are undone after
 * the split, byte by byte, and canonical text escapes whatever would be read differently.
 */
#include "base/name.h"
#include "base/ascii.h"
#include "base/hex.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BYTES(c) (UINT64_C(0x0101010101010101) * (c))

/* \X is X itself, \DDD is the byte of that decimal value. Returns the bytes read, 0: not an escape.
 */
static unsigned unescape_master(struct ed_span in, uint8_t *ret)
{
	unsigned value;

	if (in.n < 2)
		return 0;
	if (!ed_is_digit(in.p[1])) {
		*ret = in.p[1];
		return 2;
	}
	if (in.n < 4 || !ed_is_digit(in.p[2]) || !ed_is_digit(in.p[3]))
		return 0;
	value = (in.p[1] - '0') * 100U + (in.p[2] - '0') * 10U + (in.p[3] - '0');
	if (value > UINT8_MAX)
		return 0;
	*ret = (uint8_t)value;
	return 4;
}

/* \xNN and \\ only. Returns the bytes read, 0: not an escape. */
static unsigned unescape_hex(struct ed_span in, uint8_t *ret)
{
	int high, low;

	if (in.n >= 2 && in.p[1] == '\\') {
		*ret = '\\';
		return 2;
	}
	if (in.n < 4 || in.p[1] != 'x')
		return 0;
	high = ed_hex_value(in.p[2]);
	low = ed_hex_value(in.p[3]);
	if (high < 0 || low < 0)
		return 0;
	*ret = (uint8_t)(high << 4 | low);
	return 4;
}

/* Copies bytes that stand for themselves, up to a dot, @escape or @max bytes; returns how many. */
static size_t copy_run(struct ed_span in, uint8_t escape, size_t max, uint8_t *ret)
{
	size_t n = 0;

	if (max > in.n)
		max = in.n;
	for (; n < max && in.p[n] != '.' && in.p[n] != escape; n++)
		ret[n] = in.p[n];
	return n;
}

enum { STEP = 16 };

/* Bit i is set where byte i of the STEP at @p is @c. */
static inline unsigned match(const uint8_t *p, uint8_t c)
{
#ifdef __SSE2__
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);

	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)c)));
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < STEP; i++)
		bits |= (unsigned)(p[i] == c) << i;
	return bits;
#endif
}

/*
 * Puts the length of the label that ends before @dot into the dot that precedes it. False: it has
 * none or too many bytes.
 */
static inline bool close_label(uint8_t *wire, size_t *label, size_t dot)
{
	size_t n = dot - *label - 1;

	if (n - 1 >= ED_LABEL_MAX)
		return false;
	wire[*label] = (uint8_t)n;
	*label = dot;
	return true;
}

/*
 * The root, and a proper name without escapes, which nearly all are: the text behind one byte is
 * the wire form but for the dots, and in their places go the lengths. False: the long way must say
 * what it is.
 */
static bool from_plain_text(struct ed_span text, uint8_t escape, struct ed_name *ret)
{
	uint8_t wire[ED_NAME_MAX + STEP];
	size_t label = 0; /* where the length byte of the open label goes */
	size_t n = text.n;

	if (n > 0 && n <= ED_NAME_MAX - 1 && text.p[n - 1] == '.')
		n--; /* the end counts as a dot */
	if (text.n == 0 || (n == 0 && text.n == 1)) {
		*ret = (struct ed_name){ .n = 1 };
		return true;
	}
	if (n > ED_NAME_MAX - 2)
		return false;
	memcpy(wire + 1, text.p, n);
	/* What the last step finds behind the end is nothing. */
	wire[1 + n] = '.';
	memset(wire + 2 + n, 0, STEP - 1);
	for (size_t at = 1; at <= n + 1; at += STEP) {
		unsigned dots = match(wire + at, '.');

		if (escape != '.' && match(wire + at, escape))
			return false;
		for (; dots; dots &= dots - 1) {
			if (!close_label(wire, &label, at + (unsigned)__builtin_ctz(dots)))
				return false;
		}
	}
	wire[label] = 0;
	ret->n = (uint8_t)(label + 1);
	memcpy(ret->wire, wire, ret->n);
	return true;
}

int ed_name_from_text(struct ed_span text, enum ed_name_style style, struct ed_name *ret)
{
	uint8_t escape = style == ED_NAME_PLAIN ? '.' : '\\';
	uint8_t wire[ED_NAME_MAX];
	size_t label = 0; /* where the length byte of the open label goes */
	size_t n = 1;     /* where the next byte goes */
	size_t i = 0;

	if (from_plain_text(text, escape, ret))
		return 0;
	while (i < text.n) {
		struct ed_span rest = ed_span_from(text, i);
		size_t label_room = label + 1 + ED_LABEL_MAX - n;
		size_t name_room = ED_NAME_MAX - 1 - n; /* the root byte has to fit behind */
		size_t used;

		if (rest.p[0] == '.') {
			if (n == label + 1)
				return ED_NAME_EMPTY_LABEL;
			wire[label] = (uint8_t)(n - label - 1);
			label = n++;
			i++;
			continue;
		}
		if (label_room == 0)
			return ED_NAME_LABEL_TOO_LONG;
		if (n >= ED_NAME_MAX - 1)
			return ED_NAME_TOO_LONG;
		if (rest.p[0] == escape) {
			used = style == ED_NAME_MASTER ? unescape_master(rest, wire + n) :
							 unescape_hex(rest, wire + n);
			if (used == 0)
				return ED_NAME_BAD_ESCAPE;
			n++;
		} else {
			used = copy_run(rest, escape,
					label_room < name_room ? label_room : name_room, wire + n);
			n += used;
		}
		i += used;
	}
	/* Without a trailing dot the last label is open; with one, its place takes the root. */
	if (n > label + 1) {
		wire[label] = (uint8_t)(n - label - 1);
		label = n++;
	}
	wire[label] = 0;
	memcpy(ret->wire, wire, n);
	ret->n = (uint8_t)n;
	return 0;
}

bool ed_name_valid(struct ed_span wire)
{
	size_t i = 0;

	if (wire.n == 0 || wire.n > ED_NAME_MAX)
		return false;
	while (i < wire.n && wire.p[i] != 0) {
		if (wire.p[i] > ED_LABEL_MAX)
			return false;
		i += wire.p[i] + 1U;
	}
	return i + 1 == wire.n;
}

bool ed_name_within(struct ed_span name, struct ed_span zone)
{
	size_t off = 0;

	while (off < name.n && name.n - off > zone.n)
		off += name.p[off] + 1U;
	return off < name.n && ed_span_eq(ed_span_from(name, off), zone);
}

unsigned ed_name_labels(struct ed_span wire)
{
	unsigned n_labels = 0;

	for (size_t i = 0; i < wire.n && wire.p[i] != 0; i += wire.p[i] + 1U)
		n_labels++;
	return n_labels;
}

/* Bytes that mean something to a master file reader (RFC 1035 §5.1 and the $ of $ORIGIN). */
static bool is_special(uint8_t c)
{
	switch (c) {
	case '"':
	case '$':
	case '(':
	case ')':
	case '.':
	case ';':
	case '@':
	case '\\':
		return true;
	default:
		return false;
	}
}

/* At most 4 bytes to @out; returns how many. */
static size_t put_byte(uint8_t c, char *out)
{
	if (c < 0x21 || c > 0x7e) {
		out[0] = '\\';
		out[1] = (char)('0' + c / 100);
		out[2] = (char)('0' + c / 10 % 10);
		out[3] = (char)('0' + c % 10);
		return 4;
	}
	if (is_special(c)) {
		out[0] = '\\';
		out[1] = (char)c;
		return 2;
	}
	out[0] = (char)ed_to_lower(c);
	return 1;
}

size_t ed_name_labels_to_text(struct ed_span labels, char ret[static ED_NAME_TEXT_MAX + 1])
{
	size_t n_in = labels.n < ED_NAME_MAX ? labels.n : ED_NAME_MAX;
	size_t n = 0;
	size_t i = 0;

	/* A byte gives at most 4 of text, so the clamp above bounds the output as well. */
	while (i < n_in && labels.p[i] != 0) {
		size_t end = i + 1 + labels.p[i];

		if (i > 0)
			ret[n++] = '.';
		for (i++; i < end && i < n_in; i++)
			n += put_byte(labels.p[i], ret + n);
	}
	ret[n] = '\0';
	return n;
}

size_t ed_name_to_text(struct ed_span wire, char ret[static ED_NAME_TEXT_MAX + 1])
{
	if (wire.n == 1) {
		memcpy(ret, ".", 2);
		return 1;
	}
	return ed_name_labels_to_text(wire, ret);
}

/*
 * Eight bytes in one register. With the top bit of each byte put aside, adding 128 - 'A' carries
 * into it from 'A' on and adding 127 - 'Z' from '[' on: the difference marks the capitals, and the
 * mark shifted right by two is the 0x20 that makes them small.
 */
static uint64_t lower_8(uint64_t x)
{
	uint64_t low = x & BYTES(0x7f);
	uint64_t from_a = low + BYTES(0x80 - 'A');
	uint64_t past_z = low + BYTES(0x7f - 'Z');
	uint64_t capital = (from_a ^ past_z) & ~x & BYTES(0x80);

	return x | capital >> 2;
}

static void lower_at(const uint8_t *p, uint8_t *ret)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	x = lower_8(x);
	memcpy(ret, &x, sizeof(x));
}

void ed_name_lower(const uint8_t *p, size_t n, uint8_t *ret)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8)
		lower_at(p + i, ret + i);
	if (i == n)
		return;
	if (n >= 8) {
		/* The last eight overlap what is done: lowering twice changes nothing. */
		lower_at(p + n - 8, ret + n - 8);
		return;
	}
	for (; i < n; i++)
		ret[i] = ed_to_lower(p[i]);
}
