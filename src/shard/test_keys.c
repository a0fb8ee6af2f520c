/* SPDX-License-Identifier: Apache-2.0 */
/* The key table: a full table keeps the informed, never the many; windows rotate; places are found
 * again. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "shard/keys.h"

static const int64_t HOUR_NS = 3600 * INT64_C(1000000000);

/* A table that admits every key while there is room: what is tested here is not the first
 * threshold. */
static void table_init(struct ed_key_table *t, uint32_t capacity, uint32_t n_sketches)
{
	assert_int_equal(ed_key_table_init(t, capacity, n_sketches, NULL), 0);
	t->tau = INFINITY;
}

static struct ed_key *sight(struct ed_key_table *t, uint64_t key, uint64_t payload, unsigned weight)
{
	static uint64_t draw;
	struct ed_key_news news;
	struct ed_key *k = ed_key_admit(t, key,
					&(struct ed_key_bid){ .payload_hash = ed_hash_mix(payload),
							      .weight_bytes = weight,
							      .quiet = weight == 0,
							      .draw = ed_hash_mix(++draw),
							      .time_ns = 0 },
					&news);

	if (k)
		k->n_queries++;
	return k;
}

static double info_bytes(const struct ed_key_table *t, const struct ed_key *k)
{
	struct ed_key_info info;

	ed_key_info(t, k, &info);
	assert_true(info.day == info.names + info.extra);
	assert_true(info.month >= 0);
	return info.day;
}

/* One key that says 4 kB in 200 names among 20,000 that say a little each, in a table for 1,000. */
static void test_heavy_key_stays(void **state)
{
	unsigned n_missed = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct ed_key_table t;
		const uint64_t heavy = ed_hash_mix(seed) | 1;

		table_init(&t, 1000, 64);
		for (uint64_t i = 0; i < 20000; i++) {
			(void)sight(&t, ed_hash_mix(seed << 32 | i) | 1, i, 2);
			if (i % 100 == 0)
				(void)sight(&t, heavy, seed << 32 | i, 20);
		}
		n_missed += !ed_key_find(&t, heavy);
		assert_in_range(t.n_keys, 1000 - 1000 / 4, 1000);
		assert_true(t.n_evicted > 0 && t.n_refused > 0);
		ed_key_table_done(&t);
	}
	assert_int_equal(n_missed, 0);
}

static void test_every_key_is_found_again(void **state)
{
	struct ed_key_table t;
	unsigned n_found = 0;

	(void)state;
	table_init(&t, 500, 16);
	for (uint64_t i = 0; i < 5000; i++)
		(void)sight(&t, ed_hash_mix(i) | 1, i, 1);
	for (uint32_t i = 0; i < t.n_used; i++) {
		if (t.keys[i].hash)
			assert_ptr_equal(ed_key_find(&t, t.keys[i].hash), &t.keys[i]);
	}
	for (uint64_t i = 0; i < 5000; i++)
		n_found += ed_key_find(&t, ed_hash_mix(i) | 1) != NULL;
	assert_int_equal(n_found, t.n_keys);
	assert_in_range(n_found, 500 - 500 / 4, 500);
	ed_key_table_done(&t);
}

/* A hint saves the search where it holds and changes nothing where it does not. */
static void test_hint_is_but_a_hint(void **state)
{
	struct ed_key_hint nowhere;
	struct ed_key_table t;
	unsigned n_hit = 0;

	(void)state;
	table_init(&t, 500, 16);
	for (uint64_t i = 0; i < 400; i++)
		(void)sight(&t, ed_hash_mix(i) | 1, i, 1);
	for (uint32_t i = 0; i < t.n_used; i++) {
		uint64_t hash = t.keys[i].hash;
		struct ed_key_hint hint = ed_key_fetch(&t, hash, sizeof(struct ed_key));

		assert_true(hint.at == i || hint.at == ED_KEY_NONE);
		n_hit += hint.at == i;
		ed_key_fetch_next(&t, hint, i, sizeof(struct ed_key));
		assert_ptr_equal(ed_key_find_at(&t, hash, hint), &t.keys[i]);
		for (hint.at = 0; hint.at < t.n_used; hint.at += 7)
			assert_ptr_equal(ed_key_find_at(&t, hash, hint), &t.keys[i]);
		hint = (struct ed_key_hint){ ED_KEY_NONE, t.n_made - 1 };
		assert_ptr_equal(ed_key_find_at(&t, hash, hint), &t.keys[i]);
	}
	assert_true(n_hit > 390);
	nowhere = ed_key_fetch(&t, 2, sizeof(struct ed_key));
	assert_int_equal(nowhere.at, ED_KEY_NONE);
	assert_null(ed_key_find_at(&t, 2, nowhere));
	for (uint32_t at = 0; at < t.n_used; at++)
		assert_null(ed_key_find_at(&t, 2, (struct ed_key_hint){ at, t.n_made }));
	ed_key_table_done(&t);
}

/* A key that was nowhere when its memory was fetched is found when it has come since. */
static void test_hint_of_a_key_that_came(void **state)
{
	struct ed_key_table t;

	(void)state;
	table_init(&t, 500, 16);
	for (uint64_t i = 0; i < 500; i++) {
		uint64_t hash = ed_hash_mix(i) | 1;
		struct ed_key_hint hint = ed_key_fetch(&t, hash, sizeof(struct ed_key));

		assert_int_equal(hint.at, ED_KEY_NONE);
		assert_null(ed_key_find_at(&t, hash, hint));
		(void)sight(&t, hash, i, 200);
		assert_ptr_equal(ed_key_find_at(&t, hash, hint), ed_key_find(&t, hash));
	}
	assert_true(t.n_keys > 400);
	ed_key_table_done(&t);
}

static void test_pinned_key_survives_a_flood(void **state)
{
	struct ed_key_table t;
	struct ed_key *k;

	(void)state;
	table_init(&t, 100, 8);
	k = sight(&t, 42, 1, 1);
	ed_key_pin(&t, k);
	for (uint64_t i = 0; i < 20000; i++)
		(void)sight(&t, ed_hash_mix(i) | 1, i, 50);
	assert_ptr_equal(ed_key_find(&t, 42), k);
	ed_key_unpin(&t, k);
	for (uint64_t i = 0; i < 200000; i++)
		(void)sight(&t, ed_hash_mix(1000000 + i) | 1, i, 200);
	assert_null(ed_key_find(&t, 42));
	ed_key_table_done(&t);
}

/* A full table admits a key of I bytes with probability 1 - e^(-I * tau), within sampling error. */
static void test_admission_follows_information(void **state)
{
	const unsigned n_tries = 4000;
	struct ed_key_table t;
	unsigned n_admitted = 0;
	double expected;
	struct ed_key_news news;
	float tau;

	(void)state;
	table_init(&t, 2000, 8);
	for (uint64_t i = 0; i < 100000; i++)
		(void)sight(&t, ed_hash_mix(i) | 1, i, 10);
	tau = t.tau;
	for (uint64_t i = 0; i < n_tries; i++) {
		n_admitted += ed_key_admit(&t, ed_hash_mix(1U << 30 | i) | 1,
					   &(struct ed_key_bid){ .payload_hash = ed_hash_mix(i),
								 .weight_bytes = 30,
								 .draw = ed_hash_mix(i + 7) },
					   &news) != NULL;
	}
	expected = n_tries * (1 - exp(-31 * (double)(tau + t.tau) / 2));
	assert_true(fabs(n_admitted - expected) < 0.15 * expected + 60);
	ed_key_table_done(&t);
}

/*
 * A channel that is fed by answers, two hundred bytes each under a counter that says one: of a
 * thousand in an ordinary table at most one is outside when it was told a third of its ceiling.
 */
static void test_who_is_told_much_is_admitted(void **state)
{
	const unsigned n_channels = 1000, n_polls = 7;
	unsigned n_missed = 0, n_missed_untold = 0;
	struct ed_key_table t;
	struct ed_key_news news;

	(void)state;
	assert_int_equal(ed_key_table_init(&t, 4000, 8, NULL), 0);
	for (uint64_t i = 0; i < n_channels * 2; i++) {
		struct ed_key_bid bid = { .weight_bytes = 1, .other_bytes = i % 2 ? 0 : 12 };
		struct ed_key *k = NULL;

		for (uint64_t poll = 0; poll < n_polls && !k; poll++) {
			bid.payload_hash = ed_hash_mix(i << 8 | poll);
			bid.draw = ed_hash_mix(~(i << 8 | poll));
			k = ed_key_admit(&t, ed_hash_mix(i) | 1, &bid, &news);
		}
		if (k)
			assert_int_equal(k->names_bytes[0], 1); /* they are not what it says */
		else if (bid.other_bytes > 0)
			n_missed++;
		else
			n_missed_untold++;
	}
	assert_in_range(n_missed, 0, 1);
	assert_in_range(n_missed_untold, 100, 300); /* e^(-7 * 2 / 8) of them */
	ed_key_table_done(&t);
}

static void test_quiet_lookups_make_a_key_in_the_end(void **state)
{
	unsigned n_made = 0, total = 0;
	struct ed_key_news news;

	(void)state;
	for (uint64_t key = 1; key <= 50; key++) {
		struct ed_key_table t;
		struct ed_key *k = NULL;

		table_init(&t, 16, 8);
		for (unsigned i = 0; i < 4096 && !k; i++, total++)
			k = ed_key_admit(&t, ed_hash_mix(key) | 1,
					 &(struct ed_key_bid){ .quiet = true,
							       .draw = ed_hash_mix(i) },
					 &news);
		n_made += k != NULL;
		ed_key_table_done(&t);
	}
	assert_int_equal(n_made, 50);
	assert_in_range(total / 50, 200, 420);
}

static void test_information_exact_then_close(void **state)
{
	struct ed_key_table t;
	struct ed_key *k = NULL;
	double sum = 0;

	(void)state;
	table_init(&t, 10, 4);
	for (uint64_t i = 0; i < 2000; i++) {
		unsigned weight = 5 + (unsigned)(i % 40);

		(void)sight(&t, 7, i, weight);
		k = sight(&t, 7, i, weight); /* asked again: nothing new */
		sum += weight;
		if (i < ED_KEY_SMALL)
			assert_true(info_bytes(&t, k) == sum);
	}
	assert_true(fabs(info_bytes(&t, k) / sum - 1) < 4 * 0.065);
	assert_in_range(k->n_names, 1900, 2000);
	ed_key_table_done(&t);
}

/* A look at the key at @time_ns that brings nothing. True when a whole window had passed. */
static bool at(struct ed_key_table *t, int64_t time_ns)
{
	struct ed_key_news news;

	(void)ed_key_admit(t, 7, &(struct ed_key_bid){ .quiet = true, .time_ns = time_ns }, &news);
	return news.n_halves > 1;
}

static void test_window_rotates(void **state)
{
	struct ed_key_table t;
	struct ed_key *k = NULL;
	int64_t now = 1000 * HOUR_NS;

	(void)state;
	table_init(&t, 10, 4);
	for (uint64_t i = 0; i < 100; i++)
		k = sight(&t, 7, i, 50);
	assert_false(at(&t, now));
	assert_false(at(&t, now + 11 * HOUR_NS));
	assert_true(info_bytes(&t, k) > 2500);
	assert_false(at(&t, now + 13 * HOUR_NS)); /* half a window: still counted */
	assert_true(info_bytes(&t, k) > 2500);
	assert_false(at(&t, now - 50 * HOUR_NS)); /* time went back: nothing is lost */
	assert_true(info_bytes(&t, k) > 2500);
	assert_true(at(&t, now + 100 * HOUR_NS));
	assert_true(info_bytes(&t, k) == 0);
	ed_key_table_done(&t);
}

/* What repeats say counts beside the names, by the day and by the month. */
static void test_repeats_count_beside_names(void **state)
{
	struct ed_key_table t;
	struct ed_key_info info;
	struct ed_key *k = NULL;

	(void)state;
	table_init(&t, 10, 4);
	for (uint64_t i = 0; i < 5; i++)
		k = sight(&t, 7, i, 20);
	(void)at(&t, 1000 * HOUR_NS);
	for (unsigned i = 0; i < 800; i++)
		ed_key_note_extra(k, 4 * 1024);
	ed_key_info(&t, k, &info);
	assert_true(info.names == 100 && info.extra == 400);
	assert_true(info.day == 500 && info.month == 500);
	(void)at(&t, 1100 * HOUR_NS);
	ed_key_info(&t, k, &info);
	assert_true(info.day == 0 && info.month == 500);
	ed_key_note_extra(k, 8 * 1024);
	(void)at(&t, (1000 + 31 * 24) * HOUR_NS);
	ed_key_info(&t, k, &info);
	assert_true(info.day == 0 && info.month == 501);
	(void)at(&t, (1000 + 62 * 24) * HOUR_NS);
	ed_key_info(&t, k, &info);
	assert_true(info.month == 0);
	ed_key_table_done(&t);
}

/* Names that follow a template cost what changes; random ones what the name model says. */
static double said_by_names(bool is_random)
{
	struct ed_key_table t;
	struct ed_key *k = NULL;
	double bytes;

	table_init(&t, 10, 4);
	for (uint64_t i = 0; i < 200; i++) {
		char text[] = "\34sensor-in-the-basement-00000";
		struct ed_key_news news;

		for (unsigned j = 1; is_random && j <= 28; j++)
			text[j] = (char)('a' + ed_hash_mix(i * 64 + j) % 26);
		for (uint64_t j = 0, v = i; j < 5; j++, v /= 10)
			text[28 - j] = (char)('0' + v % 10);
		k = ed_key_admit(&t, 7,
				 &(struct ed_key_bid){ .payload_hash = ed_hash_mix(i),
						       .payload = ed_span_of(text, 29),
						       .weight_bytes = 14,
						       .draw = i },
				 &news);
		assert_non_null(k);
		assert_true(news.is_new || i > ED_KEY_SMALL);
	}
	bytes = info_bytes(&t, k);
	ed_key_table_done(&t);
	return bytes;
}

static void test_templates_cost_what_changes(void **state)
{
	(void)state;
	assert_true(said_by_names(false) < 200 * 14 * 0.4);
	assert_true(said_by_names(true) > 200 * 14 * 0.75);
	assert_true(said_by_names(true) < 200 * 14 * 1.25);
}

static void test_few_sketches_go_to_the_informed(void **state)
{
	struct ed_key_table t;

	(void)state;
	table_init(&t, 400, 16);
	for (uint64_t i = 0; i < 3000; i++)
		(void)sight(&t, 7, i, 20);
	for (uint64_t key = 1; key < 300; key++) {
		for (uint64_t i = 0; i < 20; i++)
			(void)sight(&t, ed_hash_mix(key) | 1, i, 2);
	}
	assert_true(t.n_sketches_taken > 0);
	assert_true(ed_key_find(&t, 7)->sketch != ED_KEY_NONE);
	for (uint32_t i = 0; i < t.n_sketches; i++)
		assert_int_equal(t.keys[t.sketches[i].owner].sketch, i);
	ed_key_table_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heavy_key_stays),
		cmocka_unit_test(test_every_key_is_found_again),
		cmocka_unit_test(test_hint_is_but_a_hint),
		cmocka_unit_test(test_hint_of_a_key_that_came),
		cmocka_unit_test(test_pinned_key_survives_a_flood),
		cmocka_unit_test(test_admission_follows_information),
		cmocka_unit_test(test_who_is_told_much_is_admitted),
		cmocka_unit_test(test_quiet_lookups_make_a_key_in_the_end),
		cmocka_unit_test(test_information_exact_then_close),
		cmocka_unit_test(test_window_rotates),
		cmocka_unit_test(test_repeats_count_beside_names),
		cmocka_unit_test(test_templates_cost_what_changes),
		cmocka_unit_test(test_few_sketches_go_to_the_informed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
