/* SPDX-License-Identifier: Apache-2.0 */
/* VIB lists as input: one event a row, counted; nothing else is taken for a list. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_events.h"

static struct test_events run;

static void vib_list(const char *text)
{
	test_events_run(&ed_format_vib_list, ed_span_str(text), &run);
}

static const char table[] = "Name   Version  Vendor  Acceptance Level    Install Date\n"
			    "-----  -------  ------  ------------------  ------------\n"
			    "net-x  1.0      ACME    CommunitySupported  2019-12-27\n"
			    "abc    2        VMW     VMwareCertified     2025-12-06\n";

static void test_table(void **state)
{
	(void)state;
	vib_list(table);
	assert_int_equal(run.n, 2);
	assert_int_equal(run.tally.n_read, 2);
	assert_int_equal(test_events_event(&run, 0)->kind, ED_EVENT_PACKAGE);
	assert_int_equal(test_events_event(&run, 0)->package.action, ED_PACKAGE_LISTED);
	assert_int_equal(test_events_event(&run, 0)->package.acceptance, ED_ACCEPTANCE_COMMUNITY);
	assert_int_equal(test_events_event(&run, 0)->time_quality, ED_TIME_NONE);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_PACKAGE), "net-x");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_VERSION), "1.0");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_VENDOR), "ACME");
	assert_int_equal(ed_format_vib_list.probe(ed_span_str(table)), 90);
}

static void test_account(void **state)
{
	(void)state;
	vib_list("a prompt\nName,Version\n,1\n");
	assert_int_equal(run.n, 0);
	assert_int_equal(run.tally.n_read, 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 3);
	vib_list("Name,Version\n,1\nx,1\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
}

/* CSV and JSON of other things. */
static void test_probe(void **state)
{
	(void)state;
	assert_int_equal(ed_format_vib_list.probe(ed_span_str("name,value\na,1\n")), 0);
	assert_int_equal(ed_format_vib_list.probe(ed_span_str("{\"name\":\"a\",\"x\":\"y\"}\n")),
			 0);
	assert_int_equal(ed_format_vib_list.probe(ed_span_str("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_account),
		cmocka_unit_test(test_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
