/* SPDX-License-Identifier: Apache-2.0 */
/* `earthdog export sigma`: the analytics with their settings in a form that other tools run. Alerts
 * go out by scan --format, lookups by events --format. */
#include "cmd/cmd.h"

#include "cmd/out/output.h"
#include "cmd/out/text.h"
#include "cmd/run/settings.h"
#include "report/sigma.h"

#include <string.h>

enum { OUT_MAX_BYTES = 1 << 20 };

struct export_conf {
	struct ed_option_list set;
	const char *output; /* NULL: standard output */
};

static const struct ed_option export_options[] = {
	{
		.name = "set",
		.type = ED_OPT_LIST,
		.offset = offsetof(struct export_conf, set),
		.arg = "KEY=VALUE",
		.help = "a mutable element as it is set in operation, as AN1124.QueryRatePerClient=50/s; may "
			"be given again",
	},
	{
		.name = "output",
		.letter = 'o',
		.type = ED_OPT_STRING,
		.offset = offsetof(struct export_conf, output),
		.arg = "FILE",
		.help = "write to FILE, which appears whole or not at all",
	},
	{ .name = NULL },
};

static enum ed_exit put(const struct export_conf *o, const struct ed_scan_config *conf)
{
	struct ed_buf text;
	enum ed_exit status;

	ed_buf_init(&text, OUT_MAX_BYTES);
	ed_report_sigma((const ed_analytic_confs *)&conf->analytic_conf, &text);
	status = ed_output_put(o->output, &text);
	ed_buf_done(&text);
	return status;
}

static enum ed_exit export_run(const struct ed_call *call)
{
	const struct export_conf *o = call->conf;
	char error[ED_SETTING_ERROR_MAX], shown[96];
	struct ed_scan_config conf;

	if (strcmp(call->operands[0], "sigma") != 0) {
		ed_cmd_say("cannot export \"%s\"",
			   ed_text_escape(call->operands[0], shown, sizeof(shown)));
		return ED_EXIT_USAGE;
	}
	ed_scan_config_init(&conf);
	for (size_t i = 0; i < o->set.n; i++) {
		if (ed_settings_apply(&conf, o->set.v[i], error) < 0) {
			ed_cmd_say("%s", error);
			return ED_EXIT_USAGE;
		}
	}
	return put(o, &conf);
}

static const struct ed_command_row export_operands[] = {
	{ "sigma", "rules and correlations, specification 2.1, in YAML" },
	{ NULL, NULL },
};

static const struct ed_command_row export_examples[] = {
	{ "earthdog export sigma --set AN1124.QueryRatePerClient=50/s -o dns-tunnels.yml",
	  "What of the analytics can be said by counting, with this site's value." },
	{ NULL, NULL },
};

const struct ed_command ed_command_export = {
	.name = "export",
	.operands = "WHAT",
	.help = "write the analytics with their settings for other tools",
	.description =
		"Writes the five analytics with their mutable elements as rules that other tools run. A rule counts; "
		"it weighs no evidence, knows no model of names and no ceiling, so it finds less and is wrong more "
		"often: what is lost stands in each description.\n"
		"Alerts for other tools are written by \"scan --format\", lookups by \"events --format\".\n",
	.options = export_options,
	.conf_bytes = sizeof(struct export_conf),
	.operands_min = 1,
	.operands_max = 1,
	.operand_rows = export_operands,
	.examples = export_examples,
	.run = export_run,
};
