/* SPDX-License-Identifier: Apache-2.0 */
/* What a store says of its alerts, for `earthdog baseline`: what people called false alarms is
 * normal; everything else that was alerted is not. */
#ifndef ED_CMD_BASELINE_VERDICTS_H
#define ED_CMD_BASELINE_VERDICTS_H

#include "cmd/baseline/job.h"
#include "report/baseline_tunnels.h"

struct ed_baseline_verdicts {
	struct ed_baseline_tunnels benign, confirmed; /* by people */
	struct ed_alert *others; /* that nobody judged, or whose judgement leaves it open; owned */
	size_t n_others, cap;
	int error;
};

/* Of the store of @o; nothing when there is none. ED_EXIT_OK, or another status after a message;
 * release with ed_baseline_verdicts_done either way. */
enum ed_exit ed_baseline_verdicts_read(const struct ed_baseline_options *o,
				       struct ed_baseline_verdicts *ret);
void ed_baseline_verdicts_done(struct ed_baseline_verdicts *v);

#endif
