/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which names have several clients asked, and which lookups can the owner of a name's domain have
 * heard of? A name that three clients ask carries no message of any one of them. A lookup is heard
 * of when what was answered before has run out, or when the answer lives on longer than that: then
 * it did not come out of the cache that the answer before lay in. Who owns the domain sets how long
 * answers live, but a cache counts that down, and the time at which an answer runs out stands.
 *
 * Direct-mapped, 16 bytes a name; a collision forgets the older name, which only counts more names,
 * never less, and takes the lookup for one of which nothing is known.
 */
#ifndef ED_SHARD_SHARED_NAMES_H
#define ED_SHARD_SHARED_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "record/event.h"

enum { ED_SHARED_CLIENTS = 3, ED_SHARED_TYPES = 3 };

struct ed_shared_name {
	uint32_t tag : 24;
	uint32_t other_type : 8;             /* lower bits of the type that is told last */
	uint16_t client[ED_SHARED_CLIENTS];  /* 0: free */
	uint16_t expires_s[ED_SHARED_TYPES]; /* of A, AAAA, other: lower bits; 0: not known */
};
static_assert(sizeof(struct ed_shared_name) == 16, "table budget");

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

/*
 * Notes how long what @ev carries of an answer lives. True when the owner can have heard of the
 * lookup; of an answer that comes apart from its question, when the question was taken for one that
 * he does not hear of, in error. False as well when the source tells of no answer's life.
 */
bool ed_shared_names_heard(struct ed_shared_names *t, const struct ed_event *ev);

static inline void ed_shared_names_prefetch(const struct ed_shared_names *t, uint64_t name_hash)
{
	__builtin_prefetch(&t->names[name_hash & t->mask]);
}

#endif
