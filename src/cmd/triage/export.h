/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was decided about alerts, as examples for the calibration (tests/quality/calibrate.py --add):
 *	[{"site":[4120,[-1.5,0.25]]},{"site":[7.5]},{}]
 * How many (client, domain, day) the history of the store has and the scores of false positives;
 * the scores of confirmed tunnels. What was not weighed, is a drill's, or is not decided is left
 * out.
 */
#ifndef ED_CMD_TRIAGE_EXPORT_H
#define ED_CMD_TRIAGE_EXPORT_H

#include "cmd/cmd.h"
#include "store/ledger.h"

/* The whole text on @f, and on stderr what it came to. */
enum ed_exit ed_triage_export(struct ed_ledger *l, const char *store, FILE *f);

#endif
