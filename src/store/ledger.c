/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger as a database: its lock, its tables, its transactions; see ledger.h. */
#include "store/ledger_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/presence.h"

static const char alert_schema[] =
	"CREATE TABLE IF NOT EXISTS alert("
	"id TEXT PRIMARY KEY, level INTEGER NOT NULL, analytic TEXT NOT NULL, client TEXT NOT NULL,"
	" domain TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER NOT NULL,"
	" stored INTEGER NOT NULL, body TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS alert_started ON alert(started);";

/* One row for each file that keeps something. */
static const char *const schemas[] = {
	alert_schema,       ed_audit_schema, ed_triage_schema, ed_ledger_settings_schema,
	ed_presence_schema,
};

enum { LOCK_STEP_MS = 20 };

static int fail(int r, const char *what, const char *path, char error[static ED_STORE_ERROR_MAX])
{
	(void)snprintf(error, ED_STORE_ERROR_MAX, "%s %.400s: %s", what, path, ed_store_error(r));
	return r;
}

static int take_lock(struct ed_ledger *l, const char *path, unsigned wait_ms)
{
	const struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000L };

	l->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (l->lock < 0)
		return -errno;
	while (flock(l->lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (wait_ms < LOCK_STEP_MS)
			return ED_STORE_LOCKED;
		wait_ms -= LOCK_STEP_MS;
		(void)nanosleep(&step, NULL);
	}
	return 0;
}

static int read_version(struct ed_ledger *l)
{
	sqlite3_stmt *s = NULL;
	int r = ed_db_prepare(l->db, "PRAGMA user_version", &s);

	if (r == 0)
		r = ed_db_number(s, &l->version);
	(void)sqlite3_finalize(s);
	return r;
}

static int upgrade(struct ed_ledger *l)
{
	char sql[64];
	int r = ed_audit_upgrade(l);

	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", ED_LEDGER_VERSION);
	if (r == 0)
		r = ed_db_run(l->db, sql);
	if (r == 0)
		r = ed_ledger_audit(l, "upgrade", "alerts.db", "{\"from\":1,\"to\":2}");
	return r;
}

/* Tables that are not there yet, be it a new ledger or one written before they were thought of. */
static int make_tables(struct ed_ledger *l)
{
	bool is_old = l->version < ED_LEDGER_VERSION;
	int r = ed_ledger_begin(l);

	if (r != 0)
		return r;
	if (is_old)
		r = ed_db_run(l->db, "DROP TRIGGER audit_kept; DROP TRIGGER audit_fixed;"
				     "ALTER TABLE audit RENAME TO audit_1;");
	l->version = ED_LEDGER_VERSION;
	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]) && r == 0; i++)
		r = ed_db_run(l->db, schemas[i]);
	if (r == 0 && is_old)
		r = upgrade(l);
	return ed_ledger_end(l, r);
}

static int open_path(struct ed_ledger *l, const struct ed_ledger_conf *conf, const char *path)
{
	char lock[ED_STORE_PATH_MAX];
	enum ed_db_mode mode = conf->mode == ED_LEDGER_READ ? ED_DB_READ : ED_DB_WRITE;
	int r = 0;

	if (conf->mode != ED_LEDGER_MAKE && access(path, F_OK) < 0)
		return -errno;
	(void)snprintf(lock, sizeof(lock), "%s/alerts.db-lock", conf->dir);
	if (mode == ED_DB_WRITE)
		r = take_lock(l, lock, conf->wait_ms);
	if (r == 0)
		r = ed_db_open(path, mode, ED_DB_ALERTS, "", &l->db);
	if (r == 0)
		r = read_version(l);
	if (r == 0 && mode == ED_DB_WRITE)
		r = make_tables(l);
	return r;
}

int ed_ledger_open(const struct ed_ledger_conf *conf, struct ed_ledger **ret,
		   char error[static ED_STORE_ERROR_MAX])
{
	char path[ED_STORE_PATH_MAX];
	struct ed_ledger *l;
	int r;

	*ret = NULL;
	if (strlen(conf->dir) > ED_STORE_PATH_MAX - 64)
		return fail(-ENAMETOOLONG, "cannot open the store", conf->dir, error);
	l = ed_mem_zalloc(1, sizeof(*l));
	if (!l)
		return fail(-ENOMEM, "cannot open the store", conf->dir, error);
	l->lock = -1;
	l->now_ns = conf->now_ns;
	(void)snprintf(l->login, sizeof(l->login), "%s", conf->login ? conf->login : "");
	(void)snprintf(l->who, sizeof(l->who), "%s", conf->who ? conf->who : l->login);
	(void)snprintf(path, sizeof(path), "%s/alerts.db", conf->dir);
	r = open_path(l, conf, path);
	if (r == 0) {
		*ret = l;
		return 0;
	}
	ed_ledger_close(l);
	if (r == -ENOENT || r == -ENOTDIR) {
		(void)snprintf(error, ED_STORE_ERROR_MAX, "%.400s: there is no store", conf->dir);
		return r;
	}
	return fail(r, "cannot open", path, error);
}

void ed_ledger_close(struct ed_ledger *l)
{
	if (!l)
		return;
	ed_db_close(l->db);
	if (l->lock >= 0)
		(void)close(l->lock);
	ed_mem_free(l);
}

struct sqlite3 *ed_ledger_db(struct ed_ledger *l)
{
	return l->db;
}

int64_t ed_ledger_now_ns(const struct ed_ledger *l)
{
	return l->now_ns;
}

bool ed_ledger_has(struct ed_ledger *l, const char *table)
{
	sqlite3_stmt *s = NULL;
	int64_t n = 0;
	int r = ed_db_prepare(
		l->db, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name=?", &s);

	if (r == 0) {
		(void)sqlite3_bind_text(s, 1, table, -1, SQLITE_STATIC);
		r = ed_db_number(s, &n);
	}
	(void)sqlite3_finalize(s);
	return r == 0 && n > 0;
}

int ed_ledger_begin(struct ed_ledger *l)
{
	int r = 0;

	if (l->depth == 0) {
		l->failed = 0;
		r = ed_db_run(l->db, "BEGIN IMMEDIATE");
	}
	if (r == 0)
		l->depth++;
	return r;
}

int ed_ledger_end(struct ed_ledger *l, int r)
{
	if (l->failed == 0)
		l->failed = r;
	if (--l->depth > 0)
		return l->failed;
	if (l->failed == 0)
		l->failed = ed_db_run(l->db, "COMMIT");
	if (l->failed != 0)
		(void)sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
	return l->failed;
}

const char *ed_ledger_text(sqlite3_stmt *s, int column)
{
	const char *text = (const char *)sqlite3_column_text(s, column);

	return text ? text : "";
}
