/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structure: what is asked for and what comes back. A channel needs names that are never asked
 * twice, record types whose answers carry free bytes, answers that are long or not meant to be
 * kept, or failures that nobody minds. Each sign is a few bits; the sum is capped by the row.
 */
#include "evidence/evidence.h"

enum { N_MIN = 5, DISTINCT_MIN = 20, DISTINCT_MANY = 100, TTL_LOW_S = 3, TTL_MAX_S = 600 };
/* Of 32 parts of the address space: more than one owner's machines lie in, fewer than chance fills
 * with twice as many answers. */
enum { PARTS_SHIFT = 27, PARTS_MIN = 16, NO_PLACE_PART = 28, NO_PLACE_MIN = 3 };
static_assert(NO_PLACE_PART + ED_ADDR_NOWHERE == 32, "an address of IPv6 is in one of these parts");
enum { UNPRINTED_MIN = 3, UNPRINTED_MANY = 10, BINARY_MIN = 3 };
enum { BITS_8_MAX = 255, BITS_24_MAX = 0xffffff };

struct structure_state {
	uint32_t n_queries, n_new;
	uint32_t n_rare;  /* NULL, PRIVATE, KEY and other types no ordinary client asks for */
	uint32_t n_text;  /* TXT, SPF */
	uint32_t n_names; /* CNAME, MX, SRV asked for by the client itself */
	uint32_t n_responses;
	uint32_t sum_ttl_s; /* of answers, each at most TTL_MAX_S: what remained of their life */
	uint32_t n_failed;  /* NXDOMAIN, SERVFAIL, REFUSED */
	uint32_t n_ttl, n_ttl_low;
	uint32_t n_trailing : 24; /* bytes behind the last record; saturates */
	uint32_t n_unprinted : 8; /* names that the source could not print; saturates */
	uint16_t n_same_v4;       /* A answers equal to the one before; saturates */
	uint16_t last_v4;         /* the one before, folded */
	uint32_t n_v4;
	uint32_t v4_parts; /* bit p: an A answer in that part of the space; the last: an AAAA too */
	uint32_t n_loopback : 24;           /* A answers in 127/8: a code, not a place; saturates */
	uint32_t n_binary : 8;              /* new names that are no text; saturates */
	uint32_t n_sized;                   /* responses whose rdata size is known */
	uint32_t bytes_opaque, bytes_names; /* saturate */
};
static_assert(sizeof(struct structure_state) <= ED_EVIDENCE_STATE_MAX, "per-key budget");

static void observe_type(struct structure_state *st, uint16_t qtype)
{
	switch (qtype) {
	case ED_RR_A:
	case ED_RR_AAAA:
	case ED_RR_PTR:
	case ED_RR_HTTPS:
	case ED_RR_SOA:
	case ED_RR_NS:
	case ED_RR_DS:
	case ED_RR_DNSKEY:
	case ED_RR_ANY:
	case ED_RR_NAPTR:
		break;
	case ED_RR_TXT:
	case ED_RR_SPF:
		st->n_text++;
		break;
	case ED_RR_CNAME:
	case ED_RR_MX:
	case ED_RR_SRV:
		st->n_names++;
		break;
	case ED_RR_NULL:
	case ED_RR_KEY:
	case ED_RR_PRIVATE_IODINE:
		st->n_rare++;
		break;
	default:
		/* assigned types (SSHFP, TLSA, SVCB, ...) are unusual, not suspicious */
		st->n_rare += qtype > 260 && qtype < 32768;
		st->n_rare += qtype >= 65280;
		break;
	}
}

static uint32_t sum_u32(uint32_t a, uint32_t b)
{
	return a + b < a ? UINT32_MAX : a + b;
}

static void observe_v4(struct structure_state *st, uint32_t v4)
{
	uint16_t folded = (uint16_t)(v4 ^ v4 >> 16);

	st->n_v4++;
	if (folded == st->last_v4 && st->n_same_v4 < UINT16_MAX)
		st->n_same_v4++;
	st->last_v4 = folded;
	st->v4_parts |= UINT32_C(1) << (v4 >> PARTS_SHIFT);
	if (v4 >> 24 == 127 && st->n_loopback < BITS_24_MAX)
		st->n_loopback++;
}

static void observe_answer(struct structure_state *st, const struct ed_event *ev)
{
	const struct ed_dns_answers *a = &ev->answers;

	st->n_responses++;
	st->n_failed += (ev->has & ED_FIELD_RCODE) && ev->rcode != ED_RCODE_NOERROR;
	if (ev->trailing_bytes > 0 && st->n_trailing < BITS_24_MAX)
		st->n_trailing++;
	if ((ev->has & ED_FIELD_TTL) && a->n > 0) {
		st->n_ttl++;
		st->n_ttl_low += a->ttl_max_s <= TTL_LOW_S;
		st->sum_ttl_s += a->ttl_max_s < TTL_MAX_S ? a->ttl_max_s : TTL_MAX_S;
	}
	if (ev->has & ED_FIELD_RDATA_BYTES) {
		st->n_sized++;
		st->bytes_opaque = sum_u32(st->bytes_opaque, a->bytes_opaque);
		st->bytes_names = sum_u32(st->bytes_names, a->bytes_names);
	}
	if (a->first_v4)
		observe_v4(st, a->first_v4);
	if (a->nowhere)
		st->v4_parts |= UINT32_C(1) << (NO_PLACE_PART + (a->nowhere - 1) % ED_ADDR_NOWHERE);
}

static void structure_observe(void *state, const struct ed_sighting *s)
{
	struct structure_state *st = state;

	if (s->is_plain)
		return;
	if (s->is_query && ed_event_is_unprinted(s->ev)) {
		if (st->n_unprinted < BITS_8_MAX)
			st->n_unprinted++;
	} else if (s->is_query) {
		st->n_queries++;
		st->n_new += s->is_new && !s->is_shared;
		if (s->is_new && (s->ev->payload_shape & ED_SHAPE_BINARY) &&
		    st->n_binary < BITS_8_MAX)
			st->n_binary++;
		if ((s->ev->has & ED_FIELD_QTYPE) && !(s->ev->payload_shape & ED_SHAPE_ARTEFACT))
			observe_type(st, s->ev->qtype);
	}
	if (s->is_response)
		observe_answer(st, s->ev);
}

/* Of a field of bits, which would be an int by itself. */
static uint32_t half(uint32_t n)
{
	return n / 2;
}

static void structure_fade(void *state)
{
	struct structure_state *st = state;
	uint32_t *counts[] = { &st->n_queries, &st->n_new,       &st->n_rare,    &st->n_text,
			       &st->n_names,   &st->n_responses, &st->sum_ttl_s, &st->n_failed,
			       &st->n_ttl,     &st->n_ttl_low,   &st->n_v4,      &st->n_sized };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		*counts[i] /= 2;
	st->n_same_v4 /= 2;
	st->v4_parts = 0;
	st->n_trailing = half(st->n_trailing) & BITS_24_MAX;
	st->n_unprinted = half(st->n_unprinted) & BITS_8_MAX;
	st->n_binary = half(st->n_binary) & BITS_8_MAX;
	st->n_loopback = half(st->n_loopback) & BITS_24_MAX;
	st->bytes_opaque /= 2;
	st->bytes_names /= 2;
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

static double question_bits(const struct structure_state *st)
{
	double bits = 0;

	if (st->n_rare >= 3)
		bits += 4 * share(st->n_rare, st->n_queries);
	if (st->n_text >= 3)
		bits += 2 * share(st->n_text, st->n_queries);
	if (st->n_names >= 3)
		bits += 2 * share(st->n_names, st->n_queries);
	if (st->n_new >= DISTINCT_MANY && share(st->n_new, st->n_queries) >= 0.95)
		bits += 2;
	else if (st->n_new >= DISTINCT_MIN && share(st->n_new, st->n_queries) >= 0.95)
		bits += 1.5;
	else if (st->n_new >= N_MIN && share(st->n_new, st->n_queries) >= 0.8)
		bits += 1;
	return bits;
}

/*
 * Names are text. Those that are none carry bytes; those that the source could not print may do so,
 * or be written in letters that it does not know.
 */
static double bytes_bits(const struct structure_state *st)
{
	if (st->n_binary >= BINARY_MIN)
		return 5;
	if (st->n_unprinted >= UNPRINTED_MANY)
		return 3;
	return st->n_unprinted >= UNPRINTED_MIN ? 2 : 0;
}

/* The machines behind one domain lie in a few places. Addresses from all over the space, or from
 * where there can be no machine, are bytes that were put into an answer. */
static bool is_scattered(const struct structure_state *st)
{
	return __builtin_popcount(st->v4_parts >> NO_PLACE_PART) >= NO_PLACE_MIN ||
	       __builtin_popcount(st->v4_parts) >= PARTS_MIN;
}

static double answer_bits(const struct structure_state *st)
{
	double opaque = share(st->bytes_opaque, st->n_sized);
	double names = share(st->bytes_names, st->n_sized);
	double bits = 0;

	if (st->n_responses < N_MIN)
		return 0;
	if (opaque >= 30)
		bits += opaque >= 100 ? 2 : 1;
	if (names >= 60)
		bits += names >= 120 ? 2 : 1;
	if (st->n_ttl >= N_MIN && share(st->n_ttl_low, st->n_ttl) >= 0.9)
		bits += 1.5;
	if (share(st->n_trailing, st->n_responses) >= 0.5)
		bits += 3;
	if (share(st->n_failed, st->n_responses) >= 0.9)
		bits += 1;
	if (st->n_v4 >= DISTINCT_MIN && share(st->n_same_v4, st->n_v4) >= 0.9)
		bits += 1;
	if (is_scattered(st) && share(st->n_new, st->n_queries) >= 0.5)
		bits += 2; /* a name that is asked for again may move about */
	return bits;
}

static void structure_weigh(const void *state, const struct ed_subject *subject,
			    struct ed_evidence *ret)
{
	const struct structure_state *st = state;

	ret->bits = (float)(question_bits(st) + bytes_bits(st));
	/* A name asked again and again is served from a cache; its answers say nothing about a
	 * channel. */
	if (st->n_new >= N_MIN)
		ret->bits += (float)answer_bits(st);
	ed_evidence_fact(ret, "new_names_share", share(st->n_new, st->n_queries));
	if (subject->has & ED_FIELD_QTYPE) {
		ed_evidence_fact(ret, "rare_types_share", share(st->n_rare, st->n_queries));
		ed_evidence_fact(ret, "txt_share", share(st->n_text, st->n_queries));
		ed_evidence_fact(ret, "cname_mx_srv_share", share(st->n_names, st->n_queries));
	}
	if (st->n_responses > 0)
		ed_evidence_fact(ret, "failed_share", share(st->n_failed, st->n_responses));
	if (st->n_ttl > 0) {
		ed_evidence_fact(ret, "ttl_3s_or_less_share", share(st->n_ttl_low, st->n_ttl));
		ed_evidence_fact(ret, "ttl_mean_s", share(st->sum_ttl_s, st->n_ttl));
	}
	if (st->n_sized > 0) {
		ed_evidence_fact(ret, "answer_payload_bytes_mean",
				 share((uint64_t)st->bytes_opaque + st->bytes_names, st->n_sized));
		ed_evidence_fact(ret, "answer_payload_bytes",
				 (double)st->bytes_opaque + st->bytes_names);
	}
	if (st->n_trailing > 0)
		ed_evidence_fact(ret, "hidden_bytes_share", share(st->n_trailing, st->n_responses));
	if (st->n_v4 > 0)
		ed_evidence_fact(ret, "same_address_share", share(st->n_same_v4, st->n_v4));
	if (st->n_unprinted > 0)
		ed_evidence_fact(ret, "unprinted_names", st->n_unprinted);
	if (st->n_binary > 0)
		ed_evidence_fact(ret, "binary_names", st->n_binary);
	if (st->n_loopback > 0)
		ed_evidence_fact(ret, "loopback_share", share(st->n_loopback, st->n_responses));
	if (is_scattered(st))
		ed_evidence_fact(ret, "address_parts", __builtin_popcount(st->v4_parts));
}

const struct ed_evidence_family ed_evidence_structure = {
	.name = "structure",
	.help = "record types, names never asked twice, answers that carry data or are not to be kept",
	.cap_bits = 6,
	.uses = ED_FIELD_QNAME,
	.keys = 1 << ED_KEY_PAIR | 1 << ED_KEY_CLIENT,
	.state_bytes = sizeof(struct structure_state),
	.observe = structure_observe,
	.fade = structure_fade,
	.weigh = structure_weigh,
};
