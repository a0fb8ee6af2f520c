/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start-up allocation. Everything the data path uses is sized here from one budget and taken once;
 * afterwards the counter of allocations stays flat (a test watches it).
 */
#ifndef ED_BASE_MEM_H
#define ED_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed memory, 64-byte aligned, counted; NULL when there is none. Free with ed_mem_free. */
void *ed_mem_zalloc(size_t n, size_t size_bytes);
void ed_mem_free(void *p);

/*
 * One block that many tables are cut out of. Each alone is smaller than a huge page or ends in the
 * middle of one; side by side they are read through a few dozen entries of the translation cache.
 */
struct ed_mem_pool {
	void *block;
	uint8_t *next;
	size_t n_left_bytes;
};

/* Never fails: what the pool cannot give is asked of the system, table by table. */
void ed_mem_pool_init(struct ed_mem_pool *pool, size_t bytes);
/* Behind the ed_mem_free of all that was taken from it. */
void ed_mem_pool_done(struct ed_mem_pool *pool);

/* As ed_mem_zalloc, out of @pool (may be NULL) as long as it lasts. Free with ed_mem_free. */
void *ed_mem_take(struct ed_mem_pool *pool, size_t n, size_t size_bytes);

/* Allocations made so far by the process through this module. */
uint64_t ed_mem_n_allocs(void);

#endif
