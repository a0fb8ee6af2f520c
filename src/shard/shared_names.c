/* SPDX-License-Identifier: Apache-2.0 */
/* Names asked by several clients; see shared_names.h. */
#include "shard/shared_names.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

int ed_shared_names_init(struct ed_shared_names *t, uint32_t capacity, struct ed_mem_pool *pool)
{
	uint32_t n = 16;

	while (n * 2 <= capacity)
		n *= 2;
	t->mask = n - 1;
	t->names = ed_mem_take(pool, n, sizeof(*t->names));
	return t->names ? 0 : -ENOMEM;
}

void ed_shared_names_done(struct ed_shared_names *t)
{
	ed_mem_free(t->names);
	memset(t, 0, sizeof(*t));
}

static unsigned n_clients(const struct ed_shared_name *e)
{
	unsigned n = 0;

	while (n < ED_SHARED_CLIENTS && e->client[n] != 0)
		n++;
	return n;
}

unsigned ed_shared_names_note(struct ed_shared_names *t, uint64_t name_hash, uint64_t client_hash)
{
	struct ed_shared_name *e = &t->names[name_hash & t->mask];
	uint32_t tag = (uint32_t)(name_hash >> 32);
	uint32_t client = (uint32_t)(client_hash >> 32) | 1;

	if (e->tag != tag)
		*e = (struct ed_shared_name){ .tag = tag };
	for (unsigned i = 0; i < ED_SHARED_CLIENTS; i++) {
		if (e->client[i] == 0)
			e->client[i] = client;
		if (e->client[i] == client)
			return n_clients(e);
	}
	return ED_SHARED_CLIENTS;
}
