/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the analytics by key; see settings.h. */
#include "cmd/run/settings.h"

#include "cmd/out/text.h"
#include "conf/nearest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 128 };

void ed_settings_each(void (*each)(void *arg, const char *key), void *arg)
{
	char key[ED_SETTING_KEY_MAX];

	for (size_t i = 0; ed_analytics[i]; i++) {
		for (const struct ed_option *row = ed_analytics[i]->tunables; row->name; row++) {
			(void)snprintf(key, sizeof(key), "%s.%s", ed_analytics[i]->id, row->name);
			each(arg, key);
		}
	}
}

/* The row behind the key "ID.Name", and in @ret_i which analytic's; NULL when there is none. */
static const struct ed_option *find(const char *key, size_t n, size_t *ret_i)
{
	for (size_t i = 0; ed_analytics[i]; i++) {
		const char *id = ed_analytics[i]->id;
		size_t n_id = strlen(id);

		if (n <= n_id || strncmp(key, id, n_id) != 0 || key[n_id] != '.')
			continue;
		for (const struct ed_option *row = ed_analytics[i]->tunables; row->name; row++) {
			if (strlen(row->name) == n - n_id - 1 &&
			    strncmp(row->name, key + n_id + 1, n - n_id - 1) == 0) {
				*ret_i = i;
				return row;
			}
		}
	}
	return NULL;
}

/* The nearest key so far; the offers do not outlive the call that makes them. */
struct nearest_key {
	struct ed_nearest near;
	char key[ED_SETTING_KEY_MAX];
};

static void offer(void *arg, const char *key)
{
	struct nearest_key *n = arg;
	unsigned before = n->near.distance;

	ed_nearest_offer(&n->near, key);
	if (n->near.distance < before)
		(void)snprintf(n->key, sizeof(n->key), "%s", key);
}

static int fail_unknown(const char *key, char error[static ED_SETTING_ERROR_MAX])
{
	struct nearest_key n = { .key = "" };
	char shown[SHOWN_MAX];

	ed_nearest_init(&n.near, key);
	ed_settings_each(offer, &n);
	ed_text_escape(key, shown, sizeof(shown));
	if (*n.key)
		(void)snprintf(error, ED_SETTING_ERROR_MAX,
			       "--set \"%s\": there is no such setting; did you mean \"%s\"?",
			       shown, n.key);
	else
		(void)snprintf(error, ED_SETTING_ERROR_MAX,
			       "--set \"%s\": there is no such setting", shown);
	return -EINVAL;
}

/* A value for a part of the machines; tried on a copy first. */
static int apply_to_group(struct ed_scan_config *conf, struct ed_span selector,
			  const struct ed_group_setting *setting,
			  char error[static ED_OPTION_ERROR_MAX])
{
	_Alignas(16) uint8_t trial[ED_ANALYTIC_CONF_MAX];
	int r;

	memcpy(trial, conf->analytic_conf[setting->analytic], sizeof(trial));
	r = ed_option_set(setting->option, trial, setting->value, error);
	return r < 0 ? r : ed_groups_add(&conf->groups, selector, setting, error);
}

int ed_settings_apply(struct ed_scan_config *conf, const char *assignment,
		      char error[static ED_SETTING_ERROR_MAX])
{
	const char *equals = strchr(assignment, '=');
	char reason[ED_OPTION_ERROR_MAX];
	char shown[SHOWN_MAX], key[ED_SETTING_KEY_MAX];
	struct ed_group_setting setting = { .value = equals ? equals + 1 : NULL };
	const char *at, *end;
	size_t i = 0;
	int r;

	if (!equals) {
		(void)snprintf(error, ED_SETTING_ERROR_MAX, "--set \"%s\": must be KEY=VALUE",
			       ed_text_escape(assignment, shown, sizeof(shown)));
		return -EINVAL;
	}
	at = memchr(assignment, '@', (size_t)(equals - assignment));
	end = at ? at : equals;
	setting.option = find(assignment, (size_t)(end - assignment), &i);
	setting.analytic = (uint8_t)i;
	if (!setting.option) {
		(void)snprintf(key, sizeof(key), "%.*s", (int)(end - assignment), assignment);
		return fail_unknown(key, error);
	}
	if (at)
		r = apply_to_group(conf, ed_span_of(at + 1, (size_t)(equals - at - 1)), &setting,
				   reason);
	else
		r = ed_option_set(setting.option, conf->analytic_conf[i], setting.value, reason);
	if (r < 0)
		(void)snprintf(error, ED_SETTING_ERROR_MAX, "--set \"%s\": %s",
			       ed_text_escape(assignment, shown, sizeof(shown)), reason);
	return r;
}
