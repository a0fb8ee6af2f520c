/* SPDX-License-Identifier: Apache-2.0 */
/* Weighing a key; see weigh.h. */
#include "shard/weigh.h"

#include <math.h>

#include "analytic/fuse.h"
#include "base/hash.h"

static_assert(ED_EVIDENCE_ID_content == 0, "may_matter reads the first family's state");

/* From here a key is remembered by name, so that an alert can show it. */
static const float SUSPECT_BITS = -12;
static const double CONTENT_FOR_DOMAIN_BITS = 4;

static uint32_t clients_of(struct ed_partition *p, const struct ed_key *k)
{
	const struct ed_key *domain = k;

	if (k->kind == ED_KEY_CLIENT)
		return 1;
	if (k->kind == ED_KEY_PAIR) {
		uint64_t h = ed_hash_pair(ed_hash_pair(k->zone_hash, 0), ED_KEY_DOMAIN + 1U);

		domain = ed_key_find(&p->keys, h ? h : 1);
	}
	return domain && domain->crowd.n > 0 ? ed_crowd_estimate(&domain->crowd) : 1;
}

static void subject_of(const struct ed_partition *p, const struct ed_key *k, struct ed_subject *ret)
{
	*ret = (struct ed_subject){
		.key_kind = k->kind,
		.n_queries = k->n_queries,
		.n_responses = k->n_responses,
		.n_names = k->n_names,
		.info_bytes = ed_key_info_bytes(&p->keys, k),
		.first_ns = k->first_ns,
		.last_ns = k->last_ns,
		.has = k->has,
	};
}

/* Every family's word, not yet capped. Returns how many families there are. */
static uint32_t gather(const struct ed_key *k, const struct ed_subject *subject,
		       struct ed_evidence ret[static ED_EVIDENCE_FAMILIES_MAX])
{
	uint32_t n = 0;
	size_t at = 0;

	for (; ed_evidence_families[n]; n++) {
		const struct ed_evidence_family *f = ed_evidence_families[n];

		memset(&ret[n], 0, sizeof(ret[n]));
		ret[n].family = f->name;
		if ((subject->has & f->uses) == f->uses)
			f->weigh(k->evidence + at, subject, &ret[n]);
		at += (f->state_bytes + 7) & ~(size_t)7;
	}
	return n;
}

static void cap(struct ed_evidence *evidence, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (evidence[i].bits > ed_evidence_families[i]->cap_bits)
			evidence[i].bits = ed_evidence_families[i]->cap_bits;
	}
}

/* ---------------------------------------------------------------- suspects */

void ed_suspect_sample(struct ed_suspect *s, const struct ed_event *ev)
{
	if (s->n_samples == ED_ALERT_SAMPLES_MAX)
		return;
	s->samples[s->n_samples].n = ev->name_n;
	memcpy(s->samples[s->n_samples].wire, ed_event_name(ev), ev->name_n);
	s->n_samples++;
}

/* A free place, or that of the least suspicious when it is less so than @score_bits. */
static struct ed_suspect *suspect_place(struct ed_partition *p, float score_bits)
{
	struct ed_suspect *least = NULL;

	if (p->n_suspects_used < p->conf->n_suspects)
		return &p->suspects[p->n_suspects_used++];
	for (uint32_t i = 0; i < p->n_suspects_used; i++) {
		if (!least || p->suspects[i].score_bits < least->score_bits)
			least = &p->suspects[i];
	}
	if (!least || least->score_bits >= score_bits)
		return NULL;
	p->keys.keys[least->key].suspect = ED_KEY_NONE;
	ed_key_unpin(&p->keys, &p->keys.keys[least->key]);
	p->n_suspects_displaced++;
	return least;
}

static struct ed_suspect *suspect_of(struct ed_partition *p, struct ed_key *k,
				     const struct ed_event *ev, float score_bits)
{
	struct ed_suspect *s;

	if (k->suspect != ED_KEY_NONE)
		return &p->suspects[k->suspect];
	if (!ev || score_bits < SUSPECT_BITS)
		return NULL;
	s = suspect_place(p, score_bits);
	if (!s)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->key = (uint32_t)(k - p->keys.keys);
	if (k->kind != ED_KEY_DOMAIN)
		s->client = ev->client;
	if (k->kind != ED_KEY_CLIENT) {
		struct ed_span zone = ed_event_zone(ev);

		s->domain.n = (uint8_t)zone.n;
		ed_name_lower(zone.p, zone.n, s->domain.wire);
	}
	k->suspect = (uint32_t)(s - p->suspects);
	ed_key_pin(&p->keys, k); /* what is under watch is not evicted */
	ed_suspect_sample(s, ev);
	return s;
}

/* ---------------------------------------------------------------- findings */

static double ceiling_of(const struct ed_key *k, uint32_t n_clients)
{
	switch (k->kind) {
	case ED_KEY_PAIR:
		return ED_CEILING_PAIR_BYTES;
	case ED_KEY_DOMAIN:
		return ED_CEILING_DOMAIN_BYTES * fmax(1, n_clients / 3.0);
	default:
		return 0; /* a client's sum over rare domains needs their prevalence */
	}
}

static void finding_fill(const struct ed_key *k, const struct ed_suspect *s,
			 const struct ed_subject *subject, struct ed_finding *ret)
{
	ret->key_hash = k->hash;
	ret->client = s->client;
	ret->domain = s->domain;
	ret->common_parent = k->kind != ED_KEY_CLIENT;
	ret->all_clients = k->kind == ED_KEY_DOMAIN;
	ret->n_clients = subject->n_clients;
	ret->first_ns = k->first_ns;
	ret->last_ns = k->last_ns;
	ret->info_bytes = subject->info_bytes;
	ret->n_queries = k->n_queries;
	ret->n_names = k->n_names;
	ret->formats = k->formats;
	ret->n_samples = s->n_samples;
	ret->samples = s->samples;
}

/* A domain over all its clients speaks only of what no single client shows: the sum over many. */
static bool speaks(const struct ed_key *k, const struct ed_fusion *fusion,
		   const struct ed_finding *f)
{
	if (k->kind != ED_KEY_DOMAIN)
		return fusion->level >= ED_LEVEL_LOW;
	return f->n_clients >= 2 && fusion->verdict == ED_VERDICT_BOUND &&
	       f->evidence[ED_EVIDENCE_ID_content].bits >= (float)CONTENT_FOR_DOMAIN_BITS;
}

static void judge(struct ed_partition *p, struct ed_key *k, const struct ed_event *ev,
		  const struct ed_subject *subject, size_t row)
{
	const struct ed_analytic *a = ed_analytics[row];
	const void *conf = p->conf->analytic_conf[row];
	struct ed_finding f;
	struct ed_fusion fusion;
	struct ed_suspect *s;

	f.n_evidence = gather(k, subject, f.evidence);
	if (a->weigh)
		a->weigh(conf, f.evidence, f.n_evidence);
	cap(f.evidence, f.n_evidence);
	ed_fuse(&(struct ed_fusion_input){ .evidence = f.evidence,
					   .n_evidence = f.n_evidence,
					   .n_clients = subject->n_clients,
					   .info_bytes = subject->info_bytes,
					   .ceiling_bytes = ceiling_of(k, subject->n_clients) },
		&fusion);
	s = suspect_of(p, k, ev, fusion.score_bits);
	if (!s)
		return;
	s->score_bits = fusion.score_bits;
	finding_fill(k, s, subject, &f);
	if (!speaks(k, &fusion, &f))
		return;
	f.analytic = a->id;
	f.analytic_name = a->platform;
	f.analytic_version = a->version;
	f.level = fusion.level;
	f.verdict = fusion.verdict;
	f.score_bits = fusion.score_bits;
	f.discount_bits = fusion.discount_bits;
	f.answer_bytes = ed_evidence_get(&f.evidence[ED_EVIDENCE_ID_structure],
					 "answer_payload_bytes", 0);
	f.n_tunables = ed_analytic_tunables(a, conf, f.tunables);
	p->conf->finding(p->conf->arg, p->index, &f);
}

/*
 * Most keys are ordinary, and the weighing of one costs as much as several lookups. A key whose
 * names do not look encoded can only matter by more information than its ceiling; the noted sum,
 * which is hardly below the estimate, rules that out cheaply.
 */
static bool may_matter(const struct ed_key *k)
{
	struct ed_evidence content = { .n_facts = 0 };
	struct ed_subject subject = { .n_names = k->n_names };

	if (k->suspect != ED_KEY_NONE || k->info_noted >= ED_CEILING_PAIR_BYTES * 3 / 4)
		return true;
	ed_evidence_families[ED_EVIDENCE_ID_content]->weigh(k->evidence, &subject, &content);
	return content.bits > 0;
}

void ed_weigh_key(struct ed_partition *p, struct ed_key *k, const struct ed_event *ev)
{
	struct ed_subject subject;

	if (!may_matter(k))
		return;
	subject_of(p, k, &subject);
	subject.n_clients = clients_of(p, k);
	for (size_t row = 0; ed_analytics[row]; row++) {
		if (!ev || ed_analytics[row]->in_scope(p->conf->analytic_conf[row], ev))
			judge(p, k, ev, &subject, row);
	}
}
