/* SPDX-License-Identifier: Apache-2.0 */
/* The split of the memory budget; see memory.h. */
#include "engine/memory.h"

#include <errno.h>

/* Hundredths of what is left for the partitions. */
enum { KEYS = 64, SKETCHES = 18, SUSPECTS = 5, PENDING = 4, SHARED_NAMES = 9 };

enum { KEYS_LEAST = 512, KEY_INDEX_BYTES = 28 }; /* seed and up to three slots */

static uint32_t fit(uint64_t bytes, unsigned hundredths, size_t each_bytes)
{
	uint64_t n = bytes / 100 * hundredths / each_bytes;

	return n > UINT32_MAX / 4 ? UINT32_MAX / 4 : (uint32_t)n;
}

int ed_memory_split(uint64_t memory_bytes, uint64_t taken_bytes, struct ed_partition_conf *ret,
		    uint64_t *ret_least)
{
	const size_t key_bytes = sizeof(struct ed_key) + KEY_INDEX_BYTES;
	const uint64_t books = (uint64_t)ED_MEMORY_BOOK_ALERTS * ED_PARTITIONS * sizeof(struct ed_alert);
	uint64_t fixed = taken_bytes + ED_MEMORY_BASE_BYTES + books;
	uint64_t each;

	*ret_least = fixed + (uint64_t)ED_PARTITIONS * KEYS_LEAST * key_bytes * 100 / KEYS;
	if (memory_bytes < *ret_least)
		return -ENOSPC;
	each = (memory_bytes - fixed) / ED_PARTITIONS;
	ret->n_keys = fit(each, KEYS, key_bytes);
	ret->n_sketches = fit(each, SKETCHES, sizeof(struct ed_key_sketch));
	ret->n_suspects = fit(each, SUSPECTS, sizeof(struct ed_suspect));
	ret->n_pending = fit(each, PENDING, sizeof(struct ed_pending_entry));
	ret->n_shared_names = fit(each, SHARED_NAMES, sizeof(struct ed_shared_name));
	return 0;
}
