/* SPDX-License-Identifier: Apache-2.0 */
/* The command line by option rows; see args.h. */
#include "cmd/line/args.h"

#include "cmd/cmd.h"
#include "cmd/line/usage.h"
#include "cmd/line/values.h"
#include "cmd/out/text.h"
#include "conf/nearest.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_N = 64, SHOWN_MAX = 96 };

/* Where the parser stands. */
struct reader {
	struct ed_args *args;
	int argc;
	char *const *argv;
	int next;    /* index of the argument to read next */
	char *error; /* ED_ARGS_ERROR_MAX */
};

static int fail(struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int fail(struct reader *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(r->error, ED_ARGS_ERROR_MAX, fmt, args);
	va_end(args);
	return -EINVAL;
}

static bool find_letter(const struct ed_option *rows, char letter, struct ed_option *ret)
{
	for (size_t i = 0; ed_option_at(rows, i, ret); i++) {
		if (ret->letter == letter)
			return true;
	}
	return false;
}

static int fail_unknown(struct reader *r, const char *name)
{
	char shown[SHOWN_MAX];
	struct ed_nearest near;

	ed_nearest_init(&near, name);
	for (const struct ed_option *row = r->args->rows; row->name; row++)
		ed_nearest_offer(&near, row->name);
	for (const struct ed_option *row = ed_common_options; row->name; row++)
		ed_nearest_offer(&near, row->name);
	ed_text_escape(name, shown, sizeof(shown));
	if (near.best)
		return fail(r, "unknown option \"--%s\"; did you mean \"--%s\"?", shown, near.best);
	return fail(r, "unknown option \"--%s\"", shown);
}

static int set_value(struct reader *r, const struct ed_option *row, const char *value)
{
	char error[ED_OPTION_ERROR_MAX];
	char near[ED_VALUE_TEXT_MAX];
	char shown[SHOWN_MAX], names[ED_ARGS_ERROR_MAX / 2];

	if (ed_option_set(row, r->args->conf, value, error) < 0)
		return fail(r, "--%s \"%s\": %s", row->name,
			    ed_text_escape(value ? value : "", shown, sizeof(shown)), error);
	if (!value || ed_values_check_option(row, value, near))
		return 0;
	ed_text_escape(value, shown, sizeof(shown));
	if (*near)
		return fail(r, "--%s \"%s\": did you mean \"%s\"?", row->name, shown, near);
	return fail(r, "--%s \"%s\": must be one of %s", row->name, shown,
		    ed_usage_names(row, names, sizeof(names)));
}

/* --help stops the reading: 1. */
static int take_common(struct reader *r, const struct ed_option *row)
{
	assert(strcmp(row->name, "help") == 0);
	r->args->help = true;
	return 1;
}

static int read_long(struct reader *r, const char *arg)
{
	const char *equals = strchr(arg, '=');
	size_t n = equals ? (size_t)(equals - arg) : strlen(arg);
	struct ed_option row;
	char name[NAME_MAX_N + 1];

	(void)snprintf(name, sizeof(name), "%.*s", (int)(n < NAME_MAX_N ? n : NAME_MAX_N), arg);
	if (ed_option_named(ed_common_options, name, &row) && !equals)
		return take_common(r, &row);
	if (!ed_option_named(r->args->rows, name, &row))
		return fail_unknown(r, name);
	if (row.type == ED_OPT_FLAG) {
		if (equals)
			return fail(r, "--%s takes no value", row.name);
		return set_value(r, &row, NULL);
	}
	if (equals)
		return set_value(r, &row, equals + 1);
	if (r->next == r->argc)
		return fail(r, "--%s needs a value", row.name);
	return set_value(r, &row, r->argv[r->next++]);
}

/* Letters behind one "-": flags, and at the end one that may take a value. */
static int read_letters(struct reader *r, const char *arg)
{
	for (; *arg; arg++) {
		char shown[16], one[2] = { *arg, '\0' };
		struct ed_option row;
		int error;

		if (find_letter(ed_common_options, *arg, &row))
			return take_common(r, &row);
		if (!find_letter(r->args->rows, *arg, &row))
			return fail(r, "unknown option \"-%s\"",
				    ed_text_escape(one, shown, sizeof(shown)));
		if (row.type != ED_OPT_FLAG) {
			if (arg[1])
				return set_value(r, &row, arg + 1);
			if (r->next == r->argc)
				return fail(r, "-%c needs a value", row.letter);
			return set_value(r, &row, r->argv[r->next++]);
		}
		error = set_value(r, &row, NULL);
		if (error < 0)
			return error;
	}
	return 0;
}

int ed_args_parse(struct ed_args *args, int argc, char *const *argv,
		  char error[static ED_ARGS_ERROR_MAX])
{
	struct reader r = { .args = args, .argc = argc, .argv = argv, .error = error };
	bool only_operands = false;

	while (r.next < argc) {
		const char *arg = argv[r.next++];
		int status = 0;

		if (only_operands || arg[0] != '-' || arg[1] == '\0')
			args->operands[args->n_operands++] = arg;
		else if (arg[1] != '-')
			status = read_letters(&r, arg + 1);
		else if (arg[2] == '\0')
			only_operands = true;
		else
			status = read_long(&r, arg + 2);
		if (status != 0)
			return status < 0 ? status : 0;
	}
	return 0;
}
