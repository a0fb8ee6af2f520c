/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over rare domains; see rare.h. */
#include "shard/rare.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

enum { WAYS = 8 };

static struct ed_rare_sum *place(struct ed_rare *r, const struct ed_rare_sum *from)
{
	uint64_t home = ed_hash_pair(from->client_hash, (uint64_t)from->day);
	struct ed_rare_sum *set = &r->sums[home % (ED_RARE_ENTRIES / WAYS) * WAYS];
	struct ed_rare_sum *least = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].client_hash == from->client_hash && set[i].day == from->day)
			return &set[i];
		if (set[i].most_bytes < least->most_bytes)
			least = &set[i];
	}
	r->n_displaced += least->client_hash != 0;
	*least = *from;
	return least;
}

void ed_rare_add(struct ed_rare *r, const struct ed_rare_sum *from, uint32_t bytes)
{
	struct ed_rare_sum *s = place(r, from);

	if (s->sweep != r->sweep) {
		s->sweep = r->sweep;
		s->bytes = 0;
		s->n_domains = 0;
	}
	s->bytes += bytes;
	s->n_domains++;
	s->first_ns = from->first_ns < s->first_ns ? from->first_ns : s->first_ns;
	s->last_ns = from->last_ns > s->last_ns ? from->last_ns : s->last_ns;
	if (s->bytes > s->most_bytes) {
		s->most_bytes = s->bytes;
		s->most_domains = s->n_domains;
	}
}

static int by_client_and_day(const void *a, const void *b)
{
	const struct ed_rare_sum *x = a, *y = b;

	if (x->client_hash != y->client_hash)
		return x->client_hash < y->client_hash ? -1 : 1;
	return x->day < y->day ? -1 : x->day > y->day;
}

static void merge(struct ed_rare_sum *into, const struct ed_rare_sum *s)
{
	into->most_bytes += s->most_bytes;
	into->most_domains += s->most_domains;
	into->first_ns = s->first_ns < into->first_ns ? s->first_ns : into->first_ns;
	into->last_ns = s->last_ns > into->last_ns ? s->last_ns : into->last_ns;
}

/* Days of one client follow each other; the greatest is told. */
static void tell(const struct ed_rare_sum *sums, size_t n, uint32_t ceiling_bytes,
		 void (*found)(void *arg, const struct ed_rare_sum *sum), void *arg)
{
	for (size_t i = 0; i < n;) {
		struct ed_rare_sum most = sums[i];

		for (uint64_t client = sums[i].client_hash;
		     i < n && sums[i].client_hash == client;) {
			struct ed_rare_sum day = sums[i++];

			while (i < n && sums[i].client_hash == client && sums[i].day == day.day)
				merge(&day, &sums[i++]);
			if (day.most_bytes > most.most_bytes)
				most = day;
		}
		if (most.most_bytes > ceiling_bytes)
			found(arg, &most);
	}
}

int ed_rare_collect(const struct ed_rare *const *tables, unsigned n, uint32_t ceiling_bytes,
		    void (*found)(void *arg, const struct ed_rare_sum *sum), void *arg)
{
	struct ed_rare_sum *all = ed_mem_zalloc((size_t)n * ED_RARE_ENTRIES, sizeof(*all));
	size_t n_all = 0;

	if (!all)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++) {
		for (unsigned j = 0; j < ED_RARE_ENTRIES; j++) {
			if (tables[i]->sums[j].client_hash)
				all[n_all++] = tables[i]->sums[j];
		}
	}
	qsort(all, n_all, sizeof(*all), by_client_and_day);
	tell(all, n_all, ceiling_bytes, found, arg);
	ed_mem_free(all);
	return 0;
}
