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
	ANSWERS_UNIT = 8,    /* bytes */
	NEWS_TOLD = 4096,    /* bytes: below, nobody needs to know of them */
	REGISTERS = 8,
	RUN_MAX = 15,
};

struct volume_state {
	uint16_t slot;         /* its number, modulo 2^16: more than half a day away is forgotten */
	uint16_t n_in_slot;    /* 0: no slot yet */
	uint16_t n_peak;       /* lookups in the busiest slot */
	uint16_t opaque_month; /* as opaque_bytes, in ANSWERS_UNIT and fading by a sixtieth instead
				  of a third; saturates */
	uint32_t burst,
		burst_peak;    /* 1/16 byte of names; falls with a time constant of 10 minutes */
	uint32_t opaque_bytes; /* in answers of types that carry free bytes, each unlike the two
				  before; saturates */
	uint32_t heard;        /* registers of four bits; of the half window */
	uint16_t news;         /* free bytes and names in answers not heard before, in ANSWERS_UNIT;
				  saturates */
	uint8_t answers[2]; /* hashes of the two different ones before, the last first; 0: none */
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

static void next_slot(struct volume_state *v, uint16_t slot)
{
	uint16_t passed = (uint16_t)(slot - v->slot);

	for (; passed > 0 && v->burst > 0; passed--)
		v->burst -= (v->burst + BURST_FALL_SLOTS - 1) / BURST_FALL_SLOTS;
	v->slot = slot;
	v->n_in_slot = 0;
}

static uint32_t add(uint32_t a, uint32_t b)
{
	return a + b < a ? UINT32_MAX : a + b;
}

static uint16_t add_units(uint16_t units, uint32_t bytes)
{
	uint32_t sum = units + bytes / ANSWERS_UNIT; /* cannot wrap: the latter is below 2^29 */

	return sum < UINT16_MAX ? (uint16_t)sum : UINT16_MAX;
}

/* An answer that only repeats one of the two before, as versions that are polled, tells nothing. */
static bool is_repeated(struct volume_state *v, uint32_t hash)
{
	uint8_t folded = (uint8_t)(hash ^ hash >> 16 ^ hash >> 24);
	bool is_known;

	folded = folded || !hash ? folded : 1;
	if (folded != 0 && folded == v->answers[0])
		return true;
	is_known = folded != 0 && folded == v->answers[1];
	v->answers[1] = v->answers[0];
	v->answers[0] = folded;
	return is_known;
}

/*
 * So many answers not heard before does this one stand for; one that was heard stands for none. Each
 * register keeps the longest run of zeros that its answers' hashes began with, as in HyperLogLog; an
 * answer that prolongs one counts by the chance with which it did ("historic inverse probability":
 * Cohen, IEEE TKDE 2015; Ting, KDD 2014). The error is a third. What the source cannot tell apart is
 * no news.
 */
static double n_new(struct volume_state *v, uint32_t hash)
{
	uint32_t drawn = hash * UINT32_C(2654435769); /* the sum of few hashes is one */
	unsigned at = drawn >> 29 << 2;
	unsigned run = 1 + (unsigned)__builtin_clz(drawn << 3 | 1U << (32 - RUN_MAX));
	double chance = 0;

	if (hash == 0 || run <= (v->heard >> at & RUN_MAX))
		return 0;
	for (unsigned i = 0; i < REGISTERS; i++)
		chance += 1.0 / (REGISTERS << (v->heard >> 4 * i & RUN_MAX));
	v->heard = (v->heard & ~((uint32_t)RUN_MAX << at)) | run << at;
	return 1 / chance;
}

static void observe_opaque(struct volume_state *v, const struct ed_dns_answers *a)
{
	if (a->bytes_opaque == 0 || is_repeated(v, a->hash))
		return;
	/* what the bytes leave of a unit is what those before have left of one */
	v->opaque_month = add_units(v->opaque_month,
				    add(v->opaque_bytes % ANSWERS_UNIT, a->bytes_opaque));
	v->opaque_bytes = add(v->opaque_bytes, a->bytes_opaque);
}

static void observe_news(struct volume_state *v, const struct ed_dns_answers *a)
{
	uint32_t bytes = add(a->bytes_opaque, a->bytes_names);

	if (bytes > 0)
		v->news = add_units(v->news,
				    (uint32_t)fmin(n_new(v, a->hash) * bytes, UINT32_MAX / 2));
}

uint32_t ed_volume_answers_bytes(const void *state)
{
	return ((const struct volume_state *)state)->opaque_month * ANSWERS_UNIT;
}

uint32_t ed_volume_news_bytes(const void *state)
{
	return ((const struct volume_state *)state)->news * ANSWERS_UNIT;
}

static void volume_observe(void *state, const struct ed_sighting *s)
{
	struct volume_state *v = state;
	uint16_t slot = (uint16_t)(s->ev->time_ns / SLOT_NS);

	if (s->is_plain)
		return;
	if (s->is_response && (s->ev->has & ED_FIELD_RDATA_BYTES)) {
		observe_opaque(v, &s->ev->answers);
		observe_news(v, &s->ev->answers);
	}
	if (!s->is_query || !(s->ev->has & ED_FIELD_TIME))
		return;
	if (v->n_in_slot == 0)
		v->slot = slot;
	if ((uint16_t)(slot - v->slot) > INT16_MAX)
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

	v->heard = 0;
	if (n_halves > 1) {
		v->n_in_slot = 0;
		v->burst = 0;
	}
	for (unsigned i = 0; i < n_halves && i < 2 * HALVES_A_MONTH; i++) {
		v->opaque_bytes -= v->opaque_bytes / 3;
		v->news = (uint16_t)(v->news - v->news / 3);
		v->opaque_month = (uint16_t)(v->opaque_month -
					     (v->opaque_month + HALVES_A_MONTH / 2) /
						     HALVES_A_MONTH);
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
	if (ed_volume_answers_bytes(v) > v->opaque_bytes)
		ed_evidence_fact(ret, "answer_information_30d_bytes", ed_volume_answers_bytes(v));
	if (ed_volume_news_bytes(v) >= NEWS_TOLD)
		ed_evidence_fact(ret, "answer_news_bytes", ed_volume_news_bytes(v));
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
