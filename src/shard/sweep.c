/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep; see sweep.h. */
#include "shard/sweep.h"

#include <math.h>

#include "base/hash.h"
#include "shard/weigh.h"

#define HOUR_NS (3600 * INT64_C(1000000000))
#define DAY_NS (24 * HOUR_NS)
/* What a pair's information reaches back at most. */
#define REACH_NS (36 * HOUR_NS)

enum { KEYS_PER_EVENT = 4, RARE_KEY = 4 /* beside the kinds of keys, in a finding's hash */ };

static int64_t day_of(int64_t time_ns)
{
	return (time_ns >= 0 ? time_ns : time_ns - DAY_NS + 1) / DAY_NS;
}

/* A pair that is told for itself, or is asked so by trade, is not told again in a sum. */
static bool counts_as_rare(struct ed_partition *p, struct ed_key *k, double bytes)
{
	const struct ed_key *domain = ed_key_domain(p, k);

	if (k->suspect != ED_KEY_NONE && p->suspects[k->suspect].score_bits >= 0)
		return false;
	return k->service == ED_SERVICE_NONE && (!domain || domain->service == ED_SERVICE_NONE) &&
	       bytes <= ED_CEILING_PAIR_BYTES && ed_key_clients(p, k) <= ED_RARE_CLIENTS_MAX;
}

static void add_rare(struct ed_partition *p, const struct ed_key *k, double bytes, int64_t now_ns)
{
	const struct ed_client *client = ed_clients_find(&p->client_table, k->client_hash);
	bool recent = now_ns >= k->last_ns && now_ns - k->last_ns <= REACH_NS;
	bool is_mail = client && ed_client_role(client) == ED_CLIENT_MAIL;
	const struct ed_rare_sum from = {
		.client_hash = k->client_hash,
		.day = day_of(recent ? now_ns : k->last_ns),
		.first_ns = k->first_ns,
		.last_ns = k->last_ns,
		.client = client ? client->addr : (struct ed_addr){ .b = { 0 } },
	};

	/* a mail server asks every sender's domain for keys and policies; what a program asks is
	 * not all that its machine asks, and how many machines ask is not known */
	if (client && ed_addr_known(&client->addr) &&
	    bytes >= (is_mail ? ED_RARE_MAIL_PAIR_BYTES : ED_RARE_PAIR_BYTES))
		ed_rare_add(&p->rare, &from, (uint32_t)bytes);
}

/* How many pairs one with a key stands for: the others were not admitted. */
static double stands_for(const struct ed_partition *p, double bytes)
{
	double tau = fmin((double)p->keys.tau, (double)ED_KEY_FIRST_TAU);

	return 1 / (1 - exp(-fmax(bytes, 1) * tau));
}

/* Whom a client looks up by address is chosen by those who came to it: of reversed addresses only
 * repeats, types and headers are its own words. The pair's ceiling counts them all. */
static double own_words(const struct ed_key *k, const struct ed_key_info *info)
{
	return k->is_named ? info->day : info->extra;
}

static void sweep_pair(struct ed_partition *p, struct ed_key *k, int64_t now_ns, bool is_new_day)
{
	struct ed_key_info info;
	double bytes;

	ed_key_told(p, k, &info);
	bytes = own_words(k, &info);
	if (bytes >= ED_RARE_PAIR_BYTES && counts_as_rare(p, k, bytes))
		add_rare(p, k, bytes, now_ns);
	if (is_new_day && k->suspect == ED_KEY_NONE && k->last_ns >= now_ns - DAY_NS) {
		const struct ed_client *c = ed_clients_find(&p->client_table, k->client_hash);

		ed_usual_note(&p->usual, c ? ed_client_role(c) : ED_CLIENT_UNKNOWN, info.day,
			      stands_for(p, info.day));
	}
}

void ed_sweep(struct ed_partition *p, int64_t now_ns)
{
	bool is_new_day = day_of(now_ns) > p->day;

	p->rare.sweep++;
	for (uint32_t i = 0; i < p->keys.n_used; i++) {
		struct ed_key *k = &p->keys.keys[i];

		if (k->hash && k->kind == ED_KEY_PAIR)
			sweep_pair(p, k, now_ns, is_new_day);
	}
	if (is_new_day) {
		ed_usual_next_day(&p->usual);
		p->day = day_of(now_ns);
	}
	p->sweep_ns = now_ns;
	p->n_since_sweep = 0;
}

void ed_sweep_maybe(struct ed_partition *p, const struct ed_event *ev)
{
	p->n_questions++;
	p->n_since_sweep++;
	if (!(ev->has & ED_FIELD_TIME))
		return;
	if (p->sweep_ns == 0) {
		p->sweep_ns = ev->time_ns;
		p->day = day_of(ev->time_ns);
	}
	p->last_ns = ev->time_ns;
	/* back by more than a day: the times before were wrong, or this is another log */
	if (ev->time_ns - p->sweep_ns < HOUR_NS && p->sweep_ns - ev->time_ns < DAY_NS)
		return;
	if (p->n_since_sweep * KEYS_PER_EVENT >= p->keys.n_keys)
		ed_sweep(p, ev->time_ns);
}

/* ----------------------------------------------------------------- report */

static void rare_found(void *arg, const struct ed_rare_sum *sum)
{
	struct ed_partition *p = arg;
	const size_t row = ed_analytic_row_of(ED_PLATFORM_NETWORK);
	const struct ed_analytic *a = ed_analytics[row];
	const void *conf = p->conf->analytic_confs[0][row];
	struct ed_finding f = {
		.key_hash = ed_hash_pair(sum->client_hash, RARE_KEY),
		.analytic = a->id,
		.analytic_name = a->platform,
		.analytic_version = a->version,
		.level = ED_LEVEL_MEDIUM,
		.verdict = ED_VERDICT_BOUND,
		.client = sum->client,
		.n_clients = 1,
		.first_ns = sum->first_ns,
		.last_ns = sum->last_ns,
		.info_bytes = sum->most_bytes,
		.n_names = sum->most_domains,
		.n_evidence = 1,
	};

	f.evidence[0].family = ed_evidence_families[ED_EVIDENCE_ID_volume]->name;
	f.evidence[0].bits = ed_evidence_families[ED_EVIDENCE_ID_volume]->cap_bits;
	ed_evidence_fact(&f.evidence[0], "information_bytes", sum->most_bytes);
	ed_evidence_fact(&f.evidence[0], "rare_domains", sum->most_domains);
	ed_evidence_fact_text(&f.evidence[0], "ceiling_exceeded",
			      "one client, rare domains, a day");
	f.n_tunables = ed_analytic_tunables(a, conf, f.tunables);
	p->conf->finding(p->conf->arg, p->index, &f);
}

int ed_sweep_report(struct ed_partition *partitions, unsigned n)
{
	const struct ed_rare *tables[ED_PARTITIONS];

	for (unsigned i = 0; i < n && i < ED_PARTITIONS; i++)
		tables[i] = &partitions[i].rare;
	return ed_rare_collect(tables, n < ED_PARTITIONS ? n : ED_PARTITIONS, ED_CEILING_RARE_BYTES,
			       rare_found, &partitions[0]);
}
