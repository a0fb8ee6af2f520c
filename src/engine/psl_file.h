/* SPDX-License-Identifier: Apache-2.0 */
/* The public suffix list of a run: the one that was asked for or the system's, and in words what is
 * wrong with it. */
#ifndef ED_ENGINE_PSL_FILE_H
#define ED_ENGINE_PSL_FILE_H

#include "enrich/psl.h"

/*
 * Loads @path, the system's list when it is NULL. 0; -errno, -EINVAL for a list that breaks the
 * format, and then the reason is in @error. @ret is freed with ed_psl_free.
 */
int ed_psl_file_load(const char *path, uint64_t hash_key, struct ed_psl **ret,
		     char error[static 256]);

#endif
