/* SPDX-License-Identifier: Apache-2.0 */
/* Unbound: queries, replies, masked names, the forms of its prefix. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

static void unbound(const char *text)
{
	test_run_text(&ed_format_unbound, text, &run);
}

static void test_query_and_reply(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	unbound("[1793714531] unbound[464:0] query: 192.0.2.10 wWw.example.net. TXT IN\n"
		"[1793714531] unbound[464:0] reply: 192.0.2.10 wWw.example.net. TXT IN NOERROR "
		"0.003187 0 78\n");
	assert_int_equal(run.n_events, 2);
	assert_int_equal(ev->kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(ev->time_ns, 1793714531 * ED_NS_PER_S);
	assert_int_equal(ev->time_quality, ED_TIME_OFFSET_KNOWN);
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_memory_equal(run.event[0].name, "\3wWw\7example\3net", 17);
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_int_equal(ev->lost, 0);
	assert_int_equal(ev->has, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME |
					  ED_FIELD_QNAME_CASE | ED_FIELD_QTYPE);
	ev = &run.event[1].ev;
	assert_int_equal(ev->kind, ED_EVENT_DNS_RESPONSE);
	assert_int_equal(ev->rcode, 0);
	assert_int_equal(ev->rtt_us, 3187);
	assert_int_equal(ev->size_response, 78);
	assert_true(ev->has & ED_FIELD_SIZE_RESPONSE);
}

static void test_prefixes(void **state)
{
	static const struct {
		const char *prefix;
		enum ed_time_quality quality;
		const char *time;
	} cases[] = {
		{ "[1793714531.250] unbound[464:1f] info: ", ED_TIME_EXACT_UTC,
		  "2026-11-03T14:02:11.250Z" },
		{ "[464:1f] query: ", ED_TIME_NONE, "1970-01-01T00:00:00.000Z" },
		{ "Nov 03 14:02:11 unbound[464:0] query: ", ED_TIME_YEAR_ASSUMED,
		  "1972-11-03T14:02:11.000Z" },
		{ "Nov  3 14:02:11 ns1 unbound: [464:0] info: ", ED_TIME_YEAR_ASSUMED,
		  "1972-11-03T14:02:11.000Z" },
		{ "2026-11-03T14:02:11+02:00 ns1 unbound[464]: [464:0] info: ",
		  ED_TIME_OFFSET_KNOWN, "2026-11-03T12:02:11.000Z" },
		{ "2026-11-03T14:02:11.250Z unbound[464:0] query: ", ED_TIME_EXACT_UTC,
		  "2026-11-03T14:02:11.250Z" },
	};
	char line[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "%s2001:db8::7 a.net. A IN\n", cases[i].prefix);
		unbound(line);
		if (run.n_events != 1)
			print_message("%s", line);
		assert_int_equal(run.n_events, 1);
		assert_int_equal(run.event[0].ev.time_quality, cases[i].quality);
		assert_string_equal(test_time(&run, 0), cases[i].time);
		assert_true(test_probe(&ed_format_unbound, line) > 0);
	}
}

/* Bytes that Unbound replaced are gone, and the event says so. */
static void test_masked(void **state)
{
	(void)state;
	unbound("[1793714531] unbound[1:0] query: 192.0.2.10 a?b.????x.net. TYPE65399 IN\n"
		"[1793714531] unbound[1:0] query: 192.0.2.10 . NS IN\n");
	assert_int_equal(run.n_events, 2);
	assert_string_equal(test_name(&run, 0), "a?b.????x.net");
	assert_int_equal(run.event[0].ev.lost, ED_LOST_BYTES);
	assert_int_equal(run.event[0].ev.qtype, 65399);
	assert_string_equal(test_name(&run, 1), ".");
}

static void test_listener(void **state)
{
	(void)state;
	unbound("[1793714531] unbound[1:0] reply: 192.0.2.10 a.net. A IN NXDOMAIN 0.000000 1 88 on "
		"dot 192.0.2.53 853\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.event[0].ev.transport, ED_TRANSPORT_DOT);
	assert_string_equal(test_addr(&run.event[0].ev.resolver), "192.0.2.53");
	assert_int_equal(run.event[0].ev.rcode, ED_RCODE_NXDOMAIN);
}

static void test_other_lines(void **state)
{
	(void)state;
	unbound("[1793714531] unbound[1:0] info: start of service (unbound 1.17.1).\n"
		"[1793714531] unbound[1:0] info: a.net. static 192.0.2.10@4646 a.net. PTR IN\n"
		"[1793714531] unbound[1:0] notice: init module 0: iterator\n"
		"[1793714531] unbound[1:0] info:    0.000128    0.000256 13\n"
		"[1793714531] unbound[1:0] reply: 192.0.2.10 - - - FORMERR - - -\n"
		"[1793714531] unbound[1:0] query: 192.0.2.10 a..net. A IN\n"
		"[1793714531] unbound[1:0] reply: 192.0.2.10 a.net. A IN NOERROR x 0 78\n"
		"Nov  3 14:02:11 ns1 named[1]: [1:0] query: 192.0.2.10 a.net. A IN\n"
		"\377\001\n");
	assert_int_equal(run.tally.n_read, 9);
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 5);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MALFORMED], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query_and_reply), cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_masked),          cmocka_unit_test(test_listener),
		cmocka_unit_test(test_other_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
