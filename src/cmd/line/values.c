/* SPDX-License-Identifier: Apache-2.0 */
/* Names out of the registries; see values.h. One row says which option or operand takes which
 * names. */
#include "cmd/line/values.h"

#include "cmd/run/settings.h"
#include "conf/nearest.h"
#include "contain/contain.h"
#include "format/format.h"
#include "record/alert.h"
#include "sink/sink.h"

#include <stdio.h>
#include <string.h>

typedef void each_fn(void *arg, const char *name);

static void each_format(each_fn *each, void *arg)
{
	for (size_t i = 0; ed_formats[i]; i++)
		each(arg, ed_formats[i]->name);
}

static void each_sink(each_fn *each, void *arg)
{
	for (size_t i = 0; ed_sinks[i]; i++)
		each(arg, ed_sinks[i]->name);
}

static void each_writer(each_fn *each, void *arg)
{
	for (size_t i = 0; ed_contain_writers[i]; i++)
		each(arg, ed_contain_writers[i]->name);
}

static void each_level(each_fn *each, void *arg)
{
	for (unsigned i = 0; i < ED_LEVEL_N; i++)
		each(arg, ed_level_name(i));
}

static void each_setting(each_fn *each, void *arg)
{
	ed_settings_each(each, arg);
}

static void each_command(each_fn *each, void *arg)
{
	for (size_t i = 0; ed_commands[i]; i++) {
		if (!ed_commands[i]->hidden)
			each(arg, ed_commands[i]->name);
	}
}

struct names {
	const char *of;
	enum ed_value_kind kind;
	void (*each)(each_fn *each, void *arg);
};

/* Options whose argument is a plain text; a choice brings its own names. */
static const struct names of_options[] = {
	{ "input-format", ED_VALUE_NAMES, each_format }, { "format", ED_VALUE_NAMES, each_sink },
	{ "min-level", ED_VALUE_NAMES, each_level },     { "fail-on", ED_VALUE_NAMES, each_level },
	{ "set", ED_VALUE_KEYS, each_setting },          { "was", ED_VALUE_KEYS, each_setting },
	{ "for", ED_VALUE_NAMES, each_writer },          { NULL, ED_VALUE_FREE, NULL },
};

static const struct names *find_option(const struct ed_option *row)
{
	const struct names *names = of_options;

	while (names->of && strcmp(names->of, row->name) != 0)
		names++;
	return names;
}

enum ed_value_kind ed_values_of_option(const struct ed_option *row)
{
	if (row->type == ED_OPT_CHOICE)
		return ED_VALUE_NAMES;
	if (row->arg && strcmp(row->arg, "FILE") == 0)
		return ED_VALUE_FILE;
	return find_option(row)->kind;
}

enum ed_value_kind ed_values_of_operand(const struct ed_command *c)
{
	if (c->operand_rows || c == &ed_command_help)
		return ED_VALUE_NAMES;
	return c->operands && strncmp(c->operands, "PATH", 4) == 0 ? ED_VALUE_FILE : ED_VALUE_FREE;
}

void ed_values_each_option(const struct ed_option *row, void (*each)(void *arg, const char *name),
			   void *arg)
{
	const struct names *names = find_option(row);

	if (row->type == ED_OPT_CHOICE) {
		for (size_t i = 0; row->choices[i]; i++)
			each(arg, row->choices[i]);
	} else if (names->each) {
		names->each(each, arg);
	}
}

void ed_values_each_operand(const struct ed_command *c, void (*each)(void *arg, const char *name),
			    void *arg)
{
	if (c == &ed_command_help)
		each_command(each, arg);
	for (const struct ed_command_row *row = c->operand_rows; row && row->text; row++)
		each(arg, row->text);
}

/* A value looked up among names; the registries' names outlive the look-up. */
struct lookup {
	const char *value;
	bool found;
	struct ed_nearest near;
};

static void look_at(void *arg, const char *name)
{
	struct lookup *l = arg;

	if (strcmp(name, l->value) == 0)
		l->found = true;
	ed_nearest_offer(&l->near, name);
}

static bool looked_up(const struct lookup *l, char ret_near[static ED_VALUE_TEXT_MAX])
{
	if (!l->found)
		(void)snprintf(ret_near, ED_VALUE_TEXT_MAX, "%s", l->near.best ? l->near.best : "");
	return l->found;
}

bool ed_values_check_option(const struct ed_option *row, const char *value,
			    char ret_near[static ED_VALUE_TEXT_MAX])
{
	struct lookup l = { .value = value };

	if (ed_values_of_option(row) != ED_VALUE_NAMES)
		return true;
	ed_nearest_init(&l.near, value);
	ed_values_each_option(row, look_at, &l);
	return looked_up(&l, ret_near);
}

bool ed_values_check_operand(const struct ed_command *c, const char *value,
			     char ret_near[static ED_VALUE_TEXT_MAX])
{
	struct lookup l = { .value = value };

	if (ed_values_of_operand(c) != ED_VALUE_NAMES)
		return true;
	ed_nearest_init(&l.near, value);
	ed_values_each_operand(c, look_at, &l);
	return looked_up(&l, ret_near);
}
