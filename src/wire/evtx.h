/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows event logs (EVTX): a header of 4 KiB and chunks of 64 KiB, each of which can be read
 * alone. The walk over a chunk gives one item after the other: a record as one line of XML, or how
 * many records are lost and why.
 *
 * A log that was not closed, or was damaged, has more in it than its header says: records behind
 * the end of the written part ("slack", often copies of what the chunk's memory held before) are
 * given too, once, when they are whole and not among the others. What in slack cannot be read is
 * not counted: nothing says that it ever was a record of this log. Layout: [MS-EVEN6] and the
 * description by Andreas Schuster, "Introducing the Microsoft Vista event log file format" (2007).
 */
#ifndef ED_WIRE_EVTX_H
#define ED_WIRE_EVTX_H

#include "wire/binxml.h"

enum {
	ED_EVTX_HEAD_BYTES = 4096,
	ED_EVTX_MAGIC_BYTES = 8,
	ED_EVTX_CHUNK_BYTES = ED_BINXML_CHUNK_BYTES,
	ED_EVTX_CHUNK_HEAD_BYTES = 512,
	ED_EVTX_LINE_MAX_BYTES = (1 << 20) - 1, /* with its line end; longer records are lost */
	ED_EVTX_STEPS_MAX = 1 << 16,            /* for one record; an ordinary one takes 200 */
	/* For all records of a chunk, and the text that they may come to: what bounds the time. */
	ED_EVTX_CHUNK_STEPS_MAX = 1 << 20,
	ED_EVTX_CHUNK_TEXT_MAX_BYTES = 8 << 20,
	ED_EVTX_SEEN_N = 1 << 20,
};

#define ED_EVTX_MAGIC "ElfFile"
#define ED_EVTX_CHUNK_MAGIC "ElfChnk"

enum ed_evtx_kind {
	ED_EVTX_END, /* of the chunk */
	ED_EVTX_RECORD,
	ED_EVTX_BAD_LENGTH, /* lost: headers that contradict one another, or were overwritten */
	ED_EVTX_BAD_RECORD, /* lost: its content is broken */
	ED_EVTX_TOO_MUCH,   /* lost: it unfolds to more than the limits above */
	ED_EVTX_CUT,        /* lost: the input ends inside the chunk */
};

struct ed_evtx_item {
	enum ed_evtx_kind kind;
	uint32_t at;         /* in the chunk */
	uint32_t n;          /* records that are meant */
	uint64_t id;         /* of a record */
	struct ed_span line; /* of a record: XML and a line end; until the next call */
};

/* One reader: 9 MiB, of which only what is used is touched. Zeroed at the start. */
struct ed_evtx {
	struct ed_binxml binxml;
	struct ed_span chunk;
	uint32_t at;
	uint32_t live_end;  /* behind the written part */
	uint64_t last_id;   /* of the last record, as the chunk's header says */
	uint64_t before_id; /* of the record before @at */
	uint32_t steps_left, text_left_bytes;
	bool has_header;
	bool is_cut; /* the written part is longer than the chunk; false once told */
	bool told;   /* of a chunk without a header: there was something in it */
	uint64_t seen[ED_EVTX_SEEN_N]; /* records given: hashes of id and time */
	uint8_t line[ED_EVTX_LINE_MAX_BYTES];
};

/* Begins with a chunk of at most ED_EVTX_CHUNK_BYTES; fewer: the input ends there. @chunk is
 * borrowed until the walk has ended. */
void ed_evtx_chunk(struct ed_evtx *e, struct ed_span chunk);

/* The next item of the chunk. */
void ed_evtx_next(struct ed_evtx *e, struct ed_evtx_item *ret);

#endif
