/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zone cuts. Outside arpa libpsl is the oracle, on the installed list: every rule, every rule with
 * labels before it, and a million random names with a fixed seed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <idn2.h>
#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/name.h"
#include "enrich/psl.h"
#include "enrich/zone.h"

enum {
	N_RANDOM = 1000000,
	N_RULES_MAX = 100000,
	NAME_CHARS = 254, /* the longest name of host bytes as text */
};

/* What all tests here share: the list, read by us and by libpsl, and its rules as ASCII names. */
struct fixture {
	struct ed_psl *psl;
	psl_ctx_t *oracle;
	char **rules; /* without "!" and "*." */
	unsigned n_rules;
};

static uint64_t next_random(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15U;
	return ed_hash_mix(*state);
}

static unsigned random_below(uint64_t *state, unsigned n)
{
	return (unsigned)(next_random(state) % n);
}

/* The rule on @line in A-labels; NULL when there is none. */
static char *rule_name(char *line)
{
	char *name = NULL;

	line[strcspn(line, " \t\r\n")] = '\0';
	if (line[0] == '\0' || strncmp(line, "//", 2) == 0)
		return NULL;
	line += line[0] == '!';
	line += strncmp(line, "*.", 2) == 0 ? 2 : 0;
	assert_int_equal(idn2_to_ascii_8z(line, &name, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL),
			 IDN2_OK);
	return name;
}

static int set_up(void **state)
{
	struct fixture *fix = calloc(1, sizeof(*fix));
	FILE *file = fopen(ed_psl_default_path(), "re");
	struct ed_psl_fault fault;
	char line[1024];

	assert_non_null(fix);
	assert_non_null(file);
	fix->rules = calloc(N_RULES_MAX, sizeof(*fix->rules));
	assert_non_null(fix->rules);
	while (fgets(line, sizeof(line), file)) {
		char *name = rule_name(line);

		if (!name)
			continue;
		assert_in_range(fix->n_rules, 0, N_RULES_MAX - 1);
		fix->rules[fix->n_rules++] = name;
	}
	fclose(file);
	assert_int_equal(ed_psl_load(ed_psl_default_path(), 99, &fault, &fix->psl), 0);
	fix->oracle = psl_load_file(ed_psl_default_path());
	assert_non_null(fix->oracle);
	*state = fix;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fix = *state;

	for (unsigned i = 0; i < fix->n_rules; i++)
		idn2_free(fix->rules[i]);
	free(fix->rules);
	psl_free(fix->oracle);
	ed_psl_free(fix->psl);
	free(fix);
	return 0;
}

/* Cuts @text and gives the zone as text. */
static struct ed_zone_cut cut_text(const struct fixture *fix, struct ed_span text, char *ret_zone)
{
	struct ed_name name;
	struct ed_zone_cut cut;
	uint8_t *wire;

	assert_int_equal(ed_name_from_text(text, ED_NAME_MASTER, &name), 0);
	wire = malloc(name.n); /* exact, so that a read past either end is seen */
	assert_non_null(wire);
	ed_name_lower(name.wire, name.n, wire);
	memset(&cut, 0xff, sizeof(cut));
	ed_zone_cut(fix->psl, ed_span_of(wire, name.n), &cut);
	assert_in_range(cut.off, 0, name.n - 1);
	assert_in_range(cut.kind, ED_ZONE_NONE, ED_ZONE_N - 1);
	assert_true(ed_name_valid(ed_span_of(wire + cut.off, name.n - cut.off)));
	assert_int_equal(ed_name_labels(ed_span_of(wire, name.n)) -
				 ed_name_labels(ed_span_of(wire + cut.off, name.n - cut.off)),
			 cut.n_labels_below);
	ed_name_to_text(ed_span_of(wire + cut.off, name.n - cut.off), ret_zone);
	free(wire);
	return cut;
}

/* @text: a name in lower case, without a trailing dot, not under arpa. */
static void compare_with_oracle(const struct fixture *fix, const char *text)
{
	const char *registrable = psl_registrable_domain(fix->oracle, text);
	char zone[ED_NAME_TEXT_MAX + 1];
	struct ed_zone_cut cut = cut_text(fix, ed_span_str(text), zone);

	if (registrable) {
		assert_string_equal(zone, registrable);
		assert_true(cut.kind == ED_ZONE_REGISTRABLE || cut.kind == ED_ZONE_UNLISTED);
	} else {
		assert_string_equal(zone, text);
		assert_true(cut.kind == ED_ZONE_SUFFIX || cut.kind == ED_ZONE_SINGLE);
	}
	if (cut.kind == ED_ZONE_SUFFIX || cut.kind == ED_ZONE_SINGLE) {
		int type = PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE;

		/* Only the implied "*" makes an unlisted single label a suffix. */
		assert_int_equal(psl_is_public_suffix2(fix->oracle, text, type),
				 cut.kind == ED_ZONE_SUFFIX);
	}
}

static bool is_arpa(const char *name)
{
	size_t n = strlen(name);

	return strcmp(name, "arpa") == 0 || (n > 5 && strcmp(name + n - 5, ".arpa") == 0);
}

static void test_every_rule(void **state)
{
	struct fixture *fix = *state;
	unsigned n_compared = 0;

	/* Fewer only where the list says the same thing twice. */
	assert_in_range(ed_psl_n_rules(fix->psl), fix->n_rules - 50, fix->n_rules);
	for (unsigned i = 0; i < fix->n_rules; i++) {
		static const char *const prefixes[] = { "",
							"a.",
							"_dmarc.",
							"www.example.",
							"xn--55qx5d.a-long-label-with-hyphens.",
							"x.y.z.a.b.c." };
		char text[NAME_CHARS + 1];

		if (is_arpa(fix->rules[i]))
			continue;
		for (size_t k = 0; k < sizeof(prefixes) / sizeof(prefixes[0]); k++) {
			snprintf(text, sizeof(text), "%s%s", prefixes[k], fix->rules[i]);
			compare_with_oracle(fix, text);
			n_compared++;
		}
	}
	assert_in_range(n_compared, 6 * (fix->n_rules - 20), 6 * fix->n_rules);
}

static unsigned put_label(uint64_t *state, char *ret)
{
	static const char host_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned n = 1 + random_below(state, random_below(state, 8) == 0 ? 63 : 10);

	for (unsigned i = 0; i < n; i++)
		ret[i] = host_bytes[random_below(state, sizeof(host_bytes) - 1)];
	return n;
}

/*
 * Labels of chance before a rule, before the tail of a rule (siblings of rules), or before a
 * top-level domain of chance; a label of another rule now and then, for near hits.
 */
static void random_text(const struct fixture *fix, uint64_t *state, char *ret)
{
	unsigned source = random_below(state, 8);
	const char *rule = fix->rules[random_below(state, fix->n_rules)];
	const char *other = fix->rules[random_below(state, fix->n_rules)];
	char tail[NAME_CHARS + 1];
	unsigned n = 0;

	if (source == 0)
		tail[put_label(state, tail)] = '\0';
	else
		snprintf(tail, sizeof(tail), "%s", rule);
	if (source >= 6 && strchr(tail, '.'))
		memmove(tail, strchr(tail, '.') + 1, strlen(strchr(tail, '.')));
	for (unsigned n_labels = random_below(state, 5); n_labels > 0; n_labels--) {
		if (n + 65 + strlen(tail) > NAME_CHARS)
			break;
		if (source == 5 && n_labels == 1)
			n += (unsigned)snprintf(ret + n, 65, "%.*s", (int)strcspn(other, "."),
						other);
		else
			n += put_label(state, ret + n);
		ret[n++] = '.';
	}
	memcpy(ret + n, tail, strlen(tail) + 1);
}

static void test_random_names(void **state)
{
	struct fixture *fix = *state;
	unsigned n_compared = 0;
	uint64_t seed = 5;

	for (unsigned i = 0; i < N_RANDOM; i++) {
		char text[NAME_CHARS + 66];

		random_text(fix, &seed, text);
		if (is_arpa(text))
			continue;
		compare_with_oracle(fix, text);
		n_compared++;
	}
	assert_in_range(n_compared, N_RANDOM - N_RANDOM / 100, N_RANDOM);
}

struct cut_case {
	const char *name;
	const char *zone;
	unsigned n_labels_below;
	enum ed_zone_kind kind;
};

static void check_cases(const struct fixture *fix, const struct cut_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char zone[ED_NAME_TEXT_MAX + 1];
		struct ed_zone_cut cut = cut_text(fix, ed_span_str(cases[i].name), zone);

		assert_string_equal(zone, cases[i].zone);
		assert_int_equal(cut.n_labels_below, cases[i].n_labels_below);
		assert_int_equal(cut.kind, cases[i].kind);
	}
}

static void test_named_cases(void **state)
{
	static const struct cut_case cases[] = {
		{ ".", ".", 0, ED_ZONE_NONE },
		{ "com", "com", 0, ED_ZONE_SUFFIX },
		{ "co.uk", "co.uk", 0, ED_ZONE_SUFFIX },
		{ "github.io.", "github.io", 0, ED_ZONE_SUFFIX },
		{ "wpad", "wpad", 0, ED_ZONE_SINGLE },
		{ "_x", "_x", 0, ED_ZONE_SINGLE },
		{ "example.com", "example.com", 0, ED_ZONE_REGISTRABLE },
		{ "A.B.Example.CO.UK.", "example.co.uk", 2, ED_ZONE_REGISTRABLE },
		{ "_dmarc.example.co.uk", "example.co.uk", 1, ED_ZONE_REGISTRABLE },
		{ "_sip._tcp.example.co.uk", "example.co.uk", 2, ED_ZONE_REGISTRABLE },
		{ "payload.user.github.io", "user.github.io", 1, ED_ZONE_REGISTRABLE },
		{ "x.www.ck", "www.ck", 1, ED_ZONE_REGISTRABLE },
		{ "y.x.ck", "y.x.ck", 0, ED_ZONE_REGISTRABLE },
		{ "a.b.XN--55QX5D.cn", "b.xn--55qx5d.cn", 1, ED_ZONE_REGISTRABLE },
		{ "a.b.xn--p1ai", "b.xn--p1ai", 1, ED_ZONE_REGISTRABLE },
		{ "printer.local", "printer.local", 0, ED_ZONE_UNLISTED },
		{ "a.b.printer.local", "printer.local", 2, ED_ZONE_UNLISTED },
		/* A dot inside a label splits nothing. */
		{ "a.example\\.co.uk", "example\\.co.uk", 1, ED_ZONE_REGISTRABLE },
		{ "co\\.uk", "co\\.uk", 0, ED_ZONE_SINGLE },
		{ "\\000.com", "\\000.com", 0, ED_ZONE_REGISTRABLE },
		{ "com\\000", "com\\000", 0, ED_ZONE_SINGLE },
		{ "\\000com", "\\000com", 0, ED_ZONE_SINGLE },
	};

	check_cases(*state, cases, sizeof(cases) / sizeof(cases[0]));
}

static void test_arpa(void **state)
{
	static const char nibbles_32[] = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
					 "0.0.0.0.ip6.arpa";
	static const struct cut_case cases[] = {
		{ "arpa", "arpa", 0, ED_ZONE_ARPA },
		{ "in-addr.arpa", "in-addr.arpa", 0, ED_ZONE_REVERSE },
		{ "10.in-addr.arpa", "10.in-addr.arpa", 0, ED_ZONE_REVERSE },
		{ "0.10.in-addr.arpa", "0.10.in-addr.arpa", 0, ED_ZONE_REVERSE },
		{ "2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa", 0, ED_ZONE_REVERSE },
		{ "7.2.0.192.IN-ADDR.ARPA", "2.0.192.in-addr.arpa", 1, ED_ZONE_REVERSE },
		{ "7.0/25.2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa", 2, ED_ZONE_REVERSE },
		{ "b._dns-sd._udp.0.2.0.192.in-addr.arpa.", "2.0.192.in-addr.arpa", 4,
		  ED_ZONE_REVERSE },
		{ "ip6.arpa", "ip6.arpa", 0, ED_ZONE_REVERSE },
		{ "2.ip6.arpa", "2.ip6.arpa", 0, ED_ZONE_REVERSE },
		{ "b.d.0.1.0.0.2.ip6.arpa", "b.d.0.1.0.0.2.ip6.arpa", 0, ED_ZONE_REVERSE },
		{ nibbles_32, "8.b.d.0.1.0.0.2.0.0.0.0.ip6.arpa", 20, ED_ZONE_REVERSE },
		{ "e164.arpa", "e164.arpa", 0, ED_ZONE_ARPA },
		{ "4.e164.arpa", "4.e164.arpa", 0, ED_ZONE_ARPA },
		{ "9.8.7.4.e164.arpa", "4.e164.arpa", 3, ED_ZONE_ARPA },
		{ "home.arpa", "home.arpa", 0, ED_ZONE_ARPA },
		{ "b.a.home.arpa", "a.home.arpa", 1, ED_ZONE_ARPA },
		{ "a.b.ip7.arpa", "b.ip7.arpa", 1, ED_ZONE_ARPA },
		/* Only the top-level domain counts. */
		{ "7.2.0.192.in-addr.arpa.com", "arpa.com", 5, ED_ZONE_REGISTRABLE },
		{ "a.in-addr\\.arpa", "a.in-addr\\.arpa", 0, ED_ZONE_UNLISTED },
		{ "a.b.in-addr.xarpa", "in-addr.xarpa", 2, ED_ZONE_UNLISTED },
	};

	check_cases(*state, cases, sizeof(cases) / sizeof(cases[0]));
}

static void test_unknown_name(void **state)
{
	struct fixture *fix = *state;
	struct ed_zone_cut cut;

	memset(&cut, 0xff, sizeof(cut));
	ed_zone_cut(fix->psl, ed_span_of("", 0), &cut);
	assert_int_equal(cut.kind, ED_ZONE_NONE);
	assert_int_equal(cut.off, 0);
	assert_int_equal(cut.n_labels_below, 0);
}

/* 127 labels, on the list, off it and in the reverse tree. */
static void test_most_labels(void **state)
{
	static const struct {
		const char *tail, *zone;
		unsigned n_prefix, n_below;
		enum ed_zone_kind kind;
	} cases[] = {
		{ "a.b", "a.b", 125, 125, ED_ZONE_UNLISTED },
		{ "co.uk", "a.co.uk", 124, 123, ED_ZONE_REGISTRABLE },
		{ "in-addr.arpa", "a.a.a.in-addr.arpa", 120, 117, ED_ZONE_REVERSE },
	};
	struct fixture *fix = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[ED_NAME_MAX + 1], zone[ED_NAME_TEXT_MAX + 1];
		struct ed_zone_cut cut;
		unsigned n = 0;

		for (; n < 2 * cases[i].n_prefix; n += 2)
			memcpy(text + n, "a.", 2);
		snprintf(text + n, sizeof(text) - n, "%s", cases[i].tail);
		cut = cut_text(fix, ed_span_str(text), zone);
		assert_string_equal(zone, cases[i].zone);
		assert_int_equal(cut.n_labels_below, cases[i].n_below);
		assert_int_equal(cut.kind, cases[i].kind);
	}
}

/* The cut depends on neither the case of the name, once lowered, nor the key of the hash. */
static void test_case_and_key(void **state)
{
	struct fixture *fix = *state;
	struct fixture other = *fix;
	struct ed_psl_fault fault;
	uint64_t seed = 6;

	assert_int_equal(ed_psl_load(ed_psl_default_path(), 0x1234567890abcdef, &fault, &other.psl),
			 0);
	for (unsigned i = 0; i < 20000; i++) {
		char text[NAME_CHARS + 66];
		char zone[ED_NAME_TEXT_MAX + 1], other_zone[ED_NAME_TEXT_MAX + 1];
		struct ed_zone_cut cut, other_cut;

		random_text(fix, &seed, text);
		cut = cut_text(fix, ed_span_str(text), zone);
		for (char *c = text; *c; c++) {
			if (*c >= 'a' && *c <= 'z' && random_below(&seed, 2) == 0)
				*c = (char)(*c - 32);
		}
		other_cut = cut_text(&other, ed_span_str(text), other_zone);
		assert_memory_equal(&cut, &other_cut, sizeof(cut));
		assert_string_equal(zone, other_zone);
	}
	ed_psl_free(other.psl);
}

/* A zone that decides is the zone of every longer name, whatever stands before it. */
static void test_decides(void **state)
{
	static const char *const before[] = { "a", "www", "*", "city", "a.b.c", "co.uk" };
	struct fixture *fix = *state;
	char text[NAME_CHARS + 66], zone[ED_NAME_TEXT_MAX + 1];
	unsigned n_decide = 0;
	uint64_t seed = 9;

	for (unsigned i = 0; i < 20000; i++) {
		char more[NAME_CHARS + 80], same[ED_NAME_TEXT_MAX + 1];
		struct ed_zone_cut cut;

		random_text(fix, &seed, text);
		if (!cut_text(fix, ed_span_str(text), zone).decides)
			continue;
		n_decide++;
		(void)snprintf(more, sizeof(more), "%s.%.60s", before[i % 6], zone);
		if (strlen(zone) > 60)
			continue;
		cut = cut_text(fix, ed_span_str(more), same);
		assert_string_equal(same, zone);
		assert_int_equal(cut.kind, ED_ZONE_REGISTRABLE);
		assert_true(cut.decides);
	}
	assert_true(n_decide > 1000);
	/* under these there are rules, so a name further left may be cut elsewhere */
	assert_false(cut_text(fix, ed_span_str("kobe.jp"), zone).decides);
	assert_false(cut_text(fix, ed_span_str("x.compute.amazonaws.com"), zone).decides);
	assert_true(cut_text(fix, ed_span_str("www.example.com"), zone).decides);
	assert_false(cut_text(fix, ed_span_str("printer.local"), zone).decides);
	assert_false(cut_text(fix, ed_span_str("4.3.2.1.in-addr.arpa"), zone).decides);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_rule),   cmocka_unit_test(test_random_names),
		cmocka_unit_test(test_named_cases),  cmocka_unit_test(test_arpa),
		cmocka_unit_test(test_unknown_name), cmocka_unit_test(test_most_labels),
		cmocka_unit_test(test_case_and_key), cmocka_unit_test(test_decides),
	};

	return cmocka_run_group_tests_name("zone", tests, set_up, tear_down);
}
