/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start-up allocation; see mem.h. Built on calloc and not on aligned_alloc, so that large tables
 * are fresh pages of the system, which cost nothing until they are touched; what calloc returned is
 * kept in the word before the aligned block.
 */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MEM_ALIGN = 64, HUGE_PAGE_BYTES = 2 << 20 };

/* The one counter that may change: it is what a test watches to prove that the data path is flat.
 */
static _Atomic uint64_t mem_n_allocs;

/*
 * Tables are read at random, and a page of 4 KiB then costs a miss of the translation cache for
 * nearly every lookup. Advice only: where there are no huge pages nothing changes.
 */
static void advise_huge(uint8_t *raw, size_t bytes)
{
	uintptr_t from = ((uintptr_t)raw + HUGE_PAGE_BYTES - 1) & ~(uintptr_t)(HUGE_PAGE_BYTES - 1);
	uintptr_t to = ((uintptr_t)raw + bytes) & ~(uintptr_t)(HUGE_PAGE_BYTES - 1);

	if (to > from)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

void *ed_mem_zalloc(size_t n, size_t size_bytes)
{
	size_t bytes;
	uint8_t *raw, *p;

	if (__builtin_mul_overflow(n, size_bytes, &bytes) ||
	    __builtin_add_overflow(bytes, (size_t)MEM_ALIGN, &bytes))
		return NULL;
	raw = calloc(1, bytes);
	if (!raw)
		return NULL;
	advise_huge(raw, bytes);
	/* calloc aligns to 16, so at least 16 bytes lie between raw and the next multiple of 64. */
	p = raw + (MEM_ALIGN - (uintptr_t)raw % MEM_ALIGN);
	memcpy(p - sizeof(raw), &raw, sizeof(raw));
	atomic_fetch_add_explicit(&mem_n_allocs, 1, memory_order_relaxed);
	return p;
}

void ed_mem_free(void *p)
{
	uint8_t *raw;

	if (!p)
		return;
	memcpy(&raw, (uint8_t *)p - sizeof(raw), sizeof(raw));
	free(raw);
}

uint64_t ed_mem_n_allocs(void)
{
	return atomic_load_explicit(&mem_n_allocs, memory_order_relaxed);
}
