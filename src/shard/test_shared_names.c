/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that several ask: how many clients, told apart by few bits; and which lookups the owner of
 * the domain can have heard of, from how long answers live.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "shard/shared_names.h"

enum { UNTOLD = -1, NOTHING = -2, FAILED = -3, START_S = 1790000000 };

static int setup(void **state)
{
	static struct ed_shared_names t;

	*state = &t;
	return ed_shared_names_init(&t, 64, NULL);
}

static int teardown(void **state)
{
	ed_shared_names_done(*state);
	return 0;
}

/* A lookup of the one name @at_s seconds after the start, answered for @ttl_s. */
static struct ed_event lookup(enum ed_event_kind kind, uint16_t qtype, int64_t at_s, int ttl_s)
{
	struct ed_event ev = {
		.kind = (uint8_t)kind,
		.has = ED_FIELD_TIME | ED_FIELD_QTYPE,
		.time_ns = (START_S + at_s) * 1000000000,
		.qtype = qtype,
		.name_hash = ed_hash_mix(7),
	};

	if (kind == ED_EVENT_DNS_QUERY)
		return ev;
	ev.has |= ED_FIELD_RCODE;
	if (ttl_s == FAILED) {
		ev.rcode = ED_RCODE_NXDOMAIN;
		return ev;
	}
	ev.has |= ED_FIELD_ANSWERS;
	ev.answers.n = ttl_s != NOTHING;
	if (ttl_s >= 0) {
		ev.has |= ED_FIELD_TTL;
		ev.answers.ttl_min_s = (uint32_t)ttl_s;
	}
	return ev;
}

static bool pair(struct ed_shared_names *t, uint16_t qtype, int64_t at_s, int ttl_s)
{
	struct ed_event ev = lookup(ED_EVENT_DNS_PAIR, qtype, at_s, ttl_s);

	(void)ed_shared_names_note(t, ev.name_hash, 1);
	return ed_shared_names_heard(t, &ev);
}

static bool half(struct ed_shared_names *t, enum ed_event_kind kind, int64_t at_s, int ttl_s)
{
	struct ed_event ev = lookup(kind, ED_RR_A, at_s, ttl_s);

	if (kind == ED_EVENT_DNS_QUERY)
		(void)ed_shared_names_note(t, ev.name_hash, 1);
	return ed_shared_names_heard(t, &ev);
}

static void test_clients_are_counted_up_to_three(void **state)
{
	struct ed_shared_names *t = *state;

	for (uint64_t name = 1; name <= 4; name++) {
		uint64_t hash = ed_hash_mix(name);

		for (uint64_t client = 0; client < 5; client++) {
			unsigned n = client < 3 ? (unsigned)client + 1 : 3;
			uint64_t of = ed_hash_mix(client);

			assert_int_equal(ed_shared_names_note(t, hash, of), n);
			assert_int_equal(ed_shared_names_note(t, hash, of), n);
		}
	}
}

static void test_a_cache_counts_down(void **state)
{
	struct ed_shared_names *t = *state;

	assert_true(pair(t, ED_RR_A, 0, 60));
	assert_false(pair(t, ED_RR_A, 10, 50));
	assert_false(pair(t, ED_RR_A, 59, 1));
	assert_true(pair(t, ED_RR_A, 60, 60)); /* it has run out */
	assert_false(pair(t, ED_RR_A, 61, 59));
	assert_true(pair(t, ED_RR_A, 62, 60)); /* another cache, or none */
	assert_true(pair(t, ED_RR_AAAA, 63, 60));
	assert_false(pair(t, ED_RR_AAAA, 64, 59));
	assert_true(pair(t, ED_RR_A, 200, 0));
	assert_true(pair(t, ED_RR_A, 200, 0)); /* not to be kept at all */
}

/* Times are kept in 16 bits, which begin anew every 18 hours. */
static void test_times_go_round(void **state)
{
	struct ed_shared_names *t = *state;

	for (int64_t at_s = 0; at_s < 200000; at_s += 100) {
		assert_true(pair(t, ED_RR_A, at_s, 60));
		assert_false(pair(t, ED_RR_A, at_s + 30, 30));
	}
}

/* Of other types one is known at a time: who varies the type is heard. */
static void test_other_types(void **state)
{
	struct ed_shared_names *t = *state;

	for (int i = 0; i < 20; i++) {
		assert_true(pair(t, ED_RR_TXT, i, 60));
		assert_true(pair(t, ED_RR_MX, i, 60));
	}
	assert_false(pair(t, ED_RR_MX, 21, 58));
}

static void test_no_records_and_no_names(void **state)
{
	struct ed_shared_names *t = *state;

	assert_true(pair(t, ED_RR_AAAA, 0, NOTHING));
	assert_true(pair(t, ED_RR_AAAA, 1, NOTHING));
	assert_true(pair(t, ED_RR_A, 0, FAILED));
	assert_true(pair(t, ED_RR_A, 1, FAILED));
}

static void test_a_log_that_does_not_tell(void **state)
{
	struct ed_shared_names *t = *state;

	for (int i = 0; i < 5; i++) {
		assert_false(pair(t, ED_RR_A, i, UNTOLD));
		assert_false(half(t, ED_EVENT_DNS_QUERY, i, 0));
	}
}

static void test_question_and_answer_apart(void **state)
{
	struct ed_shared_names *t = *state;

	assert_false(half(t, ED_EVENT_DNS_QUERY, 0, 0)); /* nothing is known yet */
	assert_false(half(t, ED_EVENT_DNS_RESPONSE, 0, 60));
	assert_false(half(t, ED_EVENT_DNS_QUERY, 10, 0));
	assert_false(half(t, ED_EVENT_DNS_RESPONSE, 10, 50));
	assert_true(half(t, ED_EVENT_DNS_QUERY, 70, 0));
	assert_false(half(t, ED_EVENT_DNS_RESPONSE, 70, 60)); /* counted with the question */
	assert_false(half(t, ED_EVENT_DNS_QUERY, 80, 0));
	assert_true(half(t, ED_EVENT_DNS_RESPONSE, 80, 60)); /* taken for unheard in error */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_clients_are_counted_up_to_three, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_a_cache_counts_down, setup, teardown),
		cmocka_unit_test_setup_teardown(test_times_go_round, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_types, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_records_and_no_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_log_that_does_not_tell, setup, teardown),
		cmocka_unit_test_setup_teardown(test_question_and_answer_apart, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
