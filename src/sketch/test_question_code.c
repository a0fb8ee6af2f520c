/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code of a sequence of questions: it tells no more sequences apart than its length allows,
 * what machines ask in turn is nearly free, and what is chosen at random costs its bits.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/hash.h"
#include "sketch/question_code.h"

enum { A = 1, TXT = 16, AAAA = 28 };

static const uint16_t common[] = { 1, 28, 65, 12, 16, 15, 33, 5, 6, 2, 10, 25, 43, 48 };
enum { N_COMMON = sizeof(common) / sizeof(common[0]) };

/* Somebody who asks, and what it has cost. */
struct asker {
	struct ed_question_code code;
	uint8_t followers[ED_QUESTION_MANY_FOLLOWERS];
	bool many;
	uint32_t n_names;
	double bits; /* since the counter was set to 0 */
	unsigned n;
};

/* Names whose places in the tables of followers differ. */
static uint32_t id(unsigned name)
{
	return (uint32_t)(ed_hash_mix(name + 1) >> 32) / ED_QUESTION_MANY_FOLLOWERS *
		       ED_QUESTION_MANY_FOLLOWERS +
	       name % ED_QUESTION_MANY_FOLLOWERS;
}

static void ask(struct asker *a, struct ed_question q)
{
	q.n_names = a->n_names;
	a->bits += ed_question_code(&a->code, a->many ? a->followers : NULL, &q) / 1024.0;
	a->n++;
}

static void ask_known(struct asker *a, unsigned name, uint16_t qtype)
{
	ask(a, (struct ed_question){ .name_id = id(name), .qtype = qtype });
}

/* The mean of the questions since the last call. */
static double bits_each(struct asker *a)
{
	double mean = a->bits / a->n;

	a->bits = 0;
	a->n = 0;
	return mean;
}

/* --------------------------------------------------------------- a prefix code */

static double share(const struct asker *a, struct ed_question q)
{
	struct asker copy = *a;

	copy.bits = 0;
	ask(&copy, q);
	return exp2(-copy.bits);
}

/* The sum of 2^-cost over every name that is known, any new one, and each common type. */
static double kraft_sum(const struct asker *a, uint8_t header_tag)
{
	double sum = 0;

	for (unsigned t = 0; t < N_COMMON; t++) {
		struct ed_question q = { .qtype = common[t], .header_tag = header_tag };

		for (unsigned i = 0; i < a->n_names; i++) {
			q.name_id = id(i);
			sum += share(a, q);
		}
		q.is_new = true;
		q.name_id = id(1000000);
		sum += share(a, q);
	}
	return sum;
}

/* One of the ways to ask: in turn, at random, always the same, bursts of types, new names. */
static void next_question(struct asker *a, unsigned way, unsigned i)
{
	uint64_t h = ed_hash_mix(way * 100000 + i);
	struct ed_question q = { .name_id = id(i % a->n_names), .qtype = A };

	switch (way) {
	case 0:
		break;
	case 1:
		q.name_id = id((unsigned)(h % a->n_names));
		q.qtype = common[(h >> 32) % N_COMMON];
		break;
	case 2:
		q.name_id = id(0);
		break;
	case 3:
		q.qtype = i % 2 ? AAAA : A;
		q.name_id = id(i / 2 % a->n_names);
		break;
	default:
		q.is_new = i % 3 != 0;
		q.name_id = id(i);
		break;
	}
	ask(a, q);
}

static void test_never_more_than_a_prefix_code(void **state)
{
	(void)state;
	for (unsigned way = 0; way < 10; way++) {
		struct asker a = { .n_names = way < 5 ? 16 : 3, .many = way % 2 };

		for (unsigned i = 0; i < 300; i++) {
			/* the logarithm is a hundredth of a bit off, and there are up to eight */
			if (i % 29 == 0)
				assert_true(kraft_sum(&a, 0) <= 1.03);
			next_question(&a, way % 5, i);
		}
	}
}

static void test_headers_are_a_prefix_code(void **state)
{
	struct asker a = { .n_names = 1 };
	double sum = 0;

	(void)state;
	for (unsigned i = 0; i < 200; i++)
		ask(&a, (struct ed_question){ .name_id = id(0),
					      .qtype = A,
					      .header_tag = (uint8_t)(i % 7 ? 5 : 9) });
	for (unsigned tag = 1; tag < 256; tag++)
		sum += share(&a, (struct ed_question){ .name_id = id(0),
						       .qtype = A,
						       .header_tag = (uint8_t)tag });
	assert_true(sum <= 1.03);
}

/* ------------------------------------------------------------------- cheap */

static void test_names_in_turn_are_nearly_free(void **state)
{
	struct asker a = { .n_names = 6 };

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		if (i == 500)
			(void)bits_each(&a);
		ask_known(&a, i % 6, A);
	}
	assert_true(bits_each(&a) < 0.2);
}

static void test_one_name_again_and_again(void **state)
{
	struct asker a = { .n_names = 40 };

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		if (i == 500)
			(void)bits_each(&a);
		ask_known(&a, 7, TXT);
	}
	assert_true(bits_each(&a) < 0.1);
}

static void test_pairs_of_types_are_nearly_free(void **state)
{
	struct asker one = { .n_names = 6 }, six = one;

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		if (i == 2000) {
			(void)bits_each(&one);
			(void)bits_each(&six);
		}
		ask_known(&one, 3, i % 2 ? AAAA : A);
		ask_known(&six, i / 2 % 6, i % 2 ? AAAA : A);
	}
	assert_true(bits_each(&one) < 0.2);
	/* of several names in turn: one bit says that the second question repeats the name */
	assert_true(bits_each(&six) < 1.2);
}

/* Where places are shared the follower is forgotten; then the index is what it costs, and no more.
 */
static void test_names_that_share_a_place(void **state)
{
	(void)state;
	for (unsigned set = 0; set < 100; set++) {
		struct asker a = { .n_names = 6 };

		for (unsigned i = 0; i < 1000; i++) {
			uint32_t name = (uint32_t)ed_hash_mix(set * 6 + i % 6);

			if (i == 500)
				(void)bits_each(&a);
			ask(&a, (struct ed_question){ .name_id = name, .qtype = A });
		}
		assert_true(bits_each(&a) < log2(6) + 1.2);
	}
}

/* A hundred hosts in turn: only the larger table of followers remembers who comes next. */
static void test_many_names_in_turn(void **state)
{
	struct asker few = { .n_names = 100 }, many = { .n_names = 100, .many = true };

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		if (i == 5000) {
			(void)bits_each(&few);
			(void)bits_each(&many);
		}
		ask_known(&few, i % 100, A);
		ask_known(&many, i % 100, A);
	}
	assert_true(bits_each(&many) < 0.3);
	assert_true(bits_each(&few) > 6);
}

/* ------------------------------------------------------------------- dear */

static void test_a_codebook_costs_its_bits(void **state)
{
	static const unsigned sizes[] = { 2, 4, 16, 64, 256 };

	(void)state;
	for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		struct asker a = { .n_names = sizes[s], .many = sizes[s] > 16 };
		double each;

		for (unsigned i = 0; i < 20000; i++) {
			if (i == 2000)
				(void)bits_each(&a);
			ask_known(&a, (unsigned)(ed_hash_mix(i) % sizes[s]), A);
		}
		each = bits_each(&a);
		assert_true(each >= log2(sizes[s]) * 0.995);
		assert_true(each <= log2(sizes[s]) + 2);
	}
}

/* That AAAA follows A of the same name is no news, also where which name it is is news. */
static void test_both_addresses_cost_once(void **state)
{
	struct asker a = { .n_names = 64, .many = true };
	double each;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		unsigned name = (unsigned)(ed_hash_mix(i) % 64);

		if (i == 2000)
			(void)bits_each(&a);
		ask_known(&a, name, A);
		ask_known(&a, name, AAAA);
	}
	each = 2 * bits_each(&a);
	assert_true(each >= 6 * 0.995);
	assert_true(each <= 6 + 0.6);
}

static void test_a_channel_of_types_costs_its_bits(void **state)
{
	struct asker a = { .n_names = 1 };
	double each;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		if (i == 2000)
			(void)bits_each(&a);
		ask_known(&a, 0, common[ed_hash_mix(i) % 8]);
	}
	each = bits_each(&a);
	assert_true(each >= 3 * 0.995);
	assert_true(each <= 5);
}

static void test_a_header_that_changes_costs(void **state)
{
	struct asker same = { .n_names = 1 }, changes = same;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		struct ed_question q = { .name_id = id(0), .qtype = A, .header_tag = 77 };

		ask(&same, q);
		q.header_tag = ed_hash_mix(i) & 1 ? 77 : 79;
		ask(&changes, q);
	}
	assert_true(bits_each(&same) < 0.2);
	assert_true(bits_each(&changes) >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_more_than_a_prefix_code),
		cmocka_unit_test(test_headers_are_a_prefix_code),
		cmocka_unit_test(test_names_in_turn_are_nearly_free),
		cmocka_unit_test(test_names_that_share_a_place),
		cmocka_unit_test(test_one_name_again_and_again),
		cmocka_unit_test(test_pairs_of_types_are_nearly_free),
		cmocka_unit_test(test_many_names_in_turn),
		cmocka_unit_test(test_a_codebook_costs_its_bits),
		cmocka_unit_test(test_both_addresses_cost_once),
		cmocka_unit_test(test_a_channel_of_types_costs_its_bits),
		cmocka_unit_test(test_a_header_that_changes_costs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
