/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite as the store uses it: one place that opens databases, sets what must be set on each, and
 * turns SQLite's results into ours. SQLite up to 3.51.2 may lose a reset of its log when two
 * connections write at once; the store has one writer, and its readers never check-point.
 */
#ifndef ED_STORE_DB_H
#define ED_STORE_DB_H

#include "store/store.h"

#include <sqlite3.h>

enum ed_db_mode {
	ED_DB_READ,  /* must be there */
	ED_DB_WRITE, /* made when it is not there */
};

/* What a database is for; its application_id. */
enum ed_db_kind {
	ED_DB_ALERTS = 0x45444131,  /* EDA1 */
	ED_DB_HISTORY = 0x45444831, /* EDH1 */
};

/* From a result of SQLite: 0, -errno or a condition of store.h. */
int ed_db_result(int rc);

/*
 * Opens @path and makes sure that it is of @kind and of a version we know, the present one or an
 * older; a new one gets @schema. 0, -errno or a condition.
 */
int ed_db_open(const char *path, enum ed_db_mode mode, enum ed_db_kind kind, const char *schema,
	       sqlite3 **ret);

/* The version that it was written in. 0, -errno or a condition. */
int ed_db_version(sqlite3 *db, int64_t *ret);

/* With the log written back and removed, as far as no reader hinders it. NULL is nothing. */
void ed_db_close(sqlite3 *db);

int ed_db_run(sqlite3 *db, const char *sql);

/* Prepares; @ret is NULL on an error. */
int ed_db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret);

/* Runs a statement that gives no row, and resets it. */
int ed_db_step(sqlite3_stmt *s);

/* The first column of the first row of @s, and resets it; -ENOENT: no row. */
int ed_db_number(sqlite3_stmt *s, int64_t *ret);

#endif
