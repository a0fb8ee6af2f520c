/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a drill through a scan as it is configured, step by step, and where it is broken. What
 * option keeps an alert away is found by trying: the same input once more without it.
 */
#ifndef ED_CMD_DRILL_WAY_H
#define ED_CMD_DRILL_WAY_H

#include "cmd/run/reading.h"
#include "engine/drill.h"

enum { ED_DRILL_WHY_MAX = 768, ED_DRILL_FILES_MAX = 64 };

#define ED_DRILL_ANY_ROW SIZE_MAX

/* What was asked of one analytic. */
struct ed_drill_task {
	const struct ed_drill_known *drill;
	size_t row; /* of the analytic that should speak; ED_DRILL_ANY_ROW: whichever does */
	const char *format; /* that the lookups are in; NULL: whatever they came in */
	const char *path;   /* of the file with nothing else in it; NULL: there is none */
};

struct ed_drill_outcome {
	size_t row;                 /* of the analytic that it is about */
	enum ed_drill_step step;    /* that is broken; ED_DRILL_STEPS_END: none */
	char why[ED_DRILL_WHY_MAX]; /* one line; "" when none is */
	const char *format;         /* read as; NULL: not read */
	uint64_t n_records, n_analysed;
	struct ed_drill_seen seen;
	bool is_alerted; /* what follows is known */
	char alert_id[ED_ALERT_ID_TEXT];
	uint8_t level, verdict;
	uint64_t n_names_first;        /* asked when it first came to medium; 0: it never did */
	double first_s;                /* from the first lookup to then */
	char weaker[ED_DRILL_WHY_MAX]; /* the setting that made it later or less; "": none */
};

/* What is read beside the drill's own file, and how. */
struct ed_drill_way {
	const struct ed_reading *reading;
	const char *const *paths;
	size_t n_paths;
};

/* Takes the way for one task. 0, or -errno with one line in @error: it could not be tried. */
int ed_drill_way_take(const struct ed_drill_way *way, const struct ed_drill_task *task,
		      struct ed_drill_outcome *ret, char error[static ED_READING_ERROR_MAX]);

#endif
