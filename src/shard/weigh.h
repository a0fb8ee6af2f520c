/* SPDX-License-Identifier: Apache-2.0 */
/* Weighing a key: its evidence through the analytics in scope, findings out, suspects kept under
 * watch. */
#ifndef ED_SHARD_WEIGH_H
#define ED_SHARD_WEIGH_H

#include "shard/ceiling.h"
#include "shard/partition.h"

/* @ev is the event that made the key due; NULL at the end of the input. */
void ed_weigh_key(struct ed_partition *p, struct ed_key *k, const struct ed_event *ev);

/* ed_key_info without what only the resolver's cache was told. */
void ed_key_told(const struct ed_partition *p, const struct ed_key *k, struct ed_key_info *ret);

/* The key of a pair's domain; NULL when it has none. */
struct ed_key *ed_key_domain(struct ed_partition *p, struct ed_key *k);

/* True for the key of a program whose source masks the names. */
bool ed_key_is_masked(const struct ed_partition *p, const struct ed_key *k);

/* Clients that ask the domain of a pair (or the domain itself), as far as they are known; at
 * least 1. */
uint32_t ed_key_clients(struct ed_partition *p, struct ed_key *k);

/*
 * Shows @s a name that is new to its key. The first names of a tunnel are its handshake: two of
 * them stay as samples. The other places go round: one for the third name, one for those up to the
 * 7th, the 15th and so on, and of these the one that carries most.
 */
void ed_suspect_sample(struct ed_suspect *s, const struct ed_event *ev);

#endif
