/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quick reader of rows against the one for any row: whatever it accepts, sound or damaged, the
 * other must read to the same event, and what Zeek writes it accepts.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "format/drive.h"
#include "format/zeek/row.h"

#define USUAL_FIELDS                                                            \
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto"   \
	"\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode" \
	"\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected"
#define FIELDS USUAL_FIELDS "\topcode"
#define ROW                                                                        \
	"1790000000.250000\tCW1\t192.0.2.10\t40000\t192.0.2.53\t53\tudp\t4711"     \
	"\t0.000870\twww.example.net\t1\tC_INTERNET\t1\tA\t0\tNOERROR\tF\tF\tT\tT" \
	"\t0\tcdn.example.net,192.0.2.7\t2230.000000,60.000000\tF\t0"

/* As long as is read at once; and a run of TTLs that is longer than that with another. */
#define LIST_63 "101.102.103.104,201.202.203.204,111.112.113.114,121.122.123.124"
#define TTLS_5 "60.000000,60.000000,60.000000,60.000000,60.000000"

enum { N_ROWS = 60000, ROW_MAX_BYTES = 1024 };

struct reading {
	struct ed_zeek_record r;
	union {
		struct ed_event ev;
		uint8_t room[ED_EVENT_MAX_BYTES];
	} event;
	enum ed_drop drop;
};

static uint64_t next_random(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15U;
	return ed_hash_mix(*state);
}

static unsigned below(uint64_t *state, unsigned n)
{
	return (unsigned)(next_random(state) % n);
}

static void header(struct ed_zeek_header *h)
{
	ed_zeek_header_init(h);
	ed_zeek_header_take(h, ed_span_str(FIELDS));
}

static void begin(struct reading *to)
{
	memset(to, 0, sizeof(*to));
	ed_zeek_begin(&to->r, &to->event.ev);
}

/* Reads the row at the front of @text both ways. True: the quick reader has accepted it. */
static bool assert_alike(struct ed_zeek_rows *rows, const struct ed_zeek_header *h,
			 struct ed_span text)
{
	const uint8_t *newline = memchr(text.p, '\n', text.n);
	struct reading quick, any;
	struct ed_span line;
	size_t n;

	assert_non_null(newline);
	begin(&quick);
	n = ed_zeek_rows_quick(rows, h, text, &quick.r);
	if (n == 0)
		return false;
	assert_int_equal(n, newline - text.p - (newline > text.p && newline[-1] == '\r'));
	begin(&any);
	line = ed_span_of(text.p, n);
	assert_true(ed_zeek_rows_any(h, line, &any.r));
	if (ed_zeek_mark_is(&h->empty, any.r.query))
		any.r.query.n = 0;
	quick.drop = ed_zeek_finish(&quick.r);
	any.drop = ed_zeek_finish(&any.r);
	assert_int_equal(quick.drop, any.drop);
	if (quick.drop == ED_DROP_N)
		assert_memory_equal(&quick.event, &any.event,
				    sizeof(quick.event.ev) + any.event.ev.name_n);
	return true;
}

/* One of @n cells; the first is the most likely. */
static const char *pick(uint64_t *seed, const char *const *cells, unsigned n)
{
	return cells[below(seed, 3) ? 0 : below(seed, n)];
}

#define PICK(seed, ...)                                  \
	pick(seed, (const char *const[]){ __VA_ARGS__ }, \
	     sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static size_t random_row(uint64_t *s, char *out)
{
	size_t n = 0;

	n += (size_t)sprintf(out, "%s.%06u\tCW%u\t%s\t%u\t",
			     PICK(s, "1790000000", "1790000001", "9999999999", "9223372036",
				  "0000000000", "179000000", "17900.0000", "-"),
			     below(s, 1000000), below(s, 9999),
			     PICK(s, "192.0.2.10", "10.203.0.48", "2001:db8::7", "256.1.1.1",
				  "::ffff:1.2.3.4", "1.2.3", "-"),
			     below(s, 70000));
	n += (size_t)sprintf(
		out + n, "%s\t%s\t%s\t%u\t%s\t%s\t",
		PICK(s, "192.0.2.53", "1.1.1.1", "2001:db8::53", "224.0.0.251", "x", "-"),
		PICK(s, "53", "5353", "70000", "-"), PICK(s, "udp", "tcp", "x", "-"),
		below(s, 66000), PICK(s, "0.001358", "1.5", "-", "-0.1", "10.000001", "0.0013580"),
		PICK(s, "www.example.net", "a.b.c.d.e.example.com", "(empty)", "-", "a..b",
		     "caf\\xc3\\xa9.net", "x.", ".", "-a", "", "caf\xc3\xa9"));
	n += (size_t)sprintf(out + n, "%s\t%s\t%s\t%s\t%s\t%s\t%s\tF\t%s\t%s\t%s\t",
			     PICK(s, "1", "255", "-"), PICK(s, "C_INTERNET", "-"),
			     PICK(s, "1", "28", "16", "99999", "-"), PICK(s, "A", "TXT", "-"),
			     PICK(s, "0", "3", "5000", "-"), PICK(s, "NOERROR", "NXDOMAIN", "-"),
			     PICK(s, "F", "T", "true", "x", "-"), PICK(s, "T", "F"),
			     PICK(s, "T", "F", "-"), PICK(s, "0", "2", "9"));
	n += (size_t)sprintf(out + n, "%s\t%s\t%s\t%s",
			     PICK(s, "192.0.2.7,192.0.2.8", "cdn.example.net,2001:db8::7", "-",
				  "(empty)", "a,-", "-,a", "TXT 3 abc", "", ",", "1.2.3.4,a\\x2cb",
				  "1.2.3.4", "cdn.example.net,192.0.2.7,192.0.2.8,198.51.100.9",
				  "1.2.3.4,1.2.3.999", "256.1.1.1", "1.2.3.4,01.2.3.4", "1.2.3.4,",
				  ",1.2.3.4", "1.2.3.4.5", "1.2.3,4.5.6.7", "1.2.3.4,2001:db8::7",
				  LIST_63, (LIST_63 "0"), (LIST_63 "," LIST_63)),
			     PICK(s, "60.000000,60.000000", "2230.000000,60.000000", "-", "(empty)",
				  "0.500000", "1.000000,-", "", "60.000000,60.0000001",
				  "123456789.000000", "60.000000,60.000000x", "0.000000",
				  "99999.000000,100000.000000,12345678.000000", TTLS_5,
				  TTLS_5 "," TTLS_5, TTLS_5 "1", TTLS_5 ",", TTLS_5 ",61.000000",
				  "1.000000," TTLS_5, "1.000000.1.000000", "1.000000,1.000000,1"),
			     PICK(s, "F", "T", "", "-"), PICK(s, "0", "5", "16", "-"));
	return n;
}

/* Sets, inserts or cuts out a byte that is likely to matter. */
static size_t mutate(uint64_t *seed, char *row, size_t n)
{
	static const char bytes[] = "\t\t\t,,..--0019T\\x:\r\x01\x7f\xc3 (";
	size_t at = below(seed, (unsigned)n);
	char c = bytes[below(seed, sizeof(bytes))];

	switch (below(seed, 3)) {
	case 0:
		row[at] = c;
		return n;
	case 1:
		memmove(row + at + 1, row + at, n - at);
		row[at] = c;
		return n + 1;
	default:
		memmove(row + at, row + at + 1, n - at - 1);
		return n - 1;
	}
}

/* Returns how many rows the quick reader has accepted. */
static unsigned read_random(uint64_t seed, bool damaged)
{
	struct ed_zeek_rows *rows = calloc(1, sizeof(*rows));
	struct ed_zeek_header h[2];
	unsigned n_quick = 0;

	assert_non_null(rows);
	header(&h[0]);
	assert_true(h[0].usual);
	/* What is learned under one usual header holds under another. */
	header(&h[1]);
	ed_zeek_header_take(&h[1], ed_span_str(USUAL_FIELDS "\tnote"));
	assert_true(h[1].usual);
	ed_zeek_rows_init(rows);
	for (unsigned i = 0; i < N_ROWS; i++) {
		char row[ROW_MAX_BYTES];
		size_t n = random_row(&seed, row);
		uint8_t *text;

		for (unsigned k = damaged ? 1 + below(&seed, 2) : 0; k > 0; k--)
			n = mutate(&seed, row, n);
		if (below(&seed, 8) == 0)
			row[n++] = '\r';
		row[n++] = '\n';
		/* The block ends with the padding, so that a read too far is seen. */
		text = calloc(1, n + ED_UNIT_PADDING_BYTES);
		assert_non_null(text);
		memcpy(text, row, n);
		n_quick += assert_alike(rows, &h[below(&seed, 2)], ed_span_of(text, n));
		free(text);
	}
	free(rows);
	return n_quick;
}

static void test_generated_rows(void **state)
{
	(void)state;
	assert_true(read_random(1, false) > N_ROWS / 32);
}

static void test_damaged_rows(void **state)
{
	(void)state;
	assert_true(read_random(2, true) > N_ROWS / 64);
}

static void test_accepts_what_zeek_writes(void **state)
{
	static const char text[] = ROW
		"\n"
		"1790000000.250000\tCW1\t2001:db8::10\t40000\t192.0.2.53\t53\tudp\t4711\t-"
		"\ta.net\t1\tC_INTERNET\t28\tAAAA\t-\t-\tF\tF\tT\tF\t0\t-\t-\tF\t0\r\n"
		"                                                                ";
	struct ed_zeek_rows *rows = calloc(1, sizeof(*rows));
	struct ed_span rest = ed_span_of(text, sizeof(text) - 1 - ED_UNIT_PADDING_BYTES);
	struct ed_zeek_header h;

	(void)state;
	assert_non_null(rows);
	header(&h);
	ed_zeek_rows_init(rows);
	/* Twice: the second time the stretches are known. */
	for (unsigned i = 0; i < 2; i++) {
		size_t first = (size_t)((const uint8_t *)memchr(rest.p, '\n', rest.n) - rest.p) + 1;

		assert_true(assert_alike(rows, &h, rest));
		assert_true(assert_alike(rows, &h, ed_span_from(rest, first)));
	}
	free(rows);
}

/* Other columns, marks or separators are for the other reader. */
static void test_usual_headers(void **state)
{
	static const char *const lines[] = { "#unset_field\t(unset)", "#empty_field\t-",
					     "#set_separator\t;", "#fields\tts\tuid\tquery",
					     "#separator \\x2c" };
	struct ed_zeek_header h;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		header(&h);
		assert_true(h.usual);
		ed_zeek_header_take(&h, ed_span_str(lines[i]));
		assert_false(h.usual);
	}
}

static void count_batch(void *arg, const struct ed_batch *b)
{
	(void)b;
	++*(unsigned *)arg;
}

/* Comments, and directives that change no column, stand among the records of a unit. */
static void test_comments_cut_nothing(void **state)
{
	static const char *const notes[] = { "#x\n", "#close\t2026-11-03-15-00-00\n", "#\n",
					     "#types\ttime\n" };
	enum { N_RECORDS = 100 };
	char text[1 << 16];
	struct ed_tally tally;
	unsigned n_batches = 0;
	size_t n = 0;

	(void)state;
	n += (size_t)sprintf(text, FIELDS "\n");
	for (unsigned i = 0; i < N_RECORDS; i++)
		n += (size_t)sprintf(text + n, ROW "\n%s", notes[i % 4]);
	assert_int_equal(ed_format_drive(&ed_format_zeek_tsv, ed_span_of(text, n), count_batch,
					 &n_batches, &tally),
			 0);
	assert_int_equal(tally.n_read, N_RECORDS);
	assert_int_equal(tally.n_analysed, N_RECORDS);
	assert_true(n_batches <= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generated_rows),
		cmocka_unit_test(test_damaged_rows),
		cmocka_unit_test(test_accepts_what_zeek_writes),
		cmocka_unit_test(test_usual_headers),
		cmocka_unit_test(test_comments_cut_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
