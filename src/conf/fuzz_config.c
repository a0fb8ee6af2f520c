/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration out of any bytes: what is handed out is an option with a value, and a refusal
 * says why in one line. */
#include "conf/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ed_option rows[] = {
	{ .name = "memory", .type = ED_OPT_SIZE },
	{ .name = "set", .type = ED_OPT_LIST },
	{ .name = "inventory", .type = ED_OPT_LIST },
	{ .name = "allow", .type = ED_OPT_STRING },
	{ .name = NULL },
};

static const struct ed_option *find(void *arg, const char *name, const char **ret_near)
{
	(void)arg;
	return ed_option_find(rows, name, ret_near);
}

static int take(void *arg, const struct ed_option *row, const char *value,
		char error[static ED_OPTION_ERROR_MAX])
{
	size_t *n = arg;

	(void)error;
	if (!row->name || !*value)
		abort();
	if (strcmp(row->name, "set") == 0 && (!strchr(value, '.') || !strchr(value, '=')))
		abort();
	*n += strlen(value);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_yaml_fault fault = { .line = 0 };
	struct ed_config *config;
	size_t n = 0;
	const struct ed_config_taker taker = { .arg = &n, .find = find, .take = take };
	int r = ed_config_parse(ed_span_of(data, size), "site.yaml", &config, &fault);

	if (r == 0)
		r = ed_config_give(config, &taker, &fault);
	if (r < 0 && (!fault.text[0] || strchr(fault.text, '\n')))
		abort();
	ed_config_free(config);
	return 0;
}
