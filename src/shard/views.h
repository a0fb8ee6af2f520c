/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One tunnel, several views. A lookup is seen where the client asks and again behind each forwarder
 * and resolver on its way, and behind address translation, every time from another address. What
 * was seen further on is no client: its incident is told by that of the client, which names it.
 *
 * Two keys of one domain are views of the same lookups when their names are the same: each key
 * under watch remembers those of its names that hash least, of which a key that holds all the names
 * of another, or of several others, has most in common with them (bottom-k sketch; Broder, On the
 * resemblance and containment of documents, 1997). Which view is further on is told by who was
 * asked by whom, by the list of resolvers and by the inventory; where nothing tells, only views
 * that also begin and end together are taken for one.
 *
 * Names that no client asked for are its own: a resolver on which a tunnel begins keeps its
 * incident.
 */
#ifndef ED_SHARD_VIEWS_H
#define ED_SHARD_VIEWS_H

#include "shard/partition.h"

/* Remembers a name of a key under watch by its hash. */
void ed_views_note(struct ed_suspect *s, uint64_t payload_hash);

/* Merges the views of each partition, when all input is read. What is left is weighed anew. */
void ed_views_merge(struct ed_partition *partitions, unsigned n);

#endif
