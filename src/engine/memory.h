/* SPDX-License-Identifier: Apache-2.0 */
/* One number, `--memory`, into the sizes of all tables. */
#ifndef ED_ENGINE_MEMORY_H
#define ED_ENGINE_MEMORY_H

#include "shard/partition.h"

enum {
	/* What the process takes before any table: code, lists, libraries, reassembly of one capture. */
	ED_MEMORY_BASE_BYTES = 24 << 20,
	ED_MEMORY_BOOK_ALERTS = 96, /* incidents a partition keeps */
};

/*
 * Fills the sizes of @ret from @memory_bytes less @taken_bytes (the slots). 0, or -ENOSPC when the rest is
 * too small to work with; *ret_least is then the least --memory that would do.
 */
int ed_memory_split(uint64_t memory_bytes, uint64_t taken_bytes, struct ed_partition_conf *ret,
		    uint64_t *ret_least);

#endif
