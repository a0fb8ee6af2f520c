/* SPDX-License-Identifier: Apache-2.0 */
/* The line on the terminal while a scan runs, and the lines about trouble that must not mix with
 * it. */
#ifndef ED_CMD_OUT_PROGRESS_H
#define ED_CMD_OUT_PROGRESS_H

#include "engine/scan.h"

#include <signal.h>

enum { ED_PROGRESS_LINE_MAX = 256 };

struct ed_progress {
	bool live;      /* stderr is a terminal that wants the line */
	bool drawn;     /* the line is on the screen */
	unsigned width; /* columns of the terminal */
	double start_s; /* monotonic */
};

void ed_progress_init(struct ed_progress *p, bool quiet);

/* Takes the line from the screen. */
void ed_progress_clear(struct ed_progress *p);

/* For struct ed_scan_hooks; @arg is the struct ed_progress. It asks to stop once a signal has come.
 */
bool ed_progress_hook(void *arg, const struct ed_scan_progress *now);
void ed_progress_trouble(void *arg, const struct ed_scan_trouble *t);

/* Signals that ask the user's program to end: the first one stops the scan, the next one kills. */
void ed_progress_catch_signals(void);

/* "  412.3 MB of 1.2 GB  34 %  210.0 MB/s  4 s left  1,812,440 records": what the line says. */
void ed_progress_line(const struct ed_scan_progress *now, double elapsed_s,
		      char ret[static ED_PROGRESS_LINE_MAX]);

/* "earthdog: a.pcap: offset 40: cut short (3 records)" without the program's name. */
void ed_progress_trouble_line(const struct ed_scan_trouble *t, char *ret, size_t n);

#endif
