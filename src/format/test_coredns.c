/* SPDX-License-Identifier: Apache-2.0 */
/* CoreDNS: lookups with their answers, what collectors put in front, names with escapes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

static void coredns(const char *text)
{
	test_run_text(&ed_format_coredns, text, &run);
}

static void test_lookup(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	coredns("[INFO] 192.0.2.10:42114 - 4711 \"TXT IN t.a.net. tcp 57 false 1232\" NXDOMAIN "
		"qr,aa,rd,ra 166 0.000150566s \"0\"\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(ev->time_quality, ED_TIME_NONE);
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_int_equal(ev->client_port, 42114);
	assert_int_equal(ev->txid, 4711);
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_string_equal(test_name(&run, 0), "t.a.net");
	assert_int_equal(ev->lost, ED_LOST_CASE);
	assert_int_equal(ev->transport, ED_TRANSPORT_TCP);
	assert_int_equal(ev->size_query, 57);
	assert_int_equal(ev->size_response, 166);
	assert_int_equal(ev->rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(ev->flags, ED_DNS_QR | ED_DNS_AA | ED_DNS_RD | ED_DNS_RA);
	assert_int_equal(ev->rtt_us, 150);
	assert_int_equal(ev->has, ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_TXID |
					  ED_FIELD_QNAME | ED_FIELD_QNAME_BYTES | ED_FIELD_QTYPE |
					  ED_FIELD_TRANSPORT | ED_FIELD_SIZE_QUERY |
					  ED_FIELD_SIZE_RESPONSE | ED_FIELD_RCODE | ED_FIELD_FLAGS |
					  ED_FIELD_RTT);
}

static void test_forms(void **state)
{
	(void)state;
	coredns("2026-11-03T14:02:11.250Z [INFO] [::1]:42114 - 1 \"A IN a.net. udp 57 false 512\" "
		"NOERROR qr 66 0.1s\n"
		"2026-11-03T14:02:11.250-07:00 stdout F [INFO] 192.0.2.10:1 - 2 \"A IN a\\ b\\\"c.net. "
		"udp 57 false 512\" NOERROR qr 66 0.1s\n"
		"[INFO] 192.0.2.10:1 - 3 \"KEY IN a.net. udp 57 false 512\" - - 0 4.019169631s\n");
	assert_int_equal(run.n_events, 3);
	assert_string_equal(test_addr(&run.event[0].ev.client), "::1");
	assert_int_equal(run.event[0].ev.time_quality, ED_TIME_EXACT_UTC);
	assert_string_equal(test_time(&run, 1), "2026-11-03T21:02:11.250Z");
	assert_memory_equal(run.event[1].name, "\5a b\"c\3net", 11);
	assert_int_equal(run.event[2].ev.kind, ED_EVENT_DNS_QUERY);
	assert_false(run.event[2].ev.has & (ED_FIELD_RCODE | ED_FIELD_RTT | ED_FIELD_FLAGS));
}

static void test_other_lines(void **state)
{
	(void)state;
	coredns(".:53\n"
		"CoreDNS-1.9.1\n"
		"[INFO] plugin/reload: Running configuration SHA512 = 00\n"
		"[ERROR] plugin/errors: 2 a.net. A: read udp: i/o timeout\n"
		"[INFO] 192.0.2.10:1 - 3 \"A IN a.net. udp 57 false 512 NOERROR qr 66 0.1s\n"
		"[INFO] 192.0.2.10:1 - 3 \"A IN a..net. udp 57 false 512\" NOERROR qr 66 0.1s\n"
		"[INFO] 192.0.2.10:1 - 3 \"A IN a.net. udp 57 false 512\" WHAT qr 66 0.1s\n"
		"[INFO] 192.0.2.10:1 - 3 \"A IN a\\\n");
	assert_int_equal(run.tally.n_read, 8);
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 4);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 4);
	assert_int_equal(test_probe(&ed_format_coredns, ".:53\nCoreDNS-1.9.1\n"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_other_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
