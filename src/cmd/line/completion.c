/* SPDX-License-Identifier: Apache-2.0 */
/* Completions for bash, zsh and fish, from the tables of commands and options. */
#include "cmd/line/usage.h"

#include "cmd/line/values.h"

#include <string.h>

/* ------------------------------------------------------------------ shared */

/* Text inside single quotes of a shell; @special are bytes that get a backslash in front. */
static void put_quoted(FILE *f, const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			(void)fputs("'\\''", f);
		else if (strchr(special, *text))
			(void)fprintf(f, "\\%c", *text);
		else
			(void)fputc(*text, f);
	}
}

/* How a shell writes one name of a list. */
struct name_writer {
	FILE *f;
	const char *after;
	const char *between;
	size_t n;
};

static void put_name(void *arg, const char *name)
{
	struct name_writer *w = arg;

	(void)fprintf(w->f, "%s%s%s", w->n++ ? w->between : "", name, w->after);
}

static void put_option_names(FILE *f, const struct ed_option *row)
{
	struct name_writer w = { .f = f, .between = " ", .after = "" };

	if (ed_values_of_option(row) == ED_VALUE_KEYS)
		w.after = "=";
	ed_values_each_option(row, put_name, &w);
}

static void put_operand_names(FILE *f, const struct ed_command *c)
{
	struct name_writer w = { .f = f, .between = " ", .after = "" };

	ed_values_each_operand(c, put_name, &w);
}

/* Calls @put for the options of @c and for those that all commands share. */
static void each_option(const struct ed_command *c, FILE *f,
			void (*put)(FILE *f, const struct ed_command *c,
				    const struct ed_option *row))
{
	struct ed_option row;

	for (size_t i = 0; ed_command_option(c, i, &row); i++)
		put(f, c, &row);
}

static void each_command(FILE *f, void (*put)(FILE *f, const struct ed_command *c))
{
	for (size_t i = 0; ed_commands[i]; i++) {
		if (!ed_commands[i]->hidden)
			put(f, ed_commands[i]);
	}
}

/* -------------------------------------------------------------------- bash */

/* The branch for the argument of one option. */
static void bash_value(FILE *f, const struct ed_command *c, const struct ed_option *row)
{
	(void)c;
	if (row->type == ED_OPT_FLAG)
		return;
	(void)fprintf(f, "\t\t--%s", row->name);
	if (row->letter)
		(void)fprintf(f, "|-%c", row->letter);
	(void)fputs(")\n", f);
	switch (ed_values_of_option(row)) {
	case ED_VALUE_FILE:
		(void)fputs("\t\t\t_earthdog_files\n", f);
		break;
	case ED_VALUE_KEYS:
		(void)fputs("\t\t\tcompopt -o nospace 2>/dev/null\n", f);
		/* fall through */
	case ED_VALUE_NAMES:
		(void)fputs("\t\t\t_earthdog_words '", f);
		put_option_names(f, row);
		(void)fputs("'\n", f);
		break;
	case ED_VALUE_FREE:
		break;
	}
	(void)fputs("\t\t\treturn ;;\n", f);
}

static void bash_name(FILE *f, const struct ed_command *c, const struct ed_option *row)
{
	(void)c;
	if (row->letter)
		(void)fprintf(f, "-%c ", row->letter);
	(void)fprintf(f, "--%s ", row->name);
}

static void bash_command(FILE *f, const struct ed_command *c)
{
	(void)fprintf(f, "\t%s)\n\t\tcase $prev in\n", c->name);
	each_option(c, f, bash_value);
	(void)fputs("\t\tesac\n\t\tif [[ $cur == -* ]]; then\n\t\t\t_earthdog_words '", f);
	each_option(c, f, bash_name);
	(void)fputs("'\n", f);
	if (ed_values_of_operand(c) == ED_VALUE_FILE) {
		(void)fputs("\t\telse\n\t\t\t_earthdog_files\n", f);
	} else if (ed_values_of_operand(c) == ED_VALUE_NAMES) {
		(void)fputs("\t\telse\n\t\t\t_earthdog_words '", f);
		put_operand_names(f, c);
		(void)fputs("'\n", f);
	}
	(void)fputs("\t\tfi ;;\n", f);
}

static void bash_command_name(FILE *f, const struct ed_command *c)
{
	(void)fprintf(f, "%s ", c->name);
}

void ed_completion_bash(FILE *f)
{
	(void)fputs("# SPDX-License-Identifier: Apache-2.0\n"
		    "# bash completion for earthdog, made by `earthdog generate completion-bash`\n"
		    "\n"
		    "_earthdog_words()\n"
		    "{\n"
		    "\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
		    "}\n"
		    "\n"
		    "_earthdog_files()\n"
		    "{\n"
		    "\tcompopt -o filenames 2>/dev/null\n"
		    "\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
		    "}\n"
		    "\n"
		    "_earthdog()\n"
		    "{\n"
		    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		    "\n"
		    "\tCOMPREPLY=()\n"
		    "\t# --name=value comes as three words\n"
		    "\tif [[ $cur == = ]]; then\n"
		    "\t\tcur=\n"
		    "\telif [[ $prev == = ]]; then\n"
		    "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
		    "\tfi\n"
		    "\tif [[ $COMP_CWORD -eq 1 ]]; then\n"
		    "\t\t_earthdog_words '",
		    f);
	each_command(f, bash_command_name);
	(void)fputs("--version --help'\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in\n", f);
	each_command(f, bash_command);
	(void)fputs("\tesac\n}\n\ncomplete -F _earthdog earthdog\n", f);
}

/* --------------------------------------------------------------------- zsh */

static const char zsh_special[] = ":[]\\";

static void zsh_option(FILE *f, const struct ed_command *c, const struct ed_option *row)
{
	const char *equals = row->type == ED_OPT_FLAG ? "" : "=";

	(void)c;
	(void)fputs("\t\t\t'", f);
	if (row->type == ED_OPT_LIST)
		(void)fputc('*', f);
	if (row->letter)
		(void)fprintf(f, "(-%c --%s)'{-%c%s,--%s%s}'[", row->letter, row->name, row->letter,
			      row->type == ED_OPT_FLAG ? "" : "+", row->name, equals);
	else
		(void)fprintf(f, "--%s%s[", row->name, equals);
	put_quoted(f, row->help, zsh_special);
	(void)fputc(']', f);
	if (row->type != ED_OPT_FLAG) {
		(void)fprintf(f, ":%s:", row->arg ? row->arg : "VALUE");
		if (ed_values_of_option(row) == ED_VALUE_FILE) {
			(void)fputs("_files", f);
		} else if (ed_values_of_option(row) != ED_VALUE_FREE) {
			(void)fputc('(', f);
			put_option_names(f, row);
			(void)fputc(')', f);
		}
	}
	(void)fputs("' \\\n", f);
}

static void zsh_command(FILE *f, const struct ed_command *c)
{
	(void)fprintf(f, "\t\t%s)\n\t\t\t_arguments -s -S \\\n", c->name);
	each_option(c, f, zsh_option);
	switch (ed_values_of_operand(c)) {
	case ED_VALUE_FILE:
		(void)fputs("\t\t\t'*:path:_files' ;;\n", f);
		break;
	case ED_VALUE_NAMES:
		(void)fputs("\t\t\t'1:what:(", f);
		put_operand_names(f, c);
		(void)fputs(")' ;;\n", f);
		break;
	default:
		(void)fputs("\t\t\t'1:name:' ;;\n", f);
		break;
	}
}

static void zsh_command_name(FILE *f, const struct ed_command *c)
{
	(void)fprintf(f, "\t\t'%s:", c->name);
	put_quoted(f, c->help, zsh_special);
	(void)fputs("'\n", f);
}

void ed_completion_zsh(FILE *f)
{
	(void)fputs("#compdef earthdog\n"
		    "# SPDX-License-Identifier: Apache-2.0\n"
		    "# zsh completion for earthdog, made by `earthdog generate completion-zsh`\n"
		    "\n"
		    "_earthdog()\n"
		    "{\n"
		    "\tlocal curcontext=\"$curcontext\" state line\n"
		    "\tlocal -a commands\n"
		    "\n"
		    "\tcommands=(\n",
		    f);
	each_command(f, zsh_command_name);
	(void)fputs(
		"\t)\n"
		"\t_arguments -C '(- *)--version[print the version]' '(- *)'{-h,--help}'[print the help]' \\\n"
		"\t\t'1:command:->command' '*::argument:->argument'\n"
		"\tcase $state in\n"
		"\tcommand)\n"
		"\t\t_describe command commands ;;\n"
		"\targument)\n"
		"\t\tcase $words[1] in\n",
		f);
	each_command(f, zsh_command);
	(void)fputs("\t\tesac ;;\n\tesac\n}\n\n_earthdog \"$@\"\n", f);
}

/* -------------------------------------------------------------------- fish */

static const char fish_special[] = "\\";

static void fish_option(FILE *f, const struct ed_command *c, const struct ed_option *row)
{
	(void)fprintf(f, "complete -c earthdog -n '__fish_seen_subcommand_from %s' -l %s", c->name,
		      row->name);
	if (row->letter)
		(void)fprintf(f, " -s %c", row->letter);
	switch (ed_values_of_option(row)) {
	case ED_VALUE_FILE:
		(void)fputs(" -r -F", f);
		break;
	case ED_VALUE_NAMES:
	case ED_VALUE_KEYS:
		(void)fputs(" -x -a '", f);
		put_option_names(f, row);
		(void)fputc('\'', f);
		break;
	case ED_VALUE_FREE:
		(void)fputs(row->type == ED_OPT_FLAG ? "" : " -x", f);
		break;
	}
	(void)fputs(" -d '", f);
	put_quoted(f, row->help, fish_special);
	(void)fputs("'\n", f);
}

static void fish_command(FILE *f, const struct ed_command *c)
{
	(void)fprintf(f, "complete -c earthdog -n __fish_use_subcommand -a %s -d '", c->name);
	put_quoted(f, c->help, fish_special);
	(void)fputs("'\n", f);
	each_option(c, f, fish_option);
	if (ed_values_of_operand(c) == ED_VALUE_FILE) {
		(void)fprintf(f, "complete -c earthdog -n '__fish_seen_subcommand_from %s' -F\n",
			      c->name);
	} else if (ed_values_of_operand(c) == ED_VALUE_NAMES) {
		(void)fprintf(f, "complete -c earthdog -n '__fish_seen_subcommand_from %s' -a '",
			      c->name);
		put_operand_names(f, c);
		(void)fputs("'\n", f);
	}
}

void ed_completion_fish(FILE *f)
{
	(void)fputs(
		"# SPDX-License-Identifier: Apache-2.0\n"
		"# fish completion for earthdog, made by `earthdog generate completion-fish`\n"
		"complete -c earthdog -f\n"
		"complete -c earthdog -n __fish_use_subcommand -l version -d 'print the version'\n"
		"complete -c earthdog -n __fish_use_subcommand -l help -s h -d 'print the help'\n",
		f);
	each_command(f, fish_command);
}
