/* SPDX-License-Identifier: Apache-2.0 */
/* A coverage report in the making: what `earthdog coverage` and `earthdog report` have in common. */
#ifndef ED_CMD_RUN_COVERING_H
#define ED_CMD_RUN_COVERING_H

#include "cmd/cmd.h"
#include "cmd/run/reading.h"
#include "engine/site.h"
#include "report/presence.h"
#include "store/ledger.h"

struct ed_covering {
	const struct ed_reading *options; /* borrowed */
	struct ed_scan_config conf;
	const char *names[ED_SCAN_FORMATS_MAX + 1]; /* of the formats */
	struct ed_presence presence;
	struct ed_site site;
	bool overfull; /* rows of the store found no room */
};

/* When a source is named. */
struct ed_covering_limits {
	int64_t silence_ns, lag_ns;
};

extern const struct ed_option ed_covering_options[]; /* --silence and --lag of these */

/* Over @paths, with nothing seen yet. ED_EXIT_OK, or another status after a message; call
 * ed_covering_done either way. */
enum ed_exit ed_covering_begin(const struct ed_reading *o, const char *const *paths, size_t n_paths,
			       struct ed_covering *ret);
void ed_covering_done(struct ed_covering *c);

/* Adds what the store kept of the period; when it is too much, that is said. 0, -errno or a condition
 * of the store. */
int ed_covering_take_kept(struct ed_covering *c, struct ed_ledger *l);

/* The report on what was seen. @retention_ns 0: no target. 0 or -ENOMEM; ed_coverage_done either way. */
int ed_covering_make(const struct ed_covering *c, const struct ed_covering_limits *limits,
		     int64_t retention_ns, struct ed_coverage *ret);

#endif
