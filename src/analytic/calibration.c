/* SPDX-License-Identifier: Apache-2.0 */
/* Score to posterior by steps; see calibration.h. */
#include "analytic/calibration.h"

#include <math.h>
#include <stddef.h>

/* From this score on; the first step begins at minus infinity. */
struct ed_calibration_step {
	float score_bits;
	double posterior;
};

#include "analytic/calibration_table.h"

enum { N_STEPS = sizeof(steps) / sizeof(steps[0]) };
_Static_assert(sizeof(steps) / sizeof(steps[0]) <= ED_CALIBRATION_STEPS_MAX, "too many steps");

double ed_calibrated_posterior(float score_bits)
{
	double posterior = steps[0].posterior;

	for (size_t i = 1; i < N_STEPS && score_bits >= steps[i].score_bits; i++)
		posterior = steps[i].posterior;
	return posterior;
}

const char *ed_calibration_version(void)
{
	return ED_CALIBRATION_VERSION;
}
