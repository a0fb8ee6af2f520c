/* SPDX-License-Identifier: Apache-2.0 */
/* The small client counter; see crowd.h. */
#include "sketch/crowd.h"

#include <string.h>

#include "base/hash.h"
#include "sketch/hll.h"

static void register_add(struct ed_crowd *c, uint32_t id)
{
	uint64_t h = ed_hash_mix(id);
	unsigned slot = (unsigned)((h >> 32) * ED_CROWD_REGISTERS >> 32);
	uint8_t rank = (uint8_t)(__builtin_ctz((uint32_t)h | 1u << 31) + 1);

	if (rank > c->reg[slot])
		c->reg[slot] = rank;
}

static void turn_to_registers(struct ed_crowd *c)
{
	uint32_t id[ED_CROWD_EXACT];

	memcpy(id, c->id, sizeof(id));
	memset(c->reg, 0, sizeof(c->reg));
	for (unsigned i = 0; i < ED_CROWD_EXACT; i++)
		register_add(c, id[i]);
	c->n = ED_CROWD_EXACT + 1;
}

void ed_crowd_add(struct ed_crowd *c, uint64_t hash)
{
	uint32_t id = (uint32_t)(hash >> 32);

	for (unsigned i = 0; i < c->n && c->n <= ED_CROWD_EXACT; i++) {
		if (c->id[i] == id)
			return;
	}
	if (c->n < ED_CROWD_EXACT) {
		c->id[c->n++] = id;
		return;
	}
	if (c->n == ED_CROWD_EXACT)
		turn_to_registers(c);
	register_add(c, id);
}

uint32_t ed_crowd_estimate(const struct ed_crowd *c)
{
	double estimate;

	if (c->n <= ED_CROWD_EXACT)
		return c->n;
	estimate = ed_hll_estimate_registers(c->reg, ED_CROWD_REGISTERS, 0.695);
	return estimate < ED_CROWD_EXACT ? ED_CROWD_EXACT : (uint32_t)(estimate + 0.5);
}
