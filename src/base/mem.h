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

/* Allocations made so far by the process through this module. */
uint64_t ed_mem_n_allocs(void);

#endif
