/* SPDX-License-Identifier: Apache-2.0 */
/* Terminals; see terminal.h. */
#include "cmd/out/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_DEFAULT = 80, WIDTH_MAX = 1000 };

bool ed_terminal_is(FILE *f)
{
	return isatty(fileno(f));
}

bool ed_terminal_is_capable(FILE *f)
{
	const char *term = getenv("TERM");

	return ed_terminal_is(f) && term && *term && strcmp(term, "dumb") != 0;
}

unsigned ed_terminal_width(FILE *f)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	long n;

	if (ioctl(fileno(f), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	n = columns ? strtol(columns, NULL, 10) : 0;
	return n > 0 && n <= WIDTH_MAX ? (unsigned)n : WIDTH_DEFAULT;
}

bool ed_terminal_no_colour(void)
{
	const char *value = getenv("NO_COLOR");

	return value && *value;
}
