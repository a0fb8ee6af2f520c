/* SPDX-License-Identifier: Apache-2.0 */
/* The options of `earthdog drill`, and the parts of its run. */
#ifndef ED_CMD_DRILL_JOB_H
#define ED_CMD_DRILL_JOB_H

#include "cmd/cmd.h"
#include "cmd/drill/print.h"
#include "cmd/run/reading.h"
#include "drill/drill.h"

enum ed_drill_form { ED_DRILL_TABLE, ED_DRILL_JSON };

struct ed_drill_conf {
	struct ed_option_list as; /* formats; empty: the usual ones */
	const char *write;        /* file or directory; NULL: a temporary one */
	const char *domain;       /* NULL: one that belongs to nobody */
	const char *resolver;     /* NULL: nothing is sent */
	double rate;              /* of real queries, 1/s */
	int64_t wait_ns;          /* behind them, before the logs are read */
	const char *client, *server, *host;
	uint32_t n_names;
	int64_t over_ns; /* that the lookups are spread over */
	int64_t end_ns;  /* of the last; 0: now */
	uint64_t seed;   /* 0: from the system */
	const char *drills;
	bool check;
	const char *marker;
	uint32_t form; /* ed_drill_form */
	bool quiet;
};

extern const struct ed_option ed_drill_options[];

/* A drill of one format on its way: its plan, its file, what became of it. */
struct ed_drill_leg {
	const struct ed_drill_writer *writer; /* NULL: it was asked for real, or elsewhere */
	struct ed_drill_plan plan;
	struct ed_drill_known known;
	char *path; /* owned; NULL: none */
	bool is_temporary;
};

struct ed_drill_job {
	const struct ed_drill_conf *conf;
	struct ed_reading *scan; /* as the words behind -- say; owned */
	const char **paths;      /* among those words; owned */
	size_t n_paths;
	struct ed_drill_leg *legs; /* owned */
	size_t n_legs;
	char *folder;              /* temporary, owned; NULL: none */
	struct ed_drill_row *rows; /* owned */
	size_t n_rows;
};

/* The legs that the options ask for, with their plans. False, after a message. */
bool ed_drill_plan_legs(struct ed_drill_job *j);

/* Notes the drills in the list of --drills and in the store, so that their alerts are known, and
 * makes them: writes their files, or asks. False, after a message. */
bool ed_drill_make_legs(struct ed_drill_job *j);

/* Removes what is temporary, and frees the legs. */
void ed_drill_remove_legs(struct ed_drill_job *j);

/* Notes in the store what became of them. False, after a message. */
bool ed_drill_note_rows(const struct ed_drill_job *j);

/* The drills that are to be looked for (--check), as legs. False, after a message. */
bool ed_drill_find_legs(struct ed_drill_job *j);

#endif
