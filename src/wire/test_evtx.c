/* SPDX-License-Identifier: Apache-2.0 */
/* Windows event logs: whole records come out once, lost ones are counted, hostile ones end early.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/cursor.h"
#include "base/hash.h"
#include "wire/test_evtx.h"

enum { TEXTS_MAX = 64 };

static struct ed_evtx reader;
static struct made made, other;

/* What came of the chunks since reader_new. */
static struct {
	unsigned n[ED_EVTX_CUT + 1];
	uint64_t ids[TEXTS_MAX];
	char last[4096];
	uint64_t text_bytes;
} got;

static void reader_new(void)
{
	memset(&reader, 0, sizeof(reader));
	memset(&got, 0, sizeof(got));
}

static void walk(struct ed_span chunk)
{
	struct ed_evtx_item item;
	uint32_t at = 0;

	ed_evtx_chunk(&reader, chunk);
	for (ed_evtx_next(&reader, &item); item.kind != ED_EVTX_END; ed_evtx_next(&reader, &item)) {
		assert_true(item.n > 0);
		assert_true(item.at >= at);
		at = item.at;
		if (item.kind == ED_EVTX_RECORD) {
			assert_int_equal(item.n, 1);
			assert_in_range(item.line.n, 2, ED_EVTX_LINE_MAX_BYTES);
			assert_ptr_equal(memchr(item.line.p, '\n', item.line.n),
					 item.line.p + item.line.n - 1);
			got.ids[got.n[ED_EVTX_RECORD] % TEXTS_MAX] = item.id;
			(void)snprintf(got.last, sizeof(got.last), "%.*s", (int)item.line.n - 1,
				       item.line.p);
			got.text_bytes += item.line.n;
		}
		got.n[item.kind] += item.n;
	}
	ed_evtx_next(&reader, &item);
	assert_int_equal(item.kind, ED_EVTX_END);
}

static void expect(unsigned records, unsigned bad_length, unsigned bad_record, unsigned cut)
{
	assert_int_equal(got.n[ED_EVTX_RECORD], records);
	assert_int_equal(got.n[ED_EVTX_BAD_LENGTH], bad_length);
	assert_int_equal(got.n[ED_EVTX_BAD_RECORD], bad_record);
	assert_int_equal(got.n[ED_EVTX_CUT], cut);
}

/* @n records of the usual kind, numbered from @first_id. */
static void make(struct made *m, uint64_t first_id, unsigned n)
{
	char text[32];

	made_init(m, first_id);
	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(text, sizeof(text), "host-%u", (unsigned)first_id + i);
		made_usual(m, first_id + i, text);
	}
}

static void test_records_of_a_chunk(void **state)
{
	(void)state;
	reader_new();
	make(&made, 7, 5);
	walk(made_done(&made, made.at));
	expect(5, 0, 0, 0);
	assert_string_equal(got.last, "<Event><Id>11</Id><Data Name='Q'>host-11</Data></Event>");
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(got.ids[i], 7 + i);
}

static void test_empty_chunks(void **state)
{
	(void)state;
	reader_new();
	walk(ed_span_of("", 0));
	memset(&made, 0, sizeof(made));
	walk(ed_span_of(made.b, sizeof(made.b)));
	made_init(&made, 1);
	walk(made_done(&made, ED_EVTX_CHUNK_HEAD_BYTES));
	expect(0, 0, 0, 0);
}

/* What was read already and lies in the slack of a later chunk is not given again; what is new is.
 */
static void test_slack(void **state)
{
	uint32_t live_end;

	(void)state;
	reader_new();
	make(&other, 1, 6);
	walk(made_done(&other, other.at));
	expect(6, 0, 0, 0);
	make(&made, 7, 4);
	live_end = made.at;
	memcpy(made.b + live_end, other.b + live_end, sizeof(made.b) - live_end);
	walk(made_done(&made, live_end));
	expect(10, 0, 0, 0);
	/* a log that was not closed: the header does not know of the last records yet */
	reader_new();
	make(&made, 1, 4);
	live_end = made.at;
	made_usual(&made, 5, "late");
	made_usual(&made, 6, "later");
	made.last_id = 4;
	walk(made_done(&made, live_end));
	expect(6, 0, 0, 0);
	/* the same chunk written out once more, whole: its own records, and not those from slack */
	walk(made_done(&made, made.at));
	expect(10, 0, 0, 0);
}

/* Remains in slack whose template was overwritten are no records. */
static void test_slack_that_cannot_be_read(void **state)
{
	uint32_t live_end;

	(void)state;
	reader_new();
	make(&made, 1, 3);
	live_end = made.at;
	made_usual(&made, 99, "stale");
	made_set(&made, made.record + 24 + 4 + 2, 0x55667788, 4);
	made.last_id = 3;
	walk(made_done(&made, live_end));
	expect(3, 0, 0, 0);
}

static void test_damaged_records(void **state)
{
	uint32_t third;

	(void)state;
	for (unsigned how = 0; how < 6; how++) {
		static const struct {
			uint32_t at;
			uint64_t v;
			bool content; /* the record's content is at fault, not its headers */
		} damage[] = {
			{ 0, 0, false },       { 4, 0, false },    { 4, UINT32_MAX, false },
			{ 4, 0x10000, false }, { 24, 0x77, true }, { 24 + 4 + 6, 0xffffffff, true },
		};

		reader_new();
		make(&made, 1, 2);
		third = made.at;
		made_usual(&made, 3, "damaged");
		made_usual(&made, 4, "whole");
		made_set(&made, third + damage[how].at, damage[how].v, 4);
		walk(made_done(&made, made.at));
		expect(3, !damage[how].content, damage[how].content, 0);
		assert_int_equal(got.ids[2], 4);
	}
}

/* The numbers of the records say how many a hole swallowed; absurd ones are not believed. */
static void test_holes(void **state)
{
	uint32_t from, to;

	(void)state;
	reader_new();
	make(&made, 1, 3);
	from = made.at;
	made_usual(&made, 4, "a");
	made_usual(&made, 5, "b");
	made_usual(&made, 6, "c");
	to = made.at;
	made_usual(&made, 7, "d");
	memset(made.b + from, 0, to - from);
	walk(made_done(&made, made.at));
	expect(4, 3, 0, 0);
	made_set(&made, to + 8, UINT64_MAX - 5, 8);
	reader_new();
	walk(made_done(&made, made.at));
	expect(4, 1, 0, 0);
	/* at the end the header's last number counts */
	made_set(&made, to, 0, 8);
	made_set(&made, to + 8, 0, 8);
	reader_new();
	walk(made_done(&made, made.at));
	expect(3, 4, 0, 0);
}

static void test_chunk_header_damaged(void **state)
{
	static const uint32_t live_ends[] = { 0, 511, 65537, UINT32_MAX };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		reader_new();
		make(&made, 1, 5);
		walk(made_done(&made, live_ends[i]));
		expect(5, 0, 0, 0);
	}
	reader_new();
	make(&made, 1, 5);
	(void)made_done(&made, made.at);
	memset(made.b, 0xee, 128);
	walk(ed_span_of(made.b, sizeof(made.b)));
	expect(5, 0, 0, 0);
	/* noise: one loss, so that the run does not pass for a clean one */
	reader_new();
	for (size_t i = 0; i < sizeof(made.b); i++)
		made.b[i] = (uint8_t)ed_hash_mix(i);
	walk(ed_span_of(made.b, sizeof(made.b)));
	expect(0, 1, 0, 0);
}

static void test_cut_anywhere(void **state)
{
	(void)state;
	make(&made, 1, 4);
	(void)made_done(&made, made.at);
	for (size_t n = 0; n <= made.at; n++) {
		uint8_t *exact = test_malloc(n ? n : 1); /* so that a read behind it is seen */
		unsigned n_all;

		memcpy(exact, made.b, n);
		reader_new();
		walk(ed_span_of(exact, n));
		test_free(exact);
		n_all = got.n[ED_EVTX_RECORD] + got.n[ED_EVTX_CUT] + got.n[ED_EVTX_BAD_LENGTH];
		if (n >= ED_EVTX_CHUNK_HEAD_BYTES)
			assert_int_equal(n_all, 4);
		else
			assert_int_equal(n_all, n > 0);
	}
}

/* A record is one element; one named as it is inside of it does not end it early. */
static void event_in_event(struct made *m)
{
	for (unsigned i = 0; i < 2; i++) {
		made_open(m, "Event", false);
		made_close_start(m);
	}
	made_end_element(m);
	made_end_element(m);
	made_le(m, 0, 1);
}

static void two_events(struct made *m)
{
	for (unsigned i = 0; i < 2; i++) {
		made_open(m, "Event", false);
		made_close_start(m);
		made_end_element(m);
	}
	made_le(m, 0, 1);
}

static void test_one_element(void **state)
{
	static void (*const templates[])(struct made * m) = { event_in_event, two_events };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		reader_new();
		made_init(&made, 1);
		made_record_begin(&made, 1);
		made_instance(&made, templates[i]);
		made_le(&made, 0, 4);
		made_record_end(&made);
		walk(made_done(&made, made.at));
		expect(i == 0, 0, i == 1, 0);
		if (i == 0)
			assert_string_equal(got.last, "<Event><Event_></Event_></Event>");
	}
}

/* Arrays repeat their element, attributes without a value are left out, and values may be XML. */
static void values_of_all_kinds(struct made *m)
{
	made_open(m, "Event", true);
	made_attribute(m, "none");
	made_hole(m, 3, true);
	made_attribute(m, "empty");
	made_hole(m, 3, false);
	made_attribute(m, "all");
	made_hole(m, 0, true);
	made_close_start(m);
	made_open(m, "D", true);
	made_attribute(m, "k");
	made_text(m, "v");
	made_close_start(m);
	made_hole(m, 0, true);
	made_end_element(m);
	made_hole(m, 1, true);
	made_hole(m, 2, false);
	made_hole(m, 9, true);
	made_le(m, 0x08, 1); /* a character and an entity */
	made_le(m, '!', 2);
	made_le(m, 0x09, 1);
	made_name(m, "amp");
	made_end_element(m);
	made_le(m, 0, 1);
}

static void test_values_of_all_kinds(void **state)
{
	uint32_t nested_at;

	(void)state;
	reader_new();
	made_init(&made, 1);
	made_record_begin(&made, 1);
	made_instance(&made, values_of_all_kinds);
	made_le(&made, 4, 4);
	made_le(&made, 8 | 0x81 << 16, 4);
	nested_at = made.at;
	made_le(&made, 0x21 << 16, 4);
	made_le(&made, 4 | 0x08 << 16, 4);
	made_le(&made, 0, 4);
	made_utf16(&made, "a");
	made_le(&made, 0, 2);
	made_utf16(&made, "b");
	made_le(&made, 0, 2);
	made_set(&made, nested_at, made.at, 2);
	made_le(&made, 0x0001010f, 4);
	made_le(&made, 0x01, 1); /* no dependency outside of templates */
	made_le(&made, 0, 4);
	made_name(&made, "In");
	made_le(&made, 0x0003, 2);
	made_set(&made, nested_at, made.at - ed_get_le16(made.b + nested_at), 2);
	made_le(&made, 4242, 4);
	made_record_end(&made);
	walk(made_done(&made, made.at));
	expect(1, 0, 0, 0);
	assert_string_equal(got.last, "<Event empty='' all='a b'><D k='v'>a</D><D k='v'>b</D><In/>"
				      "4242!&amp;</Event>");
}

/* ------------------------------------------------------------------- hostile */

/* A template whose only hole is filled by an instance of the same template, and so on. */
static void many_holes(struct made *m)
{
	made_open(m, "Event", false);
	made_close_start(m);
	for (unsigned i = 0; i < 1000; i++)
		made_hole(m, 0, false);
	made_end_element(m);
	made_le(m, 0, 1);
}

/* Opens an instance of @define whose one value is binary XML; returns where its size goes. */
static uint32_t nested_instance(struct made *m, void (*define)(struct made *m))
{
	uint32_t size_at;

	made_instance(m, define);
	made_le(m, 1, 4);
	size_at = m->at;
	made_le(m, 0x21 << 16, 4);
	return size_at;
}

static void test_template_bomb(void **state)
{
	uint32_t sizes[ED_BINXML_DEPTH_MAX + 4];

	(void)state;
	for (unsigned depth = 2; depth < ED_BINXML_DEPTH_MAX + 4; depth++) {
		reader_new();
		made_init(&made, 1);
		made_record_begin(&made, 1);
		for (unsigned i = 0; i < depth; i++)
			sizes[i] = nested_instance(&made, many_holes);
		for (unsigned i = 0; i < depth; i++)
			made_set(&made, sizes[i], made.at - sizes[i] - 4, 2);
		made_record_end(&made);
		made_usual(&made, 2, "behind it");
		(void)made_done(&made, made.at);
		walk(ed_span_of(made.b, sizeof(made.b)));
		assert_int_equal(got.n[ED_EVTX_TOO_MUCH], 1);
		assert_in_range(reader.steps_left, ED_EVTX_CHUNK_STEPS_MAX - 2 * ED_EVTX_STEPS_MAX,
				ED_EVTX_CHUNK_STEPS_MAX);
	}
}

/* Every record of a chunk unfolds as far as one may: the chunk has a limit too. */
static void test_bombs_side_by_side(void **state)
{
	static char text[8000];
	unsigned n = 0;

	(void)state;
	reader_new();
	memset(text, '&', sizeof(text) - 1);
	made_init(&made, 1);
	made_record_begin(&made, 1);
	made_instance(&made, many_holes);
	made_le(&made, 1, 4);
	made_le(&made, (sizeof(text) - 1) * 2 | 0x01 << 16, 4);
	made_utf16(&made, text);
	made_record_end(&made);
	while (made.at < ED_EVTX_CHUNK_BYTES - 200) {
		made_record_begin(&made, 2 + n++);
		made_instance(&made, many_holes);
		made_le(&made, 1, 4);
		made_le(&made, 20 | 0x01 << 16, 4);
		made_utf16(&made, "&&&&&&&&&&");
		made_record_end(&made);
	}
	walk(made_done(&made, made.at));
	assert_int_equal(got.n[ED_EVTX_RECORD] + got.n[ED_EVTX_TOO_MUCH], n + 1);
	assert_in_range(got.n[ED_EVTX_RECORD], 20, n);
	assert_in_range(got.text_bytes, 1, ED_EVTX_CHUNK_TEXT_MAX_BYTES);
}

/* The definition of a template that points to itself, or anywhere: it ends, one way or the other.
 */
static void test_offsets_everywhere(void **state)
{
	(void)state;
	make(&made, 1, 3);
	for (uint32_t at = ED_EVTX_CHUNK_HEAD_BYTES; at + 4 <= made.at; at++) {
		static const uint32_t values[] = { 0, 512, 536, 65535, UINT32_MAX };

		for (unsigned v = 0; v < 5; v++) {
			memcpy(other.b, made.b, sizeof(other.b));
			memcpy(other.b + at, &values[v], 4);
			other.first_id = 1;
			other.last_id = 3;
			memset(&got, 0, sizeof(got));
			memset(reader.seen, 0, 64);
			walk(made_done(&other, made.at));
			assert_in_range(got.n[ED_EVTX_RECORD] + got.n[ED_EVTX_BAD_RECORD] +
						got.n[ED_EVTX_BAD_LENGTH] + got.n[ED_EVTX_TOO_MUCH],
					3, 8);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_of_a_chunk),
		cmocka_unit_test(test_empty_chunks),
		cmocka_unit_test(test_slack),
		cmocka_unit_test(test_slack_that_cannot_be_read),
		cmocka_unit_test(test_damaged_records),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_chunk_header_damaged),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_one_element),
		cmocka_unit_test(test_values_of_all_kinds),
		cmocka_unit_test(test_template_bomb),
		cmocka_unit_test(test_bombs_side_by_side),
		cmocka_unit_test(test_offsets_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
