/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that talk to name servers; see talk.h. */
#include "shard/talk.h"

#include <strings.h>

#include "base/ascii.h"
#include "record/program.h"

enum { TALK_MIN = 5, TALK_MANY = 300 };
static const float TALK_LOW_BITS = 2.5f, TALK_TOLD_BITS = 6, TALK_SURE_BITS = 8;
static const float OWN_SERVER_BITS = 3;

/* A process that may be the one. */
struct candidate {
	struct ed_talker *talker;
	struct ed_spell *spell;           /* NULL: none of those that are remembered was then */
	const struct ed_process *process; /* its start; NULL: not known */
	bool is_named;                    /* the domain stands in its command line */
};

/* What is looked for. */
struct wanted {
	const struct ed_behind *b;
	struct ed_addr client;
	char domain[ED_NAME_TEXT_MAX + 1];
	size_t domain_n;
	int64_t first_ns, last_ns;
	bool is_only;
	struct candidate best;
};

static bool is_stub(const struct ed_talker *k)
{
	static const uint8_t six[16] = { [15] = 1 };
	const struct ed_addr *a = &k->server;

	return ed_addr_is_v4(a) ? a->b[12] == 127 : memcmp(a->b, six, sizeof(six)) == 0;
}

static bool is_resolver(const struct ed_talker *k)
{
	return ed_program_class(ed_actor_text(&k->actor, ED_TEXT_IMAGE)) == ED_PROGRAM_RESOLVER;
}

/* ------------------------------------------------- behind what was seen */

static bool is_of_name(uint8_t c)
{
	return ed_is_letter(c) || ed_is_digit(c) || c == '-';
}

/* True when the domain, or a name below it, stands in the command line. */
static bool names_domain(const struct wanted *w, struct ed_span command)
{
	size_t n = w->domain_n;

	for (size_t i = 0; n > 0 && i + n <= command.n; i++) {
		size_t end = i + n;

		if (strncasecmp((const char *)command.p + i, w->domain, n) != 0 ||
		    (i > 0 && is_of_name(command.p[i - 1])))
			continue;
		if (end < command.n && command.p[end] == '.')
			end++;
		if (end == command.n || !is_of_name(command.p[end]))
			return true;
	}
	return false;
}

static uint32_t flows_of(const struct candidate *c)
{
	return c->spell ? c->spell->n_flows : 0;
}

/* A program whose command line says so; one that asks for itself before one that asks for others;
 * then the busier one. */
static bool fits_better(const struct candidate *c, const struct candidate *than)
{
	if (!than->talker || c->is_named != than->is_named)
		return !than->talker || c->is_named;
	if (is_resolver(c->talker) != is_resolver(than->talker))
		return is_resolver(than->talker);
	if (flows_of(c) != flows_of(than))
		return flows_of(c) > flows_of(than);
	if (c->talker->n_flows != than->talker->n_flows)
		return c->talker->n_flows > than->talker->n_flows;
	return c->talker->hash < than->talker->hash;
}

static bool is_then(const struct wanted *w, int64_t first_ns, int64_t last_ns)
{
	return first_ns <= w->last_ns + ED_BEHIND_SLACK_NS &&
	       w->first_ns - ED_BEHIND_SLACK_NS <= last_ns;
}

/* 1 the talker's machine has the address, -1 it has another, 0 nobody knows. */
static int is_at(const struct wanted *w, const struct ed_talker *k)
{
	if (ed_addr_known(&k->client))
		return ed_addr_eq(&k->client, &w->client) ? 1 : -1;
	return ed_behind_has_address(w->b, ed_behind_machine(w->b, &k->actor), &w->client);
}

/* The start of the spell's process, unless its number is another program's by now. */
static const struct ed_process *start_of(const struct wanted *w, const struct ed_talker *k,
					 const struct ed_spell *spell)
{
	const struct ed_process *p = spell->process ?
					     ed_behind_process(w->b, k->host_hash, spell->process) :
					     NULL;
	struct ed_span image = ed_actor_text(&k->actor, ED_TEXT_IMAGE);
	struct ed_span its = p ? ed_process_text(p, ED_TEXT_IMAGE) : ed_span_of(NULL, 0);

	return its.n > 0 && its.n == image.n && memcmp(its.p, image.p, its.n) == 0 ? p : NULL;
}

static void try_candidate(struct wanted *w, const struct candidate *c, int at)
{
	if (at == 0 && !(c->is_named && w->is_only))
		return;
	if (fits_better(c, &w->best))
		w->best = *c;
}

static void try_talker(void *arg, struct ed_talker *k)
{
	struct wanted *w = arg;
	struct candidate c = { .talker = k };
	int at;

	if (!is_then(w, k->first_ns, k->last_ns))
		return;
	at = is_at(w, k);
	if (at < 0)
		return;
	try_candidate(w, &c, at);
	for (unsigned i = 0; i < ED_TALKER_SPELLS; i++) {
		c.spell = &k->spells[i];
		if (c.spell->n_flows == 0 || !is_then(w, c.spell->first_ns, c.spell->last_ns))
			continue;
		c.process = start_of(w, k, c.spell);
		c.is_named = c.process &&
			     names_domain(w, ed_process_text(c.process, ED_TEXT_COMMAND));
		try_candidate(w, &c, at);
	}
}

static void take(const struct candidate *c, struct ed_actor *ret)
{
	ret->known = false;
	ret->platform = c->talker->actor.platform;
	if (c->process)
		ed_actor_learn(ret, c->process, ret->platform);
	else
		*ret = c->talker->actor;
	if (c->is_named)
		ret->process.attribution = ED_ATTRIBUTION_COMMAND;
	else
		ret->process.attribution = is_stub(c->talker) ? ED_ATTRIBUTION_STUB :
								ED_ATTRIBUTION_SOCKET;
}

void ed_talk_find(const struct ed_behind *b, struct ed_partition *p, uint32_t suspect, bool is_only)
{
	const struct ed_suspect *s = &p->suspects[suspect];
	struct ed_key *k = &p->keys.keys[s->key];
	struct wanted w = { .b = b,
			    .client = s->client,
			    .first_ns = k->first_ns,
			    .last_ns = k->last_ns,
			    .is_only = is_only };

	w.domain_n = ed_name_to_text(ed_span_of(s->domain.wire, s->domain.n), w.domain);
	for (unsigned n = 0; n < b->n; n++)
		ed_machines_each_talker(&b->partitions[n].machines, try_talker, &w);
	if (!w.best.talker)
		return;
	if (w.best.spell)
		w.best.spell->is_told = true;
	take(&w.best, &p->actors[suspect]);
	ed_behind_lineage(b, &p->actors[suspect]);
	k->formats |= w.best.talker->formats;
}

/* ----------------------------------- programs whose words nobody saw */

/*
 * A program that talks to name servers itself goes round the system's resolver. Without a name
 * there is nothing to weigh but who it is and how much it does, so it takes a program without any
 * reason to make this an alert.
 */
static enum ed_level talk_level(uint32_t n_flows, float bits)
{
	if (bits < TALK_LOW_BITS || n_flows < TALK_MIN)
		return ED_LEVEL_INFORMATIONAL;
	if (bits < TALK_TOLD_BITS)
		return ED_LEVEL_LOW;
	return n_flows >= TALK_MANY || bits >= TALK_SURE_BITS ? ED_LEVEL_HIGH : ED_LEVEL_MEDIUM;
}

/* Who else talks to the server of a program, and to others. */
struct company {
	const struct ed_talker *of;
	bool same_server, other_server;
};

static void try_company(void *arg, struct ed_talker *k)
{
	struct company *c = arg;

	if (k->hash == c->of->hash)
		return;
	c->same_server |= ed_addr_eq(&k->server, &c->of->server);
	c->other_server |= !ed_addr_eq(&k->server, &c->of->server);
}

/* True for a name server that nobody else asks, where others ask another one. */
static bool has_server_of_its_own(const struct ed_behind *b, const struct ed_talker *k)
{
	struct company c = { .of = k };

	for (unsigned n = 0; n < b->n; n++)
		ed_machines_each_talker(&b->partitions[n].machines, try_company, &c);
	return c.other_server && !c.same_server;
}

/* Messages of processes that no tunnel is known of. */
static uint32_t n_untold(const struct ed_talker *k)
{
	uint32_t n = k->n_flows;

	for (unsigned i = 0; i < ED_TALKER_SPELLS; i++)
		n -= k->spells[i].is_told ? k->spells[i].n_flows : 0;
	return n;
}

/* True when an alert as grave names the program: these messages are its lookups. */
static bool is_told_of(const struct ed_behind *b, const struct ed_talker *k, unsigned level)
{
	for (unsigned n = 0; n < b->n; n++) {
		const struct ed_partition *p = &b->partitions[n];

		for (uint32_t i = 0; i < p->n_suspects_used; i++) {
			const struct ed_suspect *s = &p->suspects[i];

			if (s->key != ED_KEY_NONE && s->level >= level && p->actors[i].known &&
			    (ed_process_program_hash(&p->actors[i].process, p->conf->hash_key) |
			     1) == k->hash)
				return true;
		}
	}
	return false;
}

static void tell_talker(void *arg, struct ed_talker *k)
{
	const struct ed_behind *b = arg;
	struct ed_partition *p = ed_behind_partition(b, k->host_hash);
	size_t row = ed_analytic_row_of(k->actor.platform);
	const struct ed_analytic *a = ed_analytics[row];
	struct ed_subject subject = { .has = ED_FIELD_QNAME | ED_FIELD_PROCESS };
	struct ed_finding f = { .key_hash = k->hash, .actor = &k->actor, .n_evidence = 2 };
	struct ed_evidence *path = &f.evidence[0], *host = &f.evidence[1];

	if (is_resolver(k))
		return;
	ed_behind_lineage(b, &k->actor);
	subject.actor = &k->actor;
	path->family = ed_evidence_families[ED_EVIDENCE_ID_path]->name;
	ed_evidence_fact(path, "flows_to_name_servers", k->n_flows);
	ed_evidence_fact(path, "name_servers_min", __builtin_popcountll(k->servers));
	if (has_server_of_its_own(b, k)) {
		ed_evidence_fact_text(path, "server", "asked by no other program");
		path->bits = OWN_SERVER_BITS;
	}
	host->family = ed_evidence_families[ED_EVIDENCE_ID_host]->name;
	ed_evidence_families[ED_EVIDENCE_ID_host]->weigh(
		(const uint8_t[ED_EVIDENCE_STATE_MAX]){ 0 }, &subject, host);
	a->weigh(p->conf->analytic_confs[0][row],
		 &(struct ed_analytic_case){ .actor = &k->actor, .n_queries = k->n_flows },
		 f.evidence, f.n_evidence);
	f.level = (uint8_t)talk_level(n_untold(k), host->bits + path->bits);
	if (f.level < ED_LEVEL_LOW || is_told_of(b, k, f.level))
		return;
	f.analytic = a->id;
	f.analytic_name = a->platform;
	f.analytic_version = a->version;
	f.verdict = f.level >= ED_LEVEL_MEDIUM ? ED_VERDICT_SCORE : ED_VERDICT_WATCH;
	f.score_bits = host->bits + path->bits - TALK_TOLD_BITS;
	f.client = k->client;
	f.server = k->server;
	f.n_clients = 1;
	f.first_ns = k->first_ns;
	f.last_ns = k->last_ns;
	f.n_queries = k->n_flows;
	f.info_bytes = (double)k->bytes_up;
	f.formats = k->formats;
	f.n_tunables = ed_analytic_tunables(a, p->conf->analytic_confs[0][row], f.tunables);
	p->conf->finding(p->conf->arg, p->index, &f);
}

void ed_talk_tell(const struct ed_behind *b)
{
	for (unsigned i = 0; i < b->n; i++)
		ed_machines_each_talker(&b->partitions[i].machines, tell_talker, (void *)b);
}
