/* SPDX-License-Identifier: Apache-2.0 */
/* The program: only what a process needs before the command line is read. */
#include "cmd/cmd.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/*
 * A file that is opened later must not become standard output. What was closed is opened in the
 * wrong direction, so that its use fails and is told.
 */
static bool hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) != fd)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	if (!hold_standard_descriptors())
		return ED_EXIT_FAILURE;
	/* `earthdog ... | head` ends quietly, also under a parent that ignores the signal. */
	(void)signal(SIGPIPE, SIG_DFL);
	return (int)ed_command_main(argc, argv);
}
