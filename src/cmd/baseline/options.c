/* SPDX-License-Identifier: Apache-2.0 */
/* The options of `earthdog baseline`; those of reading are as scan has them. */
#include "cmd/baseline/job.h"

static const char *const forms[] = {
	[ED_BASELINE_AUTO] = "auto",     [ED_BASELINE_TABLE] = "table", [ED_BASELINE_JSON] = "json",
	[ED_BASELINE_NDJSON] = "ndjson", [ED_BASELINE_SVG] = "svg",     NULL,
};

#define AT(member) offsetof(struct ed_baseline_options, member)

const struct ed_option ed_baseline_option_rows[] = {
	{
		.name = "config",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{
		.name = "baseline",
		.type = ED_OPT_STRING,
		.offset = AT(baseline),
		.arg = "FILE",
		.help = "the baseline: learn writes it, show and propose read it",
	},
	{
		.name = "quarantine",
		.type = ED_OPT_DURATION,
		.offset = AT(quarantine_ns),
		.def = "7d",
		.arg = "TIME",
		.help = "learn: what is younger does not teach, since an alert about it may be yet to come",
	},
	{
		.name = "now",
		.type = ED_OPT_TIME,
		.offset = AT(now_ns),
		.arg = "TIME",
		.help = "learn: what the quarantine counts back from, by default the clock",
	},
	{
		.name = "groups",
		.type = ED_OPT_FLAG,
		.offset = AT(by_group),
		.help = "show: each role and network by itself instead of all together",
	},
	{
		.name = "was",
		.type = ED_OPT_LIST,
		.offset = AT(was),
		.arg = "KEY=VALUE",
		.help = "replay: a setting in force, where it is not the default; may be given again",
	},
	{
		.name = "set",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "a setting: for replay the one to try, else one in force; may be given again",
	},
	{
		.name = "alerts",
		.type = ED_OPT_STRING,
		.offset = AT(alerts),
		.arg = "FILE",
		.help = "replay: write all alerts of the new settings to FILE, as scan --format ndjson does",
	},
	{
		.name = "tunnels",
		.type = ED_OPT_STRING,
		.offset = AT(tunnels),
		.arg = "FILE",
		.help = "propose: what must be caught: a domain a line, a client and a blank before it where it is "
			"one client's",
	},
	{
		.name = "benign",
		.type = ED_OPT_STRING,
		.offset = AT(benign),
		.arg = "FILE",
		.help = "propose: what is alerted and known to be harmless, in the same form",
	},
	{
		.name = "budget",
		.type = ED_OPT_U32,
		.offset = AT(budget),
		.min = 1,
		.max = 1e6,
		.arg = "N",
		.help = "propose: alerts a day, beside those about tunnels, that are bearable; by default as many "
			"as now",
	},
	{
		.name = "lists",
		.type = ED_OPT_STRING,
		.offset = AT(lists),
		.arg = "DIR",
		.help = "propose: write the packages that were learnt to DIR/known-good-vibs.csv and try it",
	},
	{
		.name = "store",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "read the history of a store that scan --store wrote, instead of PATHs",
	},
	{
		.name = "input-format",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{
		.name = "from",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{
		.name = "to",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{
		.name = "psl",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{
		.name = "inventory",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "what is known of the machines: roles and networks; may be given again",
	},
	{
		.name = "sanctioned-resolvers",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "addresses and networks of the site's own resolvers, separated by commas",
	},
	{
		.name = "organisation-zones",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{
		.name = "memory",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "memory for the detector's tables and buffers together",
	},
	{
		.name = "shards",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "parts of the analysis that may be worked on at the same time",
	},
	{
		.name = "readers",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "threads that may decode at the same time",
	},
	{
		.name = "seed",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "key of the hash tables",
	},
	{
		.name = "min-level",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "replay: alerts below LEVEL are as good as none",
	},
	{
		.name = "fail-on",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "replay: exit with 10 when an alert of the new settings reaches LEVEL",
	},
	{
		.name = "format",
		.type = ED_OPT_CHOICE,
		.offset = AT(form),
		.choices = forms,
		.def = "auto",
		.arg = "FORMAT",
		.help = "form of the output; auto is table, of replay ndjson where it goes to no terminal",
	},
	{
		.name = "output",
		.like = ed_reading_options,
		.offset = AT(reading),
		.help = "write to FILE instead of standard output",
	},
	{
		.name = "quiet",
		.like = ed_reading_options,
		.offset = AT(reading),
	},
	{ .name = NULL },
};
