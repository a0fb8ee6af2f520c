/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sFlow: a sampled lookup is a lookup, every other packet a flow that stands for many; headers cut
 * short, ends without bytes, agents of both versions, counters, and lengths that lie.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

enum { ETHERNET = 1, IPV4 = 11, RATE = 512 };

static uint8_t file[1 << 14];
static size_t file_n;
static struct test_run run;

static void u8(unsigned v)
{
	file[file_n++] = (uint8_t)v;
}

static void u16(unsigned v)
{
	u8(v >> 8);
	u8(v & 0xff);
}

static void u32(uint32_t v)
{
	u16(v >> 16);
	u16(v & 0xffff);
}

static void put(const void *p, size_t n)
{
	memcpy(file + file_n, p, n);
	file_n += n;
}

static void set32(size_t at, size_t v)
{
	for (unsigned i = 0; i < 4; i++)
		file[at + i] = (uint8_t)(v >> (24 - 8 * i));
}

/* A datagram gives an event a packet: there are more events than records. */
static void drive(void)
{
	uint64_t dropped = 0;

	memset(&run, 0, sizeof(run));
	assert_int_equal(ed_format_drive(&ed_format_sflow, ed_span_of(file, file_n),
					 test_take_batch, &run, &run.tally),
			 0);
	for (unsigned i = 0; i < ED_DROP_N; i++)
		dropped += run.tally.n_dropped[i];
	assert_int_equal(run.tally.n_read, run.tally.n_analysed + dropped);
	file_n = 0;
}

static const struct ed_event *event(size_t i)
{
	assert_true(i < run.n_events);
	return &run.event[i].ev;
}

static void head(unsigned n_samples)
{
	u32(5);
	u32(1);
	u32(0xc0000201);
	u32(0);
	u32(7);
	u32(600000);
	u32(n_samples);
}

/* Returns where the length of the sample is. */
static size_t begin_sample(bool is_expanded, unsigned n_records)
{
	size_t at;

	u32(is_expanded ? 3 : 1);
	at = file_n;
	u32(0);
	u32(1);
	u32(0);
	if (is_expanded)
		u32(4);
	u32(RATE);
	u32(100000);
	u32(0);
	for (unsigned i = 0; i < (is_expanded ? 4 : 2); i++)
		u32(i);
	u32(n_records);
	return at;
}

static void end_sample(size_t at)
{
	set32(at, file_n - at - 4);
}

/* IP and UDP or TCP over @payload_n bytes, of which the caller puts what was kept. */
static void packet_head(unsigned protocol, unsigned src_port, unsigned dst_port, size_t payload_n)
{
	size_t transport_n = protocol == 6 ? 20 : 8;

	u16(0x4500);
	u16((unsigned)(20 + transport_n + payload_n));
	u32(0);
	u8(64);
	u8(protocol);
	u16(0);
	u32(0xc000020a);
	u32(0xc6336435);
	u16(src_port);
	u16(dst_port);
	if (protocol == 17) {
		u16((unsigned)(8 + payload_n));
		u16(0);
		return;
	}
	u32(1000);
	u32(0);
	u16(0x5018);
	u16(0);
	u32(0);
}

struct raw {
	size_t at, header;
};

/* A record of a header; the frame had @frame_n bytes and a check of four behind them. */
static struct raw begin_raw(unsigned protocol, size_t frame_n)
{
	struct raw r;

	u32(1);
	r.at = file_n;
	u32(0);
	u32(protocol);
	u32((uint32_t)frame_n + 4);
	u32(4);
	r.header = file_n;
	u32(0);
	return r;
}

static void end_raw(struct raw r)
{
	set32(r.header, file_n - r.header - 4);
	while ((file_n - r.header) % 4 != 0)
		u8(0);
	set32(r.at, file_n - r.at - 4);
}

static const char query[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\3www\7example\3net\0\0\1\0\1";
enum { QUERY_BYTES = sizeof(query) - 1 };

/* A lookup of which all but @n_lost bytes were kept. */
static void sample_lookup(size_t n_lost)
{
	size_t at = begin_sample(false, 1);
	struct raw r = begin_raw(ETHERNET, 14 + 28 + QUERY_BYTES);

	put("\2\0\0\0\0\1\2\0\0\0\0\2\x08\0", 14);
	packet_head(17, 40000, 53, QUERY_BYTES);
	put(query, QUERY_BYTES - n_lost);
	end_raw(r);
	end_sample(at);
}

static void test_lookup(void **state)
{
	(void)state;
	head(3);
	sample_lookup(0);
	sample_lookup(QUERY_BYTES - 6); /* not even its header was kept: a flow */
	u32(2);                         /* counters */
	u32(4);
	u32(0);
	drive();
	assert_int_equal(run.tally.n_read, 1);
	assert_int_equal(run.tally.n_analysed, 1);
	assert_int_equal(run.n_events, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_DNS_QUERY);
	assert_string_equal(test_name(&run, 0), "www.example.net");
	assert_string_equal(test_addr(&event(0)->client), "192.0.2.10");
	assert_int_equal(event(0)->client_port, 40000);
	assert_int_equal(event(0)->txid, 0x1234);
	assert_int_equal(event(0)->size_query, QUERY_BYTES);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_UDP);
	assert_int_equal(event(0)->time_quality, ED_TIME_NONE);
	assert_int_equal(event(0)->offset, 28);
	assert_int_equal(event(1)->kind, ED_EVENT_FLOW);
	assert_int_equal(event(1)->flow.service, ED_FLOW_DNS);
	assert_int_equal(event(1)->flow.sample_rate, RATE);
	assert_int_equal(event(1)->flow.packets_up, 1);
	assert_int_equal(event(1)->flow.counted, ED_COUNTED_FRAME);
	assert_int_equal(event(1)->size_query, 14 + 28 + QUERY_BYTES + 4);
}

/* A message over TCP that fills its segment, in an expanded sample that begins with IP. */
static void test_tcp(void **state)
{
	size_t at;
	struct raw r;

	(void)state;
	head(2);
	for (unsigned i = 0; i < 2; i++) {
		at = begin_sample(true, 1);
		r = begin_raw(IPV4, 40 + 2 + QUERY_BYTES);
		packet_head(6, 40001, 53, 2 + QUERY_BYTES);
		u16(QUERY_BYTES + i); /* the second goes on in another segment */
		put(query, QUERY_BYTES);
		end_raw(r);
		end_sample(at);
	}
	drive();
	assert_int_equal(run.n_events, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_TCP);
	assert_int_equal(event(0)->size_query, QUERY_BYTES);
	assert_int_equal(event(1)->kind, ED_EVENT_FLOW);
	assert_int_equal(event(1)->transport, ED_TRANSPORT_TCP);
}

/* What a tunnel sends that is no DNS, and packets that are of no interest. */
static void test_other_packets(void **state)
{
	static const uint8_t raw_data[32] = { 0x10, 0xd1, 0x9e, 0x20, 0xff, 0xff,
					      0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const unsigned ports[][2] = { { 17, 53 }, { 17, 5355 }, { 6, 853 }, { 1, 0 } };

	(void)state;
	head(4);
	for (unsigned i = 0; i < 4; i++) {
		size_t at = begin_sample(false, 1);
		struct raw r = begin_raw(IPV4, 20 + 20 + sizeof(raw_data));

		packet_head(ports[i][0], 40002, ports[i][1], sizeof(raw_data));
		put(raw_data, sizeof(raw_data));
		end_raw(r);
		end_sample(at);
	}
	drive();
	assert_int_equal(run.n_events, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_NOT_DNS);
	assert_int_equal(event(1)->kind, ED_EVENT_FLOW);
	assert_int_equal(event(1)->flow.service, ED_FLOW_DOT);
}

/* Agents that send the ends of a packet, not its bytes; their own address is of version 6. */
static void test_ends(void **state)
{
	static const uint8_t six[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 };
	size_t at, record;

	(void)state;
	u32(5);
	u32(2);
	put(six, 16);
	for (unsigned i = 0; i < 3; i++)
		u32(i);
	u32(2);
	at = begin_sample(false, 1);
	u32(3);
	u32(32);
	u32(512); /* bytes */
	u32(6);
	u32(0xc6336435);
	u32(0xc000020a);
	u32(443);
	u32(50000);
	u32(0x10);
	u32(0);
	end_sample(at);
	at = begin_sample(false, 1);
	u32(4);
	record = file_n;
	u32(0);
	u32(90);
	u32(17);
	put(six, 16);
	put(six, 15);
	u8(8);
	u32(50001);
	u32(853);
	u32(0);
	u32(0);
	set32(record, file_n - record - 4);
	end_sample(at);
	drive();
	assert_int_equal(run.n_events, 2);
	/* from the server: turned */
	assert_string_equal(test_addr(&event(0)->client), "192.0.2.10");
	assert_int_equal(event(0)->size_response, 512);
	assert_int_equal(event(0)->flow.service, ED_FLOW_HTTPS);
	assert_int_equal(event(0)->flow.counted, ED_COUNTED_IP);
	assert_string_equal(test_addr(&event(1)->resolver), "2001:db8::8");
	assert_int_equal(event(1)->flow.service, ED_FLOW_DOT);
	assert_int_equal(event(1)->flow.packets_up, 1);
}

static void test_broken(void **state)
{
	size_t at;

	(void)state;
	/* A record that is longer than its sample: nothing in it, the next sample stands. */
	head(2);
	at = begin_sample(false, 1);
	u32(1);
	u32(4000);
	end_sample(at);
	sample_lookup(0);
	drive();
	assert_int_equal(run.n_events, 1);
	/* One sample too few. */
	head(2);
	sample_lookup(0);
	drive();
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LENGTH], 1);
	/* Counters alone, a packet of another protocol alone. */
	head(1);
	u32(4);
	u32(0);
	head(1);
	end_sample(begin_sample(false, 0));
	drive();
	assert_int_equal(run.tally.n_read, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NOT_DNS], 1);
	memset(file, 0xff, 64);
	file_n = 64;
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LENGTH], 1);
	assert_int_equal(test_probe(&ed_format_sflow, "no samples"), 0);
}

static void test_probes(void **state)
{
	(void)state;
	head(1);
	sample_lookup(0);
	assert_ptr_equal(ed_format_sniff(ed_span_of(file, file_n)), &ed_format_sflow);
	assert_int_equal(test_probe(&ed_format_sflow, ""), 0);
	file_n = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookup),        cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_other_packets), cmocka_unit_test(test_ends),
		cmocka_unit_test(test_broken),        cmocka_unit_test(test_probes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
