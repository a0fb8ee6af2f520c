/* SPDX-License-Identifier: Apache-2.0 */
/* The weighted distinct counter; see weighted_hll.h. */
#include "sketch/weighted_hll.h"

#include "base/hash.h"
#include "sketch/hll.h"

void ed_whll_add(struct ed_whll *s, uint64_t hash, unsigned weight)
{
	if (weight > ED_WHLL_WEIGHT_MAX)
		weight = ED_WHLL_WEIGHT_MAX;
	for (unsigned i = 0; i < weight; i++) {
		uint64_t h = ed_hash_mix(hash + i * 0x9e3779b97f4a7c15U);
		unsigned slot = (unsigned)(h >> 56);
		/* the bit below keeps the count of leading zeros defined: at most 57 */
		uint8_t rank = (uint8_t)(__builtin_clzll(h << 8 | 1 << 7) + 1);

		if (rank > s->reg[slot])
			s->reg[slot] = rank;
	}
}

void ed_whll_merge(struct ed_whll *into, const struct ed_whll *s)
{
	ed_hll_merge_registers(into->reg, s->reg, ED_WHLL_REGISTERS);
}

double ed_whll_estimate(const struct ed_whll *s)
{
	return ed_hll_estimate_registers(s->reg, ED_WHLL_REGISTERS,
					 0.7213 / (1 + 1.079 / ED_WHLL_REGISTERS));
}
