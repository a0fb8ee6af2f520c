/* SPDX-License-Identifier: Apache-2.0 */
/* A partition's work on one event; see partition.h. */
#include "shard/partition.h"

#include <errno.h>

#include "base/hash.h"
#include "base/mem.h"
#include "shard/weigh.h"

enum { WEIGH_FIRST = 3, WEIGH_EVERY = 64 };

int ed_partition_init(struct ed_partition *p, unsigned index, const struct ed_partition_conf *conf)
{
	int r;

	memset(p, 0, sizeof(*p));
	p->conf = conf;
	p->index = index;
	r = ed_key_table_init(&p->keys, conf->n_keys, conf->n_sketches, conf->hash_key);
	if (r == 0)
		r = ed_pending_init(&p->pending, conf->n_pending);
	if (r == 0)
		r = ed_shared_names_init(&p->shared, conf->n_shared_names);
	p->suspects = ed_mem_zalloc(conf->n_suspects, sizeof(*p->suspects));
	if (r == 0 && !p->suspects)
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
	ed_mem_free(p->suspects);
	p->suspects = NULL;
}

static uint64_t key_hash(uint64_t a, uint64_t b, enum ed_key_kind kind)
{
	uint64_t h = ed_hash_pair(ed_hash_pair(a, b), kind + 1U);

	return h ? h : 1;
}

static unsigned weight_bytes(uint32_t code_mbits)
{
	unsigned w = (code_mbits + 4 * 1024) / (8 * 1024);

	return w > 0 ? w : 1;
}

/* Lets every family see the sighting; each has its block in the key. */
static void observe(struct ed_key *k, const struct ed_sighting *s)
{
	size_t at = 0;

	for (size_t i = 0; ed_evidence_families[i]; i++) {
		const struct ed_evidence_family *f = ed_evidence_families[i];

		if (f->keys >> s->key_kind & 1)
			f->observe(k->evidence + at, s);
		at += (f->state_bytes + 7) & ~(size_t)7;
	}
}

static void fade(struct ed_key *k)
{
	size_t at = 0;

	for (size_t i = 0; ed_evidence_families[i]; i++) {
		if (ed_evidence_families[i]->fade)
			ed_evidence_families[i]->fade(k->evidence + at);
		at += (ed_evidence_families[i]->state_bytes + 7) & ~(size_t)7;
	}
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
		k->next_weigh = WEIGH_FIRST;
	}
	if (ev->time_ns > k->last_ns)
		k->last_ns = ev->time_ns;
	else if (ev->time_ns < k->first_ns)
		k->first_ns = ev->time_ns;
	k->has |= ev->has;
	k->formats |= (uint8_t)(1U << (ev->format & 7));
	k->n_queries += s->is_query;
	k->n_responses += s->is_response;
	observe(k, s);
	if (k->suspect != ED_KEY_NONE && s->is_new)
		ed_suspect_sample(&p->suspects[k->suspect], ev);
	if (k->n_queries < k->next_weigh)
		return;
	k->next_weigh = k->n_queries +
			(k->n_queries < WEIGH_EVERY ? 1 + k->n_queries / 4 : WEIGH_EVERY);
	ed_weigh_key(p, k, ev);
}

/* Finds or admits the key, notes the payload, fills novelty. NULL: the key has no place. */
static struct ed_key *key_for(struct ed_partition *p, uint64_t hash, struct ed_sighting *s)
{
	const struct ed_event *ev = s->ev;
	unsigned weight = s->code_mbits ? weight_bytes(s->code_mbits) : 0;
	struct ed_key_news news;
	struct ed_key *k;

	if (!s->is_query)
		return ed_key_find(&p->keys, hash);
	if (s->is_shared)
		weight = weight ? 1 : 0; /* costs its index, not its name */
	k = ed_key_admit(&p->keys, hash,
			 &(struct ed_key_bid){ .payload_hash = s->payload_hash,
					       .weight_bytes = weight,
					       .quiet = weight == 0 || s->is_shared,
					       .draw = (uint64_t)ev->time_ns ^ ev->offset << 40,
					       .time_ns = ev->time_ns },
			 &news);
	s->is_new = news.is_new;
	if (news.window_passed)
		fade(k);
	return k;
}

static void zone_role(const struct ed_visit *v, struct ed_sighting s)
{
	struct ed_partition *p = v->p;
	const struct ed_event *ev = v->ev;
	struct ed_key *domain, *pair;

	s.llr_mbits = ev->payload_llr;
	s.code_mbits = ev->zone_off > 0 ? ev->payload_code : 0;
	s.payload_hash = ev->name_hash;
	if (s.is_query && ev->zone_off > 0)
		s.is_shared = ed_shared_names_note(&p->shared, ev->name_hash, ev->client_hash);
	s.key_kind = ED_KEY_DOMAIN;
	domain = key_for(p, v->domain, &s);
	if (domain) {
		if (s.is_query)
			ed_crowd_add(&domain->crowd, ev->client_hash);
		key_sees(p, domain, &s);
	}
	s.key_kind = ED_KEY_PAIR;
	s.is_new = false;
	pair = key_for(p, v->pair, &s);
	if (pair)
		key_sees(p, pair, &s);
}

/* The client key looks at registrable labels: a tunnel may have no parent in common. */
static void client_role(const struct ed_visit *v, struct ed_sighting s)
{
	const struct ed_event *ev = v->ev;
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
	client = key_for(v->p, v->client, &s);
	s.is_query = ev->kind != ED_EVENT_DNS_RESPONSE || s.is_new;
	if (client && (!s.is_plain || s.is_new))
		key_sees(v->p, client, &s);
}

void ed_visit_prepare(struct ed_partition *p, const struct ed_event *ev, unsigned roles,
		      struct ed_visit *ret)
{
	*ret = (struct ed_visit){ .p = p, .ev = ev, .roles = roles };
	if (roles & ED_ROLE_ZONE) {
		ret->pair = key_hash(ev->zone_hash, ev->client_hash, ED_KEY_PAIR);
		ret->domain = key_hash(ev->zone_hash, 0, ED_KEY_DOMAIN);
		ed_key_prefetch_slot(&p->keys, ret->pair);
		ed_key_prefetch_slot(&p->keys, ret->domain);
		ed_shared_names_prefetch(&p->shared, ev->name_hash);
		if (ev->kind != ED_EVENT_DNS_PAIR) {
			ret->question = ed_pending_question(ev);
			ed_pending_prefetch(&p->pending, ret->question);
		}
	}
	if (roles & ED_ROLE_CLIENT) {
		ret->client = key_hash(ev->client_hash, 0, ED_KEY_CLIENT);
		ed_key_prefetch_slot(&p->keys, ret->client);
	}
}

void ed_visit_touch(const struct ed_visit *v)
{
	if (v->roles & ED_ROLE_ZONE) {
		ed_key_prefetch_key(&v->p->keys, v->pair);
		ed_key_prefetch_key(&v->p->keys, v->domain);
	}
	if (v->roles & ED_ROLE_CLIENT)
		ed_key_prefetch_key(&v->p->keys, v->client);
}

void ed_visit(const struct ed_visit *v)
{
	const struct ed_event *ev = v->ev;
	struct ed_partition *p = v->p;
	struct ed_sighting s = { .ev = ev, .stands_for = 1 };

	if (!(ev->has & ED_FIELD_QNAME) || ev->name_n == 0)
		return;
	s.is_query = ev->kind != ED_EVENT_DNS_RESPONSE;
	s.is_response = ev->kind != ED_EVENT_DNS_QUERY;
	if (v->roles & ED_ROLE_ZONE) {
		struct ed_sighting z = s;

		ed_hll_add(&p->zones, ev->zone_hash);
		ed_hll_add(&p->clients, ev->client_hash);
		if (ev->kind != ED_EVENT_DNS_PAIR) {
			enum ed_pending_verdict verdict = ed_pending_note(&p->pending, ev,
									  v->question);

			if (verdict == ED_PENDING_DUPLICATE) {
				p->n_duplicates++;
				return;
			}
			/* an answer whose question nobody saw stands for both */
			z.is_query = verdict == ED_PENDING_NEW;
		}
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
}
