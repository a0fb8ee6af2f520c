/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion; see fuse.h. */
#include "analytic/fuse.h"

#include <math.h>

static const float DISCOUNT_MAX_BITS = 8;
static const float HIGH_BITS = 1.5f;
static const double CRITICAL_BYTES = 4096;

/* What half of a network asks for is not one implant's channel. */
static float prevalence_discount(uint32_t n_clients)
{
	float bits = n_clients > 2 ? log2f(1 + (float)n_clients / 2) - 1 : 0;

	return bits < DISCOUNT_MAX_BITS ? bits : DISCOUNT_MAX_BITS;
}

static unsigned families_speaking(const struct ed_fusion_input *in)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < in->n_evidence; i++)
		n += in->evidence[i].bits >= ED_FUSE_FAMILY_BITS;
	return n;
}

static enum ed_level level_of(const struct ed_fusion_input *in, float score_bits)
{
	if (score_bits < 0 || families_speaking(in) < ED_FUSE_FAMILIES)
		return score_bits >= ED_FUSE_WATCH_BITS / 2 ? ED_LEVEL_LOW : ED_LEVEL_INFORMATIONAL;
	if (score_bits < HIGH_BITS && !in->above_ceiling)
		return ED_LEVEL_MEDIUM;
	return in->info_bytes >= CRITICAL_BYTES ? ED_LEVEL_CRITICAL : ED_LEVEL_HIGH;
}

void ed_fuse(const struct ed_fusion_input *in, struct ed_fusion *ret)
{
	float score = ED_FUSE_PRIOR_BITS;

	for (uint32_t i = 0; i < in->n_evidence; i++)
		score += in->evidence[i].bits;
	ret->discount_bits = prevalence_discount(in->n_clients) + in->service_bits;
	score -= ret->discount_bits;
	ret->score_bits = score;
	ret->level = (uint8_t)level_of(in, score);
	ret->verdict = ret->level >= ED_LEVEL_MEDIUM ? ED_VERDICT_SCORE : ED_VERDICT_WATCH;
	if (in->above_ceiling) {
		ret->verdict = ED_VERDICT_BOUND;
		if (ret->level < ED_LEVEL_MEDIUM)
			ret->level = ED_LEVEL_MEDIUM;
	}
}
