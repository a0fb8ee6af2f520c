/* SPDX-License-Identifier: Apache-2.0 */
/* The file of --config; see config.h. */
#include "cmd/run/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/line/values.h"
#include "cmd/run/reading.h"
#include "cmd/run/settings.h"
#include "conf/nearest.h"

/* Whose options are set. */
struct target {
	const struct ed_option *rows;
	void *conf;
	struct ed_scan_config *trial; /* settings are tried on it */
};

const char *ed_config_named(const struct ed_option *rows, const void *conf)
{
	struct ed_option row;

	if (!ed_option_named(rows, "config", &row))
		return NULL;
	return *(const char *const *)((const uint8_t *)conf + row.offset);
}

static const struct ed_option *find(void *arg, const char *name, const char **ret_near)
{
	struct ed_nearest near;

	(void)arg;
	ed_nearest_init(&near, name);
	for (const struct ed_option *row = ed_reading_options; row->name; row++) {
		if (!row->in_config)
			continue;
		if (strcmp(row->name, name) == 0)
			return row;
		ed_nearest_offer(&near, row->name);
	}
	*ret_near = near.best;
	return NULL;
}

/* The rows of --set are texts until a run begins; in a file a fault is told where it stands. */
static int try_setting(struct ed_scan_config *trial, const char *value,
		       char error[static ED_OPTION_ERROR_MAX])
{
	static const char word[] = "--set ";
	char reason[ED_SETTING_ERROR_MAX];

	if (ed_settings_apply(trial, value, reason) == 0)
		return 0;
	(void)snprintf(error, ED_OPTION_ERROR_MAX, "%.*s", ED_OPTION_ERROR_MAX - 1,
		       strncmp(reason, word, strlen(word)) == 0 ? reason + strlen(word) : reason);
	return -EINVAL;
}

static int take(void *arg, const struct ed_option *row, const char *value,
		char error[static ED_OPTION_ERROR_MAX])
{
	const struct target *t = arg;
	struct ed_reading scratch;
	char near[ED_VALUE_TEXT_MAX];
	struct ed_option own;
	int r;

	memset(&scratch, 0, sizeof(scratch));
	r = ed_option_set(row, &scratch, value, error);
	if (r == 0 && strcmp(row->name, "set") == 0)
		r = try_setting(t->trial, value, error);
	if (r == 0 && !ed_values_check_option(row, value, near)) {
		(void)snprintf(error, ED_OPTION_ERROR_MAX, "\"%.48s\" is no value of it%s%s%s",
			       value, *near ? "; did you mean \"" : "", near, *near ? "\"?" : "");
		r = -EINVAL;
	}
	if (r == 0 && ed_option_named(t->rows, row->name, &own) && own.type == row->type)
		r = ed_option_set(&own, t->conf, value, error);
	return r;
}

static int parse(const char *path, struct ed_config **ret, struct ed_yaml_fault *fault)
{
	struct ed_span text;
	uint8_t *bytes;
	int r = ed_file_read(path, ED_YAML_MAX_BYTES, &bytes, &text.n);

	*ret = NULL;
	if (r < 0)
		return r;
	text.p = bytes;
	r = ed_config_parse(text, path, ret, fault);
	free(bytes);
	return r;
}

int ed_config_load(const char *path, const struct ed_option *rows, void *conf,
		   struct ed_config **ret, char error[static ED_CONFIG_ERROR_MAX])
{
	struct target target = { .rows = rows, .conf = conf };
	const struct ed_config_taker taker = { .arg = &target, .find = find, .take = take };
	struct ed_yaml_fault fault = { .text = "" };
	int r;

	*ret = NULL;
	target.trial = aligned_alloc(_Alignof(struct ed_scan_config), sizeof(*target.trial));
	if (!target.trial) {
		(void)snprintf(error, ED_CONFIG_ERROR_MAX, "no memory");
		return -ENOMEM;
	}
	ed_scan_config_init(target.trial);
	r = parse(path, ret, &fault);
	if (r == 0)
		r = ed_config_give(*ret, &taker, &fault);
	if (r < 0) {
		if (!fault.text[0])
			(void)snprintf(fault.text, sizeof(fault.text), "%s", strerror(-r));
		ed_yaml_fault_print(path, &fault, error, ED_CONFIG_ERROR_MAX);
		ed_config_free(*ret);
		*ret = NULL;
	}
	free(target.trial);
	return r;
}
