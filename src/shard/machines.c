/* SPDX-License-Identifier: Apache-2.0 */
/* Machines and their programs; see machines.h. */
#include "shard/machines.h"

#include <errno.h>

#include "base/hash.h"
#include "base/mem.h"

enum {
	WAYS = 4,
	STARTED_SHARE = 8, /* sixteenths of the memory */
	TALKERS_SHARE = 6,
	MACHINES_SHARE = 2,
};

static uint32_t mask_for(size_t bytes, size_t each)
{
	uint32_t n = 1;

	while (2 * (size_t)n * WAYS * each <= bytes)
		n *= 2;
	return n - 1;
}

int ed_machines_init(struct ed_machines *t, size_t bytes, uint64_t hash_key)
{
	int r;

	memset(t, 0, sizeof(*t));
	t->hash_key = hash_key;
	t->machine_mask = mask_for(bytes / 16 * MACHINES_SHARE, sizeof(*t->machines));
	t->talker_mask = mask_for(bytes / 16 * TALKERS_SHARE, sizeof(*t->talkers));
	t->machines = ed_mem_zalloc((t->machine_mask + (size_t)1) * WAYS, sizeof(*t->machines));
	t->talkers = ed_mem_zalloc((t->talker_mask + (size_t)1) * WAYS, sizeof(*t->talkers));
	r = ed_started_init(&t->started, bytes / 16 * STARTED_SHARE);
	if (r == 0 && (!t->machines || !t->talkers))
		r = -ENOMEM;
	if (r < 0)
		ed_machines_done(t);
	return r;
}

void ed_machines_done(struct ed_machines *t)
{
	ed_mem_free(t->machines);
	ed_mem_free(t->talkers);
	ed_started_done(&t->started);
	memset(t, 0, sizeof(*t));
}

/* ---------------------------------------------------------------- machines */

static struct ed_machine *machine_set(const struct ed_machines *t, uint64_t hash)
{
	return t->machines + (size_t)(hash >> 24 & t->machine_mask) * WAYS;
}

const struct ed_machine *ed_machines_find(const struct ed_machines *t, uint64_t host_hash)
{
	const struct ed_machine *set = machine_set(t, host_hash);

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].hash == host_hash)
			return &set[i];
	}
	return NULL;
}

static struct ed_machine *machine_of(struct ed_machines *t, uint64_t hash)
{
	struct ed_machine *set = machine_set(t, hash), *m = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
		if (m->hash != 0 && (set[i].hash == 0 || set[i].last_ns < m->last_ns))
			m = &set[i];
	}
	t->n_displaced += m->hash != 0;
	t->n_machines++;
	memset(m, 0, sizeof(*m));
	m->hash = hash;
	return m;
}

static void note_addr(struct ed_machine *m, const struct ed_addr *addr)
{
	unsigned i = 0;

	while (i < ED_MACHINE_ADDRS - 1 && !ed_addr_eq(&m->addrs[i], addr))
		i++;
	memmove(&m->addrs[1], &m->addrs[0], i * sizeof(m->addrs[0]));
	m->addrs[0] = *addr;
}

/* A package says more than a command. */
static void note_trait(struct ed_machine *m, enum ed_machine_trait trait, const struct ed_event *ev)
{
	if (trait == ED_MACHINE_UNKNOWN_PACKAGE && !(m->traits & trait))
		m->actor.known = false;
	if (m->traits < trait || trait == ED_MACHINE_UNKNOWN_PACKAGE)
		ed_actor_learn(&m->actor, ed_event_process(ev), ev->platform);
	m->traits |= (uint8_t)trait;
}

/* vCenter installs its HA agent past the checks, on every host of a cluster. */
static bool is_ha_agent(const struct ed_event *ev)
{
	struct ed_span name = ed_process_text(ed_event_process(ev), ED_TEXT_PACKAGE);

	return ev->package.acceptance <= ED_ACCEPTANCE_CERTIFIED && ed_span_is(name, "vmware-fdm");
}

/* A list or a removal of what is known is no news. */
static void note_package(struct ed_machine *m, const struct ed_event *ev)
{
	const struct ed_package *p = &ev->package;
	bool is_there = p->action == ED_PACKAGE_INSTALLED || p->action == ED_PACKAGE_LISTED;

	if (is_ha_agent(ev))
		return;
	if (p->is_forced ||
	    (p->action == ED_PACKAGE_LEVEL_SET && p->acceptance == ED_ACCEPTANCE_COMMUNITY))
		note_trait(m, ED_MACHINE_LAX, ev);
	if (is_there && p->judgement >= ED_PACKAGE_UNVOUCHED)
		note_trait(m, ED_MACHINE_UNKNOWN_PACKAGE, ev);
}

static void note_name(struct ed_machine *m, const struct ed_process *p)
{
	struct ed_span host = ed_process_text(p, ED_TEXT_HOST);

	if (m->name_n > 0 || host.n > sizeof(m->name))
		return;
	m->name_n = (uint8_t)host.n;
	memcpy(m->name, host.p, host.n);
}

static void note_machine(struct ed_machines *t, uint64_t hash, const struct ed_event *ev)
{
	struct ed_machine *m = machine_of(t, hash);

	if (ev->time_ns > m->last_ns || m->formats == 0)
		m->last_ns = ev->time_ns;
	m->formats |= UINT64_C(1) << (ev->format & 63);
	if (ev->platform != ED_PLATFORM_UNKNOWN)
		m->platform = ev->platform;
	if (ev->has & ED_FIELD_CLIENT)
		note_addr(m, &ev->client);
	note_name(m, ed_event_process(ev));
	if (ev->kind == ED_EVENT_PACKAGE)
		note_package(m, ev);
	else if (ev->platform == ED_PLATFORM_ESXI && ed_event_is_lookup(ev))
		note_trait(m, ED_MACHINE_COMMANDS, ev);
}

/* ----------------------------------------------------------------- talkers */

static struct ed_talker *talker_of(struct ed_machines *t, uint64_t hash)
{
	struct ed_talker *set = t->talkers + (size_t)(hash >> 24 & t->talker_mask) * WAYS;
	struct ed_talker *k = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
		if (k->hash != 0 && (set[i].hash == 0 || set[i].last_ns < k->last_ns))
			k = &set[i];
	}
	t->n_displaced += k->hash != 0;
	t->n_talkers++;
	memset(k, 0, sizeof(*k));
	k->hash = hash;
	return k;
}

/* A process talked once more; that which was silent longest gives way. */
static void note_spell(struct ed_talker *k, uint64_t process, int64_t time_ns)
{
	struct ed_spell *s = &k->spells[0];

	for (unsigned i = 0; i < ED_TALKER_SPELLS; i++) {
		struct ed_spell *each = &k->spells[i];

		if (each->n_flows > 0 && each->process == process) {
			s = each;
			break;
		}
		if (s->n_flows > 0 && (each->n_flows == 0 || each->last_ns < s->last_ns))
			s = each;
	}
	if (s->n_flows == 0 || s->process != process)
		*s = (struct ed_spell){ .process = process,
					.first_ns = time_ns,
					.last_ns = time_ns };
	s->n_flows++;
	if (time_ns < s->first_ns)
		s->first_ns = time_ns;
	if (time_ns > s->last_ns)
		s->last_ns = time_ns;
}

static void note_talk(struct ed_machines *t, uint64_t host_hash, const struct ed_event *ev)
{
	const struct ed_process *p = ed_event_process(ev);
	struct ed_talker *k = talker_of(t, ed_process_program_hash(p, t->hash_key) | 1);

	if (k->n_flows == 0 || ev->time_ns < k->first_ns)
		k->first_ns = ev->time_ns;
	if (k->n_flows == 0 || ev->time_ns > k->last_ns)
		k->last_ns = ev->time_ns;
	note_spell(k, p->id, ev->time_ns);
	k->host_hash = host_hash;
	k->n_flows++;
	k->bytes_up += ev->size_query;
	k->server = ev->resolver;
	k->servers |= UINT64_C(1) << (ed_hash_bytes(&ev->resolver, sizeof(ev->resolver),
						    t->hash_key) &
				      63);
	if (ev->has & ED_FIELD_CLIENT)
		k->client = ev->client;
	k->formats |= UINT64_C(1) << (ev->format & 63);
	ed_actor_learn(&k->actor, p, ev->platform);
}

/* What is told of a process beside its start does not take the start's place; it may come later. */
static void note_start(struct ed_machines *t, uint64_t host_hash, const struct ed_process *p)
{
	const struct ed_process *known = p->attribution == ED_ATTRIBUTION_WEAK ?
						 ed_started_find(&t->started, host_hash, p->id) :
						 NULL;

	if (!known || known->parent_id != p->parent_id)
		ed_started_note(&t->started, host_hash, p);
}

void ed_machines_note(struct ed_machines *t, const struct ed_event *ev)
{
	const struct ed_process *p = ed_event_process(ev);
	uint64_t host_hash = ed_process_host_hash(p, t->hash_key);

	if (ev->kind == ED_EVENT_PROCESS)
		note_start(t, host_hash, p);
	if (ev->kind == ED_EVENT_PROCESS && ev->platform != ED_PLATFORM_ESXI)
		return; /* it came by its own hash, not by the machine's */
	note_machine(t, host_hash, ev);
	if (ev->kind == ED_EVENT_FLOW &&
	    (ev->flow.service == ED_FLOW_DNS || ev->flow.service == ED_FLOW_DOT))
		note_talk(t, host_hash, ev);
}

/* -------------------------------------------------------------------- all */

void ed_machines_each(const struct ed_machines *t,
		      void (*found)(void *arg, const struct ed_machine *m), void *arg)
{
	for (size_t i = 0; i < (t->machine_mask + (size_t)1) * WAYS; i++) {
		if (t->machines[i].hash != 0)
			found(arg, &t->machines[i]);
	}
}

void ed_machines_each_talker(struct ed_machines *t, void (*found)(void *arg, struct ed_talker *k),
			     void *arg)
{
	for (size_t i = 0; t->n_talkers > 0 && i < (t->talker_mask + (size_t)1) * WAYS; i++) {
		if (t->talkers[i].hash != 0)
			found(arg, &t->talkers[i]);
	}
}
