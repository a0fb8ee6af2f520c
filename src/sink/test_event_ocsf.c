/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups as DNS Activity: queries, responses and pairs; what has no place in the class; numbers of
 * response codes. The schema itself is asked in tests/sinks. */
#include <string.h>

#include "sink/event_ocsf.h"
#include "sink/test_event.h"

/* 2026-11-03T14:02:11.250Z */
static const int64_t at_ns = INT64_C(1793714531250000000);

static struct ed_buf line;

/* With a time and both ends. */
static struct ed_event *begin(unsigned kind, uint32_t has)
{
	struct ed_event *ev = test_event(kind, has);

	ev->time_ns = at_ns;
	ed_addr_from_v4((const uint8_t[4]){ 192, 0, 2, 10 }, &ev->client);
	ed_addr_from_v4((const uint8_t[4]){ 192, 0, 2, 53 }, &ev->resolver);
	ev->resolver_port = 53;
	return ev;
}

static void expect(const struct ed_event *ev, const char *part)
{
	ed_buf_clear(&line);
	assert_true(ed_event_ocsf(ev, "pcap", &line));
	assert_false(line.full);
	for (size_t i = 0; i < line.n; i++)
		assert_true(line.p[i] >= 0x20 && line.p[i] < 0x7f);
	if (!strstr(line.p, part))
		fail_msg("not there: %s\nin: %s", part, line.p);
}

static void test_query(void **state)
{
	struct ed_event *ev = begin(ED_EVENT_DNS_QUERY,
				    ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
					    ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT |
					    ED_FIELD_QTYPE | ED_FIELD_TXID | ED_FIELD_RCODE);

	(void)state;
	test_event_name(ev, "a\\\"b\\010.example");
	ev->client_port = 40000;
	ev->transport = ED_TRANSPORT_UDP;
	ev->qtype = 28;
	ev->qclass = 1;
	ev->txid = 4711;
	expect(ev, "{\"activity_id\":1,\"activity_name\":\"Query\",\"category_uid\":4,");
	expect(ev, "\"type_uid\":400301,");
	expect(ev, "\"time\":1793714531250,\"query_time\":1793714531250,");
	expect(ev, "\"src_endpoint\":{\"ip\":\"192.0.2.10\",\"port\":40000},"
		   "\"dst_endpoint\":{\"ip\":\"192.0.2.53\",\"port\":53},"
		   "\"connection_info\":{\"direction_id\":0,\"protocol_name\":\"udp\"},");
	expect(ev,
	       "\"query\":{\"hostname\":\"a\\\\\\\"b\\\\010.example\",\"type\":\"AAAA\",\"class\":\"IN\","
	       "\"packet_uid\":4711}");
	assert_null(strstr(line.p, "rcode")); /* a query has none, whatever its header holds */
}

static void test_pair(void **state)
{
	struct ed_event *ev = begin(ED_EVENT_DNS_PAIR, ED_FIELD_TIME | ED_FIELD_CLIENT |
							       ED_FIELD_RCODE | ED_FIELD_RTT |
							       ED_FIELD_ANSWERS);

	(void)state;
	ev->rcode = 3;
	ev->rtt_us = 12500;
	ev->answers.n = 2;
	expect(ev, "\"type_uid\":400306,");
	expect(ev, "\"query_time\":1793714531250,\"response_time\":1793714531262,\"duration\":12,");
	expect(ev, "\"rcode_id\":3,\"rcode\":\"NXDomain\"");
	expect(ev, "\"unmapped\":{\"answers\":2}}");
}

static void test_response_codes(void **state)
{
	static const struct {
		uint16_t rcode;
		const char *part;
	} rows[] = {
		{ 2, "\"rcode_id\":2,\"rcode\":\"ServError\"" },
		{ 12, "\"rcode_id\":24,\"rcode\":\"Unassigned\"" },
		{ 23, "\"rcode_id\":23,\"rcode\":\"BADCOOKIE\"" },
		{ 24, "\"rcode_id\":24,\"rcode\":\"Unassigned\"" },
		{ 3840, "\"rcode_id\":24,\"rcode\":\"Unassigned\"" },
		{ 4095, "\"rcode_id\":25,\"rcode\":\"Reserved\"" },
	};
	struct ed_event *ev;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ev = begin(ED_EVENT_DNS_RESPONSE, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_RCODE);
		ev->rcode = rows[i].rcode;
		expect(ev, rows[i].part);
	}
}

static void test_program(void **state)
{
	const struct ed_process head = { .pid = 0 };
	struct ed_span text[ED_TEXT_N] = {
		[ED_TEXT_HOST] = ed_span_str("db-7"),
		[ED_TEXT_IMAGE] = ed_span_str("/usr/bin/d\"g"),
		[ED_TEXT_USER] = ed_span_str("ba\nckup"),
	};
	struct ed_event *ev = begin(ED_EVENT_DNS_QUERY, ED_FIELD_TIME);

	(void)state;
	test_event_name(ev, "example");
	ed_batch_commit_process(&batch, ev, &head, text);
	ev = ed_batch_at(&batch, 0);
	assert_non_null(ev);
	expect(ev, "\"src_endpoint\":{\"hostname\":\"db-7\"}");
	expect(ev,
	       "\"actor\":{\"process\":{\"uid\":\"/usr/bin/d\\\"g\",\"file\":{\"name\":\"d\\\"g\","
	       "\"path\":\"/usr/bin/d\\\"g\",\"type_id\":8}},\"user\":{\"name\":\"ba\\\\x0ackup\"}}");
}

static void test_no_place(void **state)
{
	(void)state;
	ed_buf_clear(&line);
	assert_false(
		ed_event_ocsf(begin(ED_EVENT_FLOW, ED_FIELD_TIME | ED_FIELD_CLIENT), "x", &line));
	assert_false(ed_event_ocsf(begin(ED_EVENT_DNS_QUERY, ED_FIELD_CLIENT), "x", &line));
	assert_false(ed_event_ocsf(begin(ED_EVENT_DNS_QUERY, ED_FIELD_TIME), "x", &line));
	assert_int_equal(line.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),          cmocka_unit_test(test_pair),
		cmocka_unit_test(test_response_codes), cmocka_unit_test(test_program),
		cmocka_unit_test(test_no_place),
	};
	int failed;

	ed_buf_init(&line, TEST_EVENT_LINE_MAX_BYTES);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ed_buf_done(&line);
	return failed;
}
