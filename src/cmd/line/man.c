/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The man page, from the tables of commands, options, analytics and exit codes. docs/man/earthdog.1
 * is this output; a test compares the two. There is no date in it: the same tables give the same
 * page.
 */
#include "cmd/line/usage.h"

#include "analytic/analytic.h"
#include "base/ascii.h"

#include <string.h>

/* Text into roff: a backslash is \e, a minus is a real one, a line never begins as a request. */
static void put_span(FILE *f, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((i == 0 || text[i - 1] == '\n') && (text[i] == '.' || text[i] == '\''))
			(void)fputs("\\&", f);
		if (text[i] == '\\')
			(void)fputs("\\e", f);
		else if (text[i] == '-')
			(void)fputs("\\-", f);
		else
			(void)fputc(text[i], f);
	}
}

static void put_text(FILE *f, const char *text)
{
	put_span(f, text, strlen(text));
}

static void put_line(FILE *f, const char *text)
{
	put_text(f, text);
	(void)fputc('\n', f);
}

/* Paragraphs that end in line feeds. */
static void put_paragraphs(FILE *f, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		(void)fputs(".PP\n", f);
		put_span(f, text, n);
		(void)fputc('\n', f);
		text += n + (text[n] == '\n');
	}
}

/* The first letter large and a full stop: how a help line stands as a sentence. */
static void put_sentence(FILE *f, const char *text)
{
	(void)fputc(ed_to_upper((uint8_t)*text), f);
	put_text(f, *text ? text + 1 : text);
	(void)fputs(".\n", f);
}

static void put_option(FILE *f, const struct ed_option *row)
{
	char text[ED_OPTION_TEXT_MAX];

	(void)fputs(".TP\n", f);
	if (row->letter)
		(void)fprintf(f, "\\fB\\-%c\\fR, ", row->letter);
	(void)fputs("\\fB\\-\\-", f);
	put_text(f, row->name);
	(void)fputs("\\fR", f);
	if (row->arg) {
		(void)fputs(" \\fI", f);
		put_text(f, row->arg);
		(void)fputs("\\fR", f);
	}
	(void)fputc('\n', f);
	put_sentence(f, ed_usage_option(row, text));
}

static void put_options(FILE *f, const struct ed_command *c)
{
	struct ed_option row;

	for (size_t i = 0; ed_command_option(c, i, &row); i++)
		put_option(f, &row);
}

/* Rows as tagged paragraphs. */
static void put_rows(FILE *f, const struct ed_command_row *rows)
{
	for (; rows && rows->text; rows++) {
		(void)fputs(".TP\n.B ", f);
		put_line(f, rows->text);
		put_sentence(f, rows->help);
	}
}

static void put_synopsis(FILE *f)
{
	(void)fputs(".SH SYNOPSIS\n", f);
	for (size_t i = 0; ed_commands[i]; i++) {
		const struct ed_command *c = ed_commands[i];

		if (c->hidden)
			continue;
		(void)fprintf(f, "\\fBearthdog %s\\fR", c->name);
		if (c->options->name)
			(void)fputs(" [\\fIOPTIONS\\fR]", f);
		if (c->operands) {
			(void)fputs(" \\fI", f);
			put_text(f, c->operands);
			(void)fputs("\\fR", f);
		}
		(void)fputs("\n.br\n", f);
	}
	(void)fputs("\\fBearthdog \\-\\-version\\fR\n", f);
}

static void put_commands(FILE *f)
{
	(void)fputs(".SH COMMANDS\n", f);
	for (size_t i = 0; ed_commands[i]; i++) {
		const struct ed_command *c = ed_commands[i];

		if (c->hidden)
			continue;
		(void)fprintf(f, ".SS earthdog %s\n", c->name);
		put_paragraphs(f, c->description);
		if (c->operand_rows)
			(void)fprintf(f, ".PP\n\\fI%s\\fR is one of:\n", c->operands);
		put_rows(f, c->operand_rows);
	}
	(void)fputs(".SH OPTIONS\n", f);
	for (size_t i = 0; ed_commands[i]; i++) {
		if (ed_commands[i]->hidden || !ed_commands[i]->options->name)
			continue;
		(void)fprintf(f, ".SS Options of earthdog %s\n", ed_commands[i]->name);
		put_options(f, ed_commands[i]);
	}
}

static void put_tunables(FILE *f)
{
	char text[ED_OPTION_TEXT_MAX];

	(void)fputs(
		".SH MUTABLE ELEMENTS\n"
		"ATT&CK gives each analytic of DET0400 mutable elements, values that an organisation adapts. "
		"They keep\nATT&CK's names and are set with\n"
		".BR \\-\\-set .\n",
		f);
	for (size_t i = 0; ed_analytics[i]; i++) {
		const struct ed_analytic *a = ed_analytics[i];

		(void)fprintf(f, ".SS %s ", a->id);
		put_line(f, a->platform);
		for (const struct ed_option *row = a->tunables; row->name; row++) {
			(void)fprintf(f, ".TP\n\\fB%s.", a->id);
			put_text(f, row->name);
			(void)fprintf(f, "\\fR=\\fI%s\\fR\n", row->arg ? row->arg : "VALUE");
			put_sentence(f, ed_usage_option(row, text));
		}
	}
}

static void put_exit_status(FILE *f)
{
	(void)fputs(".SH EXIT STATUS\n", f);
	for (const struct ed_exit_row *row = ed_exit_rows; row->help; row++) {
		(void)fprintf(f, ".TP\n.B %d\n", (int)row->status);
		put_sentence(f, row->help);
	}
	(void)fprintf(
		f,
		".PP\nWhen several apply, the first of these is the status: %d, %d, %d, %d, %d.\n",
		ED_EXIT_USAGE, ED_EXIT_FAILURE, ED_EXIT_INTERRUPTED, ED_EXIT_ALERT,
		ED_EXIT_DAMAGED);
}

static void put_examples(FILE *f)
{
	(void)fputs(".SH EXAMPLES\n", f);
	for (size_t i = 0; ed_commands[i]; i++) {
		const struct ed_command_row *e = ed_commands[i]->examples;

		for (; !ed_commands[i]->hidden && e && e->text; e++) {
			(void)fputs(".PP\n", f);
			put_line(f, e->help);
			(void)fputs(".PP\n.RS 4\n.nf\n", f);
			put_line(f, e->text);
			(void)fputs(".fi\n.RE\n", f);
		}
	}
}

static const struct ed_command_row environment[] = {
	{ "NO_COLOR", "when set and not empty, no colour unless --color always asks for it" },
	{ "TERM", "when dumb or not set, neither colour nor a progress line" },
	{ "COLUMNS", "width of the table when the terminal does not know its own" },
	{ NULL, NULL },
};

static const struct ed_command_row files[] = {
	{ "/usr/share/publicsuffix/public_suffix_list.dat",
	  "the public suffix list, from the package publicsuffix; --psl names another" },
	{ NULL, NULL },
};

void ed_man_print(FILE *f)
{
	(void)fputs(
		".\\\" SPDX-License-Identifier: Apache-2.0\n"
		".\\\" Made by `earthdog generate man`; change the tables in src/cmd/, not this file.\n"
		".TH EARTHDOG 1 \"\" \"earthdog " ED_VERSION "\" \"User Commands\"\n"
		".nh\n.ad l\n"
		".SH NAME\nearthdog \\- find tunnels in DNS\n",
		f);
	put_synopsis(f);
	(void)fputs(
		".SH DESCRIPTION\n"
		".B earthdog\n"
		"reads captures and logs of DNS and reports tunnels: data that leaves or enters a network "
		"inside the names\nand answers of DNS. It implements MITRE ATT&CK's detection strategy DET0400 "
		"for technique T1071.004.\n"
		".PP\n"
		"For each client and registrable domain it weighs several families of behaviour, each in bits "
		"and each with\na cap, so that no single oddity raises an alert. One tunnel is one alert, with "
		"the evidence behind it.\n"
		".PP\n"
		"Every byte of the input is taken for hostile: what is damaged is counted by reason and left "
		"out, and the\nrest is read. Names are printed as printable ASCII only.\n",
		f);
	put_commands(f);
	put_tunables(f);
	put_exit_status(f);
	(void)fputs(".SH ENVIRONMENT\n", f);
	put_rows(f, environment);
	(void)fputs(".SH FILES\n", f);
	put_rows(f, files);
	put_examples(f);
	(void)fputs(".SH SEE ALSO\n"
		    ".BR tcpdump (8),\n"
		    ".BR tshark (1)\n"
		    ".PP\n"
		    "MITRE ATT&CK DET0400, https://attack.mitre.org/detectionstrategies/DET0400\n",
		    f);
}
