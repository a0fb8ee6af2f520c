/* SPDX-License-Identifier: Apache-2.0 */
/* What tcpdump and tshark print: messages, answers, times, and lines that are something else. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

static void test_tcpdump(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	test_run_text(
		&ed_format_packet_text,
		"2026-11-03 14:02:11.250000 IP 192.0.2.10.40000 > 192.0.2.53.53: 464+ [1au] TXT? "
		"www.a.net. (38)\n"
		"2026-11-03 14:02:11.270000 IP 192.0.2.53.53 > 192.0.2.10.40000: 464* 1/0/1 TXT "
		"\"v=spf1, A 192.0.2.1\" (70)\n",
		&run);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_analysed, 2);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_int_equal(ev->time_quality, ED_TIME_ZONE_ASSUMED);
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_string_equal(test_addr(&ev->resolver), "192.0.2.53");
	assert_int_equal(ev->client_port, 40000);
	assert_int_equal(ev->resolver_port, 53);
	assert_int_equal(ev->transport, ED_TRANSPORT_UDP);
	assert_int_equal(ev->txid, 464);
	assert_string_equal(test_name(&run, 0), "www.a.net");
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_int_equal(ev->size_query, 38);
	assert_int_equal(ev->size_response, 70);
	assert_int_equal(ev->flags, ED_DNS_QR | ED_DNS_AA | ED_DNS_RA);
	assert_int_equal(ev->rtt_us, 20000);
	assert_int_equal(ev->answers.n, 1);
	/* 70 less header 12, question 11 + 4, record 12, OPT 11: a length byte and 19 of text */
	assert_int_equal(ev->answers.bytes_opaque, 20);
	assert_int_equal(ev->answers.n_addresses, 0);
}

static void test_tcpdump_answers(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	test_run_text(
		&ed_format_packet_text,
		"IP6 2001:db8::10.40000 > 2001:db8::53.domain: 7+ A? www.a.net. (27)\n"
		"IP6 2001:db8::53.domain > 2001:db8::10.40000: 7$ 3/0/0 CNAME b.net., A 192.0.2.7, "
		"A 192.0.2.8 (80)\n"
		"IP 192.0.2.10.1 > 192.0.2.53.53: 8+ Type65399? b.net. (23)\n"
		"IP 192.0.2.53.53 > 192.0.2.10.1: 8 NXDomain*- 0/1/0 (93)\n"
		"IP 192.0.2.10.2 > 192.0.2.53.53: 9+% MX? c.net. (23)\n"
		"IP 192.0.2.53.53 > 192.0.2.10.2: 9 2/0/0 MX x.c.net. 10, MX y.c.net. 20 (61)\n"
		"IP 192.0.2.10.3 > 192.0.2.53.53: 10 SOA? . (17)\n"
		"IP 192.0.2.53.53 > 192.0.2.10.3: 10| 1/0/0 SOA (92)\n",
		&run);
	assert_int_equal(run.n_events, 4);
	assert_int_equal(ev[0].time_quality, ED_TIME_NONE);
	assert_string_equal(test_addr(&ev->client), "2001:db8::10");
	assert_int_equal(ev->resolver_port, 53);
	assert_int_equal(ev->answers.n, 3);
	assert_int_equal(ev->answers.n_addresses, 2);
	assert_int_equal(ev->answers.first_v4, 0xc0000207);
	assert_int_equal(ev->answers.bytes_names, 7);
	assert_int_equal(ev->answers.bytes_opaque, 0);
	ev = &run.event[1].ev;
	assert_int_equal(ev->qtype, ED_RR_PRIVATE_IODINE);
	assert_int_equal(ev->rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(ev->flags, ED_DNS_QR | ED_DNS_AA);
	ev = &run.event[2].ev;
	assert_int_equal(ev->answers.n, 2);
	assert_int_equal(ev->answers.bytes_names, 18);
	ev = &run.event[3].ev;
	assert_string_equal(test_name(&run, 3), ".");
	assert_int_equal(ev->flags & ED_DNS_TC, ED_DNS_TC);
}

/* Bytes as tcpdump prints them, and one that only looks so. */
static void test_tcpdump_names(void **state)
{
	(void)state;
	test_run_text(&ed_format_packet_text,
		      "IP 192.0.2.10.1 > 192.0.2.53.53: 1+ NULL? aM-kM-^C.b^Ac.net. (26)\n"
		      "IP 192.0.2.10.1 > 192.0.2.53.53: 2+ NULL? TEAM-A.net. (28)\n"
		      "IP 192.0.2.10.1 > 192.0.2.53.53: 3+ A? a (4). 1/0/0 b.net. (31)\n"
		      "IP 192.0.2.10.1 > 192.0.2.53.53: 4+ A? a..\\x41.net. (31)\n",
		      &run);
	assert_int_equal(run.n_events, 4);
	assert_string_equal(test_name(&run, 0), "a\\235\\131.b\\001c.net");
	assert_int_equal(run.event[0].ev.lost, ED_LOST_ESCAPES);
	assert_string_equal(test_name(&run, 1), "team-a.net");
	assert_string_equal(test_name(&run, 2), "a\\032\\(4\\).\\0321/0/0\\032b.net");
	assert_string_equal(test_name(&run, 3), "a.\\\\x41.net");
	assert_int_equal(run.event[3].ev.lost, ED_LOST_LABELS);
}

/* With -v a packet has two lines, with -vv the question is in the response. */
static void test_tcpdump_verbose(void **state)
{
	(void)state;
	test_run_text(
		&ed_format_packet_text,
		"14:02:11.250000 IP (tos 0x0, ttl 64, id 7377, offset 0, flags [DF], proto UDP (17), "
		"length 66)\n"
		"    192.0.2.10.40000 > 192.0.2.53.53: [udp sum ok] 5+ [1au] A? a.b.net. ar: . OPT "
		"UDPsize=1232 (36)\n"
		"14:02:12.250000 IP6 (flowlabel 0x1, hlim 64, next-header UDP (17) payload length: 99)\n"
		"    2001:db8::53.53 > 2001:db8::10.40001: [bad udp cksum 0x1 -> 0x2!] 6 NXDomain q: A? "
		"c.d.net. 0/1/0 ns: d.net. SOA ns.d.net. root.d.net. 1 2 3 4 5 (91)\n",
		&run);
	assert_int_equal(run.n_events, 2);
	assert_string_equal(test_name(&run, 0), "a.b.net");
	assert_string_equal(test_time(&run, 0), "1972-01-01T14:02:11.250Z");
	assert_int_equal(run.event[1].ev.kind, ED_EVENT_DNS_RESPONSE);
	assert_string_equal(test_name(&run, 1), "c.d.net");
	assert_string_equal(test_time(&run, 1), "1972-01-01T14:02:12.250Z");
	assert_string_equal(test_addr(&run.event[1].ev.client), "2001:db8::10");
	assert_int_equal(run.event[1].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 2);
}

static void test_tcpdump_links(void **state)
{
	(void)state;
	test_run_text(
		&ed_format_packet_text,
		"14:02:11.250000 00:00:5e:00:53:01 > 00:00:5e:00:53:02, ethertype IPv4 (0x0800), length 88: "
		"192.0.2.10.1 > 192.0.2.53.53: 1+ A? a.net. (23)\n"
		"14:02:11.260000 eth0  Out IP 192.0.2.10.2 > 192.0.2.53.53: 2+ A? b.net. (23)\n"
		"14:02:11.270000 IP 192.0.2.10.3 > 192.0.2.53.53: Flags [P.], seq 1:26, ack 1, win 64, "
		"options [nop,nop,TS val 1 ecr 2], length 25 3+ A? c.net. (23)\n",
		&run);
	assert_int_equal(run.n_events, 3);
	assert_string_equal(test_name(&run, 0), "a.net");
	assert_string_equal(test_name(&run, 1), "b.net");
	assert_string_equal(test_name(&run, 2), "c.net");
	assert_int_equal(run.event[2].ev.transport, ED_TRANSPORT_TCP);
}

static void test_tcpdump_others(void **state)
{
	(void)state;
	test_run_text(
		&ed_format_packet_text,
		"reading from file a.pcap, link-type EN10MB (Ethernet), snapshot length 262144\n"
		"14:02:11.1 ARP, Request who-has 192.0.2.1 tell 192.0.2.2, length 28\n"
		"14:02:11.1 IP 192.0.2.10 > 192.0.2.53: ICMP echo request, id 1, seq 1, length 64\n"
		"14:02:11.1 IP 192.0.2.10.5 > 192.0.2.53.443: Flags [S], seq 1, win 1, length 0\n"
		"14:02:11.1 IP 192.0.2.10.5 > 192.0.2.53.53: Flags [S], seq 1, win 1, length 0\n"
		"14:02:11.1 IP 192.0.2.10.5 > 192.0.2.53.853: UDP, length 90\n"
		"14:02:11.1 IP 192.0.2.10.5353 > 224.0.0.251.5353: 0 PTR (QM)? a.local. (25)\n"
		"14:02:11.1 IP 192.0.2.10.5 > 192.0.2.53.53: 1+ A? www.a.n[|domain]\n"
		"14:02:11.1 IP 192.0.2.53.53 > 192.0.2.10.5: 2 1/0/0 A 192.0.2.7 (40)\n"
		"14:02:11.1 IP 192.0.2.10.5 > 192.0.2.53.53: domain [length 4 < 12] (invalid)\n"
		"14:02:11.1 IP client.a.net.5 > ns.a.net.domain: 1+ A? a.net. (23)\n"
		"\t0x0000:  4500 0043\n",
		&run);
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NOT_DNS], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_PAYLOAD], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_ENCRYPTED], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MULTICAST], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_SNAPPED], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_QUERY], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MALFORMED], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
}

static void test_tshark(void **state)
{
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	test_run_text(
		&ed_format_packet_text,
		"    1   0.000000   192.0.2.10 \xe2\x86\x92 192.0.2.53   DNS 86 Standard query 0x01d0 "
		"TXT www.a.net OPT\n"
		"    2   0.025000   192.0.2.53 \xe2\x86\x92 192.0.2.10   DNS 104 Standard query "
		"response 0x01d0 TXT www.a.net TXT OPT\n"
		"    3   1.000000   192.0.2.53 -> 192.0.2.10   DNS 139 Standard query response "
		"0x9eb1 No such name A x.a.net SOA ns1.a.net\n"
		"    4   1.500000 192.0.2.10 -> 192.0.2.53 DNS Standard query Unknown (65399) "
		"a\xef\xbf\xbd\xef\xbf\xbd b.a.net\n"
		"    5   2.000000   192.0.2.10 \xe2\x86\x92 192.0.2.53   TCP 74 5 \xe2\x86\x92 53 [SYN]\n"
		"    6   2.000000   192.0.2.10 \xe2\x86\x92 224.0.0.251  MDNS 74 Standard query 0x0000 "
		"PTR a.local, \"QM\" question\n"
		"    7   2.000000   192.0.2.10 \xe2\x86\x92 192.0.2.53   DNS 62 Unknown operation (3) "
		"response 0x10d1[Malformed Packet]\n",
		&run);
	assert_int_equal(run.n_events, 3);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_string_equal(test_time(&run, 0), "1972-01-01T00:00:00.000Z");
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_string_equal(test_name(&run, 0), "www.a.net");
	assert_int_equal(ev->txid, 0x1d0);
	assert_int_equal(ev->rtt_us, 25000);
	assert_false(ev->has & ED_FIELD_RDATA_BYTES);
	ev = &run.event[1].ev;
	assert_int_equal(ev->kind, ED_EVENT_DNS_RESPONSE);
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_string_equal(test_name(&run, 1), "x.a.net");
	assert_int_equal(ev->rcode, ED_RCODE_NXDOMAIN);
	ev = &run.event[2].ev;
	assert_string_equal(test_name(&run, 2), "a\\255\\255\\032b.a.net");
	assert_int_equal(ev->qtype, ED_RR_PRIVATE_IODINE);
	assert_int_equal(ev->lost & ED_LOST_BYTES, ED_LOST_BYTES);
	assert_false(ev->has & ED_FIELD_TXID);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NOT_DNS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MULTICAST], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MALFORMED], 1);
}

/* One lookup a line, with the times given; the time of the last as text. */
static const char *last_time(const char *const *times, size_t n)
{
	static char text[4096];
	size_t used = 0;

	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%sIP 192.0.2.10.1 > 192.0.2.53.53: %zu+ A? a.net. (23)\n",
					 times[i], i);
	test_run_text(&ed_format_packet_text, text, &run);
	assert_int_equal(run.n_events, n);
	return test_time(&run, n - 1);
}

static void test_times(void **state)
{
	static const char *const seconds[] = { "1793714531.250000 " };
	static const char *const midnight[] = { "23:59:59.900000 ", "00:00:00.100000 ",
						"23:59:59.990000 ", "00:00:01.500000 " };
	static const char *const first[] = { " 00:00:00.000000 ", " 00:00:00.500000 ",
					     " 00:00:02.250000 " };
	static const char *const before[] = {
		" 00:00:00.000000 ", " 00:00:01.000000 ", " 00:00:00.100000 ", " 00:00:01.000000 ",
		" 00:00:00.100000 ", " 00:00:01.000000 ", " 00:00:00.100000 ", " 00:00:01.000000 ",
		" 00:00:00.100000 ", " 00:00:01.000000 ", " 00:00:00.100000 ", " 00:00:02.000000 ",
	};
	static const char *const zone[] = { "    1 2026-11-21 21:25:14.805232Z " };

	(void)state;
	assert_string_equal(last_time(seconds, 1), "2026-11-03T14:02:11.250Z");
	assert_int_equal(run.event[0].ev.time_quality, ED_TIME_EXACT_UTC);
	assert_string_equal(last_time(midnight, 4), "1972-01-02T00:00:01.500Z");
	assert_string_equal(last_time(first, 3), "1972-01-01T00:00:02.250Z");
	assert_string_equal(last_time(zone, 1), "2026-11-21T21:25:14.805Z");
	/* the sum, less what the first few lines were taken for */
	assert_string_equal(last_time(before, 12), "1972-01-01T00:00:07.300Z");
}

static void test_probe_others(void **state)
{
	(void)state;
	assert_int_equal(
		test_probe(&ed_format_packet_text,
			   "Nov  3 14:02:11 ns dnsmasq[4]: query[A] a.net from 192.0.2.10\n"),
		0);
	assert_int_equal(test_probe(&ed_format_packet_text, "a.net\nb.net\n1\t0.0\t192.0.2.1\n"),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcpdump),       cmocka_unit_test(test_tcpdump_answers),
		cmocka_unit_test(test_tcpdump_names), cmocka_unit_test(test_tcpdump_verbose),
		cmocka_unit_test(test_tcpdump_links), cmocka_unit_test(test_tcpdump_others),
		cmocka_unit_test(test_tshark),        cmocka_unit_test(test_times),
		cmocka_unit_test(test_probe_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
