/* SPDX-License-Identifier: Apache-2.0 */
/* What the progress line and the trouble lines say. */
#include "cmd/out/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void assert_line(const struct ed_scan_progress *p, double elapsed_s, const char *wanted)
{
	char line[ED_PROGRESS_LINE_MAX];

	ed_progress_line(p, elapsed_s, line);
	assert_string_equal(line, wanted);
}

static void test_line(void **state)
{
	struct ed_scan_progress p = { .bytes_read = 250000000,
				      .bytes_total = 1000000000,
				      .n_records = 1812440 };

	(void)state;
	assert_line(&p, 2, " 250.0 MB of 1.0 GB  25 %  125.0 MB/s  6 s left  1,812,440 records");
	p.n_dropped = 3;
	assert_line(
		&p, 600,
		" 250.0 MB of 1.0 GB  25 %  416.7 kB/s  30 min left  1,812,440 records, 3 damaged");
	assert_line(&p, 0.5, " 250.0 MB of 1.0 GB  25 %  500.0 MB/s  1,812,440 records, 3 damaged");
	p.bytes_total = 0;
	assert_line(&p, 2, " 250.0 MB  125.0 MB/s  1,812,440 records, 3 damaged");
	p = (struct ed_scan_progress){ .bytes_total = 10 };
	assert_line(&p, 0, " 0 B of 10 B  0 %  0 B/s  0 records");
}

/* Numbers at their limits stay within the line. */
static void test_line_limits(void **state)
{
	const struct ed_scan_progress p = { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, 1, 1 };
	char line[ED_PROGRESS_LINE_MAX];

	(void)state;
	ed_progress_line(&p, 1e-9, line);
	assert_true(strlen(line) < sizeof(line) - 1);
	assert_non_null(strstr(line, "18,446,744,073,709,551,615 damaged"));
}

static void assert_trouble(const struct ed_scan_trouble *t, const char *wanted)
{
	char line[2048];

	ed_progress_trouble_line(t, line, sizeof(line));
	assert_string_equal(line, wanted);
}

static void test_trouble(void **state)
{
	struct ed_scan_trouble t = {
		.path = "a.pcap", .offset = 24, .has_offset = true, .n = 1, .what = "cut"
	};

	(void)state;
	assert_trouble(&t, "a.pcap: offset 24: cut (1 record)");
	t.n = 1234;
	assert_trouble(&t, "a.pcap: offset 24: cut (1,234 records)");
	t.n = 0;
	t.has_offset = false;
	assert_trouble(&t, "a.pcap: cut");
	t.path = "x\033]0;t\007\n\303\274.pcap";
	t.what = "bad\r";
	assert_trouble(&t, "x\\x1b]0;t\\x07\\x0a\\xc3\\xbc.pcap: bad\\x0d");
}

static void test_trouble_long_path(void **state)
{
	char line[2048];
	char *path = malloc(100000);
	const struct ed_scan_trouble t = { .path = path, .what = "cut short" };

	(void)state;
	assert_non_null(path);
	memset(path, '\033', 99999);
	path[99999] = '\0';
	ed_progress_trouble_line(&t, line, sizeof(line));
	assert_true(strlen(line) < sizeof(line) - 1);
	assert_non_null(strstr(line, "...: cut short"));
	free(path);
}

static void test_stop_on_signal(void **state)
{
	const struct ed_scan_progress now = { .n_records = 1 };
	struct ed_progress p = { .live = false };

	(void)state;
	ed_progress_catch_signals();
	assert_true(ed_progress_hook(&p, &now));
	assert_int_equal(raise(SIGTERM), 0);
	assert_false(ed_progress_hook(&p, &now));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),           cmocka_unit_test(test_line_limits),
		cmocka_unit_test(test_trouble),        cmocka_unit_test(test_trouble_long_path),
		cmocka_unit_test(test_stop_on_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
