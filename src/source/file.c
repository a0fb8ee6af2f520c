/* SPDX-License-Identifier: Apache-2.0 */
/* A file on disk, or anything else with a path that can be read from its start (a FIFO). */
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static bool file_claims(const char *path)
{
	(void)path;
	return true;
}

static int file_open(const char *path, struct ed_source *ret)
{
	struct stat st;

	ret->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (ret->fd < 0)
		return -errno;
	ret->owns_fd = true;
	if (fstat(ret->fd, &st) == 0 && S_ISREG(st.st_mode)) {
		ret->size_bytes = (uint64_t)st.st_size;
		(void)posix_fadvise(ret->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	return 0;
}

const struct ed_source_row ed_source_file = {
	.name = "file",
	.help = "a file, or every file of a directory; .gz .zst .lz4 .xz .evtx are read through",
	.claims = file_claims,
	.open = file_open,
};
