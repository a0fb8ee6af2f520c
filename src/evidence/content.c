/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content: do the payloads look encoded? The sum, over distinct payloads that are the client's own,
 * of the log-likelihood ratio between "a random string over some encoding alphabet" and "a name
 * people chose" (model/name_model.h), clipped a name so that one odd label decides nothing. Divided
 * by four because the labels of one domain are not independent. Length is corrected for by
 * construction: both terms grow with it. A rightmost label that stays the same from name to name
 * (t.example.com) is structure, not payload, and is counted once.
 *
 * Beside the sum, three signs of machine-made payloads, a few bits each: upper and lower case mixed
 * where the zone is not, labels filled to the limit, and all payloads of one length.
 */
#include "evidence/evidence.h"
#include "model/name_model.h"

enum {
	LLR_MIN_MBITS = -6 * 1024,
	LLR_MAX_MBITS = 12 * 1024,
	SUM_MIN_MBITS = -24 * 1024, /* a tunnel that starts after ordinary names is not forgiven for
				       them */
	SUM_MAX_MBITS = 1 << 30,
	SHORT_BYTES = 6,   /* up to five characters say too little to tell */
	DIGITS_BYTES = 24, /* shorter numbers count or name machines */
	DIGITS_MAX_MBITS = 2 * 1024,
	LABELS_DEPENDENT = 4,
	LONG_LABEL = 52, /* QueryLengthThreshold's default, a label that few names need */
	ALPHABETS = 11,
	SIGNS_MIN = 8, /* names before the signs speak */
};

static const float MIXED_CASE_BITS = 4, FULL_LABELS_BITS = 1, SAME_LENGTH_BITS = 1.5f;

struct content_state {
	int32_t sum_mbits;
	uint32_t last_tail; /* of the name before */
	uint8_t last_bytes; /* of the payload before; no name has more */
	uint8_t max_bytes;
	uint16_t n_same_bytes; /* payloads as long as the one before; saturates */
	uint32_t n_mixed_case;
	uint32_t n_names;
	uint32_t n_encoded; /* of them, likelier encoded than not */
	uint32_t n_long;
	uint32_t payload_bytes;
	uint32_t n_address;           /* reversed addresses */
	uint16_t n_digest;            /* digests (MD5, SHA-1, ...); saturates */
	uint16_t alphabet[ALPHABETS]; /* names that fit each best; saturates */
};
static_assert((int)ED_ALPHABET_N <= (int)ALPHABETS, "a counter for each alphabet");
static_assert(sizeof(struct content_state) <= ED_EVIDENCE_STATE_MAX, "per-key budget");

static int32_t clip(int32_t v, int32_t min, int32_t max)
{
	return v < min ? min : v > max ? max : v;
}

static int32_t llr_max(const struct ed_sighting *s)
{
	const struct ed_event *ev = s->ev;

	if (s->key_kind == ED_KEY_CLIENT)
		return LLR_MAX_MBITS;
	if (ev->zone_off <= SHORT_BYTES)
		return 0;
	return ev->payload_alphabet == ED_ALPHABET_DIGITS && ev->zone_off < DIGITS_BYTES ?
		       DIGITS_MAX_MBITS :
		       LLR_MAX_MBITS;
}

/* The payload's ratio without the label that all names of the key end in. */
static int32_t own_llr(struct content_state *c, const struct ed_sighting *s)
{
	bool same = s->key_kind != ED_KEY_CLIENT && s->ev->tail_hash &&
		    s->ev->tail_hash == c->last_tail;

	c->last_tail = s->ev->tail_hash;
	return clip(same ? s->llr_mbits - s->ev->tail_llr : s->llr_mbits, LLR_MIN_MBITS,
		    llr_max(s));
}

static void content_observe(void *state, const struct ed_sighting *s)
{
	struct content_state *c = state;
	const struct ed_event *ev = s->ev;
	uint32_t n = s->key_kind == ED_KEY_CLIENT ? (uint32_t)(ev->name_n - ev->zone_off) :
						    ev->zone_off;
	uint16_t *fits = &c->alphabet[ev->payload_alphabet % ALPHABETS];
	int32_t llr;

	if (!s->is_query || !s->is_new || s->is_shared || n == 0)
		return;
	llr = own_llr(c, s);
	c->sum_mbits = clip(c->sum_mbits + llr * s->stands_for, SUM_MIN_MBITS, SUM_MAX_MBITS);
	c->n_names += s->stands_for;
	c->n_encoded += llr > 0;
	c->n_mixed_case += s->key_kind != ED_KEY_CLIENT &&
			   (ev->payload_shape & ED_SHAPE_MIXED_CASE) != 0;
	c->n_address += (ev->payload_shape & ED_SHAPE_ADDRESS) != 0;
	if ((ev->payload_shape & ED_SHAPE_DIGEST) && c->n_digest < UINT16_MAX)
		c->n_digest++;
	c->n_long += ev->payload_longest >= LONG_LABEL;
	/* reversed addresses are all of one length */
	if (n == c->last_bytes && !(ev->payload_shape & ED_SHAPE_REVERSE) &&
	    c->n_same_bytes < UINT16_MAX)
		c->n_same_bytes++;
	c->last_bytes = (uint8_t)n;
	c->payload_bytes += n;
	if (n > c->max_bytes)
		c->max_bytes = (uint8_t)n;
	if (*fits < UINT16_MAX)
		(*fits)++;
}

static void content_fade(void *state)
{
	struct content_state *c = state;

	c->sum_mbits /= 2;
	c->n_names /= 2;
	c->n_encoded /= 2;
	c->n_mixed_case /= 2;
	c->n_same_bytes /= 2;
	c->n_address /= 2;
	c->n_digest /= 2;
	c->n_long /= 2;
	c->payload_bytes /= 2;
	for (unsigned i = 0; i < ALPHABETS; i++)
		c->alphabet[i] /= 2;
}

static float sign_bits(const struct content_state *c)
{
	float bits = 0;

	if (c->n_names < SIGNS_MIN)
		return 0;
	if (c->n_mixed_case * 2 >= c->n_names)
		bits += MIXED_CASE_BITS;
	if (c->n_long * 2 >= c->n_names)
		bits += FULL_LABELS_BITS;
	if (c->n_same_bytes * 2 >= c->n_names)
		bits += SAME_LENGTH_BITS;
	return bits;
}

static unsigned best_alphabet(const struct content_state *c)
{
	unsigned best = 0;

	for (unsigned i = 1; i < ALPHABETS; i++) {
		if (c->alphabet[i] > c->alphabet[best])
			best = i;
	}
	return best;
}

static void content_weigh(const void *state, const struct ed_subject *subject,
			  struct ed_evidence *ret)
{
	const struct content_state *c = state;
	double sum = c->sum_mbits / 1024.0;
	unsigned best = best_alphabet(c);

	if (c->n_names == 0)
		return;
	if (subject->others_llr_bits > 0) {
		/* what the domain's names look like when others ask them is no sign against this
		 * client */
		sum -= subject->others_llr_bits * c->n_names;
		ed_evidence_fact(ret, "usual_likelihood_ratio_bits", subject->others_llr_bits);
	}
	ret->bits = sign_bits(c);
	if (sum > 0)
		ret->bits += (float)(sum / LABELS_DEPENDENT);
	ed_evidence_fact(ret, "likelihood_ratio_bits", sum);
	ed_evidence_fact(ret, "names_scored", c->n_names);
	ed_evidence_fact(ret, "names_encoded", c->n_encoded);
	ed_evidence_fact(ret, "mean_payload_bytes", (double)c->payload_bytes / c->n_names);
	ed_evidence_fact(ret, "max_payload_bytes", c->max_bytes);
	ed_evidence_fact(ret, "long_labels_share", (double)c->n_long / c->n_names);
	ed_evidence_fact(ret, "mixed_case_share", (double)c->n_mixed_case / c->n_names);
	ed_evidence_fact(ret, "same_length_share", (double)c->n_same_bytes / c->n_names);
	if (c->n_digest > 0)
		ed_evidence_fact(ret, "digest_share", (double)c->n_digest / c->n_names);
	if (c->n_address > 0)
		ed_evidence_fact(ret, "address_share", (double)c->n_address / c->n_names);
	ed_evidence_fact_text(ret, "alphabet", ed_name_model_alphabet_name(best));
	ed_evidence_fact(ret, "alphabet_share", (double)c->alphabet[best] / c->n_names);
}

const struct ed_evidence_family ed_evidence_content = {
	.name = "content",
	.help = "names that look encoded: likelihood ratio against a model of ordinary names",
	.cap_bits = 9,
	.uses = ED_FIELD_QNAME,
	.keys = 1 << ED_KEY_PAIR | 1 << ED_KEY_DOMAIN | 1 << ED_KEY_CLIENT,
	.state_bytes = sizeof(struct content_state),
	.observe = content_observe,
	.fade = content_fade,
	.weigh = content_weigh,
};
