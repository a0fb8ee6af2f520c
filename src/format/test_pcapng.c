/* SPDX-License-Identifier: Apache-2.0 */
/* pcapng: byte orders, sections, interfaces, clocks, the three packet blocks, and blocks that lie.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "format/packet/test_capture.h"

static struct test_file file;
static struct test_frame frame;
static struct test_run run;

/* Begins a block; block_end fills in its length. */
static size_t block(uint32_t type)
{
	size_t at = file.n;

	test_file_u32(&file, type);
	test_file_u32(&file, 0);
	return at;
}

static void block_end(size_t at)
{
	struct test_file patch = { .big_endian = file.big_endian };
	uint32_t n;

	while ((file.n - at) % 4 != 0)
		test_file_put(&file, "", 1);
	n = (uint32_t)(file.n - at) + 4;
	test_file_u32(&file, n);
	test_file_u32(&patch, n);
	memcpy(file.b + at + 4, patch.b, 4);
}

static void section(bool big_endian)
{
	size_t at;

	file.big_endian = big_endian;
	at = block(0x0a0d0d0a);
	test_file_u32(&file, 0x1a2b3c4d);
	test_file_u32(&file, big_endian ? 0x00010000 : 1);
	test_file_u32(&file, UINT32_MAX);
	test_file_u32(&file, UINT32_MAX);
	block_end(at);
}

static void option(unsigned code, const void *p, size_t n)
{
	test_file_u16(&file, code);
	test_file_u16(&file, (unsigned)n);
	test_file_put(&file, p, n);
	while (n++ % 4 != 0)
		test_file_put(&file, "", 1);
}

/* @resolution < 0: no option; @offset_s is written when it is not 0. */
static void interface(unsigned link_type, uint32_t snap_n, int resolution, int64_t offset_s)
{
	uint8_t r = (uint8_t)resolution;
	size_t at = block(1);

	test_file_u16(&file, link_type);
	test_file_u16(&file, 0);
	test_file_u32(&file, snap_n);
	option(2, "eth0", 4);
	if (resolution >= 0)
		option(9, &r, 1);
	if (offset_s != 0) {
		test_file_u16(&file, 14);
		test_file_u16(&file, 8);
		test_file_u32(&file, (uint32_t)(file.big_endian ? (uint64_t)offset_s >> 32 :
								  (uint64_t)offset_s));
		test_file_u32(&file, (uint32_t)(file.big_endian ? (uint64_t)offset_s :
								  (uint64_t)offset_s >> 32));
	}
	option(0, "", 0);
	block_end(at);
}

static void packet(uint32_t interface_id, uint64_t ticks)
{
	size_t at = block(6);

	test_file_u32(&file, interface_id);
	test_file_u32(&file, (uint32_t)(ticks >> 32));
	test_file_u32(&file, (uint32_t)ticks);
	test_file_u32(&file, (uint32_t)frame.n);
	test_file_u32(&file, (uint32_t)frame.n);
	test_file_put(&file, test_bytes(&frame).p, frame.n);
	block_end(at);
}

static void old_packet(unsigned interface_id, uint64_t ticks)
{
	size_t at = block(2);

	test_file_u16(&file, interface_id);
	test_file_u16(&file, 0xffff);
	test_file_u32(&file, (uint32_t)(ticks >> 32));
	test_file_u32(&file, (uint32_t)ticks);
	test_file_u32(&file, (uint32_t)frame.n);
	test_file_u32(&file, (uint32_t)frame.n);
	test_file_put(&file, test_bytes(&frame).p, frame.n);
	block_end(at);
}

static void simple_packet(uint32_t snap_n)
{
	size_t at = block(3), n = snap_n > 0 && snap_n < frame.n ? snap_n : frame.n;

	test_file_u32(&file, (uint32_t)frame.n);
	test_file_put(&file, test_bytes(&frame).p, n);
	block_end(at);
}

static void other_block(uint32_t type, size_t n)
{
	size_t at = block(type);

	for (size_t i = 0; i < n; i += 4)
		test_file_put(&file, "....", 4);
	block_end(at);
}

static void begin(void)
{
	file.n = 0;
	test_payload(&frame, test_query_span());
	test_udp(&frame, 5300, 53);
	(void)test_ipv4(&frame, 3, 53, TEST_PROTO_UDP, 0);
}

/* A process of macOS. */
static void process(uint32_t pid, const char *name)
{
	size_t at = block(0x80000001);

	test_file_u32(&file, pid);
	option(2, name, strlen(name));
	option(0, "", 0);
	block_end(at);
}

/* A packet with the way it went and its process, and @asker of that, each left out when < 0. */
static void packet_of(unsigned way, int number, int asker)
{
	size_t at = block(6);
	const unsigned codes[] = { 0x8003, 0x8001 };
	const int values[] = { asker, number };

	test_file_u32(&file, 0);
	test_file_u32(&file, 0x60000);
	test_file_u32(&file, 0);
	test_file_u32(&file, (uint32_t)frame.n);
	test_file_u32(&file, (uint32_t)frame.n);
	test_file_put(&file, test_bytes(&frame).p, frame.n);
	while ((file.n - at) % 4 != 0)
		test_file_put(&file, "", 1);
	test_file_u16(&file, 2);
	test_file_u16(&file, 4);
	test_file_u32(&file, way);
	for (unsigned i = 0; i < 2; i++) {
		if (values[i] < 0)
			continue;
		test_file_u16(&file, codes[i]);
		test_file_u16(&file, 4);
		test_file_u32(&file, (uint32_t)values[i]);
	}
	option(0, "", 0);
	block_end(at);
}

static void drive(void)
{
	test_drive(&ed_format_pcapng, test_file_span(&file), &run);
}

static void test_clocks(void **state)
{
	static const struct {
		int resolution;
		uint64_t ticks_per_s;
		int64_t offset_s;
		int64_t ns; /* of the quarter second, as precisely as the clock has it */
	} rows[] = {
		{ -1, 1000000, 0, 250000000 },
		{ 6, 1000000, 0, 250000000 },
		{ 9, 1000000000, 0, 250000000 },
		{ 3, 1000, 0, 250000000 },
		{ 0, 1, 0, 0 },
		{ 10, 10000000000, 0, 250000000 },
		{ 0x80 | 20, 1 << 20, 0, 250000000 },
		{ 0x80 | 1, 2, 0, 0 },
		{ 0x80 | 32, UINT64_C(1) << 32, 0, 250000000 },
		{ 6, 1000000, 1000000000, 250000000 },
		{ 9, 1000000000, -3600, 250000000 },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		size_t row = i / 2;
		uint64_t per_s = rows[row].ticks_per_s;
		uint64_t ticks = (uint64_t)(test_time_s - rows[row].offset_s) * per_s + per_s / 4;

		begin();
		section(i % 2);
		interface(101, 0, rows[row].resolution, rows[row].offset_s);
		packet(0, ticks);
		old_packet(0, ticks);
		drive();
		assert_int_equal(run.n_events, 2);
		assert_int_equal(run.events[0].time_ns, test_time_s * 1000000000 + rows[row].ns);
		assert_int_equal(run.events[1].time_ns, run.events[0].time_ns);
		assert_true(run.events[0].has & ED_FIELD_TIME);
	}
	/* Clocks that make no sense give no time, and no crash. */
	begin();
	section(false);
	interface(101, 0, 0, INT64_MAX);
	interface(101, 0, 0, INT64_MIN);
	interface(101, 0, 127, 0);
	interface(101, 0, 255, 0);
	for (unsigned i = 0; i < 4; i++)
		packet(i, UINT64_MAX);
	packet(3, 0);
	drive();
	assert_int_equal(run.n_events, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_false(run.events[i].has & ED_FIELD_TIME);
		assert_int_equal(run.events[i].time_quality, ED_TIME_NONE);
	}
}

static void test_simple_packets(void **state)
{
	(void)state;
	begin();
	section(true);
	interface(228, 0, -1, 0);
	simple_packet(0);
	section(false);
	interface(228, 50, -1, 0);
	simple_packet(50);
	interface(228, 0, -1, 0);
	simple_packet(50);
	section(false);
	simple_packet(0); /* no interface declared */
	drive();
	assert_int_equal(run.tally.n_read, 4);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_SNAPPED], 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_LINK], 1);
	assert_int_equal(run.events[0].time_ns, 0);
	assert_int_equal(run.events[0].time_quality, ED_TIME_NONE);
	assert_false(run.events[0].has & ED_FIELD_TIME);
}

/* Each section has its own byte order and interfaces; each interface its own link type and clock.
 */
static void test_sections(void **state)
{
	struct test_frame raw;

	(void)state;
	begin();
	raw = frame;
	section(false);
	interface(1, 0, -1, 0);
	other_block(5, 20);
	interface(101, 0, 9, 0);
	packet(1, (uint64_t)test_time_s * 1000000000 + 7);
	other_block(0xbad, 400);
	test_ethernet(&frame, 0x0800);
	packet(0, (uint64_t)test_time_s * 1000000);
	other_block(4, 0);
	frame = raw;
	section(true);
	other_block(0x40000bad, 8);
	packet(0, 1); /* this section has no interface yet */
	interface(101, 0, 0, 0);
	packet(0, (uint64_t)test_time_s);
	packet(1, 1);
	drive();
	assert_int_equal(run.tally.n_read, 5);
	assert_int_equal(run.tally.n_analysed, 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_LINK], 2);
	assert_int_equal(run.events[0].time_ns, test_time_s * 1000000000 + 7);
	assert_int_equal(run.events[1].time_ns, test_time_s * 1000000000);
	assert_int_equal(run.events[2].time_ns, test_time_s * 1000000000);
	assert_int_equal(ed_format_pcapng.probe(test_file_span(&file)), 100);
	assert_int_equal(ed_format_pcapng.probe(ed_span_of(file.b, 11)), 0);
}

static void test_many_interfaces(void **state)
{
	(void)state;
	begin();
	section(false);
	for (unsigned i = 0; i < 300; i++)
		interface(101, 0, -1, 0);
	for (unsigned i = 0; i < 302; i++)
		packet(i, 1000000);
	drive();
	assert_int_equal(run.tally.n_read, 302);
	assert_int_equal(run.n_events, 250);
	assert_int_equal(run.tally.n_dropped[ED_DROP_LINK], 52);
}

/* Blocks without packets may be larger than a unit; packets may not. */
static void test_large_blocks(void **state)
{
	(void)state;
	begin();
	section(false);
	interface(101, 0, -1, 0);
	packet(0, 1000000);
	other_block(0xbad, ED_UNIT_MAX_BYTES + 5000);
	packet(0, 1000000);
	other_block(10, 2 * ED_UNIT_MAX_BYTES);
	packet(0, 1000000);
	drive();
	assert_int_equal(run.n_events, 3);
	assert_int_equal(run.tally.n_read, 3);
	/* The file ends inside such a block: told, because it may have eaten packets. */
	other_block(0xbad, ED_UNIT_MAX_BYTES);
	file.n -= 100;
	drive();
	assert_int_equal(run.n_events, 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_CUT], 1);
	begin();
	section(false);
	interface(101, 0, -1, 0);
	packet(0, 1000000);
	other_block(6, 400 << 10);
	packet(0, 1000000);
	drive();
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LENGTH], 1);
}

/* One byte of a block's lengths is wrong: reading ends there, by name. */
static void test_lies(void **state)
{
	size_t first, second, end;

	(void)state;
	begin();
	section(false);
	interface(101, 0, -1, 0);
	packet(0, 1000000);
	first = file.n;
	packet(0, 1000000);
	second = file.n;
	packet(0, 1000000);
	end = file.n;
	for (unsigned i = 0; i < 8; i++) {
		size_t at = i < 4 ? first + 4 + i : second - 8 + i;

		file.b[at] ^= 0x15;
		drive();
		assert_int_equal(run.n_events, 1);
		assert_int_equal(run.tally.n_read, 2);
		assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LENGTH] +
					 run.tally.n_dropped[ED_DROP_CUT],
				 1);
		file.b[at] ^= 0x15;
	}
	/* The packet's own length is larger than its block. */
	memset(file.b + first + 20, 0x7f, 4);
	drive();
	assert_int_equal(run.n_events, 3);
	/* Cut at every byte. */
	for (file.n = 0; file.n < end; file.n++) {
		drive();
		assert_true(run.n_events <= 2);
		assert_true(run.tally.n_read <= run.n_events + 1);
	}
	/* Nothing but a packet: there is no section. */
	begin();
	file.big_endian = false;
	packet(0, 1000000);
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LENGTH], 1);
	/* A section whose byte order is nobody's. */
	begin();
	section(false);
	file.b[8] ^= 1;
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LENGTH], 1);
	assert_int_equal(ed_format_pcapng.probe(test_file_span(&file)), 0);
}

/* The query over TCP, one byte a segment, again and again; segment 0 is the SYN. */
static void byte_of_stream(unsigned i)
{
	static const uint8_t length[2] = { 0, sizeof(test_query) };
	unsigned at = (i - 1) % (sizeof(test_query) + 2);

	test_payload(&frame, ed_span_of(at < 2 ? length + at : test_query + at - 2, 1));
	if (i == 0)
		frame.n = 0;
	test_tcp(&frame, 5300, 53, i, i == 0 ? 0x02 : 0x18);
	(void)test_ipv4(&frame, 3, 53, TEST_PROTO_TCP, 0);
}

/* Enough for several units, with a TCP stream through all of them and a new interface in between.
 */
static void test_units(void **state)
{
	(void)state;
	begin();
	section(true);
	interface(101, 0, -1, 0);
	for (unsigned i = 0; i < 6000; i++) {
		test_payload(&frame, test_query_span());
		test_udp(&frame, 1024 + i, 53);
		(void)test_ipv4(&frame, 3, 53, TEST_PROTO_UDP, 0);
		if (i % 60 == 0)
			byte_of_stream(i / 60);
		if (i == 3000)
			interface(101, 0, 9, 0);
		packet(i >= 3000, (uint64_t)test_time_s * (i >= 3000 ? 1000000000 : 1000000));
	}
	drive();
	assert_int_equal(run.tally.n_read, 6000);
	assert_int_equal(run.n_events, 5900 + 99 / (sizeof(test_query) + 2));
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_PAYLOAD], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_TCP_GAP], 99 % (sizeof(test_query) + 2));
}

/* "name pid" of every event's process, "-" where there is none. */
static void note_programs(void *arg, const struct ed_batch *b)
{
	char *text = arg;
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)) != NULL; pos += ev->size_bytes) {
		const struct ed_process *p = ed_event_process(ev);
		struct ed_span image = { NULL, 0 };
		size_t n = strlen(text);

		assert_int_equal(p != NULL, (ev->has & ED_FIELD_PROCESS) != 0);
		if (p)
			image = ed_process_text(p, ED_TEXT_IMAGE);
		(void)snprintf(text + n, 256 - n, "%.*s %u,", (int)image.n,
			       image.n ? (const char *)image.p : "", p ? p->pid : 0);
	}
}

static void test_processes(void **state)
{
	char text[256] = "";
	struct ed_tally tally;

	(void)state;
	for (unsigned big_endian = 0; big_endian < 2; big_endian++) {
		begin();
		section(big_endian);
		interface(101, 0, -1, 0);
		packet_of(2, 0, -1); /* no process was told yet */
		process(42, "mDNSResponder");
		process(263, "curl");
		packet_of(2, 0, -1);
		packet_of(2, 0, 1);
		packet_of(0, 1, -1);
		packet_of(1, 1, -1); /* a query that came in: the process is the one asked */
		packet_of(2, 2, -1);
		packet(0, 1);
		section(big_endian);
		interface(101, 0, -1, 0);
		packet_of(2, 0, -1);
		process(UINT32_MAX, "a name of more than twenty-seven bytes");
		packet_of(2, 0, -1);
		text[0] = '\0';
		assert_int_equal(ed_format_drive(&ed_format_pcapng, test_file_span(&file),
						 note_programs, text, &tally),
				 0);
		assert_int_equal(tally.n_analysed, 9);
		assert_string_equal(text, " 0,mDNSResponder 42,curl 263,curl 263, 0, 0, 0, 0,"
					  "a name of more than twenty- 0,");
	}
	/* More processes than there is room for. */
	begin();
	section(false);
	interface(101, 0, -1, 0);
	for (unsigned i = 0; i < 4100; i++)
		process(i + 1, "p");
	packet_of(2, 4095, -1);
	packet_of(2, 4096, -1);
	text[0] = '\0';
	assert_int_equal(ed_format_drive(&ed_format_pcapng, test_file_span(&file), note_programs,
					 text, &tally),
			 0);
	assert_string_equal(text, "p 4096, 0,");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_simple_packets),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_many_interfaces),
		cmocka_unit_test(test_large_blocks),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
