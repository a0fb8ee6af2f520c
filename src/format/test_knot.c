/* SPDX-License-Identifier: Apache-2.0 */
/* Knot Resolver: messages of many lines, whichever way the lines came to the file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

#define STAMP "2026-11-03T14:02:11.250000+00:00 ns1 kresd[610]: "
#define GROUPS(n) "[reqdbg][policy][" n ".00] "
#define FROM "request packet arrived from 192.0.2.10#53894 to 192.0.2.53#00053 (UDP)\n"
#define HEADER ";; ->>HEADER<<- opcode: QUERY; status: NOERROR; id: 51189\n"
#define FLAGS ";; Flags: rd cd  QUERY: 1; ANSWER: 0; AUTHORITY: 0; ADDITIONAL: 1\n"
#define EDNS \
	";; EDNS PSEUDOSECTION:\n;; Version: 0; flags: ; UDP size: 1232 B; ext-rcode: Unused\n\n"
#define REQUEST(n) GROUPS(n) FROM GROUPS(n) "request packet:\n" HEADER FLAGS "\n"

static struct test_run run;

static void knot(const char *text)
{
	test_run_text(&ed_format_knot, text, &run);
}

static void test_lookup(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	knot(REQUEST("51189") EDNS
	     ";; QUESTION SECTION\nwww.a.net.\t\tTXT\n\n;; ADDITIONAL SECTION\n"
	     "[reqdbg][iterat][51189.01]   <= answer received:\n" HEADER
	     ";; QUESTION SECTION\nwww.a.net.\t\tTXT\n\n"
	     ";; ANSWER SECTION\nwww.a.net.\t9\tTXT\t\"upstream\"\n" GROUPS(
		     "51189") "answer packet:\n"
			      ";; ->>HEADER<<- opcode: QUERY; status: NOERROR; id: 51189\n"
			      ";; Flags: qr rd ra  QUERY: 1; ANSWER: 2; AUTHORITY: 0; ADDITIONAL: 1\n\n"
			      ";; QUESTION SECTION\nWww.a.net.\t\tTXT\n\n;; ANSWER SECTION\n"
			      "www.a.net.          \t300\tTXT\t\"ab\\\"c\\032\" \"de\"\n"
			      "www.a.net.          \t60\tTYPE65399\t\\# 4 DEADBEEF\n\n"
			      ";; ADDITIONAL SECTION\nb.net. 3 A 192.0.2.1\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_int_equal(ev->client_port, 53894);
	assert_string_equal(test_addr(&ev->resolver), "192.0.2.53");
	assert_int_equal(ev->resolver_port, 53);
	assert_int_equal(ev->transport, ED_TRANSPORT_UDP);
	assert_int_equal(ev->txid, 51189);
	assert_int_equal(ev->flags, ED_DNS_RD | ED_DNS_CD);
	assert_int_equal(ev->edns_size, 1232);
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_int_equal(ev->qclass, 1);
	assert_string_equal(test_name(&run, 0), "www.a.net");
	assert_int_equal(ev->lost, ED_LOST_CASE);
	assert_int_equal(ev->rcode, 0);
	assert_int_equal(ev->answers.n, 2);
	assert_int_equal(ev->answers.bytes_opaque, 5 + 2 + 4);
	assert_int_equal(ev->answers.ttl_min_s, 60);
	assert_int_equal(ev->answers.ttl_max_s, 300);
	assert_int_equal(ev->time_quality, ED_TIME_NONE);
	assert_int_equal(ev->has & (ED_FIELD_TIME | ED_FIELD_QNAME_CASE), 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 6);
}

/* Addresses count, names count their text, and what is no record counts nothing. */
static void test_records(void **state)
{
	const struct ed_dns_answers *a = &run.event[0].ev.answers;

	(void)state;
	knot(REQUEST("7") ";; QUESTION SECTION\na.net.\t\tA\n" GROUPS(
		"7") "answer packet:\n"
		     ";; ->>HEADER<<- opcode: QUERY; status: NXDOMAIN; id: 7\n"
		     ";; QUESTION SECTION\na.net.\t\tA\n\n;; ANSWER SECTION\n"
		     "a.net. 5 CNAME b.example.\n"
		     "b.example. 5 A 203.0.113.5\n"
		     "b.example. 5 AAAA 2001:db8::5\n"
		     "b.example. 5 NULL \\# 60000 00\n"
		     "b.example. five A 203.0.113.6\n"
		     "b.example. 5 NOTYPE x\n"
		     "b.example.\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.event[0].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(a->n, 4);
	assert_int_equal(a->n_addresses, 2);
	assert_int_equal(a->first_v4, 0xcb007105);
	assert_int_equal(a->bytes_names, 10);
	assert_int_equal(a->bytes_opaque, 1); /* no more than is there */
}

/* A time and a program before every line, as container run-times and relays put them. */
static void test_stamped(void **state)
{
	(void)state;
	knot(STAMP GROUPS(
		"9") "request packet arrived from 2001:db8::7#1 to ::1#00853 "
		     "(TCP + TLS)\n" STAMP GROUPS(
			     "9") "request packet:\n" STAMP
				  ";; ->>HEADER<<- opcode: NOTIFY; status: NOERROR; id: 9\n" STAMP
				  "\n" STAMP ";; QUESTION SECTION\n" STAMP
				  "a\\.b.\\032\\=.net.\t\tTYPE65399\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.event[0].ev.kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(run.event[0].ev.transport, ED_TRANSPORT_DOT);
	assert_int_equal(run.event[0].ev.opcode, 4);
	assert_int_equal(run.event[0].ev.qtype, 65399);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_memory_equal(run.event[0].name, "\3a.b\2 =\3net", 12);
	assert_string_equal(test_addr(&run.event[0].ev.client), "2001:db8::7");
}

/* Only the first line has a time; the others are indented. */
static void test_journal(void **state)
{
	(void)state;
	knot("Nov  3 14:02:11 ns1 kresd[610]: " GROUPS("9") FROM
	     "Nov  3 14:02:11 ns1 kresd[610]: " GROUPS(
		     "9") "request packet:\n"
			  "                                " HEADER
			  "                                ;; QUESTION SECTION\n"
			  "                                version.bind.\tCH\tTXT\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.event[0].ev.qclass, 3);
	assert_int_equal(run.event[0].ev.time_quality, ED_TIME_YEAR_ASSUMED);
	assert_string_equal(test_name(&run, 0), "version.bind");
}

static void test_folded(void **state)
{
	(void)state;
	knot(STAMP GROUPS("9") "request packet arrived from 192.0.2.10#5 to 192.0.2.53#53 (TCP)#012\n" STAMP GROUPS(
		"9") "request packet:#012;; ->>HEADER<<- opcode: QUERY; status: NOERROR; "
		     "id: 9#012#012;; QUESTION SECTION#012\\#012x.net.#011#011A#012\n" STAMP GROUPS(
			     "9") "answer packet:#012;; ->>HEADER<<- opcode: QUERY; status: REFUSED; "
				  "id: 9#012;; QUESTION SECTION#012\\#012x.net.#011#011A#012\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_analysed, 3);
	assert_string_equal(test_name(&run, 0), "#012x.net");
	assert_int_equal(run.event[0].ev.rcode, 5);
	assert_int_equal(run.event[0].ev.transport, ED_TRANSPORT_TCP);
}

/* Requests and answers find each other by number and question, whatever lies between them. */
static void test_crossed(void **state)
{
	(void)state;
	knot(REQUEST("1") ";; QUESTION SECTION\na.net.\t\tA\n" REQUEST("2") ";; QUESTION SECTION\nb.net.\t\tA\n" REQUEST("1") ";; QUESTION SECTION\nc.net.\t\tA\n" GROUPS(
		"1") "answer packet:\n"
		     ";; ->>HEADER<<- opcode: QUERY; status: SERVFAIL; id: 1\n"
		     ";; QUESTION SECTION\na.net.\t\tA\n" GROUPS("2") "answer packet DROPPED\n" GROUPS(
			     "3") "answer packet:\n;; QUESTION SECTION\nd.net.\t\tA\n");
	assert_int_equal(run.n_events, 3);
	assert_int_equal(run.event[0].ev.kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(run.event[0].ev.rcode, ED_RCODE_SERVFAIL);
	assert_int_equal(run.event[1].ev.kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(run.event[2].ev.kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_QUERY], 1);
}

static void test_other_lines(void **state)
{
	(void)state;
	knot("[system] loaded\n"
	     "[policy][4.00] request packet arrived internally\n"
	     "[policy][4.00] request packet:\n;; QUESTION SECTION\na.root.\t\tA\n"
	     "[policy][5.00] request packet:\n;; QUESTION SECTION\na.net.\t\tA\n"
	     "[policy][6.00] request packet arrived from nowhere to go (UDP)\n" REQUEST(
		     "7") ";; QUESTION SECTION\na..net.\t\tA\n" REQUEST("8") ";; QUESTION SECTION\na.net.\n"
									     "Nov  3 14:02:11 ns1 named[610]: [policy][9.00] " FROM
									     "\x01\n");
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_UPSTREAM], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 2);
}

/* A request lies in one unit, wherever the unit would have ended. */
static void test_units(void **state)
{
	static const char request[] = REQUEST("77") ";; QUESTION SECTION\nwww.a.net.\t\tA\n";
	const size_t n = 4 * ED_UNIT_TARGET_BYTES / (sizeof(request) - 1);
	char *text = malloc(n * (sizeof(request) - 1));
	struct ed_tally tally;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * (sizeof(request) - 1), request, sizeof(request) - 1);
	assert_int_equal(ed_format_drive(&ed_format_knot,
					 ed_span_of((uint8_t *)text, n * (sizeof(request) - 1)),
					 NULL, NULL, &tally),
			 0);
	free(text);
	assert_int_equal(tally.n_analysed, tally.n_read);
	assert_int_equal(tally.n_read, n * 6);
}

static void test_probe_knows(void **state)
{
	(void)state;
	assert_in_range(test_probe(&ed_format_knot, REQUEST("51189")), 50, 100);
	assert_int_equal(test_probe(&ed_format_knot, "[policy][5.00] request packet:\n"), 0);
	assert_int_equal(test_probe(&ed_format_knot, ";; QUESTION SECTION\na.net.\t\tA\n"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookup),      cmocka_unit_test(test_records),
		cmocka_unit_test(test_stamped),     cmocka_unit_test(test_journal),
		cmocka_unit_test(test_folded),      cmocka_unit_test(test_crossed),
		cmocka_unit_test(test_other_lines), cmocka_unit_test(test_units),
		cmocka_unit_test(test_probe_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
