/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of the command line to files: directories are walked by name, everything else stays as it
 * is. */
#ifndef ED_ENGINE_PATHS_H
#define ED_ENGINE_PATHS_H

#include <stddef.h>

struct ed_paths {
	char **v; /* owned, as is each */
	size_t n, cap;
};

enum { ED_PATHS_MAX = 1 << 20, ED_PATHS_DEPTH_MAX = 32 };

/*
 * Adds @path, or what lies under it. Hidden files and links inside directories are left out. What
 * cannot be read, a directory without files and one that lies too deep are added as they are, to be
 * told of when they are opened. 0 or -errno.
 */
int ed_paths_add(struct ed_paths *p, const char *path);
void ed_paths_done(struct ed_paths *p);

#endif
