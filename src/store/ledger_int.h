/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the ledger share. */
#ifndef ED_STORE_LEDGER_INT_H
#define ED_STORE_LEDGER_INT_H

#include "store/db.h"
#include "store/ledger.h"

struct ed_ledger {
	sqlite3 *db;
	int lock; /* descriptor of DIR/alerts.db-lock; -1: a reader */
	int64_t version;
	int64_t now_ns;
	char who[ED_LEDGER_WHO_MAX + 1];
	char login[ED_LEDGER_WHO_MAX + 1];
	unsigned depth; /* of ed_ledger_begin */
	int failed;     /* the first failure within */
};

extern const char ed_audit_schema[];
extern const char ed_triage_schema[];
extern const char ed_ledger_settings_schema[];

/* The verb that leads to a state, as the audit trail has it. */
const char *ed_triage_verb(unsigned state);

/* The audit trail of version 1 into that of this one. Within a transaction. */
int ed_audit_upgrade(struct ed_ledger *l);

/* Number of the last row; 0: none. */
int ed_audit_last(struct ed_ledger *l, int64_t *ret_id);

/* A text column, never NULL. */
const char *ed_ledger_text(sqlite3_stmt *s, int column);

#endif
