/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of characters: as the C locale has them, for every byte. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>

#include "base/ascii.h"

static void test_every_byte(void **state)
{
	(void)state;
	for (unsigned c = 0; c <= UINT8_MAX; c++) {
		assert_int_equal(ed_is_digit((uint8_t)c), isdigit((int)c) != 0);
		assert_int_equal(ed_is_letter((uint8_t)c), isalpha((int)c) != 0);
		assert_int_equal(ed_is_lower((uint8_t)c), islower((int)c) != 0);
		assert_int_equal(ed_is_upper((uint8_t)c), isupper((int)c) != 0);
		assert_int_equal(ed_is_word((uint8_t)c), isalnum((int)c) || c == '_');
		assert_int_equal(ed_is_host((uint8_t)c),
				 islower((int)c) || isdigit((int)c) || c == '-' || c == '_');
		assert_int_equal(ed_to_lower((uint8_t)c), tolower((int)c));
		assert_int_equal(ed_to_upper((uint8_t)c), toupper((int)c));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
