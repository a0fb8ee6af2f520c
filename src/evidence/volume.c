/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volume: how much was said, and how fast? The information is the code length of the distinct
 * payloads and of the sequence of questions under a true prefix code, so no way of writing the
 * payload makes it smaller (streaming form of Paxson et al., USENIX Security 2013). The bits come
 * from how rarely an ordinary client says as much to one domain in a day, or is told as much by its
 * answers, through the Sellke-Bayarri-Berger bound, which never overclaims. What this very site has
 * been seen to do on earlier days can only make it milder.
 */
#include "evidence/evidence.h"

#include <math.h>

#include "evidence/p_value.h"

/* Bursts are counted in slots of ten seconds that follow event time. */
#define SLOT_NS (10 * INT64_C(1000000000))

enum {
	BURST_FALL_SLOTS = 60,
	BURST_UNIT = 16, /* of a byte */
	BURST_MAX = 1 << 30,
	HALVES_A_MONTH = 60, /* of the window of a day */
};

struct volume_state {
	uint32_t slot; /* number of the slot, modulo 2^32 */
	uint16_t n_in_slot;
	uint16_t n_peak; /* lookups in the busiest slot */
	uint32_t burst,
		burst_peak;    /* 1/16 byte of names; falls with a time constant of 10 minutes */
	uint32_t opaque_bytes; /* in answers of types that carry free bytes, each unlike the two
				  before; saturates */
	uint32_t opaque_month; /* the same, fading by a sixtieth instead of a third */
	uint16_t answers[2];   /* hashes of the two different ones before, the last first; 0: none
				*/
};
static_assert(sizeof(struct volume_state) <= ED_EVIDENCE_STATE_MAX, "per-key budget");

struct point {
	double bytes, log10_p;
};

/* Share of ordinary (client, domain) days with at least so many bytes (docs/adr/0006). */
static const struct point day_tail[] = {
	{ 5, -1 }, { 20, -2 }, { 100, -3 }, { 600, -4 }, { 4096, -5 }, { 16384, -6 },
};
/* The same for ten minutes. */
static const struct point burst_tail[] = {
	{ 5, -1 }, { 20, -2 }, { 80, -3 }, { 400, -4 }, { 2048, -5 }, { 8192, -6 },
};
/* The same for free bytes in answers, where mail policies are the ordinary case. */
static const struct point answer_tail[] = {
	{ 400, -1 }, { 1500, -2 }, { 4000, -3 }, { 16384, -4 }, { 65536, -5 }, { 262144, -6 },
};
enum { POINTS = sizeof(day_tail) / sizeof(day_tail[0]) };

static double tail_log10_p(const struct point tail[static POINTS], double bytes)
{
	size_t i = 1;

	if (bytes <= tail[0].bytes)
		return 0;
	while (i < POINTS - 1 && bytes > tail[i].bytes)
		i++;
	if (bytes >= tail[POINTS - 1].bytes)
		return tail[POINTS - 1].log10_p;
	return tail[i - 1].log10_p + (tail[i].log10_p - tail[i - 1].log10_p) *
					     log(bytes / tail[i - 1].bytes) /
					     log(tail[i].bytes / tail[i - 1].bytes);
}

static void next_slot(struct volume_state *v, uint32_t slot)
{
	uint32_t passed = slot - v->slot;

	for (; passed > 0 && v->burst > 0; passed--)
		v->burst -= (v->burst + BURST_FALL_SLOTS - 1) / BURST_FALL_SLOTS;
	v->slot = slot;
	v->n_in_slot = 0;
}

static uint32_t add(uint32_t a, uint32_t b)
{
	return a + b < a ? UINT32_MAX : a + b;
}

/* An answer that only repeats one of the two before, as versions that are polled, tells nothing. */
static void observe_answer(struct volume_state *v, const struct ed_dns_answers *a)
{
	uint16_t hash = (uint16_t)(a->hash ^ a->hash >> 16);
	bool is_known;

	if (a->bytes_opaque == 0)
		return;
	hash = hash || !a->hash ? hash : 1;
	is_known = hash != 0 && (hash == v->answers[0] || hash == v->answers[1]);
	if (!is_known) {
		v->opaque_bytes = add(v->opaque_bytes, a->bytes_opaque);
		v->opaque_month = add(v->opaque_month, a->bytes_opaque);
	}
	if (hash != v->answers[0]) {
		v->answers[1] = v->answers[0];
		v->answers[0] = hash;
	}
}

uint32_t ed_volume_answers_bytes(const void *state)
{
	return ((const struct volume_state *)state)->opaque_month;
}

static void volume_observe(void *state, const struct ed_sighting *s)
{
	struct volume_state *v = state;
	uint32_t slot = (uint32_t)(s->ev->time_ns / SLOT_NS);

	if (s->is_plain)
		return;
	if (s->is_response && (s->ev->has & ED_FIELD_RDATA_BYTES))
		observe_answer(v, &s->ev->answers);
	if (!s->is_query || !(s->ev->has & ED_FIELD_TIME))
		return;
	if (slot - v->slot > INT32_MAX)
		return; /* out of order: says nothing about a burst */
	if (slot != v->slot)
		next_slot(v, slot);
	if (v->n_in_slot < UINT16_MAX)
		v->n_in_slot++;
	if (v->n_in_slot > v->n_peak)
		v->n_peak = v->n_in_slot;
	if (s->is_new && !s->is_shared && v->burst < BURST_MAX)
		v->burst += s->code_mbits / (8 * 1024 / BURST_UNIT);
	if (v->burst > v->burst_peak)
		v->burst_peak = v->burst;
}

static void volume_fade(void *state)
{
	struct volume_state *v = state;

	v->n_peak = v->n_in_slot;
	v->burst_peak = v->burst;
}

/* The answers of a day and a half, and of a month, the older the less. */
static void volume_turn(void *state, unsigned n_halves)
{
	struct volume_state *v = state;

	for (unsigned i = 0; i < n_halves && i < 2 * HALVES_A_MONTH; i++) {
		v->opaque_bytes -= v->opaque_bytes / 3;
		v->opaque_month -= v->opaque_month / HALVES_A_MONTH;
	}
}

static void volume_weigh(const void *state, const struct ed_subject *subject,
			 struct ed_evidence *ret)
{
	const struct volume_state *v = state;
	double burst = (double)v->burst_peak / BURST_UNIT;
	double log10_p = fmin(tail_log10_p(day_tail, subject->info_bytes),
			      fmin(tail_log10_p(burst_tail, burst),
				   tail_log10_p(answer_tail, v->opaque_bytes)));

	if (subject->usual_p > 0 && subject->usual_p < 1)
		log10_p = fmax(log10_p, log10(subject->usual_p));
	ret->bits = (float)ed_p_value_bits(log10_p);
	ed_evidence_fact(ret, "information_bytes", subject->info_bytes);
	ed_evidence_fact(ret, "distinct_names", (double)subject->n_names);
	ed_evidence_fact(ret, "queries", (double)subject->n_queries);
	ed_evidence_fact(ret, "peak_queries_per_s", v->n_peak / (SLOT_NS / 1e9));
	ed_evidence_fact(ret, "burst_bytes", burst);
	ed_evidence_fact(ret, "repeat_bytes", subject->extra_bytes);
	ed_evidence_fact(ret, "information_30d_bytes", subject->month_bytes);
	if (v->opaque_bytes > 0)
		ed_evidence_fact(ret, "answer_information_bytes", v->opaque_bytes);
	/* said where it matters: with one name, whether its answers differed */
	if (subject->n_names <= 1 && v->opaque_bytes > 0 && v->answers[0] == 0)
		ed_evidence_fact(ret, "answers_not_compared", 1);
	if (v->opaque_month > v->opaque_bytes)
		ed_evidence_fact(ret, "answer_information_30d_bytes", v->opaque_month);
}

const struct ed_evidence_family ed_evidence_volume = {
	.name = "volume",
	.help = "information in the names and in the sequence of questions, free bytes in answers",
	.cap_bits = 9,
	.uses = ED_FIELD_QNAME,
	.keys = 1 << ED_KEY_PAIR | 1 << ED_KEY_CLIENT,
	.state_bytes = sizeof(struct volume_state),
	.observe = volume_observe,
	.fade = volume_fade,
	.turn = volume_turn,
	.weigh = volume_weigh,
};
