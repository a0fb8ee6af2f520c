/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of history that were found: gathered, put in order of time, printed. */
#ifndef ED_CMD_HISTORY_ROWS_H
#define ED_CMD_HISTORY_ROWS_H

#include <stdio.h>

#include "store/query.h"

enum ed_history_form { ED_HISTORY_AUTO, ED_HISTORY_TABLE, ED_HISTORY_NDJSON, ED_HISTORY_CSV };

struct ed_history_found {
	struct ed_query_row row; /* its texts lie in who */
	uint16_t who_n[ED_WHO_TEXTS];
	char *who;             /* owned; NULL: none */
	const char *indicator; /* borrowed; NULL: it was found by a query */
};

struct ed_history_rows {
	struct ed_history_found *v; /* owned */
	size_t n, cap, max;
	bool more; /* than max were found */
	int error; /* -ENOMEM, 0 */
};

void ed_history_rows_init(struct ed_history_rows *r, size_t max);
void ed_history_rows_done(struct ed_history_rows *r);

/* False: no more are wanted. */
bool ed_history_rows_add(struct ed_history_rows *r, const struct ed_query_row *row,
			 const char *indicator);

/* By time; what is the same lookup in the same ten minutes becomes one row. */
void ed_history_rows_sort(struct ed_history_rows *r);

void ed_history_rows_print(const struct ed_history_rows *r, enum ed_history_form form, FILE *f);

/* What was asked, zone by zone and minute by minute, each with its programs. */
void ed_history_rows_timeline(const struct ed_history_rows *r, enum ed_history_form form, FILE *f);

#endif
