/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog check [CONFIG]`: a configuration is read as a run would read it, with the lists that it
 * names, and what is in force is printed as a configuration again. Read back, that gives the same.
 */
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cmd/out/progress.h"
#include "cmd/out/text.h"
#include "cmd/run/config.h"
#include "cmd/run/reading.h"
#include "engine/scan.h"

enum { TEXT_MAX_BYTES = 1 << 20, VALUE_MAX = 4096 };

struct check_conf {
	bool quiet;
};

static const struct ed_option check_options[] = {
	{ .name = "quiet",
	  .letter = 'q',
	  .type = ED_OPT_FLAG,
	  .offset = offsetof(struct check_conf, quiet),
	  .help = "say only what is wrong" },
	{ .name = NULL },
};

/* ------------------------------------------------------------------- print */

static void put_key(struct ed_buf *b, const char *name)
{
	for (; *name; name++)
		ed_buf_printf(b, "%c", *name == '-' ? '_' : *name);
	ed_buf_puts(b, ": ");
}

static void put_list(struct ed_buf *b, const struct ed_option_list *list)
{
	ed_buf_puts(b, "[");
	for (size_t i = 0; i < list->n; i++) {
		ed_buf_puts(b, i ? ", " : "");
		ed_yaml_put(b, list->v[i]);
	}
	ed_buf_puts(b, "]\n");
}

/* Said neither by a default nor by the file. */
static bool is_unset(const struct ed_option *row, const char *value)
{
	const struct ed_reading nothing = { .config = NULL };
	char unset[VALUE_MAX];

	(void)ed_option_print(row, &nothing, unset, sizeof(unset));
	return !row->def && strcmp(value, unset) == 0;
}

static void put_options(struct ed_buf *b, const struct ed_reading *o)
{
	char value[VALUE_MAX];

	for (const struct ed_option *row = ed_reading_options; row->name; row++) {
		if (!row->in_config || strcmp(row->name, "set") == 0)
			continue;
		(void)ed_option_print(row, o, value, sizeof(value));
		if (is_unset(row, value))
			continue;
		put_key(b, row->name);
		if (row->type == ED_OPT_LIST) {
			put_list(b, (const struct ed_option_list *)((const char *)o + row->offset));
			continue;
		}
		ed_yaml_put(b, value);
		ed_buf_puts(b, "\n");
	}
}

static void put_analytics(struct ed_buf *b, const struct ed_scan_config *conf)
{
	char value[VALUE_MAX];

	ed_buf_puts(b, "analytics:\n");
	for (size_t i = 0; ed_analytics[i]; i++) {
		ed_buf_printf(b, "  %s:\n", ed_analytics[i]->id);
		for (const struct ed_option *row = ed_analytics[i]->tunables; row->name; row++) {
			if (ed_option_print(row, conf->analytic_conf[i], value, sizeof(value)) == 0)
				continue;
			ed_buf_printf(b, "    %s: ", row->name);
			ed_yaml_put(b, value);
			ed_buf_puts(b, "\n");
		}
	}
}

/* "role:mail" is { role: mail }, a network by its addresses a client. */
static void put_match(struct ed_buf *b, const struct ed_group *g)
{
	const char *colon = g->kind == ED_GROUP_PREFIX ? NULL : strchr(g->text, ':');

	ed_buf_puts(b, "  - match: { ");
	if (colon)
		ed_buf_put(b, g->text, (size_t)(colon - g->text));
	else
		ed_buf_puts(b, "client");
	ed_buf_puts(b, ": ");
	ed_yaml_put(b, colon ? colon + 1 : g->text);
	ed_buf_puts(b, " }\n");
}

/* In the order in which they were given: of two that meet the later counts. */
static void put_overrides(struct ed_buf *b, const struct ed_groups *groups)
{
	if (groups->n_settings > 0)
		ed_buf_puts(b, "overrides:\n");
	for (unsigned i = 0; i < groups->n_settings; i++) {
		const struct ed_group_setting *s = &groups->setting[i];

		put_match(b, &groups->group[s->group]);
		ed_buf_printf(b, "    %s: { %s: ", ed_analytics[s->analytic]->id, s->option->name);
		ed_yaml_put(b, s->value);
		ed_buf_puts(b, " }\n");
	}
}

static enum ed_exit print(const struct ed_reading *o, const struct ed_scan_config *conf)
{
	enum ed_exit status = ED_EXIT_OK;
	struct ed_buf b;

	ed_buf_init(&b, TEXT_MAX_BYTES);
	ed_buf_puts(&b, "schema: 1\n");
	put_options(&b, o);
	put_analytics(&b, conf);
	put_overrides(&b, &conf->groups);
	if (b.full) {
		ed_cmd_say("no memory");
		status = ED_EXIT_FAILURE;
	} else {
		(void)fputs(b.p, stdout);
	}
	ed_buf_done(&b);
	return status;
}

/* ------------------------------------------------------------------- check */

/* A run without input loads every list that the configuration names. */
static enum ed_exit try_lists(struct ed_scan_config *conf)
{
	struct ed_progress progress;
	const struct ed_scan_hooks hooks = { .arg = &progress, .trouble = ed_progress_trouble };
	char error[ED_READING_ERROR_MAX], shown[ED_PATH_TEXT_MAX];
	struct ed_scan_result result;
	enum ed_exit status;

	ed_progress_init(&progress, true);
	if (ed_scan_run(conf, &hooks, &result, error) < 0) {
		ed_cmd_say("%s", ed_text_escape(error, shown, sizeof(shown)));
		return ED_EXIT_USAGE;
	}
	status = result.damaged ? ED_EXIT_DAMAGED : ED_EXIT_OK;
	ed_scan_done(&result);
	return status;
}

static enum ed_exit check(const struct ed_reading *o, bool quiet)
{
	struct ed_scan_config *conf = aligned_alloc(_Alignof(struct ed_scan_config), sizeof(*conf));
	char error[ED_READING_ERROR_MAX], shown[ED_PATH_TEXT_MAX];
	enum ed_exit status = ED_EXIT_USAGE;

	if (!conf) {
		ed_cmd_say("no memory");
		return ED_EXIT_FAILURE;
	}
	if (ed_reading_config(o, NULL, 0, conf, error) < 0) {
		ed_cmd_say("%s", ed_text_escape(error, shown, sizeof(shown)));
	} else {
		status = try_lists(conf);
		if (status != ED_EXIT_USAGE && !quiet && print(o, conf) != ED_EXIT_OK)
			status = ED_EXIT_FAILURE;
		ed_reading_done(conf);
	}
	free(conf);
	return status;
}

static enum ed_exit check_run(const struct ed_call *call)
{
	const struct check_conf *own = call->conf;
	char error[ED_CONFIG_ERROR_MAX], shown[ED_PATH_TEXT_MAX];
	struct ed_config *file = NULL;
	struct ed_reading o;
	enum ed_exit status;

	ed_options_default(ed_reading_options, &o);
	if (call->n_operands > 0) {
		o.config = call->operands[0];
		if (ed_config_load(o.config, ed_reading_options, &o, &file, error) < 0) {
			ed_cmd_say("%s", ed_text_escape(error, shown, sizeof(shown)));
			return ED_EXIT_USAGE;
		}
	}
	status = check(&o, own->quiet);
	ed_config_free(file);
	return status;
}

static const struct ed_command_row check_examples[] = {
	{ "earthdog check site.yaml", "Is it right, and what is in force?" },
	{ "earthdog check >site.yaml", "All settings with their defaults, to begin with." },
	{ NULL, NULL },
};

const struct ed_command ed_command_check = {
	.name = "check",
	.operands = "[CONFIG]",
	.help = "check a configuration and print what is in force",
	.description =
		"Reads the configuration CONFIG as --config does, loads every list that it names, and prints all "
		"settings that are then in force, as a configuration. What is wrong is said with line and column. "
		"Without CONFIG the defaults are printed.\n",
	.options = check_options,
	.conf_bytes = sizeof(struct check_conf),
	.operands_min = 0,
	.operands_max = 1,
	.examples = check_examples,
	.run = check_run,
};
