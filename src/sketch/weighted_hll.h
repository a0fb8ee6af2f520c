/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighted distinct counter: the sum of the weights of the distinct elements put in. An element of
 * weight w stands for w distinct virtual elements, each made from the element's hash by a mixer, so
 * a repeated element changes nothing.
 *
 * 256 registers, 256 bytes; relative standard error 1.04/sqrt(256) = 6.5 %; merge = maximum of each
 * register. Source: HyperLogLog, Flajolet et al. 2007; weights by repetition as in Ozery et al.,
 * NDSS 2024, at one string hash an element.
 */
#ifndef ED_SKETCH_WEIGHTED_HLL_H
#define ED_SKETCH_WEIGHTED_HLL_H

#include <stdint.h>

enum { ED_WHLL_REGISTERS = 256, ED_WHLL_WEIGHT_MAX = 255 };

struct ed_whll {
	uint8_t reg[ED_WHLL_REGISTERS];
};

/* @weight above ED_WHLL_WEIGHT_MAX counts as that. */
void ed_whll_add(struct ed_whll *s, uint64_t hash, unsigned weight);

/* @into becomes the union of both. */
void ed_whll_merge(struct ed_whll *into, const struct ed_whll *s);

double ed_whll_estimate(const struct ed_whll *s);

#endif
