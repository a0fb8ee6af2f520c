/* SPDX-License-Identifier: Apache-2.0 */
/* A baseline in memory; see baseline.h. */
#include "report/baseline.h"

#include <math.h>

#include "base/mem.h"

const struct ed_baseline_feature_row ed_baseline_features[ED_BASELINE_FEATURES] = {
	[ED_BASELINE_QUERY_LENGTH] = { "query-length", "bytes",
				       "mean length of the labels before the domain", false },
	[ED_BASELINE_ENCODED] = { "entropy-score", "", "SubdomainEntropyScore of the mean name",
				  true },
	[ED_BASELINE_WINDOW] = { "window", "ms",
				 "time for 30 lookups, where there are as many in a day", true },
	[ED_BASELINE_BURST] = { "burst", "in 10 s", "lookups in the busiest ten seconds", false },
	[ED_BASELINE_VOLUME] = { "volume", "bytes", "information in the names, a day", false },
	[ED_BASELINE_CLIENT_LOOKUPS] = { "client-lookups", "a day", "lookups of a client, a day",
					 false },
	[ED_BASELINE_CLIENT_DOMAINS] = { "client-domains", "a day",
					 "domains that a client asks, a day", false },
	[ED_BASELINE_CLIENT_VOLUME] = { "client-volume", "bytes",
					"information in all names of a client, a day", false },
};

double ed_baseline_shown(enum ed_baseline_feature feature, double stored)
{
	return feature == ED_BASELINE_ENCODED ? fmax(0, 1 - stored / 1e6) : stored;
}

struct ed_baseline *ed_baseline_new(void)
{
	struct ed_baseline *b = ed_mem_zalloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->programs = ed_mem_zalloc(ED_BASELINE_PROGRAMS_MAX, sizeof(*b->programs));
	b->packages = ed_mem_zalloc(ED_BASELINE_PACKAGES_MAX, sizeof(*b->packages));
	for (size_t i = 0; i < ED_ANALYTICS_MAX; i++)
		b->share[i] = 1;
	if (b->programs && b->packages)
		return b;
	ed_baseline_free(b);
	return NULL;
}

void ed_baseline_free(struct ed_baseline *b)
{
	if (!b)
		return;
	for (uint32_t i = 0; i < b->n_parts; i++)
		ed_mem_free(b->parts[i]);
	ed_mem_free(b->programs);
	ed_mem_free(b->packages);
	ed_mem_free(b);
}

static unsigned order_of(uint8_t row, uint8_t group)
{
	return (unsigned)row << 8 | group;
}

struct ed_baseline_part *ed_baseline_part(struct ed_baseline *b, uint8_t row, uint8_t group)
{
	struct ed_baseline_part *p;
	uint32_t at = b->n_parts;

	while (at > 0 &&
	       order_of(b->parts[at - 1]->row, b->parts[at - 1]->group) >= order_of(row, group))
		at--;
	if (at < b->n_parts && b->parts[at]->row == row && b->parts[at]->group == group)
		return b->parts[at];
	if (b->n_parts == ED_BASELINE_PARTS_MAX)
		return NULL;
	p = ed_mem_zalloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->row = row;
	p->group = group;
	memmove(b->parts + at + 1, b->parts + at, (b->n_parts - at) * sizeof(void *));
	b->parts[at] = p;
	b->n_parts++;
	return p;
}

uint64_t ed_baseline_sum(const struct ed_baseline *b, size_t row, enum ed_baseline_feature feature,
			 struct ed_ddsketch *ret)
{
	uint64_t n = 0;

	memset(ret, 0, sizeof(*ret));
	for (uint32_t i = 0; i < b->n_parts; i++) {
		const struct ed_baseline_part *p = b->parts[i];

		if (p->row != row)
			continue;
		ed_ddsketch_merge(ret, &p->feature[feature]);
		n += feature < ED_BASELINE_CLIENT_LOOKUPS ? p->n_key_days : p->n_client_days;
	}
	return n;
}

unsigned ed_baseline_count(uint64_t bits)
{
	unsigned set = (unsigned)__builtin_popcountll(bits);

	return set == 64 ? 64 * 4 : (unsigned)lround(-64 * log1p(-(double)set / 64));
}
