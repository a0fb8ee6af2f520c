/* SPDX-License-Identifier: Apache-2.0 */
/* What would have been blocked: entries of an artefact held against the history of a store, and
 * against what people decided about its alerts. */
#ifndef ED_CMD_CONTAIN_HISTORY_H
#define ED_CMD_CONTAIN_HISTORY_H

#include "cmd/contain/wish.h"

/*
 * Says on stderr of each of @w whom it would have affected in the last 7 days and which names, and
 * adds that to its reason. ED_EXIT_USAGE after a message when an entry takes along what was judged
 * a false positive, or more clients than --max-clients, and there is no --force. Without --store it
 * does nothing.
 */
enum ed_exit ed_contain_ask_history(struct ed_wishes *w);

/* Notes in the audit trail of the store what was written to @file: each entry, and that @n_out of
 * them were taken out. */
enum ed_exit ed_contain_note(const struct ed_wishes *w, const char *file, size_t n_out);

#endif
