/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servers that no lookup gave: a client that connects where its answers lead, one that does not,
 * one whose answers nobody sees, addresses inside, and the sample of many servers.
 */
#include "shard/join.h"
#include "shard/test_bench.h"

enum { CLIENT = 5, SERVERS = 40 };

static unsigned n_policy;
static struct ed_finding told;
static struct ed_addr_set sanctioned;

static void take(void *arg, unsigned partition, const struct ed_finding *f)
{
	const char *what = ed_evidence_get_text(&f->evidence[0], "egress");

	(void)arg;
	(void)partition;
	if (f->verdict != ED_VERDICT_POLICY || !what || strcmp(what, "unasked_addresses") != 0)
		return;
	n_policy++;
	told = *f;
}

static struct bench *begin(void **state)
{
	struct bench *b = *state;

	memset(&sanctioned, 0, sizeof(sanctioned));
	assert_int_equal(ed_addr_set_add(&sanctioned, ed_span_str("10.0.0.53")), 0);
	b->conf.egress.sanctioned = &sanctioned;
	b->conf.sanctioned = "10.0.0.53";
	b->conf.finding = take;
	n_policy = 0;
	return b;
}

static uint32_t address_of(unsigned number)
{
	return 0xc6000000 + number * 256 * 7 + number;
}

/* The client is told an address, in an answer whose question nobody saw. */
static void answer(struct bench *b, unsigned number)
{
	char name[64];
	struct observed o;

	(void)snprintf(name, sizeof(name), "www.shop%u.com", number);
	o = answer_to(question(b, CLIENT, name, ED_RR_A), ED_RCODE_NOERROR, 0);
	o.ev.answers.first_v4 = address_of(number);
	see(b, &o, 0);
	next(b);
}

static void connect_to(struct bench *b, uint32_t server, enum ed_flow_service service)
{
	struct observed o = question(b, CLIENT, "x.com", ED_RR_A);
	struct ed_visit v;

	o.ev.kind = ED_EVENT_FLOW;
	o.ev.name_n = 0;
	o.ev.has = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_RESOLVER;
	o.ev.flow = (struct ed_flow){ .service = (uint8_t)service };
	ed_addr_from_v4((const uint8_t[]){ (uint8_t)(server >> 24), (uint8_t)(server >> 16),
					   (uint8_t)(server >> 8), (uint8_t)server },
			&o.ev.resolver);
	ed_annotate(b->annotator, &o.ev);
	ed_visit_prepare(&b->p, &o.ev, ED_ROLE_HOST, &v);
	ed_visit(&v);
	next(b);
}

static void test_unasked(void **state)
{
	struct bench *b = begin(state);

	for (unsigned i = 0; i < SERVERS; i++) {
		answer(b, i);
		connect_to(b, address_of(1000 + i), ED_FLOW_HTTPS);
	}
	ed_join(&b->p, 1);
	assert_int_equal(n_policy, 1);
	assert_int_equal(told.level, ED_LEVEL_LOW);
	assert_string_equal(ed_evidence_get_text(&told.evidence[0], "egress"), "unasked_addresses");
	assert_int_equal(ed_evidence_get(&told.evidence[0], "servers_sampled", 0),
			 ED_UNASKED_SERVERS);
	assert_int_equal(ed_evidence_get(&told.evidence[0], "servers_without_lookup", 0),
			 ED_UNASKED_SERVERS);
	assert_int_equal(told.n_queries, SERVERS);
	assert_true(ed_addr_known(&told.server));
	assert_string_equal(told.tunables[0].name, "SanctionedResolvers");
}

/* Where the answers lead, or beside them. */
static void test_asked(void **state)
{
	struct bench *b = begin(state);

	for (unsigned i = 0; i < SERVERS; i++) {
		answer(b, i);
		connect_to(b, address_of(i) + i % 3, ED_FLOW_HTTPS);
	}
	ed_join(&b->p, 1);
	assert_int_equal(n_policy, 0);
}

/* A log without answers, or none of this client: nothing can be said. */
static void test_not_seen(void **state)
{
	struct bench *b = begin(state);

	for (unsigned i = 0; i < SERVERS; i++)
		connect_to(b, address_of(1000 + i), ED_FLOW_HTTPS);
	for (unsigned i = 0; i < 3; i++)
		answer(b, i);
	ed_join(&b->p, 1);
	assert_int_equal(n_policy, 0);
}

/* Few servers, servers inside, and name servers. */
static void test_of_no_interest(void **state)
{
	static const uint32_t inside[] = { 0x0a000001, 0xac100001, 0xac1f0001, 0xc0a80001,
					   0x64400001, 0x647f0001, 0x7f000001, 0xa9fe0001,
					   0xe00000fb, 0xffffffff };
	struct bench *b = begin(state);

	for (unsigned i = 0; i < SERVERS; i++) {
		answer(b, i);
		connect_to(b, inside[i % 10] + i / 10 * 256 * (i % 10 < 9), ED_FLOW_OTHER);
		connect_to(b, address_of(1000 + i), ED_FLOW_DNS);
		connect_to(b, address_of(2000 + i % 10), ED_FLOW_OTHER);
	}
	ed_join(&b->p, 1);
	assert_int_equal(n_policy, 0);
}

/* Without the list of resolvers nothing is kept. */
static void test_no_list(void **state)
{
	struct bench *b = begin(state);

	b->conf.egress.sanctioned = NULL;
	for (unsigned i = 0; i < SERVERS; i++) {
		answer(b, i);
		connect_to(b, address_of(1000 + i), ED_FLOW_HTTPS);
	}
	ed_join(&b->p, 1);
	assert_int_equal(n_policy, 0);
	assert_int_equal(b->p.unasked.clients[0].n_flows, 0);
}

/* The sample is the same whatever the order, and a small client makes room for a large one. */
static void test_sample(void **state)
{
	static struct ed_unasked t[2];
	struct ed_event ev = { .kind = ED_EVENT_FLOW,
			       .has = ED_FIELD_CLIENT | ED_FIELD_RESOLVER,
			       .client_hash = 1 << 16 };

	(void)state;
	memset(t, 0, sizeof(t));
	for (unsigned i = 0; i < 1000; i++) {
		for (unsigned k = 0; k < 2; k++) {
			unsigned n = k ? 999 - i : i;

			ed_addr_from_v4((const uint8_t[]){ 198, 18, (uint8_t)(n >> 8), (uint8_t)n },
					&ev.resolver);
			ed_unasked_flow(&t[k], &ev, KEY);
		}
	}
	assert_int_equal(t[0].clients[2].n_servers, ED_UNASKED_SERVERS);
	assert_memory_equal(t[0].clients[2].server, t[1].clients[2].server,
			    sizeof(t[0].clients[2].server));
	for (uint64_t i = 1; i < 3; i++) {
		ev.client_hash = (1 << 16) + (i * ED_UNASKED_CLIENTS << 16);
		ed_unasked_flow(&t[0], &ev, KEY);
	}
	assert_int_equal(t[0].clients[2].n_flows, 1000);
	assert_true(t[0].clients[3].hash == ev.client_hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unasked),        TEST(test_asked),   TEST(test_not_seen),
		TEST(test_of_no_interest), TEST(test_no_list), cmocka_unit_test(test_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
