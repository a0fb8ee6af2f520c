/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition from events to findings: a tunnel of sixty names is found, the same number of
 * ordinary lookups is not; what several clients ask, what a mirror shows twice and what is a pair
 * of packets counts as it should.
 */
#include "shard/test_bench.h"

enum { N_LOOKUPS = 60 };

/* Sixty new names with base32 labels, as a NULL tunnel asks them. */
static void tunnel(struct bench *b, unsigned client, const char *domain)
{
	char name[256];

	for (unsigned i = 0; i < N_LOOKUPS; i++, next(b)) {
		struct observed q, r;

		encoded_name(client * 1000 + i, domain, name, sizeof(name));
		q = question(b, client, name, ED_RR_NULL);
		r = answer_to(q, ED_RCODE_NOERROR, 200);
		see(b, &q, 0);
		see(b, &r, 0);
	}
}

static void test_tunnel_is_found(void **state)
{
	struct bench *b = *state;
	const struct said *s;

	tunnel(b, 7, "t.tunnel.com");
	ed_partition_finish(&b->p);
	s = find(b, "10.0.0.7", "tunnel.com");
	assert_non_null(s);
	assert_in_range(s->f.level, ED_LEVEL_MEDIUM, ED_LEVEL_CRITICAL);
	assert_true(s->f.common_parent);
	assert_false(s->f.all_clients);
	assert_int_equal(s->f.n_queries, N_LOOKUPS);
	assert_in_range(s->f.n_names, N_LOOKUPS - 3, N_LOOKUPS);
	assert_int_equal(s->f.n_clients, 1);
	/* 50 letters of 5 bits are 31 bytes, and a sketch is not exact */
	assert_in_range((uint64_t)s->f.info_bytes, N_LOOKUPS * 25, N_LOOKUPS * 40);
	assert_true(s->f.answer_bytes == N_LOOKUPS * 200);
	assert_int_equal(s->f.last_ns - s->f.first_ns, (N_LOOKUPS - 1) * 250 * MS_NS + 20 * MS_NS);
	assert_string_equal(s->f.analytic, "AN1124");
	assert_in_range(s->f.n_tunables, 1, ED_ALERT_TUNABLES_MAX);
	assert_int_equal(s->f.n_samples, ED_ALERT_SAMPLES_MAX);
	assert_int_equal(count_alerts(b), 1);
}

static void test_tunnel_is_found_from_its_questions_alone(void **state)
{
	struct bench *b = *state;
	char name[256];

	for (unsigned i = 0; i < N_LOOKUPS; i++, next(b)) {
		struct observed q;

		encoded_name(i, "tunnel.com", name, sizeof(name));
		q = question(b, 7, name, ED_RR_NULL);
		see(b, &q, 0);
	}
	ed_partition_finish(&b->p);
	assert_non_null(find(b, "10.0.0.7", "tunnel.com"));
	assert_int_equal(count_alerts(b), 1);
}

static void test_ordinary_lookups_are_not(void **state)
{
	struct bench *b = *state;
	char name[256];

	for (unsigned i = 0; i < N_LOOKUPS; i++, next(b)) {
		struct observed q, r;

		(void)snprintf(name, sizeof(name), "%s.brightfern.com", words[i % N_WORDS]);
		q = question(b, 7, name, i % 2 ? ED_RR_A : ED_RR_AAAA);
		r = answer_to(q, ED_RCODE_NOERROR, 0);
		see(b, &q, 0);
		see(b, &r, 0);
	}
	ed_partition_finish(&b->p);
	assert_int_equal(b->n_said, 0);
}

/* A name that three clients ask carries no message of the third. */
static void test_shared_names_do_not_count(void **state)
{
	struct bench *b = *state;
	char name[256];

	for (unsigned client = 1; client <= 5; client++) {
		for (unsigned i = 0; i < N_LOOKUPS; i++, next(b)) {
			struct observed q;

			encoded_name(client == 5 ? 5000 + i : i, "cdn.com", name, sizeof(name));
			q = question(b, client, name, ED_RR_NULL);
			see(b, &q, 0);
		}
	}
	ed_partition_finish(&b->p);
	assert_null(find(b, "10.0.0.3", "cdn.com"));
	assert_null(find(b, "10.0.0.4", "cdn.com"));
	assert_non_null(find(b, "10.0.0.5", "cdn.com")); /* its names are its own */
	assert_in_range(find(b, "10.0.0.5", "cdn.com")->f.level, ED_LEVEL_MEDIUM,
			ED_LEVEL_CRITICAL);
	assert_in_range(find(b, "10.0.0.5", "cdn.com")->f.n_clients, 5, 5);
}

/* The lookups that the key (10.0.0.7, tunnel.com) counted. */
static uint64_t lookups_counted(struct bench *b)
{
	const struct said *s;

	ed_partition_finish(&b->p);
	s = find(b, "10.0.0.7", "tunnel.com");
	assert_non_null(s);
	assert_in_range(s->f.level, ED_LEVEL_MEDIUM, ED_LEVEL_CRITICAL);
	return s->f.n_queries;
}

static void test_mirrored_packets_count_once(void **state)
{
	struct bench *b = *state;
	char name[256];

	for (unsigned i = 0; i < N_LOOKUPS; i++, next(b)) {
		struct observed q, copy;

		encoded_name(i, "tunnel.com", name, sizeof(name));
		q = copy = question(b, 7, name, ED_RR_NULL);
		see(b, &q, 0);
		see(b, &copy, i % 5 * MS_NS);
	}
	assert_int_equal(lookups_counted(b), N_LOOKUPS);
	assert_int_equal(b->p.n_duplicates, N_LOOKUPS);
}

/* A resolver that asks again after five milliseconds does ask again. */
static void test_retries_count(void **state)
{
	struct bench *b = *state;
	char name[256];

	for (unsigned i = 0; i < N_LOOKUPS; i++, next(b)) {
		struct observed q, again;

		encoded_name(i, "tunnel.com", name, sizeof(name));
		q = again = question(b, 7, name, ED_RR_NULL);
		see(b, &q, 0);
		see(b, &again, 6 * MS_NS);
	}
	assert_int_equal(lookups_counted(b), 2 * N_LOOKUPS);
	assert_int_equal(b->p.n_duplicates, 0);
}

static void test_a_pair_is_one_lookup(void **state)
{
	struct bench *b = *state;
	char name[256];

	for (unsigned i = 0; i < N_LOOKUPS; i++, next(b)) {
		struct observed q, r;

		encoded_name(i, "tunnel.com", name, sizeof(name));
		q = question(b, 7, name, ED_RR_NULL);
		r = answer_to(q, ED_RCODE_NOERROR, 100);
		switch (i % 3) {
		case 0: /* two packets */
			see(b, &q, 0);
			see(b, &r, 0);
			break;
		case 1: /* the question was not seen */
			see(b, &r, 0);
			break;
		default: /* the source put them together */
			r.ev.kind = ED_EVENT_DNS_PAIR;
			see(b, &r, 0);
		}
	}
	assert_int_equal(lookups_counted(b), N_LOOKUPS);
	assert_true(find(b, "10.0.0.7", "tunnel.com")->f.answer_bytes == N_LOOKUPS * 100);
}

/* ------------------------------------------------------------- the client */

static void ask_for_domain(struct bench *b, unsigned client, const char *domain, uint16_t rcode)
{
	struct observed q = question(b, client, domain, ED_RR_A), r = answer_to(q, rcode, 0);

	see(b, &q, 0);
	see(b, &r, 0);
	next(b);
}

static void test_made_up_domains_are_found(void **state)
{
	struct bench *b = *state;
	char name[256];
	const struct said *s;

	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "%016llx%08x.zq",
			       (unsigned long long)ed_hash_mix(i),
			       (unsigned)ed_hash_mix(~(uint64_t)i));
		ask_for_domain(b, 9, name, ED_RCODE_NXDOMAIN);
	}
	ed_partition_finish(&b->p);
	s = find(b, "10.0.0.9", "");
	assert_non_null(s);
	assert_in_range(s->f.level, ED_LEVEL_MEDIUM, ED_LEVEL_CRITICAL);
	assert_false(s->f.common_parent);
	assert_int_equal(s->f.domain.n, 0);
	assert_int_equal(count_alerts(b), 1);
}

static void test_many_ordinary_domains_are_not(void **state)
{
	struct bench *b = *state;
	char name[256];

	for (unsigned i = 0; i < 2000; i++) {
		(void)snprintf(name, sizeof(name), "%s%s.%s", words[i % N_WORDS],
			       words[i / N_WORDS], i % 3 ? "com" : "org");
		ask_for_domain(b, 9, name, ED_RCODE_NOERROR);
	}
	ed_partition_finish(&b->p);
	assert_int_equal(count_alerts(b), 0);
}

/* ------------------------------------------------------------- the domain */

/* Each of four clients stays below every limit; what they send together does not. */
static void test_domain_over_its_clients(void **state)
{
	struct bench *b = *state;
	const struct said *s;
	char name[256];

	for (unsigned i = 0; i < 4 * 125; i++, next(b)) {
		struct observed q;

		encoded_name(i, "spread.net", name, sizeof(name));
		q = question(b, 1 + i % 4, name, ED_RR_A);
		see(b, &q, 0);
	}
	ed_partition_finish(&b->p);
	s = find(b, "", "spread.net");
	assert_non_null(s);
	assert_true(s->f.all_clients);
	assert_int_equal(s->f.n_clients, 4);
	assert_int_equal(s->f.verdict, ED_VERDICT_BOUND);
}

/* ------------------------------------------------------------------- rest */

static void test_nothing_to_key_on(void **state)
{
	struct bench *b = *state;
	struct observed o = question(b, 7, "www.example", ED_RR_A);

	o.ev.has &= ~(uint32_t)ED_FIELD_QNAME;
	see(b, &o, 0);
	o = question(b, 7, "www.example", ED_RR_A);
	o.ev.name_n = 0;
	see(b, &o, 0);
	ed_partition_finish(&b->p);
	assert_int_equal(b->p.keys.n_keys, 0);
	assert_int_equal(b->n_said, 0);
}

static void test_evidence_fits_the_key(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; ed_evidence_families[i]; i++)
		n += ed_evidence_room(ed_evidence_families[i]);
	assert_in_range(n, 1, ED_KEY_EVIDENCE_BYTES);
	assert_int_equal(ed_evidence_offset(ED_EVIDENCE_ID_timing) % 8, 0);
	assert_int_equal(ed_evidence_offset(ED_EVIDENCE_ID_host) % 8, 0);
}

static void test_mirrored_exchange_counts_once(void **state)
{
	struct bench *b = *state;
	char name[256];

	for (unsigned i = 0; i < N_LOOKUPS; i++, next(b)) {
		struct observed q, r, q2, r2;

		encoded_name(i, "tunnel.com", name, sizeof(name));
		q = q2 = question(b, 7, name, ED_RR_NULL);
		r = r2 = answer_to(q, ED_RCODE_NOERROR, 100);
		see(b, &q, 0);
		see(b, &q2, MS_NS);
		see(b, &r, 0);
		see(b, &r2, MS_NS);
	}
	assert_int_equal(lookups_counted(b), N_LOOKUPS);
}

static void test_client_key_sees_answers_alone(void **state)
{
	struct bench *b = *state;
	char name[256];

	for (unsigned i = 0; i < 100; i++) {
		struct observed q, r;

		(void)snprintf(name, sizeof(name), "%016llx%08x.zq",
			       (unsigned long long)ed_hash_mix(i),
			       (unsigned)ed_hash_mix(~(uint64_t)i));
		q = question(b, 9, name, ED_RR_A);
		r = answer_to(q, ED_RCODE_NXDOMAIN, 0);
		see(b, &r, 0);
		next(b);
	}
	ed_partition_finish(&b->p);
	assert_int_equal(count_alerts(b), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tunnel_is_found),
		TEST(test_tunnel_is_found_from_its_questions_alone),
		TEST(test_ordinary_lookups_are_not),
		TEST(test_shared_names_do_not_count),
		TEST(test_mirrored_packets_count_once),
		TEST(test_mirrored_exchange_counts_once),
		TEST(test_client_key_sees_answers_alone),
		TEST(test_retries_count),
		TEST(test_a_pair_is_one_lookup),
		TEST(test_made_up_domains_are_found),
		TEST(test_many_ordinary_domains_are_not),
		TEST(test_domain_over_its_clients),
		TEST(test_nothing_to_key_on),
		TEST(test_evidence_fits_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
