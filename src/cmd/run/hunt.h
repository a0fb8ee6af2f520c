/* SPDX-License-Identifier: Apache-2.0 */
/* Running the detector as a command does: with a line on the terminal while it runs, until it is done
 * or a signal asks it to stop. */
#ifndef ED_CMD_RUN_HUNT_H
#define ED_CMD_RUN_HUNT_H

#include "cmd/cmd.h"
#include "engine/scan.h"

/*
 * ED_EXIT_OK: it ran, perhaps not to the end (ret->interrupted) or over damaged input (ret->damaged);
 * release @ret with ed_scan_done. ED_EXIT_USAGE, where another command line would cure it, or
 * ED_EXIT_FAILURE after a message; then nothing is in @ret.
 */
enum ed_exit ed_hunt_run(const struct ed_scan_config *conf, bool quiet, struct ed_scan_result *ret);

/* What the engine's error @r is to a caller; says @error. */
enum ed_exit ed_hunt_failed(int r, const char *error);

#endif
