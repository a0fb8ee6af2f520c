/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does something beat? An incremental statistic of the gaps between events: how regular they are
 * for their number, against gaps that people and chance make. 64 bytes, integers only, so that the
 * state is the same on every machine.
 *
 * Events closer than ED_BEAT_DEAD_NS are one beat. A gap is counted from the end of that dead time:
 * what is left of a random gap is then as random as before, however fast the source, while a cut
 * at 2 s alone would make every fast source look regular.
 *
 * Two measures, because each is blind where the other sees:
 *   shape  the Gamma shape k of the gaps, from their mean and the mean of their logarithm; 1 for
 *          chance, about 3 (2-j)^2/j^2 for a sleep shortened by a random share of up to j. A gap
 *          above eight times the median is a break (sleep changed, machine off) and left out.
 *   fit    how much better a beacon explains the histogram of the gaps than chance does: the best
 *          of a few beacons against the best of a few ordinary patterns, wherever they lie. The 24
 *          bins of a quarter octave go round in a circle of six octaves, as wide as an eighth to
 *          eight times any median.
 * The score is fit + 8 ln k nats; its tail comes from a simulated table (beat_table.h).
 *
 * Sources: the closed form for k is Minka's start value ("Estimating a Gamma distribution", 2002);
 * the streaming median is Frugal-1U (Ma, Muthukrishnan, Sandler 2013) in the logarithmic domain.
 */
#ifndef ED_SKETCH_BEAT_H
#define ED_SKETCH_BEAT_H

#include <stdbool.h>
#include <stdint.h>

#define ED_BEAT_DEAD_NS (2 * INT64_C(1000000000))
#define ED_BEAT_LATE_NS (300 * INT64_C(1000000000)) /* older is another clock, not disorder */
#define ED_BEAT_GAP_MAX_NS (12 * 3600 * INT64_C(1000000000)) /* longer is a break */

enum {
	ED_BEAT_BINS = 24,
	ED_BEAT_START = 12,   /* gaps kept one by one, until their median is known */
	ED_BEAT_GAPS_MIN = 8, /* below, nothing can be said */
};

/* What the times are multiples of, finest seen. */
enum ed_beat_resolution { ED_BEAT_MINUTES, ED_BEAT_SECONDS, ED_BEAT_FINER };

/* All zero: nothing seen. */
struct ed_beat {
	int64_t last_ns;  /* of the newest event */
	uint64_t sum;     /* of the gaps, ticks of 2^20 ns */
	uint32_t sum_log; /* of their logarithms to base 2, 1/65536 */
	uint32_t hours;   /* bit h: a beat in that hour of the day, UTC */
	uint32_t days;    /* bit d: a beat d days before the newest; 30 bits */
	uint16_t n_gaps;  /* in sums and bins; while starting: in start[] */
	uint16_t n_breaks;
	uint16_t n_repeats; /* saturates */
	uint16_t median;    /* logarithm, 1/2048 */
	union {
		uint8_t bin[ED_BEAT_BINS];
		uint16_t start[ED_BEAT_START]; /* ticks: 5 bits of exponent, 11 of mantissa */
	};
	uint8_t n_events;   /* saturates */
	uint8_t resolution; /* ed_beat_resolution */
	bool is_settled;    /* past the start: bins are in force */
	uint8_t spare;      /* the owner's */
};

/* An event at @time_ns. One that comes late is passed over. */
void ed_beat_add(struct ed_beat *b, int64_t time_ns);

/* An event that is no news: counted when it is apart from a beat, and moves no clock. */
void ed_beat_repeat(struct ed_beat *b, int64_t time_ns);

/* What was seen so far counts half. */
void ed_beat_fade(struct ed_beat *b);

struct ed_beat_measures {
	uint32_t n_gaps; /* without the breaks */
	uint32_t n_breaks;
	uint32_t n_repeats;
	unsigned hours_active, days_active;
	double mean_gap_s;
	double relative_sd; /* of the gaps, as the shape has it */
	double shape;       /* at most ED_BEAT_SHAPE_MAX */
	double modal_share; /* of the fullest three adjacent bins */
	double score;       /* nats */
};

#define ED_BEAT_SHAPE_MAX 1000.0

/* False, and @ret zero: fewer than ED_BEAT_GAPS_MIN gaps. Some thousand additions. */
bool ed_beat_measure(const struct ed_beat *b, struct ed_beat_measures *ret);

/*
 * log10 of the probability that people or chance reach the score with so many gaps, raised by the
 * share of breaks; in steps of an eighth, rounded up. -4 is the least.
 */
double ed_beat_log10_p(const struct ed_beat_measures *m);

#endif
