/* SPDX-License-Identifier: Apache-2.0 */
/* The options of every command that reads input and raises alerts: one table, one struct. */
#ifndef ED_CMD_RUN_READING_H
#define ED_CMD_RUN_READING_H

#include "conf/option.h"
#include "engine/scan.h"

enum ed_colour { ED_COLOUR_AUTO, ED_COLOUR_ALWAYS, ED_COLOUR_NEVER };

struct ed_reading {
	const char *config;       /* NULL: none; what it says is in the other fields */
	const char *input_format; /* NULL: sniff */
	int64_t from_ns, to_ns;   /* 0: open */
	const char *psl;          /* NULL: the system's */
	struct ed_option_list inventory;
	const char *sanctioned_resolvers; /* NULL: not said */
	const char *organisation_zones;   /* NULL: not said */
	uint64_t memory_bytes;
	uint32_t n_shards, n_readers; /* 0: one a core */
	uint64_t seed;
	struct ed_option_list set;
	const char *format; /* NULL: by where the output goes */
	const char *output; /* NULL: standard output */
	const char *min_level;
	const char *fail_on; /* NULL: no level */
	const char *stats;   /* NULL: none */
	const char *store;   /* NULL: none */
	const char *allow;   /* rules that hide alerts; NULL: none */
	bool show_suppressed;
	const char *drills; /* NULL: none */
	bool count_drills;
	uint32_t grain;      /* ed_store_grain */
	int64_t keep_ns;     /* 0: for ever */
	uint64_t keep_bytes; /* 0: any number */
	bool explain;        /* the evidence too, in a form that leaves it out otherwise */
	bool quiet;
	uint32_t colour; /* ed_colour */
};

extern const struct ed_option ed_reading_options[];

enum { ED_READING_ERROR_MAX = 512 };

/*
 * The engine's configuration from the options; @paths is borrowed. 0, or -EINVAL when the options
 * contradict each other or a setting is wrong, with one line in @error. Of the rules of --allow it
 * says on stderr which have expired.
 */
int ed_reading_config(const struct ed_reading *o, const char *const *paths, size_t n_paths,
		      struct ed_scan_config *ret, char error[static ED_READING_ERROR_MAX]);

struct ed_levels {
	enum ed_level min;     /* of what is shown */
	enum ed_level fail_on; /* ED_LEVEL_N: none */
};

/* What --min-level and --fail-on say; the command line has checked the names. */
struct ed_levels ed_reading_levels(const struct ed_reading *o);

/* What ed_reading_config took, or nothing where it failed: call it when the results are not needed any
 * more. */
void ed_reading_done(struct ed_scan_config *conf);

#endif
