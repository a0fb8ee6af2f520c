/* SPDX-License-Identifier: Apache-2.0 */
/* Route 53 Resolver query logs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

#define START "{\"version\":\"1.100000\",\"query_timestamp\":\"2026-11-03T14:02:11Z\","
#define CLIENT "\"srcaddr\":\"10.0.0.10\",\"srcport\":\"41000\",\"transport\":\"UDP\"}\n"

static void route53(const char *text)
{
	test_run_text(&ed_format_route53, text, &run);
}

static void test_lookup(void **state)
{
	static const char line[] = START
		"\"query_name\":\"wWw.a.net.\",\"query_type\":\"A\",\"query_class\":\"IN\","
		"\"rcode\":\"NOERROR\",\"answers\":[{\"Rdata\":\"b.net.\",\"Type\":\"CNAME\","
		"\"Class\":\"IN\"},{\"Rdata\":\"192.0.2.7\",\"Type\":\"A\",\"Class\":\"IN\"}],"
		"\"srcids\":{\"instance\":\"i-1\"}," CLIENT;
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	route53(line);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(ev->vantage, ED_VANTAGE_RESOLVER);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.000Z");
	assert_int_equal(ev->time_quality, ED_TIME_EXACT_UTC);
	assert_string_equal(test_addr(&ev->client), "10.0.0.10");
	assert_int_equal(ev->client_port, 41000);
	assert_int_equal(ev->transport, ED_TRANSPORT_UDP);
	assert_memory_equal(run.event[0].name, "\3wWw\1a\3net", 11);
	assert_int_equal(ev->qtype, ED_RR_A);
	assert_int_equal(ev->qclass, 1);
	assert_int_equal(ev->rcode, ED_RCODE_NOERROR);
	assert_int_equal(ev->answers.n, 2);
	assert_int_equal(ev->answers.n_addresses, 1);
	assert_int_equal(ev->answers.first_v4, 0xc0000207);
	assert_int_equal(ev->answers.bytes_names, 8);
	assert_int_equal(ev->has & ED_FIELD_TTL, 0);
	assert_int_equal(ev->has & ~ed_format_route53.fields, 0);
	assert_int_equal(test_probe(&ed_format_route53, line), 92);
}

/* An empty list of answers says that there were none; no list says nothing. */
static void test_no_answers(void **state)
{
	(void)state;
	route53(START
		"\"query_name\":\"a.net.\",\"query_type\":\"TXT\",\"rcode\":\"NXDOMAIN\","
		"\"answers\":[]," CLIENT START
		"\"query_name\":\"a.net.\",\"query_type\":\"TXT\",\"rcode\":\"SERVFAIL\"," CLIENT
			START "\"query_name\":\"a.net.\",\"query_type\":\"TXT\"," CLIENT);
	assert_int_equal(run.n_events, 3);
	assert_int_equal(run.event[0].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_true(run.event[0].ev.has & ED_FIELD_ANSWERS);
	assert_int_equal(run.event[0].ev.answers.n, 0);
	assert_false(run.event[1].ev.has & ED_FIELD_ANSWERS);
	assert_int_equal(run.event[1].ev.kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(run.event[2].ev.kind, ED_EVENT_DNS_QUERY);
	assert_false(run.event[2].ev.has & ED_FIELD_RCODE);
}

/* Free text counts by its bytes, not by the quotes and escapes around them. */
static void test_text_answer(void **state)
{
	(void)state;
	route53(START "\"query_name\":\"a.net.\",\"query_type\":\"TXT\",\"rcode\":\"NOERROR\","
		      "\"answers\":[{\"Rdata\":\"\\\"ab\\\\\\\"c\\\\200\\\" \\\"de\\\"\","
		      "\"Type\":\"TXT\",\"Class\":\"IN\"}]," CLIENT);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.event[0].ev.answers.bytes_opaque, 7);
}

static void test_damage(void **state)
{
	(void)state;
	route53(START "\"query_type\":\"A\"," CLIENT
		      "{\"query_timestamp\":\"yesterday\",\"query_name\":\"a.net.\"," CLIENT START
		      "\"query_name\":\"a.net.\",\"srcaddr\":\"somebody\"}\n" START
		      "\"query_name\":\"a.net.\",\"srcaddr\":\n"
		      "{\"eventVersion\":\"1.08\"}\n");
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_read, 5);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_int_equal(test_probe(&ed_format_route53, "{\"eventVersion\":\"1.08\"}\n"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_no_answers),
		cmocka_unit_test(test_text_answer),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
