/* SPDX-License-Identifier: Apache-2.0 */
/* Path: a server of one's own, a domain nobody else asks for, a domain that is new or old. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "evidence/test_weigh.h"

static const int64_t DAY_NS = 86400 * INT64_C(1000000000);
static const int64_t NOW_NS = 20000 * (86400 * INT64_C(1000000000));

/* A pair that nothing can be said against: an ordinary domain, on a site that has just begun. */
static struct ed_subject ordinary(void)
{
	return (struct ed_subject){ .key_kind = ED_KEY_PAIR,
				    .n_queries = 100,
				    .n_clients = 5,
				    .n_site_clients = 50,
				    .n_site_zones = 40,
				    .n_resolver_clients = 50,
				    .n_resolver_zones = 40,
				    .site_first_ns = NOW_NS,
				    .domain_first_ns = NOW_NS,
				    .first_ns = NOW_NS,
				    .last_ns = NOW_NS };
}

static struct ed_evidence weigh(const struct ed_subject *s)
{
	return weigh_state(&ed_evidence_path, NULL, s);
}

static float bits(const struct ed_subject *s)
{
	return weigh(s).bits;
}

static bool own_server(const struct ed_subject *s)
{
	struct ed_evidence e = weigh(s);
	bool told = ed_evidence_get_text(&e, "server") != NULL;

	assert_true(told == (e.bits > 0));
	return told;
}

static void test_ordinary(void **state)
{
	struct ed_subject s = ordinary();
	struct ed_evidence e = weigh(&s);

	(void)state;
	assert_true(e.bits == 0);
	assert_true(ed_evidence_get(&e, "clients_of_domain", 0) == 5);
	assert_true(ed_evidence_get(&e, "clients_of_site", 0) == 50);
	assert_true(ed_evidence_get(&e, "clients_of_server", 0) == 50);
}

static void test_a_server_of_its_own(void **state)
{
	struct ed_subject s = ordinary();

	(void)state;
	s.n_resolver_zones = 1;
	s.n_resolver_clients = 1;
	assert_true(own_server(&s));
	s.n_resolver_zones = 2;
	assert_false(own_server(&s));
	s.n_resolver_zones = 1;
	s.n_queries = 9; /* too early to say */
	assert_false(own_server(&s));
	s.n_queries = 10;
	s.n_site_zones = 7; /* a site that asks for little else */
	assert_false(own_server(&s));
	s.n_site_zones = 8;
	assert_true(own_server(&s));
	s.n_resolver_clients = 0; /* nobody knows the server */
	assert_false(own_server(&s));
}

static void test_asked_by_one_of_many(void **state)
{
	struct ed_subject s = ordinary();

	(void)state;
	s.n_clients = 1;
	assert_true(bits(&s) > 0);
	s.n_clients = 2;
	assert_true(bits(&s) == 0);
	s.n_clients = 1;
	s.n_site_clients = 19; /* of so few, one is nothing odd */
	assert_true(bits(&s) == 0);
}

static void test_age(void **state)
{
	struct ed_subject s = ordinary();

	(void)state;
	/* everything is new on the first day */
	s.domain_first_ns = s.site_first_ns + DAY_NS / 2;
	s.last_ns = s.domain_first_ns + DAY_NS;
	assert_true(bits(&s) == 0);
	/* on the third it is not */
	s.domain_first_ns = s.site_first_ns + 2 * DAY_NS;
	s.last_ns = s.domain_first_ns + DAY_NS;
	assert_true(bits(&s) > 0);
	s.last_ns = s.domain_first_ns + 7 * DAY_NS;
	assert_true(bits(&s) == 0);
	/* what has been there for a month speaks against the rest, but never below nothing */
	s.n_clients = 1;
	assert_true(bits(&s) > 0);
	s.last_ns = s.domain_first_ns + 30 * DAY_NS;
	assert_true(bits(&s) > 0 && bits(&s) < 1);
	s.n_clients = 5;
	assert_true(bits(&s) == 0);
}

/* Times that run backwards or lie at the ends of what a record can say. */
static void test_odd_times(void **state)
{
	static const int64_t times[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
	struct ed_subject s = ordinary();

	(void)state;
	for (unsigned i = 0; i < 125; i++) {
		s.site_first_ns = times[i % 5];
		s.domain_first_ns = times[i / 5 % 5];
		s.last_ns = times[i / 25];
		assert_true(bits(&s) <= ed_evidence_path.cap_bits);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary),
		cmocka_unit_test(test_a_server_of_its_own),
		cmocka_unit_test(test_asked_by_one_of_many),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_odd_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
