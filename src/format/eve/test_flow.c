/* SPDX-License-Identifier: Apache-2.0 */
/* Connections in eve.json: flow records with sizes, TLS records with the server's name. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

#define ENDS                                                                          \
	"\"src_ip\":\"192.0.2.10\",\"src_port\":40000,\"dest_ip\":\"198.51.100.80\"," \
	"\"dest_port\":443,\"proto\":\"TCP\","

static struct test_run run;

static const struct ed_event *event(size_t i)
{
	assert_true(i < run.n_events);
	return &run.event[i].ev;
}

static void test_flow(void **state)
{
	(void)state;
	test_run_text(&ed_format_eve,
		      "{\"timestamp\":\"2026-11-03T14:09:11.250000+0000\",\"flow_id\":7,"
		      "\"event_type\":\"flow\"," ENDS
		      "\"app_proto\":\"tls\",\"flow\":{\"pkts_toserver\":12,\"pkts_toclient\":11,"
		      "\"bytes_toserver\":1500,\"bytes_toclient\":5600,"
		      "\"start\":\"2026-11-03T14:02:11.250000+0000\",\"age\":420}}\n",
		      &run);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_FLOW);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.250Z"); /* its start */
	assert_string_equal(test_addr(&event(0)->client), "192.0.2.10");
	assert_int_equal(event(0)->resolver_port, 443);
	assert_int_equal(event(0)->flow.service, ED_FLOW_HTTPS);
	assert_int_equal(event(0)->size_query, 1500);
	assert_int_equal(event(0)->size_response, 5600);
	assert_int_equal(event(0)->flow.packets_up, 12);
	assert_int_equal(event(0)->flow.duration_ms, 420000);
	assert_int_equal(event(0)->flow.counted, ED_COUNTED_FRAME);
}

static void test_tls(void **state)
{
	(void)state;
	test_run_text(
		&ed_format_eve,
		"{\"timestamp\":\"2026-11-03T14:02:11.250000+0000\",\"flow_id\":7,"
		"\"event_type\":\"tls\"," ENDS
		"\"tls\":{\"subject\":\"CN=x\",\"sni\":\"dns.google\",\"version\":\"TLS 1.3\"}}\n",
		&run);
	assert_int_equal(run.n_events, 1);
	assert_string_equal(test_name(&run, 0), "dns.google");
	assert_int_equal(event(0)->flow.counted, ED_COUNTED_UNKNOWN);
	assert_false(event(0)->has & ED_FIELD_SIZE_QUERY);
}

/* Suricata found DNS on a port of its own. */
static void test_app_proto(void **state)
{
	(void)state;
	test_run_text(&ed_format_eve,
		      "{\"timestamp\":\"2026-11-03T14:02:11.250000\",\"event_type\":\"flow\","
		      "\"src_ip\":\"192.0.2.10\",\"src_port\":1,\"dest_ip\":\"192.0.2.53\","
		      "\"dest_port\":5300,\"proto\":\"UDP\",\"app_proto\":\"dns\",\"flow\":{}}\n",
		      &run);
	assert_int_equal(event(0)->flow.service, ED_FLOW_DNS);
	assert_int_equal(event(0)->time_quality, ED_TIME_ZONE_ASSUMED);
}

static void test_left_out(void **state)
{
	(void)state;
	test_run_text(&ed_format_eve,
		      "{\"timestamp\":\"2026-11-03T14:02:11.250000+0000\",\"event_type\":\"flow\","
		      "\"src_ip\":\"192.0.2.10\",\"dest_ip\":\"192.0.2.1\",\"proto\":\"ICMP\"}\n"
		      "{\"timestamp\":\"2026-11-03T14:02:11.250000+0000\",\"event_type\":\"flow\","
		      "\"src_ip\":\"192.0.2.10\",\"dest_ip\":\"224.0.0.251\",\"proto\":\"UDP\"}\n"
		      "{\"timestamp\":\"2026-11-03T14:02:11.250000+0000\",\"event_type\":\"flow\","
		      "\"flow\":{}}\n"
		      "{\"timestamp\":\"soon\",\"event_type\":\"tls\"," ENDS "\"tls\":{}}\n",
		      &run);
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NOT_DNS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MULTICAST], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flow),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_app_proto),
		cmocka_unit_test(test_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
