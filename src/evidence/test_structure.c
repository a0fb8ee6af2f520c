/* SPDX-License-Identifier: Apache-2.0 */
/* Structure: what can be told of lookups and answers, one sign at a time and all together. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "evidence/test_family.h"

static const struct ed_evidence_family *const structure = &ed_evidence_structure;

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

static void test_new_names_say_something(void **state)
{
	(void)state;
	assert_true(structure_bits(200, ASKED_AGAIN) == 0);
	assert_true(structure_bits(4, 0) == 0);
	assert_true(structure_bits(100, 0) > 0);
	assert_true(structure_bits(100, UNANSWERED) == structure_bits(100, 0));
	assert_true(structure_bits(100, 0) < structure->cap_bits / 2);
}

static void test_answers_one_sign_at_a_time(void **state)
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
static void test_answers_to_an_old_name(void **state)
{
	(void)state;
	assert_true(structure_bits(200, ANSWER_SIGNS | ASKED_AGAIN) == 0);
}

/* Names that the source could not print are a sign, once there are some; they are no new names. */
static void test_unprinted_names(void **state)
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
static void test_binary_names(void **state)
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
static void test_of_unknown_fields(void **state)
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

static void test_types(void **state)
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

/* A name with every sign there is: the last fact is said as well. */
static void test_tells_all_it_saw(void **state)
{
	struct key k = { .subject.has = UINT32_MAX };
	struct look l;

	(void)state;
	for (uint32_t i = 0; i < 32; i++) {
		ordinary_look(&l);
		l.ev.trailing_bytes = 4;
		l.ev.payload_shape = ED_SHAPE_BINARY;
		l.ev.lost = i % 2 ? ED_LOST_NAME : 0;
		l.ev.answers.first_v4 = i << 27 | 1;
		structure->observe(k.state, &l.s);
		l.ev.answers.first_v4 = 0x7f000001;
		structure->observe(k.state, &l.s);
	}
	assert_true(fact(structure, &k, "hidden_bytes_share") == 1);
	assert_true(fact(structure, &k, "binary_names") == 32);
	assert_true(fact(structure, &k, "unprinted_names") == 32);
	assert_true(fact(structure, &k, "loopback_share") == 0.5);
	assert_true(fact(structure, &k, "same_address_share") >= 0);
	assert_true(fact(structure, &k, "address_parts") == 32);
}

static void test_fades_by_half(void **state)
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
		cmocka_unit_test(test_new_names_say_something),
		cmocka_unit_test(test_answers_one_sign_at_a_time),
		cmocka_unit_test(test_answers_to_an_old_name),
		cmocka_unit_test(test_unprinted_names),
		cmocka_unit_test(test_binary_names),
		cmocka_unit_test(test_of_unknown_fields),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_tells_all_it_saw),
		cmocka_unit_test(test_fades_by_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
