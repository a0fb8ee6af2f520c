/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways round the resolvers: what the policy forbids, how often it must be seen, who is exempt, and
 * what a client that asks many servers itself hides of its pairs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "analytic/analytic.h"
#include "base/hash.h"
#include "record/asset.h"
#include "shard/egress.h"

enum { KEY = 7, CLIENT = 1, OWN = 53, OTHER = 54 };

static const int64_t START_NS = INT64_C(1790000000) * 1000000000, S_NS = 1000000000;

static struct ed_egress table;
static struct ed_addr_set sanctioned;
static struct ed_egress_policy policy, no_policy;

static int set_up(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	memset(&sanctioned, 0, sizeof(sanctioned));
	assert_int_equal(ed_addr_set_add(&sanctioned, ed_span_str("198.18.0.53")), 0);
	policy.sanctioned = &sanctioned;
	return 0;
}

static struct ed_event event(unsigned client, unsigned server, double at_s)
{
	struct ed_event ev = {
		.has = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_RESOLVER | ED_FIELD_FLAGS |
		       ED_FIELD_TXID,
		.time_ns = START_NS + (int64_t)(at_s * 1e9),
		.client_hash = ed_hash_mix(client + 1),
		.name_hash = ed_hash_mix((uint64_t)(at_s * 1000) + 99),
		.flags = ED_DNS_RD,
		.resolver_port = 53,
	};

	ed_addr_from_v4((const uint8_t[]){ 198, 18, 1, (uint8_t)client }, &ev.client);
	ed_addr_from_v4((const uint8_t[]){ 198, 18, 0, (uint8_t)server }, &ev.resolver);
	return ev;
}

static struct ed_event flow(unsigned server, enum ed_flow_service service, double at_s)
{
	struct ed_event ev = event(CLIENT, server, at_s);

	ev.kind = ED_EVENT_FLOW;
	ev.flow.service = (uint8_t)service;
	return ev;
}

static struct ed_egress_pair *note(const struct ed_egress_policy *p, struct ed_event ev)
{
	return ed_egress_note(&table, p, &ev, KEY);
}

/* The highest level of what the table would tell. */
static enum ed_level worst(void)
{
	enum ed_level level = ED_LEVEL_INFORMATIONAL;

	for (unsigned i = 0; i < ED_EGRESS_PAIRS; i++) {
		const struct ed_egress_pair *pair = &table.pairs[i];

		if (pair->hash != 0 && !ed_egress_is_covered(&table, pair) &&
		    ed_egress_level(pair) > level)
			level = ed_egress_level(pair);
	}
	return level;
}

static void test_unsanctioned(void **state)
{
	struct ed_egress_pair *pair = note(&policy, event(CLIENT, OTHER, 0));
	struct ed_finding f;

	(void)state;
	assert_non_null(pair);
	assert_int_equal(ed_egress_level(pair), ED_LEVEL_LOW);
	for (unsigned i = 1; i < 19; i++)
		assert_null(note(&policy, event(CLIENT, OTHER, 4.0 * i)));
	pair = note(&policy, event(CLIENT, OTHER, 80));
	assert_non_null(pair);
	ed_egress_finding(pair, &f);
	assert_int_equal(f.level, ED_LEVEL_MEDIUM);
	assert_int_equal(f.verdict, ED_VERDICT_POLICY);
	assert_int_equal(f.server.b[15], OTHER);
	assert_int_equal(f.client.b[15], CLIENT);
	assert_int_equal(f.n_queries, 20);
	assert_int_equal(f.n_evidence, 1);
	assert_string_equal(ed_evidence_get_text(&f.evidence[0], "egress"),
			    "unsanctioned_resolver");
}

/* Fast or slow: a burst is not sustained, nor are a few over a long time. */
static void test_sustained(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 40; i++)
		(void)note(&policy, event(CLIENT, OTHER, i));
	assert_int_equal(worst(), ED_LEVEL_LOW);
	(void)note(&policy, event(CLIENT, OTHER, 60));
	assert_int_equal(worst(), ED_LEVEL_MEDIUM);
}

static void test_exempt(void **state)
{
	struct ed_event ev;

	(void)state;
	assert_null(note(&policy, event(CLIENT, OWN, 0)));
	assert_null(note(&no_policy, event(CLIENT, OTHER, 0)));
	ev = event(CLIENT, OTHER, 0);
	ev.asset_role = ED_ASSET_RESOLVER;
	assert_null(note(&policy, ev));
	ev = event(CLIENT, OTHER, 0);
	ev.client = event(0, 0, 0).resolver;
	ev.client.b[15] = OWN; /* the site's resolver asks upstream */
	assert_null(note(&policy, ev));
	assert_false(ed_egress_cares(&policy, &ev));
	ev = event(CLIENT, OTHER, 0);
	ev.vantage = ED_VANTAGE_UPSTREAM;
	assert_null(note(&policy, ev));
	ev = event(CLIENT, OTHER, 0);
	ev.resolver_port = 5353;
	assert_null(note(&policy, ev));
	ev = event(CLIENT, OTHER, 0);
	ed_addr_from_v4((const uint8_t[]){ 127, 0, 0, 53 }, &ev.resolver);
	assert_null(note(&policy, ev));
	assert_int_equal(worst(), ED_LEVEL_INFORMATIONAL);
	ev = event(CLIENT, OTHER, 0);
	assert_true(ed_egress_cares(&policy, &ev));
	assert_false(ed_egress_cares(&no_policy, &ev));
}

/* A mirror port shows each packet twice; a retry is another question. */
static void test_copies(void **state)
{
	struct ed_egress_pair *pair = note(&policy, event(CLIENT, OTHER, 0));

	(void)state;
	assert_null(note(&policy, event(CLIENT, OTHER, 0)));
	assert_int_equal(pair->n_questions, 1);
	(void)note(&policy, event(CLIENT, OTHER, 1));
	assert_int_equal(pair->n_questions, 2);
}

static void test_direct(void **state)
{
	unsigned n_told = 0;

	(void)state;
	for (unsigned i = 0; i < 30; i++) {
		struct ed_event ev = event(CLIENT, 100 + i % 6, 3.0 * i);
		struct ed_egress_pair *pair;

		ev.flags = 0;
		pair = note(&policy, ev);
		if (i > 6 && pair)
			assert_int_equal(pair->kind, ED_EGRESS_DIRECT);
		n_told += pair && pair->kind == ED_EGRESS_DIRECT;
	}
	assert_in_range(n_told, 1, 2);
	for (unsigned i = 0; i < ED_EGRESS_PAIRS; i++) {
		const struct ed_egress_pair *pair = &table.pairs[i];
		struct ed_finding f;

		if (pair->hash == 0)
			continue;
		assert_int_equal(ed_egress_is_covered(&table, pair),
				 pair->kind != ED_EGRESS_DIRECT);
		if (pair->kind != ED_EGRESS_DIRECT)
			continue;
		ed_egress_finding(pair, &f);
		assert_int_equal(f.level, ED_LEVEL_MEDIUM);
		assert_int_equal(ed_evidence_get(&f.evidence[0], "name_servers_min", 0), 6);
		assert_true(ed_evidence_get(&f.evidence[0], "without_recursion_share", 0) == 1);
	}
}

/* Two other servers with recursion are two pairs, and no resolver of its own. */
static void test_not_direct(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 40; i++)
		(void)note(&policy, event(CLIENT, 100 + i % 2, 3.0 * i));
	for (unsigned i = 0; i < ED_EGRESS_PAIRS; i++)
		assert_false(ed_egress_is_covered(&table, &table.pairs[i]));
	assert_int_equal(worst(), ED_LEVEL_MEDIUM);
}

/* Gaps of five seconds give or take a fifth; without a list and without a role. */
static void test_beacon(void **state)
{
	double at_s = 0;
	struct ed_finding f;

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		(void)note(&no_policy, flow(OTHER, ED_FLOW_DOH, at_s));
		at_s += 5 + 2 * ((double)(ed_hash_mix(i + 1) >> 32) / 4294967296.0 - 0.5);
	}
	assert_int_equal(worst(), ED_LEVEL_HIGH);
	for (unsigned i = 0; i < ED_EGRESS_PAIRS; i++) {
		if (table.pairs[i].hash == 0)
			continue;
		ed_egress_finding(&table.pairs[i], &f);
		assert_int_equal(f.n_evidence, 2);
		assert_string_equal(f.evidence[1].family, "timing");
		assert_string_equal(ed_evidence_get_text(&f.evidence[0], "egress"),
				    "dns_over_https");
	}
}

/* A browser's connections come as people click. */
static void test_browser(void **state)
{
	double at_s = 0;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		(void)note(&no_policy, flow(OTHER, ED_FLOW_DOH, at_s));
		at_s += -40 * log(((double)(ed_hash_mix(i + 1) >> 32) + 1) / 4294967297.0);
	}
	assert_int_equal(worst(), ED_LEVEL_INFORMATIONAL);
	(void)note(&policy, flow(OTHER, ED_FLOW_DOH, at_s));
	assert_int_equal(worst(), ED_LEVEL_MEDIUM);
}

static void test_roles(void **state)
{
	struct ed_event ev = flow(OTHER, ED_FLOW_DOT, 0);

	(void)state;
	assert_null(note(&no_policy, ev));
	ev.time_ns += S_NS;
	ev.asset_role = ED_ASSET_SERVER;
	assert_non_null(note(&no_policy, ev));
	assert_int_equal(worst(), ED_LEVEL_LOW);
	for (unsigned i = 0; i < 10; i++) {
		ev.time_ns += (int64_t)(ed_hash_mix(i + 1) % 20) * S_NS;
		(void)note(&no_policy, ev);
	}
	assert_int_equal(worst(), ED_LEVEL_HIGH);
}

static struct ed_event dns_flow(uint32_t packets, uint32_t n_bytes, double at_s)
{
	struct ed_event ev = flow(OWN, ED_FLOW_DNS, at_s);

	ev.has |= ED_FIELD_SIZE_QUERY;
	ev.flow.packets_up = packets;
	ev.flow.counted = ED_COUNTED_IP;
	ev.size_query = n_bytes;
	return ev;
}

static void test_heavy(void **state)
{
	struct ed_event ev;

	(void)state;
	assert_null(note(&no_policy, dns_flow(100, 8000, 0))); /* lookups */
	assert_int_equal(worst(), ED_LEVEL_INFORMATIONAL);
	assert_null(note(&no_policy, dns_flow(100, 20000, 1)));
	assert_int_equal(worst(), ED_LEVEL_INFORMATIONAL);
	assert_non_null(note(&no_policy, dns_flow(100, 21000, 2)));
	assert_int_equal(worst(), ED_LEVEL_LOW);
	ev = dns_flow(100, 18000, 3);
	ev.flow.sample_rate = 10; /* stands for ten of its size */
	(void)note(&no_policy, ev);
	(void)note(&no_policy, dns_flow(1, 100, 4));
	assert_int_equal(worst(), ED_LEVEL_MEDIUM);
}

/* Of sampled packets some are long by chance; what is told needs many, and the short ones count. */
static void test_sampled(void **state)
{
	struct ed_event ev;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		ev = dns_flow(1, i % 4 == 0 ? 200 : 70, 10.0 * i);
		ev.flow.sample_rate = 512;
		assert_null(note(&no_policy, ev));
	}
	assert_int_equal(worst(), ED_LEVEL_INFORMATIONAL);
	for (unsigned i = 0; i < 29; i++) {
		ev = dns_flow(1, 200, i);
		ev.resolver.b[15] = OTHER;
		ev.flow.sample_rate = UINT32_MAX;
		assert_null(note(&no_policy, ev));
	}
	for (unsigned i = 29; i < 40; i++) {
		ev.time_ns += S_NS;
		(void)note(&no_policy, ev);
	}
	assert_int_equal(worst(), ED_LEVEL_MEDIUM);
}

/* A flood of spoofed clients does not displace who is seen often. */
static void test_flood(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 30; i++)
		(void)note(&policy, event(CLIENT, OTHER, 3.0 * i));
	for (unsigned i = 0; i < 20000; i++) {
		struct ed_event ev = event(CLIENT, OTHER, 200 + i / 100.0);

		ev.client_hash = ed_hash_mix(i + 100);
		(void)note(&policy, ev);
	}
	assert_int_equal(worst(), ED_LEVEL_MEDIUM);
	assert_true(table.n_displaced > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_unsanctioned, set_up),
		cmocka_unit_test_setup(test_sustained, set_up),
		cmocka_unit_test_setup(test_exempt, set_up),
		cmocka_unit_test_setup(test_copies, set_up),
		cmocka_unit_test_setup(test_direct, set_up),
		cmocka_unit_test_setup(test_not_direct, set_up),
		cmocka_unit_test_setup(test_beacon, set_up),
		cmocka_unit_test_setup(test_browser, set_up),
		cmocka_unit_test_setup(test_roles, set_up),
		cmocka_unit_test_setup(test_heavy, set_up),
		cmocka_unit_test_setup(test_sampled, set_up),
		cmocka_unit_test_setup(test_flood, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
