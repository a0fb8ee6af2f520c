/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes, zone cut and name scores of an event; see annotate.h. */
#include "enrich/annotate.h"

#include <errno.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/time.h"
#include "enrich/payload.h"
#include "enrich/reputation.h"
#include "enrich/services.h"
#include "model/name_model.h"
#include "record/hidden_name.h"

enum {
	CACHE_WAYS = 2,
	/* large: a miss costs far more than a look into the third-level cache */
	CACHES_MIN_BYTES = 3 << 20,
	CACHES_MAX_BYTES = 48 << 20,
	ZONES_SHARE = 3, /* a third is for zones */
};

/* Everything about a name that the event gets; the key is the hash of the name with its case. */
struct entry {
	uint64_t raw_hash; /* 0: free */
	uint64_t name_hash, zone_hash;
	struct ed_payload payload;
	int32_t zone_llr;
	uint32_t zone_code;
	int32_t service_until_day;
	uint8_t zone_off, zone_kind, zone_service;
	uint8_t reputation, reputation_feed;
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
	uint8_t pad[9];
};
static_assert(sizeof(struct zone) == 32, "two in a cache line");

/* Of its caches' sets the first is the name asked, or the zone learnt, last. */
struct ed_annotator {
	struct entry (*names)[CACHE_WAYS];
	struct zone (*zones)[CACHE_WAYS];
	uint32_t n_name_sets, n_zone_sets;
	const struct ed_psl *psl;
	const struct ed_reputation *reputation; /* may be NULL */
	const struct ed_own_zones *own_zones;   /* may be NULL */
	uint64_t hash_key;
	struct ed_services services;
	struct ed_payload_memo payloads;
};

static int caches_new(struct ed_annotator *a, size_t bytes)
{
	size_t zones_bytes;

	if (bytes < CACHES_MIN_BYTES)
		bytes = CACHES_MIN_BYTES;
	if (bytes > CACHES_MAX_BYTES)
		bytes = CACHES_MAX_BYTES;
	zones_bytes = bytes / ZONES_SHARE;
	a->n_zone_sets = (uint32_t)(zones_bytes / sizeof(a->zones[0]));
	a->n_name_sets = (uint32_t)((bytes - zones_bytes) / sizeof(a->names[0]));
	a->zones = ed_mem_zalloc(a->n_zone_sets, sizeof(a->zones[0]));
	a->names = ed_mem_zalloc(a->n_name_sets, sizeof(a->names[0]));
	return a->zones && a->names ? 0 : -ENOMEM;
}

int ed_annotator_new(const struct ed_psl *psl, uint64_t hash_key, size_t cache_bytes,
		     struct ed_annotator **ret)
{
	struct ed_annotator *a = ed_mem_zalloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	if (caches_new(a, cache_bytes) < 0) {
		ed_annotator_free(a);
		return -ENOMEM;
	}
	a->psl = psl;
	a->hash_key = hash_key;
	a->payloads.hash_key = hash_key;
	ed_services_init(&a->services, hash_key);
	*ret = a;
	return 0;
}

void ed_annotator_free(struct ed_annotator *a)
{
	if (!a)
		return;
	ed_mem_free(a->names);
	ed_mem_free(a->zones);
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
		if (!ed_is_lower(zone.p[i]))
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

static struct zone *zones_of(struct ed_annotator *a, uint64_t hash)
{
	return a->zones[ed_hash_below(hash, a->n_zone_sets)];
}

/* Where the zone is in its set, if it is there. */
static struct zone *zone_in(struct zone *set, uint64_t hash)
{
	return &set[ed_hash_way(set[0].hash, set[1].hash, hash)];
}

static const struct zone *zone_of(struct ed_annotator *a, struct ed_span name,
				  const struct ed_zone_cut *cut)
{
	struct ed_span wire = ed_span_from(name, cut->off);
	uint64_t hash = ed_hash_bytes(wire.p, wire.n, a->hash_key);
	struct zone *set = zones_of(a, hash), *z = zone_in(set, hash);

	if (z->hash == hash && z->kind == cut->kind)
		return z;
	if (z->hash != hash) {
		set[1] = set[0];
		z = &set[0];
	}
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
	const struct zone *z = zone_in(zones_of(a, guess->zone_hash), guess->zone_hash);

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
	e->payload.code = ED_NAME_MODEL_BIT_MBITS;
}

static void entry_fill(struct ed_annotator *a, struct ed_event *ev, struct entry *e)
{
	struct ed_span name = ed_event_qname(ev);
	uint8_t lower[ED_NAME_MAX + 1];
	struct ed_span folded = ed_span_of(lower, name.n);
	struct ed_zone_cut cut;
	const struct zone *z;
	bool is_folded;

	ed_name_lower(name.p, name.n, lower);
	is_folded = memcmp(lower, name.p, name.n) == 0;
	e->name_hash = is_folded ? e->raw_hash : ed_hash_bytes(lower, name.n, a->hash_key);
	if (!is_folded || ev->payload_longest == 0)
		guess_zone(a, folded, ev);
	z = known_zone(a, ev, &cut);
	if (!z) {
		ed_zone_cut(a->psl, folded, &cut);
		z = zone_of(a, folded, &cut);
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
			a->reputation, folded, cut.off, (uint64_t[]){ e->name_hash, e->zone_hash },
			&e->reputation_feed);
	ed_payload_score(&a->payloads, is_folded ? folded : name, folded, &cut, &e->payload);
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
	return a->names[ed_hash_below(raw_hash, a->n_name_sets)];
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
		__builtin_prefetch(zones_of(a, unknown[i]->zone_hash));
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
	ev->payload_llr = e->payload.llr;
	ev->payload_code = e->payload.code;
	ev->zone_llr = e->zone_llr;
	ev->zone_code = e->zone_code;
	ev->tail_llr = e->payload.tail_llr;
	ev->tail_hash = e->payload.tail_hash;
	ev->payload_shape = e->payload.shape;
	ev->zone_service = in_force(e, ev) ? e->zone_service : (uint8_t)ED_SERVICE_NONE;
	ev->payload_alphabet = e->payload.alphabet;
	ev->payload_longest = e->payload.longest;
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
