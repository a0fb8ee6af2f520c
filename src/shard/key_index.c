/* SPDX-License-Identifier: Apache-2.0 */
/* The index of keys; see key_index.h. */
#include "shard/key_index.h"

#include <errno.h>
#include <string.h>

int ed_key_index_init(struct ed_key_index *ix, uint32_t capacity, struct ed_mem_pool *pool)
{
	uint32_t n = 2;

	while (n * (ED_KEY_BUCKET + UINT64_C(1)) < capacity + UINT64_C(1) * capacity / 2)
		n *= 2;
	ix->mask = n - 1;
	ix->buckets = ed_mem_take(pool, n, sizeof(*ix->buckets));
	return ix->buckets ? 0 : -ENOMEM;
}

void ed_key_index_done(struct ed_key_index *ix)
{
	ed_mem_free(ix->buckets);
	memset(ix, 0, sizeof(*ix));
}

void ed_key_index_add(struct ed_key_index *ix, uint64_t hash, uint32_t index)
{
	uint32_t at = ed_key_index_home(ix, hash);
	unsigned free;

	while (!(free = ed_key_bucket_match(&ix->buckets[at], 0))) {
		ix->buckets[at].n_passed++;
		at = (at + 1) & ix->mask;
	}
	free = (unsigned)__builtin_ctz(free);
	ix->buckets[at].tag[free] = ed_key_index_tag(hash);
	ix->buckets[at].index[free] = index;
}

/* The place of @index among those of @match in @b; ED_KEY_BUCKET: it is not there. */
static unsigned place_of(const struct ed_key_bucket *b, unsigned match, uint32_t index)
{
	for (; match; match &= match - 1) {
		unsigned i = (unsigned)__builtin_ctz(match);

		if (b->index[i] == index)
			return i;
	}
	return ED_KEY_BUCKET;
}

void ed_key_index_remove(struct ed_key_index *ix, uint64_t hash, uint32_t index)
{
	uint32_t tag = ed_key_index_tag(hash);

	for (uint32_t at = ed_key_index_home(ix, hash);; at = (at + 1) & ix->mask) {
		struct ed_key_bucket *b = &ix->buckets[at];
		unsigned i = place_of(b, ed_key_bucket_match(b, tag), index);

		if (i < ED_KEY_BUCKET) {
			b->tag[i] = 0;
			return;
		}
		b->n_passed--;
	}
}
