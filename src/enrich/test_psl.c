/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public Suffix List: rule kinds, internationalised rules, refused lists with their line, hostile
 * files. That answers equal libpsl's is test_zone.c's part.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/name.h"
#include "enrich/psl.h"

enum { HASH_KEY = 12345 };

static const char sample[] = "// comment: *.not.a.rule\n"
			     "\n"
			     "com\n"
			     "uk\r\n"
			     "co.uk \t text after a blank is no rule\n"
			     "  sch.uk\n"
			     "*.sch.uk\n"
			     "*.ck\n"
			     "!www.ck\n"
			     "*.cloud.example\n"
			     "*.deep.cloud.example\n"
			     "JP\n"
			     "*.Kobe.JP\n"
			     "!City.kobe.jp\n"
			     "a.b.inner.test\n"
			     "co.uk\n"
			     "// ===BEGIN PRIVATE DOMAINS===\n"
			     "github.io\n"
			     "under_score.net\n"
			     "\345\205\254\345\217\270.cn\n" /* two ideographs: "company" */
			     "\320\240\320\244\n"            /* two Cyrillic capitals */
			     "stra\303\237e.de\n"            /* sharp s stays itself */
			     "u\314\210ber.de\n"             /* u and a combining diaeresis */
			     "*.\303\251.fr\n"
			     "xn--fiqs8s"; /* no newline at the end */

static uint64_t next_random(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15U;
	return ed_hash_mix(*state);
}

static unsigned random_below(uint64_t *state, unsigned n)
{
	return (unsigned)(next_random(state) % n);
}

static struct ed_psl *parse_or_fail(struct ed_span text, uint64_t key)
{
	struct ed_psl_fault fault = { 0 };
	struct ed_psl *psl = NULL;

	assert_int_equal(ed_psl_parse(text, key, &fault, &psl), 0);
	assert_non_null(psl);
	assert_int_equal(fault.line, 0);
	return psl;
}

static unsigned suffix_of_last(const struct ed_psl *psl, const uint8_t *wire,
			       const uint8_t *label_off, unsigned n)
{
	unsigned n_looked;

	return ed_psl_suffix_labels(psl, wire, label_off, n, &n_looked);
}

static unsigned suffix_labels(const struct ed_psl *psl, const char *text)
{
	uint8_t label_off[ED_NAME_LABELS_MAX];
	unsigned n = 0, n_suffix, n_looked;
	struct ed_name name;
	uint8_t *wire;

	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_PLAIN, &name), 0);
	wire = malloc(name.n); /* exact, so that a read past either end is seen */
	assert_non_null(wire);
	ed_name_lower(name.wire, name.n, wire);
	for (unsigned i = 0; wire[i] != 0; i += wire[i] + 1U)
		label_off[n++] = (uint8_t)i;
	n_suffix = ed_psl_suffix_labels(psl, wire, label_off, n, &n_looked);
	if (n_looked <= n) /* then what lies further left changes nothing */
		assert_int_equal(n_suffix,
				 suffix_of_last(psl, wire, label_off + n - n_looked, n_looked));
	free(wire);
	return n_suffix;
}

/* Suffix labels under @sample. */
static const struct {
	const char *name;
	unsigned n_suffix;
} kinds[] = {
	{ "com", 1 },
	{ "example.com", 1 },
	{ "a.b.c.example.com", 1 },
	{ "a.com.x", 0 },
	{ "uk", 1 },
	{ "example.uk", 1 },
	{ "co.uk", 2 },
	{ "x.co.uk", 2 },
	{ "sch.uk", 2 },
	{ "x.sch.uk", 3 },
	{ "y.x.sch.uk", 3 },
	/* A wildcard's parent is a suffix as well; the exception and what is below it are not. */
	{ "ck", 1 },
	{ "x.ck", 2 },
	{ "y.x.ck", 2 },
	{ "www.ck", 1 },
	{ "y.www.ck", 1 },
	{ "cloud.example", 2 },
	{ "x.cloud.example", 3 },
	{ "deep.cloud.example", 3 },
	{ "x.deep.cloud.example", 4 },
	{ "y.x.deep.cloud.example", 4 },
	{ "example", 0 },
	{ "y.example", 0 },
	{ "kobe.jp", 2 },
	{ "x.kobe.jp", 3 },
	{ "city.kobe.jp", 2 },
	{ "x.city.KOBE.jp", 2 },
	/* Nodes on the way to a rule are no rules. */
	{ "test", 0 },
	{ "inner.test", 0 },
	{ "b.inner.test", 0 },
	{ "a.b.inner.test", 4 },
	{ "x.a.b.inner.test", 4 },
	{ "c.b.inner.test", 0 },
	{ "github.io", 2 },
	{ "user.github.io", 2 },
	{ "io", 0 },
	{ "x.io", 0 },
	{ "x.under_score.net", 2 },
	{ "xn--55qx5d.cn", 2 },
	{ "x.xn--55qx5d.cn", 2 },
	{ "cn", 0 },
	{ "x.xn--p1ai", 1 },
	{ "x.xn--strae-oqa.de", 2 },
	{ "x.strasse.de", 0 },
	{ "x.xn--ber-goa.de", 2 },
	{ "y.x.xn--9ca.fr", 3 },
	{ "x.xn--fiqs8s", 1 },
	{ "unknown", 0 },
	{ "co", 0 },
	{ "om", 0 },
	{ "acom", 0 },
	{ "uk.co", 0 },
};

static void test_rule_kinds(void **state)
{
	const uint64_t keys[] = { 0, 1, HASH_KEY, UINT64_MAX };

	(void)state;
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		struct ed_psl *psl = parse_or_fail(ed_span_str(sample), keys[k]);

		assert_int_equal(ed_psl_n_rules(psl), 21);
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			assert_int_equal(suffix_labels(psl, kinds[i].name), kinds[i].n_suffix);
		ed_psl_free(psl);
	}
}

/* An exception ends the search even where a longer rule was written below it. */
static void test_exception_wins(void **state)
{
	struct ed_psl *psl = parse_or_fail(ed_span_str("*.ck\n!www.ck\na.www.ck\nwww.ck\n"),
					   HASH_KEY);

	(void)state;
	assert_int_equal(suffix_labels(psl, "x.a.www.ck"), 1);
	assert_int_equal(suffix_labels(psl, "www.ck"), 1);
	ed_psl_free(psl);
}

/* Labels that share their last eight bytes, or all but the first byte of a long one. */
static void test_long_labels_differ(void **state)
{
	static const char text[] = "abcdefghi\nxabcdefghi\nq123456789012345678901234567890.uk\n"
				   "bcdefghi.uk\n";
	struct ed_psl *psl = parse_or_fail(ed_span_str(text), HASH_KEY);

	(void)state;
	assert_int_equal(suffix_labels(psl, "abcdefghi"), 1);
	assert_int_equal(suffix_labels(psl, "xabcdefghi"), 1);
	assert_int_equal(suffix_labels(psl, "zabcdefghi"), 0);
	assert_int_equal(suffix_labels(psl, "bcdefghi"), 0);
	assert_int_equal(suffix_labels(psl, "bcdefghi.uk"), 2);
	assert_int_equal(suffix_labels(psl, "abcdefghi.uk"), 0);
	assert_int_equal(suffix_labels(psl, "q123456789012345678901234567890.uk"), 2);
	assert_int_equal(suffix_labels(psl, "p123456789012345678901234567890.uk"), 0);
	assert_int_equal(suffix_labels(psl, "123456789012345678901234567890.uk"), 0);
	ed_psl_free(psl);
}

static void test_refused_rules(void **state)
{
	static const struct {
		const char *text;
		int reason;
		unsigned line;
	} cases[] = {
		{ "", ED_PSL_NO_RULES, 0 },
		{ "// only\n\n//comments\n", ED_PSL_NO_RULES, 3 },
		{ "com\na.*.uk\n", ED_PSL_BAD_WILDCARD, 2 },
		{ "com\n\n*.*.uk\n", ED_PSL_BAD_WILDCARD, 3 },
		{ "*", ED_PSL_BAD_WILDCARD, 1 },
		{ "*com", ED_PSL_BAD_WILDCARD, 1 },
		{ "x*.com", ED_PSL_BAD_WILDCARD, 1 },
		{ "!*.com", ED_PSL_BAD_WILDCARD, 1 },
		{ "\357\274\212.com", ED_PSL_BAD_WILDCARD, 1 }, /* full-width asterisk */
		{ "*.", ED_PSL_BAD_NAME, 1 },
		{ "*..com", ED_PSL_BAD_NAME, 1 },
		{ "!", ED_PSL_BAD_NAME, 1 },
		{ ".", ED_PSL_BAD_NAME, 1 },
		{ ".com", ED_PSL_BAD_NAME, 1 },
		{ "a..com", ED_PSL_BAD_NAME, 1 },
		{ "com\n!uk", ED_PSL_BAD_EXCEPTION, 2 },
		{ "!!a.uk", ED_PSL_BAD_BYTE, 1 },
		{ "a/b.com", ED_PSL_BAD_BYTE, 1 },
		{ "a\\.com", ED_PSL_BAD_BYTE, 1 },
		{ "a\033[2J.com", ED_PSL_BAD_BYTE, 1 },
		{ "a\177.com", ED_PSL_BAD_BYTE, 1 },
		{ "com\n\377\376.com", ED_PSL_BAD_BYTE, 2 },
		{ "\303.com", ED_PSL_BAD_BYTE, 1 },
		{ "\342\200\256x.com", ED_PSL_BAD_IDN, 1 }, /* right-to-left override */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ed_psl_fault fault = { .line = 77 };
		struct ed_psl *psl = NULL;
		struct ed_span text = ed_span_str(cases[i].text);

		assert_int_equal(ed_psl_parse(text, HASH_KEY, &fault, &psl), cases[i].reason);
		assert_int_equal(fault.line, cases[i].line);
		assert_non_null(fault.text);
		assert_null(psl);
		assert_int_equal(ed_psl_parse(text, HASH_KEY, NULL, &psl), cases[i].reason);
	}
}

/* @n times @part, with @head before; freed by the caller. */
static char *repeat(const char *head, const char *part, size_t n)
{
	size_t head_bytes = strlen(head), part_bytes = strlen(part);
	char *text = malloc(head_bytes + n * part_bytes + 1);

	assert_non_null(text);
	memcpy(text, head, head_bytes);
	for (size_t i = 0; i < n; i++)
		memcpy(text + head_bytes + i * part_bytes, part, part_bytes);
	text[head_bytes + n * part_bytes] = '\0';
	return text;
}

static void test_sizes(void **state)
{
	static const struct {
		const char *head, *part;
		size_t n;
		int reason;
	} cases[] = {
		{ "com\n", "a", 63, 0 },
		{ "com\n", "a", 64, ED_PSL_BAD_NAME },
		{ "com\n", "a.", 127, 0 },
		{ "com\n", "a.", 128, ED_PSL_BAD_NAME },
		{ "com\n*.", "a.", 127, 0 },
		{ "com\n", "a", ED_PSL_RULE_MAX_BYTES, ED_PSL_BAD_NAME },
		{ "com\n", "a", ED_PSL_RULE_MAX_BYTES + 1, ED_PSL_LINE_TOO_LONG },
		{ "com\n", "a", 1 << 20, ED_PSL_LINE_TOO_LONG },
		{ "com\n", "\345\205\254", 1 << 20, ED_PSL_LINE_TOO_LONG },
		{ "com\n", "\345\205\254", 300, ED_PSL_BAD_NAME },
		{ "com\n//", "a", 1 << 20, 0 },
		{ "com\nuk ", "a", 1 << 20, 0 },
		{ "com\n ", " ", 1 << 20, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = repeat(cases[i].head, cases[i].part, cases[i].n);
		struct ed_psl_fault fault = { .line = 77 };
		struct ed_psl *psl = NULL;

		assert_int_equal(ed_psl_parse(ed_span_str(text), HASH_KEY, &fault, &psl),
				 cases[i].reason);
		assert_int_equal(fault.line, cases[i].reason == 0 ? 77 : 2);
		ed_psl_free(psl);
		free(text);
	}
}

static void test_deepest_rule(void **state)
{
	char *text = repeat("", "a.", 127);
	struct ed_psl *psl = parse_or_fail(ed_span_str(text), HASH_KEY);

	(void)state;
	assert_int_equal(suffix_labels(psl, text), 127);
	assert_int_equal(suffix_labels(psl, text + 2), 0);
	ed_psl_free(psl);
	free(text);
}

static void test_too_many(void **state)
{
	enum { LINE_BYTES = 6 };
	char *text = malloc((size_t)ED_PSL_NODES_MAX * LINE_BYTES + 1);
	struct ed_psl_fault fault = { 0 };
	struct ed_psl *psl = NULL;

	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i < ED_PSL_NODES_MAX; i++)
		snprintf(text + (size_t)i * LINE_BYTES, LINE_BYTES + 1, "%05x\n", i);

	/* The root takes one of the nodes. */
	assert_int_equal(ed_psl_parse(ed_span_of(text, (ED_PSL_NODES_MAX - 1) * LINE_BYTES),
				      HASH_KEY, &fault, &psl),
			 0);
	assert_int_equal(ed_psl_n_rules(psl), ED_PSL_NODES_MAX - 1);
	for (unsigned i = 0; i < ED_PSL_NODES_MAX + 1000; i += 997) {
		char name[16];

		snprintf(name, sizeof(name), "x.%05x", i);
		assert_int_equal(suffix_labels(psl, name), i < ED_PSL_NODES_MAX - 1);
	}
	ed_psl_free(psl);
	assert_int_equal(ed_psl_parse(ed_span_of(text, ED_PSL_NODES_MAX * LINE_BYTES), HASH_KEY,
				      &fault, &psl),
			 ED_PSL_TOO_MANY);
	assert_int_equal(fault.line, ED_PSL_NODES_MAX);
	free(text);
}

/* An eight-byte label as the table hashes it: one number, the first byte lowest. */
static uint64_t hash_label(uint64_t suffix_hash, const char *label)
{
	uint64_t word = 0;

	for (unsigned i = 8; i-- > 0;)
		word = word << 8 | (uint8_t)label[i];
	return ed_hash_mix(suffix_hash ^ word);
}

/*
 * Who knows the key can write labels that all want the same slots, found here by trying; such a
 * list must not cost quadratic time.
 */
static void test_chosen_collisions(void **state)
{
	enum { N_LABELS = 400, LINE_BYTES = 9, HASH_MASK = 0xfff };
	struct ed_span list;
	char *text = malloc(N_LABELS * LINE_BYTES + 1);
	struct ed_psl_fault fault = { 0 };
	struct ed_psl *psl = NULL;
	unsigned n = 0;

	(void)state;
	assert_non_null(text);
	for (unsigned x = 0; n < N_LABELS; x++) {
		char *line = text + (size_t)n * LINE_BYTES;

		snprintf(line, LINE_BYTES + 1, "%08x\n", x);
		n += (hash_label(HASH_KEY, line) & HASH_MASK) == 0;
	}
	list = ed_span_of(text, N_LABELS * LINE_BYTES);
	assert_int_equal(ed_psl_parse(list, HASH_KEY, &fault, &psl), ED_PSL_CROWDED);
	assert_in_range(fault.line, 200, N_LABELS);
	psl = parse_or_fail(list, HASH_KEY + 1);
	assert_int_equal(ed_psl_n_rules(psl), N_LABELS);
	ed_psl_free(psl);
	free(text);
}

/* A rule is not found under another parent, even where the two suffixes hash to the same slot. */
static void test_chosen_parent(void **state)
{
	static const uint64_t seen_bits = 0xfffc03ff; /* what a small table looks at */
	static const char rule_parent[] = "00000000", leaf[] = "leaflabl";
	uint64_t want = hash_label(hash_label(HASH_KEY, rule_parent), leaf) & seen_bits;
	char parent[9], text[64], name[32];
	struct ed_psl *psl;
	unsigned x = 0;

	(void)state;
	do {
		x++;
		for (unsigned i = 0; i < 8; i++)
			parent[i] = "0123456789abcdef"[x >> 4 * i & 15];
		parent[8] = '\0';
	} while ((hash_label(hash_label(HASH_KEY, parent), leaf) & seen_bits) != want);
	snprintf(text, sizeof(text), "%s.%s\nother.%s\n", leaf, rule_parent, parent);
	psl = parse_or_fail(ed_span_str(text), HASH_KEY);
	snprintf(name, sizeof(name), "%s.%s", leaf, rule_parent);
	assert_int_equal(suffix_labels(psl, name), 2);
	snprintf(name, sizeof(name), "%s.%s", leaf, parent);
	assert_int_equal(suffix_labels(psl, name), 0);
	ed_psl_free(psl);
}

/* Whatever the bytes, the answer is a table or a reason. */
static void test_binary_lists(void **state)
{
	uint64_t seed = 4;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t n = random_below(&seed, sizeof(sample));
		uint8_t *text = malloc(n + 1);
		struct ed_psl_fault fault = { 0 };
		struct ed_psl *psl = NULL;
		bool mutate = i % 2 == 0;
		int r;

		assert_non_null(text);
		for (size_t k = 0; k < n; k++)
			text[k] = mutate ? (uint8_t)sample[k] : (uint8_t)next_random(&seed);
		for (unsigned k = random_below(&seed, 3); mutate && n > 0 && k > 0; k--)
			text[random_below(&seed, (unsigned)n)] = (uint8_t)next_random(&seed);
		r = ed_psl_parse(ed_span_of(text, n), HASH_KEY, &fault, &psl);
		assert_in_range(r, 0, ED_PSL_CROWDED);
		assert_true((r == 0) == (psl != NULL));
		assert_true((r > 0) == (fault.text != NULL));
		if (psl)
			assert_in_range(suffix_labels(psl, "a.b.example.com"), 0, 4);
		ed_psl_free(psl);
		free(text);
	}
}

static void test_files(void **state)
{
	struct ed_psl_fault fault = { .line = 77 };
	struct ed_psl *psl = NULL;

	(void)state;
	assert_int_equal(ed_psl_load("/nonexistent/list.dat", HASH_KEY, &fault, &psl), -ENOENT);
	assert_int_equal(ed_psl_load("/", HASH_KEY, &fault, &psl), -EISDIR);
	assert_int_equal(ed_psl_load("/dev/zero", HASH_KEY, &fault, &psl), -EFBIG);
	assert_int_equal(fault.line, 77);
	assert_int_equal(ed_psl_parse(ed_span_of(sample, ED_PSL_FILE_MAX_BYTES + 1), HASH_KEY,
				      &fault, &psl),
			 -EFBIG);
	assert_int_equal(ed_psl_load("/dev/null", HASH_KEY, &fault, &psl), ED_PSL_NO_RULES);
	assert_int_equal(fault.line, 0);
	assert_null(psl);
	ed_psl_free(NULL);
}

static void test_installed_list(void **state)
{
	struct ed_psl_fault fault = { 0 };
	struct ed_psl *psl = NULL;

	(void)state;
	assert_int_equal(ed_psl_load(ed_psl_default_path(), HASH_KEY, &fault, &psl), 0);
	assert_in_range(ed_psl_n_rules(psl), 5000, 100000);
	assert_int_equal(suffix_labels(psl, "www.example.com"), 1);
	assert_int_equal(suffix_labels(psl, "www.example.co.uk"), 2);
	assert_int_equal(suffix_labels(psl, "user.github.io"), 2);
	assert_int_equal(suffix_labels(psl, "x.y.ck"), 2);
	assert_int_equal(suffix_labels(psl, "x.www.ck"), 1);
	assert_int_equal(suffix_labels(psl, "x.xn--55qx5d.cn"), 2);
	ed_psl_free(psl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule_kinds),
		cmocka_unit_test(test_exception_wins),
		cmocka_unit_test(test_long_labels_differ),
		cmocka_unit_test(test_refused_rules),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_deepest_rule),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_chosen_collisions),
		cmocka_unit_test(test_chosen_parent),
		cmocka_unit_test(test_binary_lists),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_installed_list),
	};

	return cmocka_run_group_tests_name("psl", tests, NULL, NULL);
}
