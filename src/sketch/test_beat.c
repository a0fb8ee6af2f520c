/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The beat statistic: what it counts, to the last gap, and, on simulated beacons and ordinary gaps,
 * that it tells them apart. The long form with more trials is tests/quality/beacon_bench.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sketch/beat_table.h"
#include "sketch/test_beat_sim.h"

static const int64_t S_NS = INT64_C(1000000000);
static const int64_t START_NS = INT64_C(1000000000) * 86400 * 20000 + 1;

static struct ed_beat_measures measure(const struct ed_beat *b)
{
	struct ed_beat_measures m;

	assert_true(ed_beat_measure(b, &m));
	assert_true(isfinite(m.shape) && isfinite(m.score) && isfinite(m.mean_gap_s));
	assert_true(m.modal_share > 0 && m.modal_share <= 1);
	return m;
}

/* @n gaps of @gap_ns. */
static int64_t beat(struct ed_beat *b, int64_t time_ns, unsigned n, int64_t gap_ns)
{
	for (unsigned i = 0; i < n; i++) {
		time_ns += gap_ns;
		ed_beat_add(b, time_ns);
	}
	return time_ns;
}

static void test_silent_below_eight_gaps(void **state)
{
	struct ed_beat b = { .n_gaps = 0 };
	struct ed_beat_measures m;

	(void)state;
	assert_false(ed_beat_measure(&b, &m));
	(void)beat(&b, START_NS, 8, 60 * S_NS);
	assert_int_equal(b.n_gaps, 7);
	assert_false(ed_beat_measure(&b, &m));
	assert_int_equal(m.n_gaps, 0);
	assert_true(ed_beat_log10_p(&m) == 0);
	(void)beat(&b, START_NS + 8 * 60 * S_NS, 1, 60 * S_NS);
	assert_int_equal(measure(&b).n_gaps, 8);
}

/* The same whether the gaps are still kept one by one or already summed. */
static void test_regular(void **state)
{
	(void)state;
	for (unsigned n = 8; n < 40; n++) {
		struct ed_beat b = { .n_gaps = 0 };
		struct ed_beat_measures m;

		(void)beat(&b, START_NS, n + 1, 60 * S_NS);
		m = measure(&b);
		assert_int_equal(m.n_gaps, n);
		assert_int_equal(m.n_breaks, 0);
		assert_true(fabs(m.mean_gap_s - 60) < 0.1);
		assert_true(m.relative_sd < 0.04);
		assert_true(m.modal_share == 1);
		assert_true(ed_beat_log10_p(&m) <= -4);
		assert_int_equal(m.hours_active, 1);
		assert_int_equal(m.days_active, 1);
	}
}

static void test_near_events_are_one_beat(void **state)
{
	struct ed_beat b = { .n_gaps = 0 };
	int64_t time_ns = START_NS;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		time_ns = beat(&b, time_ns, 1, 60 * S_NS);
		time_ns = beat(&b, time_ns, 3, ED_BEAT_DEAD_NS - 1);
	}
	assert_int_equal(measure(&b).n_gaps, 19);
	assert_true(fabs(measure(&b).mean_gap_s - 60) < 0.1);
	/* a stream without a pause has no beat */
	b = (struct ed_beat){ .n_gaps = 0 };
	(void)beat(&b, START_NS, 1000, S_NS);
	assert_int_equal(b.n_gaps + b.n_breaks, 0);
}

static void test_breaks_are_left_out(void **state)
{
	struct ed_beat b = { .n_gaps = 0 };
	struct ed_beat_measures m;
	int64_t time_ns;

	(void)state;
	/* a long pause first, one while starting, one later, one of a night and one of ten years */
	time_ns = beat(&b, START_NS, 1, S_NS);
	time_ns = beat(&b, time_ns, 1, 3600 * S_NS);
	time_ns = beat(&b, time_ns, 5, 60 * S_NS);
	time_ns = beat(&b, time_ns, 1, 3000 * S_NS);
	time_ns = beat(&b, time_ns, 15, 60 * S_NS);
	time_ns = beat(&b, time_ns, 1, 1000 * S_NS);
	time_ns = beat(&b, time_ns, 1, 13 * 3600 * S_NS);
	(void)beat(&b, time_ns, 1, 3650 * 86400 * S_NS);
	m = measure(&b);
	assert_int_equal(m.n_gaps, 20);
	assert_int_equal(m.n_breaks, 5);
	assert_true(fabs(m.mean_gap_s - 60) < 0.1);
	assert_int_equal(m.days_active, 1); /* thirty days are remembered */
	/* what is regular but mostly broken off counts for less */
	assert_true(ed_beat_log10_p(&m) > -4 && ed_beat_log10_p(&m) < -3);
}

static void test_late_events(void **state)
{
	struct ed_beat b = { .n_gaps = 0 }, before;
	int64_t time_ns = beat(&b, START_NS, 20, 60 * S_NS);

	(void)state;
	before = b;
	ed_beat_add(&b, time_ns - 1);
	ed_beat_add(&b, time_ns - ED_BEAT_LATE_NS);
	ed_beat_repeat(&b, time_ns - 30 * S_NS);
	assert_int_equal(b.last_ns, before.last_ns);
	assert_int_equal(b.n_gaps, before.n_gaps);
	assert_int_equal(b.n_repeats, 0);
	/* an hour back is another clock: no gap, and it goes on from there */
	ed_beat_add(&b, time_ns - 3600 * S_NS);
	assert_int_equal(b.last_ns, time_ns - 3600 * S_NS);
	assert_int_equal(b.n_gaps, before.n_gaps);
	(void)beat(&b, b.last_ns, 3, 60 * S_NS);
	assert_int_equal(b.n_gaps, before.n_gaps + 3);
}

static void test_repeats_move_nothing(void **state)
{
	struct ed_beat b = { .n_gaps = 0 };
	struct ed_beat_measures m;
	int64_t time_ns = START_NS;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		time_ns = beat(&b, time_ns, 1, 60 * S_NS);
		ed_beat_repeat(&b, time_ns + ED_BEAT_DEAD_NS - 1); /* the AAAA of the A */
		ed_beat_repeat(&b, time_ns + ED_BEAT_DEAD_NS);
	}
	m = measure(&b);
	assert_int_equal(m.n_gaps, 19);
	assert_int_equal(m.n_repeats, 20);
	assert_true(fabs(m.mean_gap_s - 60) < 0.1);
	for (unsigned i = 0; i < 100000; i++)
		ed_beat_repeat(&b, time_ns + 10 * S_NS);
	assert_int_equal(b.n_repeats, UINT16_MAX);
}

static void test_long_runs_stay_in_range(void **state)
{
	struct beat_sim sim;
	struct ed_beat b = { .n_gaps = 0 };
	unsigned most = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 6; seed++) {
		beat_sim_start_null(&sim, seed);
		for (unsigned i = 0; i < 20000; i++) {
			unsigned n = 0;

			beat_sim_step(&sim, &b);
			for (unsigned j = 0; b.is_settled && j < ED_BEAT_BINS; j++)
				n += b.bin[j];
			assert_int_equal(n, b.is_settled ? b.n_gaps : 0);
			most = b.n_gaps > most ? b.n_gaps : most;
		}
		(void)measure(&b);
	}
	assert_in_range(most, 500, 1024);
	(void)beat(&b, b.last_ns, 3000, 3600 * S_NS);
	assert_true(measure(&b).modal_share > 0.9); /* what is old fades */
	assert_int_equal(measure(&b).days_active, 30);
	assert_int_equal(measure(&b).hours_active, 24);
}

static void test_fade(void **state)
{
	struct ed_beat b = { .n_gaps = 0 };
	struct ed_beat_measures m;

	(void)state;
	(void)beat(&b, START_NS, 101, 60 * S_NS);
	ed_beat_fade(&b);
	m = measure(&b);
	assert_int_equal(m.n_gaps, 50);
	assert_true(fabs(m.mean_gap_s - 60) < 0.1);
	for (unsigned i = 0; i < 20; i++)
		ed_beat_fade(&b);
	assert_false(ed_beat_measure(&b, &m));
	assert_int_equal(b.sum + b.sum_log + b.n_gaps, 0);
}

/* Times that a source cannot mean. Nothing to expect but that it ends, in range. */
static void test_any_times(void **state)
{
	static const int64_t odd_ns[] = { INT64_MIN, INT64_MAX, 0, -1, 1, -S_NS, S_NS * 86400 };
	struct beat_sim sim = { .rng = 7 };
	struct ed_beat b = { .n_gaps = 0 };
	struct ed_beat_measures m;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t draw = ed_hash_mix(++sim.rng);

		if (draw % 3 == 0)
			ed_beat_add(&b, odd_ns[draw / 3 % (sizeof(odd_ns) / sizeof(odd_ns[0]))]);
		else if (draw % 3 == 1)
			ed_beat_add(&b, (int64_t)ed_hash_mix(draw) >> draw % 40);
		else
			ed_beat_repeat(&b, (int64_t)ed_hash_mix(draw));
		if (ed_beat_measure(&b, &m))
			assert_true(isfinite(m.score) && ed_beat_log10_p(&m) <= 0);
	}
}

static void test_resolution(void **state)
{
	struct ed_beat b = { .n_gaps = 0 };

	(void)state;
	ed_beat_add(&b, 3600 * S_NS);
	assert_int_equal(b.resolution, ED_BEAT_MINUTES);
	ed_beat_add(&b, 3661 * S_NS);
	assert_int_equal(b.resolution, ED_BEAT_SECONDS);
	ed_beat_add(&b, 3720 * S_NS);
	assert_int_equal(b.resolution, ED_BEAT_SECONDS);
	ed_beat_add(&b, 3780 * S_NS + 1000000);
	assert_int_equal(b.resolution, ED_BEAT_FINER);
	ed_beat_add(&b, 7200 * S_NS);
	assert_int_equal(b.resolution, ED_BEAT_FINER);
}

/* Each row's thresholds rise with the level, and fall, by and large, with the number of gaps. */
static void test_table(void **state)
{
	(void)state;
	for (unsigned r = 0; r < ED_BEAT_TABLE_ROWS; r++) {
		assert_true(r == 0 || ed_beat_table_n_gaps[r] > ed_beat_table_n_gaps[r - 1]);
		for (unsigned l = 1; l < ED_BEAT_TABLE_LEVELS; l++)
			assert_true(ed_beat_table_score[r][l] >= ed_beat_table_score[r][l - 1]);
	}
	assert_int_equal(ed_beat_table_n_gaps[0], ED_BEAT_GAPS_MIN);
	for (unsigned i = 0; i < ED_BEAT_FITS; i++) {
		double sum = 0;

		for (unsigned j = 0; j < ED_BEAT_BINS; j++)
			sum += exp(ed_beat_table_fit[i][j] / 1024.0);
		assert_true(fabs(sum - 1) < 0.01);
	}
}

/* ------------------------------------------------------ found, and not found */

static bool is_found(struct beat_sim *sim, unsigned n_gaps)
{
	struct ed_beat b = { .n_gaps = 0 };
	struct ed_beat_measures m;

	while (beat_sim_gaps(&b) < n_gaps)
		beat_sim_step(sim, &b);
	return ed_beat_measure(&b, &m) && ed_beat_log10_p(&m) <= -3;
}

static double share_found(const struct beat_sim_beacon *beacon, unsigned n_gaps)
{
	enum { TRIALS = 2000 };
	unsigned n = 0;

	for (unsigned i = 0; i < TRIALS; i++) {
		struct beat_sim sim;

		beat_sim_start_beacon(&sim, 1000 + i, beacon);
		n += is_found(&sim, n_gaps);
	}
	return (double)n / TRIALS;
}

static void test_beacons_are_found(void **state)
{
	struct beat_sim_beacon beacon = {
		.sleep_min_s = 60, .sleep_max_s = 60, .missed = 0.05, .retried = 0.05
	};

	(void)state;
	beacon.jitter = 0.5;
	assert_true(share_found(&beacon, 16) >= 0.99);
	beacon.jitter = 0.9;
	assert_true(share_found(&beacon, 32) >= 0.94);
	beacon.sleep_max_s = 3600;
	assert_true(share_found(&beacon, 32) >= 0.97);
	beacon.jitter = 0.99;
	assert_true(share_found(&beacon, 64) >= 0.94);
	beacon.jitter = 0.5;
	beacon.long_sleeps = 0.03;
	assert_true(share_found(&beacon, 32) >= 0.98);
}

/* 60,000 trials at one in a thousand: 60 are expected, 90 would be four standard deviations. */
static void test_people_and_chance_are_not(void **state)
{
	enum { TRIALS = 20000 };
	static const unsigned at[] = { 8, 16, 32 };
	unsigned n_false = 0;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned t = 0; t < TRIALS; t++) {
			struct beat_sim sim;

			beat_sim_start_null(&sim, 5000000 + t);
			n_false += is_found(&sim, at[i]);
		}
	}
	assert_in_range(n_false, 1, 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent_below_eight_gaps),
		cmocka_unit_test(test_regular),
		cmocka_unit_test(test_near_events_are_one_beat),
		cmocka_unit_test(test_breaks_are_left_out),
		cmocka_unit_test(test_late_events),
		cmocka_unit_test(test_repeats_move_nothing),
		cmocka_unit_test(test_long_runs_stay_in_range),
		cmocka_unit_test(test_fade),
		cmocka_unit_test(test_any_times),
		cmocka_unit_test(test_resolution),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_beacons_are_found),
		cmocka_unit_test(test_people_and_chance_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
