/* SPDX-License-Identifier: Apache-2.0 */
/* What differs in one bit anywhere differs in about half the bits of its hash, and never collides. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"

static void test_pair_tells_every_bit_apart(void **state)
{
	double n_flipped = 0;

	(void)state;
	for (unsigned bit = 0; bit < 128; bit++) {
		for (uint64_t i = 0; i < 100; i++) {
			uint64_t a = ed_hash_mix(i), b = i;
			uint64_t x = ed_hash_pair(a, b);
			uint64_t y = bit < 64 ? ed_hash_pair(a ^ UINT64_C(1) << bit, b) :
						ed_hash_pair(a, b ^ UINT64_C(1) << (bit - 64));

			assert_true(x != y);
			n_flipped += __builtin_popcountll(x ^ y);
		}
	}
	assert_true(n_flipped / (128 * 100) > 31 && n_flipped / (128 * 100) < 33);
}

static void test_key_changes_bytes_hash(void **state)
{
	(void)state;
	assert_true(ed_hash_bytes("a", 1, 1) != ed_hash_bytes("a", 1, 2));
	assert_true(ed_hash_bytes("a", 1, 1) == ed_hash_bytes("a", 1, 1));
	assert_true(ed_hash_bytes("", 0, 1) != ed_hash_bytes("a", 1, 1));
}

static void test_sum_tells_numbers_and_hashes_apart(void **state)
{
	const uint64_t a = ed_hash_mix(1), b = ed_hash_mix(2);

	(void)state;
	for (uint64_t n = 1; n < 10000; n++) {
		assert_true(ed_hash_sum(a, b, n) != ed_hash_sum(a, b, n << 48 | n));
		assert_true(ed_hash_sum(a, b, 0) != ed_hash_sum(a, b, n));
		assert_true(ed_hash_sum(a, ed_hash_mix(n + 2), 0) != ed_hash_sum(a, b, 0));
		assert_true(ed_hash_sum(ed_hash_mix(n + 1), b, 0) != ed_hash_sum(a, b, 0));
	}
	assert_true(ed_hash_sum(a, b, 0) != ed_hash_sum(b, a, 0));
}

/* The same of an address and its network. */
static void test_sixteen_bytes_are_told_apart(void **state)
{
	double n_flipped = 0;

	(void)state;
	for (unsigned bit = 0; bit < 160; bit++) {
		for (uint64_t i = 0; i < 100; i++) {
			uint64_t word[3] = { ed_hash_mix(i), ed_hash_mix(~i), i };
			uint64_t x = ed_hash_16((const uint8_t *)word, word[2], 7), y;

			assert_true(x != ed_hash_16((const uint8_t *)word, word[2], 8));
			word[bit / 64] ^= UINT64_C(1) << bit % 64;
			y = ed_hash_16((const uint8_t *)word, word[2], 7);
			assert_true(x != y);
			n_flipped += __builtin_popcountll(x ^ y);
		}
	}
	assert_true(n_flipped / (160 * 100) > 31 && n_flipped / (160 * 100) < 33);
}

/* Which addresses are alike depends on the key: those of one are not those of another. */
static void test_nobody_without_the_key_knows_what_collides(void **state)
{
	const uint64_t multiplier = 0x9e3779b97f4a7c15U; /* of the keys 0 and 1 */
	const uint64_t one[2] = { 1, 0 }, other[2] = { 0, multiplier };

	(void)state;
	assert_true(ed_hash_16((const uint8_t *)one, 0, 0) ==
		    ed_hash_16((const uint8_t *)other, 0, 0));
	for (uint64_t key = 2; key < 1000; key++)
		assert_true(ed_hash_16((const uint8_t *)one, 0, key) !=
			    ed_hash_16((const uint8_t *)other, 0, key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair_tells_every_bit_apart),
		cmocka_unit_test(test_key_changes_bytes_hash),
		cmocka_unit_test(test_sum_tells_numbers_and_hashes_apart),
		cmocka_unit_test(test_sixteen_bytes_are_told_apart),
		cmocka_unit_test(test_nobody_without_the_key_knows_what_collides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
