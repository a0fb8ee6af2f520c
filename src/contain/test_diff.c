/* SPDX-License-Identifier: Apache-2.0 */
/* The unified form: ranges, hunks that join, ends without a line feed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "contain/diff.h"

static void check(const char *old_text, const char *new_text, const char *expected)
{
	struct ed_buf out;

	ed_buf_init(&out, 1 << 16);
	assert_int_equal(
		ed_diff_unified("f", false, ed_span_str(old_text), ed_span_str(new_text), &out), 0);
	assert_string_equal(out.n > 0 ? out.p : "", expected);
	ed_buf_done(&out);
}

static void equal_texts_have_none(void **state)
{
	(void)state;
	check("", "", "");
	check("a\nb\n", "a\nb\n", "");
}

static void lines_appear_and_go(void **state)
{
	(void)state;
	check("", "a\n", "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+a\n");
	check("a\n", "", "--- f\n+++ f\n@@ -1,1 +0,0 @@\n-a\n");
	check("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nx\n6\n7\n8\n",
	      "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
}

static void near_changes_share_a_hunk(void **state)
{
	(void)state;
	check("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
	      "--- f\n+++ f\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
	check("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
	      "--- f\n+++ f\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
	      "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

static void a_missing_line_feed_is_told(void **state)
{
	(void)state;
	check("a\nb", "a\nb\n",
	      "--- f\n+++ f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
}

static void a_new_file_comes_from_nothing(void **state)
{
	struct ed_buf out;

	(void)state;
	ed_buf_init(&out, 1 << 16);
	assert_int_equal(ed_diff_unified("f", true, ed_span_str(""), ed_span_str("a\n"), &out), 0);
	assert_string_equal(out.p, "--- /dev/null\n+++ f\n@@ -0,0 +1,1 @@\n+a\n");
	ed_buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_have_none),
		cmocka_unit_test(lines_appear_and_go),
		cmocka_unit_test(near_changes_share_a_hunk),
		cmocka_unit_test(a_missing_line_feed_is_told),
		cmocka_unit_test(a_new_file_comes_from_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
