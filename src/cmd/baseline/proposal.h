/* SPDX-License-Identifier: Apache-2.0 */
/* What `baseline propose` found, and printing it. */
#ifndef ED_CMD_BASELINE_PROPOSAL_H
#define ED_CMD_BASELINE_PROPOSAL_H

#include "cmd/baseline/job.h"
#include "report/baseline_propose.h"

enum { ED_BASELINE_SETTING_MAX = ED_BASELINE_VALUE_MAX + 96 };

struct ed_baseline_proposal {
	struct ed_baseline_element elements[ED_BASELINE_ELEMENTS_MAX];
	unsigned choice[ED_BASELINE_ELEMENTS_MAX]; /* a candidate, or elements[i].n: as it is */
	size_t n;
	struct ed_baseline_tunnels tunnels;
	struct ed_baseline_effect now,
		together;    /* with what is in force, with all that was taken */
	double days;         /* of the input, at least 1 */
	uint64_t others_max; /* alerts that are bearable, of the whole input */
	bool damaged;
};

/* Fills days and others_max; @budget: alerts a day, 0: as many as now. */
void ed_baseline_proposal_period(struct ed_baseline_proposal *p,
				 const struct ed_baseline_period *period, uint32_t budget);

/* Writes it as --format says. ED_EXIT_OK, or ED_EXIT_FAILURE after a message. */
enum ed_exit ed_baseline_proposal_put(const struct ed_baseline_options *o,
				      const struct ed_baseline_proposal *p);

#endif
