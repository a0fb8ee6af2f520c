/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite as the store uses it; see db.h. */
#include "store/db.h"

#include "store/ledger.h"

#include <errno.h>
#include <stdio.h>

enum { BUSY_MS = 10000, SQL_MAX = 160 };

static const char on_write[] = "PRAGMA page_size=8192;"
			       "PRAGMA trusted_schema=OFF;"
			       "PRAGMA cell_size_check=ON;"
			       "PRAGMA cache_size=-32768;";
static const char on_read[] = "PRAGMA trusted_schema=OFF;"
			      "PRAGMA cell_size_check=ON;"
			      "PRAGMA query_only=ON;"
			      "PRAGMA cache_size=-16384;";

const char *ed_store_error(int r)
{
	switch (r) {
	case ED_STORE_DAMAGED:
		return "it is damaged, or no database";
	case ED_STORE_FOREIGN:
		return "it is the database of another program";
	case ED_STORE_NEWER:
		return "it was written by a newer version of earthdog";
	case ED_STORE_LOCKED:
		return "another process is writing to the store";
	case ED_STORE_UNCLEAN:
		return "its writer was killed, and repairing it needs permission to write there";
	default:
		return strerror(r < 0 ? -r : r);
	}
}

int ed_db_result(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ED_STORE_DAMAGED;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ED_STORE_LOCKED;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	default:
		return -EIO;
	}
}

int ed_db_run(sqlite3 *db, const char *sql)
{
	return ed_db_result(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int ed_db_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret)
{
	return ed_db_result(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL));
}

int ed_db_step(sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);

	(void)sqlite3_reset(s);
	return ed_db_result(rc);
}

int ed_db_number(sqlite3_stmt *s, int64_t *ret)
{
	int rc = sqlite3_step(s);

	*ret = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	(void)sqlite3_reset(s);
	return rc == SQLITE_DONE ? -ENOENT : ed_db_result(rc);
}

static int number_of(sqlite3 *db, const char *sql, int64_t *ret)
{
	sqlite3_stmt *s = NULL;
	int r = ed_db_prepare(db, sql, &s);

	if (r == 0)
		r = ed_db_number(s, ret);
	(void)sqlite3_finalize(s);
	return r;
}

static int version_of(enum ed_db_kind kind)
{
	return kind == ED_DB_ALERTS ? ED_LEDGER_VERSION : ED_STORE_VERSION;
}

int ed_db_version(sqlite3 *db, int64_t *ret)
{
	return number_of(db, "PRAGMA user_version", ret);
}

/* The whole of a new database in one transaction, so that it is there or not. */
static int make(sqlite3 *db, enum ed_db_kind kind, const char *schema)
{
	char sql[SQL_MAX];
	int r = ed_db_run(db, "BEGIN IMMEDIATE");

	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id=%d;PRAGMA user_version=%d;COMMIT",
		       (int)kind, version_of(kind));
	if (r == 0)
		r = ed_db_run(db, schema);
	if (r == 0)
		r = ed_db_run(db, sql);
	return r;
}

/* That the database is ours and of a version we know; @ret_new: it has no content yet. */
static int check(sqlite3 *db, enum ed_db_kind kind, bool *ret_new)
{
	int64_t id, version, n;
	int r = number_of(db, "PRAGMA application_id", &id);

	if (r == 0)
		r = ed_db_version(db, &version);
	if (r == 0)
		r = number_of(db, "SELECT count(*) FROM sqlite_schema", &n);
	if (r != 0)
		return r;
	*ret_new = id == 0 && n == 0;
	if (*ret_new)
		return 0;
	if (id != (int64_t)kind)
		return ED_STORE_FOREIGN;
	return version > version_of(kind) ? ED_STORE_NEWER : 0;
}

static int set_up(sqlite3 *db, enum ed_db_mode mode, enum ed_db_kind kind, const char *schema)
{
	bool is_new = false;
	int r;

	(void)sqlite3_busy_timeout(db, BUSY_MS);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	r = ed_db_run(db, mode == ED_DB_READ ? on_read : on_write);
	if (r == 0)
		r = check(db, kind, &is_new);
	if (mode == ED_DB_READ)
		return r == 0 && is_new ? ED_STORE_DAMAGED : r;
	if (r == 0 && is_new)
		r = make(db, kind, schema);
	if (r == 0)
		r = ed_db_run(db, "PRAGMA journal_mode=WAL");
	if (r == 0)
		r = ed_db_run(db, kind == ED_DB_ALERTS ? "PRAGMA synchronous=FULL" :
							 "PRAGMA synchronous=NORMAL");
	return r;
}

int ed_db_open(const char *path, enum ed_db_mode mode, enum ed_db_kind kind, const char *schema,
	       sqlite3 **ret)
{
	int flags = mode == ED_DB_READ ? SQLITE_OPEN_READONLY :
					 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	int rc = sqlite3_open_v2(path, ret, flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX,
				 NULL);
	int r;

	if (rc == SQLITE_OK)
		r = set_up(*ret, mode, kind, schema);
	else
		r = (rc & 0xff) == SQLITE_CANTOPEN ? -EACCES : ed_db_result(rc);
	if (r == 0)
		return 0;
	if (*ret && (sqlite3_errcode(*ret) & 0xff) == SQLITE_CANTOPEN)
		r = mode == ED_DB_READ ? ED_STORE_UNCLEAN : -EACCES;
	(void)sqlite3_close(*ret);
	*ret = NULL;
	return r;
}

void ed_db_close(sqlite3 *db)
{
	if (!db)
		return;
	if (!sqlite3_db_readonly(db, "main")) {
		(void)sqlite3_busy_timeout(db, 0);
		(void)ed_db_run(db, "PRAGMA journal_mode=DELETE");
	}
	(void)sqlite3_close(db);
}
