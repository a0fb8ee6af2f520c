/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What beat.c judges by, made by simulation (tests/quality/beacon_bench.c).
 *
 * fit: for each pattern the logarithm, in 1/1024 nat, of the share of gaps in each quarter octave
 * round a circle of six. First the beacons: jitters of 0 to 99 %, each with two positions in a bin,
 * 5 % of the beats missed. Then what is ordinary: exponential and log-normal gaps.
 *
 * score: row i holds for n_gaps[i] gaps and up to the next row; column l is the least score, in
 * 1/1000, that ordinary gaps reach with a probability of at most 10^-((l+4)/8).
 */
#ifndef ED_SKETCH_BEAT_TABLE_H
#define ED_SKETCH_BEAT_TABLE_H

#include <stdint.h>

#include "sketch/beat.h"

enum {
	ED_BEAT_FITS_BEACON = 12,
	ED_BEAT_FITS = ED_BEAT_FITS_BEACON + 4,
	ED_BEAT_TABLE_ROWS = 32,
	ED_BEAT_TABLE_LEVELS = 29,
};

extern const int16_t ed_beat_table_fit[ED_BEAT_FITS][ED_BEAT_BINS];
extern const uint16_t ed_beat_table_n_gaps[ED_BEAT_TABLE_ROWS];
extern const int32_t ed_beat_table_score[ED_BEAT_TABLE_ROWS][ED_BEAT_TABLE_LEVELS];

#endif
