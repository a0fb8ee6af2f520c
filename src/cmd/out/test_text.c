/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping, numbers, wrapping and columns. */
#include "cmd/out/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_escape(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(ed_text_escape("a/b c.pcap", text, sizeof(text)), "a/b c.pcap");
	assert_string_equal(ed_text_escape("a\033[2J\n\\x1b\377", text, sizeof(text)),
			    "a\\x1b[2J\\x0a\\\\x1b\\xff");
	assert_string_equal(ed_text_escape("", text, sizeof(text)), "");
}

/* Whatever the length, the result fits, is printable, and a cut is marked and never halves an
 * escape. */
static void test_escape_cut(void **state)
{
	char text[64], whole[256], input[64];

	(void)state;
	for (size_t n = 16; n < sizeof(text); n++) {
		for (size_t length = 0; length < sizeof(input) - 1; length++) {
			size_t used;

			memset(input, length % 3 ? '\033' : 'a', length);
			input[length] = '\0';
			if (length > 2)
				input[length / 2] = 'b';
			ed_text_escape(input, whole, sizeof(whole));
			ed_text_escape(input, text, n);
			used = strlen(text);
			assert_true(used < n);
			if (strlen(whole) < n) {
				assert_string_equal(text, whole);
				continue;
			}
			assert_string_equal(text + used - 3, "...");
			assert_int_equal(strncmp(text, whole, used - 3), 0);
			assert_true(used + 5 >= n - 1);
		}
	}
}

static void test_count(void **state)
{
	char text[ED_COUNT_TEXT_MAX];

	(void)state;
	assert_string_equal(ed_text_count(0, text), "0");
	assert_string_equal(ed_text_count(999, text), "999");
	assert_string_equal(ed_text_count(1000, text), "1,000");
	assert_string_equal(ed_text_count(1812440, text), "1,812,440");
	assert_string_equal(ed_text_count(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

static void assert_wraps(const char *text, unsigned indent, unsigned col, const char *wanted)
{
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);

	assert_non_null(f);
	ed_text_wrap(f, text, indent, col, 20);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(out, wanted);
	free(out);
}

static void test_wrap(void **state)
{
	(void)state;
	assert_wraps("", 4, 0, "");
	assert_wraps("one two three four five", 0, 0, "one two three four\nfive\n");
	assert_wraps("one two three four", 4, 2, "  one two three\n    four\n");
	assert_wraps("exactly-sixteen-ab", 2, 0, "  exactly-sixteen-ab\n");
	assert_wraps("a-word-that-is-wider-than-it b", 2, 0,
		     "  a-word-that-is-wider-than-it\n  b\n");
	assert_wraps("one\ntwo", 2, 0, "  one\n  two\n");
	assert_wraps("one\n", 2, 0, "  one\n");
}

static void test_grid(void **state)
{
	static const char *const cells[] = { "NAME",  "N",      "HELP", "a", "12",
					     "first", "longer", "3",    "" };
	struct ed_grid g;
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);

	(void)state;
	assert_non_null(f);
	ed_grid_init(&g, 3);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		ed_grid_cell(&g, cells[i]);
	assert_int_equal(ed_grid_print(&g, f), 0);
	ed_grid_done(&g);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(out, "NAME    N   HELP\na       12  first\nlonger  3\n");
	free(out);
}

static void test_grid_grows(void **state)
{
	struct ed_grid g;
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);

	(void)state;
	assert_non_null(f);
	ed_grid_init(&g, 2);
	for (size_t i = 0; i < 2000; i++)
		ed_grid_cell(&g, "ab");
	assert_int_equal(ed_grid_print(&g, f), 0);
	ed_grid_done(&g);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(n, 1000 * strlen("ab  ab\n"));
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape), cmocka_unit_test(test_escape_cut),
		cmocka_unit_test(test_count),  cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_grid),   cmocka_unit_test(test_grid_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
