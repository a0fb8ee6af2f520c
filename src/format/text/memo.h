/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stretches of text that were read before. Some values of a record stand side by side and vary
 * little: the server, and the kind of lookup. The text of such a stretch, separators included, is
 * looked up as a whole and gives the number of a place, where the owner has put all its values.
 *	IN AAAA +E(0)DC (192.0.2.53)
 *
 * It is a cache and never seen in a result: the owner keeps a stretch only when its text alone
 * decides what is read from it. The table has a fixed size; a search looks at ED_TEXT_MEMO_WAYS
 * texts.
 */
#ifndef ED_FORMAT_TEXT_MEMO_H
#define ED_FORMAT_TEXT_MEMO_H

#include "format/text/lines.h"

enum {
	ED_TEXT_MEMO_TEXT_MAX = 192,
	ED_TEXT_MEMO_SET_BITS = 5,
	ED_TEXT_MEMO_SETS = 1 << ED_TEXT_MEMO_SET_BITS,
	ED_TEXT_MEMO_WAYS = 4,
	ED_TEXT_MEMO_PLACES = ED_TEXT_MEMO_SETS * ED_TEXT_MEMO_WAYS,
	ED_TEXT_MEMO_WORD_BYTES = 8,
	ED_TEXT_MEMO_SLACK_BYTES = 64, /* readable behind every text, whatever they hold */
};

/* Of a stretch, what is looked at first; those of a set in the order of their credit. */
struct ed_text_memo_head {
	uint32_t tag;    /* a hash, in its lowest byte `from` itself */
	uint32_t credit; /* hits, fading */
	uint32_t n;      /* bytes of the text; 0: free */
	uint32_t place;
};

struct ed_text_memo {
	struct ed_text_memo_head head[ED_TEXT_MEMO_SETS][ED_TEXT_MEMO_WAYS];
	uint8_t text[ED_TEXT_MEMO_PLACES][ED_TEXT_MEMO_TEXT_MAX];
};

/*
 * A stretch that begins at @p. The format's number of the column, key or kind of line there says
 * what it means; two words of its text, where they begin, what tells it from others. They end
 * within the shortest stretch that is kept.
 */
struct ed_text_stretch {
	const uint8_t *p;
	uint8_t group; /* the owner's own */
	uint8_t from;
	uint8_t word[2];
};

/* Makes @m know nothing, whatever memory it is. */
void ed_text_memo_clear(struct ed_text_memo *m);

/* Two products that need not wait for each other; an attacker who finds collisions gains a slower
 * cache. */
static inline uint32_t ed_text_memo_hash(const struct ed_text_stretch *s)
{
	uint64_t a = ed_load_8(s->p + s->word[0]) * 0x9e3779b97f4a7c15U;
	uint64_t b = ed_load_8(s->p + s->word[1]) * 0xd6e8feb86659fd93U;

	return (uint32_t)((a + b) >> 32);
}

static inline uint32_t ed_text_memo_tag(const struct ed_text_stretch *s, uint32_t hash)
{
	return (hash & ~UINT32_C(0xff)) | s->from;
}

/* All bytes of the words are in the upper bits. */
static inline unsigned ed_text_memo_set(uint32_t hash)
{
	return hash >> (32 - ED_TEXT_MEMO_SET_BITS);
}

/* Bit i is set where byte i of 32 at @a is the one at @b. */
static inline uint32_t ed_text_memo_equal_32(const uint8_t *a, const uint8_t *b)
{
	return ed_lines_equal(a, b) | (uint32_t)ed_lines_equal(a + ED_LINES_STEP, b + ED_LINES_STEP)
					      << ED_LINES_STEP;
}

/*
 * True when the first @n bytes at @a and @b are alike, of which as many more are readable as lie
 * behind every text. How long a stretch is varies, so 32 or 64 bytes are compared at once, which
 * hardly varies among the stretches of a group.
 */
static inline bool ed_text_memo_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint64_t same = ed_text_memo_equal_32(a, b);

	if (n <= 32)
		return ~same << (32 - n) << 32 == 0;
	if (n > 64)
		return memcmp(a, b, n) == 0;
	same |= (uint64_t)ed_text_memo_equal_32(a + 32, b + 32) << 32;
	return ~same << (64 - n) == 0;
}

/* The rest of ed_text_memo_find: those behind the first of a set. */
const struct ed_text_memo_head *ed_text_memo_search(struct ed_text_memo *m,
						    const struct ed_text_stretch *s,
						    const uint8_t *end, uint32_t hash);

/*
 * Place and length of the stretch that begins at @s->p and lies before @end; NULL: none is known.
 * Valid until the next call. What comes behind the stretch waits for its length, so that lies here
 * and need not be fetched from the place.
 */
static inline const struct ed_text_memo_head *
ed_text_memo_find(struct ed_text_memo *m, const struct ed_text_stretch *s, const uint8_t *end)
{
	uint32_t hash = ed_text_memo_hash(s);
	struct ed_text_memo_head *h = m->head[ed_text_memo_set(hash)];

	if (h->tag != ed_text_memo_tag(s, hash) || h->n - 1U >= (size_t)(end - s->p) ||
	    !ed_text_memo_equal(m->text[h->place], s->p, h->n))
		return ed_text_memo_search(m, s, end, hash);
	h->credit++;
	return h;
}

/*
 * Keeps the stretch that ends before @end and holds no line end. Returns its place, whose values
 * are now to be set; -1: it is too long, or too short for its words.
 */
int ed_text_memo_keep(struct ed_text_memo *m, const struct ed_text_stretch *s, const uint8_t *end);

#endif
