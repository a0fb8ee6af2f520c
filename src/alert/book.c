/* SPDX-License-Identifier: Apache-2.0 */
/* The book of incidents; see book.h. */
#include "alert/book.h"

#include <errno.h>

#include "alert/explain.h"
#include "base/mem.h"

/* A later weighing replaces the figures unless the score has fallen by more than this since its
 * best. */
static const float FALL_BITS = 1;

int ed_book_init(struct ed_book *b, uint32_t capacity)
{
	memset(b, 0, sizeof(*b));
	b->capacity = capacity;
	b->alerts = ed_mem_zalloc(capacity, sizeof(*b->alerts));
	b->keys = ed_mem_zalloc(capacity, sizeof(*b->keys));
	b->best = ed_mem_zalloc(capacity, sizeof(*b->best));
	if (!b->alerts || !b->keys || !b->best) {
		ed_book_done(b);
		return -ENOMEM;
	}
	return 0;
}

void ed_book_done(struct ed_book *b)
{
	ed_mem_free(b->alerts);
	ed_mem_free(b->keys);
	ed_mem_free(b->best);
	memset(b, 0, sizeof(*b));
}

static bool graver(const struct ed_finding *f, const struct ed_alert *a)
{
	return f->level != a->level ? f->level > a->level : f->score_bits > a->score_bits;
}

/* The index for a new incident; -1 when the book is full of graver ones. */
static int32_t place_for(struct ed_book *b, const struct ed_finding *f)
{
	uint32_t least = 0;

	if (b->n < b->capacity)
		return (int32_t)b->n++;
	for (uint32_t i = 1; i < b->n; i++) {
		if (b->alerts[i].level < b->alerts[least].level ||
		    (b->alerts[i].level == b->alerts[least].level &&
		     b->alerts[i].score_bits < b->alerts[least].score_bits))
			least = i;
	}
	if (!graver(f, &b->alerts[least])) {
		b->n_refused++;
		return -1;
	}
	b->n_displaced++;
	return (int32_t)least;
}

static int32_t find(const struct ed_book *b, uint64_t key_hash)
{
	for (uint32_t i = 0; i < b->n; i++) {
		if (b->keys[i] == key_hash)
			return (int32_t)i;
	}
	return -1;
}

/* The figures of the whole incident grow even when this weighing tells less than an earlier one. */
static void extend(struct ed_alert *a, const struct ed_finding *f)
{
	if (f->last_ns > a->end_ns)
		a->end_ns = f->last_ns;
	if (f->n_queries > a->n_queries)
		a->n_queries = f->n_queries;
	a->formats |= f->formats;
}

void ed_book_note(struct ed_book *b, const struct ed_finding *f)
{
	int32_t i = find(b, f->key_hash);
	uint32_t sequence = 0;

	if (i < 0) {
		i = place_for(b, f);
		if (i < 0)
			return;
		b->keys[i] = f->key_hash;
		b->best[i] = f->score_bits;
	} else {
		struct ed_alert *a = &b->alerts[i];

		if (f->level < a->level || f->score_bits < b->best[i] - FALL_BITS) {
			extend(a, f);
			return;
		}
		sequence = a->sequence;
		if (f->score_bits > b->best[i])
			b->best[i] = f->score_bits;
	}
	ed_alert_from_finding(f, &b->alerts[i]);
	b->alerts[i].sequence = sequence + 1;
}
