/* SPDX-License-Identifier: Apache-2.0 */
/* BIND's query log: its prefixes in all their forms, exact names, what is no query. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

static void bind(const char *text)
{
	test_run_text(&ed_format_bind, text, &run);
}

static void test_query(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	bind("03-Nov-2026 14:02:11.250 queries: info: client @0x7f33df100098 192.0.2.10#41096 "
	     "(wWw.example.net): query: wWw.example.net IN TXT +E(0)TDC (192.0.2.53)\n");
	assert_int_equal(run.tally.n_read, 1);
	assert_int_equal(run.n_events, 1);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_int_equal(ev->time_quality, ED_TIME_ZONE_ASSUMED);
	assert_int_equal(ev->kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(ev->vantage, ED_VANTAGE_RESOLVER);
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_int_equal(ev->client_port, 41096);
	assert_string_equal(test_addr(&ev->resolver), "192.0.2.53");
	assert_int_equal(ev->transport, ED_TRANSPORT_TCP);
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_int_equal(ev->qclass, 1);
	assert_int_equal(ev->flags, ED_DNS_RD | ED_DNS_CD);
	assert_memory_equal(run.event[0].name, "\3wWw\7example\3net", 17);
	assert_int_equal(ev->lost, 0);
	assert_int_equal(ev->has, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
					  ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT | ED_FIELD_QNAME |
					  ED_FIELD_QNAME_CASE | ED_FIELD_QNAME_BYTES |
					  ED_FIELD_QTYPE | ED_FIELD_FLAGS);
}

/* Every prefix that print-time, print-category, print-severity and syslog can make. */
static void test_prefixes(void **state)
{
	static const struct {
		const char *prefix;
		enum ed_time_quality quality;
		const char *time;
	} cases[] = {
		{ "", ED_TIME_NONE, "1970-01-01T00:00:00.000Z" },
		{ "queries: info: ", ED_TIME_NONE, "1970-01-01T00:00:00.000Z" },
		{ "2026-11-03T14:02:11.250Z ", ED_TIME_EXACT_UTC, "2026-11-03T14:02:11.250Z" },
		{ "2026-11-03T14:02:11.250Z info: ", ED_TIME_EXACT_UTC,
		  "2026-11-03T14:02:11.250Z" },
		{ "2026-11-03T14:02:11.250 queries: info: ", ED_TIME_ZONE_ASSUMED,
		  "2026-11-03T14:02:11.250Z" },
		{ "2026-11-03T14:02:11.250-05:00 ", ED_TIME_OFFSET_KNOWN,
		  "2026-11-03T19:02:11.250Z" },
		{ "03-Nov-2026 14:02:11.250 info: ", ED_TIME_ZONE_ASSUMED,
		  "2026-11-03T14:02:11.250Z" },
		{ "Nov  3 14:02:11 ns1 named[464]: ", ED_TIME_YEAR_ASSUMED,
		  "1972-11-03T14:02:11.000Z" },
		{ "<30>Nov 3 14:02:11 ns1 192.0.2.1 named[464]: queries: ", ED_TIME_YEAR_ASSUMED,
		  "1972-11-03T14:02:11.000Z" },
		{ "Nov  3 14:02:11 ns1 named[464]: 03-Nov-2026 14:02:09.250 ", ED_TIME_ZONE_ASSUMED,
		  "2026-11-03T14:02:09.250Z" },
		{ "<30>1 2026-11-03T14:02:11.250+01:00 ns1 named 464 - - ", ED_TIME_OFFSET_KNOWN,
		  "2026-11-03T13:02:11.250Z" },
		{ "<30>1 2026-11-03T14:02:11Z ns1 named 464 - [a@1 b=\"c d\"] ",
		  ED_TIME_OFFSET_KNOWN, "2026-11-03T14:02:11.000Z" },
	};
	char line[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line),
			 "%sclient 192.0.2.10#53 (a.net): query: a.net IN A + (192.0.2.1)\r\n",
			 cases[i].prefix);
		bind(line);
		if (run.n_events != 1)
			print_message("%s", line);
		assert_int_equal(run.n_events, 1);
		assert_int_equal(run.event[0].ev.time_quality, cases[i].quality);
		assert_string_equal(test_time(&run, 0), cases[i].time);
		assert_true(test_probe(&ed_format_bind, line) > 0);
	}
}

/* What may stand between the address and the message. */
static void test_clients(void **state)
{
	(void)state;
	bind("client 192.0.2.10#4001: query: a.net IN A +\n"
	     "client 192.0.2.10#4002: view lan: query: a.net IN A +\n"
	     "client 192.0.2.10#4003/key k.example (a.net): view lan: query: a.net IN A +S\n"
	     "client @0x12 192.0.2.10#4004/key k.example: query: a.net IN A +S\n"
	     "client @0x12 192.0.2.10#4005 key k.example (a.net): query: a.net IN A +S\n"
	     "client 2001:db8::7#4006 (a.net): query: a.net IN A -E(0)T (2001:db8::53) [ECS "
	     "192.0.2.0/24/0]\n"
	     "client fe80::1%2#4007 (a.net): query: a.net IN A -\n"
	     "client 192.0.2.10#4008 (.): query: . IN NS -\n"
	     "client 192.0.2.10#4009 (a.net): query: a.net CH TYPE65399 -\n");
	assert_int_equal(run.n_events, 9);
	for (unsigned i = 0; i < 9; i++)
		assert_int_equal(run.event[i].ev.client_port, 4001 + i);
	assert_string_equal(test_addr(&run.event[5].ev.resolver), "2001:db8::53");
	assert_string_equal(test_addr(&run.event[6].ev.client), "fe80::1");
	assert_string_equal(test_name(&run, 7), ".");
	assert_int_equal(run.event[8].ev.qtype, 65399);
	assert_int_equal(run.event[8].ev.qclass, 3);
}

/* Escapes are undone to the byte: a dot inside a label, blanks, brackets, control bytes. */
static void test_exact_names(void **state)
{
	(void)state;
	bind("client 192.0.2.10#1 (x): query: a\\.b.sp\\032ace.\\000\\255.\\(\\)\\;\\@\\$\\\".net "
	     "IN A +\n");
	assert_int_equal(run.n_events, 1);
	assert_memory_equal(run.event[0].name, "\3a.b\6sp ace\2\0\377\6();@$\"\3net",
			    1 + 3 + 1 + 6 + 3 + 7 + 5);
}

static void test_responses(void **state)
{
	const struct ed_event *ev;

	(void)state;
	bind("client @0x1 192.0.2.10#1 (a.net): response: a.net IN A NOERROR 2 0 1 +E(0)K "
	     "(192.0.2.53)\n"
	     "client @0x1 192.0.2.10#2 (a.net): answer: a.net IN A +EDC (192.0.2.53) -> NXDOMAIN\n"
	     "client @0x1 192.0.2.10#3 (a.net): query failed (SERVFAIL) for a.net/IN/AAAA at "
	     "query.c:1\n"
	     "client @0x1 192.0.2.10#4 (a.net): query failed (timed out) for a/b.net/IN/A at q.c:1\n"
	     "client @0x1 192.0.2.10#5 (a.net): query (cache) 'a.net/TXT/IN' denied (why)\n"
	     "client 192.0.2.10#6 (a.net): query 'a.net/ANY/IN' denied\n");
	assert_int_equal(run.n_events, 6);
	for (unsigned i = 0; i < 6; i++) {
		ev = &run.event[i].ev;
		assert_int_equal(ev->kind, ED_EVENT_DNS_RESPONSE);
		assert_true(ev->has & ED_FIELD_RCODE);
		assert_int_equal(ev->client_port, i + 1);
	}
	assert_int_equal(run.event[0].ev.answers.n, 2);
	assert_true(run.event[0].ev.has & ED_FIELD_ANSWERS);
	assert_int_equal(run.event[1].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_false(run.event[1].ev.has & ED_FIELD_ANSWERS);
	assert_int_equal(run.event[2].ev.rcode, ED_RCODE_SERVFAIL);
	assert_int_equal(run.event[2].ev.qtype, ED_RR_AAAA);
	assert_int_equal(run.event[3].ev.rcode, ED_RCODE_SERVFAIL);
	assert_string_equal(test_name(&run, 3), "a/b.net");
	assert_int_equal(run.event[4].ev.rcode, 5);
	assert_int_equal(run.event[4].ev.qtype, ED_RR_TXT);
	assert_int_equal(run.event[5].ev.qtype, ED_RR_ANY);
}

/* Other messages are counted as such, damage as damage, and neither costs more than its line. */
static void test_other_lines(void **state)
{
	(void)state;
	bind("general: info: zone a.net/IN: Transfer started.\n"
	     "client 192.0.2.10#1 (a.net): zone transfer 'a.net/AXFR/IN' denied\n"
	     "Nov  3 14:02:11 ns1 dhcpd[1]: client 192.0.2.10#1 (a.net): query: a.net IN A +\n"
	     "client 192.0.2.10#1: query (cache) denied\n"
	     "client 192.0.2.10#x (a.net): query: a.net IN A +\n"
	     "client 192.0.2.10#1 (a.net): query: a.net IN\n"
	     "client 192.0.2.10#1 (a.net): query: a..net IN A +\n"
	     "\001\002\003\n"
	     "\n"
	     "client 192.0.2.10#1 (a.net): query: a.net IN A +");
	assert_int_equal(run.tally.n_read, 9);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 4);
	assert_int_equal(run.n_events, 1);
}

/* A name cannot make a second record, nor move what stands behind it. */
static void test_injection(void **state)
{
	(void)state;
	bind("client 192.0.2.10#1 (x): query: \\):\\032query:\\032b.net\\032IN\\032A\\010client.net "
	     "IN TXT + (192.0.2.1)\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.event[0].ev.qtype, ED_RR_TXT);
	assert_int_equal(run.event[0].name[0], strlen("): query: b"));
}

/* Years are guessed from line to line: December is followed by January. */
static void test_years(void **state)
{
#define AT(time) time " ns1 named[1]: client 192.0.2.10#1 (a.net): query: a.net IN A +\n"
	(void)state;
	bind(AT("Dec 31 23:59:59") AT("Jan  1 00:00:01") AT("Dec 31 23:59:58")
		     AT("Feb 29 00:00:00"));
#undef AT
	assert_int_equal(run.n_events, 4);
	assert_string_equal(test_time(&run, 0), "1972-12-31T23:59:59.000Z");
	assert_string_equal(test_time(&run, 1), "1973-01-01T00:00:01.000Z");
	assert_string_equal(test_time(&run, 2), "1972-12-31T23:59:58.000Z");
	assert_string_equal(test_time(&run, 3), "1972-02-29T00:00:00.000Z");
}

static void test_not_bind(void **state)
{
	(void)state;
	assert_int_equal(test_probe(&ed_format_bind, "{\"query\":\"a.net\"}\n"), 0);
	assert_int_equal(test_probe(&ed_format_bind, "Nov  3 14:02:11 h dnsmasq[1]: query[A] a.net "
						     "from 192.0.2.1\n"),
			 0);
	assert_int_equal(test_probe(&ed_format_bind, ""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),     cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_clients),   cmocka_unit_test(test_exact_names),
		cmocka_unit_test(test_responses), cmocka_unit_test(test_other_lines),
		cmocka_unit_test(test_injection), cmocka_unit_test(test_years),
		cmocka_unit_test(test_not_bind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
