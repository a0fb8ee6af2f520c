/* SPDX-License-Identifier: Apache-2.0 */
/* The store as its callers see it: what is noted is found, and what is wrong is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/files.h"
#include "store/pack.h"
#include "store/test_dir.h"

static void note_some(struct ed_store *s)
{
	const struct lookup some[] = {
		{ "10.0.0.1", "www.Example.com", 4, NOON_NS, ED_EVENT_DNS_PAIR, 0, 0x01020304 },
		{ "10.0.0.1", "WWW.example.com", 4, NOON_NS + 1000000, ED_EVENT_DNS_PAIR, 0, 0 },
		{ "10.0.0.2", "a.b.example.com", 4, NOON_NS, ED_EVENT_DNS_PAIR, 3, 0 },
		{ "10.0.0.2", "badexample.com", 0, NOON_NS, ED_EVENT_DNS_QUERY, 0, 0 },
		{ "10.0.0.2", "badexample.com", 0, NOON_NS + 5, ED_EVENT_DNS_RESPONSE, 0, 0 },
		{ "2001:db8::1", "x\\000.example.org", 3, NOON_NS + ED_STORE_DAY_NS,
		  ED_EVENT_DNS_PAIR, 0, 0 },
		{ "10.0.0.3", "untimed.example.com", 8, 0, ED_EVENT_DNS_PAIR, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		note(s, &some[i]);
}

static void rows_survive_packing(void **state)
{
	const uint8_t labels[] = "\3abc";
	const struct ed_pack_row in[] = {
		{ 7, 3, 1, 599999, 0, 0, 4, labels },
		{ 7, 900, UINT32_MAX, 0, 599999, 0xfffffffe, 0, labels },
		{ UINT32_MAX, 1, 2, 1, 2, 3, 4, labels },
	};
	uint8_t bytes[3 * ED_PACK_ROW_MAX_BYTES];
	struct ed_pack_row out = { .zone = 0 };
	struct ed_span left;
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		n += ed_pack_row(&in[i], i ? in[i - 1].zone : 0, bytes + n);
	left = ed_span_of(bytes, n);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(ed_unpack_row(&left, &out));
		assert_true(out.zone == in[i].zone && out.kind == in[i].kind && out.n == in[i].n);
		assert_true(out.first_ms == in[i].first_ms && out.span_ms == in[i].span_ms);
		assert_true(out.answer_v4 == in[i].answer_v4 && out.labels_n == in[i].labels_n);
	}
	assert_int_equal(left.n, 0);
	for (size_t cut = 0; cut < 10; cut++) { /* the first row is 10 bytes long */
		out.zone = 0;
		left = ed_span_of(bytes, cut);
		assert_false(ed_unpack_row(&left, &out));
	}
}

static void what_is_noted_is_found(void **state)
{
	const char *dir = *state;
	struct ed_store *s = open_store(dir, ED_STORE_TEN_MINUTES);
	struct ed_store_account a;
	struct found f;

	note_some(s);
	a = close_store(s);
	assert_int_equal(a.n_noted, 6);
	assert_int_equal(a.n_kept, 5);
	assert_int_equal(a.n_untimed, 1);
	assert_int_equal(a.n_days, 2);
	f = ASK(dir, "10.0.0.1", "example.com");
	assert_int_equal(f.n_rows, 1);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.last.last_ns - f.last.first_ns, 1000000);
	assert_int_equal(ASK(dir, "example.com").n, 3);
	assert_int_equal(ASK(dir, "b.example.com").n, 1);
	assert_int_equal(ASK(dir, "name:example.com").n, 0);
	assert_int_equal(ASK(dir, "name:www.example.com").n, 2);
	assert_int_equal(ASK(dir, "com").n, 4);
	assert_int_equal(ASK(dir, "badexample.com").n, 1); /* query and response: one */
	assert_int_equal(ASK(dir, "client:10.0.0.0/8").n, 4);
	assert_int_equal(ASK(dir, "2001:db8::/32", "example.org").n, 1);
	assert_int_equal(ASK(dir, "rcode:NXDOMAIN").n, 1);
	assert_int_equal(ASK(dir, "answer:1.2.3.4").n_rows, 0 + 1);
	assert_int_equal(ASK(dir, "process:curl").n, 0);
}

/* How often each word was told; at most eight. */
struct told {
	unsigned n[8];
};

static bool tell_word(void *arg, const struct ed_query_row *row)
{
	struct told *t = arg;

	assert_true(row->indicator < 8);
	t->n[row->indicator]++;
	return true;
}

static void many_words_at_once(void **state)
{
	const char *const v[] = { "example.com", "1.2.0.0/16", "a..b",        "1.2.3.4",
				  "1.2.3.0/24",  "1.2.3.5/32", "example.org", "1.0.0.0/30" };
	const struct ed_query_words words = { v, 8 };
	const unsigned expected[8] = { 2, 1, 0, 1, 1, 0, 1, 0 };
	struct told told = { .n = { 0 } };
	const struct ed_query_hooks hooks = { &told, tell_word, NULL };
	struct ed_store *s = open_store(*state, ED_STORE_TEN_MINUTES);
	struct ed_query_account account;
	struct ed_query q;

	note_some(s);
	(void)close_store(s);
	ed_query_init(&q);
	assert_int_equal(ed_query_hunt(*state, &q, &words, &hooks, &account), 0);
	assert_int_equal(account.n_days, 2);
	assert_int_equal(account.n_words_bad, 1);
	assert_memory_equal(told.n, expected, sizeof(expected));
}

static void a_row_for_each_event(void **state)
{
	struct ed_store *s = open_store(*state, ED_STORE_EVENT);

	note_some(s);
	(void)close_store(s);
	assert_int_equal(ASK((const char *)*state, "name:www.example.com").n_rows, 2);
}

static void flushed_in_parts_is_added_up(void **state)
{
	struct ed_store *s = open_store(*state, ED_STORE_TEN_MINUTES);

	note_some(s);
	assert_int_equal(ed_store_flush(s), 0);
	/* What was flushed can be read while the writer goes on. */
	assert_int_equal(ASK((const char *)*state, "example.com").n, 3);
	note_some(s);
	(void)close_store(s);
	assert_int_equal(ASK((const char *)*state, "example.com").n, 6);
}

static int try_open(const char *dir, char error[static ED_STORE_ERROR_MAX])
{
	const struct ed_store_conf conf = { .dir = dir, .now_ns = NOON_NS };
	struct ed_store *s;
	int r = ed_store_open(&conf, &s, error);

	assert_true(r == 0 || !s);
	if (r == 0)
		(void)close_store(s);
	return r;
}

static void one_writer(void **state)
{
	struct ed_store *s = open_store(*state, ED_STORE_TEN_MINUTES);
	char error[ED_STORE_ERROR_MAX];

	assert_int_equal(try_open(*state, error), ED_STORE_LOCKED);
	assert_non_null(strstr(error, "another process"));
	(void)close_store(s);
	assert_int_equal(try_open(*state, error), 0);
}

static void newer_and_foreign_are_left_alone(void **state)
{
	struct ed_store *s = open_store(*state, ED_STORE_TEN_MINUTES);
	char error[ED_STORE_ERROR_MAX];
	struct found f;

	note_some(s);
	(void)close_store(s);
	change(*state, "PRAGMA user_version=99");
	assert_int_equal(try_open(*state, error), ED_STORE_NEWER);
	f = ASK((const char *)*state, "com");
	assert_int_equal(f.n_troubles, 1);
	assert_int_equal(f.error, ED_STORE_NEWER);
	change(*state, "PRAGMA user_version=1;PRAGMA application_id=5");
	assert_int_equal(try_open(*state, error), ED_STORE_FOREIGN);
	change(*state, "PRAGMA application_id=1162102833"); /* ED_DB_HISTORY */
	assert_int_equal(try_open(*state, error), 0);
	assert_int_equal(ASK((const char *)*state, "com").n, 4);
}

static void a_damaged_day_is_put_aside(void **state)
{
	struct ed_store *s = open_store(*state, ED_STORE_TEN_MINUTES);
	char path[ED_STORE_PATH_MAX];
	struct ed_store_account a;
	int fd;

	note_some(s);
	(void)close_store(s);
	ed_day_path(*state, 20395, "", path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "no database at all", 18, 0), 18);
	(void)close(fd);
	assert_int_equal(ASK((const char *)*state, "com").error, ED_STORE_DAMAGED);
	s = open_store(*state, ED_STORE_TEN_MINUTES);
	note_some(s);
	a = close_store(s);
	assert_int_equal(a.n_damaged, 1);
	ed_day_path(*state, 20395, ".damaged", path);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(ASK((const char *)*state, "com").n, 4);
}

static void a_directory_of_others_is_refused(void **state)
{
	char path[ED_STORE_PATH_MAX], error[ED_STORE_ERROR_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/thesis.tex", (char *)*state);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(try_open(*state, error), ED_STORE_FOREIGN);
	(void)snprintf(path, sizeof(path), "%s/lock", (char *)*state);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void days_expire(void **state)
{
	struct ed_store_conf conf = { .dir = *state, .now_ns = NOON_NS + 2 * ED_STORE_DAY_NS };
	struct ed_store *s = open_store(*state, ED_STORE_TEN_MINUTES);
	char error[ED_STORE_ERROR_MAX];
	struct ed_store_account a;

	note_some(s);
	(void)close_store(s);
	conf.keep_ns = ED_STORE_DAY_NS;
	assert_int_equal(ed_store_open(&conf, &s, error), 0);
	a = close_store(s);
	assert_int_equal(a.n_expired, 1);
	assert_int_equal(a.n_days, 1);
	assert_int_equal(a.oldest_ns, 20396 * ED_STORE_DAY_NS);
	conf.keep_ns = 0;
	conf.max_bytes = 1;
	assert_int_equal(ed_store_open(&conf, &s, error), 0);
	assert_int_equal(close_store(s).n_days, 0);
}

static void an_alert_is_there_once(void **state)
{
	static struct ed_alert alert = {
		.id = "3f0c", .analytic = "AN1124", .start_ns = 5, .end_ns = 9
	};
	const char *const bodies[] = { "{}" };
	char path[ED_STORE_PATH_MAX];
	sqlite3_stmt *q;
	sqlite3 *db;
	int64_t n;

	for (unsigned i = 0; i < 2; i++) {
		struct ed_store *s = open_store(*state, ED_STORE_TEN_MINUTES);

		assert_int_equal(ed_store_alerts(s, &alert, bodies, 1), 0);
		(void)close_store(s);
	}
	(void)snprintf(path, sizeof(path), "%s/alerts.db", (char *)*state);
	assert_int_equal(ed_db_open(path, ED_DB_READ, ED_DB_ALERTS, NULL, &db), 0);
	assert_int_equal(ed_db_prepare(db, "SELECT count(*) FROM alert", &q), 0);
	assert_int_equal(ed_db_number(q, &n), 0);
	assert_int_equal(n, 1);
	(void)sqlite3_finalize(q);
	ed_db_close(db);
}

static void hostile_words(void **state)
{
	static const char *const bad[] = { "client:x",  "client:10.0.0.0/33",
					   "type:NOPE", "rcode:5000",
					   "process:",  "drop:table",
					   "a..b",      "",
					   "1.2.3.4/",  "10.0.0.1/-1" };
	char error[ED_STORE_ERROR_MAX];
	struct ed_query q;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ed_query_init(&q);
		assert_int_equal(ed_query_term(bad[i], &q, error), -EINVAL);
	}
	assert_int_equal(ed_query_term("'; DROP TABLE span; --", &q, error),
			 0); /* a strange name */
}

int main(void)
{
#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, make_dir, drop_dir)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_survive_packing),   cmocka_unit_test(hostile_words),
		IN_DIR(what_is_noted_is_found),           IN_DIR(a_row_for_each_event),
		IN_DIR(flushed_in_parts_is_added_up),     IN_DIR(one_writer),
		IN_DIR(newer_and_foreign_are_left_alone), IN_DIR(a_damaged_day_is_put_aside),
		IN_DIR(a_directory_of_others_is_refused), IN_DIR(days_expire),
		IN_DIR(an_alert_is_there_once),           IN_DIR(many_words_at_once),
	};
#undef IN_DIR

	return cmocka_run_group_tests(tests, NULL, NULL);
}
