/* SPDX-License-Identifier: Apache-2.0 */
/* PowerDNS Recursor: both forms, names escaped twice, answers that find their question. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

#define OLD "Nov  3 14:02:11 ns1 pdns_recursor[610]: "

static struct test_run run;

static void powerdns(const char *text)
{
	test_run_text(&ed_format_powerdns, text, &run);
}

static void test_structured(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	powerdns("msg=\"Question\" subsystem=\"syncres\" level=\"0\" tid=\"2\" "
		 "ts=\"1793714531.250\" ecs=\"\" mtid=\"1\" proto=\"tcp\" qname=\"wWw.a.net\" "
		 "qtype=\"TXT\" remote=\"192.0.2.10:54089\"\n"
		 "Nov  3 14:02:12 msg=\"Answer\" subsystem=\"syncres\" ts=\"1793714531.257\" "
		 "answers=\"2\" proto=\"udp\" qname=\"wWw.a.net\" qtype=\"TXT\" rcode=\"3\" "
		 "remote=\"[2001:db8::7]:54089\" totms=\"0.339000\" "
		 "validationState=\"Indeterminate\"\n");
	assert_int_equal(run.n_events, 2);
	assert_int_equal(ev->kind, ED_EVENT_DNS_QUERY);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_int_equal(ev->time_quality, ED_TIME_EXACT_UTC);
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_int_equal(ev->client_port, 54089);
	assert_int_equal(ev->transport, ED_TRANSPORT_TCP);
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_memory_equal(run.event[0].name, "\3wWw\1a\3net", 11);
	assert_int_equal(ev->has, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
					  ED_FIELD_TRANSPORT | ED_FIELD_QNAME |
					  ED_FIELD_QNAME_CASE | ED_FIELD_QNAME_BYTES |
					  ED_FIELD_QTYPE);
	ev = &run.event[1].ev;
	assert_int_equal(ev->kind, ED_EVENT_DNS_RESPONSE);
	assert_string_equal(test_addr(&ev->client), "2001:db8::7");
	assert_int_equal(ev->rcode, 3);
	assert_int_equal(ev->answers.n, 2);
	assert_int_equal(ev->rtt_us, 339);
}

/* First the quotes, then the name: a quote in a name ends no value. */
static void test_escapes(void **state)
{
	(void)state;
	powerdns(
		"msg=\"Question\" ts=\"1.5\" qname=\"a\\\\.b.sp\\\\032x.\\\\\\\\.q\\\"q remote=.net\" "
		"qtype=\"TYPE65399\" remote=\"192.0.2.10:1\"\n"
		"msg=\"Question\" ts=\"1.5\" qname=\"\" qtype=\"NS\" remote=\"192.0.2.10:1\"\n");
	assert_int_equal(run.n_events, 2);
	assert_memory_equal(run.event[0].name, "\3a.b\4sp x\1\\\13q\"q remote\x3d\3net", 28);
	assert_int_equal(run.event[0].ev.qtype, 65399);
	assert_string_equal(test_name(&run, 1), ".");
}

static void test_older(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	powerdns(OLD
		 "2 [1/1] question for 'a' from b.net|TXT' from 192.0.2.10:40098\n" OLD
		 "3 [1/2] question for 'c.net|A' from [2001:db8::7]:40099\n" OLD
		 "2 [1/3] answer to question 'a' from b.net|TXT': 1 answers, 0 additional, took 1 "
		 "packets, 1.889 netw ms, 2.94 tot ms, 0 throttled, rcode=0\n" OLD
		 "3 [1/3] answer to question 'c.net|A': 0 answers, rcode=3\n" OLD
		 "3 [9/3] answer to question 'd.net|A': 0 answers, rcode=3\n");
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.tally.n_analysed, 4);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_QUERY], 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_memory_equal(run.event[0].name, "\11a' from b\3net", 15);
	assert_int_equal(ev->client_port, 40098);
	assert_int_equal(ev->answers.n, 1);
	assert_int_equal(ev->rtt_us, 2940);
	assert_int_equal(ev->rcode, 0);
	assert_int_equal(ev->time_quality, ED_TIME_YEAR_ASSUMED);
	assert_int_equal(run.event[1].ev.rcode, 3);
}

static void test_other_lines(void **state)
{
	(void)state;
	powerdns(
		"msg=\"Launching worker threads\" subsystem=\"config\" ts=\"1.5\" count=\"2\"\n" OLD
		": got TA for '.'\n" OLD "PowerDNS Recursor 4.2.1\n"
		"Nov  3 14:02:11 ns1 named[610]: msg=\"Question\"\n"
		"msg=\"Question\" ts=\"1.5\" qname=\"a.net\"\n"
		"msg=\"Question\n"
		"msg=\"Question\" ts=\"x\" qname=\"a.net\" remote=\"192.0.2.10:1\"\n"
		"msg=\"Question\" ts=\"1.5\" qname=\"a..net\" remote=\"192.0.2.10:1\"\n" OLD
		"2 [1/1] question for 'a.net|A' from nowhere\n" OLD
		"2 [1/1] question for 'a.net|A\n");
	assert_int_equal(run.tally.n_read, 10);
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 4);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_structured),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_older),
		cmocka_unit_test(test_other_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
