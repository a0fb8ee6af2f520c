/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event of an endpoint's log while it is put together: the fixed part, the name, who asked. One
 * record may give several events with the same process: a program start, and a lookup for each name
 * in its command line.
 */
#ifndef ED_FORMAT_HOST_EVENT_H
#define ED_FORMAT_HOST_EVENT_H

#include "format/linux/argv_name.h"
#include "record/batch.h"

struct ed_host_event {
	struct ed_event ev;             /* time, kind, platform, and what of `has` is about them */
	struct ed_process process;      /* but for the lengths of its texts */
	struct ed_span text[ED_TEXT_N]; /* borrowed until the event is committed */
	struct ed_name name;            /* n == 0: none */
};

/* Everything unknown; the bytes of the name stay as they are. */
void ed_host_event_init(struct ed_host_event *h, enum ed_platform platform);

/*
 * The name out of @text in the form of master files. There is always one: what is no proper name is
 * kept as format/zeek/text.h has it, so that none can hide from the detector.
 */
void ed_host_event_name(struct ed_host_event *h, struct ed_span text);

/* True when @out has room for @n events, whatever they hold. */
bool ed_host_event_fits(const struct ed_batch *out, unsigned n);

/* Makes an event of @h. What `has` says of processes, users and hosts follows from the texts.
 * False: the batch is full. */
bool ed_host_event_commit(struct ed_batch *out, const struct ed_host_event *h);

/*
 * Makes the start of a program of @h, and a lookup of each of the @n @names in its command line.
 * False: the batch has no room for all of them, and none was made.
 */
bool ed_host_event_start(struct ed_batch *out, const struct ed_host_event *h,
			 const struct ed_argv_name *names, unsigned n);

/* Keeps the names that the program asks for itself, where its children have records of their own.
 * Returns how many. */
unsigned ed_host_event_own_names(struct ed_argv_name *names, unsigned n);

#endif
