/* SPDX-License-Identifier: Apache-2.0 */
/* What a drill came to, for people and as JSON. */
#ifndef ED_CMD_DRILL_PRINT_H
#define ED_CMD_DRILL_PRINT_H

#include "base/buf.h"
#include "cmd/drill/way.h"

#include <stdio.h>

struct ed_drill_row {
	struct ed_drill_task task;
	struct ed_drill_outcome outcome;
};

/* A table with a line an analytic, and under it a paragraph for each that is broken. */
void ed_drill_print_table(const struct ed_drill_row *rows, size_t n, FILE *f);

/* One JSON object: passed, and an array "drills" of those of ed_drill_print_one. */
void ed_drill_print_json(const struct ed_drill_row *rows, size_t n, struct ed_buf *out);

/*
 * One JSON object without line feed: drill (its mark), domain, analytic, format, names {asked,
 * seen}, records {read, analysed}, step (the one that is broken, or "passed"), why, alert {id,
 * level, verdict, names, seconds}, weaker.
 */
void ed_drill_print_one(const struct ed_drill_row *row, struct ed_buf *out);

#endif
