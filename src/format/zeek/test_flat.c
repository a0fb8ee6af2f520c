/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scanner of flat lines against simdjson: whatever the line, sound or damaged, both ways of
 * reading come to the same events and drops. The scanner declines white space, so a line with a
 * space in front is the same line read by simdjson.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <zlib.h>

#include "base/hash.h"
#include "format/text/test_lines_spaced.h"
#include "format/zeek/test_zeek.h"
#include "format/zeek/flat.h"

enum {
	N_LINES = 20000,
	N_MUTATED = 40000,
	N_NUMBERS = 200000,
	LINE_MAX_BYTES = 1024,
	TEXT_MAX = 48 << 20,
};

/* The events of one reading, without the places of their lines. */
struct reading {
	struct ed_tally tally;
	uint64_t hash;
	size_t n;
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

static void take(void *arg, const struct ed_batch *b)
{
	struct reading *to = arg;
	struct ed_event *ev;

	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		ev->offset = 0;
		to->hash = ed_hash_pair(to->hash, ed_hash_bytes(ev, sizeof(*ev) + ev->name_n, 0));
		to->n++;
	}
}

static struct reading read_lines(struct ed_span text)
{
	struct reading ret = { .n = 0 };

	assert_int_equal(ed_format_drive(&ed_format_zeek_json, text, take, &ret, &ret.tally), 0);
	return ret;
}

/* Returns how many events there were. */
static size_t assert_alike(struct ed_span text)
{
	struct ed_span spaced = test_lines_spaced(text);
	struct reading flat, dom;

	flat = read_lines(text);
	dom = read_lines(spaced);
	assert_int_equal(flat.n, dom.n);
	assert_int_equal(flat.tally.n_read, dom.tally.n_read);
	assert_memory_equal(flat.tally.n_dropped, dom.tally.n_dropped,
			    sizeof(flat.tally.n_dropped));
	assert_true(flat.hash == dom.hash);
	free((void *)spaced.p);
	return flat.n;
}

static size_t random_strings(uint64_t *seed, char *out)
{
	static const char *const strings[] = {
		"192.0.2.7",        "cdn.example.net",
		"2001:db8::7",      "TXT 3 a\\\\x09b",
		"::ffff:c000:207",  "256.1.1.1",
		"a\\\"b\\/\\t.net", "caf\\u00e9.net",
		"caf\xc3\xa9.net",  "",
		"1.2.3.4.example",  "\\udb80\\udcc3",
	};
	size_t n = 0;

	for (unsigned i = below(seed, 4); i > 0; i--)
		n += (size_t)sprintf(out + n, "%s\"%s\"", n > 0 ? "," : "",
				     strings[below(seed, sizeof(strings) / sizeof(*strings))]);
	out[n] = '\0';
	return n;
}

/* A value that may or may not be what its key wants. */
static size_t random_value(uint64_t *seed, char *out)
{
	char items[256];

	switch (below(seed, 10)) {
	case 0:
		return (size_t)sprintf(out, "%s", below(seed, 2) ? "true" : "false");
	case 1:
		return (size_t)sprintf(out, "%s", below(seed, 4) ? "null" : "{\"a\":1}");
	case 2:
		return (size_t)sprintf(out, "%.*f", below(seed, 26), below(seed, 1 << 30) / 7e6);
	case 3:
		return (size_t)sprintf(out, "%.17g", below(seed, 1 << 30) / 1e13);
	case 4:
	case 5:
		return (size_t)sprintf(out, "%u", below(seed, 1U << below(seed, 31)));
	case 6:
		return (size_t)sprintf(out, "[%u.0,%u.5]", below(seed, 9999), below(seed, 99));
	case 7:
		random_strings(seed, items);
		return (size_t)sprintf(out, "[%s]", items);
	default:
		while (random_strings(seed, items) == 0 || strchr(items, ','))
			;
		return (size_t)sprintf(out, "%s", items);
	}
}

/* A record of Zeek's with some fields left out, doubled, renamed or of another type. */
static size_t random_line(uint64_t *seed, char *out)
{
	static const char *const fields[] = {
		"\"ts\":1790000000.250001",
		"\"uid\":\"CW1\"",
		"\"id.orig_h\":\"192.0.2.10\"",
		"\"id.orig_p\":40000",
		"\"id.resp_h\":\"192.0.2.53\"",
		"\"id.resp_p\":53",
		"\"proto\":\"udp\"",
		"\"trans_id\":4711",
		"\"rtt\":0.0012340545654296875",
		"\"query\":\"www.example.net\"",
		"\"qclass\":1",
		"\"qclass_name\":\"C_INTERNET\"",
		"\"qtype\":16",
		"\"qtype_name\":\"TXT\"",
		"\"rcode\":0",
		"\"rcode_name\":\"NOERROR\"",
		"\"AA\":false",
		"\"RD\":true",
		"\"Z\":0",
		"\"TTLs\":[60.0,2230.0]",
		"\"answers\":[\"192.0.2.7\"]",
		"\"rejected\":false",
	};
	static const char *const keys[] = {
		"ts",
		"id_orig_h",
		"proto",
		"rtt",
		"query",
		"qtype",
		"rcode",
		"answers",
		"TTLs",
		"@timestamp",
		"_path",
		"zeek.dns.AA",
		"other",
		"message",
		"rcode_name",
		"event.created",
		"original_query",
		"qtype_name",
		"event.module",
		"",
	};
	size_t n = 0;

	out[n++] = '{';
	for (unsigned i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (below(seed, 16) == 0)
			continue;
		if (n > 1)
			out[n++] = ',';
		if (below(seed, 24) > 0) {
			n += (size_t)sprintf(out + n, "%s", fields[i]);
			continue;
		}
		n += (size_t)sprintf(out + n,
				     "\"%s\":", keys[below(seed, sizeof(keys) / sizeof(*keys))]);
		n += random_value(seed, out + n);
	}
	out[n++] = '}';
	return n;
}

/* Sets, inserts or cuts out a byte that is likely to matter, once to three times. */
static size_t mutate(uint64_t *seed, char *line, size_t n)
{
	static const char bytes[] = "\"\"\\\\{}[]:,,0019.eE-+ tfnu/x\x01\x1f\x7f\x80\xc3\xa9\r\t";

	for (unsigned i = 1 + below(seed, 3); i > 0 && n > 2; i--) {
		size_t at = below(seed, (unsigned)n);
		char c = bytes[below(seed, sizeof(bytes))];

		switch (below(seed, 3)) {
		case 0:
			line[at] = c;
			break;
		case 1:
			memmove(line + at + 1, line + at, n - at);
			line[at] = c;
			n++;
			break;
		default:
			memmove(line + at, line + at + 1, n - at - 1);
			n--;
			break;
		}
	}
	return n;
}

static size_t assert_alike_random(uint64_t seed, unsigned n_lines, bool damaged)
{
	char *text = malloc((size_t)n_lines * (LINE_MAX_BYTES + 8));
	size_t n = 0, n_events;

	assert_non_null(text);
	for (unsigned i = 0; i < n_lines; i++) {
		size_t line = random_line(&seed, text + n);

		assert_true(line < LINE_MAX_BYTES);
		if (damaged)
			line = mutate(&seed, text + n, line);
		n += line;
		text[n++] = '\n';
	}
	n_events = assert_alike(ed_span_of(text, n));
	free(text);
	return n_events;
}

static void test_generated_lines(void **state)
{
	(void)state;
	assert_true(assert_alike_random(1, N_LINES, false) > N_LINES / 4);
}

static void test_mutated_lines(void **state)
{
	(void)state;
	assert_true(assert_alike_random(2, N_MUTATED, true) > N_MUTATED / 16);
}

/* Every file of the labelled set that reads as Zeek's JSON. */
static void test_labelled_files(void **state)
{
	const char *dir = getenv("EARTHDOG_DATA");
	uint8_t *text = malloc(TEXT_MAX);
	char line[1 << 14], path[4096];
	unsigned n_files = 0;
	FILE *labels;

	(void)state;
	assert_non_null(text);
	(void)snprintf(path, sizeof(path), "%s/labels.tsv", dir ? dir : "");
	labels = fopen(path, "r");
	if (!labels) {
		free(text);
		print_message("no data set: skipped\n");
		skip();
		return;
	}
	while (fgets(line, sizeof(line), labels)) {
		char *name = strchr(line, '\t');
		gzFile f;
		int n;

		if (!name || !strstr(line, "\tZeek dns.log"))
			continue;
		name[1 + strcspn(name + 1, "\t")] = '\0';
		assert_true(snprintf(path, sizeof(path), "%s/%s", dir, name + 1) > 0);
		f = gzopen(path, "rb");
		assert_non_null(f);
		n = gzread(f, text, TEXT_MAX);
		gzclose(f);
		assert_true(n > 0 && n < TEXT_MAX);
		if (text[0] != '{')
			continue;
		assert_alike(ed_span_of(text, (size_t)n));
		n_files++;
	}
	fclose(labels);
	free(text);
	print_message("%u labelled logs in JSON\n", n_files);
	assert_true(n_files > 0);
}

/* What Zeek writes is scanned to its end: otherwise everything above compares simdjson to itself.
 */
static void test_scans(void **state)
{
	static const char text[] = "\"query\":\"a.net\",[1.5,\"b\\\\c\",true,null,1790000000.25\n"
				   "                ";
	uint8_t room[sizeof(text)];
	struct ed_zeek_flat f = { .p = (const uint8_t *)text, .room = room };
	struct ed_json_value v = { .type = ED_JSON_NULL };

	(void)state;
	assert_true(ed_zeek_flat_value(&f, &v) && v.type == ED_JSON_STRING && *f.p++ == ':');
	assert_true(ed_span_is(v.string, "query"));
	assert_true(ed_zeek_flat_value(&f, &v) && *f.p++ == ',');
	assert_true(ed_span_is(v.string, "a.net"));
	assert_true(ed_zeek_flat_value(&f, &v) && v.type == ED_JSON_ARRAY);
	assert_true(ed_zeek_flat_value(&f, &v) && v.number == 1.5 && *f.p++ == ',');
	assert_true(ed_zeek_flat_value(&f, &v) && ed_span_is(v.string, "b\\c") && *f.p++ == ',');
	assert_true(ed_zeek_flat_value(&f, &v) && v.type == ED_JSON_BOOL && v.boolean);
	f.p++;
	assert_true(ed_zeek_flat_value(&f, &v) && v.type == ED_JSON_NULL && *f.p++ == ',');
	assert_true(ed_zeek_flat_value(&f, &v) && v.number == 1790000000.25 && *f.p == '\n');
}

/* As the C library rounds, which does it right. */
static void test_numbers(void **state)
{
	uint64_t seed = 3, n_read = 0;

	(void)state;
	for (unsigned i = 0; i < N_NUMBERS; i++) {
		struct ed_zeek_flat f = { .room = NULL };
		char text[64 + ED_LINES_STEP] = { 0 };
		unsigned whole = below(&seed, 1U << below(&seed, 32));
		double v = 0;
		int n;

		n = sprintf(text, "%u.%0*llu", whole, (int)below(&seed, 8),
			    (unsigned long long)(next_random(&seed) >> below(&seed, 63)));
		f.p = (const uint8_t *)text;
		if (!ed_zeek_flat_number(&f, &v))
			continue;
		assert_ptr_equal(f.p, text + n);
		assert_true(v == strtod(text, NULL));
		n_read++;
	}
	assert_true(n_read > N_NUMBERS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scans),           cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_generated_lines), cmocka_unit_test(test_mutated_lines),
		cmocka_unit_test(test_labelled_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
