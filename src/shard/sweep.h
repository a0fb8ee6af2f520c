/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sweep: about once an hour of event time a partition looks at all its pairs, adds up what each
 * client says to rare domains (rare.h), and once a day notes what was usual (usual.h). Swept at
 * most once in a quarter as many events as there are keys, so that times that leap cost nothing.
 */
#ifndef ED_SHARD_SWEEP_H
#define ED_SHARD_SWEEP_H

#include "shard/partition.h"

/* Called for every question; sweeps when it is time to. */
void ed_sweep_maybe(struct ed_partition *p, const struct ed_event *ev);

/* The end of the input. */
void ed_sweep(struct ed_partition *p, int64_t now_ns);

/*
 * After the last sweep of all partitions: a finding for each client that said more to rare domains
 * than ED_CEILING_RARE_BYTES in a day. 0 or -ENOMEM.
 */
int ed_sweep_report(struct ed_partition *partitions, unsigned n);

#endif
