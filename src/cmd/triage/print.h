/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts that a store keeps, with what was decided about them, and the audit trail: as a table, JSON
 * lines or CSV, one at a time as they come. */
#ifndef ED_CMD_TRIAGE_PRINT_H
#define ED_CMD_TRIAGE_PRINT_H

#include "cmd/out/text.h"
#include "store/ledger.h"

enum ed_triage_form { ED_TRIAGE_AUTO, ED_TRIAGE_TABLE, ED_TRIAGE_NDJSON, ED_TRIAGE_CSV };

struct ed_triage_printer {
	enum ed_triage_form form; /* not AUTO */
	FILE *f;
	struct ed_grid grid;
	size_t n;
};

/* Column heads go out with the first call of each; one printer prints one kind. */
void ed_triage_printer_init(struct ed_triage_printer *ret, enum ed_triage_form form, FILE *f);
void ed_triage_print_alert(struct ed_triage_printer *p, const struct ed_ledger_alert *a);
void ed_triage_print_audit(struct ed_triage_printer *p, const struct ed_audit_row *row);

/* What a table still owes; frees. 0 or -ENOMEM. */
int ed_triage_printer_done(struct ed_triage_printer *p);

/* The alert as it is kept, and under it all that was written down about it. */
void ed_triage_print_one(const struct ed_ledger_alert *a, FILE *f);

#endif
