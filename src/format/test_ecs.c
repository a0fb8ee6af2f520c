/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of DNS in the Elastic Common Schema: Packetbeat's pairs, other producers, what is left out.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_events.h"

/* The parts of a record that most tests have alike. ' stands for a quote. */
#define TIME "'@timestamp':'2026-11-03T14:02:11.250Z','type':'dns',"
#define SIDES                                                           \
	"'client':{'ip':'192.0.2.10','port':40000,'bytes':36},"         \
	"'server':{'ip':'192.0.2.53','port':53,'bytes':121},'network':" \
	"{'transport':'udp'},"

static struct test_events run;

static void run_text(const char *text)
{
	static char json[1 << 14];
	size_t n = strlen(text);

	assert_true(n < sizeof(json));
	for (size_t i = 0; i < n; i++)
		json[i] = text[i] == '\'' ? '"' : text[i];
	test_events_run(&ed_format_ecs, ed_span_of(json, n), &run);
}

static const struct ed_event *event(size_t i)
{
	assert_true(i < run.n);
	return &run.event[i].ev;
}

static void assert_dropped(const char *text, enum ed_drop drop)
{
	run_text(text);
	assert_int_equal(run.tally.n_read, 1);
	assert_int_equal(run.n, 0);
	assert_int_equal(run.tally.n_dropped[drop], 1);
}

static void test_pair(void **state)
{
	(void)state;
	run_text("{" TIME SIDES "'event':{'dataset':'network_traffic.dns','duration':58475961,"
		 "'start':'2026-11-03T14:02:11.249Z'},'dns':{'type':'answer','id':681,"
		 "'op_code':'QUERY','response_code':'NXDOMAIN','header_flags':['RD','RA'],"
		 "'question':{'name':'WwW.ex\\\\.ample.net','type':'TXT'},'answers_count':2,"
		 "'answers':[{'name':'x','type':'TXT','ttl':'60','data':'hello'},"
		 "{'name':'x','type':'CNAME','ttl':30,'data':'cdn.example'}]}}\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_DNS_PAIR);
	assert_true(event(0)->time_ns == INT64_C(1793714531249000000));
	assert_string_equal(test_events_addr(&event(0)->client), "192.0.2.10");
	assert_int_equal(event(0)->client_port, 40000);
	assert_string_equal(test_events_addr(&event(0)->resolver), "192.0.2.53");
	assert_int_equal(event(0)->transport, ED_TRANSPORT_UDP);
	assert_int_equal(event(0)->txid, 681);
	assert_int_equal(event(0)->flags, ED_DNS_QR | ED_DNS_RD | ED_DNS_RA);
	assert_int_equal(event(0)->rcode, ED_RCODE_NXDOMAIN);
	assert_string_equal(test_events_name(&run, 0), "www.ex\\.ample.net");
	assert_int_equal(event(0)->lost, ED_LOST_ESCAPES);
	assert_int_equal(event(0)->qtype, ED_RR_TXT);
	assert_int_equal(event(0)->size_query, 36);
	assert_int_equal(event(0)->size_response, 121);
	assert_int_equal(event(0)->rtt_us, 58475);
	assert_int_equal(event(0)->answers.n, 2);
	assert_int_equal(event(0)->answers.bytes_opaque, 5);
	assert_int_equal(event(0)->answers.bytes_names, 13);
	assert_int_equal(event(0)->answers.ttl_min_s, 30);
	assert_int_equal(event(0)->has & ~(uint32_t)ed_format_ecs.fields, 0);
}

/* A query that nobody answered, an answer without a list, one that says it has none. */
static void test_answers_known(void **state)
{
	(void)state;
	run_text("{" TIME SIDES "'dns':{'type':'query','question':{'name':'a','type':'A'}}}\n"
		 "{" TIME SIDES "'dns':{'type':'answer','response_code':'NOERROR',"
		 "'question':{'name':'a','type':'A'}}}\n"
		 "{" TIME SIDES "'dns':{'type':'answer','response_code':'16',"
		 "'answers_count':0,'answers':null,'question':{'name':'a','type':'A'}}}\n");
	assert_int_equal(run.n, 3);
	assert_int_equal(event(0)->kind, ED_EVENT_DNS_QUERY);
	assert_false(event(0)->has & (ED_FIELD_SIZE_RESPONSE | ED_FIELD_RCODE));
	assert_false(event(1)->has & (ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES));
	assert_true(event(2)->has & ED_FIELD_ANSWERS);
	assert_int_equal(event(2)->rcode, 16);
}

/* Dotted keys, and a producer that writes query and answer apart. */
static void test_other_producer(void **state)
{
	(void)state;
	run_text("{'@timestamp':'2026-11-03T14:02:11Z','source.ip':'192.0.2.10',"
		 "'source.port':40000,'destination.ip':'192.0.2.53','destination.port':53,"
		 "'dns.type':'query','dns.id':'7','dns.question.name':'a.example',"
		 "'dns.question.type':'A','source.bytes':80}\n"
		 "{'@timestamp':'2026-11-03T14:02:11Z','source':{'ip':'192.0.2.53','port':53},"
		 "'destination':{'ip':'192.0.2.10','port':40000},'dns':{'type':'answer','id':'7',"
		 "'question':{'name':'a.example','type':'A'},'response_code':'NOERROR',"
		 "'answers':[{'type':'A','data':'192.0.2.7'}]}}\n");
	assert_int_equal(run.n, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(event(0)->txid, 7);
	/* Whose bytes these are is not known here. */
	assert_false(event(0)->has & ED_FIELD_SIZE_QUERY);
	assert_int_equal(event(1)->kind, ED_EVENT_DNS_RESPONSE);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(test_events_addr(&event(i)->client), "192.0.2.10");
		assert_int_equal(event(i)->client_port, 40000);
		assert_string_equal(test_events_addr(&event(i)->resolver), "192.0.2.53");
	}
	assert_int_equal(event(1)->answers.n_addresses, 1);
	assert_true(event(1)->answers.first_v4 == 0xc0000207);
}

static void test_left_out(void **state)
{
	(void)state;
	assert_dropped("{'@timestamp':'2026-11-03T14:02:11Z','event':{'dataset':'x'}}\n",
		       ED_DROP_OTHER_LOG);
	assert_dropped("{'@timestamp':'2026-11-03T14:02:11Z','winlog':{'event_id':22},"
		       "'source':{'ip':'192.0.2.1'},'dns':{'question':{'name':'a'}}}\n",
		       ED_DROP_OTHER_LOG);
	assert_dropped("{'@timestamp':'2026-11-03T14:02:11Z','event':{'module':'zeek'},"
		       "'source':{'ip':'192.0.2.1'},'dns':{'question':{'name':'a'}}}\n",
		       ED_DROP_OTHER_LOG);
	assert_dropped("{" TIME SIDES "'dns':{}}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{" TIME "'dns':{'question':{'name':'a'}}}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{'type':'dns'," SIDES "'dns':{'question':{'name':'a'}}}\n",
		       ED_DROP_NO_FIELDS);
	assert_dropped("{'@timestamp':'now','type':'dns'," SIDES
		       "'dns':{'question':{'name':'a'}}}\n",
		       ED_DROP_BAD_LINE);
	assert_dropped("{" TIME "'client':{'ip':'x'},'dns':{'question':{'name':'a'}}}\n",
		       ED_DROP_BAD_LINE);
	assert_dropped("{" TIME "'client':{'ip':'192.0.2.1'},'server':{'ip':'ff02::fb'},"
		       "'dns':{'question':{'name':'a'}}}\n",
		       ED_DROP_MULTICAST);
	assert_dropped("{" TIME SIDES "'dns':{'question':{'name':'a'}}\n", ED_DROP_BAD_LINE);
	assert_dropped("{}}\n", ED_DROP_BAD_LINE);
	assert_dropped("{\n", ED_DROP_BAD_LINE);
	assert_dropped("7\n", ED_DROP_BAD_LINE);
}

/* Nesting beyond what is walked, keys beyond what is kept: stepped over, the rest is read. */
static void test_depth(void **state)
{
	static const char head[] = "{'a':{'b':{'c':{'d':{'e':{'f':{'g':[[[{'h':1}]]]}}}}}},"
				   "'long':{'";
	static const char tail[] = "':{'x':{'y':1}}},'':[1],'l':[[],[{'z':[2]}]]," TIME SIDES
				   "'dns':{'question':{'name':'a','type':'A'}}}\n";
	char text[2048];

	(void)state;
	snprintf(text, sizeof(text), "%s%0100d%s", head, 0, tail);
	run_text(text);
	assert_int_equal(run.n, 1);
	assert_string_equal(test_events_name(&run, 0), "a");
}

static void test_sample(void **state)
{
	struct ed_span file = test_events_read("formats/packetbeat/dns-ecs.json");

	(void)state;
	if (!file.p) {
		print_message("no data set with Packetbeat's sample: skipped\n");
		skip();
	}
	assert_ptr_equal(test_events_sniff(file), &ed_format_ecs);
	test_events_run(&ed_format_ecs, file, &run);
	assert_int_equal(run.tally.n_read, 1);
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(event(0)->rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(event(0)->size_query, 36);
	assert_true(event(0)->has & ED_FIELD_ANSWERS);
	free((void *)(uintptr_t)file.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair),           cmocka_unit_test(test_answers_known),
		cmocka_unit_test(test_other_producer), cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_depth),          cmocka_unit_test(test_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
