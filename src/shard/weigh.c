/* SPDX-License-Identifier: Apache-2.0 */
/* Weighing a key; see weigh.h. */
#include "shard/weigh.h"

#include <math.h>
#include <strings.h>

#include "analytic/calibration.h"
#include "analytic/fuse.h"
#include "base/hash.h"
#include "record/hidden_name.h"
#include "shard/views.h"

static_assert(ED_EVIDENCE_ID_content == 0, "may_matter reads the first family's state");

/* From here a key is remembered by name, so that an alert can show it. */
static const float SUSPECT_BITS = -12;
static const double CONTENT_FOR_DOMAIN_BITS = 4;
/* What a place on the list of services is worth; more where nobody else can read the names. */
static const float SERVICE_BITS = 6, OPERATOR_BITS = 12;

/* Masked names are one key for all that a program asks, where others have a hundred, one a domain:
 * so many more of them are a tunnel. Where the program has a reason to ask it is as good as any. */
static const float MASKED_BITS = 6, REASON_BITS = 2.5f;

/* What a place on a list of popular domains speaks against a tunnel; it moves no ceiling. */
static const float POPULAR_BITS = 2;

/* What a domain's names usually look like takes so many clients and names to tell. */
enum { USUAL_CLIENTS_MIN = 12, USUAL_NAMES_MIN = 20 };
/* A pair that asks for so many names, most of them new, is worth a look whatever they look like. */
enum { FRESH_NAMES_MIN = 10 };
/* What the families weigh where it is told. */
static const uint32_t WEIGHED_FIELDS = ED_FIELD_TIME | ED_FIELD_RESOLVER | ED_FIELD_QNAME_CASE |
				       ED_FIELD_QNAME_BYTES | ED_FIELD_QTYPE | ED_FIELD_EDNS |
				       ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES |
				       ED_FIELD_TTL;
/* Samples: the first names, and of each power of two of later ones the one that carries most. */
enum { SAMPLES_STAY = 2, SAMPLES_GO_ROUND = ED_ALERT_SAMPLES_MAX - SAMPLES_STAY };
/* Below it nobody asks whether repeats are heard. */
enum { EXTRA_MIN_BYTES = 256, POOL_NAMES_MIN = 20 };

struct ed_key *ed_key_domain(struct ed_partition *p, struct ed_key *k)
{
	if (k->kind != ED_KEY_PAIR)
		return k->kind == ED_KEY_DOMAIN ? k : NULL;
	return ed_key_find(&p->keys, ed_key_hash(k->zone_hash, 0, ED_KEY_DOMAIN));
}

/*
 * How the domain's names look when others ask for them. Only a crowd can tell: a few clients may
 * all carry the same implant.
 */
static double others_llr_bits(const struct ed_key *pair, const struct ed_key *domain)
{
	struct ed_evidence all = { .n_facts = 0 }, own = { .n_facts = 0 };
	const struct ed_subject nobody = { .n_names = 0 };
	double n, sum;

	ed_evidence_families[ED_EVIDENCE_ID_content]->weigh(domain->evidence, &nobody, &all);
	ed_evidence_families[ED_EVIDENCE_ID_content]->weigh(pair->evidence, &nobody, &own);
	n = ed_evidence_get(&all, "names_scored", 0) - ed_evidence_get(&own, "names_scored", 0);
	sum = ed_evidence_get(&all, "likelihood_ratio_bits", 0) -
	      ed_evidence_get(&own, "likelihood_ratio_bits", 0);
	return n >= USUAL_NAMES_MIN && sum > 0 ? sum / n : 0;
}

static uint32_t clients_of(const struct ed_key *domain)
{
	return domain && domain->crowd.n > 0 ? ed_crowd_estimate(&domain->crowd) : 1;
}

uint32_t ed_key_clients(struct ed_partition *p, struct ed_key *k)
{
	return clients_of(ed_key_domain(p, k));
}

/* What the domain's other clients said in the window, on average: the domain's distinct names are
 * hardly ever shared where they are many. */
static double others_bytes(const struct ed_partition *p, const struct ed_key *domain,
			   double own_bytes, uint32_t n_clients)
{
	struct ed_key_info all;

	ed_key_info(&p->keys, domain, &all);
	return fmax(all.names - own_bytes, 0) / (n_clients - 1);
}

static void subject_domain(struct ed_partition *p, struct ed_key *k, double own_bytes,
			   struct ed_subject *ret)
{
	const struct ed_key *domain = ed_key_domain(p, k);

	ret->n_clients = clients_of(domain);
	ret->domain_first_ns = domain ? domain->first_ns : k->first_ns;
	if (!domain || k->kind != ED_KEY_PAIR || ret->n_clients < 2)
		return;
	ret->others_bytes = others_bytes(p, domain, own_bytes, ret->n_clients);
	if (ret->n_clients >= USUAL_CLIENTS_MIN)
		ret->others_llr_bits = others_llr_bits(k, domain);
}

static unsigned zones_of(uint64_t bits)
{
	return (unsigned)__builtin_popcountll(bits);
}

static void subject_surroundings(const struct ed_partition *p, const struct ed_key *k,
				 struct ed_subject *ret)
{
	const struct ed_client *client = ed_clients_find(&p->client_table, k->client_hash);
	const struct ed_resolver *r = ed_resolvers_find(&p->resolvers, k->resolver);

	ret->site_first_ns = p->first_ns;
	ret->n_site_zones = zones_of(p->all_zones);
	if (client) {
		ret->role = (uint8_t)ed_client_role(client);
		ret->n_client_questions = client->n_questions;
		ret->client_size = client->n_questions * (double)ret->n_site_clients /
				   ((double)p->n_questions + 1);
	}
	if (r && k->resolver) {
		ret->n_resolver_clients = ed_crowd_estimate(&r->clients);
		ret->n_resolver_zones = zones_of(r->zones);
	}
}

/*
 * A name that is asked again before its answer has run out is answered by the resolver's cache: who
 * owns the domain does not hear of it. Twice what remains of the answers' life, on average, is
 * their life; when it is longer than the time between two questions for the same name, repeats tell
 * him nothing. Said only of many names: a few are soon asked often enough by a channel that can
 * wait.
 */
static bool repeats_are_heard(const struct ed_key *k)
{
	const struct ed_evidence_family *family = ed_evidence_families[ED_EVIDENCE_ID_structure];
	const size_t at = ed_evidence_offset(ED_EVIDENCE_ID_structure);
	const struct ed_subject subject = { .has = k->has };
	struct ed_evidence structure = { .n_facts = 0 };
	double every_s = (double)(k->last_ns - k->first_ns) / 1e9 * k->n_names /
			 fmax(k->n_queries, 1);

	if (k->n_names < POOL_NAMES_MIN)
		return true;
	family->weigh(k->evidence + at, &subject, &structure);
	return 2 * ed_evidence_get(&structure, "ttl_mean_s", 0) <= every_s;
}

void ed_key_told(const struct ed_partition *p, const struct ed_key *k, struct ed_key_info *ret)
{
	ed_key_info(&p->keys, k, ret);
	if (k->kind != ED_KEY_PAIR || ret->extra < EXTRA_MIN_BYTES || repeats_are_heard(k))
		return;
	ret->month = fmax(ret->month - ret->month_extra, 0);
	ret->day = ret->names;
	ret->extra = 0;
}

static void subject_reputation(const struct ed_partition *p, const struct ed_key *k,
			       struct ed_subject *ret)
{
	if (k->reputation == ED_REPUTATION_BAD)
		ret->listed = p->conf->feed_names[k->reputation_feed];
	else if (k->reputation == ED_REPUTATION_POPULAR)
		ret->popular = p->conf->feed_names[k->reputation_feed];
}

bool ed_key_is_masked(const struct ed_partition *p, const struct ed_key *k)
{
	return k->kind == ED_KEY_PAIR &&
	       k->zone_hash == ed_hidden_zone_key(k->client_hash, p->conf->hash_key);
}

/*
 * Whether the zone is the machine's own, by the name that it has: "ws1.corp.example.net" asks for
 * hosts of example.net. Who can rename machines of a site can do worse.
 */
static bool is_own_zone(const struct ed_actor *actor, const struct ed_name *zone)
{
	struct ed_span host = ed_actor_text(actor, ED_TEXT_HOST);
	char text[ED_NAME_TEXT_MAX + 1];
	size_t n = ed_name_to_text(ed_span_of(zone->wire, zone->n), text);

	return n > 0 && host.n > n + 1 && host.p[host.n - n - 1] == '.' &&
	       strncasecmp((const char *)host.p + host.n - n, text, n) == 0;
}

static void subject_of(struct ed_partition *p, struct ed_key *k, struct ed_subject *ret)
{
	struct ed_key_info info;

	ed_key_told(p, k, &info);
	*ret = (struct ed_subject){
		.key_kind = k->kind,
		.service = k->service,
		.n_queries = k->n_queries,
		.n_responses = k->n_responses,
		.n_names = k->n_names,
		.info_bytes = info.day,
		.extra_bytes = info.extra,
		.month_bytes = info.month,
		.usual_p = 1,
		.first_ns = k->first_ns,
		.last_ns = k->last_ns,
		.has = k->has,
	};
	ret->n_site_clients = ed_crowd_estimate(&p->all_clients);
	subject_domain(p, k, info.names, ret);
	if (k->kind != ED_KEY_PAIR)
		return;
	subject_surroundings(p, k, ret);
	subject_reputation(p, k, ret);
	ret->is_masked = ed_key_is_masked(p, k);
	ret->usual_p = ed_usual_p(&p->usual, ret->role, info.day);
}

/* Every family's word, not yet capped. Returns how many families there are. */
static uint32_t gather(const struct ed_key *k, const struct ed_subject *subject,
		       struct ed_evidence ret[static ED_EVIDENCE_FAMILIES_MAX])
{
	uint32_t n = 0;
	size_t at = 0;

	for (; n < ED_EVIDENCE_N; n++) {
		const struct ed_evidence_family *f = ed_evidence_families[n];

		memset(&ret[n], 0, sizeof(ret[n]));
		ret[n].family = f->name;
		if ((subject->has & f->uses) == f->uses &&
		    !(subject->is_masked && n == ED_EVIDENCE_ID_content))
			f->weigh(k->evidence + at, subject, &ret[n]);
		at += ed_evidence_room(f);
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

static void keep_sample(struct ed_suspect *s, uint32_t i, const struct ed_event *ev)
{
	/* without a common parent the payload is the domain itself */
	bool has_parent = s->domain.n > 0;

	s->most_code = has_parent ? ev->payload_code : ev->zone_code;
	s->sample_llr_bits[i] = (float)(has_parent ? ev->payload_llr : ev->zone_llr) / 1024;
	s->samples[i].n = ev->name_n;
	memcpy(s->samples[i].wire, ed_event_name(ev), ev->name_n);
	if (i == s->n_samples)
		s->n_samples++;
}

void ed_suspect_sample(struct ed_suspect *s, const struct ed_event *ev)
{
	uint32_t code = s->domain.n > 0 ? ev->payload_code : ev->zone_code;
	uint32_t n, power;

	if (s->n_new == UINT32_MAX)
		return;
	ed_views_note(s, ev->name_hash);
	n = ++s->n_new;
	if (n <= SAMPLES_STAY) {
		keep_sample(s, n - 1, ev);
		return;
	}
	power = 31U - (unsigned)__builtin_clz(n);
	if (n == SAMPLES_STAY + 1 || (n & (n - 1)) == 0 || code > s->most_code)
		keep_sample(s, SAMPLES_STAY + (power - 1) % SAMPLES_GO_ROUND, ev);
}

static bool is_listed(const struct ed_key *k)
{
	return k->kind == ED_KEY_PAIR && k->reputation == ED_REPUTATION_BAD;
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
	if (!ev || (score_bits < SUSPECT_BITS && !is_listed(k)))
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
	p->actors[k->suspect].known = false;
	if (ev->process_off != 0)
		ed_actor_learn(&p->actors[k->suspect], ed_event_process(ev), ev->platform);
	ed_key_pin(&p->keys, k); /* what is under watch is not evicted */
	ed_suspect_sample(s, ev);
	return s;
}

/* ---------------------------------------------------------------- findings */

static void finding_fill(const struct ed_key *k, const struct ed_suspect *s,
			 const struct ed_subject *subject, struct ed_finding *ret)
{
	ret->key_hash = k->hash;
	ret->client = s->client;
	ret->n_seen_from = s->n_seen_from;
	ret->seen_from = s->seen_from;
	ret->actor = subject->actor;
	ret->is_masked = subject->is_masked;
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
	ret->missing = WEIGHED_FIELDS & ~k->has;
	ret->n_samples = s->n_samples;
	ret->samples = s->samples;
	ret->sample_llr_bits = s->sample_llr_bits;
}

/*
 * A domain over all its clients speaks only of what no single client shows: the sum over many.
 * Where it is names that say most of it, they have to look encoded.
 */
static bool speaks(const struct ed_subject *subject, const struct ed_fusion *fusion,
		   const struct ed_finding *f)
{
	if (subject->key_kind != ED_KEY_DOMAIN)
		return fusion->level >= ED_LEVEL_LOW;
	return f->n_clients >= 2 && fusion->verdict == ED_VERDICT_BOUND &&
	       (f->evidence[ED_EVIDENCE_ID_content].bits >= (float)CONTENT_FOR_DOMAIN_BITS ||
		subject->extra_bytes > subject->info_bytes / 2);
}

static float service_bits(const struct ed_subject *s, const struct ed_evidence *evidence)
{
	if (s->is_masked)
		return evidence[ED_EVIDENCE_ID_host].bits >= REASON_BITS ? -MASKED_BITS : 0;
	if (!ed_ceiling_is_service(s, evidence))
		return ed_ceiling_digest_bits(evidence);
	if (s->service == ED_SERVICE_CLOUD || s->service == ED_SERVICE_OWN ||
	    s->service == ED_SERVICE_LOCAL)
		return OPERATOR_BITS;
	/* who watches files or mails asks by the clock */
	return SERVICE_BITS + evidence[ED_EVIDENCE_ID_timing].bits;
}

/* A list that is known by its shape at one client is one for the domain's key and the sums too. */
static void note_list_by_shape(struct ed_partition *p, struct ed_key *k, const struct ed_subject *s,
			       const struct ed_evidence *evidence)
{
	struct ed_key *domain;

	if (k->kind != ED_KEY_PAIR || s->service != ED_SERVICE_NONE ||
	    !ed_ceiling_is_service(s, evidence))
		return;
	domain = ed_key_domain(p, k);
	if (domain)
		domain->service = ED_SERVICE_BLOCK_LIST;
}

/* Asking for a listed domain is told whatever the score says of a tunnel. */
static void forbid(struct ed_fusion *f)
{
	if (f->level >= ED_LEVEL_MEDIUM)
		return;
	f->level = ED_LEVEL_MEDIUM;
	f->verdict = ED_VERDICT_POLICY;
}

static struct ed_analytic_case case_of(const struct ed_subject *s)
{
	return (struct ed_analytic_case){
		.actor = s->actor,
		.lasted_s = (double)(s->last_ns - s->first_ns) / 1e9,
		.n_queries = s->n_queries,
		.info_bytes = s->info_bytes,
		.is_inside = s->service == ED_SERVICE_LOCAL,
	};
}

/* The groups that the key's client is in; a domain's many clients are in none. */
static unsigned groups_of(const struct ed_partition *p, const struct ed_key *k,
			  const struct ed_event *ev)
{
	if (k->kind == ED_KEY_DOMAIN)
		return 0;
	if (ev)
		return ev->groups;
	return k->suspect != ED_KEY_NONE ? p->suspects[k->suspect].groups : 0;
}

static void judge(struct ed_partition *p, struct ed_key *k, const struct ed_event *ev,
		  const struct ed_subject *subject, size_t row)
{
	const struct ed_analytic_case about = case_of(subject);
	const struct ed_analytic *a = ed_analytics[row];
	unsigned groups = groups_of(p, k, ev);
	const void *conf = p->conf->analytic_confs[groups][row];
	struct ed_finding f;
	struct ed_fusion fusion;
	struct ed_suspect *s;
	const char *bound;

	f.server = (struct ed_addr){ { 0 } };
	f.n_evidence = gather(k, subject, f.evidence);
	if (a->weigh)
		a->weigh(conf, &about, f.evidence, f.n_evidence);
	cap(f.evidence, f.n_evidence);
	note_list_by_shape(p, k, subject, f.evidence);
	bound = subject->is_masked ? NULL : ed_ceiling_exceeded(subject, f.evidence);
	if (bound)
		ed_evidence_fact_text(&f.evidence[ED_EVIDENCE_ID_volume], "ceiling_exceeded",
				      bound);
	ed_fuse(&(struct ed_fusion_input){ .evidence = f.evidence,
					   .n_evidence = f.n_evidence,
					   .n_clients = subject->n_clients,
					   .service_bits = service_bits(subject, f.evidence) +
							   (subject->popular ? POPULAR_BITS : 0),
					   .info_bytes = subject->info_bytes,
					   .above_ceiling = bound != NULL },
		&fusion);
	if (subject->listed)
		forbid(&fusion);
	/* who exceeds a ceiling is told, whatever the score */
	s = suspect_of(p, k, ev, bound && fusion.score_bits < 0 ? 0 : fusion.score_bits);
	if (!s)
		return;
	s->score_bits = fusion.score_bits;
	s->level = fusion.level;
	s->analytic = (uint8_t)row;
	s->groups = (uint8_t)groups;
	finding_fill(k, s, subject, &f);
	if (!speaks(subject, &fusion, &f))
		return;
	f.analytic = a->id;
	f.analytic_name = a->platform;
	f.analytic_version = a->version;
	f.level = fusion.level;
	f.verdict = fusion.verdict;
	f.score_bits = fusion.score_bits;
	f.posterior = ed_calibrated_posterior(fusion.score_bits);
	f.discount_bits = fusion.discount_bits;
	f.answer_bytes = ed_evidence_get(&f.evidence[ED_EVIDENCE_ID_structure],
					 "answer_payload_bytes", 0);
	f.n_tunables = ed_analytic_tunables(a, conf, f.tunables);
	p->conf->finding(p->conf->arg, p->index, &f);
}

/* A channel that is fed by answers may name nothing at all. */
static bool was_told_much(const struct ed_key *k)
{
	const uint8_t *volume = k->evidence + ed_evidence_offset(ED_EVIDENCE_ID_volume);

	return ed_volume_answers_bytes(volume) > ED_CEILING_ANSWERS_BYTES ||
	       ed_volume_news_bytes(volume) > ED_CEILING_NEWS_BYTES;
}

/*
 * Most keys are ordinary, and the weighing of one costs as much as several lookups. A key whose
 * names neither look encoded nor are many and new can only matter by more information than its
 * ceiling; the sums, which are hardly below the estimate, rule that out cheaply.
 */
static bool may_matter(const struct ed_key *k)
{
	struct ed_evidence content = { .n_facts = 0 };
	struct ed_subject subject = { .n_names = k->n_names };
	uint32_t noted = k->month_names_bytes[0] + k->month_names_bytes[1] +
			 (k->month_extra[0] + k->month_extra[1]) / (64 * 8);

	if (k->suspect != ED_KEY_NONE || is_listed(k) || noted >= ED_CEILING_PAIR_BYTES * 3 / 4)
		return true;
	if (k->kind == ED_KEY_PAIR && k->n_names >= FRESH_NAMES_MIN &&
	    k->n_names >= k->n_queries / 2)
		return true;
	if (k->kind == ED_KEY_PAIR && was_told_much(k))
		return true;
	ed_evidence_families[ED_EVIDENCE_ID_content]->weigh(k->evidence, &subject, &content);
	return content.bits > 0;
}

/* The analytic that speaks about the key; false: none does. */
static bool analytic_of(const struct ed_partition *p, const struct ed_key *k,
			const struct ed_event *ev, size_t *ret)
{
	if (k->suspect != ED_KEY_NONE) {
		*ret = p->suspects[k->suspect].analytic;
		return true;
	}
	for (size_t row = 0; ev && ed_analytics[row]; row++) {
		if (!ed_analytics[row]->in_scope(p->conf->analytic_confs[ev->groups][row], ev))
			continue;
		*ret = row;
		return true;
	}
	return false;
}

/* The program that asks: as it is remembered, else as the event tells it. */
static const struct ed_actor *actor_of(const struct ed_partition *p, const struct ed_key *k,
				       const struct ed_event *ev, struct ed_actor *room)
{
	if (k->kind == ED_KEY_DOMAIN)
		return NULL;
	if (k->suspect != ED_KEY_NONE)
		return p->actors[k->suspect].known ? &p->actors[k->suspect] : NULL;
	if (!ev || ev->process_off == 0)
		return NULL;
	room->known = false;
	ed_actor_learn(room, ed_event_process(ev), ev->platform);
	return room;
}

/* The domain of a key: of a suspect, else of the event that made it due. */
static const struct ed_name *zone_of(const struct ed_partition *p, const struct ed_key *k,
				     const struct ed_event *ev, struct ed_name *room)
{
	struct ed_span zone;

	if (k->suspect != ED_KEY_NONE)
		return &p->suspects[k->suspect].domain;
	room->n = 0;
	if (!ev)
		return room;
	zone = ed_event_zone(ev);
	room->n = (uint8_t)zone.n;
	ed_name_lower(zone.p, zone.n, room->wire);
	return room;
}

/* What was learnt of it while it was watched. Who passed lookups on is no client. */
static void subject_watched(const struct ed_suspect *s, struct ed_subject *ret)
{
	ret->machine_traits = s->machine_traits;
	if (ret->n_clients > s->n_seen_from)
		ret->n_clients -= s->n_seen_from;
}

void ed_weigh_key(struct ed_partition *p, struct ed_key *k, const struct ed_event *ev)
{
	struct ed_subject subject;
	struct ed_actor actor;
	struct ed_name zone;
	size_t row;

	if (!may_matter(k) || !analytic_of(p, k, ev, &row))
		return;
	subject_of(p, k, &subject);
	subject.actor = actor_of(p, k, ev, &actor);
	if (subject.actor && subject.service == ED_SERVICE_NONE &&
	    is_own_zone(subject.actor, zone_of(p, k, ev, &zone)))
		subject.service = ED_SERVICE_LOCAL;
	if (k->suspect != ED_KEY_NONE)
		subject_watched(&p->suspects[k->suspect], &subject);
	judge(p, k, ev, &subject, row);
}
