/* SPDX-License-Identifier: Apache-2.0 */
/* Infoblox: lines that hold a whole lookup, and BIND's lines between them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

static void test_lookup(void **state)
{
	static const char text[] =
		"<30>Nov  3 14:02:11 192.0.2.53 named[2588]: infoblox-responses: 03-Nov-2026 "
		"14:02:10.046 client 192.0.2.10#57738: UDP: query: www.a.net IN A response: NOERROR "
		"+A www.a.net. 300 IN CNAME b.net.; b.net. 60 IN A 192.0.2.7; b.net. 60 IN A "
		"192.0.2.8;\n";
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	test_run_text(&ed_format_infoblox, text, &run);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_RESPONSE);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:10.046Z");
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_int_equal(ev->client_port, 57738);
	assert_int_equal(ev->transport, ED_TRANSPORT_UDP);
	assert_string_equal(test_name(&run, 0), "www.a.net");
	assert_int_equal(ev->rcode, 0);
	assert_int_equal(ev->flags, ED_DNS_QR | ED_DNS_RD | ED_DNS_AA);
	assert_int_equal(ev->answers.n, 3);
	assert_int_equal(ev->answers.n_addresses, 2);
	assert_int_equal(ev->answers.ttl_min_s, 60);
	assert_int_equal(ev->answers.ttl_max_s, 300);
	assert_int_equal(ev->answers.bytes_names, strlen("b.net."));
	assert_true(test_probe(&ed_format_infoblox, text) > test_probe(&ed_format_bind, text));
}

static void test_others(void **state)
{
	(void)state;
	test_run_text(
		&ed_format_infoblox,
		"client 192.0.2.10#1 UDP: query: a.net IN A response: REFUSED -\n"
		"client 192.0.2.10#2: view 12: TCP: query: a.net IN TXT response: NXDOMAIN +ED\n"
		"queries: client @0x7 192.0.2.10#3 (a.net): query: a.net IN A + (192.0.2.53)\n"
		"<30>Nov  3 14:02:11 h named[1]: CEF:0|Infoblox|NIOS|8|RPZ-QNAME|NXDOMAIN|7|app=DNS\n"
		"DHCPDISCOVER from 00:00:5e:00:53:01 via eth1\n"
		"client 192.0.2.10#4: UDP: query: a.net IN A response: WHAT +\n",
		&run);
	assert_int_equal(run.n_events, 3);
	assert_int_equal(run.event[0].ev.rcode, 5);
	assert_int_equal(run.event[1].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(run.event[1].ev.transport, ED_TRANSPORT_TCP);
	assert_int_equal(run.event[2].ev.kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
}

static void test_not_infoblox(void **state)
{
	(void)state;
	assert_int_equal(test_probe(&ed_format_infoblox, "client 192.0.2.1#1 (a.net): query: a.net "
							 "IN A +T (192.0.2.53)\n"),
			 0);
	assert_int_equal(
		test_probe(&ed_format_infoblox,
			   "client 192.0.2.1#1 (a.net): response: a.net IN A NOERROR 1 0 0 "
			   "+ (192.0.2.53)\n"),
		0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_not_infoblox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
