/* SPDX-License-Identifier: Apache-2.0 */
/* The options of every reading command; see reading.h. Only what works is a row. */
#include "cmd/run/reading.h"

#include "cmd/cmd.h"
#include "cmd/out/text.h"
#include "cmd/run/ledger.h"
#include "cmd/run/settings.h"
#include "engine/allow_file.h"
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

static const char *const colours[] = {
	[ED_COLOUR_AUTO] = "auto",
	[ED_COLOUR_ALWAYS] = "always",
	[ED_COLOUR_NEVER] = "never",
	NULL,
};

static const char *const grains[] = {
	[ED_STORE_TEN_MINUTES] = "10m",
	[ED_STORE_EVENT] = "event",
	NULL,
};

const struct ed_option ed_reading_options[] = {
	{
		.name = "config",
		.letter = 'c',
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, config),
		.arg = "FILE",
		.help = "take settings from this YAML file; what the command line says counts more",
	},
	{
		.name = "input-format",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, input_format),
		.arg = "NAME",
		.help = "read every input as this format instead of looking at its first bytes",
	},
	{
		.name = "from",
		.type = ED_OPT_TIME,
		.offset = offsetof(struct ed_reading, from_ns),
		.arg = "TIME",
		.help = "leave out what is older: 2026-11-03T14:00:00Z, or a date (UTC)",
	},
	{
		.name = "to",
		.type = ED_OPT_TIME,
		.offset = offsetof(struct ed_reading, to_ns),
		.arg = "TIME",
		.help = "leave out what is younger",
	},
	{
		.name = "psl",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, psl),
		.arg = "FILE",
		.help = "public suffix list to use instead of the system's",
		.in_config = true,
	},
	{
		.name = "inventory",
		.type = ED_OPT_LIST,
		.offset = offsetof(struct ed_reading, inventory),
		.arg = "FILE[,FILE...]",
		.help = "what is known of the machines: asset tables, networks, leases, scans; may be "
			"given again",
		.in_config = true,
	},
	{
		.name = "sanctioned-resolvers",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, sanctioned_resolvers),
		.arg = "LIST",
		.help = "addresses and networks of the site's own resolvers, separated by commas; lookups "
			"of others through any other server become alerts",
		.in_config = true,
	},
	{
		.name = "organisation-zones",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, organisation_zones),
		.arg = "LIST",
		.help = "domains that are the site's own, separated by commas: asking for many of their "
			"names is what monitoring does, and has a higher ceiling",
		.in_config = true,
	},
	{
		.name = "memory",
		.type = ED_OPT_SIZE,
		.offset = offsetof(struct ed_reading, memory_bytes),
		.min = 0x1p25,
		.max = 0x1p40,
		.def = "256MiB",
		.arg = "SIZE",
		.help = "memory for all tables and buffers together",
		.in_config = true,
	},
	{
		.name = "shards",
		.type = ED_OPT_U32,
		.offset = offsetof(struct ed_reading, n_shards),
		.min = 1,
		.max = ED_SCAN_SHARDS_MAX,
		.arg = "N",
		.help = "parts of the analysis that may be worked on at the same time, by default one a "
			"core; threads are one pool, as many as the larger of this and --readers",
		.in_config = true,
	},
	{
		.name = "readers",
		.type = ED_OPT_U32,
		.offset = offsetof(struct ed_reading, n_readers),
		.min = 1,
		.max = ED_SCAN_READERS_MAX,
		.arg = "N",
		.help = "threads of the pool that may decode at the same time, by default one a core; the "
			"alerts depend neither on this nor on --shards",
		.in_config = true,
	},
	{
		.name = "seed",
		.type = ED_OPT_U64,
		.offset = offsetof(struct ed_reading, seed),
		.def = "1",
		.arg = "N",
		.help = "key of the hash tables; an input built against one key is harmless under another",
		.in_config = true,
	},
	{
		.name = "set",
		.type = ED_OPT_LIST,
		.offset = offsetof(struct ed_reading, set),
		.arg = "KEY=VALUE",
		.help = "set a mutable element, as AN1124.QueryRatePerClient=50/s; may be given again",
		.in_config = true,
	},
	{
		.name = "format",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, format),
		.arg = "FORMAT",
		.help = "form of the alerts, by default table on a terminal and ndjson otherwise",
	},
	{
		.name = "output",
		.letter = 'o',
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, output),
		.arg = "FILE",
		.help = "write the alerts to FILE, which appears whole or not at all, never over an input",
	},
	{
		.name = "min-level",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, min_level),
		.def = "low",
		.arg = "LEVEL",
		.help = "leave out alerts below LEVEL, so informational ones unless asked for",
		.in_config = true,
	},
	{
		.name = "fail-on",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, fail_on),
		.arg = "LEVEL",
		.help = "exit with 10 when an alert reaches LEVEL, shown or not",
	},
	{
		.name = "explain",
		.type = ED_OPT_FLAG,
		.offset = offsetof(struct ed_reading, explain),
		.help = "in the table, under each alert: the evidence, what would turn the verdict, decoded "
			"names; ndjson has them always",
	},
	{
		.name = "stats",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, stats),
		.arg = "FILE",
		.help = "write the account of the run to FILE as JSON",
	},
	{
		.name = "store",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, store),
		.arg = "DIR",
		.help = "keep the alerts and the history of lookups in DIR, for \"earthdog history\"",
		.in_config = true,
	},
	{
		.name = "history-grain",
		.type = ED_OPT_CHOICE,
		.offset = offsetof(struct ed_reading, grain),
		.choices = grains,
		.def = "10m",
		.arg = "GRAIN",
		.help = "a row of history for what is alike within ten minutes, or for each event",
		.in_config = true,
	},
	{
		.name = "keep",
		.type = ED_OPT_DURATION,
		.offset = offsetof(struct ed_reading, keep_ns),
		.arg = "TIME",
		.help = "delete days of history that ended longer ago than that, as 90d; by default none",
		.in_config = true,
	},
	{
		.name = "keep-size",
		.type = ED_OPT_SIZE,
		.offset = offsetof(struct ed_reading, keep_bytes),
		.arg = "SIZE",
		.help = "delete the oldest days of history while it is larger, as 20GiB",
		.in_config = true,
	},
	{
		.name = "allow",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, allow),
		.arg = "FILE",
		.help = "do not show alerts that a rule of FILE is about; they are counted, and kept as all "
			"others are",
		.in_config = true,
	},
	{
		.name = "show-suppressed",
		.type = ED_OPT_FLAG,
		.offset = offsetof(struct ed_reading, show_suppressed),
		.help = "show what --allow hides too, each with the reason, owner and end of its rule",
	},
	{
		.name = "drills",
		.type = ED_OPT_STRING,
		.offset = offsetof(struct ed_reading, drills),
		.arg = "FILE",
		.help = "the site's own drills, as \"earthdog drill\" lists them, beside those that the "
			"store knows: their alerts are marked and count neither in the summary nor for "
			"--fail-on",
		.in_config = true,
	},
	{
		.name = "count-drills",
		.type = ED_OPT_FLAG,
		.offset = offsetof(struct ed_reading, count_drills),
		.help = "count the alerts of drills like any other",
		.in_config = true,
	},
	{
		.name = "quiet",
		.letter = 'q',
		.type = ED_OPT_FLAG,
		.offset = offsetof(struct ed_reading, quiet),
		.help = "no progress and no closing summary",
	},
	{
		.name = "color",
		.type = ED_OPT_CHOICE,
		.offset = offsetof(struct ed_reading, colour),
		.choices = colours,
		.def = "auto",
		.arg = "WHEN",
		.help = "colour in the table",
	},
	{ .name = NULL },
};

static int take_resolvers(const struct ed_reading *o, struct ed_scan_config *ret,
			  char error[static ED_READING_ERROR_MAX])
{
	struct ed_span bad;
	int r;

	if (!o->sanctioned_resolvers)
		return 0;
	ret->sanctioned_text = o->sanctioned_resolvers;
	r = ed_addr_set_add_list(&ret->sanctioned_resolvers, ed_span_str(o->sanctioned_resolvers),
				 &bad);
	if (r == -ENOSPC)
		(void)snprintf(error, ED_READING_ERROR_MAX,
			       "--sanctioned-resolvers: more than %d entries", ED_ADDR_SET_MAX);
	else if (r < 0)
		(void)snprintf(error, ED_READING_ERROR_MAX,
			       "--sanctioned-resolvers: no address and no network: \"%.*s\"",
			       (int)(bad.n < 64 ? bad.n : 64), (const char *)bad.p);
	return r < 0 ? -EINVAL : 0;
}

static int take_zones(const struct ed_reading *o, struct ed_scan_config *ret,
		      char error[static ED_READING_ERROR_MAX])
{
	struct ed_span bad;
	int r;

	if (!o->organisation_zones)
		return 0;
	r = ed_own_zones_add(&ret->own_zones, ed_span_str(o->organisation_zones), &bad);
	if (r == -ENOSPC)
		(void)snprintf(error, ED_READING_ERROR_MAX,
			       "--organisation-zones: more than %d entries", ED_OWN_ZONES_MAX);
	else if (r < 0)
		(void)snprintf(error, ED_READING_ERROR_MAX,
			       "--organisation-zones: no domain name: \"%.*s\"",
			       (int)(bad.n < 64 ? bad.n : 64), (const char *)bad.p);
	return r < 0 ? -EINVAL : 0;
}

/* A rule that has expired does nothing, and its owner should hear of it. */
static void say_expired(const char *path, const struct ed_allow *a)
{
	size_t n = 0;
	unsigned first = 0;
	char shown[ED_PATH_TEXT_MAX];

	for (size_t i = 0; i < ed_allow_n_rows(a); i++) {
		const struct ed_allow_row *row = ed_allow_row(a, i);

		if (row->is_expired && n++ == 0)
			first = row->says.line;
	}
	if (n > 0)
		ed_cmd_say("%s: %zu rule%s expired and hide%s nothing; the first stands in line %u",
			   ed_text_escape(path, shown, sizeof(shown)), n,
			   n == 1 ? " has" : "s have", n == 1 ? "s" : "", first);
}

static int take_allow(const struct ed_reading *o, struct ed_scan_config *ret,
		      char error[static ED_READING_ERROR_MAX])
{
	struct ed_allow *a;
	int r;

	static_assert((int)ED_READING_ERROR_MAX >= (int)ED_ALLOW_FILE_ERROR_MAX, "handed on");
	if (!o->allow)
		return 0;
	r = ed_allow_file_load(o->allow, ed_cmd_now_ns(), &a, error);
	if (r < 0)
		return -EINVAL;
	ret->allow = a;
	if (!o->quiet)
		say_expired(o->allow, a);
	return 0;
}

void ed_reading_done(struct ed_scan_config *conf)
{
	ed_allow_free(conf->allow);
	conf->allow = NULL;
}

int ed_reading_config(const struct ed_reading *o, const char *const *paths, size_t n_paths,
		      struct ed_scan_config *ret, char error[static ED_READING_ERROR_MAX])
{
	static_assert((int)ED_READING_ERROR_MAX >= (int)ED_SETTING_ERROR_MAX, "handed on");

	ed_scan_config_init(ret);
	ret->paths = paths;
	ret->n_paths = n_paths;
	ret->input_format = o->input_format;
	ret->from_ns = o->from_ns;
	ret->to_ns = o->to_ns;
	ret->psl_path = o->psl;
	ret->inventory = o->inventory.v;
	ret->n_inventory = o->inventory.n;
	ret->memory_bytes = o->memory_bytes;
	ret->n_shards = o->n_shards;
	ret->n_readers = o->n_readers;
	ret->seed = o->seed;
	ret->drills_path = o->drills;
	ret->drills_store = o->store;
	ret->count_drills = o->count_drills;
	if (o->from_ns != 0 && o->to_ns != 0 && o->from_ns > o->to_ns) {
		(void)snprintf(error, ED_READING_ERROR_MAX, "--from is later than --to");
		return -EINVAL;
	}
	if (take_resolvers(o, ret, error) < 0 || take_zones(o, ret, error) < 0)
		return -EINVAL;
	for (size_t i = 0; i < o->set.n; i++) {
		int r = ed_settings_apply(ret, o->set.v[i], error);

		if (r < 0)
			return r;
	}
	return take_allow(o, ret, error);
}

struct ed_levels ed_reading_levels(const struct ed_reading *o)
{
	struct ed_levels l = { .min = ED_LEVEL_LOW, .fail_on = ED_LEVEL_N };

	if (o->min_level)
		(void)ed_level_from_name(o->min_level, &l.min);
	if (o->fail_on)
		(void)ed_level_from_name(o->fail_on, &l.fail_on);
	return l;
}
