/* SPDX-License-Identifier: Apache-2.0 */
/* --set reaches the analytic's own struct, and only it; wrong keys and values are told apart. */
#include "cmd/run/reading.h"
#include "cmd/run/settings.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static size_t index_of(const char *id)
{
	size_t i = 0;

	while (ed_analytics[i] && strcmp(ed_analytics[i]->id, id) != 0)
		i++;
	assert_non_null(ed_analytics[i]);
	return i;
}

static void value_of(const struct ed_scan_config *conf, const char *id, const char *name,
		     char ret[static 64])
{
	size_t i = index_of(id);
	const char *near;
	const struct ed_option *row = ed_option_find(ed_analytics[i]->tunables, name, &near);

	assert_non_null(row);
	ed_option_print(row, conf->analytic_conf[i], ret, 64);
}

static void test_apply(void **state)
{
	char error[ED_SETTING_ERROR_MAX], value[64];
	struct ed_scan_config conf;

	(void)state;
	ed_scan_config_init(&conf);
	value_of(&conf, "AN1124", "QueryRatePerClient", value);
	assert_string_equal(value, "20/s");
	assert_int_equal(ed_settings_apply(&conf, "AN1124.QueryRatePerClient=5/min", error), 0);
	value_of(&conf, "AN1124", "QueryRatePerClient", value);
	assert_string_equal(value, "5/min");
}

struct wrong {
	const char *assignment;
	const char *error;
};

static const struct wrong wrongs[] = {
	{ "AN1124.QueryRatePerClient", "--set \"AN1124.QueryRatePerClient\": must be KEY=VALUE" },
	{ "AN1124.QueryRatePerClients=1/s",
	  "--set \"AN1124.QueryRatePerClients\": there is no such setting; did you mean "
	  "\"AN1124.QueryRatePerClient\"?" },
	{ "an1124.queryrateperclient=1/s",
	  "--set \"an1124.queryrateperclient\": there is no such setting; did you mean "
	  "\"AN1124.QueryRatePerClient\"?" },
	{ "RatePerClient=1/s", "--set \"RatePerClient\": there is no such setting; did you mean "
			       "\"AN1124.QueryRatePerClient\"?" },
	{ "memory=1", "--set \"memory\": there is no such setting" },
	{ "=1", "--set \"\": there is no such setting" },
	{ "AN1124.=1", NULL },
	{ "AN1124=1", NULL },
	{ "\033=1", "--set \"\\x1b\": there is no such setting" },
	{ "AN1124.QueryRatePerClient=fast",
	  "--set \"AN1124.QueryRatePerClient=fast\": must be a rate such as "
	  "20/s, 5/min, 100/h or 1/day" },
	{ "AN1124.QueryRatePerClient=",
	  "--set \"AN1124.QueryRatePerClient=\": must be a rate such as "
	  "20/s, 5/min, 100/h or 1/day" },
};

static void test_wrong(void **state)
{
	char error[ED_SETTING_ERROR_MAX];
	struct ed_scan_config before, conf;

	(void)state;
	ed_scan_config_init(&before);
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		memcpy(&conf, &before, sizeof(conf));
		assert_int_equal(ed_settings_apply(&conf, wrongs[i].assignment, error), -EINVAL);
		if (wrongs[i].error)
			assert_string_equal(error, wrongs[i].error);
		assert_memory_equal(&conf, &before, sizeof(conf));
	}
}

static void count(void *arg, const char *key)
{
	assert_non_null(strchr(key, '.'));
	++*(size_t *)arg;
}

static void test_each(void **state)
{
	size_t n = 0, wanted = 0;

	(void)state;
	for (size_t i = 0; ed_analytics[i]; i++) {
		for (const struct ed_option *row = ed_analytics[i]->tunables; row->name; row++)
			wanted++;
	}
	ed_settings_each(count, &n);
	assert_int_equal(n, wanted);
	assert_true(n > 0);
}

static void test_config(void **state)
{
	static const char *const paths[] = { "a", "b" };
	char error[ED_READING_ERROR_MAX], value[64];
	struct ed_scan_config conf;
	struct ed_reading o;

	(void)state;
	memset(&o, 0, sizeof(o));
	ed_options_default(ed_reading_options, &o);
	o.seed = 7;
	o.n_readers = 3;
	o.set.n = 2;
	o.set.v[0] = "AN1124.QueryRatePerClient=1/s";
	o.set.v[1] = "AN1124.QueryRatePerClient=2/s";
	assert_int_equal(ed_reading_config(&o, paths, 2, &conf, error), 0);
	assert_ptr_equal(conf.paths, paths);
	assert_int_equal(conf.n_paths, 2);
	assert_int_equal(conf.seed, 7);
	assert_int_equal(conf.n_readers, 3);
	assert_int_equal(conf.memory_bytes, 256 << 20);
	value_of(&conf, "AN1124", "QueryRatePerClient", value);
	assert_string_equal(value, "2/s");
	o.set.v[1] = "x=1";
	assert_int_equal(ed_reading_config(&o, paths, 2, &conf, error), -EINVAL);
	o.set.n = 0;
	o.from_ns = 2;
	o.to_ns = 1;
	assert_int_equal(ed_reading_config(&o, paths, 2, &conf, error), -EINVAL);
	assert_string_equal(error, "--from is later than --to");
	o.to_ns = 2;
	assert_int_equal(ed_reading_config(&o, paths, 2, &conf, error), 0);
	assert_int_equal(conf.from_ns, 2);
	assert_int_equal(conf.to_ns, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
