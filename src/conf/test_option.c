/* SPDX-License-Identifier: Apache-2.0 */
/* Option rows: every type reads what it prints, ranges and units are enforced, near names are
 * found. */
#include "conf/option.h"
#include "conf/nearest.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct conf {
	bool quiet;
	uint32_t shards;
	uint64_t seed;
	double ratio;
	uint64_t memory;
	double rate;
	int64_t window_ns;
	int64_t from_ns;
	const char *psl;
	struct ed_option_list set;
	uint32_t colour;
};

static const char *const colours[] = { "auto", "always", "never", NULL };

enum { QUIET, SHARDS, SEED, RATIO, MEMORY, RATE, WINDOW, FROM, PSL, SET, COLOUR };

static const struct ed_option rows[] = {
	[QUIET] = { .name = "quiet", .type = ED_OPT_FLAG, .offset = offsetof(struct conf, quiet) },
	[SHARDS] = { .name = "shards",
		     .type = ED_OPT_U32,
		     .offset = offsetof(struct conf, shards),
		     .min = 1,
		     .max = 16,
		     .def = "2" },
	[SEED] = { .name = "seed", .type = ED_OPT_U64, .offset = offsetof(struct conf, seed) },
	[RATIO] = { .name = "ratio",
		    .type = ED_OPT_F64,
		    .offset = offsetof(struct conf, ratio),
		    .min = 0,
		    .max = 1,
		    .def = "0.9" },
	[MEMORY] = { .name = "memory",
		     .type = ED_OPT_SIZE,
		     .offset = offsetof(struct conf, memory),
		     .min = 0x1p25,
		     .max = 0x1p50,
		     .def = "256MiB" },
	[RATE] = { .name = "QueryRatePerClient",
		   .type = ED_OPT_RATE,
		   .offset = offsetof(struct conf, rate),
		   .def = "20/s" },
	[WINDOW] = { .name = "window",
		     .type = ED_OPT_DURATION,
		     .offset = offsetof(struct conf, window_ns),
		     .min = 1e9,
		     .max = 86400e9,
		     .def = "60s" },
	[FROM] = { .name = "from", .type = ED_OPT_TIME, .offset = offsetof(struct conf, from_ns) },
	[PSL] = { .name = "psl", .type = ED_OPT_STRING, .offset = offsetof(struct conf, psl) },
	[SET] = { .name = "set", .type = ED_OPT_LIST, .offset = offsetof(struct conf, set) },
	[COLOUR] = { .name = "color",
		     .type = ED_OPT_CHOICE,
		     .offset = offsetof(struct conf, colour),
		     .choices = colours,
		     .def = "auto" },
	{ .name = NULL },
};

static void test_defaults(void **state)
{
	struct conf c;

	(void)state;
	memset(&c, 0xa5, sizeof(c));
	ed_options_default(rows, &c);
	assert_false(c.quiet);
	assert_int_equal(c.shards, 2);
	assert_int_equal(c.seed, 0);
	assert_true(c.ratio == 0.9);
	assert_int_equal(c.memory, 256 << 20);
	assert_true(c.rate == 20);
	assert_int_equal(c.window_ns, INT64_C(60000000000));
	assert_int_equal(c.from_ns, 0);
	assert_null(c.psl);
	assert_int_equal(c.set.n, 0);
	assert_int_equal(c.colour, 0);
}

struct value {
	unsigned row;
	const char *text;
	const char *printed; /* NULL: refused */
};

static const struct value values[] = {
	{ QUIET, "true", "true" },
	{ QUIET, "false", "false" },
	{ QUIET, "yes", NULL },
	{ SHARDS, "1", "1" },
	{ SHARDS, "16", "16" },
	{ SHARDS, "0", NULL },
	{ SHARDS, "17", NULL },
	{ SHARDS, "-1", NULL },
	{ SHARDS, "+1", NULL },
	{ SHARDS, " 1", NULL },
	{ SHARDS, "1 ", NULL },
	{ SHARDS, "", NULL },
	{ SHARDS, "0x2", NULL },
	{ SHARDS, "99999999999999999999", NULL },
	{ SEED, "18446744073709551615", "18446744073709551615" },
	{ SEED, "18446744073709551616", NULL },
	{ RATIO, "0.25", "0.25" },
	{ RATIO, "2.5e-1", "0.25" },
	{ RATIO, "0.1234567890123", "0.1234567890123" },
	{ RATIO, "1", "1" },
	{ RATIO, "1.01", NULL },
	{ RATIO, "-0.5", NULL },
	{ RATIO, "nan", NULL },
	{ RATIO, "inf", NULL },
	{ RATIO, "1e999", NULL },
	{ RATIO, "0x1p-1", NULL },
	{ RATIO, ".5", NULL },
	{ RATIO, "0.5x", NULL },
	{ MEMORY, "32MiB", "32MiB" },
	{ MEMORY, "33554432", "32MiB" },
	{ MEMORY, "1024MiB", "1GiB" },
	{ MEMORY, "33554433", "33554433B" },
	{ MEMORY, "33554433B", "33554433B" },
	{ MEMORY, "2TiB", "2TiB" },
	{ MEMORY, "31MiB", NULL },
	{ MEMORY, "256MB", NULL },
	{ MEMORY, "256M", NULL },
	{ MEMORY, "256 MiB", NULL },
	{ MEMORY, "99999999999TiB", NULL },
	{ MEMORY, "MiB", NULL },
	{ RATE, "20/s", "20/s" },
	{ RATE, "20", "20/s" },
	{ RATE, "5/min", "5/min" },
	{ RATE, "90/h", "90/h" },
	{ RATE, "1/day", "1/day" },
	{ RATE, "0", "0/s" },
	{ RATE, "0.5/s", "30/min" },
	{ RATE, "120/min", "2/s" },
	{ RATE, "-1/s", NULL },
	{ RATE, "20/week", NULL },
	{ RATE, "/s", NULL },
	{ WINDOW, "1s", "1s" },
	{ WINDOW, "15m", "15m" },
	{ WINDOW, "90s", "90s" },
	{ WINDOW, "3600s", "1h" },
	{ WINDOW, "24h", "1d" },
	{ WINDOW, "1500ms", "1500ms" },
	{ WINDOW, "30d", NULL },
	{ WINDOW, "10ms", NULL },
	{ WINDOW, "60", NULL },
	{ WINDOW, "999999999999d", NULL },
	{ FROM, "2026-11-03T14:02:11Z", "2026-11-03T14:02:11.000Z" },
	{ FROM, "2026-11-03T15:02:11.25+01:00", "2026-11-03T14:02:11.250Z" },
	{ FROM, "2026-11-03", "2026-11-03T00:00:00.000Z" },
	{ FROM, "2026-13-03", NULL },
	{ FROM, "2026-11-0", NULL },
	{ FROM, "0123456789", NULL },
	{ FROM, "yesterday", NULL },
	{ PSL, "/usr/share/x", "/usr/share/x" },
	{ COLOUR, "never", "never" },
	{ COLOUR, "Never", NULL },
	{ COLOUR, "nev", NULL },
};

static void test_values(void **state)
{
	char error[ED_OPTION_ERROR_MAX];
	char text[128], again[128];
	struct conf c;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct value *v = &values[i];
		size_t n;
		int r;

		ed_options_default(rows, &c);
		error[0] = '\0';
		r = ed_option_set(&rows[v->row], &c, v->text, error);
		if (!v->printed) {
			if (r != -EINVAL || error[0] == '\0')
				fail_msg("%s: \"%s\" was taken", rows[v->row].name, v->text);
			continue;
		}
		if (r != 0)
			fail_msg("%s: \"%s\" %s", rows[v->row].name, v->text, error);
		n = ed_option_print(&rows[v->row], &c, text, sizeof(text));
		assert_string_equal(text, v->printed);
		assert_int_equal(n, strlen(text));
		/* What is printed reads back as the same value. */
		assert_int_equal(ed_option_set(&rows[v->row], &c, text, error), 0);
		ed_option_print(&rows[v->row], &c, again, sizeof(again));
		assert_string_equal(again, text);
	}
}

static void test_refused_value_changes_nothing(void **state)
{
	char error[ED_OPTION_ERROR_MAX];
	struct conf before, c;

	(void)state;
	memset(&before, 0, sizeof(before));
	ed_options_default(rows, &before);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		memcpy(&c, &before, sizeof(c));
		if (!values[i].printed) {
			assert_int_equal(ed_option_set(&rows[values[i].row], &c, values[i].text,
						       error),
					 -EINVAL);
			assert_memory_equal(&c, &before, sizeof(c));
		}
	}
}

static void test_messages(void **state)
{
	char error[ED_OPTION_ERROR_MAX];
	struct conf c;

	(void)state;
	ed_options_default(rows, &c);
	ed_option_set(&rows[SHARDS], &c, "99", error);
	assert_string_equal(error, "must be from 1 to 16");
	ed_option_set(&rows[MEMORY], &c, "1KiB", error);
	assert_string_equal(error, "must be from 32MiB to 1024TiB");
	ed_option_set(&rows[WINDOW], &c, "2d", error);
	assert_string_equal(error, "must be from 1s to 1d");
	ed_option_set(&rows[COLOUR], &c, "blue", error);
	assert_string_equal(error, "must be auto, always or never");
	assert_int_equal(ed_option_set(&rows[PSL], &c, NULL, error), -EINVAL);
	assert_string_equal(error, "needs a value");
	assert_int_equal(ed_option_set(&rows[QUIET], &c, NULL, error), 0);
	assert_true(c.quiet);
}

static void test_range(void **state)
{
	char text[64];

	(void)state;
	assert_int_equal(ed_option_print_range(&rows[MEMORY], text, sizeof(text)), 21);
	assert_string_equal(text, "from 32MiB to 1024TiB");
	assert_int_equal(ed_option_print_range(&rows[SEED], text, sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(ed_option_print_range(&rows[WINDOW], text, 6), 5);
	assert_string_equal(text, "from ");
}

static void test_list(void **state)
{
	char error[ED_OPTION_ERROR_MAX];
	char text[8];
	struct conf c;

	(void)state;
	ed_options_default(rows, &c);
	assert_int_equal(ed_option_set(&rows[SET], &c, "a=1", error), 0);
	assert_int_equal(ed_option_set(&rows[SET], &c, "b=2", error), 0);
	assert_int_equal(c.set.n, 2);
	assert_int_equal(ed_option_print(&rows[SET], &c, text, sizeof(text)), 7);
	assert_string_equal(text, "a=1,b=2");
	while (c.set.n < ED_OPTION_LIST_MAX)
		assert_int_equal(ed_option_set(&rows[SET], &c, "long value", error), 0);
	assert_int_equal(ed_option_set(&rows[SET], &c, "c=3", error), -EINVAL);
	assert_int_equal(c.set.n, ED_OPTION_LIST_MAX);
	/* Cut, never past the end. */
	assert_int_equal(ed_option_print(&rows[SET], &c, text, sizeof(text)), 7);
	assert_string_equal(text, "a=1,b=2");
}

static void assert_near(const char *name, const char *wanted)
{
	const char *near = "unset";

	assert_null(ed_option_find(rows, name, &near));
	if (!wanted && near)
		fail_msg("%s: proposed %s", name, near);
	if (wanted && (!near || strcmp(near, wanted) != 0))
		fail_msg("%s: proposed %s, not %s", name, near ? near : "nothing", wanted);
}

static void test_find(void **state)
{
	const char *near = "unset";

	(void)state;
	assert_ptr_equal(ed_option_find(rows, "shards", &near), &rows[SHARDS]);
	assert_near("shard", "shards");
	assert_near("shrads", "shards");
	assert_near("memmory", "memory");
	assert_near("colour", "color");
	assert_near("Memory", "memory");
	assert_near("mem", "memory");
	assert_near("queryrateperclient", "QueryRatePerClient");
	assert_near("QueryRate", "QueryRatePerClient");
	assert_near("se", "set");
	assert_near("frobnicate", NULL);
	assert_near("", NULL);
	assert_near("zz", NULL);
}

static void test_nearest_long_names(void **state)
{
	char wanted[4096];
	struct ed_nearest near;

	(void)state;
	memset(wanted, 'a', sizeof(wanted) - 1);
	wanted[sizeof(wanted) - 1] = '\0';
	ed_nearest_init(&near, wanted);
	ed_nearest_offer(&near, "aaaa");
	assert_null(near.best);
	wanted[ED_NEAREST_MAX] = '\0';
	ed_nearest_init(&near, wanted);
	wanted[0] = 'b';
	ed_nearest_offer(&near, wanted);
	assert_ptr_equal(near.best, wanted);
	assert_int_equal(near.distance, 0);
}

struct inner {
	uint32_t n, m;
};

static const struct ed_option inner_rows[] = {
	{ .name = "n",
	  .type = ED_OPT_U32,
	  .offset = offsetof(struct inner, n),
	  .def = "7",
	  .help = "n" },
	{ .name = "m",
	  .type = ED_OPT_U32,
	  .offset = offsetof(struct inner, m),
	  .def = "8",
	  .help = "m" },
	{ .name = NULL },
};

struct outer {
	uint32_t own;
	struct inner inner;
};

static const struct ed_option outer_rows[] = {
	{ .name = "own", .type = ED_OPT_U32, .offset = offsetof(struct outer, own), .help = "own" },
	{ .name = "m",
	  .like = inner_rows,
	  .offset = offsetof(struct outer, inner),
	  .help = "other" },
	{ .name = NULL },
};

static void test_like(void **state)
{
	struct outer conf = { .own = 1, .inner = { 2, 3 } };
	char error[ED_OPTION_ERROR_MAX];
	struct ed_option row;

	(void)state;
	assert_true(ed_option_at(outer_rows, 0, &row));
	assert_string_equal(row.help, "own");
	assert_true(ed_option_at(outer_rows, 1, &row));
	assert_string_equal(row.help, "other");
	assert_string_equal(row.def, "8");
	assert_null(row.like);
	assert_int_equal(row.offset, offsetof(struct outer, inner.m));
	assert_false(ed_option_at(outer_rows, 2, &row));
	/* What the table does not name has its default too. */
	ed_options_default(outer_rows, &conf);
	assert_int_equal(conf.own, 0);
	assert_int_equal(conf.inner.n, 7);
	assert_int_equal(conf.inner.m, 8);
	assert_true(ed_option_at(outer_rows, 1, &row));
	assert_int_equal(ed_option_set(&row, &conf, "9", error), 0);
	assert_int_equal(conf.inner.m, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refused_value_changes_nothing),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_nearest_long_names),
		cmocka_unit_test(test_like),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
