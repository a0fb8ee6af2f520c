/* SPDX-License-Identifier: Apache-2.0 */
/* Who passed lookups on; see explain_views.h. */
#include "alert/explain_views.h"

#include <stdio.h>

bool ed_explain_views(const struct ed_finding *f, struct ed_alert *alert,
		      char ret[static ED_VIEWS_TEXT_MAX])
{
	char text[ED_ADDR_TEXT_MAX];
	size_t n = 0;

	alert->n_seen_from = f->n_seen_from;
	for (uint32_t i = 0; i < f->n_seen_from; i++) {
		alert->seen_from[i] = f->seen_from[i];
		ed_addr_to_text(&f->seen_from[i], text);
		n += (size_t)snprintf(ret + n, ED_VIEWS_TEXT_MAX - n, "%s%s",
				      i == 0 ? "passed on by " : ", ", text);
	}
	return n > 0;
}
