/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slot: one unit of input and the events that came out of it, and what is done to it on its way
 * through the pipeline: decode on any thread, resolve in order, then carry once to each shard.
 */
#ifndef ED_ENGINE_SLOT_H
#define ED_ENGINE_SLOT_H

#include "enrich/annotate.h"
#include "enrich/doh.h"
#include "enrich/inventory.h"
#include "enrich/vibs.h"
#include "engine/feed.h"
#include "record/told.h"
#include "shard/partition.h"

enum { ED_SLOT_BATCH_BYTES = 2 << 20 };

/* A function that stays one however the program is optimised, so that a profile tells the stages of
 * the way apart (bench/run.sh). */
#define ED_STAGE __attribute__((noinline))

/* What all slots of a run have in common. */
struct ed_slot_conf {
	struct ed_partition *partitions; /* ED_PARTITIONS; borrowed */
	unsigned n_shards;
	int64_t from_ns, to_ns;                   /* 0: open */
	const struct ed_scan_observer *observers; /* borrowed */
	unsigned n_observers;
};

/* What a thread needs to decode and resolve; its own. */
struct ed_reader {
	struct ed_annotator *annotator;
	struct ed_doh doh;
	const struct ed_inventory *inventory; /* borrowed; NULL: none */
	const struct ed_groups *groups;       /* settings for a part of the machines; may be NULL */
	const struct ed_vibs *vibs;           /* baseline of packages; NULL: none */
	void *scratch[ED_SCAN_FORMATS_MAX];   /* by row of the formats, made at first use */
};

/* 0 or -ENOMEM. @psl and @reputation are borrowed; the latter may be NULL. @cache_bytes: as for
 * ed_annotator_new. */
int ed_reader_init(struct ed_reader *rd, const struct ed_psl *psl,
		   const struct ed_reputation *reputation, uint64_t hash_key, size_t cache_bytes);
void ed_reader_done(struct ed_reader *rd);

struct ed_slot_visit;

struct ed_slot {
	const struct ed_slot_conf *conf;
	struct ed_feed_slot in;
	struct ed_batch batch;
	int error; /* -errno of its decoding; then it has no events */
	uint64_t n_events[ED_EVENT_N];
	struct ed_told told;
	uint8_t groups; /* mask of those that a client of its events is in */
	uint8_t shard_of[ED_PARTITIONS];
	struct ed_slot_visit *visits[ED_SCAN_SHARDS_MAX]; /* owned; which events a shard reads */
	uint32_t n_visits[ED_SCAN_SHARDS_MAX];
	/* the pipeline's */
	uint64_t seq;
	unsigned n_unread; /* shards that have yet to read it */
};

/* What a slot takes at most; untouched pages cost nothing. */
size_t ed_slot_bytes(unsigned n_shards);

/* 0 or -ENOMEM; ed_slot_done is needed either way. @conf is borrowed. */
int ed_slot_init(struct ed_slot *s, const struct ed_slot_conf *conf);
void ed_slot_done(struct ed_slot *s);

/* The unit in s->in to annotated events. */
void ed_slot_decode(struct ed_slot *s, struct ed_reader *rd);

/* What its format put off, in the order of the units; also when decoding failed. */
void ed_slot_resolve(struct ed_slot *s, struct ed_reader *rd, struct ed_feed *feed);

/* Shows the events to the observers, in the order of the units. */
void ed_slot_observe(const struct ed_slot *s);

/* Takes the events to those partitions of @shard that they visit. */
void ed_slot_carry(const struct ed_slot *s, unsigned shard);

#endif
