/* SPDX-License-Identifier: Apache-2.0 */
/* The table of subcommands, and how one is found, given its options, and run. */
#include "cmd/cmd.h"

#include "cmd/line/args.h"
#include "cmd/line/usage.h"
#include "cmd/out/text.h"
#include "cmd/run/config.h"
#include "conf/nearest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const struct ed_command *const ed_commands[] = {
	&ed_command_scan,
	&ed_command_events,
	&ed_command_history,
	&ed_command_triage,
	&ed_command_allow,
	&ed_command_explain,
	&ed_command_baseline,
	&ed_command_coverage,
	&ed_command_report,
	&ed_command_export,
	&ed_command_contain,
	&ed_command_drill,
	&ed_command_list,
	&ed_command_check,
	&ed_command_help,
	&ed_command_generate,
	NULL,
};

struct common_conf {
	bool help;
};

const struct ed_option ed_common_options[] = {
	{
		.name = "help",
		.letter = 'h',
		.type = ED_OPT_FLAG,
		.offset = offsetof(struct common_conf, help),
		.help = "print this help",
	},
	{ .name = NULL },
};

const struct ed_exit_row ed_exit_rows[] = {
	{ ED_EXIT_OK, "it ran, and the input was clean" },
	{ ED_EXIT_FAILURE, "it failed while running: no memory, an output that cannot be written" },
	{ ED_EXIT_USAGE,
	  "the command line is wrong, or what it names: a setting, the public suffix list, "
	  "too little memory; nothing was done" },
	{ ED_EXIT_DAMAGED, "it finished, but some input was skipped or damaged" },
	{ ED_EXIT_ALERT, "an alert reached the level of --fail-on" },
	{ ED_EXIT_INTERRUPTED, "it was interrupted; what was found until then is printed" },
	{ ED_EXIT_OK, NULL },
};

bool ed_command_option(const struct ed_command *c, size_t i, struct ed_option *ret)
{
	size_t n = 0;

	while (c->options[n].name)
		n++;
	return i < n ? ed_option_at(c->options, i, ret) :
		       ed_option_at(ed_common_options, i - n, ret);
}

const struct ed_command *ed_command_find(const char *name, const char **ret_near)
{
	struct ed_nearest near;

	ed_nearest_init(&near, name);
	for (size_t i = 0; ed_commands[i]; i++) {
		if (strcmp(ed_commands[i]->name, name) == 0)
			return ed_commands[i];
		if (!ed_commands[i]->hidden)
			ed_nearest_offer(&near, ed_commands[i]->name);
	}
	*ret_near = near.best;
	return NULL;
}

void ed_cmd_say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)fputs("earthdog: ", stderr);
	(void)vfprintf(stderr, fmt, args);
	(void)fputc('\n', stderr);
	va_end(args);
}

bool ed_cmd_flush_stdout(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	ed_cmd_say("cannot write to standard output: %s", strerror(errno));
	return false;
}

static enum ed_exit finish(enum ed_exit status)
{
	return ed_cmd_flush_stdout() ? status : ED_EXIT_FAILURE;
}

static enum ed_exit usage_error(const struct ed_command *c, const char *error)
{
	ed_cmd_say("%s", error);
	(void)fprintf(stderr, "Try \"earthdog %s --help\".\n", c->name);
	return ED_EXIT_USAGE;
}

/* A command line on its way. */
struct line {
	const struct ed_command *command;
	int argc;
	char *const *argv;
	struct ed_args args;
	struct ed_config *config; /* what --config names; NULL: nothing */
};

/* The options and operands; 0, or -EINVAL with one line in @error. */
static int read_words(struct line *l, char error[static ED_ARGS_ERROR_MAX])
{
	const struct ed_command *c = l->command;
	int r = ed_args_parse(&l->args, l->argc, l->argv, error);

	if (r < 0 || l->args.help)
		return r;
	if (l->args.n_operands < c->operands_min)
		(void)snprintf(error, ED_ARGS_ERROR_MAX, "%s needs %s", c->name, c->operands);
	else if (l->args.n_operands > c->operands_max)
		(void)snprintf(error, ED_ARGS_ERROR_MAX, "%s: too many operands", c->name);
	else
		return 0;
	return -EINVAL;
}

/* What --config names, below what the command line says: that is read again above it. */
static int read_config(struct line *l, char error[static ED_ARGS_ERROR_MAX])
{
	const struct ed_option *rows = l->command->options;
	const char *path = ed_config_named(rows, l->args.conf);
	char reason[ED_CONFIG_ERROR_MAX];
	int r;

	if (!path || l->args.help)
		return 0;
	ed_options_default(rows, l->args.conf);
	r = ed_config_load(path, rows, l->args.conf, &l->config, reason);
	if (r < 0) {
		ed_text_escape(reason, error, ED_ARGS_ERROR_MAX);
		return r;
	}
	l->args.n_operands = 0;
	return read_words(l, error);
}

static enum ed_exit call_command(const struct ed_command *c, const struct ed_args *args)
{
	const struct ed_call call = { .conf = args->conf,
				      .operands = args->operands,
				      .n_operands = args->n_operands };
	enum ed_exit status;

	if (args->help) {
		ed_usage_command(c, stdout);
		return finish(ED_EXIT_OK);
	}
	status = c->run(&call);
	/* One message is enough. */
	return status == ED_EXIT_FAILURE || status == ED_EXIT_USAGE ? status : finish(status);
}

static enum ed_exit run_command(const struct ed_command *c, int argc, char *const *argv)
{
	struct line l = { .command = c, .argc = argc, .argv = argv, .args.rows = c->options };
	enum ed_exit status = ED_EXIT_FAILURE;
	char error[ED_ARGS_ERROR_MAX];

	l.args.conf = calloc(1, c->conf_bytes ? c->conf_bytes : 1);
	l.args.operands = calloc((size_t)argc + 1, sizeof(*l.args.operands));
	if (!l.args.conf || !l.args.operands) {
		ed_cmd_say("no memory");
		goto out;
	}
	ed_options_default(c->options, l.args.conf);
	if (read_words(&l, error) < 0 || read_config(&l, error) < 0)
		status = usage_error(c, error);
	else
		status = call_command(c, &l.args);
out:
	ed_config_free(l.config);
	free(l.args.operands);
	free(l.args.conf);
	return status;
}

enum ed_exit ed_command_unknown(const char *name)
{
	char shown[96];
	const char *near = NULL;

	(void)ed_command_find(name, &near);
	ed_text_escape(name, shown, sizeof(shown));
	if (near)
		ed_cmd_say("there is no command \"%s\"; did you mean \"%s\"?", shown, near);
	else
		ed_cmd_say("there is no command \"%s\"", shown);
	(void)fputs("Try \"earthdog --help\".\n", stderr);
	return ED_EXIT_USAGE;
}

enum ed_exit ed_command_main(int argc, char *const *argv)
{
	const struct ed_command *c;
	const char *near;

	if (argc < 2) {
		ed_usage_program(stderr);
		return ED_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)puts("earthdog " ED_VERSION);
		return finish(ED_EXIT_OK);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		ed_usage_program(stdout);
		return finish(ED_EXIT_OK);
	}
	c = ed_command_find(argv[1], &near);
	if (!c)
		return ed_command_unknown(argv[1]);
	return run_command(c, argc - 2, argv + 2);
}
