/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes, cleaned and cut texts. */
#include "sink/alert_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct size_text {
	uint64_t bytes;
	const char *text;
};

static void test_bytes(void **state)
{
	static const struct size_text rows[] = {
		{ 0, "0 B" },
		{ 999, "999 B" },
		{ 1000, "1.0 kB" },
		{ 58312, "58.3 kB" },
		{ 999949, "999.9 kB" },
		{ 999950, "1.0 MB" },
		{ 1234567890, "1.2 GB" },
		{ UINT64_MAX, "18.4 EB" },
	};
	char text[ED_BYTES_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ed_alert_text_bytes(rows[i].bytes, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void test_clean(void **state)
{
	char text[16];

	(void)state;
	assert_int_equal(ed_alert_text_clean("a\\b\033[1m\xff", text, sizeof(text)), 14);
	assert_string_equal(text, "a\\b\\x1b[1m\\xff");
	/* Never half an escape, never past the end. */
	assert_int_equal(ed_alert_text_clean("abc\033", text, 7), 3);
	assert_string_equal(text, "abc");
	assert_int_equal(ed_alert_text_clean("abc\033", text, 8), 7);
	assert_string_equal(text, "abc\\x1b");
	assert_int_equal(ed_alert_text_clean("abc", text, 3), 2);
	assert_string_equal(text, "ab");
	assert_int_equal(ed_alert_text_clean("abc", text, 1), 0);
	assert_string_equal(text, "");
}

static void test_fit(void **state)
{
	char text[32];

	(void)state;
	assert_int_equal(ed_alert_text_fit("0123456789", 10, text, sizeof(text)), 10);
	assert_string_equal(text, "0123456789");
	assert_int_equal(ed_alert_text_fit("0123456789a", 10, text, sizeof(text)), 10);
	assert_string_equal(text, "012...789a");
	assert_int_equal(ed_alert_text_fit("0123456789", 8, text, sizeof(text)), 8);
	assert_string_equal(text, "01...789");
}

/* Escapes stay whole, whatever the width; a text that is all escapes still fits. */
static void test_fit_escapes(void **state)
{
	static const char name[] = "a\\228b\\003\\004cdefg\\005hij\\006\\007kl\\008mn\\009op";
	char text[64];

	(void)state;
	for (unsigned columns = 8; columns < sizeof(name) - 1; columns++) {
		size_t n = ed_alert_text_fit(name, columns, text, sizeof(text));
		const char *cut = strstr(text, "...");

		assert_true(n <= columns);
		assert_int_equal(n, strlen(text));
		assert_non_null(cut);
		for (const char *p = text; p < cut; p++) {
			if (*p == '\\')
				assert_true(p + 4 <= cut);
		}
		/* What is left of the end is an end that does not begin inside an escape. */
		for (const char *p = name; p < name + sizeof(name) - 1 - strlen(cut + 3); p++) {
			if (*p == '\\')
				assert_true(p + 4 <= name + sizeof(name) - 1 - strlen(cut + 3));
		}
	}
}

static void test_name(void **state)
{
	char text[ED_NAME_TEXT_MAX + 1];
	struct ed_name name = { .n = 0 };

	(void)state;
	assert_int_equal(ed_alert_text_name(&name, text), 0);
	assert_string_equal(text, "");
	assert_int_equal(ed_name_from_text(ed_span_str("A\\010b.Example"), ED_NAME_MASTER, &name),
			 0);
	ed_alert_text_name(&name, text);
	assert_string_equal(text, "a\\010b.example");
}

static void test_decoded(void **state)
{
	struct ed_decoded d = { .n_shown = 7, .shown = { 'a', '\\', '"', 0, 0x1b, 0x7f, '~' } };
	char text[ED_DECODED_TEXT_MAX];

	(void)state;
	assert_int_equal(ed_alert_text_decoded(&d, text), 17);
	assert_string_equal(text, "a\\\\\"\\x00\\x1b\\x7f~");
	d.n_shown = 0;
	assert_int_equal(ed_alert_text_decoded(&d, text), 0);
	assert_string_equal(text, "");
	/* the longest there is */
	memset(d.shown, 0xff, sizeof(d.shown));
	d.n_shown = ED_DECODED_SHOWN_MAX_BYTES;
	assert_int_equal(ed_alert_text_decoded(&d, text), ED_DECODED_TEXT_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes), cmocka_unit_test(test_clean),
		cmocka_unit_test(test_fit),   cmocka_unit_test(test_fit_escapes),
		cmocka_unit_test(test_name),  cmocka_unit_test(test_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
