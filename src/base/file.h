/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is wanted whole: lists, tables, settings. Input of the data path is read by source/.
 */
#ifndef ED_BASE_FILE_H
#define ED_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * All of @path, however its size was announced: a pipe will do. @ret is the caller's to free(), and
 * NULL on failure. 0, or -errno; -EFBIG above @max_bytes.
 */
int ed_file_read(const char *path, size_t max_bytes, uint8_t **ret, size_t *ret_n);

#endif
