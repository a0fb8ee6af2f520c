/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One tunnel, several views: behind a forwarder, behind a chain of them, behind address
 * translation, from two clients, and where the resolver itself, or a second client, has a tunnel of
 * its own.
 */
#include "shard/join.h"
#include "shard/test_bench.h"
#include "shard/views.h"

enum { NAMES = 60, CLIENT = 5, SECOND = 6, FORWARDER = 53, RESOLVER = 54, OUTSIDE = 200 };

static const char DOMAIN[] = "tunnel.example.net";
static const char ZONE[] = "example.net";

static unsigned n_withdrawn;
static uint64_t withdrawn[FINDINGS_MAX];

static void withdraw(void *arg, unsigned partition, uint64_t key_hash)
{
	(void)arg;
	(void)partition;
	assert_in_range(n_withdrawn, 0, FINDINGS_MAX - 1);
	withdrawn[n_withdrawn++] = key_hash;
}

static struct bench *begin(void **state)
{
	struct bench *b = *state;

	b->conf.withdraw = withdraw;
	n_withdrawn = 0;
	return b;
}

/* @server 0: the source does not tell whom the client asked. */
static void ask(struct bench *b, unsigned client, unsigned server, uint64_t number)
{
	char name[128];
	struct observed q;

	encoded_name(number, DOMAIN, name, sizeof(name));
	q = question(b, client, name, ED_RR_TXT);
	if (server > 0) {
		q.ev.resolver = q.ev.client;
		q.ev.resolver.b[15] = (uint8_t)server;
		q.ev.has |= ED_FIELD_RESOLVER;
	}
	see(b, &q, 0);
}

static bool is_told(struct bench *b, const struct said *s)
{
	(void)b;
	if (!s || s->f.level < ED_LEVEL_MEDIUM)
		return false;
	for (unsigned i = 0; i < n_withdrawn; i++) {
		if (withdrawn[i] == s->f.key_hash)
			return false;
	}
	return true;
}

static void assert_passed_on(const struct said *s, unsigned i, const char *by)
{
	char text[ED_ADDR_TEXT_MAX];

	assert_true(i < s->f.n_seen_from);
	ed_addr_to_text(&s->f.seen_from[i], text);
	assert_string_equal(text, by);
}

static void test_forwarder(void **state)
{
	struct bench *b = begin(state);
	const struct said *s;

	for (uint64_t i = 0; i < NAMES; i++, next(b)) {
		ask(b, CLIENT, FORWARDER, i);
		ask(b, FORWARDER, OUTSIDE, i);
	}
	ed_join(&b->p, 1);
	s = find(b, "10.0.0.5", ZONE);
	assert_true(is_told(b, s));
	assert_false(is_told(b, find(b, "10.0.0.53", ZONE)));
	assert_int_equal(s->f.n_seen_from, 1);
	assert_passed_on(s, 0, "10.0.0.53");
	assert_int_equal(s->f.n_clients, 1);
}

static void test_chain(void **state)
{
	struct bench *b = begin(state);
	const struct said *s;

	for (uint64_t i = 0; i < NAMES; i++, next(b)) {
		ask(b, CLIENT, FORWARDER, i);
		ask(b, FORWARDER, RESOLVER, i);
		ask(b, RESOLVER, OUTSIDE, i);
	}
	ed_join(&b->p, 1);
	s = find(b, "10.0.0.5", ZONE);
	assert_true(is_told(b, s));
	assert_false(is_told(b, find(b, "10.0.0.53", ZONE)));
	assert_false(is_told(b, find(b, "10.0.0.54", ZONE)));
	assert_passed_on(s, 0, "10.0.0.53");
}

/* Two clients behind one forwarder: each has its incident, the forwarder none. */
static void test_two_clients(void **state)
{
	struct bench *b = begin(state);

	for (uint64_t i = 0; i < NAMES; i++, next(b)) {
		ask(b, CLIENT, FORWARDER, i);
		ask(b, FORWARDER, OUTSIDE, i);
		ask(b, SECOND, FORWARDER, 1000 + i);
		ask(b, FORWARDER, OUTSIDE, 1000 + i);
	}
	ed_join(&b->p, 1);
	assert_true(is_told(b, find(b, "10.0.0.5", ZONE)));
	assert_true(is_told(b, find(b, "10.0.0.6", ZONE)));
	assert_false(is_told(b, find(b, "10.0.0.53", ZONE)));
	assert_passed_on(find(b, "10.0.0.6", ZONE), 0, "10.0.0.53");
	assert_int_equal(n_withdrawn, 1);
}

/* The resolver has a tunnel of its own to the same domain, beside that of a client. */
static void test_own_tunnel_of_resolver(void **state)
{
	struct bench *b = begin(state);

	for (uint64_t i = 0; i < NAMES; i++, next(b)) {
		ask(b, CLIENT, FORWARDER, i);
		ask(b, FORWARDER, OUTSIDE, i);
		ask(b, FORWARDER, OUTSIDE, 1000 + i);
	}
	ed_join(&b->p, 1);
	assert_true(is_told(b, find(b, "10.0.0.5", ZONE)));
	assert_true(is_told(b, find(b, "10.0.0.53", ZONE)));
	assert_int_equal(n_withdrawn, 0);
}

static void test_tunnel_of_resolver_alone(void **state)
{
	struct bench *b = begin(state);

	for (uint64_t i = 0; i < NAMES; i++, next(b))
		ask(b, FORWARDER, OUTSIDE, i);
	ed_join(&b->p, 1);
	assert_true(is_told(b, find(b, "10.0.0.53", ZONE)));
	assert_int_equal(n_withdrawn, 0);
}

/* Two machines with the same implant say different things. */
static void test_other_names(void **state)
{
	struct bench *b = begin(state);

	for (uint64_t i = 0; i < NAMES; i++, next(b)) {
		ask(b, CLIENT, 0, i);
		ask(b, SECOND, 0, 1000 + i);
	}
	ed_join(&b->p, 1);
	assert_true(is_told(b, find(b, "10.0.0.5", ZONE)));
	assert_true(is_told(b, find(b, "10.0.0.6", ZONE)));
	assert_int_equal(n_withdrawn, 0);
}

/* Nothing tells who asks whom: the same names at the same time are the same lookups. */
static void test_nobody_tells(void **state)
{
	struct bench *b = begin(state);
	const struct said *s;

	for (uint64_t i = 0; i < NAMES; i++, next(b)) {
		ask(b, CLIENT, 0, i);
		b->now_ns += MS_NS;
		ask(b, SECOND, 0, i);
	}
	ed_join(&b->p, 1);
	s = find(b, "10.0.0.5", ZONE);
	assert_true(is_told(b, s));
	assert_passed_on(s, 0, "10.0.0.6");
	assert_int_equal(n_withdrawn, 1);
}

/* The same names, but long after: another machine. */
static void test_later(void **state)
{
	struct bench *b = begin(state);

	for (unsigned client = CLIENT; client <= SECOND; client++) {
		for (uint64_t i = 0; i < NAMES; i++, next(b))
			ask(b, client, 0, i);
		b->now_ns += 600 * S_NS;
	}
	ed_join(&b->p, 1);
	assert_int_equal(n_withdrawn, 0);
}

/* The forwarder's log has no year and local time. */
static void test_no_year(void **state)
{
	static const int64_t years_ns = INT64_C(1704067200) * 1000000000; /* 1970 to 2024 */
	struct bench *b = begin(state);

	for (unsigned away_min = 105; away_min <= 115; away_min += 10) {
		int64_t away_ns = (int64_t)away_min * 60 * S_NS - years_ns;

		for (uint64_t i = 0; i < NAMES; i++, next(b)) {
			ask(b, SECOND + away_min, 0, away_min * 1000 + i);
			b->now_ns += away_ns;
			ask(b, CLIENT + away_min, 0, away_min * 1000 + i);
			b->now_ns -= away_ns;
		}
	}
	ed_join(&b->p, 1);
	assert_int_equal(n_withdrawn, 1);
}

/* The machine's own stub logs the loopback address, the network shows the machine. */
static void test_loopback(void **state)
{
	struct bench *b = begin(state);
	const struct said *s;

	for (uint64_t i = 0; i < NAMES; i++, next(b)) {
		char name[128];
		struct observed q;

		encoded_name(i, DOMAIN, name, sizeof(name));
		q = question(b, 1, name, ED_RR_TXT);
		memcpy(q.ev.client.b + 12, "\x7f\0\0\1", 4);
		see(b, &q, 0);
		ask(b, CLIENT, OUTSIDE, i);
	}
	ed_join(&b->p, 1);
	s = find(b, "10.0.0.5", ZONE);
	assert_true(is_told(b, s));
	assert_false(is_told(b, find(b, "127.0.0.1", ZONE)));
	assert_int_equal(s->f.n_seen_from, 0);
}

static void test_least(void **state)
{
	struct ed_suspect s = { .n_least = 0 };

	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		ed_views_note(&s, ed_hash_mix(i % 500) >> 32);
	assert_int_equal(s.n_least, ED_SUSPECT_LEAST);
	for (unsigned i = 1; i < s.n_least; i++)
		assert_true(s.least[i - 1] < s.least[i]);
	for (uint64_t i = 0; i < 500; i++) {
		uint32_t id = (uint32_t)(ed_hash_mix(i) >> 32);
		bool found = false;

		for (unsigned n = 0; n < s.n_least; n++)
			found |= s.least[n] == id;
		assert_true(found || id > s.least[s.n_least - 1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_forwarder),
		TEST(test_chain),
		TEST(test_two_clients),
		TEST(test_own_tunnel_of_resolver),
		TEST(test_tunnel_of_resolver_alone),
		TEST(test_other_names),
		TEST(test_nobody_tells),
		TEST(test_later),
		TEST(test_no_year),
		TEST(test_loopback),
		cmocka_unit_test(test_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
