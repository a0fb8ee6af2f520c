/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timing family on made-up lookups: implants that sleep against everything ordinary that is
 * regular too. Every scene is a loop of new names, repeats and pauses.
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
#include "evidence/p_value.h"

static const struct ed_evidence_family *const timing = &ed_evidence_timing;

static const int64_t MS_NS = 1000000;
static const int64_t START_NS = INT64_C(1760000000123) * 1000000;

struct scene {
	_Alignas(8) uint8_t state[ED_EVIDENCE_STATE_MAX];
	struct ed_event ev;
	struct ed_sighting s;
	struct ed_subject subject;
	uint64_t rng;
};

static void begin(struct scene *c)
{
	memset(c, 0, sizeof(*c));
	c->ev.has = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_QTYPE | ED_FIELD_TTL;
	c->ev.time_ns = START_NS;
	c->s = (struct ed_sighting){
		.stands_for = 1, .ev = &c->ev, .key_kind = ED_KEY_PAIR, .is_query = true
	};
	c->subject = (struct ed_subject){ .has = UINT32_MAX, .n_clients = 1 };
}

/* After @gap_ms a lookup of a name that is new, or known. */
static void look(struct scene *c, double gap_ms, bool is_new)
{
	c->ev.time_ns += (int64_t)(gap_ms * (double)MS_NS);
	c->s.is_new = is_new;
	timing->observe(c->state, &c->s);
}

static double uniform(struct scene *c)
{
	return (double)((ed_hash_mix(++c->rng) >> 11) + 1) * 0x1p-53;
}

static double pause_ms(struct scene *c, double mean_ms)
{
	return -mean_ms * log(uniform(c));
}

static struct ed_evidence weigh(const struct scene *c)
{
	return weigh_state(timing, c->state, &c->subject);
}

static float bits(const struct scene *c)
{
	return weigh(c).bits;
}

static double fact(const struct scene *c, const char *name)
{
	struct ed_evidence e = weigh(c);

	return ed_evidence_get(&e, name, -1);
}

static const char *timing_off(const struct scene *c)
{
	struct ed_evidence e = weigh(c);

	return ed_evidence_get_text(&e, "timing_off");
}

/* @n lookups of new names, a minute less up to half of it apart. */
static void implant(struct scene *c, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		look(c, 60000 * (1 - 0.5 * uniform(c)), true);
}

/* ------------------------------------------------------------------- found */

static void test_p_value(void **state)
{
	(void)state;
	assert_true(ed_p_value_bits(0) == 0);
	assert_true(ed_p_value_bits(-0.4) == 0);
	assert_true(fabs(ed_p_value_bits(-2) - 3.0) < 0.05);
	assert_true(fabs(ed_p_value_bits(-3) - 5.7) < 0.05);
	assert_true(fabs(ed_p_value_bits(-4) - 8.6) < 0.1);
	assert_true(isfinite(ed_p_value_bits(-400)));
}

static void test_an_implant_gets_louder(void **state)
{
	struct scene c;
	float before = 0;

	(void)state;
	begin(&c);
	implant(&c, 8); /* seven gaps */
	assert_true(bits(&c) == 0);
	assert_int_equal(weigh(&c).n_facts, 0);
	implant(&c, 1);
	assert_in_range((int)(10 * bits(&c)), 1, 43); /* half its strength at most */
	before = bits(&c);
	implant(&c, 24);
	assert_true(bits(&c) > before && bits(&c) >= 5);
	assert_true(fact(&c, "gaps") >= 30);
	assert_in_range((int)fact(&c, "mean_gap_s"), 40, 50);
	assert_true(fact(&c, "gap_shape") > 6);
	assert_true(fact(&c, "gap_relative_sd") < 0.4);
	assert_true(fact(&c, "modal_gap_share") > 0.5);
	assert_true(fact(&c, "breaks") == 0 && fact(&c, "repeats") == 0);
	assert_in_range((int)fact(&c, "hours_active"), 1, 2);
	assert_in_range((int)fact(&c, "days_active"), 1, 2);
}

static void test_an_idle_tunnel(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	for (unsigned i = 0; i < 20; i++)
		look(&c, 4000 + 60 * uniform(&c), true);
	assert_true(bits(&c) >= 5.5f);
}

/* Each name asked for A and AAAA, one in ten again after a second that nobody answered. */
static void test_other_lookups_of_a_new_name_do_not_hide_it(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	for (unsigned i = 0; i < 32; i++) {
		double sleep_ms = 60000 * (1 - 0.3 * uniform(&c));

		look(&c, sleep_ms, true);
		look(&c, 3, false);
		if (i % 10 == 0)
			look(&c, 5000, false);
	}
	assert_true(bits(&c) >= 5);
}

static void test_late_lookups(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	for (unsigned i = 0; i < 40; i++) {
		look(&c, 60000, true);
		look(&c, -250000, true);
		c.ev.time_ns += 250000 * MS_NS;
	}
	assert_true(bits(&c) >= 5.5f);
	assert_int_equal((int)fact(&c, "gaps"), 39);
}

static void test_fade(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	implant(&c, 41);
	timing->fade(c.state);
	assert_in_range((int)fact(&c, "gaps"), 15, 20);
}

/* --------------------------------------------------------------- not found */

static void test_one_name_again_and_again(void **state)
{
	static const double every_ms[] = { 60000, 300000, 3600000 };

	(void)state;
	/* a mail client that polls, a cache that refreshes at the TTL of the answer */
	for (unsigned i = 0; i < 3; i++) {
		struct scene c;

		begin(&c);
		c.ev.answers.ttl_max_s = (uint32_t)(every_ms[i] / 1000);
		look(&c, 0, true);
		for (unsigned n = 0; n < 2000; n++)
			look(&c, every_ms[i], false);
		assert_true(bits(&c) == 0);
	}
}

/* Twenty hosts in turn: the first round is all new, the rounds after it take it back. */
static void test_hosts_in_turn(void **state)
{
	struct scene c;
	float before;

	(void)state;
	begin(&c);
	for (unsigned i = 0; i < 20; i++)
		look(&c, 30000, true);
	before = bits(&c);
	for (unsigned i = 0; i < 40; i++)
		look(&c, 30000, false);
	assert_true(bits(&c) < before);
	for (unsigned i = 0; i < 60; i++)
		look(&c, 30000, false);
	assert_true(bits(&c) == 0);
	assert_true(fact(&c, "repeats") >= 100);
}

/* New names in bursts as pages load, pages as a person reads, hours in between; fifty people. */
static void test_people(void **state)
{
	unsigned n_loud = 0;

	(void)state;
	for (unsigned person = 0; person < 50; person++) {
		struct scene c;

		begin(&c);
		c.rng = person * 100000;
		for (unsigned page = 0; page < 200; page++) {
			look(&c, pause_ms(&c, page % 12 ? 25000 : 5400000), true);
			for (unsigned i = 0; i < 4; i++)
				look(&c, pause_ms(&c, 150), i % 2);
		}
		n_loud += bits(&c) >= 2;
	}
	assert_in_range(n_loud, 0, 2);
}

static void test_what_many_clients_do(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	implant(&c, 40);
	c.subject.n_clients = 19;
	assert_true(bits(&c) >= 5);
	c.subject.n_clients = 20;
	assert_true(bits(&c) == 0);
	/* a tenth of the site, but not two of three clients */
	c.subject.n_clients = 9;
	c.subject.n_site_clients = 500;
	assert_true(bits(&c) >= 5);
	c.subject.n_site_clients = 90;
	assert_true(bits(&c) == 0);
	c.subject.n_clients = 2;
	c.subject.n_site_clients = 3;
	assert_true(bits(&c) >= 5);
}

static void test_what_is_shared_is_no_beat(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	c.s.is_shared = true;
	implant(&c, 100);
	assert_true(bits(&c) == 0);
	begin(&c);
	c.s.is_query = false;
	implant(&c, 100);
	assert_true(bits(&c) == 0);
	begin(&c);
	c.ev.has &= ~(uint32_t)ED_FIELD_TIME;
	implant(&c, 100);
	assert_true(bits(&c) == 0);
}

/* ------------------------------------------------------------------ clocks */

static void test_a_coarse_clock_switches_it_off(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	c.ev.time_ns = 1760000000 * (1000 * MS_NS);
	for (unsigned i = 0; i < 40; i++)
		look(&c, 2000, true);
	assert_true(bits(&c) == 0);
	assert_string_equal(timing_off(&c), "times in whole seconds");
	/* good enough for gaps of some seconds, and of minutes */
	begin(&c);
	c.ev.time_ns = 1760000000 * (1000 * MS_NS);
	for (unsigned i = 0; i < 40; i++)
		look(&c, 4000, true);
	assert_true(bits(&c) >= 5);
	assert_null(timing_off(&c));
	begin(&c);
	c.ev.time_ns = 1760000000 * (1000 * MS_NS);
	for (unsigned i = 0; i < 40; i++)
		look(&c, 299000, true);
	assert_true(bits(&c) >= 5);
	assert_null(timing_off(&c));
	/* a clock of minutes is not */
	begin(&c);
	c.ev.time_ns = 1760000040 * (1000 * MS_NS);
	for (unsigned i = 0; i < 40; i++)
		look(&c, 300000, true);
	assert_true(bits(&c) == 0);
	assert_string_equal(timing_off(&c), "times in whole minutes");
}

/* Chance, of which a clock of seconds leaves nothing but multiples of one. */
static void test_chance_by_a_clock_of_seconds(void **state)
{
	unsigned n_beat = 0;

	(void)state;
	for (unsigned seed = 0; seed < 100; seed++) {
		double mean_ms = 1000 + 60.0 * seed, time_ms = 1760000000000;
		struct scene c;

		begin(&c);
		c.rng = (uint64_t)seed << 32;
		for (unsigned i = 0; i < 600; i++) {
			time_ms += pause_ms(&c, mean_ms);
			c.ev.time_ns = (int64_t)(time_ms / 1000) * (1000 * MS_NS);
			look(&c, 0, true);
		}
		n_beat += bits(&c) > 0;
	}
	assert_true(n_beat <= 4);
}

static void test_a_clock_that_stands_still(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	c.ev.time_ns = 1760000040 * (1000 * MS_NS);
	for (unsigned i = 0; i < 40; i++)
		look(&c, 0, true);
	assert_true(bits(&c) == 0);
	assert_non_null(timing_off(&c));
	/* a burst by a fine clock says nothing, and nothing against the clock */
	begin(&c);
	for (unsigned i = 0; i < 40; i++)
		look(&c, 7, true);
	assert_true(bits(&c) == 0);
	assert_null(timing_off(&c));
}

static void test_the_time_of_the_collector(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	implant(&c, 20);
	c.ev.time_quality = ED_TIME_RECEIVED;
	implant(&c, 1);
	c.ev.time_quality = ED_TIME_EXACT_UTC;
	implant(&c, 20);
	assert_true(bits(&c) == 0);
	assert_non_null(timing_off(&c));
	begin(&c);
	c.ev.time_quality = ED_TIME_YEAR_ASSUMED;
	implant(&c, 40);
	assert_true(bits(&c) >= 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_p_value),
		cmocka_unit_test(test_an_implant_gets_louder),
		cmocka_unit_test(test_an_idle_tunnel),
		cmocka_unit_test(test_other_lookups_of_a_new_name_do_not_hide_it),
		cmocka_unit_test(test_late_lookups),
		cmocka_unit_test(test_fade),
		cmocka_unit_test(test_one_name_again_and_again),
		cmocka_unit_test(test_hosts_in_turn),
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_what_many_clients_do),
		cmocka_unit_test(test_what_is_shared_is_no_beat),
		cmocka_unit_test(test_a_coarse_clock_switches_it_off),
		cmocka_unit_test(test_chance_by_a_clock_of_seconds),
		cmocka_unit_test(test_a_clock_that_stands_still),
		cmocka_unit_test(test_the_time_of_the_collector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
