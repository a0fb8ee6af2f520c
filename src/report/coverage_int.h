/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that make up a coverage report share; see coverage.h. */
#ifndef ED_REPORT_COVERAGE_INT_H
#define ED_REPORT_COVERAGE_INT_H

#include "report/coverage.h"

#define ED_HOUR_NS (INT64_C(3600) * ED_NS_PER_S)

/* Adds a gap; beyond the limit, or without memory, it is counted as lost. */
struct ed_coverage_gap *ed_coverage_gap_add(struct ed_coverage *c, enum ed_coverage_gap_kind kind,
					    const char *subject);
void ed_coverage_gap_detail(struct ed_coverage_gap *gap, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The address of the site's own resolver. */
bool ed_coverage_is_sanctioned(const struct ed_coverage *c, const struct ed_addr *addr,
			       uint32_t net_tag, int64_t time_ns);
/* True when it is known which resolvers are the site's. */
bool ed_coverage_knows_resolvers(const struct ed_coverage *c);

static inline bool ed_coverage_tells(const struct ed_coverage *c, uint32_t source, uint32_t asset)
{
	size_t pair = (size_t)source * c->n_assets + asset;

	return c->tells[pair / 8] >> pair % 8 & 1;
}

/* Sources in time: silence, holes, lag, retention. 0 or -ENOMEM. */
int ed_coverage_find_times(struct ed_coverage *c);
/* Machines. */
void ed_coverage_find_machines(struct ed_coverage *c);
/* Servers that are asked, and those that are not. 0 or -ENOMEM. */
int ed_coverage_find_paths(struct ed_coverage *c);
/* Networks, before the machines: who stands in one that nothing looks at is told of with it. 0 or
 * -ENOMEM. */
int ed_coverage_find_networks(struct ed_coverage *c);

#endif
