/* SPDX-License-Identifier: Apache-2.0 */
/* Record type names: every name leads back to its number, and only names of types are taken. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "record/rrtype.h"

static uint16_t type_of(const char *name)
{
	uint16_t type = 0;

	assert_true(ed_rrtype_from_name(ed_span_str(name), &type));
	return type;
}

/* Also proves that the table is sorted: a row out of order would not be found. */
static void test_all_numbers_round_trip(void **state)
{
	char name[ED_RRTYPE_TEXT_MAX];
	unsigned n_named = 0;

	(void)state;
	for (unsigned t = 0; t <= UINT16_MAX; t++) {
		size_t n = ed_rrtype_name((uint16_t)t, name);

		assert_int_equal(n, strlen(name));
		assert_int_equal(type_of(name), t);
		n_named += strncmp(name, "TYPE", 4) != 0;
	}
	assert_true(n_named > 90);
}

static void test_known_names(void **state)
{
	char name[ED_RRTYPE_TEXT_MAX];

	(void)state;
	assert_int_equal(type_of("A"), 1);
	assert_int_equal(type_of("aaaa"), 28);
	assert_int_equal(type_of("Txt"), 16);
	assert_int_equal(type_of("NULL"), 10);
	assert_int_equal(type_of("HTTPS"), 65);
	assert_int_equal(type_of("NSEC3PARAM"), 51);
	assert_int_equal(type_of("*"), 255);
	assert_int_equal(type_of("ANY"), 255);
	assert_int_equal(type_of("NB"), 32);
	assert_int_equal(type_of("NBSTAT"), 33);
	assert_int_equal(type_of("WINS-R"), 65282);
	ed_rrtype_name(255, name);
	assert_string_equal(name, "ANY");
	ed_rrtype_name(65399, name);
	assert_string_equal(name, "TYPE65399");
}

static void test_unknown_types(void **state)
{
	(void)state;
	assert_int_equal(type_of("TYPE65399"), 65399);
	assert_int_equal(type_of("query-65399"), 65399);
	assert_int_equal(type_of("65399"), 65399);
	assert_int_equal(type_of("type0"), 0);
}

static void test_not_a_type(void **state)
{
	static const char *const bad[] = { "",
					   "B",
					   "TYPE",
					   "TYPE65536",
					   "TYPE-1",
					   "query-",
					   "query-x",
					   "1A",
					   "99999",
					   "100000",
					   "-",
					   "A ",
					   "NSEC3PARAMETERS",
					   "NSEC3PARAMETERSANDMORE" };
	uint16_t type = 4711;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ed_rrtype_from_name(ed_span_str(bad[i]), &type));
	assert_false(ed_rrtype_from_name(ed_span_of("A\0", 2), &type));
	assert_false(ed_rrtype_from_name(ed_span_of("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15), &type));
	assert_int_equal(type, 4711);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_numbers_round_trip),
		cmocka_unit_test(test_known_names),
		cmocka_unit_test(test_unknown_types),
		cmocka_unit_test(test_not_a_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
