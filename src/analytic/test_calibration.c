/* SPDX-License-Identifier: Apache-2.0 */
/* The posterior rises with the score, stays a probability, and says something about both ends. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "analytic/calibration.h"
#include "analytic/fuse.h"

/* Eighths of a bit, exact in a float. */
enum { FIRST_EIGHTH = -40 * 8, LAST_EIGHTH = 40 * 8 };

static void test_rises(void **state)
{
	double last = ed_calibrated_posterior(-INFINITY);
	unsigned n_steps = 1;

	(void)state;
	for (int i = FIRST_EIGHTH; i <= LAST_EIGHTH; i++) {
		double now = ed_calibrated_posterior((float)i / 8);

		assert_true(now >= last);
		n_steps += now > last;
		last = now;
	}
	assert_true(ed_calibrated_posterior(INFINITY) == last);
	assert_in_range(n_steps, 2, ED_CALIBRATION_STEPS_MAX);
}

static void test_is_a_probability(void **state)
{
	static const float scores[] = { -INFINITY, -FLT_MAX, -20, -0.0f,   0,       FLT_MIN,
					1.5f,      20,       1e9, FLT_MAX, INFINITY };

	(void)state;
	for (size_t i = 0; i < sizeof(scores) / sizeof(scores[0]); i++) {
		double p = ed_calibrated_posterior(scores[i]);

		assert_true(p > 0 && p < 1);
	}
}

static void test_no_number_is_no_evidence(void **state)
{
	(void)state;
	assert_true(ed_calibrated_posterior(NAN) == ed_calibrated_posterior(-INFINITY));
}

/* A key that nobody watches is less likely a tunnel than one drawn blindly, an alert of the score
 * far more. */
static void test_ends(void **state)
{
	double prior = exp2((double)ED_FUSE_PRIOR_BITS);

	(void)state;
	assert_true(ed_calibrated_posterior(ED_FUSE_PRIOR_BITS) < prior);
	assert_true(ed_calibrated_posterior(4) > 10000 * prior);
}

static void test_version(void **state)
{
	(void)state;
	assert_int_equal(strlen(ed_calibration_version()), 12);
	assert_int_equal(strspn(ed_calibration_version(), "0123456789abcdef"), 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rises),
		cmocka_unit_test(test_is_a_probability),
		cmocka_unit_test(test_no_number_is_no_evidence),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
