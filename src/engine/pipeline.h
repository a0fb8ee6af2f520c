/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipeline: a pool of threads that turns units into annotated events and carries them to their
 * partitions.
 *
 *   feed --frame--> slot --decode, annotate--> slot --resolve, route--> S shards
 *        in order        on any thread              in order
 *
 * A slot is one unit with its batch; there is a fixed number of them, and each goes round: free,
 * being filled, published, read by every shard, free. A thread takes whatever is ready, of what
 * there is the step that is furthest along; so the threads share the work whether an input is heavy
 * to decode or heavy to weigh, and none waits while there is any. At most R decode at a time, and a
 * shard is never at two threads. Units are published in the order they were framed and each shard
 * reads them in that order, so the result depends neither on R nor on S nor on the threads, of
 * which there are as many as the larger of the two.
 */
#ifndef ED_ENGINE_PIPELINE_H
#define ED_ENGINE_PIPELINE_H

#include "enrich/inventory.h"
#include "enrich/vibs.h"
#include "enrich/psl.h"
#include "engine/feed.h"
#include "shard/partition.h"

struct ed_pipeline;

struct ed_pipeline_conf {
	struct ed_feed *feed;                   /* borrowed */
	const struct ed_psl *psl;               /* borrowed */
	const struct ed_reputation *reputation; /* borrowed; NULL: no lists */
	const struct ed_own_zones *own_zones;   /* borrowed; NULL: not said */
	const struct ed_inventory *inventory;   /* borrowed; NULL: none */
	const struct ed_groups *groups;
	const struct ed_vibs *vibs;      /* baseline of packages; NULL: none */
	struct ed_partition *partitions; /* ED_PARTITIONS; borrowed */
	uint64_t hash_key;
	unsigned n_readers, n_shards; /* at least 1 */
	uint64_t memory_bytes;        /* for the slots; one is made even when it holds none */
	int64_t from_ns, to_ns;       /* 0: open */
	const struct ed_scan_observer *observers; /* borrowed */
	unsigned n_observers;
	atomic_bool *stop; /* set by ed_pipeline_stop; the feed's sources look at it */
};

/* Allocates everything and starts the threads. 0 or -errno. */
int ed_pipeline_start(const struct ed_pipeline_conf *conf, struct ed_pipeline **ret);

struct ed_pipeline_status {
	bool finished;
	int error; /* -errno of what could not go on, 0 */
	uint64_t n_records, n_damaged;
	uint64_t n_events[ED_EVENT_N];
	struct ed_told told;
	uint32_t format_told[ED_SCAN_FORMATS_MAX]; /* ED_FIELD_*, by row of the formats */
	uint8_t groups; /* mask of those that a client on the input is in */
};

/* Waits until the pipeline has finished, but at most @timeout_ms. */
void ed_pipeline_wait(struct ed_pipeline *p, unsigned timeout_ms, struct ed_pipeline_status *ret);

/* No more units are read; those that are on their way go to their end. */
void ed_pipeline_stop(struct ed_pipeline *p);

/* Waits for the threads to end and frees. By then the partitions are finished
 * (ed_partition_finish). */
void ed_pipeline_free(struct ed_pipeline *p);

#endif
