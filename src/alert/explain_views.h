/* SPDX-License-Identifier: Apache-2.0 */
/* From finding to alert: who passed the lookups on. */
#ifndef ED_ALERT_EXPLAIN_VIEWS_H
#define ED_ALERT_EXPLAIN_VIEWS_H

#include "record/finding.h"

enum { ED_VIEWS_TEXT_MAX = 16 + ED_SEEN_FROM_MAX * (ED_ADDR_TEXT_MAX + 2) };

/* Fills seen_from of @alert, and @ret with "passed on by 10.0.0.53, 10.1.0.53". False, and nothing
 * is written to @ret: nobody did. */
bool ed_explain_views(const struct ed_finding *f, struct ed_alert *alert,
		      char ret[static ED_VIEWS_TEXT_MAX]);

#endif
