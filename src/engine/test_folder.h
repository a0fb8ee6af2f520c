/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for the files that a test reads, made and removed with the group of tests. */
#ifndef ED_ENGINE_TEST_FOLDER_H
#define ED_ENGINE_TEST_FOLDER_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char test_folder[] = "/tmp/earthdog-test-XXXXXX";

static inline int test_folder_make(void **state)
{
	(void)state;
	return mkdtemp(test_folder) ? 0 : -1;
}

static inline int test_folder_remove(void **state)
{
	(void)state;
	return rmdir(test_folder);
}

/* Writes @text to a new file of the folder; @ret gets its path. The test removes it. */
static inline void test_folder_put(const char *name, const char *text, char ret[static 128])
{
	FILE *f;

	(void)snprintf(ret, 128, "%s/%s", test_folder, name);
	f = fopen(ret, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

#endif
