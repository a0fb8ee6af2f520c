/* SPDX-License-Identifier: Apache-2.0 */
/* All options as Markdown, from the tables. */
#include "cmd/line/usage.h"

#include "analytic/analytic.h"

#include <string.h>

/* In a cell of a table a bar would end it; < could begin a tag. */
static void put_cell(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '<' || *text == '\\' || *text == '*' || *text == '_')
			(void)fputc('\\', f);
		(void)fputc(*text, f);
	}
}

static void put_option(FILE *f, const char *prefix, const struct ed_option *row)
{
	char text[ED_OPTION_TEXT_MAX];

	(void)fputs("| ", f);
	if (row->letter)
		(void)fprintf(f, "`-%c`, ", row->letter);
	(void)fprintf(f, "`%s%s%s%s` | ", prefix, row->name, row->arg ? " " : "",
		      row->arg ? row->arg : "");
	put_cell(f, ed_usage_option(row, text));
	(void)fputs(" |\n", f);
}

void ed_reference_print(FILE *f)
{
	(void)fputs(
		"<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
		"<!-- Made by `earthdog generate options-md`; change the tables in src/cmd/, not this file. -->\n"
		"# Options\n",
		f);
	for (size_t i = 0; ed_commands[i]; i++) {
		const struct ed_command *c = ed_commands[i];
		struct ed_option row;

		if (c->hidden)
			continue;
		(void)fputs("\n## `", f);
		ed_usage_synopsis(c, f);
		(void)fputs("`\n\n| option | meaning |\n|---|---|\n", f);
		for (size_t k = 0; ed_command_option(c, k, &row); k++)
			put_option(f, "--", &row);
	}
	(void)fputs("\n## Mutable elements\n\n| `--set` | meaning |\n|---|---|\n", f);
	for (size_t i = 0; ed_analytics[i]; i++) {
		char prefix[64];

		(void)snprintf(prefix, sizeof(prefix), "%s.", ed_analytics[i]->id);
		for (const struct ed_option *row = ed_analytics[i]->tunables; row->name; row++)
			put_option(f, prefix, row);
	}
	(void)fputs("\n## Exit status\n\n| status | meaning |\n|---|---|\n", f);
	for (const struct ed_exit_row *row = ed_exit_rows; row->help; row++)
		(void)fprintf(f, "| %d | %s |\n", (int)row->status, row->help);
}
