/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the analytics could not do on this input for lack of a field, and which settings were made in
 * vain. Nothing weakens in silence.
 */
#ifndef ED_CMD_RUN_ABILITIES_H
#define ED_CMD_RUN_ABILITIES_H

#include "base/json_out.h"
#include "engine/scan.h"

#include <stdio.h>

/*
 * A line for each analytic that has something on the input and is told too little: what is missing,
 * and which of the formats that were read can tell it. Nothing for an analytic that has all.
 */
void ed_abilities_print(const struct ed_scan_result *r, FILE *f);

/*
 * Two members: fields {format: {told: [], silent: []}} of the formats that were read, silent being
 * what the format can tell and this input did not; and analytics {id: {state, missing_needs: [],
 * missing_wants: [], idle_tunables: []}}. The state of an analytic without anything in its scope is
 * "no input", and the rest of it is left out.
 */
void ed_abilities_json(const struct ed_scan_result *r, struct ed_json *j);

/*
 * A line for each setting of an analytic that differs from the default and can change nothing on this
 * input: nothing is in the analytic's scope, a field is missing, or no client is in the group that it
 * is for. Returns how many.
 */
unsigned ed_abilities_idle_settings(const struct ed_scan_config *conf,
				    const struct ed_scan_result *r, FILE *f);

#endif
