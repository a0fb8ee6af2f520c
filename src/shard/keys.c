/* SPDX-License-Identifier: Apache-2.0 */
/* The key table; see keys.h. */
#include "shard/keys.h"

#include <errno.h>
#include <math.h>

#include "base/hash.h"
#include "base/mem.h"

static_assert(sizeof(struct ed_key) == 448, "per-key budget: seven cache lines");
static_assert(offsetof(struct ed_key, formats) == 64 && offsetof(struct ed_key, small) == 128,
	      "lines by how often they are touched");

enum {
	SKETCH_TRIES = 8,
	PURGE_SHARE = 8,
	HALVES_A_MONTH = 60,
	PREDICTOR_BIT_MBITS = 1024, /* says which of the two codes a name is written in */
};

static const double COUNTER_SLACK = 0.2; /* three standard errors of the distinct counter */

int ed_key_table_init(struct ed_key_table *t, uint32_t capacity, uint32_t n_sketches,
		      struct ed_mem_pool *pool)
{
	int r;

	memset(t, 0, sizeof(*t));
	t->capacity = capacity;
	t->tau = ED_KEY_FIRST_TAU;
	t->n_sketches = n_sketches;
	t->keys = ed_mem_take(pool, capacity, sizeof(*t->keys));
	t->seeds = ed_mem_take(pool, capacity, sizeof(*t->seeds));
	t->sketches = ed_mem_take(pool, n_sketches, sizeof(*t->sketches));
	r = ed_key_index_init(&t->index, capacity, pool);
	if (r == 0 && (!t->keys || !t->seeds || !t->sketches))
		r = -ENOMEM;
	if (r < 0)
		ed_key_table_done(t);
	return r;
}

void ed_key_table_done(struct ed_key_table *t)
{
	ed_mem_free(t->keys);
	ed_mem_free(t->seeds);
	ed_mem_free(t->sketches);
	ed_key_index_done(&t->index);
	memset(t, 0, sizeof(*t));
}

/* ------------------------------------------------------------------ index */

struct ed_key *ed_key_find(struct ed_key_table *t, uint64_t hash)
{
	const struct ed_key_index *ix = &t->index;
	uint32_t at = ed_key_index_home(ix, hash), tag = ed_key_index_tag(hash);

	for (uint32_t n = 0; n <= ix->mask; n++, at = (at + 1) & ix->mask) {
		const struct ed_key_bucket *b = &ix->buckets[at];

		for (unsigned m = ed_key_bucket_match(b, tag); m; m &= m - 1) {
			struct ed_key *k = &t->keys[b->index[__builtin_ctz(m)]];

			if (k->hash == hash)
				return k;
		}
		if (b->n_passed == 0)
			break;
	}
	return NULL;
}

struct ed_key *ed_key_find_at(struct ed_key_table *t, uint64_t hash, struct ed_key_hint hint)
{
	if (hint.at == ED_KEY_NONE)
		return hint.n_made == t->n_made ? NULL : ed_key_find(t, hash);
	return t->keys[hint.at].hash == hash ? &t->keys[hint.at] : ed_key_find(t, hash);
}

/* What a payload is known by in the exact set and in the sketches. */
static uint64_t sketch_hash(uint32_t id)
{
	return ed_hash_mix(id);
}

void ed_key_fetch_next(const struct ed_key_table *t, struct ed_key_hint hint, uint64_t payload_hash,
		       size_t n_bytes)
{
	const struct ed_key *k;

	if (hint.at == ED_KEY_NONE)
		return;
	k = &t->keys[hint.at];
	if (k->sketch < t->n_sketches) {
		ed_seen_prefetch(&t->sketches[k->sketch].seen, sketch_hash((uint32_t)payload_hash));
		return;
	}
	__builtin_prefetch(&t->seeds[hint.at]);
	ed_key_fetch_lines(k, ED_KEY_PLAIN_BYTES, n_bytes);
}

/* -------------------------------------------------------------- admission */

/*
 * An exponential variate of rate @rate, fixed by @hash: -ln(u)/rate for u in (0, 1]. The logarithm
 * is made of basic arithmetic only (ln x = 2 artanh((x-1)/(x+1)), x in [1, 2), four terms: relative
 * error below 1e-4), so that it is the same on every machine.
 */
static float exponential(uint64_t hash, unsigned rate)
{
	unsigned zeros = (unsigned)__builtin_clzll(hash | 1);
	double m = (double)((hash | 1) << zeros << 1 >> 11) *
		   0x1p-53; /* u = 2^-(zeros+1) * (1 + m) */
	double s = m / (2 + m), s2 = s * s;
	double ln_1_m = 2 * s * (1 + s2 * (1.0 / 3 + s2 * (1.0 / 5 + s2 / 7)));

	return (float)(((zeros + 1) * 0.6931471805599453 - ln_1_m) / rate);
}

/* A hash up to this draws -ln(u) above @x. The margin is ten times the error of exponential(). */
static uint64_t sure_above(double x)
{
	return (uint64_t)(exp(-x - 1e-3) * 0x1p64);
}

static void reckon_sure(struct ed_key_table *t)
{
	t->sure_tau = t->tau;
	t->sure[0] = sure_above(fmin((double)t->tau, (double)ED_KEY_QUIET_TAU)); /* quiet bids */
	for (unsigned w = 1; w < ED_KEY_SURE_WEIGHTS; w++)
		t->sure[w] = sure_above((double)t->tau * w);
}

/*
 * What the key draws with @ticket, a keyed hash of a lookup or of a payload. Keys and tickets are well
 * mixed and do not depend on each other, so that their sum is as good as random: as often as a key
 * meets another lookup or payload, and for all keys together.
 */
static uint64_t draw_of(uint64_t key_hash, uint64_t ticket)
{
	return key_hash + ticket;
}

/* Bytes that the bid draws a seed with: what its payload says, and what else is known of it. */
static unsigned drawn_bytes(const struct ed_key_bid *bid)
{
	return bid->weight_bytes + bid->other_bytes;
}

/*
 * True for most bids that will be refused: their draws are seen to be too high before the logarithm
 * is taken. It only saves time, so it may come from the machine's own exp().
 */
static bool is_surely_refused(struct ed_key_table *t, uint64_t hash, const struct ed_key_bid *bid)
{
	unsigned w = drawn_bytes(bid);
	bool by_lookup, by_payload;

	if (t->sure_tau != t->tau)
		reckon_sure(t);
	w = w < ED_KEY_SURE_WEIGHTS ? w : ED_KEY_SURE_WEIGHTS;
	/* which of them decides cannot be foreseen and is not branched on */
	by_lookup = draw_of(hash, bid->draw) < t->sure[!bid->quiet];
	by_payload = draw_of(hash, bid->payload_hash) < t->sure[w];
	return by_lookup & (by_payload | bid->quiet);
}

/* The seed of a first lookup: what its payload draws, and what it draws as a lookup. */
static float first_seed(const struct ed_key_table *t, uint64_t hash, const struct ed_key_bid *bid)
{
	float seed = exponential(draw_of(hash, bid->draw), 1);

	if (!bid->quiet) {
		float by_payload = exponential(draw_of(hash, bid->payload_hash), drawn_bytes(bid));
		if (by_payload < seed)
			seed = by_payload;
	}
	if (bid->sure)
		seed = fminf(seed, fminf(t->tau, ED_KEY_QUIET_TAU) / 2);
	return seed;
}

static void lower_seed(float *seed, float drawn)
{
	if (drawn < *seed)
		*seed = drawn;
}

/* The minimum of n exponentials of rate 1 is one of rate n: lookups draw when their number doubles.
 */
static void draw_again(struct ed_key_table *t, const struct ed_key *k, const struct ed_key_bid *bid,
		       bool is_new)
{
	float *seed = &t->seeds[k - t->keys];

	if ((k->n_queries & (k->n_queries - 1)) == 0 && k->n_queries > 0)
		lower_seed(seed, exponential(draw_of(k->hash, bid->draw), k->n_queries));
	if (is_new && !bid->quiet)
		lower_seed(seed,
			   exponential(draw_of(k->hash, bid->payload_hash), drawn_bytes(bid)));
}

static void key_evict(struct ed_key_table *t, uint32_t index)
{
	struct ed_key *k = &t->keys[index];

	ed_key_index_remove(&t->index, k->hash, index);
	if (k->sketch != ED_KEY_NONE)
		t->sketches[k->sketch].owner = ED_KEY_NONE;
	k->hash = 0;
	k->next_free = t->first_free;
	t->first_free = index + 1;
	t->seeds[index] = INFINITY;
	t->n_keys--;
	t->n_evicted++;
}

/* Seeds are positive, so their bit patterns sort as they do; the upper bits make a fine logarithmic
 * scale. */
static unsigned seed_rank(float seed)
{
	uint32_t bits;

	memcpy(&bits, &seed, sizeof(bits));
	return bits >> 21;
}

static float rank_floor(unsigned rank)
{
	uint32_t bits = rank << 21;
	float seed;

	memcpy(&seed, &bits, sizeof(seed));
	return seed;
}

/* Lowers tau until an eighth of the places is free, and evicts what lies at or above it. */
static void purge(struct ed_key_table *t)
{
	uint32_t histogram[1024] = { 0 };
	unsigned rank = 1023;
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->capacity; i++)
		histogram[seed_rank(t->seeds[i])]++;
	for (; rank > 1 && n < t->capacity / PURGE_SHARE; rank--)
		n += histogram[rank];
	t->tau = rank_floor(rank + 1);
	for (uint32_t i = 0; i < t->capacity; i++) {
		if (t->seeds[i] >= t->tau && t->keys[i].hash)
			key_evict(t, i);
	}
}

/* The place of the next key that is made. */
static uint32_t free_place(const struct ed_key_table *t)
{
	return t->first_free ? t->first_free - 1 : t->n_used;
}

static struct ed_key *key_make(struct ed_key_table *t, uint64_t hash, float seed)
{
	uint32_t index = free_place(t);
	struct ed_key *k = &t->keys[index];

	if (t->first_free)
		t->first_free = k->next_free;
	else
		t->n_used++;
	memset(k, 0, sizeof(*k));
	k->hash = hash;
	k->sketch = ED_KEY_NONE;
	k->suspect = ED_KEY_NONE;
	t->seeds[index] = seed;
	t->n_keys++;
	t->n_made++;
	ed_key_index_add(&t->index, hash, index);
	/* when the next one is made, its place is at hand */
	if (t->n_keys < t->capacity)
		ed_key_fetch_lines(&t->keys[free_place(t)], 0, sizeof(*k));
	return k;
}

void ed_key_pin(struct ed_key_table *t, const struct ed_key *k)
{
	t->seeds[k - t->keys] = 0;
}

void ed_key_unpin(struct ed_key_table *t, const struct ed_key *k)
{
	t->seeds[k - t->keys] = ED_KEY_QUIET_TAU;
}

/* --------------------------------------------------------------- payloads */

/*
 * A free sketch, or that of the least informed among a few owners: a table that is short of
 * sketches keeps them where the information is.
 */
static struct ed_key_sketch *sketch_take(struct ed_key_table *t, uint64_t draw)
{
	struct ed_key_sketch *least = NULL;
	uint32_t least_names = UINT32_MAX;

	if (t->n_sketches_used < t->n_sketches)
		return &t->sketches[t->n_sketches_used++];
	for (unsigned i = 0; i < SKETCH_TRIES; i++) {
		uint32_t at = ed_hash_below(ed_hash_mix(draw + i), t->n_sketches);
		struct ed_key_sketch *s = &t->sketches[at];
		const struct ed_key *owner;

		if (s->owner == ED_KEY_NONE)
			return s;
		owner = &t->keys[s->owner];
		if (owner->suspect == ED_KEY_NONE && owner->n_names < least_names) {
			least = s;
			least_names = owner->n_names;
		}
	}
	if (least) {
		t->n_sketches_taken++;
		t->keys[least->owner].n_small = 0;
		t->keys[least->owner].sketch = ED_KEY_NONE;
		t->keys[least->owner].is_uncounted = true;
	}
	return least;
}

/* The exact set is full: move it into a sketch. False when none could be had; the set then starts
 * anew. */
static bool small_to_sketch(struct ed_key_table *t, struct ed_key *k)
{
	struct ed_key_sketch *s = sketch_take(t, k->hash + k->n_names);

	k->n_small = 0;
	k->is_uncounted = !s;
	if (!s)
		return false;
	memset(s, 0, sizeof(*s));
	s->owner = (uint32_t)(k - t->keys);
	k->sketch = (uint32_t)(s - t->sketches);
	for (unsigned i = 0; i < ED_KEY_SMALL; i++) {
		uint64_t h = sketch_hash(k->small[i]);

		ed_whll_add(&s->generation[0], h, k->small_weight[i]);
		(void)ed_seen_test_and_set(&s->seen, h);
	}
	return true;
}

static void note_weight(struct ed_key *k, unsigned weight_bytes)
{
	k->n_names++;
	k->names_bytes[0] += weight_bytes;
	k->month_names_bytes[0] += weight_bytes;
}

/* The payload's weight by the shorter of two codes: the name model's and the predictor's. */
static unsigned predicted_weight(struct ed_key_sketch *s, const struct ed_key_bid *bid)
{
	uint32_t mbits;

	if (bid->payload.n == 0)
		return bid->weight_bytes;
	mbits = ed_template_code(&s->template, bid->payload.p, bid->payload.n) +
		PREDICTOR_BIT_MBITS;
	mbits = (mbits + 4 * 1024) / (8 * 1024);
	return mbits < 1 ? 1 : mbits < bid->weight_bytes ? mbits : bid->weight_bytes;
}

/* Whether the exact set holds @id. All places are looked at: which one it is cannot be foreseen. */
static bool small_has(const struct ed_key *k, uint32_t id)
{
	uint32_t n = k->n_small, any = 0;

	for (uint32_t i = 0; i < ED_KEY_SMALL; i++)
		any |= (uint32_t)(k->small[i] == id) & (uint32_t)(i < n);
	return any;
}

bool ed_key_knows(const struct ed_key_table *t, const struct ed_key *k, uint64_t payload_hash)
{
	uint32_t id = (uint32_t)payload_hash;

	return small_has(k, id) || (k->sketch != ED_KEY_NONE &&
				    ed_seen_has(&t->sketches[k->sketch].seen, sketch_hash(id)));
}

/* True when the payload is new to the key; counts it and its weight. */
static bool note_payload(struct ed_key_table *t, struct ed_key *k, const struct ed_key_bid *bid)
{
	uint32_t id = (uint32_t)bid->payload_hash;
	struct ed_key_sketch *s;
	unsigned weight;

	if (k->sketch == ED_KEY_NONE) {
		if (small_has(k, id))
			return false;
		if (k->n_small < ED_KEY_SMALL || !small_to_sketch(t, k)) {
			weight = bid->weight_bytes > UINT8_MAX ? UINT8_MAX : bid->weight_bytes;
			k->small_weight[k->n_small] = (uint8_t)weight;
			k->small[k->n_small++] = id;
			note_weight(k, weight);
			return true;
		}
	}
	s = &t->sketches[k->sketch];
	if (ed_seen_test_and_set(&s->seen, sketch_hash(id)))
		return false;
	weight = predicted_weight(s, bid);
	ed_whll_add(&s->generation[0], sketch_hash(id), weight);
	note_weight(k, weight);
	return true;
}

static void shift(uint32_t *generation, unsigned n)
{
	memmove(&generation[1], &generation[0], (n - 1) * sizeof(*generation));
	generation[0] = 0;
}

/* One half window has passed: everything grows a generation older. */
static void next_half(struct ed_key_table *t, struct ed_key *k)
{
	shift(k->names_bytes, ED_KEY_GENERATIONS);
	shift(k->extra, ED_KEY_GENERATIONS);
	if (k->half < UINT16_MAX && ++k->half % HALVES_A_MONTH == 0) {
		shift(k->month_names_bytes, ED_KEY_MONTHS);
		shift(k->month_extra, ED_KEY_MONTHS);
	}
	if (k->sketch != ED_KEY_NONE) {
		struct ed_whll *g = t->sketches[k->sketch].generation;

		memmove(&g[1], &g[0], (ED_KEY_GENERATIONS - 1) * sizeof(g[0]));
		memset(&g[0], 0, sizeof(g[0]));
	}
}

/* Moves the key's windows to @time_ns. Returns how many halves have passed. */
static unsigned advance(struct ed_key_table *t, struct ed_key *k, int64_t time_ns)
{
	const int64_t half = ED_KEY_WINDOW_NS / (ED_KEY_GENERATIONS - 1);
	int64_t n_halves;

	if (k->window_ns == 0)
		k->window_ns = time_ns;
	if (time_ns - k->window_ns < half)
		return 0; /* also when time went back: late events count in the current window */
	n_halves = (time_ns - k->window_ns) / half;
	k->window_ns += n_halves * half;
	for (int64_t i = 0; i < n_halves && i < (int64_t)ED_KEY_MONTHS * HALVES_A_MONTH; i++)
		next_half(t, k);
	if (n_halves > 1 && k->sketch == ED_KEY_NONE)
		k->n_small = 0;
	return n_halves < UINT16_MAX ? (unsigned)n_halves : UINT16_MAX;
}

/* A lookup whose key is not in the table. */
static __attribute__((noinline)) struct ed_key *admit_new(struct ed_key_table *t, uint64_t hash,
							  const struct ed_key_bid *bid,
							  struct ed_key_news *ret)
{
	float seed = first_seed(t, hash, bid);
	struct ed_key *k;

	if (t->n_keys == t->capacity && seed < t->tau && !(bid->quiet && seed >= ED_KEY_QUIET_TAU))
		purge(t);
	if (seed >= t->tau || (bid->quiet && seed >= ED_KEY_QUIET_TAU) ||
	    t->n_keys == t->capacity) {
		t->n_refused++;
		return NULL;
	}
	k = key_make(t, hash, seed);
	(void)advance(t, k, bid->time_ns);
	ret->is_new = bid->weight_bytes > 0 && note_payload(t, k, bid);
	return k;
}

struct ed_key *ed_key_admit(struct ed_key_table *t, uint64_t hash, const struct ed_key_bid *bid,
			    struct ed_key_news *ret)
{
	struct ed_key *k = ed_key_find_at(t, hash, bid->hint);

	*ret = (struct ed_key_news){ .is_new = false };
	if (!k) {
		if (bid->sure || !is_surely_refused(t, hash, bid))
			return admit_new(t, hash, bid, ret);
		t->n_refused++;
		return NULL;
	}
	ret->n_halves = advance(t, k, bid->time_ns);
	ret->is_new = bid->weight_bytes > 0 && note_payload(t, k, bid);
	draw_again(t, k, bid, ret->is_new);
	return k;
}

static double sum(const uint32_t *generation, unsigned n)
{
	double ret = 0;

	for (unsigned i = 0; i < n; i++)
		ret += generation[i];
	return ret;
}

static double within(double v, double estimate)
{
	return fmax(fmin(v, estimate * (1 + COUNTER_SLACK)), estimate * (1 - COUNTER_SLACK));
}

void ed_key_info(const struct ed_key_table *t, const struct ed_key *k, struct ed_key_info *ret)
{
	const double extra_byte = 64 * 8;

	ret->names = sum(k->names_bytes, ED_KEY_GENERATIONS);
	if (k->is_uncounted) {
		ret->names = 0;
		for (unsigned i = 0; i < k->n_small; i++)
			ret->names += k->small_weight[i];
	}
	if (k->sketch != ED_KEY_NONE) {
		const struct ed_whll *g = t->sketches[k->sketch].generation;
		struct ed_whll all = g[0];

		for (unsigned i = 1; i < ED_KEY_GENERATIONS; i++)
			ed_whll_merge(&all, &g[i]);
		ret->names = within(ret->names, ed_whll_estimate(&all));
	}
	ret->extra = sum(k->extra, ED_KEY_GENERATIONS) / extra_byte;
	ret->day = ret->names + ret->extra;
	ret->month_extra = sum(k->month_extra, ED_KEY_MONTHS) / extra_byte;
	ret->month = sum(k->month_names_bytes, ED_KEY_MONTHS) + ret->month_extra;
}
