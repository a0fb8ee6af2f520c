/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "record/process.h"
#include "record/program.h"

static struct ed_span text(const char *s)
{
	return ed_span_of(s, strlen(s));
}

static void test_classes(void **state)
{
	static const struct {
		const char *image;
		enum ed_program_class expected;
	} cases[] = {
		{ "C:\\Windows\\System32\\RUNDLL32.EXE", ED_PROGRAM_PROXY },
		{ "/usr/bin/python3.11", ED_PROGRAM_INTERPRETER },
		{ "/usr/sbin/iodined", ED_PROGRAM_TUNNEL },
		{ "/Applications/Safari.app/Contents/MacOS/Safari", ED_PROGRAM_BROWSER },
		{ "/usr/bin/dig", ED_PROGRAM_LOOKUP },
		{ "/opt/x/agent", ED_PROGRAM_OTHER },
		{ "/usr/lib/systemd/systemd-resolved", ED_PROGRAM_RESOLVER },
		{ "<unknown process>", ED_PROGRAM_UNKNOWN },
		{ "", ED_PROGRAM_UNKNOWN },
		{ ".exe", ED_PROGRAM_OTHER },
		{ "/usr/bin/digger", ED_PROGRAM_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(ed_program_class(text(cases[i].image)), cases[i].expected);
}

static void test_places(void **state)
{
	(void)state;
	assert_true(ed_program_is_misplaced(text("C:\\Users\\bob\\AppData\\Local\\Temp\\a.exe")));
	assert_true(ed_program_is_misplaced(text("/dev/shm/.x")));
	assert_false(ed_program_is_misplaced(text("C:\\Windows\\System32\\svchost.exe")));
	assert_false(ed_program_is_misplaced(text("/usr/bin/curl")));
}

static void test_launches(void **state)
{
	(void)state;
	assert_int_equal(ed_program_launch(text("/usr/sbin/cron")), ED_LAUNCH_CRON);
	assert_int_equal(ed_program_launch(text("C:\\Office\\WINWORD.EXE")), ED_LAUNCH_OFFICE);
	assert_int_equal(ed_program_launch(text("/usr/bin/bash")), 0);
	assert_int_equal(ed_program_launch(text("")), 0);
}

static void test_lists(void **state)
{
	(void)state;
	assert_true(ed_program_is_listed("named,unbound", text("/usr/sbin/unbound")));
	assert_true(ed_program_is_listed("teams", text("C:\\Apps\\Teams.exe")));
	assert_true(ed_program_is_listed("*\\temp\\*", text("C:\\Temp\\x.exe")));
	assert_true(ed_program_is_listed(",,python*", text("/usr/bin/python3")));
	assert_false(ed_program_is_listed("named,unbound", text("/usr/sbin/unbound-anchor")));
	assert_false(ed_program_is_listed("", text("x")));
	assert_false(ed_program_is_listed(NULL, text("x")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_launches),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
