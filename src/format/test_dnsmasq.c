/* SPDX-License-Identifier: Apache-2.0 */
/* dnsmasq: queries, and answers that find theirs with and without serial numbers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

#define AT "Nov  3 14:02:11 dnsmasq[464]: "

static struct test_run run;

static void dnsmasq(const char *text)
{
	test_run_text(&ed_format_dnsmasq, text, &run);
}

static void test_query(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	dnsmasq(AT "query[type=65399] wWw.example.net from 192.0.2.10\n" AT
		   "forwarded wWw.example.net to 192.0.2.53\n");
	assert_int_equal(run.tally.n_read, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_QUERY);
	assert_string_equal(test_time(&run, 0), "1972-11-03T14:02:11.000Z");
	assert_int_equal(ev->time_quality, ED_TIME_YEAR_ASSUMED);
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_int_equal(ev->qtype, 65399);
	assert_memory_equal(run.event[0].name, "\3wWw\7example\3net", 17);
	assert_int_equal(ev->has, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME |
					  ED_FIELD_QNAME_CASE | ED_FIELD_QTYPE);
}

static void test_extra(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	dnsmasq(AT "7 192.0.2.10/5743 query[A] www.a.net from 192.0.2.10\n" AT
		   "4294967295 2001:db8::7/5744 query[TXT] t.a.net from 2001:db8::7\n" AT
		   "9 UDP 192.0.2.11/5745 query[A] n.a.net from 192.0.2.11\n" AT
		   "7 192.0.2.10/5743 reply www.a.net is <CNAME>\n" AT
		   "7 192.0.2.10/5743 reply cdn.b.net is 192.0.2.7\n" AT
		   "4294967295 2001:db8::7/5744 reply t.a.net is some text from 192.0.2.99\n" AT
		   "4294967295 2001:db8::7/5744 reply t.a.net is more\n" AT
		   "9 UDP 192.0.2.11/5745 reply n.a.net is NXDOMAIN\n" AT
		   "7 192.0.2.10/5743 reply a.net is no DS\n" AT
		   "10 192.0.2.10/5746 reply x.net is 192.0.2.8\n");
	assert_int_equal(run.tally.n_read, 10);
	assert_int_equal(run.tally.n_analysed, 8);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_QUERY], 2);
	assert_int_equal(run.n_events, 3);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(ev->client_port, 5743);
	assert_int_equal(ev->answers.n, 2);
	assert_int_equal(ev->answers.n_addresses, 1);
	assert_int_equal(ev->answers.first_v4, 0xc0000207);
	assert_int_equal(ev->answers.bytes_names, strlen("cdn.b.net"));
	assert_true(ev->has & ED_FIELD_RDATA_BYTES);
	ev = &run.event[1].ev;
	assert_string_equal(test_addr(&ev->client), "2001:db8::7");
	assert_int_equal(ev->answers.bytes_opaque,
			 strlen("some text from 192.0.2.99") + strlen("more"));
	assert_int_equal(run.event[2].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(run.event[2].ev.answers.n, 0);
}

/* Without serial numbers: by name, by the type that the answer looks like, by following a CNAME. */
static void test_plain(void **state)
{
	(void)state;
	dnsmasq(AT "query[HTTPS] a.net from 192.0.2.10\n" AT
		   "query[AAAA] a.net from 192.0.2.10\n" AT "query[A] A.net from 192.0.2.10\n" AT
		   "query[PTR] 7.2.0.192.in-addr.arpa from 192.0.2.10\n" AT
		   "reply a.net is 2001:db8::7\n" AT "reply a.net is 192.0.2.7\n" AT
		   "reply a.net is 192.0.2.8\n" AT "reply a.net is NODATA\n" AT
		   "reply 192.0.2.7 is host.a.net\n" AT "query[A] c.net from 192.0.2.10\n" AT
		   "cached c.net is <CNAME>\n" AT "cached d.net is 192.0.2.9\n" AT
		   "cached d.net is 192.0.2.10\n" AT "reply other.net is 192.0.2.9\n");
	assert_int_equal(run.n_events, 5);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_QUERY], 1);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(run.event[i].ev.kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(run.event[0].ev.answers.n, 0);
	assert_int_equal(run.event[1].ev.answers.n_addresses, 1);
	assert_int_equal(run.event[1].ev.answers.first_v4, 0);
	assert_int_equal(run.event[2].ev.answers.n_addresses, 2);
	assert_int_equal(run.event[3].ev.answers.bytes_names, strlen("host.a.net"));
	assert_int_equal(run.event[4].ev.answers.n, 3);
	assert_int_equal(run.event[4].ev.answers.n_addresses, 2);
}

/* Types whose data dnsmasq does not print: counted, of unknown size. */
static void test_unsized(void **state)
{
	(void)state;
	dnsmasq(AT "query[NULL] a.net from 192.0.2.10\n" AT "reply a.net is <NULL>\n" AT
		   "query[CNAME] b.net from 192.0.2.10\n" AT "reply b.net is <CNAME>\n" AT
		   "query[TXT] c.net from 192.0.2.10\n" AT "reply c.net is \n" AT
		   "reply c.net is\n");
	assert_int_equal(run.n_events, 3);
	assert_int_equal(run.event[0].ev.answers.n, 1);
	assert_false(run.event[0].ev.has & ED_FIELD_RDATA_BYTES);
	assert_int_equal(run.event[1].ev.answers.n, 1);
	assert_false(run.event[1].ev.has & ED_FIELD_RDATA_BYTES);
	assert_int_equal(run.event[2].ev.answers.n, 2);
	assert_true(run.event[2].ev.has & ED_FIELD_RDATA_BYTES);
	assert_int_equal(run.event[2].ev.answers.bytes_opaque, 0);
}

/* Old versions hide an odd name in the query and print it raw in the answer. */
static void test_unprintable(void **state)
{
	(void)state;
	dnsmasq(AT "query[TXT] <name unprintable> from 192.0.2.10\n" AT
		   "reply 0y\344\351.t.a.net is xyz\n" AT
		   "query[TXT] <name unprintable> from 192.0.2.10\n" AT
		   "reply plain.a.net is xyz\n");
	assert_int_equal(run.n_events, 2);
	assert_string_equal(test_name(&run, 0), "0y\\228\\233.t.a.net");
	assert_int_equal(run.event[0].ev.lost, ED_LOST_LABELS);
	assert_int_equal(run.event[0].ev.kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(run.event[1].ev.name_n, 0);
	assert_int_equal(run.event[1].ev.lost, ED_LOST_NAME);
	assert_int_equal(run.event[1].ev.kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_QUERY], 1);
}

/* A name that was not printed is below the domain that its client asked last with its type. */
static void test_unprintable_domain(void **state)
{
	(void)state;
	dnsmasq(AT
		"query[NULL] aa.bb.t.example.net from 192.0.2.10\n" AT
		"query[NULL] <name unprintable> from 192.0.2.10\n" AT
		"query[SRV] <name unprintable> from 192.0.2.10\n" AT
		"query[NULL] <name unprintable> from 192.0.2.11\n" AT
		"query[SRV] cc.example.net from 192.0.2.10\n" AT
		"query[SRV] <name unprintable> from 192.0.2.10\n" AT
		"query[A] www.example.org from 192.0.2.10\n" AT
		"query[A] <name unprintable> from 192.0.2.10\n" AT
		"query[TXT] example.org from 192.0.2.10\n" AT
		"query[TXT] <name unprintable> from 192.0.2.10\n"
		"Nov  3 14:03:12 dnsmasq[464]: query[NULL] <name unprintable> from 192.0.2.10\n");
	assert_int_equal(run.n_events, 11);
	assert_string_equal(test_name(&run, 1), "t.example.net");
	assert_int_equal(run.event[1].ev.lost, ED_LOST_NAME | ED_LOST_LABELS);
	assert_true(run.event[1].ev.has & ED_FIELD_QNAME);
	assert_int_equal(run.event[2].ev.name_n, 0); /* of another type */
	assert_int_equal(run.event[3].ev.name_n, 0); /* of another client */
	assert_string_equal(test_name(&run, 5), "example.net");
	assert_int_equal(run.event[7].ev.name_n, 0);  /* everybody asks for addresses */
	assert_int_equal(run.event[9].ev.name_n, 0);  /* nothing is below a domain of two labels */
	assert_int_equal(run.event[10].ev.name_n, 0); /* a minute later */
}

/* The answer knows better. */
static void test_unprintable_completed(void **state)
{
	(void)state;
	dnsmasq(AT "query[TXT] aa.t.example.net from 192.0.2.10\n" AT
		   "query[TXT] <name unprintable> from 192.0.2.10\n" AT
		   "reply b\xc3\xa9.u.example.org is text\n");
	assert_int_equal(run.n_events, 2);
	assert_memory_equal(run.event[1].name, "\3b\xc3\xa9\1u\7example\3org", 19);
	assert_int_equal(run.event[1].ev.lost, ED_LOST_LABELS);
	assert_int_equal(run.event[1].ev.kind, ED_EVENT_DNS_PAIR);
}

static void test_other_lines(void **state)
{
	(void)state;
	dnsmasq(AT "started, version 2.90 cachesize 150\n" AT "reply is truncated\n" AT
		   "dnssec-query[DS] a.net to 192.0.2.53\n" AT "validation result is INSECURE\n"
		   "Nov  3 14:02:11 dnsmasq-dhcp[464]: query[A] a.net from 192.0.2.10\n"
		   "query[A] a.net from 192.0.2.10\n" AT "query[A a.net from 192.0.2.10\n" AT
		   "query[A] a.net from nobody\n" AT "query[A] a..net from 192.0.2.10\n"
		   "\000\n");
	assert_int_equal(run.tally.n_read, 9);
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 6);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 3);
}

static void test_pihole(void **state)
{
	(void)state;
	dnsmasq(AT "query[A] ads.net from 192.0.2.10\n" AT "gravity blocked ads.net is 0.0.0.0\n" AT
		   "query[A] host.lan from 192.0.2.10\n" AT "/etc/hosts host.lan is 192.0.2.20\n");
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.event[0].ev.kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(run.event[1].ev.kind, ED_EVENT_DNS_PAIR);
	assert_true(test_probe(&ed_format_dnsmasq, AT "query[A] ads.net from 192.0.2.10\n") > 0);
	assert_int_equal(test_probe(&ed_format_dnsmasq, AT "started\n"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_extra),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_unsized),
		cmocka_unit_test(test_unprintable),
		cmocka_unit_test(test_unprintable_domain),
		cmocka_unit_test(test_unprintable_completed),
		cmocka_unit_test(test_other_lines),
		cmocka_unit_test(test_pihole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
