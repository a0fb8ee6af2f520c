/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of stretches; see memo.h. Two words of the text choose a set of a few, which are
 * tried by how often they were met. A new one takes the place of the last and costs all others a
 * part of their credit, so that what is no longer met makes room.
 */
#include "format/text/memo.h"

enum { FADE_BITS = 3 }; /* a new stretch costs the others an eighth */

void ed_text_memo_clear(struct ed_text_memo *m)
{
	memset(m->head, 0, sizeof(m->head));
	for (unsigned s = 0; s < ED_TEXT_MEMO_SETS; s++) {
		for (unsigned i = 0; i < ED_TEXT_MEMO_WAYS; i++)
			m->head[s][i].place = s * ED_TEXT_MEMO_WAYS + i;
	}
}

const struct ed_text_memo_head *ed_text_memo_search(struct ed_text_memo *m,
						    const struct ed_text_stretch *s,
						    const uint8_t *end, uint32_t hash)
{
	struct ed_text_memo_head *set = m->head[ed_text_memo_set(hash)];
	uint32_t tag = ed_text_memo_tag(s, hash);
	size_t room = (size_t)(end - s->p);

	for (unsigned i = 1; i < ED_TEXT_MEMO_WAYS; i++) {
		struct ed_text_memo_head h = set[i];

		if (h.tag != tag || h.n - 1U >= room ||
		    !ed_text_memo_equal(m->text[h.place], s->p, h.n))
			continue;
		set[i].credit = ++h.credit;
		if (h.credit <= set[i - 1].credit)
			return &set[i];
		set[i] = set[i - 1];
		set[i - 1] = h;
		return &set[i - 1];
	}
	return NULL;
}

int ed_text_memo_keep(struct ed_text_memo *m, const struct ed_text_stretch *s, const uint8_t *end)
{
	uint32_t hash = ed_text_memo_hash(s);
	struct ed_text_memo_head *set = m->head[ed_text_memo_set(hash)];
	struct ed_text_memo_head *last = &set[ED_TEXT_MEMO_WAYS - 1];
	size_t n = (size_t)(end - s->p);

	/* The words must lie within: otherwise what is behind would decide where it is found. */
	if (n > ED_TEXT_MEMO_TEXT_MAX || n < s->word[0] + (size_t)ED_TEXT_MEMO_WORD_BYTES ||
	    n < s->word[1] + (size_t)ED_TEXT_MEMO_WORD_BYTES)
		return -1;
	for (unsigned i = 0; i < ED_TEXT_MEMO_WAYS; i++)
		set[i].credit -= set[i].credit >> FADE_BITS;
	last->tag = ed_text_memo_tag(s, hash);
	last->n = (uint32_t)n;
	last->credit = 0;
	memcpy(m->text[last->place], s->p, n);
	return (int)last->place;
}
