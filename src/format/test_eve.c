/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of Suricata's eve.json: the three versions, direction, answers, what is left out. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_events.h"

/* The parts of a record that most tests have alike. ' stands for a quote. */
#define TIME "'timestamp':'2026-11-03T15:02:11.250000+0100','flow_id':7,"
#define ASK "'src_ip':'192.0.2.10','src_port':40000,'dest_ip':'192.0.2.53','dest_port':53,"
#define REPLY "'src_ip':'192.0.2.53','src_port':53,'dest_ip':'192.0.2.10','dest_port':40000,"
#define DNS "'event_type':'dns','proto':'UDP',"
#define V1 "'dns':{'type':'answer','id':7,'flags':'8180','rcode':'NOERROR',"

static struct test_events run;

static void run_text(const char *text)
{
	static char json[1 << 16];
	size_t n = strlen(text);

	assert_true(n < sizeof(json));
	for (size_t i = 0; i < n; i++)
		json[i] = text[i] == '\'' ? '"' : text[i];
	test_events_run(&ed_format_eve, ed_span_of(json, n), &run);
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

static void assert_lookup(size_t i, enum ed_event_kind kind)
{
	const struct ed_event *ev = event(i);

	assert_int_equal(ev->kind, kind);
	assert_string_equal(test_events_addr(&ev->client), "192.0.2.10");
	assert_int_equal(ev->client_port, 40000);
	assert_string_equal(test_events_addr(&ev->resolver), "192.0.2.53");
	assert_int_equal(ev->resolver_port, 53);
	assert_int_equal(ev->transport, ED_TRANSPORT_UDP);
	assert_int_equal(ev->txid, 7);
	assert_int_equal(ev->time_quality, ED_TIME_EXACT_UTC);
}

static void test_query(void **state)
{
	(void)state;
	run_text("{" TIME ASK DNS
		 "'dns':{'type':'query','id':7,'rrname':'WwW.example.net','rrtype':'TXT'}}\n");
	assert_int_equal(run.n, 1);
	assert_lookup(0, ED_EVENT_DNS_QUERY);
	assert_true(event(0)->time_ns == INT64_C(1793714531250000000));
	assert_int_equal(event(0)->qtype, ED_RR_TXT);
	assert_int_equal(ed_event_name(&run.event[0].ev)[1], 'W');
	assert_int_equal(event(0)->has, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
						ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT |
						ED_FIELD_TXID | ED_FIELD_QNAME |
						ED_FIELD_QNAME_CASE | ED_FIELD_QTYPE);
	assert_int_equal(event(0)->lost, 0);
}

static void test_version_2(void **state)
{
	(void)state;
	run_text("{" TIME ASK DNS "'dns':{'version':2,'type':'answer','id':7,'flags':'8583',"
		 "'rrname':'www.example.net','rrtype':'A','rcode':'NXDOMAIN','answers':["
		 "{'rrname':'www.example.net','rrtype':'CNAME','ttl':60,'rdata':'cdn.example'},"
		 "{'rrname':'cdn.example','rrtype':'A','ttl':20,'rdata':'192.0.2.7'},"
		 "{'rrname':'cdn.example','rrtype':'AAAA','ttl':30,"
		 "'rdata':'2001:0db8:0000:0000:0000:0000:0000:0007'}],"
		 "'grouped':{'A':['192.0.2.7'],'CNAME':['cdn.example']}}}\n");
	assert_int_equal(run.n, 1);
	assert_lookup(0, ED_EVENT_DNS_RESPONSE);
	assert_int_equal(event(0)->flags, ED_DNS_QR | ED_DNS_AA | ED_DNS_RD | ED_DNS_RA);
	assert_int_equal(event(0)->rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(event(0)->answers.n, 3);
	assert_int_equal(event(0)->answers.n_addresses, 2);
	assert_true(event(0)->answers.first_v4 == 0xc0000207);
	assert_int_equal(event(0)->answers.bytes_names, 13);
	assert_int_equal(event(0)->answers.ttl_min_s, 20);
	assert_int_equal(event(0)->answers.ttl_max_s, 60);
	assert_true(event(0)->has & ED_FIELD_RDATA_BYTES);
	assert_true(event(0)->has & ED_FIELD_OPCODE);
}

static void test_version_3(void **state)
{
	(void)state;
	run_text("{" TIME ASK DNS "'dns':{'version':3,'type':'request','id':7,'flags':'100',"
		 "'rcode':'NOERROR','queries':[{'rrname':'a.example','rrtype':'65399'},"
		 "{'rrname':'b.example','rrtype':'A'}]}}\n"
		 "{" TIME REPLY DNS "'app_proto':'doh2','dns':{'version':3,'type':'response',"
		 "'id':7,'flags':'8180','rcode':'NOERROR',"
		 "'queries':[{'rrname':'a.example','rrtype':'NULL','rrname_truncated':true}],"
		 "'answers':[{'rrtype':'NULL','ttl':0,'rdata':'a\\\\xc3\\\\xa9'}],"
		 "'authorities':[{'rrtype':'SOA','ttl':9,'soa':{'mname':'ns','rname':'x'}}],"
		 "'additionals':[{'rrtype':'TXT','ttl':9,'rdata':'hidden'}]}}\n");
	assert_int_equal(run.n, 2);
	assert_lookup(0, ED_EVENT_DNS_QUERY);
	assert_string_equal(test_events_name(&run, 0), "a.example");
	assert_int_equal(event(0)->qtype, ED_RR_PRIVATE_IODINE);
	assert_false(event(0)->has & ED_FIELD_RCODE);
	assert_int_equal(event(1)->kind, ED_EVENT_DNS_RESPONSE);
	assert_string_equal(test_events_addr(&event(1)->client), "192.0.2.10");
	assert_int_equal(event(1)->transport, ED_TRANSPORT_DOH);
	assert_int_equal(event(1)->lost, ED_LOST_TAIL);
	assert_int_equal(event(1)->answers.n, 1);
	assert_int_equal(event(1)->answers.bytes_opaque, 3 + 6);
	assert_int_equal(event(1)->answers.bytes_names, 0);
	assert_int_equal(event(1)->answers.ttl_max_s, 0);
}

static void test_version_1(void **state)
{
	(void)state;
	run_text("{" TIME REPLY DNS V1
		 "'rrname':'www.example','rrtype':'CNAME','ttl':60,'rdata':'cdn.example'}}\n"
		 "{" TIME REPLY DNS V1
		 "'rrname':'cdn.example','rrtype':'A','ttl':20,'rdata':'192.0.2.7'}}\r\n"
		 "{" TIME REPLY DNS V1
		 "'rrname':'cdn.example','rrtype':'A','ttl':20,'rdata':'192.0.2.8'}}\n"
		 "{" TIME REPLY DNS "'dns':{'type':'answer','id':8,'rcode':'NXDOMAIN',"
		 "'rrname':'none.example'}}\n");
	assert_int_equal(run.tally.n_analysed, 4);
	assert_int_equal(run.n, 2);
	assert_lookup(0, ED_EVENT_DNS_RESPONSE);
	assert_string_equal(test_events_name(&run, 0), "www.example");
	assert_int_equal(event(0)->qtype, ED_RR_A);
	assert_int_equal(event(0)->answers.n, 3);
	assert_int_equal(event(0)->answers.n_addresses, 2);
	assert_int_equal(event(0)->answers.ttl_min_s, 20);
	assert_int_equal(event(1)->rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(event(1)->answers.n, 0);
	assert_false(event(1)->has & ED_FIELD_QTYPE);
}

/* Responses of version 1 that differ in anything are two, also with an empty line between. */
static void test_version_1_apart(void **state)
{
	(void)state;
	run_text("{" TIME REPLY DNS V1
		 "'rrname':'a.example','rrtype':'A','ttl':60,'rdata':'192.0.2.7'}}\n"
		 "\n"
		 "{" TIME REPLY DNS V1
		 "'rrname':'a.example','rrtype':'A','ttl':60,'rdata':'192.0.2.7'}}\n"
		 "{" TIME ASK DNS V1
		 "'rrname':'a.example','rrtype':'A','ttl':60,'rdata':'192.0.2.7'}}\n");
	assert_int_equal(run.n, 3);
	assert_lookup(2, ED_EVENT_DNS_RESPONSE);
}

/* A response of many lines is not cut where a unit ends. */
static void test_version_1_across_units(void **state)
{
	static const char text[] = "{" TIME REPLY DNS V1
				   "'rrname':'a.example','rrtype':'A','ttl':60,"
				   "'rdata':'192.0.2.7'}}\n";
	static char file[4 * ED_UNIT_TARGET_BYTES];
	size_t n = 0, lines = 0;

	(void)state;
	while (n + sizeof(text) < 3 * ED_UNIT_TARGET_BYTES) {
		for (size_t i = 0; i + 1 < sizeof(text); i++)
			file[n++] = text[i] == '\'' ? '"' : text[i];
		lines++;
	}
	test_events_run(&ed_format_eve, ed_span_of(file, n), &run);
	assert_int_equal(run.tally.n_analysed, lines);
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->answers.n, lines);
}

static void test_grouped(void **state)
{
	(void)state;
	run_text("{" TIME REPLY DNS "'dns':{'type':'answer','id':7,'grouped':{'A':['192.0.2.7'],"
		 "'SRV':[{'priority':0,'name':'srv.example'}],'TXT':['ab','c']},"
		 "'rrname':'x.example','rrtype':'A'}}\n"
		 "{" TIME REPLY DNS "'dns':{'type':'answer','id':7,'grouped':{},"
		 "'rrname':'x.example','rrtype':'KEY'}}\n"
		 "{" TIME REPLY DNS "'dns':{'type':'answer','id':7,'flags':'8183',"
		 "'rrname':'x.example','rrtype':'KEY'}}\n");
	assert_int_equal(run.n, 3);
	assert_int_equal(event(0)->answers.n, 4);
	assert_int_equal(event(0)->answers.n_addresses, 1);
	assert_int_equal(event(0)->answers.bytes_names, 13);
	assert_int_equal(event(0)->answers.bytes_opaque, 3);
	assert_false(event(0)->has & ED_FIELD_TTL);
	/* Types that the short form leaves out: nothing is known. */
	assert_false(event(1)->has & (ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES));
	/* No answers at all: that is known, and the response code from the header. */
	assert_true(event(2)->has & ED_FIELD_ANSWERS);
	assert_int_equal(event(2)->rcode, ED_RCODE_NXDOMAIN);
}

static void assert_client(const char *ports, const char *version, const char *client)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "{" TIME "'src_ip':'192.0.2.1','dest_ip':'192.0.2.2',%s" DNS
		 "'dns':{%s,'id':7,'rrname':'a','rrtype':'A'}}\n",
		 ports, version);
	run_text(text);
	assert_int_equal(run.n, 1);
	assert_string_equal(test_events_addr(&event(0)->client), client);
}

static void test_direction(void **state)
{
	(void)state;
	assert_client("'src_port':53,'dest_port':999,", "'type':'query'", "192.0.2.1");
	assert_client("'src_port':999,'dest_port':53,", "'version':3,'type':'response'",
		      "192.0.2.2");
	assert_client("'src_port':999,'dest_port':53,", "'version':2,'type':'answer'", "192.0.2.1");
	assert_client("'src_port':53,'dest_port':999,", "'version':2,'type':'answer'", "192.0.2.2");
	assert_client("'src_port':5300,'dest_port':40000,", "'type':'answer'", "192.0.2.2");
	assert_client("'src_port':40000,'dest_port':5300,", "'type':'answer'", "192.0.2.1");
	assert_client("'src_port':53,'dest_port':53,", "'type':'answer'", "192.0.2.1");
}

static void test_envelope(void **state)
{
	(void)state;
	run_text("{ 'dns' : { 'rrname' : 'a\\\\xe9.example' , 'type':'query' } , 'vlan':[100,200],"
		 "'tags':['}',{'x':[1]}], '@timestamp':'2026-11-03T14:02:11Z',"
		 "'event_type':'dns', 'src_ip':'2001:0db8:0000:0000:0000:0000:0000:0001',"
		 "'dest_ip':'2001:db8::53', 'proto':'TCP' }\n"
		 "{'timestamp':'2026-11-03T14:02:11.250000','vlan':7," ASK DNS
		 "'dns':{'type':'query'}}");
	assert_int_equal(run.n, 2);
	assert_string_equal(test_events_addr(&event(0)->client), "2001:db8::1");
	assert_string_equal(test_events_name(&run, 0), "a\\233.example");
	assert_int_equal(event(0)->lost, ED_LOST_ESCAPES);
	assert_int_equal(event(0)->net_tag, 100 | 200 << 12);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_TCP);
	assert_false(event(0)->has & ED_FIELD_CLIENT_PORT);
	assert_int_equal(event(0)->time_quality, ED_TIME_EXACT_UTC);
	assert_int_equal(event(1)->time_quality, ED_TIME_ZONE_ASSUMED);
	assert_int_equal(event(1)->net_tag, 7);
	assert_int_equal(event(1)->lost, ED_LOST_NAME);
}

static void test_left_out(void **state)
{
	(void)state;
	assert_dropped("{" TIME "'event_type':'flow','flow':{}}\n", ED_DROP_OTHER_LOG);
	assert_dropped("{'a':1}\n", ED_DROP_OTHER_LOG);
	assert_dropped("{'event_type':'alert','dns':{'query':[{'type':'query'}]}}\n",
		       ED_DROP_OTHER_LOG);
	assert_dropped("{" TIME "'event_type':'mdns','mdns':{}}\n", ED_DROP_MULTICAST);
	assert_dropped("{" TIME "'src_ip':'192.0.2.1','dest_ip':'224.0.0.251'," DNS
		       "'dns':{'type':'query'}}\n",
		       ED_DROP_MULTICAST);
	assert_dropped("{" ASK DNS "'dns':{'type':'query'}}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{" TIME DNS "'dns':{'type':'query'}}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{" TIME ASK DNS "'dns':{'type':'odd'}}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{" TIME ASK DNS "'dns':7}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{'timestamp':'yesterday'," ASK DNS "'dns':{'type':'query'}}\n",
		       ED_DROP_BAD_LINE);
	assert_dropped("{" TIME "'src_ip':'192.0.2','dest_ip':'192.0.2.1'," DNS
		       "'dns':{'type':'query'}}\n",
		       ED_DROP_BAD_LINE);
	assert_dropped("{" TIME ASK DNS "'dns':{'type':'query'}\n", ED_DROP_BAD_LINE);
	assert_dropped("{" TIME ASK DNS "'dns':{'type':'query'}} x\n", ED_DROP_BAD_LINE);
	assert_dropped("[]\n", ED_DROP_BAD_LINE);
	assert_dropped("text\n", ED_DROP_BAD_LINE);
}

/* Samples of the data set: sniffed, and as many records of each kind as their MANIFEST says. */
static void test_samples(void **state)
{
	static const struct {
		const char *path;
		uint64_t n_read, n_analysed;
		size_t n_events;
		enum ed_drop drop;
	} samples[] = {
		{ "formats/suricata/eve-dns-v1-v2-mixed.json", 4, 4, 3, ED_DROP_BAD_LINE },
		{ "formats/suricata/eve-dns-v3-doc.json", 2, 0, 0, ED_DROP_NO_FIELDS },
		{ "resolvers/Korving-F+doh-tunnel-dataset/dns2tcp_114d3f40.eve.json", 716, 579, 579,
		  ED_DROP_OTHER_LOG },
		{ "resolvers/SEKOIA-IO+intake-formats/suricata_dns.jsonl", 4, 4, 4,
		  ED_DROP_BAD_LINE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct ed_span file = test_events_read(samples[i].path);

		if (!file.p) {
			print_message("no data set with %s: skipped\n", samples[i].path);
			skip();
		}
		assert_ptr_equal(test_events_sniff(file), &ed_format_eve);
		test_events_run(&ed_format_eve, file, &run);
		assert_int_equal(run.tally.n_read, samples[i].n_read);
		assert_int_equal(run.tally.n_analysed, samples[i].n_analysed);
		assert_int_equal(run.n, samples[i].n_events);
		assert_int_equal(run.tally.n_dropped[samples[i].drop],
				 samples[i].n_read - samples[i].n_analysed);
		free((void *)(uintptr_t)file.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_version_2),
		cmocka_unit_test(test_version_3),
		cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_version_1_apart),
		cmocka_unit_test(test_version_1_across_units),
		cmocka_unit_test(test_grouped),
		cmocka_unit_test(test_direction),
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
