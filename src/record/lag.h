/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long after an event its source took it down, where the source says both times: a collector's
 * receipt, a service's own. One byte on a scale of twelfths of a doubling, so within 3 %, up to 27
 * days.
 */
#ifndef ED_RECORD_LAG_H
#define ED_RECORD_LAG_H

#include <math.h>
#include <stdint.h>

#include "base/time.h"

/* 0: not known. From 1: no lag, or the receipt is the earlier one. */
static inline uint8_t ed_lag_code(int64_t event_ns, int64_t received_ns)
{
	double s = ((double)received_ns - (double)event_ns) / (double)ED_NS_PER_S;
	double code = s > 0 ? 1.5 + 12 * log2(1 + s) : 1;

	return code < 255 ? (uint8_t)code : 255;
}

/* Seconds of a code, or of a mean of codes; from 1 on. */
static inline double ed_lag_s(double code)
{
	return exp2((code - 1) / 12) - 1;
}

#endif
