/* SPDX-License-Identifier: Apache-2.0 */
/* Typed values come out as Windows writes them; a value of the wrong size as the bytes it has. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "wire/binxml_value.h"

static uint8_t text[4096];

struct row {
	unsigned type;
	const char *bytes;
	size_t n;
	const char *want;
};

#define ROW(type, bytes, want)                       \
	{                                            \
		type, bytes, sizeof(bytes) - 1, want \
	}

static const struct row rows[] = {
	ROW(ED_BINXML_NULL, "ab", ""),
	ROW(ED_BINXML_STRING, "", ""),
	ROW(ED_BINXML_STRING, "a\0&\0\0\0\0\0", "a&amp;"),
	ROW(ED_BINXML_STRING, "\0\0\0\0", ""),
	ROW(ED_BINXML_ANSI, "a<\0\0", "a&lt;"),
	ROW(ED_BINXML_I8, "\x80", "-128"),
	ROW(ED_BINXML_U8, "\xff", "255"),
	ROW(ED_BINXML_I16, "\xfe\xff", "-2"),
	ROW(ED_BINXML_U16, "\x34\x12", "4660"),
	ROW(ED_BINXML_I32, "\0\0\0\x80", "-2147483648"),
	ROW(ED_BINXML_U32, "\xff\xff\xff\xff", "4294967295"),
	ROW(ED_BINXML_I64, "\0\0\0\0\0\0\0\x80", "-9223372036854775808"),
	ROW(ED_BINXML_U64, "\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
	ROW(ED_BINXML_F32, "\0\0\x80\x3f", "1"),
	ROW(ED_BINXML_F64, "\0\0\0\0\0\0\xe0\xbf", "-0.5"),
	ROW(ED_BINXML_BOOL, "\0\0\0\0", "false"),
	ROW(ED_BINXML_BOOL, "\1\0\0\0", "true"),
	ROW(ED_BINXML_BINARY, "\x00\xab\x1f", "00AB1F"),
	ROW(ED_BINXML_GUID, "\x72\xbb\x5a\x36\x95\xd6\x67\x5c\0\0\0\x10\x3c\x3e\x01\0",
	    "{365ABB72-D695-5C67-0000-00103C3E0100}"),
	ROW(ED_BINXML_SIZE, "\xff\0\0\0", "0xff"),
	ROW(ED_BINXML_SIZE, "\xff\0\0\0\1\0\0\0", "0x1000000ff"),
	ROW(ED_BINXML_SIZE, "\xff\0", "FF00"),
	/* the epochs of Windows and of Unix, the day after a leap day, the last moment there is */
	ROW(ED_BINXML_FILETIME, "\0\0\0\0\0\0\0\0", "1601-01-01T00:00:00.000000000Z"),
	ROW(ED_BINXML_FILETIME, "\x00\x80\x3e\xd5\xde\xb1\x9d\x01",
	    "1970-01-01T00:00:00.000000000Z"),
	ROW(ED_BINXML_FILETIME, "\x01\x40\x36\x16\x11\x83\xbf\x01",
	    "2000-03-01T00:00:00.000000100Z"),
	ROW(ED_BINXML_FILETIME, "\xff\xff\xff\xff\xff\xff\xff\xff",
	    "60056-05-28T05:36:10.955161500Z"),
	ROW(ED_BINXML_SYSTEMTIME, "\xe3\x07\x02\0\x06\0\x10\0\x0a\0\x01\0\x2e\0\x74\x03",
	    "2019-02-16T10:01:46.884000000Z"),
	ROW(ED_BINXML_SID, "\1\1\0\0\0\0\0\5\x12\0\0\0", "S-1-5-18"),
	ROW(ED_BINXML_SID, "\1\2\0\0\0\0\0\5\x12\0\0\0", "010200000000000512000000"),
	ROW(ED_BINXML_SID, "\1\xff", "01FF"),
	ROW(ED_BINXML_HEX32, "\xe7\x03\0\0", "0x3e7"),
	ROW(ED_BINXML_HEX64, "\0\0\0\0\0\0\0\x80", "0x8000000000000000"),
	/* sizes that contradict the type, types that nobody knows */
	ROW(ED_BINXML_U32, "\1\2", "0102"),
	ROW(ED_BINXML_GUID, "\1", "01"),
	ROW(ED_BINXML_FILETIME, "\1", "01"),
	ROW(0x7f, "\1", "01"),
};

static void test_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ed_xml_out out = { .p = text, .cap = sizeof(text) };

		ed_binxml_value(&out, rows[i].type, ed_span_of(rows[i].bytes, rows[i].n));
		assert_false(out.full);
		text[out.n] = '\0';
		assert_string_equal((char *)text, rows[i].want);
	}
}

/* However little room there is, nothing is written behind it. */
static void test_ceiling(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t cap = 0; cap < 40; cap++) {
			struct ed_xml_out out = { .p = text, .cap = cap };

			memset(text, 'x', sizeof(text));
			ed_binxml_value(&out, rows[i].type, ed_span_of(rows[i].bytes, rows[i].n));
			assert_in_range(out.n, 0, cap);
			assert_int_equal(text[cap], 'x');
			if (cap < strlen(rows[i].want))
				assert_true(out.full);
		}
	}
}

static void expect_items(unsigned type, struct ed_span array, const char *want)
{
	struct ed_xml_out out = { .p = text, .cap = sizeof(text) - 1 };

	while (array.n > 0) {
		struct ed_span item = ed_binxml_item(type, &array);

		assert_true(item.n > 0);
		ed_xml_puts(&out, "[");
		ed_binxml_value(&out, type, item);
		ed_xml_puts(&out, "]");
	}
	text[out.n] = '\0';
	assert_string_equal((char *)text, want);
}

static void test_arrays(void **state)
{
	(void)state;
	expect_items(ED_BINXML_STRING, ed_span_of("a\0\0\0\0\0b\0c\0", 10), "[a][][bc]");
	expect_items(ED_BINXML_STRING, ed_span_of("a\0b", 3), "[a]");
	expect_items(ED_BINXML_ANSI, ed_span_of("a\0bc\0", 5), "[a][bc]");
	expect_items(ED_BINXML_U16, ed_span_of("\1\0\2\0\3", 5), "[1][2][03]");
	expect_items(ED_BINXML_SID,
		     ed_span_of("\1\1\0\0\0\0\0\5\x12\0\0\0\1\1\0\0\0\0\0\5\x13\0\0\0", 24),
		     "[S-1-5-18][S-1-5-19]");
	expect_items(ED_BINXML_BINARY, ed_span_of("\1\2", 2), "[0102]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_arrays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
