/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetFlow 5 and 9 and IPFIX: times around the wrap of the uptime, templates before and after their
 * data, biflows, short numbers, filled tails, and lengths that lie. Real messages of the data set,
 * where it is there, give as many flows as they hold.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static uint8_t file[4096];
static size_t file_n;
static struct test_run run;

static void u16(unsigned v)
{
	file[file_n++] = (uint8_t)(v >> 8);
	file[file_n++] = (uint8_t)v;
}

static void u32(uint32_t v)
{
	u16(v >> 16);
	u16(v & 0xffff);
}

/* A message gives an event a flow: there are more events than records. */
static void drive(void)
{
	uint64_t dropped = 0;

	memset(&run, 0, sizeof(run));
	assert_int_equal(ed_format_drive(&ed_format_netflow, ed_span_of(file, file_n),
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

static void header_5(unsigned n_records, unsigned sampling)
{
	u16(5);
	u16(n_records);
	u32(1000); /* uptime */
	u32(1790000000);
	u32(250000000);
	u32(1);
	u16(0);
	u16(sampling);
}

static void record_5(uint32_t first_ms, unsigned src_port, unsigned dst_port)
{
	u32(0xc000020a);
	u32(0xc6336435);
	u32(0);
	u32(0);
	u32(3);
	u32(210);
	u32(first_ms);
	u32(first_ms + 40);
	u16(src_port);
	u16(dst_port);
	u16(0);
	u16(17 << 8);
	u32(0);
	u32(0);
}

static void test_version_5(void **state)
{
	(void)state;
	header_5(2, 1 << 14 | 100);
	record_5(500, 40000, 53);
	record_5(1600, 53, 40000); /* younger than the header, and an answer */
	drive();
	assert_int_equal(run.tally.n_read, 1);
	assert_int_equal(run.n_events, 2);
	assert_string_equal(test_addr(&event(0)->client), "192.0.2.10");
	assert_string_equal(test_addr(&event(0)->resolver), "198.51.100.53");
	assert_int_equal(event(0)->flow.service, ED_FLOW_DNS);
	assert_int_equal(event(0)->size_query, 210);
	assert_int_equal(event(0)->flow.packets_up, 3);
	assert_int_equal(event(0)->flow.duration_ms, 40);
	assert_int_equal(event(0)->flow.sample_rate, 100);
	assert_true(event(0)->time_ns == INT64_C(1789999999750000000));
	assert_true(event(1)->time_ns == INT64_C(1790000000850000000));
	assert_string_equal(test_addr(&event(1)->client), "198.51.100.53");
	assert_int_equal(event(1)->size_response, 210);
	assert_false(event(1)->has & ED_FIELD_SIZE_QUERY);
}

static void header_9(void)
{
	u16(9);
	u16(1);
	u32(1000);
	u32(1790000000);
	u32(1);
	u32(7);
}

/* src, dst, ports, protocol, bytes in three bytes, start: 22 bytes */
static void template_9(void)
{
	static const uint16_t fields[] = { 8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 1, 3, 22, 4, 2, 2 };

	u16(0);
	u16(8 + sizeof(fields));
	u16(300);
	u16(8);
	for (unsigned i = 0; i < 16; i++)
		u16(fields[i]);
}

static void data_9(void)
{
	u16(300);
	u16(28);
	u32(0xc000020a);
	u32(0xc6336435);
	u16(40000);
	u16(853);
	file[file_n++] = 6;
	file[file_n++] = 1;
	u16(2);
	u32(900);
	u16(9);
	u16(0); /* fills up to four bytes */
}

static void test_version_9(void **state)
{
	(void)state;
	header_9();
	data_9(); /* its template is yet to come */
	header_9();
	template_9();
	header_9();
	data_9();
	u32(0); /* zeros behind the last set */
	drive();
	assert_int_equal(run.tally.n_read, 3);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_ORPHAN], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_int_equal(event(0)->size_query, 0x10002);
	assert_int_equal(event(0)->flow.service, ED_FLOW_DOT);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_TCP);
	assert_int_equal(event(0)->flow.packets_up, 9);
	assert_true(event(0)->time_ns == INT64_C(1789999999900000000));
}

/* Both directions in one record, a field that says its own length, a total for want of a delta. */
static void test_ipfix(void **state)
{
	size_t start;

	(void)state;
	u16(10);
	u16(0); /* its length, below */
	u32(1790000000);
	u32(1);
	u32(7);
	u16(2);
	u16(48);
	u16(400);
	u16(9);
	for (unsigned i = 0; i < 6; i++) {
		static const uint16_t fields[6][2] = { { 8, 4 },  { 12, 4 }, { 7, 2 },
						       { 11, 2 }, { 4, 1 },  { 85, 4 } };

		u16(fields[i][0]);
		u16(fields[i][1]);
	}
	u16(0x8000 | 85);
	u16(4);
	u32(29305);
	u16(371);
	u16(0xffff);
	u16(152);
	u16(8);
	start = file_n;
	u16(400);
	u16(33);
	u32(0xc000020a);
	u32(0xc6336435);
	u16(40000);
	u16(53);
	file[file_n++] = 17;
	u32(132);
	u32(200);
	file[file_n++] = 3;
	memcpy(file + file_n, "abc", 3);
	file_n += 3;
	u32(0);
	file_n -= 4;
	u32((uint32_t)(UINT64_C(1790000000250) >> 32));
	u32((uint32_t)UINT64_C(1790000000250));
	/* the set's length is what was written */
	file[start + 3] = (uint8_t)(file_n - start);
	file[3] = (uint8_t)(file_n & 0xff);
	file[2] = (uint8_t)(file_n >> 8);
	drive();
	assert_int_equal(run.n_events, 1);
	assert_int_equal(event(0)->size_query, 132);
	assert_int_equal(event(0)->size_response, 200);
	assert_true(event(0)->time_ns == INT64_C(1790000000250000000));
}

/* What flows stand for is announced by options: for the sampler that they name, else for all. */
static void test_options(void **state)
{
	static const uint16_t fields[] = { 8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 1, 4, 48, 1 };

	(void)state;
	header_9();
	u16(1); /* the template of options: a scope, a sampler's number and its interval */
	u16(24);
	u16(301);
	u16(4);
	u16(8);
	u16(1); /* system */
	u16(4);
	u16(48);
	u16(1);
	u16(34);
	u16(4);
	u16(0);
	u16(0); /* that of flows */
	u16(8 + sizeof(fields));
	u16(302);
	u16(7);
	for (unsigned i = 0; i < 14; i++)
		u16(fields[i]);
	u16(301);
	u16(4 + 2 * 9 + 2);
	for (unsigned i = 0; i < 2; i++) {
		u32(1);
		file[file_n++] = (uint8_t)(4 + i);
		u32(100 + i);
	}
	u16(0);
	u16(302);
	u16(4 + 3 * 18);
	for (unsigned i = 0; i < 3; i++) {
		u32(0xc000020a);
		u32(0xc6336435);
		u16(40000);
		u16(443);
		file[file_n++] = 6;
		u32(1000);
		file[file_n++] = (uint8_t)(4 + i); /* the third was not announced */
	}
	drive();
	assert_int_equal(run.n_events, 3);
	assert_int_equal(event(0)->flow.sample_rate, 100);
	assert_int_equal(event(1)->flow.sample_rate, 101);
	assert_int_equal(event(2)->flow.sample_rate, 101);
}

/* IPFIX: one packet in a row and 99 left out. */
static void test_options_ipfix(void **state)
{
	(void)state;
	u16(10);
	u16(16 + 22 + 16 + 28 + 17);
	u32(1790000000);
	u32(1);
	u32(7);
	u16(3);
	u16(22);
	u16(400);
	u16(3);
	u16(1);
	u16(149); /* the domain is the scope */
	u16(4);
	u16(305);
	u16(4);
	u16(306);
	u16(4);
	u16(400);
	u16(16);
	u32(7);
	u32(1);
	u32(99);
	u16(2);
	u16(28);
	u16(401);
	u16(5);
	for (unsigned i = 0; i < 5; i++) {
		static const uint16_t fields[5][2] = {
			{ 8, 4 }, { 12, 4 }, { 7, 2 }, { 11, 2 }, { 4, 1 }
		};

		u16(fields[i][0]);
		u16(fields[i][1]);
	}
	u16(401);
	u16(17);
	u32(0xc000020a);
	u32(0xc6336435);
	u16(40000);
	u16(53);
	file[file_n++] = 17;
	drive();
	assert_int_equal(run.n_events, 1);
	assert_int_equal(event(0)->flow.sample_rate, 100);
}

static void test_broken(void **state)
{
	(void)state;
	header_5(2, 0);
	record_5(500, 40000, 53);
	file_n -= 4;
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LENGTH], 1);
	header_9();
	u16(256);
	u16(3);
	drive();
	assert_int_equal(run.n_events, 0);
	memset(file, 0xff, 64);
	file_n = 64;
	drive();
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LENGTH], 1);
	assert_int_equal(test_probe(&ed_format_netflow, "no flows"), 0);
}

/* File after file of the data set, templates first: flows that they hold. */
static void test_samples(void **state)
{
	static const struct {
		const char *files[2];
		size_t n_flows;
	} samples[] = {
		{ { "netflow5.dat" }, 30 },
		{ { "netflow5_test_microtik.dat" }, 30 },
		{ { "netflow9_test_cisco_1941K9.dat" }, 29 },
		{ { "netflow9_test_softflowd_tpl_data.dat" }, 6 },
		{ { "ipfix.dat" }, 11 },
		{ { "ipfix_test_openbsd_pflow_tpl.dat", "ipfix_test_openbsd_pflow_data.dat" }, 26 },
		{ { "ipfix_test_yaf_tpl45841.dat", "ipfix_test_yaf_data45841.dat" }, 1 },
		{ { "ipfix_test_barracuda_tpl.dat", "ipfix_test_barracuda_data256.dat" }, 8 },
	};
	const char *data = getenv("EARTHDOG_DATA");

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		for (unsigned k = 0; k < 2 && samples[i].files[k]; k++) {
			char path[512];
			FILE *f;

			(void)snprintf(path, sizeof(path), "%s/formats/netflow/%s",
				       data ? data : ".", samples[i].files[k]);
			f = fopen(path, "rb");
			if (!f) {
				print_message("no data set with %s: skipped\n", path);
				skip();
			}
			file_n += fread(file + file_n, 1, sizeof(file) - file_n, f);
			(void)fclose(f);
		}
		assert_true(test_probe(&ed_format_netflow, "") == 0);
		assert_ptr_equal(ed_format_sniff(ed_span_of(file, file_n)), &ed_format_netflow);
		drive();
		assert_int_equal(run.n_events, samples[i].n_flows);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_5),     cmocka_unit_test(test_version_9),
		cmocka_unit_test(test_ipfix),         cmocka_unit_test(test_options),
		cmocka_unit_test(test_options_ipfix), cmocka_unit_test(test_broken),
		cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
