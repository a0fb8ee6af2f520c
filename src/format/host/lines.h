/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the text logs of endpoints have in common: a line gives no event, or one, or several, and
 * may go on in the lines behind it.
 *	2026-11-03T14:02:11.835Z In(14) shell[1053659]: [root]: for i in 1 2; do
 *	2026-11-03T14:02:11.835Z In(14)+ shell[1053659]: nslookup $i.t.example.net; done
 *
 * ED_LOGLINE_SLACK_BYTES behind each line are readable, whatever they hold.
 */
#ifndef ED_FORMAT_HOST_LINES_H
#define ED_FORMAT_HOST_LINES_H

#include "format/host/event.h"
#include "format/text/logline.h"

/* What a line reader is given. */
struct ed_host_reader {
	struct ed_logtime time;
	struct ed_batch *out;   /* NULL while a format is being sniffed */
	void *scratch;          /* of the format; NULL while a format is being sniffed */
	struct ed_span rest;    /* the lines behind the line; what goes on with it is taken off */
	unsigned n_joined;      /* how many were taken off */
	unsigned n_own;         /* lines that are surely of the format */
	struct ed_host_event h; /* initialised for each line */
};

/* Reads a line, making its events of r->h. Returns an ed_drop, ED_DROP_N when there are some. */
typedef enum ed_drop ed_host_line_fn(struct ed_host_reader *r, struct ed_span line);

/* What makes one format of it. */
struct ed_host_lines {
	enum ed_platform platform;
	ed_host_line_fn *read;
};

/* The decode() of these formats. The caller has set r->time, scratch and all else to zero. */
void ed_host_lines_decode(const struct ed_host_lines *kind, struct ed_host_reader *r,
			  const struct ed_unit *unit, struct ed_batch *out);

/* The probe(): 0 when no line is surely of the format, up to 95 when many are. */
unsigned ed_host_lines_probe(const struct ed_host_lines *kind, struct ed_span head);

/* As ed_host_event_commit and ed_host_event_start, for r->h; while a format is being sniffed
 * nothing is made. */
enum ed_drop ed_host_lines_commit(struct ed_host_reader *r);
enum ed_drop ed_host_lines_start(struct ed_host_reader *r, const struct ed_argv_name *names,
				 unsigned n);

#endif
