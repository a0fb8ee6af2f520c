/* SPDX-License-Identifier: Apache-2.0 */
/* Quantiles; see ddsketch.h. */
#include "sketch/ddsketch.h"

#include <math.h>

#include "base/fixed_log.h"

/* gamma = (1 + 0.02) / (1 - 0.02); a bucket spans log2(gamma) = 0.05772 of the logarithm. */
enum { BUCKET_MBITS_X64 = 3783 }; /* 1024 * 64 * log2(gamma) */

static unsigned bucket_of(uint32_t value)
{
	uint32_t capped = value < 1 ? 1 : value > UINT32_C(1) << 30 ? UINT32_C(1) << 30 : value;
	unsigned b = ed_log2_mbits(capped) * 64 / BUCKET_MBITS_X64;

	return b < ED_DD_BUCKETS ? b : ED_DD_BUCKETS - 1;
}

static uint32_t saturated(uint64_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

void ed_ddsketch_add(struct ed_ddsketch *d, uint32_t value, uint32_t n)
{
	unsigned b = bucket_of(value);

	d->count[b] = saturated((uint64_t)d->count[b] + n);
	d->n = saturated((uint64_t)d->n + n);
}

void ed_ddsketch_merge(struct ed_ddsketch *into, const struct ed_ddsketch *d)
{
	for (unsigned i = 0; i < ED_DD_BUCKETS; i++)
		into->count[i] = saturated((uint64_t)into->count[i] + d->count[i]);
	into->n = saturated((uint64_t)into->n + d->n);
}

double ed_ddsketch_tail(const struct ed_ddsketch *d, uint32_t value)
{
	double above = 0;

	for (unsigned i = bucket_of(value); i < ED_DD_BUCKETS; i++)
		above += d->count[i];
	if (d->n == 0)
		return 1;
	return fmax(above, 1) / ((double)d->n + 1);
}

double ed_ddsketch_quantile(const struct ed_ddsketch *d, double q)
{
	double rank = q * (double)d->n, seen = 0;

	for (unsigned i = 0; i < ED_DD_BUCKETS && d->n > 0; i++) {
		seen += d->count[i];
		if (seen >= rank && d->count[i] > 0)
			return exp2((i + 0.5) * BUCKET_MBITS_X64 / (1024.0 * 64));
	}
	return 0;
}
