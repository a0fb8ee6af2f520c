/* SPDX-License-Identifier: Apache-2.0 */
/* Zeek TSV: columns by name, escapes, headers in the middle, damage that costs one line. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/time.h"
#include "format/zeek/test_zeek.h"

#define DIRECTIVES                                                     \
	"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n" \
	"#unset_field\t-\n#path\tdns\n#open\t2026-11-03-14-00-00\n"
#define FIELDS                                                           \
	"ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\t"   \
	"trans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\t" \
	"rcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected"
#define HEADER DIRECTIVES "#fields\t" FIELDS "\n#types\ttime\tstring\n"
/* A row with everything but what a test is about. */
#define ROW(client, query, type, rcode, answers, ttls)                     \
	"1790000000.250000\tCW1\t" client "\t40000\t192.0.2.53\t53\tudp\t" \
	"4711\t0.000870\t" query "\t1\tC_INTERNET\t" type "\t-\t" rcode    \
	"\t-\tF\tF\tT\tT\t0\t" answers "\t" ttls "\tF\n"
#define NAMED(query) ROW("192.0.2.10", query, "1", "0", "192.0.2.7", "60.000000")
#define ANSWERED(type, answers, ttls) ROW("192.0.2.10", "a.net", type, "0", answers, ttls)

static const char directives[] = DIRECTIVES;

static struct test_run run;

static void tsv(const char *const *lines)
{
	test_run_text(&ed_format_zeek_tsv, lines, false, &run);
}

static void test_pair(void **state)
{
	static const char *const lines[] = {
		HEADER,
		ROW("192.0.2.10", "www.example.net", "1", "0", "cdn.example.net,192.0.2.7",
		    "2230.000000,60.000000"),
		NULL,
	};
	const struct ed_event *ev = &run.event[0].ev;
	struct ed_addr addr;

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_read, 1);
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
	assert_int_equal(ev->rtt_us, 870);
	assert_int_equal(ev->qtype, 1);
	assert_int_equal(ev->qclass, 1);
	assert_int_equal(ev->rcode, 0);
	assert_int_equal(ev->flags, ED_DNS_QR | ED_DNS_RD | ED_DNS_RA);
	assert_string_equal(test_name(&run, 0), "www.example.net");
	assert_int_equal(ev->lost, ED_LOST_CASE);
	assert_int_equal(ev->answers.n, 2);
	assert_int_equal(ev->answers.n_addresses, 1);
	assert_int_equal(ev->answers.bytes_names, strlen("cdn.example.net"));
	assert_int_equal(ev->answers.bytes_opaque, 0);
	assert_int_equal(ev->answers.first_v4, 0xc0000207);
	assert_int_equal(ev->answers.ttl_min_s, 60);
	assert_int_equal(ev->answers.ttl_max_s, 2230);
	assert_int_not_equal(ev->answers.hash, 0);
	assert_int_equal(ev->has, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
					  ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT | ED_FIELD_TXID |
					  ED_FIELD_QNAME | ED_FIELD_QTYPE | ED_FIELD_FLAGS |
					  ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES |
					  ED_FIELD_TTL | ED_FIELD_RTT);
	assert_int_equal(ev->offset, strlen(HEADER));
}

/* No reply seen: what it would tell is unknown, not zero. */
static void test_query_alone(void **state)
{
	static const char *const lines[] = {
		HEADER,
		"1790000000.250000\tCW1\t192.0.2.10\t40000\t192.0.2.53\t53\ttcp\t",
		"4711\t-\ta.net\t1\tC_INTERNET\t28\tAAAA\t-\t-\tF\tF\tT\tF\t2\t-\t-\tF\n",
		NULL,
	};
	const uint32_t of_reply = ED_FIELD_RCODE | ED_FIELD_RTT | ED_FIELD_ANSWERS | ED_FIELD_TTL |
				  ED_FIELD_RDATA_BYTES;
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(ev->transport, ED_TRANSPORT_TCP);
	assert_int_equal(ev->flags, ED_DNS_RD | ED_DNS_AD);
	assert_int_equal(ev->has & of_reply, 0);
}

static void test_sizes_of_answers(void **state)
{
	static const char *const lines[] = {
		HEADER,
		ANSWERED("16", "TXT 11 hello world TXT 3 a\\x09b", "5.000000"),
		/* null records: their number is known, their size is not */
		ANSWERED("10", "<unknown type=10>", "0.000000"),
		ANSWERED("48", "DNSKEY 5,RRSIG 48 example.net", "1.0,1.0"),
		/* data that looks like another string; the separator is escaped in data */
		ANSWERED("16", "TXT 14 TXT 255 x\\x2cTXT,TXT 2 ab", "5.000000,-"),
		/* cut by a limit of the log, the length is still true; beyond 255 it cannot be */
		ANSWERED("16", "TXT 200 abc", "-"),
		ANSWERED("16", "TXT 2000 abc", "-"),
		ANSWERED("5", "caf\\xc3\\xa9.net", "-"),
		NULL,
	};

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 7);
	assert_int_equal(run.event[0].ev.answers.bytes_opaque, 14);
	assert_int_equal(run.event[0].ev.answers.n, 1);
	assert_int_equal(run.event[1].ev.answers.n, 1);
	assert_true(run.event[1].ev.has & ED_FIELD_ANSWERS);
	assert_false(run.event[1].ev.has & ED_FIELD_RDATA_BYTES);
	assert_int_equal(run.event[2].ev.answers.n, 2);
	assert_false(run.event[2].ev.has & ED_FIELD_RDATA_BYTES);
	assert_int_equal(run.event[2].ev.answers.bytes_names, 0);
	assert_int_equal(run.event[3].ev.answers.n, 2);
	assert_int_equal(run.event[3].ev.answers.bytes_opaque, 16);
	assert_true(run.event[3].ev.has & ED_FIELD_TTL);
	assert_int_equal(run.event[4].ev.answers.bytes_opaque, 200);
	assert_int_equal(run.event[5].ev.answers.bytes_opaque, 0);
	assert_int_equal(run.event[6].ev.answers.bytes_names, 9);
}

static void test_answers(void **state)
{
	static const char *const lines[] = {
		HEADER,
		/* a reply without answers: it is known that there is none */
		ROW("192.0.2.10", "a.net", "1", "3", "-", "-"),
		ANSWERED("1", "(empty)", "-"),
		ANSWERED("28", "2001:db8::7,192.0.2.7,192.0.2.8", "5.0,5.0,5.0"),
		ANSWERED("1", "a.example.net,192.0.2.8,b.example.net", "-"),
		ANSWERED("1", "b.example.net,192.0.2.9,a.example.net", "-"),
		ANSWERED("1", "c.example.net,192.0.2.8,b.example.net", "-"),
		NULL,
	};

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 6);
	assert_int_equal(run.event[0].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(run.event[0].ev.answers.n, 0);
	assert_true(run.event[0].ev.has & ED_FIELD_ANSWERS);
	assert_true(run.event[0].ev.has & ED_FIELD_RDATA_BYTES);
	assert_false(run.event[0].ev.has & ED_FIELD_TTL);
	assert_int_equal(run.event[1].ev.answers.n, 0);
	assert_int_equal(run.event[2].ev.answers.n_addresses, 3);
	assert_int_equal(run.event[2].ev.answers.first_v4, 0xc0000207);
	assert_int_equal(run.event[2].ev.answers.hash, 0);
	assert_int_equal(run.event[3].ev.answers.hash, run.event[4].ev.answers.hash);
	assert_int_not_equal(run.event[3].ev.answers.hash, run.event[5].ev.answers.hash);
}

static void test_names(void **state)
{
	static const char *const lines[] = {
		HEADER,
		NAMED("(empty)"),
		NAMED("-"),
		NAMED("caf\\xc3\\xa9.example.net"),
		NAMED("a\\\\b.example.net"),
		NAMED("bad\\escape.example.net"),
		NAMED("a..example.net"),
		NAMED("caf\xc3\xa9.example.net"),
		NAMED("\\x2d"),
		NAMED(" sp ace .example.net"),
		NULL,
	};

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 9);
	assert_string_equal(test_name(&run, 0), ".");
	assert_int_equal(run.event[1].ev.name_n, 0);
	assert_int_equal(run.event[1].ev.lost, ED_LOST_NAME);
	assert_string_equal(test_name(&run, 2), "caf\\195\\169.example.net");
	assert_int_equal(run.event[2].ev.lost, ED_LOST_CASE);
	assert_string_equal(test_name(&run, 3), "a\\\\b.example.net");
	assert_string_equal(test_name(&run, 4), "bad\\\\escape.example.net");
	assert_int_equal(run.event[4].ev.lost, ED_LOST_CASE | ED_LOST_ESCAPES);
	assert_string_equal(test_name(&run, 5), "a.example.net");
	assert_int_equal(run.event[5].ev.lost, ED_LOST_CASE | ED_LOST_LABELS);
	assert_string_equal(test_name(&run, 6), "caf\\195\\169.example.net");
	assert_string_equal(test_name(&run, 7), "-");
	assert_string_equal(test_name(&run, 8), "\\032sp\\032ace\\032.example.net");
}

/* What cannot be a name must still be seen: split where it must be, cut at the front. */
static void test_no_names(void **state)
{
#define LABEL_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const char *const lines[] = {
		HEADER,
		NAMED(LABEL_64 ".example.net"),
		NAMED(LABEL_64 "." LABEL_64 "." LABEL_64 "." LABEL_64 "." LABEL_64 ".example.net"),
		NAMED("........"),
		NULL,
	};

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 3);
	assert_int_equal(run.event[0].ev.lost, ED_LOST_CASE | ED_LOST_LABELS);
	assert_int_equal(run.event[0].ev.name_n, 1 + 63 + 1 + 1 + 8 + 4 + 1);
	assert_int_equal(run.event[1].ev.lost, ED_LOST_CASE | ED_LOST_LABELS | ED_LOST_TAIL);
	assert_true(run.event[1].ev.name_n > 180);
	assert_non_null(strstr(test_name(&run, 1), "cdef0123456789abcde.f.example.net"));
	assert_int_equal(run.event[2].ev.name_n, 1);
	assert_int_equal(run.event[2].ev.lost, ED_LOST_CASE | ED_LOST_LABELS);
}

static void test_original_case(void **state)
{
	static const char *const lines[] = {
		directives,
		"#fields\tts\tid.orig_h\tquery\toriginal_query\n",
		"1.5\t192.0.2.1\tab.example.net\taB.ExAmple.net\n",
		"1.5\t192.0.2.1\tab.example.net\t-\n",
		NULL,
	};

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 2);
	assert_memory_equal(run.event[0].name, "\2aB\7ExAmple\3net", 16);
	assert_int_equal(run.event[0].ev.lost, 0);
	assert_true(run.event[0].ev.has & ED_FIELD_QNAME_CASE);
	assert_int_equal(run.event[1].ev.lost, ED_LOST_CASE);
	assert_false(run.event[1].ev.has & ED_FIELD_QNAME_CASE);
	assert_int_equal(run.event[0].ev.time_ns, 1500000000);
}

/* Only the name of the type or code is there. */
static void test_types_by_name(void **state)
{
	static const char *const lines[] = {
		directives,
		"#fields\tts\tid.orig_h\tquery\tqtype_name\trcode_name\n",
		"1\t192.0.2.1\ta\tTXT\tNXDOMAIN\n",
		"1\t192.0.2.1\ta\tquery-65399\tNXRRSet\n",
		"1\t192.0.2.1\ta\t*\trcode-77\n",
		"1\t192.0.2.1\ta\t-\t-\n",
		NULL,
	};

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 4);
	assert_int_equal(run.event[0].ev.qtype, ED_RR_TXT);
	assert_int_equal(run.event[0].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(run.event[0].ev.kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(run.event[1].ev.qtype, ED_RR_PRIVATE_IODINE);
	assert_int_equal(run.event[1].ev.rcode, 8);
	assert_int_equal(run.event[2].ev.qtype, ED_RR_ANY);
	assert_false(run.event[2].ev.has & ED_FIELD_RCODE);
	assert_false(run.event[3].ev.has & ED_FIELD_QTYPE);
}

/* Rotated files in one: columns, separators and marks change in the middle. */
static void test_headers_in_the_middle(void **state)
{
	static const char *const lines[] = {
		"\xef\xbb\xbf",
		HEADER,
		NAMED("one.example.net"),
		"#close\t2026-11-03-15-00-00\n",
		"#separator \\x2c\n#set_separator,|\n#empty_field,EMPTY\n#unset_field,NIL\n",
		"#path,dns\n#fields,query,ts,id.orig_h,answers,rcode\n",
		"two.example.net,1790000001,192.0.2.2,192.0.2.7|NIL|three.example.net,0\n",
		"NIL,1790000001.5,192.0.2.2,EMPTY,0\r\n\r\n",
		HEADER,
		NAMED("three.example.net"),
		NULL,
	};

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 4);
	assert_int_equal(run.tally.n_read, 4);
	assert_string_equal(test_name(&run, 0), "one.example.net");
	assert_string_equal(test_name(&run, 1), "two.example.net");
	assert_int_equal(run.event[1].ev.answers.n, 2);
	assert_int_equal(run.event[1].ev.time_ns, 1790000001 * ED_NS_PER_S);
	assert_int_equal(run.event[2].ev.lost, ED_LOST_NAME);
	assert_int_equal(run.event[2].ev.answers.n, 0);
	assert_string_equal(test_name(&run, 3), "three.example.net");
}

/* The writer option tsv=T: a bare line of names, and another one where a second file begins. */
static void test_bare_header(void **state)
{
	static const char *const lines[] = {
		FIELDS "\n",
		NAMED("one.example.net"),
		"ts\tquery\tid.orig_h\n",
		"1790000000.000001\ttwo.example.net\t192.0.2.2\n",
		NULL,
	};

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.tally.n_read, 2);
	assert_string_equal(test_name(&run, 1), "two.example.net");
	assert_int_equal(run.event[1].ev.time_ns, 1790000000 * ED_NS_PER_S + 1000);
}

static void test_other_logs(void **state)
{
	static const char *const conn[] = {
		directives,
		"#path\tconn\n#fields\tts\tid.orig_h\tservice\n",
		"1\t192.0.2.1\tdns\n1\t192.0.2.1\tdns\n",
		HEADER,
		NAMED("a.example.net"),
		NULL,
	};
	static const char *const no_query[] = {
		directives,
		"#fields\tts\tid.orig_h\tservice\n",
		"1\t192.0.2.1\tdns\n",
		NULL,
	};
	static const char *const no_header[] = { "1\t192.0.2.1\twww.example.net\n", NULL };

	(void)state;
	tsv(conn);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 2);
	assert_int_equal(run.tally.first_damage, ED_DROP_N);
	assert_int_equal(run.n_events, 1);
	tsv(no_query);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	tsv(no_header);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
}

static void test_local_naming(void **state)
{
#define FLOW(orig_h, orig_p, resp_h, resp_p, type) \
	"1\t" orig_h "\t" orig_p "\t" resp_h "\t" resp_p "\ta.example.net\t" type "\n"
	static const char *const lines[] = {
		DIRECTIVES
		"#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tquery\tqtype\n",
		FLOW("192.0.2.1", "5353", "224.0.0.251", "5353", "12"),
		FLOW("fe80::1", "5353", "ff02::fb", "5353", "12"),
		FLOW("10.0.0.1", "50000", "224.0.0.252", "5355", "1"),
		FLOW("10.0.0.1", "137", "10.0.0.255", "137", "32"),
		FLOW("192.0.2.1", "137", "198.51.100.1", "137", "33"),
		FLOW("10.0.0.1", "5355", "10.0.0.2", "50000", "1"),
		FLOW("fe80::1", "50000", "fe80::2", "5353", "1"),
		FLOW("10.0.0.1", "68", "255.255.255.255", "53", "1"),
		/* these are lookups, whatever their ports look like */
		FLOW("10.0.0.1", "5353", "10.0.0.53", "53", "1"),
		FLOW("10.0.0.1", "50000", "198.51.100.1", "5353", "16"),
		FLOW("10.0.0.1", "50000", "198.51.100.1", "137", "16"),
		NULL,
	};

	(void)state;
	tsv(lines);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MULTICAST], 8);
	assert_int_equal(run.n_events, 3);
	assert_int_equal(run.tally.first_damage, ED_DROP_N);
}

/* A reply whose query was not seen makes the server the originator of the flow. */
static void test_reply_first(void **state)
{
#define REPLY(orig_p, resp_p, rtt) \
	"1\t192.0.2.53\t" orig_p "\t192.0.2.1\t" resp_p "\t" rtt "\ta.example.net\t0\n"
	static const char *const lines[] = {
		DIRECTIVES
		"#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\trtt\tquery\trcode\n",
		REPLY("53", "40000", "-"),
		REPLY("53", "53", "-"),
		REPLY("53", "40000", "0.1"),
		NULL,
	};

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 3);
	assert_int_equal(run.event[0].ev.client.b[15], 1);
	assert_int_equal(run.event[0].ev.client_port, 40000);
	assert_int_equal(run.event[0].ev.resolver_port, 53);
	assert_int_equal(run.event[1].ev.client.b[15], 53);
	assert_int_equal(run.event[2].ev.client.b[15], 53);
	assert_int_equal(run.event[2].ev.rtt_us, 100000);
}

/* Each bad line costs itself and is counted by its reason; the lines around it are read. */
static void test_damage(void **state)
{
	static const char *const damaged[] = {
		HEADER,
		"1790000000.250000\tCW1\t192.0.2.10\n",
		NAMED("one.example.net"),
		ROW("not an address", "two.example.net", "1", "0", "-", "-"),
		ROW("-", "x", "1", "0", "-", "-"),
		NAMED("three.example.net"),
		"17900000",
		NULL,
	};
	static const char *const unended[] = {
		directives,
		"#fields\tts\tid.orig_h\tquery\n",
		"1\t192.0.2.1\ta.example.net",
		NULL,
	};
	static const char *const values[] = {
		DIRECTIVES
		"#fields\tts\tid.orig_h\tquery\tid.orig_p\tqtype\trtt\ttrans_id\tZ\tproto\n",
		"1\t192.0.2.1\ta\t65536\t-1\t-0.5\t123456789\t8\tunknown_transport\n",
		NULL,
	};
	static const char *const two_bytes[] = {
		"#separator ||\n#fields||ts||id.orig_h||query\n1||192.0.2.1||a.example.net\n",
		NULL,
	};

	(void)state;
	tsv(damaged);
	assert_int_equal(run.tally.n_read, 6);
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.first_damage, ED_DROP_BAD_LINE);
	assert_int_equal(run.tally.first_damage_offset, strlen(HEADER));
	tsv(unended);
	assert_int_equal(run.n_events, 1);
	/* A value that cannot be read is unknown and takes nothing with it. */
	tsv(values);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.event[0].ev.has, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME);
	tsv(two_bytes);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
}

/* Files that a crash or a copy filled up with zeros. */
static void test_zero_bytes(void **state)
{
	static const char text[] = HEADER NAMED("one.example.net") "\0\0\0\t\0\n\0\0\0\0";

	(void)state;
	test_run(&ed_format_zeek_tsv, ed_span_of(text, sizeof(text) - 1), &run);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 2);
}

static void test_update_has_no_answers(void **state)
{
	static const char *const lines[] = {
		directives,
		"#fields\tts\tid.orig_h\tquery\trcode\tanswers\tTTLs\topcode\n",
		"1\t192.0.2.1\texample.net\t0\tadd: A a.example.net 192.0.2.7\t60.0\t5\n",
		NULL,
	};

	(void)state;
	tsv(lines);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.event[0].ev.opcode, 5);
	assert_int_equal(run.event[0].ev.answers.n, 0);
	assert_true(run.event[0].ev.has & ED_FIELD_OPCODE);
	assert_false(run.event[0].ev.has & (ED_FIELD_ANSWERS | ED_FIELD_TTL));
}

static size_t put(char *text, size_t n, const char *more)
{
	memcpy(text + n, more, strlen(more));
	return n + strlen(more);
}

/* Lines beyond the limit are counted once each, and what follows them is read. */
static void test_long_lines(void **state)
{
	const size_t n_long = 3 * (size_t)ED_UNIT_MAX_BYTES + 17;
	char *text = malloc(2 * n_long + 8192);
	size_t n;

	(void)state;
	assert_non_null(text);
	n = put(text, 0, HEADER);
	for (unsigned i = 0; i < 2; i++) {
		memset(text + n, 'x', n_long);
		n = put(text, n + n_long, "\n" NAMED("tail.example.net"));
	}
	test_run(&ed_format_zeek_tsv, ed_span_of(text, n), &run);
	free(text);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OVERSIZE], 2);
	assert_int_equal(run.tally.n_read, 4);
	assert_int_equal(run.n_events, 2);
}

/* More rows than one unit holds: none is lost or read twice at the borders. */
static void test_many_units(void **state)
{
	enum { N_ROWS = 5000 };
	char *text = malloc(N_ROWS * 256L);
	size_t n;

	(void)state;
	assert_non_null(text);
	n = put(text, 0, HEADER);
	for (unsigned i = 0; i < N_ROWS; i++) {
		n = put(text, n, NAMED("www.example.net"));
		if (i % 1000 == 999)
			n = put(text, n, "#close\tx\n\r\n");
	}
	assert_true(n > 4 * ED_UNIT_TARGET_BYTES && n < N_ROWS * 256L);
	test_run(&ed_format_zeek_tsv, ed_span_of(text, n), &run);
	free(text);
	assert_int_equal(run.tally.n_read, N_ROWS);
	assert_int_equal(run.n_events, N_ROWS);
}

static unsigned probe(const char *text)
{
	return ed_format_zeek_tsv.probe(ed_span_str(text));
}

static void test_probe(void **state)
{
	(void)state;
	assert_int_equal(probe(HEADER), 100);
	assert_int_equal(probe("\xef\xbb\xbf" HEADER), 100);
	assert_int_equal(probe("# a note\n\n#separator \\x09\n"), 100);
	assert_int_equal(probe("#fields\tts\tuid"), 100);
	assert_true(probe(FIELDS "\n") > 50);
	assert_int_equal(probe(""), 0);
	assert_int_equal(probe(NAMED("www.example.net")), 0);
	assert_int_equal(probe("#Fields: date time c-ip\n2026-11-03 14:00:00 192.0.2.1\n"), 0);
	assert_int_equal(probe("ts\tname\tvalue\n1\t2\t3\n"), 0);
	assert_int_equal(probe("{\"ts\":1}\n"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_query_alone),
		cmocka_unit_test(test_sizes_of_answers),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_names),
		cmocka_unit_test(test_original_case),
		cmocka_unit_test(test_types_by_name),
		cmocka_unit_test(test_headers_in_the_middle),
		cmocka_unit_test(test_bare_header),
		cmocka_unit_test(test_other_logs),
		cmocka_unit_test(test_local_naming),
		cmocka_unit_test(test_reply_first),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_zero_bytes),
		cmocka_unit_test(test_update_has_no_answers),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_many_units),
		cmocka_unit_test(test_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
