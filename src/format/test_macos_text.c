/* SPDX-License-Identifier: Apache-2.0 */
/* The unified log as text: its styles, Console, the old system.log, times without dates. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_events.h"

#define ASKED "[R1] DNSServiceQueryRecord(15000, 0, www.example.net, TXT) START PID[123](curl)"

static struct test_events run;

static void macos(const char *text)
{
	test_events_run(&ed_format_macos_text, ed_span_str(text), &run);
}

static void test_styles(void **state)
{
	static const struct {
		const char *prefix;
		enum ed_time_quality quality;
		const char *time;
		const char *host;
	} cases[] = {
		{ "2026-11-03 14:02:11.141999-0400  localhost mDNSResponder[389]: ",
		  ED_TIME_OFFSET_KNOWN, "2026-11-03T18:02:11.141Z", "" },
		{ "2026-11-03 14:02:11.141999-0400  localhost mDNSResponder[389]: "
		  "(mDNSResponder) [com.apple.mDNSResponder:Default] <Notice>: ",
		  ED_TIME_OFFSET_KNOWN, "2026-11-03T18:02:11.141Z", "" },
		{ "2026-11-03 14:02:11.141999-0400 0x1a2b     Info        0x0                  389 "
		  "   0    mDNSResponder: [com.apple.mDNSResponder:Default] ",
		  ED_TIME_OFFSET_KNOWN, "2026-11-03T18:02:11.141Z", "" },
		{ "2026-11-03 14:02:11.141 I  mDNSResponder[389:1a2b] "
		  "[com.apple.mDNSResponder:Default] ",
		  ED_TIME_ZONE_ASSUMED, "2026-11-03T14:02:11.141Z", "" },
		{ "default\t14:02:11.141999-0400\tmDNSResponder\t", ED_TIME_YEAR_ASSUMED,
		  "1972-01-01T18:02:11.141Z", "" },
		{ "Nov  3 14:02:11 mac7 mDNSResponder[389]: ", ED_TIME_YEAR_ASSUMED,
		  "1972-11-03T14:02:11.000Z", "mac7" },
		{ "<30>1 2026-11-03T14:02:11.141Z mac7.example mDNSResponder 389 - - ",
		  ED_TIME_EXACT_UTC, "2026-11-03T14:02:11.141Z", "mac7.example" },
		{ "", ED_TIME_NONE, "1970-01-01T00:00:00.000Z", "" },
	};
	char line[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "%s%s\n", cases[i].prefix, ASKED);
		macos(line);
		if (run.n != 1)
			print_message("%s", line);
		assert_int_equal(run.n, 1);
		assert_int_equal(test_events_event(&run, 0)->time_quality, cases[i].quality);
		assert_string_equal(test_events_time(&run, 0), cases[i].time);
		assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), cases[i].host);
		assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "curl");
		assert_string_equal(test_events_name(&run, 0), "www.example.net");
		assert_true(ed_format_macos_text.probe(ed_span_str(line)) > 0);
	}
}

/* Other programs, notes, continuations; a program that only says it asks. */
static void test_others(void **state)
{
	(void)state;
	macos("Timestamp                       Thread     Type        Activity             PID    TTL\n"
	      "2026-11-03 14:02:11.141999-0400  localhost Google Chrome Helper[389]: " ASKED "\n"
	      "2026-11-03 14:02:11.141999-0400  localhost mDNSResponder[389]: [R1->Q2] Question\n"
	      "2026-11-03 14:02:11.141 Df Google Chrome He[39:1f] x\n"
	      "default\t14:02:11.141999-0400\tkernel\tx\n"
	      "\tcontinued\n"
	      "\001\n"
	      "2026-11-03 14:02:11.141999-0400  localhost beacon[77]: dns_request name=a.example\n");
	assert_int_equal(run.tally.n_read, 8);
	assert_int_equal(run.n, 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 6);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "beacon");
	assert_int_equal(test_events_process(&run, 0)->pid, 77);
}

/* Console has no dates: midnight makes a day, a late line none. */
static void test_days(void **state)
{
	(void)state;
	macos("default\t23:59:59.000000+0000\tmDNSResponder\t" ASKED "\n"
	      "default\t00:00:01.000000+0000\tmDNSResponder\t" ASKED "\n"
	      "default\t23:59:59.500000+0000\tmDNSResponder\t" ASKED "\n"
	      "default\t00:00:02.000000+0000\tmDNSResponder\t" ASKED "\n");
	assert_int_equal(run.n, 4);
	assert_string_equal(test_events_time(&run, 0), "1972-01-01T23:59:59.000Z");
	assert_string_equal(test_events_time(&run, 1), "1972-01-02T00:00:01.000Z");
	assert_string_equal(test_events_time(&run, 2), "1972-01-01T23:59:59.500Z");
	assert_string_equal(test_events_time(&run, 3), "1972-01-02T00:00:02.000Z");
}

/* Days are counted on over the borders of units. */
static void test_days_over_units(void **state)
{
	enum { LINES = 6000 };
	static char text[LINES * 128];
	size_t at = 0;

	(void)state;
	for (unsigned i = 0; i < LINES; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "default\t%02u:00:00.000000+0000\tmDNSResponder\t" ASKED
				       "\n",
				       i / 100 % 24);
	macos(text);
	assert_int_equal(run.n, LINES);
	assert_string_equal(test_events_time(&run, 0), "1972-01-01T00:00:00.000Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_days_over_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
