/* SPDX-License-Identifier: Apache-2.0 */
/* How many different things there were; see hash_set.h. */
#include "base/hash_set.h"

#include <errno.h>
#include <stdlib.h>

enum { FIRST = 1 << 10 };

void ed_hash_set_init(struct ed_hash_set *ret, size_t max)
{
	*ret = (struct ed_hash_set){ .max = max };
}

void ed_hash_set_done(struct ed_hash_set *s)
{
	free(s->v);
	s->v = NULL;
	s->n = s->cap = 0;
}

/* The place of @hash, or the free one where it belongs. */
static size_t place(const uint64_t *v, size_t cap, uint64_t hash)
{
	size_t i = hash & (cap - 1);

	while (v[i] != 0 && v[i] != hash)
		i = (i + 1) & (cap - 1);
	return i;
}

static bool grow(struct ed_hash_set *s)
{
	size_t cap = s->cap ? 2 * s->cap : FIRST;
	uint64_t *v = calloc(cap, sizeof(*v));

	if (!v) {
		s->error = -ENOMEM;
		return false;
	}
	for (size_t i = 0; i < s->cap; i++) {
		if (s->v[i] != 0)
			v[place(v, cap, s->v[i])] = s->v[i];
	}
	free(s->v);
	s->v = v;
	s->cap = cap;
	return true;
}

bool ed_hash_set_add(struct ed_hash_set *s, uint64_t hash)
{
	size_t i;

	hash = hash ? hash : 1;
	if (2 * (s->n + 1) > s->cap && s->n < s->max && !grow(s))
		return false;
	i = place(s->v, s->cap, hash);
	if (s->v[i] == hash)
		return false;
	if (s->n == s->max) {
		s->full = true;
		return false;
	}
	s->v[i] = hash;
	s->n++;
	return true;
}
