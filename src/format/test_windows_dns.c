/* SPDX-License-Identifier: Apache-2.0 */
/* Windows DNS debug log: both packet layouts, dates of all locales, whose lookup a line is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

#define PACKET                                                                                  \
	" 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.10      5b47   Q [0001   D   NOERROR] " \
	"A      (1)a(3)net(0)\r\n"

static struct test_run run;

static void windows(const char *text)
{
	test_run_text(&ed_format_windows_dns, text, &run);
}

static void test_query(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	windows("11/23/2026 2:02:11 PM 0E70 PACKET  00000000033397A0 TCP Rcv 192.0.2.10      5b47   Q "
		"[0001   D   NOERROR] TXT    (3)wWw(4)a.b!(3)net(0)\r\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_QUERY);
	assert_string_equal(test_time(&run, 0), "2026-11-23T14:02:11.000Z");
	assert_int_equal(ev->time_quality, ED_TIME_ZONE_ASSUMED);
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_int_equal(ev->transport, ED_TRANSPORT_TCP);
	assert_int_equal(ev->txid, 0x5b47);
	assert_int_equal(ev->flags, ED_DNS_RD);
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_memory_equal(run.event[0].name, "\3wWw\4a.b!\3net", 14);
	assert_int_equal(ev->lost, 0);
	assert_int_equal(ev->has, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_TRANSPORT |
					  ED_FIELD_TXID | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE |
					  ED_FIELD_QTYPE | ED_FIELD_FLAGS | ED_FIELD_OPCODE);
}

/* The other layout has neither identifier nor type. */
static void test_old_layout(void **state)
{
	(void)state;
	windows("20261103 14:02:11 5A0 PACKET  UDP Rcv 192.0.2.10 0002   Q [0001   D   NOERROR] "
		"(3)www(3)net(0)\n"
		"20261103 14:02:12 5A0 PACKET  UDP Snd 192.0.2.10 0002 R Q [8381   DR NXDOMAIN] "
		"(3)www(3)net(0)\n");
	assert_int_equal(run.n_events, 2);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.000Z");
	assert_false(run.event[0].ev.has & ED_FIELD_QTYPE);
	assert_int_equal(run.event[1].ev.kind, ED_EVENT_DNS_RESPONSE);
	assert_int_equal(run.event[1].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(run.event[1].ev.flags, ED_DNS_QR | ED_DNS_RD | ED_DNS_RA);
}

static void test_dates(void **state)
{
	static const struct {
		const char *text;
		const char *time;
	} cases[] = {
		{ "11/3/2026 12:02:11 AM" PACKET, "2026-11-03T00:02:11.000Z" },
		{ "11/3/2026 12:02:11 PM" PACKET, "2026-11-03T12:02:11.000Z" },
		{ "03/11/2026 14:02:11" PACKET, "2026-11-03T14:02:11.000Z" },
		{ "03.11.2026 14:02:11" PACKET, "2026-11-03T14:02:11.000Z" },
		{ "2026/11/3 9:02:11" PACKET, "2026-11-03T09:02:11.000Z" },
		{ "2026-11-03 14:02:11" PACKET, "2026-11-03T14:02:11.000Z" },
		{ "03-11-2026 14:02:11" PACKET, "2026-11-03T14:02:11.000Z" },
		{ "13/11/2026 2:02:11 PM" PACKET, "2026-11-13T14:02:11.000Z" },
		{ "11/13/2026 14:02:11" PACKET, "2026-11-13T14:02:11.000Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		windows(cases[i].text);
		assert_int_equal(run.n_events, 1);
		assert_string_equal(test_time(&run, 0), cases[i].time);
		assert_true(test_probe(&ed_format_windows_dns, cases[i].text) > 0);
	}
	/* one date that tells is enough for those that do not, before it and behind */
	windows("03/11/2026 2:02:11 PM" PACKET "13/11/2026 2:02:11 PM" PACKET
		"04/11/2026 2:02:11 PM" PACKET);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.000Z");
	assert_string_equal(test_time(&run, 2), "2026-11-04T14:02:11.000Z");
}

/* What the server asks others, and what they say, is no client's. */
static void test_directions(void **state)
{
	(void)state;
	windows("2026-11-03 14:02:11 0E70 PACKET  00000000033397A0 UDP Snd 192.0.2.53      5b47   Q "
		"[0001   D   NOERROR] A      (1)a(3)net(0)\n"
		"2026-11-03 14:02:11 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.53      5b47 R Q "
		"[8081   DR  NOERROR] A      (1)a(3)net(0)\n"
		"2026-11-03 14:02:11 0E70 PACKET  00000000033397A0 UDP Snd 2001:db8::7     5b47 R Q "
		"[8081   DR  NOERROR] AAAA   (1)a(3)net(0)\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_UPSTREAM], 2);
	assert_string_equal(test_addr(&run.event[0].ev.client), "2001:db8::7");
	assert_int_equal(run.event[0].ev.qtype, ED_RR_AAAA);
}

static void test_other_lines(void **state)
{
	(void)state;
	windows("DNS Server log file creation at 11/3/2026 2:02:11 PM\n"
		"\t   1     Date\n"
		"11/3/2026 2:02:11 PM 0E70 EVENT   The DNS server has started.\n"
		"UDP question info at 00000000033397A0\n"
		"11/3/2026 2:02:11 PM 0E70 PACKET  00000000033397A0 UDP Rcv nobody 5b47   Q [0001\n"
		"11/3/2026 2:02:11 PM 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.10 5b47   Q [0001 "
		"  D   NOERROR] A      (1)a(3)net\n"
		"11/3/2026 2:02:11 PM 0E70 PACKET  00000000033397A0 UDP Rcv 192.0.2.10 5b47   Q [0001 "
		"  D   NOERROR] A      (9)short(3)net(0)\n");
	assert_int_equal(run.tally.n_read, 7);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 4);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 2);
	assert_int_equal(run.n_events, 1);
	assert_string_equal(test_name(&run, 0), "short.net");
	assert_int_equal(run.event[0].ev.lost, ED_LOST_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query),       cmocka_unit_test(test_old_layout),
		cmocka_unit_test(test_dates),       cmocka_unit_test(test_directions),
		cmocka_unit_test(test_other_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
