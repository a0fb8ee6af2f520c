/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers by machine words: every length, and every byte that can stand behind a number. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "format/text/digits.h"

enum { WORD_BYTES = 8, ROOM_BYTES = 32 };

/* The @n digits of @text, with the byte @behind behind them and @rest behind that. */
static void assert_short(const char *text, size_t n, uint8_t behind, uint8_t rest)
{
	uint8_t p[ROOM_BYTES];
	uint32_t want = 0, got = 0;
	unsigned n_got;

	memset(p, rest, sizeof(p));
	memcpy(p, text, n);
	p[n] = behind;
	n_got = ed_digits_short(p, &got);
	if (n == 0 || n > ED_DIGITS_SHORT_MAX) {
		assert_int_equal(n_got, 0);
		return;
	}
	assert_int_equal(n_got, n);
	assert_true(ed_digits_read(p, n, &want));
	assert_int_equal(got, want);
	assert_int_equal(ed_digits_count(p), n);
}

static void test_short_lengths(void **state)
{
	static const char *const texts[] = {
		"",      "0",     "9",      "10",      "53",       "99",        "100",
		"999",   "1000",  "4711",   "9999",    "10000",    "40000",     "65535",
		"65536", "99999", "100000", "1234567", "12345678", "123456789", "00053",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		for (unsigned behind = 0; behind <= UINT8_MAX; behind++) {
			if (behind >= '0' && behind <= '9')
				continue;
			assert_short(texts[i], strlen(texts[i]), (uint8_t)behind, '9');
			assert_short(texts[i], strlen(texts[i]), (uint8_t)behind, 0xff);
			assert_short(texts[i], strlen(texts[i]), (uint8_t)behind, 0);
		}
	}
}

static void test_short_values(void **state)
{
	char text[ROOM_BYTES];

	(void)state;
	for (unsigned v = 0; v <= 99999; v++) {
		int n = snprintf(text, sizeof(text), "%u", v);
		uint32_t got = UINT32_MAX;

		assert_int_equal(ed_digits_short((const uint8_t *)text, &got), n);
		assert_int_equal(got, v);
		assert_short(text, (size_t)n, '\t', '5');
	}
}

/* What is no digit at the front, or among the first ones. */
static void test_short_others(void **state)
{
	uint8_t p[WORD_BYTES];
	uint32_t v = 0;

	(void)state;
	for (unsigned c = 0; c <= UINT8_MAX; c++) {
		if (c >= '0' && c <= '9')
			continue;
		memset(p, '7', sizeof(p));
		p[0] = (uint8_t)c;
		assert_int_equal(ed_digits_short(p, &v), 0);
		p[0] = '7';
		p[2] = (uint8_t)c;
		assert_int_equal(ed_digits_short(p, &v), 2);
		assert_int_equal(v, 77);
	}
}

static void test_six(void **state)
{
	uint8_t p[] = "250000\t0";
	uint32_t v = 0;

	(void)state;
	assert_true(ed_digits_six(p, &v));
	assert_int_equal(v, 250000);
	p[5] = '/';
	assert_false(ed_digits_six(p, &v));
	p[5] = ':';
	assert_false(ed_digits_six(p, &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_lengths),
		cmocka_unit_test(test_short_values),
		cmocka_unit_test(test_short_others),
		cmocka_unit_test(test_six),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
