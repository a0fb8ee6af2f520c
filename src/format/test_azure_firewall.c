/* SPDX-License-Identifier: Apache-2.0 */
/* The DNS proxy of Azure Firewall, in both shapes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

#define TIME "\"time\":\"2026-11-03T14:02:11.8623870Z\""
#define STRUCTURED(name)                                                                             \
	"{\"category\":\"AZFWDnsQuery\",\"properties\":{\"DnssecOkBit\":false,\"Protocol\":\"udp\"," \
	"\"QueryClass\":\"IN\",\"QueryId\":35817,\"QueryName\":\"" name "\",\"QueryType\":\"A\","    \
	"\"RequestDurationSecs\":0.0000286,\"RequestSize\":32,\"ResponseCode\":\"NOERROR\","         \
	"\"ResponseFlags\":\"qr,aa,rd,ra\",\"ResponseSize\":152,\"SourceIp\":\"10.0.2.4\","          \
	"\"SourcePort\":47785}," TIME "}"
#define LEGACY(text) \
	"{\"category\":\"AzureFirewallDnsProxy\",\"properties\":{\"msg\":\"" text "\"}," TIME "}\n"

static void azure(const char *text)
{
	test_run_text(&ed_format_azure_firewall, text, &run);
}

static void check_lookup(const struct ed_event *ev)
{
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(ev->vantage, ED_VANTAGE_RESOLVER);
	assert_int_equal(ev->time_ns % ED_NS_PER_S, 862387000);
	assert_string_equal(test_addr(&ev->client), "10.0.2.4");
	assert_int_equal(ev->client_port, 47785);
	assert_int_equal(ev->txid, 35817);
	assert_int_equal(ev->transport, ED_TRANSPORT_UDP);
	assert_int_equal(ev->qtype, ED_RR_A);
	assert_int_equal(ev->qclass, 1);
	assert_int_equal(ev->size_query, 32);
	assert_int_equal(ev->size_response, 152);
	assert_int_equal(ev->flags, ED_DNS_QR | ED_DNS_AA | ED_DNS_RD | ED_DNS_RA);
	assert_int_equal(ev->rtt_us, 28);
	assert_int_equal(ev->has & ~ed_format_azure_firewall.fields, 0);
	assert_false(ev->has & ED_FIELD_ANSWERS);
}

/* Both shapes of one lookup come to the same. */
static void test_shapes(void **state)
{
	static const char text[] = STRUCTURED("www.a.net.") "\n" LEGACY(
		"DNS Request: 10.0.2.4:47785 - 35817 A IN www.a.net. udp 32 false 512 NOERROR "
		"qr,aa,rd,ra 152 0.0000286s");

	(void)state;
	azure(text);
	assert_int_equal(run.n_events, 2);
	for (unsigned i = 0; i < 2; i++) {
		check_lookup(&run.event[i].ev);
		assert_string_equal(test_name(&run, i), "www.a.net");
		assert_int_equal(run.event[i].ev.lost, ED_LOST_CASE);
	}
	assert_int_equal(test_probe(&ed_format_azure_firewall, text), 92);
}

/* An event hub puts many records into one line; a storage account and a workspace do not. */
static void test_envelopes(void **state)
{
	(void)state;
	azure("{\"records\":[" STRUCTURED("a.net.") "," STRUCTURED(
		"b.net.") ","
			  "{\"category\":\"AZFWNetworkRule\",\"properties\":{}}]}\n"
			  "[" STRUCTURED(
				  "c.net.") "]\n"
					    "{\"TimeGenerated\":\"2026-11-03T14:02:11Z\",\"Type\":\"AZFWDnsQuery\","
					    "\"SourceIp\":\"10.0.2.4\",\"QueryName\":\"d.net.\",\"QueryType\":\"TXT\"}\n"
					    "{\"records\":[]}\n");
	assert_int_equal(run.tally.n_read, 6);
	assert_int_equal(run.n_events, 4);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 2);
	assert_string_equal(test_name(&run, 0), "a.net");
	assert_string_equal(test_name(&run, 1), "b.net");
	assert_string_equal(test_name(&run, 2), "c.net");
	assert_string_equal(test_name(&run, 3), "d.net");
	assert_int_equal(run.event[1].ev.offset, 0);
	assert_int_equal(run.event[3].ev.kind, ED_EVENT_DNS_QUERY);
}

/* The client chooses the name; no name moves the words behind it. */
static void test_names(void **state)
{
	(void)state;
	azure(LEGACY("DNS Request: [2001:db8::4]:1 - 7 TXT IN a\\\\ b\\\\\\\\c\\\\.d.net. udp 32 "
		     "false 512 NXDOMAIN qr,rd 33 0.5s"));
	assert_int_equal(run.n_events, 1);
	assert_memory_equal(run.event[0].name, "\7a b\\c.d\3net", 13);
	assert_true(run.event[0].ev.has & ED_FIELD_QNAME_BYTES);
	assert_string_equal(test_addr(&run.event[0].ev.client), "2001:db8::4");
	assert_int_equal(run.event[0].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(run.event[0].ev.rtt_us, 500000);
}

static void test_damage(void **state)
{
	(void)state;
	azure(LEGACY("DNS Error: a.net. A: read udp 10.0.0.4:1->168.63.129.16:53: i/o timeout") LEGACY(
		"DNS Request: 10.0.2.4 - 7 A IN a.net. udp 32 false 512 NOERROR qr")
		      LEGACY("DNS Request: 10.0.2.4:1 - 7 A IN a.net. udp 32") "{\"category\":\"AZFWDnsQuery\",\"properties\":{}," TIME
									       "}\n"
									       "{\"category\":\"AZFWDnsQuery\",\"properties\":[}\n");
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_read, 5);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_envelopes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
