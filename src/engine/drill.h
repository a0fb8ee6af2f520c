/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of a drill on its way: what was read of it, what came out as lookups, which analytics
 * it was a matter for, what was alerted; and, from that, the step at which the way is broken.
 */
#ifndef ED_ENGINE_DRILL_H
#define ED_ENGINE_DRILL_H

#include "drill/known.h"
#include "engine/scan.h"

/* The way of a drill, in order. What is broken is the first step that it did not pass. */
enum ed_drill_step {
	ED_DRILL_SETUP,    /* lists and settings, before anything is read */
	ED_DRILL_READ,     /* the file can be opened and read */
	ED_DRILL_FORMAT,   /* it is taken for what it is */
	ED_DRILL_DECODE,   /* its records are read */
	ED_DRILL_TIME,     /* they lie between --from and --to */
	ED_DRILL_NAMES,    /* all names of the drill are among the lookups */
	ED_DRILL_SCOPE,    /* the analytic speaks about such lookups */
	ED_DRILL_FIELDS,   /* the fields that the analytic needs are there */
	ED_DRILL_SETTING,  /* no setting keeps the alert away */
	ED_DRILL_ALERT,    /* there is an alert of at least medium level */
	ED_DRILL_SHOWN,    /* no rule hides it */
	ED_DRILL_STORE,    /* it is in the store */
	ED_DRILL_STEPS_END /* the whole way */
};

/* "setup", "read", ...; static. */
const char *ed_drill_step_name(unsigned step);

/* What the input held of a drill: lookups with its mark, as the analytics get them. */
struct ed_drill_seen {
	uint32_t n_names; /* different ones */
	uint64_t n_lookups;
	uint64_t n_in_scope[ED_ANALYTICS_MAX]; /* lookups, by row of the analytics */
	uint32_t fields[ED_ANALYTICS_MAX];     /* ED_FIELD_*: of those, any of them */
	uint64_t formats;                      /* bit i: row i of the formats */
	uint32_t platforms;                    /* bit ED_PLATFORM_* */
	struct ed_addr client;                 /* of the first; unknown: none was told */
	int64_t first_ns, last_ns;
};

/* Watches one run for several drills. Heap. */
struct ed_drill_watch;

/* 0 or -ENOMEM. @drills is borrowed. */
int ed_drill_watch_new(const struct ed_drills *drills, struct ed_drill_watch **ret);
void ed_drill_watch_free(struct ed_drill_watch *w);

/* Has @conf show it the events of the next run; forgets those of the last. */
void ed_drill_watch_add(struct ed_drill_watch *w, struct ed_scan_config *conf);

/* Of the @i-th drill; borrowed from @w. */
const struct ed_drill_seen *ed_drill_watch_seen(const struct ed_drill_watch *w, size_t i);

/* What reading one file gave. */
struct ed_drill_account {
	struct ed_tally records;
	const char *format; /* NULL: none was found, or nothing was read */
	bool is_unread;     /* not a record was read; why: trouble */
	char trouble[160];  /* the first; "": none. Printable ASCII */
};

/* Reads @path as @conf says, with its times and its format. 0 or -errno. */
int ed_drill_account_file(const struct ed_scan_config *conf, const char *path,
			  struct ed_drill_account *ret);

/* The gravest alert of analytic @analytic (NULL: of any) in @r that bears the drill's mark in all
 * of its names; NULL: there is none. */
const struct ed_alert *ed_drill_alert(const struct ed_scan_result *r,
				      const struct ed_drill_known *drill, const char *analytic);

/* Why nothing came of the records: the step, and one line in @why. */
enum ed_drill_step ed_drill_judge_account(const struct ed_drill_account *a, const char *format,
					  char why[static 256]);

/* The same of the lookups, for the analytic in row @row. */
enum ed_drill_step ed_drill_judge_seen(const struct ed_drill_seen *s,
				       const struct ed_drill_known *drill, size_t row,
				       char why[static 256]);

/* Whether @domain, which ed_drill_host_name found good, lies in a domain that one owner can have: no
 * public suffix, none that nobody lists, no part of arpa. 0, or -errno with one line in @error: the
 * list of public suffixes @psl_path (NULL: the system's) cannot be read. */
int ed_drill_domain_check(const char *psl_path, const char *domain, bool *ret_is_own,
			  char error[static 256]);

#endif
