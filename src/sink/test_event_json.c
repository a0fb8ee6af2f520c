/* SPDX-License-Identifier: Apache-2.0 */
/* Events of each kind as JSON: the known fields and no others, hostile text escaped. */
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "sink/event_json.h"
#include "sink/test_event.h"

static struct ed_buf line;

static const char *json_of(const struct ed_event *ev)
{
	ed_buf_clear(&line);
	ed_event_json(ev, "a \"b\".pcap", "pcap", &line);
	assert_false(line.full);
	return line.p;
}

#define HEAD "\"file\":\"a \\\"b\\\".pcap\",\"offset\":0,\"format\":\"pcap\","

static void test_nothing_known(void **state)
{
	struct ed_event *ev = test_event(ED_EVENT_DNS_QUERY, 0);

	(void)state;
	ev->time_quality = ED_TIME_NONE;
	ev->client_port = 7; /* without its bit: not known */
	ev->rcode = 3;
	ed_batch_commit(&batch, ev);
	assert_string_equal(json_of(ev), "{\"kind\":\"query\"," HEAD "\"time_quality\":\"none\"}");
}

static void test_query(void **state)
{
	static const uint8_t v4[4] = { 192, 0, 2, 1 };
	struct ed_event *ev = test_event(ED_EVENT_DNS_QUERY,
					 ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
						 ED_FIELD_TRANSPORT | ED_FIELD_TXID |
						 ED_FIELD_QTYPE | ED_FIELD_OPCODE | ED_FIELD_FLAGS |
						 ED_FIELD_EDNS | ED_FIELD_SIZE_QUERY);

	(void)state;
	test_event_name(ev, "A\\.b\\000.Example");
	ev->time_ns = 1700000000 * ED_NS_PER_S + 42;
	ed_addr_from_v4(v4, &ev->client);
	ev->client_port = 5300;
	ev->transport = ED_TRANSPORT_TCP;
	ev->txid = 48879;
	ev->qtype = ED_RR_PRIVATE_IODINE;
	ev->qclass = 1;
	ev->flags = ED_DNS_RD | ED_DNS_CD;
	ev->edns_size = 1232;
	ev->edns_options_bytes = 12;
	ev->trailing_bytes = 9;
	ev->size_query = 60;
	ev->net_tag = 100 | 200 << 12;
	ev->lost = ED_LOST_WIRE;
	ed_batch_commit(&batch, ev);
	assert_string_equal(
		json_of(ev),
		"{\"kind\":\"query\"," HEAD
		"\"time\":\"2023-11-14T22:13:20.000000042Z\",\"time_quality\":\"utc\","
		"\"client\":\"192.0.2.1\",\"client_port\":5300,\"transport\":\"tcp\",\"vlan\":100,"
		"\"inner_vlan\":200,\"qname\":\"a\\\\.b\\\\000.example\",\"lost\":[\"wire\"],"
		"\"qtype\":\"TYPE65399\",\"qclass\":1,\"txid\":48879,\"opcode\":0,"
		"\"flags\":[\"rd\",\"cd\"],\"edns_size\":1232,\"edns_options_bytes\":12,"
		"\"size_query\":60,\"trailing_bytes\":9}");
}

static void test_response(void **state)
{
	struct ed_event *ev = test_event(
		ED_EVENT_DNS_PAIR, ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES |
					   ED_FIELD_TTL | ED_FIELD_SIZE_RESPONSE | ED_FIELD_RTT);

	(void)state;
	ev->time_quality = ED_TIME_NONE;
	ev->vantage = ED_VANTAGE_RESOLVER;
	ev->rcode = 23;
	ev->size_response = 512;
	ev->rtt_us = 250;
	ev->net_tag = 1u << 30 | 77;
	ev->answers = (struct ed_dns_answers){
		.n = 2, .n_addresses = 1, .bytes_opaque = 300, .bytes_names = 20, .ttl_max_s = 60
	};
	ed_batch_commit(&batch, ev);
	assert_string_equal(json_of(ev),
			    "{\"kind\":\"pair\"," HEAD
			    "\"time_quality\":\"none\",\"vantage\":\"resolver\",\"vni\":77,"
			    "\"rcode\":23,\"size_response\":512,\"rtt_us\":250,\"answers\":2,"
			    "\"answer_addresses\":1,\"answer_bytes_opaque\":300,"
			    "\"answer_bytes_names\":20,\"ttl_min\":0,\"ttl_max\":60}");
}

static void test_other_kinds(void **state)
{
	struct ed_event *ev = test_event(ED_EVENT_NOT_DNS, 0);

	(void)state;
	ev->foreign.n_first = 3;
	memcpy(ev->foreign.first, "\x10\xd1\x9e", 3);
	ed_batch_commit(&batch, ev);
	assert_non_null(strstr(json_of(ev), "\"kind\":\"not-dns\""));
	assert_non_null(strstr(line.p, "\"first_bytes\":\"10d19e\"}"));

	ev = test_event(ED_EVENT_FLOW, 0);
	test_event_name(ev, "dns.example");
	ev->flow = (struct ed_flow){ .packets_up = 3,
				     .packets_down = 4,
				     .duration_ms = 1500,
				     .sample_rate = 100,
				     .service = ED_FLOW_DOT,
				     .counted = ED_COUNTED_IP };
	ed_batch_commit(&batch, ev);
	assert_non_null(strstr(json_of(ev),
			       "\"server_name\":\"dns.example\",\"flow\":{"
			       "\"service\":\"dot\",\"packets_up\":3,\"packets_down\":4,"
			       "\"duration_ms\":1500,\"counted\":\"ip\","
			       "\"sample_rate\":100}}"));

	ev = test_event(ED_EVENT_PACKAGE, 0);
	ev->package = (struct ed_package){ .action = ED_PACKAGE_INSTALLED,
					   .acceptance = ED_ACCEPTANCE_COMMUNITY,
					   .is_forced = true };
	ed_batch_commit(&batch, ev);
	assert_non_null(strstr(json_of(ev), "\"action\":\"installed\",\"acceptance\":\"community\","
					    "\"forced\":true}"));
}

/* The longest event there is, of bytes that take most room, fits a line. */
static void test_process(void **state)
{
	static uint8_t bytes[ED_TEXT_COMMAND_MAX + 1];
	struct ed_span text[ED_TEXT_N] = { { 0 } };
	struct ed_process p = { .pid = 4, .ppid = 1, .launch = ED_LAUNCH_CRON | ED_LAUNCH_WEB };
	struct ed_event *ev = test_event(ED_EVENT_PROCESS, 0);

	(void)state;
	p.attribution = ED_ATTRIBUTION_DIRECT;
	p.start_ns = ED_NS_PER_S;
	text[ED_TEXT_IMAGE] = ed_span_of("/bin/\x1b[0m", 9);
	ed_batch_commit_process(&batch, ev, &p, text);
	assert_non_null(strstr(json_of(ev),
			       "\"process\":{\"pid\":4,\"ppid\":1,"
			       "\"start\":\"1970-01-01T00:00:01.000000000Z\","
			       "\"attribution\":\"direct\",\"launch\":[\"cron\",\"web\"],"
			       "\"image\":\"/bin/\\u001b[0m\"}}"));

	ev = test_event(ED_EVENT_PROCESS, 0);
	memset(bytes, 0xff, sizeof(bytes));
	for (unsigned i = 0; i < ED_TEXT_N; i++)
		text[i] = ed_span_of(bytes, sizeof(bytes));
	ed_batch_commit_process(&batch, ev, &p, text);
	assert_non_null(strstr(json_of(ev), "\"cut\":true}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_known), cmocka_unit_test(test_query),
		cmocka_unit_test(test_response),      cmocka_unit_test(test_other_kinds),
		cmocka_unit_test(test_process),
	};
	int r;

	ed_buf_init(&line, TEST_EVENT_LINE_MAX_BYTES);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	ed_buf_done(&line);
	return r;
}
