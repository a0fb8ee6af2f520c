/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sweep: once an hour, once a day for what is usual, never more often than the events pay for;
 * and what it finds, a client that spreads a message over rare domains.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "shard/ceiling.h"
#include "shard/partition.h"
#include "shard/sweep.h"

enum { N_PARTITIONS = 3, FINDINGS_MAX = 16 };

static const int64_t S_NS = INT64_C(1000000000);
static const int64_t HOUR_NS = 3600 * INT64_C(1000000000);
static const int64_t DAY_NS = 86400 * INT64_C(1000000000);
/* A midnight. */
static const int64_t START_NS = 20000 * (86400 * INT64_C(1000000000));

struct bench {
	struct ed_partition_conf conf;
	struct ed_partition p[N_PARTITIONS];
	_Alignas(16) ed_analytic_confs analytic_conf;
	unsigned at; /* index of the partition that sees */
	uint8_t service, shape;
	uint64_t n_events;
	unsigned n_found;
	struct ed_finding found[FINDINGS_MAX];
};

static void note(void *arg, unsigned partition, const struct ed_finding *f)
{
	struct bench *b = arg;

	assert_in_range(partition, 0, N_PARTITIONS - 1);
	if (f->common_parent)
		return; /* a pair for itself: not what is tested here */
	assert_in_range(b->n_found, 0, FINDINGS_MAX - 1);
	b->found[b->n_found++] = *f;
}

static int bench_new(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	int r = b ? 0 : -1;

	if (!b)
		return r;
	b->conf = (struct ed_partition_conf){ .hash_key = 1,
					      .n_keys = 8192,
					      .n_sketches = 512,
					      .n_suspects = 128,
					      .n_pending = 4096,
					      .n_shared_names = 8192,
					      .n_clients = 1024,
					      .arg = b,
					      .finding = note };
	for (size_t i = 0; ed_analytics[i]; i++) {
		ed_options_default(ed_analytics[i]->tunables, b->analytic_conf[i]);
	}
	b->conf.analytic_confs = &b->analytic_conf;
	for (unsigned i = 0; i < N_PARTITIONS && r == 0; i++)
		r = ed_partition_init(&b->p[i], i, &b->conf);
	*state = b;
	return r;
}

static int bench_free(void **state)
{
	struct bench *b = *state;

	for (unsigned i = 0; i < N_PARTITIONS; i++)
		ed_partition_done(&b->p[i]);
	free(b);
	return 0;
}

/* Partition b->at sees @client ask for the name @name, of 20 bytes of information, below the domain
 * @zone. */
static void see(struct bench *b, unsigned client, uint64_t zone, uint64_t name, int64_t time_ns)
{
	static const uint8_t wire[] = "\16abcdefghijklmn\7example\3com";
	struct {
		struct ed_event ev;
		uint8_t name[64];
	} o;
	struct ed_visit v;

	memset(&o, 0, sizeof(o));
	memcpy(o.name, wire, sizeof(wire));
	o.ev = (struct ed_event){
		.kind = ED_EVENT_DNS_PAIR,
		.has = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME | ED_FIELD_QTYPE,
		.time_ns = time_ns,
		.offset = ++b->n_events,
		.client = { .b = { [14] = (uint8_t)(client >> 8), [15] = (uint8_t)client } },
		.client_hash = ed_hash_mix(client + 1),
		.zone_hash = ed_hash_mix(zone << 20),
		.name_hash = ed_hash_mix(zone << 20 | (name + 1)),
		.payload_code = 20 * 8 * 1024,
		.zone_off = 15,
		.name_n = sizeof(wire),
		.zone_service = b->service,
		.payload_shape = b->shape,
		.qtype = ED_RR_A
	};
	ed_visit_prepare(&b->p[b->at], &o.ev, ED_ROLE_ZONE, &v);
	ed_visit_touch(&v);
	ed_visit(&v);
}

static void report(struct bench *b)
{
	for (unsigned i = 0; i < N_PARTITIONS; i++)
		ed_partition_finish(&b->p[i]);
	assert_int_equal(ed_sweep_report(b->p, N_PARTITIONS), 0);
}

/* ------------------------------------------------------------------- when */

static void test_once_an_hour(void **state)
{
	struct bench *b = *state;

	for (unsigned minute = 0; minute < 24 * 60; minute++)
		see(b, 1, minute % 10, minute % 30, START_NS + minute * 60 * S_NS);
	assert_int_equal(b->p[0].rare.sweep, 23);
	assert_int_equal(b->p[1].rare.sweep, 0);
}

/* Every event leaps by days, back and forth: the keys are looked at for what the events pay. */
static void test_leaping_times_cost_no_more(void **state)
{
	struct bench *b = *state;
	struct ed_partition *p = &b->p[0];
	enum { N_KEYS = 2000, N_LEAPS = 20000 };
	uint32_t before;

	for (unsigned i = 0; i < N_KEYS; i++)
		see(b, i % 100, i, i, START_NS);
	assert_true(p->keys.n_keys > N_KEYS);
	before = p->rare.sweep;
	for (unsigned i = 0; i < N_LEAPS; i++)
		see(b, i % 100, i % N_KEYS, i % N_KEYS, START_NS + (i % 2 ? 5 : -5) * DAY_NS);
	assert_true(p->rare.sweep > before);
	assert_in_range((uint64_t)(p->rare.sweep - before) * p->keys.n_keys, 1,
			N_LEAPS * 4 + N_KEYS * 4);
}

/* Records that are late by minutes or hours, as sensors deliver them. */
static void test_late_records_sweep_nothing(void **state)
{
	struct bench *b = *state;

	for (unsigned i = 0; i < 1000; i++)
		see(b, 1, i % 5, i, START_NS + 30 * HOUR_NS - (i % 20) * HOUR_NS);
	assert_int_equal(b->p[0].rare.sweep, 0);
}

static void test_no_times_at_all(void **state)
{
	struct bench *b = *state;

	for (unsigned i = 0; i < 1000; i++)
		see(b, 1, i, i, 0);
	assert_int_equal(b->p[0].rare.sweep, 0);
	report(b);
	assert_int_equal(b->p[0].rare.sweep, 1);
}

/* ----------------------------------------------------------------- what */

static uint32_t noted(const struct ed_partition *p, unsigned age)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < ED_CLIENT_ROLES; i++)
		n += age == 0 ? p->usual.role[i].today.n :
		     age == 1 ? p->usual.role[i].yesterday.n :
				p->usual.role[i].settled.n;
	return n;
}

/* Forty pairs that ask for three new names a day. */
static void ordinary_day(struct bench *b, unsigned day)
{
	for (unsigned hour = 0; hour < 24; hour++) {
		for (unsigned pair = 0; pair < 40; pair++)
			see(b, pair % 8, pair, day * 3 + hour / 8,
			    START_NS + day * DAY_NS + hour * HOUR_NS + pair * S_NS);
	}
}

static void test_usual_is_noted_once_a_day(void **state)
{
	struct bench *b = *state;
	const struct ed_partition *p = &b->p[0];

	ordinary_day(b, 0);
	assert_int_equal(noted(p, 0) + noted(p, 1) + noted(p, 2), 0);
	ordinary_day(b, 1);
	assert_int_equal(noted(p, 0), 0);
	assert_int_equal(noted(p, 1), 40); /* the first day, each pair once */
	assert_int_equal(noted(p, 2), 0);
	ordinary_day(b, 2);
	assert_int_equal(noted(p, 1), 40);
	assert_int_equal(noted(p, 2), 40);
	ordinary_day(b, 3);
	assert_int_equal(noted(p, 2), 80);
}

/* A pair that was not asked for in the day before says nothing about that day. */
static void test_silent_pairs_are_not_noted(void **state)
{
	struct bench *b = *state;

	ordinary_day(b, 0);
	for (unsigned day = 1; day < 3; day++) {
		for (unsigned hour = 0; hour < 24; hour++)
			see(b, 1, 1, 100 + hour, START_NS + day * DAY_NS + hour * HOUR_NS);
	}
	assert_int_equal(noted(&b->p[0], 2), 40);
	assert_in_range(noted(&b->p[0], 1), 0, 1);
}

/* What is being watched is not allowed to become what is usual. */
static void test_suspects_are_not_usual(void **state)
{
	struct bench *b = *state;
	struct ed_partition *p = &b->p[0];

	ordinary_day(b, 0);
	for (uint32_t i = 0; i < p->keys.n_used; i++) {
		if (p->keys.keys[i].hash && p->keys.keys[i].suspect == ED_KEY_NONE)
			p->keys.keys[i].suspect = 0;
	}
	ed_sweep(p, START_NS + DAY_NS);
	assert_int_equal(noted(p, 1), 0);
	for (uint32_t i = 0; i < p->keys.n_used; i++)
		p->keys.keys[i].suspect = ED_KEY_NONE;
	p->day--; /* the same day once more */
	ed_sweep(p, START_NS + DAY_NS);
	assert_int_equal(noted(p, 1), 40);
}

/* @n_domains of its own, ten names each: 200 bytes; over all partitions. */
static void spread(struct bench *b, unsigned client, unsigned n_domains, uint64_t first_domain)
{
	for (unsigned i = 0; i < n_domains * 10; i++) {
		uint64_t domain = first_domain + i % n_domains;

		b->at = (unsigned)(domain % N_PARTITIONS);
		see(b, client, domain, client * 1000 + i, START_NS + i * 20 * S_NS);
	}
}

static void test_one_client_over_rare_domains(void **state)
{
	struct bench *b = *state;
	const struct ed_finding *f = &b->found[0];

	spread(b, 7, 60, 1000);
	spread(b, 8, 30, 2000); /* 6 kB: below the ceiling */
	report(b);
	assert_int_equal(b->n_found, 1);
	assert_int_equal(f->client.b[15], 7);
	assert_int_equal(f->verdict, ED_VERDICT_BOUND);
	assert_int_equal(f->level, ED_LEVEL_MEDIUM);
	assert_false(f->common_parent);
	assert_int_equal(f->domain.n, 0);
	assert_in_range((uint64_t)f->info_bytes, ED_CEILING_RARE_BYTES + 1, 14400);
	assert_in_range(f->n_names, 58, 60);
	assert_true(f->first_ns >= START_NS && f->last_ns <= START_NS + 12000 * S_NS);
	assert_string_equal(ed_evidence_get_text(&f->evidence[0], "ceiling_exceeded"),
			    "one client, rare domains, a day");
	assert_true(ed_evidence_get(&f->evidence[0], "information_bytes", 0) == f->info_bytes);
}

/* What three clients ask is not rare; what is asked by trade is not meant. */
static void test_domains_that_are_not_rare(void **state)
{
	struct bench *b = *state;

	for (unsigned i = 0; i < 1800;
	     i++) /* 200 bytes each of three clients to each of 60 domains */
		see(b, 1 + i % 3, 1000 + i / 3 % 60, i, START_NS + i * 7 * S_NS);
	b->service = ED_SERVICE_BLOCK_LIST;
	spread(b, 7, 60, 2000);
	report(b);
	assert_int_equal(b->n_found, 0);
}

/* Whose addresses are looked up is not the client's word; a name that is none is. */
static void test_reversed_addresses_are_not_own_words(void **state)
{
	struct bench *b = *state;

	b->shape = ED_SHAPE_REVERSE;
	spread(b, 7, 60, 1000);
	spread(b, 8, 60, 2000);
	b->shape = 0;
	for (unsigned i = 0; i < 60; i++) { /* one name to each of the domains */
		b->at = (2000 + i) % N_PARTITIONS;
		see(b, 8, 2000 + i, 1, START_NS + (12000 + i) * S_NS);
	}
	report(b);
	assert_int_equal(b->n_found, 1);
	assert_int_equal(b->found[0].client.b[15], 8);
}

/* The same domains, a few a day: no day says too much. */
static void test_days_are_not_added(void **state)
{
	struct bench *b = *state;

	for (unsigned day = 0; day < 10; day++) {
		for (unsigned i = 0; i < 100; i++)
			see(b, 7, day * 10 + i % 10, i,
			    START_NS + 3 * day * DAY_NS + i * 600 * S_NS);
	}
	report(b);
	assert_int_equal(b->n_found, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_new, bench_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_once_an_hour),
		TEST(test_leaping_times_cost_no_more),
		TEST(test_late_records_sweep_nothing),
		TEST(test_no_times_at_all),
		TEST(test_usual_is_noted_once_a_day),
		TEST(test_silent_pairs_are_not_noted),
		TEST(test_suspects_are_not_usual),
		TEST(test_one_client_over_rare_domains),
		TEST(test_domains_that_are_not_rare),
		TEST(test_reversed_addresses_are_not_own_words),
		TEST(test_days_are_not_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
