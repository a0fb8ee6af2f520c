/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a score is worth: the probability that a key with it carries a tunnel.
 *
 * The score adds bits of evidence as if the families were independent and their models right;
 * neither is quite so. The table beside this file says what scores turned out to mean on labelled
 * replays: isotonic regression by pool-adjacent-violators (Ayer and others, 1955), under the same
 * prior of one key-day in 2^20. tests/quality/calibrate.py makes it and states the arithmetic.
 */
#ifndef ED_ANALYTIC_CALIBRATION_H
#define ED_ANALYTIC_CALIBRATION_H

enum { ED_CALIBRATION_STEPS_MAX = 16 };

/*
 * The posterior, within (0, 1), of a key with @score_bits (ed_fusion.score_bits, log2 odds). Never
 * falls as the score rises. What is no number counts as below every step.
 */
double ed_calibrated_posterior(float score_bits);

/* Which replays the table was fitted to: a hash of their seeds and sizes, static. */
const char *ed_calibration_version(void);

#endif
