/* SPDX-License-Identifier: Apache-2.0 */
/* What a run came to: the closing lines for a person, and the account as JSON for --stats. */
#ifndef ED_CMD_RUN_SUMMARY_H
#define ED_CMD_RUN_SUMMARY_H

#include "base/buf.h"
#include "engine/scan.h"

#include <stdio.h>

/* The closing summary. Alerts below @min_level were not shown, and it says how many. Ends with what the
 * analytics lacked (cmd/run/abilities.h). */
void ed_summary_print(const struct ed_scan_result *r, enum ed_level min_level, FILE *f);

/*
 * One JSON object: records {read, analysed, dropped {reason: n}}, bytes, events {dns}, clients,
 * domains, wall_s, alerts {level: n}, tables {name: {entries, capacity, evictions, refused}},
 * peak_rss_bytes, formats {name: records}, fields and analytics (cmd/run/abilities.h). read =
 * analysed + the sum of dropped.
 */
void ed_summary_stats(const struct ed_scan_result *r, struct ed_buf *out);

#endif
