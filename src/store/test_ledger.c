/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger: what is decided stays, what is written down cannot be changed unseen. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <ftw.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "store/db.h"
#include "store/ledger.h"

static const int64_t NOON_NS = INT64_C(1762171200) * ED_NS_PER_S; /* 2025-11-03T12:00:00Z */

static int make_dir(void **state)
{
	static char dir[64];

	(void)snprintf(dir, sizeof(dir), "/tmp/earthdog-ledger-XXXXXX");
	*state = mkdtemp(dir);
	return *state ? 0 : -1;
}

static int drop_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int drop_dir(void **state)
{
	(void)chmod(*state, 0700);
	return nftw(*state, drop_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static int try_open(const char *dir, enum ed_ledger_mode mode, struct ed_ledger **ret)
{
	const struct ed_ledger_conf conf = {
		.dir = dir, .mode = mode, .now_ns = NOON_NS, .who = "bob", .login = "alice"
	};
	char error[ED_STORE_ERROR_MAX] = "";
	int r = ed_ledger_open(&conf, ret, error);

	assert_true(r == 0 ? *ret != NULL : !*ret && *error);
	return r;
}

static struct ed_ledger *open_ledger(const char *dir, enum ed_ledger_mode mode)
{
	struct ed_ledger *l;

	assert_int_equal(try_open(dir, mode, &l), 0);
	return l;
}

static void run_sql(const char *dir, const char *sql)
{
	char path[ED_STORE_PATH_MAX];
	sqlite3 *db;

	(void)snprintf(path, sizeof(path), "%s/alerts.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

static void put_alert(struct ed_ledger *l, const char *id, unsigned level, uint64_t n_queries)
{
	static struct ed_alert a;
	char body[256];
	const char *const bodies[] = { body };

	memset(&a, 0, sizeof(a));
	(void)snprintf(a.id, sizeof(a.id), "%s", id);
	a.level = (uint8_t)level;
	a.analytic = "AN1124";
	a.start_ns = NOON_NS;
	a.end_ns = NOON_NS + (int64_t)n_queries;
	assert_true(ed_addr_from_text(ed_span_str("10.0.0.9"), &a.client));
	assert_int_equal(ed_name_from_text(ed_span_str("dugout.net"), ED_NAME_MASTER, &a.domain),
			 0);
	(void)snprintf(
		body, sizeof(body),
		"{\"host\":{\"name\":\"web1\"},\"earthdog\":{\"verdict\":\"bound\","
		"\"score_bits\":2.5,\"information\":{\"queries\":%u,\"names\":3,\"bytes_up\":99}}}",
		(unsigned)n_queries);
	assert_int_equal(ed_ledger_put_alerts(l, &a, bodies, 1), 0);
}

/* Keeps of an alert what the test asks about. */
struct seen {
	unsigned n;
	struct ed_ledger_alert last;
	char who[64], reason[128], id[64], host[64], verdict[64];
};

static bool see(void *arg, const struct ed_ledger_alert *a)
{
	struct seen *s = arg;

	s->n++;
	s->last = *a;
	(void)snprintf(s->who, sizeof(s->who), "%s", a->who);
	(void)snprintf(s->reason, sizeof(s->reason), "%s", a->reason);
	(void)snprintf(s->id, sizeof(s->id), "%s", a->id);
	(void)snprintf(s->host, sizeof(s->host), "%s", a->host);
	(void)snprintf(s->verdict, sizeof(s->verdict), "%s", a->verdict);
	return true;
}

static struct seen look(struct ed_ledger *l, const struct ed_ledger_filter *f)
{
	struct seen s = { .n = 0 };

	assert_int_equal(ed_ledger_alerts(l, f, see, &s), 0);
	return s;
}

static struct seen look_at(struct ed_ledger *l, const char *id)
{
	return look(l, &(struct ed_ledger_filter){ .id = id });
}

static struct ed_audit_proof prove(struct ed_ledger *l)
{
	struct ed_audit_proof p;

	assert_int_equal(ed_ledger_verify(l, &p), 0);
	return p;
}

static void a_decision_stays(void **state)
{
	struct ed_ledger *l = open_ledger(*state, ED_LEDGER_MAKE);
	struct seen s;

	put_alert(l, "3f0c", ED_LEVEL_HIGH, 7);
	s = look_at(l, "3f");
	assert_int_equal(s.last.state, ED_TRIAGE_OPEN);
	assert_string_equal(s.host, "web1");
	assert_string_equal(s.verdict, "bound");
	assert_true(s.last.score_bits == 2.5);
	assert_int_equal(s.last.n_names, 3);
	assert_int_equal(s.last.bytes_up, 99);
	assert_int_equal(ed_ledger_decide(l, "3f0c", ED_TRIAGE_FALSE_POSITIVE, "ours"), 0);
	ed_ledger_close(l);
	l = open_ledger(*state, ED_LEDGER_WRITE);
	put_alert(l, "3f0c", ED_LEVEL_HIGH, 7); /* the same input once more */
	s = look_at(l, "3f0c");
	assert_int_equal(s.n, 1);
	assert_int_equal(s.last.state, ED_TRIAGE_FALSE_POSITIVE);
	assert_string_equal(s.who, "bob");
	assert_string_equal(s.reason, "ours");
	assert_int_equal(s.last.decided_ns, NOON_NS);
	assert_false(s.last.has_grown);
	put_alert(l, "3f0c", ED_LEVEL_HIGH, 8); /* there is more of it */
	s = look_at(l, "3f0c");
	assert_int_equal(s.last.state, ED_TRIAGE_FALSE_POSITIVE);
	assert_true(s.last.has_grown);
	assert_int_equal(s.last.n_queries, 8);
	assert_int_equal(ed_ledger_decide(l, "3f0c", ED_TRIAGE_OPEN, NULL), 0);
	s = look_at(l, "3f0c");
	assert_int_equal(s.last.state, ED_TRIAGE_OPEN);
	assert_false(s.last.has_grown);
	assert_string_equal(s.who, "");
	assert_int_equal(prove(l).n_unbacked, 0);
	ed_ledger_close(l);
}

static void what_is_not_there(void **state)
{
	struct ed_ledger *l;

	assert_int_equal(try_open(*state, ED_LEDGER_READ, &l), -ENOENT);
	assert_int_equal(try_open(*state, ED_LEDGER_WRITE, &l), -ENOENT);
	l = open_ledger(*state, ED_LEDGER_MAKE);
	assert_int_equal(ed_ledger_decide(l, "3f0c", ED_TRIAGE_CONFIRMED, "x"), -ENOENT);
	assert_int_equal(ed_ledger_note(l, "3f0c", "x"), -ENOENT);
	assert_int_equal(prove(l).n_rows, 0);
	assert_string_equal(prove(l).head, "");
	assert_false(ed_ledger_has(l, "gossip"));
	ed_ledger_close(l);
}

static void filters(void **state)
{
	struct ed_ledger *l = open_ledger(*state, ED_LEDGER_MAKE);
	const uint32_t confirmed = 1U << ED_TRIAGE_CONFIRMED;

	put_alert(l, "aaaa", ED_LEVEL_LOW, 1);
	put_alert(l, "aabb", ED_LEVEL_HIGH, 2);
	put_alert(l, "cccc", ED_LEVEL_CRITICAL, 3);
	assert_int_equal(ed_ledger_decide(l, "aabb", ED_TRIAGE_CONFIRMED, "seen it"), 0);
	assert_int_equal(look_at(l, "aa").n, 2);
	assert_int_equal(look_at(l, "a%").n, 0);
	assert_string_equal(look_at(l, NULL).id, "aaaa"); /* the least is last */
	assert_int_equal(look(l, &(struct ed_ledger_filter){ .min_level = ED_LEVEL_HIGH }).n, 2);
	assert_int_equal(look(l, &(struct ed_ledger_filter){ .states = confirmed }).n, 1);
	assert_int_equal(look(l, &(struct ed_ledger_filter){ .from_ns = NOON_NS + 3 }).n, 1);
	assert_int_equal(look(l, &(struct ed_ledger_filter){ .to_ns = NOON_NS - 1 }).n, 0);
	ed_ledger_close(l);
}

static void notes_decide_nothing(void **state)
{
	static const char hostile[] = "'); DROP TABLE alert; --\x1b[2J\n<script>\xff";
	struct ed_ledger *l = open_ledger(*state, ED_LEDGER_MAKE);
	struct seen s;

	put_alert(l, "3f0c", ED_LEVEL_HIGH, 7);
	assert_int_equal(ed_ledger_note(l, "3f0c", hostile), 0);
	s = look_at(l, "3f0c");
	assert_int_equal(s.last.n_notes, 1);
	assert_int_equal(s.last.state, ED_TRIAGE_OPEN);
	assert_int_equal(ed_ledger_decide(l, "3f0c", ED_TRIAGE_ACKNOWLEDGED, hostile), 0);
	assert_string_equal(look_at(l, "3f0c").reason, hostile);
	ed_ledger_close(l);
}

static bool count_rows(void *arg, const struct ed_audit_row *row)
{
	unsigned *n = arg;

	assert_int_equal(row->time_ns, NOON_NS);
	assert_string_equal(row->who, "bob");
	assert_string_equal(row->login, "alice");
	assert_int_equal(row->hash.n, ED_SHA256_BYTES);
	++*n;
	return true;
}

static void write_some(const char *dir)
{
	struct ed_ledger *l = open_ledger(dir, ED_LEDGER_MAKE);
	char detail[16];
	unsigned n = 0;

	for (unsigned i = 0; i < 5; i++) {
		(void)snprintf(detail, sizeof(detail), "%u", i);
		assert_int_equal(ed_ledger_audit(l, i % 2 ? "odd" : "even", "x", detail), 0);
	}
	assert_int_equal(ed_ledger_audit_each(l, "odd", count_rows, &n), 0);
	assert_int_equal(n, 2);
	ed_ledger_close(l);
}

/* What somebody does to the file, and the row that tells. */
static void the_chain_breaks(void **state)
{
	static const struct {
		const char *sql;
		int64_t bad, missing;
	} rows[] = {
		{ "SELECT 1", 0, 0 },
		{ "UPDATE audit SET detail='9' WHERE id=2", 2, 0 },
		{ "UPDATE audit SET who='eve' WHERE id=5", 5, 0 },
		{ "UPDATE audit SET time=time+1 WHERE id=1", 1, 0 },
		{ "UPDATE audit SET subject='', action='oddx' WHERE id=2", 2, 0 },
		{ "DELETE FROM audit WHERE id=3", 4, 3 },
		{ "DELETE FROM audit WHERE id=1", 2, 1 },
		{ "UPDATE audit SET hash=x'00' WHERE id=4", 4, 0 },
	};

	write_some(*state);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ed_audit_proof p;
		struct ed_ledger *l;

		run_sql(*state,
			"CREATE TABLE kept AS SELECT * FROM audit;"
			"DROP TRIGGER IF EXISTS audit_kept; DROP TRIGGER IF EXISTS audit_fixed;");
		run_sql(*state, rows[i].sql);
		l = open_ledger(*state, ED_LEDGER_READ);
		p = prove(l);
		assert_int_equal(p.bad_id, rows[i].bad);
		assert_int_equal(p.missing_id, rows[i].missing);
		ed_ledger_close(l);
		run_sql(*state, "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept;"
				"DROP TABLE kept;");
	}
}

/* A cut end and a chain that was made anew show only to who noted a hash. */
static void the_noted_hash(void **state)
{
	char noted[ED_SHA256_TEXT], now[ED_SHA256_TEXT];
	struct ed_ledger *l;

	write_some(*state);
	l = open_ledger(*state, ED_LEDGER_READ);
	assert_int_equal(ed_ledger_hash_of(l, 5, noted), 0);
	assert_string_equal(prove(l).head, noted);
	ed_ledger_close(l);
	run_sql(*state, "DROP TRIGGER audit_kept; DELETE FROM audit WHERE id=5");
	l = open_ledger(*state, ED_LEDGER_MAKE);
	assert_int_equal(prove(l).bad_id, 0);
	assert_int_equal(ed_ledger_audit(l, "even", "x", "5"), 0);
	assert_int_equal(ed_ledger_hash_of(l, 5, now), 0);
	assert_string_not_equal(noted, now);
	assert_int_equal(ed_ledger_hash_of(l, 9, now), 0);
	assert_string_equal(now, "");
	ed_ledger_close(l);
}

static void the_trail_is_append_only(void **state)
{
	static const char *const deeds[] = { "DELETE FROM audit", "UPDATE audit SET who='eve'" };
	char path[ED_STORE_PATH_MAX];
	sqlite3 *db;

	write_some(*state);
	(void)snprintf(path, sizeof(path), "%s/alerts.db", (char *)*state);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < 2; i++)
		assert_int_not_equal(sqlite3_exec(db, deeds[i], NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

static void a_forged_verdict_shows(void **state)
{
	struct ed_ledger *l = open_ledger(*state, ED_LEDGER_MAKE);

	put_alert(l, "3f0c", ED_LEVEL_HIGH, 7);
	put_alert(l, "4f0c", ED_LEVEL_HIGH, 7);
	assert_int_equal(ed_ledger_decide(l, "3f0c", ED_TRIAGE_CONFIRMED, "x"), 0);
	assert_int_equal(ed_ledger_decide(l, "4f0c", ED_TRIAGE_CONFIRMED, "x"), 0);
	ed_ledger_close(l);
	run_sql(*state, "UPDATE triage SET state=2 WHERE alert='3f0c'");
	l = open_ledger(*state, ED_LEDGER_WRITE);
	assert_int_equal(prove(l).n_unbacked, 1);
	assert_int_equal(ed_ledger_decide(l, "3f0c", ED_TRIAGE_ACKNOWLEDGED, "x"), 0);
	assert_int_equal(prove(l).n_unbacked, 0);
	ed_ledger_close(l);
	run_sql(*state, "UPDATE triage SET state=3, audit=1 WHERE alert='3f0c'"); /* an older one */
	l = open_ledger(*state, ED_LEDGER_READ);
	assert_int_equal(prove(l).n_unbacked, 1);
	ed_ledger_close(l);
}

static void one_writer_and_readers(void **state)
{
	struct ed_ledger *l = open_ledger(*state, ED_LEDGER_MAKE), *other;

	put_alert(l, "3f0c", ED_LEVEL_HIGH, 7);
	assert_int_equal(try_open(*state, ED_LEDGER_WRITE, &other), ED_STORE_LOCKED);
	other = open_ledger(*state, ED_LEDGER_READ);
	assert_int_equal(look_at(other, NULL).n, 1);
	assert_int_not_equal(ed_ledger_audit(other, "x", "x", "x"), 0);
	ed_ledger_close(other);
	ed_ledger_close(l);
	ed_ledger_close(open_ledger(*state, ED_LEDGER_WRITE));
}

static void all_or_nothing(void **state)
{
	struct ed_ledger *l = open_ledger(*state, ED_LEDGER_MAKE);

	assert_int_equal(ed_ledger_begin(l), 0);
	put_alert(l, "3f0c", ED_LEVEL_HIGH, 7);
	assert_int_equal(ed_ledger_audit(l, "x", "x", "x"), 0);
	assert_int_equal(ed_ledger_end(l, -EIO), -EIO);
	assert_int_equal(look_at(l, NULL).n, 0);
	assert_int_equal(prove(l).n_rows, 0);
	put_alert(l, "3f0c", ED_LEVEL_HIGH, 7);
	assert_int_equal(look_at(l, NULL).n, 1);
	ed_ledger_close(l);
}

/* As version 1 made it. */
static void make_old(const char *dir)
{
	run_sql(dir,
		"CREATE TABLE alert(id TEXT PRIMARY KEY, level INTEGER NOT NULL,"
		" analytic TEXT NOT NULL, client TEXT NOT NULL, domain TEXT NOT NULL,"
		" started INTEGER NOT NULL, ended INTEGER NOT NULL, stored INTEGER NOT NULL,"
		" body TEXT NOT NULL);"
		"CREATE INDEX alert_started ON alert(started);"
		"CREATE TABLE audit(id INTEGER PRIMARY KEY, time INTEGER NOT NULL,"
		" what TEXT NOT NULL, detail TEXT NOT NULL);"
		"CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN"
		" SELECT raise(ABORT, 'x'); END;"
		"CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit BEGIN"
		" SELECT raise(ABORT, 'x'); END;"
		"INSERT INTO alert VALUES('3f0c',3,'AN1124','10.0.0.9','dugout.net',5,9,9,'{}');"
		"INSERT INTO audit(time,what,detail) VALUES(7,'expired by age','dns-x.db');"
		"INSERT INTO audit(time,what,detail) VALUES(8,'expired by age','dns-y.db');"
		"PRAGMA application_id=1162101041; PRAGMA user_version=1;");
}

static bool last_action(void *arg, const struct ed_audit_row *row)
{
	(void)snprintf(arg, 64, "%s", row->action);
	return true;
}

static void version_1_is_brought_up(void **state)
{
	struct ed_audit_proof p;
	char action[64] = "";
	struct ed_ledger *l;

	make_old(*state);
	l = open_ledger(*state, ED_LEDGER_READ);
	assert_int_equal(look_at(l, NULL).n, 1);
	assert_int_equal(ed_ledger_verify(l, &p), -ENODATA);
	assert_int_equal(ed_ledger_audit_each(l, NULL, last_action, action), 0);
	assert_string_equal(action, "expired by age");
	ed_ledger_close(l);
	l = open_ledger(*state, ED_LEDGER_WRITE);
	assert_int_equal(ed_ledger_decide(l, "3f0c", ED_TRIAGE_CONFIRMED, "x"), 0);
	ed_ledger_close(l);
	l = open_ledger(*state, ED_LEDGER_READ);
	p = prove(l);
	assert_int_equal(p.n_rows, 4); /* two old ones, the upgrade, the decision */
	assert_int_equal(p.bad_id, 0);
	assert_int_equal(look_at(l, NULL).last.state, ED_TRIAGE_CONFIRMED);
	ed_ledger_close(l);
}

static void newer_foreign_damaged(void **state)
{
	char path[ED_STORE_PATH_MAX];
	struct ed_ledger *l;
	int fd;

	ed_ledger_close(open_ledger(*state, ED_LEDGER_MAKE));
	run_sql(*state, "PRAGMA user_version=99");
	for (unsigned mode = ED_LEDGER_READ; mode <= ED_LEDGER_MAKE; mode++)
		assert_int_equal(try_open(*state, mode, &l), ED_STORE_NEWER);
	run_sql(*state, "PRAGMA user_version=2;PRAGMA application_id=5");
	for (unsigned mode = ED_LEDGER_READ; mode <= ED_LEDGER_MAKE; mode++)
		assert_int_equal(try_open(*state, mode, &l), ED_STORE_FOREIGN);
	(void)snprintf(path, sizeof(path), "%s/alerts.db", (char *)*state);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "no database at all", 18, 0), 18);
	(void)close(fd);
	for (unsigned mode = ED_LEDGER_READ; mode <= ED_LEDGER_MAKE; mode++)
		assert_int_equal(try_open(*state, mode, &l), ED_STORE_DAMAGED);
}

/* One alert whose text is broken hides no other. */
static void a_damaged_body(void **state)
{
	struct ed_ledger *l = open_ledger(*state, ED_LEDGER_MAKE);

	put_alert(l, "3f0c", ED_LEVEL_HIGH, 7);
	put_alert(l, "4f0c", ED_LEVEL_LOW, 9);
	ed_ledger_close(l);
	run_sql(*state, "UPDATE alert SET body='{' WHERE id='3f0c'");
	l = open_ledger(*state, ED_LEDGER_WRITE);
	assert_int_equal(look_at(l, NULL).n, 2);
	assert_int_equal(look_at(l, "3f0c").last.n_queries, 0);
	assert_true(isnan(look_at(l, "3f0c").last.score_bits));
	assert_int_equal(look_at(l, "4f0c").last.n_queries, 9);
	assert_int_equal(ed_ledger_decide(l, "3f0c", ED_TRIAGE_CONFIRMED, "x"), 0);
	ed_ledger_close(l);
}

static bool count_settings(void *arg, const struct ed_ledger_setting *s, int64_t since_ns,
			   const char *who)
{
	unsigned *n = arg;

	assert_non_null(s->value);
	assert_int_equal(since_ns, NOON_NS);
	assert_string_equal(who, "bob");
	++*n;
	return true;
}

static bool last_detail(void *arg, const struct ed_audit_row *row)
{
	(void)snprintf(arg, 128, "%s %s", row->subject, row->detail);
	return true;
}

static void who_changed_what(void **state)
{
	struct ed_ledger *l = open_ledger(*state, ED_LEDGER_MAKE);
	struct ed_ledger_setting set[] = { { "AN1124.QueryRatePerClient", "20/s", "20/s" },
					   { "AN1124.QueryRatePerClient@role:mail", "9/s", "" } };
	char said[128] = "";
	size_t n_changed;
	unsigned n = 0;

	assert_int_equal(ed_ledger_settings(l, set, 1, &n_changed), 0);
	assert_int_equal(n_changed, 0); /* as shipped */
	assert_int_equal(ed_ledger_settings(l, set, 2, &n_changed), 0);
	assert_int_equal(n_changed, 1);
	set[0].value = "50/s";
	assert_int_equal(ed_ledger_settings(l, set, 2, &n_changed), 0);
	assert_int_equal(n_changed, 1);
	assert_int_equal(ed_ledger_audit_each(l, "setting", last_detail, said), 0);
	assert_string_equal(said, "AN1124.QueryRatePerClient {\"from\":\"20/s\",\"to\":\"50/s\"}");
	assert_int_equal(ed_ledger_settings(l, set, 2, &n_changed), 0);
	assert_int_equal(n_changed, 0);
	assert_int_equal(ed_ledger_settings_each(l, count_settings, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(ed_ledger_settings(l, set, 1, &n_changed), 0);
	assert_int_equal(n_changed, 1);
	assert_int_equal(ed_ledger_audit_each(l, "setting", last_detail, said), 0);
	assert_string_equal(said, "AN1124.QueryRatePerClient@role:mail {\"from\":\"9/s\"}");
	assert_int_equal(prove(l).bad_id, 0);
	ed_ledger_close(l);
}

static void a_long_text_is_cut(void **state)
{
	struct ed_ledger *l = open_ledger(*state, ED_LEDGER_MAKE);
	char *text = calloc(1, ED_LEDGER_TEXT_MAX_BYTES + 100);

	assert_non_null(text);
	memset(text, 'x', ED_LEDGER_TEXT_MAX_BYTES + 99);
	assert_int_equal(ed_ledger_audit(l, "x", "x", text), 0);
	assert_int_equal(prove(l).n_rows, 1);
	assert_int_equal(prove(l).bad_id, 0);
	ed_ledger_close(l);
	free(text);
}

int main(void)
{
#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, make_dir, drop_dir)
	const struct CMUnitTest tests[] = {
		IN_DIR(a_decision_stays),
		IN_DIR(what_is_not_there),
		IN_DIR(filters),
		IN_DIR(notes_decide_nothing),
		IN_DIR(the_chain_breaks),
		IN_DIR(the_noted_hash),
		IN_DIR(the_trail_is_append_only),
		IN_DIR(a_forged_verdict_shows),
		IN_DIR(one_writer_and_readers),
		IN_DIR(all_or_nothing),
		IN_DIR(version_1_is_brought_up),
		IN_DIR(newer_foreign_damaged),
		IN_DIR(a_damaged_body),
		IN_DIR(who_changed_what),
		IN_DIR(a_long_text_is_cut),
	};
#undef IN_DIR

	return cmocka_run_group_tests(tests, NULL, NULL);
}
