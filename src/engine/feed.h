/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The feed: a list of paths turned into a sequence of units. It opens each source in its turn,
 * sniffs the format, frames units and keeps the account of each source. Callers take turns
 * (pipeline.c lets one thread frame at a time).
 */
#ifndef ED_ENGINE_FEED_H
#define ED_ENGINE_FEED_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/scan.h"
#include "format/format.h"
#include "source/source.h"

/* One path of the run; lives as long as the feed. */
struct ed_feed_file {
	char *path;                     /* owned */
	const struct ed_format *format; /* NULL: not opened, or not known */
	unsigned format_row;
	void *state;           /* of the format; freed when the last unit is resolved */
	struct ed_tally tally; /* of resolved units and of what frame dropped; under told_lock */
};

/* What a unit needs from the moment it is framed until its events are read. */
struct ed_feed_slot {
	uint8_t *buffer; /* ED_UNIT_MAX_BYTES + ED_UNIT_PADDING_BYTES */
	_Alignas(16) uint8_t context[ED_UNIT_CONTEXT_BYTES];
	struct ed_unit unit;
	struct ed_feed_file *file;
};

struct ed_feed {
	struct ed_feed_file *files;
	size_t n_files, i_file;         /* i_file: the one being read; n_files at the end */
	const struct ed_format *forced; /* --input-format */
	bool is_open;
	struct ed_source source;
	uint64_t offset; /* of the next unit in the decompressed source */
	uint8_t *carry;  /* read behind the last unit, not yet framed */
	size_t n_carry;
	bool eof;                /* of the open source */
	bool stopped;            /* frame gave the rest up */
	const atomic_bool *stop; /* borrowed; see ed_source_open */
	/* What other threads may look at while a source is waited for, under its own lock. */
	pthread_mutex_t told_lock;
	uint64_t bytes_in, bytes_total;   /* on disk; total 0 when unknown */
	size_t i_told;                    /* i_file, as told */
	struct ed_scan_trouble *troubles; /* owned; path borrowed from files */
	char (*trouble_texts)[160];
	size_t n_troubles, n_told, troubles_cap;
	uint64_t n_damaged_files;
};

/* Expands directories in @conf->paths. 0 or -errno; a path that does not exist becomes trouble
 * later. */
int ed_feed_init(struct ed_feed *f, const struct ed_scan_config *conf, const atomic_bool *stop);
void ed_feed_done(struct ed_feed *f);

/* The next unit into @slot. 1: there is one; 0: no more; -ENOMEM. */
int ed_feed_next(struct ed_feed *f, struct ed_feed_slot *slot);

/* Safe from any thread: the next trouble that was not told yet, and how far the reading is. */
bool ed_feed_tell(struct ed_feed *f, struct ed_scan_trouble *ret);
void ed_feed_progress(struct ed_feed *f, struct ed_scan_progress *ret);

/* In order, after a unit was resolved: adds its account; the last unit of a file closes the file.
 * Needs no lock of the caller: it must not wait for a reader that waits for input. */
void ed_feed_settle(struct ed_feed *f, struct ed_feed_slot *slot, const struct ed_tally *t);

/*
 * After a run that was stopped: what the formats still hold of unfinished sources (fragments,
 * segments) is given up and counted, so that the account closes. No other thread may use the feed
 * any more. 0 or -ENOMEM.
 */
int ed_feed_abandon(struct ed_feed *f);

#endif
