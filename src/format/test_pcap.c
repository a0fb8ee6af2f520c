/* SPDX-License-Identifier: Apache-2.0 */
/* Classic capture files: what becomes of each kind of packet, files that are cut or lie, and the
 * account. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/packet/test_capture.h"

static struct test_file file;
static struct test_frame frame;
static struct test_run run;

static void begin(unsigned link_type)
{
	test_pcap_header(&file, 0xa1b2c3d4, false, link_type);
}

static void put_frame(void)
{
	test_pcap_snapped(&file, &frame, frame.n);
}

static void udp_frame(unsigned src_port, unsigned dst_port, struct ed_span payload)
{
	test_payload(&frame, payload);
	test_udp(&frame, src_port, dst_port);
	(void)test_ipv4(&frame, 3, 53, TEST_PROTO_UDP, 0);
}

static void drive(void)
{
	test_drive(&ed_format_pcap, test_file_span(&file), &run);
}

static void test_variants(void **state)
{
	static const struct {
		uint32_t magic;
		uint32_t fraction;
		bool big_endian;
	} rows[] = {
		{ 0xa1b2c3d4, 123456, false },    { 0xa1b2c3d4, 123456, true },
		{ 0xa1b23c4d, 123456789, false }, { 0xa1b23c4d, 123456789, true },
		{ 0xa1b2cd34, 123456, false },    { 0xa1b2cd34, 123456, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		test_pcap_header(&file, rows[i].magic, rows[i].big_endian, 0xf0000000 | 101);
		udp_frame(5300, 53, test_query_span());
		test_pcap_record(&file, (uint32_t)test_time_s, rows[i].fraction, frame.n, frame.n);
		if (rows[i].magic == 0xa1b2cd34)
			test_file_put(&file, "extended", 8);
		test_file_put(&file, test_bytes(&frame).p, frame.n);
		assert_int_equal(ed_format_pcap.probe(test_file_span(&file)), 100);
		drive();
		assert_int_equal(run.n_events, 1);
		assert_int_equal(run.events[0].time_ns,
				 test_time_s * 1000000000 +
					 (rows[i].fraction == 123456 ? 123456000 : 123456789));
	}
	assert_int_equal(ed_format_pcap.probe(ed_span_str("#separator")), 0);
	assert_int_equal(ed_format_pcap.probe(ed_span_of("\xd4\xc3\xb2", 3)), 0);
}

static void test_query_event(void **state)
{
	static const uint8_t client[4] = { 10, 1, 2, 3 }, resolver[4] = { 10, 1, 2, 53 };
	const struct ed_event *ev = &run.events[0];
	struct ed_addr a;

	(void)state;
	begin(1);
	udp_frame(5300, 53, test_query_span());
	test_vlan(&frame, 100, 0x0800);
	test_ethernet(&frame, 0x8100);
	put_frame();
	drive();
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_analysed, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(ev->has, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
					  ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT | ED_FIELD_TXID |
					  ED_FIELD_QNAME | ED_FIELD_QNAME_CASE |
					  ED_FIELD_QNAME_BYTES | ED_FIELD_QTYPE | ED_FIELD_OPCODE |
					  ED_FIELD_FLAGS | ED_FIELD_EDNS | ED_FIELD_SIZE_QUERY);
	ed_addr_from_v4(client, &a);
	assert_true(ed_addr_eq(&ev->client, &a));
	ed_addr_from_v4(resolver, &a);
	assert_true(ed_addr_eq(&ev->resolver, &a));
	assert_int_equal(ev->client_port, 5300);
	assert_int_equal(ev->resolver_port, 53);
	assert_int_equal(ev->net_tag, 100);
	assert_int_equal(ev->offset, 24);
	assert_int_equal(ev->transport, ED_TRANSPORT_UDP);
	assert_int_equal(ev->time_quality, ED_TIME_EXACT_UTC);
	assert_int_equal(ev->txid, 0xbeef);
	assert_int_equal(ev->flags, ED_DNS_RD);
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_int_equal(ev->qclass, 1);
	assert_int_equal(ev->size_query, sizeof(test_query));
	assert_int_equal(ev->name_n, 11);
	assert_int_equal(ev->lost, 0);
}

/* The query as a response: a record whose data hold 3 bytes, OPT with an extended rcode, 2 bytes
 * more. */
static struct ed_span response(void)
{
	static uint8_t m[128];
	static const char records[] = "\300\014\0\020\0\1\0\0\0\074\0\3\2hi"
				      "\0\0\051\4\320\1\0\200\0\0\0"
				      "!!";

	memcpy(m, test_query, sizeof(test_query));
	m[2] = 0x85;
	m[3] = 0x93;
	m[7] = 1;
	m[11] = 1;
	memcpy(m + sizeof(test_query), records, sizeof(records) - 1);
	return ed_span_of(m, sizeof(test_query) + sizeof(records) - 1);
}

static void test_response_event(void **state)
{
	const struct ed_event *ev = &run.events[0];
	struct ed_addr a;

	(void)state;
	begin(101);
	test_payload(&frame, response());
	test_udp(&frame, 53, 5300);
	(void)test_ipv6(&frame, 53, 3, TEST_PROTO_UDP);
	put_frame();
	drive();
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_RESPONSE);
	ed_addr_from_v6(test_bytes(&frame).p + 24, &a);
	assert_true(ed_addr_eq(&ev->client, &a));
	assert_int_equal(ev->client_port, 5300);
	assert_int_equal(ev->resolver_port, 53);
	assert_int_equal(ev->flags, ED_DNS_QR | ED_DNS_AA | ED_DNS_RD | ED_DNS_RA | ED_DNS_CD);
	assert_int_equal(ev->rcode, 16 + 3);
	assert_int_equal(ev->edns_size, 1232);
	assert_int_equal(ev->trailing_bytes, 2);
	assert_int_equal(ev->answers.n, 1);
	assert_int_equal(ev->answers.bytes_opaque, 3);
	assert_int_equal(ev->answers.ttl_min_s, 60);
	assert_int_equal(ev->size_response, response().n);
	assert_int_equal(ev->size_query, 0);
	assert_true(ev->has & ED_FIELD_RCODE && ev->has & ED_FIELD_ANSWERS &&
		    ev->has & ED_FIELD_TTL && ev->has & ED_FIELD_RDATA_BYTES &&
		    ev->has & ED_FIELD_SIZE_RESPONSE);
	assert_false(ev->has & (ED_FIELD_SIZE_QUERY | ED_FIELD_RTT));
}

/* The records are broken, the question is not: nothing hides behind that. */
static void test_broken_records(void **state)
{
	struct ed_span m = response();

	(void)state;
	begin(101);
	for (size_t n = 0; n < m.n - 2; n++) {
		udp_frame(53, 5300, ed_span_of(m.p, n));
		put_frame();
	}
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_MALFORMED], sizeof(test_query));
	assert_int_equal(run.tally.n_analysed, m.n - 2 - sizeof(test_query));
	for (unsigned i = 0; i < run.n_events; i++)
		assert_int_equal(run.events[i].lost, ED_LOST_WIRE);
	assert_int_equal(run.tally.first_damage, ED_DROP_MALFORMED);
	assert_int_equal(run.tally.first_damage_offset, 24);
}

/* The capture kept the first bytes only: sizes are those on the wire, what was cut off is unknown.
 */
static void test_snapped(void **state)
{
	struct ed_span m = response();
	size_t headers = 28;

	(void)state;
	begin(101);
	udp_frame(53, 5300, m);
	for (size_t n = 0; n < frame.n; n++)
		test_pcap_snapped(&file, &frame, n);
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_SNAPPED], headers + sizeof(test_query));
	assert_int_equal(run.n_events, frame.n - headers - sizeof(test_query));
	for (unsigned i = 0; i < run.n_events; i++) {
		const struct ed_event *ev = &run.events[i];

		assert_int_equal(ev->size_response, m.n);
		assert_int_equal(ev->trailing_bytes, 0);
		assert_int_equal(ev->lost, 0);
		if (sizeof(test_query) + i < m.n - 2)
			assert_false(ev->has & (ED_FIELD_ANSWERS | ED_FIELD_TTL | ED_FIELD_EDNS));
	}
}

struct fate {
	uint16_t src_port;
	uint16_t dst_port;
	uint8_t dst[4];
	unsigned drop; /* ED_DROP_N: an event */
};

static void test_ports(void **state)
{
	static const struct fate rows[] = {
		{ 5300, 53, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 53, 5300, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 137,
		  53,
		  { 10, 0, 0, 1 },
		  ED_DROP_N }, /* a client may choose its port as it likes */
		{ 5355, 53, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 53, 5355, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 4789, 53, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 53, 4789, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 5300, 5353, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 5353, 5300, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 5353, 5353, { 224, 0, 0, 251 }, ED_DROP_MULTICAST },
		{ 5300, 5353, { 224, 0, 0, 251 }, ED_DROP_MULTICAST },
		{ 5300, 5355, { 224, 0, 0, 252 }, ED_DROP_MULTICAST },
		{ 5300, 5355, { 10, 0, 0, 1 }, ED_DROP_MULTICAST },
		{ 5355, 5300, { 10, 0, 0, 1 }, ED_DROP_MULTICAST },
		{ 137, 137, { 10, 0, 0, 255 }, ED_DROP_MULTICAST },
		{ 5300, 8053, { 10, 0, 0, 1 }, ED_DROP_NOT_DNS },
		{ 5300, 853, { 10, 0, 0, 1 }, ED_DROP_N }, /* one flow a connection */
		{ 853, 5300, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 5300, 853, { 224, 0, 0, 1 }, ED_DROP_ENCRYPTED },
		{ 853, 53, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 5300, 3544, { 10, 0, 0, 1 }, ED_DROP_NOT_DNS },
		{ 3544, 53, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 53, 3544, { 10, 0, 0, 1 }, ED_DROP_N },
		{ 5300, 4789, { 10, 0, 0, 1 }, ED_DROP_NOT_DNS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		test_payload(&frame, test_query_span());
		/* What a tunnel would carry: here the network inside is not Ethernet with IP. */
		test_udp(&frame, rows[i].src_port, rows[i].dst_port);
		memcpy(test_ipv4(&frame, 3, 53, TEST_PROTO_UDP, 0) + 16, rows[i].dst, 4);
		begin(101);
		put_frame();
		drive();
		assert_int_equal(run.n_events, rows[i].drop == ED_DROP_N);
		if (rows[i].drop != ED_DROP_N)
			assert_int_equal(run.tally.n_dropped[rows[i].drop], 1);
	}
	begin(101);
	test_payload(&frame, test_query_span());
	test_udp(&frame, 5353, 5353);
	memcpy(test_ipv6(&frame, 3, 0xfb, TEST_PROTO_UDP) + 24,
	       "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\xfb", 16);
	put_frame();
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_MULTICAST], 1);
}

static void tcp_frame(unsigned src_port, unsigned dst_port, uint32_t seq, unsigned flags,
		      struct ed_span payload)
{
	test_payload(&frame, payload);
	test_tcp(&frame, src_port, dst_port, seq, flags);
	(void)test_ipv4(&frame, 3, 53, TEST_PROTO_TCP, 0);
}

static void test_other_drops(void **state)
{
	(void)state;
	begin(101);
	tcp_frame(5300, 853, 1, 0x10, ed_span_of(NULL, 0));
	put_frame();
	tcp_frame(5300, 53, 1, 0x02, ed_span_of(NULL, 0));
	put_frame();
	tcp_frame(5300, 53, 2, 0x10, ed_span_of(NULL, 0));
	put_frame();
	test_payload(&frame, test_query_span());
	(void)test_ipv4(&frame, 3, 53, 1, 0);
	put_frame();
	test_payload(&frame, ed_span_str("short"));
	(void)test_ipv4(&frame, 3, 53, TEST_PROTO_UDP, 0);
	put_frame();
	test_payload(&frame, ed_span_str("\x65 is not IP"));
	put_frame();
	frame.n = 0;
	put_frame();
	drive();
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_read, 7);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NOT_DNS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_ENCRYPTED], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_PAYLOAD], 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_TRANSPORT], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_IP], 2);
	/* Ethernet cut short, and a link type nobody knows. */
	begin(1);
	test_payload(&frame, ed_span_str("0123456"));
	put_frame();
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_LINK], 1);
	begin(147);
	udp_frame(5300, 53, test_query_span());
	put_frame();
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_LINK], 1);
}

/* A file cut at every byte, and one whose record lies about its length. */
static void test_cut_and_lies(void **state)
{
	size_t whole;

	(void)state;
	begin(101);
	udp_frame(5300, 53, test_query_span());
	put_frame();
	put_frame();
	whole = file.n;
	for (file.n = 0; file.n <= whole; file.n++) {
		size_t behind = file.n < 24 ? file.n : (file.n - 24) % (16 + frame.n);
		uint64_t n_whole = file.n < 24 ? 0 : (file.n - 24) / (16 + frame.n);

		drive();
		assert_int_equal(run.n_events, n_whole);
		assert_int_equal(run.tally.n_dropped[ED_DROP_CUT], behind > 0);
		assert_int_equal(run.tally.n_read, n_whole + (behind > 0));
	}
	begin(101);
	put_frame();
	test_pcap_record(&file, 0, 0, (320 << 10) + 1, 60);
	put_frame();
	drive();
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LENGTH], 1);
	assert_int_equal(run.tally.n_read, 2);
	assert_int_equal(run.tally.first_damage_offset, 24 + 16 + frame.n);
	/* Not a capture at all. */
	test_drive(&ed_format_pcap, ed_span_str("this is not a capture file at all"), &run);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variants),       cmocka_unit_test(test_query_event),
		cmocka_unit_test(test_response_event), cmocka_unit_test(test_broken_records),
		cmocka_unit_test(test_snapped),        cmocka_unit_test(test_ports),
		cmocka_unit_test(test_other_drops),    cmocka_unit_test(test_cut_and_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
