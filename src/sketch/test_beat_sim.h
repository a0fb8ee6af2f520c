/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times of events that people, chance and beacons make, for the tests and the bench of the beat
 * statistic. Everything follows from the seed.
 */
#ifndef ED_SKETCH_TEST_BEAT_SIM_H
#define ED_SKETCH_TEST_BEAT_SIM_H

#include <math.h>

#include "base/hash.h"
#include "sketch/beat.h"

enum beat_sim_kind { BEAT_SIM_POISSON, BEAT_SIM_LOGNORMAL, BEAT_SIM_SESSIONS, BEAT_SIM_BEACON };

/* What a beacon does; rates are shares of its beats. */
struct beat_sim_beacon {
	double sleep_min_s, sleep_max_s; /* the sleep is drawn between, evenly in its logarithm */
	double jitter;                   /* sleep x (1 - U(0, jitter)) */
	double missed, retried;          /* a retry comes 1 to 5 s later */
	double long_sleeps;              /* ten to a hundred times as long */
	bool retry_is_new;               /* with a name of its own */
};

struct beat_sim {
	uint64_t rng;
	enum beat_sim_kind kind;
	double time_s;
	double scale_s, sigma;                        /* POISSON: mean; else median */
	double stop_rate, break_scale_s, break_sigma; /* SESSIONS */
	struct beat_sim_beacon beacon;
};

static inline double beat_sim_uniform(struct beat_sim *s)
{
	s->rng += 0x9e3779b97f4a7c15U;
	return (double)((ed_hash_mix(s->rng) >> 11) + 1) * 0x1p-53;
}

static inline double beat_sim_between(struct beat_sim *s, double low, double high)
{
	return low + (high - low) * beat_sim_uniform(s);
}

static inline double beat_sim_log_between(struct beat_sim *s, double low, double high)
{
	return exp(beat_sim_between(s, log(low), log(high)));
}

static inline double beat_sim_lognormal(struct beat_sim *s, double median, double sigma)
{
	double r = sqrt(-2 * log(beat_sim_uniform(s)));

	return median * exp(sigma * r * cos(2 * M_PI * beat_sim_uniform(s)));
}

static inline void beat_sim_start(struct beat_sim *s, uint64_t seed, enum beat_sim_kind kind)
{
	*s = (struct beat_sim){ .rng = ed_hash_mix(seed), .kind = kind };
	s->time_s = beat_sim_between(s, 1e9, 1.5e9);
	s->scale_s = beat_sim_log_between(s, 1, 1000);
	s->sigma = beat_sim_between(s, 1, 2);
	if (kind != BEAT_SIM_SESSIONS)
		return;
	/* clicks that are seconds to a minute apart, five to thirty a session, sessions minutes to
	 * hours apart */
	s->scale_s = beat_sim_log_between(s, 3, 60);
	s->sigma = beat_sim_between(s, 1, 1.5);
	s->stop_rate = 1 / beat_sim_between(s, 5, 30);
	s->break_scale_s = beat_sim_log_between(s, 600, 6 * 3600);
	s->break_sigma = 1;
}

/* A third each of Poisson, log-normal and session gaps. */
static inline void beat_sim_start_null(struct beat_sim *s, uint64_t seed)
{
	beat_sim_start(s, seed, (enum beat_sim_kind)(seed % 3));
}

static inline void beat_sim_start_beacon(struct beat_sim *s, uint64_t seed,
					 const struct beat_sim_beacon *beacon)
{
	beat_sim_start(s, seed, BEAT_SIM_BEACON);
	s->beacon = *beacon;
	s->scale_s = beat_sim_log_between(s, beacon->sleep_min_s, beacon->sleep_max_s);
}

static inline double beat_sim_sleep_s(struct beat_sim *s)
{
	double sleep_s = s->scale_s;

	if (s->beacon.long_sleeps > 0 && beat_sim_uniform(s) < s->beacon.long_sleeps)
		sleep_s *= beat_sim_log_between(s, 10, 100);
	return sleep_s * (1 - s->beacon.jitter * beat_sim_uniform(s));
}

static inline double beat_sim_gap_s(struct beat_sim *s)
{
	double gap_s;

	switch (s->kind) {
	case BEAT_SIM_POISSON:
		return -s->scale_s * log(beat_sim_uniform(s));
	case BEAT_SIM_LOGNORMAL:
		return beat_sim_lognormal(s, s->scale_s, s->sigma);
	case BEAT_SIM_SESSIONS:
		if (beat_sim_uniform(s) < s->stop_rate)
			return beat_sim_lognormal(s, s->break_scale_s, s->break_sigma);
		return beat_sim_lognormal(s, s->scale_s, s->sigma);
	case BEAT_SIM_BEACON:
		break;
	}
	gap_s = beat_sim_sleep_s(s);
	while (beat_sim_uniform(s) < s->beacon.missed)
		gap_s += beat_sim_sleep_s(s);
	return gap_s;
}

/* The next event, and its retry. */
static inline void beat_sim_step(struct beat_sim *s, struct ed_beat *b)
{
	int64_t time_ns;

	s->time_s += beat_sim_gap_s(s);
	time_ns = (int64_t)(s->time_s * 1e6) * 1000;
	ed_beat_add(b, time_ns);
	if (s->beacon.retried > 0 && beat_sim_uniform(s) < s->beacon.retried) {
		time_ns += (int64_t)(beat_sim_between(s, 1, 5) * 1e6) * 1000;
		if (s->beacon.retry_is_new)
			ed_beat_add(b, time_ns);
		else
			ed_beat_repeat(b, time_ns);
	}
}

/* Gaps seen, with the breaks. */
static inline unsigned beat_sim_gaps(const struct ed_beat *b)
{
	return (unsigned)b->n_gaps + b->n_breaks;
}

#endif
