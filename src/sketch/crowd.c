/* SPDX-License-Identifier: Apache-2.0 */
/* The small client counter; see crowd.h. */
#include "sketch/crowd.h"

#include <string.h>

#include "sketch/hll.h"

static void turn_to_registers(struct ed_crowd *c)
{
	uint32_t id[ED_CROWD_EXACT];

	memcpy(id, c->id, sizeof(id));
	memset(c->reg, 0, sizeof(c->reg));
	for (unsigned i = 0; i < ED_CROWD_EXACT; i++)
		ed_crowd_add_register(c, id[i]);
	c->n = ED_CROWD_EXACT + 1;
}

void ed_crowd_add_exact(struct ed_crowd *c, uint32_t id)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (c->id[i] == id)
			return;
	}
	if (c->n < ED_CROWD_EXACT) {
		c->id[c->n++] = id;
		return;
	}
	turn_to_registers(c);
	ed_crowd_add_register(c, id);
}

uint32_t ed_crowd_estimate(const struct ed_crowd *c)
{
	double estimate;

	if (c->n <= ED_CROWD_EXACT)
		return c->n;
	estimate = ed_hll_estimate_registers(c->reg, ED_CROWD_REGISTERS, 0.695);
	return estimate < ED_CROWD_EXACT ? ED_CROWD_EXACT : (uint32_t)(estimate + 0.5);
}
