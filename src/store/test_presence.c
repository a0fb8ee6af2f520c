/* SPDX-License-Identifier: Apache-2.0 */
/* Presence in the ledger: rows add up, come back as they were, and expire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "store/db.h"
#include "store/presence.h"

static const int64_t NOON_NS = INT64_C(1762171200) * ED_NS_PER_S; /* 2025-11-03T12:00:00Z */
static const int64_t DAY_NS = 86400 * ED_NS_PER_S;

enum { DAY = 20395 };

static int make_dir(void **state)
{
	static char dir[64];

	(void)snprintf(dir, sizeof(dir), "/tmp/earthdog-presence-XXXXXX");
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
	return nftw(*state, drop_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static struct ed_ledger *open_ledger(const char *dir, enum ed_ledger_mode mode)
{
	const struct ed_ledger_conf conf = { .dir = dir, .mode = mode, .now_ns = NOON_NS };
	char error[ED_STORE_ERROR_MAX];
	struct ed_ledger *l;

	assert_int_equal(ed_ledger_open(&conf, &l, error), 0);
	return l;
}

/* Two machines of one source, one by its name. */
static const struct ed_presence_source sources[] = { { "hq/dns.log", "zeek-tsv" },
						     { "wec/'; DROP TABLE alert;--", "x" } };
static struct ed_presence_subject subjects[] = {
	{ .addr = { { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1 } }, .net_tag = 7 },
	{ .host = "ws7.corp.example", .addr = { { [0] = 0x20, [15] = 2 } } },
};
static const struct ed_presence_day days[] = {
	{ .source = 0,
	  .subject = 0,
	  .day = DAY,
	  .hours = 1u << 3,
	  .lookups = { 5, 0 },
	  .n_lookups = 10,
	  .first_ns = 100,
	  .last_ns = 200,
	  .kinds = 1,
	  .vantages = 2 },
	{ .source = 1,
	  .subject = 1,
	  .day = DAY + 1,
	  .hours = 1u << 4,
	  .lookups = { 0, 9 },
	  .others = { 0, 8 },
	  .n_lookups = 3,
	  .n_others = 4,
	  .first_ns = 300,
	  .last_ns = 400,
	  .kinds = 32,
	  .vantages = 4,
	  .platform = ED_PLATFORM_WINDOWS,
	  .is_listed = 1 },
};
static const struct ed_presence_hour hours[] = {
	{ .source = 0,
	  .hour = DAY * 24 + 3,
	  .n_lookups = 10,
	  .n_lagged = 2,
	  .lag_max = 90,
	  .lag_sum = 150 },
};
static const struct ed_presence_path paths[] = {
	{ .subject = 1,
	  .day = DAY + 1,
	  .server = { { [10] = 0xff, [11] = 0xff, [12] = 9 } },
	  .way = ED_PRESENCE_DOH,
	  .n = 6,
	  .first_ns = 300,
	  .last_ns = 400 },
	{ .subject = 1,
	  .day = DAY + 1,
	  .way = ED_PRESENCE_DNS,
	  .n = 1,
	  .more = 1,
	  .first_ns = 300,
	  .last_ns = 400 },
};

static const struct ed_presence_rows rows = {
	sources, subjects, days, hours, paths, 2, 2, 2, 1, 2
};

struct found {
	unsigned n_days, n_hours, n_paths;
	struct ed_presence_source source;
	struct ed_presence_subject subject;
	struct ed_presence_day day;
	struct ed_presence_hour hour;
	struct ed_presence_path path;
};

static bool take_day(void *arg, const struct ed_presence_source *source,
		     const struct ed_presence_subject *subject, const struct ed_presence_day *row)
{
	struct found *f = arg;

	f->n_days++;
	f->source = *source;
	f->subject = *subject;
	f->day = *row;
	return true;
}

static bool take_hour(void *arg, const struct ed_presence_source *source,
		      const struct ed_presence_hour *row)
{
	struct found *f = arg;

	f->n_hours++;
	assert_string_equal(source->name, "hq/dns.log");
	f->hour = *row;
	return true;
}

static bool take_path(void *arg, const struct ed_presence_subject *subject,
		      const struct ed_presence_path *row)
{
	struct found *f = arg;

	f->n_paths++;
	assert_string_equal(subject->host, "ws7.corp.example");
	if (!row->more)
		f->path = *row;
	return true;
}

static struct found read_all(const char *dir, int64_t from_ns, int64_t to_ns)
{
	struct found f = { .n_days = 0 };
	const struct ed_store_presence_hooks hooks = { &f, take_day, take_hour, take_path };
	struct ed_ledger *l = open_ledger(dir, ED_LEDGER_READ);

	assert_int_equal(ed_store_presence_each(l, from_ns, to_ns, &hooks), 0);
	ed_ledger_close(l);
	return f;
}

static void put(const char *dir, unsigned times)
{
	struct ed_ledger *l = open_ledger(dir, ED_LEDGER_MAKE);

	for (unsigned i = 0; i < times; i++)
		assert_int_equal(ed_store_presence_put(l, &rows), 0);
	ed_ledger_close(l);
}

static void test_there_and_back(void **state)
{
	struct found f;

	put(*state, 1);
	f = read_all(*state, 0, 0);
	assert_int_equal(f.n_days, 2);
	assert_int_equal(f.n_hours, 1);
	assert_int_equal(f.n_paths, 2);
	/* the later day is the last one told */
	assert_memory_equal(&f.source, &sources[1], sizeof(f.source));
	assert_string_equal(f.subject.host, "ws7.corp.example");
	assert_true(ed_addr_eq(&f.subject.addr, &subjects[1].addr));
	f.day.source = f.day.subject = 1;
	assert_memory_equal(&f.day, &days[1], sizeof(f.day));
	assert_memory_equal(&f.hour, &hours[0], sizeof(f.hour));
	f.path.subject = 1;
	assert_memory_equal(&f.path, &paths[0], sizeof(f.path));
}

static void test_adding_up(void **state)
{
	struct found f;

	put(*state, 3);
	f = read_all(*state, NOON_NS + DAY_NS, 0);
	assert_int_equal(f.n_days, 1);
	assert_int_equal(f.n_hours, 0);
	assert_int_equal(f.day.n_lookups, 9);
	assert_int_equal(f.day.hours, 1u << 4);
	assert_int_equal(f.day.platform, ED_PLATFORM_WINDOWS);
	assert_int_equal(f.path.n, 18);
	f = read_all(*state, 0, NOON_NS);
	assert_int_equal(f.n_days, 1);
	assert_true(ed_addr_eq(&f.subject.addr, &subjects[0].addr));
	assert_int_equal(f.subject.net_tag, 7);
	assert_int_equal(f.hour.n_lookups, 30);
	assert_int_equal(f.hour.lag_sum, 450);
	assert_int_equal(f.hour.lag_max, 90);
}

static void test_expiry(void **state)
{
	struct ed_ledger *l;
	struct found f;

	put(*state, 1);
	l = open_ledger(*state, ED_LEDGER_WRITE);
	assert_int_equal(ed_store_presence_expire(l, DAY + 1), 0);
	ed_ledger_close(l);
	f = read_all(*state, 0, 0);
	assert_int_equal(f.n_days, 1);
	assert_int_equal(f.n_hours, 0);
	assert_int_equal(f.day.day, DAY + 1);
}

static void test_a_store_without(void **state)
{
	struct ed_ledger *l = open_ledger(*state, ED_LEDGER_MAKE);

	assert_int_equal(ed_db_run(ed_ledger_db(l), "DROP TABLE presence_day"), 0);
	ed_ledger_close(l);
	assert_int_equal(read_all(*state, 0, 0).n_days, 0);
}

/* Whatever somebody wrote into the tables, what comes back is within its limits. */
static void test_foreign_values(void **state)
{
	struct ed_ledger *l;
	struct found f;

	put(*state, 1);
	l = open_ledger(*state, ED_LEDGER_WRITE);
	assert_int_equal(
		ed_db_run(
			ed_ledger_db(l),
			"UPDATE presence_day SET hours=-1, n_lookups=1e30, platform=99, kinds='x',"
			" host=CASE WHEN host='' THEN '' ELSE 'a'||char(27)||char(233) END;"
			"UPDATE presence_hour SET lag_sum=-5, lag_max=70000;"
			"UPDATE presence_path SET way=77+more, server=x'0102'"),
		0);
	ed_ledger_close(l);
	f = read_all(*state, 0, 0);
	assert_int_equal(f.n_days, 2);
	assert_string_equal(f.subject.host, "a?"
					    "??");
	assert_true(f.day.hours <= 0xffffff);
	assert_int_equal(f.day.n_lookups, UINT32_MAX);
	assert_int_equal(f.day.platform, ED_PLATFORM_UNKNOWN);
	assert_true(f.hour.lag_max <= UINT8_MAX);
	assert_true(f.hour.lag_sum <= (uint64_t)f.hour.n_lagged * UINT8_MAX);
	assert_true(f.path.way < ED_PRESENCE_WAY_N);
	assert_false(ed_addr_known(&f.path.server));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_there_and_back, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(test_adding_up, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(test_expiry, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(test_a_store_without, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(test_foreign_values, make_dir, drop_dir),
	};

	return cmocka_run_group_tests_name("store presence", tests, NULL, NULL);
}
