/* SPDX-License-Identifier: Apache-2.0 */
/* The logarithm in fixed point: exact at powers of two, close between them, falling by no more than
 * a unit of rounding. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/fixed_log.h"
#include "base/hash.h"

static void test_powers_of_two(void **state)
{
	(void)state;
	assert_int_equal(ed_log2_mbits(0), 0);
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(ed_log2_mbits(UINT32_C(1) << i), i * 1024);
}

static void assert_close(uint32_t x)
{
	assert_true(fabs(ed_log2_mbits(x) / 1024.0 - log2(x)) < 0.009 + 1.0 / 1024);
}

static void test_close_between(void **state)
{
	(void)state;
	for (uint32_t x = 1; x <= 1 << 16; x++)
		assert_close(x);
	for (uint64_t i = 0; i < 100000; i++)
		assert_close((uint32_t)(ed_hash_mix(i) >> 32) | 1);
	assert_close(UINT32_MAX);
}

static void test_never_falls(void **state)
{
	(void)state;
	for (uint32_t x = 0; x < 1 << 18; x++)
		assert_true(ed_log2_mbits(x + 1) + 1 >= ed_log2_mbits(x));
	assert_int_equal(ed_log2_mbits(UINT32_MAX) / 1024, 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_powers_of_two),
		cmocka_unit_test(test_close_between),
		cmocka_unit_test(test_never_falls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
