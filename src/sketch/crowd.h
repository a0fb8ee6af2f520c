/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many different clients: exact up to six, then HyperLogLog with 24 registers in the same 24
 * bytes (relative standard error about 21 %, which is what a prevalence discount in bits needs). 28
 * bytes.
 */
#ifndef ED_SKETCH_CROWD_H
#define ED_SKETCH_CROWD_H

#include <stdint.h>

enum { ED_CROWD_EXACT = 6, ED_CROWD_REGISTERS = 24 };

struct ed_crowd {
	union {
		uint32_t id[ED_CROWD_EXACT];
		uint8_t reg[ED_CROWD_REGISTERS];
	};
	uint32_t n; /* ids held while exact; ED_CROWD_EXACT + 1: the registers are in force */
};

/* What ed_crowd_add does while all ids are held. */
void ed_crowd_add_exact(struct ed_crowd *c, uint32_t id);

static inline void ed_crowd_add_register(struct ed_crowd *c, uint32_t id)
{
	/* a hash already: its upper bits choose the register, its lower ones are the draw */
	unsigned slot = (unsigned)((uint64_t)id * ED_CROWD_REGISTERS >> 32);
	uint8_t rank = (uint8_t)(__builtin_ctz(id | 1U << 31) + 1);

	if (rank > c->reg[slot])
		c->reg[slot] = rank;
}

/* @hash: keyed hash of the client. */
static inline void ed_crowd_add(struct ed_crowd *c, uint64_t hash)
{
	if (c->n > ED_CROWD_EXACT)
		ed_crowd_add_register(c, (uint32_t)(hash >> 32));
	else
		ed_crowd_add_exact(c, (uint32_t)(hash >> 32));
}

uint32_t ed_crowd_estimate(const struct ed_crowd *c);

#endif
