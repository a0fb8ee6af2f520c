/* SPDX-License-Identifier: Apache-2.0 */
/* Host: bursts that no page explains, and machines that ask for one domain mainly. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "evidence/test_weigh.h"

static const int64_t MS_NS = 1000000, S_NS = INT64_C(1000000000);
static const int64_t START_NS = INT64_C(1788000000) * 1000000000;

struct scene {
	_Alignas(8) uint8_t state[ED_EVIDENCE_STATE_MAX];
	struct ed_event ev;
	struct ed_subject subject;
};

static void begin(struct scene *c)
{
	memset(c, 0, sizeof(*c));
	c->ev.has = ED_FIELD_TIME | ED_FIELD_QNAME;
	c->ev.time_ns = START_NS;
}

static void look(struct scene *c, int64_t gap_ns)
{
	struct ed_sighting s = { .stands_for = 1, .ev = &c->ev, .is_query = true };

	c->ev.time_ns += gap_ns;
	ed_evidence_host.observe(c->state, &s);
}

static struct ed_evidence weigh(const struct scene *c)
{
	return weigh_state(&ed_evidence_host, c->state, &c->subject);
}

static double bursts(const struct scene *c)
{
	struct ed_evidence e = weigh(c);
	double n = ed_evidence_get(&e, "bursts", 0);

	assert_true((e.bits > 0) == (n > 0));
	return n;
}

static double after(unsigned n, int64_t gap_ns)
{
	struct scene c;

	begin(&c);
	for (unsigned i = 0; i < n; i++)
		look(&c, gap_ns);
	return bursts(&c);
}

static void test_bursts(void **state)
{
	(void)state;
	assert_true(after(1000, S_NS) == 0);
	assert_true(after(10000, 200 * MS_NS) == 0); /* five a second, for half an hour */
	assert_true(after(50, MS_NS) == 0);          /* a page */
	assert_true(after(200, MS_NS) >= 1);
	assert_true(after(400, 40 * MS_NS) >= 1); /* 25 a second, for sixteen */
	assert_true(after(100, 0) >= 1);
}

/* Pages of fifty lookups a quarter of a minute apart. */
static void test_pages_are_no_burst(void **state)
{
	struct scene c;

	(void)state;
	begin(&c);
	for (unsigned page = 0; page < 200; page++) {
		look(&c, 15 * S_NS);
		for (unsigned i = 0; i < 49; i++)
			look(&c, 2 * MS_NS);
	}
	assert_true(bursts(&c) == 0);
}

static void test_fade(void **state)
{
	struct scene c;
	double before;

	(void)state;
	begin(&c);
	for (unsigned i = 0; i < 1000; i++)
		look(&c, MS_NS);
	before = bursts(&c);
	assert_true(before >= 8);
	for (unsigned i = 0; i < 10; i++)
		ed_evidence_host.fade(c.state);
	assert_true(bursts(&c) == 0);
}

/* Neither an answer nor a record without a time, nor one out of order, moves the counter. */
static void test_what_is_no_question(void **state)
{
	struct ed_sighting s;
	struct scene c, before;

	(void)state;
	begin(&c);
	look(&c, 0);
	s = (struct ed_sighting){ .ev = &c.ev, .stands_for = 1 };
	before = c;
	for (unsigned i = 0; i < 500; i++)
		ed_evidence_host.observe(c.state, &s);
	assert_memory_equal(c.state, before.state, sizeof(c.state));
	s.is_query = true;
	c.ev.has = ED_FIELD_QNAME;
	for (unsigned i = 0; i < 500; i++)
		ed_evidence_host.observe(c.state, &s);
	assert_memory_equal(c.state, before.state, sizeof(c.state));
	c.ev.has = ED_FIELD_QNAME | ED_FIELD_TIME;
	c.ev.time_ns -= 3 * S_NS;
	for (unsigned i = 0; i < 500; i++)
		ed_evidence_host.observe(c.state, &s);
	assert_memory_equal(c.state, before.state, sizeof(c.state));
}

/* ------------------------------------------------------------ the machine */

static double share(const struct scene *c)
{
	struct ed_evidence e = weigh(c);

	return ed_evidence_get(&e, "share_of_client_queries", -1);
}

static void test_share_of_the_machine(void **state)
{
	struct scene c;
	struct ed_evidence e;

	(void)state;
	begin(&c);
	assert_true(share(&c) == -1); /* the client is not known */
	c.subject = (struct ed_subject){ .has = ED_FIELD_CLIENT,
					 .n_queries = 100,
					 .n_names = 50,
					 .n_client_questions = 100,
					 .role = ED_CLIENT_ORDINARY };
	assert_true(share(&c) == 1);
	e = weigh(&c);
	assert_true(e.bits > 0);
	assert_string_equal(ed_evidence_get_text(&e, "role"), "ordinary");
	/* the client's other questions here are one in sixteen */
	c.subject.n_client_questions = 200;
	assert_true(share(&c) == 1.0 / 17);
	assert_true(weigh(&c).bits == 0);
	/* the counter of the client may have begun later than the pair's */
	c.subject.n_client_questions = 10;
	assert_true(share(&c) == 1);
}

static void test_who_asks_for_one_domain(void **state)
{
	struct scene c;
	float ordinary;

	(void)state;
	begin(&c);
	c.subject = (struct ed_subject){ .has = ED_FIELD_CLIENT,
					 .n_queries = 100,
					 .n_names = 50,
					 .n_client_questions = 100,
					 .role = ED_CLIENT_ORDINARY };
	ordinary = weigh(&c).bits;
	c.subject.role = ED_CLIENT_NARROW;
	assert_true(weigh(&c).bits > ordinary);
	c.subject.role = ED_CLIENT_RESOLVER;
	assert_true(weigh(&c).bits == 0);
	c.subject.role = ED_CLIENT_NARROW;
	c.subject.n_names = 19; /* few names: built so */
	assert_true(weigh(&c).bits == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_pages_are_no_burst),
		cmocka_unit_test(test_fade),
		cmocka_unit_test(test_what_is_no_question),
		cmocka_unit_test(test_share_of_the_machine),
		cmocka_unit_test(test_who_asks_for_one_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
