/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hunt in files: builds the pipeline from the configuration, runs it over the paths and hands
 * back the alerts and the account. It prints nothing; what a person should hear while it runs goes
 * through hooks.
 */
#ifndef ED_ENGINE_SCAN_H
#define ED_ENGINE_SCAN_H

#include "engine/scan_config.h"
#include "record/alert.h"
#include "record/batch.h"
#include "record/told.h"

enum { ED_SCAN_FORMATS_MAX = 64, ED_SCAN_TABLES_MAX = 16 };

/* Trouble with one source; the run goes on. */
struct ed_scan_trouble {
	const char *path;
	uint64_t offset; /* of the first fault; meaningful with has_offset */
	bool has_offset;
	uint64_t n;       /* records concerned; 0: the whole source */
	const char *what; /* one line, printable ASCII */
};

struct ed_scan_progress {
	uint64_t bytes_read;  /* compressed, as on disk */
	uint64_t bytes_total; /* 0: unknown (standard input) */
	uint64_t n_records;
	uint64_t n_dropped; /* damage only */
	size_t n_files, i_file;
};

/* Called from the thread that called ed_scan_run, a few times a second at most. Return false to
 * stop early: the run then ends with what it has. Each may be NULL. */
struct ed_scan_hooks {
	void *arg;
	void (*trouble)(void *arg, const struct ed_scan_trouble *t);
	bool (*progress)(void *arg, const struct ed_scan_progress *p);
};

struct ed_feed_names;

struct ed_scan_table {
	const char *name;
	uint64_t n_entries, capacity, n_evicted, n_refused;
	uint64_t bytes;
};

struct ed_scan_result {
	struct ed_tally records;
	uint64_t n_events[ED_EVENT_N];
	uint64_t bytes;                               /* read from disk */
	uint64_t n_files;                             /* with at least one record */
	uint64_t n_clients, n_domains;                /* estimates above 4,096 */
	uint64_t format_records[ED_SCAN_FORMATS_MAX]; /* by row of the formats */
	uint64_t format_damaged[ED_SCAN_FORMATS_MAX]; /* records that were at fault */
	uint32_t format_told[ED_SCAN_FORMATS_MAX];    /* ED_FIELD_* that its events held */
	struct ed_told told;                          /* for ed_analytic_told */
	uint8_t groups; /* mask of the groups that a client on the input is in */
	size_t n_tables;
	struct ed_scan_table tables[ED_SCAN_TABLES_MAX];
	double ceiling_miss; /* chance that a pair at its ceiling never got a place in the tables */
	double wall_s;
	uint64_t peak_rss_bytes;
	bool interrupted;        /* a hook asked to stop */
	bool damaged;            /* some input was skipped or damaged: exit status 3 */
	struct ed_alert *alerts; /* level falling, then start, then id; owned */
	size_t n_alerts;
	bool count_drills;                /* as it was configured */
	struct ed_feed_names *feed_names; /* of reputation feeds, which alerts name; owned */
};

/*
 * 0, or -errno when nothing could be done (no memory, no public suffix list) with the reason in
 * @error. A path that cannot be read is trouble, not an error. @ret is filled on 0; release it with
 * ed_scan_done.
 */
int ed_scan_run(const struct ed_scan_config *conf, const struct ed_scan_hooks *hooks,
		struct ed_scan_result *ret, char error[static 256]);
void ed_scan_done(struct ed_scan_result *r);

/* False for what the site's own drills made: it is shown, and not counted. */
static inline bool ed_scan_counts(const struct ed_scan_result *r, const struct ed_alert *a)
{
	return r->count_drills || !a->drill[0];
}

#endif
