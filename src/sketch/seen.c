/* SPDX-License-Identifier: Apache-2.0 */
/* The ageing pair of Bloom filters; see seen.h. */
#include "sketch/seen.h"

#include <string.h>

enum { BITS_EACH = 4, BIT_SHIFT = 11 };

static bool filter_has(const uint64_t f[ED_SEEN_WORDS], uint64_t hash)
{
	for (unsigned i = 0; i < BITS_EACH; i++, hash >>= BIT_SHIFT) {
		if (!(f[hash >> 6 & (ED_SEEN_WORDS - 1)] >> (hash & 63) & 1))
			return false;
	}
	return true;
}

static void filter_add(uint64_t f[ED_SEEN_WORDS], uint64_t hash)
{
	for (unsigned i = 0; i < BITS_EACH; i++, hash >>= BIT_SHIFT)
		f[hash >> 6 & (ED_SEEN_WORDS - 1)] |= UINT64_C(1) << (hash & 63);
}

void ed_seen_prefetch(const struct ed_seen *s, uint64_t hash)
{
	for (unsigned i = 0; i < BITS_EACH; i++, hash >>= BIT_SHIFT)
		__builtin_prefetch(&s->young[hash >> 6 & (ED_SEEN_WORDS - 1)]);
}

bool ed_seen_has(const struct ed_seen *s, uint64_t hash)
{
	return filter_has(s->young, hash) || filter_has(s->old, hash);
}

bool ed_seen_test_and_set(struct ed_seen *s, uint64_t hash)
{
	if (filter_has(s->young, hash))
		return true;
	if (s->n_young >= ED_SEEN_PER_FILTER) {
		memcpy(s->old, s->young, sizeof(s->old));
		memset(s->young, 0, sizeof(s->young));
		s->n_young = 0;
	}
	filter_add(s->young, hash);
	s->n_young++;
	return filter_has(s->old, hash);
}
