/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes, zone cut and name scores of an event; see annotate.h. */
#include "enrich/annotate.h"

#include <errno.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/time.h"
#include "base/utf8.h"
#include "enrich/reputation.h"
#include "enrich/services.h"
#include "model/name_model.h"
#include "record/hidden_name.h"

enum {
	CACHE_WAYS = 2,
	SETS_MIN = 16384, /* of 128 bytes: a miss costs far more than a look into the third-level
			     cache */
	SETS_MAX = 65536,
	ZONES = 32768,
	OCTET_BITS = 8, /* what a label of a reverse IPv4 name can say */
	NIBBLE_BITS = 4,
	GUID_BYTES = 36,
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
	uint8_t payload_shape, zone_service;
	uint8_t reputation, reputation_feed;
	int32_t service_until_day;
};
static_assert(sizeof(struct entry) == 64, "a cache line");

/* What is known of a zone by itself. Names are many and their zones few, so it has a cache of its
 * own. */
struct zone {
	uint64_t hash; /* 0: free */
	int32_t llr;
	uint32_t code;
	int32_t service_until_day;
	uint8_t kind, service;
	bool decides; /* as in struct ed_zone_cut */
	uint8_t pad;
};

struct ed_annotator {
	uint32_t set_mask;
	const struct ed_psl *psl;
	const struct ed_reputation *reputation; /* may be NULL */
	const struct ed_own_zones *own_zones;   /* may be NULL */
	uint64_t hash_key;
	struct ed_services services;
	struct zone zones[ZONES];
	struct entry cache[][CACHE_WAYS] __attribute__((aligned(64))); /* by set, the last asked
									  first */
};

int ed_annotator_new(const struct ed_psl *psl, uint64_t hash_key, size_t cache_bytes,
		     struct ed_annotator **ret)
{
	struct ed_annotator *a;
	uint32_t n_sets = SETS_MIN;

	while (n_sets < SETS_MAX && 2 * n_sets * sizeof(a->cache[0]) <= cache_bytes)
		n_sets *= 2;
	a = ed_mem_zalloc(1, sizeof(*a) + n_sets * sizeof(a->cache[0]));
	if (!a)
		return -ENOMEM;
	a->set_mask = n_sets - 1;
	a->psl = psl;
	a->hash_key = hash_key;
	ed_services_init(&a->services, hash_key);
	*ret = a;
	return 0;
}

void ed_annotator_free(struct ed_annotator *a)
{
	ed_mem_free(a);
}

void ed_annotator_set_reputation(struct ed_annotator *a, const struct ed_reputation *r)
{
	a->reputation = r;
}

void ed_annotator_set_own_zones(struct ed_annotator *a, const struct ed_own_zones *own)
{
	a->own_zones = own;
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
	return label[0] == 1 && ed_hex_value(label[1]) >= 0;
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
	e->payload_shape |= ED_SHAPE_REVERSE;
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

static void score_tail(const struct ed_annotator *a, struct ed_span labels,
		       const struct ed_name_score *s, struct entry *e)
{
	struct ed_span tail = ed_span_of(labels.p + s->tail_off, 1U + labels.p[s->tail_off]);
	uint8_t lower[1 + ED_LABEL_MAX];

	e->tail_llr = s->tail_llr_mbits;
	ed_name_lower(tail.p, tail.n, lower);
	e->tail_hash = (uint32_t)ed_hash_bytes(lower, tail.n, a->hash_key) | 1;
}

/* Bytes of the reversed IPv4 address (four octets) or IPv6 address (32 nibbles) that @labels begin
 * with. */
static size_t reversed_address(struct ed_span labels, unsigned *ret_bits)
{
	unsigned octets = 0, nibbles = 0;
	size_t at = 0, after_octets = 0;
	bool is_octets = true, is_nibbles = true;

	for (; at < labels.n && (is_octets || is_nibbles); at += 1U + labels.p[at]) {
		is_octets = is_octets && octets < 4 && is_octet(labels.p + at);
		is_nibbles = is_nibbles && nibbles < 32 && is_nibble(labels.p + at);
		octets += is_octets;
		nibbles += is_nibbles;
		if (octets == 4 && after_octets == 0)
			after_octets = at + 1U + labels.p[at];
		if (nibbles == 32) {
			*ret_bits = 128;
			return at + 2;
		}
	}
	*ret_bits = 32;
	return after_octets;
}

static bool is_guid(const uint8_t *label)
{
	if (label[0] != GUID_BYTES)
		return false;
	for (unsigned i = 1; i <= GUID_BYTES; i++) {
		bool dash = i == 9 || i == 14 || i == 19 || i == 24;

		if (dash ? label[i] != '-' : ed_hex_value(label[i]) < 0)
			return false;
	}
	return true;
}

/* A GUID names an object of a directory or a device: its digits are no sign of an encoder. What it
 * says still counts. */
static void pardon_guids(struct ed_span labels, size_t tail, struct entry *e)
{
	for (size_t i = 0; i < labels.n; i += 1U + labels.p[i]) {
		struct ed_label_score s;

		if (!is_guid(labels.p + i))
			continue;
		ed_name_model_label(ed_span_of(labels.p + i + 1, labels.p[i]), &s);
		if (s.llr_mbits > 0)
			e->payload_llr -= s.llr_mbits;
		if (s.llr_mbits > 0 && i == tail)
			e->tail_llr = 0;
	}
}

static bool is_base32(uint8_t c)
{
	return ed_is_letter(c) || (c >= '2' && c <= '7');
}

/* MD5, SHA-1 and SHA-224 in base 16, SHA-1 in base 32. */
static bool is_digest(struct ed_span labels)
{
	unsigned n = labels.n ? labels.p[0] : 0;
	bool is_16 = n == 32 || n == 40 || n == 56, is_32 = n == 32;

	for (unsigned i = 1; i <= n && (is_16 || is_32); i++) {
		is_16 = is_16 && ed_hex_value(labels.p[i]) >= 0;
		is_32 = is_32 && is_base32(labels.p[i]);
	}
	return is_16 || is_32;
}

static bool is_binary(struct ed_span labels)
{
	if (ed_utf8_is_ascii(labels)) /* the lengths of labels are, too */
		return false;
	for (size_t i = 0; i < labels.n; i += 1U + labels.p[i]) {
		if (!ed_utf8_is_text(ed_span_of(labels.p + i + 1, labels.p[i])))
			return true;
	}
	return false;
}

static bool is_artefact(struct ed_span labels)
{
	return labels.n >= 2 && labels.p[1] == '_' &&
	       (labels.p[0] == 1 || (labels.n > 4 && memcmp(labels.p + 1, "_ta-", 4) == 0));
}

static void score_payload(const struct ed_annotator *a, struct ed_span labels, struct entry *e)
{
	struct ed_name_score s;
	unsigned address_bits;
	size_t address = reversed_address(labels, &address_bits);

	if (address > 0) {
		e->payload_shape |= ED_SHAPE_ADDRESS;
		e->payload_code = address_bits * ED_NAME_MODEL_BIT_MBITS;
		labels = ed_span_from(labels, address);
	}
	if (is_digest(labels))
		e->payload_shape |= ED_SHAPE_DIGEST;
	if (is_artefact(labels))
		e->payload_shape |= ED_SHAPE_ARTEFACT;
	if (is_binary(labels))
		e->payload_shape |= ED_SHAPE_BINARY;
	ed_name_model_labels(labels, &s);
	e->payload_llr = s.llr_mbits;
	e->payload_code += s.code_mbits;
	e->payload_alphabet = s.alphabet;
	e->payload_longest = s.label_max;
	if (s.n_labels > 1)
		score_tail(a, labels, &s, e);
	if (s.label_max >= GUID_BYTES)
		pardon_guids(labels, s.tail_off, e);
}

/*
 * A resolver that randomises case (0x20) does so in the whole name: then case is no sign of an
 * encoder, but it may hide one, of one case or of two. The payload is judged as it stands and
 * folded, and what looks more encoded counts. Its case still counts as information, since it could
 * be one.
 */
static void score_cased_payload(const struct ed_annotator *a, struct ed_span name,
				struct ed_span lower, struct entry *e)
{
	bool payload_mixes = mixes_case(name.p, e->zone_off);
	bool zone_mixes = mixes_case(name.p + e->zone_off, name.n - e->zone_off);
	struct entry folded = *e;

	score_payload(a, ed_span_of(name.p, e->zone_off), e);
	if (payload_mixes && !zone_mixes)
		e->payload_shape |= ED_SHAPE_MIXED_CASE;
	if (!payload_mixes || !zone_mixes)
		return;
	score_payload(a, ed_span_of(lower.p, e->zone_off), &folded);
	if (folded.payload_llr > e->payload_llr) {
		uint32_t code = e->payload_code;

		*e = folded;
		e->payload_code = code;
	}
}

/* The label that was chosen at registration; where no list knows the suffix, all of the zone. */
static void score_zone(struct ed_span wire, struct zone *z)
{
	struct ed_name_score s;

	if (z->kind == ED_ZONE_REGISTRABLE)
		wire.n = 1U + wire.p[0];
	else if (z->kind == ED_ZONE_UNLISTED || z->kind == ED_ZONE_SINGLE)
		wire.n -= 1;
	else
		return;
	ed_name_model_labels(wire, &s);
	z->llr = s.llr_mbits;
	z->code = s.code_mbits;
}

/* A browser asks for single labels of letters that cannot exist, to learn whether it is lied to. */
static bool is_probe(struct ed_span zone)
{
	for (unsigned i = 1; i <= zone.p[0]; i++) {
		if (zone.p[i] < 'a' || zone.p[i] > 'z')
			return false;
	}
	return zone.p[0] >= 7 && zone.p[0] <= 15;
}

/* What is known of the zone by name: by whom it is asked, and whether its own label means anything.
 */
static void score_service(const struct ed_annotator *a, struct ed_span wire, struct zone *z)
{
	size_t below = wire.n > 1 ? 1U + wire.p[0] : 0;
	int32_t until_day;

	z->service = ed_services_find(&a->services, z->hash, &z->service_until_day);
	if (a->own_zones && ed_own_zones_has(a->own_zones, wire)) {
		z->service = ED_SERVICE_OWN;
		z->service_until_day = INT32_MAX;
	}
	if (ed_services_is_local(wire)) {
		z->service = ED_SERVICE_LOCAL;
		z->service_until_day = INT32_MAX;
	}
	if (z->kind == ED_ZONE_SINGLE && is_probe(wire))
		z->llr = 0;
	/* the operator of a cloud makes up the labels under its suffix */
	if (z->llr > 0 && below > 0 && below < wire.n &&
	    ed_services_find(&a->services,
			     ed_hash_bytes(wire.p + below, wire.n - below, a->hash_key),
			     &until_day) == ED_SERVICE_CLOUD)
		z->llr = 0;
}

static struct zone *zone_place(struct ed_annotator *a, uint64_t hash)
{
	return &a->zones[hash >> 32 & (ZONES - 1)];
}

static const struct zone *zone_of(struct ed_annotator *a, struct ed_span name,
				  const struct ed_zone_cut *cut)
{
	struct ed_span wire = ed_span_from(name, cut->off);
	uint64_t hash = ed_hash_bytes(wire.p, wire.n, a->hash_key);
	struct zone *z = zone_place(a, hash);

	if (z->hash == hash && z->kind == cut->kind)
		return z;
	*z = (struct zone){ .hash = hash, .kind = cut->kind, .decides = cut->decides };
	if (cut->kind != ED_ZONE_NONE)
		score_zone(wire, z);
	score_service(a, wire, z);
	return z;
}

/* Where the last two labels begin. */
static size_t last_two_labels(struct ed_span name, unsigned *ret_n_labels)
{
	size_t last = 0, second = 0;

	*ret_n_labels = 0;
	for (size_t at = 0; at < name.n && name.p[at] != 0; at += 1U + name.p[at]) {
		second = last;
		last = at;
		++*ret_n_labels;
	}
	return second;
}

/* The zone that a miss will ask for, if it has two labels: where it begins, how many labels the name
 * has, and its hash. Until the event is finished they lie where the cut will. */
static void guess_zone(const struct ed_annotator *a, struct ed_span name, struct ed_event *ev)
{
	unsigned n_labels;
	size_t at = last_two_labels(name, &n_labels);

	ev->zone_off = (uint8_t)at;
	ev->payload_longest = (uint8_t)n_labels;
	ev->zone_hash = ed_hash_bytes(name.p + at, name.n - at, a->hash_key);
}

/* The zone that was guessed for the name, when it is known to be the one: nearly all names are then
 * cut without the list. */
static const struct zone *known_zone(struct ed_annotator *a, const struct ed_event *guess,
				     struct ed_zone_cut *ret_cut)
{
	const struct zone *z = zone_place(a, guess->zone_hash);

	if (guess->payload_longest < 2 || z->hash != guess->zone_hash || !z->decides)
		return NULL;
	*ret_cut = (struct ed_zone_cut){ .off = guess->zone_off,
					 .n_labels_below = (uint8_t)(guess->payload_longest - 2),
					 .kind = z->kind,
					 .decides = true };
	return z;
}

/* Nothing is known of what it says, not even how much; only whether two names are equal. */
static void fill_hidden(struct entry *e)
{
	e->zone_off = ED_HIDDEN_ZONE_OFF;
	e->zone_kind = ED_ZONE_HIDDEN;
	e->payload_code = ED_NAME_MODEL_BIT_MBITS;
}

static void entry_fill(struct ed_annotator *a, struct ed_event *ev, struct entry *e)
{
	struct ed_span name = ed_event_qname(ev);
	uint8_t lower[ED_NAME_MAX + 1];
	struct ed_zone_cut cut;
	const struct zone *z;
	bool is_folded;

	ed_name_lower(name.p, name.n, lower);
	is_folded = memcmp(lower, name.p, name.n) == 0;
	e->name_hash = is_folded ? e->raw_hash : ed_hash_bytes(lower, name.n, a->hash_key);
	if (!is_folded || ev->payload_longest == 0)
		guess_zone(a, ed_span_of(lower, name.n), ev);
	z = known_zone(a, ev, &cut);
	if (!z) {
		ed_zone_cut(a->psl, ed_span_of(lower, name.n), &cut);
		z = zone_of(a, ed_span_of(lower, name.n), &cut);
	}
	e->zone_off = cut.off;
	e->zone_kind = cut.kind;
	e->zone_hash = z->hash;
	e->zone_llr = z->llr;
	e->zone_code = z->code;
	e->zone_service = z->service;
	e->service_until_day = z->service_until_day;
	if (a->reputation)
		e->reputation = (uint8_t)ed_reputation_find(
			a->reputation, ed_span_of(lower, name.n), cut.off,
			(uint64_t[]){ e->name_hash, e->zone_hash }, &e->reputation_feed);
	if (cut.off == 0 ||
	    (cut.kind == ED_ZONE_REVERSE && score_reverse(ed_span_of(lower, name.n), &cut, e)))
		return;
	if (is_folded)
		score_payload(a, ed_span_of(lower, cut.off), e);
	else
		score_cased_payload(a, name, ed_span_of(lower, name.n), e);
}

/* The list of services says until when it is believed. */
static bool in_force(const struct entry *e, const struct ed_event *ev)
{
	return e->zone_service == ED_SERVICE_LOCAL ||
	       (e->zone_service != ED_SERVICE_NONE && (ev->has & ED_FIELD_TIME) &&
		ev->time_ns / (24 * 3600 * ED_NS_PER_S) < e->service_until_day);
}

static struct entry *set_of(struct ed_annotator *a, uint64_t raw_hash)
{
	return a->cache[raw_hash >> 32 & a->set_mask];
}

/* A name that the source masked: "<hash>.hidden" (record/batch.h). Who sends such a name does not
 * get there. */
static bool is_hidden(const struct ed_event *ev)
{
	return (ev->lost & ED_LOST_NAME) && ev->process_off != 0;
}

static bool has(const struct entry *set, uint64_t raw_hash)
{
	return set[ed_hash_way(set[0].raw_hash, set[1].raw_hash, raw_hash)].raw_hash == raw_hash;
}

/* What the cache knows of the name, or makes up for it now. */
static const struct entry *entry_of(struct ed_annotator *a, struct ed_event *ev)
{
	const uint64_t raw = ev->name_hash;
	struct entry *set = set_of(a, raw);
	struct entry older;

	if (has(set, raw)) {
		if (set[0].raw_hash != raw) {
			older = set[1];
			set[1] = set[0];
			set[0] = older;
		}
		return &set[0];
	}
	set[1] = set[0];
	set[0] = (struct entry){ .raw_hash = raw };
	if (is_hidden(ev))
		fill_hidden(&set[0]);
	else
		entry_fill(a, ev, &set[0]);
	return &set[0];
}

/* Whether a name is known cannot be foreseen, so that those that are not are gathered first. */
void ed_annotate_learn(struct ed_annotator *a, struct ed_event *const *events, unsigned n)
{
	struct ed_event *unknown[ED_ANNOTATE_TOGETHER];
	unsigned n_unknown = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct ed_event *ev = events[i];
		bool known = has(set_of(a, ev->name_hash), ev->name_hash);

		unknown[n_unknown] = events[i];
		n_unknown += (ev->name_n > 0) & !known;
	}
	for (unsigned i = 0; i < n_unknown; i++) {
		guess_zone(a, ed_event_qname(unknown[i]), unknown[i]);
		/* A name in upper case is fetched in vain. */
		__builtin_prefetch(zone_place(a, unknown[i]->zone_hash));
	}
	for (unsigned i = 0; i < n_unknown; i++)
		entry_of(a, unknown[i]);
}

void ed_annotate_finish(struct ed_annotator *a, struct ed_event *ev)
{
	const struct entry *e;

	if (ev->name_n == 0)
		return;
	e = entry_of(a, ev);
	ev->name_hash = e->name_hash;
	ev->zone_hash = e->zone_hash;
	ev->payload_llr = e->payload_llr;
	ev->payload_code = e->payload_code;
	ev->zone_llr = e->zone_llr;
	ev->zone_code = e->zone_code;
	ev->tail_llr = e->tail_llr;
	ev->tail_hash = e->tail_hash;
	ev->payload_shape = e->payload_shape;
	ev->zone_service = in_force(e, ev) ? e->zone_service : (uint8_t)ED_SERVICE_NONE;
	ev->payload_alphabet = e->payload_alphabet;
	ev->payload_longest = e->payload_longest;
	ev->zone_off = e->zone_off;
	ev->zone_kind = e->zone_kind;
	ev->reputation = e->reputation;
	ev->reputation_feed = e->reputation_feed;
	if (is_hidden(ev)) {
		ev->name_hash = ed_hidden_name_key(ed_event_qname(ev), ev->client_hash,
						   a->hash_key);
		ev->zone_hash = ed_hidden_zone_key(ev->client_hash, a->hash_key);
	}
}

/*
 * Who asks: the address, with what keeps overlapping ones apart. A source on the machine itself may
 * not know that; there it is the program that asks. What is no lookup belongs to the machine.
 */
static uint64_t asker_hash(const struct ed_annotator *a, const struct ed_event *ev)
{
	const struct ed_process *p = ed_event_process(ev);

	if (p && !ed_event_is_lookup(ev))
		return ed_process_host_hash(p, a->hash_key);
	if (p && !(ev->has & ED_FIELD_CLIENT))
		return ed_process_program_hash(p, a->hash_key);
	return ed_hash_16(ev->client.b, ev->net_tag, a->hash_key);
}

void ed_annotate_prepare(struct ed_annotator *a, struct ed_event *ev)
{
	ev->client_hash = asker_hash(a, ev);
	if (ev->name_n == 0)
		return;
	ev->name_hash = ed_hash_bytes(ed_event_name(ev), ev->name_n, a->hash_key ^ is_hidden(ev));
	ev->name_hash += ev->name_hash == 0; /* which means a free place */
	ev->payload_longest = 0;             /* no zone is guessed yet */
	__builtin_prefetch(&set_of(a, ev->name_hash)[0]);
	__builtin_prefetch(&set_of(a, ev->name_hash)[1]);
}
