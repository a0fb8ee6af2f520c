/* SPDX-License-Identifier: Apache-2.0 */
/* A coverage report in the making; see covering.h. */
#include "cmd/run/covering.h"

#include "cmd/out/output.h"
#include "cmd/out/text.h"
#include "engine/presence_keep.h"

#include <assert.h>

const struct ed_option ed_covering_options[] = {
	{
		.name = "silence",
		.type = ED_OPT_DURATION,
		.offset = offsetof(struct ed_covering_limits, silence_ns),
		.min = 6e10,
		.max = 2592e12,
		.def = "2h",
		.arg = "TIME",
		.help = "how long a source that should have told something is silent before it is named",
	},
	{
		.name = "lag",
		.type = ED_OPT_DURATION,
		.offset = offsetof(struct ed_covering_limits, lag_ns),
		.min = 1e9,
		.max = 2592e12,
		.def = "15m",
		.arg = "TIME",
		.help = "from which delay between an event and its receipt a source is named",
	},
	{ .name = NULL },
};

static enum ed_exit fail(enum ed_exit status, const char *text)
{
	char shown[ED_PATH_TEXT_MAX];

	ed_cmd_say("%s", ed_text_escape(text, shown, sizeof(shown)));
	return status;
}

enum ed_exit ed_covering_begin(const struct ed_reading *o, const char *const *paths, size_t n_paths,
			       struct ed_covering *ret)
{
	char error[ED_READING_ERROR_MAX];

	static_assert((int)ED_OUTPUT_ERROR_MAX == (int)ED_READING_ERROR_MAX,
		      "one buffer serves both");
	*ret = (struct ed_covering){ .options = o };
	ed_format_names(ret->names, ED_SCAN_FORMATS_MAX + 1);
	if (ed_reading_config(o, paths, n_paths, &ret->conf, error) < 0 ||
	    ed_output_check(o->output, paths, n_paths, error) < 0)
		return fail(ED_EXIT_USAGE, error);
	if (ed_presence_init(&ret->presence, ret->names, ed_presence_key()) < 0)
		return fail(ED_EXIT_FAILURE, "no memory");
	if (ed_site_load(&ret->conf, &ret->site, error) < 0)
		return fail(ED_EXIT_USAGE, error);
	return ED_EXIT_OK;
}

void ed_covering_done(struct ed_covering *c)
{
	ed_site_done(&c->site);
	ed_presence_done(&c->presence);
	ed_reading_done(&c->conf);
}

int ed_covering_take_kept(struct ed_covering *c, struct ed_ledger *l)
{
	int r = ed_presence_take_kept(&c->presence, l, c->options->from_ns, c->options->to_ns,
				      &c->overfull);

	if (c->overfull)
		ed_cmd_say(
			"the store has more than one report can hold: narrow it with --from and --to");
	return r;
}

int ed_covering_make(const struct ed_covering *c, const struct ed_covering_limits *limits,
		     int64_t retention_ns, struct ed_coverage *ret)
{
	const struct ed_coverage_conf conf = {
		.presence = &c->presence,
		.inventory = c->site.seam,
		.sanctioned = &c->conf.sanctioned_resolvers,
		.analytic_confs = (const ed_analytic_confs *)&c->conf.analytic_conf,
		.from_ns = c->options->from_ns,
		.to_ns = c->options->to_ns,
		.retention_ns = retention_ns,
		.silence_ns = limits->silence_ns,
		.lag_ns = limits->lag_ns,
	};

	return ed_coverage_make(&conf, ret);
}
