/* SPDX-License-Identifier: Apache-2.0 */
/* From address to program; see join.h. */
#include "shard/join.h"

#include "base/time.h"
#include "record/hidden_name.h"
#include "record/program.h"
#include "shard/views.h"
#include "shard/weigh.h"

enum { ANCESTORS_MAX = 8, ADDRS_MAX = 16 };

/* Two clocks, and the time from a call to its packet. */
static const int64_t SLACK_NS = 5 * ED_NS_PER_S;

struct join {
	struct ed_partition *partitions;
	unsigned n;
};

/* A network's view of a tunnel. */
struct outer {
	const struct join *j;
	struct ed_partition *p;
	uint32_t suspect;
	bool is_changed;
};

enum { SAME_NAMES_MIN = 2 };
enum { TALK_MIN = 5, TALK_MANY = 300 };
static const float TALK_LOW_BITS = 2.5f, TALK_TOLD_BITS = 6, TALK_SURE_BITS = 8;
static const float OWN_SERVER_BITS = 3;

/* What is looked for among the programs that talked to name servers. */
struct wanted {
	struct ed_addr client;
	int64_t first_ns, last_ns;
	struct ed_talker *best;
};

static struct ed_partition *partition_of(const struct join *j, uint64_t hash)
{
	return &j->partitions[ed_partition_of(hash) % j->n];
}

static struct ed_key *key_of(struct ed_partition *p, const struct ed_suspect *s)
{
	return &p->keys.keys[s->key];
}

static bool is_live(const struct ed_partition *p, uint32_t i)
{
	const struct ed_suspect *s = &p->suspects[i];

	return s->key != ED_KEY_NONE && p->keys.keys[s->key].suspect == i &&
	       p->keys.keys[s->key].hash != 0;
}

static bool overlaps(const struct ed_key *a, int64_t first_ns, int64_t last_ns)
{
	return a->first_ns <= last_ns + SLACK_NS && first_ns - SLACK_NS <= a->last_ns;
}

/* ----------------------------------------------------------------- lineage */

/* Completes the actor by its own start and those of its ancestors. True when that told anything. */
static bool find_lineage(const struct join *j, struct ed_actor *actor)
{
	uint64_t key = j->partitions[0].conf->hash_key;
	uint64_t host = ed_process_host_hash(&actor->process, key);
	uint64_t id = actor->process.id;
	unsigned launch = actor->process.launch;

	for (unsigned depth = 0; depth < ANCESTORS_MAX && id != 0; depth++) {
		const struct ed_partition *at = partition_of(j, ed_started_key(host, id));
		const struct ed_process *p = ed_started_find(&at->machines.started, host, id);

		if (!p)
			break;
		if (depth == 0)
			ed_actor_learn(actor, p, actor->platform);
		else
			launch |= p->launch &
				  (ED_LAUNCH_SOCKET | ED_LAUNCH_CRON | ED_LAUNCH_REMOTE);
		launch |= ed_program_launch(ed_process_text(p, ED_TEXT_PARENT));
		if (p->parent_id == id)
			break;
		id = p->parent_id;
	}
	launch |= ed_program_launch(ed_actor_text(actor, ED_TEXT_PARENT));
	if (launch == actor->process.launch)
		return false;
	actor->process.launch = (uint16_t)launch;
	return true;
}

static void find_lineages(const struct join *j, struct ed_partition *p)
{
	for (uint32_t i = 0; i < p->n_suspects_used; i++) {
		if (is_live(p, i) && p->actors[i].known)
			(void)find_lineage(j, &p->actors[i]);
	}
}

/* ------------------------------------------------ two views of one tunnel */

static const struct ed_machine *machine_of(const struct join *j, const struct ed_actor *actor)
{
	uint64_t host = ed_process_host_hash(&actor->process, j->partitions[0].conf->hash_key);

	return ed_machines_find(&partition_of(j, host)->machines, host);
}

/* The addresses of a machine: those it was seen to use, its name where that is one, what the
 * inventory says. */
static unsigned addrs_of(const struct join *j, const struct ed_machine *m,
			 struct ed_addr ret[static ADDRS_MAX])
{
	const struct ed_partition_conf *c = j->partitions[0].conf;
	struct ed_span name = ed_span_of(m->name, m->name_n);
	unsigned n = 0;

	while (n < ED_MACHINE_ADDRS && ed_addr_known(&m->addrs[n])) {
		ret[n] = m->addrs[n];
		n++;
	}
	if (ed_addr_from_text(name, &ret[n]))
		n++;
	if (c->host_addrs)
		n += c->host_addrs(c->arg, name, m->last_ns, ret + n, ADDRS_MAX - n);
	return n;
}

/* 1 the machine has the address, -1 it has others, 0 its addresses are not known. */
static int has_address(const struct join *j, const struct ed_machine *m, const struct ed_addr *addr)
{
	struct ed_addr addrs[ADDRS_MAX];
	unsigned n = m ? addrs_of(j, m, addrs) : 0;

	for (unsigned i = 0; i < n; i++) {
		if (ed_addr_eq(&addrs[i], addr))
			return 1;
	}
	return n > 0 ? -1 : 0;
}

static bool same_domain(const struct ed_suspect *a, const struct ed_suspect *b)
{
	return a->domain.n == b->domain.n &&
	       memcmp(a->domain.wire, b->domain.wire, a->domain.n) == 0;
}

static bool is_pair(const struct ed_partition *p, uint32_t i)
{
	return is_live(p, i) && p->keys.keys[p->suspects[i].key].kind == ED_KEY_PAIR;
}

/* A program's view of a domain: known by the machine, not by an address. */
static bool is_inner(const struct ed_partition *p, uint32_t i)
{
	return is_pair(p, i) && p->actors[i].known && !ed_addr_known(&p->suspects[i].client);
}

/* A network's view. */
static bool is_outer(const struct ed_partition *p, uint32_t i)
{
	return is_pair(p, i) && ed_addr_known(&p->suspects[i].client);
}

/* How many addresses ask for the domain of @inner while it does. */
static unsigned count_outer(struct ed_partition *p, uint32_t inner)
{
	const struct ed_key *k = key_of(p, &p->suspects[inner]);
	unsigned n = 0;

	for (uint32_t i = 0; i < p->n_suspects_used; i++)
		n += is_outer(p, i) && same_domain(&p->suspects[i], &p->suspects[inner]) &&
		     overlaps(key_of(p, &p->suspects[i]), k->first_ns, k->last_ns);
	return n;
}

/* The suspect of the network that is the same tunnel as @inner; n_suspects_used: none. */
static uint32_t outer_of(const struct join *j, struct ed_partition *p, uint32_t inner)
{
	const struct ed_key *k = key_of(p, &p->suspects[inner]);
	const struct ed_machine *m = machine_of(j, &p->actors[inner]);

	for (uint32_t i = 0; i < p->n_suspects_used; i++) {
		int has;

		if (!is_outer(p, i) || !same_domain(&p->suspects[i], &p->suspects[inner]) ||
		    !overlaps(key_of(p, &p->suspects[i]), k->first_ns, k->last_ns))
			continue;
		has = has_address(j, m, &p->suspects[i].client);
		if (has > 0 || (has == 0 && count_outer(p, inner) == 1))
			return i;
	}
	return p->n_suspects_used;
}

/* The inner view's program and sources go to the outer one, and its incident is withdrawn. */
static void merge(const struct join *j, struct ed_partition *p, uint32_t inner)
{
	uint32_t outer = outer_of(j, p, inner);
	struct ed_key *from = key_of(p, &p->suspects[inner]);

	if (outer == p->n_suspects_used)
		return;
	ed_actor_learn(&p->actors[outer], &p->actors[inner].process, p->actors[inner].platform);
	key_of(p, &p->suspects[outer])->formats |= from->formats;
	p->conf->withdraw(p->conf->arg, p->index, from->hash);
	p->suspects[inner].key = ED_KEY_NONE;
}

/* ------------------------------------------------------------ masked names */

/* True when the program whose names are masked asked most of the names that the network saw: their
 * hashes are the same. */
static bool asked_the_same(const struct ed_partition *masked, uint32_t inner,
			   const struct ed_suspect *outer)
{
	const struct ed_key *k = &masked->keys.keys[masked->suspects[inner].key];
	unsigned n = 0;

	for (uint32_t i = 0; i < outer->n_samples; i++) {
		uint8_t name[ED_HIDDEN_NAME_BYTES];
		const struct ed_name *sample = &outer->samples[i];

		ed_hidden_name_write(ed_hidden_name_hash(ed_span_of(sample->wire, sample->n)),
				     name);
		n += ed_key_knows(&masked->keys, k,
				  ed_hidden_name_key(ed_span_of(name, sizeof(name)), k->client_hash,
						     masked->conf->hash_key));
	}
	return n >= SAME_NAMES_MIN && 2 * n >= outer->n_samples;
}

static void try_masked(const struct join *j, struct ed_partition *masked, uint32_t inner,
		       struct ed_partition *p, uint32_t outer)
{
	const struct ed_key *k = key_of(masked, &masked->suspects[inner]);
	const struct ed_machine *m = machine_of(j, &masked->actors[inner]);

	if (!overlaps(key_of(p, &p->suspects[outer]), k->first_ns, k->last_ns) ||
	    has_address(j, m, &p->suspects[outer].client) < 0 ||
	    !asked_the_same(masked, inner, &p->suspects[outer]))
		return;
	ed_actor_learn(&p->actors[outer], &masked->actors[inner].process,
		       masked->actors[inner].platform);
	key_of(p, &p->suspects[outer])->formats |= k->formats;
	masked->conf->withdraw(masked->conf->arg, masked->index, k->hash);
}

static bool is_masked(const struct ed_partition *p, uint32_t i)
{
	return is_inner(p, i) && ed_key_is_masked(p, &p->keys.keys[p->suspects[i].key]);
}

/* Looks among the network's tunnels for those of the programs whose names are masked. */
static void find_masked(const struct join *j, struct ed_partition *masked, uint32_t inner)
{
	for (unsigned n = 0; n < j->n; n++) {
		struct ed_partition *p = &j->partitions[n];

		for (uint32_t i = 0; i < p->n_suspects_used; i++) {
			if (is_outer(p, i) && !p->actors[i].known)
				try_masked(j, masked, inner, p, i);
		}
	}
}

/* ------------------------------------------------------------------ talkers */

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

/* A program that asks for itself before one that asks for others, then the busier one. */
static bool fits_better(const struct ed_talker *k, const struct ed_talker *than)
{
	if (!than || is_resolver(k) != is_resolver(than))
		return !than || is_resolver(than);
	return k->n_flows != than->n_flows ? k->n_flows > than->n_flows : k->hash < than->hash;
}

static void try_talker(void *arg, struct ed_talker *k)
{
	struct wanted *w = arg;

	if (!ed_addr_eq(&k->client, &w->client) || k->first_ns > w->last_ns + SLACK_NS ||
	    w->first_ns - SLACK_NS > k->last_ns)
		return;
	if (fits_better(k, w->best))
		w->best = k;
}

/* The program that talked to name servers from that address at that time. */
static void find_talker(const struct join *j, struct ed_partition *p, uint32_t i)
{
	const struct ed_key *k = key_of(p, &p->suspects[i]);
	struct wanted w = { .client = p->suspects[i].client,
			    .first_ns = k->first_ns,
			    .last_ns = k->last_ns };

	for (unsigned n = 0; n < j->n; n++)
		ed_machines_each_talker(&j->partitions[n].machines, try_talker, &w);
	if (!w.best)
		return;
	w.best->is_told = true;
	p->actors[i] = w.best->actor;
	(void)find_lineage(j, &p->actors[i]);
	p->actors[i].process.attribution = is_stub(w.best) ? ED_ATTRIBUTION_STUB :
							     ED_ATTRIBUTION_SOCKET;
	key_of(p, &p->suspects[i])->formats |= w.best->formats;
}

/* -------------------------------------------------------------- hypervisors */

/* Of a machine without anything out of the ordinary its name is all there is to tell. */
static void learn_name(struct ed_actor *actor, const struct ed_machine *m)
{
	const struct ed_span text[ED_TEXT_N] = { [ED_TEXT_HOST] = ed_span_of(m->name, m->name_n) };
	struct {
		struct ed_process process;
		uint8_t text[ED_MACHINE_NAME_MAX];
	} room;

	(void)ed_process_write(&(struct ed_process){ .pid = 0 }, text, &room.process, sizeof(room));
	ed_actor_learn(actor, &room.process, m->platform);
}

/* What its own log says of the hypervisor whose address asks. */
static void try_hypervisor(void *arg, const struct ed_machine *m)
{
	struct outer *o = arg;
	struct ed_suspect *s = &o->p->suspects[o->suspect];

	if (m->platform != ED_PLATFORM_ESXI || has_address(o->j, m, &s->client) <= 0)
		return;
	s->machine_traits = m->traits;
	o->is_changed = true;
	s->analytic = (uint8_t)ed_analytic_row_of(ED_PLATFORM_ESXI);
	key_of(o->p, s)->formats |= m->formats;
	if (m->actor.known)
		ed_actor_learn(&o->p->actors[o->suspect], &m->actor.process, m->platform);
	else
		learn_name(&o->p->actors[o->suspect], m);
}

/* True when the suspect is one. */
static bool find_hypervisor(const struct join *j, struct ed_partition *p, uint32_t i)
{
	struct outer o = { .j = j, .p = p, .suspect = i };

	for (unsigned n = 0; n < j->n; n++) {
		if (j->partitions[n].machines.n_machines > 0)
			ed_machines_each(&j->partitions[n].machines, try_hypervisor, &o);
	}
	return o.is_changed;
}

/* ----------------------------------- programs whose words nobody saw */

/*
 * A program that talks to name servers itself goes round the system's resolver. Without a name
 * there is nothing to weigh but who it is and how much it does, so it takes a program without any
 * reason to make this an alert.
 */
static enum ed_level talk_level(const struct ed_talker *k, float bits)
{
	if (bits < TALK_LOW_BITS || k->n_flows < TALK_MIN)
		return ED_LEVEL_INFORMATIONAL;
	if (bits < TALK_TOLD_BITS)
		return ED_LEVEL_LOW;
	return k->n_flows >= TALK_MANY || bits >= TALK_SURE_BITS ? ED_LEVEL_HIGH : ED_LEVEL_MEDIUM;
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
static bool has_server_of_its_own(const struct join *j, const struct ed_talker *k)
{
	struct company c = { .of = k };

	for (unsigned n = 0; n < j->n; n++)
		ed_machines_each_talker(&j->partitions[n].machines, try_company, &c);
	return c.other_server && !c.same_server;
}

static void tell_talker(void *arg, struct ed_talker *k)
{
	const struct join *j = arg;
	struct ed_partition *p = partition_of(j, k->host_hash);
	size_t row = ed_analytic_row_of(k->actor.platform);
	const struct ed_analytic *a = ed_analytics[row];
	struct ed_subject subject = { .has = ED_FIELD_QNAME | ED_FIELD_PROCESS };
	struct ed_finding f = { .key_hash = k->hash, .actor = &k->actor, .n_evidence = 2 };
	struct ed_evidence *path = &f.evidence[0], *host = &f.evidence[1];

	if (k->is_told || is_resolver(k))
		return;
	(void)find_lineage(j, &k->actor);
	subject.actor = &k->actor;
	path->family = ed_evidence_families[ED_EVIDENCE_ID_path]->name;
	ed_evidence_fact(path, "flows_to_name_servers", k->n_flows);
	ed_evidence_fact(path, "name_servers_min", __builtin_popcountll(k->servers));
	if (has_server_of_its_own(j, k)) {
		ed_evidence_fact_text(path, "server", "asked by no other program");
		path->bits = OWN_SERVER_BITS;
	}
	host->family = ed_evidence_families[ED_EVIDENCE_ID_host]->name;
	ed_evidence_families[ED_EVIDENCE_ID_host]->weigh(
		(const uint8_t[ED_EVIDENCE_STATE_MAX]){ 0 }, &subject, host);
	a->weigh(p->conf->analytic_confs[0][row],
		 &(struct ed_analytic_case){ .actor = &k->actor, .n_queries = k->n_flows },
		 f.evidence, f.n_evidence);
	f.level = (uint8_t)talk_level(k, host->bits + path->bits);
	if (f.level < ED_LEVEL_LOW)
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

/* ------------------------------------------- servers that no lookup gave */

/* True when what the client is answered is seen. */
static bool is_answered(const struct join *j, uint64_t client_hash)
{
	uint32_t kinds = 0;

	for (unsigned i = 0; i < j->n; i++)
		kinds |= ed_unasked_kinds(&j->partitions[i].unasked, client_hash);
	return __builtin_popcount(kinds) >= ED_UNASKED_KINDS_MIN;
}

static bool was_asked(const struct join *j, const struct ed_unasked_client *c, uint32_t server)
{
	for (unsigned i = 0; i < j->n; i++) {
		if (ed_unasked_knows(&j->partitions[i].unasked, c->hash, server))
			return true;
	}
	return false;
}

static void tell_unasked_of(const struct join *j, struct ed_partition *p,
			    const struct ed_unasked_client *c)
{
	uint32_t n_unasked = 0, first = 0;
	struct ed_finding f;

	if (c->n_servers < ED_UNASKED_SERVERS_MIN || !is_answered(j, c->hash))
		return;
	for (uint32_t i = c->n_servers; i-- > 0;) {
		if (was_asked(j, c, c->server[i]))
			continue;
		n_unasked++;
		first = c->server[i];
	}
	if (n_unasked * 100 < c->n_servers * ED_UNASKED_PERCENT)
		return;
	ed_unasked_finding(c, n_unasked, first, &f);
	ed_partition_tell_policy(p, &f);
}

static void tell_unasked(const struct join *j, struct ed_partition *p)
{
	for (uint32_t i = 0; i < ED_UNASKED_CLIENTS; i++)
		tell_unasked_of(j, p, &p->unasked.clients[i]);
}

/* -------------------------------------------------------------------- all */

/* Whoever's program is known is spoken of by the analytic of its platform. */
static void choose_analytic(struct ed_partition *p, uint32_t i)
{
	unsigned platform = p->actors[i].platform;

	if (p->actors[i].known && platform != ED_PLATFORM_UNKNOWN)
		p->suspects[i].analytic = (uint8_t)ed_analytic_row_of(platform);
}

static void merge_views(const struct join *j, struct ed_partition *p)
{
	for (uint32_t i = 0; i < p->n_suspects_used; i++) {
		if (is_masked(p, i))
			find_masked(j, p, i);
		else if (is_inner(p, i))
			merge(j, p, i);
	}
}

static void join_partition(const struct join *j, struct ed_partition *p)
{
	for (uint32_t i = 0; i < p->n_suspects_used; i++) {
		bool is_hypervisor = is_outer(p, i) && find_hypervisor(j, p, i);

		if (is_outer(p, i) && !p->actors[i].known)
			find_talker(j, p, i);
		if (!is_live(p, i) || (!p->actors[i].known && !is_hypervisor))
			continue;
		choose_analytic(p, i);
		ed_weigh_key(p, key_of(p, &p->suspects[i]), NULL);
	}
}

void ed_join(struct ed_partition *partitions, unsigned n)
{
	struct join j = { .partitions = partitions, .n = n };

	ed_views_merge(partitions, n);
	for (unsigned i = 0; i < n; i++)
		find_lineages(&j, &partitions[i]);
	for (unsigned i = 0; i < n; i++)
		merge_views(&j, &partitions[i]);
	for (unsigned i = 0; i < n; i++)
		join_partition(&j, &partitions[i]);
	for (unsigned i = 0; i < n; i++)
		ed_machines_each_talker(&partitions[i].machines, tell_talker, &j);
	for (unsigned i = 0; i < n; i++)
		tell_unasked(&j, &partitions[i]);
}
