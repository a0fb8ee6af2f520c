/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beacon_bench: how many beacons the beat statistic finds, and the table it judges by.
 *
 *	beacon_bench [TRIALS]          prints the share found of each kind of beacon at p <= 0.1 %,
 *	                               and the false alarms; fails when a promised share is missed
 *	beacon_bench --table [TRIALS]  writes src/sketch/beat_table.c; the scores go by the patterns
 *	                               that are built in, so after a change of these run it twice
 *
 * The one idea: the null is simulated through the very code that will be judged, so the table needs
 * no theory. Table and bench draw from different seeds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sketch/beat_table.h"
#include "sketch/test_beat_sim.h"

static const uint64_t TABLE_SEED = UINT64_C(0x6265617473) << 24;
static const uint64_t NULL_SEED = UINT64_C(0x6e756c6c) << 32;
static const uint64_t BEACON_SEED = UINT64_C(0x626561636f) << 24;

enum { TABLE_TRIALS = 300000, BENCH_TRIALS = 100000, EVENTS_MAX = 100000 };

/* ---------------------------------------------------------------- the bench */

struct line {
	const char *what;
	unsigned n_gaps;
	double promised; /* 0: only printed */
	struct beat_sim_beacon beacon;
};

#define ORDINARY .sleep_min_s = 60, .sleep_max_s = 3600, .missed = 0.05, .retried = 0.05
#define MINUTE .sleep_min_s = 60, .sleep_max_s = 60, .missed = 0.05, .retried = 0.05

static const struct line lines[] = {
	{ "20 % jitter", 16, 0, { ORDINARY, .jitter = 0.2 } },
	{ "50 % jitter", 16, 0.95, { ORDINARY, .jitter = 0.5 } },
	{ "90 % jitter", 32, 0.95, { ORDINARY, .jitter = 0.9 } },
	{ "90 % jitter, 60 s", 32, 0, { MINUTE, .jitter = 0.9 } },
	{ "99 % jitter, 60 s", 64, 0, { MINUTE, .jitter = 0.99 } },
	{ "99 % jitter", 64, 0, { ORDINARY, .jitter = 0.99 } },
	{ "50 % jitter, 3 % long sleeps", 32, 0, { ORDINARY, .jitter = 0.5, .long_sleeps = 0.03 } },
	{ "50 % jitter, retries with new names",
	  16,
	  0,
	  { ORDINARY, .jitter = 0.5, .retry_is_new = true } },
	{ "90 % jitter, retries with new names",
	  32,
	  0,
	  { ORDINARY, .jitter = 0.9, .retry_is_new = true } },
	{ "4 s, 10 % jitter", 16, 0, { .sleep_min_s = 4, .sleep_max_s = 4, .jitter = 0.1 } },
	{ "4 s, 50 % jitter", 64, 0, { .sleep_min_s = 4, .sleep_max_s = 4, .jitter = 0.5 } },
};

static double log10_p(const struct ed_beat *b)
{
	struct ed_beat_measures m;

	return ed_beat_measure(b, &m) ? ed_beat_log10_p(&m) : 0;
}

static struct ed_beat run(struct beat_sim *sim, unsigned n_gaps)
{
	struct ed_beat b;

	memset(&b, 0, sizeof(b));
	for (unsigned i = 0; i < EVENTS_MAX && beat_sim_gaps(&b) < n_gaps; i++)
		beat_sim_step(sim, &b);
	return b;
}

static double share_found(const struct line *line, unsigned trials)
{
	unsigned n_found = 0;

	for (unsigned t = 0; t < trials; t++) {
		struct beat_sim sim;
		struct ed_beat b;

		beat_sim_start_beacon(&sim, BEACON_SEED + t, &line->beacon);
		b = run(&sim, line->n_gaps);
		n_found += log10_p(&b) <= -3;
	}
	return (double)n_found / trials;
}

/* Of each kind of ordinary gaps, and of the mix. */
static void share_false(unsigned n_gaps, unsigned trials, double ret[static 4])
{
	unsigned n_false[3] = { 0 };

	for (unsigned t = 0; t < 3 * trials; t++) {
		struct beat_sim sim;
		struct ed_beat b;

		beat_sim_start_null(&sim, NULL_SEED + t);
		b = run(&sim, n_gaps);
		n_false[sim.kind] += log10_p(&b) <= -3;
	}
	ret[3] = 0;
	for (unsigned k = 0; k < 3; k++) {
		ret[k] = (double)n_false[k] / trials;
		ret[3] += ret[k] / 3;
	}
}

static int bench(unsigned trials)
{
	static const unsigned at[] = { 8, 12, 16, 32, 64, 128 };
	int n_missed = 0;

	printf("%-36s %5s %7s %9s\n", "beacon", "gaps", "found", "promised");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		double found = share_found(&lines[i], trials);
		bool is_missed = found < lines[i].promised;

		printf("%-36s %5u %7.4f ", lines[i].what, lines[i].n_gaps, found);
		printf(lines[i].promised > 0 ? "%9.2f%s\n" : "        -\n", lines[i].promised,
		       is_missed ? "  MISSED" : "");
		n_missed += is_missed;
	}
	printf("\n%-36s %8s %10s %8s %8s\n", "false alarms at p <= 0.001, gaps", "Poisson",
	       "log-normal", "sessions", "mix");
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		double share[4];
		double slack = 3 * sqrt(0.001 / (3.0 * trials));
		bool is_missed;

		share_false(at[i], trials, share);
		is_missed = share[3] > 0.001 + slack;
		printf("%-36u %8.5f %10.5f %8.5f %8.5f%s\n", at[i], share[0], share[1], share[2],
		       share[3], is_missed ? "  TOO MANY" : "");
		n_missed += is_missed;
	}
	return n_missed > 0;
}

/* ---------------------------------------------------------------- the table */

enum {
	SCORE_BINS = 16384,
	SCORE_STEP = 32,
	SCORE_MIN = -200,
	N_GAPS_MAX = 320,
	FIT_DRAWS = 2000000
};

static const uint16_t n_gaps_of[ED_BEAT_TABLE_ROWS] = {
	8,  9,  10, 11, 12, 13, 14, 15, 16, 17,  18,  19,  20,  21,  22,  23,
	24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, N_GAPS_MAX,
};

/* What a pattern draws, in quarter octaves. */
static double quarter_octaves(struct beat_sim *sim, unsigned fit)
{
	static const double jitter[ED_BEAT_FITS_BEACON / 2] = { 0, 0.25, 0.5, 0.75, 0.9, 0.99 };
	double position = fit % 2 * 0.5;

	if (fit >= ED_BEAT_FITS_BEACON + 2)
		return 4 * log2(beat_sim_lognormal(sim, 1, 1)) + position;
	if (fit >= ED_BEAT_FITS_BEACON)
		return 4 * log2(-log(beat_sim_uniform(sim))) + position;
	sim->beacon.jitter = jitter[fit / 2];
	return 4 * log2(beat_sim_gap_s(sim)) + position;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Where the circle begins: three octaves below the median. */
static double circle_floor(struct beat_sim *sim, unsigned fit)
{
	enum { DRAWS = 10001 };
	static double drawn[DRAWS];

	for (unsigned i = 0; i < DRAWS; i++)
		drawn[i] = quarter_octaves(sim, fit);
	qsort(drawn, DRAWS, sizeof(drawn[0]), by_value);
	return drawn[DRAWS / 2] - ED_BEAT_BINS / 2.0;
}

static void print_fit(unsigned fit)
{
	double n[ED_BEAT_BINS] = { 0 };
	struct beat_sim sim;
	double least;

	beat_sim_start(&sim, TABLE_SEED, BEAT_SIM_BEACON);
	sim.scale_s = 1;
	sim.beacon.missed = 0.05;
	least = circle_floor(&sim, fit);
	for (unsigned i = 0; i < FIT_DRAWS; i++) {
		double at = fmax(quarter_octaves(&sim, fit), least);

		n[(unsigned)(floor(at) + 1000 * ED_BEAT_BINS) % ED_BEAT_BINS]++;
	}
	printf("\t{ ");
	/* three gaps in a hundred are anything: no single one decides */
	for (unsigned i = 0; i < ED_BEAT_BINS; i++)
		printf("%s%d", i > 0 ? ", " : "",
		       (int)round(1024 * log(n[i] / FIT_DRAWS * 0.97 + 0.03 / ED_BEAT_BINS)));
	printf(" },\n");
}

static unsigned bin_of_score(double score)
{
	double at = (score - SCORE_MIN) * SCORE_STEP;

	return at < 0 ? 0 : at < SCORE_BINS - 1 ? (unsigned)at : SCORE_BINS - 1;
}

/* One course of ordinary gaps, looked at when it has as many as each row. */
static void follow(uint32_t (*count)[SCORE_BINS], uint64_t seed)
{
	struct beat_sim sim;
	struct ed_beat b;
	unsigned row = 0;

	memset(&b, 0, sizeof(b));
	beat_sim_start_null(&sim, seed);
	for (unsigned i = 0; i < EVENTS_MAX && row < ED_BEAT_TABLE_ROWS; i++) {
		struct ed_beat_measures m;

		beat_sim_step(&sim, &b);
		if (b.n_gaps < n_gaps_of[row] || !ed_beat_measure(&b, &m) ||
		    m.n_gaps < n_gaps_of[row])
			continue;
		count[row++][bin_of_score(m.score)]++;
	}
}

static void print_scores(const uint32_t count[static SCORE_BINS])
{
	double total = 0, sum = 0;
	double least[ED_BEAT_TABLE_LEVELS];
	unsigned at = SCORE_BINS;

	for (unsigned i = 0; i < SCORE_BINS; i++)
		total += count[i];
	for (unsigned l = ED_BEAT_TABLE_LEVELS; l > 0; l--) {
		while (at > 0 && sum + count[at - 1] <= total * pow(10, -(3.0 + l) / 8))
			sum += count[--at];
		least[l - 1] = SCORE_MIN + (double)at / SCORE_STEP;
	}
	printf("\t{ ");
	for (unsigned l = 0; l < ED_BEAT_TABLE_LEVELS; l++)
		printf("%s%.0f", l == 0 ? "" : l % 12 == 0 ? ",\n\t  " : ", ", least[l] * 1000);
	printf(" },\n");
}

static int table(unsigned trials)
{
	uint32_t(*count)[SCORE_BINS] = calloc(ED_BEAT_TABLE_ROWS, sizeof(*count));

	if (!count)
		return 1;
	for (unsigned t = 0; t < trials; t++)
		follow(count, TABLE_SEED + t);
	printf("/* SPDX-License-Identifier: Apache-2.0 */\n"
	       "/* Generated by tests/quality/beacon_bench.c: beacon_bench --table %u. */\n"
	       "/* Seed 0x%llx. */\n"
	       "#include \"sketch/beat_table.h\"\n\n"
	       "/* clang-format off */\n"
	       "const int16_t ed_beat_table_fit[ED_BEAT_FITS][ED_BEAT_BINS] = {\n",
	       trials, (unsigned long long)TABLE_SEED);
	for (unsigned fit = 0; fit < ED_BEAT_FITS; fit++)
		print_fit(fit);
	printf("};\n\nconst uint16_t ed_beat_table_n_gaps[ED_BEAT_TABLE_ROWS] = {\n\t");
	for (unsigned row = 0; row < ED_BEAT_TABLE_ROWS; row++)
		printf("%s%u,",
		       row == ED_BEAT_TABLE_ROWS / 2 ? "\n\t" :
		       row > 0                       ? " " :
						       "",
		       n_gaps_of[row]);
	printf("\n};\n\nconst int32_t "
	       "ed_beat_table_score[ED_BEAT_TABLE_ROWS][ED_BEAT_TABLE_LEVELS] = {\n");
	for (unsigned row = 0; row < ED_BEAT_TABLE_ROWS; row++)
		print_scores(count[row]);
	printf("};\n");
	free(count);
	return 0;
}

/* -------------------------------------------------------------------- main */

int main(int argc, char **argv)
{
	bool is_table = argc > 1 && strcmp(argv[1], "--table") == 0;
	const char *text = argc > 1 + is_table ? argv[1 + is_table] : NULL;
	unsigned long trials = is_table ? TABLE_TRIALS : BENCH_TRIALS;
	char *end = NULL;

	if (text) {
		trials = strtoul(text, &end, 10);
		if (*end || trials < 1 || trials > 100000000) {
			fprintf(stderr, "beacon_bench [--table] [TRIALS]\n");
			return 2;
		}
	}
	return is_table ? table((unsigned)trials) : bench((unsigned)trials);
}
