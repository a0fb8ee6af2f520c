/* SPDX-License-Identifier: Apache-2.0 */
/* DNS Activity of the Open Cybersecurity Schema Framework. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

#define LINE(rest)                                                                          \
	"{\"class_uid\":4003,\"time\":1793714531250,\"device\":{\"ip\":\"203.0.113.1\","    \
	"\"hostname\":\"sensor\"},\"src_endpoint\":{\"ip\":\"192.0.2.10\",\"port\":40000}," \
	"\"dst_endpoint\":{\"ip\":\"192.0.2.53\",\"port\":53},\"connection_info\":{"        \
	"\"protocol_name\":\"udp\"},\"query\":{\"hostname\":\"www.a.net\",\"type\":\"A\","  \
	"\"class\":\"IN\",\"opcode_id\":0,\"packet_uid\":4711}" rest "}\n"

static void ocsf(const char *text)
{
	test_run_text(&ed_format_ocsf, text, &run);
}

static void test_traffic(void **state)
{
	static const char line[] = LINE(
		",\"activity_id\":6,\"rcode\":\"NoError\",\"rcode_id\":0,\"duration\":12,"
		"\"answers\":[{\"type\":\"CNAME\",\"rdata\":\"b.net\",\"ttl\":60},"
		"{\"type\":\"A\",\"rdata\":\"192.0.2.7\",\"ttl\":5}]");
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	ocsf(line);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_string_equal(test_addr(&ev->resolver), "192.0.2.53");
	assert_int_equal(ev->client_port, 40000);
	assert_int_equal(ev->resolver_port, 53);
	assert_int_equal(ev->transport, ED_TRANSPORT_UDP);
	assert_int_equal(ev->txid, 4711);
	assert_string_equal(test_name(&run, 0), "www.a.net");
	assert_int_equal(ev->qtype, ED_RR_A);
	assert_int_equal(ev->rtt_us, 12000);
	assert_int_equal(ev->answers.n, 2);
	assert_int_equal(ev->answers.bytes_names, 7);
	assert_int_equal(ev->answers.ttl_min_s, 5);
	assert_int_equal(ev->answers.ttl_max_s, 60);
	assert_int_equal(ev->has & ~ed_format_ocsf.fields, 0);
	assert_int_equal(test_probe(&ed_format_ocsf, line), 92);
}

static void test_kinds(void **state)
{
	(void)state;
	ocsf(LINE(",\"activity_id\":1") LINE(",\"activity_id\":2,\"rcode\":\"NXDomain\"")
		     LINE(",\"activity_id\":6") LINE(",\"activity_id\":6,\"answers\":[]"));
	assert_int_equal(run.n_events, 4);
	assert_int_equal(run.event[0].ev.kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(run.event[1].ev.kind, ED_EVENT_DNS_RESPONSE);
	assert_int_equal(run.event[1].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(run.event[2].ev.kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(run.event[3].ev.kind, ED_EVENT_DNS_PAIR);
	assert_true(run.event[3].ev.has & ED_FIELD_RDATA_BYTES);
}

/* What an answer does not say is not that of the one before it. */
static void test_answers_apart(void **state)
{
	(void)state;
	ocsf(LINE(",\"activity_id\":6,\"answers\":[{\"type\":\"A\",\"rdata\":\"192.0.2.7\","
		  "\"ttl\":5},{\"flags\":[\"AA\"]},{\"rdata\":\"abc\",\"type\":\"TXT\"}]"));
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.event[0].ev.answers.n, 3);
	assert_int_equal(run.event[0].ev.answers.n_addresses, 1);
	assert_int_equal(run.event[0].ev.answers.bytes_opaque, 3);
}

static void test_damage(void **state)
{
	(void)state;
	ocsf("{\"class_uid\":4003,\"time\":1793714531250}\n"
	     "{\"class_uid\":4001,\"time\":1793714531250}\n"
	     "{\"class_uid\":4003,\"time\":\"x\",\"query\":{\"hostname\":\"a.net\"},"
	     "\"src_endpoint\":{\"ip\":\"192.0.2.10\"}}\n"
	     "{\"class_uid\":4003,\"query\":[[[[[[[[[[[[\n");
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 2);
	assert_int_equal(test_probe(&ed_format_ocsf, "{\"class_uid\":4001}\n"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_traffic),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_answers_apart),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
