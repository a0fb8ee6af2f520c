/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One day of history as a database, written by batches. A batch is one transaction: rows sorted by
 * client and ten minutes and packed into spans (store/pack.h), and for each zone the list of the
 * spans of the batch that it occurs in. So a client is found by an index over spans, a name by the
 * lists of its zone, and nothing is indexed row by row.
 *
 *	zone     a registrable domain by its reversed wire labels: what lies below a suffix is one
 *		 range of keys
 *	client, who, kind   what rows name by number
 *	batch    the numbers of its spans, and what it came to
 *	posting  (zone, batch): numbers of spans, each less the one before
 */
#ifndef ED_STORE_DAY_H
#define ED_STORE_DAY_H

#include "store/db.h"
#include "store/rows.h"

extern const char ed_day_schema[];

enum { ED_DAY_ROWS_A_SPAN = 256, ED_DAY_CACHE = 1 << 18 };

struct ed_day_cached {
	uint64_t hash; /* 0: free */
	int64_t id;
};

struct ed_day {
	sqlite3 *db; /* NULL: no day is open */
	int64_t day; /* since 1970 */
	uint64_t hash_key;
	sqlite3_stmt *statement[16];
	struct ed_day_cached *cache; /* ED_DAY_CACHE; of zones, clients, kinds, who */
	/* of the batch that is written */
	uint64_t *pairs; /* zone << 32 | span in the batch; ED_ROWS_MAX */
	size_t n_pairs;
	uint8_t *blob;
	size_t blob_bytes;
};

int ed_day_init(struct ed_day *d, uint64_t hash_key);
void ed_day_done(struct ed_day *d);

/* "DIR/dns-2026-11-03.db" with @suffix behind it. */
void ed_day_path(const char *dir, int64_t day, const char *suffix,
		 char ret[static ED_STORE_PATH_MAX]);

/* Opens the day, unless it is open. 0, -errno or a condition. */
int ed_day_open(struct ed_day *d, const char *dir, int64_t day);
void ed_day_close(struct ed_day *d);

/*
 * Writes rows of this day, sorted by client and bucket: @order holds their numbers in @t. All or
 * none.
 */
int ed_day_write(struct ed_day *d, const struct ed_rows *t, const uint32_t *order, uint32_t n);

/* The labels of a name, without the root, in reverse: \3com\7example. Returns the length, 0 when
 * they are no labels. */
size_t ed_day_reverse(struct ed_span labels, uint8_t ret[static ED_NAME_MAX]);

#endif
