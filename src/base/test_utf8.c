/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: what is a character, and what only looks like one. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct ed_span span(const char *text)
{
	return ed_span_of((const uint8_t *)text, strlen(text));
}

static void test_characters(void **state)
{
	static const struct {
		const char *text;
		uint32_t c;
	} cases[] = {
		{ "a", 'a' },
		{ "\x7f", 0x7f },
		{ "\xc2\x80", 0x80 },
		{ "\xc3\xbc", 0xfc },
		{ "\xdf\xbf", 0x7ff },
		{ "\xe0\xa0\x80", 0x800 },
		{ "\xed\x9f\xbf", 0xd7ff },
		{ "\xee\x80\x80", 0xe000 },
		{ "\xef\xbf\xbd", 0xfffd },
		{ "\xf0\x90\x80\x80", 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 0x10ffff },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ed_span s = span(cases[i].text);
		uint8_t written[4];
		uint32_t c = 0;

		assert_int_equal(ed_utf8_char(s, &c), s.n);
		assert_int_equal(c, cases[i].c);
		assert_ptr_equal(ed_utf8_put(c, written), written + s.n);
		assert_memory_equal(written, s.p, s.n);
		s.n--; /* cut short */
		assert_int_equal(ed_utf8_char(s, &c), 0);
	}
}

static void test_what_is_no_character(void **state)
{
	static const char *const cases[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc3\x28",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf8\x88\x80\x80\x80",
		"\xff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t c = 1234;

		if (ed_utf8_char(span(cases[i]), &c) != 0 || c != 1234)
			fail_msg("case %zu is a character", i);
	}
}

/* Whatever stands before and behind, in words of eight and between them. */
static void test_text(void **state)
{
	(void)state;
	assert_true(ed_utf8_is_text(ed_span_of(NULL, 0)));
	assert_true(ed_utf8_is_ascii(ed_span_of(NULL, 0)));
	for (unsigned before = 0; before < 20; before++) {
		for (unsigned behind = 0; behind < 20; behind++) {
			char text[64];

			(void)snprintf(text, sizeof(text), "%.*s\xc3\xbc%.*s", (int)before,
				       "abcdefghijklmnopqrst", (int)behind, "abcdefghijklmnopqrst");
			assert_true(ed_utf8_is_text(span(text)));
			assert_false(ed_utf8_is_ascii(span(text)));
			text[before + 1] = (char)0xc3;
			assert_false(ed_utf8_is_text(span(text)));
			text[before] = text[before + 1] = 'u';
			assert_true(ed_utf8_is_ascii(span(text)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_what_is_no_character),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
