/* SPDX-License-Identifier: Apache-2.0 */
/* A mark is read back from where it stands, and nothing else is taken for one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/name.h"
#include "drill/marker.h"

static const uint64_t id = UINT64_C(0x3f9a01c27b5e);

static void test_round_trip(void **state)
{
	static const uint64_t ids[] = { 0, 1, UINT64_C(0x3f9a01c27b5e), UINT64_C(0xffffffffffff) };
	char mark[ED_DRILL_MARK_TEXT];
	uint64_t got;

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		ed_drill_mark_print(ids[i], mark);
		assert_int_equal(strlen(mark), ED_DRILL_MARK_BYTES);
		assert_true(ed_drill_mark_read(ed_span_str(mark), &got));
		assert_true(got == ids[i]);
	}
	/* the same in every release: lists of drills outlive them */
	ed_drill_mark_print(id, mark);
	assert_string_equal(mark, "edd-3f9a01c27b5e2ba91870");
}

static void test_case_and_faults(void **state)
{
	char mark[ED_DRILL_MARK_TEXT];
	uint64_t got = 0;

	(void)state;
	ed_drill_mark_print(id, mark);
	for (char *c = mark; *c; c++)
		*c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
	assert_true(ed_drill_mark_read(ed_span_str(mark), &got));
	assert_true(got == id);
	for (size_t i = 0; i < ED_DRILL_MARK_BYTES; i++) {
		char kept = mark[i];

		mark[i] = kept == '1' ? '2' : '1';
		assert_false(ed_drill_mark_read(ed_span_str(mark), &got));
		mark[i] = 'g';
		assert_false(ed_drill_mark_read(ed_span_str(mark), &got));
		mark[i] = kept;
		assert_false(ed_drill_mark_read(ed_span_of(mark, i), &got));
	}
	assert_false(ed_drill_mark_read(ed_span_of(NULL, 0), &got));
}

static void test_find(void **state)
{
	char mark[ED_DRILL_MARK_TEXT], text[128];
	struct ed_name name;
	uint64_t got;

	(void)state;
	ed_drill_mark_print(id, mark);
	(void)snprintf(text, sizeof(text), "kq5n.%s.example.net", mark);
	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_PLAIN, &name), 0);
	assert_true(ed_drill_mark_find(ed_span_of(name.wire, name.n), &got));
	assert_true(got == id);
	/* cut anywhere: never read behind the end */
	for (size_t n = 0; n < 5 + 1 + ED_DRILL_MARK_BYTES; n++)
		assert_false(ed_drill_mark_find(ed_span_of(name.wire, n), &got));
	assert_int_equal(ed_name_from_text(ed_span_str("www.example.net"), ED_NAME_PLAIN, &name),
			 0);
	assert_false(ed_drill_mark_find(ed_span_of(name.wire, name.n), &got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_case_and_faults),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
