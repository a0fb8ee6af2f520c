/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/hex.h"

/* As strtol reads each byte alone, which skips blanks and takes signs. */
static void test_every_byte(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		const char text[] = { (char)c, '\0' };
		char *end;
		long expected = strtol(text, &end, 16);

		assert_int_equal(ed_hex_value((uint8_t)c), end == text ? -1 : expected);
	}
}

static void test_put(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x0f, 0xa9, 0xff };
	char text[sizeof(bytes) * 2 + 1] = "........";

	(void)state;
	assert_ptr_equal(ed_hex_put(bytes, 0, text), text);
	assert_int_equal(text[0], '.');
	assert_ptr_equal(ed_hex_put(bytes, sizeof(bytes), text), text + 8);
	assert_string_equal(text, "000fa9ff");
	assert_int_equal(ed_hex_digit(0x1b), 'b');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
