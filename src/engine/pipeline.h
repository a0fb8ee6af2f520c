/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipeline: R readers turn units into annotated events, S shards carry them to their
 * partitions.
 *
 *   feed --frame--> slot --decode, annotate--> slot --resolve, route--> shards
 *        in order        on any reader              in order
 *
 * A slot is one unit with its batch; there is a fixed number of them, and each goes round: free,
 * being filled, published, read by every shard, free. Units are published in the order they were
 * framed and each shard reads them in that order, so the result depends neither on R nor on S.
 */
#ifndef ED_ENGINE_PIPELINE_H
#define ED_ENGINE_PIPELINE_H

#include "enrich/psl.h"
#include "engine/feed.h"
#include "shard/partition.h"

enum { ED_PIPELINE_BATCH_BYTES = 2 << 20 };

struct ed_pipeline;

struct ed_pipeline_conf {
	struct ed_feed *feed;            /* borrowed */
	const struct ed_psl *psl;        /* borrowed */
	struct ed_partition *partitions; /* ED_PARTITIONS; borrowed */
	uint64_t hash_key;
	unsigned n_readers, n_shards;
	uint64_t memory_bytes;  /* for the slots; one is made even when it holds none */
	int64_t from_ns, to_ns; /* 0: open */
	atomic_bool *stop;      /* set by ed_pipeline_stop; the feed's sources look at it */
};

/* Allocates everything and starts the threads. 0 or -errno. */
int ed_pipeline_start(const struct ed_pipeline_conf *conf, struct ed_pipeline **ret);

struct ed_pipeline_status {
	bool finished;
	int error; /* -errno of a reader, 0 */
	uint64_t n_records, n_damaged;
	uint64_t n_events[ED_EVENT_N];
};

/* Waits until the pipeline has finished, but at most @timeout_ms. */
void ed_pipeline_wait(struct ed_pipeline *p, unsigned timeout_ms, struct ed_pipeline_status *ret);

/* Asks the readers to stop after the units they have. */
void ed_pipeline_stop(struct ed_pipeline *p);

/* Joins the threads and frees. Every shard finishes its partitions (ed_partition_finish) before it
 * ends. */
void ed_pipeline_free(struct ed_pipeline *p);

#endif
