/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeek JSON: the dialects of one record, mixed streams, damage that costs one line and no more.
 * Lines are written with ' for " and ` for \".
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/time.h"
#include "format/zeek/test_zeek.h"

/* One record in pieces, for the dialects to put together. */
#define ENDS(dot)                                                 \
	"'id" dot "orig_h':'192.0.2.10','id" dot "orig_p':40000," \
	"'id" dot "resp_h':'192.0.2.53','id" dot "resp_p':53"
#define ASKED                                                              \
	"'proto':'udp','trans_id':4711,'rtt':0.0008699893951416016,"       \
	"'query':'www.example.net','qclass':1,'qclass_name':'C_INTERNET'," \
	"'qtype':1,'qtype_name':'A'"
#define REPLIED                                                             \
	"'rcode':0,'rcode_name':'NOERROR','AA':false,'TC':false,'RD':true," \
	"'RA':true,'Z':0,'answers':['cdn.example.net','192.0.2.7'],"        \
	"'TTLs':[2230.0,60.0],'rejected':false"
#define RECORD(ts) "{'ts':" ts ",'uid':'CW1'," ENDS(".") "," ASKED "," REPLIED "}"
#define EPOCH "1790000000.25"
#define ECS                                                                 \
	"'source':{'ip':'192.0.2.10','address':'192.0.2.10','port':40000}," \
	"'destination.ip':'192.0.2.53','destination.port':53,"              \
	"'network':{'transport':'udp'}"
/* The record as text inside a string, without its rtt. */
#define INNER                                                             \
	"{`ts`:1790000000.25,`id.orig_h`:`192.0.2.10`,`id.orig_p`:40000," \
	"`id.resp_h`:`192.0.2.53`,`id.resp_p`:53,`proto`:`udp`,"          \
	"`trans_id`:4711,`query`:`www.example.net`,`qtype`:1,`rcode`:0,"  \
	"`RD`:true,`RA`:true,`answers`:[`cdn.example.net`,`192.0.2.7`],"  \
	"`TTLs`:[2230.0,60.0]}"
/* A short record, as filters leave them. */
#define SHORT(fields) "{'ts':1,'id.orig_h':'192.0.2.1'," fields "}\n"
#define NAMED(query) SHORT("'query':'" query "'")

static struct test_run run;

static void json(const char *const *lines)
{
	test_run_text(&ed_format_zeek_json, lines, true, &run);
}

/* The record above, whatever it went through; @has_not: fields that the dialect leaves out. */
static void assert_record(size_t i, uint32_t has_not)
{
	const uint32_t has = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
			     ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT | ED_FIELD_TXID |
			     ED_FIELD_QNAME | ED_FIELD_QTYPE | ED_FIELD_FLAGS | ED_FIELD_RCODE |
			     ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL | ED_FIELD_RTT;
	const struct ed_event *ev = &run.event[i].ev;
	struct ed_addr addr;

	assert_int_equal(ev->has, has & ~has_not);
	assert_int_equal(ev->time_ns, 1790000000 * ED_NS_PER_S + 250000000);
	assert_int_equal(ev->time_quality, ED_TIME_EXACT_UTC);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_true(ed_addr_from_text(ed_span_str("192.0.2.10"), &addr));
	assert_true(ed_addr_eq(&addr, &ev->client));
	assert_true(ed_addr_from_text(ed_span_str("192.0.2.53"), &addr));
	assert_true(ed_addr_eq(&addr, &ev->resolver));
	assert_int_equal(ev->client_port, 40000);
	assert_int_equal(ev->resolver_port, 53);
	assert_int_equal(ev->transport, ED_TRANSPORT_UDP);
	assert_int_equal(ev->txid, 4711);
	assert_int_equal(ev->qtype, 1);
	assert_int_equal(ev->flags, ED_DNS_QR | ED_DNS_RD | ED_DNS_RA);
	assert_string_equal(test_name(&run, i), "www.example.net");
	assert_int_equal(ev->lost, ED_LOST_CASE);
	assert_int_equal(ev->answers.n, 2);
	assert_int_equal(ev->answers.bytes_names, strlen("cdn.example.net"));
	assert_int_equal(ev->answers.first_v4, 0xc0000207);
	assert_int_equal(ev->answers.ttl_min_s, 60);
	assert_int_equal(ev->answers.ttl_max_s, 2230);
	if (!(has_not & ED_FIELD_RTT))
		assert_int_equal(ev->rtt_us, 870);
}

static void test_times(void **state)
{
	static const char *const forms[] = {
		RECORD(EPOCH) "\n",
		RECORD("1790000000250") "\n",
		RECORD("'2026-09-21T14:13:20.250000Z'") "\n",
		RECORD("'1790000000.250000'") "\n",
		NULL,
	};
	static const char *const values[] = {
		/* Before 1970, whole seconds, and microseconds that a double does not hold. */
		"{'ts':-315619200000,'id.orig_h':'192.0.2.1','query':'a'}\n",
		"{'ts':1521911720,'id.orig_h':'192.0.2.1','query':'a'}\n",
		"{'ts':1521911720.865717,'id.orig_h':'192.0.2.1','query':'a'}\n",
		"{'ts':-0.4,'id.orig_h':'192.0.2.1','query':'a'}\n",
		NULL,
	};

	(void)state;
	json(forms);
	assert_int_equal(run.n_events, 4);
	for (size_t i = 0; i < 4; i++)
		assert_record(i, 0);
	assert_int_equal(run.event[1].ev.offset, strlen(forms[0]));
	json(values);
	assert_int_equal(run.n_events, 4);
	assert_int_equal(run.event[0].ev.time_ns, -315619200 * ED_NS_PER_S);
	assert_int_equal(run.event[1].ev.time_ns, 1521911720 * ED_NS_PER_S);
	assert_int_equal(run.event[2].ev.time_ns, 1521911720 * ED_NS_PER_S + 865717000);
	assert_int_equal(run.event[3].ev.time_ns, -400000000);
}

/* The record with Zeek's own keys, in the envelopes it is sent in. */
static void test_envelopes(void **state)
{
	static const char *const lines[] = {
		/* streaming logs */
		"{'_path':'dns','_write_ts':'2026-09-21T14:13:21Z',",
		"'ts':'2026-09-21T14:13:20.250000Z'," ENDS(".") "," ASKED "," REPLIED "}\n",
		/* Kafka and ROCK, with a null */
		"{'@stream':'dns','@system':'nsm','@proc':'zeek','original_query':null,",
		"'ts':" EPOCH "," ENDS("_") "," ASKED "," REPLIED "}\n",
		/* the ends as an object, keys in another order */
		"{" REPLIED "," ASKED ",'id':{'resp_p':53,'resp_h':'192.0.2.53','orig_p':40000,",
		"'orig_h':'192.0.2.10'},'uid':'CW1','ts':" EPOCH "}\n",
		/* Splunk, the record as an object and as text */
		"{'preview':false,'result':" RECORD(EPOCH) "}\n",
		"{'preview':false,'result':{'_raw':'" INNER "','host':'h'}}\n",
		/* shipped before any parsing */
		"{'@timestamp':'2026-09-21T15:00:00Z','message':'" INNER "'}\n",
		NULL,
	};

	(void)state;
	json(lines);
	assert_int_equal(run.n_events, 6);
	for (size_t i = 0; i < 4; i++)
		assert_record(i, 0);
	assert_record(4, ED_FIELD_RTT);
	assert_record(5, ED_FIELD_RTT);
}

/* The record under other people's keys. */
static void test_renamed(void **state)
{
	static const char *const lines[] = {
		/* Filebeat, keys with dots */
		"{'@timestamp':'2026-09-21T14:13:20.250Z','event.module':'zeek'," ECS,
		",'zeek.dns.query':'www.example.net','zeek.dns.trans_id':4711,",
		"'zeek.dns.qtype':1,'zeek.dns.rcode':0,'zeek.dns.RD':true,'zeek.dns.RA':true,",
		"'zeek.dns.rtt':0.00087,'zeek.dns.answers':['cdn.example.net','192.0.2.7'],",
		"'zeek.dns.TTLs':[2230,60],'zeek.session_id':'CW1',",
		"'dns':{'question':{'name':'other'},'answers':[{'data':'192.0.2.9'}]}}\n",
		/* the same nested, out of a search */
		"{'_source':{'@timestamp':1790000000250,'event':{'dataset':'zeek.dns'}," ECS,
		",'zeek':{'dns':{" ASKED "," REPLIED "},'session_id':'CW1'}}}\n",
		/* before the search engine's own pipeline */
		"{'@timestamp':'2026-09-21T15:00:00Z','event':{'created':" EPOCH "}," ECS,
		",'zeek':{'dns':{" ASKED "," REPLIED "}}}\n",
		/* Security Onion */
		"{'@timestamp':'2026-09-21T14:13:20.250Z',",
		"'event':{'dataset':'dns','module':'zeek'}," ECS,
		",'log':{'id':{'uid':'CW1'}},'dns':{'id':4711,",
		"'query':{'name':'www.example.net','type':1,'type_name':'A','class':1},",
		"'response':{'code':0,'code_name':'NOERROR'},",
		"'recursion':{'desired':true,'available':true},",
		"'answers':{'name':['cdn.example.net','192.0.2.7']},'ttls':[2230,60]}}\n",
		NULL,
	};

	(void)state;
	json(lines);
	assert_int_equal(run.n_events, 4);
	assert_record(0, 0);
	assert_record(1, 0);
	assert_record(2, 0);
	assert_record(3, ED_FIELD_RTT);
}

static void test_strings_for_numbers(void **state)
{
	static const char *const strings[] = {
		SHORT("'query':'a','qtype_name':'TXT','rcode':'3','RD':'T','TC':'false',"
		      "'trans_id':'77','rtt':'0.25','answers':'TXT 2 ab','TTLs':60"),
		NULL,
	};
	static const char *const wrong[] = {
		SHORT("'query':'a','qtype':65536,'rcode':-1,'RD':1,'trans_id':1e300,'rtt':-2,"
		      "'id.orig_p':[1],'id.resp_p':{'a':1},'TTLs':[-1,1e99,'x'],'Z':true"),
		NULL,
	};
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	json(strings);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_int_equal(ev->rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(ev->flags, ED_DNS_QR | ED_DNS_RD);
	assert_int_equal(ev->txid, 77);
	assert_int_equal(ev->rtt_us, 250000);
	assert_int_equal(ev->answers.bytes_opaque, 2);
	assert_int_equal(ev->answers.ttl_min_s, 60);
	/* What is out of range or of the wrong type is unknown and takes nothing with it. */
	json(wrong);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->has, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME);
}

/* Three ways to write a byte that is no text, and what each of them leaves of it. */
static void test_names(void **state)
{
	static const char *const lines[] = {
		NAMED(""),
		NAMED("caf\\\\xc3\\\\xa9.example.net"),
		NAMED("caf\\udb80\\udcc3\\udb80\\udca9.net"),
		NAMED("caf\\u00e9.net"),
		NAMED("a\\t.net"),
		NAMED("a\\\\b.net"),
		SHORT("'query':null,'rcode':0"),
		SHORT("'rcode':0"),
		SHORT("'query':'ab.net','original_query':'aB.nEt'"),
		NULL,
	};

	(void)state;
	json(lines);
	assert_int_equal(run.n_events, 9);
	assert_string_equal(test_name(&run, 0), ".");
	assert_string_equal(test_name(&run, 1), "caf\\195\\169.example.net");
	assert_int_equal(run.event[1].ev.lost, ED_LOST_CASE | ED_LOST_ESCAPES);
	assert_string_equal(test_name(&run, 2), "caf\\195\\169.net");
	assert_int_equal(run.event[2].ev.lost, ED_LOST_CASE);
	assert_string_equal(test_name(&run, 3), "caf\\195\\169.net");
	assert_string_equal(test_name(&run, 4), "a\\009.net");
	assert_string_equal(test_name(&run, 5), "a\\\\b.net");
	assert_int_equal(run.event[5].ev.lost, ED_LOST_CASE | ED_LOST_ESCAPES);
	assert_int_equal(run.event[6].ev.lost, ED_LOST_NAME);
	assert_int_equal(run.event[7].ev.lost, ED_LOST_NAME);
	assert_memory_equal(run.event[8].name, "\2aB\3nEt", 8);
	assert_true(run.event[8].ev.has & ED_FIELD_QNAME_CASE);
}

/* A byte that is not UTF-8 would make the whole line unreadable; it must not hide the lookup. */
static void test_not_utf8(void **state)
{
	static const char *const lines[] = {
		NAMED("\xff\xfe.tunnel.example.net"),
		NAMED("b.example.net"),
		NULL,
	};

	(void)state;
	json(lines);
	assert_int_equal(run.n_events, 2);
	assert_string_equal(test_name(&run, 0), "??.tunnel.example.net");
	assert_int_equal(run.event[0].ev.lost, ED_LOST_CASE | ED_LOST_BYTES);
	assert_int_equal(run.event[1].ev.lost, ED_LOST_CASE);
}

static void test_mixed_streams(void **state)
{
	static const char *const others[] = {
		"{'_path':'conn','ts':1,'id.orig_h':'192.0.2.1','query':'a'}\n",
		"{'@stream':'http','ts':1,'id_orig_h':'192.0.2.1'}\n",
		"{'ts':1,'uid':'CW1','id.orig_h':'192.0.2.1','service':'dns'}\n",
		"{'event':{'dataset':'zeek.http'},'zeek':{'session_id':'CW1'}}\n",
		/* Suricata */
		"{'timestamp':'2026-11-03T14:00:00+0000','event_type':'dns','src_ip':'192.0.2.1',",
		"'proto':'UDP','dns':{'type':'query','rrname':'a','rrtype':'A'}}\n",
		/* Packetbeat */
		"{'@timestamp':'2026-11-03T14:00:00Z','source':{'ip':'192.0.2.1'},",
		"'query':'class IN, type A, a','dns':{'question':{'name':'a'}},",
		"'event':{'dataset':'dns'}}\n",
		/* Suricata in Security Onion */
		"{'event':{'module':'suricata'},'dns':{'query':{'name':'a'}},",
		"'log':{'id':{'uid':1}},'@timestamp':1,'source':{'ip':'192.0.2.1'}}\n",
		"{}\n",
		NAMED("a.example.net"),
		NULL,
	};
	static const char *const multicast[] = {
		SHORT("'id.resp_h':'224.0.0.251','id.resp_p':5353,'query':'_x._tcp.local'"),
		NULL,
	};

	(void)state;
	json(others);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 8);
	assert_int_equal(run.tally.first_damage, ED_DROP_N);
	assert_int_equal(run.n_events, 1);
	json(multicast);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MULTICAST], 1);
}

/* Each bad line costs itself and is counted by its reason; the lines around it are read. */
static void test_damage(void **state)
{
	static const char *const lines[] = {
		NAMED("a.net"),
		"{'ts':1,'id.orig_h':'192.0.2.1','query':'cu\n",
		NAMED("b.net"),
		"not json\n",
		"[1]\n",
		"'x'\n",
		"17\n",
		"null\n",
		"\r\n\n",
		NAMED("c.net"),
		"{'query':'x','id.orig_h':'192.0.2.1'}\n",
		"{'ts':1,'query':'x'}\n",
		"{'ts':'x','id.orig_h':'192.0.2.1','query':'x'}\n",
		NAMED("d.net"),
		"{'_raw':'{nope'}\n",
		"{'a':1} {'b':2}\n",
		"{'ts':1,'id.orig_h':'192.0.2.1','query':'last.net'}",
		NULL,
	};

	(void)state;
	json(lines);
	assert_int_equal(run.n_events, 5);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 9);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 2);
	assert_int_equal(run.tally.n_read, 16);
	assert_int_equal(run.tally.first_damage_offset, strlen(lines[0]));
	assert_string_equal(test_name(&run, 4), "last.net");
}

/* Deep nesting and endless keys are no way to make a line cost more than its bytes. */
static void test_nesting(void **state)
{
	enum { N_DEEP = 20, N_LONG = 1000 };
	char deep[N_DEEP * 9 + 2] = "", brackets[N_LONG + 1], key[N_LONG + 1];
	const char *const lines[] = {
		"{'x':",
		deep,
		",'ts':1,'id.orig_h':'192.0.2.1','query':'a.net'}\n",
		"{'x':",
		brackets,
		"}\n",
		"{'",
		key,
		"':{'",
		key,
		"':{'a':1}},'ts':1,'id.orig_h':'192.0.2.1','query':'b.net'}\n",
		NULL,
	};

	(void)state;
	for (size_t i = 0; i < N_DEEP; i++)
		memcpy(deep + i * 8, "{'zeek':", 8);
	deep[N_DEEP * 8L] = '1';
	memset(deep + N_DEEP * 8L + 1, '}', N_DEEP);
	memset(brackets, '[', N_LONG);
	memset(key, 'k', N_LONG);
	brackets[N_LONG] = key[N_LONG] = '\0';
	json(lines);
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
	assert_string_equal(test_name(&run, 1), "b.net");
}

/* A line beyond the limit, and one just below it. */
static void test_long_lines(void **state)
{
	const size_t cap = 4 * (size_t)ED_UNIT_MAX_BYTES;
	const int below = ED_UNIT_MAX_BYTES - 100, beyond = 2 * ED_UNIT_MAX_BYTES;
	char *text = malloc(cap);
	size_t n;

	(void)state;
	assert_non_null(text);
	n = (size_t)snprintf(text, cap,
			     "{\"x\":\"%*s\",\"ts\":1,\"id.orig_h\":\"::1\",\"query\":\"a.net\"}\n"
			     "{\"x\":\"%*s\"}\n"
			     "{\"ts\":1,\"id.orig_h\":\"::1\",\"query\":\"b.net\"}\n",
			     below, "", beyond, "");
	test_run(&ed_format_zeek_json, ed_span_of(text, n), &run);
	free(text);
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OVERSIZE], 1);
	assert_int_equal(run.tally.n_read, 3);
}

static unsigned probe(const char *text)
{
	char quoted[2048];
	size_t n = strlen(text);

	assert_true(n < sizeof(quoted));
	for (size_t i = 0; i < n; i++)
		quoted[i] = text[i] == '\'' ? '"' : text[i];
	return ed_format_zeek_json.probe(ed_span_of(quoted, n));
}

static void test_probe(void **state)
{
	(void)state;
	assert_true(probe(RECORD(EPOCH) "\n") > 90);
	assert_true(probe("\xef\xbb\xbf\r\n" RECORD(EPOCH) "\n{'ts':1,'uid") > 90);
	assert_true(probe("{'@stream':'dns','ts':1,'id_orig_h':'192.0.2.1'}") > 90);
	assert_true(probe("{'_path':'capture_loss','ts':1,'gaps':0}\n") > 90);
	assert_true(probe("{'ts':1,'uid':'C','id.orig_h':'::1','service':'dns'}\n") > 90);
	assert_true(probe("{'result':{'_raw':'{\\'ts\\':1,\\'id.orig_h\\':\\'::1\\'}'}}\n") > 90);
	assert_true(probe("{'zeek':{'dns':{'query':'a'}}}\n") > 90);
	assert_true(probe(RECORD(EPOCH) "\n{'event_type':'dns'}\n") < 50);
	assert_int_equal(probe(""), 0);
	assert_int_equal(probe("{"), 0);
	assert_int_equal(probe("{}\n"), 0);
	assert_int_equal(probe("[{'ts':1,'uid':'C','id.orig_h':'192.0.2.1'}]\n"), 0);
	assert_int_equal(probe("{'ts':1,'msg':'id.orig_h','uid':'x'}\n"), 0);
	assert_int_equal(probe("{'timestamp':'x','event_type':'dns','dns':{'id':1}}\n"), 0);
	assert_int_equal(probe("{'event':{'module':'suricata'},'dns':{'query':{'name':'a'}},"
			       "'log':{'id':{'uid':1}}}\n"),
			 0);
	assert_int_equal(probe("#separator \\x09\n"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),         cmocka_unit_test(test_envelopes),
		cmocka_unit_test(test_renamed),       cmocka_unit_test(test_strings_for_numbers),
		cmocka_unit_test(test_names),         cmocka_unit_test(test_not_utf8),
		cmocka_unit_test(test_mixed_streams), cmocka_unit_test(test_damage),
		cmocka_unit_test(test_nesting),       cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
