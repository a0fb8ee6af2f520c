/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums over rare domains, and what is usual: days stay apart, partitions are added, the least gives
 * way; a day teaches nothing before another has passed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "shard/rare.h"
#include "shard/usual.h"

enum { CEILING = 1000, FOUND_MAX = 64 };

struct found {
	unsigned n;
	struct ed_rare_sum sums[FOUND_MAX];
};

static void note(void *arg, const struct ed_rare_sum *sum)
{
	struct found *f = arg;

	assert_in_range(f->n, 0, FOUND_MAX - 1);
	f->sums[f->n++] = *sum;
}

static struct found collect(const struct ed_rare *tables, unsigned n)
{
	const struct ed_rare *each[16];
	struct found ret = { .n = 0 };

	for (unsigned i = 0; i < n; i++)
		each[i] = &tables[i];
	assert_int_equal(ed_rare_collect(each, n, CEILING, note, &ret), 0);
	return ret;
}

static void add(struct ed_rare *r, uint64_t client, int64_t day, uint32_t bytes)
{
	const struct ed_rare_sum from = { .client_hash = ed_hash_mix(client),
					  .day = day,
					  .first_ns = day * 1000 + bytes,
					  .last_ns = day * 1000 + 2 * (int64_t)bytes };

	ed_rare_add(r, &from, bytes);
}

static struct ed_rare *tables_new(unsigned n)
{
	struct ed_rare *r = calloc(n, sizeof(*r));

	assert_non_null(r);
	for (unsigned i = 0; i < n; i++)
		r[i].sweep = 1;
	return r;
}

/* Eleven domains in eleven partitions, each far below every limit of its own. */
static void test_partitions_are_added(void **state)
{
	struct ed_rare *r = tables_new(16);
	struct found f;

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		add(&r[i], 1, 5, 100);
	assert_int_equal(collect(r, 16).n, 0); /* as much as is allowed */
	add(&r[10], 1, 5, 60);
	add(&r[3], 2, 5, 900);
	f = collect(r, 16);
	assert_int_equal(f.n, 1);
	assert_true(f.sums[0].client_hash == ed_hash_mix(1));
	assert_int_equal(f.sums[0].most_bytes, 1060);
	assert_int_equal(f.sums[0].most_domains, 11);
	assert_int_equal(f.sums[0].day, 5);
	assert_int_equal(f.sums[0].first_ns, 5060);
	assert_int_equal(f.sums[0].last_ns, 5200);
	free(r);
}

/* Each sweep sees the whole day again: the greatest counts, not their sum. */
static void test_sweeps_are_not_added(void **state)
{
	struct ed_rare *r = tables_new(1);
	struct found f;

	(void)state;
	for (unsigned sweep = 0; sweep < 24; sweep++, r->sweep++) {
		for (unsigned domain = 0; domain < (sweep == 12 ? 9 : 3); domain++)
			add(r, 1, 5, 110);
	}
	assert_int_equal(collect(r, 1).n, 0);
	for (unsigned domain = 0; domain < 10; domain++)
		add(r, 1, 5, 110);
	f = collect(r, 1);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.sums[0].most_bytes, 1100);
	assert_int_equal(f.sums[0].most_domains, 10);
	free(r);
}

static void test_days_stay_apart(void **state)
{
	struct ed_rare *r = tables_new(2);
	struct found f;

	(void)state;
	for (int64_t day = -3; day <= 3; day++) {
		add(&r[0], 1, day, 400);
		add(&r[1], 1, day, day == 2 ? 700 : 500);
		r[0].sweep++;
		r[1].sweep++;
	}
	f = collect(r, 2);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.sums[0].most_bytes, 1100);
	assert_int_equal(f.sums[0].day, 2);
	free(r);
}

static void test_the_order_is_that_of_the_clients(void **state)
{
	struct ed_rare *r = tables_new(4);
	struct found f;

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		add(&r[i % 4], 40 - i, i % 3, 2000);
	f = collect(r, 4);
	assert_int_equal(f.n, 40);
	for (unsigned i = 1; i < f.n; i++)
		assert_true(f.sums[i - 1].client_hash < f.sums[i].client_hash);
	free(r);
}

/* A flood of clients that say little does not push out the one that says much. */
static void test_the_least_gives_way(void **state)
{
	struct ed_rare *r = tables_new(1);

	(void)state;
	add(r, 1, 5, 1500);
	for (unsigned i = 0; i < 100000; i++)
		add(r, 1000 + i, 5, 32 + i % 200);
	assert_true(r->n_displaced > 90000);
	assert_int_equal(collect(r, 1).n, 1);
	free(r);
}

/* ------------------------------------------------------------------- usual */

static void note_days(struct ed_usual *u, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		ed_usual_note(u, ED_CLIENT_ORDINARY, i % 100 ? 10 : 5000, 1);
}

static void test_usual_after_a_whole_day(void **state)
{
	static struct ed_usual u;

	(void)state;
	note_days(&u, 2000);
	assert_true(ed_usual_p(&u, ED_CLIENT_ORDINARY, 5000) == 1); /* today */
	ed_usual_next_day(&u);
	assert_true(ed_usual_p(&u, ED_CLIENT_ORDINARY, 5000) == 1); /* yesterday */
	ed_usual_next_day(&u);
	assert_true(ed_usual_p(&u, ED_CLIENT_ORDINARY, 4000) == 0.01 * 2000 / 2001);
	assert_true(ed_usual_p(&u, ED_CLIENT_ORDINARY, 1e12) == 1.0 / 2001);
	assert_true(ed_usual_p(&u, ED_CLIENT_ORDINARY, 1) > 0.99);
	assert_true(ed_usual_p(&u, ED_CLIENT_MAIL, 4000) == 1); /* each role for itself */
	for (unsigned i = 0; i < 50; i++)
		ed_usual_next_day(&u);
	assert_true(ed_usual_p(&u, ED_CLIENT_ORDINARY, 4000) == 0.01 * 2000 / 2001);
}

static void test_usual_takes_enough_days_to_tell(void **state)
{
	static struct ed_usual u;

	(void)state;
	note_days(&u, ED_USUAL_MIN - 1);
	ed_usual_next_day(&u);
	ed_usual_next_day(&u);
	assert_true(ed_usual_p(&u, ED_CLIENT_ORDINARY, 1e6) == 1);
	note_days(&u, 1);
	ed_usual_next_day(&u);
	ed_usual_next_day(&u);
	assert_true(ed_usual_p(&u, ED_CLIENT_ORDINARY, 1e6) == 1.0 / (ED_USUAL_MIN + 1));
}

/* A key that few of its kind get stands for the others too, within reason. */
static void test_usual_pairs_stand_for_others(void **state)
{
	static struct ed_usual u;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		ed_usual_note(&u, ED_CLIENT_BUSY, 3, 50);
	ed_usual_note(&u, ED_CLIENT_BUSY, 3000, 0);
	ed_usual_note(&u, ED_CLIENT_BUSY, 3, 1e30);
	assert_int_equal(u.role[ED_CLIENT_BUSY].today.n, 5000 + 1 + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_partitions_are_added),
		cmocka_unit_test(test_sweeps_are_not_added),
		cmocka_unit_test(test_days_stay_apart),
		cmocka_unit_test(test_the_order_is_that_of_the_clients),
		cmocka_unit_test(test_the_least_gives_way),
		cmocka_unit_test(test_usual_after_a_whole_day),
		cmocka_unit_test(test_usual_takes_enough_days_to_tell),
		cmocka_unit_test(test_usual_pairs_stand_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
