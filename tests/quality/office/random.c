/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that are the same everywhere: splitmix64, and a few laws on top of it. */
#include "office.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

uint64_t key2(uint64_t a, uint64_t b)
{
	return mix(mix(a + 0x9e3779b97f4a7c15ULL) + b * 0xd1342543de82ef95ULL);
}

uint64_t key_text(uint64_t seed, const char *s)
{
	uint64_t k = mix(seed + 0x51ed270b);

	for (; *s; s++)
		k = (k ^ (unsigned char)*s) * 0x100000001b3ULL;
	return mix(k);
}

uint64_t next(struct rng *r)
{
	return mix(r->state += 0x9e3779b97f4a7c15ULL);
}

uint32_t below(struct rng *r, uint32_t n)
{
	return (uint32_t)(((next(r) >> 32) * n) >> 32);
}

/* In (0, 1). */
double uniform(struct rng *r)
{
	return ((double)(next(r) >> 12) + 0.5) / 4503599627370496.0;
}

double exponential(struct rng *r, double mean)
{
	return -log(uniform(r)) * mean;
}

double lognormal(struct rng *r, double median, double sigma)
{
	double radius = sqrt(-2 * log(uniform(r)));

	return median * exp(sigma * radius * cos(2 * M_PI * uniform(r)));
}

_Noreturn void die(const char *what)
{
	fprintf(stderr, "office: %s\n", what);
	exit(2);
}

void *must_alloc(size_t n, size_t bytes)
{
	void *p = calloc(n, bytes);

	if (!p)
		die("out of memory");
	return p;
}
