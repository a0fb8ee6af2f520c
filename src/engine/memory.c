/* SPDX-License-Identifier: Apache-2.0 */
/* The split of the memory budget; see memory.h. */
#include "engine/memory.h"

#include <errno.h>

/* Hundredths of the whole. What the process takes beside, code and lists, is part of the rest. */
enum {
	SLOTS = 20,
	KEYS = 40,
	SKETCHES = 12,
	SUSPECTS = 6,
	PENDING = 2,
	SHARED_NAMES = 6,
	CLIENTS = 5,
	MACHINES = 5,
	BOOKS = 3,
	TABLES = KEYS + SKETCHES + SUSPECTS + PENDING + SHARED_NAMES + CLIENTS,
};

enum { KEYS_LEAST = 512, KEY_INDEX_BYTES = 28 }; /* seed, and up to 24 bytes of index */

static uint32_t fit(uint64_t bytes, unsigned hundredths, size_t each_bytes)
{
	uint64_t n = bytes / 100 * hundredths / ED_PARTITIONS / each_bytes;

	return n > UINT32_MAX / 4 ? UINT32_MAX / 4 : (uint32_t)n;
}

int ed_memory_split(uint64_t memory_bytes, struct ed_memory *ret, uint64_t *ret_least)
{
	const size_t key_bytes = sizeof(struct ed_key) + KEY_INDEX_BYTES;
	struct ed_partition_conf *c = ret->partition;

	*ret_least = (uint64_t)ED_PARTITIONS * KEYS_LEAST * key_bytes * 100 / KEYS;
	if (memory_bytes < *ret_least)
		return -ENOSPC;
	ret->slots_bytes = memory_bytes / 100 * SLOTS;
	ret->tables_bytes = memory_bytes / 100 * TABLES;
	ret->n_book_alerts = fit(memory_bytes, BOOKS, sizeof(struct ed_alert));
	c->n_keys = fit(memory_bytes, KEYS, key_bytes);
	c->n_sketches = fit(memory_bytes, SKETCHES, sizeof(struct ed_key_sketch));
	c->n_suspects = fit(memory_bytes, SUSPECTS,
			    sizeof(struct ed_suspect) + sizeof(struct ed_actor));
	c->n_pending = fit(memory_bytes, PENDING, sizeof(struct ed_pending_entry));
	c->machines_bytes = memory_bytes / 100 * MACHINES / ED_PARTITIONS;
	c->n_clients = fit(memory_bytes, CLIENTS, sizeof(struct ed_client));
	c->n_shared_names = fit(memory_bytes, SHARED_NAMES, sizeof(struct ed_shared_name));
	return 0;
}
