/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is normal at a site: how the features that the mutable elements of the analytics speak of
 * are spread over ordinary key-days, by role and network of the client, and which programs and
 * packages are at home. It is learnt (report/baseline_learn.h), kept in a file, and set against
 * another time (report/baseline_show.h) or made into settings (report/baseline_propose.h).
 *
 * A key-day is what one client asked below one domain in one day (UTC), in the scope of one
 * analytic; a client-day is all that it asked. A feature is a number of either, in whole units, and
 * its spread is a sketch with a relative error of 2 % (sketch/ddsketch.h).
 */
#ifndef ED_REPORT_BASELINE_H
#define ED_REPORT_BASELINE_H

#include "analytic/analytic.h"
#include "base/buf.h"
#include "base/time.h"
#include "sketch/ddsketch.h"

enum {
	ED_BASELINE_VERSION = 1, /* of the file; a newer one is refused */
	ED_BASELINE_GROUPS_MAX = 64,
	ED_BASELINE_PARTS_MAX = 320,
	ED_BASELINE_PROGRAMS_MAX = 1024,
	ED_BASELINE_PACKAGES_MAX = 2048,
	ED_BASELINE_TEXT_MAX = 128, /* of a network, a program, a package, with the NUL */
	ED_BASELINE_FILE_MAX_BYTES = 64 << 20,
	ED_BASELINE_ERROR_MAX = 256,
};

enum ed_baseline_feature {
	ED_BASELINE_QUERY_LENGTH,   /* mean bytes before the domain, over distinct names */
	ED_BASELINE_ENCODED,        /* SubdomainEntropyScore of the mean name: millionths below 1 */
	ED_BASELINE_WINDOW,         /* time for 30 lookups, ms; of key-days with at least 30 */
	ED_BASELINE_BURST,          /* lookups in the busiest ten seconds */
	ED_BASELINE_VOLUME,         /* information in the distinct names, bytes a day */
	ED_BASELINE_CLIENT_LOOKUPS, /* of a client-day */
	ED_BASELINE_CLIENT_DOMAINS,
	ED_BASELINE_CLIENT_VOLUME, /* information in the distinct names, bytes a day */
	ED_BASELINE_FEATURES
};

struct ed_baseline_feature_row {
	const char *name; /* "query-length"; in the file and on the command line */
	const char *unit; /* behind a value */
	const char *help; /* one line */
	bool low_is_odd;  /* small values are the unusual ones */
};

extern const struct ed_baseline_feature_row ed_baseline_features[ED_BASELINE_FEATURES];

/* A stored value as people read it: a score for ED_BASELINE_ENCODED, else the number itself. */
double ed_baseline_shown(enum ed_baseline_feature feature, double stored);

/* Clients that are alike. */
struct ed_baseline_group {
	uint8_t role;                       /* ed_asset_role */
	char network[ED_BASELINE_TEXT_MAX]; /* printable ASCII */
};

/* What one analytic sees of one group. */
struct ed_baseline_part {
	uint8_t row; /* of the analytic */
	uint8_t group;
	uint64_t n_key_days, n_client_days;
	struct ed_ddsketch feature[ED_BASELINE_FEATURES];
};

/* A program, by the last component of its path. */
struct ed_baseline_program {
	uint8_t row;                      /* of the analytic that speaks of its platform */
	char image[ED_BASELINE_TEXT_MAX]; /* lower case, printable ASCII */
	uint64_t n_lookups, n_starts;
	uint64_t machines, domains; /* bit sets for linear counting; ed_baseline_count */
	uint16_t launch;            /* ED_LAUNCH_* of any of its starts */
};

/* A package of a hypervisor. */
struct ed_baseline_package {
	char name[ED_BASELINE_TEXT_MAX], version[ED_BASELINE_TEXT_MAX],
		vendor[ED_BASELINE_TEXT_MAX];
	uint8_t acceptance; /* ed_acceptance */
};

struct ed_baseline {
	int64_t made_ns;           /* 0: not said */
	int64_t first_ns, last_ns; /* of what was looked at; 0: nothing was */
	int64_t quarantine_ns;
	uint64_t n_lookups;                 /* looked at */
	uint64_t n_key_days, n_client_days; /* that teach */
	uint64_t n_alerted, n_young;        /* key-days that do not: alerted, in quarantine */
	uint64_t n_alerts;                  /* that kept key-days from teaching */
	double share[ED_ANALYTICS_MAX];     /* of key-days that were kept, 1: all */
	uint32_t n_groups, n_parts, n_programs, n_packages;
	bool is_full; /* groups, programs or packages were left out */
	struct ed_baseline_group groups[ED_BASELINE_GROUPS_MAX];
	struct ed_baseline_part *parts[ED_BASELINE_PARTS_MAX]; /* owned; by row, then group */
	struct ed_baseline_program *programs;                  /* owned; by row, then image */
	struct ed_baseline_package *packages;                  /* owned; by name */
};

/* Empty; NULL: no memory. Freed with ed_baseline_free. */
struct ed_baseline *ed_baseline_new(void);
void ed_baseline_free(struct ed_baseline *b);

/* The part, made when it is not there; NULL: no memory, or too many. */
struct ed_baseline_part *ed_baseline_part(struct ed_baseline *b, uint8_t row, uint8_t group);

/* The sum over all groups of what @row's analytic sees of @feature. Returns the key-days (or
 * client-days) behind it, those without a value included. */
uint64_t ed_baseline_sum(const struct ed_baseline *b, size_t row, enum ed_baseline_feature feature,
			 struct ed_ddsketch *ret);

/* How many different things set a bit in @bits, by linear counting (Whang and others, 1990); 64 and
 * more look alike. */
unsigned ed_baseline_count(uint64_t bits);

/* Why a text is no baseline. */
enum {
	ED_BASELINE_FOREIGN = 1, /* something else */
	ED_BASELINE_CUT,         /* it ends too early */
	ED_BASELINE_DAMAGED,     /* its checksum does not fit */
	ED_BASELINE_NEWER,       /* of a later version */
};

/* Text of lines that ends in a checksum. */
void ed_baseline_write(const struct ed_baseline *b, struct ed_buf *out);

/* 0, -ENOMEM, or a condition; then @error is one line that says what and where. @ret is freed with
 * ed_baseline_free, NULL unless 0. */
int ed_baseline_read(struct ed_span text, struct ed_baseline **ret,
		     char error[static ED_BASELINE_ERROR_MAX]);

#endif
