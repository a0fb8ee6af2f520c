/* SPDX-License-Identifier: Apache-2.0 */
/* Framing of lines: where units end, what waits for more input, what is skipped and counted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "format/text/lines.h"

static bool is_note(struct ed_span line)
{
	return line.n > 0 && line.p[0] == '#';
}

static enum ed_frame_verdict frame(struct ed_lines *l, const char *in, bool eof,
				   struct ed_frame *ret)
{
	*ret = (struct ed_frame){ 0 };
	return ed_lines_frame(l, ed_span_str(in), eof, is_note, ret);
}

static void test_units(void **state)
{
	struct ed_lines l = { 0 };
	struct ed_frame f;

	(void)state;
	assert_int_equal(frame(&l, "\xef", false, &f), ED_FRAME_MORE);
	assert_int_equal(frame(&l, "\xef\xbb", false, &f), ED_FRAME_MORE);
	assert_int_equal(frame(&l,
			       "\xef\xbb\xbf"
			       "a\n",
			       false, &f),
			 ED_FRAME_SKIP);
	assert_int_equal(f.n_bytes, 3);
	assert_int_equal(frame(&l, "a\nb\nc", false, &f), ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, 4);
	assert_int_equal(frame(&l, "c", false, &f), ED_FRAME_MORE);
	assert_int_equal(frame(&l, "c", true, &f), ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, 1);
	assert_int_equal(frame(&l, "", true, &f), ED_FRAME_SKIP);
	assert_int_equal(f.n_bytes, 0);
	/* The mark is one only at the start. */
	assert_int_equal(frame(&l, "\xef\xbb\xbf\n", true, &f), ED_FRAME_UNIT);
	/* Notes and records never share a unit. */
	assert_int_equal(frame(&l, "#a\n#b\nc\n#d\n", true, &f), ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, 6);
	assert_int_equal(frame(&l, "c\n\nd\n#d\n", true, &f), ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, 5);
	assert_int_equal(frame(&l, "c\n#d", false, &f), ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, 2);
	assert_int_equal(frame(&l, "1\n9\n\n:\n/\n0#\n#d\n", true, &f), ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, 12);
	assert_int_equal(frame(&l, "#d\n1\n#d\n", true, &f), ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, 3);
	assert_int_equal(frame(&l, "#d", false, &f), ED_FRAME_MORE);
	assert_int_equal(frame(&l, "1", true, &f), ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, 1);
}

/* Both ways of cutting stop at the first line end behind the target. */
static void test_target(void **state)
{
	const size_t n = ED_UNIT_MAX_BYTES;
	char *text = malloc(n);
	struct ed_lines l = { 0 };
	struct ed_frame f = { 0 };

	(void)state;
	assert_non_null(text);
	memset(text, 'x', n);
	for (size_t i = 99; i < n; i += 100)
		text[i] = '\n';
	assert_int_equal(ed_lines_frame(&l, ed_span_of(text, n), false, is_note, &f),
			 ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, (ED_UNIT_TARGET_BYTES + 99) / 100 * 100);
	assert_int_equal(ed_lines_frame(&l, ed_span_of(text, n), false, NULL, &f), ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, (ED_UNIT_TARGET_BYTES + 99) / 100 * 100);
	/* A long line behind whole ones goes into the next unit. */
	memset(text + 1000, 'x', n - 1000);
	assert_int_equal(ed_lines_frame(&l, ed_span_of(text, n), false, NULL, &f), ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, 1000);
	assert_int_equal(ed_lines_frame(&l, ed_span_of(text, n), false, is_note, &f),
			 ED_FRAME_UNIT);
	assert_int_equal(f.n_bytes, 1000);
	free(text);
}

/* Many lines are passed at once while all begin with one digit. Wherever another begins, a note or
 * another digit, and wherever the input ends: units are those that lines one by one give. */
static void test_many_lines(void **state)
{
	enum { LINES = 40, N = LINES * 10 };
	char text[N + 1];
	struct ed_frame f;

	(void)state;
	for (unsigned odd = 1; odd < LINES; odd++) {
		for (unsigned i = 0; i < LINES; i++)
			(void)snprintf(text + (size_t)i * 10, 11, "17%06u#\n", i);
		text[odd * 10] = odd % 2 ? '#' : '9';
		for (unsigned n = 1; n <= N; n++) {
			struct ed_lines l = { .started = true };
			unsigned whole = n / 10 * 10;
			unsigned want = odd % 2 && whole > odd * 10 ? odd * 10 : whole;

			f = (struct ed_frame){ 0 };
			assert_int_equal(ed_lines_frame(&l, ed_span_of(text, n), false, is_note,
							&f),
					 want > 0 ? ED_FRAME_UNIT : ED_FRAME_MORE);
			assert_int_equal(f.n_bytes, want);
			want = odd % 2 && n > odd * 10 ? odd * 10 : n;
			assert_int_equal(ed_lines_frame(&l, ed_span_of(text, n), true, is_note, &f),
					 ED_FRAME_UNIT);
			assert_int_equal(f.n_bytes, want);
		}
	}
}

static void test_oversize(void **state)
{
	const size_t n = ED_UNIT_MAX_BYTES;
	char *text = malloc(n);
	struct ed_lines l = { 0 };
	struct ed_frame f = { 0 };

	(void)state;
	assert_non_null(text);
	memset(text, 'x', n);
	/* Up to the limit it may still become a line, and the last one needs no end. */
	assert_int_equal(ed_lines_frame(&l, ed_span_of(text, n - 1), false, NULL, &f),
			 ED_FRAME_MORE);
	assert_int_equal(ed_lines_frame(&l, ed_span_of(text, n), true, NULL, &f), ED_FRAME_UNIT);
	assert_int_equal(f.n_dropped, 0);
	assert_int_equal(ed_lines_frame(&l, ed_span_of(text, n), false, NULL, &f), ED_FRAME_SKIP);
	assert_int_equal(f.n_bytes, n);
	assert_int_equal(f.n_dropped, 1);
	assert_int_equal(f.drop, ED_DROP_OVERSIZE);
	/* The rest of it is no new record, wherever the pieces end. */
	assert_int_equal(frame(&l, "xx", false, &f), ED_FRAME_SKIP);
	assert_int_equal(f.n_dropped, 0);
	assert_int_equal(f.n_bytes, 2);
	assert_int_equal(frame(&l, "x\na\n", false, &f), ED_FRAME_SKIP);
	assert_int_equal(f.n_bytes, 2);
	assert_int_equal(frame(&l, "a\n", false, &f), ED_FRAME_UNIT);
	free(text);
}

static void test_next(void **state)
{
	static const char *const want[] = { "a", "", "b\r", "", "c" };
	struct ed_span rest = ed_span_str("a\n\r\nb\r\r\n\nc"), line;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_true(ed_lines_next(&rest, &line));
		assert_true(ed_span_is(line, want[i]));
	}
	assert_false(ed_lines_next(&rest, &line));
}

static void test_match(void **state)
{
	uint8_t p[ED_LINES_STEP] = { 0 };

	(void)state;
	for (unsigned i = 0; i < ED_LINES_STEP; i++) {
		memset(p, '\t' ^ 0x80, sizeof(p));
		p[i] = '\t';
		assert_int_equal(ed_lines_match(p, '\t'), 1U << i);
	}
	assert_int_equal(ed_lines_match(p, 'x'), 0);
	assert_int_equal(ed_load_8((const uint8_t *)"\1\2\3\4\5\6\7\10"), 0x0807060504030201);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),    cmocka_unit_test(test_target),
		cmocka_unit_test(test_oversize), cmocka_unit_test(test_next),
		cmocka_unit_test(test_match),    cmocka_unit_test(test_many_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
