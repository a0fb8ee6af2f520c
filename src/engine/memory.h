/* SPDX-License-Identifier: Apache-2.0 */
/* One number, `--memory`, into the sizes of all tables. */
#ifndef ED_ENGINE_MEMORY_H
#define ED_ENGINE_MEMORY_H

#include "shard/partition.h"

struct ed_memory {
	uint64_t slots_bytes;                /* for the pipeline's slots */
	uint64_t tables_bytes;               /* for the tables of all partitions together */
	uint32_t n_book_alerts;              /* incidents that a partition keeps */
	struct ed_partition_conf *partition; /* its sizes are filled */
};

/*
 * The split depends on @memory_bytes alone, not on the number of threads: full tables evict, and
 * what they evict must not depend on the machine. 0, or -ENOSPC when it is too small to work with;
 * *ret_least is then the least that would do.
 */
int ed_memory_split(uint64_t memory_bytes, struct ed_memory *ret, uint64_t *ret_least);

#endif
