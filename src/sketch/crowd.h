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

/* @hash: keyed hash of the client. */
void ed_crowd_add(struct ed_crowd *c, uint64_t hash);
uint32_t ed_crowd_estimate(const struct ed_crowd *c);

#endif
