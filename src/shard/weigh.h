/* SPDX-License-Identifier: Apache-2.0 */
/* Weighing a key: its evidence through the analytics in scope, findings out, suspects kept under
 * watch. */
#ifndef ED_SHARD_WEIGH_H
#define ED_SHARD_WEIGH_H

#include "shard/partition.h"

/* The ceilings of the information bound, bytes in a day (Paxson et al. 2013; detection design §3a).
 */
enum {
	ED_CEILING_PAIR_BYTES = 4096,
	ED_CEILING_DOMAIN_BYTES = 10240, /* times prevalence / 3 */
};

/* @ev is the event that made the key due; NULL at the end of the input. */
void ed_weigh_key(struct ed_partition *p, struct ed_key *k, const struct ed_event *ev);

/* Keeps the name of @ev as a sample when there is room for it. */
void ed_suspect_sample(struct ed_suspect *s, const struct ed_event *ev);

#endif
