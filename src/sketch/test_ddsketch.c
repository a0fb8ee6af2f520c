/* SPDX-License-Identifier: Apache-2.0 */
/* Quantiles: two hundredths off at most, whatever the order and however the values were split. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "sketch/ddsketch.h"

enum { N = 20000 };

/* Half a bucket, and what the fixed logarithm adds at its edges. */
static const double ERROR_MAX = 0.02 + 0.009 * 0.6931;

/* Values over nine powers of ten, the small ones many. */
static uint32_t value(uint64_t i)
{
	double u = (double)(ed_hash_mix(i) >> 11) * 0x1p-53;

	return (uint32_t)pow(10, 9 * u * u);
}

static int by_value(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void test_one_value(void **state)
{
	(void)state;
	for (double v = 10; v < 1 << 30; v *= 1.07) {
		struct ed_ddsketch d = { .n = 0 };

		ed_ddsketch_add(&d, (uint32_t)v, 3);
		assert_true(fabs(ed_ddsketch_quantile(&d, 0.5) / (uint32_t)v - 1) < ERROR_MAX);
	}
}

static void test_quantiles(void **state)
{
	static uint32_t sorted[N];
	struct ed_ddsketch d = { .n = 0 };

	(void)state;
	for (uint64_t i = 0; i < N; i++) {
		sorted[i] = value(i);
		ed_ddsketch_add(&d, sorted[i], 1);
	}
	qsort(sorted, N, sizeof(sorted[0]), by_value);
	for (unsigned p = 1; p < 100; p++) {
		uint32_t exact = sorted[p * N / 100 - 1];

		if (exact >= 10) /* below, a bucket is less than one whole number wide */
			assert_true(fabs(ed_ddsketch_quantile(&d, p / 100.0) / exact - 1) <
				    ERROR_MAX);
	}
}

static void test_order_and_split_change_nothing(void **state)
{
	struct ed_ddsketch forth = { .n = 0 }, back = { .n = 0 }, odd = { .n = 0 }, even = odd, sum;

	(void)state;
	for (uint64_t i = 0; i < N; i++) {
		ed_ddsketch_add(&forth, value(i), 1);
		ed_ddsketch_add(&back, value(N - 1 - i), 1);
		ed_ddsketch_add(i % 2 ? &odd : &even, value(i), 1);
	}
	assert_memory_equal(&forth, &back, sizeof(forth));
	sum = odd;
	ed_ddsketch_merge(&sum, &even);
	assert_memory_equal(&sum, &forth, sizeof(sum));
	ed_ddsketch_merge(&even, &odd);
	assert_memory_equal(&even, &forth, sizeof(sum));
}

/* Nothing was seen there, but that does not make it impossible. */
static void test_tail(void **state)
{
	struct ed_ddsketch d = { .n = 0 };
	double last = 1;

	(void)state;
	assert_true(ed_ddsketch_tail(&d, 1000000) == 1);
	assert_true(ed_ddsketch_quantile(&d, 0.5) == 0);
	ed_ddsketch_add(&d, 100, 900);
	ed_ddsketch_add(&d, 10000, 99);
	for (uint32_t v = 1; v < 1 << 30; v *= 2) {
		assert_true(ed_ddsketch_tail(&d, v) <= last);
		last = ed_ddsketch_tail(&d, v);
		assert_true(last >= 1.0 / 1000);
	}
	assert_true(last == 1.0 / 1000);
	assert_true(ed_ddsketch_tail(&d, 1) == 999.0 / 1000);
	assert_true(ed_ddsketch_tail(&d, 1000) == 99.0 / 1000);
}

static void test_ends(void **state)
{
	struct ed_ddsketch d = { .n = 0 };

	(void)state;
	ed_ddsketch_add(&d, 0, 1);
	ed_ddsketch_add(&d, UINT32_MAX, 1);
	assert_int_equal(d.count[0], 1);
	assert_int_equal(d.count[ED_DD_BUCKETS - 1], 1);
	ed_ddsketch_add(&d, 5, UINT32_MAX);
	ed_ddsketch_add(&d, 5, UINT32_MAX); /* counters stop, they do not turn over */
	assert_int_equal(d.n, UINT32_MAX);
	ed_ddsketch_merge(&d, &d);
	assert_int_equal(d.n, UINT32_MAX);
	assert_true(ed_ddsketch_quantile(&d, 0.5) > 4 && ed_ddsketch_quantile(&d, 0.5) < 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_value),
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_order_and_split_change_nothing),
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
