/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A partition from events to findings: a tunnel of sixty names is found, the same number of
 * ordinary lookups is not; what several clients ask, what a mirror shows twice and what is a pair
 * of packets counts as it should.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "enrich/annotate.h"
#include "enrich/psl.h"
#include "shard/partition.h"

enum { KEY = 1, FINDINGS_MAX = 4096, N_LOOKUPS = 60 };

static const int64_t MS_NS = 1000000, S_NS = 1000 * (int64_t)1000000;

static const char list[] = "com\nnet\norg\nexample\n";

/* What the partition said, the last word on each key. */
struct said {
	struct ed_finding f;
	char domain[ED_NAME_TEXT_MAX + 1];
	char client[ED_ADDR_TEXT_MAX];
};

struct bench {
	struct ed_partition_conf conf;
	struct ed_partition p;
	_Alignas(16) uint8_t analytic_conf[ED_ANALYTICS_MAX][ED_ANALYTIC_CONF_MAX];
	struct ed_annotator *annotator;
	struct ed_psl *psl;
	int64_t now_ns;
	uint16_t txid;
	unsigned n_said;
	struct said said[FINDINGS_MAX];
};

struct observed {
	struct ed_event ev;
	uint8_t name[ED_NAME_MAX + 1];
};

static void note(void *arg, unsigned partition, const struct ed_finding *f)
{
	struct bench *b = arg;
	unsigned i = 0;

	assert_int_equal(partition, b->p.index);
	assert_in_range(f->n_samples, 1, ED_ALERT_SAMPLES_MAX);
	assert_int_equal(f->n_evidence, ED_EVIDENCE_N);
	for (uint32_t j = 0; j < f->n_evidence; j++) {
		assert_true(f->evidence[j].bits >= 0);
		assert_true(f->evidence[j].bits <= ed_evidence_families[j]->cap_bits);
	}
	while (i < b->n_said && b->said[i].f.key_hash != f->key_hash)
		i++;
	assert_in_range(i, 0, FINDINGS_MAX - 1);
	b->n_said += i == b->n_said;
	b->said[i].f = *f;
	(void)ed_name_to_text(ed_span_of(f->domain.wire, f->domain.n), b->said[i].domain);
	(void)ed_addr_to_text(&f->client, b->said[i].client);
}

static int bench_new(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b || ed_psl_parse(ed_span_str(list), KEY, NULL, &b->psl) != 0 ||
	    ed_annotator_new(b->psl, KEY, &b->annotator) != 0)
		return -1;
	b->conf = (struct ed_partition_conf){ .hash_key = KEY,
					      .n_keys = 8192,
					      .n_sketches = 512,
					      .n_suspects = 128,
					      .n_pending = 4096,
					      .n_shared_names = 8192,
					      .arg = b,
					      .finding = note };
	for (size_t i = 0; ed_analytics[i]; i++) {
		ed_options_default(ed_analytics[i]->tunables, b->analytic_conf[i]);
		b->conf.analytic_conf[i] = b->analytic_conf[i];
	}
	b->now_ns = INT64_C(1790000000) * S_NS;
	*state = b;
	return ed_partition_init(&b->p, 3, &b->conf);
}

static int bench_free(void **state)
{
	struct bench *b = *state;

	ed_partition_done(&b->p);
	ed_annotator_free(b->annotator);
	ed_psl_free(b->psl);
	free(b);
	return 0;
}

/* ----------------------------------------------------------------- events */

static struct observed question(const struct bench *b, unsigned client, const char *text,
				uint16_t qtype)
{
	struct observed o;
	struct ed_name name;

	memset(&o, 0, sizeof(o));
	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_PLAIN, &name), 0);
	o.ev.kind = ED_EVENT_DNS_QUERY;
	o.ev.has = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_TXID |
		   ED_FIELD_QNAME | ED_FIELD_QTYPE;
	o.ev.time_ns = b->now_ns;
	o.ev.client = (struct ed_addr){
		.b = { [10] = 0xff, 0xff, 10, 0, (uint8_t)(client >> 8), (uint8_t)client }
	};
	o.ev.client_port = 40000;
	o.ev.txid = b->txid;
	o.ev.qtype = qtype;
	o.ev.offset = (uint64_t)b->now_ns % 1000003;
	o.ev.name_n = name.n;
	memcpy(o.name, name.wire, name.n);
	return o;
}

static struct observed answer_to(struct observed o, uint16_t rcode, uint32_t bytes)
{
	o.ev.kind = ED_EVENT_DNS_RESPONSE;
	o.ev.has |= ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES;
	o.ev.rcode = rcode;
	o.ev.answers.n = rcode == ED_RCODE_NOERROR;
	o.ev.answers.bytes_opaque = bytes;
	o.ev.time_ns += 20 * MS_NS;
	return o;
}

static void see(struct bench *b, struct observed *o, int64_t later_ns)
{
	struct ed_visit v;

	o->ev.time_ns += later_ns;
	ed_annotate(b->annotator, &o->ev);
	ed_visit_prepare(&b->p, &o->ev, ED_ROLE_ZONE | ED_ROLE_CLIENT, &v);
	ed_visit_touch(&v);
	ed_visit(&v);
}

/* Time goes on, and the next question has another id. */
static void next(struct bench *b)
{
	b->now_ns += 250 * MS_NS;
	b->txid++;
}

static void encoded_name(uint64_t i, const char *domain, char *ret, size_t n)
{
	static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
	char label[51] = "";

	for (unsigned j = 0; j < sizeof(label) - 1; j++)
		label[j] = base32[ed_hash_mix(i * 64 + j) & 31];
	(void)snprintf(ret, n, "%s.%s", label, domain);
}

static const char *const words[] = {
	"green",  "river",   "stone", "market", "garden", "travel", "book",   "music", "house",
	"blue",   "office",  "print", "school", "health", "sport",  "motor",  "photo", "wine",
	"coffee", "kitchen", "light", "paper",  "shop",   "world",  "studio", "media", "radio",
	"north",  "bridge",  "water", "summer", "winter", "family", "design", "hotel", "beach",
	"mount",  "forest",  "bird",  "horse",  "silver", "golden", "bread",  "cloud", "star",
};

enum { N_WORDS = sizeof(words) / sizeof(words[0]) };

/* ----------------------------------------------------------------- verdicts */

static struct said *find(struct bench *b, const char *client, const char *domain)
{
	for (unsigned i = 0; i < b->n_said; i++) {
		if (strcmp(b->said[i].client, client) == 0 &&
		    strcmp(b->said[i].domain, domain) == 0)
			return &b->said[i];
	}
	return NULL;
}

static unsigned count_alerts(const struct bench *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < b->n_said; i++)
		n += b->said[i].f.level >= ED_LEVEL_MEDIUM;
	return n;
}

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
		n += (ed_evidence_families[i]->state_bytes + 7) & ~(size_t)7;
	assert_in_range(n, 1, ED_KEY_EVIDENCE_BYTES);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_new, bench_free)

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
