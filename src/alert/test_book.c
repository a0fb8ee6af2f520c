/* SPDX-License-Identifier: Apache-2.0 */
/* The book: one incident a key, that only ever gets graver; a full book keeps the gravest. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "alert/book.h"
#include "alert/test_finding.h"
#include "base/hash.h"
#include "base/time.h"

static void note(struct ed_book *b, uint64_t key, enum ed_level level, float score_bits)
{
	struct ed_finding f = finding(key, level, score_bits);

	ed_book_note(b, &f);
}

static const struct ed_alert *alert_of(const struct ed_book *b, uint64_t key)
{
	for (uint32_t i = 0; i < b->n; i++) {
		if (b->keys[i] == key)
			return &b->alerts[i];
	}
	return NULL;
}

static void test_one_incident_a_key(void **state)
{
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 8), 0);
	for (unsigned i = 0; i < 30; i++)
		note(&b, i % 3, ED_LEVEL_MEDIUM, 1);
	assert_int_equal(b.n, 3);
	for (uint64_t key = 0; key < 3; key++) {
		assert_non_null(alert_of(&b, key));
		assert_int_equal(alert_of(&b, key)->sequence, 10);
		assert_int_equal(alert_of(&b, key)->client.b[15], key);
	}
	assert_int_equal(b.n_displaced + b.n_refused, 0);
	ed_book_done(&b);
}

static void test_later_finding_is_the_word_that_counts(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_LOW, -2);
	struct ed_book b;
	char id[ED_ALERT_ID_TEXT];

	(void)state;
	assert_int_equal(ed_book_init(&b, 8), 0);
	ed_book_note(&b, &f);
	assert_int_equal(b.alerts[0].level, ED_LEVEL_LOW);
	memcpy(id, b.alerts[0].id, sizeof(id));
	f.level = ED_LEVEL_HIGH;
	f.score_bits = 3;
	f.n_queries = 400;
	f.last_ns += 60 * ED_NS_PER_S;
	ed_book_note(&b, &f);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.alerts[0].level, ED_LEVEL_HIGH);
	assert_true(b.alerts[0].score_bits == 3);
	assert_int_equal(b.alerts[0].n_queries, 400);
	assert_int_equal(b.alerts[0].end_ns, f.last_ns);
	assert_int_equal(b.alerts[0].raised_ns, f.last_ns);
	assert_int_equal(b.alerts[0].sequence, 2);
	assert_string_equal(b.alerts[0].id, id);
	ed_book_done(&b);
}

/* What was said is not taken back; the figures of the incident still grow. */
static void test_level_never_falls(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_HIGH, 4);
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 8), 0);
	ed_book_note(&b, &f);
	f.level = ED_LEVEL_LOW;
	f.score_bits = -5;
	f.n_queries = 9000;
	f.formats = 4;
	f.last_ns += ED_NS_PER_S;
	ed_book_note(&b, &f);
	f.n_queries = 8000;
	f.last_ns -= 30 * ED_NS_PER_S;
	ed_book_note(&b, &f);
	assert_int_equal(b.alerts[0].level, ED_LEVEL_HIGH);
	assert_true(b.alerts[0].score_bits == 4);
	assert_int_equal(b.alerts[0].sequence, 1);
	assert_int_equal(b.alerts[0].n_queries, 9000);
	assert_int_equal(b.alerts[0].end_ns, 1061 * ED_NS_PER_S);
	assert_int_equal(b.alerts[0].formats, 5);
	f = finding(7, ED_LEVEL_MEDIUM, 8); /* nor for a higher score */
	ed_book_note(&b, &f);
	assert_int_equal(b.alerts[0].level, ED_LEVEL_HIGH);
	assert_true(b.alerts[0].score_bits == 4);
	for (unsigned i = 0; i < 40; i++) { /* nor by a little each time */
		f = finding(7, ED_LEVEL_HIGH, b.alerts[0].score_bits - 0.75f);
		ed_book_note(&b, &f);
	}
	assert_true(b.alerts[0].score_bits >= 3);
	ed_book_done(&b);
}

static void test_full_book_keeps_the_graver(void **state)
{
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 4), 0);
	note(&b, 1, ED_LEVEL_MEDIUM, 0.5f);
	note(&b, 2, ED_LEVEL_LOW, -1);
	note(&b, 3, ED_LEVEL_CRITICAL, 5);
	note(&b, 4, ED_LEVEL_LOW, -3);
	note(&b, 5, ED_LEVEL_LOW, -4); /* the least of all */
	assert_int_equal(b.n_refused, 1);
	assert_null(alert_of(&b, 5));
	note(&b, 6, ED_LEVEL_LOW, -2); /* graver than 4 by its score */
	assert_null(alert_of(&b, 4));
	note(&b, 7, ED_LEVEL_HIGH, -9); /* the level comes first */
	assert_null(alert_of(&b, 6));
	note(&b, 8, ED_LEVEL_LOW, 9);
	assert_null(alert_of(&b, 2));
	assert_int_equal(b.n, 4);
	assert_int_equal(b.n_displaced, 3);
	assert_int_equal(alert_of(&b, 8)->sequence, 1);
	assert_non_null(alert_of(&b, 1));
	assert_non_null(alert_of(&b, 3));
	assert_non_null(alert_of(&b, 7));
	ed_book_done(&b);
}

/* Whatever comes in whatever order, the gravest four stay. */
static void test_flood_does_not_displace_the_grave(void **state)
{
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 4), 0);
	for (uint64_t key = 1; key <= 2000; key++)
		note(&b, key, key % 500 == 0 ? ED_LEVEL_CRITICAL : ED_LEVEL_MEDIUM, 1);
	assert_int_equal(b.n, 4);
	for (uint64_t key = 500; key <= 2000; key += 500)
		assert_non_null(alert_of(&b, key));
	ed_book_done(&b);
}

/* The first finding of medium or above stays on record; what comes before and after does not
 * touch it. */
static void test_first_alert(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_LOW, -2);
	const struct ed_first_alert *first;
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 8), 0);
	first = &b.alerts[0].first_raised;
	ed_book_note(&b, &f);
	assert_int_equal(first->time_ns, ED_TIME_UNKNOWN_NS);
	f.level = ED_LEVEL_MEDIUM;
	f.score_bits = -4; /* graver by its level alone */
	f.last_ns = 1070 * ED_NS_PER_S;
	f.n_names = 17;
	f.n_queries = 19;
	f.info_bytes = 321.5;
	ed_book_note(&b, &f);
	f.level = ED_LEVEL_CRITICAL;
	f.score_bits = 9;
	f.last_ns = 1080 * ED_NS_PER_S;
	f.n_names = 1000;
	f.n_queries = 1000;
	f.info_bytes = 9999;
	ed_book_note(&b, &f);
	f.level = ED_LEVEL_LOW; /* and nothing is taken back */
	ed_book_note(&b, &f);
	assert_int_equal(b.alerts[0].level, ED_LEVEL_CRITICAL);
	assert_int_equal(b.alerts[0].sequence, 3);
	assert_int_equal(b.alerts[0].raised_ns, 1080 * ED_NS_PER_S);
	assert_int_equal(first->time_ns, 1070 * ED_NS_PER_S);
	assert_int_equal(first->n_names, 17);
	assert_int_equal(first->n_queries, 19);
	assert_true(first->info_bytes == 321.5);
	ed_book_done(&b);
}

/* Who takes the place of a lesser incident does not take over its history. */
static void test_place_is_taken_over_clean(void **state)
{
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 1), 0);
	note(&b, 1, ED_LEVEL_MEDIUM, 1);
	note(&b, 2, ED_LEVEL_MEDIUM, 2);
	assert_int_equal(b.alerts[0].client.b[15], 2);
	assert_int_equal(b.alerts[0].sequence, 1);
	assert_int_equal(b.alerts[0].first_raised.time_ns, 1060 * ED_NS_PER_S);
	note(&b, 1, ED_LEVEL_MEDIUM, 1);
	assert_int_equal(b.n_refused, 1);
	ed_book_done(&b);
}

static void test_no_room_at_all(void **state)
{
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 0), 0);
	note(&b, 1, ED_LEVEL_CRITICAL, 9);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.n_refused, 1);
	ed_book_done(&b);
}

enum { MODEL_N = 37 };

/* The rule of the book in its plainest form: look at all. */
struct plain_book {
	uint64_t keys[MODEL_N];
	uint8_t level[MODEL_N];
	float score[MODEL_N], best[MODEL_N];
	uint32_t n;
};

static bool plain_less(const struct plain_book *p, uint32_t i, uint8_t level, float score)
{
	return p->level[i] != level ? p->level[i] < level : p->score[i] < score;
}

/* Where the key goes; MODEL_N: nowhere. */
static uint32_t plain_place(struct plain_book *p, uint64_t key, uint8_t level, float score)
{
	uint32_t i = 0, least = 0;

	while (i < p->n && p->keys[i] != key)
		i++;
	if (i < p->n)
		return level < p->level[i] || (level == p->level[i] && score < p->best[i] - 1) ?
			       MODEL_N :
			       i;
	if (p->n < MODEL_N)
		return p->n++;
	for (i = 1; i < p->n; i++) {
		if (plain_less(p, i, p->level[least], p->score[least]))
			least = i;
	}
	return plain_less(p, least, level, score) ? least : MODEL_N;
}

static void plain_note(struct plain_book *p, uint64_t key, uint8_t level, float score)
{
	uint32_t i = plain_place(p, key, level, score);

	if (i == MODEL_N)
		return;
	if (p->keys[i] != key || level > p->level[i] || score > p->best[i])
		p->best[i] = score;
	p->keys[i] = key;
	p->level[i] = level;
	p->score[i] = score;
}

static void assert_same_book(const struct ed_book *b, const struct plain_book *p)
{
	assert_int_equal(b->n, p->n);
	for (uint32_t i = 0; i < b->n; i++) {
		assert_true(b->keys[i] == p->keys[i]);
		assert_int_equal(b->alerts[i].level, p->level[i]);
		assert_true(b->alerts[i].score_bits == p->score[i]);
		assert_int_equal(b->heap[b->heap_at[i]], i);
	}
}

/* Index and heap are only faster: 20,000 findings about 100 keys in a book of 37. */
static void test_same_as_looking_at_all(void **state)
{
	struct plain_book plain = { .n = 0 };
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, MODEL_N), 0);
	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t r = ed_hash_mix(i + 1);
		uint8_t level = (uint8_t)((r & 7) == 7 ? r >> 8 & 3 : 0);
		float score = (float)(r >> 16 & 63) / 4 - 8;

		/* alike in their low bits, so that they meet in the index */
		note(&b, 1 + (r >> 32) % 100 * 4096, (enum ed_level)level, score);
		plain_note(&plain, 1 + (r >> 32) % 100 * 4096, level, score);
		assert_same_book(&b, &plain);
	}
	assert_true(b.n_displaced > 10);
	ed_book_done(&b);
}

/* An order that a number which is none cannot break. */
static void test_scores_that_are_no_numbers(void **state)
{
	static const float scores[] = { NAN, INFINITY, -INFINITY, 1, 2 };
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_book_init(&b, 3), 0);
	for (uint64_t key = 0; key < 300; key++)
		note(&b, key, ED_LEVEL_MEDIUM, scores[key % 5]);
	assert_int_equal(b.n, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_true(isinf(b.alerts[i].score_bits) && b.alerts[i].score_bits > 0);
	ed_book_done(&b);
}

/* Samples are read once, and anew when they change. */
static void test_samples_are_decoded(void **state)
{
	struct ed_finding f = finding(7, ED_LEVEL_MEDIUM, 2);
	struct ed_name names[2];
	struct ed_book b;

	(void)state;
	assert_int_equal(ed_name_from_text(ed_span_str("48656c6c6f2c20776f726c64.t.example"),
					   ED_NAME_PLAIN, &names[0]),
			 0);
	assert_int_equal(ed_name_from_text(ed_span_str("676f6f64206d6f726e696e67.t.example"),
					   ED_NAME_PLAIN, &names[1]),
			 0);
	assert_int_equal(ed_book_init(&b, 2), 0);
	ed_book_note(&b, &f);
	assert_null(b.alerts[0].decoded[0].encoding);
	f.samples = names;
	f.sample_llr_bits = (const float[2]){ 40, 41 };
	f.n_samples = 1;
	for (unsigned i = 0; i < 3; i++) {
		ed_book_note(&b, &f);
		assert_string_equal(b.alerts[0].decoded[0].encoding, "hex");
		assert_memory_equal(b.alerts[0].decoded[0].shown, "Hello, world", 12);
		assert_null(b.alerts[0].decoded[1].encoding);
	}
	f.n_samples = 2;
	ed_book_note(&b, &f);
	assert_memory_equal(b.alerts[0].decoded[1].shown, "good morning", 12);
	assert_true(b.alerts[0].sample_llr_bits[1] == 41);
	ed_book_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_incident_a_key),
		cmocka_unit_test(test_later_finding_is_the_word_that_counts),
		cmocka_unit_test(test_level_never_falls),
		cmocka_unit_test(test_full_book_keeps_the_graver),
		cmocka_unit_test(test_flood_does_not_displace_the_grave),
		cmocka_unit_test(test_first_alert),
		cmocka_unit_test(test_place_is_taken_over_clean),
		cmocka_unit_test(test_no_room_at_all),
		cmocka_unit_test(test_same_as_looking_at_all),
		cmocka_unit_test(test_scores_that_are_no_numbers),
		cmocka_unit_test(test_samples_are_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
