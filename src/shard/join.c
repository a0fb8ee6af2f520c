/* SPDX-License-Identifier: Apache-2.0 */
/* From address to program; see join.h. */
#include "shard/join.h"

#include "record/hidden_name.h"
#include "shard/talk.h"
#include "shard/views.h"
#include "shard/weigh.h"

/* A network's view of a tunnel. */
struct outer {
	const struct ed_behind *j;
	struct ed_partition *p;
	uint32_t suspect;
	bool is_changed;
};

enum { SAME_NAMES_MIN = 2 };
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
	return a->first_ns <= last_ns + ED_BEHIND_SLACK_NS &&
	       first_ns - ED_BEHIND_SLACK_NS <= a->last_ns;
}

static void find_lineages(const struct ed_behind *j, struct ed_partition *p)
{
	for (uint32_t i = 0; i < p->n_suspects_used; i++) {
		if (is_live(p, i) && p->actors[i].known)
			ed_behind_lineage(j, &p->actors[i]);
	}
}

/* ------------------------------------------------ two views of one tunnel */

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
static uint32_t outer_of(const struct ed_behind *j, struct ed_partition *p, uint32_t inner)
{
	const struct ed_key *k = key_of(p, &p->suspects[inner]);
	const struct ed_machine *m = ed_behind_machine(j, &p->actors[inner]);

	for (uint32_t i = 0; i < p->n_suspects_used; i++) {
		int has;

		if (!is_outer(p, i) || !same_domain(&p->suspects[i], &p->suspects[inner]) ||
		    !overlaps(key_of(p, &p->suspects[i]), k->first_ns, k->last_ns))
			continue;
		has = ed_behind_has_address(j, m, &p->suspects[i].client);
		if (has > 0 || (has == 0 && count_outer(p, inner) == 1))
			return i;
	}
	return p->n_suspects_used;
}

/* The inner view's program and sources go to the outer one, and its incident is withdrawn. */
static void merge(const struct ed_behind *j, struct ed_partition *p, uint32_t inner)
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

static void try_masked(const struct ed_behind *j, struct ed_partition *masked, uint32_t inner,
		       struct ed_partition *p, uint32_t outer)
{
	const struct ed_key *k = key_of(masked, &masked->suspects[inner]);
	const struct ed_machine *m = ed_behind_machine(j, &masked->actors[inner]);

	if (!overlaps(key_of(p, &p->suspects[outer]), k->first_ns, k->last_ns) ||
	    ed_behind_has_address(j, m, &p->suspects[outer].client) < 0 ||
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
static void find_masked(const struct ed_behind *j, struct ed_partition *masked, uint32_t inner)
{
	for (unsigned n = 0; n < j->n; n++) {
		struct ed_partition *p = &j->partitions[n];

		for (uint32_t i = 0; i < p->n_suspects_used; i++) {
			if (is_outer(p, i) && !p->actors[i].known)
				try_masked(j, masked, inner, p, i);
		}
	}
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

	if (m->platform != ED_PLATFORM_ESXI || ed_behind_has_address(o->j, m, &s->client) <= 0)
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
static bool find_hypervisor(const struct ed_behind *j, struct ed_partition *p, uint32_t i)
{
	struct outer o = { .j = j, .p = p, .suspect = i };

	for (unsigned n = 0; n < j->n; n++) {
		if (j->partitions[n].machines.n_machines > 0)
			ed_machines_each(&j->partitions[n].machines, try_hypervisor, &o);
	}
	return o.is_changed;
}

/* ------------------------------------------- servers that no lookup gave */

/* True when what the client is answered is seen. */
static bool is_answered(const struct ed_behind *j, uint64_t client_hash)
{
	uint32_t kinds = 0;

	for (unsigned i = 0; i < j->n; i++)
		kinds |= ed_unasked_kinds(&j->partitions[i].unasked, client_hash);
	return __builtin_popcount(kinds) >= ED_UNASKED_KINDS_MIN;
}

static bool was_asked(const struct ed_behind *j, const struct ed_unasked_client *c, uint32_t server)
{
	for (unsigned i = 0; i < j->n; i++) {
		if (ed_unasked_knows(&j->partitions[i].unasked, c->hash, server))
			return true;
	}
	return false;
}

static void tell_unasked_of(const struct ed_behind *j, struct ed_partition *p,
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

static void tell_unasked(const struct ed_behind *j, struct ed_partition *p)
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

static void merge_views(const struct ed_behind *j, struct ed_partition *p)
{
	for (uint32_t i = 0; i < p->n_suspects_used; i++) {
		if (is_masked(p, i))
			find_masked(j, p, i);
		else if (is_inner(p, i))
			merge(j, p, i);
	}
}

static void join_partition(const struct ed_behind *j, struct ed_partition *p)
{
	for (uint32_t i = 0; i < p->n_suspects_used; i++) {
		bool is_hypervisor = is_outer(p, i) && find_hypervisor(j, p, i);

		if (is_outer(p, i) && !p->actors[i].known)
			ed_talk_find(j, p, i, count_outer(p, i) == 1);
		if (!is_live(p, i) || (!p->actors[i].known && !is_hypervisor))
			continue;
		choose_analytic(p, i);
		ed_weigh_key(p, key_of(p, &p->suspects[i]), NULL);
	}
}

void ed_join(struct ed_partition *partitions, unsigned n)
{
	struct ed_behind j = { .partitions = partitions, .n = n };

	ed_views_merge(partitions, n);
	for (unsigned i = 0; i < n; i++)
		find_lineages(&j, &partitions[i]);
	for (unsigned i = 0; i < n; i++)
		merge_views(&j, &partitions[i]);
	for (unsigned i = 0; i < n; i++)
		join_partition(&j, &partitions[i]);
	ed_talk_tell(&j);
	for (unsigned i = 0; i < n; i++)
		tell_unasked(&j, &partitions[i]);
}
