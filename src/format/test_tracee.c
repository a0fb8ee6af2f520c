/* SPDX-License-Identifier: Apache-2.0 */
/* Events of Tracee. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/test_events.h"

static struct test_events run;

static void json(const char *text)
{
	test_events_json(&ed_format_tracee, text, &run);
}

static const struct ed_event *event(size_t i)
{
	return test_events_event(&run, i);
}

static void assert_dropped(const char *text, enum ed_drop drop)
{
	json(text);
	assert_int_equal(run.n, 0);
	assert_int_equal(run.tally.n_read, 1);
	assert_int_equal(run.tally.n_dropped[drop], 1);
}

#define HEAD(event)                                                                                 \
	"{'timestamp':1793714531250000000,'processId':2,'hostProcessId':8,'hostParentProcessId':7," \
	"'processName':'dig','executable':{'path':''},'hostName':'node1','userId':33,"              \
	"'containerId':'c0ffee','eventName':'" event "','args':["
#define ENDS                                                        \
	"{'name':'src','type':'const char*','value':'192.0.2.10'}," \
	"{'name':'dst','type':'const char*','value':'192.0.2.53'}," \
	"{'name':'src_port','type':'u16','value':40000},{'name':'dst_port','type':'u16','value':53}"
#define BACK                                                        \
	"{'name':'src','type':'const char*','value':'192.0.2.53'}," \
	"{'name':'dst','type':'const char*','value':'192.0.2.10'}," \
	"{'name':'src_port','type':'u16','value':53},{'name':'dst_port','type':'u16','value':40000}"

static void test_query(void **state)
{
	const struct ed_event *ev;

	(void)state;
	json(HEAD("net_packet_dns") ENDS
	     ",{'name':'proto_dns','type':'trace.ProtoDNS','value':{'ID':7,'QR':0,'RD':1,"
	     "'responseCode':'no error','questions':[{'name':'a.t.example','type':'TXT','class':'IN'}],"
	     "'answers':[]}}]}\n");
	ev = event(0);
	assert_int_equal(run.n, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_QUERY);
	assert_string_equal(test_events_addr(&ev->client), "192.0.2.10");
	assert_int_equal(ev->client_port, 40000);
	assert_string_equal(test_events_addr(&ev->resolver), "192.0.2.53");
	assert_string_equal(test_events_name(&run, 0), "a.t.example");
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_int_equal(ev->txid, 7);
	assert_int_equal(ev->flags, ED_DNS_RD);
	assert_int_equal(test_events_process(&run, 0)->pid, 8);
	assert_int_equal(test_events_process(&run, 0)->attribution, ED_ATTRIBUTION_DIRECT);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), "node1");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "dig");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_UNIT), "c0ffee");
	assert_false(ev->has & ED_FIELD_RCODE);
}

static void test_response(void **state)
{
	(void)state;
	json(HEAD("net_packet_dns") BACK
	     ",{'name':'proto_dns','value':{'ID':7,'QR':1,'responseCode':'Non-Existent Domain',"
	     "'questions':[{'name':'a.t.example','type':'TXT','class':'IN'}],'answers':[{'name':"
	     "'a.t.example','type':'TXT','TTL':60,'IP':'','TXTs':['0123456789'],'MX':{'name':''}},"
	     "{'type':'CNAME','TTL':5,'CNAME':'b.example','TXTs':null}]}}]}\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_DNS_RESPONSE);
	assert_string_equal(test_events_addr(&event(0)->client), "192.0.2.10");
	assert_int_equal(event(0)->rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(event(0)->answers.n, 2);
	assert_int_equal(event(0)->answers.bytes_opaque, 10);
	assert_int_equal(event(0)->answers.ttl_min_s, 5);
	assert_int_equal(event(0)->answers.ttl_max_s, 60);
}

static void test_request_event(void **state)
{
	(void)state;
	json(HEAD(
		"net_packet_dns_request") "{'name':'metadata','value':{'src_ip':'192.0.2.10','dst_ip':'127.0.0.53','src_port':4,"
					  "'dst_port':53,'protocol':'UDP','packet_len':64}},{'name':'dns_questions','value':["
					  "{'query':'a.t.example','query_type':'A','query_class':'IN'}]}]}\n");
	assert_int_equal(run.n, 1);
	assert_string_equal(test_events_name(&run, 0), "a.t.example");
	assert_int_equal(event(0)->transport, ED_TRANSPORT_UDP);
	assert_int_equal(test_events_process(&run, 0)->attribution, ED_ATTRIBUTION_STUB);
	json(HEAD(
		"net_packet_dns_response") "{'name':'dns_response','value':[{'query_data':{'query':'a.t.example','query_type':"
					   "'A'},'dns_answer':[{'answer_type':'A','ttl':9,'answer':'192.0.2.7'}]}]}]}\n");
	assert_int_equal(event(0)->kind, ED_EVENT_DNS_RESPONSE);
	assert_int_equal(event(0)->answers.n_addresses, 1);
}

static void test_start_and_connect(void **state)
{
	(void)state;
	json(HEAD(
		"sched_process_exec") "{'name':'cmdpath','value':'/usr/bin/dig'},{'name':'pathname',"
				      "'value':'/usr/bin/dig'},{'name':'argv','value':['dig','TXT','a.t.example']},"
				      "{'name':'env','value':['A=b']}]}\n");
	assert_int_equal(run.n, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_PROCESS);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND), "dig TXT a.t.example");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "/usr/bin/dig");
	assert_string_equal(test_events_name(&run, 1), "a.t.example");
	json(HEAD(
		"security_socket_connect") "{'name':'sockfd','value':5},{'name':'remote_addr',"
					   "'value':{'sa_family':'AF_INET','sin_addr':'192.0.2.53','sin_port':'53'}}]}\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_FLOW);
	assert_int_equal(event(0)->resolver_port, 53);
}

static void test_left_out(void **state)
{
	(void)state;
	assert_dropped(HEAD("openat") "]}\n", ED_DROP_OTHER_LOG);
	assert_dropped(HEAD("net_packet_dns") ENDS "]}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{'eventName':'x','hostName':'y','args':[]}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{'timestamp':'x','eventName':'x','hostName':'y','args':[]}\n",
		       ED_DROP_BAD_LINE);
	assert_dropped("{'eventName':'x'}\n", ED_DROP_OTHER_LOG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),         cmocka_unit_test(test_response),
		cmocka_unit_test(test_request_event), cmocka_unit_test(test_start_and_connect),
		cmocka_unit_test(test_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
