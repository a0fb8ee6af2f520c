/* SPDX-License-Identifier: Apache-2.0 */
/* The beat statistic; see beat.h. */
#include "sketch/beat.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "sketch/beat_table.h"

enum {
	TICK_SHIFT = 20,        /* nanoseconds to ticks */
	LOG_TO_MEDIAN = 5,      /* 1/65536 to 1/2048 */
	LOG_TO_BIN = 14,        /* to quarter octaves */
	CIRCLE_HALF = 3 * 2048, /* three octaves: eight times the median */
	MEDIAN_STEP = 2048 /
		      8, /* an eighth octave: an eighth of what makes a break is 24 steps off */
	GAPS_MAX = 1024, /* what sum_log has room for */
	DAYS = 30,
};

/* What a break a gap costs: with one in ten, p counts double. */
static const double BREAK_PENALTY = 10;
/* What a nat of ln k counts beside the fit: chosen on simulated beacons (docs/adr/0007). */
static const double SHAPE_WEIGHT = 8;

static const int64_t MINUTE_NS = 60 * INT64_C(1000000000);
static const int64_t SECOND_NS = INT64_C(1000000000);

static_assert(sizeof(struct ed_beat) == 64, "per-key budget: one cache line");

/*
 * log2 in 1/65536 of @x > 0. The mantissa's part is f + f(1-f)(a + bf + cf^2), fitted by least
 * squares: off by at most 1.3e-4 octaves.
 */
static uint32_t log2_fixed(uint32_t x)
{
	unsigned exponent = 31 - (unsigned)__builtin_clz(x);
	uint32_t f = (x << (31 - exponent) & 0x7fffffff) >> 15;
	uint32_t g = (uint32_t)((uint64_t)f * (65536 - f) >> 16);
	uint32_t h = 28730 - ((15565 - (5286 * f >> 16)) * f >> 16);

	return (exponent << 16) + f + (g * h >> 16);
}

/* Sixteen bits that sort as @x does; what comes back is at most 1/2048 smaller. */
static uint16_t pack(uint32_t x)
{
	unsigned exponent = 31 - (unsigned)__builtin_clz(x);

	return (uint16_t)(exponent << 11 | (x << (31 - exponent) >> 20 & 0x7ff));
}

static uint32_t unpack(uint16_t packed)
{
	return (uint32_t)((uint64_t)(0x800 | (packed & 0x7ff)) << (packed >> 11) >> 11);
}

/* ------------------------------------------------------------------- beats */

static uint64_t after(int64_t later_ns, int64_t earlier_ns)
{
	return (uint64_t)later_ns - (uint64_t)earlier_ns;
}

static void halve(struct ed_beat *b)
{
	uint32_t before = b->n_gaps, n = 0;

	for (unsigned i = 0; i < ED_BEAT_BINS; i++) {
		b->bin[i] /= 2;
		n += b->bin[i];
	}
	/* what the bins lose by rounding leaves the sums too */
	b->sum = before ? b->sum * n / before : 0;
	b->sum_log = before ? (uint32_t)((uint64_t)b->sum_log * n / before) : 0;
	b->n_gaps = (uint16_t)n;
	b->n_breaks /= 2;
	b->n_repeats /= 2;
}

static void count_break(struct ed_beat *b)
{
	if (b->n_breaks < UINT16_MAX)
		b->n_breaks++;
}

/*
 * A gap once the median is known. One below an eighth of it goes to that end of the circle, lest
 * it be taken for one sixty-four times as long.
 */
static void count_gap(struct ed_beat *b, uint32_t ticks, uint32_t log)
{
	uint32_t log_m = log >> LOG_TO_MEDIAN;
	uint32_t median = b->median;
	uint32_t least = median > CIRCLE_HALF ? (median - CIRCLE_HALF) << LOG_TO_MEDIAN : 0;
	uint8_t *bin = &b->bin[((log > least ? log : least) >> LOG_TO_BIN) % ED_BEAT_BINS];

	if (log_m >= median)
		b->median = (uint16_t)(median + MEDIAN_STEP);
	else
		b->median = (uint16_t)(median > MEDIAN_STEP ? median - MEDIAN_STEP : 0);
	if (log_m > median + CIRCLE_HALF) {
		count_break(b);
		return;
	}
	b->sum += ticks;
	b->sum_log += log;
	b->n_gaps++;
	if (++*bin == UINT8_MAX || b->n_gaps == GAPS_MAX)
		halve(b);
}

/* The gaps kept so far go into sums and bins, with their exact median. */
static void settle(struct ed_beat *b)
{
	uint16_t sorted[ED_BEAT_START];
	unsigned n = b->n_gaps;
	uint32_t median;

	assert(!b->is_settled && n <= ED_BEAT_START);
	for (unsigned i = 0; i < n; i++) {
		unsigned at = i;

		for (; at > 0 && sorted[at - 1] > b->start[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = b->start[i];
	}
	memset(b->bin, 0, sizeof(b->bin));
	b->is_settled = true;
	b->n_gaps = 0;
	median = n > 0 ? log2_fixed(unpack(sorted[(n - 1) / 2])) >> LOG_TO_MEDIAN : 0;
	for (unsigned i = 0; i < n; i++) {
		uint32_t ticks = unpack(sorted[i]);

		b->median = (uint16_t)median;
		count_gap(b, ticks, log2_fixed(ticks));
	}
	b->median = (uint16_t)median;
}

/* Silence between two beats: a gap, or a break for certain. */
static void count_silence(struct ed_beat *b, uint64_t gap_ns)
{
	uint32_t ticks;

	if (gap_ns > (uint64_t)ED_BEAT_GAP_MAX_NS) {
		count_break(b);
		return;
	}
	ticks = (uint32_t)((gap_ns - (uint64_t)ED_BEAT_DEAD_NS) >> TICK_SHIFT) + 1;
	if (b->is_settled) {
		count_gap(b, ticks, log2_fixed(ticks));
		return;
	}
	b->start[b->n_gaps++] = pack(ticks);
	if (b->n_gaps == ED_BEAT_START)
		settle(b);
}

static void note_clock(struct ed_beat *b, int64_t time_ns)
{
	int64_t hour = time_ns / (3600 * SECOND_NS);
	int64_t days = hour / 24 - b->last_ns / (24 * 3600 * SECOND_NS);

	if (days >= DAYS || days < 0)
		b->days = 0;
	else
		b->days = b->days << days & ((1U << DAYS) - 1);
	b->days |= 1;
	b->hours |= 1U << (uint64_t)hour % 24;
}

static void note_resolution(struct ed_beat *b, int64_t time_ns)
{
	if (time_ns % SECOND_NS != 0)
		b->resolution = ED_BEAT_FINER;
	else if (b->resolution == ED_BEAT_MINUTES && time_ns % MINUTE_NS != 0)
		b->resolution = ED_BEAT_SECONDS;
}

void ed_beat_add(struct ed_beat *b, int64_t time_ns)
{
	bool is_first = b->n_events == 0;

	if (b->n_events < UINT8_MAX)
		b->n_events++;
	if (b->resolution != ED_BEAT_FINER)
		note_resolution(b, time_ns);
	if (is_first || time_ns < b->last_ns) {
		if (!is_first && after(b->last_ns, time_ns) <= (uint64_t)ED_BEAT_LATE_NS)
			return;
		/* the first event, or a clock that was set back: count from here */
		note_clock(b, time_ns);
	} else if (after(time_ns, b->last_ns) >= (uint64_t)ED_BEAT_DEAD_NS) {
		count_silence(b, after(time_ns, b->last_ns));
		note_clock(b, time_ns);
	}
	b->last_ns = time_ns;
}

void ed_beat_repeat(struct ed_beat *b, int64_t time_ns)
{
	if (time_ns < b->last_ns || after(time_ns, b->last_ns) < (uint64_t)ED_BEAT_DEAD_NS)
		return;
	if (b->n_repeats < UINT16_MAX)
		b->n_repeats++;
}

void ed_beat_fade(struct ed_beat *b)
{
	if (b->is_settled)
		halve(b);
}

/* ---------------------------------------------------------------- measures */

static double gamma_shape(double log2_mean, double mean_log2)
{
	double s = (log2_mean - mean_log2) * 0.6931471805599453;
	double k;

	if (s <= 0)
		return ED_BEAT_SHAPE_MAX;
	k = (3 - s + sqrt((s - 3) * (s - 3) + 24 * s)) / (12 * s);
	return k < ED_BEAT_SHAPE_MAX ? k : ED_BEAT_SHAPE_MAX;
}

static unsigned fullest_three(const uint8_t bin[static ED_BEAT_BINS])
{
	unsigned most = 0;

	for (unsigned i = 0; i < ED_BEAT_BINS; i++) {
		unsigned n = (unsigned)bin[i] + bin[(i + 1) % ED_BEAT_BINS] +
			     bin[(i + 2) % ED_BEAT_BINS];

		if (n > most)
			most = n;
	}
	return most;
}

/* Adds what @n gaps in bin @at say for the pattern, for each position that it may have. */
static void add_pattern(const int16_t pattern[static ED_BEAT_BINS], unsigned at, int32_t n,
			int32_t sum[static ED_BEAT_BINS])
{
	for (unsigned i = 0; i < ED_BEAT_BINS - at; i++)
		sum[i] += n * pattern[at + i];
	for (unsigned i = ED_BEAT_BINS - at; i < ED_BEAT_BINS; i++)
		sum[i] += n * pattern[at + i - ED_BEAT_BINS];
}

/* The log-likelihood of the bins under the best of the patterns and positions, 1/1024 nat. */
static int32_t best_fit(const uint8_t bin[static ED_BEAT_BINS], unsigned first, unsigned end)
{
	int32_t best = INT32_MIN;

	for (unsigned i = first; i < end; i++) {
		int32_t sum[ED_BEAT_BINS] = { 0 };

		for (unsigned at = 0; at < ED_BEAT_BINS; at++) {
			if (bin[at])
				add_pattern(ed_beat_table_fit[i], at, bin[at], sum);
		}
		for (unsigned at = 0; at < ED_BEAT_BINS; at++) {
			if (sum[at] > best)
				best = sum[at];
		}
	}
	return best;
}

bool ed_beat_measure(const struct ed_beat *b, struct ed_beat_measures *ret)
{
	struct ed_beat settled = *b;
	double mean;

	memset(ret, 0, sizeof(*ret));
	if (b->n_gaps < ED_BEAT_GAPS_MIN)
		return false;
	if (!b->is_settled)
		settle(&settled);
	if (settled.n_gaps < ED_BEAT_GAPS_MIN)
		return false;
	mean = (double)settled.sum / settled.n_gaps;
	ret->n_gaps = settled.n_gaps;
	ret->n_breaks = settled.n_breaks;
	ret->n_repeats = settled.n_repeats;
	ret->hours_active = (unsigned)__builtin_popcount(settled.hours);
	ret->days_active = (unsigned)__builtin_popcount(settled.days);
	ret->shape = gamma_shape(log2(mean), settled.sum_log / 65536.0 / settled.n_gaps);
	ret->modal_share = (double)fullest_three(settled.bin) / settled.n_gaps;
	ret->score = SHAPE_WEIGHT * log(ret->shape) +
		     (best_fit(settled.bin, 0, ED_BEAT_FITS_BEACON) -
		      best_fit(settled.bin, ED_BEAT_FITS_BEACON, ED_BEAT_FITS)) /
			     1024.0;
	mean *= (double)(1 << TICK_SHIFT) / (double)SECOND_NS;
	ret->mean_gap_s = mean + (double)ED_BEAT_DEAD_NS / (double)SECOND_NS;
	ret->relative_sd = mean / sqrt(ret->shape) / ret->mean_gap_s;
	return true;
}

static unsigned row_of(uint32_t n_gaps)
{
	unsigned row = ED_BEAT_TABLE_ROWS - 1;

	while (row > 0 && n_gaps < ed_beat_table_n_gaps[row])
		row--;
	return row;
}

double ed_beat_log10_p(const struct ed_beat_measures *m)
{
	const int32_t *least = ed_beat_table_score[row_of(m->n_gaps)];
	unsigned level = ED_BEAT_TABLE_LEVELS;
	double log10_p;

	while (level > 0 && m->score * 1000 < least[level - 1])
		level--;
	if (level == 0 || m->n_gaps < ED_BEAT_GAPS_MIN)
		return 0;
	log10_p = -(level + 3.0) / 8 + log10(1 + BREAK_PENALTY * m->n_breaks / m->n_gaps);
	return log10_p < 0 ? log10_p : 0;
}
