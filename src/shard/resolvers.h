/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a partition knows of each server that is asked: by how many clients, for how many domains. A
 * server that is asked for one domain only, where others answer for many, is no resolver of the
 * site: it is the far end of something. A table of fixed size; of two places the less asked gives
 * way.
 */
#ifndef ED_SHARD_RESOLVERS_H
#define ED_SHARD_RESOLVERS_H

#include "record/event.h"
#include "sketch/crowd.h"

struct ed_resolver {
	uint32_t hash; /* 0: free */
	uint32_t n_questions;
	uint64_t zones; /* linear counting: one bit a domain */
	struct ed_crowd clients;
	uint32_t pad;
};

enum { ED_RESOLVERS = 128 };

struct ed_resolvers {
	struct ed_resolver resolvers[ED_RESOLVERS];
};

/* Keyed hash of a server's address, not 0. */
uint32_t ed_resolver_hash_of(const struct ed_addr *addr, uint64_t hash_key);

/* The same of the event's server; 0 when the event names none. */
uint32_t ed_resolver_hash(const struct ed_event *ev, uint64_t hash_key);

/* Counts a question to the server @hash (not 0). */
void ed_resolvers_note(struct ed_resolvers *t, uint32_t hash, const struct ed_event *ev);

/* NULL when it is not known (any more). */
const struct ed_resolver *ed_resolvers_find(const struct ed_resolvers *t, uint32_t hash);

#endif
