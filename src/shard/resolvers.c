/* SPDX-License-Identifier: Apache-2.0 */
/* The servers that are asked; see resolvers.h. */
#include "shard/resolvers.h"

#include "base/hash.h"

enum { WAYS = 2 };

uint32_t ed_resolver_hash_of(const struct ed_addr *addr, uint64_t hash_key)
{
	return (uint32_t)ed_hash_16(addr->b, 0, hash_key) | 1;
}

uint32_t ed_resolver_hash(const struct ed_event *ev, uint64_t hash_key)
{
	if (!(ev->has & ED_FIELD_RESOLVER))
		return 0;
	return ed_resolver_hash_of(&ev->resolver, hash_key);
}

static unsigned set_of(uint32_t hash)
{
	return (hash >> 8) % (ED_RESOLVERS / WAYS) * WAYS;
}

/* Its place in the set; WAYS: none. */
static unsigned way_of(const struct ed_resolver *set, uint32_t hash)
{
	unsigned way = 0;

	while (way < WAYS && set[way].hash != hash)
		way++;
	return way;
}

const struct ed_resolver *ed_resolvers_find(const struct ed_resolvers *t, uint32_t hash)
{
	const struct ed_resolver *set = &t->resolvers[set_of(hash)];
	unsigned way = way_of(set, hash);

	return way < WAYS ? &set[way] : NULL;
}

static struct ed_resolver *place(struct ed_resolvers *t, uint32_t hash)
{
	struct ed_resolver *set = &t->resolvers[set_of(hash)];
	unsigned way = way_of(set, hash);

	if (way < WAYS)
		return &set[way];
	way = set[1].n_questions < set[0].n_questions;
	set[way] = (struct ed_resolver){ .hash = hash };
	return &set[way];
}

void ed_resolvers_note(struct ed_resolvers *t, uint32_t hash, const struct ed_event *ev)
{
	struct ed_resolver *r = place(t, hash);

	if (r->n_questions < UINT32_MAX)
		r->n_questions++;
	r->zones |= UINT64_C(1) << (ev->zone_hash >> 8 & 63);
	ed_crowd_add(&r->clients, ev->client_hash);
}
