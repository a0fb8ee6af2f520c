/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hunt in files: builds the pipeline from the configuration, runs it over the paths and hands
 * back the alerts and the account. It prints nothing; what a person should hear while it runs goes
 * through hooks.
 */
#ifndef ED_ENGINE_SCAN_H
#define ED_ENGINE_SCAN_H

#include "analytic/group.h"
#include "base/addr_set.h"
#include "enrich/own_zones.h"
#include "record/alert.h"
#include "record/batch.h"
#include "record/told.h"

enum {
	ED_SCAN_SHARDS_MAX = 16,
	ED_SCAN_READERS_MAX = 16,
	ED_SCAN_FORMATS_MAX = 64,
	ED_SCAN_TABLES_MAX = 16,
	ED_SCAN_OBSERVERS_MAX = 4,
};

/* Sees every event in the order of the input, annotated; by one thread at a time, and the input waits
 * for it. @path: of the source of the event; it lives as long as the run. */
struct ed_scan_observer {
	void *arg;
	void (*event)(void *arg, const struct ed_event *ev, const char *path);
};

struct ed_allow;

struct ed_scan_config {
	const char *const
		*paths; /* files, directories (recursed, by name), "-" for standard input */
	size_t n_paths;
	const char *input_format;     /* NULL: sniff each file */
	int64_t from_ns, to_ns;       /* 0: open */
	const char *psl_path;         /* NULL: the default of the system */
	const char *const *inventory; /* lists of files, each separated by commas; may be NULL */
	size_t n_inventory;
	struct ed_addr_set sanctioned_resolvers; /* the site's own; empty: not said */
	const char *sanctioned_text;             /* the same as it was given, or NULL */
	struct ed_own_zones own_zones;           /* the site's; empty: not said */
	uint64_t memory_bytes;                   /* of all tables and buffers together */
	uint32_t n_shards;                       /* 0: one a core */
	uint32_t n_readers;                      /* 0: one a core */
	uint64_t seed;                           /* key of all hashes */
	/* Settings of the analytics, in the order of ed_analytics; see ed_scan_config_init. */
	_Alignas(16) ed_analytic_confs analytic_conf;
	struct ed_groups groups; /* settings that hold for a part of the machines */
	struct ed_scan_observer observers[ED_SCAN_OBSERVERS_MAX];
	unsigned n_observers;
	struct ed_allow *allow;   /* rules that hide alerts (engine/allow_file.h); borrowed for as
				       * long as the result lives; NULL: none */
	const char *drills_path;  /* the site's own drills: a list, or NULL */
	const char *drills_store; /* the same: a store whose audit trail has them, or NULL */
	bool count_drills;        /* their alerts count like any other */
};

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

/* Defaults of everything, the analytics' tunables included. */
void ed_scan_config_init(struct ed_scan_config *ret);

/* Adds an observer; the caller sees to it that there are not more than ED_SCAN_OBSERVERS_MAX. */
void ed_scan_observe(struct ed_scan_config *conf,
		     void (*event)(void *arg, const struct ed_event *ev, const char *path),
		     void *arg);

/* The text setting @name of the analytic in @row; NULL when it has none or it is empty. */
const char *ed_scan_setting(const struct ed_scan_config *conf, size_t row, const char *name);

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
