/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is behind a program or an address, out of what all partitions know of machines: the ancestors
 * of a process, the addresses of a machine. For the join (join.h), when all input has been read.
 */
#ifndef ED_SHARD_BEHIND_H
#define ED_SHARD_BEHIND_H

#include "base/time.h"
#include "shard/partition.h"

/* Two clocks, and the time from a call to its packet. */
#define ED_BEHIND_SLACK_NS (5 * ED_NS_PER_S)

struct ed_behind {
	struct ed_partition *partitions;
	unsigned n;
};

static inline struct ed_partition *ed_behind_partition(const struct ed_behind *b, uint64_t hash)
{
	return &b->partitions[ed_partition_of(hash) % b->n];
}

/* The process of that id on the machine; NULL when its start is not known (any more). */
const struct ed_process *ed_behind_process(const struct ed_behind *b, uint64_t host_hash,
					   uint64_t id);

/* Completes the actor by its own start and those of its ancestors. */
void ed_behind_lineage(const struct ed_behind *b, struct ed_actor *actor);

/* The actor's machine; NULL when nothing is known of it. */
const struct ed_machine *ed_behind_machine(const struct ed_behind *b, const struct ed_actor *actor);

/* 1 the machine has the address, -1 it has others, 0 its addresses are not known. @m may be NULL.
 */
int ed_behind_has_address(const struct ed_behind *b, const struct ed_machine *m,
			  const struct ed_addr *addr);

#endif
