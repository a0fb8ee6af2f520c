/* SPDX-License-Identifier: Apache-2.0 */
/* JSON writing: commas at every level, escapes, numbers, and what happens at the ceiling. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/json_out.h"

static void test_structure(void **state)
{
	struct ed_buf b;
	struct ed_json j;

	(void)state;
	ed_buf_init(&b, 4096);
	ed_json_init(&j, &b);
	ed_json_object(&j, NULL);
	ed_json_str(&j, "s", "x");
	ed_json_array(&j, "a");
	ed_json_u64(&j, NULL, UINT64_MAX);
	ed_json_i64(&j, NULL, INT64_MIN);
	ed_json_object(&j, NULL);
	ed_json_object_end(&j);
	ed_json_object(&j, NULL);
	ed_json_bool(&j, "t", true);
	ed_json_bool(&j, "f", false);
	ed_json_object_end(&j);
	ed_json_array(&j, NULL);
	ed_json_array_end(&j);
	ed_json_array_end(&j);
	ed_json_time(&j, "when", INT64_C(1793714531250000000));
	ed_json_time(&j, "never", 0);
	ed_json_object_end(&j);
	assert_string_equal(b.p,
			    "{\"s\":\"x\",\"a\":[18446744073709551615,-9223372036854775808,{},"
			    "{\"t\":true,\"f\":false},[]],\"when\":\"2026-11-03T14:02:11.250Z\","
			    "\"never\":null}");
	assert_int_equal(j.depth, 0);
	ed_buf_done(&b);
}

/* Whatever goes in, printable ASCII comes out, and it can be undone byte by byte. */
static void test_escapes(void **state)
{
	struct ed_buf b;
	struct ed_json j;
	uint8_t all[256];

	(void)state;
	for (unsigned i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	ed_buf_init(&b, 4096);
	ed_json_init(&j, &b);
	ed_json_span(&j, NULL, ed_span_of(all, sizeof(all)));
	for (size_t i = 0; i < b.n; i++)
		assert_in_range(b.p[i], 0x20, 0x7e);
	/* quotes, 32 + 129 of six, two of two, the rest plain */
	assert_int_equal(b.n, 2 + (32 + 129) * 6 + 2 * 2 + (256 - 32 - 129 - 2));
	assert_non_null(strstr(b.p, "\"\\u0000\\u0001"));
	assert_non_null(strstr(b.p, "!\\\"#"));
	assert_non_null(strstr(b.p, "[\\\\]"));
	assert_non_null(strstr(b.p, "~\\u007f\\u0080"));
	ed_buf_clear(&b);
	ed_json_init(&j, &b);
	ed_json_object(&j, NULL);
	ed_json_str(&j, "k\n\"", "");
	ed_json_object_end(&j);
	assert_string_equal(b.p, "{\"k\\u000a\\\"\":\"\"}");
	ed_buf_done(&b);
}

static void test_utf8(void **state)
{
	static const struct {
		const char *text, *json;
	} rows[] = {
		{ "plain \"x\\", "\"plain \\\"x\\\\\"" },
		{ "\xc3\xa9\xe2\x82\xac\n\x7f", "\"\\u00e9\\u20ac\\u000a\\u007f\"" },
		{ "\xf0\x9f\x90\x95", "\"\\ud83d\\udc15\"" },
		{ "a\xff\x62", "\"a\\ufffdb\"" },
		{ "\xc0\xaf", "\"\\ufffd\\ufffd\"" },            /* overlong */
		{ "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" }, /* half a pair */
		{ "\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
		{ "\xe2\x82", "\"\\ufffd\\ufffd\"" }, /* cut */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ed_buf b;
		struct ed_json j;

		ed_buf_init(&b, 256);
		ed_json_init(&j, &b);
		ed_json_utf8(&j, NULL, rows[i].text);
		assert_string_equal(b.p, rows[i].json);
		ed_buf_done(&b);
	}
}

static void test_numbers(void **state)
{
	struct ed_buf b;
	struct ed_json j;

	(void)state;
	ed_buf_init(&b, 4096);
	ed_json_init(&j, &b);
	ed_json_array(&j, NULL);
	ed_json_f64(&j, NULL, 0.1);
	ed_json_f64(&j, NULL, 1.0 / 3);
	ed_json_f64(&j, NULL, 12);
	ed_json_f64(&j, NULL, -1234567.0);
	ed_json_f64(&j, NULL, NAN);
	ed_json_f64(&j, NULL, INFINITY);
	ed_json_f64(&j, NULL, -INFINITY);
	ed_json_array_end(&j);
	assert_string_equal(b.p, "[0.1,0.333333,12,-1.23457e+06,null,null,null]");
	ed_buf_done(&b);
}

static void test_depth_and_ceiling(void **state)
{
	struct ed_buf b;
	struct ed_json j;

	(void)state;
	ed_buf_init(&b, 40);
	ed_json_init(&j, &b);
	for (unsigned i = 0; i < ED_JSON_DEPTH_MAX; i++)
		ed_json_array(&j, NULL);
	ed_json_u64(&j, NULL, 1);
	ed_json_u64(&j, NULL, 2);
	for (unsigned i = 0; i < ED_JSON_DEPTH_MAX; i++)
		ed_json_array_end(&j);
	assert_string_equal(b.p, "[[[[[[[[[[[[[[[1,2]]]]]]]]]]]]]]]");
	ed_json_str(&j, NULL, "this does not fit any more");
	assert_true(b.full);
	assert_true(b.n < 40);
	ed_buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_depth_and_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
