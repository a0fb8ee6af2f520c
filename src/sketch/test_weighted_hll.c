/* SPDX-License-Identifier: Apache-2.0 */
/* The weighted distinct counter against exact sums: error within the stated bound, repeats free,
 * merge = union. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "sketch/weighted_hll.h"

static const double SIGMA = 0.065;

static double fill(struct ed_whll *s, uint64_t seed, unsigned n)
{
	double sum = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned weight = 1 + (unsigned)(ed_hash_mix(seed + i) % 100);

		ed_whll_add(s, ed_hash_mix(seed * 7919 + i), weight);
		sum += weight;
	}
	return sum;
}

static void test_error_is_within_four_sigma(void **state)
{
	double squares = 0;
	unsigned n_runs = 0;

	(void)state;
	for (unsigned n = 10; n <= 10000; n *= 10) {
		for (uint64_t seed = 1; seed <= 20; seed++, n_runs++) {
			struct ed_whll s = { { 0 } };
			double sum = fill(&s, seed, n);
			double error = ed_whll_estimate(&s) / sum - 1;

			assert_true(fabs(error) < 4 * SIGMA);
			squares += error * error;
		}
	}
	assert_true(sqrt(squares / n_runs) < 1.2 * SIGMA);
}

static void test_repeats_change_nothing(void **state)
{
	struct ed_whll once = { { 0 } }, often = { { 0 } };

	(void)state;
	(void)fill(&once, 3, 500);
	for (unsigned i = 0; i < 10; i++)
		(void)fill(&often, 3, 500);
	assert_memory_equal(&once, &often, sizeof(once));
}

static void test_merge_is_union(void **state)
{
	struct ed_whll a = { { 0 } }, b = { { 0 } }, both = { { 0 } };

	(void)state;
	(void)fill(&a, 5, 300);
	(void)fill(&b, 6, 300);
	(void)fill(&both, 5, 300);
	(void)fill(&both, 6, 300);
	ed_whll_merge(&a, &b);
	assert_memory_equal(&a, &both, sizeof(a));
}

static void test_empty_and_heavy(void **state)
{
	struct ed_whll s = { { 0 } }, t = { { 0 } };

	(void)state;
	assert_true(ed_whll_estimate(&s) == 0);
	ed_whll_add(&s, 1, 1000000);
	ed_whll_add(&t, 1, ED_WHLL_WEIGHT_MAX);
	assert_memory_equal(&s, &t, sizeof(s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error_is_within_four_sigma),
		cmocka_unit_test(test_repeats_change_nothing),
		cmocka_unit_test(test_merge_is_union),
		cmocka_unit_test(test_empty_and_heavy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
