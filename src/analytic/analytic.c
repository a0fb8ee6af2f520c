/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of analytics. */
#include "analytic/analytic.h"

#include <string.h>

const struct ed_analytic *const ed_analytics[] = {
#define ANALYTIC(id) &ed_analytic_##id,
#include "analytic/analytic.def"
#undef ANALYTIC
	NULL,
};

const struct ed_analytic *ed_analytic_find(const char *id)
{
	for (size_t i = 0; ed_analytics[i]; i++) {
		if (strcmp(ed_analytics[i]->id, id) == 0)
			return ed_analytics[i];
	}
	return NULL;
}

size_t ed_analytic_row_of(unsigned platform)
{
	size_t row = 0;

	for (size_t i = 0; ed_analytics[i]; i++) {
		if (ed_analytics[i]->platform_id == platform)
			return i;
		if (ed_analytics[i]->platform_id == ED_PLATFORM_NETWORK)
			row = i;
	}
	return row;
}

double ed_analytic_name_score(const struct ed_evidence *content)
{
	double names = ed_evidence_get(content, "names_scored", 0);

	if (names < 1)
		return 0;
	return ed_subdomain_entropy_score(ed_evidence_get(content, "likelihood_ratio_bits", 0) /
					  names);
}

struct ed_evidence *ed_analytic_family(struct ed_evidence *evidence, uint32_t n_evidence,
				       const char *name)
{
	for (uint32_t i = 0; i < n_evidence; i++) {
		if (strcmp(evidence[i].family, name) == 0)
			return &evidence[i];
	}
	return NULL;
}

uint32_t ed_analytic_tunables(const struct ed_analytic *a, const void *conf,
			      struct ed_tunable ret[static ED_ALERT_TUNABLES_MAX])
{
	uint32_t n = 0;

	for (const struct ed_option *row = a->tunables; row->name; row++) {
		if (n == ED_ALERT_TUNABLES_MAX)
			break;
		ret[n].name = row->name;
		/* what is not set is not in force */
		n += ed_option_print(row, conf, ret[n].value, sizeof(ret[n].value)) > 0;
	}
	return n;
}
