/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The book and the words of an alert: one incident a key, that only ever gets graver; the same
 * finding has the same identifier wherever it is made; whatever the numbers and names are, the text
 * is short and printable.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "alert/book.h"
#include "alert/explain.h"
#include "base/time.h"

static const struct ed_name sample = { .n = 3, .wire = { 1, 'x', 0 } };

/* A finding about the client 192.0.2.<key> and t.example. */
static struct ed_finding finding(uint64_t key, enum ed_level level, float score_bits)
{
	struct ed_finding f = {
		.key_hash = key,
		.analytic = "AN1124",
		.analytic_name = "Network Devices",
		.analytic_version = 1,
		.level = (uint8_t)level,
		.verdict = ED_VERDICT_SCORE,
		.common_parent = true,
		.score_bits = score_bits,
		.n_evidence = 3,
		.evidence = { { .family = "content", .bits = 9 },
			      { .family = "volume", .bits = 8 },
			      { .family = "structure", .bits = 3 } },
		.client = { .b = { [10] = 0xff, 0xff, 192, 0, 2, (uint8_t)key } },
		.n_clients = 1,
		.first_ns = 1000 * ED_NS_PER_S,
		.last_ns = 1060 * ED_NS_PER_S,
		.info_bytes = 5000,
		.n_queries = 100,
		.n_names = 90,
		.formats = 1,
		.n_samples = 1,
		.samples = &sample,
		.n_tunables = 1,
		.tunables = { { .name = "QueryRatePerClient", .value = "20/s" } },
	};

	assert_int_equal(ed_name_from_text(ed_span_str("t.example"), ED_NAME_PLAIN, &f.domain), 0);
	return f;
}

static void note(struct ed_book *b, uint64_t key, enum ed_level level, float score_bits)
{
	struct ed_finding f = finding(key, level, score_bits);

	ed_book_note(b, &f);
}

static const struct ed_alert *alert_of(const struct ed_book *b, uint64_t key)
{
	for (uint32_t i = 0; i < b->n; i++) {
		if (b->keys[i] == key)
			return &b->alerts[i];
	}
	return NULL;
}

/* ------------------------------------------------------------------- book */

static void test_one_incident_a_key(void **state)
{
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 8), 0);
	for (unsigned i = 0; i < 30; i++)
		note(&b, i % 3, ED_LEVEL_MEDIUM, 1);
	assert_int_equal(b.n, 3);
	for (uint64_t key = 0; key < 3; key++) {
		assert_non_null(alert_of(&b, key));
		assert_int_equal(alert_of(&b, key)->sequence, 10);
		assert_int_equal(alert_of(&b, key)->client.b[15], key);
	}
	assert_int_equal(b.n_displaced + b.n_refused, 0);
	ed_book_done(&b);
}

static void test_later_finding_is_the_word_that_counts(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_LOW, -2);
	struct ed_book b;
	char id[ED_ALERT_ID_TEXT];

	(void)state;
	assert_int_equal(ed_book_init(&b, 8), 0);
	ed_book_note(&b, &f);
	assert_int_equal(b.alerts[0].level, ED_LEVEL_LOW);
	memcpy(id, b.alerts[0].id, sizeof(id));
	f.level = ED_LEVEL_HIGH;
	f.score_bits = 3;
	f.n_queries = 400;
	f.last_ns += 60 * ED_NS_PER_S;
	ed_book_note(&b, &f);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.alerts[0].level, ED_LEVEL_HIGH);
	assert_true(b.alerts[0].score_bits == 3);
	assert_int_equal(b.alerts[0].n_queries, 400);
	assert_int_equal(b.alerts[0].end_ns, f.last_ns);
	assert_int_equal(b.alerts[0].raised_ns, f.last_ns);
	assert_int_equal(b.alerts[0].sequence, 2);
	assert_string_equal(b.alerts[0].id, id);
	ed_book_done(&b);
}

/* What was said is not taken back; the figures of the incident still grow. */
static void test_level_never_falls(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_HIGH, 4);
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 8), 0);
	ed_book_note(&b, &f);
	f.level = ED_LEVEL_LOW;
	f.score_bits = -5;
	f.n_queries = 9000;
	f.formats = 4;
	f.last_ns += ED_NS_PER_S;
	ed_book_note(&b, &f);
	f.n_queries = 8000;
	f.last_ns -= 30 * ED_NS_PER_S;
	ed_book_note(&b, &f);
	assert_int_equal(b.alerts[0].level, ED_LEVEL_HIGH);
	assert_true(b.alerts[0].score_bits == 4);
	assert_int_equal(b.alerts[0].sequence, 1);
	assert_int_equal(b.alerts[0].n_queries, 9000);
	assert_int_equal(b.alerts[0].end_ns, 1061 * ED_NS_PER_S);
	assert_int_equal(b.alerts[0].formats, 5);
	f = finding(7, ED_LEVEL_MEDIUM, 8); /* nor for a higher score */
	ed_book_note(&b, &f);
	assert_int_equal(b.alerts[0].level, ED_LEVEL_HIGH);
	assert_true(b.alerts[0].score_bits == 4);
	for (unsigned i = 0; i < 40; i++) { /* nor by a little each time */
		f = finding(7, ED_LEVEL_HIGH, b.alerts[0].score_bits - 0.75f);
		ed_book_note(&b, &f);
	}
	assert_true(b.alerts[0].score_bits >= 3);
	ed_book_done(&b);
}

static void test_full_book_keeps_the_graver(void **state)
{
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 4), 0);
	note(&b, 1, ED_LEVEL_MEDIUM, 0.5f);
	note(&b, 2, ED_LEVEL_LOW, -1);
	note(&b, 3, ED_LEVEL_CRITICAL, 5);
	note(&b, 4, ED_LEVEL_LOW, -3);
	note(&b, 5, ED_LEVEL_LOW, -4); /* the least of all */
	assert_int_equal(b.n_refused, 1);
	assert_null(alert_of(&b, 5));
	note(&b, 6, ED_LEVEL_LOW, -2); /* graver than 4 by its score */
	assert_null(alert_of(&b, 4));
	note(&b, 7, ED_LEVEL_HIGH, -9); /* the level comes first */
	assert_null(alert_of(&b, 6));
	note(&b, 8, ED_LEVEL_LOW, 9);
	assert_null(alert_of(&b, 2));
	assert_int_equal(b.n, 4);
	assert_int_equal(b.n_displaced, 3);
	assert_int_equal(alert_of(&b, 8)->sequence, 1);
	assert_non_null(alert_of(&b, 1));
	assert_non_null(alert_of(&b, 3));
	assert_non_null(alert_of(&b, 7));
	ed_book_done(&b);
}

/* Whatever comes in whatever order, the gravest four stay. */
static void test_flood_does_not_displace_the_grave(void **state)
{
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 4), 0);
	for (uint64_t key = 1; key <= 2000; key++)
		note(&b, key, key % 500 == 0 ? ED_LEVEL_CRITICAL : ED_LEVEL_MEDIUM, 1);
	assert_int_equal(b.n, 4);
	for (uint64_t key = 500; key <= 2000; key += 500)
		assert_non_null(alert_of(&b, key));
	ed_book_done(&b);
}

/* --------------------------------------------------------------- identity */

static void alert(const struct ed_finding *f, struct ed_alert *ret)
{
	ed_alert_from_finding(f, ret);
}

static void assert_uuid_v8(const char *id)
{
	assert_int_equal(strlen(id), ED_ALERT_ID_TEXT - 1);
	for (size_t i = 0; id[i]; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23)
			assert_int_equal(id[i], '-');
		else
			assert_non_null(strchr("0123456789abcdef", id[i]));
	}
	assert_int_equal(id[14], '8');
	assert_non_null(strchr("89ab", id[19]));
}

static void test_identity(void **state)
{
	struct ed_finding f[8];
	struct ed_alert a[8];

	(void)state;
	for (size_t i = 0; i < 8; i++)
		f[i] = finding(7, ED_LEVEL_HIGH, 4);
	/* what the incident is */
	f[1].client.b[15]++;
	assert_int_equal(ed_name_from_text(ed_span_str("u.example"), ED_NAME_PLAIN, &f[2].domain),
			 0);
	f[3].first_ns++;
	f[4].analytic = "AN1122";
	f[5].analytic_version++;
	/* and what it is not */
	f[6].key_hash = 99;
	f[6].level = ED_LEVEL_LOW;
	f[6].score_bits = -3;
	f[6].last_ns += 1000;
	f[6].n_queries = 7;
	f[6].info_bytes = 1;
	memset(f[7].domain.wire + f[7].domain.n, 0xaa, ED_NAME_MAX - f[7].domain.n);
	for (size_t i = 0; i < 8; i++) {
		alert(&f[i], &a[i]);
		assert_uuid_v8(a[i].id);
		for (size_t j = 0; j < i && i < 6; j++)
			assert_string_not_equal(a[i].id, a[j].id);
	}
	assert_string_equal(a[6].id, a[0].id);
	assert_string_equal(a[7].id, a[0].id);
}

/* Many incidents, many identifiers: every nibble but the fixed one varies. */
static void test_identity_spreads(void **state)
{
	unsigned seen[ED_ALERT_ID_TEXT] = { 0 };
	struct ed_alert a;

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		struct ed_finding f = finding(i, ED_LEVEL_HIGH, 4);

		alert(&f, &a);
		for (size_t j = 0; j < ED_ALERT_ID_TEXT - 1; j++)
			seen[j] |= 1U << (a.id[j] <= '9' ? a.id[j] & 15 : a.id[j] - 'a' + 10);
	}
	for (size_t j = 0; j < ED_ALERT_ID_TEXT - 1; j++) {
		if (j == 14 || a.id[j] == '-')
			continue;
		assert_int_equal(seen[j], j == 19 ? 0x0f00 : 0xffff);
	}
}

/* ------------------------------------------------------------------ words */

static void assert_text(const char *text, size_t max)
{
	size_t n = strnlen(text, max);

	assert_in_range(n, 1, max - 1);
	for (size_t i = 0; i < n; i++)
		assert_in_range(text[i], ' ', '~');
}

static void assert_well_formed(const struct ed_alert *a)
{
	assert_text(a->summary, sizeof(a->summary));
	assert_text(a->counterfactual, sizeof(a->counterfactual));
	assert_in_range(a->risk, 0, 100);
	assert_uuid_v8(a->id);
}

static void add_fact(struct ed_finding *f, const char *family, const char *name, double value)
{
	for (uint32_t i = 0; i < f->n_evidence; i++) {
		if (strcmp(f->evidence[i].family, family) == 0)
			ed_evidence_fact(&f->evidence[i], name, value);
	}
}

/* Every number that the words are made of, set to @v. */
static struct ed_finding extreme(double v)
{
	static const char *const structure_facts[] = {
		"new_names_share",      "rare_types_share",          "txt_share",
		"cname_mx_srv_share",   "answer_payload_bytes_mean", "ttl_3s_or_less_share",
		"failed_share",         "hidden_bytes_share",        "same_address_share",
		"answer_payload_bytes",
	};
	static const char *const content_facts[] = { "alphabet_share", "names_scored",
						     "names_encoded", "likelihood_ratio_bits" };
	struct ed_finding f = finding(7, ED_LEVEL_HIGH, (float)v);

	for (size_t i = 0; i < sizeof(structure_facts) / sizeof(structure_facts[0]); i++)
		add_fact(&f, "structure", structure_facts[i], v);
	for (size_t i = 0; i < sizeof(content_facts) / sizeof(content_facts[0]); i++)
		add_fact(&f, "content", content_facts[i], v);
	add_fact(&f, "volume", "burst_above_query_rate_per_client", 1);
	add_fact(&f, "volume", "peak_queries_per_s", v);
	f.discount_bits = (float)v;
	f.info_bytes = v;
	f.answer_bytes = v;
	for (uint32_t i = 0; i < f.n_evidence; i++)
		f.evidence[i].bits = (float)fabs(v);
	return f;
}

static void test_extreme_numbers(void **state)
{
	static const double values[] = { NAN, INFINITY, -INFINITY, DBL_MAX / 4, -DBL_MAX, DBL_MIN,
					 0,   -1,       1e19,      FLT_MAX,     0.5,      1 };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]) * 8; i++) {
		/* the score is a float: as large as one can be */
		struct ed_finding f = extreme(values[i / 8]);
		struct ed_alert a;

		f.common_parent = i & 1;
		f.verdict = i & 2 ? ED_VERDICT_BOUND : ED_VERDICT_SCORE;
		if (i & 4) {
			f.first_ns = INT64_MIN;
			f.last_ns = INT64_MAX;
			f.n_names = f.n_queries = UINT64_MAX;
			f.n_clients = UINT32_MAX;
		}
		alert(&f, &a);
		assert_well_formed(&a);
		assert_int_equal(a.window_s, i & 4 ? UINT32_MAX : 60);
		assert_int_equal(a.n_names, i & 4 ? UINT32_MAX : 90);
	}
}

static void test_numbers_that_are_counts(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_HIGH, 4);
	struct ed_alert a;

	(void)state;
	f.info_bytes = NAN;
	f.answer_bytes = -5;
	alert(&f, &a);
	assert_int_equal(a.bytes_up, 0);
	assert_int_equal(a.bytes_down, 0);
	f.info_bytes = INFINITY;
	f.answer_bytes = 1234.9;
	alert(&f, &a);
	assert_true(a.bytes_up == UINT64_MAX);
	assert_int_equal(a.bytes_down, 1234);
	f.last_ns = f.first_ns - 5; /* cannot be, and would be said as a minus */
	alert(&f, &a);
	assert_int_equal(a.window_s, 0);
}

/* Bytes of the attacker's choosing: they go to the sinks as they are, and into no sentence. */
static void test_hostile_names(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_HIGH, 4), tame = f;
	struct ed_name names[ED_ALERT_SAMPLES_MAX];
	struct ed_alert a, b;

	(void)state;
	for (size_t i = 0; i < ED_ALERT_SAMPLES_MAX; i++) {
		names[i].n = ED_NAME_MAX;
		for (size_t j = 0; j < ED_NAME_MAX; j++)
			names[i].wire[j] = j % 64 ? (uint8_t)("\x1b[2J\r\n%s%n\"\xff\0"[j % 12]) :
						    (uint8_t)(j < 192 ? 63 : 61);
		names[i].wire[254] = 0;
		assert_true(ed_name_valid(ed_span_of(names[i].wire, names[i].n)));
	}
	f.domain = names[0];
	f.samples = names;
	f.n_samples = ED_ALERT_SAMPLES_MAX;
	alert(&f, &a);
	assert_well_formed(&a);
	assert_int_equal(a.n_samples, ED_ALERT_SAMPLES_MAX);
	assert_memory_equal(a.samples, names, sizeof(names));
	assert_memory_equal(&a.domain, &names[0], sizeof(names[0]));
	alert(&tame, &b);
	assert_string_equal(a.summary, b.summary);
}

static void test_risk_follows_level_and_score(void **state)
{
	static const float scores[] = { -20, -3, 0, 3, 20 };
	struct ed_alert a;
	unsigned last;

	(void)state;
	for (unsigned level = 0; level < ED_LEVEL_N; level++) {
		last = 0;
		for (size_t i = 0; i < 5; i++) {
			struct ed_finding f = finding(7, (enum ed_level)level, scores[i]);

			alert(&f, &a);
			assert_in_range(a.risk, last, 100);
			last = a.risk;
		}
		assert_in_range(last, 90, 100);
	}
	for (unsigned level = 1; level < ED_LEVEL_N; level++) {
		struct ed_finding less = finding(7, (enum ed_level)(level - 1), -20);
		struct ed_finding more = finding(7, (enum ed_level)level, -20);
		struct ed_alert b;

		alert(&less, &a);
		alert(&more, &b);
		assert_true(a.risk < b.risk);
	}
}

/* The words match the numbers: the weakest family that carries the alert is the one that would turn
 * it. */
static void test_counterfactual(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_HIGH, 2);
	struct ed_alert a;

	(void)state;
	alert(&f, &a);
	assert_non_null(strstr(a.counterfactual, "structure"));
	assert_non_null(strstr(a.counterfactual, "-1.0"));
	f.score_bits = 20;
	alert(&f, &a);
	for (uint32_t i = 0; i < f.n_evidence; i++)
		assert_null(strstr(a.counterfactual, f.evidence[i].family));
	f.score_bits = -4.5f;
	alert(&f, &a);
	assert_non_null(strstr(a.counterfactual, "4.5 bits more"));
}

static void test_summary_says_the_numbers(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_HIGH, 2);
	struct ed_alert a;

	(void)state;
	ed_evidence_fact(&f.evidence[0], "names_scored", 90);
	ed_evidence_fact_text(&f.evidence[0], "alphabet", "base32");
	ed_evidence_fact(&f.evidence[0], "alphabet_share", 1);
	ed_evidence_fact(&f.evidence[2], "new_names_share", 1);
	ed_evidence_fact(&f.evidence[2], "rare_types_share", 1);
	alert(&f, &a);
	assert_non_null(strstr(a.summary, "90 distinct names in 60 s"));
	assert_non_null(strstr(a.summary, "each new"));
	assert_non_null(strstr(a.summary, "base32"));
	assert_non_null(strstr(a.summary, "100 % NULL"));
	assert_non_null(strstr(a.summary, "5.0 kB"));
	assert_non_null(strstr(a.summary, "1 client asks"));
	f.n_clients = 2;
	alert(&f, &a);
	assert_non_null(strstr(a.summary, "2 clients ask"));
	f.common_parent = false;
	alert(&f, &a);
	assert_null(strstr(a.summary, "clients ask"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_incident_a_key),
		cmocka_unit_test(test_later_finding_is_the_word_that_counts),
		cmocka_unit_test(test_level_never_falls),
		cmocka_unit_test(test_full_book_keeps_the_graver),
		cmocka_unit_test(test_flood_does_not_displace_the_grave),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_identity_spreads),
		cmocka_unit_test(test_extreme_numbers),
		cmocka_unit_test(test_numbers_that_are_counts),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_risk_follows_level_and_score),
		cmocka_unit_test(test_counterfactual),
		cmocka_unit_test(test_summary_says_the_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
