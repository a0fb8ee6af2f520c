/* SPDX-License-Identifier: Apache-2.0 */
/* What a change of settings must still catch, and counting what it does: alerts of medium and above
 * that are about one of the tunnels, and all others. */
#ifndef ED_REPORT_BASELINE_TUNNELS_H
#define ED_REPORT_BASELINE_TUNNELS_H

#include "record/alert.h"

struct ed_baseline_tunnel {
	struct ed_addr client; /* not known: any */
	struct ed_name domain; /* lower case; n == 0: none in common */
};

struct ed_baseline_tunnels {
	struct ed_baseline_tunnel *v; /* owned */
	size_t n, cap;
};

struct ed_baseline_effect {
	uint64_t n_alerts;  /* of medium and above */
	uint64_t n_tunnels; /* of those given, how many an alert is about */
	uint64_t n_others;  /* alerts that are about none of them */
};

void ed_baseline_tunnels_done(struct ed_baseline_tunnels *t);

/* "example.com", "10.0.0.5 example.com" or "10.0.0.5 -" a line; # begins a comment. 0, -ENOMEM, or
 * the number of the first line that is neither. */
int ed_baseline_tunnels_read(struct ed_span text, struct ed_baseline_tunnels *t);

/* What @a is about, when it is of medium or above. 0 or -ENOMEM. */
int ed_baseline_tunnels_add(struct ed_baseline_tunnels *t, const struct ed_alert *a);

/* True when @a is about one of them: the same domain, one above or one below it. */
bool ed_baseline_tunnels_have(const struct ed_baseline_tunnels *t, const struct ed_alert *a);

void ed_baseline_measure(const struct ed_baseline_tunnels *t, const struct ed_alert *alerts,
			 size_t n, struct ed_baseline_effect *ret);

#endif
