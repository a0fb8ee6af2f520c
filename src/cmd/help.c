/* SPDX-License-Identifier: Apache-2.0 */
/* `earthdog help [COMMAND]`. */
#include "cmd/cmd.h"
#include "cmd/line/usage.h"

static const struct ed_option help_options[] = { { .name = NULL } };

static enum ed_exit help_run(const struct ed_call *call)
{
	const struct ed_command *c;
	const char *near;

	if (call->n_operands == 0) {
		ed_usage_program(stdout);
		return ED_EXIT_OK;
	}
	c = ed_command_find(call->operands[0], &near);
	if (c) {
		ed_usage_command(c, stdout);
		return ED_EXIT_OK;
	}
	return ed_command_unknown(call->operands[0]);
}

const struct ed_command ed_command_help = {
	.name = "help",
	.operands = "[COMMAND]",
	.help = "print the help of a command",
	.description = "Prints the help of COMMAND; without one, the list of commands.\n",
	.options = help_options,
	.operands_max = 1,
	.run = help_run,
};
