/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where keys are, by hash: buckets of one cache line, in which all tags are compared at once, since
 * which of them fits, or that none does, cannot be foreseen. A key whose bucket is full goes into the
 * next one with room, and each full bucket counts those that had to pass: where none did, the search
 * ends. So a key can be taken out without moving another.
 *
 * The index knows tags only, 32 bits of a hash; whoever asks compares the key itself. One thread
 * owns an index. No allocation after init.
 */
#ifndef ED_SHARD_KEY_INDEX_H
#define ED_SHARD_KEY_INDEX_H

#include <assert.h>
#include <stdint.h>

#include "base/mem.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { ED_KEY_BUCKET = 7 };

struct ed_key_bucket {
	uint32_t tag[ED_KEY_BUCKET]; /* 0: free */
	uint32_t n_passed;
	uint32_t index[ED_KEY_BUCKET];
	uint32_t pad;
};
static_assert(sizeof(struct ed_key_bucket) == 64, "one cache line");

struct ed_key_index {
	struct ed_key_bucket *buckets;
	uint32_t mask; /* a power of two less 1 */
};

/* At most four fifths of the places are taken by @capacity keys, in up to 24 bytes for each. 0 or
 * -ENOMEM. @pool: as for ed_mem_take. */
int ed_key_index_init(struct ed_key_index *ix, uint32_t capacity, struct ed_mem_pool *pool);
void ed_key_index_done(struct ed_key_index *ix);

/* @hash must not be in the index, and there must be room. */
void ed_key_index_add(struct ed_key_index *ix, uint64_t hash, uint32_t index);
/* @hash must be there with this @index. */
void ed_key_index_remove(struct ed_key_index *ix, uint64_t hash, uint32_t index);

static inline uint32_t ed_key_index_home(const struct ed_key_index *ix, uint64_t hash)
{
	return (uint32_t)(hash >> 20) & ix->mask;
}

static inline const struct ed_key_bucket *ed_key_index_bucket(const struct ed_key_index *ix,
							      uint64_t hash)
{
	return &ix->buckets[ed_key_index_home(ix, hash)];
}

static inline uint32_t ed_key_index_tag(uint64_t hash)
{
	return (uint32_t)hash | 1;
}

/* Bit i is set where place i of @b has @tag. */
static inline unsigned ed_key_bucket_match(const struct ed_key_bucket *b, uint32_t tag)
{
#ifdef __SSE2__
	const __m128i *tags = (const __m128i *)(const void *)b; /* and n_passed */
	__m128i wanted = _mm_set1_epi32((int)tag);
	__m128i low = _mm_cmpeq_epi32(_mm_load_si128(tags), wanted);
	__m128i high = _mm_cmpeq_epi32(_mm_load_si128(tags + 1), wanted);
	__m128i words = _mm_packs_epi32(low, high);

	return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(words, words)) &
	       ((1U << ED_KEY_BUCKET) - 1);
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < ED_KEY_BUCKET; i++)
		bits |= (unsigned)(b->tag[i] == tag) << i;
	return bits;
#endif
}

#endif
