/* SPDX-License-Identifier: Apache-2.0 */
/* The book of incidents; see book.h. */
#include "alert/book.h"

#include <assert.h>
#include <errno.h>
#include <math.h>

#include "alert/decode.h"
#include "alert/explain.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/time.h"

/* A later weighing replaces the figures unless the score has fallen by more than this since its
 * best. */
static const float FALL_BITS = 1;

enum { NOT_FOUND = -1, CAPACITY_MAX = 1 << 30 };

int ed_book_init(struct ed_book *b, uint32_t capacity)
{
	uint32_t n_slots = 2;

	assert(capacity <= CAPACITY_MAX);
	while (n_slots < 2 * capacity) /* at most half full, so a probe is short */
		n_slots *= 2;
	memset(b, 0, sizeof(*b));
	b->capacity = capacity;
	b->slot_mask = n_slots - 1;
	b->alerts = ed_mem_zalloc(capacity, sizeof(*b->alerts));
	b->keys = ed_mem_zalloc(capacity, sizeof(*b->keys));
	b->best = ed_mem_zalloc(capacity, sizeof(*b->best));
	b->heap = ed_mem_zalloc(capacity, sizeof(*b->heap));
	b->heap_at = ed_mem_zalloc(capacity, sizeof(*b->heap_at));
	b->slots = ed_mem_zalloc(n_slots, sizeof(*b->slots));
	if (!b->alerts || !b->keys || !b->best || !b->heap || !b->heap_at || !b->slots) {
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
	ed_mem_free(b->heap);
	ed_mem_free(b->heap_at);
	ed_mem_free(b->slots);
	memset(b, 0, sizeof(*b));
}

/* -------------------------------------------------------------- hash index */

static uint32_t home_of(const struct ed_book *b, uint64_t key_hash)
{
	return (uint32_t)ed_hash_mix(key_hash) & b->slot_mask;
}

static int64_t find(const struct ed_book *b, uint64_t key_hash)
{
	for (uint32_t s = home_of(b, key_hash); b->slots[s]; s = (s + 1) & b->slot_mask) {
		if (b->keys[b->slots[s] - 1] == key_hash)
			return b->slots[s] - 1;
	}
	return NOT_FOUND;
}

static void index_add(struct ed_book *b, uint32_t i)
{
	uint32_t s = home_of(b, b->keys[i]);

	while (b->slots[s])
		s = (s + 1) & b->slot_mask;
	b->slots[s] = i + 1;
}

/* Moves up what the gap would hide (Knuth, The Art of Computer Programming 3, algorithm 6.4R). */
static void index_remove(struct ed_book *b, uint32_t i)
{
	uint32_t gap = home_of(b, b->keys[i]);

	while (b->slots[gap] != i + 1)
		gap = (gap + 1) & b->slot_mask;
	for (uint32_t s = (gap + 1) & b->slot_mask; b->slots[s]; s = (s + 1) & b->slot_mask) {
		uint32_t home = home_of(b, b->keys[b->slots[s] - 1]);

		if (((s - home) & b->slot_mask) < ((s - gap) & b->slot_mask))
			continue;
		b->slots[gap] = b->slots[s];
		gap = s;
	}
	b->slots[gap] = 0;
}

/* -------------------------------------------------------------------- heap */

/* What is no number is the least: an order needs every pair compared. */
static float rank(float score_bits)
{
	return isnan(score_bits) ? -INFINITY : score_bits;
}

static bool less_grave(const struct ed_book *b, uint32_t i, uint32_t j)
{
	const struct ed_alert *x = &b->alerts[i], *y = &b->alerts[j];

	if (x->level != y->level)
		return x->level < y->level;
	if (rank(x->score_bits) != rank(y->score_bits))
		return rank(x->score_bits) < rank(y->score_bits);
	return i < j;
}

static void heap_put(struct ed_book *b, uint32_t at, uint32_t i)
{
	b->heap[at] = i;
	b->heap_at[i] = at;
}

static void heap_rise(struct ed_book *b, uint32_t i)
{
	uint32_t at = b->heap_at[i];

	while (at > 0 && less_grave(b, i, b->heap[(at - 1) / 2])) {
		heap_put(b, at, b->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_put(b, at, i);
}

static void heap_sink(struct ed_book *b, uint32_t i)
{
	uint32_t at = b->heap_at[i];

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= b->n)
			break;
		if (child + 1 < b->n && less_grave(b, b->heap[child + 1], b->heap[child]))
			child++;
		if (!less_grave(b, b->heap[child], i))
			break;
		heap_put(b, at, b->heap[child]);
		at = child;
	}
	heap_put(b, at, i);
}

/* ---------------------------------------------------------------- incidents */

static bool graver(const struct ed_finding *f, const struct ed_alert *a)
{
	return f->level != a->level ? f->level > a->level :
				      rank(f->score_bits) > rank(a->score_bits);
}

/* The index for a new incident, known under its key; NOT_FOUND when the book is full of graver
 * ones. */
static int64_t open_incident(struct ed_book *b, const struct ed_finding *f)
{
	uint32_t i = b->n;

	if (b->n < b->capacity) {
		heap_put(b, b->n++, i);
	} else if (b->n > 0 && graver(f, &b->alerts[b->heap[0]])) {
		i = b->heap[0];
		index_remove(b, i);
		b->n_displaced++;
	} else {
		b->n_refused++;
		return NOT_FOUND;
	}
	b->keys[i] = f->key_hash;
	b->best[i] = f->score_bits;
	index_add(b, i);
	return i;
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

/* Of the first finding that a person is to hear of; kept through all updates. */
static void note_first(const struct ed_finding *f, struct ed_first_alert *first)
{
	if (f->level < ED_LEVEL_MEDIUM || first->n_queries > 0)
		return;
	first->time_ns = f->last_ns;
	first->n_names = f->n_names;
	first->n_queries = f->n_queries;
	first->info_bytes = f->info_bytes;
}

/* True when the finding tells less than what was said already. */
static bool tells_less(const struct ed_finding *f, const struct ed_alert *a, float best)
{
	if (f->actor && !a->actor.known)
		return false; /* who did it is worth more than a bit */
	if (f->level != a->level)
		return f->level < a->level;
	if (f->verdict == ED_VERDICT_POLICY && a->verdict == ED_VERDICT_POLICY)
		return false; /* which no score supports */
	return f->score_bits < best - FALL_BITS;
}

static bool same_samples(const struct ed_finding *f, const struct ed_alert *a)
{
	if (f->n_samples != a->n_samples)
		return false;
	for (uint32_t i = 0; i < f->n_samples; i++) {
		if (f->samples[i].n != a->samples[i].n ||
		    memcmp(f->samples[i].wire, a->samples[i].wire, f->samples[i].n) != 0)
			return false;
	}
	return true;
}

/* Writes @a anew. Decoding costs more than all the rest and the samples seldom change. */
static void rewrite(const struct ed_finding *f, struct ed_alert *a)
{
	struct ed_decoded decoded[ED_ALERT_SAMPLES_MAX];
	bool known = same_samples(f, a);

	memcpy(decoded, a->decoded, sizeof(decoded));
	ed_alert_from_finding(f, a);
	if (known)
		memcpy(a->decoded, decoded, sizeof(decoded));
	else
		ed_decode_names(a->samples, a->n_samples, &a->domain, a->decoded);
}

/* The words of an alert are made anew from each finding that counts; its history stays. */
void ed_book_note(struct ed_book *b, const struct ed_finding *f)
{
	struct ed_first_alert first = { .time_ns = ED_TIME_UNKNOWN_NS };
	int64_t i = find(b, f->key_hash);
	uint32_t sequence = 0;
	struct ed_alert *a;

	if (i != NOT_FOUND) {
		a = &b->alerts[i];
		if (tells_less(f, a, b->best[i])) {
			extend(a, f);
			return;
		}
		sequence = a->sequence;
		first = a->first_raised;
		if (f->level > a->level || f->score_bits > b->best[i])
			b->best[i] = f->score_bits;
	} else {
		i = open_incident(b, f);
		if (i == NOT_FOUND)
			return;
		a = &b->alerts[i];
		a->n_samples = 0; /* of the incident that had the place */
	}
	note_first(f, &first);
	rewrite(f, a);
	a->sequence = sequence + 1;
	a->first_raised = first;
	heap_rise(b, (uint32_t)i);
	heap_sink(b, (uint32_t)i);
}

void ed_book_withdraw(struct ed_book *b, uint64_t key_hash)
{
	int64_t i = find(b, key_hash);

	if (i != NOT_FOUND)
		b->alerts[i].is_withdrawn = true;
}
