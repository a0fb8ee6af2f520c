/* SPDX-License-Identifier: Apache-2.0 */
/* Payloads: what is asked by trade is told from what is encoded, and what is kept of short ones is
 * what they would be found to say anew. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "enrich/payload.h"
#include "model/name_model.h"
#include "record/event.h"

enum { KEY = 42, BIT = ED_NAME_MODEL_BIT_MBITS };

static struct ed_payload_memo kept = { .hash_key = KEY }; /* warm from one test to the next */

/* The payload of @name, whose zone is its last @n_zone labels. */
static struct ed_payload scored(struct ed_payload_memo *memo, const struct ed_name *name,
				unsigned n_zone, enum ed_zone_kind kind)
{
	struct ed_name lower = *name;
	struct ed_zone_cut cut = { .kind = (uint8_t)kind };
	struct ed_payload ret;

	ed_name_lower(name->wire, name->n, lower.wire);
	cut.n_labels_below = (uint8_t)(ed_name_labels(ed_name_span(&lower)) - n_zone);
	for (unsigned i = 0; i < cut.n_labels_below; i++)
		cut.off = (uint8_t)(cut.off + 1U + lower.wire[cut.off]);
	ed_payload_score(memo, ed_name_span(name), ed_name_span(&lower), &cut, &ret);
	return ret;
}

static struct ed_name named(const char *text)
{
	struct ed_name name;

	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_MASTER, &name), 0);
	return name;
}

static struct ed_payload payload_of(const char *text)
{
	struct ed_name name = named(text);

	return scored(&kept, &name, 2, ED_ZONE_REGISTRABLE);
}

static struct ed_payload payload_of_reverse(const char *text)
{
	struct ed_name name = named(text);

	return scored(&kept, &name, 5, ED_ZONE_REVERSE);
}

static struct ed_name_score score(const char *text)
{
	struct ed_name name = named(text);
	struct ed_name_score s;

	ed_name_model_labels(ed_span_of(name.wire, name.n - 1U), &s);
	return s;
}

static void test_reversed_addresses(void **state)
{
	static const struct {
		const char *name, *behind;
		unsigned bits;
	} cases[] = {
		{ "7.2.0.192.list.example.com", "list", 32 },
		{ "7.2.0.192.example.com", "", 32 },
		{ "255.255.255.255.a.b.example.com", "a.b", 32 },
		{ "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.f.f.0.0.0.0.8.b.d.0.1.0.0.2.l.example.com",
		  "l", 128 },
	};
	static const char *const others[] = {
		"2.0.192.list.example.com",     "256.2.0.192.list.example.com",
		"7.2.0.a192.list.example.com",  "x.7.2.0.192.example.com",
		"a.b.c.d.e.f.list.example.com", "1234.2.0.192.example.com",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ed_payload o = payload_of(cases[i].name);
		struct ed_name_score s = score(cases[i].behind);

		assert_int_equal(o.shape, ED_SHAPE_ADDRESS);
		assert_int_equal(o.code, cases[i].bits * BIT + s.code_mbits);
		assert_int_equal(o.llr, s.llr_mbits);
	}
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(payload_of(others[i]).shape, 0);
}

static void test_digests(void **state)
{
	static const char *const digests[] = {
		"d41d8cd98f00b204e9800998ecf8427e",
		"da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"3i42h3s6nnfq2msvx7xzkyayscx5qbyj",
	};
	static const char *const others[] = {
		"d41d8cd98f00b204e9800998ecf8427",
		"3i42h3s6nnfq2msvx7xzkyayscx5qby1",
		"3i42h3s6nnfq2msvx7xzkyaysc",
		"4oymiquy7qobjgx36tejs35zeqt24qpemsnzgtfeswmrw6csx-kq",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		char name[128];

		(void)snprintf(name, sizeof(name), "%s.list.example.com", digests[i]);
		assert_int_equal(payload_of(name).shape, ED_SHAPE_DIGEST);
		(void)snprintf(name, sizeof(name), "%s.list.example.com", others[i]);
		assert_int_equal(payload_of(name).shape, 0);
	}
}

static void test_reversed_addresses_of_a_zone(void **state)
{
	(void)state;
	assert_int_equal(payload_of_reverse("7.2.0.192.in-addr.arpa").shape, ED_SHAPE_REVERSE);
	assert_int_equal(payload_of_reverse("x7.2.0.192.in-addr.arpa").shape, 0);
}

/* A GUID names a thing: no sign of an encoder, but its 122 bits are counted. */
static void test_guids_are_pardoned(void **state)
{
	static const char guid[] = "1f4a9c03-77d2-4e1b-9b64-0c5de2a8f391";
	struct ed_payload o, broken;
	char name[256];

	(void)state;
	assert_true(score(guid).llr_mbits > 0);
	(void)snprintf(name, sizeof(name), "%s.example.com", guid);
	o = payload_of(name);
	assert_int_equal(o.llr, 0);
	assert_int_equal(o.code, score(guid).code_mbits);
	assert_true(o.code >= 122 * BIT);
	(void)snprintf(name, sizeof(name), "mfrggzdfmztwq2lk.%s.example.com", guid);
	assert_int_equal(payload_of(name).llr, score("mfrggzdfmztwq2lk").llr_mbits);
	/* one letter that is no digit, or a dash too far */
	broken = payload_of("1f4a9c03-77d2-4e1b-9b64-0c5de2a8f39g.example.com");
	assert_true(broken.llr > 0);
	broken = payload_of("1f4a9c037-7d2-4e1b-9b64-0c5de2a8f391.example.com");
	assert_true(broken.llr > 0);
}

static void test_what_resolvers_ask_themselves(void **state)
{
	(void)state;
	assert_int_equal(payload_of("_ta-4f66.example.com").shape, ED_SHAPE_ARTEFACT);
	assert_int_equal(payload_of("_.example.com").shape, ED_SHAPE_ARTEFACT);
	assert_int_equal(payload_of("_tb-4f66.example.com").shape, 0);
	assert_int_equal(payload_of("_tcp.example.com").shape, 0);
	assert_int_equal(payload_of("_t.example.com").shape, 0);
	assert_int_equal(payload_of("x._ta-4f66.example.com").shape, 0);
}

/* Letters of any alphabet are text; bytes that are in none are not. A character does not go on in
 * the label behind. */
static void test_names_that_are_no_text(void **state)
{
	static const char *const texts[] = { "mail.example.com", "b\303\274ro.example.com",
					     "x.\346\235\261\344\272\254.example.com" };
	static const char *const others[] = { "b\374ro.example.com", "x.\276\356k.y.example.com",
					      "b\303.\274ro.example.com" };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(payload_of(texts[i]).shape, 0);
		assert_int_equal(payload_of(others[i]).shape, ED_SHAPE_BINARY);
	}
}

/* The label next to the zone is often the tunnel's own, the same in every name. */
static void test_rightmost_label(void **state)
{
	struct ed_payload a = payload_of("mfrggzdfmztwq2lk.t9x4kq.example.com");
	struct ed_payload b = payload_of("nnwg23tpoamfrggz.t9x4kq.example.com");
	struct ed_payload c = payload_of("mfrggzdfmztwq2lk.t9x4kr.example.com");
	struct ed_payload single = payload_of("mfrggzdfmztwq2lk.example.com");

	(void)state;
	assert_int_equal(a.tail_llr, score("t9x4kq").llr_mbits);
	assert_int_equal(a.llr - a.tail_llr, score("mfrggzdfmztwq2lk").llr_mbits);
	assert_true(a.tail_hash != 0);
	assert_true(a.tail_hash == b.tail_hash);
	assert_true(a.tail_hash != c.tail_hash);
	assert_int_equal(single.tail_hash, 0);
	assert_int_equal(single.tail_llr, 0);
}

static bool mixes_case(const char *name)
{
	return payload_of(name).shape & ED_SHAPE_MIXED_CASE;
}

/* A resolver that randomises case does so in the whole name, a tunnel only in what is its own. */
static void test_mixed_case(void **state)
{
	(void)state;
	assert_true(mixes_case("aBcDeF.example.com"));
	assert_true(mixes_case("aBcDeF.EXAMPLE.COM"));
	assert_false(mixes_case("aBcDeF.eXaMpLe.cOm"));
	assert_false(mixes_case("abcdef.eXaMpLe.com"));
	assert_false(mixes_case("ABCDEF.example.com"));
	assert_false(mixes_case("eXaMpLe.com"));
}

/* Random case in the whole name is a resolver's: an ordinary name stays ordinary, and an encoded
 * one is not hidden by it. */
static void test_random_case_is_folded(void **state)
{
	struct ed_payload plain = payload_of("download-server.example.com");
	struct ed_payload cased = payload_of("dOwNlOaD-sErVeR.eXaMpLe.CoM");
	struct ed_payload low = payload_of("mfrggzdfmztwq2lknnwg23tpoa.example.com");
	struct ed_payload mixed = payload_of("mFRggzDFmztWQ2lKNNwg23tPoA.ExAmPlE.cOm");

	(void)state;
	assert_false(cased.shape & ED_SHAPE_MIXED_CASE);
	assert_true(plain.llr < 0 && cased.llr < BIT * 8);
	assert_true(mixed.llr >= low.llr);
	assert_true(mixed.code > low.code);
	/* the same name below a zone in one case: its case is its own */
	assert_true(payload_of("dOwNlOaD-sErVeR.example.com").shape & ED_SHAPE_MIXED_CASE);
}

static void assert_same(const struct ed_payload *a, const struct ed_payload *b)
{
	assert_int_equal(a->llr, b->llr);
	assert_int_equal(a->tail_llr, b->tail_llr);
	assert_int_equal(a->code, b->code);
	assert_int_equal(a->tail_hash, b->tail_hash);
	assert_int_equal(a->alphabet, b->alphabet);
	assert_int_equal(a->longest, b->longest);
	assert_int_equal(a->shape, b->shape);
}

/* A name with one label or two of a few bytes, zeros among them, below a zone of two labels. */
static struct ed_name nth(unsigned i)
{
	static const uint8_t bytes[] = { 0, 'a', 'A', '7', 0xc3, 0xbc, '-' };
	static const uint8_t zone[] = "\7example\3com";
	struct ed_name name = { .n = 0 };
	unsigned n_labels = 1 + i % 2;

	for (unsigned l = 0; l < n_labels; l++) {
		unsigned n = 1 + (i / 2 >> l) % 5;

		name.wire[name.n++] = (uint8_t)n;
		for (unsigned j = 0; j < n; j++)
			name.wire[name.n++] = bytes[(i / 16 + j * (i / 112 + l)) % sizeof(bytes)];
	}
	memcpy(name.wire + name.n, zone, sizeof(zone));
	name.n = (uint8_t)(name.n + sizeof(zone));
	return name;
}

static void test_what_is_kept_is_what_it_says(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8 * ED_PAYLOAD_PLACES; i++) {
		static struct ed_payload_memo none;
		struct ed_name name = nth(i);
		struct ed_payload want, made, found;

		memset(&none, 0, sizeof(none));
		none.hash_key = KEY;
		want = scored(&none, &name, 2, ED_ZONE_REGISTRABLE);
		made = scored(&kept, &name, 2, ED_ZONE_REGISTRABLE);
		found = scored(&kept, &name, 2, ED_ZONE_REGISTRABLE);
		assert_same(&made, &want);
		assert_same(&found, &want);
	}
}

static void test_none(void **state)
{
	const struct ed_payload none = { .llr = 0 };
	struct ed_payload p = payload_of("example.com");

	(void)state;
	assert_same(&p, &none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reversed_addresses),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_reversed_addresses_of_a_zone),
		cmocka_unit_test(test_guids_are_pardoned),
		cmocka_unit_test(test_what_resolvers_ask_themselves),
		cmocka_unit_test(test_names_that_are_no_text),
		cmocka_unit_test(test_rightmost_label),
		cmocka_unit_test(test_mixed_case),
		cmocka_unit_test(test_random_case_is_folded),
		cmocka_unit_test(test_what_is_kept_is_what_it_says),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
