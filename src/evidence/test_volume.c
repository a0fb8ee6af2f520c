/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volume beside the day's sum: what is said within minutes, what is told by answers, and what the
 * site is used to.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "evidence/test_weigh.h"

static const int64_t S_NS = INT64_C(1000000000);

struct scene {
	_Alignas(8) uint8_t state[ED_EVIDENCE_STATE_MAX];
	struct ed_event ev;
	struct ed_sighting s;
	struct ed_subject subject;
};

static void begin(struct scene *c)
{
	memset(c, 0, sizeof(*c));
	c->ev.has = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES;
	c->ev.time_ns = 1000000 * S_NS;
	c->s = (struct ed_sighting){ .stands_for = 1, .is_query = true, .is_new = true };
	c->subject = (struct ed_subject){ .key_kind = ED_KEY_PAIR, .usual_p = 1 };
}

static void observe(struct scene *c)
{
	c->s.ev = &c->ev;
	ed_evidence_volume.observe(c->state, &c->s);
}

/* @n new names of @bytes each, @gap_s apart. */
static void say(struct scene *c, unsigned n, unsigned bytes, int64_t gap_s)
{
	for (unsigned i = 0; i < n; i++) {
		c->ev.time_ns += gap_s * S_NS;
		c->s.code_mbits = bytes * 8 * 1024;
		observe(c);
	}
}

/* An answer of @bytes free bytes whose hash is @hash. */
static void tell(struct scene *c, uint32_t bytes, uint32_t hash)
{
	c->ev.answers.bytes_opaque = bytes;
	c->ev.answers.hash = hash;
	c->s.is_response = true;
	c->s.is_query = false;
	observe(c);
	c->s.is_response = false;
	c->s.is_query = true;
}

static struct ed_evidence weigh(const struct scene *c)
{
	return weigh_state(&ed_evidence_volume, c->state, &c->subject);
}

static float bits(const struct scene *c)
{
	return weigh(c).bits;
}

static double fact(const struct scene *c, const char *name)
{
	struct ed_evidence e = weigh(c);

	return ed_evidence_get(&e, name, 0);
}

/* ------------------------------------------------------------------- bursts */

static void test_the_same_in_less_time_is_more(void **state)
{
	struct scene slow, fast;

	(void)state;
	begin(&slow);
	begin(&fast);
	slow.subject.info_bytes = fast.subject.info_bytes = 1000;
	say(&slow, 50, 20, 1700); /* over a day */
	say(&fast, 50, 20, 1);
	assert_true(fact(&fast, "burst_bytes") > 950 && fact(&fast, "burst_bytes") <= 1000);
	assert_true(fact(&slow, "burst_bytes") < 50);
	assert_true(bits(&fast) > bits(&slow));
}

/* The memory of a burst has a time constant of ten minutes: of 1,600 bytes, 590 are left then. */
static void test_a_burst_falls(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	say(&c, 80, 20, 0);
	assert_true(fact(&c, "burst_bytes") == 1600);
	c.s.is_new = false;
	say(&c, 1, 0, 600);
	assert_true(fact(&c, "burst_bytes") == 1600); /* its peak is told */
	ed_evidence_volume.fade(c.state);
	assert_true(fabs(fact(&c, "burst_bytes") - 1600 * exp(-1)) < 30);
	say(&c, 1, 0, 100000);
	ed_evidence_volume.fade(c.state);
	assert_true(fact(&c, "burst_bytes") == 0);
	c.s.is_new = true;
	say(&c, 80, 20, 1);
	ed_evidence_volume.turn(c.state, 2); /* as the key does behind a day's rest */
	ed_evidence_volume.fade(c.state);
	c.s.is_new = false;
	say(&c, 1, 0, 1000000);
	ed_evidence_volume.fade(c.state);
	assert_true(fact(&c, "burst_bytes") == 0);
}

static void test_only_new_names_make_a_burst(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	c.s.is_new = false;
	say(&c, 500, 20, 0);
	c.s.is_new = true;
	c.s.is_shared = true;
	say(&c, 500, 20, 0);
	c.s.is_shared = false;
	c.s.is_plain = true;
	say(&c, 500, 20, 0);
	assert_true(fact(&c, "burst_bytes") == 0);
	assert_true(bits(&c) == 0);
	assert_true(fact(&c, "peak_queries_per_s") == 100);
}

/* Times that leap and payloads without end: bounded, and no time wasted on empty slots. */
static void test_leaps_of_time(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	for (unsigned i = 0; i < 20000; i++) {
		c.ev.time_ns = i % 2 ? 4000000000 * S_NS : 1000000 * S_NS;
		c.s.code_mbits = UINT32_MAX;
		observe(&c);
	}
	assert_true(isfinite(fact(&c, "burst_bytes")));
	assert_true(fact(&c, "burst_bytes") <= UINT32_MAX / 16.0);
	assert_true(bits(&c) >= ed_evidence_volume.cap_bits);
}

/* ------------------------------------------------------------------ answers */

static void test_answers_that_repeat_do_not_count(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	for (unsigned i = 0; i < 1000; i++)
		tell(&c, 120, 77);
	assert_true(fact(&c, "answer_information_bytes") == 120);
	assert_true(bits(&c) == 0);
	for (unsigned i = 0; i < 100; i++) {
		tell(&c, 0, 5); /* an answer without free bytes between does not make it new */
		tell(&c, 120, 77);
	}
	assert_true(fact(&c, "answer_information_bytes") == 120);
	tell(&c, 120, 78);
	assert_true(fact(&c, "answer_information_bytes") == 240);
}

/* A policy and a key, polled in turn, are what they were; a third text among them is news. */
static void test_two_answers_in_turn_do_not_count(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	for (uint32_t i = 0; i < 1000; i++)
		tell(&c, 120, 77 + i % 2);
	assert_true(fact(&c, "answer_information_bytes") == 240);
	assert_int_equal(ed_volume_answers_bytes(c.state), 240);
	for (uint32_t i = 0; i < 9; i++)
		tell(&c, 120, 77 + i % 3);
	assert_true(fact(&c, "answer_information_bytes") > 5 * 120);
	begin(&c);
	for (unsigned i = 0; i < 10; i++) {
		tell(&c, 120, 0x10001); /* folds to nothing: known all the same */
		tell(&c, 0, 1);
	}
	assert_true(fact(&c, "answer_information_bytes") == 120);
	for (unsigned i = 0; i < 10; i++)
		tell(&c, 120, 0); /* what a source cannot tell apart counts */
	assert_true(fact(&c, "answer_information_bytes") == 11 * 120);
}

/* Texts and names that were not heard before, counted to a third; what is heard again is no news. */
static void test_news_in_answers(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	for (uint32_t i = 0; i < 20000; i++)
		tell(&c, 120, (uint32_t)ed_hash_mix(1 + i % 400));
	assert_in_range(ed_volume_news_bytes(c.state), 24000, 72000); /* of 48000 */
	begin(&c);
	for (uint32_t i = 0; i < 20000; i++)
		tell(&c, 120, (uint32_t)ed_hash_mix(1 + i % 4));
	assert_in_range(ed_volume_news_bytes(c.state), 240, 960);
	for (unsigned i = 0; i < 8; i++)
		ed_evidence_volume.turn(c.state, 1);
	assert_in_range(ed_volume_news_bytes(c.state), 0, 64);
	begin(&c);
	for (unsigned i = 0; i < 1000; i++)
		tell(&c, 120, 0); /* not told apart */
	assert_int_equal(ed_volume_news_bytes(c.state), 0);
	c.ev.answers.bytes_names = 200;
	tell(&c, 0, 7);
	assert_int_equal(ed_volume_news_bytes(c.state), 200);
}

static void test_answers_that_differ_do(void **state)
{
	struct scene c;
	float last = 0;

	(void)state;
	begin(&c);
	for (uint32_t i = 1; i <= 200; i++) {
		tell(&c, 120, i);
		assert_true(bits(&c) >= last);
		last = bits(&c);
	}
	assert_true(fact(&c, "answer_information_bytes") == 200 * 120);
	assert_true(last >= 6); /* 24 kB: less than one pair-day in a thousand */
	ed_evidence_volume.turn(c.state, 1);
	assert_true(fact(&c, "answer_information_bytes") == 16000); /* of 24000 */
	assert_true(fabs(fact(&c, "answer_information_30d_bytes") - 23600) < 8);
}

/* 16 kB spread over 30 days come to 10 kB, and to half of it a month after the last. */
static void test_answers_of_a_month(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	for (uint32_t half_day = 0; half_day < 60; half_day++) {
		tell(&c, 134, 2 * half_day + 1);
		tell(&c, 133, 2 * half_day + 2);
		ed_evidence_volume.turn(c.state, 1);
	}
	assert_true(fact(&c, "answer_information_bytes") < 600);
	assert_true(fabs(fact(&c, "answer_information_30d_bytes") - 10000) < 300);
	for (unsigned i = 0; i < 60; i++)
		ed_evidence_volume.turn(c.state, 1);
	assert_true(fact(&c, "answer_information_30d_bytes") < 4500);
}

static void test_answers_of_unknown_size(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	c.ev.has &= ~(uint32_t)ED_FIELD_RDATA_BYTES;
	tell(&c, 1000000, 1);
	assert_true(fact(&c, "answer_information_bytes") == 0);
	c.ev.has |= ED_FIELD_RDATA_BYTES;
	for (uint32_t i = 1; i < 10; i++)
		tell(&c, UINT32_MAX / 4, i);
	assert_true(fact(&c, "answer_information_bytes") == UINT32_MAX);
}

/* ------------------------------------------------------------------- usual */

static void test_what_the_site_is_used_to(void **state)
{
	struct scene c;
	float strange;

	(void)state;
	begin(&c);
	c.subject.info_bytes = 3000;
	strange = bits(&c);
	assert_true(strange > 6);
	c.subject.usual_p = 0.01;
	assert_true(fabsf(bits(&c) - 3.0f) < 0.1f);
	c.subject.usual_p = 0.5;
	assert_true(bits(&c) == 0);
	c.subject.usual_p = 1e-9; /* a site's own figures never make it worse */
	assert_true(bits(&c) == strange);
	c.subject.usual_p = 1;
	assert_true(bits(&c) == strange);
}

static void test_facts(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	c.subject.info_bytes = 300;
	c.subject.extra_bytes = 100;
	c.subject.month_bytes = 900;
	c.subject.n_names = 12;
	c.subject.n_queries = 40;
	assert_true(fact(&c, "information_bytes") == 300);
	assert_true(fact(&c, "repeat_bytes") == 100);
	assert_true(fact(&c, "information_30d_bytes") == 900);
	assert_true(fact(&c, "distinct_names") == 12);
	assert_true(fact(&c, "queries") == 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_same_in_less_time_is_more),
		cmocka_unit_test(test_a_burst_falls),
		cmocka_unit_test(test_only_new_names_make_a_burst),
		cmocka_unit_test(test_leaps_of_time),
		cmocka_unit_test(test_answers_that_repeat_do_not_count),
		cmocka_unit_test(test_two_answers_in_turn_do_not_count),
		cmocka_unit_test(test_news_in_answers),
		cmocka_unit_test(test_answers_that_differ_do),
		cmocka_unit_test(test_answers_of_a_month),
		cmocka_unit_test(test_answers_of_unknown_size),
		cmocka_unit_test(test_what_the_site_is_used_to),
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
