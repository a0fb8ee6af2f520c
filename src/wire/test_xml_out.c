/* SPDX-License-Identifier: Apache-2.0 */
/* XML text: one line, well-formed, whatever comes in; bounded by the memory given. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/xml_out.h"

static uint8_t text[1024];
static struct ed_xml_out out;

static void out_new(size_t cap)
{
	memset(text, 0, sizeof(text));
	out = (struct ed_xml_out){ .p = text, .cap = cap };
}

static void expect(const char *want)
{
	assert_false(out.full);
	assert_int_equal(out.n, strlen(want));
	assert_memory_equal(text, want, out.n);
}

static void expect_utf16(const char *bytes, size_t n, const char *want)
{
	out_new(sizeof(text));
	ed_xml_utf16(&out, ed_span_of(bytes, n));
	expect(want);
}

static void test_utf16(void **state)
{
	(void)state;
	expect_utf16("", 0, "");
	expect_utf16("a\0b\0c", 5, "ab");
	expect_utf16("<\0>\0&\0'\0\"\0", 10, "&lt;&gt;&amp;&#39;\"");
	expect_utf16("\t\0\n\0\r\0", 6, "&#9;&#10;&#13;");
	expect_utf16("\0\0\x01\0\x7f\0", 6, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	expect_utf16("\xe9\0\x80\0\xff\x07\x00\x08", 8, "\xc3\xa9\xc2\x80\xdf\xbf\xe0\xa0\x80");
	expect_utf16("\xac\x20", 2, "\xe2\x82\xac");
	expect_utf16("\xfe\xff\xff\xff", 4, "\xef\xbf\xbd\xef\xbf\xbd");
	expect_utf16("\x3d\xd8\x00\xde", 4, "\xf0\x9f\x98\x80");
	expect_utf16("\xff\xdb\xff\xdf", 4, "\xf4\x8f\xbf\xbf");
	/* surrogates alone, in the wrong order, and one that the end cuts */
	expect_utf16("\x3d\xd8x\0", 4, "\xef\xbf\xbdx");
	expect_utf16("\x00\xde\x3d\xd8", 4, "\xef\xbf\xbd\xef\xbf\xbd");
	expect_utf16("\x3d\xd8", 2, "\xef\xbf\xbd");
}

static void test_latin1(void **state)
{
	(void)state;
	out_new(sizeof(text));
	ed_xml_latin1(&out, ed_span_of("a<\xe9\xff\n\0", 6));
	expect("a&lt;\xc3\xa9\xc3\xbf&#10;\xef\xbf\xbd");
}

static void test_names(void **state)
{
	(void)state;
	out_new(sizeof(text));
	ed_xml_name(&out, ed_span_of("D\0a\0-\0"
				     "1\0.\0:\0",
				     12));
	expect("Da-1.:");
	out_new(sizeof(text));
	ed_xml_name(&out, ed_span_of("1\0 \0>\0<\0/\0'\0\0\0", 14));
	expect("_______");
	out_new(sizeof(text));
	ed_xml_name(&out, ed_span_of("\x3d\xd8\x00\xde\xac\x4e\x3d\xd8", 8));
	expect("\xf0\x9f\x98\x80\xe4\xba\xac_");
}

static void test_ceiling(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 12; cap++) {
		out_new(cap);
		ed_xml_puts(&out, "<a>");
		ed_xml_utf16(&out, ed_span_of("&\0", 2));
		ed_xml_puts(&out, "</");
		assert_int_equal(out.full, cap < 10);
		assert_in_range(out.n, 0, cap);
		for (size_t i = out.n; i < sizeof(text); i++)
			assert_int_equal(text[i], 0);
		ed_xml_puts(&out, "");
		assert_int_equal(out.full, cap < 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_latin1),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
