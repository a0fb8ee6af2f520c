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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_byte) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
