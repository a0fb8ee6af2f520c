/* SPDX-License-Identifier: Apache-2.0 */
/* The settings in force, and who changed them: a table of what the last run had; see ledger.h. */
#include "store/ledger_int.h"

#include <errno.h>

#include "base/json_out.h"

enum { CHANGE_MAX_BYTES = ED_LEDGER_TEXT_MAX_BYTES };

const char ed_ledger_settings_schema
	[] = "CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value TEXT NOT NULL,"
	     " def TEXT NOT NULL, since INTEGER NOT NULL, who TEXT NOT NULL);";

/* The names of the run that is being written. */
static const char
	names_now[] = "CREATE TEMP TABLE IF NOT EXISTS setting_now(name TEXT PRIMARY KEY)";

static int audit_change(struct ed_ledger *l, const char *name, const char *from, const char *to)
{
	struct ed_buf text;
	struct ed_json j;
	int r;

	ed_buf_init(&text, CHANGE_MAX_BYTES);
	ed_json_init(&j, &text);
	ed_json_object(&j, NULL);
	if (from)
		ed_json_str(&j, "from", from);
	if (to)
		ed_json_str(&j, "to", to);
	ed_json_object_end(&j);
	r = text.full ? -E2BIG : ed_ledger_audit(l, "setting", name, text.p);
	ed_buf_done(&text);
	return r;
}

/* Runs @sql with up to four texts and the time as the fifth parameter. */
static int run(struct ed_ledger *l, const char *sql, const char *const text[static 4])
{
	sqlite3_stmt *s = NULL;
	int r = ed_db_prepare(l->db, sql, &s);

	if (r != 0)
		return r;
	for (int i = 0; i < 4; i++) {
		if (text[i])
			(void)sqlite3_bind_text(s, i + 1, text[i], -1, SQLITE_STATIC);
	}
	(void)sqlite3_bind_int64(s, 5, l->now_ns);
	r = ed_db_step(s);
	(void)sqlite3_finalize(s);
	return r;
}

static int put(struct ed_ledger *l, const struct ed_ledger_setting *set, size_t *n_changed)
{
	sqlite3_stmt *s = NULL;
	const char *const row[4] = { set->name, set->value, set->def, l->who };
	const char *const name[4] = { set->name };
	const char *was;
	bool known;
	int rc;
	int r = ed_db_prepare(l->db, "SELECT value FROM setting WHERE name=?", &s);

	if (r != 0)
		return r;
	(void)sqlite3_bind_text(s, 1, set->name, -1, SQLITE_STATIC);
	rc = sqlite3_step(s);
	r = ed_db_result(rc);
	known = rc == SQLITE_ROW;
	was = known ? ed_ledger_text(s, 0) : set->def;
	if (r == 0 && strcmp(was, set->value) != 0) {
		r = audit_change(l, set->name, was, set->value);
		(*n_changed)++;
		known = false;
	}
	(void)sqlite3_finalize(s);
	if (r == 0 && !known)
		r = run(l, "INSERT OR REPLACE INTO setting VALUES(?1,?2,?3,?5,?4)", row);
	return r == 0 ? run(l, "INSERT OR IGNORE INTO setting_now VALUES(?1)", name) : r;
}

/* What is not named any more is as if it had never been set. */
static int drop_unnamed(struct ed_ledger *l, size_t *n_changed)
{
	static const char *const none[4] = { NULL };
	sqlite3_stmt *s = NULL;
	int rc = SQLITE_DONE;
	int r = ed_db_prepare(l->db,
			      "SELECT name,value FROM setting"
			      " WHERE name NOT IN (SELECT name FROM setting_now) ORDER BY name",
			      &s);

	while (r == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		r = audit_change(l, ed_ledger_text(s, 0), ed_ledger_text(s, 1), NULL);
		(*n_changed)++;
	}
	(void)sqlite3_finalize(s);
	if (r == 0)
		r = ed_db_result(rc);
	if (r == 0)
		r = run(l, "DELETE FROM setting WHERE name NOT IN (SELECT name FROM setting_now)",
			none);
	return r == 0 ? run(l, "DELETE FROM setting_now", none) : r;
}

int ed_ledger_settings(struct ed_ledger *l, const struct ed_ledger_setting *settings, size_t n,
		       size_t *ret_n_changed)
{
	int r = ed_ledger_begin(l);

	*ret_n_changed = 0;
	if (r != 0)
		return r;
	r = ed_db_run(l->db, names_now);
	for (size_t i = 0; i < n && r == 0; i++)
		r = put(l, &settings[i], ret_n_changed);
	if (r == 0)
		r = drop_unnamed(l, ret_n_changed);
	return ed_ledger_end(l, r);
}

int ed_ledger_settings_each(struct ed_ledger *l,
			    bool (*setting)(void *arg, const struct ed_ledger_setting *s,
					    int64_t since_ns, const char *who),
			    void *arg)
{
	sqlite3_stmt *s = NULL;
	int rc, r;

	if (!ed_ledger_has(l, "setting"))
		return 0;
	r = ed_db_prepare(l->db, "SELECT name,value,def,since,who FROM setting ORDER BY name", &s);
	if (r != 0)
		return r;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const struct ed_ledger_setting set = { .name = ed_ledger_text(s, 0),
						       .value = ed_ledger_text(s, 1),
						       .def = ed_ledger_text(s, 2) };

		if (!setting(arg, &set, sqlite3_column_int64(s, 3), ed_ledger_text(s, 4)))
			break;
	}
	(void)sqlite3_finalize(s);
	return ed_db_result(rc);
}
