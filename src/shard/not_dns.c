/* SPDX-License-Identifier: Apache-2.0 */
/* Raw data on port 53; see not_dns.h. */
#include "shard/not_dns.h"

#include "base/hash.h"
#include "base/time.h"
#include "evidence/evidence.h"
#include "shard/pending.h"

enum {
	WAYS = 4,
	TO_SERVER = 0,
	FROM_SERVER = 1,
	NOT_DNS_KEY = 5 /* beside RARE_KEY of the sweep */
};

/* There is no doubt about what was seen, only about what it is for: a score that is not asked for
 * more than to keep the order of incidents. */
static const float MEDIUM_BITS = 1, HIGH_BITS = 4;

static uint64_t bytes_of(const struct ed_not_dns_pair *pair)
{
	return pair->way[TO_SERVER].n_bytes + pair->way[FROM_SERVER].n_bytes;
}

static uint64_t payloads_of(const struct ed_not_dns_pair *pair)
{
	return pair->way[TO_SERVER].n_payloads + pair->way[FROM_SERVER].n_payloads;
}

static unsigned different(const struct ed_not_dns_pair *pair)
{
	return (unsigned)__builtin_popcountll(pair->contents);
}

static struct ed_not_dns_pair *pair_of(struct ed_not_dns *t, uint64_t hash,
				       const struct ed_event *ev)
{
	struct ed_not_dns_pair *set = &t->pairs[hash % (ED_NOT_DNS_PAIRS / WAYS) * WAYS];
	struct ed_not_dns_pair *least = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
		if (bytes_of(&set[i]) < bytes_of(least))
			least = &set[i];
	}
	t->n_displaced += least->hash != 0;
	*least = (struct ed_not_dns_pair){ .hash = hash,
					   .client = ev->client,
					   .server = ev->resolver,
					   .first_ns = ev->time_ns,
					   .last_ns = ev->time_ns };
	return least;
}

static bool is_copy(const struct ed_not_dns_way *w, const struct ed_event *ev)
{
	return w->n_payloads > 0 && w->last_hash == ev->foreign.hash &&
	       ev->time_ns != ED_TIME_UNKNOWN_NS && ev->time_ns >= w->last_ns &&
	       ev->time_ns - w->last_ns < ED_PENDING_DUPLICATE_NS;
}

static void count(struct ed_not_dns_pair *pair, const struct ed_event *ev)
{
	struct ed_not_dns_way
		*w = &pair->way[ev->has & ED_FIELD_SIZE_QUERY ? TO_SERVER : FROM_SERVER];

	if (payloads_of(pair) == 0 || ev->time_ns < pair->first_ns) {
		pair->first_ns = ev->time_ns;
		pair->n_first = ev->foreign.n_first;
		memcpy(pair->first, ev->foreign.first, sizeof(pair->first));
	}
	if (ev->time_ns > pair->last_ns)
		pair->last_ns = ev->time_ns;
	w->n_payloads++;
	w->n_bytes += ev->size_query + ev->size_response;
	w->last_ns = ev->time_ns;
	w->last_hash = ev->foreign.hash;
	pair->n_tcp += ev->transport == ED_TRANSPORT_TCP;
	pair->contents |= UINT64_C(1) << (ev->foreign.hash & 63);
	pair->formats |= UINT64_C(1) << (ev->format & 63);
}

struct ed_not_dns_pair *ed_not_dns_note(struct ed_not_dns *t, const struct ed_event *ev,
					uint64_t hash_key)
{
	uint64_t server = ed_hash_bytes(&ev->resolver, sizeof(ev->resolver), hash_key);
	uint64_t hash = ed_hash_pair(ed_hash_pair(ev->client_hash, server), NOT_DNS_KEY);
	struct ed_not_dns_pair *pair = pair_of(t, hash ? hash : 1, ev);
	enum ed_level level;
	uint64_t n;

	if (is_copy(&pair->way[ev->has & ED_FIELD_SIZE_QUERY ? TO_SERVER : FROM_SERVER], ev))
		return NULL;
	count(pair, ev);
	level = ed_not_dns_level(pair);
	n = payloads_of(pair);
	if (level == ED_LEVEL_INFORMATIONAL || (level == pair->told && (n & (n - 1)) != 0))
		return NULL;
	pair->told = (uint8_t)level;
	return pair;
}

enum ed_level ed_not_dns_level(const struct ed_not_dns_pair *pair)
{
	uint64_t n_bytes = bytes_of(pair);

	if (payloads_of(pair) < ED_NOT_DNS_PAYLOADS || n_bytes < ED_NOT_DNS_BYTES ||
	    different(pair) < ED_NOT_DNS_DIFFERENT)
		return ED_LEVEL_INFORMATIONAL;
	return n_bytes < ED_NOT_DNS_HIGH_BYTES ? ED_LEVEL_MEDIUM : ED_LEVEL_HIGH;
}

static void fill_evidence(const struct ed_not_dns_pair *pair, struct ed_evidence *ret)
{
	const struct ed_evidence_family *path = ed_evidence_families[ED_EVIDENCE_ID_path];
	const struct ed_not_dns_way *to = &pair->way[TO_SERVER], *from = &pair->way[FROM_SERVER];

	*ret = (struct ed_evidence){ .family = path->name, .bits = path->cap_bits };
	ed_evidence_fact_text(ret, "payload", "not_dns");
	ed_evidence_fact(ret, "payloads_to_server", (double)to->n_payloads);
	ed_evidence_fact(ret, "bytes_to_server", (double)to->n_bytes);
	ed_evidence_fact(ret, "payloads_from_server", (double)from->n_payloads);
	ed_evidence_fact(ret, "bytes_from_server", (double)from->n_bytes);
	ed_evidence_fact(ret, "payloads_in_tcp", (double)pair->n_tcp);
	ed_evidence_fact(ret, "different_payloads_min", different(pair));
}

void ed_not_dns_finding(const struct ed_not_dns_pair *pair, struct ed_finding *ret)
{
	enum ed_level level = ed_not_dns_level(pair);

	*ret = (struct ed_finding){
		.key_hash = pair->hash,
		.level = (uint8_t)level,
		.verdict = ED_VERDICT_POLICY,
		.score_bits = level >= ED_LEVEL_HIGH ? HIGH_BITS : MEDIUM_BITS,
		.n_evidence = 1,
		.client = pair->client,
		.server = pair->server,
		.n_clients = 1,
		.first_ns = pair->first_ns,
		.last_ns = pair->last_ns,
		.info_bytes = (double)pair->way[TO_SERVER].n_bytes,
		.answer_bytes = (double)pair->way[FROM_SERVER].n_bytes,
		.n_queries = payloads_of(pair),
		.formats = pair->formats,
		.n_first_bytes = pair->n_first,
	};
	memcpy(ret->first_bytes, pair->first, sizeof(ret->first_bytes));
	fill_evidence(pair, &ret->evidence[0]);
}
