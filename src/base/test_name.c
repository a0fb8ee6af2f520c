/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names: text and wire form, escapes, limits, lower-casing; fixed seed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/name.h"

enum { N_RANDOM = 100000 };

/* A string literal that may hold NUL bytes. */
#define SPAN(literal) ed_span_of((literal), sizeof(literal) - 1)

static const enum ed_name_style all_styles[] = { ED_NAME_MASTER, ED_NAME_PLAIN, ED_NAME_HEX };

static uint64_t next_random(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15U;
	return ed_hash_mix(*state);
}

static unsigned random_below(uint64_t *state, unsigned n)
{
	return (unsigned)(next_random(state) % n);
}

static void assert_span_equal(struct ed_span a, struct ed_span b)
{
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
}

/* Any bytes, printable bytes or letters, label by label; now and then up to the very limit. */
static void random_name(uint64_t *state, struct ed_name *ret)
{
	unsigned n_max = random_below(state, 8) == 0 ? ED_NAME_MAX : 2 + random_below(state, 60);
	unsigned n = 0;

	while (n + 2 < n_max) {
		unsigned room = n_max - n - 2;
		unsigned label_max = random_below(state, 4) == 0 ? 63 : 8;
		unsigned label_bytes = 1 + random_below(state, label_max);
		unsigned mode = random_below(state, 3);

		if (label_bytes > room)
			label_bytes = room;
		ret->wire[n++] = (uint8_t)label_bytes;
		for (unsigned i = 0; i < label_bytes; i++) {
			unsigned c = random_below(state, 256);

			if (mode == 1)
				c = 0x21 + c % 94;
			else if (mode == 2)
				c = 'A' + c % 26 + (c & 32);
			ret->wire[n++] = (uint8_t)c;
		}
	}
	ret->wire[n++] = 0;
	ret->n = (uint8_t)n;
}

static void test_random_names_survive_text(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < N_RANDOM; i++) {
		char text[ED_NAME_TEXT_MAX + 1], again[ED_NAME_TEXT_MAX + 1];
		struct ed_name name, lower, back;
		size_t n;

		random_name(&seed, &name);
		assert_true(ed_name_valid(ed_name_span(&name)));
		n = ed_name_to_text(ed_name_span(&name), text);
		assert_in_range(n, 1, ED_NAME_TEXT_MAX);
		assert_int_equal(strlen(text), n);
		for (size_t k = 0; k < n; k++)
			assert_in_range((uint8_t)text[k], 0x21, 0x7e);

		/* What comes back is the lower-cased name: no two names but for case share a text.
		 */
		lower.n = name.n;
		ed_name_lower(name.wire, name.n, lower.wire);
		assert_int_equal(ed_name_from_text(ed_span_of(text, n), ED_NAME_MASTER, &back), 0);
		assert_span_equal(ed_name_span(&back), ed_name_span(&lower));
		assert_int_equal(ed_name_to_text(ed_name_span(&lower), again), n);
		assert_string_equal(again, text);
	}
}

struct text_case {
	enum ed_name_style style;
	struct ed_span text;
	int result;
	struct ed_span wire;
};

static const char wire_abc[] = "\3abc";
static const char wire_two[] = "\1a\1b";

static void test_texts(void **state)
{
	const struct text_case cases[] = {
		{ ED_NAME_MASTER, SPAN("a\\.b"), 0, SPAN("\3a.b\0") },
		{ ED_NAME_MASTER, SPAN("a\\046b"), 0, SPAN("\3a.b\0") },
		{ ED_NAME_MASTER, SPAN("\\000.\\255"), 0, SPAN("\1\0\1\377\0") },
		{ ED_NAME_MASTER, SPAN("a\\\\.b"), 0, SPAN("\2a\\\1b\0") },
		{ ED_NAME_MASTER, SPAN("\\\"\\$\\x"), 0, SPAN("\3\"$x\0") },
		{ ED_NAME_MASTER, SPAN("a\\."), 0, SPAN("\2a.\0") },
		{ ED_NAME_MASTER, SPAN("\\."), 0, SPAN("\1.\0") },
		{ ED_NAME_MASTER, SPAN("a\\"), ED_NAME_BAD_ESCAPE, SPAN("") },
		{ ED_NAME_MASTER, SPAN("a\\25"), ED_NAME_BAD_ESCAPE, SPAN("") },
		{ ED_NAME_MASTER, SPAN("a\\2.5"), ED_NAME_BAD_ESCAPE, SPAN("") },
		{ ED_NAME_MASTER, SPAN("a\\25x"), ED_NAME_BAD_ESCAPE, SPAN("") },
		{ ED_NAME_MASTER, SPAN("a\\256"), ED_NAME_BAD_ESCAPE, SPAN("") },
		{ ED_NAME_MASTER, SPAN("a\\999"), ED_NAME_BAD_ESCAPE, SPAN("") },
		{ ED_NAME_PLAIN, SPAN("a\\.b"), 0, SPAN("\2a\\\1b\0") },
		{ ED_NAME_PLAIN, SPAN("\\046"), 0, SPAN("\4\\046\0") },
		{ ED_NAME_PLAIN, SPAN("a\0b.\377"), 0, SPAN("\3a\0b\1\377\0") },
		{ ED_NAME_HEX, SPAN("a\\x2eb.c"), 0, SPAN("\3a.b\1c\0") },
		{ ED_NAME_HEX, SPAN("\\x00\\xFf"), 0, SPAN("\2\0\377\0") },
		{ ED_NAME_HEX, SPAN("a\\\\x2e.b"), 0, SPAN("\5a\\x2e\1b\0") },
		{ ED_NAME_HEX, SPAN("a\\\\.b"), 0, SPAN("\2a\\\1b\0") },
		{ ED_NAME_HEX, SPAN("a\\"), ED_NAME_BAD_ESCAPE, SPAN("") },
		{ ED_NAME_HEX, SPAN("a\\x"), ED_NAME_BAD_ESCAPE, SPAN("") },
		{ ED_NAME_HEX, SPAN("a\\x2"), ED_NAME_BAD_ESCAPE, SPAN("") },
		{ ED_NAME_HEX, SPAN("a\\x2g"), ED_NAME_BAD_ESCAPE, SPAN("") },
		{ ED_NAME_HEX, SPAN("a\\xg2"), ED_NAME_BAD_ESCAPE, SPAN("") },
		{ ED_NAME_HEX, SPAN("a\\.b"), ED_NAME_BAD_ESCAPE, SPAN("") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ed_name name = { .n = 77 };

		assert_int_equal(ed_name_from_text(cases[i].text, cases[i].style, &name),
				 cases[i].result);
		if (cases[i].result == 0)
			assert_span_equal(ed_name_span(&name), cases[i].wire);
		else
			assert_int_equal(name.n, 77);
	}
}

/* Dots mean the same in every style. */
static void test_dots(void **state)
{
	static const struct {
		const char *text;
		int result;
		struct ed_span wire;
	} cases[] = {
		{ "", 0, { (const uint8_t *)"", 1 } },
		{ ".", 0, { (const uint8_t *)"", 1 } },
		{ "abc", 0, { (const uint8_t *)wire_abc, sizeof(wire_abc) } },
		{ "abc.", 0, { (const uint8_t *)wire_abc, sizeof(wire_abc) } },
		{ "a.b", 0, { (const uint8_t *)wire_two, sizeof(wire_two) } },
		{ "a.b.", 0, { (const uint8_t *)wire_two, sizeof(wire_two) } },
		{ "..", ED_NAME_EMPTY_LABEL, { NULL, 0 } },
		{ ".a", ED_NAME_EMPTY_LABEL, { NULL, 0 } },
		{ "a..", ED_NAME_EMPTY_LABEL, { NULL, 0 } },
		{ "a..b", ED_NAME_EMPTY_LABEL, { NULL, 0 } },
	};

	(void)state;
	for (size_t s = 0; s < 3; s++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct ed_span text = ed_span_str(cases[i].text);
			struct ed_name name = { .n = 77 };

			assert_int_equal(ed_name_from_text(text, all_styles[s], &name),
					 cases[i].result);
			if (cases[i].result == 0)
				assert_span_equal(ed_name_span(&name), cases[i].wire);
			else
				assert_int_equal(name.n, 77);
		}
	}
}

/* @n labels of @label_bytes each, joined by dots, then @last bytes more as a label of their own. */
static size_t repeat_labels(char *text, unsigned n, unsigned label_bytes, unsigned last)
{
	size_t at = 0;

	for (unsigned i = 0; i < n; i++) {
		memset(text + at, 'a', label_bytes);
		at += label_bytes;
		text[at++] = '.';
	}
	memset(text + at, 'z', last);
	return at + last;
}

static void test_limits(void **state)
{
	static const struct {
		unsigned n, label_bytes, last;
		int result;
		unsigned wire_bytes, n_labels;
	} cases[] = {
		{ 0, 0, 63, 0, 65, 1 },
		{ 0, 0, 64, ED_NAME_LABEL_TOO_LONG, 0, 0 },
		{ 1, 64, 1, ED_NAME_LABEL_TOO_LONG, 0, 0 },
		{ 3, 63, 61, 0, 255, 4 },
		{ 3, 63, 62, ED_NAME_TOO_LONG, 0, 0 },
		{ 3, 63, 64, ED_NAME_TOO_LONG, 0, 0 },
		{ 4, 63, 0, ED_NAME_TOO_LONG, 0, 0 },
		{ 126, 1, 1, 0, 255, 127 },
		{ 127, 1, 0, 0, 255, 127 },
		{ 127, 1, 1, ED_NAME_TOO_LONG, 0, 0 },
		{ 400, 1, 1, ED_NAME_TOO_LONG, 0, 0 },
	};

	(void)state;
	for (size_t s = 0; s < 3; s++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			char text[1024];
			size_t n = repeat_labels(text, cases[i].n, cases[i].label_bytes,
						 cases[i].last);
			struct ed_name name = { .n = 77 };

			assert_int_equal(ed_name_from_text(ed_span_of(text, n), all_styles[s],
							   &name),
					 cases[i].result);
			if (cases[i].result != 0) {
				assert_int_equal(name.n, 77);
				continue;
			}
			assert_int_equal(name.n, cases[i].wire_bytes);
			assert_true(ed_name_valid(ed_name_span(&name)));
			assert_int_equal(ed_name_labels(ed_name_span(&name)), cases[i].n_labels);
		}
	}
}

/* Escaped bytes count once against the limits, however long they are written. */
static void test_limits_count_bytes_not_text(void **state)
{
	char text[64 * 4];
	struct ed_name name;

	(void)state;
	for (size_t i = 0; i < 64; i++)
		memcpy(text + 4 * i, "\\255", 4);
	assert_int_equal(ed_name_from_text(ed_span_of(text, 252), ED_NAME_MASTER, &name), 0);
	assert_int_equal(name.n, 65);
	assert_int_equal(ed_name_from_text(ed_span_of(text, 256), ED_NAME_MASTER, &name),
			 ED_NAME_LABEL_TOO_LONG);
}

static void test_hostile_texts(void **state)
{
	static const char alphabet[] = "..\\\\x0129afgz\0\377 ";
	uint64_t seed = 2;

	(void)state;
	for (int i = 0; i < N_RANDOM; i++) {
		size_t n = random_below(&seed, i % 16 == 0 ? 600 : 24);
		uint8_t *text = malloc(n + (n == 0));
		struct ed_name name = { .n = 77 };
		int r;

		assert_non_null(text);
		for (size_t k = 0; k < n; k++)
			text[k] = (uint8_t)alphabet[random_below(&seed, sizeof(alphabet) - 1)];
		r = ed_name_from_text(ed_span_of(text, n), all_styles[i % 3], &name);
		assert_in_range(r, 0, ED_NAME_BAD_ESCAPE);
		if (r == 0)
			assert_true(ed_name_valid(ed_name_span(&name)));
		else
			assert_int_equal(name.n, 77);
		free(text);
	}
}

static void test_validity(void **state)
{
	uint8_t longest[ED_NAME_MAX + 2];

	(void)state;
	assert_false(ed_name_valid(SPAN("")));
	assert_true(ed_name_valid(SPAN("\0")));
	assert_true(ed_name_valid(SPAN("\1a\0")));
	assert_false(ed_name_valid(SPAN("\1a")));
	assert_false(ed_name_valid(SPAN("\2a\0")));
	assert_false(ed_name_valid(SPAN("\1a\0\0")));
	assert_false(ed_name_valid(SPAN("\300\0")));
	assert_false(ed_name_valid(SPAN("\1a\300\0")));
	assert_false(ed_name_valid(SPAN("\77a\0")));

	/* One-byte labels to the limit, and one label over it. */
	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = i % 2 == 0;
	longest[254] = 0;
	assert_true(ed_name_valid(ed_span_of(longest, 255)));
	longest[254] = 1;
	longest[256] = 0;
	assert_false(ed_name_valid(ed_span_of(longest, 257)));
	memset(longest, 'a', 66);
	longest[0] = 64;
	longest[65] = 0;
	assert_false(ed_name_valid(ed_span_of(longest, 66)));
	longest[0] = 63;
	longest[64] = 0;
	assert_true(ed_name_valid(ed_span_of(longest, 65)));
}

static void test_label_count(void **state)
{
	(void)state;
	assert_int_equal(ed_name_labels(SPAN("")), 0);
	assert_int_equal(ed_name_labels(SPAN("\0")), 0);
	assert_int_equal(ed_name_labels(SPAN("\1a\0")), 1);
	assert_int_equal(ed_name_labels(SPAN("\3www\7example\3com\0")), 3);
}

static void test_canonical_text(void **state)
{
	char text[ED_NAME_TEXT_MAX + 1];

	(void)state;
	assert_int_equal(ed_name_to_text(SPAN(""), text), 0);
	assert_string_equal(text, "");
	assert_int_equal(ed_name_to_text(SPAN("\0"), text), 1);
	assert_string_equal(text, ".");
	assert_int_equal(ed_name_to_text(SPAN("\3WwW\7eXample\3COM\0"), text), 15);
	assert_string_equal(text, "www.example.com");
	ed_name_to_text(SPAN("\3a.b\1c\0"), text);
	assert_string_equal(text, "a\\.b.c");
	ed_name_to_text(SPAN("\12\"$().;@\\*_\0"), text);
	assert_string_equal(text, "\\\"\\$\\(\\)\\.\\;\\@\\\\*_");
	ed_name_to_text(SPAN("\7\0 \t\177\200\377~\0"), text);
	assert_string_equal(text, "\\000\\032\\009\\127\\128\\255~");
	assert_int_equal(ed_name_labels_to_text(SPAN(""), text), 0);
	assert_string_equal(text, "");
	assert_int_equal(ed_name_labels_to_text(SPAN("\1A\2b."), text), 5);
	assert_string_equal(text, "a.b\\.");
}

static void test_longest_text(void **state)
{
	char text[ED_NAME_TEXT_MAX + 2];
	struct ed_name name;
	size_t n;

	(void)state;
	name.n = ED_NAME_MAX;
	memset(name.wire, 0xff, sizeof(name.wire));
	name.wire[0] = name.wire[64] = name.wire[128] = 63;
	name.wire[192] = 61;
	name.wire[254] = 0;
	assert_true(ed_name_valid(ed_name_span(&name)));
	text[ED_NAME_TEXT_MAX + 1] = 'Z';
	n = ed_name_to_text(ed_name_span(&name), text);
	assert_int_equal(n, 4 * (63 + 63 + 63 + 61) + 3);
	assert_int_equal(text[n], '\0');
	assert_int_equal(text[ED_NAME_TEXT_MAX + 1], 'Z');
}

static void test_lower(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (size_t n = 0; n <= 300; n++) {
		uint8_t *in = malloc(n + 1), *want = malloc(n + 1), *out = malloc(n + 1);

		assert_true(in && want && out);
		for (size_t i = 0; i < n; i++) {
			in[i] = n == 256 ? (uint8_t)i : (uint8_t)next_random(&seed);
			want[i] = in[i] < 0x80 ? (uint8_t)tolower(in[i]) : in[i];
		}
		out[n] = in[n] = want[n] = 'X';
		ed_name_lower(in, n, out);
		assert_memory_equal(out, want, n + 1);
		ed_name_lower(in, n, in);
		assert_memory_equal(in, want, n + 1);
		free(in);
		free(want);
		free(out);
	}
}

/* Labels of letters, cut at every dot, without any of the short cuts of the code under test. */
static int reference(struct ed_span text, struct ed_name *ret)
{
	size_t n = 1, label = 0;

	if (text.n > 0 && text.p[text.n - 1] == '.')
		text.n--;
	for (size_t i = 0; i <= text.n; i++) {
		if (i == text.n || text.p[i] == '.') {
			if (n == label + 1)
				return ED_NAME_EMPTY_LABEL;
			ret->wire[label] = (uint8_t)(n - label - 1);
			label = n++;
			continue;
		}
		if (n - label - 1 == ED_LABEL_MAX)
			return ED_NAME_LABEL_TOO_LONG;
		if (n >= ED_NAME_MAX - 1)
			return ED_NAME_TOO_LONG;
		ret->wire[n++] = text.p[i];
	}
	ret->wire[label] = 0;
	ret->n = (uint8_t)(label + 1);
	return 0;
}

static void test_plain_names(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < N_RANDOM; i++) {
		size_t n = 2 + random_below(&seed, random_below(&seed, 4) ? 40 : 270);
		unsigned dots = 1 + random_below(&seed, 70);
		uint8_t *text = malloc(n);
		struct ed_name want, got;
		int fault;

		assert_non_null(text);
		for (size_t k = 0; k < n; k++)
			text[k] = random_below(&seed, dots) ? (uint8_t)('a' + k % 26) : '.';
		fault = reference(ed_span_of(text, n), &want);
		for (size_t s = 0; s < 3; s++) {
			int r = ed_name_from_text(ed_span_of(text, n), all_styles[s], &got);

			assert_int_equal(r, fault);
			if (r == 0)
				assert_span_equal(ed_name_span(&got), ed_name_span(&want));
		}
		free(text);
	}
}

static void test_within(void **state)
{
	(void)state;
	assert_true(ed_name_within(SPAN("\1a\1b\0"), SPAN("\1a\1b\0")));
	assert_true(ed_name_within(SPAN("\2xa\1a\1b\0"), SPAN("\1a\1b\0")));
	assert_true(ed_name_within(SPAN("\1b\0"), SPAN("\0")));
	assert_false(ed_name_within(SPAN("\1b\0"), SPAN("\1a\1b\0")));
	assert_false(ed_name_within(SPAN("\4x\1ab\0"), SPAN("\1a\1b\0")));
	assert_false(ed_name_within(SPAN("\3x\1b\0"), SPAN("\1b\0"))); /* within a label */
	assert_false(ed_name_within(SPAN("\1A\0"), SPAN("\1a\0")));
	assert_false(ed_name_within(SPAN(""), SPAN("")));
	assert_false(ed_name_within(SPAN("\1a\0"), SPAN("")));
	assert_false(ed_name_within(SPAN(""), SPAN("\1a\0")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_names),
		cmocka_unit_test(test_random_names_survive_text),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_dots),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_limits_count_bytes_not_text),
		cmocka_unit_test(test_hostile_texts),
		cmocka_unit_test(test_validity),
		cmocka_unit_test(test_label_count),
		cmocka_unit_test(test_canonical_text),
		cmocka_unit_test(test_longest_text),
		cmocka_unit_test(test_lower),
		cmocka_unit_test(test_within),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
