/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs that were started lately, with their command lines and parents: what a lookup's
 * source leaves out (Sysmon 22, audit's sendto) is found here by machine and process id, and from
 * parent to parent.
 *
 * A ring of bytes: an entry stays until as much has been written behind it as the ring holds. The
 * index has two places a set, of which the older one gives way. A flood of starts pushes out what
 * is old, never more than that. One thread owns it.
 */
#ifndef ED_SHARD_STARTED_H
#define ED_SHARD_STARTED_H

#include "base/hash.h"
#include "record/process.h"

struct ed_started_slot {
	uint64_t key; /* of machine and process; 0: free */
	uint64_t at;  /* bytes written to the ring before it */
};

struct ed_started {
	uint8_t *ring;
	struct ed_started_slot *slots;
	uint64_t head; /* bytes written so far */
	uint32_t ring_bytes, set_mask;
};

/* What a process is found by; its upper bits choose the partition, so that the starts of one
 * machine use the memory of all. */
static inline uint64_t ed_started_key(uint64_t host_hash, uint64_t id)
{
	return ed_hash_pair(host_hash, id) | 1;
}

/* 0 or -ENOMEM. @bytes: of ring and index together. */
int ed_started_init(struct ed_started *t, size_t bytes);
void ed_started_done(struct ed_started *t);

/* Remembers a start; nothing when its id is not known. */
void ed_started_note(struct ed_started *t, uint64_t host_hash, const struct ed_process *p);

/* The process of that id; NULL when it is not known (any more). Valid until the next note. */
const struct ed_process *ed_started_find(const struct ed_started *t, uint64_t host_hash,
					 uint64_t id);

#endif
