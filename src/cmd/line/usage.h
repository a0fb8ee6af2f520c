/* SPDX-License-Identifier: Apache-2.0 */
/* Help made from the tables: for the terminal, as man page, as Markdown, as completions. */
#ifndef ED_CMD_LINE_USAGE_H
#define ED_CMD_LINE_USAGE_H

#include "cmd/cmd.h"

enum { ED_OPTION_TEXT_MAX = 2048 };

/* One sentence about an option without the full stop: help, default, range, choices. Returns @ret.
 */
const char *ed_usage_option(const struct ed_option *row, char ret[static ED_OPTION_TEXT_MAX]);

/* The names that the option takes, "table, ndjson, csv"; "" when it takes no names. Returns @ret.
 */
const char *ed_usage_names(const struct ed_option *row, char *ret, size_t n);

/* "earthdog scan [OPTIONS] PATH..." */
void ed_usage_synopsis(const struct ed_command *c, FILE *f);

void ed_usage_program(FILE *f);
void ed_usage_command(const struct ed_command *c, FILE *f);

void ed_man_print(FILE *f);
void ed_reference_print(FILE *f);
void ed_completion_bash(FILE *f);
void ed_completion_zsh(FILE *f);
void ed_completion_fish(FILE *f);

#endif
