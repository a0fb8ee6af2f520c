/* SPDX-License-Identifier: Apache-2.0 */
/* The ageing filters: the last 256 are remembered, few new ones are taken for old, memory is
 * bounded. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "sketch/seen.h"

static void test_remembers_the_last_256(void **state)
{
	struct ed_seen s = { .n_young = 0 };

	(void)state;
	for (uint64_t i = 0; i < 5000; i++) {
		struct ed_seen copy; /* asking remembers, so ask a copy */

		(void)ed_seen_test_and_set(&s, ed_hash_mix(i));
		copy = s;
		if (i >= 255)
			assert_true(ed_seen_test_and_set(&copy, ed_hash_mix(i - 255)));
	}
}

static void test_takes_few_new_ones_for_old(void **state)
{
	unsigned n_wrong = 0;
	struct ed_seen s = { .n_young = 0 };

	(void)state;
	for (uint64_t i = 0; i < 20000; i++)
		n_wrong += ed_seen_test_and_set(&s, ed_hash_mix(1000000 + i));
	assert_in_range(n_wrong, 0, 20000 / 20);
}

static void test_forgets_the_old(void **state)
{
	struct ed_seen s = { .n_young = 0 };
	unsigned n_known = 0;

	(void)state;
	for (uint64_t i = 0; i < 2000; i++)
		(void)ed_seen_test_and_set(&s, ed_hash_mix(i));
	for (uint64_t i = 0; i < 100; i++)
		n_known += ed_seen_test_and_set(&s, ed_hash_mix(i));
	assert_in_range(n_known, 0, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remembers_the_last_256),
		cmocka_unit_test(test_takes_few_new_ones_for_old),
		cmocka_unit_test(test_forgets_the_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
