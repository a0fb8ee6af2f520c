/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger of a store for a command: who acts, how long another writer is waited for, and what a
 * person is told when it cannot be opened. */
#ifndef ED_CMD_RUN_LEDGER_H
#define ED_CMD_RUN_LEDGER_H

#include "store/ledger.h"

/*
 * The account that the process runs for: its user, with the one that logged in where that is
 * another ("root (alice)"), or a number where it has no name. Environment variables are not asked.
 */
const char *ed_cmd_login(char ret[static ED_LEDGER_WHO_MAX + 1]);

int64_t ed_cmd_now_ns(void);

/*
 * Opens the ledger of the store @dir in @mode (ed_ledger_mode). @as: a name that the person goes
 * by, or NULL; the account is written down beside it. @now_ns: 0: the clock's. False, after a
 * message; then *@ret is NULL. Close it with ed_ledger_close, soon.
 */
bool ed_cmd_open_ledger(const char *dir, uint32_t mode, const char *as, int64_t now_ns,
			struct ed_ledger **ret);

/* Says that something failed in the store @dir, with ed_store_error(@r). */
void ed_cmd_say_store(const char *dir, int r);

#endif
