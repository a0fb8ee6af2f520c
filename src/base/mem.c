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
static void advise_huge(uint8_t *p, size_t bytes)
{
	if (bytes >= HUGE_PAGE_BYTES)
		(void)madvise(p, bytes, MADV_HUGEPAGE);
}

/* A large block is whole huge pages; what lies behind its last byte is never touched. */
static size_t align_of(size_t bytes)
{
	return bytes >= HUGE_PAGE_BYTES ? HUGE_PAGE_BYTES : MEM_ALIGN;
}

void *ed_mem_zalloc(size_t n, size_t size_bytes)
{
	size_t bytes, align, room;
	uint8_t *raw, *p;

	if (__builtin_mul_overflow(n, size_bytes, &bytes))
		return NULL;
	align = align_of(bytes);
	if (__builtin_add_overflow(bytes, 2 * align, &room))
		return NULL;
	raw = calloc(1, room & ~(align - 1));
	if (!raw)
		return NULL;
	/* calloc aligns to 16, so at least 16 bytes lie between raw and the next multiple. */
	p = raw + (align - (uintptr_t)raw % align);
	advise_huge(p, (bytes + align - 1) & ~(align - 1));
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

/* -------------------------------------------------------------------- pool */

/* With AddressSanitizer every table keeps borders of its own, which it watches. */
#if defined(__SANITIZE_ADDRESS__)
enum { IS_WATCHED = 1 };
#elif defined(__has_feature)
enum { IS_WATCHED = __has_feature(address_sanitizer) };
#else
enum { IS_WATCHED = 0 };
#endif

void ed_mem_pool_init(struct ed_mem_pool *pool, size_t bytes)
{
	*pool = (struct ed_mem_pool){ .block = IS_WATCHED ? NULL : ed_mem_zalloc(bytes, 1) };
	if (pool->block)
		pool->n_left_bytes = bytes;
	pool->next = pool->block;
}

void ed_mem_pool_done(struct ed_mem_pool *pool)
{
	ed_mem_free(pool->block);
	*pool = (struct ed_mem_pool){ .block = NULL };
}

void *ed_mem_take(struct ed_mem_pool *pool, size_t n, size_t size_bytes)
{
	size_t bytes, whole;
	uint8_t *p;

	if (__builtin_mul_overflow(n, size_bytes, &bytes) ||
	    __builtin_add_overflow(bytes, (size_t)(2 * MEM_ALIGN - 1), &whole))
		return NULL;
	whole -= whole % MEM_ALIGN;
	if (!pool || whole > pool->n_left_bytes)
		return ed_mem_zalloc(n, size_bytes);
	/* the line before it stays zero: to ed_mem_free a block that there is nothing to free of */
	p = pool->next + MEM_ALIGN;
	pool->next += whole;
	pool->n_left_bytes -= whole;
	return p;
}

uint64_t ed_mem_n_allocs(void)
{
	return atomic_load_explicit(&mem_n_allocs, memory_order_relaxed);
}
