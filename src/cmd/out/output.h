/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that the program writes. It is written beside its place under a temporary name and renamed
 * at the end, so a reader sees the old file or the whole new one. What is no regular file (a FIFO,
 * /dev/null) is written to directly.
 */
#ifndef ED_CMD_OUT_OUTPUT_H
#define ED_CMD_OUT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"
#include "cmd/cmd.h"

enum { ED_OUTPUT_ERROR_MAX = 512 };

struct ed_output {
	FILE *f;
	char *path;      /* where it goes, links resolved; NULL: standard output. Owned */
	char *temporary; /* NULL: written directly. Owned */
};

/*
 * Would writing to @path destroy one of @inputs (also: a file below one that is a directory), or
 * could it not be created? 0, or -EINVAL with one line in @error. Creates nothing.
 */
int ed_output_check(const char *path, const char *const *inputs, size_t n_inputs,
		    char error[static ED_OUTPUT_ERROR_MAX]);

/* True when both name one file. */
bool ed_output_same(const char *a, const char *b);

/* Opens @path, NULL or "-": standard output. 0, or -errno with one line in @error. */
int ed_output_open(const char *path, struct ed_output *ret, char error[static ED_OUTPUT_ERROR_MAX]);

/* Puts the file in its place, or with @keep false takes it back. 0, or -errno with one line in
 * @error. */
int ed_output_close(struct ed_output *o, bool keep, char error[static ED_OUTPUT_ERROR_MAX]);

/* Opens @path, has @print write to it, and closes it. @print: false when it could not; errno then says
 * why. ED_EXIT_OK, or ED_EXIT_FAILURE after a message. */
enum ed_exit ed_output_print(const char *path, bool (*print)(const void *arg, FILE *f),
			     const void *arg);
/* The same for a text that is made; one that did not fit its buffer is a failure. */
enum ed_exit ed_output_put(const char *path, const struct ed_buf *text);

#endif
