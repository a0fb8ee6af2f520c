/* SPDX-License-Identifier: Apache-2.0 */
/* What scan keeps in a store: it is opened before the input is read and closed behind the alerts.
 */
#ifndef ED_CMD_RUN_KEEPING_H
#define ED_CMD_RUN_KEEPING_H

#include "cmd/run/reading.h"
#include "engine/presence_keep.h"
#include "store/ledger.h"

struct ed_keeping {
	struct ed_store *store;            /* NULL: none was asked for */
	struct ed_presence_keep *coverage; /* which sources told of which machines */
	const char *dir;                   /* borrowed */
	bool quiet;
	const struct ed_reading *options;  /* borrowed, as is the next */
	const struct ed_scan_config *conf; /* of the run */
	char login[ED_LEDGER_WHO_MAX + 1];
};

/* Opens the store that @o asks for, if any, and has @conf show it the events. False, after a
 * message: it cannot be used. */
bool ed_keeping_begin(const struct ed_reading *o, struct ed_scan_config *conf,
		      struct ed_keeping *ret);

/* Keeps the alerts of @result (NULL: there are none), closes the store and says what is in it.
 * False, after a message: not everything could be kept. */
bool ed_keeping_end(struct ed_keeping *k, const struct ed_scan_result *result);

#endif
