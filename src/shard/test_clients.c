/* SPDX-License-Identifier: Apache-2.0 */
/* What clients and servers seem to be, from what is asked; a full table keeps those that ask more.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "record/asset.h"
#include "shard/clients.h"
#include "shard/resolvers.h"

static uint64_t hash_of(uint64_t i)
{
	return ed_hash_mix(i + 1000);
}

static struct ed_event question(uint64_t client, uint64_t zone, uint16_t qtype)
{
	return (struct ed_event){ .has = ED_FIELD_FLAGS | ED_FIELD_QTYPE,
				  .flags = ED_DNS_RD,
				  .client = { .b = { [15] = (uint8_t)client } },
				  .client_hash = hash_of(client),
				  .zone_hash = hash_of(zone),
				  .qtype = qtype };
}

/* The role of a client that asks @n times for @n_zones domains in turn. */
static enum ed_client_role role(unsigned n, unsigned n_zones, uint16_t qtype, uint16_t flags)
{
	enum ed_client_role ret;
	struct ed_clients t;

	assert_int_equal(ed_clients_init(&t, 64, NULL), 0);
	for (unsigned i = 0; i < n; i++) {
		struct ed_event ev = question(1, i % n_zones, qtype);

		ev.flags = flags;
		assert_int_equal(ed_clients_note(&t, &ev), i == 0);
	}
	ret = ed_client_role(ed_clients_find(&t, hash_of(1)));
	ed_clients_done(&t);
	return ret;
}

static void test_roles(void **state)
{
	(void)state;
	assert_int_equal(role(ED_CLIENT_ROLE_MIN - 1, 1, ED_RR_A, ED_DNS_RD), ED_CLIENT_UNKNOWN);
	assert_int_equal(role(ED_CLIENT_ROLE_MIN, 1, ED_RR_A, ED_DNS_RD), ED_CLIENT_NARROW);
	assert_int_equal(role(1000, 1, ED_RR_TXT, ED_DNS_RD), ED_CLIENT_NARROW);
	assert_int_equal(role(1000, 20, ED_RR_A, ED_DNS_RD), ED_CLIENT_ORDINARY);
	assert_int_equal(role(1000, 150, ED_RR_A, ED_DNS_RD), ED_CLIENT_BUSY);
	assert_int_equal(role(1000, 20, ED_RR_MX, ED_DNS_RD), ED_CLIENT_MAIL);
	assert_int_equal(role(1000, 20, ED_RR_TXT, ED_DNS_RD), ED_CLIENT_MAIL);
	assert_int_equal(role(1000, 20, ED_RR_A, 0), ED_CLIENT_RESOLVER);
	assert_int_equal(role(1000, 20, ED_RR_MX, 0), ED_CLIENT_RESOLVER);
}

/* The role of a client that asks for @n_zones domains, of @every one for MX. */
static enum ed_client_role role_of_share(unsigned n_zones, unsigned every)
{
	enum ed_client_role ret;
	struct ed_clients t;

	assert_int_equal(ed_clients_init(&t, 64, NULL), 0);
	for (unsigned i = 0; i < n_zones; i++) {
		struct ed_event ev = question(1, i, i % every == 0 ? ED_RR_MX : ED_RR_A);

		ed_clients_note(&t, &ev);
	}
	ret = ed_client_role(ed_clients_find(&t, hash_of(1)));
	ed_clients_done(&t);
	return ret;
}

/* Who asks for everything is a resolver, though there are mail servers among those that ask it; and
 * however long it goes on, it does not become a mail server. */
static void test_a_resolver_is_no_mail_server(void **state)
{
	static const unsigned n_zones[] = { 120, 300, 1000, 3000, 20000 };

	(void)state;
	for (size_t i = 0; i < sizeof(n_zones) / sizeof(n_zones[0]); i++) {
		assert_int_equal(role_of_share(n_zones[i], 20), ED_CLIENT_BUSY);
		assert_int_equal(role_of_share(n_zones[i], 3), ED_CLIENT_MAIL);
	}
}

/* One domain whose names are asked for by TXT a thousand times is one domain. */
static void test_a_tunnel_makes_no_mail_server(void **state)
{
	struct ed_clients t;

	(void)state;
	assert_int_equal(ed_clients_init(&t, 64, NULL), 0);
	for (unsigned i = 0; i < 5000; i++) {
		struct ed_event ev = question(1, i % 5 ? 0 : i, i % 5 ? ED_RR_TXT : ED_RR_A);

		ed_clients_note(&t, &ev);
	}
	assert_int_equal(ed_client_role(ed_clients_find(&t, hash_of(1))), ED_CLIENT_BUSY);
	ed_clients_done(&t);
}

/* The counter of questions to authorities is full before that of all questions. */
static void test_a_resolver_stays_one(void **state)
{
	(void)state;
	assert_int_equal(role(200000, 200, ED_RR_MX, 0), ED_CLIENT_RESOLVER);
}

/* What the inventory says of a machine goes before what its lookups look like. */
static void test_role_by_inventory(void **state)
{
	struct ed_clients t;
	struct ed_event ev = question(1, 0, ED_RR_A);

	(void)state;
	assert_int_equal(ed_clients_init(&t, 64, NULL), 0);
	ev.asset_role = ED_ASSET_MAIL;
	ed_clients_note(&t, &ev);
	assert_int_equal(ed_client_role(ed_clients_find(&t, hash_of(1))), ED_CLIENT_MAIL);
	ev.asset_role = ED_ASSET_SERVER; /* says nothing of how it asks */
	ed_clients_note(&t, &ev);
	assert_int_equal(ed_client_role(ed_clients_find(&t, hash_of(1))), ED_CLIENT_UNKNOWN);
	ed_clients_done(&t);
}

/* A log without flags does not make resolvers of everybody. */
static void test_flags_that_nobody_saw(void **state)
{
	struct ed_clients t;

	(void)state;
	assert_int_equal(ed_clients_init(&t, 64, NULL), 0);
	for (unsigned i = 0; i < 100; i++) {
		struct ed_event ev = question(1, i % 20, ED_RR_A);

		ev.has = 0;
		ev.flags = 0;
		ed_clients_note(&t, &ev);
	}
	assert_int_equal(ed_client_role(ed_clients_find(&t, hash_of(1))), ED_CLIENT_ORDINARY);
	ed_clients_done(&t);
}

static void test_domains_are_counted(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 160; n = n * 3 / 2 + 1) {
		double sum = 0;

		for (unsigned client = 0; client < 50; client++) {
			struct ed_clients t;

			assert_int_equal(ed_clients_init(&t, 16, NULL), 0);
			for (unsigned i = 0; i < n * 2; i++) {
				struct ed_event ev = question(client, client * 1000 + i % n,
							      ED_RR_A);

				ed_clients_note(&t, &ev);
			}
			sum += ed_client_zones(ed_clients_find(&t, hash_of(client)));
			ed_clients_done(&t);
		}
		assert_true(fabs(sum / 50 / n - 1) < 0.1);
	}
}

/* One who asks much among twenty thousand who ask once, where there is room for 64. */
static void test_the_busier_stays(void **state)
{
	struct ed_clients t;

	(void)state;
	assert_int_equal(ed_clients_init(&t, 64, NULL), 0);
	for (unsigned i = 0; i < 20000; i++) {
		struct ed_event ev = question(1000 + i, i, ED_RR_A);

		ed_clients_note(&t, &ev);
		ev = question(1, i % 3, ED_RR_A);
		ed_clients_note(&t, &ev);
	}
	assert_int_equal(ed_clients_find(&t, hash_of(1))->n_questions, 20000);
	assert_int_equal(ed_clients_find(&t, hash_of(1))->addr.b[15], 1);
	assert_true(t.n_displaced > 19000);
	assert_non_null(ed_clients_find(&t, hash_of(1000 + 19999))); /* the newest has its chance */
	assert_null(ed_clients_find(&t, hash_of(1000)));
	ed_clients_done(&t);
}

/* ------------------------------------------------------------------ servers */

static uint32_t ask_server(struct ed_resolvers *t, unsigned server, uint64_t client, uint64_t zone)
{
	struct ed_event ev = question(client, zone, ED_RR_A);
	uint32_t hash;

	ev.has |= ED_FIELD_RESOLVER;
	memcpy(ev.resolver.b, &server, sizeof(server));
	hash = ed_resolver_hash(&ev, 5);
	assert_true(hash != 0);
	ed_resolvers_note(t, hash, &ev);
	return hash;
}

static void test_servers(void **state)
{
	struct ed_resolvers t = { 0 };
	const struct ed_resolver *r;
	uint32_t site = 0, private = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		site = ask_server(&t, 1, i % 5, i % 30);
		private = ask_server(&t, 2, 3, 7);
		(void)ask_server(&t, 100 + i, i, i);
	}
	assert_true(site != private);
	r = ed_resolvers_find(&t, site);
	assert_int_equal(r->n_questions, 1000);
	assert_int_equal(ed_crowd_estimate(&r->clients), 5);
	assert_in_range(__builtin_popcountll(r->zones), 20, 30);
	r = ed_resolvers_find(&t, private);
	assert_int_equal(r->n_questions, 1000);
	assert_int_equal(ed_crowd_estimate(&r->clients), 1);
	assert_int_equal(__builtin_popcountll(r->zones), 1);
	assert_null(ed_resolvers_find(&t, 12345));
}

static void test_no_server_named(void **state)
{
	struct ed_event ev = question(1, 1, ED_RR_A);

	(void)state;
	assert_int_equal(ed_resolver_hash(&ev, 5), 0);
	ev.has |= ED_FIELD_RESOLVER;
	assert_true(ed_resolver_hash(&ev, 5) != ed_resolver_hash(&ev, 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_a_resolver_is_no_mail_server),
		cmocka_unit_test(test_a_tunnel_makes_no_mail_server),
		cmocka_unit_test(test_a_resolver_stays_one),
		cmocka_unit_test(test_role_by_inventory),
		cmocka_unit_test(test_flags_that_nobody_saw),
		cmocka_unit_test(test_domains_are_counted),
		cmocka_unit_test(test_the_busier_stays),
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_no_server_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
