/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store as the input of a run: its rows as lookups in order of time, one JSON line each as the
 * format "history" reads them, through a pipe that a thread of its own fills.
 */
#ifndef ED_CMD_BASELINE_HISTORY_H
#define ED_CMD_BASELINE_HISTORY_H

#include "cmd/baseline/job.h"

struct ed_baseline_history;

/* Opens the store of @o from @from_ns (0: as --from has it) on and makes it the only input of
 * @conf. ED_EXIT_OK, or another status after a message. */
enum ed_exit ed_baseline_history_open(const struct ed_baseline_options *o, int64_t from_ns,
				      struct ed_scan_config *conf,
				      struct ed_baseline_history **ret);

/* After the run. False, after a message: not all of the store could be read. */
bool ed_baseline_history_close(struct ed_baseline_history *h);

/* When the last day of the store of @o begins; 0: there is no store, or nothing in it. */
int64_t ed_baseline_history_last_day(const struct ed_baseline_options *o);

#endif
