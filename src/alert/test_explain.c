/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of an alert: the same finding has the same identifier wherever it is made; whatever the
 * numbers and names are, the text is short and printable; facts that are absent are not spoken of.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "alert/explain.h"
#include "alert/test_finding.h"

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
	f[3].first_ns += 86400 * ED_NS_PER_S;
	f[4].analytic = "AN1122";
	f[5].analytic_version++;
	/* and what it is not */
	f[6].key_hash = 99;
	f[6].level = ED_LEVEL_LOW;
	f[6].score_bits = -3;
	f[6].last_ns += 1000;
	f[6].first_ns += 5 * ED_NS_PER_S; /* as another sensor's clock has it */
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
	f.sample_llr_bits = (const float[ED_ALERT_SAMPLES_MAX]){ 1, -2, 3.5f, NAN, INFINITY };
	f.n_samples = ED_ALERT_SAMPLES_MAX;
	alert(&f, &a);
	assert_well_formed(&a);
	assert_int_equal(a.n_samples, ED_ALERT_SAMPLES_MAX);
	assert_memory_equal(a.samples, names, sizeof(names));
	assert_memory_equal(a.sample_llr_bits, f.sample_llr_bits, sizeof(a.sample_llr_bits));
	assert_memory_equal(&a.domain, &names[0], sizeof(names[0]));
	alert(&tame, &b);
	assert_string_equal(a.summary, b.summary);
}

static void test_risk_follows_level_and_posterior(void **state)
{
	static const float scores[] = { -20, -3, 0, 3, 20 };
	struct ed_alert a;
	unsigned last;

	(void)state;
	for (unsigned level = 0; level < ED_LEVEL_N; level++) {
		last = 0;
		for (size_t i = 0; i < 5; i++) {
			struct ed_finding f = finding(7, (enum ed_level)level, scores[i]);

			f.posterior = 1 / (1 + exp2(-(double)scores[i]));
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

/* ---------------------------------------------------------- more evidence */

/* A finding with one family more, worth @bits. */
static struct ed_finding with_family(const char *family, float bits)
{
	struct ed_finding f = finding(7, ED_LEVEL_HIGH, 2);

	f.evidence[f.n_evidence++] = (struct ed_evidence){ .family = family, .bits = bits };
	return f;
}

static void assert_says(const struct ed_finding *f, const char *text)
{
	struct ed_alert a;

	alert(f, &a);
	assert_well_formed(&a);
	if (!strstr(a.summary, text))
		fail_msg("\"%s\" is not in: %s", text, a.summary);
}

static void assert_silent(const struct ed_finding *f, const char *text)
{
	struct ed_alert a;

	alert(f, &a);
	assert_well_formed(&a);
	assert_null(strstr(a.summary, text));
}

static void test_names_against_words(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_HIGH, 2);
	struct ed_evidence *e = &f.evidence[0];

	(void)state;
	ed_evidence_fact(e, "names_scored", 90);
	ed_evidence_fact_text(e, "alphabet", "base32");
	ed_evidence_fact(e, "alphabet_share", 1);
	assert_says(&f, "names like base32");
	ed_evidence_fact(e, "likelihood_ratio_bits", 40);
	assert_says(&f, "names fit base32 2^40 times better than ordinary words");
	e->facts[3].value = 618;
	assert_says(&f, "names fit base32 more than 2^100 times better than ordinary words");
	e->facts[2].value = 0.3;
	assert_says(&f, "names fit encoded data more than");
	e->bits = 0.5;
	assert_silent(&f, "names fit");
}

/* What the source kept to itself is told: as a number of lookups, and as fields. */
static void test_what_is_missing(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_HIGH, 4);
	struct ed_alert a;

	(void)state;
	ed_evidence_fact(&f.evidence[2], "unprinted_names", 2);
	assert_silent(&f, "print");
	f.evidence[2].facts[0].value = 64;
	assert_says(&f, "64 more names that the log could not print");
	ed_evidence_fact(&f.evidence[2], "binary_names", 2);
	assert_silent(&f, "no text");
	f.evidence[2].facts[1].value = 3;
	assert_says(&f, "names hold bytes that are no text");
	f.missing = 5;
	alert(&f, &a);
	assert_int_equal(a.missing, 5);
}

static void test_timing(void **state)
{
	struct ed_finding f = with_family("timing", 4);
	struct ed_evidence *e = &f.evidence[3];

	(void)state;
	assert_silent(&f, "every");
	ed_evidence_fact(e, "mean_gap_s", 60);
	ed_evidence_fact(e, "gap_relative_sd", 0.18);
	assert_says(&f, "a new name every 60 s (+-18 %)");
	ed_evidence_fact(e, "gap_shape", 9.1);
	ed_evidence_fact(e, "gaps", 57);
	assert_says(&f, "a new name every 60 s (+-18 %, k = 9.1, 57 times)");
	e->bits = 0.2f;
	assert_silent(&f, "every");
	e->bits = 4;
	e->facts[0].value = NAN;
	assert_silent(&f, "every");
}

static void test_volume(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_HIGH, 2);
	struct ed_evidence *e = &f.evidence[1];

	(void)state;
	f.last_ns = f.first_ns + 7200 * ED_NS_PER_S;
	ed_evidence_fact(e, "repeat_bytes", 1200);
	ed_evidence_fact(e, "answer_information_bytes", 2300);
	ed_evidence_fact(e, "information_30d_bytes", 16400);
	ed_evidence_fact(e, "burst_bytes", 700);
	assert_says(&f, "0.7 kB in 10 min");
	assert_says(&f, "1.2 kB more in the order of known names");
	assert_says(&f, "2.3 kB of information in the answers");
	assert_says(&f, "16.4 kB in 30 days");
	f.last_ns = f.first_ns + 60 * ED_NS_PER_S; /* the burst is all there is */
	assert_silent(&f, "10 min");
	e->facts[2].value = f.info_bytes;
	assert_silent(&f, "30 days");
	e->facts[0].value = 10;
	assert_silent(&f, "known names");
	f.verdict = ED_VERDICT_BOUND;
	assert_says(&f, "above the ceiling");
	ed_evidence_fact_text(e, "ceiling_exceeded", "one client and domain, a day");
	assert_says(&f, "above the ceiling (one client and domain, a day)");
	f.verdict = ED_VERDICT_SCORE;
	assert_silent(&f, "ceiling");
}

/* The sum of one client over rare domains has no names of its own. */
static void test_rare_domains(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_MEDIUM, 0);

	(void)state;
	f.verdict = ED_VERDICT_BOUND;
	f.common_parent = false;
	assert_says(&f, "0 different made-up domains in 60 s");
	ed_evidence_fact(&f.evidence[1], "rare_domains", 7);
	assert_says(&f, "7 domains that hardly anybody else asks in 60 s");
}

static void assert_turns(const struct ed_finding *f, const char *text)
{
	struct ed_alert a;

	alert(f, &a);
	assert_string_equal(a.counterfactual, text);
}

static void test_counterfactual_of_verdicts(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_MEDIUM, 0.5f); /* 9, 8 and 3 bits */

	(void)state;
	assert_turns(&f, "without structure the score would be -2.5");
	f.verdict = ED_VERDICT_BOUND;
	assert_turns(&f, "the ceiling alone makes it an alert; "
			 "without structure the score would be -2.5");
	f.score_bits = -4;
	assert_turns(&f, "the ceiling alone makes it an alert; the score lacks 4.0 bits");
	f.verdict = ED_VERDICT_WATCH;
	f.level = ED_LEVEL_LOW;
	assert_turns(&f, "4.0 bits more would make it an alert");
	f.score_bits = 1;
	assert_turns(&f, "one more family that speaks would make it an alert");
	f.level = ED_LEVEL_HIGH;
	f.verdict = ED_VERDICT_SCORE;
	f.score_bits = 10;
	assert_turns(&f, "no single family would turn it");
}

static void test_path_and_host(void **state)
{
	struct ed_finding f = with_family("path", 3);
	struct ed_evidence *e = &f.evidence[3];

	(void)state;
	assert_silent(&f, "server");
	ed_evidence_fact(e, "clients_of_server", 1);
	ed_evidence_fact_text(e, "server", "asked for this domain only");
	assert_says(&f, "through a server that is asked for nothing else, "
			"a server that no other client asks");
	assert_silent(&f, "nobody");
	e->facts[0].value = 500;
	assert_silent(&f, "no other client");
	ed_evidence_fact(e, "domain_age_days", 0);
	assert_says(&f, "a domain that nobody asked before");
	e->facts[2].value = 30;
	assert_silent(&f, "nobody");
	f = with_family("host", 3);
	ed_evidence_fact_text(&f.evidence[3], "role", "ordinary");
	ed_evidence_fact(&f.evidence[3], "share_of_client_queries", 0.9);
	assert_says(&f, "90 % of all that the client asks, 1 client asks");
	f.evidence[3].facts[0].text = "narrow";
	assert_silent(&f, "hardly anything else");
	f.evidence[3].facts[1].value = 0.1;
	assert_says(&f, "by a machine that asks for hardly anything else, 1 client asks");
	f.evidence[3].facts[0].text = "mail";
	assert_says(&f, "by a mail server, 1 client asks");
}

/* More to say than there is room for: it ends in time. */
static void test_long_sentence(void **state)
{
	struct ed_finding f = extreme(1e300);
	struct ed_alert a;

	(void)state;
	f.evidence[f.n_evidence++] = (struct ed_evidence){ .family = "timing", .bits = 9 };
	f.evidence[f.n_evidence++] = (struct ed_evidence){ .family = "path", .bits = 9 };
	f.evidence[f.n_evidence++] = (struct ed_evidence){ .family = "host", .bits = 9 };
	ed_evidence_fact(&f.evidence[3], "mean_gap_s", 1e300);
	ed_evidence_fact(&f.evidence[3], "gap_shape", 1e300);
	ed_evidence_fact(&f.evidence[3], "gap_relative_sd", -1e300);
	ed_evidence_fact(&f.evidence[4], "clients_of_server", 1);
	ed_evidence_fact(&f.evidence[5], "share_of_client_queries", 1e300);
	alert(&f, &a);
	assert_well_formed(&a);
	assert_int_equal(strlen(a.summary), sizeof(a.summary) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_identity_spreads),
		cmocka_unit_test(test_extreme_numbers),
		cmocka_unit_test(test_numbers_that_are_counts),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_risk_follows_level_and_posterior),
		cmocka_unit_test(test_counterfactual),
		cmocka_unit_test(test_counterfactual_of_verdicts),
		cmocka_unit_test(test_summary_says_the_numbers),
		cmocka_unit_test(test_names_against_words),
		cmocka_unit_test(test_what_is_missing),
		cmocka_unit_test(test_timing),
		cmocka_unit_test(test_volume),
		cmocka_unit_test(test_path_and_host),
		cmocka_unit_test(test_rare_domains),

		cmocka_unit_test(test_long_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
