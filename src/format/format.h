/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A format: bytes to events. Decoding has three passes so that one large file can be read by all
 * cores and still give the same events in the same order (docs/adr/0002):
 *
 * - frame, in order, on one thread: finds where the next unit of whole records ends, keeps what
 *   later units must know (interfaces, column names), copies it into the unit's context; cheap;
 * - decode, in any order, on any thread: one unit to events; sees only the unit and its context;
 * - resolve, in order, on one thread: what spans units (IP fragments, TCP streams), from the
 *   records that decode deferred; appends events to the same batch.
 *
 * One file and one row in format.def make a format.
 */
#ifndef ED_FORMAT_FORMAT_H
#define ED_FORMAT_FORMAT_H

#include "base/span.h"
#include "record/batch.h"

enum {
	ED_UNIT_MAX_BYTES = 1 << 20, /* no record is longer; also the size of the read buffer */
	ED_UNIT_TARGET_BYTES = 128 << 10, /* frame stops at the first record border behind this */
	ED_UNIT_PADDING_BYTES = 64,       /* readable zero bytes behind every unit */
	ED_UNIT_CONTEXT_BYTES = 4096,     /* most a context may take */
	ED_PROBE_BYTES = 64 << 10,        /* what probe gets to see, at most */
};

/* What frame says of the input it was given. */
enum ed_frame_verdict {
	ED_FRAME_UNIT, /* ret->n_bytes are a unit: decode them */
	ED_FRAME_SKIP, /* ret->n_bytes carry no records for decode (headers, the middle of an
			  oversize line) */
	ED_FRAME_MORE, /* not one whole record yet; never said at the end of the input */
	ED_FRAME_STOP, /* nothing behind this point can be read; ret->drop and ret->n_dropped say
			  what is lost */
};

struct ed_frame {
	size_t n_bytes;
	enum ed_drop drop;  /* for n_dropped */
	uint64_t n_dropped; /* records that end here unread (a cut tail, an oversize line); counted
			       as read too */
};

struct ed_unit {
	struct ed_span bytes; /* whole records; ED_UNIT_PADDING_BYTES more are readable and zero */
	uint64_t offset;      /* of the first byte in its (decompressed) source */
	uint32_t source;      /* ed_event.source of everything in it */
	bool last;            /* the source ends here: resolve gives up what is still open */
	const void *context;  /* what frame wrote, context_bytes long, aligned to 16 */
};

struct ed_format {
	const char *name; /* as on the command line: "zeek-tsv" */
	const char *help; /* one line */
	uint32_t fields;  /* ED_FIELD_*: what it can fill */
	/* 1u << ed_platform: of which platforms' machines it is the own log. 0: what the network
	 * sees; of a format that is both, ED_PLATFORM_NETWORK is among them. */
	uint32_t platforms;
	/* Per source, zeroed. frame and resolve see it, decode does not; frame may be at a later
	 * unit while resolve is at an earlier one, on another thread, so they must use different
	 * parts of it. */
	size_t state_bytes;
	size_t context_bytes; /* <= ED_UNIT_CONTEXT_BYTES */

	/* How sure it is that the first bytes of a source are its own: 0 not at all, 100 certain.
	 */
	unsigned (*probe)(struct ed_span head);

	/* NULL when zeroed memory will do. 0 or -errno. done releases what init took. */
	int (*init)(void *state);
	void (*done)(void *state);

	/*
	 * @in begins at a record border; @eof: nothing follows it. @in is empty only with @eof.
	 * @context (zeroed) is written for ED_FRAME_UNIT. When @in holds ED_UNIT_MAX_BYTES and no
	 * whole record, frame must not say MORE but SKIP or STOP.
	 */
	enum ed_frame_verdict (*frame)(void *state, struct ed_span in, bool eof, void *context,
				       struct ed_frame *ret);

	/* Memory of one reading thread (a JSON parser); both NULL when there is none. */
	int (*scratch_new)(void **ret);
	void (*scratch_free)(void *scratch);

	void (*decode)(void *scratch, const struct ed_unit *unit, struct ed_batch *out);

	/* NULL when records stand alone. Called for each unit in order, the last one included. */
	void (*resolve)(void *state, const struct ed_unit *unit, struct ed_batch *out);
};

#define FORMAT(id) extern const struct ed_format ed_format_##id;
#include "format/format.def"
#undef FORMAT

/* The registry, in the order of format.def; NULL-terminated. */
extern const struct ed_format *const ed_formats[];

/* Fills @ret, which has room for @n, with the names of the formats by row and a NULL behind them. */
void ed_format_names(const char **ret, size_t n);

/* By name; NULL when there is none. */
const struct ed_format *ed_format_find(const char *name);

/* The format whose probe is surest of @head; NULL when none is surer than 0. */
const struct ed_format *ed_format_sniff(struct ed_span head);

#endif
