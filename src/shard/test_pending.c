/* SPDX-License-Identifier: Apache-2.0 */
/* Pairing and shared names: each response settles one question; a mirror's second copy is told
 * apart. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "shard/pending.h"
#include "shard/shared_names.h"

static const int64_t MS_NS = 1000000;

static enum ed_pending_verdict note(struct ed_pending *p, enum ed_event_kind kind,
				    struct ed_event ev)
{
	ev.kind = (uint8_t)kind;
	return ed_pending_note(p, &ev, ed_pending_question(&ev));
}

static enum ed_pending_verdict ask(struct ed_pending *p, struct ed_event ev)
{
	return note(p, ED_EVENT_DNS_QUERY, ev);
}

static enum ed_pending_verdict answer(struct ed_pending *p, struct ed_event ev)
{
	return note(p, ED_EVENT_DNS_RESPONSE, ev);
}

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

	(void)state;
	assert_int_equal(ed_pending_init(&p, 64, NULL), 0);
	assert_int_equal(ask(&p, q), ED_PENDING_NEW);
	assert_int_equal(answer(&p, event(1, 2, 4, 1010 * MS_NS)), ED_PENDING_NEW);
	assert_int_equal(answer(&p, event(1, 2, 3, 1020 * MS_NS)), ED_PENDING_SETTLED);
	assert_int_equal(answer(&p, event(1, 2, 3, 1100 * MS_NS)), ED_PENDING_NEW);
	ed_pending_done(&p);
}

static void test_copies_and_retries(void **state)
{
	struct ed_pending p;

	(void)state;
	assert_int_equal(ed_pending_init(&p, 64, NULL), 0);
	assert_int_equal(ask(&p, event(1, 2, 3, 1000 * MS_NS)), ED_PENDING_NEW);
	assert_int_equal(ask(&p, event(1, 2, 3, 1001 * MS_NS)), ED_PENDING_DUPLICATE);
	assert_int_equal(answer(&p, event(1, 2, 3, 1010 * MS_NS)), ED_PENDING_SETTLED);
	assert_int_equal(answer(&p, event(1, 2, 3, 1011 * MS_NS)), ED_PENDING_DUPLICATE);
	assert_int_equal(ask(&p, event(1, 2, 3, 6000 * MS_NS)), ED_PENDING_NEW);
	assert_int_equal(ask(&p, event(1, 2, 3, 9000 * MS_NS)), ED_PENDING_NEW);
	ed_pending_done(&p);
}

static void test_full_table_forgets_the_oldest(void **state)
{
	struct ed_pending p;
	unsigned n_paired = 0;

	(void)state;
	assert_int_equal(ed_pending_init(&p, 64, NULL), 0);
	for (uint16_t i = 0; i < 1000; i++)
		(void)ask(&p, event(i, i, i, (1000 + i) * MS_NS));
	assert_true(p.n_evicted > 900);
	/* the newest first: an answer whose question is gone takes a place too */
	for (uint16_t i = 1000; i-- > 0;)
		n_paired += answer(&p, event(i, i, i, 2000 * MS_NS)) == ED_PENDING_SETTLED;
	assert_int_equal(n_paired, 64);
	ed_pending_done(&p);
}

/* A source that pairs them itself: its record a second time, and the same question asked again. */
static void test_copies_of_whole_exchanges(void **state)
{
	struct ed_event ev = event(1, 2, 3, 1000 * MS_NS);
	struct ed_pending p;

	(void)state;
	assert_int_equal(ed_pending_init(&p, 64, NULL), 0);
	assert_int_equal(note(&p, ED_EVENT_DNS_PAIR, ev), ED_PENDING_NEW);
	assert_int_equal(note(&p, ED_EVENT_DNS_PAIR, ev), ED_PENDING_DUPLICATE);
	ev.txid++;
	assert_int_equal(note(&p, ED_EVENT_DNS_PAIR, ev), ED_PENDING_NEW);
	ev.time_ns += ED_PENDING_DUPLICATE_NS;
	assert_int_equal(note(&p, ED_EVENT_DNS_PAIR, ev), ED_PENDING_NEW);
	/* where the time is not exact, two records of one time may be two questions */
	ev.time_quality = ED_TIME_RECEIVED;
	assert_int_equal(note(&p, ED_EVENT_DNS_PAIR, ev), ED_PENDING_NEW);
	ed_pending_done(&p);
}

/* An answer that was recorded before its question stood for both. */
static void test_answer_before_its_question(void **state)
{
	struct ed_pending p;

	(void)state;
	assert_int_equal(ed_pending_init(&p, 64, NULL), 0);
	assert_int_equal(answer(&p, event(1, 2, 3, 1020 * MS_NS)), ED_PENDING_NEW);
	assert_int_equal(answer(&p, event(1, 2, 3, 1021 * MS_NS)), ED_PENDING_DUPLICATE);
	assert_int_equal(ask(&p, event(1, 2, 3, 1000 * MS_NS)), ED_PENDING_SETTLED);
	assert_int_equal(ask(&p, event(1, 2, 4, 1000 * MS_NS)), ED_PENDING_NEW);
	ed_pending_done(&p);
}

static void test_shared_names(void **state)
{
	struct ed_shared_names t;
	uint64_t name = ed_hash_mix(99);

	(void)state;
	assert_int_equal(ed_shared_names_init(&t, 1024, NULL), 0);
	for (unsigned again = 0; again < 5; again++)
		assert_int_equal(ed_shared_names_note(&t, name, ed_hash_mix(1)), 1);
	assert_int_equal(ed_shared_names_note(&t, name, ed_hash_mix(2)), 2);
	assert_int_equal(ed_shared_names_note(&t, name, ed_hash_mix(3)), 3);
	assert_int_equal(ed_shared_names_note(&t, name, ed_hash_mix(1)), 3);
	assert_int_equal(ed_shared_names_note(&t, name, ed_hash_mix(4)), ED_SHARED_CLIENTS);
	ed_shared_names_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs_once),
		cmocka_unit_test(test_copies_and_retries),
		cmocka_unit_test(test_full_table_forgets_the_oldest),
		cmocka_unit_test(test_copies_of_whole_exchanges),
		cmocka_unit_test(test_answer_before_its_question),
		cmocka_unit_test(test_shared_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
