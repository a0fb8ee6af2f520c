/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The information bound at the level of a partition: a codebook of ordinary names is found by what
 * it says, one that two clients share says nothing, copies of records change nothing, and a
 * borrowed name is no excuse for a server of one's own.
 */
#include "shard/test_bench.h"

#include "shard/ceiling.h"

enum { CODEBOOK = 16, QUESTIONS_A_DAY = 11000 };

/* One record of a whole exchange. */
static struct observed exchange(const struct bench *b, unsigned client, const char *name)
{
	struct observed o = answer_to(question(b, client, name, ED_RR_A), ED_RCODE_NOERROR, 0);

	o.ev.kind = ED_EVENT_DNS_PAIR;
	o.ev.answers.n_addresses = 1;
	o.ev.answers.first_v4 = 0xc0000207;
	return o;
}

/*
 * @clients in turn ask for sixteen ordinary names in an order that is a message: 4 bits a question,
 * some 5 kB of them within a day. Each record is seen @copies times.
 */
static void codebook(struct bench *b, unsigned n_clients, unsigned copies)
{
	char name[64];

	for (unsigned i = 0; i < QUESTIONS_A_DAY * n_clients; i++) {
		uint64_t h = ed_hash_mix(i);

		(void)snprintf(name, sizeof(name), "%s.brightfern.com", words[h % CODEBOOK]);
		for (unsigned copy = 0; copy < copies; copy++) {
			struct observed o = exchange(b, 7 + i % n_clients, name);

			see(b, &o, copy * MS_NS);
		}
		b->now_ns += 7 * S_NS / n_clients;
		b->txid++;
	}
	ed_partition_finish(&b->p);
}

static void test_a_codebook_is_found(void **state)
{
	struct bench *b = *state;
	const struct said *s;
	const struct ed_evidence *volume;

	codebook(b, 1, 1);
	s = find(b, "10.0.0.7", "brightfern.com");
	assert_non_null(s);
	assert_int_equal(s->f.verdict, ED_VERDICT_BOUND);
	assert_in_range(s->f.level, ED_LEVEL_MEDIUM, ED_LEVEL_CRITICAL);
	assert_int_equal(s->f.n_names, CODEBOOK);
	assert_in_range((uint64_t)s->f.info_bytes, QUESTIONS_A_DAY / 2, QUESTIONS_A_DAY * 7 / 10);
	volume = &s->f.evidence[ED_EVIDENCE_ID_volume];
	assert_string_equal(ed_evidence_get_text(volume, "ceiling_exceeded"),
			    "one client and domain, a day");
	assert_true(ed_evidence_get(volume, "repeat_bytes", 0) > ED_CEILING_PAIR_BYTES);
	assert_true(s->f.evidence[ED_EVIDENCE_ID_content].bits < 1); /* the names are ordinary */
}

/* Others ask the same names as well: who asks which tells nothing about one of them. */
static void test_a_codebook_of_two_is_not(void **state)
{
	struct bench *b = *state;

	codebook(b, 2, 1);
	assert_null(find(b, "10.0.0.7", "brightfern.com"));
	assert_null(find(b, "10.0.0.8", "brightfern.com"));
	assert_int_equal(count_alerts(b), 0);
}

/* As many questions for one name, as monitoring asks. */
static void test_one_name_polled_is_not(void **state)
{
	struct bench *b = *state;

	for (unsigned i = 0; i < QUESTIONS_A_DAY; i++) {
		struct observed o = exchange(b, 7, "status.brightfern.com");

		see(b, &o, 0);
		b->now_ns += 7 * S_NS;
		b->txid++;
	}
	ed_partition_finish(&b->p);
	assert_int_equal(b->n_said, 0);
}

static void assert_same_evidence(const struct ed_evidence *a, const struct ed_evidence *b)
{
	assert_string_equal(a->family, b->family);
	assert_true(a->bits == b->bits);
	assert_int_equal(a->n_facts, b->n_facts);
	for (uint32_t i = 0; i < a->n_facts; i++) {
		assert_string_equal(a->facts[i].name, b->facts[i].name);
		assert_true(a->facts[i].value == b->facts[i].value);
		assert_true(!a->facts[i].text == !b->facts[i].text);
		if (a->facts[i].text)
			assert_string_equal(a->facts[i].text, b->facts[i].text);
	}
}

/* Two sensors, or a mirror port, write every record twice, with the same message id. */
static void test_copies_of_records_change_nothing(void **state)
{
	struct bench *b = *state, *twice;
	const struct ed_finding *f, *g;
	void *other = NULL;

	assert_int_equal(bench_new(&other), 0);
	twice = other;
	codebook(b, 1, 1);
	codebook(twice, 1, 2);
	assert_int_equal(twice->p.n_duplicates, QUESTIONS_A_DAY);
	assert_int_equal(b->n_said, twice->n_said);
	assert_non_null(find(b, "10.0.0.7", "brightfern.com"));
	assert_non_null(find(twice, "10.0.0.7", "brightfern.com"));
	f = &find(b, "10.0.0.7", "brightfern.com")->f;
	g = &find(twice, "10.0.0.7", "brightfern.com")->f;
	assert_true(f->key_hash == g->key_hash && f->info_bytes == g->info_bytes);
	assert_true(f->score_bits == g->score_bits && f->answer_bytes == g->answer_bytes);
	assert_int_equal(f->level, g->level);
	assert_int_equal(f->verdict, g->verdict);
	assert_int_equal(f->n_queries, g->n_queries);
	assert_int_equal(f->n_names, g->n_names);
	assert_int_equal(f->n_clients, g->n_clients);
	assert_true(f->first_ns == g->first_ns && f->last_ns == g->last_ns);
	assert_int_equal(f->n_evidence, g->n_evidence);
	for (uint32_t i = 0; i < f->n_evidence; i++)
		assert_same_evidence(&f->evidence[i], &g->evidence[i]);
	(void)bench_free(&other);
}

/* --------------------------------------------------------------- a borrowed name */

static void ask_server(struct bench *b, unsigned client, const char *name, uint8_t server)
{
	struct observed o = answer_to(question(b, client, name, ED_RR_NULL), ED_RCODE_NOERROR, 200);

	o.ev.kind = ED_EVENT_DNS_PAIR;
	o.ev.has |= ED_FIELD_RESOLVER;
	o.ev.resolver = (struct ed_addr){ .b = { [10] = 0xff, 0xff, 203, 0, 113, server } };
	see(b, &o, 0);
	next(b);
}

/* A tunnel below a name of a cloud, through @server, beside what a site asks its own, 53. */
static const struct said *tunnel_below_a_cloud(struct bench *b, uint8_t server)
{
	char name[256];

	for (unsigned i = 0; i < 200; i++) {
		(void)snprintf(name, sizeof(name), "www.%s%s.com", words[i % 40],
			       words[(i + 3) % N_WORDS]);
		ask_server(b, i % 25, name, 53);
	}
	for (unsigned i = 0; i < 80; i++) {
		encoded_name(i, "d111abc.cloudfront.net", name, sizeof(name));
		ask_server(b, 7, name, server);
	}
	ed_partition_finish(&b->p);
	return find(b, "10.0.0.7", "cloudfront.net");
}

static void test_a_server_of_ones_own_beats_the_list(void **state)
{
	struct bench *b = *state;
	const struct said *s = tunnel_below_a_cloud(b, 9);
	const struct ed_evidence *path;

	assert_non_null(s);
	assert_in_range(s->f.level, ED_LEVEL_HIGH, ED_LEVEL_CRITICAL);
	path = &s->f.evidence[ED_EVIDENCE_ID_path];
	assert_string_equal(ed_evidence_get_text(path, "server"), "asked for this domain only");
	assert_true(ed_evidence_get(path, "clients_of_server", 0) == 1);
	assert_true(s->f.discount_bits == 0);
}

static void test_through_the_sites_server_the_list_counts(void **state)
{
	struct bench *b = *state;
	const struct said *s = tunnel_below_a_cloud(b, 53);

	assert_true(!s || s->f.level <= ED_LEVEL_LOW);
	assert_int_equal(count_alerts(b), 0);
}

/* The row of the list is only believed until its day. */
static void test_a_list_that_has_expired(void **state)
{
	struct bench *b = *state;
	const struct said *s;

	b->now_ns = INT64_C(1840000000) * S_NS; /* 2028-04-22 */
	s = tunnel_below_a_cloud(b, 53);
	assert_non_null(s);
	assert_in_range(s->f.level, ED_LEVEL_MEDIUM, ED_LEVEL_CRITICAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_codebook_is_found),
		TEST(test_a_codebook_of_two_is_not),
		TEST(test_one_name_polled_is_not),
		TEST(test_copies_of_records_change_nothing),
		TEST(test_a_server_of_ones_own_beats_the_list),
		TEST(test_through_the_sites_server_the_list_counts),
		TEST(test_a_list_that_has_expired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
