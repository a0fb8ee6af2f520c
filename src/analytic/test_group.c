/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analytic/group.h"

static const struct ed_option rows[] = {
	{ .name = "Rate", .type = ED_OPT_F64, .offset = 0, .max = 100, .def = "1" },
	{ 0 },
};

static int add(struct ed_groups *g, const char *selector, const char *value)
{
	char error[ED_GROUP_ERROR_MAX] = "";
	int r = ed_groups_add(g, ed_span_str(selector),
			      &(struct ed_group_setting){ .option = rows, .value = value }, error);

	assert_true((r == 0) == (error[0] == '\0'));
	return r;
}

/* The rate for a client of that role, network and address. */
static double rate_of(const struct ed_groups *g, unsigned role, const char *network,
		      const uint8_t v4[static 4])
{
	ed_analytic_confs *confs = calloc(ed_groups_masks(g), sizeof(*confs));
	ed_analytic_confs base = { { 0 } };
	struct ed_asset asset = { .network = network, .n_names = 1, .name = { "web1.corp" } };
	struct ed_event ev = { .has = ED_FIELD_CLIENT, .asset_role = (uint8_t)role };
	double rate;

	assert_non_null(confs);
	ed_addr_from_v4(v4, &ev.client);
	ed_options_default(rows, base[0]);
	ed_groups_work_out(g, base, confs);
	memcpy(&rate, confs[ed_groups_of(g, &asset, &ev)][0], sizeof(rate));
	free(confs);
	return rate;
}

static const uint8_t inside[4] = { 10, 1, 2, 3 }, outside[4] = { 10, 2, 2, 3 };

static void test_each_kind(void **state)
{
	struct ed_groups g = { .n = 0 };

	(void)state;
	assert_true(rate_of(&g, ED_ASSET_SERVER, "dmz", inside) == 1);
	assert_int_equal(add(&g, "role:server", "2"), 0);
	assert_true(rate_of(&g, ED_ASSET_SERVER, "", outside) == 2);
	assert_true(rate_of(&g, ED_ASSET_MAIL, "", outside) == 1);
	assert_int_equal(add(&g, "network:DMZ", "3"), 0);
	assert_true(rate_of(&g, ED_ASSET_MAIL, "dmz", outside) == 3);
	assert_int_equal(add(&g, "10.1.0.0/16", "4"), 0);
	assert_true(rate_of(&g, ED_ASSET_MAIL, "", inside) == 4);
	assert_true(rate_of(&g, ED_ASSET_MAIL, "", outside) == 1);
	assert_int_equal(add(&g, "host:web*", "5"), 0);
	assert_true(rate_of(&g, ED_ASSET_MAIL, "", outside) == 5);
}

/* Of two settings that meet, the later one counts, whatever order the groups were named in. */
static void test_later_counts(void **state)
{
	struct ed_groups g = { .n = 0 };

	(void)state;
	assert_int_equal(add(&g, "role:server", "2"), 0);
	assert_int_equal(add(&g, "network:dmz", "3"), 0);
	assert_true(rate_of(&g, ED_ASSET_SERVER, "dmz", inside) == 3);
	assert_int_equal(add(&g, "role:server", "7"), 0);
	assert_int_equal(g.n, 2);
	assert_true(rate_of(&g, ED_ASSET_SERVER, "dmz", inside) == 7);
}

static void test_bad_selectors(void **state)
{
	static const char *const bad[] = {
		"",          "role:emperor", "network:", "host:",       "10.1.0.0/33",
		"10.1.0.0/", "10.1/8",       "web1",     "10.1.0.0/8x", "::/129"
	};
	struct ed_groups g = { .n = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(add(&g, bad[i], "2"), -EINVAL);
	assert_int_equal(g.n, 0);
}

static void test_limits(void **state)
{
	struct ed_groups g = { .n = 0 };
	char selector[] = "network:0";

	(void)state;
	for (unsigned i = 0; i < ED_GROUPS_MAX; i++, selector[8]++)
		assert_int_equal(add(&g, selector, "2"), 0);
	assert_int_equal(add(&g, selector, "2"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind),
		cmocka_unit_test(test_later_counts),
		cmocka_unit_test(test_bad_selectors),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
