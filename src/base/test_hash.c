/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs that differ in one bit anywhere differ in about half the bits of their hash, and never
 * collide. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair_tells_every_bit_apart),
		cmocka_unit_test(test_key_changes_bytes_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
