/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One day of history as a database, written by batches. A batch is one transaction: rows sorted by
 * client and ten minutes and packed into spans (store/pack.h), and for each zone the list of the
 * spans of the batch that it occurs in. All that a batch adds lies behind what was there, so the
 * cost of a batch does not grow with the day; a reader looks into every batch, in which spans are
 * sorted by client and lists by zone.
 *
 *	zone     a registrable domain by its reversed wire labels: what lies below a suffix is one
 *		 range of keys
 *	client, who, kind   what rows name by number
 *	batch    the numbers of its spans, and what it came to
 *	list     (batch << 32 | first zone): a stretch of the lists of the batch, by rising zone; for
 *		 each: zone - zone before, bytes of its numbers, numbers of spans in the batch, each
 *		 less the one before
 *
 * A day of version 1 has an index span_client, and lists by (zone, batch) in a table `posting`. They
 * stay when it is written to again; what is added then has its lists in `list`.
 */
#ifndef ED_STORE_DAY_H
#define ED_STORE_DAY_H

#include "store/db.h"
#include "store/rows.h"

extern const char ed_day_schema[];

enum { ED_DAY_ROWS_A_SPAN = 256, ED_DAY_CACHE = 1 << 19, ED_DAY_CACHE_WAYS = 4 };

struct ed_day_cached {
	uint64_t hash; /* 0: free */
	int64_t id;
};

/* A row of the batch by its numbers, as it is sorted. */
struct ed_day_key {
	uint64_t place; /* client << 8 | ten minutes of the day */
	uint64_t zone;  /* zone << 32 | first ms of the ten minutes */
	uint32_t row;
	uint32_t kind;
};

struct ed_day {
	sqlite3 *db; /* NULL: no day is open */
	int64_t day; /* since 1970 */
	uint64_t hash_key;
	sqlite3_stmt *statement[16];
	struct ed_day_cached *cache; /* ED_DAY_CACHE, in sets; of zones, clients, kinds, who */
	/* of the batch that is written */
	struct ed_day_key *keys; /* ED_ROWS_MAX */
	uint64_t *pairs;         /* zone << 32 | span in the batch; ED_ROWS_MAX */
	size_t n_pairs;
	uint8_t *blob;
	size_t blob_bytes;
};

int ed_day_init(struct ed_day *d, uint64_t hash_key);
void ed_day_done(struct ed_day *d);

/* "DIR/dns-2026-11-03.db" with @suffix behind it. */
void ed_day_path(const char *dir, int64_t day, const char *suffix,
		 char ret[static ED_STORE_PATH_MAX]);

/* That the day can be written to, without changing it. 0, -errno or a condition. */
int ed_day_check(const char *dir, int64_t day);

/* Opens the day to write, unless it is open; one of an older version becomes one of this. 0, -errno
 * or a condition. */
int ed_day_open(struct ed_day *d, const char *dir, int64_t day);
void ed_day_close(struct ed_day *d);

/* Writes rows of this day: @order holds their numbers in @t. All or none. */
int ed_day_write(struct ed_day *d, const struct ed_rows *t, const uint32_t *order, uint32_t n);

/* The labels of a name, without the root, in reverse: \3com\7example. Returns the length, 0 when
 * they are no labels. */
size_t ed_day_reverse(struct ed_span labels, uint8_t ret[static ED_NAME_MAX]);

#endif
