/* SPDX-License-Identifier: Apache-2.0 */
/* --help, from the tables of commands and options. */
#include "cmd/line/usage.h"

#include "cmd/line/values.h"
#include "cmd/out/text.h"

#include <string.h>

enum { HELP_COL = 30, INDENT = 2 };

/* Names joined by commas. */
struct joined {
	char *text;
	size_t n, used;
};

static void join(void *arg, const char *name)
{
	struct joined *j = arg;

	if (j->used < j->n)
		j->used += (size_t)snprintf(j->text + j->used, j->n - j->used, "%s%s",
					    j->used ? ", " : "", name);
}

const char *ed_usage_names(const struct ed_option *row, char *ret, size_t n)
{
	struct joined j = { .text = ret, .n = n };

	ret[0] = '\0';
	if (ed_values_of_option(row) == ED_VALUE_NAMES)
		ed_values_each_option(row, join, &j);
	return ret;
}

/* Text that grows in a fixed room. */
static void append(struct joined *j, const char *before, const char *text)
{
	if (*text && j->used < j->n)
		j->used += (size_t)snprintf(j->text + j->used, j->n - j->used, "%s%s", before,
					    text);
}

const char *ed_usage_option(const struct ed_option *row, char ret[static ED_OPTION_TEXT_MAX])
{
	struct joined j = { .text = ret, .n = ED_OPTION_TEXT_MAX };
	char names[ED_OPTION_TEXT_MAX / 2], range[128];
	const char *def = row->def ? row->def : "";

	ed_usage_names(row, names, sizeof(names));
	ed_option_print_range(row, range, sizeof(range));
	append(&j, "", row->help);
	append(&j, ": ", names);
	append(&j, " (", range);
	append(&j, *range ? ", default " : " (default ", def);
	append(&j, "", *range || *def ? ")" : "");
	return ret;
}

void ed_usage_synopsis(const struct ed_command *c, FILE *f)
{
	(void)fprintf(f, "earthdog %s", c->name);
	if (c->options->name)
		(void)fputs(" [OPTIONS]", f);
	if (c->operands)
		(void)fprintf(f, " %s", c->operands);
}

static void print_option(const struct ed_option *row, FILE *f)
{
	char text[ED_OPTION_TEXT_MAX];
	char letter[8] = "   ";
	int n;

	if (row->letter)
		(void)snprintf(letter, sizeof(letter), "-%c,", row->letter);
	n = fprintf(f, "  %s --%s%s%s", letter, row->name, row->arg ? " " : "",
		    row->arg ? row->arg : "");
	if (n < 0)
		return;
	if (n + 2 > HELP_COL) {
		(void)fputc('\n', f);
		n = 0;
	}
	ed_text_wrap(f, ed_usage_option(row, text), HELP_COL, (unsigned)n, ED_HELP_COLUMNS);
}

static void print_options(const struct ed_command *c, FILE *f)
{
	struct ed_option row;

	for (size_t i = 0; ed_command_option(c, i, &row); i++)
		print_option(&row, f);
}

static void print_rows(const struct ed_command_row *rows, FILE *f)
{
	for (; rows && rows->text; rows++)
		(void)fprintf(f, "  %-16s %s\n", rows->text, rows->help);
}

static void print_commands(FILE *f)
{
	for (size_t i = 0; ed_commands[i]; i++) {
		const struct ed_command *c = ed_commands[i];

		if (!c->hidden)
			(void)fprintf(f, "  %-10s %s\n", c->name, c->help);
	}
}

void ed_usage_program(FILE *f)
{
	(void)fputs("Usage: earthdog COMMAND [OPTIONS] [OPERANDS]\n"
		    "       earthdog --version | --help\n\n"
		    "Finds tunnels in DNS.\n\nCommands:\n",
		    f);
	print_commands(f);
	(void)fputs("\n\"earthdog COMMAND --help\" says more.\n", f);
}

void ed_usage_command(const struct ed_command *c, FILE *f)
{
	(void)fputs("Usage: ", f);
	ed_usage_synopsis(c, f);
	(void)fputs("\n\n", f);
	ed_text_wrap(f, c->description, 0, 0, ED_HELP_COLUMNS);
	if (c->operand_rows)
		(void)fprintf(f, "\n%s is one of:\n", c->operands);
	print_rows(c->operand_rows, f);
	(void)fputs("\nOptions:\n", f);
	print_options(c, f);
	if (!c->examples)
		return;
	(void)fputs("\nExamples:\n", f);
	for (const struct ed_command_row *e = c->examples; e->text; e++) {
		(void)fprintf(f, "  %s\n", e->text);
		ed_text_wrap(f, e->help, 2 * INDENT + 2, 0, ED_HELP_COLUMNS);
	}
}
