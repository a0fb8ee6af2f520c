/* SPDX-License-Identifier: Apache-2.0 */
/* Zeek conn.log: both forms, what is a flow and what is left out, and who is sure of what. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

#define HEAD                                                                                     \
	"#separator \\x09\n#unset_field\t-\n#path\tconn\n"                                       \
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration" \
	"\torig_bytes\tresp_bytes\tconn_state\torig_pkts\torig_ip_bytes\tresp_pkts"              \
	"\tresp_ip_bytes\n"
#define ENDS "192.0.2.10\t40000\t198.51.100.53\t53\tudp\t"

static struct test_run run;

static void conn(const char *text)
{
	test_run_text(&ed_format_zeek_conn, text, &run);
}

static const struct ed_event *event(size_t i)
{
	assert_true(i < run.n_events);
	return &run.event[i].ev;
}

static void test_row(void **state)
{
	(void)state;
	conn(HEAD "1790000000.250000\tC1\t" ENDS "dns\t12.500000\t40\t120\tSF\t3\t124\t1\t148\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_FLOW);
	assert_true(event(0)->time_ns == INT64_C(1790000000250000000));
	assert_string_equal(test_addr(&event(0)->client), "192.0.2.10");
	assert_string_equal(test_addr(&event(0)->resolver), "198.51.100.53");
	assert_int_equal(event(0)->client_port, 40000);
	assert_int_equal(event(0)->resolver_port, 53);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_UDP);
	assert_int_equal(event(0)->size_query, 124);
	assert_int_equal(event(0)->size_response, 148);
	assert_int_equal(event(0)->flow.packets_up, 3);
	assert_int_equal(event(0)->flow.packets_down, 1);
	assert_int_equal(event(0)->flow.duration_ms, 12500);
	assert_int_equal(event(0)->flow.counted, ED_COUNTED_IP);
	assert_int_equal(event(0)->flow.service, ED_FLOW_DNS);
}

/* Without the bytes on the wire those of the payload; without any they are not known. */
static void test_sizes(void **state)
{
	(void)state;
	conn(HEAD "1\tC1\t" ENDS "-\t-\t40\t120\tSF\t3\t-\t1\t-\n"
		  "1\tC1\t" ENDS "-\t-\t-\t-\tS0\t3\t-\t1\t-\n");
	assert_int_equal(run.n_events, 2);
	assert_int_equal(event(0)->size_query, 40);
	assert_int_equal(event(0)->flow.counted, ED_COUNTED_PAYLOAD);
	assert_true(event(0)->has & ED_FIELD_SIZE_QUERY);
	assert_int_equal(event(1)->flow.counted, ED_COUNTED_UNKNOWN);
	assert_false(event(1)->has & (ED_FIELD_SIZE_QUERY | ED_FIELD_SIZE_RESPONSE));
}

static void test_json(void **state)
{
	(void)state;
	conn("{\"_path\":\"conn\",\"ts\":\"2026-11-03T14:02:11.250000Z\",\"id.orig_h\":\"192.0.2.10\","
	     "\"id.orig_p\":40000,\"id.resp_h\":\"2001:db8::53\",\"id.resp_p\":5300,"
	     "\"proto\":\"tcp\",\"service\":\"ssl,dns\",\"conn_state\":\"SF\"}\n"
	     "{\"ts\":1790000000.5,\"id\":{\"orig_h\":\"192.0.2.10\",\"resp_h\":\"192.0.2.1\","
	     "\"resp_p\":853},\"proto\":\"tcp\",\"conn_state\":\"SF\",\"orig_ip_bytes\":700}\n"
	     "{\"_path\":\"http\",\"ts\":1,\"id.orig_h\":\"192.0.2.10\"}\n"
	     "{\"_path\":\"conn\",\"ts\":1}\n"
	     "{\"_path\":\"conn\",\n");
	assert_int_equal(run.tally.n_read, 5);
	assert_int_equal(run.n_events, 2);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_int_equal(event(0)->flow.service, ED_FLOW_DNS);
	assert_string_equal(test_addr(&event(0)->resolver), "2001:db8::53");
	assert_int_equal(event(1)->flow.service, ED_FLOW_DOT);
	assert_int_equal(event(1)->size_query, 700);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
}

static void test_left_out(void **state)
{
	(void)state;
	conn(HEAD "1\tC1\t192.0.2.10\t8\t192.0.2.1\t0\ticmp\t-\t-\t-\t-\tOTH\t1\t64\t0\t0\n"
		  "1\tC1\t192.0.2.10\t5353\t224.0.0.251\t5353\tudp\t-\t-\t-\t-\tS0\t1\t64\t0\t0\n"
		  "1\tC1\t192.0.2.10\t1\n"
		  "x\tC1\t" ENDS "-\t-\t-\t-\tSF\t1\t64\t0\t0\n"
		  "1\tC1\t" ENDS "-\t-\t-\t-\tSF\t1\t64\t0\t0\tmore\n"
		  "#path\tdns\n"
		  "1\tC1\t" ENDS "-\t-\t-\t-\tSF\t1\t64\t0\t0\n");
	assert_int_equal(run.tally.n_read, 6);
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NOT_DNS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MULTICAST], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
}

/* The log is told from dns.log, which the other Zeek formats read. */
static void test_sniff(void **state)
{
	static const char *const json =
		"{\"_path\":\"conn\",\"ts\":1,\"id.orig_h\":\"192.0.2.1\",\"id.resp_h\":\"192.0.2.2\","
		"\"proto\":\"udp\"}\n";
	static const char *const mixed =
		"{\"_path\":\"conn\",\"ts\":1,\"id.orig_h\":\"192.0.2.1\"}\n"
		"{\"_path\":\"dns\",\"ts\":1,\"id.orig_h\":\"192.0.2.1\",\"query\":\"a\"}\n";

	(void)state;
	assert_ptr_equal(ed_format_sniff(ed_span_str(HEAD)), &ed_format_zeek_conn);
	assert_ptr_equal(ed_format_sniff(ed_span_str(json)), &ed_format_zeek_conn);
	assert_ptr_equal(ed_format_sniff(ed_span_str(
				 "ts\tuid\tid.orig_h\tid.resp_h\tproto\tconn_state\n1\tC\n")),
			 &ed_format_zeek_conn);
	assert_int_equal(test_probe(&ed_format_zeek_conn, mixed), 0);
	assert_int_equal(test_probe(&ed_format_zeek_conn, "#separator \\x09\n#path\tdns\n"
							  "#fields\tts\tid.orig_h\tquery\n"),
			 0);
	assert_int_equal(test_probe(&ed_format_zeek_conn, "1\tC1\n"), 0);
	assert_int_equal(test_probe(&ed_format_zeek_conn, ""), 0);
}

/* A stream of several of Zeek's logs is read whole by the format of dns.log. */
static void test_mixed_stream(void **state)
{
	(void)state;
	test_run_text(&ed_format_zeek_json,
		      "{\"_path\":\"conn\",\"ts\":1790000000,\"id.orig_h\":\"192.0.2.10\","
		      "\"id.orig_p\":1,\"id.resp_h\":\"192.0.2.1\",\"id.resp_p\":853,"
		      "\"proto\":\"tcp\",\"conn_state\":\"SF\"}\n"
		      "{\"_path\":\"dns\",\"ts\":1790000000,\"id.orig_h\":\"192.0.2.10\","
		      "\"uid\":\"C\",\"query\":\"www.example.net\",\"qtype\":1}\n",
		      &run);
	assert_int_equal(run.n_events, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_FLOW);
	assert_int_equal(event(0)->flow.service, ED_FLOW_DOT);
	assert_int_equal(event(1)->kind, ED_EVENT_DNS_QUERY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_row),   cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_json),  cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_sniff), cmocka_unit_test(test_mixed_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
