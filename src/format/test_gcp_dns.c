/* SPDX-License-Identifier: Apache-2.0 */
/* Google Cloud DNS query logs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

#define ENTRY(payload, source)                                                        \
	"{\"timestamp\":\"2026-11-03T14:02:11.834672077Z\",\"jsonPayload\":{" payload \
	"},\"resource\":{\"type\":\"dns_query\",\"labels\":{\"source_type\":\"" source "\"}}}\n"
#define QUESTION "\"queryName\":\"a.net.\",\"queryType\":\"MX\",\"sourceIP\":\"10.0.0.3\","

static void gcp(const char *text)
{
	test_run_text(&ed_format_gcp_dns, text, &run);
}

static void test_lookup(void **state)
{
	static const char line[] = ENTRY(QUESTION
					 "\"destinationIP\":\"192.0.2.53\",\"protocol\":\"TCP\","
					 "\"serverLatency\":8,\"responseCode\":\"NOERROR\","
					 "\"rdata\":\"a.net.\\t300\\tIN\\tmx\\t10 mail.b.net.\\n"
					 "a.net.\\t60\\tIN\\ta\\t192.0.2.7\"",
					 "gce-vm");
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	gcp(line);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(ev->vantage, ED_VANTAGE_RESOLVER);
	assert_int_equal(ev->time_ns % ED_NS_PER_S, 834672077);
	assert_int_equal(ev->time_quality, ED_TIME_EXACT_UTC);
	assert_string_equal(test_addr(&ev->client), "10.0.0.3");
	assert_string_equal(test_addr(&ev->resolver), "192.0.2.53");
	assert_int_equal(ev->transport, ED_TRANSPORT_TCP);
	assert_int_equal(ev->qtype, ED_RR_MX);
	assert_int_equal(ev->rtt_us, 8000);
	assert_int_equal(ev->answers.n, 2);
	assert_int_equal(ev->answers.bytes_names, 13);
	assert_int_equal(ev->answers.first_v4, 0xc0000207);
	assert_int_equal(ev->answers.ttl_min_s, 60);
	assert_int_equal(ev->answers.ttl_max_s, 300);
	assert_int_equal(ev->has & ~ed_format_gcp_dns.fields, 0);
	assert_int_equal(test_probe(&ed_format_gcp_dns, line), 92);
}

/* What the producer cut is counted as far as it goes. */
static void test_cut(void **state)
{
	(void)state;
	gcp(ENTRY(QUESTION "\"responseCode\":\"NOERROR\",\"rdata\":\"a.net.\\t300\\tIN\\ttxt\\t"
			   "\\\"abcd\\\"\\na.net.\\t300\\tIN\\ttxt\\t\\\"ef...\"",
		  "gce-vm")
		    ENTRY(QUESTION "\"responseCode\":\"NOERROR\",\"rdata\":\"a.net.\\t300\\tIN\\t"
				   "txt\\t\\\"abcd\\\"\\na.net.\\t300\\tI...\"",
			  "gce-vm"));
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.event[0].ev.answers.n, 2);
	assert_int_equal(run.event[0].ev.answers.bytes_opaque, 6);
	assert_int_equal(run.event[1].ev.answers.n, 1);
	assert_int_equal(run.event[1].ev.answers.bytes_opaque, 4);
}

/* Public zones are asked by resolvers; without a code there was no answer. */
static void test_kinds(void **state)
{
	(void)state;
	gcp(ENTRY(QUESTION "\"responseCode\":\"NXDOMAIN\",\"rdata\":\"\"", "internet")
		    ENTRY(QUESTION "\"egressError\":\"TIMEOUT\"", "inbound-forwarding"));
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.event[0].ev.vantage, ED_VANTAGE_UPSTREAM);
	assert_int_equal(run.event[0].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_true(run.event[0].ev.has & ED_FIELD_ANSWERS);
	assert_int_equal(run.event[1].ev.kind, ED_EVENT_DNS_QUERY);
	assert_false(run.event[1].ev.has & ED_FIELD_ANSWERS);
}

static void test_damage(void **state)
{
	(void)state;
	gcp(ENTRY("\"queryName\":\"a.net.\"", "gce-vm")
		    ENTRY("\"message\":\"x\"",
			  "gce-vm") "{\"timestamp\":\"Nov  3 14:02:11\",\"jsonPayload\":{" QUESTION
				    "\"rdata\":\"\"}}\n{\"timestamp\":\n");
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
