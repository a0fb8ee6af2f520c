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
