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

	for (; a->tunables[n].name && n < ED_ALERT_TUNABLES_MAX; n++) {
		ret[n].name = a->tunables[n].name;
		(void)ed_option_print(&a->tunables[n], conf, ret[n].value, sizeof(ret[n].value));
	}
	return n;
}
