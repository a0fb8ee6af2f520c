/* SPDX-License-Identifier: Apache-2.0 */
/* Pairing and shared names: each response settles one question; a mirror's second copy is told apart. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "shard/pending.h"
#include "shard/shared_names.h"

static const int64_t MS_NS = 1000000;

static struct ed_event event(uint64_t client, uint64_t name, uint16_t txid, int64_t time_ns)
{
	return (struct ed_event){ .client_hash = ed_hash_mix(client),
				  .name_hash = ed_hash_mix(name),
				  .txid = txid,
				  .qtype = ED_RR_A,
				  .client_port = 40000,
				  .time_ns = time_ns };
}

static void test_pairs_once(void **state)
{
	struct ed_pending p;
	struct ed_event q = event(1, 2, 3, 1000 * MS_NS);
	struct ed_event other = event(1, 2, 4, 1000 * MS_NS);

	(void)state;
	assert_int_equal(ed_pending_init(&p, 64), 0);
	assert_int_equal(ed_pending_query(&p, &q, ed_pending_question(&q)), ED_PENDING_ADDED);
	assert_false(ed_pending_response(&p, ed_pending_question(&other)));
	assert_true(ed_pending_response(&p, ed_pending_question(&q)));
	assert_false(ed_pending_response(&p, ed_pending_question(&q)));
	ed_pending_done(&p);
}

static void test_duplicate_and_retry(void **state)
{
	struct ed_pending p;
	struct ed_event q = event(1, 2, 3, 1000 * MS_NS);
	struct ed_event copy = event(1, 2, 3, 1001 * MS_NS);
	struct ed_event retry = event(1, 2, 3, 6000 * MS_NS);

	(void)state;
	assert_int_equal(ed_pending_init(&p, 64), 0);
	assert_int_equal(ed_pending_query(&p, &q, ed_pending_question(&q)), ED_PENDING_ADDED);
	assert_int_equal(ed_pending_query(&p, &copy, ed_pending_question(&copy)), ED_PENDING_DUPLICATE);
	assert_int_equal(ed_pending_query(&p, &retry, ed_pending_question(&retry)), ED_PENDING_ADDED);
	ed_pending_done(&p);
}

static void test_full_table_forgets_the_oldest(void **state)
{
	struct ed_pending p;
	unsigned n_paired = 0;

	(void)state;
	assert_int_equal(ed_pending_init(&p, 64), 0);
	for (uint16_t i = 0; i < 1000; i++) {
		struct ed_event q = event(i, i, i, (1000 + i) * MS_NS);

		(void)ed_pending_query(&p, &q, ed_pending_question(&q));
	}
	assert_true(p.n_evicted > 900);
	for (uint16_t i = 0; i < 1000; i++) {
		struct ed_event r = event(i, i, i, 2000 * MS_NS);

		n_paired += ed_pending_response(&p, ed_pending_question(&r));
	}
	assert_int_equal(n_paired, 64);
	ed_pending_done(&p);
}

static void test_shared_names(void **state)
{
	struct ed_shared_names t;
	uint64_t name = ed_hash_mix(99);

	(void)state;
	assert_int_equal(ed_shared_names_init(&t, 1024), 0);
	for (unsigned again = 0; again < 5; again++)
		assert_false(ed_shared_names_note(&t, name, ed_hash_mix(1)));
	assert_false(ed_shared_names_note(&t, name, ed_hash_mix(2)));
	assert_true(ed_shared_names_note(&t, name, ed_hash_mix(3)));
	assert_true(ed_shared_names_note(&t, name, ed_hash_mix(1)));
	assert_true(ed_shared_names_note(&t, name, ed_hash_mix(4)));
	ed_shared_names_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs_once),
		cmocka_unit_test(test_duplicate_and_retry),
		cmocka_unit_test(test_full_table_forgets_the_oldest),
		cmocka_unit_test(test_shared_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
