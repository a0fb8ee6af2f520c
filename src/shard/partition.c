/* SPDX-License-Identifier: Apache-2.0 */
/* A partition's work on one event; see partition.h. */
#include "shard/partition.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "base/fixed_log.h"
#include "base/hash.h"
#include "base/mem.h"
#include "shard/sweep.h"
#include "shard/weigh.h"

enum { WEIGH_FIRST = 3, WEIGH_EVERY = 64 };
/* So many free bytes in an answer are worth one of a name when a key is admitted. */
enum { ANSWER_SHARE = 16 };
/* A name that could not be printed uses all values of a byte, which only pays where labels are full:
 * at least a quarter of one. */
enum { UNPRINTED_BYTES = 16 };

static void set_observers(struct ed_partition *p, enum ed_key_kind kind)
{
	struct ed_observer *o = p->observers[kind];

	p->key_bytes[kind] = offsetof(struct ed_key, evidence);
	for (unsigned i = 0; i < ED_EVIDENCE_N; i++) {
		const struct ed_evidence_family *f = ed_evidence_families[i];

		if (!f->observe || !(f->keys >> kind & 1))
			continue;
		*o++ = (struct ed_observer){ f->observe, ed_evidence_offset(i) };
		p->key_bytes[kind] = offsetof(struct ed_key, evidence) + ed_evidence_offset(i + 1);
	}
}

int ed_partition_init(struct ed_partition *p, unsigned index, const struct ed_partition_conf *conf)
{
	struct ed_mem_pool *pool = conf->pool;
	int r;

	memset(p, 0, sizeof(*p));
	p->conf = conf;
	p->index = index;
	for (unsigned kind = 0; kind < ED_KEY_N; kind++)
		set_observers(p, kind);
	r = ed_key_table_init(&p->keys, conf->n_keys, conf->n_sketches, pool);
	if (r == 0)
		r = ed_pending_init(&p->pending, conf->n_pending, pool);
	if (r == 0)
		r = ed_shared_names_init(&p->shared, conf->n_shared_names, pool);
	if (r == 0)
		r = ed_clients_init(&p->client_table, conf->n_clients, pool);
	if (r == 0)
		r = ed_machines_init(&p->machines, conf->machines_bytes, conf->hash_key);
	p->actors = ed_mem_zalloc(conf->n_suspects, sizeof(*p->actors));
	p->suspects = ed_mem_take(pool, conf->n_suspects, sizeof(*p->suspects));
	if (r == 0 && (!p->suspects || !p->actors))
		r = -ENOMEM;
	if (r < 0)
		ed_partition_done(p);
	return r;
}

void ed_partition_done(struct ed_partition *p)
{
	ed_key_table_done(&p->keys);
	ed_pending_done(&p->pending);
	ed_shared_names_done(&p->shared);
	ed_clients_done(&p->client_table);
	ed_machines_done(&p->machines);
	ed_mem_free(p->actors);
	p->actors = NULL;
	ed_mem_free(p->suspects);
	p->suspects = NULL;
}

/* Of a payload; one that says anything weighs at least 1. */
static unsigned weight_bytes(uint32_t code_mbits)
{
	unsigned w = (code_mbits + 4 * 1024) / (8 * 1024);

	return w + ((w == 0) & (code_mbits > 0));
}

/* Lets every family see the sighting; each has its block in the key. */
static void observe(const struct ed_partition *p, struct ed_key *k, const struct ed_sighting *s)
{
	for (const struct ed_observer *o = p->observers[s->key_kind]; o->observe; o++)
		o->observe(k->evidence + o->at, s);
}

/* Time has passed over the key: @n_halves of its window. */
static void age(struct ed_key *k, unsigned n_halves)
{
	size_t at = 0;

	for (size_t i = 0; ed_evidence_families[i]; i++) {
		const struct ed_evidence_family *f = ed_evidence_families[i];

		if (f->turn)
			f->turn(k->evidence + at, n_halves);
		if (f->fade && n_halves > 1)
			f->fade(k->evidence + at);
		at += ed_evidence_room(f);
	}
}

/* What a list says of a name stays with its keys; a bad one has them weighed at once. */
static void note_reputation(struct ed_key *k, const struct ed_sighting *s)
{
	const struct ed_event *ev = s->ev;

	if (ev->reputation <= k->reputation || s->key_kind == ED_KEY_CLIENT)
		return;
	k->reputation = ev->reputation;
	k->reputation_feed = ev->reputation_feed;
	if (ev->reputation == ED_REPUTATION_BAD)
		k->next_weigh = k->n_queries;
}

static void note_suspect(struct ed_partition *p, uint32_t suspect, const struct ed_sighting *s)
{
	if (s->is_new)
		ed_suspect_sample(&p->suspects[suspect], s->ev);
	if (s->ev->process_off != 0 && !p->actors[suspect].known)
		ed_actor_learn(&p->actors[suspect], ed_event_process(s->ev), s->ev->platform);
}

/* What every kind of key does with a sighting, once its novelty is known. */
static void key_sees(struct ed_partition *p, struct ed_key *k, const struct ed_sighting *s)
{
	const struct ed_event *ev = s->ev;

	if (k->n_queries + k->n_responses == 0) {
		k->first_ns = ev->time_ns;
		k->last_ns = ev->time_ns;
		k->kind = s->key_kind;
		k->zone_hash = ev->zone_hash;
		k->client_hash = ev->client_hash;
		k->next_weigh = WEIGH_FIRST;
	}
	if (ev->time_ns > k->last_ns)
		k->last_ns = ev->time_ns;
	else if (ev->time_ns < k->first_ns)
		k->first_ns = ev->time_ns;
	k->has |= ev->has;
	if (!(ev->payload_shape & ED_SHAPE_REVERSE))
		k->is_named = true;
	if (ev->zone_service != ED_SERVICE_NONE)
		k->service = ev->zone_service;
	k->formats |= UINT64_C(1) << (ev->format & 63);
	k->n_queries += s->is_query;
	k->n_responses += s->is_response;
	note_reputation(k, s);
	observe(p, k, s);
	if (k->suspect != ED_KEY_NONE)
		note_suspect(p, k->suspect, s);
	if (k->n_queries < k->next_weigh)
		return;
	k->next_weigh = k->n_queries +
			(k->n_queries < WEIGH_EVERY ? 1 + k->n_queries / 4 : WEIGH_EVERY);
	ed_weigh_key(p, k, ev);
}

/* What the positional predictor may look at: a payload whose case says nothing. */
static struct ed_span predictable(const struct ed_event *ev)
{
	bool cased = ev->payload_shape & ED_SHAPE_MIXED_CASE;

	return cased ? ed_span_of(NULL, 0) : ed_event_payload(ev);
}

static unsigned unprinted_bytes(const struct ed_event *ev)
{
	bool is_known = ev->has & ED_FIELD_QNAME; /* its zone at least */

	return is_known && ed_event_is_unprinted(ev) ? UNPRINTED_BYTES : 0;
}

/* A channel that is fed by answers names little: a counter. */
static unsigned answer_bytes(const struct ed_sighting *s)
{
	bool tells = s->is_response & ((s->ev->has & ED_FIELD_RDATA_BYTES) != 0) &
		     (s->key_kind != ED_KEY_CLIENT);

	return tells ? s->ev->answers.bytes_opaque / ANSWER_SHARE : 0;
}

/* What the sighting brings to any key's table; the payload's text only to that of a pair. */
static void bid_of(const struct ed_partition *p, const struct ed_sighting *s,
		   struct ed_key_bid *ret)
{
	const struct ed_event *ev = s->ev;
	unsigned weight = weight_bytes(s->code_mbits);
	unsigned most = s->is_shared ? 1 : UINT_MAX;

	/* a shared name costs its index, not its text */
	weight = weight < most ? weight : most;
	/* member by member: a copy of the whole would wait for each of the narrow stores */
	ret->payload_hash = s->payload_hash;
	ret->payload = ed_span_of(NULL, 0);
	ret->weight_bytes = weight;
	ret->other_bytes = unprinted_bytes(ev);
	ret->quiet = ((weight == 0) & (ret->other_bytes == 0)) | s->is_shared;
	ret->other_bytes += answer_bytes(s) * !ret->quiet;
	ret->sure = ev->reputation == ED_REPUTATION_BAD;
	ret->draw = ed_hash_pair(p->conf->hash_key, (uint64_t)ev->time_ns ^ ev->offset << 40);
	ret->time_ns = ev->time_ns;
}

/* Finds or admits the key, notes the payload, fills novelty. NULL: the key has no place. */
static struct ed_key *key_for(struct ed_partition *p, uint64_t hash, const struct ed_key_bid *bid,
			      struct ed_sighting *s)
{
	struct ed_key_news news;
	struct ed_key *k;

	s->is_new = false;
	k = s->is_query ? NULL : ed_key_find_at(&p->keys, hash, bid->hint);
	if (k || (!s->is_query && bid->other_bytes == 0))
		return k;
	k = ed_key_admit(&p->keys, hash, bid, &news);
	if (!k)
		return NULL;
	s->is_new = news.is_new && s->is_query;
	if (news.n_halves > 0)
		age(k, news.n_halves);
	return k;
}

/* What the sensor saw of the header, in one byte; 0: nothing. The message id and the source port
 * are random by design and left out. */
static uint8_t header_tag(const struct ed_event *ev, uint64_t hash_key)
{
	uint64_t h;

	if (!(ev->has & ED_FIELD_EDNS) || ev->kind == ED_EVENT_DNS_RESPONSE)
		return 0;
	h = (uint64_t)ev->flags << 48 | (uint64_t)ev->qclass << 32 | (uint32_t)ev->edns_size << 16 |
	    ev->edns_options_bytes;
	return (uint8_t)(ed_hash_pair(hash_key, h) | 1);
}

/* What the question says beside its name. It is not held against the client where others ask the
 * name too. */
static uint32_t pair_asks(struct ed_partition *p, struct ed_key *pair, const struct ed_sighting *s)
{
	const struct ed_event *ev = s->ev;
	const struct ed_question q = {
		.name_id = (uint32_t)(ev->name_hash >> 32),
		.qtype = ev->has & ED_FIELD_QTYPE ? ev->qtype : 0,
		.header_tag = header_tag(ev, p->conf->hash_key),
		.is_new = s->is_new,
		.n_names = pair->n_names + 1,
	};

	uint8_t *many = pair->sketch == ED_KEY_NONE ? NULL :
						      p->keys.sketches[pair->sketch].followers;

	uint32_t cost = ed_question_code(&pair->questions, many, &q);

	cost += unprinted_bytes(ev) * 8 * 1024;
	if (s->n_askers <= 1)
		ed_key_note_extra(pair, cost);
	return cost;
}

/* Whom a lookup counts for where it matters how many ask: the programs of a machine are one. */
static uint64_t asker_of(const struct ed_partition *p, const struct ed_event *ev)
{
	return ev->process_off == 0 || (ev->has & ED_FIELD_CLIENT) ?
		       ev->client_hash :
		       ed_process_host_hash(ed_event_process(ev), p->conf->hash_key);
}

/* The sum over the domain's clients counts what its owner can have heard of, whoever asks it too.
 * The domain may have lost its place to the pair. */
static void domain_hears(const struct ed_visit *v, struct ed_key *domain, bool heard, uint32_t cost)
{
	if (heard && domain && domain->hash == v->domain)
		ed_key_note_extra(domain, cost);
}

static void zone_role(const struct ed_visit *v, struct ed_sighting s)
{
	uint64_t asker = asker_of(v->p, v->ev);
	struct ed_partition *p = v->p;
	const struct ed_event *ev = v->ev;
	struct ed_key *domain, *pair;
	struct ed_key_bid bid;
	bool heard;

	s.llr_mbits = ev->payload_llr;
	s.code_mbits = ev->payload_code;
	s.payload_hash = ev->name_hash;
	if (s.is_query)
		s.n_askers = (uint8_t)ed_shared_names_note(&p->shared, ev->name_hash, asker);
	s.is_shared = ev->zone_off > 0 && s.n_askers >= ED_SHARED_CLIENTS;
	heard = ed_shared_names_heard(&p->shared, ev);
	bid_of(p, &s, &bid);
	s.key_kind = ED_KEY_DOMAIN;
	bid.hint = v->domain_hint;
	domain = key_for(p, v->domain, &bid, &s);
	if (!domain || domain->n_queries + domain->n_responses == 0) /* else it is counted */
		ed_hll_add(&p->zones, ev->zone_hash);
	if (domain) {
		if (s.is_query)
			ed_crowd_add(&domain->crowd, asker);
		key_sees(p, domain, &s);
	}
	s.key_kind = ED_KEY_PAIR;
	bid.payload = predictable(ev);
	bid.hint = v->pair_hint;
	pair = key_for(p, v->pair, &bid, &s);
	if (!pair)
		return;
	if (s.is_query)
		domain_hears(v, domain, heard, pair_asks(p, pair, &s));
	else
		domain_hears(v, domain, heard, ed_log2_mbits(pair->n_names + 1));
	if (v->resolver)
		pair->resolver = v->resolver;
	key_sees(p, pair, &s);
}

/* What surrounds the keys: clients, servers, how many domains there are. */
static void note_surroundings(const struct ed_visit *v)
{
	struct ed_partition *p = v->p;
	const struct ed_event *ev = v->ev;

	if (p->first_ns == 0 && (ev->has & ED_FIELD_TIME))
		p->first_ns = ev->time_ns;
	p->all_zones |= UINT64_C(1) << (ev->zone_hash >> 8 & 63);
	if (ed_clients_note(&p->client_table, ev)) { /* the others are counted */
		ed_crowd_add(&p->all_clients, ev->client_hash);
		ed_hll_add(&p->clients, ev->client_hash);
	}
	if (v->resolver)
		ed_resolvers_note(&p->resolvers, v->resolver, ev);
	ed_sweep_maybe(p, ev);
}

/* Halves of an exchange, which are looked up to be paired, and records of whole ones that carry the
 * message id: a mirror port or two sensors may show them twice. */
static bool can_be_copy(const struct ed_event *ev)
{
	return ev->kind != ED_EVENT_DNS_PAIR || (ev->has & ED_FIELD_TXID);
}

/* The client's last question (or answer) once more. */
static bool is_repeat_of_last(struct ed_key *client, const struct ed_event *ev)
{
	uint64_t question = ed_pending_question(ev) ^ ev->kind;
	bool copy = question == client->last.question &&
		    ev->time_ns - client->last.time_ns < ED_PENDING_DUPLICATE_NS &&
		    ev->time_ns >= client->last.time_ns;

	client->last.question = question;
	client->last.time_ns = ev->time_ns;
	return copy;
}

/* The client key looks at registrable labels: a tunnel may have no parent in common. */
static void client_role(const struct ed_visit *v, struct ed_sighting s)
{
	const struct ed_event *ev = v->ev;
	struct ed_key_bid bid;
	struct ed_key *client;

	s.key_kind = ED_KEY_CLIENT;
	s.is_plain = ed_zone_is_plain(ev);
	s.stands_for = s.is_plain ? ED_PLAIN_SAMPLE : 1;
	s.llr_mbits = ev->zone_llr;
	s.code_mbits = s.is_plain ? 1 : ev->zone_code; /* a chosen name carries next to nothing */
	s.payload_hash = ev->zone_hash;
	/* an answer tells the domain too, where nobody saw the question; where somebody did it is
	 * not new */
	s.is_query = true;
	bid_of(v->p, &s, &bid);
	bid.hint = v->client_hint;
	client = key_for(v->p, v->client, &bid, &s);
	if (client && can_be_copy(ev) && is_repeat_of_last(client, ev))
		return;
	s.is_query = ev->kind != ED_EVENT_DNS_RESPONSE || s.is_new;
	if (client && (!s.is_plain || s.is_new))
		key_sees(v->p, client, &s);
}

static void tell_policy(struct ed_partition *p, struct ed_finding *f)
{
	const struct ed_analytic *a = ed_analytics[ed_analytic_row_of(ED_PLATFORM_NETWORK)];

	f->analytic = a->id;
	f->analytic_name = a->platform;
	f->analytic_version = a->version;
	p->conf->finding(p->conf->arg, p->index, f);
}

void ed_partition_tell_policy(struct ed_partition *p, struct ed_finding *f)
{
	if (p->conf->sanctioned) {
		f->n_tunables = 1;
		f->tunables[0].name = "SanctionedResolvers";
		(void)snprintf(f->tunables[0].value, sizeof(f->tunables[0].value), "%s",
			       p->conf->sanctioned);
	}
	tell_policy(p, f);
}

static void tell_not_dns(struct ed_partition *p, const struct ed_not_dns_pair *pair)
{
	struct ed_finding f;

	ed_not_dns_finding(pair, &f);
	tell_policy(p, &f);
}

static void tell_egress(struct ed_partition *p, const struct ed_egress_pair *pair)
{
	struct ed_finding f;

	ed_egress_finding(pair, &f);
	ed_partition_tell_policy(p, &f);
}

static void note_egress(struct ed_partition *p, const struct ed_event *ev)
{
	const struct ed_egress_pair *pair = ed_egress_note(&p->egress, &p->conf->egress, ev,
							   p->conf->hash_key);

	if (pair)
		tell_egress(p, pair);
	if (p->conf->egress.sanctioned)
		ed_unasked_flow(&p->unasked, ev, p->conf->hash_key);
}

static void note_answer(struct ed_partition *p, const struct ed_event *ev)
{
	if (p->conf->egress.sanctioned && ev->kind != ED_EVENT_DNS_QUERY && ev->answers.first_v4)
		ed_unasked_answer(&p->unasked, ev);
}

/* The last figures of each; what was told of a client's servers before it turned out to ask many
 * itself is told by the client's. */
static void finish_egress(struct ed_partition *p)
{
	for (uint32_t i = 0; i < ED_EGRESS_PAIRS; i++) {
		const struct ed_egress_pair *pair = &p->egress.pairs[i];

		if (pair->hash == 0)
			continue;
		if (!ed_egress_is_covered(&p->egress, pair)) {
			if (ed_egress_level(pair) > ED_LEVEL_INFORMATIONAL)
				tell_egress(p, pair);
		} else if (pair->told && p->conf->withdraw) {
			p->conf->withdraw(p->conf->arg, p->index, pair->hash);
		}
	}
}

void ed_visit_prepare(struct ed_partition *p, const struct ed_event *ev, unsigned roles,
		      struct ed_visit *ret)
{
	*ret = (struct ed_visit){ .p = p, .ev = ev, .roles = roles };
	if (roles & ED_ROLE_ZONE) {
		ret->pair = ed_key_hash(ev->zone_hash, ev->client_hash, ED_KEY_PAIR);
		ret->domain = ed_key_hash(ev->zone_hash, 0, ED_KEY_DOMAIN);
		ed_key_prefetch(&p->keys, ret->pair);
		ed_key_prefetch(&p->keys, ret->domain);
		ed_shared_names_prefetch(&p->shared, ev->name_hash);
		ed_clients_prefetch(&p->client_table, ev->client_hash);
		ret->resolver = ed_resolver_hash(ev, p->conf->hash_key);
		if (can_be_copy(ev)) {
			ret->question = ed_pending_question(ev);
			ed_pending_prefetch(&p->pending, ret->question);
		}
	}
	if (roles & ED_ROLE_CLIENT) {
		ret->client = ed_key_hash(ev->client_hash, 0, ED_KEY_CLIENT);
		ed_key_prefetch(&p->keys, ret->client);
	}
}

/* How far a lookup reaches into the key of its client: all the way where the domain looks made up. */
static size_t client_bytes(const struct ed_visit *v)
{
	return ed_zone_is_plain(v->ev) ? (size_t)ED_KEY_PLAIN_BYTES :
					 v->p->key_bytes[ED_KEY_CLIENT];
}

void ed_visit_touch(struct ed_visit *v)
{
	const struct ed_partition *p = v->p;

	if (v->roles & ED_ROLE_ZONE) {
		v->pair_hint = ed_key_fetch(&p->keys, v->pair, p->key_bytes[ED_KEY_PAIR]);
		v->domain_hint = ed_key_fetch(&p->keys, v->domain, ED_KEY_PLAIN_BYTES);
		if (v->domain_hint.at == ED_KEY_NONE)
			ed_hll_prefetch(&p->zones, v->ev->zone_hash);
	}
	if (v->roles & ED_ROLE_CLIENT)
		v->client_hint = ed_key_fetch(&p->keys, v->client, client_bytes(v));
}

void ed_visit_reach(const struct ed_visit *v)
{
	const struct ed_partition *p = v->p;

	if (v->roles & ED_ROLE_ZONE) {
		ed_key_fetch_next(&p->keys, v->pair_hint, v->ev->name_hash, 0);
		ed_key_fetch_next(&p->keys, v->domain_hint, v->ev->name_hash,
				  p->key_bytes[ED_KEY_DOMAIN]);
	}
	if (v->roles & ED_ROLE_CLIENT)
		ed_key_fetch_next(&p->keys, v->client_hint, v->ev->zone_hash,
				  p->key_bytes[ED_KEY_CLIENT]);
}

void ed_visit(const struct ed_visit *v)
{
	const struct ed_event *ev = v->ev;
	struct ed_partition *p = v->p;
	struct ed_sighting s = { .ev = ev, .stands_for = 1 };

	if (ev->kind == ED_EVENT_NOT_DNS) {
		const struct ed_not_dns_pair *pair = ed_not_dns_note(&p->not_dns, ev,
								     p->conf->hash_key);

		if (pair)
			tell_not_dns(p, pair);
		return;
	}
	if ((v->roles & ED_ROLE_HOST) && ev->process_off != 0)
		ed_machines_note(&p->machines, ev);
	if ((v->roles & ED_ROLE_EGRESS) || ev->kind == ED_EVENT_FLOW)
		note_egress(p, ev);
	if (!(ev->has & ED_FIELD_QNAME) || ev->name_n == 0)
		return;
	s.is_query = ev->kind != ED_EVENT_DNS_RESPONSE;
	s.is_response = ev->kind != ED_EVENT_DNS_QUERY;
	if (v->roles & ED_ROLE_ZONE) {
		struct ed_sighting z = s;

		note_answer(p, ev);
		if (can_be_copy(ev)) {
			enum ed_pending_verdict verdict = ed_pending_note(&p->pending, ev,
									  v->question);

			if (verdict == ED_PENDING_DUPLICATE) {
				p->n_duplicates++;
				return;
			}
			/* an answer whose question nobody saw stands for both */
			z.is_query = verdict == ED_PENDING_NEW;
		}
		if (z.is_query)
			note_surroundings(v);
		zone_role(v, z);
	}
	if (v->roles & ED_ROLE_CLIENT)
		client_role(v, s);
}

void ed_partition_finish(struct ed_partition *p)
{
	for (uint32_t i = 0; i < p->keys.n_used; i++) {
		if (p->keys.keys[i].hash && p->keys.keys[i].suspect != ED_KEY_NONE)
			ed_weigh_key(p, &p->keys.keys[i], NULL);
	}
	for (uint32_t i = 0; i < ED_NOT_DNS_PAIRS; i++) {
		if (p->not_dns.pairs[i].told)
			tell_not_dns(p, &p->not_dns.pairs[i]);
	}
	finish_egress(p);
	ed_sweep(p, p->last_ns);
}
