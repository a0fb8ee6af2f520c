/* SPDX-License-Identifier: Apache-2.0 */
/* Batches and the thread that writes them: what was acknowledged is there, whatever happens. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/pack.h"
#include "store/test_dir.h"

/* 50,000 lookups of 100 clients, below 500 zones: each of a zone by five clients. */
static void note_many(struct ed_store *s, unsigned nth)
{
	for (unsigned i = 0; i < 50000; i++) {
		char client[32], name[64];
		const struct lookup l = {
			client, name, 3, NOON_NS + nth * ED_STORE_BUCKET_NS + i, ED_EVENT_DNS_PAIR,
			0,      0
		};

		(void)snprintf(client, sizeof(client), "10.0.1.%u", i % 100);
		(void)snprintf(name, sizeof(name), "w%u.z%u.com", nth % 10, i % 500);
		note(s, &l);
	}
}

/* More clients and zones than are looked up one by one, lists over several rows of the table. */
static void many_batches_are_searched(void **state)
{
	struct ed_store *s = open_store(*state, ED_STORE_TEN_MINUTES);
	const char *dir = *state;

	for (unsigned i = 0; i < 3; i++) {
		note_many(s, i);
		assert_int_equal(ed_store_flush(s), 0);
	}
	assert_int_equal(close_store(s).n_kept, 150000);
	assert_int_equal(ASK(dir, "z0.com").n, 300);
	assert_int_equal(ASK(dir, "z0.com").n_rows, 3);
	assert_int_equal(ASK(dir, "z123.com").n, 300);
	assert_int_equal(ASK(dir, "name:w1.z499.com").n, 100);
	assert_int_equal(ASK(dir, "com").n, 150000); /* 500 zones */
	assert_int_equal(ASK(dir, "z500.com").n, 0);
	assert_int_equal(ASK(dir, "10.0.1.0").n, 1500);
	assert_int_equal(ASK(dir, "10.0.1.99").n, 1500);
	assert_int_equal(ASK(dir, "10.0.1.99", "z99.com").n, 300);
	assert_int_equal(ASK(dir, "10.0.1.99", "z98.com").n, 0);
	assert_int_equal(ASK(dir, "10.0.1.100").n, 0);
	assert_int_equal(ASK(dir, "client:10.0.1.64/27").n, 32 * 1500);
	assert_int_equal(ASK(dir, "client:10.0.1.0/24").n, 150000); /* 100 clients */
	assert_int_equal(ASK(dir, "client:10.0.1.0/25").n, 150000);
	assert_int_equal(ASK(dir, "client:10.0.1.0/26").n, 64 * 1500);
}

/* Nobody flushes: the tables go to the writer as they fill, and the next is filled meanwhile. */
static void tables_go_round(void **state)
{
	struct ed_store *s = open_store(*state, ED_STORE_EVENT);
	struct ed_store_account a;

	for (unsigned i = 0; i < 9; i++)
		note_many(s, i);
	a = close_store(s);
	assert_int_equal(a.n_kept, 450000);
	assert_int_equal(a.n_rows, 450000);
	assert_int_equal(ASK((const char *)*state, "z7.com").n, 900);
}

/* Turns a list into the rows of `posting` that it stands for. */
static void unfold(sqlite3_stmt *put, int64_t id, struct ed_span lists)
{
	uint64_t zone = (uint64_t)id & UINT32_MAX, step, bytes;

	while (lists.n > 0) {
		assert_true(ed_unpack_number(&lists, &step) && ed_unpack_number(&lists, &bytes));
		zone += step;
		(void)sqlite3_bind_int64(put, 1, (int64_t)zone);
		(void)sqlite3_bind_int64(put, 2, id >> 32);
		(void)sqlite3_bind_blob(put, 3, lists.p, (int)bytes, SQLITE_STATIC);
		assert_int_equal(ed_db_step(put), 0);
		lists = ed_span_from(lists, (size_t)bytes);
	}
}

/* The day as version 1 would have written it. */
static void make_version_1(const char *dir)
{
	char path[ED_STORE_PATH_MAX];
	sqlite3_stmt *get, *put;
	sqlite3 *db;

	change(dir, "CREATE TABLE posting(zone INTEGER, batch INTEGER, spans BLOB NOT NULL,"
		    " PRIMARY KEY(zone, batch)) WITHOUT ROWID;"
		    "CREATE INDEX span_client ON span(client); PRAGMA user_version=1;");
	ed_day_path(dir, 20395, "", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(ed_db_prepare(db, "SELECT id,zones FROM list", &get), 0);
	assert_int_equal(ed_db_prepare(db, "INSERT INTO posting VALUES(?,?,?)", &put), 0);
	while (sqlite3_step(get) == SQLITE_ROW)
		unfold(put, sqlite3_column_int64(get, 0),
		       ed_span_of(sqlite3_column_blob(get, 1),
				  (size_t)sqlite3_column_bytes(get, 1)));
	(void)sqlite3_finalize(get);
	(void)sqlite3_finalize(put);
	(void)sqlite3_close(db);
	change(dir, "DROP TABLE list");
}

static void check_version_1(const char *dir, unsigned times)
{
	assert_int_equal(ASK(dir, "10.0.1.7").n, times * 500);
	assert_int_equal(ASK(dir, "z123.com").n, times * 100);
	assert_int_equal(ASK(dir, "10.0.1.7", "z107.com").n, times * 100);
	assert_int_equal(ASK(dir, "client:10.0.1.0/24").n, times * 50000);
	assert_int_equal(ASK(dir, "com").n, times * 50000);
}

static void days_of_version_1_are_read_and_written(void **state)
{
	struct ed_store *s = open_store(*state, ED_STORE_TEN_MINUTES);
	const char *dir = *state;

	note_many(s, 0);
	(void)close_store(s);
	make_version_1(dir);
	check_version_1(dir, 1);
	s = open_store(dir, ED_STORE_TEN_MINUTES);
	note_many(s, 0);
	(void)close_store(s);
	check_version_1(dir, 2);
}

static void limit_files(rlim_t bytes)
{
	const struct rlimit limit = { bytes, RLIM_INFINITY };

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* As on a disk that is full for a while. */
static void a_batch_that_fails_is_counted_and_the_next_is_tried(void **state)
{
	struct ed_store *s = open_store(*state, ED_STORE_TEN_MINUTES);
	void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
	struct ed_store_account a;
	int failed;

	note_many(s, 0);
	assert_int_equal(ed_store_flush(s), 0);
	note_many(s, 1);
	limit_files(65536);
	failed = ed_store_flush(s);
	limit_files(RLIM_INFINITY);
	assert_int_not_equal(failed, 0);
	note_many(s, 2);
	assert_int_equal(ed_store_flush(s), 0);
	assert_int_equal(ed_store_close(s, &a), failed);
	assert_int_equal(a.first_error, failed);
	assert_int_equal(a.n_lost, 50000);
	assert_int_equal(a.n_kept, 100000);
	assert_int_equal(a.n_noted, 150000);
	assert_int_equal(ASK((const char *)*state, "com").n, 100000);
	(void)signal(SIGXFSZ, before);
}

/* Flushes again and again, and says each time so on @fd, until it is killed. */
static void write_until_killed(const char *dir, int fd)
{
	struct ed_store *s = open_store(dir, ED_STORE_TEN_MINUTES);

	for (unsigned i = 0;; i++) {
		note_many(s, i % 6);
		if (i % 4 != 3) /* else the next table is filled while this one is written */
			assert_int_equal(ed_store_flush(s), 0);
		if (i % 4 != 3 && write(fd, "", 1) != 1)
			_exit(1);
	}
}

/* What a flush has acknowledged outlives the process. */
static void a_killed_writer_loses_nothing_flushed(void **state)
{
	uint64_t n_before = 0;

	for (unsigned n_acks = 1; n_acks < 4; n_acks++) {
		char acks[4];
		uint64_t n;
		int to[2];
		pid_t child;

		assert_int_equal(pipe(to), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			write_until_killed(*state, to[1]);
		(void)close(to[1]);
		for (unsigned i = 0; i < n_acks; i++)
			assert_int_equal(read(to[0], acks, 1), 1);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
		(void)close(to[0]);
		(void)close_store(open_store(*state, ED_STORE_TEN_MINUTES)); /* repairs */
		n = ASK((const char *)*state, "com").n;
		assert_true(n >= n_before + n_acks * 50000 && n % 50000 == 0);
		n_before = n;
	}
}

int main(void)
{
#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, make_dir, drop_dir)
	const struct CMUnitTest tests[] = {
		IN_DIR(many_batches_are_searched),
		IN_DIR(tables_go_round),
		IN_DIR(days_of_version_1_are_read_and_written),
		IN_DIR(a_batch_that_fails_is_counted_and_the_next_is_tried),
		IN_DIR(a_killed_writer_loses_nothing_flushed),
	};
#undef IN_DIR

	return cmocka_run_group_tests(tests, NULL, NULL);
}
