/* SPDX-License-Identifier: Apache-2.0 */
/* `earthdog generate WHAT`: man page, completions and reference from the tables, for the build. */
#include "cmd/cmd.h"
#include "cmd/line/usage.h"
#include "cmd/out/text.h"

#include <string.h>

static const struct ed_option generate_options[] = { { .name = NULL } };

struct artefact {
	const char *name;
	void (*print)(FILE *f);
};

static const struct artefact artefacts[] = {
	{ "man", ed_man_print },
	{ "completion-bash", ed_completion_bash },
	{ "completion-zsh", ed_completion_zsh },
	{ "completion-fish", ed_completion_fish },
	{ "options-md", ed_reference_print },
	{ NULL, NULL },
};

static enum ed_exit generate_run(const struct ed_call *call)
{
	char shown[96];

	for (const struct artefact *a = artefacts; a->name; a++) {
		if (strcmp(a->name, call->operands[0]) == 0) {
			a->print(stdout);
			return ED_EXIT_OK;
		}
	}
	ed_cmd_say("cannot generate \"%s\"",
		   ed_text_escape(call->operands[0], shown, sizeof(shown)));
	return ED_EXIT_USAGE;
}

static const struct ed_command_row generate_operands[] = {
	{ "man", "the man page" },
	{ "completion-bash", "completions for bash" },
	{ "completion-zsh", "completions for zsh" },
	{ "completion-fish", "completions for fish" },
	{ "options-md", "the reference of all options as Markdown" },
	{ NULL, NULL },
};

const struct ed_command ed_command_generate = {
	.name = "generate",
	.operands = "WHAT",
	.help = "print a file that is made from the tables",
	.description = "Prints a file that is made from the tables of commands and options.\n",
	.options = generate_options,
	.operands_min = 1,
	.operands_max = 1,
	.operand_rows = generate_operands,
	.hidden = true,
	.run = generate_run,
};
