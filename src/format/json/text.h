/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader for records that are one JSON object a line, made for logs with objects in objects and
 * many values that nobody needs:
 *	{"event_type":"dns","dns":{"id":7,"answers":[{"rdata":"192.0.2.7"}]},"host":"sensor"}
 *
 * The idea: the caller walks. It reads a key and decides whether to take the value, to go into it,
 * or to step over it, so what is not needed is looked at once, sixteen bytes at a time, and never
 * stored. Nothing is copied but strings with escapes. What is stepped over has its strings and
 * brackets checked, not its numbers. Bytes that are not UTF-8 are bytes like others: a name must
 * not hide by being no text.
 *
 * The byte behind the line is a line end or a zero: no token goes on past a control character, so
 * each ends there. ED_LINES_STEP bytes more are readable.
 */
#ifndef ED_FORMAT_JSON_TEXT_H
#define ED_FORMAT_JSON_TEXT_H

#include "base/ascii.h"
#include "format/text/lines.h"

enum {
	ED_JSON_TEXT_DEPTH_MAX = 60, /* brackets in brackets that are stepped over */
	ED_JSON_KEYS_MAX = 200,
	ED_JSON_KEY_SLOTS = 512, /* a power of two, several times the keys */
	ED_JSON_KEY_BYTES_MAX = 24,
};

struct ed_json_text {
	const uint8_t *p; /* the next byte */
	uint8_t *room;    /* for strings with escapes: as many bytes as the line has, and slack */
	unsigned last;    /* place + 1 of the last key in ed_json_keys; 0 at the start of a line */
};

enum ed_json_kind {
	ED_JSON_KIND_STRING, /* text: what stands between the quotes, escapes undone */
	ED_JSON_KIND_SCALAR, /* a number, true, false or null; text: as it is written */
	ED_JSON_KIND_NEST,   /* an object or an array: still to be gone into or stepped over */
};

struct ed_json_item {
	enum ed_json_kind kind;
	struct ed_span text; /* at least ED_LINES_STEP bytes behind it are readable */
};

/* A key, and the caller's number for it; 0: its value is of no use. */
struct ed_json_key {
	const char *text; /* up to ED_JSON_KEY_BYTES_MAX bytes */
	uint8_t id;
};

/*
 * Keys as they are searched: first the two that came behind the last key, because lines of one
 * program have their keys in one order, or in one of a few; then hashed by length, first and last
 * bytes.
 */
struct ed_json_keys {
	uint8_t next[ED_JSON_KEYS_MAX + 1];  /* place + 1 of the last key -> of the next; 0: none */
	uint8_t other[ED_JSON_KEYS_MAX + 1]; /* the same, as it was before it last changed */
	uint8_t slot[ED_JSON_KEY_SLOTS];     /* hash -> place + 1; 0: free */
	uint8_t id[ED_JSON_KEYS_MAX];
	uint8_t n[ED_JSON_KEYS_MAX];
	/* The key with its quotes and colon, and the bits of ed_lines_equal; a key too long for
	 * that has a bit that no comparison sets. */
	uint8_t text[ED_JSON_KEYS_MAX][ED_LINES_STEP];
	uint32_t mask[ED_JSON_KEYS_MAX];
	uint64_t head[ED_JSON_KEYS_MAX];   /* the first 8 bytes, zeros behind a shorter key */
	uint64_t tail[ED_JSON_KEYS_MAX];   /* the last 8 of a longer one */
	uint64_t middle[ED_JSON_KEYS_MAX]; /* the 8 behind the first, of a key beyond 16 */
};

/* @keys is zeroed memory, @rows ends with a NULL text. */
void ed_json_keys_init(struct ed_json_keys *keys, const struct ed_json_key *rows);

/* What the character behind a backslash stands for; 0: nothing that is one byte. */
uint8_t ed_json_text_escape(uint8_t c);

/* The rest of a string in which an escape occurs, from its first byte on. False: malformed. */
bool ed_json_text_unescape(struct ed_json_text *t, struct ed_span *ret);

/* Behind the object or array at the front. False: malformed, or deeper than the limit. */
bool ed_json_text_skip(struct ed_json_text *t);

/* One to ten decimal digits, up to @max; else @ret may hold anything. */
bool ed_json_text_number(struct ed_span text, uint32_t max, uint32_t *ret);

/* Bit i is set where byte i of the ED_LINES_STEP at @p ends a run of plain string bytes. */
static inline unsigned ed_json_text_special(const uint8_t *p)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')),
				   _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
	__m128i control = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(hit, control));
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < ED_LINES_STEP; i++)
		bits |= (unsigned)(p[i] == '"' || p[i] == '\\' || p[i] < 0x20) << i;
	return bits;
#endif
}

static inline void ed_json_text_space(struct ed_json_text *t)
{
	if (__builtin_expect(*t->p > ' ', 1))
		return;
	while (*t->p == ' ' || *t->p == '\t')
		t->p++;
}

/* From behind the opening quote to behind the closing one. False: malformed. */
static inline bool ed_json_text_string(struct ed_json_text *t, struct ed_span *ret)
{
	const uint8_t *p = t->p;
	unsigned hits;

	while (!(hits = ed_json_text_special(p)))
		p += ED_LINES_STEP;
	p += (unsigned)__builtin_ctz(hits);
	if (*p != '"') {
		/* of copies the addresses may be taken, and @t can stay in registers */
		struct ed_json_text rest = *t;
		struct ed_span text = ed_span_of(p, 0);
		bool done = *p == '\\' && ed_json_text_unescape(&rest, &text);

		*ret = text;
		*t = rest;
		return done;
	}
	*ret = ed_span_of(t->p, (size_t)(p - t->p));
	t->p = p + 1;
	return true;
}

/* Bit i is set where byte i of the ED_LINES_STEP at @p is a quote or ends a line. */
static inline unsigned ed_json_text_quotes(const uint8_t *p)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i control = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);

	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(control, _mm_cmpeq_epi8(x, _mm_set1_epi8('"'))));
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < ED_LINES_STEP; i++)
		bits |= (unsigned)(p[i] == '"' || p[i] < 0x20) << i;
	return bits;
#endif
}

/* True when the quote at @p has a backslash before it that is none itself. */
static inline bool ed_json_text_is_escaped(const uint8_t *start, const uint8_t *p)
{
	const uint8_t *q = p;

	while (q > start && q[-1] == '\\')
		q--;
	return (p - q) & 1;
}

/* The same with escapes left as they are, which are not looked at. */
static inline bool ed_json_text_raw(struct ed_json_text *t, struct ed_span *ret)
{
	const uint8_t *start = t->p, *p = start;
	unsigned hits;

	for (;; p++) {
		while (!(hits = ed_json_text_quotes(p)))
			p += ED_LINES_STEP;
		p += (unsigned)__builtin_ctz(hits);
		if (*p != '"')
			return false;
		if (!ed_json_text_is_escaped(start, p))
			break;
		start = p + 1;
	}
	*ret = ed_span_of(t->p, (size_t)(p - t->p));
	t->p = p + 1;
	return true;
}

/* Bit i is set where byte i of the ED_LINES_STEP at @p ends a number or a word. */
static inline unsigned ed_json_text_ends(const uint8_t *p)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	/* With 0x20 set, ] is }. What is not above the quotes ends too: space and controls. */
	__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(',')),
				   _mm_cmpeq_epi8(_mm_or_si128(x, _mm_set1_epi8(0x20)),
						  _mm_set1_epi8('}')));
	__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8('"')), x);

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(hit, low));
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < ED_LINES_STEP; i++)
		bits |= (unsigned)(p[i] == ',' || (p[i] | 0x20) == '}' || p[i] <= '"') << i;
	return bits;
#endif
}

/* A number, true, false or null as it is written. False: none of them begins here. */
static inline bool ed_json_text_scalar(struct ed_json_text *t, struct ed_span *ret)
{
	const uint8_t *p = t->p;
	unsigned hits;

	if (!ed_is_digit(*p) && *p != '-' && *p != 't' && *p != 'f' && *p != 'n')
		return false;
	while (!(hits = ed_json_text_ends(p)))
		p += ED_LINES_STEP;
	p += (unsigned)__builtin_ctz(hits);
	*ret = ed_span_of(t->p, (size_t)(p - t->p));
	t->p = p;
	return true;
}

/* The value at the front; of an object or array only that it is one. False: malformed. */
static inline bool ed_json_text_value(struct ed_json_text *t, struct ed_json_item *ret)
{
	ed_json_text_space(t);
	if (*t->p == '"') {
		t->p++;
		ret->kind = ED_JSON_KIND_STRING;
		return ed_json_text_string(t, &ret->text);
	}
	ret->text = ed_span_of(t->p, 0);
	if (*t->p == '{' || *t->p == '[') {
		ret->kind = ED_JSON_KIND_NEST;
		return true;
	}
	ret->kind = ED_JSON_KIND_SCALAR;
	return ed_json_text_scalar(t, &ret->text);
}

/* What stands at the front of an object or array. */
enum ed_json_step {
	ED_JSON_STEP_ITEM, /* a key, or the value of an array */
	ED_JSON_STEP_END,  /* its bracket, which is behind the front now */
	ED_JSON_STEP_BAD,
};

/*
 * Moves on to the next item. @close is the closing bracket; *@n, 0 at first, counts the items. The
 * opening bracket has been read.
 */
static inline enum ed_json_step ed_json_text_next(struct ed_json_text *t, uint8_t close,
						  unsigned *n)
{
	ed_json_text_space(t);
	if (*t->p == close) {
		t->p++;
		return ED_JSON_STEP_END;
	}
	if ((*n)++ == 0)
		return ED_JSON_STEP_ITEM;
	if (*t->p != ',')
		return ED_JSON_STEP_BAD;
	t->p++;
	ed_json_text_space(t);
	return *t->p == close ? ED_JSON_STEP_BAD : ED_JSON_STEP_ITEM;
}

/* A key and the colon behind it. False: malformed. */
static inline bool ed_json_text_key(struct ed_json_text *t, struct ed_span *ret)
{
	if (*t->p != '"')
		return false;
	t->p++;
	if (!ed_json_text_string(t, ret))
		return false;
	ed_json_text_space(t);
	return *t->p++ == ':';
}

static inline uint64_t ed_json_key_head(struct ed_span key)
{
	uint64_t head = ed_load_8(key.p);

	return key.n < 8 ? head & (UINT64_MAX >> (64 - 8 * key.n)) : head;
}

static inline uint64_t ed_json_key_tail(struct ed_span key)
{
	return key.n > 8 ? ed_load_8(key.p + key.n - 8) : 0;
}

static inline uint64_t ed_json_key_middle(struct ed_span key)
{
	return key.n > 16 ? ed_load_8(key.p + 8) : 0;
}

/* The factor is 2^64 over the golden ratio. The table does not grow, so no input makes it slow. */
static inline unsigned ed_json_key_slot(uint64_t head, uint64_t tail, size_t n)
{
	return (unsigned)((head + (tail >> 8) + n) * 0x9e3779b97f4a7c15U >> 55);
}

/* The place + 1 of @key, behind which 8 bytes are readable; 0: none that matters. */
static inline unsigned ed_json_keys_find(const struct ed_json_keys *keys, struct ed_span key)
{
	uint64_t head, tail;

	if (key.n - 1 >= ED_JSON_KEY_BYTES_MAX)
		return 0;
	head = ed_json_key_head(key);
	tail = ed_json_key_tail(key);
	for (unsigned i = ed_json_key_slot(head, tail, key.n); keys->slot[i] > 0;
	     i = (i + 1) % ED_JSON_KEY_SLOTS) {
		unsigned at = keys->slot[i] - 1U;

		if (keys->head[at] == head && keys->n[at] == key.n && keys->tail[at] == tail &&
		    keys->middle[at] == ed_json_key_middle(key))
			return at + 1;
	}
	return 0;
}

/* True when the key of place + 1 @guess stands at the front, with its quotes and colon. */
static inline bool ed_json_text_is_key(const struct ed_json_text *t,
				       const struct ed_json_keys *keys, unsigned guess)
{
	uint32_t mask = keys->mask[guess - 1];

	return (ed_lines_equal(t->p, keys->text[guess - 1]) & mask) == mask;
}

/* A key and the colon behind it; @ret is the caller's number of it, 0: none that matters. False:
 * malformed. */
static inline bool ed_json_text_key_id(struct ed_json_text *t, struct ed_json_keys *keys,
				       unsigned *ret)
{
	unsigned guess = keys->next[t->last];
	struct ed_span key;

	if (guess > 0 && !ed_json_text_is_key(t, keys, guess))
		guess = keys->other[t->last];
	if (guess > 0 && ed_json_text_is_key(t, keys, guess)) {
		t->p += keys->n[guess - 1] + 3U;
		t->last = guess;
		*ret = keys->id[guess - 1];
		return true;
	}
	if (!ed_json_text_key(t, &key))
		return false;
	guess = ed_json_keys_find(keys, key);
	*ret = 0;
	if (guess > 0) {
		keys->other[t->last] = keys->next[t->last];
		keys->next[t->last] = (uint8_t)guess;
		t->last = guess;
		*ret = keys->id[guess - 1];
	}
	return true;
}

#endif
