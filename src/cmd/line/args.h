/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line by option rows: --name VALUE, --name=VALUE, -o VALUE, -oVALUE, -qo VALUE; "--"
 * ends the options, "-" is an operand. Options and operands may be mixed. An option given again
 * replaces its value, a list grows. Abbreviations are not taken: a script that used one would break
 * with the next option.
 */
#ifndef ED_CMD_LINE_ARGS_H
#define ED_CMD_LINE_ARGS_H

#include "conf/option.h"

enum { ED_ARGS_ERROR_MAX = 1024 };

struct ed_args {
	const struct ed_option *rows;
	void *conf;            /* what rows describe; defaults already written */
	const char **operands; /* room for argc; borrowed from argv */
	size_t n_operands;
	bool help; /* --help or -h was met; the rest was not read */
};

/* 0, or -EINVAL with one line in @error. @argv begins with the first argument, not with a name. */
int ed_args_parse(struct ed_args *args, int argc, char *const *argv,
		  char error[static ED_ARGS_ERROR_MAX]);

#endif
