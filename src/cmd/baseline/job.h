/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of `earthdog baseline` share: the options, and running the detector over the input
 * that they name. */
#ifndef ED_CMD_BASELINE_JOB_H
#define ED_CMD_BASELINE_JOB_H

#include "base/buf.h"
#include "cmd/cmd.h"
#include "cmd/run/reading.h"
#include "report/baseline_diff.h"
#include "report/baseline_learn.h"

enum ed_baseline_form {
	ED_BASELINE_AUTO,
	ED_BASELINE_TABLE,
	ED_BASELINE_JSON,
	ED_BASELINE_NDJSON,
	ED_BASELINE_SVG,
};

struct ed_baseline_options {
	struct ed_reading reading;
	const char *baseline;          /* the file; NULL: not said */
	int64_t quarantine_ns, now_ns; /* now_ns 0: the clock's */
	struct ed_option_list was;     /* settings in force, with --set the new ones */
	const char *alerts;            /* NULL: not wanted */
	const char *tunnels, *benign;  /* NULL: not said */
	const char *lists;             /* NULL: none is written */
	uint32_t budget;               /* alerts a day; 0: as many as now */
	uint32_t form;                 /* ed_baseline_form */
	bool by_group;
};

extern const struct ed_option ed_baseline_option_rows[];

/* A command line: PATHs, or none where a store is the input. */
struct ed_baseline_job {
	const struct ed_baseline_options *o;
	const char *const *paths;
	size_t n_paths;
};

/* From the first to the last event of a run; 0: there was none. */
struct ed_baseline_period {
	int64_t first_ns, last_ns;
};

/* What a run is to be told beside the options. */
struct ed_baseline_run {
	const struct ed_option_list *set;    /* settings; NULL: none */
	struct ed_baseline_learner *learner; /* sees every event; may be NULL */
	struct ed_baseline_period *period;   /* zeroed before, filled; may be NULL */
	int64_t from_ns; /* of a store, in place of --from; 0: as --from has it */
};

/* The configuration for @set. ED_EXIT_OK, or ED_EXIT_USAGE after a message; ed_reading_done either
 * way. */
enum ed_exit ed_baseline_config(const struct ed_baseline_job *job, const struct ed_option_list *set,
				struct ed_scan_config *ret);

/* Runs the detector. ED_EXIT_OK, also over damaged input: ret->damaged; else there was a message
 * and nothing is in @ret, which is released with ed_scan_done. */
enum ed_exit ed_baseline_scan(const struct ed_baseline_job *job, const struct ed_baseline_run *run,
			      struct ed_scan_result *ret);

/* The time that the quarantine counts from. */
int64_t ed_baseline_now(const struct ed_baseline_options *o);

/* Learns from the input: all of it with @everything, else what the quarantine and the alerts leave.
 * @ret is freed with ed_baseline_free. */
enum ed_exit ed_baseline_learn_input(const struct ed_baseline_job *job, bool everything,
				     struct ed_baseline **ret, bool *ret_damaged);

/* Reads the file that --baseline names. ED_EXIT_OK, or ED_EXIT_USAGE after a message. */
enum ed_exit ed_baseline_load(const struct ed_baseline_options *o, struct ed_baseline **ret);

/* Says @fmt on stderr; returns ED_EXIT_USAGE. */
enum ed_exit ed_baseline_refuse(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* What the actions do. */
enum ed_exit ed_baseline_do_learn(const struct ed_baseline_job *job);
enum ed_exit ed_baseline_do_show(const struct ed_baseline_job *job);
enum ed_exit ed_baseline_do_propose(const struct ed_baseline_job *job);
enum ed_exit ed_baseline_do_replay(const struct ed_baseline_job *job);
enum ed_exit ed_baseline_do_export(const struct ed_baseline_job *job);

#endif
