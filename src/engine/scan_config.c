/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan is to do; see scan_config.h. */
#include "engine/scan_config.h"

#include <assert.h>
#include <string.h>

static const uint64_t DEFAULT_SEED = 1;
static const uint64_t DEFAULT_MEMORY_BYTES = 256 << 20;

void ed_scan_config_init(struct ed_scan_config *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->memory_bytes = DEFAULT_MEMORY_BYTES;
	ret->seed = DEFAULT_SEED;
	for (size_t i = 0; ed_analytics[i]; i++)
		ed_options_default(ed_analytics[i]->tunables, ret->analytic_conf[i]);
}

void ed_scan_observe(struct ed_scan_config *conf,
		     void (*event)(void *arg, const struct ed_event *ev, const char *path),
		     void *arg)
{
	assert(conf->n_observers < ED_SCAN_OBSERVERS_MAX);
	conf->observers[conf->n_observers++] = (struct ed_scan_observer){ arg, event };
}

const char *ed_scan_setting(const struct ed_scan_config *conf, size_t row, const char *name)
{
	const char *near, *value;
	const struct ed_option *o = ed_option_find(ed_analytics[row]->tunables, name, &near);

	if (!o || o->type != ED_OPT_STRING)
		return NULL;
	memcpy(&value, conf->analytic_conf[row] + o->offset, sizeof(value));
	return value && *value ? value : NULL;
}
