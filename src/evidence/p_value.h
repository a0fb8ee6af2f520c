/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a p-value to bits of evidence, by the bound of Sellke, Bayarri and Berger ("Calibration of p
 * values for testing precise null hypotheses", 2001): -log2(-e p ln p) below 1/e is the most that p
 * can support against any alternative, so it never overclaims. 1 % is 3.0 bits, 0.1 % is 5.7.
 */
#ifndef ED_EVIDENCE_P_VALUE_H
#define ED_EVIDENCE_P_VALUE_H

/* At least 0. @log10_p: not above 0. */
double ed_p_value_bits(double log10_p);

#endif
