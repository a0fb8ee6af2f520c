/* SPDX-License-Identifier: Apache-2.0 */
/* Connections to addresses that no lookup gave; see unasked.h. */
#include "shard/unasked.h"

#include "base/hash.h"
#include "evidence/evidence.h"

enum { WAYS = 2, NETWORK_BITS = 8, FILTER_BITS = ED_UNASKED_WORDS * 64 };

/* As that of what is told of egress at the level low. */
static const float LOW_BITS = 1;

/* ------------------------------------------------------------------ answers */

static uint64_t network_hash(uint64_t client_hash, uint32_t server)
{
	return ed_hash_pair(client_hash, server >> NETWORK_BITS);
}

/* Of the client's answers, one in so many; a network has no such number. */
static uint64_t kind_hash(uint64_t client_hash, unsigned kind)
{
	return ed_hash_pair(client_hash, (UINT64_C(1) << 32) + kind);
}

static void set_bits(struct ed_unasked *t, uint64_t h)
{
	for (unsigned i = 0; i < 2; i++, h >>= 32)
		t->asked[h % FILTER_BITS / 64] |= UINT64_C(1) << (h % 64);
}

static bool has_bits(const struct ed_unasked *t, uint64_t h)
{
	bool all = true;

	for (unsigned i = 0; i < 2; i++, h >>= 32)
		all &= t->asked[h % FILTER_BITS / 64] >> (h % 64) & 1;
	return all;
}

void ed_unasked_answer(struct ed_unasked *t, const struct ed_event *ev)
{
	uint32_t server = ev->answers.first_v4;
	uint64_t mixed = ed_hash_mix(server >> NETWORK_BITS);

	set_bits(t, network_hash(ev->client_hash, server));
	set_bits(t, kind_hash(ev->client_hash, mixed % ED_UNASKED_KINDS));
}

bool ed_unasked_knows(const struct ed_unasked *t, uint64_t client_hash, uint32_t server)
{
	return has_bits(t, network_hash(client_hash, server));
}

uint32_t ed_unasked_kinds(const struct ed_unasked *t, uint64_t client_hash)
{
	uint32_t kinds = 0;

	for (unsigned i = 0; i < ED_UNASKED_KINDS; i++)
		kinds |= (uint32_t)has_bits(t, kind_hash(client_hash, i)) << i;
	return kinds;
}

/* ------------------------------------------------------------------ servers */

/* Groups, this machine, its link, and networks that are routed inside a site alone. */
static bool is_outside(uint32_t a)
{
	return a >> 24 != 0 && a >> 24 != 10 && a >> 24 != 127 && a >> 16 != 0xa9fe &&
	       a >> 20 != 0xac1 && a >> 16 != 0xc0a8 && a >> 22 != 0x191 && a >> 28 < 0xe;
}

static uint32_t v4_of(const struct ed_addr *a)
{
	return (uint32_t)a->b[12] << 24 | (uint32_t)a->b[13] << 16 | (uint32_t)a->b[14] << 8 |
	       a->b[15];
}

static struct ed_unasked_client *client_of(struct ed_unasked *t, const struct ed_event *ev)
{
	struct ed_unasked_client
		*set = &t->clients[(ev->client_hash >> 16) % (ED_UNASKED_CLIENTS / WAYS) * WAYS];
	struct ed_unasked_client *least = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].hash == ev->client_hash)
			return &set[i];
		if (set[i].n_servers < least->n_servers)
			least = &set[i];
	}
	*least = (struct ed_unasked_client){ .hash = ev->client_hash,
					     .addr = ev->client,
					     .first_ns = ev->time_ns,
					     .last_ns = ev->time_ns };
	return least;
}

static void sample(struct ed_unasked_client *c, uint32_t hash, uint32_t server)
{
	uint32_t at = c->n_servers;

	while (at > 0 && c->server_hash[at - 1] > hash)
		at--;
	if ((at > 0 && c->server_hash[at - 1] == hash) || at == ED_UNASKED_SERVERS)
		return;
	if (c->n_servers < ED_UNASKED_SERVERS)
		c->n_servers++;
	for (uint32_t i = c->n_servers - 1; i > at; i--) {
		c->server_hash[i] = c->server_hash[i - 1];
		c->server[i] = c->server[i - 1];
	}
	c->server_hash[at] = hash;
	c->server[at] = server;
}

void ed_unasked_flow(struct ed_unasked *t, const struct ed_event *ev, uint64_t hash_key)
{
	const uint32_t both = ED_FIELD_CLIENT | ED_FIELD_RESOLVER;
	struct ed_unasked_client *c;
	uint32_t server;

	if (ev->kind != ED_EVENT_FLOW || ev->flow.service == ED_FLOW_DNS ||
	    (ev->has & both) != both || !ed_addr_is_v4(&ev->resolver))
		return;
	server = v4_of(&ev->resolver);
	if (!is_outside(server))
		return;
	c = client_of(t, ev);
	c->n_flows++;
	c->bytes_up += ev->size_query;
	c->bytes_down += ev->size_response;
	c->formats |= UINT64_C(1) << (ev->format & 63);
	if (ev->time_ns < c->first_ns)
		c->first_ns = ev->time_ns;
	if (ev->time_ns > c->last_ns)
		c->last_ns = ev->time_ns;
	sample(c, (uint32_t)ed_hash_pair(hash_key, server), server);
}

/* ------------------------------------------------------------------ finding */

void ed_unasked_finding(const struct ed_unasked_client *c, uint32_t n_unasked, uint32_t server,
			struct ed_finding *ret)
{
	const struct ed_evidence_family *path = ed_evidence_families[ED_EVIDENCE_ID_path];
	struct ed_evidence *e = &ret->evidence[0];
	const uint8_t v4[4] = { (uint8_t)(server >> 24), (uint8_t)(server >> 16),
				(uint8_t)(server >> 8), (uint8_t)server };

	*ret = (struct ed_finding){
		.key_hash = ed_hash_pair(c->hash, ED_UNASKED_WORDS),
		.level = ED_LEVEL_LOW,
		.verdict = ED_VERDICT_POLICY,
		.score_bits = LOW_BITS,
		.client = c->addr,
		.n_clients = 1,
		.first_ns = c->first_ns,
		.last_ns = c->last_ns,
		.info_bytes = (double)c->bytes_up,
		.answer_bytes = (double)c->bytes_down,
		.n_queries = c->n_flows,
		.formats = c->formats,
		.n_evidence = 1,
	};
	ed_addr_from_v4(v4, &ret->server);
	*e = (struct ed_evidence){ .family = path->name, .bits = path->cap_bits };
	ed_evidence_fact_text(e, "egress", "unasked_addresses");
	ed_evidence_fact(e, "flows", (double)c->n_flows);
	ed_evidence_fact(e, "servers_sampled", c->n_servers);
	ed_evidence_fact(e, "servers_without_lookup", n_unasked);
}
