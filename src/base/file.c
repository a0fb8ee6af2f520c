/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a file whole; see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_BYTES = 1 << 16 };

/* @ret is to be freed also on failure. */
static int read_all(int fd, size_t max_bytes, uint8_t **ret, size_t *ret_n)
{
	size_t room = FIRST_BYTES, n = 0;

	*ret = malloc(room);
	while (*ret) {
		ssize_t got = read(fd, *ret + n, room - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		n += (size_t)got;
		*ret_n = n;
		if (got == 0)
			return 0;
		if (n > max_bytes)
			return -EFBIG;
		if (n == room) {
			uint8_t *more = realloc(*ret, room * 2);

			if (!more)
				return -ENOMEM;
			*ret = more;
			room *= 2;
		}
	}
	return -ENOMEM;
}

int ed_file_read(const char *path, size_t max_bytes, uint8_t **ret, size_t *ret_n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int r;

	*ret = NULL;
	if (fd < 0)
		return -errno;
	r = read_all(fd, max_bytes, ret, ret_n);
	(void)close(fd);
	if (r == 0)
		return 0;
	free(*ret);
	*ret = NULL;
	return r;
}
