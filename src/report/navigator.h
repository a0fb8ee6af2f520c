/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers for the ATT&CK Navigator, layer format 4.5: T1071.004 and its parent, with what is known of
 * the five analytics of DET0400. One layer says what could be seen (coverage), the other what was
 * (sightings); a score is given only where there is evidence for it.
 */
#ifndef ED_REPORT_NAVIGATOR_H
#define ED_REPORT_NAVIGATOR_H

#include "base/buf.h"
#include "record/alert.h"
#include "report/coverage.h"

/*
 * The layer of a coverage report. Score: the share of machines, in hundredths, on which the analytic
 * of their platform works; machines on which it works partly count half. Each analytic is a row of
 * the metadata with its verdict.
 */
void ed_navigator_coverage(const struct ed_coverage *c, struct ed_buf *out);

/* Alerts by analytic and level. All zero is a good start. */
struct ed_navigator_sightings {
	uint64_t n[ED_ANALYTICS_MAX][ED_LEVEL_N]; /* by row of the analytics */
	int64_t first_ns, last_ns;
	uint64_t n_left_out; /* false positives, drills, hidden by a rule */
};

/* An alert of the analytic @id; of none that is known: not counted. */
void ed_navigator_sight(struct ed_navigator_sightings *s, const char *id, unsigned level,
			int64_t start_ns, int64_t end_ns);

/* Score: the number of alerts of medium level and above. */
void ed_navigator_sightings(const struct ed_navigator_sightings *s, struct ed_buf *out);

#endif
