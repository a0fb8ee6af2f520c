/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `earthdog baseline ACTION`: what is normal here, and what the mutable elements ought to be. The
 * first operand says what to do; the others are the input, unless a store is.
 */
#include "cmd/baseline/job.h"

#include <string.h>

#include "cmd/out/output.h"
#include "cmd/out/text.h"
#include "conf/nearest.h"

static const struct {
	const char *name;
	enum ed_exit (*run)(const struct ed_baseline_job *job);
	bool is_repeated; /* reads the input more than once */
} actions[] = {
	{ "learn", ed_baseline_do_learn, false },    { "show", ed_baseline_do_show, false },
	{ "propose", ed_baseline_do_propose, true }, { "replay", ed_baseline_do_replay, true },
	{ "export", ed_baseline_do_export, false },
};

enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

static enum ed_exit unknown(const char *name)
{
	struct ed_nearest near;
	char shown[96];

	ed_nearest_init(&near, name);
	for (size_t i = 0; i < ACTIONS; i++)
		ed_nearest_offer(&near, actions[i].name);
	ed_text_escape(name, shown, sizeof(shown));
	return near.best ? ed_baseline_refuse("baseline has no action \"%s\"; did you mean \"%s\"?",
					      shown, near.best) :
			   ed_baseline_refuse("baseline has no action \"%s\": learn, show, "
					      "propose, replay or export",
					      shown);
}

/* Input is either PATHs or a store, and what is read again must be there again. */
static enum ed_exit check(const struct ed_baseline_job *job, size_t action)
{
	const struct ed_reading *o = &job->o->reading;
	char error[ED_OUTPUT_ERROR_MAX];

	if (!o->store && job->n_paths == 0)
		return ed_baseline_refuse("baseline %s needs a PATH or --store DIR",
					  actions[action].name);
	if (o->store && job->n_paths > 0)
		return ed_baseline_refuse("baseline reads PATHs or a store, not both");
	for (size_t i = 0; i < job->n_paths && actions[action].is_repeated; i++) {
		if (strcmp(job->paths[i], "-") == 0)
			return ed_baseline_refuse("baseline %s reads its input more than once: "
						  "\"-\" will not do",
						  actions[action].name);
	}
	if (ed_output_check(o->output, job->paths, job->n_paths, error) < 0)
		return ed_baseline_refuse("%s", error);
	return ED_EXIT_OK;
}

static enum ed_exit baseline_run(const struct ed_call *call)
{
	const struct ed_baseline_job job = { .o = call->conf,
					     .paths = call->operands + 1,
					     .n_paths = call->n_operands - 1 };
	enum ed_exit status;
	size_t i = 0;

	while (i < ACTIONS && strcmp(actions[i].name, call->operands[0]) != 0)
		i++;
	if (i == ACTIONS)
		return unknown(call->operands[0]);
	status = check(&job, i);
	if (status != ED_EXIT_OK)
		return status;
	return actions[i].run(&job);
}

static const struct ed_command_row baseline_examples[] = {
	{ "earthdog baseline learn --baseline site.baseline logs/",
	  "Write down what is normal, from logs older than the quarantine." },
	{ "earthdog baseline show --baseline site.baseline today/", "Set today against it." },
	{ "earthdog baseline propose --baseline site.baseline logs/",
	  "Values for the mutable elements, each tried on the logs." },
	{ "earthdog baseline replay --set AN1122.SubdomainEntropyScore=0.95 logs/",
	  "Which alerts a value would bring and take." },
	{ NULL, NULL },
};

const struct ed_command ed_command_baseline = {
	.name = "baseline",
	.operands = "ACTION [PATH...]",
	.help = "learn what is normal, and try settings before they are made",
	.description =
		"learn writes down how the features that the mutable elements speak of are spread over ordinary "
		"days, by role and network of the client. What an alert of low or above speaks of, and what is younger than "
		"--quarantine, does not teach.\n"
		"show sets another time against that: the input, or the last day of a store.\n"
		"propose finds values for the eleven mutable elements by running the detector over the input "
		"with each candidate. What is alerted at medium or above now counts as a tunnel that must still be "
		"caught, unless --tunnels says which are, or --benign which are not. It ends in --set options to "
		"paste.\n"
		"replay runs the detector with the settings of --was and with those of --set, and prints the "
		"alerts that appear, disappear or move to another level. It exits as scan would with the new ones.\n"
		"export prints the history of a store as single lookups in order of time, which scan reads.\n"
		"The input is PATHs, or with --store the history that a store keeps.\n",
	.options = ed_baseline_option_rows,
	.conf_bytes = sizeof(struct ed_baseline_options),
	.operands_min = 1,
	.operands_max = SIZE_MAX,
	.examples = baseline_examples,
	.run = baseline_run,
};
