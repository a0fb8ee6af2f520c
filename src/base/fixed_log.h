/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logarithm to base 2 in fixed point, from integers only, so that it is the same on every machine.
 */
#ifndef ED_BASE_FIXED_LOG_H
#define ED_BASE_FIXED_LOG_H

#include <stdint.h>

/*
 * log2(@x) in 1/1024; 0 for 0. The mantissa's part is a parabola through (0, 0) and (1, 1):
 * log2(1+f) ~ f + 0.3437 f (1-f), off by at most 0.009.
 */
static inline uint32_t ed_log2_mbits(uint32_t x)
{
	uint32_t whole, f;

	if (x == 0)
		return 0;
	whole = 31 - (uint32_t)__builtin_clz(x);
	f = (x << (31 - whole) << 1) >> 16; /* 0..65535: the mantissa behind its leading one */
	return whole * 1024 + (f >> 6) + (uint32_t)(((uint64_t)f * (65536 - f) * 352) >> 32);
}

#endif
