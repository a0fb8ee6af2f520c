/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The days of a store as their one writer sees them: rows go in, each to the database of its day;
 * days that are damaged are put aside, days that are no longer kept go. Not for two threads at
 * once. No database stays open beyond a call but the day that was written last, so that a thread
 * which writes, and then closes that day, is the only one that ever had it.
 */
#ifndef ED_STORE_HISTORY_H
#define ED_STORE_HISTORY_H

#include "store/day.h"
#include "store/files.h"
#include "store/ledger.h"

struct ed_history {
	const struct ed_store_conf *conf; /* borrowed */
	struct ed_day day;
	struct ed_files files;
	uint32_t order[ED_ROWS_MAX];
	struct ed_store_account account; /* without n_noted and n_untimed */
};

/* 0 or -ENOMEM; ed_history_done either way. */
int ed_history_init(struct ed_history *h, const struct ed_store_conf *conf, uint64_t hash_key);
void ed_history_done(struct ed_history *h);

/*
 * Looks at every day in h->files once: one of a newer version or another program stops the run
 * before anything is written, one that is damaged is put aside. 0, or one line in @error.
 */
int ed_history_check(struct ed_history *h, char error[static ED_STORE_ERROR_MAX]);

/* Writes all rows of @t, a transaction for each day. What could not be written is counted as lost.
 * 0, or the first thing that failed. */
int ed_history_write(struct ed_history *h, struct ed_rows *t);

/* Deletes the days that the settings no longer keep, and says so in the audit trail: in *@ledger,
 * opened when it is NULL, and to be closed by the caller. */
void ed_history_expire(struct ed_history *h, struct ed_ledger **ledger);

/* Opens the ledger of the store to write, unless *@ledger is open. */
int ed_history_ledger(const struct ed_store_conf *conf, struct ed_ledger **ledger,
		      char error[static ED_STORE_ERROR_MAX]);

#endif
