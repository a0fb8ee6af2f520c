/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/hidden_name.h"

/* Hashes that macOS wrote of these names. */
static void test_known_hashes(void **state)
{
	(void)state;
	assert_int_equal(ed_hidden_name_hash(ed_span_of("\6google\3com", 12)), 0xf92d5498);
	assert_int_equal(ed_hidden_name_hash(ed_span_of("\6GOOGLE\3com", 12)), 0xf92d5498);
	assert_int_equal(ed_hidden_name_hash(ed_span_of("\17_companion-link\4_tcp\5local", 28)),
			 0x334e2060);
}

static void test_name(void **state)
{
	uint8_t wire[ED_HIDDEN_NAME_BYTES];

	(void)state;
	ed_hidden_name_write(0x0a, wire);
	assert_memory_equal(wire, "\0100000000a\6hidden", sizeof(wire));
}

/* Two programs' masked names have nothing in common. */
static void test_keys_are_the_askers_own(void **state)
{
	uint8_t wire[ED_HIDDEN_NAME_BYTES];
	struct ed_span name = ed_span_of(wire, sizeof(wire));

	(void)state;
	ed_hidden_name_write(1, wire);
	assert_true(ed_hidden_name_key(name, 5, 1) == ed_hidden_name_key(name, 5, 1));
	assert_false(ed_hidden_name_key(name, 5, 1) == ed_hidden_name_key(name, 6, 1));
	assert_false(ed_hidden_zone_key(5, 1) == ed_hidden_zone_key(6, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_hashes),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_keys_are_the_askers_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
