/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rarer parts of text.h: strings with escapes, stepping over, the table of keys.
 *	"caf\u00e9 a\tb"   {"skipped":[1,{"a":"]"}]}
 */
#include "format/json/text.h"
#include "base/hex.h"
#include "base/utf8.h"

#include <assert.h>

/* Four hexadecimal digits; -1: others. The scan ends at the first byte that is none. */
static int32_t hex4(const uint8_t *p)
{
	int32_t v = 0;

	for (unsigned i = 0; i < 4; i++) {
		int d = ed_hex_value(p[i]);

		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

/* Behind \uXXXX, whose first digit @p is at; NULL: no such thing. A half of a pair that stands alone
 * is written as well. */
static const uint8_t *take_code(const uint8_t *p, uint8_t **out)
{
	int32_t code = hex4(p);
	int32_t low;

	if (code < 0)
		return NULL;
	p += 4;
	if (code >> 10 == 0xd800 >> 10 && p[0] == '\\' && p[1] == 'u') {
		low = hex4(p + 2);
		if (low >= 0 && low >> 10 == 0xdc00 >> 10) {
			code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
			p += 6;
		}
	}
	*out = ed_utf8_put((uint32_t)code, *out);
	return p;
}

uint8_t ed_json_text_escape(uint8_t c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/':
		return c;
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return 0;
	}
}

bool ed_json_text_unescape(struct ed_json_text *t, struct ed_span *ret)
{
	const uint8_t *p = t->p;
	uint8_t *out = t->room;

	for (;;) {
		unsigned hits = ed_json_text_special(p);
		unsigned n = hits ? (unsigned)__builtin_ctz(hits) : ED_LINES_STEP;

		/* a whole step, of which what lies behind the plain bytes is written over */
		memcpy(out, p, ED_LINES_STEP);
		out += n;
		p += n;
		if (!hits)
			continue;
		if (*p == '"')
			break;
		if (*p != '\\')
			return false;
		p++;
		/* as in the paths of Windows */
		if (*p == '\\') {
			*out++ = *p++;
			continue;
		}
		if (*p == 'u') {
			p = take_code(p + 1, &out);
			if (!p)
				return false;
			continue;
		}
		*out = ed_json_text_escape(*p++);
		if (*out++ == 0)
			return false;
	}
	*ret = ed_span_of(t->room, (size_t)(out - t->room));
	t->room = out;
	t->p = p + 1;
	return true;
}

/* Bit i is set where byte i of the ED_LINES_STEP at @p matters to brackets: those, quotes, ends. */
static inline unsigned structural(const uint8_t *p)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	/* With 0x20 set, [ and ] are { and }. */
	__m128i folded = _mm_or_si128(x, _mm_set1_epi8(0x20));
	__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')),
				   _mm_cmpeq_epi8(folded, _mm_set1_epi8('}')));
	__m128i control = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);

	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(hit, control));
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < ED_LINES_STEP; i++)
		bits |= (unsigned)(p[i] == '"' || p[i] < 0x20 || (p[i] | 0x20) == '{' ||
				   (p[i] | 0x20) == '}')
			<< i;
	return bits;
#endif
}

/* Behind the closing quote of the string that @p is in; NULL: it does not end. */
static const uint8_t *skip_string(const uint8_t *p)
{
	for (;;) {
		unsigned hits;

		while (!(hits = ed_json_text_special(p)))
			p += ED_LINES_STEP;
		p += (unsigned)__builtin_ctz(hits);
		if (*p == '"')
			return p + 1;
		if (*p != '\\' || p[1] < 0x20)
			return NULL;
		p += 2;
	}
}

bool ed_json_text_skip(struct ed_json_text *t)
{
	const uint8_t *p = t->p;
	uint64_t objects = 0; /* bit 0: the innermost bracket is an object's */
	unsigned depth = 0;

	do {
		unsigned hits;

		while (!(hits = structural(p)))
			p += ED_LINES_STEP;
		p += (unsigned)__builtin_ctz(hits);
		if (*p == '"') {
			p = skip_string(p + 1);
			if (!p)
				return false;
		} else if (*p == '{' || *p == '[') {
			if (++depth > ED_JSON_TEXT_DEPTH_MAX)
				return false;
			objects = objects << 1 | (*p++ == '{');
		} else if (*p == '}' || *p == ']') {
			if ((objects & 1) != (*p++ == '}'))
				return false;
			objects >>= 1;
			depth--;
		} else if (*p++ != '\t') {
			return false;
		}
	} while (depth > 0);
	t->p = p;
	return true;
}

bool ed_json_text_number(struct ed_span text, uint32_t max, uint32_t *ret)
{
	uint64_t v = 0;

	if (text.n - 1 > 9)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint32_t d = text.p[i] - (uint32_t)'0';

		if (d > 9)
			return false;
		v = v * 10 + d;
	}
	*ret = (uint32_t)v;
	return v <= max;
}

static void key_text_init(struct ed_json_keys *keys, unsigned at, struct ed_span key)
{
	uint8_t *text = keys->text[at];

	keys->mask[at] = UINT32_C(1) << ED_LINES_STEP;
	if (key.n + 3 > ED_LINES_STEP)
		return;
	text[0] = '"';
	memcpy(text + 1, key.p, key.n);
	memcpy(text + 1 + key.n, "\":", 2);
	keys->mask[at] = (UINT32_C(1) << (key.n + 3)) - 1;
}

void ed_json_keys_init(struct ed_json_keys *keys, const struct ed_json_key *rows)
{
	for (unsigned at = 0; rows[at].text; at++) {
		uint8_t bytes[ED_JSON_KEY_BYTES_MAX + 8] = { 0 };
		struct ed_span key = ed_span_of(bytes, strlen(rows[at].text));
		unsigned i;

		assert(at < ED_JSON_KEYS_MAX && key.n <= ED_JSON_KEY_BYTES_MAX);
		memcpy(bytes, rows[at].text, key.n);
		keys->id[at] = rows[at].id;
		keys->n[at] = (uint8_t)key.n;
		keys->head[at] = ed_json_key_head(key);
		keys->tail[at] = ed_json_key_tail(key);
		keys->middle[at] = ed_json_key_middle(key);
		key_text_init(keys, at, key);
		i = ed_json_key_slot(keys->head[at], keys->tail[at], key.n);
		while (keys->slot[i] > 0)
			i = (i + 1) % ED_JSON_KEY_SLOTS;
		keys->slot[i] = (uint8_t)(at + 1);
	}
}
