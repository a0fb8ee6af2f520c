/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help, man page, Markdown and completions agree with the tables, the committed man page with what
 * is printed, and the examples with the parser.
 */
#include "cmd/line/usage.h"

#include "analytic/analytic.h"
#include "cmd/line/args.h"
#include "cmd/line/values.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char *printed(void (*print)(FILE *f))
{
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);

	assert_non_null(f);
	print(f);
	assert_int_equal(fclose(f), 0);
	return out;
}

static char *printed_help(const struct ed_command *c)
{
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);

	assert_non_null(f);
	ed_usage_command(c, f);
	assert_int_equal(fclose(f), 0);
	return out;
}

static void assert_has(const char *text, const char *what, const char *where)
{
	if (!strstr(text, what))
		fail_msg("%s does not know %s", where, what);
}

static void check_row(const struct ed_option *row)
{
	assert_non_null(row->help);
	assert_true(islower((unsigned char)row->help[0]));
	assert_int_not_equal(row->help[strlen(row->help) - 1], '.');
	assert_true((row->type == ED_OPT_FLAG) == (row->arg == NULL));
	assert_null(row->like);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; ed_commands[i]; i++) {
		struct ed_option a, b;

		for (size_t k = 0; ed_command_option(ed_commands[i], k, &a); k++) {
			check_row(&a);
			for (size_t m = 0; m < k && ed_command_option(ed_commands[i], m, &b); m++) {
				assert_string_not_equal(a.name, b.name);
				assert_true(a.letter == 0 || a.letter != b.letter);
			}
		}
	}
	for (size_t i = 0; ed_analytics[i]; i++) {
		for (const struct ed_option *row = ed_analytics[i]->tunables; row->name; row++)
			check_row(row);
	}
}

static void test_man_is_committed(void **state)
{
	const char *root = getenv("EARTHDOG_SOURCE_ROOT");
	char *fresh = printed(ed_man_print);
	char path[4096];
	char *committed = calloc(1, 1 << 20);
	FILE *f;

	(void)state;
	assert_non_null(committed);
	(void)snprintf(path, sizeof(path), "%s/docs/man/earthdog.1", root ? root : ".");
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s", path);
	assert_true(fread(committed, 1, (1 << 20) - 1, f) > 0);
	assert_int_equal(fclose(f), 0);
	if (strcmp(committed, fresh) != 0)
		fail_msg(
			"docs/man/earthdog.1 is stale: earthdog generate man >docs/man/earthdog.1");
	free(committed);
	free(fresh);
}

static void test_man_is_roff(void **state)
{
	char *man = printed(ed_man_print);
	static const char *const sections[] = { "NAME",        "SYNOPSIS", "DESCRIPTION",
						"COMMANDS",    "OPTIONS",  "MUTABLE ELEMENTS",
						"EXIT STATUS", "FILES",    "EXAMPLES",
						"SEE ALSO" };
	const char *at = man;

	(void)state;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		char heading[64];

		(void)snprintf(heading, sizeof(heading), "\n.SH %s\n", sections[i]);
		at = strstr(at, heading);
		if (!at) {
			fail_msg("no section %s, or not in its place", sections[i]);
			break;
		}
	}
	for (const char *p = man; *p; p++)
		assert_true(*p == '\n' || (*p >= 0x20 && *p < 0x7f));
	/* A bare minus between letters would be a hyphen, and could not be pasted. */
	assert_null(strstr(man, " --"));
	free(man);
}

struct output {
	const char *name;
	void (*print)(FILE *f);
	const char *long_option; /* how it writes --name */
	const char *minus;       /* how it writes - within a name */
};

static const struct output outputs[] = {
	{ "man", ed_man_print, "\\-\\-", "\\-" },       { "bash", ed_completion_bash, "--", "-" },
	{ "zsh", ed_completion_zsh, "--", "-" },        { "fish", ed_completion_fish, "-l ", "-" },
	{ "markdown", ed_reference_print, "`--", "-" },
};

/* "--min-level" as this output writes it. */
static void option_text(const struct output *o, const char *name, char ret[static 128])
{
	size_t n = (size_t)snprintf(ret, 128, "%s", o->long_option);

	for (; *name; name++)
		n += *name == '-' ? (size_t)snprintf(ret + n, 128 - n, "%s", o->minus) :
				    (size_t)snprintf(ret + n, 128 - n, "%c", *name);
}

static void test_outputs_know_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		char *text = printed(outputs[i].print);

		for (size_t k = 0; ed_commands[k]; k++) {
			const struct ed_command *c = ed_commands[k];
			char what[128];

			if (c->hidden) {
				assert_null(strstr(text, "completion-zsh)"));
				continue;
			}
			assert_has(text, c->name, outputs[i].name);
			for (const struct ed_option *row = c->options; row->name; row++) {
				option_text(&outputs[i], row->name, what);
				assert_has(text, what, outputs[i].name);
			}
		}
		free(text);
	}
}

static void test_help_knows_all(void **state)
{
	char *program = printed(ed_usage_program);

	(void)state;
	for (size_t k = 0; ed_commands[k]; k++) {
		const struct ed_command *c = ed_commands[k];
		char *text = printed_help(c);
		char what[128];
		size_t width = 0;

		assert_true((strstr(program, c->help) == NULL) == c->hidden);
		for (const struct ed_option *row = c->options; row->name; row++) {
			(void)snprintf(what, sizeof(what), "--%s", row->name);
			assert_has(text, what, c->name);
		}
		assert_has(text, "-h, --help", c->name);
		for (const char *p = text; *p; p++) {
			width = *p == '\n' ? 0 : width + 1;
			assert_true(width <= 96);
		}
		free(text);
	}
	free(program);
}

static void find_name(void *arg, const char *name)
{
	assert_has(arg, name, "bash");
}

static void test_completions_know_the_registries(void **state)
{
	char *bash = printed(ed_completion_bash);
	struct ed_option row;

	(void)state;
	for (size_t k = 0; ed_commands[k]; k++) {
		if (ed_commands[k]->hidden)
			continue;
		ed_values_each_operand(ed_commands[k], find_name, bash);
		for (size_t i = 0; ed_command_option(ed_commands[k], i, &row); i++)
			ed_values_each_option(&row, find_name, bash);
	}
	free(bash);
}

static void test_option_text(void **state)
{
	char text[ED_OPTION_TEXT_MAX];
	const char *const names[] = { "a", "b", NULL };
	struct ed_option row = { .name = "x", .type = ED_OPT_U32, .help = "help", .arg = "N" };

	(void)state;
	assert_string_equal(ed_usage_option(&row, text), "help");
	row.def = "2";
	assert_string_equal(ed_usage_option(&row, text), "help (default 2)");
	row.min = 1;
	row.max = 3;
	assert_string_equal(ed_usage_option(&row, text), "help (from 1 to 3, default 2)");
	row.def = NULL;
	assert_string_equal(ed_usage_option(&row, text), "help (from 1 to 3)");
	row = (struct ed_option){
		.name = "x", .type = ED_OPT_CHOICE, .choices = names, .def = "b", .help = "h"
	};
	assert_string_equal(ed_usage_option(&row, text), "h: a, b (default b)");
}

/* The words of an example behind "earthdog", up to what a shell would take for itself. */
static int example_words(char *line, char *ret[static 32])
{
	char *at = strstr(line, "earthdog ");
	int n = 0;

	assert_non_null(at);
	for (char *word = strtok(at, " "); word; word = strtok(NULL, " ")) {
		assert_true(n < 32);
		ret[n++] = word;
	}
	return n;
}

static void test_examples_parse(void **state)
{
	(void)state;
	for (size_t k = 0; ed_commands[k]; k++) {
		const struct ed_command *c = ed_commands[k];

		for (const struct ed_command_row *e = c->examples; e && e->text; e++) {
			void *conf = calloc(1, c->conf_bytes);
			char *line = strdup(e->text);
			char *words[32] = { NULL };
			const char *operands[32] = { NULL };
			char error[ED_ARGS_ERROR_MAX];
			struct ed_args args = { .rows = c->options,
						.conf = conf,
						.operands = operands };
			int n = example_words(line, words);

			assert_string_equal(words[1], c->name);
			ed_options_default(c->options, conf);
			if (ed_args_parse(&args, n - 2, words + 2, error) != 0)
				fail_msg("%s: %s", e->text, error);
			if (args.n_operands < c->operands_min || args.n_operands > c->operands_max)
				fail_msg("%s: %zu operands", e->text, args.n_operands);
			free(line);
			free(conf);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_option_text),
		cmocka_unit_test(test_man_is_committed),
		cmocka_unit_test(test_man_is_roff),
		cmocka_unit_test(test_outputs_know_all),
		cmocka_unit_test(test_help_knows_all),
		cmocka_unit_test(test_completions_know_the_registries),
		cmocka_unit_test(test_examples_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
