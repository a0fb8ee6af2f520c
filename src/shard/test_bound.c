/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The information bound at the level of a partition: a codebook of ordinary names is found by what
 * it says, one that two clients share by what both say and the domain's owner can hear, copies of
 * records change nothing, and a borrowed name is no excuse for a server of one's own.
 */
#include "shard/test_bench.h"

#include "shard/ceiling.h"

enum { CODEBOOK = 16, QUESTIONS_A_DAY = 11000, UNTOLD = -1 };

/* So many times as often do two clients ask that share a codebook: its repeats count half. */
enum { OF_TWO = 3 };

static const int64_t DAY_NS = 24 * 3600 * (int64_t)1000000000;

/* One record of a whole exchange, whose answer lives for @ttl_s. */
static struct observed exchange(const struct bench *b, unsigned client, const char *name, int ttl_s)
{
	struct observed o = answer_to(question(b, client, name, ED_RR_A), ED_RCODE_NOERROR, 0);

	o.ev.kind = ED_EVENT_DNS_PAIR;
	o.ev.answers.n_addresses = 1;
	o.ev.answers.first_v4 = 0xc0000207;
	if (ttl_s != UNTOLD) {
		o.ev.has |= ED_FIELD_TTL;
		o.ev.answers.ttl_min_s = (uint32_t)ttl_s;
		o.ev.answers.ttl_max_s = (uint32_t)ttl_s;
	}
	return o;
}

/*
 * @clients in turn ask for sixteen ordinary names in an order that is a message: 4 bits a question,
 * some 5 kB of them within a day. Each record is seen @copies times. One cache for all keeps the
 * answers for @ttl_s.
 */
static void codebook_cached(struct bench *b, unsigned n_clients, unsigned copies, int ttl_s)
{
	unsigned each = n_clients > 1 ? QUESTIONS_A_DAY * OF_TWO : QUESTIONS_A_DAY;
	int64_t expires_ns[CODEBOOK] = { 0 };
	char name[64];

	for (unsigned i = 0; i < each * n_clients; i++) {
		unsigned word = (unsigned)(ed_hash_mix(i) % CODEBOOK);
		int left_s = ttl_s;

		if (expires_ns[word] > b->now_ns)
			left_s = (int)((expires_ns[word] - b->now_ns) / S_NS);
		else
			expires_ns[word] = b->now_ns + ttl_s * S_NS;
		(void)snprintf(name, sizeof(name), "%s.brightfern.com", words[word]);
		for (unsigned copy = 0; copy < copies; copy++) {
			struct observed o = exchange(b, 7 + i % n_clients, name, left_s);

			see(b, &o, copy * MS_NS);
		}
		b->now_ns += DAY_NS / (each * n_clients);
		b->txid++;
	}
	ed_partition_finish(&b->p);
}

static void codebook(struct bench *b, unsigned n_clients, unsigned copies)
{
	codebook_cached(b, n_clients, copies, UNTOLD);
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

/* Questions for one domain, their names unprinted or not. */
static void ask_the_domain(struct bench *b, unsigned n, bool is_printed)
{
	for (unsigned i = 0; i < n; i++) {
		struct observed o = question(b, 7, "brightfern.com", ED_RR_NULL);

		if (!is_printed)
			o.ev.lost |= ED_LOST_NAME | ED_LOST_LABELS;
		see(b, &o, 0);
		b->now_ns += S_NS;
		b->txid++;
	}
	ed_partition_finish(&b->p);
}

/* What a log could not print is known to be much, and counts as 16 bytes a name. */
static void test_unprinted_names_fill_the_ceiling(void **state)
{
	struct bench *b = *state;
	const struct said *s;

	ask_the_domain(b, ED_CEILING_PAIR_BYTES / 16 + 64, false);
	s = find(b, "10.0.0.7", "brightfern.com");
	assert_non_null(s);
	assert_int_equal(s->f.verdict, ED_VERDICT_BOUND);
	assert_int_equal(s->f.n_names, 0);
	assert_true(s->f.info_bytes > ED_CEILING_PAIR_BYTES);
}

static void test_the_same_question_says_nothing(void **state)
{
	struct bench *b = *state;

	ask_the_domain(b, ED_CEILING_PAIR_BYTES / 16 + 64, true);
	assert_null(find(b, "10.0.0.7", "brightfern.com"));
}

/* Others ask the same names as well: who asks which tells nothing about one of them. What both say
 * is not counted where the source does not tell how long answers live. */
static void test_a_codebook_of_two_is_no_clients(void **state)
{
	struct bench *b = *state;

	codebook(b, 2, 1);
	assert_null(find(b, "10.0.0.7", "brightfern.com"));
	assert_null(find(b, "10.0.0.8", "brightfern.com"));
	assert_int_equal(count_alerts(b), 0);
}

static void test_a_codebook_of_two_is_the_domains(void **state)
{
	struct bench *b = *state;
	const struct said *s;

	codebook_cached(b, 2, 1, 1);
	assert_null(find(b, "10.0.0.7", "brightfern.com"));
	assert_null(find(b, "10.0.0.8", "brightfern.com"));
	assert_int_equal(count_alerts(b), 1);
	s = &b->said[0];
	assert_string_equal(s->domain, "brightfern.com");
	assert_true(s->f.all_clients);
	assert_int_equal(s->f.n_clients, 2);
	assert_int_equal(s->f.verdict, ED_VERDICT_BOUND);
	assert_in_range((uint64_t)s->f.info_bytes, OF_TWO * QUESTIONS_A_DAY,
			OF_TWO * QUESTIONS_A_DAY * 14 / 10);
}

/* The same questions out of a cache: the owner hears each name once an hour. */
static void test_what_a_cache_answers_is_not_heard(void **state)
{
	struct bench *b = *state;

	codebook_cached(b, 2, 1, 3600);
	assert_int_equal(count_alerts(b), 0);
}

/* Every answer is said to live for an hour and yet is fresh: it comes out of no cache. */
static void test_a_life_that_begins_anew_is_heard(void **state)
{
	struct bench *b = *state;
	char name[64];

	for (unsigned i = 0; i < QUESTIONS_A_DAY * 2 * OF_TWO; i++) {
		struct observed o;

		(void)snprintf(name, sizeof(name), "%s.brightfern.com",
			       words[ed_hash_mix(i) % CODEBOOK]);
		o = exchange(b, 7 + i % 2, name, 3600);
		see(b, &o, 0);
		b->now_ns += DAY_NS / (QUESTIONS_A_DAY * 2 * OF_TWO);
		b->txid++;
	}
	ed_partition_finish(&b->p);
	assert_int_equal(count_alerts(b), 1);
	assert_true(b->said[0].f.all_clients);
}

/* Question and answer apart, as in packets. */
static void test_a_codebook_of_two_in_packets(void **state)
{
	static const uint32_t lives_s[] = { 0, 3600 }; /* the second never counted down */
	struct bench *b = *state;
	char name[64];

	for (unsigned i = 0; i < QUESTIONS_A_DAY * 4 * OF_TWO; i++) {
		const char *domain = i % 2 ? "brightfern.com" : "stonebrook.com";
		struct observed q, a;

		(void)snprintf(name, sizeof(name), "%s.%s", words[ed_hash_mix(i) % CODEBOOK],
			       domain);
		q = question(b, 7 + i / 2 % 2, name, ED_RR_A);
		a = answer_to(q, ED_RCODE_NOERROR, 0);
		a.ev.has |= ED_FIELD_TTL;
		a.ev.answers.ttl_min_s = lives_s[i % 2];
		see(b, &q, 0);
		see(b, &a, 0);
		b->now_ns += DAY_NS / (QUESTIONS_A_DAY * 4 * OF_TWO);
		b->txid++;
	}
	ed_partition_finish(&b->p);
	assert_int_equal(count_alerts(b), 2);
	assert_true(b->said[0].f.all_clients && b->said[1].f.all_clients);
}

/* As many questions for one name, as monitoring asks. */
static void test_one_name_polled_is_not(void **state)
{
	struct bench *b = *state;

	for (unsigned i = 0; i < QUESTIONS_A_DAY; i++) {
		struct observed o = exchange(b, 7, "status.brightfern.com", UNTOLD);

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

/* What is told in answers to @n lookups of @n_names ordinary names in turn: of each name so many
 * different ones, 0: the source does not tell them apart. */
struct poll {
	uint16_t qtype;
	unsigned n, n_names, n_different;
	uint32_t opaque_bytes, names_bytes;
};

static const struct said *poll_names(struct bench *b, const struct poll *of)
{
	char name[64];

	for (unsigned i = 0; i < of->n; i++) {
		unsigned word = i % of->n_names;
		unsigned told = of->n_different ? i / of->n_names % of->n_different : 0;
		struct observed o;

		(void)snprintf(name, sizeof(name), "%s.brightfern.com", words[word]);
		o = answer_to(question(b, 7, name, of->qtype), ED_RCODE_NOERROR, of->opaque_bytes);
		o.ev.kind = ED_EVENT_DNS_PAIR;
		o.ev.answers.bytes_names = of->names_bytes;
		if (of->n_different)
			o.ev.answers.hash = (uint32_t)ed_hash_mix(1 + told * of->n_names + word);
		see(b, &o, 0);
		b->now_ns += 60 * S_NS;
		b->txid++;
	}
	ed_partition_finish(&b->p);
	return find(b, "10.0.0.7", "brightfern.com");
}

/* One ordinary name, polled @n times for @qtype: 400 bytes each time. */
static const struct said *poll_one_name(struct bench *b, uint16_t qtype, unsigned n,
					unsigned n_different)
{
	return poll_names(b, &(struct poll){ .qtype = qtype,
					     .n = n,
					     .n_names = 1,
					     .n_different = n_different,
					     .opaque_bytes = 400 });
}

static void told_by_answers(const struct said *s)
{
	const struct ed_evidence *volume;

	assert_non_null(s);
	assert_int_equal(s->f.verdict, ED_VERDICT_BOUND);
	volume = &s->f.evidence[ED_EVIDENCE_ID_volume];
	assert_string_equal(ed_evidence_get_text(volume, "ceiling_exceeded"),
			    "answers to one client, a day");
}

/* The names say nothing at all: what is told comes in the answers. */
static void test_null_answers_to_one_name(void **state)
{
	told_by_answers(poll_one_name(*state, ED_RR_NULL, 20, 20));
}

static void test_changing_texts_of_one_name(void **state)
{
	told_by_answers(poll_one_name(*state, ED_RR_TXT, 100, 100));
}

/* Nor do a handful of names have a hundred texts. */
static void test_changing_texts_of_few_names(void **state)
{
	told_by_answers(poll_names(*state, &(struct poll){ ED_RR_TXT, 400, 6, 80, 200, 0 }));
}

static void test_a_text_for_each_of_few_names(void **state)
{
	assert_null(poll_names(*state, &(struct poll){ ED_RR_TXT, 1000, 8, 1, 400, 0 }));
}

/* A name that stands for another one every time. */
static void test_changing_names_in_answers(void **state)
{
	told_by_answers(poll_names(*state, &(struct poll){ ED_RR_CNAME, 600, 1, 600, 0, 120 }));
}

static void test_a_name_moves_about_a_pool(void **state)
{
	assert_null(poll_names(*state, &(struct poll){ ED_RR_A, 1400, 2, 5, 0, 60 }));
}

/* Every host behind a name of its own, as a delivery network has it. */
static void test_each_name_stands_for_another(void **state)
{
	assert_null(poll_names(*state, &(struct poll){ ED_RR_A, 1000, N_WORDS, 2, 0, 60 }));
}

static void test_a_text_that_is_polled(void **state)
{
	assert_null(poll_one_name(*state, ED_RR_TXT, 2000, 2));
}

static void test_texts_that_nobody_compared(void **state)
{
	assert_null(poll_one_name(*state, ED_RR_TXT, 2000, 0));
}

static void test_a_text_that_changes_at_times(void **state)
{
	assert_null(poll_one_name(*state, ED_RR_TXT, 30, 30)); /* 12 kB */
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
		TEST(test_unprinted_names_fill_the_ceiling),
		TEST(test_the_same_question_says_nothing),
		TEST(test_a_codebook_of_two_is_no_clients),
		TEST(test_a_codebook_of_two_is_the_domains),
		TEST(test_what_a_cache_answers_is_not_heard),
		TEST(test_a_life_that_begins_anew_is_heard),
		TEST(test_a_codebook_of_two_in_packets),
		TEST(test_one_name_polled_is_not),
		TEST(test_copies_of_records_change_nothing),
		TEST(test_null_answers_to_one_name),
		TEST(test_changing_texts_of_one_name),
		TEST(test_changing_texts_of_few_names),
		TEST(test_a_text_for_each_of_few_names),
		TEST(test_changing_names_in_answers),
		TEST(test_a_name_moves_about_a_pool),
		TEST(test_each_name_stands_for_another),
		TEST(test_a_text_that_is_polled),
		TEST(test_texts_that_nobody_compared),
		TEST(test_a_text_that_changes_at_times),
		TEST(test_a_server_of_ones_own_beats_the_list),
		TEST(test_through_the_sites_server_the_list_counts),
		TEST(test_a_list_that_has_expired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
