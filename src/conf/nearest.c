/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest name; see nearest.h. Three rows of the distance matrix are kept, as a swap looks back
 * two. */
#include "conf/nearest.h"

#include "base/ascii.h"

#include <limits.h>
#include <string.h>

static uint8_t fold(char c)
{
	return ed_to_lower((uint8_t)c);
}

static unsigned min_of(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][ED_NEAREST_MAX + 1];
	size_t n_a = strlen(a);
	size_t n_b = strlen(b);

	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n_a; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3];
		const unsigned *above2 = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n_b; j++) {
			unsigned other = fold(a[i - 1]) != fold(b[j - 1]);

			row[j] = min_of(min_of(above[j], row[j - 1]) + 1, above[j - 1] + other);
			if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]))
				row[j] = min_of(row[j], above2[j - 2] + 1);
		}
	}
	return rows[n_a % 3][n_b];
}

void ed_nearest_init(struct ed_nearest *ret, const char *wanted)
{
	*ret = (struct ed_nearest){ .wanted = wanted, .distance = UINT_MAX };
}

void ed_nearest_offer(struct ed_nearest *n, const char *name)
{
	size_t wanted = strlen(n->wanted);
	size_t offered = strlen(name);
	unsigned limit = min_of((unsigned)wanted, (unsigned)offered) / 3;
	unsigned d;

	if (wanted == 0 || wanted > ED_NEAREST_MAX || offered > ED_NEAREST_MAX)
		return;
	if (limit == 0)
		limit = 1;
	d = distance(n->wanted, name);
	/* "memo" for "memory", "rateperclient" for "AN1124.QueryRatePerClient": worse than any
	 * typing error. */
	if (d > limit && wanted >= 3 && strcasestr(name, n->wanted))
		d = ED_NEAREST_MAX + (unsigned)(offered - wanted);
	else if (d > limit)
		return;
	if (d >= n->distance)
		return;
	n->distance = d;
	n->best = name;
}
