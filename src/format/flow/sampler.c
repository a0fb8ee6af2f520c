/* SPDX-License-Identifier: Apache-2.0 */
/* Announced sampling; see sampler.h. */
#include "format/flow/sampler.h"

#include "base/hash.h"

enum { WAYS = 4 };

/* Stands for all of a domain; a sampler that calls itself so is nothing else. */
static const uint64_t ANY = UINT64_MAX;

static uint64_t hash_of(uint64_t exporter_hash, uint64_t number)
{
	return ed_hash_pair(exporter_hash, number) | 1;
}

static struct ed_flow_sampler *set_of(struct ed_flow_samplers *t, uint64_t hash)
{
	return &t->at[(hash >> 32) % (ED_FLOW_SAMPLERS / WAYS) * WAYS];
}

static struct ed_flow_sampler *find(struct ed_flow_samplers *t, uint64_t hash)
{
	struct ed_flow_sampler *set = set_of(t, hash);

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].hash == hash) {
			set[i].used = ++t->clock;
			return &set[i];
		}
	}
	return NULL;
}

static void put(struct ed_flow_samplers *t, uint64_t hash, uint32_t rate)
{
	struct ed_flow_sampler *set = set_of(t, hash), *s = find(t, hash);

	if (!s) {
		s = set;
		for (unsigned i = 1; i < WAYS; i++)
			s = set[i].used < s->used ? &set[i] : s;
	}
	*s = (struct ed_flow_sampler){ .hash = hash, .used = ++t->clock, .rate = rate };
}

void ed_flow_sampler_note(struct ed_flow_samplers *t, uint64_t exporter_hash, uint64_t number,
			  uint32_t rate)
{
	put(t, hash_of(exporter_hash, number), rate);
	put(t, hash_of(exporter_hash, ANY), rate);
}

uint32_t ed_flow_sampler_rate(struct ed_flow_samplers *t, uint64_t exporter_hash, uint64_t number)
{
	const struct ed_flow_sampler *s = find(t, hash_of(exporter_hash, number));

	if (!s)
		s = find(t, hash_of(exporter_hash, ANY));
	return s ? s->rate : 0;
}
