/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw data on port 53 per client and server: what is told and when, what stays silent, and a table
 * that keeps the greatest when it is too small.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analytic/analytic.h"
#include "base/hash.h"
#include "shard/partition.h"

enum { KEY = 7 };

static const int64_t START_NS = INT64_C(1790000000) * 1000000000, S_NS = 1000000000;

static struct ed_not_dns table;

static int set_up(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	return 0;
}

static struct ed_event payload(unsigned client, unsigned number, uint32_t n_bytes)
{
	struct ed_event ev = {
		.kind = ED_EVENT_NOT_DNS,
		.has = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_RESOLVER | ED_FIELD_SIZE_QUERY,
		.time_ns = START_NS + number * S_NS,
		.client_hash = ed_hash_mix(client + 1),
		.transport = ED_TRANSPORT_UDP,
		.size_query = n_bytes,
	};

	ev.client.b[14] = (uint8_t)(client >> 8);
	ev.client.b[15] = (uint8_t)client;
	ev.resolver.b[15] = 53;
	ev.foreign.hash = (uint32_t)ed_hash_mix(number * 977 + 1);
	ev.foreign.n_first = 2;
	ev.foreign.first[0] = (uint8_t)number;
	ev.foreign.first[1] = 0xd1;
	return ev;
}

static struct ed_event from_server(struct ed_event ev)
{
	ev.size_response = ev.size_query;
	ev.size_query = 0;
	ev.has ^= ED_FIELD_SIZE_QUERY | ED_FIELD_SIZE_RESPONSE;
	return ev;
}

static struct ed_not_dns_pair *note(struct ed_event ev)
{
	return ed_not_dns_note(&table, &ev, KEY);
}

static void test_levels(void **state)
{
	struct ed_not_dns_pair *pair;

	(void)state;
	for (unsigned i = 0; i < 9; i++)
		assert_null(note(payload(1, i, 500)));
	pair = note(payload(1, 9, 500));
	assert_non_null(pair);
	assert_int_equal(ed_not_dns_level(pair), ED_LEVEL_MEDIUM);
	for (unsigned i = 10; i < 31; i++)
		assert_int_equal(note(payload(1, i, 500)) != NULL, i == 15);
	/* 16,000 bytes with the 32nd, both ways together */
	pair = note(from_server(payload(1, 31, 500)));
	assert_non_null(pair);
	assert_int_equal(ed_not_dns_level(pair), ED_LEVEL_HIGH);
	assert_int_equal(pair->first_ns, START_NS);
	assert_int_equal(pair->last_ns, START_NS + 31 * S_NS);
}

static void test_finding(void **state)
{
	struct ed_not_dns_pair *pair = NULL;
	const struct ed_evidence *e;
	struct ed_finding f;

	(void)state;
	for (unsigned i = 0; i < 15; i++)
		assert_int_equal(note(payload(1, i + 1, 100)) != NULL, i == 9);
	pair = note(from_server(payload(1, 40, 250)));
	assert_non_null(pair);                /* the 16th */
	assert_null(note(payload(1, 0, 70))); /* earlier, but late */
	ed_not_dns_finding(pair, &f);
	e = &f.evidence[0];
	assert_int_equal(f.level, ED_LEVEL_MEDIUM);
	assert_int_equal(f.verdict, ED_VERDICT_POLICY);
	assert_int_equal(f.client.b[15], 1);
	assert_int_equal(f.server.b[15], 53);
	assert_int_equal(f.domain.n, 0);
	assert_int_equal(f.n_queries, 17);
	assert_int_equal(f.n_evidence, 1);
	assert_string_equal(e->family, "path");
	assert_string_equal(ed_evidence_get_text(e, "payload"), "not_dns");
	assert_int_equal(ed_evidence_get(e, "payloads_to_server", 0), 16);
	assert_int_equal(ed_evidence_get(e, "bytes_to_server", 0), 1570);
	assert_int_equal(ed_evidence_get(e, "payloads_from_server", 0), 1);
	assert_int_equal(ed_evidence_get(e, "bytes_from_server", 0), 250);
	assert_int_equal(f.first_ns, START_NS);
	assert_int_equal(f.n_first_bytes, 2);
	assert_int_equal(f.first_bytes[0], 0); /* of the earliest */
	assert_int_equal(f.first_bytes[1], 0xd1);
}

/* Few payloads, small ones, the same again and again: no alert. */
static void test_silence(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 9; i++)
		assert_null(note(payload(1, i, 1400)));
	for (unsigned i = 0; i < 40; i++)
		assert_null(note(payload(2, i, 20)));
	for (unsigned i = 0; i < 2000; i++) {
		struct ed_event ev = payload(3, i, 32);

		ev.foreign.hash = i % 4;
		assert_null(note(ev));
	}
}

/* A mirror port shows each packet twice: counted once. What comes again later counts. */
static void test_copies(void **state)
{
	struct ed_not_dns_pair *pair = NULL;

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		struct ed_event ev = payload(1, i, 100);
		struct ed_not_dns_pair *told = note(ev);

		pair = told ? told : pair;
		ev.time_ns += 1000;
		assert_null(note(ev));
	}
	assert_non_null(pair);
	assert_int_equal(pair->way[0].n_payloads, 16);
	assert_int_equal(pair->way[0].n_bytes, 1600);
	(void)note(payload(1, 17, 100));
	(void)note(payload(1, 17, 100));
	assert_int_equal(pair->way[0].n_payloads, 17);
}

/* Spoofed clients displace each other, not the one that carries more. */
static void test_flood(void **state)
{
	struct ed_not_dns_pair *pair = NULL, *last;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		last = note(payload(0, i, 1000));
		pair = last ? last : pair;
	}
	assert_non_null(pair);
	for (unsigned i = 1; i < 60000; i++)
		assert_null(note(payload(i, i % 100, 1400)));
	assert_true(table.n_displaced > 50000);
	assert_int_equal(pair->client.b[15], 0);
	assert_int_equal(pair->way[0].n_payloads, 20);
}

/* ------------------------------------------------------------- a partition */

struct heard {
	unsigned n;
	struct ed_finding last;
};

static void hear(void *arg, unsigned partition, const struct ed_finding *f)
{
	struct heard *h = arg;

	assert_int_equal(partition, 3);
	h->n++;
	h->last = *f;
}

static void test_partition(void **state)
{
	static struct ed_partition p;
	struct heard heard = { .n = 0 };
	struct ed_partition_conf conf = { .hash_key = KEY,
					  .n_keys = 512,
					  .n_sketches = 16,
					  .n_suspects = 16,
					  .n_pending = 64,
					  .n_shared_names = 64,
					  .n_clients = 64,
					  .arg = &heard,
					  .finding = hear };

	(void)state;
	assert_int_equal(ed_partition_init(&p, 3, &conf), 0);
	for (unsigned i = 0; i < 25; i++) {
		struct ed_event ev = payload(1, i, 100);
		struct ed_visit v;

		ed_visit_prepare(&p, &ev, ED_ROLE_CLIENT, &v);
		ed_visit_touch(&v);
		ed_visit(&v);
	}
	assert_int_equal(heard.n, 2); /* the 10th and the 16th */
	assert_int_equal(heard.last.n_queries, 16);
	ed_partition_finish(&p);
	assert_int_equal(heard.n, 3);
	assert_int_equal(heard.last.n_queries, 25);
	assert_string_equal(heard.last.analytic, "AN1124");
	assert_int_equal(p.keys.n_keys, 0); /* no key of names */
	ed_partition_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_levels, set_up),
		cmocka_unit_test_setup(test_finding, set_up),
		cmocka_unit_test_setup(test_silence, set_up),
		cmocka_unit_test_setup(test_copies, set_up),
		cmocka_unit_test_setup(test_flood, set_up),
		cmocka_unit_test(test_partition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
