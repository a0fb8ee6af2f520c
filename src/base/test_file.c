/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

/* A file of @n bytes counting up; its name in @ret. */
static void make(size_t n, char ret[static 32])
{
	FILE *f;
	int fd;

	(void)snprintf(ret, 32, "/tmp/ed-file-XXXXXX");
	fd = mkstemp(ret);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		(void)fputc((int)(i & 0xff), f);
	assert_int_equal(fclose(f), 0);
}

static void test_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 1 << 18 };
	char path[32];
	uint8_t *p;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		make(sizes[i], path);
		assert_int_equal(ed_file_read(path, 1 << 18, &p, &n), 0);
		assert_int_equal(n, sizes[i]);
		for (size_t k = 0; k < n; k++)
			assert_int_equal(p[k], k & 0xff);
		free(p);
		assert_int_equal(unlink(path), 0);
	}
}

static void test_failures(void **state)
{
	char path[32];
	uint8_t *p;
	size_t n;

	(void)state;
	assert_int_equal(ed_file_read("/no/such/file", 10, &p, &n), -ENOENT);
	assert_null(p);
	assert_int_equal(ed_file_read("/", 10, &p, &n), -EISDIR);
	assert_null(p);
	make(11, path);
	assert_int_equal(ed_file_read(path, 10, &p, &n), -EFBIG);
	assert_null(p);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
