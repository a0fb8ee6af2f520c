/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the reader of JSON lines: strings, numbers, stepping over, keys. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "format/json/text.h"

enum { LINE_MAX_BYTES = 512, SLACK_BYTES = 64 };

static uint8_t line[LINE_MAX_BYTES + SLACK_BYTES];
static uint8_t room[LINE_MAX_BYTES + SLACK_BYTES];

static struct ed_json_text text_of(const char *s)
{
	assert_true(strlen(s) < LINE_MAX_BYTES);
	memset(line, 0, sizeof(line));
	memcpy(line, s, strlen(s));
	return (struct ed_json_text){ .p = line, .room = room };
}

static void assert_string(const char *json, const char *expected, size_t n)
{
	struct ed_json_text t = text_of(json);
	struct ed_json_item item;

	assert_true(ed_json_text_value(&t, &item));
	assert_int_equal(item.kind, ED_JSON_KIND_STRING);
	assert_int_equal(item.text.n, n);
	assert_memory_equal(item.text.p, expected, n);
	assert_int_equal(*t.p, ',');
}

static void assert_no_value(const char *json)
{
	struct ed_json_text t = text_of(json);
	struct ed_json_item item;

	assert_false(ed_json_text_value(&t, &item));
}

static void test_strings(void **state)
{
	(void)state;
	assert_string("\"\",", "", 0);
	assert_string(" \t\"plain\",", "plain", 5);
	assert_string("\"a string that is longer than two steps of sixteen\",",
		      "a string that is longer than two steps of sixteen", 49);
	assert_string("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",", "\"\\/\b\f\n\r\t", 8);
	assert_string("\"\\u0041\\u00e9\\u20AC\",", "A\xc3\xa9\xe2\x82\xac", 6);
	assert_string("\"\\ud83d\\ude00\",", "\xf0\x9f\x98\x80", 4);
	assert_string("\"\\ud83dx\\ude00\",", "\xed\xa0\xbdx\xed\xb8\x80", 7);
	assert_string("\"\\u0000\",", "", 1);
	assert_string("\"\xff\xfe\",", "\xff\xfe", 2);
	assert_no_value("\"open");
	assert_no_value("\"a\nb\",");
	assert_no_value("\"a\\q\",");
	assert_no_value("\"a\\u00g0\",");
	assert_no_value("\"a\\u00\",");
	assert_no_value("\"a\\");
	assert_no_value("");
	assert_no_value("x,");
}

static void test_scalars(void **state)
{
	static const char *const good[] = { "0",     "-1.5e+7", "true",
					    "false", "null",    "12345678901234567890" };
	struct ed_json_item item;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		static const char ends[] = ", }]\t\"";

		for (const char *end = ends; *end; end++) {
			struct ed_json_text t;
			char text[64];

			snprintf(text, sizeof(text), "%s%c", good[i], *end);
			t = text_of(text);
			assert_true(ed_json_text_value(&t, &item));
			assert_int_equal(item.kind, ED_JSON_KIND_SCALAR);
			assert_true(ed_span_is(item.text, good[i]));
			assert_int_equal(*t.p, *end);
		}
	}
}

static void test_numbers(void **state)
{
	uint32_t v = 0;

	(void)state;
	assert_true(ed_json_text_number(ed_span_str("0"), 9, &v));
	assert_int_equal(v, 0);
	assert_true(ed_json_text_number(ed_span_str("4294967295"), UINT32_MAX, &v));
	assert_true(v == UINT32_MAX);
	assert_true(ed_json_text_number(ed_span_str("65535"), UINT16_MAX, &v));
	assert_int_equal(v, UINT16_MAX);
	assert_false(ed_json_text_number(ed_span_str("65536"), UINT16_MAX, &v));
	assert_false(ed_json_text_number(ed_span_str("4294967296"), UINT32_MAX, &v));
	assert_false(ed_json_text_number(ed_span_str("99999999999"), UINT32_MAX, &v));
	assert_false(ed_json_text_number(ed_span_str(""), 9, &v));
	assert_false(ed_json_text_number(ed_span_str("-1"), 9, &v));
	assert_false(ed_json_text_number(ed_span_str("1.0"), 9, &v));
}

static void assert_skip(const char *json, bool expected)
{
	struct ed_json_text t = text_of(json);

	assert_int_equal(ed_json_text_skip(&t), expected);
	if (expected)
		assert_int_equal(*t.p, ',');
}

static void test_skip(void **state)
{
	char deep[LINE_MAX_BYTES];
	size_t n = 0;

	(void)state;
	assert_skip("{},", true);
	assert_skip("[],", true);
	assert_skip("[1,{\"a\":[\"]\",\"\\\"}\"],\"b\":\t2}, \"sixteen bytes and more\"],", true);
	assert_skip("[{]},", false);
	assert_skip("{\"a\":1],", false);
	assert_skip("[\"open],", false);
	assert_skip("[\"a\\", false);
	assert_skip("[1,2", false);
	assert_skip("[1,\n2],", false);
	for (; n < ED_JSON_TEXT_DEPTH_MAX; n++)
		deep[n] = '[';
	memset(deep + n, ']', n);
	strcpy(deep + 2 * n, ",");
	assert_skip(deep, true);
	memset(deep, '[', n + 1);
	memset(deep + n + 1, ']', n + 1);
	strcpy(deep + 2 * (n + 1), ",");
	assert_skip(deep, false);
}

static const struct ed_json_key rows[] = {
	{ "a", 1 },      { "eightbyt", 2 },           { "ninebytes", 3 },
	{ "unused", 0 }, { "destination.port.x", 4 }, { "destination.ports_x", 5 },
	{ "type", 6 },   { "seventeen.bytes..", 7 },  { NULL, 0 },
};

static struct ed_json_keys keys;

/* Walks an object, twice, so that the second time keys are foretold; collects the numbers. */
static void assert_keys(const char *json, const char *expected)
{
	memset(&keys, 0, sizeof(keys));
	ed_json_keys_init(&keys, rows);
	for (unsigned round = 0; round < 2; round++) {
		struct ed_json_text t = text_of(json);
		char got[64] = { 0 };
		enum ed_json_step step;
		unsigned n = 0, id = 0;

		assert_int_equal(*t.p++, '{');
		while ((step = ed_json_text_next(&t, '}', &n)) == ED_JSON_STEP_ITEM) {
			struct ed_json_item item;

			assert_true(ed_json_text_key_id(&t, &keys, &id));
			assert_true(ed_json_text_value(&t, &item));
			got[n - 1] = (char)('0' + id);
		}
		assert_int_equal(step, ED_JSON_STEP_END);
		assert_string_equal(got, expected);
	}
}

static void test_keys(void **state)
{
	(void)state;
	assert_keys("{}", "");
	assert_keys("{\"a\":1}", "1");
	assert_keys("{\"a\":1,\"eightbyt\":\"x\",\"ninebytes\":null,\"type\":true}", "1236");
	assert_keys("{\"destination.port.x\":1,\"destination.ports_x\":2,\"seventeen.bytes..\":3}",
		    "457");
	assert_keys("{\"destination.port.y\":1,\"destinatiox.port.x\":2,\"b\":3,\"unused\":4}",
		    "0000");
	assert_keys("{ \"a\" : 1 , \"a\" : 2 , \"\" : 3 , \"\\u0061\" : 4 }", "1101");
}

static void test_steps(void **state)
{
	static const char *const bad[] = { "{,}", "{1 2}", "{1,}", "{1", "{" };
	struct ed_json_item item;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ed_json_text t = text_of(bad[i]);
		enum ed_json_step step;
		unsigned n = 0;

		t.p++;
		while ((step = ed_json_text_next(&t, '}', &n)) == ED_JSON_STEP_ITEM) {
			if (!ed_json_text_value(&t, &item))
				break;
		}
		assert_int_not_equal(step, ED_JSON_STEP_END);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings), cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_skip),
		cmocka_unit_test(test_keys),    cmocka_unit_test(test_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
