/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows event logs (EVTX), read through: a log goes in, one line of <Event> XML a record comes
 * out. The decoding is done by a program of its own, earthdog-evtx, which has no files, no network
 * and no memory but its own (worker/). What it says is bounded and checked like any other input.
 * When it dies or takes more than ED_EVTX_CPU_MAX_NS for a chunk of 64 KiB, what it had not told
 * of that chunk is counted as lost, and a new one goes on with the next; after ED_EVTX_DEATHS_MAX
 * of them the rest of the log is only counted.
 */
#ifndef ED_SOURCE_EVTX_H
#define ED_SOURCE_EVTX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/span.h"
#include "record/batch.h"

enum {
	ED_EVTX_CPU_MAX_NS = 1000000000,
	ED_EVTX_WAIT_MAX_MS = 30000, /* without a word, whatever the reason */
	ED_EVTX_DEATHS_MAX = 8,
	ED_EVTX_PATH_MAX = 4096,
};

/* Where the bytes of the log come from: as read(2), but -errno. */
struct ed_evtx_input {
	ssize_t (*read)(void *context, void *ret, size_t n);
	void *context;
	const atomic_bool *stop; /* when it turns true the log counts as ended; may be NULL */
};

struct ed_evtx_reader;

/* Whether a source that begins with @head is a Windows event log. */
bool ed_evtx_is(struct ed_span head);

/* The path of earthdog-evtx: beside this program, or where it is installed. 0 or -ENOENT. */
int ed_evtx_find(char ret[static ED_EVTX_PATH_MAX]);

/* Starts @program for the log that begins with @head, what was read of it already. @in is copied;
 * its context is borrowed. 0 or -errno. */
int ed_evtx_new(const char *program, struct ed_span head, const struct ed_evtx_input *in,
		struct ed_evtx_reader **ret);
void ed_evtx_free(struct ed_evtx_reader *r);

/*
 * Up to @n bytes of lines, at least one; 0 at the end; -errno when the input failed, -ENOEXEC when
 * the program does not run or cannot be confined. Records that could not be read are added to
 * @lost, with offsets in the log.
 */
ssize_t ed_evtx_read(struct ed_evtx_reader *r, struct ed_tally *lost, void *ret, size_t n);

#endif
