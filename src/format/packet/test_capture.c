/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that need others: TCP and fragments through a whole file, units of any size, full
 * batches. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/packet/capture.h"
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

static void tcp_frame(unsigned src_port, unsigned dst_port, uint32_t seq, unsigned flags,
		      struct ed_span payload)
{
	test_payload(&frame, payload);
	test_tcp(&frame, src_port, dst_port, seq, flags);
	(void)test_ipv4(&frame, 3, 53, TEST_PROTO_TCP, 0);
}

/* A message of @n bytes with its length before it, the name as in the query. */
static struct ed_span framed(size_t n)
{
	static uint8_t m[2 + 65535];

	memset(m, 0, sizeof(m));
	test_put16(m, (unsigned)n);
	memcpy(m + 2, test_query, sizeof(test_query));
	return ed_span_of(m, n + 2);
}

static void put_segment(uint32_t seq, struct ed_span part)
{
	tcp_frame(5301, 53, seq, 0x18, part);
	put_frame();
}

static void test_tcp_stream(void **state)
{
	struct ed_span m = framed(300);

	(void)state;
	begin(101);
	tcp_frame(5301, 53, 999, 0x02, ed_span_of(NULL, 0));
	put_frame();
	put_segment(1100, ed_span_of(m.p + 100, 202)); /* early */
	put_segment(1000, ed_span_of(m.p, 1));
	put_segment(1001, ed_span_of(m.p + 1, 99));
	put_segment(1001, ed_span_of(m.p + 1, 99)); /* again */
	put_segment(1302, m);
	put_segment(1604 + 302, m); /* behind a hole */
	drive();
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.events[0].transport, ED_TRANSPORT_TCP);
	assert_int_equal(run.events[0].size_query, 300);
	assert_int_equal(run.tally.n_read, 7);
	assert_int_equal(run.tally.n_analysed, 4);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_PAYLOAD], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_RETRANSMIT], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_TCP_GAP], 1);
	/* A message that is none, and one that the capture cut. */
	begin(101);
	put_segment(1, ed_span_of("\0\5hello", 7));
	tcp_frame(53, 5301, 1, 0x18, m);
	test_pcap_snapped(&file, &frame, 100);
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_TCP_GAP], 1);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.events[0].size_query, 300);
}

static void put_fragments(unsigned proto, size_t n_last, bool reverse)
{
	size_t size = frame.n, cut = 480, n_parts = (size + cut - 1) / cut;
	static uint8_t whole[TEST_FRAME_BYTES];

	memcpy(whole, test_bytes(&frame).p, size);
	for (size_t i = 0; i < n_parts - n_last; i++) {
		size_t part = reverse ? n_parts - n_last - 1 - i : i, off = part * cut;
		size_t n = size - off < cut ? size - off : cut;

		test_payload(&frame, ed_span_of(whole + off, n));
		(void)test_ipv4(&frame, 53, 3, proto,
				(part + 1 < n_parts ? 0x2000u : 0) | (unsigned)(off / 8));
		put_frame();
	}
}

static void test_fragments(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		begin(101);
		test_payload(&frame, ed_span_from(framed(3000), 2));
		test_udp(&frame, i < 2 ? 5300 : 999, i < 2 ? 53 : 1000);
		put_fragments(TEST_PROTO_UDP, 0, i % 2);
		drive();
		assert_int_equal(run.tally.n_read, 7);
		assert_int_equal(run.n_events, i < 2);
		assert_int_equal(run.tally.n_analysed, i < 2 ? 7 : 0);
		assert_int_equal(run.tally.n_dropped[ED_DROP_NOT_DNS], i < 2 ? 0 : 7);
		if (i < 2)
			assert_int_equal(run.events[0].size_query, 3000);
	}
	/* The rest never comes. */
	begin(101);
	test_payload(&frame, ed_span_from(framed(3000), 2));
	test_udp(&frame, 5300, 53);
	put_fragments(TEST_PROTO_UDP, 1, false);
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_FRAGMENT], 6);
	/* TCP in fragments, and a fragmented tunnel around fragments. */
	begin(101);
	test_payload(&frame, framed(1000));
	test_tcp(&frame, 5300, 53, 1, 0x18);
	put_fragments(TEST_PROTO_TCP, 0, true);
	drive();
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_analysed, 3);
	/* A SYN in fragments is a segment without data. */
	begin(101);
	test_payload(&frame, ed_span_of(NULL, 0));
	test_tcp(&frame, 5300, 53, 1, 0x02);
	(void)test_ipv4(&frame, 1, 2, TEST_PROTO_TCP, 0);
	put_fragments(4, 0, false);
	drive();
	assert_int_equal(run.tally.n_read, 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_PAYLOAD], 1);
}

/* A packet inside a tunnel, in fragments, each of which travels in fragments of the tunnel. */
static void test_nested_fragments(void **state)
{
	static const uint8_t inner_client[4] = { 10, 1, 2, 200 };
	static uint8_t inner[2][1600];
	size_t inner_n[2];
	struct ed_addr a;

	(void)state;
	begin(101);
	test_payload(&frame, ed_span_from(framed(2000), 2));
	test_udp(&frame, 5300, 53);
	for (unsigned i = 0; i < 2; i++) {
		struct test_frame whole = frame;
		struct ed_span part = ed_span_of(test_bytes(&whole).p + 1200 * i,
						 i ? whole.n - 1200 : 1200);

		test_payload(&frame, part);
		(void)test_ipv4(&frame, 200, 53, TEST_PROTO_UDP, i ? 150 : 0x2000);
		inner_n[i] = frame.n;
		memcpy(inner[i], test_bytes(&frame).p, frame.n);
		frame = whole;
	}
	for (unsigned i = 0; i < 2; i++) {
		test_payload(&frame, ed_span_of(inner[i], inner_n[i]));
		put_fragments(4, 0, i);
	}
	drive();
	assert_int_equal(run.tally.n_read, 3 + 2);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_analysed, 5);
	ed_addr_from_v4(inner_client, &a);
	assert_true(ed_addr_eq(&run.events[0].client, &a));
	assert_int_equal(run.events[0].size_query, 2000);
}

/* Many units: a stream and a datagram that span them, and the same events however frame is fed. */
static void make_long_file(void)
{
	struct ed_span m;

	begin(101);
	m = framed(60000);
	for (unsigned i = 0; i < 3000; i++) {
		udp_frame(1024 + i, 53, test_query_span());
		put_frame();
		if (i % 10 == 0)
			put_segment(1 + i * 20, ed_span_of(m.p + (i * 20) % 60000, 200));
	}
	tcp_frame(5301, 53, 60001, 0x18, ed_span_of(m.p + 60000, 2));
	put_frame();
	test_payload(&frame, ed_span_from(framed(3000), 2));
	test_udp(&frame, 5300, 53);
	put_fragments(TEST_PROTO_UDP, 0, true);
}

/* Feeds frame windows of random size, as a pipe would. */
static void drive_in_windows(uint64_t seed, struct test_run *ret)
{
	struct ed_format slow = ed_format_pcap;
	static uint8_t state[256], context[ED_UNIT_CONTEXT_BYTES];
	static struct ed_batch batch;
	static uint64_t data[1 << 17];
	size_t at = 0, window = 1;

	memset(ret, 0, sizeof(*ret));
	memset(state, 0, sizeof(state));
	ed_tally_init(&ret->tally);
	batch.data = (uint8_t *)data;
	batch.cap = sizeof(data);
	assert_true(slow.state_bytes <= sizeof(state));
	assert_int_equal(slow.init(state), 0);
	while (at < file.n) {
		struct ed_frame got = { 0 };
		struct ed_unit unit = { .offset = at, .context = context };
		enum ed_frame_verdict v;

		window += ed_hash_mix(seed++) % (1 << 16);
		window = window < file.n - at ? window : file.n - at;
		v = slow.frame(state, ed_span_of(file.b + at, window), at + window == file.n,
			       context, &got);
		if (v == ED_FRAME_MORE)
			continue;
		assert_true(v == ED_FRAME_UNIT || v == ED_FRAME_SKIP);
		unit.bytes = ed_span_of(file.b + at, got.n_bytes);
		at += got.n_bytes;
		unit.last = at == file.n;
		window = 1;
		if (v == ED_FRAME_SKIP)
			continue;
		ed_batch_reset(&batch);
		slow.decode(NULL, &unit, &batch);
		slow.resolve(state, &unit, &batch);
		test_collect(ret, &batch);
		ed_tally_add(&ret->tally, &batch.tally);
	}
	slow.done(state);
}

/* Connections on port 853 are told once each, whichever way their first packet goes. */
static void test_dot(void **state)
{
	(void)state;
	begin(101);
	tcp_frame(5301, 853, 1, 0x02, ed_span_of(NULL, 0)); /* no payload: nothing was said yet */
	put_frame();
	for (unsigned i = 0; i < 3; i++) {
		test_payload(&frame, test_query_span());
		test_tcp(&frame, 853, 5301, 7 + i, 0x18);
		(void)test_ipv4(&frame, 53, 3, TEST_PROTO_TCP, 0);
		put_frame();
		tcp_frame(5301, 853, 1 + i, 0x18, test_query_span());
		put_frame();
		udp_frame(5301, 853, test_query_span());
		put_frame();
	}
	drive();
	assert_int_equal(run.tally.n_read, 10);
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_ENCRYPTED], 8);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(run.events[i].kind, ED_EVENT_FLOW);
		assert_int_equal(run.events[i].flow.service, ED_FLOW_DOT);
		assert_int_equal(run.events[i].client_port, 5301);
		assert_int_equal(run.events[i].resolver_port, 853);
	}
	assert_int_equal(run.events[0].transport, ED_TRANSPORT_TCP);
	assert_int_equal(run.events[1].transport, ED_TRANSPORT_UDP);
	assert_memory_equal(&run.events[0].client, &run.events[1].client, 16);
}

/* A datagram of sampled packets on its way to the collector: the lookup in it has the time at which
 * the collector had it. */
static void test_sampled(void **state)
{
	static const uint8_t head[] = "\0\0\0\5\0\0\0\1\xc0\0\2\1\0\0\0\0\0\0\0\1\0\0\0\1"
				      "\0\0\0\1\0\0\0\1\0\0\0\xff\0\0\0\1\0\0\0\1\0\0\2\0"
				      "\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\2\0\0\0\1\0\0\0\1"
				      "\0\0\0\xff\0\0\0\xb\0\0\0\xff\0\0\0\4\0\0\0\xff";
	enum { HEAD_BYTES = sizeof(head) - 1 };
	uint8_t datagram[512] = { 0 };
	size_t n, padded;

	(void)state;
	memcpy(datagram, head, HEAD_BYTES);
	test_payload(&frame, test_query_span());
	test_udp(&frame, 5301, 53);
	(void)test_ipv4(&frame, 3, 53, TEST_PROTO_UDP, 0);
	n = frame.n;
	padded = (n + 3) & ~(size_t)3;
	memcpy(datagram + HEAD_BYTES, test_bytes(&frame).p, n);
	datagram[HEAD_BYTES - 1] = (uint8_t)n;
	datagram[HEAD_BYTES - 9] = (uint8_t)n + 4;
	datagram[HEAD_BYTES - 17] = (uint8_t)(16 + padded);
	datagram[35] = (uint8_t)(HEAD_BYTES + padded - 36);
	for (unsigned i = 0; i < 2; i++) {
		begin(101);
		udp_frame(5302, i == 0 ? 6343 : 6344, ed_span_of(datagram, HEAD_BYTES + padded));
		put_frame();
		drive();
		assert_int_equal(run.n_events, i == 0);
		assert_int_equal(run.tally.n_dropped[ED_DROP_NOT_DNS], i);
	}
	begin(101);
	test_payload(&frame, ed_span_of(datagram, sizeof(datagram)));
	test_udp(&frame, 5302, 6343);
	put_fragments(TEST_PROTO_UDP, 0, false);
	drive();
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.events[0].kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(run.events[0].client_port, 5301);
	assert_int_equal(run.events[0].time_quality, ED_TIME_RECEIVED);
	assert_true(run.events[0].has & ED_FIELD_TIME);
}

static void test_units(void **state)
{
	static struct test_run other;

	(void)state;
	make_long_file();
	drive();
	assert_int_equal(run.n_events, 3000 + 1 + 1);
	assert_int_equal(run.tally.n_analysed, run.tally.n_read);
	for (uint64_t seed = 0; seed < 5; seed++) {
		drive_in_windows(seed, &other);
		assert_int_equal(other.tally.n_read, run.tally.n_read);
		assert_int_equal(other.tally.n_analysed, run.tally.n_analysed);
		assert_int_equal(other.n_events, run.n_events);
	}
}

/* A batch that is full, and a deferred list that is full, drop and count. */
static void test_full_batch(void **state)
{
	static struct ed_batch batch;
	static uint64_t data[2 * ED_EVENT_MAX_BYTES / 8];
	struct ed_capture_record r = { .time_ns = 1, .layer = ED_LAYER_IP };

	(void)state;
	batch.data = (uint8_t *)data;
	batch.cap = sizeof(data);
	ed_batch_reset(&batch);
	udp_frame(5300, 53, test_query_span());
	r.data = test_bytes(&frame);
	r.wire_n = frame.n;
	for (unsigned i = 0; i < 10; i++)
		ed_capture_decode(&r, &batch);
	assert_int_equal(batch.tally.n_read, 10);
	assert_int_equal(batch.tally.n_analysed, batch.n_events);
	assert_int_equal(batch.tally.n_dropped[ED_DROP_BATCH_FULL], 10 - batch.n_events);
	assert_true(batch.n_events >= 2);
	ed_batch_reset(&batch);
	tcp_frame(5300, 53, 1, 0x18, test_query_span());
	r.data = test_bytes(&frame);
	r.wire_n = frame.n;
	for (unsigned i = 0; i < ED_BATCH_DEFERRED_MAX + 3; i++)
		ed_capture_decode(&r, &batch);
	assert_int_equal(batch.n_deferred, ED_BATCH_DEFERRED_MAX);
	assert_int_equal(batch.tally.n_dropped[ED_DROP_BATCH_FULL], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp_stream),       cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_nested_fragments), cmocka_unit_test(test_dot),
		cmocka_unit_test(test_sampled),          cmocka_unit_test(test_units),
		cmocka_unit_test(test_full_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
