/* SPDX-License-Identifier: Apache-2.0 */
/* What a stream leads to: a terminal or not, how wide it is, whether it takes colour. */
#ifndef ED_CMD_OUT_TERMINAL_H
#define ED_CMD_OUT_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* A terminal that understands control sequences: TERM is not "dumb". */
bool ed_terminal_is_capable(FILE *f);
bool ed_terminal_is(FILE *f);

/* Columns: the terminal's own word, else COLUMNS, else 80. */
unsigned ed_terminal_width(FILE *f);

/* NO_COLOR (no-color.org) is set and not empty. */
bool ed_terminal_no_colour(void);

#endif
