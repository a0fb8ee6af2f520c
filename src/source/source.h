/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source: where bytes come from, in order, decompressed on the way. gzip, zstd, lz4 and xz are
 * known by their first bytes, never by the name of the file; so are Windows event logs, packed or
 * not, which come out as lines of XML (evtx.h). One file and one row in source.def make a source.
 *
 * Reading is bounded: a source that unpacks to more than ED_SOURCE_RATIO_MAX bytes for each byte
 * read, once past the first ED_SOURCE_FREE_BYTES, is refused as a bomb.
 */
#ifndef ED_SOURCE_SOURCE_H
#define ED_SOURCE_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/batch.h"

enum {
	ED_SOURCE_RATIO_MAX = 200,
	ED_SOURCE_FREE_BYTES = 16 << 20,
	ED_SOURCE_IN_BYTES = 64 << 10,
	ED_SOURCE_HEAD_BYTES = 8,
};

/* Conditions of ed_source_read besides data, the end (0) and -errno. */
enum ed_source_fault {
	ED_SOURCE_OK,
	ED_SOURCE_DAMAGED,   /* the compressed data is broken */
	ED_SOURCE_CUT,       /* it ends in the middle of a compressed frame */
	ED_SOURCE_BOMB,      /* it unpacks to too much */
	ED_SOURCE_NO_READER, /* a Windows event log, and its reader does not run */
};

struct ed_codec;
struct ed_evtx_reader;

struct ed_source {
	int fd;
	bool owns_fd;
	uint64_t size_bytes;          /* on disk; 0: unknown */
	uint64_t n_in;                /* bytes read from fd */
	uint64_t n_out;               /* bytes handed out; of an event log: those of the log */
	const struct ed_codec *codec; /* NULL: plain */
	void *codec_state;
	uint8_t fault; /* ed_source_fault: why the data ended early */
	const atomic_bool
		*stop; /* when it turns true, waiting input counts as ended; may be NULL */
	bool may_wait; /* a pipe, a terminal: reading may take for ever */
	bool eof;      /* fd has no more */
	bool between;  /* a compressed frame is out; what follows was not looked at yet */
	bool ended;    /* the last compressed frame is out */
	uint8_t *in;   /* ED_SOURCE_IN_BYTES, what fd gave and the codec has not taken */
	size_t in_off, in_n;
	/* The first bytes, unpacked: looked at, and handed out before the rest. */
	uint8_t head[ED_SOURCE_HEAD_BYTES];
	size_t head_off, head_n;
	struct ed_evtx_reader *evtx; /* NULL: no event log */
	const char *format; /* of the bytes handed out, by name, when the source knows it */
	/* Records of an event log that could not become bytes since the reader last took this
	 * account; the reader of the source zeroes it. */
	struct ed_tally lost;
};

struct ed_source_row {
	const char *name;
	const char *help;
	bool (*claims)(const char *path);
	/* Opens @path into the zeroed @ret: fd and size. 0 or -errno. */
	int (*open)(const char *path, struct ed_source *ret);
};

#define SOURCE(id) extern const struct ed_source_row ed_source_##id;
#include "source/source.def"
#undef SOURCE

/* The registry, in the order of source.def; NULL-terminated. */
extern const struct ed_source_row *const ed_sources[];

/*
 * Opens @path by the first row that claims it, and looks for compression. 0 or -errno. @stop is
 * borrowed: when another thread sets it, a read that waits for more ends as if the input had.
 */
int ed_source_open(const char *path, const atomic_bool *stop, struct ed_source *ret);
void ed_source_close(struct ed_source *s);

/*
 * Up to @n bytes, at least one. Returns how many; 0 at the end (then @s->fault says whether it was
 * the real end); -errno when reading failed.
 */
ssize_t ed_source_read(struct ed_source *s, void *ret, size_t n);

/* One line for a person: "gzip data damaged", ... */
const char *ed_source_fault_text(unsigned fault);

#endif
