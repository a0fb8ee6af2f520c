/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people: escaping, numbers, wrapped paragraphs and plain columns. */
#ifndef ED_CMD_OUT_TEXT_H
#define ED_CMD_OUT_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { ED_COUNT_TEXT_MAX = 32, ED_PATH_TEXT_MAX = 1024, ED_HELP_COLUMNS = 80 };

/*
 * @text as it can safely be shown: a backslash doubled, every byte outside 0x20..0x7e as \xNN. Cut
 * with
 * "..." when it does not fit @n bytes (@n >= 16). Returns @ret.
 */
const char *ed_text_escape(const char *text, char *ret, size_t n);

/* "1,812,440". Returns @ret. */
const char *ed_text_count(uint64_t v, char ret[static ED_COUNT_TEXT_MAX]);

/*
 * Words of @text in lines of at most @width columns, each indented by @indent; the first line
 * continues what was written up to column @col. A line feed in @text begins a new line. Ends with a
 * line feed.
 */
void ed_text_wrap(FILE *f, const char *text, unsigned indent, unsigned col, unsigned width);

/* Columns: every cell is copied; widths are known when all rows are in. */
struct ed_grid {
	size_t n_columns;
	size_t n_cells, cap;
	char **cells; /* owned */
	int error;    /* -ENOMEM, sticky */
};

void ed_grid_init(struct ed_grid *g, size_t n_columns);
void ed_grid_done(struct ed_grid *g);
void ed_grid_cell(struct ed_grid *g, const char *text);

/* Two blanks between columns, none at line ends. 0 or the sticky error. */
int ed_grid_print(const struct ed_grid *g, FILE *f);

#endif
