/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volume: how much information went into the names, and how fast? The information is the code
 * length of the distinct payloads under a true prefix code, so no way of writing the payload makes
 * it smaller (streaming form of Paxson et al., USENIX Security 2013). The bits come from how rarely
 * an ordinary client sends as much to one domain in a day, through the Sellke-Bayarri-Berger bound,
 * which never overclaims.
 */
#include "evidence/evidence.h"

#include <math.h>

/* The burst is the busiest of ten-second slots; the slots follow event time. */
#define BURST_SLOT_NS (10 * INT64_C(1000000000))

struct volume_state {
	int64_t slot;
	uint32_t n_in_slot;
	uint32_t n_peak;
};
static_assert(sizeof(struct volume_state) <= ED_EVIDENCE_STATE_MAX, "per-key budget");

/* Share of ordinary (client, domain) days with at least so many bytes (docs/adr/0006). */
static const struct {
	double bytes, log10_p;
} tail[] = {
	{ 5, -1 }, { 20, -2 }, { 100, -3 }, { 600, -4 }, { 4096, -5 }, { 16384, -6 },
};

static double tail_log10_p(double bytes)
{
	const size_t n = sizeof(tail) / sizeof(tail[0]);
	size_t i = 1;

	if (bytes <= tail[0].bytes)
		return 0;
	while (i < n - 1 && bytes > tail[i].bytes)
		i++;
	if (bytes >= tail[n - 1].bytes)
		return tail[n - 1].log10_p;
	return tail[i - 1].log10_p + (tail[i].log10_p - tail[i - 1].log10_p) *
					     log(bytes / tail[i - 1].bytes) /
					     log(tail[i].bytes / tail[i - 1].bytes);
}

/* The most bits that a p-value can support: -log2(-e p ln p) below 1/e. */
static double bits_of_p(double log10_p)
{
	double p = pow(10, log10_p);

	return p < 0.36 ? -log2(-M_E * p * log(p)) : 0;
}

static void volume_observe(void *state, const struct ed_sighting *s)
{
	struct volume_state *v = state;
	int64_t slot;

	if (!s->is_query || s->is_plain || !(s->ev->has & ED_FIELD_TIME))
		return;
	slot = s->ev->time_ns / BURST_SLOT_NS;
	if (slot != v->slot) {
		v->slot = slot;
		v->n_in_slot = 0;
	}
	if (++v->n_in_slot > v->n_peak)
		v->n_peak = v->n_in_slot;
}

static void volume_fade(void *state)
{
	struct volume_state *v = state;

	v->n_peak = v->n_in_slot;
}

static void volume_weigh(const void *state, const struct ed_subject *subject,
			 struct ed_evidence *ret)
{
	const struct volume_state *v = state;

	ret->bits = (float)bits_of_p(tail_log10_p(subject->info_bytes));
	ed_evidence_fact(ret, "information_bytes", subject->info_bytes);
	ed_evidence_fact(ret, "distinct_names", (double)subject->n_names);
	ed_evidence_fact(ret, "queries", (double)subject->n_queries);
	ed_evidence_fact(ret, "peak_queries_per_s", v->n_peak / (BURST_SLOT_NS / 1e9));
}

const struct ed_evidence_family ed_evidence_volume = {
	.name = "volume",
	.help = "information in the distinct names, and the rate of lookups",
	.cap_bits = 9,
	.uses = ED_FIELD_QNAME,
	.keys = 1 << ED_KEY_PAIR | 1 << ED_KEY_CLIENT,
	.state_bytes = sizeof(struct volume_state),
	.observe = volume_observe,
	.fade = volume_fade,
	.weigh = volume_weigh,
};
