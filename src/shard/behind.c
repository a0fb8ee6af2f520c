/* SPDX-License-Identifier: Apache-2.0 */
/* Ancestors of processes, addresses of machines; see behind.h. */
#include "shard/behind.h"

#include "record/program.h"

enum { ANCESTORS_MAX = 8, ADDRS_MAX = 16 };

const struct ed_process *ed_behind_process(const struct ed_behind *b, uint64_t host_hash,
					   uint64_t id)
{
	const struct ed_partition *at = ed_behind_partition(b, ed_started_key(host_hash, id));

	return ed_started_find(&at->machines.started, host_hash, id);
}

/* Where a source tells only the number of what started a program (audit), the start of that one
 * tells the rest. */
static void learn_parent(struct ed_actor *actor, const struct ed_process *parent)
{
	const struct ed_span text[ED_TEXT_N] = {
		[ED_TEXT_PARENT] = ed_process_text(parent, ED_TEXT_IMAGE),
		[ED_TEXT_PARENT_COMMAND] = ed_process_text(parent, ED_TEXT_COMMAND),
	};
	struct {
		struct ed_process process;
		uint8_t text[ED_TEXT_MAX + ED_TEXT_COMMAND_MAX];
	} room;

	(void)ed_process_write(&(struct ed_process){ .pid = 0 }, text, &room.process, sizeof(room));
	ed_actor_learn(actor, &room.process, actor->platform);
}

void ed_behind_lineage(const struct ed_behind *b, struct ed_actor *actor)
{
	uint64_t host = ed_process_host_hash(&actor->process, b->partitions[0].conf->hash_key);
	uint64_t id = actor->process.id;
	uint8_t attribution = actor->process.attribution; /* of the lookups, not of the start */
	unsigned launch = actor->process.launch;

	for (unsigned depth = 0; depth < ANCESTORS_MAX && id != 0; depth++) {
		const struct ed_process *p = ed_behind_process(b, host, id);

		if (!p)
			break;
		if (depth == 0)
			ed_actor_learn(actor, p, actor->platform);
		else if (depth == 1)
			learn_parent(actor, p);
		if (depth > 0)
			launch |= p->launch &
				  (ED_LAUNCH_SOCKET | ED_LAUNCH_CRON | ED_LAUNCH_REMOTE);
		launch |= ed_program_launch(ed_process_text(p, ED_TEXT_PARENT));
		if (p->parent_id == id)
			break;
		id = p->parent_id;
	}
	launch |= ed_program_launch(ed_actor_text(actor, ED_TEXT_PARENT));
	actor->process.launch = (uint16_t)launch;
	actor->process.attribution = attribution;
}

const struct ed_machine *ed_behind_machine(const struct ed_behind *b, const struct ed_actor *actor)
{
	uint64_t host = ed_process_host_hash(&actor->process, b->partitions[0].conf->hash_key);

	return ed_machines_find(&ed_behind_partition(b, host)->machines, host);
}

/* The addresses of a machine: those it was seen to use, its name where that is one, what the
 * inventory says. */
static unsigned addrs_of(const struct ed_behind *b, const struct ed_machine *m,
			 struct ed_addr ret[static ADDRS_MAX])
{
	const struct ed_partition_conf *c = b->partitions[0].conf;
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

int ed_behind_has_address(const struct ed_behind *b, const struct ed_machine *m,
			  const struct ed_addr *addr)
{
	struct ed_addr addrs[ADDRS_MAX];
	unsigned n = m ? addrs_of(b, m, addrs) : 0;

	for (unsigned i = 0; i < n; i++) {
		if (ed_addr_eq(&addrs[i], addr))
			return 1;
	}
	return n > 0 ? -1 : 0;
}
