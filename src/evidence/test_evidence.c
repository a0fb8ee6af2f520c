/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The families one by one on made-up sightings: silent on nothing, louder on what a tunnel does,
 * deaf to what carries no message. Directions and bounds; how loud is a matter of tuning.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "evidence/test_family.h"
#include "model/name_model.h"

static const struct ed_evidence_family *const content = &ed_evidence_content;
static const struct ed_evidence_family *const volume = &ed_evidence_volume;
static const struct ed_evidence_family *const structure = &ed_evidence_structure;

static void test_registry(void **state)
{
	(void)state;
	for (size_t i = 0; i < ED_EVIDENCE_N; i++) {
		const struct ed_evidence_family *f = ed_evidence_families[i];
		struct key k = { .subject.has = UINT32_MAX };

		assert_in_range(f->state_bytes, 0, ED_EVIDENCE_STATE_MAX);
		assert_true(!f->observe == (f->state_bytes == 0));
		assert_true(f->cap_bits > 0);
		assert_true(f->uses & ED_FIELD_QNAME);
		assert_in_range(f->keys, 1, (1 << ED_KEY_N) - 1);
		assert_true(bits(f, &k) == 0);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(f->name, ed_evidence_families[j]->name);
	}
	assert_null(ed_evidence_families[ED_EVIDENCE_N]);
	assert_in_range(ED_EVIDENCE_N, 1, ED_EVIDENCE_FAMILIES_MAX);
}

/* Neither of these carries a message of its own: no family may count it as one. */
static void test_what_is_shared_or_repeated_does_not_count(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	struct look l;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		ordinary_look(&l);
		l.s.llr_mbits = 50000;
		l.s.is_new = i % 2;
		l.s.is_shared = i % 2;
		l.ev.answers.ttl_max_s = 0;
		content->observe(k.state, &l.s);
	}
	assert_true(bits(content, &k) == 0);
	assert_true(fact(content, &k, "names_scored") <= 0);
	memset(k.state, 0, sizeof(k.state));
	for (unsigned i = 0; i < 300; i++) {
		ordinary_look(&l);
		l.s.is_new = i % 2;
		l.s.is_shared = i % 2;
		structure->observe(k.state, &l.s);
	}
	assert_true(bits(structure, &k) == 0);
	assert_true(fact(structure, &k, "new_names_share") == 0);
}

/* ---------------------------------------------------------------- content */

/* The key sees the new payload label @text. */
static void see_label(struct key *k, const char *text)
{
	uint8_t wire[1 + ED_LABEL_MAX];
	struct ed_name_score score;
	struct look l;

	ordinary_look(&l);
	wire[0] = (uint8_t)strlen(text);
	memcpy(wire + 1, text, wire[0]);
	ed_name_model_labels(ed_span_of(wire, wire[0] + 1U), &score);
	l.ev.zone_off = (uint8_t)(wire[0] + 1);
	l.ev.name_n = (uint8_t)(wire[0] + 14);
	l.ev.payload_alphabet = score.alphabet;
	l.ev.payload_longest = score.label_max;
	l.s.llr_mbits = score.llr_mbits;
	l.s.code_mbits = score.code_mbits;
	content->observe(k->state, &l.s);
}

static void see_encoded(struct key *k, uint64_t i, unsigned n)
{
	static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
	char text[ED_LABEL_MAX + 1] = "";

	for (unsigned j = 0; j < n; j++)
		text[j] = base32[ed_hash_mix(i * 64 + j) & 31];
	see_label(k, text);
}

static void see_ordinary(struct key *k, uint64_t i)
{
	static const char *const labels[] = { "www",   "mail",     "static",  "images",
					      "login", "download", "support", "weather",
					      "shop",  "media",    "news",    "accounts" };

	see_label(k, labels[i % 12]);
}

static void test_content_rises_and_falls(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	float last = 0;

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		see_encoded(&k, i, 40);
		assert_true(bits(content, &k) >= last);
		last = bits(content, &k);
	}
	assert_true(last >= content->cap_bits);
	for (unsigned i = 0; i < 40; i++) {
		see_ordinary(&k, i);
		assert_true(bits(content, &k) <= last);
		last = bits(content, &k);
	}
	assert_true(fact(content, &k, "names_scored") == 80);
}

static void test_content_of_ordinary_names_is_silent(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		see_ordinary(&k, i);
		assert_true(bits(content, &k) < 1);
	}
	/* and buys nothing: a tunnel that starts now is seen as soon as ever */
	for (unsigned i = 0; i < 20; i++)
		see_encoded(&k, i, 40);
	assert_true(bits(content, &k) >= content->cap_bits / 2);
}

/* One name decides nothing, however odd; all the names there are stay within a bound. */
static void test_content_is_bounded(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	struct look l;

	(void)state;
	ordinary_look(&l);
	l.s.llr_mbits = INT32_MAX;
	content->observe(k.state, &l.s);
	assert_true(bits(content, &k) > 0);
	assert_true(bits(content, &k) < content->cap_bits);
	for (unsigned i = 0; i < 100000; i++)
		content->observe(k.state, &l.s);
	assert_true(bits(content, &k) <= 1 << 20);
	l.s.llr_mbits = INT32_MIN;
	for (unsigned i = 0; i < 1000000; i++) {
		l.ev.zone_off = (uint8_t)(9 + i % 7);
		content->observe(k.state, &l.s);
	}
	assert_true(bits(content, &k) == 0);
	assert_true(fact(content, &k, "likelihood_ratio_bits") >= -1024);
}

static void test_content_says_what_it_saw(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	struct ed_evidence e;

	(void)state;
	for (unsigned i = 0; i < 30; i++)
		see_encoded(&k, i, 30);
	e = weigh(content, &k);
	assert_string_equal(ed_evidence_get_text(&e, "alphabet"), "base32");
	assert_true(ed_evidence_get(&e, "alphabet_share", 0) > 0.9);
	assert_true(ed_evidence_get(&e, "mean_payload_bytes", 0) == 31);
	assert_true(ed_evidence_get(&e, "max_payload_bytes", 0) == 31);
	assert_true(ed_evidence_get(&e, "long_labels_share", -1) == 0);
}

/* Bits of ten names of 2 bits each: 20 bytes long or of all lengths, filled labels or not, and so
 * on. */
static float signs_bits(bool same_length, uint8_t longest, uint8_t shape, uint32_t tail_hash)
{
	struct key k = { .subject.has = UINT32_MAX };
	struct look l;

	for (unsigned i = 0; i < 10; i++) {
		ordinary_look(&l);
		l.s.llr_mbits = 2048;
		l.ev.zone_off = (uint8_t)(same_length ? 20 : 20 + i);
		l.ev.payload_longest = longest;
		l.ev.payload_shape = shape;
		l.ev.tail_llr = 1024;
		l.ev.tail_hash = tail_hash ? tail_hash : i + 1;
		content->observe(k.state, &l.s);
	}
	return bits(content, &k);
}

static void test_content_signs_of_an_encoder(void **state)
{
	const float plain = signs_bits(false, 20, 0, 0);

	(void)state;
	assert_true(signs_bits(true, 20, 0, 0) > plain);
	assert_true(signs_bits(false, ED_LABEL_MAX, 0, 0) > plain);
	assert_true(signs_bits(false, 20, ED_SHAPE_MIXED_CASE, 0) > plain);
	/* reversed addresses are of one length by their form */
	assert_true(signs_bits(true, 1, ED_SHAPE_REVERSE, 0) == plain);
	/* a label that all the names end in is counted once */
	assert_true(signs_bits(false, 20, 0, 77) < plain);
}

/* A response, or a name that is all zone, is no payload; of a client the payload is the zone. */
static void test_content_needs_a_payload(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	struct look l;

	(void)state;
	ordinary_look(&l);
	l.s.llr_mbits = 8000;
	l.s.is_query = false;
	content->observe(k.state, &l.s);
	ordinary_look(&l);
	l.s.llr_mbits = 8000;
	l.ev.zone_off = 0;
	content->observe(k.state, &l.s);
	assert_true(bits(content, &k) == 0);
	l.s.key_kind = ED_KEY_CLIENT;
	content->observe(k.state, &l.s);
	assert_true(bits(content, &k) > 0);
}

static void test_content_fades_by_half(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	double sum, names;

	(void)state;
	for (unsigned i = 0; i < 64; i++)
		see_encoded(&k, i, 40);
	for (unsigned i = 0; i < 6; i++) {
		sum = fact(content, &k, "likelihood_ratio_bits");
		names = fact(content, &k, "names_scored");
		content->fade(k.state);
		assert_true(fabs(fact(content, &k, "likelihood_ratio_bits") - sum / 2) < 0.01);
		assert_true(fact(content, &k, "names_scored") == names / 2);
		assert_true(fact(content, &k, "mean_payload_bytes") > 30);
	}
	content->fade(k.state);
	assert_true(bits(content, &k) == 0);
}

/* ----------------------------------------------------------------- volume */

static void test_volume_grows_with_information(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	float last = 0;

	(void)state;
	for (unsigned i = 0; i < 300; i++) { /* up to a terabyte */
		float now;

		k.subject.info_bytes = pow(1.1, i);
		now = bits(volume, &k);
		assert_true(now >= last);
		assert_true(now < 64);
		last = now;
	}
	assert_true(last >= volume->cap_bits);
	k.subject.info_bytes = 4;
	assert_true(bits(volume, &k) == 0);
	k.subject.info_bytes = 100; /* what one ordinary client sends one domain on a busy day */
	assert_true(bits(volume, &k) < volume->cap_bits);
}

static void test_volume_knows_the_busiest_time(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	struct look l;

	(void)state;
	ordinary_look(&l);
	for (unsigned i = 0; i < 500; i++) {
		l.ev.time_ns = 1000 * S_NS + i * S_NS / 50;
		volume->observe(k.state, &l.s);
	}
	assert_true(fact(volume, &k, "peak_queries_per_s") == 50);
	l.ev.time_ns += 3600 * S_NS;
	for (unsigned i = 0; i < 30; i++)
		volume->observe(k.state, &l.s);
	assert_true(fact(volume, &k, "peak_queries_per_s") == 50);
	volume->fade(k.state);
	assert_true(fact(volume, &k, "peak_queries_per_s") == 3);
}

static void test_volume_counts_lookups_that_have_a_time(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	struct look l;

	(void)state;
	ordinary_look(&l);
	l.s.is_query = false;
	volume->observe(k.state, &l.s);
	ordinary_look(&l);
	l.ev.has &= ~(uint32_t)ED_FIELD_TIME;
	volume->observe(k.state, &l.s);
	assert_true(fact(volume, &k, "peak_queries_per_s") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registry),
		cmocka_unit_test(test_what_is_shared_or_repeated_does_not_count),
		cmocka_unit_test(test_content_rises_and_falls),
		cmocka_unit_test(test_content_of_ordinary_names_is_silent),
		cmocka_unit_test(test_content_is_bounded),
		cmocka_unit_test(test_content_says_what_it_saw),
		cmocka_unit_test(test_content_signs_of_an_encoder),
		cmocka_unit_test(test_content_needs_a_payload),
		cmocka_unit_test(test_content_fades_by_half),
		cmocka_unit_test(test_volume_grows_with_information),
		cmocka_unit_test(test_volume_knows_the_busiest_time),
		cmocka_unit_test(test_volume_counts_lookups_that_have_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
