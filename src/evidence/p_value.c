/* SPDX-License-Identifier: Apache-2.0 */
/* Bits of a p-value; see p_value.h. */
#include "evidence/p_value.h"

#include <math.h>

double ed_p_value_bits(double log10_p)
{
	double ln_p = log10_p * M_LN10;

	/* in logarithms, so that a p too small for a double still counts */
	return ln_p < -1 ? -(M_LOG2E * (1 + ln_p) + log2(-ln_p)) : 0;
}
