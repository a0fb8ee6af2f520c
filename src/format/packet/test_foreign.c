/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cannot be DNS on port 53, and what must pass for it: damaged and cut messages, odd but
 * honest ones, probes. Then TCP, and whole captures: raw datagrams become events of their own kind
 * with an account that closes; the ordinary captures hold none.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "format/packet/capture.h"
#include "format/packet/foreign.h"
#include "format/packet/test_capture.h"

enum { PATH_BYTES = 4096, SYN = 0x02, PUSH = 0x18 };

static struct test_file file;
static struct test_frame frame;
static struct test_run run;

/* ---------------------------------------------------------------- verdicts */

struct sample {
	const char *what;
	const char *bytes;
	size_t n;
	size_t wire_n;
	bool is_foreign;
};

#define BYTES(s) s, sizeof(s) - 1

static const struct sample samples[] = {
	{ "iodine, a ping", BYTES("\x10\xd1\x9e\x30"), 4, true },
	{ "iodine, snapped", BYTES("\x10\xd1\x9e"), 1149, true },
	{ "iodine, a packet", BYTES("\x10\xd1\x9e\x20\x78\xda\x01\x6e\x04\x91\xfb\x00\x00\x08"), 14,
	  true },
	{ "WireGuard, data", BYTES("\4\0\0\0\x5b\xa7\x01\xc4\x09\0\0\0\0\0\0\0\xd3\x11\x70\xfe"),
	  148, true },
	{ "OpenVPN, data", BYTES("\x48\0\0\1\0\0\0\1\x9c\x41\x7e\x02\xb8\x66"), 120, true },
	{ "text", BYTES("hello, this is no DNS at all"), 28, true },
	{ "less than a header", BYTES("abcdefgh"), 8, true },
	{ "a few bytes", BYTES("abc"), 3, false },
	{ "cut within the header", BYTES("\x12\x34\1\0\0\1\0"), 7, false },
	{ "a query of nothing with bytes behind", BYTES("\1\2\0\0\0\0\0\0\0\0\0\0payload"), 19,
	  true },
	{ "empty", "", 0, 0, false },
	{ "snapped to nothing", "", 0, 100, false },
	{ "snapped within the header", BYTES("\x5b\xa7\x01\xc4\x5b\xa7"), 100, false },
	{ "a damaged name", BYTES("\x12\x34\1\0\0\1\0\0\0\0\0\0\xff\xff\xff\xff\xff"), 17, false },
	{ "the name cut off",
	  BYTES("\x12\x34\1\0\0\1\0\0\0\0\0\0\x07"
		"exa"),
	  16, false },
	{ "records cut off", BYTES("\x12\x34\x83\x80\0\1\0\x09\0\4\0\1\1a\0\0\1\0\1"), 19, false },
	{ "a response without question", BYTES("\x12\x34\x80\1\0\0\0\0\0\0\0\0"), 12, false },
	{ "the question left behind", BYTES("\x12\x34\x80\1\0\0\0\0\0\0\0\0\1a\0\0\1\0\1"), 19,
	  false },
	{ "a status request", BYTES("\0\0\x10\0\0\0\0\0\0\0\0\0"), 12, false },
	{ "a cookie alone",
	  BYTES("\x12\x34\1\0\0\0\0\0\0\0\0\1\0\0\x29\x10\0\0\0\0\0\0\x0c\0\x0a\0\x08"
		"cookie!!"),
	  35, false },
	{ "two questions", BYTES("\x12\x34\1\0\0\2\0\0\0\0\0\0\1a\0\0\1\0\1\1b\0\0\1\0\1"), 26,
	  false },
	{ "snapped, with room for its records", BYTES("\x12\x34\x84\0\0\0\0\5\0\0\0\0\1a"), 300,
	  false },
};

static void test_datagrams(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];

		if (ed_foreign_datagram(ed_span_of(s->bytes, s->n), s->wire_n) != s->is_foreign)
			print_error("%s\n", s->what);
		assert_int_equal(ed_foreign_datagram(ed_span_of(s->bytes, s->n), s->wire_n),
				 s->is_foreign);
	}
}

/* A query of which any bit is flipped, or that is cut anywhere, is still DNS. */
static void test_damage(void **state)
{
	uint8_t m[sizeof(test_query)];

	(void)state;
	for (size_t at = 0; at < 8 * sizeof(m); at++) {
		memcpy(m, test_query, sizeof(m));
		m[at / 8] ^= (uint8_t)(1 << at % 8);
		assert_false(ed_foreign_datagram(ed_span_of(m, sizeof(m)), sizeof(m)));
	}
	for (size_t n = 0; n < sizeof(m); n++)
		assert_false(ed_foreign_datagram(ed_span_of(test_query, n), n));
}

/* Nearly all random bytes are found out. */
static void test_random(void **state)
{
	unsigned n_found = 0;
	uint64_t x = 1;

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		uint8_t m[1200];

		for (size_t at = 0; at < sizeof(m); at += 8) {
			x = ed_hash_mix(x + at + 1);
			memcpy(m + at, &x, 8);
		}
		n_found += ed_foreign_datagram(ed_span_of(m, sizeof(m)), sizeof(m));
	}
	assert_in_range(n_found, 3990, 4000);
}

/* --------------------------------------------------------------------- TCP */

static struct ed_foreign_flows flows;

static bool segment(unsigned from, uint32_t seq, bool syn, struct ed_span data)
{
	struct ed_tcp_segment seg = {
		.key = { .src_port = from ? 53 : 40000, .dst_port = from ? 40000 : 53 },
		.data = data,
		.wire_n = data.n,
		.seq = seq,
		.syn = syn,
	};

	seg.key.src.b[15] = from ? 53 : 3;
	seg.key.dst.b[15] = from ? 3 : 53;
	return ed_foreign_segment(&flows, &seg);
}

static bool first_bytes(unsigned from, const char *p, size_t n)
{
	memset(&flows, 0, sizeof(flows));
	assert_false(segment(from, 99, true, ed_span_of(NULL, 0)));
	return segment(from, 100, false, ed_span_of(p, n));
}

static void test_stream_starts(void **state)
{
	(void)state;
	assert_true(first_bytes(0, BYTES("SSH-2.0-OpenSSH_9.2p1\r\n")));
	assert_true(first_bytes(1, BYTES("SSH-2.0-OpenSSH_9.2p1\r\n")));
	assert_true(first_bytes(0, BYTES("GET / HTTP/1.1\r\nHost: a\r\n")));
	assert_true(first_bytes(0, BYTES("\x16\3\1\2\0\1\0\1\xfc\3\3")));
	assert_true(first_bytes(0, BYTES("\0\5hello")));
	assert_false(first_bytes(0, BYTES("\0")));
	assert_false(first_bytes(0, BYTES("\0\x1b")));
	assert_false(first_bytes(0, BYTES("\0\x1b\xbe\xef\1\0\0\1\0\0\0\0\0\0\1t\7example")));
	assert_false(first_bytes(1, BYTES("\x3a\x98\xbe\xef\x84\0\0\1\1\x2c\0\0\0\0\1t\7example")));
}

static void test_streams(void **state)
{
	struct ed_span ssh = ed_span_str("SSH-2.0-x y z 0 1 2");
	struct ed_span query = ed_span_of("\0\x1b\xbe\xef\1\0\0\1\0\0\0\0\0\0\1t", 16);

	(void)state;
	/* the verdict holds for what follows, both ways, until the ports are used anew */
	assert_true(first_bytes(0, BYTES("SSH-2.0-OpenSSH_9.2p1\r\n")));
	assert_true(segment(0, 5000, false, query));
	assert_true(segment(1, 7000, false, query));
	assert_false(segment(1, 7000, false, ed_span_of(NULL, 0)));
	assert_false(segment(0, 99, true, ed_span_of(NULL, 0)));
	assert_true(segment(0, 5001, false, query));
	assert_false(segment(0, 30000, true, ed_span_of(NULL, 0)));
	assert_false(segment(0, 30001, false, query));
	/* in the middle of a stream anything goes, and so where the beginning was not seen */
	assert_false(segment(0, 30100, false, ssh));
	memset(&flows, 0, sizeof(flows));
	assert_false(segment(0, 1, false, ssh));
}

static void test_flow_table(void **state)
{
	struct ed_tcp_segment seg = { .key = { .dst_port = 53 }, .syn = true, .seq = 9 };
	unsigned n_kept = 0;

	(void)state;
	/* one connection that is not DNS among many that are */
	assert_true(first_bytes(0, BYTES("SSH-2.0-OpenSSH_9.2p1\r\n")));
	for (uint32_t i = 0; i < 100000; i++) {
		seg.key.src.b[14] = (uint8_t)(i >> 16);
		seg.key.src_port = (uint16_t)i;
		seg.time_ns = i + 1;
		assert_false(ed_foreign_segment(&flows, &seg));
	}
	assert_true(segment(0, 700, false, ed_span_str("encrypted")));
	for (unsigned i = 0; i < ED_FOREIGN_SETS; i++) {
		for (unsigned j = 0; j < ED_FOREIGN_WAYS; j++)
			n_kept += flows.flows[i][j].is_foreign;
	}
	assert_int_equal(n_kept, 1);
}

/* ---------------------------------------------------------------- captures */

static void put_udp(unsigned src_port, unsigned dst_port, struct ed_span payload)
{
	test_payload(&frame, payload);
	test_udp(&frame, src_port, dst_port);
	(void)test_ipv4(&frame, dst_port == 53 ? 3 : 53, dst_port == 53 ? 53 : 3, TEST_PROTO_UDP,
			0);
	test_pcap_snapped(&file, &frame, frame.n);
}

static void put_tcp(uint32_t seq, unsigned flags, struct ed_span payload)
{
	test_payload(&frame, payload);
	test_tcp(&frame, 5301, 53, seq, flags);
	(void)test_ipv4(&frame, 3, 53, TEST_PROTO_TCP, 0);
	test_pcap_snapped(&file, &frame, frame.n);
}

static void drive(void)
{
	test_drive(&ed_format_pcap, test_file_span(&file), &run);
}

static void test_events(void **state)
{
	struct ed_span raw = ed_span_of("\x10\xd1\x9e\x20 raw data, as it comes", 27);
	const struct ed_event *up = &run.events[0], *down = &run.events[1];

	(void)state;
	test_pcap_header(&file, 0xa1b2c3d4, false, 101);
	put_udp(5300, 53, raw);
	put_udp(53, 5300, ed_span_of(raw.p, 4));
	put_udp(5300, 8053, raw);
	put_udp(5353, 5300, raw);
	put_udp(5300, 53, ed_span_of(NULL, 0));
	drive();
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.tally.n_analysed, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NOT_DNS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MALFORMED], 2);
	assert_int_equal(up->kind, ED_EVENT_NOT_DNS);
	assert_int_equal(up->name_n, 0);
	assert_int_equal(up->client.b[15], 3);
	assert_int_equal(up->resolver.b[15], 53);
	assert_int_equal(up->client_port, 5300);
	assert_int_equal(up->size_query, 27);
	assert_int_equal(up->transport, ED_TRANSPORT_UDP);
	assert_int_equal(up->has, ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT |
					  ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT |
					  ED_FIELD_SIZE_QUERY);
	assert_int_equal(up->foreign.n_first, ED_FOREIGN_FIRST_BYTES);
	assert_memory_equal(up->foreign.first, raw.p, ED_FOREIGN_FIRST_BYTES);
	assert_true(ed_addr_eq(&down->client, &up->client));
	assert_true(ed_addr_eq(&down->resolver, &up->resolver));
	assert_int_equal(down->size_response, 4);
	assert_int_equal(down->foreign.n_first, 4);
	assert_true(down->foreign.hash != up->foreign.hash);
}

/* Both ports 53: the two directions agree on who is the client. */
static void test_both_ports(void **state)
{
	struct ed_span raw = ed_span_of("\x10\xd1\x9e\x30", 4);

	(void)state;
	test_pcap_header(&file, 0xa1b2c3d4, false, 101);
	put_udp(53, 53, raw);
	test_payload(&frame, raw);
	test_udp(&frame, 53, 53);
	(void)test_ipv4(&frame, 53, 3, TEST_PROTO_UDP, 0);
	test_pcap_snapped(&file, &frame, frame.n);
	drive();
	assert_int_equal(run.n_events, 2);
	assert_true(ed_addr_eq(&run.events[0].client, &run.events[1].client));
	assert_int_equal(run.events[0].size_query, 4);
	assert_int_equal(run.events[1].size_response, 4);
}

static void test_tcp_events(void **state)
{
	(void)state;
	test_pcap_header(&file, 0xa1b2c3d4, false, 101);
	put_tcp(99, SYN, ed_span_of(NULL, 0));
	put_tcp(100, PUSH, ed_span_str("SSH-2.0-OpenSSH_9.2p1\r\n"));
	put_tcp(123, PUSH, ed_span_str("encrypted"));
	drive();
	assert_int_equal(run.n_events, 2);
	assert_int_equal(run.events[0].kind, ED_EVENT_NOT_DNS);
	assert_int_equal(run.events[0].transport, ED_TRANSPORT_TCP);
	assert_int_equal(run.events[0].size_query, 23);
	assert_int_equal(run.events[1].size_query, 9);
	assert_int_equal(run.tally.n_read, 3);
	assert_int_equal(run.tally.n_analysed, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_PAYLOAD], 1);
}

/* ------------------------------------------------------------- recordings */

static unsigned n_foreign;

static void count_foreign(void *arg, const struct ed_batch *b)
{
	struct ed_event *ev;

	(void)arg;
	for (size_t pos = 0; (ev = ed_batch_at(b, pos)) != NULL; pos += ev->size_bytes)
		n_foreign += ev->kind == ED_EVENT_NOT_DNS;
}

/* How many of a recording's packets are not DNS; -1: there is no such recording. */
static int foreign_in(const char *variable, const char *otherwise, const char *path)
{
	const char *folder = getenv(variable);
	char full[PATH_BYTES];
	struct ed_tally tally;
	FILE *f;

	(void)snprintf(full, sizeof(full), "%s/%s", folder ? folder : otherwise, path);
	f = fopen(full, "rb");
	if (!f)
		return -1;
	file.n = fread(file.b, 1, sizeof(file.b), f);
	(void)fclose(f);
	n_foreign = 0;
	assert_int_equal(ed_format_drive(&ed_format_pcap, test_file_span(&file), count_foreign,
					 NULL, &tally),
			 0);
	assert_true(tally.n_analysed > 0);
	return (int)n_foreign;
}

static void test_recordings(void **state)
{
	static const char *const ordinary[] = { "examples/ordinary-office.pcap",
						"examples/ordinary-web.pcap",
						"examples/ordinary-mail.pcap",
						"examples/iodine-null-base128.pcap",
						"examples/dns2tcp-key.pcap" };
	static const char *const labelled[] = {
		"benign/DNS-OARC+dnscap/src/test/dns.pcap",
		"benign/DNS-OARC+dnscap/src/test/dns6.pcap",
		"benign/DNS-OARC+dnscap/src/test/dnso1tcp-bighole.pcap",
		"benign/DNS-OARC+dnscap/src/test/dnso1tcp-midmiss.pcap",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ordinary) / sizeof(ordinary[0]); i++)
		assert_int_equal(foreign_in("EARTHDOG_SOURCE_ROOT", ".", ordinary[i]), 0);
	/* counted with another program in the recording: 31 to the server, 22 from it */
	assert_int_equal(foreign_in("EARTHDOG_SOURCE_ROOT", ".", "examples/iodine-raw.pcap"), 53);
	for (size_t i = 0; i < sizeof(labelled) / sizeof(labelled[0]); i++) {
		int n = foreign_in("EARTHDOG_DATA", "../shared/data", labelled[i]);

		assert_in_range(n + 1, 0, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_datagrams),  cmocka_unit_test(test_damage),
		cmocka_unit_test(test_random),     cmocka_unit_test(test_stream_starts),
		cmocka_unit_test(test_streams),    cmocka_unit_test(test_flow_table),
		cmocka_unit_test(test_events),     cmocka_unit_test(test_both_ports),
		cmocka_unit_test(test_tcp_events), cmocka_unit_test(test_recordings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
