/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes, zone cut and name scores of an event; see annotate.h. */
#include "enrich/annotate.h"

#include <errno.h>

#include "base/hash.h"
#include "base/mem.h"
#include "model/name_model.h"

enum {
	CACHE_ENTRIES = 16384, /* of 64 bytes: a miss costs far more than a look into the
				  third-level cache */
	OCTET_BITS = 8,        /* what a label of a reverse IPv4 name can say */
	NIBBLE_BITS = 4,
	OCTETS_BELOW = 1, /* labels of an address below its zone (enrich/zone.h) */
	NIBBLES_BELOW = 20,
};

/* Everything about a name that the event gets; the key is the hash of the name with its case. */
struct entry {
	uint64_t raw_hash; /* 0: free */
	uint64_t name_hash, zone_hash;
	int32_t payload_llr, zone_llr;
	uint32_t payload_code, zone_code;
	int32_t tail_llr;
	uint32_t tail_hash;
	uint8_t payload_alphabet, payload_longest, zone_off, zone_kind;
	bool payload_mixes_case;
	uint8_t pad[7];
};
static_assert(sizeof(struct entry) == 64, "a cache line");

struct ed_annotator {
	const struct ed_psl *psl;
	uint64_t hash_key;
	struct entry cache[CACHE_ENTRIES];
};

int ed_annotator_new(const struct ed_psl *psl, uint64_t hash_key, struct ed_annotator **ret)
{
	struct ed_annotator *a = ed_mem_zalloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->psl = psl;
	a->hash_key = hash_key;
	*ret = a;
	return 0;
}

void ed_annotator_free(struct ed_annotator *a)
{
	ed_mem_free(a);
}

static bool is_octet(const uint8_t *label)
{
	unsigned v = 0;

	for (unsigned i = 1; i <= label[0]; i++) {
		if (label[i] < '0' || label[i] > '9')
			return false;
		v = v * 10 + (label[i] - '0');
		if (v > UINT8_MAX)
			return false;
	}
	return label[0] <= 3;
}

static bool is_nibble(const uint8_t *label)
{
	return label[0] == 1 &&
	       ((label[1] >= '0' && label[1] <= '9') || (label[1] >= 'a' && label[1] <= 'f'));
}

/*
 * The numbers of a reverse name are an address, not a text: they say 8 bits an octet, 4 a nibble.
 * What is no address is a text like any other, or a tunnel below a reverse zone would be weighed
 * for less than it says.
 */
static bool score_reverse(struct ed_span lower, const struct ed_zone_cut *cut, struct entry *e)
{
	static const uint8_t ip6[] = "\3ip6\4arpa";
	bool v6 = lower.n > sizeof(ip6) &&
		  memcmp(lower.p + lower.n - sizeof(ip6), ip6, sizeof(ip6)) == 0;

	if (cut->n_labels_below > (v6 ? NIBBLES_BELOW : OCTETS_BELOW))
		return false;
	for (size_t i = 0; i < cut->off; i += 1U + lower.p[i]) {
		if (v6 ? !is_nibble(lower.p + i) : !is_octet(lower.p + i))
			return false;
	}
	e->payload_code = (uint32_t)cut->n_labels_below * (v6 ? NIBBLE_BITS : OCTET_BITS) *
			  ED_NAME_MODEL_BIT_MBITS;
	return true;
}

static bool mixes_case(const uint8_t *p, size_t n)
{
	bool upper = false, lower = false;

	for (size_t i = 0; i < n; i++) {
		upper |= p[i] >= 'A' && p[i] <= 'Z';
		lower |= p[i] >= 'a' && p[i] <= 'z';
	}
	return upper && lower;
}

/* Where the rightmost label of @labels begins; 0 when there is but one. */
static size_t tail_of(struct ed_span labels)
{
	size_t tail = 0;

	for (size_t i = 0; i < labels.n; i += 1U + labels.p[i])
		tail = i;
	return tail;
}

static void score_tail(const struct ed_annotator *a, struct ed_span labels, struct entry *e)
{
	size_t tail = tail_of(labels);
	uint8_t lower[1 + ED_LABEL_MAX];
	struct ed_label_score s;

	if (tail == 0)
		return;
	ed_name_model_label(ed_span_from(labels, tail + 1), &s);
	e->tail_llr = s.llr_mbits;
	ed_name_lower(labels.p + tail, labels.n - tail, lower);
	e->tail_hash = (uint32_t)ed_hash_bytes(lower, labels.n - tail, a->hash_key) | 1;
}

static void score_payload(const struct ed_annotator *a, struct ed_span labels, struct entry *e)
{
	struct ed_name_score s;

	ed_name_model_labels(labels, &s);
	e->payload_llr = s.llr_mbits;
	e->payload_code = s.code_mbits;
	e->payload_alphabet = s.alphabet;
	e->payload_longest = s.label_max;
	score_tail(a, labels, e);
}

/* The label that was chosen at registration; where no list knows the suffix, all of the zone. */
static void score_zone(struct ed_span zone, struct entry *e)
{
	struct ed_name_score s;

	if (e->zone_kind == ED_ZONE_REGISTRABLE)
		zone.n = 1U + zone.p[0];
	else if (e->zone_kind == ED_ZONE_UNLISTED || e->zone_kind == ED_ZONE_SINGLE)
		zone.n -= 1;
	else
		return;
	ed_name_model_labels(zone, &s);
	e->zone_llr = s.llr_mbits;
	e->zone_code = s.code_mbits;
}

static void entry_fill(const struct ed_annotator *a, struct ed_span name, struct entry *e)
{
	uint8_t lower[ED_NAME_MAX + 1];
	struct ed_zone_cut cut;

	ed_name_lower(name.p, name.n, lower);
	ed_zone_cut(a->psl, ed_span_of(lower, name.n), &cut);
	e->zone_off = cut.off;
	e->zone_kind = cut.kind;
	e->name_hash = ed_hash_bytes(lower, name.n, a->hash_key);
	e->zone_hash = ed_hash_bytes(lower + cut.off, name.n - cut.off, a->hash_key);
	if (cut.off > 0 &&
	    (cut.kind != ED_ZONE_REVERSE || !score_reverse(ed_span_of(lower, name.n), &cut, e)))
		score_payload(a, ed_span_of(name.p, cut.off), e);
	e->payload_mixes_case = mixes_case(name.p, cut.off) &&
				!mixes_case(name.p + cut.off, name.n - cut.off);
	if (cut.kind != ED_ZONE_NONE)
		score_zone(ed_span_of(name.p + cut.off, name.n - cut.off), e);
}

static void annotate_name(struct ed_annotator *a, struct ed_event *ev)
{
	struct ed_span name = ed_event_qname(ev);
	uint64_t raw = ed_hash_bytes(name.p, name.n, a->hash_key) | 1;
	struct entry *e = &a->cache[raw >> 32 & (CACHE_ENTRIES - 1)];

	if (e->raw_hash != raw) {
		*e = (struct entry){ .raw_hash = raw };
		entry_fill(a, name, e);
	}
	ev->name_hash = e->name_hash;
	ev->zone_hash = e->zone_hash;
	ev->payload_llr = e->payload_llr;
	ev->payload_code = e->payload_code;
	ev->zone_llr = e->zone_llr;
	ev->zone_code = e->zone_code;
	ev->tail_llr = e->tail_llr;
	ev->tail_hash = e->tail_hash;
	ev->payload_mixes_case = e->payload_mixes_case;
	ev->payload_alphabet = e->payload_alphabet;
	ev->payload_longest = e->payload_longest;
	ev->zone_off = e->zone_off;
	ev->zone_kind = e->zone_kind;
}

void ed_annotate(struct ed_annotator *a, struct ed_event *ev)
{
	struct {
		struct ed_addr addr;
		uint32_t net_tag;
	} client = { .addr = ev->client, .net_tag = ev->net_tag };

	ev->client_hash = ed_hash_bytes(&client, sizeof(client), a->hash_key);
	if (ev->name_n > 0)
		annotate_name(a, ev);
}
