/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantiles with a relative error of 2 %: counts of values in buckets that grow by a constant
 * factor. Values from 1 to 2^30; smaller ones count as 1, larger ones as 2^30. Merge = sum, so the
 * result does not depend on order. Source: DDSketch, Masson et al., VLDB 2019. 2,084 bytes.
 */
#ifndef ED_SKETCH_DDSKETCH_H
#define ED_SKETCH_DDSKETCH_H

#include <stdint.h>

enum { ED_DD_BUCKETS = 520 };

struct ed_ddsketch {
	uint32_t count[ED_DD_BUCKETS]; /* saturate */
	uint32_t n;
};

/* @n times @value. */
void ed_ddsketch_add(struct ed_ddsketch *d, uint32_t value, uint32_t n);
/* @into becomes the sum of both. */
void ed_ddsketch_merge(struct ed_ddsketch *into, const struct ed_ddsketch *d);
/* Share of the values that are at least @value, never below 1/(n+1): no tail is made up. 1 when
 * empty. */
double ed_ddsketch_tail(const struct ed_ddsketch *d, uint32_t value);
/* The value at rank @q in 0..1; 0 when empty. */
double ed_ddsketch_quantile(const struct ed_ddsketch *d, double q);

#endif
