/* SPDX-License-Identifier: Apache-2.0 */
/* Presence of a run that keeps a store: collected beside the history, written at its end, and before
 * whenever its tables are full. */
#ifndef ED_ENGINE_PRESENCE_KEEP_H
#define ED_ENGINE_PRESENCE_KEEP_H

#include "engine/scan.h"
#include "format/format.h"
#include "report/presence.h"
#include "store/presence.h"

struct ed_presence_keep {
	struct ed_presence presence;
	const char *names[ED_SCAN_FORMATS_MAX + 1]; /* of the formats */
	struct ed_ledger_conf ledger;               /* how to open it in the middle of a run */
	int error; /* the first failure; what it concerns is lost */
};

/* A key for the tables; what they come to does not depend on it. */
uint64_t ed_presence_key(void);

/* Has @conf show it the events. NULL without memory. */
struct ed_presence_keep *ed_presence_keep_new(const struct ed_ledger_conf *ledger,
					      struct ed_scan_config *conf);

/* Writes what is left, and deletes what is older than @keep_ns (0: nothing) before the ledger's
 * time. 0, -errno or a condition. */
int ed_presence_keep_end(struct ed_presence_keep *k, struct ed_ledger *l, int64_t keep_ns);
void ed_presence_keep_free(struct ed_presence_keep *k);

#endif
