/* SPDX-License-Identifier: Apache-2.0 */
/* Which alerts a change of settings brings, takes, or moves to another level: two runs over the same
 * input, matched by the alerts' ids. */
#ifndef ED_REPORT_BASELINE_DIFF_H
#define ED_REPORT_BASELINE_DIFF_H

#include <stddef.h>

#include "record/alert.h"

enum ed_baseline_change {
	ED_BASELINE_APPEARS,
	ED_BASELINE_DISAPPEARS,
	ED_BASELINE_MOVES, /* another level or another verdict */
	ED_BASELINE_CHANGES
};

/* "appears", ...; static. */
const char *ed_baseline_change_name(unsigned change);

struct ed_baseline_alerts {
	const struct ed_alert *v;
	size_t n;
};

struct ed_baseline_diff_row {
	uint8_t change;                /* ed_baseline_change */
	const struct ed_alert *before; /* NULL with APPEARS; borrowed */
	const struct ed_alert *after;  /* NULL with DISAPPEARS; borrowed */
};

struct ed_baseline_diff {
	struct ed_baseline_diff_row *rows; /* owned; the gravest first */
	size_t n, n_of[ED_BASELINE_CHANGES];
	size_t n_same; /* in both, at one level */
};

/* Alerts below @min are as good as none. 0 or -ENOMEM; release with ed_baseline_diff_done. */
int ed_baseline_diff(const struct ed_baseline_alerts *before,
		     const struct ed_baseline_alerts *after, enum ed_level min,
		     struct ed_baseline_diff *ret);
void ed_baseline_diff_done(struct ed_baseline_diff *d);

#endif
