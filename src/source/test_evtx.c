/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's side of reading event logs, against readers that fail: whatever a reader does, the
 * run goes on and every record is handed out or counted. The reader is this program itself, started
 * once more; what it is to do with a chunk stands in the chunk. The real reader, which cannot be
 * made to fail at will, is driven by tests/evtx.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "source/evtx.h"
#include "source/evtx_frame.h"

enum {
	HEAD_BYTES = 4096,
	CHUNK_BYTES = ED_EVTX_FRAME_CHUNK_MAX_BYTES,
	CHUNKS_MAX = 12,
	LINES_MAX = 4096,
};

/* What the reader does with a chunk; the byte behind its magic. */
enum deed {
	TELL = 't',      /* a line a record */
	TELL_LONG = 'L', /* one line of the greatest length */
	LOSE = 'l',      /* says that three are damaged */
	DIE = 'd',
	DIE_HALFWAY = 'h', /* one line, and half of the next */
	SPIN = 's',
	LIE_LENGTH = 'n',
	LIE_KIND = 'k',
	LIE_DROP = 'p',
	LIE_AT = 'a',
	LIE_READY = 'r',
};

/* ---------------------------------------------------------------- the reader */

static uint8_t chunk[CHUNK_BYTES];
static char long_line[ED_EVTX_FRAME_LINE_MAX_BYTES];

static void put(const void *p, size_t n)
{
	for (const char *at = p; n > 0;) {
		ssize_t r = write(STDOUT_FILENO, at, n);

		if (r < 0)
			_exit(1);
		at += r;
		n -= (size_t)r;
	}
}

static void get(void *ret, size_t n)
{
	for (char *at = ret; n > 0;) {
		ssize_t r = read(STDIN_FILENO, at, n);

		if (r <= 0)
			_exit(0);
		at += r;
		n -= (size_t)r;
	}
}

static void say(uint8_t kind, uint32_t n_bytes, uint32_t n)
{
	const struct ed_evtx_frame f = { .kind = kind, .n_bytes = n_bytes, .n = n };

	put(&f, sizeof(f));
}

static uint32_t n_records(uint32_t n)
{
	uint32_t n_found = 0;

	for (uint32_t i = 0; i + 4 <= n; i++)
		n_found += memcmp(chunk + i, "**\0", 4) == 0;
	return n_found;
}

static void lie(enum deed deed)
{
	struct ed_evtx_frame f = { .kind = ED_EVTX_FRAME_RECORD, .n_bytes = 3, .n = 1 };

	if (deed == LIE_LENGTH)
		f.n_bytes = ED_EVTX_FRAME_LINE_MAX_BYTES + 1;
	else if (deed == LIE_KIND)
		f.kind = 77;
	else if (deed == LIE_AT)
		f.at = CHUNK_BYTES;
	else if (deed == LIE_READY)
		f = (struct ed_evtx_frame){ .kind = ED_EVTX_FRAME_READY };
	else
		f = (struct ed_evtx_frame){ .kind = ED_EVTX_FRAME_LOST, .n = 1, .drop = 200 };
	put(&f, sizeof(f));
	put("ab\n", 3);
}

static void answer(uint32_t n)
{
	enum deed deed = n > 8 && chunk[8] ? chunk[8] : TELL;

	switch (deed) {
	case TELL:
		for (uint32_t i = n_records(n); i > 0; i--) {
			say(ED_EVTX_FRAME_RECORD, 3, 1);
			put("ab\n", 3);
		}
		break;
	case TELL_LONG:
		memset(long_line, 'x', sizeof(long_line));
		long_line[sizeof(long_line) - 1] = '\n';
		say(ED_EVTX_FRAME_RECORD, sizeof(long_line), 1);
		put(long_line, sizeof(long_line));
		break;
	case LOSE:
		put(&(struct ed_evtx_frame){ .kind = ED_EVTX_FRAME_LOST,
					     .drop = ED_DROP_BAD_RECORD,
					     .at = 600,
					     .n = 3 },
		    sizeof(struct ed_evtx_frame));
		break;
	case DIE_HALFWAY:
		say(ED_EVTX_FRAME_RECORD, 3, 1);
		put("ab\n", 3);
		say(ED_EVTX_FRAME_RECORD, 3, 1);
		put("a", 1);
		_exit(1);
	case SPIN:
		for (;;)
			;
	case DIE:
		abort();
	default:
		lie(deed);
	}
	say(ED_EVTX_FRAME_END, 0, 0);
}

static void be_reader(void)
{
	uint32_t n;

	say(ED_EVTX_FRAME_READY, 0, 0);
	for (;;) {
		get(&n, sizeof(n));
		get(chunk, n);
		answer(n);
	}
}

/* ------------------------------------------------------------------- the log */

static uint8_t event_log[HEAD_BYTES + CHUNKS_MAX * CHUNK_BYTES];
static size_t log_n, log_at;
static int log_error;
static char self[ED_EVTX_PATH_MAX];

static void log_new(void)
{
	memset(event_log, 0, sizeof(event_log));
	memcpy(event_log, "ElfFile", 8);
	log_n = HEAD_BYTES;
	log_at = 8; /* the head was read to know the format */
	log_error = 0;
}

/* A chunk of @n_records beginnings of records, with which the reader does @deed. */
static void log_chunk(enum deed deed, unsigned n)
{
	uint8_t *p = event_log + log_n;

	memcpy(p, "ElfChnk", 8);
	p[8] = (uint8_t)deed;
	for (unsigned i = 0; i < n; i++)
		memcpy(p + 512 + 64 * i, "**\0", 4);
	log_n += CHUNK_BYTES;
}

/* As a pipe may give it: in pieces of odd sizes. */
static ssize_t log_read(void *context, void *ret, size_t n)
{
	size_t left = log_n - log_at;

	(void)context;
	if (left == 0)
		return log_error;
	if (n > 1 + log_at % 30000)
		n = 1 + log_at % 30000;
	if (n > left)
		n = left;
	memcpy(ret, event_log + log_at, n);
	log_at += n;
	return (ssize_t)n;
}

static struct ed_tally lost;
static size_t n_lines, text_bytes;

/* All of the log; returns what the last read said. */
static ssize_t drain(size_t n_at_once)
{
	const struct ed_evtx_input in = { .read = log_read };
	struct ed_evtx_reader *r;
	char *text = test_malloc(n_at_once);
	ssize_t got;

	ed_tally_init(&lost);
	n_lines = text_bytes = 0;
	assert_int_equal(ed_evtx_new(self, ed_span_of(event_log, 8), &in, &r), 0);
	while ((got = ed_evtx_read(r, &lost, text, n_at_once)) > 0) {
		assert_in_range(got, 1, n_at_once);
		text_bytes += (size_t)got;
		for (ssize_t i = 0; i < got; i++)
			n_lines += text[i] == '\n';
	}
	if (got == 0)
		assert_int_equal(ed_evtx_read(r, &lost, text, n_at_once), 0);
	ed_evtx_free(r);
	test_free(text);
	return got;
}

static void expect(size_t lines, uint64_t n_reader, uint64_t n_record)
{
	assert_int_equal(n_lines, lines);
	assert_int_equal(lost.n_dropped[ED_DROP_READER], n_reader);
	assert_int_equal(lost.n_dropped[ED_DROP_BAD_RECORD], n_record);
	assert_int_equal(lost.n_read, n_reader + n_record);
}

static void test_whole_log(void **state)
{
	static const size_t at_once[] = { 1, 2, 3, 100, 65536 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		log_new();
		log_chunk(TELL, 5);
		log_chunk(TELL, 0);
		log_chunk(TELL, 200);
		log_chunk(LOSE, 3);
		assert_int_equal(drain(at_once[i]), 0);
		expect(205, 0, 3);
		assert_int_equal(lost.first_damage_offset, HEAD_BYTES + 3 * CHUNK_BYTES + 600);
	}
	log_new();
	log_chunk(TELL_LONG, 1);
	log_chunk(TELL_LONG, 1);
	assert_int_equal(drain(1000), 0);
	expect(2, 0, 0);
	assert_int_equal(text_bytes, 2 * ED_EVTX_FRAME_LINE_MAX_BYTES);
}

static void test_short_logs(void **state)
{
	(void)state;
	for (size_t n = 8; n <= HEAD_BYTES; n += 511) {
		log_new();
		log_n = n;
		assert_int_equal(drain(100), 0);
		expect(0, 0, 0);
	}
	log_new();
	log_chunk(TELL, 4);
	log_n = HEAD_BYTES + 600; /* two of its beginnings are left */
	assert_int_equal(drain(100), 0);
	expect(2, 0, 0);
}

/* A chunk that begins late, because bytes are missing before it, is found. */
static void test_bytes_missing(void **state)
{
	(void)state;
	log_new();
	log_chunk(TELL, 5);
	log_chunk(TELL, 7);
	log_chunk(TELL, 9);
	memmove(event_log + HEAD_BYTES + 40000, event_log + HEAD_BYTES + 41000,
		log_n - HEAD_BYTES - 41000);
	log_n -= 1000;
	assert_int_equal(drain(100), 0);
	expect(21, 0, 0);
}

/* One reader dies of one chunk; what it did not tell of it is lost, and nothing else. */
static void test_one_death(void **state)
{
	static const enum deed deeds[] = { DIE, LIE_LENGTH, LIE_KIND, LIE_DROP, LIE_AT, LIE_READY };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		log_new();
		log_chunk(TELL, 2);
		log_chunk(deeds[i], 7);
		log_chunk(TELL, 3);
		assert_int_equal(drain(100), 0);
		expect(5, 7, 0);
		assert_int_equal(lost.first_damage_offset, HEAD_BYTES + CHUNK_BYTES);
		assert_int_equal(lost.first_damage, ED_DROP_READER);
	}
	log_new();
	log_chunk(DIE_HALFWAY, 7);
	log_chunk(DIE, 0);
	log_chunk(TELL, 3);
	assert_int_equal(drain(100), 0);
	expect(4, 6 + 1, 0);
	assert_int_equal(text_bytes, 12);
}

static void test_too_many_deaths(void **state)
{
	(void)state;
	log_new();
	for (unsigned i = 0; i < ED_EVTX_DEATHS_MAX; i++)
		log_chunk(DIE, 2);
	log_chunk(TELL, 5); /* nobody is there any more to tell it */
	log_chunk(TELL, 6);
	assert_int_equal(drain(100), 0);
	expect(0, 2 * ED_EVTX_DEATHS_MAX + 11, 0);
}

static void test_reader_that_spins(void **state)
{
	(void)state;
	log_new();
	log_chunk(SPIN, 4);
	log_chunk(TELL, 1);
	assert_int_equal(drain(100), 0);
	expect(1, 4, 0);
}

static void test_stop(void **state)
{
	const atomic_bool stop = true;
	const struct ed_evtx_input in = { .read = log_read, .stop = &stop };
	struct ed_evtx_reader *r;
	char text[100];

	(void)state;
	log_new();
	log_chunk(SPIN, 4);
	ed_tally_init(&lost);
	assert_int_equal(ed_evtx_new(self, ed_span_of(event_log, 8), &in, &r), 0);
	assert_int_equal(ed_evtx_read(r, &lost, text, sizeof(text)), 0);
	ed_evtx_free(r);
}

static void test_failed_read_is_told(void **state)
{
	(void)state;
	log_new();
	log_chunk(TELL, 2);
	log_chunk(TELL, 3);
	log_n -= CHUNK_BYTES / 2;
	log_error = -EIO;
	assert_int_equal(drain(100), -EIO);
	expect(5, 0, 0); /* what was read before counts */
}

static void test_no_reader(void **state)
{
	const struct ed_evtx_input in = { .read = log_read };
	struct ed_evtx_reader *r;
	char text[10];

	(void)state;
	log_new();
	log_chunk(TELL, 2);
	assert_int_equal(ed_evtx_new("/nonexistent/reader", ed_span_of("", 0), &in, &r), -ENOENT);
	assert_int_equal(ed_evtx_new("/bin/true", ed_span_of(event_log, 8), &in, &r), 0);
	assert_int_equal(ed_evtx_read(r, &lost, text, sizeof(text)), -ENOEXEC);
	ed_evtx_free(r);
	ed_evtx_free(NULL);
}

static void test_magic(void **state)
{
	(void)state;
	assert_true(ed_evtx_is(ed_span_of("ElfFile", 8)));
	assert_false(ed_evtx_is(ed_span_of("ElfFile", 7)));
	assert_false(ed_evtx_is(ed_span_of("ElfChnk", 8)));
	assert_false(ed_evtx_is(ed_span_of("", 0)));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_log),
		cmocka_unit_test(test_short_logs),
		cmocka_unit_test(test_bytes_missing),
		cmocka_unit_test(test_one_death),
		cmocka_unit_test(test_too_many_deaths),
		cmocka_unit_test(test_reader_that_spins),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_failed_read_is_told),
		cmocka_unit_test(test_no_reader),
		cmocka_unit_test(test_magic),
	};

	if (argc > 0 && strcmp(argv[0], "earthdog-evtx") == 0)
		be_reader();
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) <= 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
