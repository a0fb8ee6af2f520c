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

#include <math.h>

#include "base/hash.h"
#include "evidence/evidence.h"
#include "model/name_model.h"

static const struct ed_evidence_family *const content = &ed_evidence_content;
static const struct ed_evidence_family *const volume = &ed_evidence_volume;
static const struct ed_evidence_family *const structure = &ed_evidence_structure;

static const int64_t S_NS = INT64_C(1000000000);

struct key {
	_Alignas(8) uint8_t state[ED_EVIDENCE_STATE_MAX];
	struct ed_subject subject;
};

/* A lookup of a new name, with an answer, that nothing can be said against. */
struct look {
	struct ed_event ev;
	struct ed_sighting s;
};

static struct look *ordinary_look(struct look *l)
{
	memset(l, 0, sizeof(*l));
	l->ev.has = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_QTYPE | ED_FIELD_RCODE |
		    ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL;
	l->ev.qtype = ED_RR_A;
	l->ev.answers = (struct ed_dns_answers){
		.n = 1, .n_addresses = 1, .ttl_min_s = 300, .ttl_max_s = 300
	};
	l->ev.time_ns = 1000 * S_NS;
	l->ev.zone_off = 9;
	l->ev.name_n = 22;
	l->s = (struct ed_sighting){
		.stands_for = 1, .ev = &l->ev, .is_query = true, .is_response = true, .is_new = true
	};
	return l;
}

static struct ed_evidence weigh(const struct ed_evidence_family *f, const struct key *k)
{
	struct ed_evidence e = { .family = f->name };

	f->weigh(k->state, &k->subject, &e);
	assert_in_range(e.n_facts, 0, ED_FACTS_MAX);
	assert_true(isfinite(e.bits) && e.bits >= 0);
	for (uint32_t i = 0; i < e.n_facts; i++)
		assert_true(e.facts[i].text || isfinite(e.facts[i].value));
	return e;
}

static float bits(const struct ed_evidence_family *f, const struct key *k)
{
	return weigh(f, k).bits;
}

static double fact(const struct ed_evidence_family *f, const struct key *k, const char *name)
{
	struct ed_evidence e = weigh(f, k);

	return ed_evidence_get(&e, name, -1);
}

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

/* -------------------------------------------------------------- structure */

/* What can be told of a lookup, one bit each. */
enum sign {
	OPAQUE = 1 << 0,      /* answers that carry bytes */
	MUCH_OPAQUE = 1 << 1, /* many */
	NAMES = 1 << 2,       /* answers that carry names */
	LONG_NAMES = 1 << 3,
	NOT_KEPT = 1 << 4, /* a time to live of nothing */
	HIDDEN = 1 << 5,   /* bytes behind the last record */
	FAILS = 1 << 6,
	SAME_ADDRESS = 1 << 7,
	ANSWER_SIGNS = (1 << 8) - 1,
	ASKED_AGAIN = 1 << 8,
	UNANSWERED = 1 << 9,
	FIELDS_UNKNOWN = 1 << 10,
};

static void show_signs(struct look *l, unsigned signs, unsigned i)
{
	struct ed_dns_answers *a = &l->ev.answers;

	a->bytes_opaque = signs & MUCH_OPAQUE ? 220 : signs & OPAQUE ? 60 : 0;
	a->bytes_names = signs & LONG_NAMES ? 200 : signs & NAMES ? 80 : 0;
	a->ttl_min_s = a->ttl_max_s = signs & NOT_KEPT ? 0 : 300;
	a->first_v4 = signs & SAME_ADDRESS ? 0x0a000001 : 0x0a000000 + i;
	l->ev.trailing_bytes = signs & HIDDEN ? 40 : 0;
	if (signs & FAILS)
		l->ev.rcode = i % 2 ? ED_RCODE_NXDOMAIN : ED_RCODE_SERVFAIL;
	if (signs & ASKED_AGAIN)
		l->s.is_new = i == 0;
	if (signs & UNANSWERED)
		l->s.is_response = false;
	if (signs & FIELDS_UNKNOWN)
		l->ev.has = ED_FIELD_TIME | ED_FIELD_QNAME;
}

/* The key sees @n lookups of the type with these signs. */
static void see_many(struct key *k, unsigned n, uint16_t qtype, unsigned signs)
{
	struct look l;

	for (unsigned i = 0; i < n; i++) {
		show_signs(ordinary_look(&l), signs, i);
		l.ev.qtype = qtype;
		structure->observe(k->state, &l.s);
	}
}

static float structure_bits(unsigned n, unsigned signs)
{
	struct key k = { .subject.has = UINT32_MAX };

	see_many(&k, n, ED_RR_A, signs);
	return bits(structure, &k);
}

static void test_structure_new_names_say_something(void **state)
{
	(void)state;
	assert_true(structure_bits(200, ASKED_AGAIN) == 0);
	assert_true(structure_bits(4, 0) == 0);
	assert_true(structure_bits(100, 0) > 0);
	assert_true(structure_bits(100, UNANSWERED) == structure_bits(100, 0));
	assert_true(structure_bits(100, 0) < structure->cap_bits / 2);
}

static void test_structure_answers_one_sign_at_a_time(void **state)
{
	const float plain = structure_bits(60, 0);

	(void)state;
	for (unsigned sign = 1; sign < ANSWER_SIGNS; sign *= 2) {
		float with = structure_bits(60, sign);

		assert_true(with > plain);
		assert_true(with < plain + structure->cap_bits);
		assert_true(structure_bits(60, ANSWER_SIGNS) >= with);
		assert_true(structure_bits(4, sign) == 0); /* four are chance */
	}
	assert_true(structure_bits(60, MUCH_OPAQUE) > structure_bits(60, OPAQUE));
	assert_true(structure_bits(60, LONG_NAMES) > structure_bits(60, NAMES));
}

/* What a cache would have served says nothing about a channel. */
static void test_structure_answers_to_an_old_name(void **state)
{
	(void)state;
	assert_true(structure_bits(200, ANSWER_SIGNS | ASKED_AGAIN) == 0);
}

/* Names that the source could not print are a sign, once there are some; they are no new names. */
static void test_structure_unprinted_names(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	float before = 0;
	struct look l;

	(void)state;
	for (unsigned i = 1; i <= 20; i++) {
		ordinary_look(&l);
		l.ev.lost = ED_LOST_NAME;
		structure->observe(k.state, &l.s);
		assert_true(bits(structure, &k) >= before);
		before = bits(structure, &k);
		assert_true((before > 0) == (i >= 3));
	}
	assert_true(before <= structure->cap_bits / 2);
	l.ev.process_off = 8; /* masked on purpose, by the host that tells who asked */
	k = (struct key){ .subject.has = UINT32_MAX };
	for (unsigned i = 0; i < 4; i++)
		structure->observe(k.state, &l.s);
	assert_true(bits(structure, &k) == 0);
}

/* So are names that are no text, once there are three; the same one again and again is one. */
static void test_structure_binary_names(void **state)
{
	struct key k = { .subject.has = UINT32_MAX }, text = k;
	struct look l;

	(void)state;
	for (unsigned i = 1; i <= 40; i++) {
		ordinary_look(&l);
		l.s.is_new = i % 8 == 0;
		structure->observe(text.state, &l.s);
		l.ev.payload_shape = ED_SHAPE_BINARY;
		structure->observe(k.state, &l.s);
		assert_true((bits(structure, &k) > bits(structure, &text)) == (i >= 24));
	}
	assert_true(fact(structure, &k, "binary_names") == 5);
	for (unsigned i = 0; i < 1000; i++)
		structure->observe(k.state, &l.s);
	assert_true(fact(structure, &k, "binary_names") == 255);
}

/* A field that is not known is not zero, and not evidence. */
static void test_structure_of_unknown_fields(void **state)
{
	const unsigned unknown = OPAQUE | LONG_NAMES | NOT_KEPT | FAILS;
	struct key k = { .subject.has = ED_FIELD_TIME | ED_FIELD_QNAME };

	(void)state;
	see_many(&k, 60, ED_RR_NULL, unknown | FIELDS_UNKNOWN);
	assert_true(bits(structure, &k) == structure_bits(60, 0));
	assert_true(fact(structure, &k, "rare_types_share") == -1);
	assert_true(fact(structure, &k, "ttl_3s_or_less_share") == -1);
	assert_true(fact(structure, &k, "answer_payload_bytes") == -1);
}

static float type_bits(uint16_t qtype)
{
	struct key k = { .subject.has = UINT32_MAX };

	see_many(&k, 60, qtype, UNANSWERED);
	return bits(structure, &k);
}

static void test_structure_types(void **state)
{
	static const uint16_t plain[] = { ED_RR_A,   ED_RR_AAAA,   ED_RR_PTR,      ED_RR_HTTPS,
					  ED_RR_SOA, ED_RR_NS,     ED_RR_ANY,      ED_RR_NAPTR,
					  ED_RR_DS,  ED_RR_DNSKEY, 44 /* SSHFP */, 64 /* SVCB */ };
	static const uint16_t some[] = { ED_RR_TXT, ED_RR_SPF, ED_RR_CNAME, ED_RR_MX, ED_RR_SRV };
	static const uint16_t rare[] = { ED_RR_NULL, ED_RR_KEY, ED_RR_PRIVATE_IODINE,
					 300,        65280,     65534 };
	const float ordinary = type_bits(ED_RR_A);

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		assert_true(type_bits(plain[i]) == ordinary);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		assert_true(type_bits(some[i]) > ordinary);
	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++)
		assert_true(type_bits(rare[i]) > type_bits(ED_RR_TXT));
}

static void test_structure_fades_by_half(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	double last;
	float before;

	(void)state;
	see_many(&k, 2048, ED_RR_NULL, ANSWER_SIGNS);
	before = bits(structure, &k);
	assert_true(before >= structure->cap_bits);
	last = fact(structure, &k, "answer_payload_bytes");
	for (unsigned i = 0; i < 4; i++) {
		structure->fade(k.state);
		assert_true(fact(structure, &k, "answer_payload_bytes") == last / 2);
		last = fact(structure, &k, "answer_payload_bytes");
		assert_true(bits(structure, &k) == before); /* shares stay what they were */
	}
	for (unsigned i = 0; i < 8; i++)
		structure->fade(k.state);
	assert_true(bits(structure, &k) == 0);
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
		cmocka_unit_test(test_structure_new_names_say_something),
		cmocka_unit_test(test_structure_answers_one_sign_at_a_time),
		cmocka_unit_test(test_structure_answers_to_an_old_name),
		cmocka_unit_test(test_structure_unprinted_names),
		cmocka_unit_test(test_structure_binary_names),
		cmocka_unit_test(test_structure_of_unknown_fields),
		cmocka_unit_test(test_structure_types),
		cmocka_unit_test(test_structure_fades_by_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
