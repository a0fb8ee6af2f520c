/* SPDX-License-Identifier: Apache-2.0 */
/* The index of keys: what was put in is found until it is taken out, however full it is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "base/hash.h"
#include "shard/key_index.h"

/* Whether @index is found for @hash by the rule that key_index.h gives for a search. */
static bool has(const struct ed_key_index *ix, uint64_t hash, uint32_t index)
{
	uint32_t at = ed_key_index_home(ix, hash);

	for (uint32_t n = 0; n <= ix->mask; n++, at = (at + 1) & ix->mask) {
		const struct ed_key_bucket *b = &ix->buckets[at];

		for (unsigned m = ed_key_bucket_match(b, ed_key_index_tag(hash)); m; m &= m - 1) {
			if (b->index[__builtin_ctz(m)] == index)
				return true;
		}
		if (b->n_passed == 0)
			return false;
	}
	return false;
}

static uint64_t hash_of(uint32_t index)
{
	return ed_hash_mix(index + 1);
}

/* Keys come and go at the highest load; each is found while it is there, and not afterwards. */
static void test_add_and_remove(void **state)
{
	enum { CAPACITY = 3000, ROUNDS = 20000 };
	static bool in[ROUNDS];
	struct ed_key_index ix;
	unsigned n_passed = 0;

	(void)state;
	memset(in, 0, sizeof(in));
	assert_int_equal(ed_key_index_init(&ix, CAPACITY, NULL), 0);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint32_t gone = (uint32_t)(ed_hash_mix(~(uint64_t)i) % (i + 1));

		if (i >= CAPACITY) {
			for (; !in[gone]; gone = (gone + 1) % i)
				;
			ed_key_index_remove(&ix, hash_of(gone), gone);
			in[gone] = false;
			assert_false(has(&ix, hash_of(gone), gone));
		}
		ed_key_index_add(&ix, hash_of(i), i);
		in[i] = true;
	}
	for (uint32_t i = 0; i < ROUNDS; i++)
		assert_int_equal(has(&ix, hash_of(i), i), in[i]);
	for (uint32_t i = 0; i <= ix.mask; i++)
		n_passed += ix.buckets[i].n_passed;
	assert_true(n_passed > 0);
	/* what passed a full bucket is forgotten with the keys that passed it */
	for (uint32_t i = 0; i < ROUNDS; i++) {
		if (in[i])
			ed_key_index_remove(&ix, hash_of(i), i);
	}
	for (uint32_t i = 0; i <= ix.mask; i++) {
		assert_int_equal(ix.buckets[i].n_passed, 0);
		assert_int_equal(ed_key_bucket_match(&ix.buckets[i], 0), 0x7f);
	}
	ed_key_index_done(&ix);
}

/* Keys of one home and one tag, more than a bucket holds: the index tells them apart. */
static void test_alike(void **state)
{
	enum { N = 3 * ED_KEY_BUCKET };
	const uint64_t hash = UINT64_C(0xffffffffffffffff); /* the last bucket: the search wraps */
	struct ed_key_index ix;

	(void)state;
	assert_int_equal(ed_key_index_init(&ix, 200, NULL), 0);
	for (uint32_t i = 0; i < N; i++)
		ed_key_index_add(&ix, hash, i);
	for (uint32_t i = 0; i < N; i += 2)
		ed_key_index_remove(&ix, hash, i);
	for (uint32_t i = 0; i < N; i++)
		assert_int_equal(has(&ix, hash, i), i % 2);
	assert_false(has(&ix, hash ^ 2, 1));
	ed_key_index_done(&ix);
}

/* Never more than four fifths full, in at most 24 bytes a key. */
static void test_size(void **state)
{
	(void)state;
	for (uint32_t capacity = 16; capacity < 1000000; capacity += 1 + capacity / 7) {
		struct ed_key_index ix;
		uint64_t n;

		assert_int_equal(ed_key_index_init(&ix, capacity, NULL), 0);
		n = ix.mask + UINT64_C(1);
		assert_true(capacity * UINT64_C(5) <= n * ED_KEY_BUCKET * 4);
		assert_true(n * sizeof(*ix.buckets) <= capacity * UINT64_C(24) + 128);
		ed_key_index_done(&ix);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_and_remove),
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
