/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which names have several clients asked? A name that three clients ask carries no message of any
 * one of them. Direct-mapped, 16 bytes a name; a collision forgets the older name, which only
 * counts more information, never less.
 */
#ifndef ED_SHARD_SHARED_NAMES_H
#define ED_SHARD_SHARED_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

enum { ED_SHARED_CLIENTS = 3 };

struct ed_shared_name {
	uint32_t tag;
	uint32_t client[ED_SHARED_CLIENTS]; /* 0: free */
};

struct ed_shared_names {
	struct ed_shared_name *names;
	uint32_t mask;
};

/* @capacity is rounded down to a power of two, at least 16. 0 or -ENOMEM. @pool: as
 * for ed_mem_take. */
int ed_shared_names_init(struct ed_shared_names *t, uint32_t capacity, struct ed_mem_pool *pool);
void ed_shared_names_done(struct ed_shared_names *t);

/* Notes that @client_hash asked @name_hash; how many different clients have by now, at most
 * ED_SHARED_CLIENTS. */
unsigned ed_shared_names_note(struct ed_shared_names *t, uint64_t name_hash, uint64_t client_hash);

static inline void ed_shared_names_prefetch(const struct ed_shared_names *t, uint64_t name_hash)
{
	__builtin_prefetch(&t->names[name_hash & t->mask]);
}

#endif
