/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion: no two families make an alert, three do; the ceiling is not vetoed; prevalence takes bits
 * away. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analytic/analytic.h"
#include "analytic/fuse.h"

static struct ed_fusion fuse(float content, float volume, float structure, uint32_t n_clients,
			     double info_bytes)
{
	struct ed_evidence e[] = { { .family = "content", .bits = content },
				   { .family = "volume", .bits = volume },
				   { .family = "structure", .bits = structure } };
	struct ed_fusion f;

	ed_fuse(&(struct ed_fusion_input){ .evidence = e,
					   .n_evidence = 3,
					   .n_clients = n_clients,
					   .info_bytes = info_bytes,
					   .above_ceiling = info_bytes > 4096 },
		&f);
	return f;
}

static void test_three_families_needed(void **state)
{
	(void)state;
	assert_in_range(fuse(9, 9, 0, 1, 1000).level, 0, ED_LEVEL_LOW);
	assert_in_range(fuse(9, 9, 1.9f, 1, 1000).level, 0, ED_LEVEL_LOW);
	assert_in_range(fuse(9, 9, 2, 1, 1000).level, ED_LEVEL_MEDIUM, ED_LEVEL_CRITICAL);
	assert_in_range(fuse(9, 9, 6, 1, 1000).level, ED_LEVEL_HIGH, ED_LEVEL_HIGH);
	assert_int_equal(fuse(9, 9, 6, 1, 1000).verdict, ED_VERDICT_SCORE);
	assert_int_equal(fuse(0, 0, 0, 1, 0).level, ED_LEVEL_INFORMATIONAL);
}

static void test_bound_is_not_vetoed(void **state)
{
	struct ed_fusion f = fuse(0, 9, 0, 500, 5000);

	(void)state;
	assert_int_equal(f.verdict, ED_VERDICT_BOUND);
	assert_in_range(f.level, ED_LEVEL_MEDIUM, ED_LEVEL_CRITICAL);
	assert_int_equal(fuse(0, 9, 0, 1, 4096).verdict, ED_VERDICT_WATCH);
}

static void test_prevalence_discounts(void **state)
{
	float last = fuse(9, 9, 6, 1, 1000).score_bits;

	(void)state;
	assert_true(fuse(9, 9, 6, 2, 1000).score_bits == last);
	for (uint32_t n = 4; n < 100000; n *= 4) {
		float now = fuse(9, 9, 6, n, 1000).score_bits;

		assert_true(now <= last);
		last = now;
	}
	assert_true(last >= 24 - 20 - 8.01f);
	assert_in_range(fuse(9, 9, 6, 1000, 1000).level, 0, ED_LEVEL_LOW);
}

/* What is asked so by trade needs that much more to be believed, and is told above its ceiling all
 * the same. */
static void test_service_discounts(void **state)
{
	struct ed_evidence e[] = { { .family = "content", .bits = 9 },
				   { .family = "volume", .bits = 9 },
				   { .family = "structure", .bits = 6 } };
	struct ed_fusion_input in = { .evidence = e, .n_evidence = 3, .n_clients = 1 };
	struct ed_fusion f;

	(void)state;
	in.service_bits = 6;
	ed_fuse(&in, &f);
	assert_true(f.score_bits == 24 - 20 - 6);
	assert_true(f.discount_bits == 6);
	assert_in_range(f.level, 0, ED_LEVEL_LOW);
	in.n_clients = 6; /* and the crowd's discount on top */
	ed_fuse(&in, &f);
	assert_true(f.discount_bits == 6 + 1);
	in.above_ceiling = true;
	in.info_bytes = 110000;
	ed_fuse(&in, &f);
	assert_int_equal(f.verdict, ED_VERDICT_BOUND);
	assert_in_range(f.level, ED_LEVEL_MEDIUM, ED_LEVEL_CRITICAL);
}

static void test_registry(void **state)
{
	(void)state;
	assert_non_null(ed_analytic_find("AN1124"));
	assert_null(ed_analytic_find("AN9999"));
	for (size_t i = 0; ed_analytics[i]; i++) {
		uint8_t conf[ED_ANALYTIC_CONF_MAX] = { 0 };
		struct ed_tunable t[ED_ALERT_TUNABLES_MAX];
		uint32_t n;

		assert_in_range(ed_analytics[i]->conf_bytes, 0, ED_ANALYTIC_CONF_MAX);
		ed_options_default(ed_analytics[i]->tunables, conf);
		n = ed_analytic_tunables(ed_analytics[i], conf, t);
		assert_in_range(n, 1, ED_ALERT_TUNABLES_MAX);
		assert_true(t[0].value[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_families_needed),
		cmocka_unit_test(test_bound_is_not_vetoed),
		cmocka_unit_test(test_prevalence_discounts),
		cmocka_unit_test(test_service_discounts),
		cmocka_unit_test(test_registry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
