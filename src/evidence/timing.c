/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timing: do new names come at intervals that no person makes? An implant sleeps between its
 * lookups, shortens the sleep by chance and asks for a new name each time, or a cache would answer.
 * The gaps between new names go through the beat statistic (sketch/beat.h), its p-value through the
 * Sellke-Bayarri-Berger bound.
 *
 * A name asked before moves no clock: a mail client that polls one name every minute, a cache that
 * refreshes one at its TTL and a retry leave no gap. Repeats count a quarter each against the new
 * names instead, because monitoring asks a list of hosts in turn, and its first round is all new.
 */
#include "evidence/evidence.h"

#include "base/hash.h"
#include "evidence/p_value.h"
#include "sketch/beat.h"

static_assert(sizeof(struct ed_beat) <= ED_EVIDENCE_STATE_MAX, "per-key budget");

enum {
	GAPS_FULL = 16,   /* from here the evidence has its full strength */
	CLIENTS_MAX = 20, /* what so many clients do is no implant, */
	CLIENTS_FEW = 3,  /* nor what so many do when they are a tenth of the site */
	EVENTS_MIN = 16,  /* before a clock that stands still is called one */
	REPEATS_A_NAME = 4,
};

/* Below this share of new names the intervals are a list's, not an implant's. */
static const double NEW_SHARE_MIN = 0.5;

/* A clock of whole seconds measures gaps that leave one behind the dead time of a beat, one of
 * minutes gaps of an hour. */
static const double SECONDS_GAP_MIN_S = 3, MINUTES_GAP_MIN_S = 3600;

static const int64_t SECOND_NS = INT64_C(1000000000);

/*
 * Where in its second an event was a clock of seconds does not tell. As they are, gaps would all be
 * multiples of a second, and many of them look made however random; so the event is put anywhere in
 * its second, by a hash of it. Then chance looks like chance (docs/adr/0007).
 */
static void add_by_seconds(struct ed_beat *b, int64_t time_ns)
{
	uint64_t anywhere = ed_hash_mix((uint64_t)time_ns) % (uint64_t)SECOND_NS;

	ed_beat_add(b, time_ns + (int64_t)anywhere);
	b->resolution = ED_BEAT_SECONDS;
}

static void timing_observe(void *state, const struct ed_sighting *s)
{
	struct ed_beat *b = state;
	const struct ed_event *ev = s->ev;

	if (!s->is_query || !(ev->has & ED_FIELD_TIME))
		return;
	if (!s->is_new || s->is_shared) {
		ed_beat_repeat(b, ev->time_ns);
		return;
	}
	if (ev->time_quality > b->spare)
		b->spare = ev->time_quality; /* the worst seen */
	if (b->resolution == ED_BEAT_SECONDS && ev->time_ns % SECOND_NS == 0)
		add_by_seconds(b, ev->time_ns);
	else
		ed_beat_add(b, ev->time_ns);
}

static void timing_fade(void *state)
{
	ed_beat_fade(state);
}

/* Why the times of the source cannot carry a statement; NULL: they can. */
static const char *clock_fault(const struct ed_beat *b, double mean_gap_s)
{
	if (b->spare >= ED_TIME_RECEIVED)
		return "the time is not that of the lookup";
	if (b->resolution == ED_BEAT_MINUTES && mean_gap_s < MINUTES_GAP_MIN_S)
		return "times in whole minutes";
	if (b->resolution == ED_BEAT_SECONDS && mean_gap_s < SECONDS_GAP_MIN_S)
		return "times in whole seconds";
	return NULL;
}

static void tell(const struct ed_beat_measures *m, struct ed_evidence *ret)
{
	ed_evidence_fact(ret, "gaps", m->n_gaps);
	ed_evidence_fact(ret, "mean_gap_s", m->mean_gap_s);
	ed_evidence_fact(ret, "gap_relative_sd", m->relative_sd);
	ed_evidence_fact(ret, "gap_shape", m->shape);
	ed_evidence_fact(ret, "modal_gap_share", m->modal_share);
	ed_evidence_fact(ret, "breaks", m->n_breaks);
	ed_evidence_fact(ret, "repeats", m->n_repeats);
	ed_evidence_fact(ret, "hours_active", m->hours_active);
	ed_evidence_fact(ret, "days_active", m->days_active);
}

/* What the times of the source leave out and a rule puts there (docs/formats/); NULL: nothing. */
static const char *assumed(const struct ed_beat *b)
{
	if (b->spare == ED_TIME_YEAR_ASSUMED)
		return "year and zone";
	return b->spare == ED_TIME_ZONE_ASSUMED ? "zone" : NULL;
}

static double strength(const struct ed_beat_measures *m)
{
	double share = m->n_gaps / (m->n_gaps + (double)m->n_repeats / REPEATS_A_NAME);
	double gaps = m->n_gaps < GAPS_FULL ? (double)m->n_gaps / GAPS_FULL : 1;

	return share < NEW_SHARE_MIN ? 0 : gaps * share;
}

static const float BITS_MIN = 3;
/* p = 0.003. A key is weighed again and again, and each time is a chance to look regular. */
static const double P_BITS_MIN = 4.5;

static bool is_common(const struct ed_subject *subject)
{
	return subject->n_clients >= CLIENTS_MAX ||
	       (subject->n_clients >= CLIENTS_FEW &&
		subject->n_clients >= subject->n_site_clients / 10 && subject->n_site_clients > 0);
}

static void timing_weigh(const void *state, const struct ed_subject *subject,
			 struct ed_evidence *ret)
{
	const struct ed_beat *b = state;
	struct ed_beat_measures m;
	const char *fault;
	double p_bits;

	if (assumed(b))
		ed_evidence_fact_text(ret, "time_without", assumed(b));
	if (!ed_beat_measure(b, &m)) {
		/* no gaps at all: a burst, or a clock that stands still */
		fault = b->n_gaps + b->n_breaks == 0 ? clock_fault(b, 0) : NULL;
		if (fault && b->n_events >= EVENTS_MIN)
			ed_evidence_fact_text(ret, "timing_off", fault);
		return;
	}
	fault = clock_fault(b, m.mean_gap_s);
	if (fault) {
		ed_evidence_fact_text(ret, "timing_off", fault);
		return;
	}
	tell(&m, ret);
	if (is_common(subject))
		return;
	p_bits = ed_p_value_bits(ed_beat_log10_p(&m));
	ret->bits = (float)(p_bits * strength(&m));
	if (p_bits < P_BITS_MIN || ret->bits < BITS_MIN)
		ret->bits = 0; /* every tenth ordinary key looks a little regular */
}

const struct ed_evidence_family ed_evidence_timing = {
	.name = "timing",
	.help = "new names at intervals that neither people nor chance make",
	.cap_bits = 6,
	.uses = ED_FIELD_QNAME | ED_FIELD_TIME,
	.keys = 1 << ED_KEY_PAIR,
	.state_bytes = sizeof(struct ed_beat),
	.observe = timing_observe,
	.fade = timing_fade,
	.weigh = timing_weigh,
};
