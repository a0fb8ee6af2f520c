/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a store: which days there are, what they take, and how one goes. */
#ifndef ED_STORE_FILES_H
#define ED_STORE_FILES_H

#include "store/store.h"

struct ed_files_day {
	int64_t day; /* since 1970 */
	uint64_t bytes;
};

struct ed_files {
	uint32_t n;
	uint32_t n_strangers;                       /* files that are not a store's */
	struct ed_files_day day[ED_STORE_DAYS_MAX]; /* oldest first */
};

/* 0 or -errno; -E2BIG when there are more than ED_STORE_DAYS_MAX. */
int ed_files_list(const char *dir, struct ed_files *ret);

/* Deletes a day with all that SQLite may have left beside it. 0 or -errno. */
int ed_files_delete(const char *dir, int64_t day);

/* Puts a day aside under a name of its own: "dns-2026-11-03.db.damaged". 0 or -errno. */
int ed_files_set_aside(const char *dir, int64_t day);

#endif
