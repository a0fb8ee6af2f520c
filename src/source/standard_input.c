/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input, written "-". */
#include "source/source.h"

#include <string.h>
#include <unistd.h>

static bool standard_input_claims(const char *path)
{
	return strcmp(path, "-") == 0;
}

static int standard_input_open(const char *path, struct ed_source *ret)
{
	(void)path;
	ret->fd = STDIN_FILENO;
	return 0;
}

const struct ed_source_row ed_source_standard_input = {
	.name = "stdin",
	.help = "standard input, as \"-\"",
	.claims = standard_input_claims,
	.open = standard_input_open,
};
