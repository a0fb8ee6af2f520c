/* SPDX-License-Identifier: Apache-2.0 */
/* A file appears whole or not at all, an input is never overwritten, a device is never replaced. */
#include "cmd/out/output.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

/* Every test runs inside an empty folder of its own. */
static char folder[] = "earthdog-test-XXXXXX";
static char error[ED_OUTPUT_ERROR_MAX];

static int enter_folder(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	return chdir(tmp ? tmp : P_tmpdir) == 0 && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
	static const char *const left[] = { "a.pcap", "b",    "out",      "link",
					    "fifo",   "d/in", "d/sub/in", "d/out" };

	(void)state;
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		(void)unlink(left[i]);
	(void)rmdir("d/sub");
	(void)rmdir("d");
	/* Fails, and so does the test, when a temporary file was left. */
	return chdir("..") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void assert_file(const char *path, const char *text)
{
	char got[64] = "";
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_int_equal(fread(got, 1, sizeof(got) - 1, f), strlen(text));
	assert_int_equal(fclose(f), 0);
	assert_string_equal(got, text);
}

static void write_output(const char *path, const char *text, bool keep)
{
	struct ed_output o;

	assert_int_equal(ed_output_open(path, &o, error), 0);
	assert_true(fputs(text, o.f) >= 0);
	assert_int_equal(ed_output_close(&o, keep, error), 0);
}

static void test_new_file(void **state)
{
	struct ed_output o;

	(void)state;
	assert_int_equal(ed_output_open("out", &o, error), 0);
	assert_int_equal(access("out", F_OK), -1);
	assert_true(fputs("text", o.f) >= 0);
	assert_int_equal(ed_output_close(&o, true, error), 0);
	assert_file("out", "text");
}

static void test_replaced_or_kept(void **state)
{
	(void)state;
	put_file("out", "old");
	write_output("out", "half", false);
	assert_file("out", "old");
	write_output("out", "new", true);
	assert_file("out", "new");
}

static void test_link_stays(void **state)
{
	struct stat st;

	(void)state;
	put_file("b", "old");
	assert_int_equal(symlink("b", "link"), 0);
	write_output("link", "new", true);
	assert_file("b", "new");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void test_device_is_written_to(void **state)
{
	struct ed_output o;
	struct stat st;

	(void)state;
	assert_int_equal(ed_output_check("/dev/null", NULL, 0, error), 0);
	assert_int_equal(ed_output_open("/dev/null", &o, error), 0);
	assert_null(o.temporary);
	assert_int_equal(ed_output_close(&o, true, error), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

static void test_full_disk_is_told(void **state)
{
	struct ed_output o;

	(void)state;
	assert_int_equal(ed_output_open("/dev/full", &o, error), 0);
	assert_true(fputs("text", o.f) >= 0);
	assert_int_equal(ed_output_close(&o, true, error), -ENOSPC);
	assert_string_equal(error, "/dev/full: No space left on device");
}

static void test_standard_output(void **state)
{
	struct ed_output o;

	(void)state;
	assert_int_equal(ed_output_open(NULL, &o, error), 0);
	assert_ptr_equal(o.f, stdout);
	assert_int_equal(ed_output_close(&o, true, error), 0);
	assert_int_equal(ed_output_open("-", &o, error), 0);
	assert_ptr_equal(o.f, stdout);
	assert_int_equal(ed_output_close(&o, false, error), 0);
	assert_int_equal(ed_output_check("-", NULL, 0, error), 0);
}

static void assert_refused(const char *output, const char *input)
{
	if (ed_output_check(output, &input, 1, error) != -EINVAL)
		fail_msg("%s may overwrite %s", output, input);
	assert_non_null(strstr(error, "is an input and would be overwritten"));
}

static void assert_allowed(const char *output, const char *input)
{
	if (ed_output_check(output, &input, 1, error) != 0)
		fail_msg("%s with %s: %s", output, input, error);
}

static void test_inputs_are_safe(void **state)
{
	(void)state;
	put_file("a.pcap", "input");
	assert_int_equal(symlink("a.pcap", "link"), 0);
	assert_int_equal(link("a.pcap", "b"), 0);
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(mkdir("d/sub", 0777), 0);
	put_file("d/in", "input");
	put_file("d/sub/in", "input");
	assert_refused("a.pcap", "a.pcap");
	assert_refused("./d/../a.pcap", "a.pcap");
	assert_refused("link", "a.pcap");
	assert_refused("a.pcap", "link");
	assert_refused("b", "a.pcap");
	assert_refused("a.pcap", ".");
	assert_refused("d/in", "d");
	assert_refused("d/sub/in", "d/");
	assert_allowed("a.pcap", "d");
	assert_allowed("d/out", "d"); /* is not there yet, so it is not read */
	assert_allowed("out", "a.pcap");
	assert_allowed("out", "missing");
	assert_allowed("out", "-");
	assert_allowed("/dev/null", "/dev");
}

static void test_standard_input_is_safe(void **state)
{
	int saved = dup(STDIN_FILENO);

	(void)state;
	put_file("a.pcap", "input");
	assert_non_null(freopen("a.pcap", "r", stdin));
	assert_refused("a.pcap", "-");
	assert_allowed("out", "-");
	if (saved >= 0) {
		assert_true(dup2(saved, STDIN_FILENO) >= 0);
		assert_int_equal(close(saved), 0);
	}
}

static void test_no_place(void **state)
{
	struct ed_output o;

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(ed_output_check("missing/out", NULL, 0, error), -EINVAL);
	assert_string_equal(error, "missing/out: No such file or directory");
	assert_int_equal(ed_output_check("d", NULL, 0, error), -EINVAL);
	assert_int_equal(ed_output_check("d/", NULL, 0, error), -EINVAL);
	assert_int_equal(ed_output_check("", NULL, 0, error), -EINVAL);
	assert_int_equal(ed_output_check("new/", NULL, 0, error), -EINVAL);
	assert_int_equal(ed_output_open("missing/\033out", &o, error), -ENOENT);
	assert_string_equal(error, "missing/\\x1bout: No such file or directory");
}

static void test_same(void **state)
{
	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	assert_true(ed_output_same("out", "./out"));
	assert_true(ed_output_same("out", "d/../out"));
	assert_true(ed_output_same(NULL, "-"));
	assert_false(ed_output_same("out", "b"));
	assert_false(ed_output_same(NULL, "out"));
	assert_false(ed_output_same("missing/out", "missing/out2"));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_new_file),          IN_FOLDER(test_replaced_or_kept),
		IN_FOLDER(test_link_stays),        IN_FOLDER(test_device_is_written_to),
		IN_FOLDER(test_full_disk_is_told), IN_FOLDER(test_standard_output),
		IN_FOLDER(test_inputs_are_safe),   IN_FOLDER(test_standard_input_is_safe),
		IN_FOLDER(test_no_place),          IN_FOLDER(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
