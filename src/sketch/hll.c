/* SPDX-License-Identifier: Apache-2.0 */
/* The distinct counter; see hll.h. */
#include "sketch/hll.h"

#include <math.h>
#include <string.h>

enum { LANES = 4 };

/* 2^-rank, exactly: ranks are far below the smallest exponent of a double. */
static double inverse_power(uint8_t rank)
{
	uint64_t bits = (uint64_t)(1023 - rank) << 52;
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

double ed_hll_estimate_registers(const uint8_t *reg, unsigned n, double alpha)
{
	double part[LANES] = { 0 }, m = n, sum = 0;
	unsigned n_zero = 0;

	/* an addition waits for the one before: lanes do not wait for each other */
	for (unsigned i = 0; i < n; i += LANES) {
		for (unsigned lane = 0; lane < LANES; lane++)
			part[lane] += inverse_power(reg[i + lane]);
	}
	for (unsigned lane = 0; lane < LANES; lane++)
		sum += part[lane];
	for (unsigned i = 0; i < n; i++)
		n_zero += reg[i] == 0;
	/* linear counting where many registers are still empty (Flajolet et al. 2007, §4) */
	if (n_zero > 0 && alpha * m * m / sum <= 2.5 * m)
		return m * log(m / n_zero);
	return alpha * m * m / sum;
}

void ed_hll_merge_registers(uint8_t *into, const uint8_t *reg, unsigned n)
{
	/* a store each, so that many are merged at once */
	for (unsigned i = 0; i < n; i++)
		into[i] = reg[i] > into[i] ? reg[i] : into[i];
}

void ed_hll_merge(struct ed_hll *into, const struct ed_hll *s)
{
	ed_hll_merge_registers(into->reg, s->reg, ED_HLL_REGISTERS);
}

double ed_hll_estimate(const struct ed_hll *s)
{
	return ed_hll_estimate_registers(s->reg, ED_HLL_REGISTERS,
					 0.7213 / (1 + 1.079 / ED_HLL_REGISTERS));
}
