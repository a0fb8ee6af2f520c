/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts read back from what `earthdog scan --format ndjson` printed, as far as a response needs
 * them. */
#ifndef ED_ENGINE_ALERT_FILE_H
#define ED_ENGINE_ALERT_FILE_H

#include "record/alert.h"

enum { ED_ALERT_LINE_MAX_BYTES = 1 << 20 };

struct ed_told_alert {
	char id[ED_ALERT_ID_TEXT]; /* hexadecimal digits and dashes */
	struct ed_name domain;     /* lower case; n == 0: none */
	struct ed_addr client;     /* unknown: all clients */
	struct ed_addr server;
	char summary[ED_ALERT_SUMMARY_MAX]; /* as the file has it: any byte but NUL */
};

/*
 * Hands every alert of @path ("-": standard input) to @take, which borrows it. Lines that are no
 * alert are passed over and counted in *@ret_n_bad; blank ones are not. 0 or -errno.
 */
int ed_alert_file_read(const char *path, void (*take)(void *arg, const struct ed_told_alert *a),
		       void *arg, uint64_t *ret_n_bad);

/* The same of one alert as text, as a store keeps it. 0, -ENOMEM, or -EINVAL: it is none. */
int ed_alert_text_read(const char *text, struct ed_told_alert *ret);

#endif
