/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Presence (record/presence.h) kept in the ledger of a store, so that coverage can be proved over
 * days: what was added twice is one row, with sums, and fields put together.
 */
#ifndef ED_STORE_PRESENCE_H
#define ED_STORE_PRESENCE_H

#include "record/presence.h"
#include "store/ledger.h"

extern const char ed_presence_schema[];

/* Adds a collection, all or none. 0, -errno or a condition of store.h. */
int ed_store_presence_put(struct ed_ledger *l, const struct ed_presence_rows *rows);

/* Rows are borrowed for the time of the call; the numbers in them mean nothing. False ends it. */
struct ed_store_presence_hooks {
	void *arg;
	bool (*day)(void *arg, const struct ed_presence_source *source,
		    const struct ed_presence_subject *subject, const struct ed_presence_day *row);
	bool (*hour)(void *arg, const struct ed_presence_source *source,
		     const struct ed_presence_hour *row);
	bool (*path)(void *arg, const struct ed_presence_subject *subject,
		     const struct ed_presence_path *row);
};

/*
 * All rows of the days from @from_ns to @to_ns (0: open), by day. 0, also when the store was written
 * before there was such a table; -errno or a condition.
 */
int ed_store_presence_each(struct ed_ledger *l, int64_t from_ns, int64_t to_ns,
			   const struct ed_store_presence_hooks *hooks);

/* Deletes what is of days before @day (since 1970). 0, -errno or a condition. */
int ed_store_presence_expire(struct ed_ledger *l, int32_t day);

#endif
