/* SPDX-License-Identifier: Apache-2.0 */
/* What the audit trail of a store says of a scan: what was read and what came of it, and the
 * settings that were in force, where they are not those of the scan before. */
#ifndef ED_CMD_RUN_KEEPING_AUDIT_H
#define ED_CMD_RUN_KEEPING_AUDIT_H

#include "cmd/run/reading.h"
#include "store/ledger.h"

/* A row "scan", and a row "setting" for each change. 0, -errno or a condition of the store. */
int ed_keeping_audit(struct ed_ledger *l, const struct ed_reading *o,
		     const struct ed_scan_config *conf, const struct ed_scan_result *result);

#endif
