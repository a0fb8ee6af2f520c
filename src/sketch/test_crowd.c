/* SPDX-License-Identifier: Apache-2.0 */
/* The client counter: exact up to six, within four standard errors above, and so is the larger
 * counter. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/hash.h"
#include "sketch/crowd.h"
#include "sketch/hll.h"

static void test_exact_when_small(void **state)
{
	struct ed_crowd c = { .n = 0 };

	(void)state;
	for (uint32_t i = 1; i <= ED_CROWD_EXACT; i++) {
		for (unsigned again = 0; again < 3; again++)
			ed_crowd_add(&c, ed_hash_mix(i));
		assert_int_equal(ed_crowd_estimate(&c), i);
	}
}

static void test_close_when_large(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct ed_crowd c = { .n = 0 };

		for (uint64_t i = 0; i < 1000; i++)
			ed_crowd_add(&c, ed_hash_mix(seed << 32 | i));
		assert_in_range(ed_crowd_estimate(&c), 200, 1900);
	}
}

static void test_never_below_what_it_has_seen_exactly(void **state)
{
	struct ed_crowd c = { .n = 0 };

	(void)state;
	for (uint64_t i = 0; i < ED_CROWD_EXACT + 1; i++)
		ed_crowd_add(&c, ed_hash_mix(i + 77));
	assert_in_range(ed_crowd_estimate(&c), ED_CROWD_EXACT, 20);
}

static void test_hll(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 100000; n *= 10) {
		struct ed_hll s = { { 0 } };

		for (uint64_t i = 0; i < n; i++)
			ed_hll_add(&s, ed_hash_mix(i * 2 + 1));
		assert_true(fabs(ed_hll_estimate(&s) / n - 1) < 4 * 0.033);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact_when_small),
		cmocka_unit_test(test_close_when_large),
		cmocka_unit_test(test_never_below_what_it_has_seen_exactly),
		cmocka_unit_test(test_hll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
