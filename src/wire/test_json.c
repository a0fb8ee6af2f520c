/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader: every type of value, nesting, and what it refuses. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "wire/json.h"

enum { TEXT_MAX = 4096 };

/* Reads @text from a block that ends right behind its padding. */
static int read_n(struct ed_json_reader *r, const char *text, size_t n, struct ed_json_value *ret)
{
	char *copy = calloc(1, n + ED_JSON_PADDING_BYTES);
	int result;

	assert_non_null(copy);
	memcpy(copy, text, n);
	result = ed_json_read(r, ed_span_of(copy, n), ret);
	free(copy);
	return result;
}

static int read_text(struct ed_json_reader *r, const char *text, struct ed_json_value *ret)
{
	return read_n(r, text, strlen(text), ret);
}

static int setup(void **state)
{
	struct ed_json_reader *r;

	if (ed_json_reader_new(TEXT_MAX, &r) != 0)
		return -1;
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	ed_json_reader_free(*state);
	ed_json_reader_free(NULL);
	return 0;
}

static void test_values(void **state)
{
	struct ed_json_value root = { 0 }, v = { 0 };
	struct ed_span key = { 0 };

	assert_int_equal(
		read_text(*state,
			  "{\"s\":\"a\\u00e9\\n\\u0000b\",\"i\":-7,\"u\":18446744073709551615,"
			  "\"d\":0.25,\"t\":true,\"f\":false,\"n\":null,\"e\":\"\",\"\":1}",
			  &root),
		0);
	assert_int_equal(root.type, ED_JSON_OBJECT);
	assert_true(ed_json_next(&root.walk, &key, &v));
	assert_true(ed_span_is(key, "s"));
	assert_int_equal(v.type, ED_JSON_STRING);
	assert_true(ed_span_eq(v.string, ed_span_of("a\xc3\xa9\n\0b", 6)));
	assert_true(ed_json_next(&root.walk, &key, &v));
	assert_int_equal(v.type, ED_JSON_NUMBER);
	assert_true(v.number == -7);
	assert_true(ed_json_next(&root.walk, &key, &v));
	assert_true(v.type == ED_JSON_NUMBER && v.number == 18446744073709551615.0);
	assert_true(ed_json_next(&root.walk, &key, &v));
	assert_true(v.type == ED_JSON_NUMBER && v.number == 0.25);
	assert_true(ed_json_next(&root.walk, &key, &v));
	assert_true(v.type == ED_JSON_BOOL && v.boolean);
	assert_true(ed_json_next(&root.walk, &key, &v));
	assert_true(v.type == ED_JSON_BOOL && !v.boolean);
	assert_true(ed_json_next(&root.walk, &key, &v));
	assert_int_equal(v.type, ED_JSON_NULL);
	assert_true(ed_json_next(&root.walk, &key, &v));
	assert_true(v.type == ED_JSON_STRING && v.string.n == 0);
	assert_true(ed_json_next(&root.walk, &key, &v));
	assert_true(key.n == 0 && v.number == 1);
	assert_false(ed_json_next(&root.walk, &key, &v));
	assert_false(ed_json_next(&root.walk, &key, &v));
}

/* A container is stepped over as a whole, entered or not. */
static void test_nesting(void **state)
{
	struct ed_json_value root = { 0 }, v = { 0 }, w = { 0 };
	struct ed_span key = { 0 };

	assert_int_equal(
		read_text(*state, "[[1,[2,\"x\"],{}],{\"a\":{\"b\":[3]},\"c\":4},[],5]", &root), 0);
	assert_int_equal(root.type, ED_JSON_ARRAY);
	assert_true(ed_json_next(&root.walk, &key, &v));
	assert_int_equal(v.type, ED_JSON_ARRAY);
	assert_true(ed_json_next(&v.walk, &key, &w) && w.number == 1 && key.n == 0);
	assert_true(ed_json_next(&v.walk, &key, &w) && w.type == ED_JSON_ARRAY);
	assert_true(ed_json_next(&v.walk, &key, &w) && w.type == ED_JSON_OBJECT);
	assert_false(ed_json_next(&w.walk, &key, &w));
	assert_false(ed_json_next(&v.walk, &key, &w));
	assert_true(ed_json_next(&root.walk, &key, &v) && v.type == ED_JSON_OBJECT);
	assert_true(ed_json_next(&v.walk, &key, &w) && ed_span_is(key, "a"));
	assert_true(ed_json_next(&v.walk, &key, &w) && ed_span_is(key, "c") && w.number == 4);
	assert_false(ed_json_next(&v.walk, &key, &w));
	assert_true(ed_json_next(&root.walk, &key, &v) && v.type == ED_JSON_ARRAY);
	assert_false(ed_json_next(&v.walk, &key, &w));
	assert_true(ed_json_next(&root.walk, &key, &v) && v.number == 5);
	assert_false(ed_json_next(&root.walk, &key, &v));
}

static void test_roots(void **state)
{
	struct ed_json_value v = { 0 };

	assert_int_equal(read_text(*state, " 17 ", &v), 0);
	assert_true(v.type == ED_JSON_NUMBER && v.number == 17);
	assert_int_equal(read_text(*state, "\"x\"", &v), 0);
	assert_true(v.type == ED_JSON_STRING && ed_span_is(v.string, "x"));
	assert_int_equal(read_text(*state, "null", &v), 0);
	assert_int_equal(v.type, ED_JSON_NULL);
}

static void test_refused(void **state)
{
	static const char *const bad[] = { "",           " ",           "{",        "{\"a\":}",
					   "{\"a\":1,}", "[1,",         "{\"a\":1", "{}{}",
					   "{} x",       "{\"a\":01}",  "\"a\n\"",  "{\"a\":1e}",
					   "'a'",        "{\"a\":nul}", "[1 2]" };
	char deep[TEXT_MAX];
	struct ed_json_value v = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_text(*state, bad[i], &v), ED_JSON_BAD);
	assert_int_equal(read_text(*state, "{\"a\":\"\xff\"}", &v), ED_JSON_BAD_UTF8);
	memset(deep, '[', ED_JSON_READ_DEPTH_MAX + 1);
	memset(deep + ED_JSON_READ_DEPTH_MAX + 1, ']', ED_JSON_READ_DEPTH_MAX + 1);
	assert_int_equal(read_n(*state, deep, 2 * (ED_JSON_READ_DEPTH_MAX + 1), &v), ED_JSON_BAD);
	/* What is refused leaves the reader as good as new. */
	assert_int_equal(read_text(*state, "{\"a\":1}", &v), 0);
}

/* Texts at the limit, of the kinds that take most room on the tape and among the strings. */
static void test_limit(void **state)
{
	char text[TEXT_MAX + 2];
	struct ed_json_value root = { 0 }, v = { 0 };
	struct ed_span key = { 0 };
	size_t n = 0;

	memset(text, ' ', sizeof(text));
	text[0] = '[';
	for (size_t i = 1; i + 2 < TEXT_MAX; i += 2) {
		text[i] = '7';
		text[i + 1] = ',';
		n++;
	}
	text[2 * n] = ']';
	assert_int_equal(read_n(*state, text, TEXT_MAX, &root), 0);
	for (size_t i = 0; i < n; i++)
		assert_true(ed_json_next(&root.walk, &key, &v) && v.number == 7);
	assert_false(ed_json_next(&root.walk, &key, &v));
	assert_int_equal(read_n(*state, text, TEXT_MAX + 1, &root), ED_JSON_BAD);

	n = 0;
	for (size_t i = 1; i + 3 < TEXT_MAX; i += 3) {
		memcpy(text + i, "\"\",", 3);
		n++;
	}
	text[3 * n] = ']';
	memset(text + 3 * n + 1, ' ', sizeof(text) - 3 * n - 1);
	assert_int_equal(read_n(*state, text, TEXT_MAX, &root), 0);
	for (size_t i = 0; i < n; i++) {
		uint64_t behind;

		assert_true(ed_json_next(&root.walk, &key, &v) && v.string.n == 0);
		memcpy(&behind, v.string.p + ED_JSON_SLACK_BYTES - sizeof(behind), sizeof(behind));
	}
	assert_false(ed_json_next(&root.walk, &key, &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values), cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_roots),  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
