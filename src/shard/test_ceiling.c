/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ceilings one by one: exceeded above, not at them; higher where the site or a service is asked
 * by trade, and not for a service that is asked through a server of its own.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "shard/ceiling.h"

struct scene {
	struct ed_subject s;
	struct ed_evidence evidence[ED_EVIDENCE_FAMILIES_MAX];
};

static struct scene pair(double info_bytes)
{
	return (struct scene){ .s = { .key_kind = ED_KEY_PAIR,
				      .n_clients = 1,
				      .n_site_clients = 100,
				      .n_names = 50,
				      .client_size = 1,
				      .info_bytes = info_bytes,
				      .month_bytes = info_bytes } };
}

static const char *exceeded(const struct scene *c)
{
	return ed_ceiling_exceeded(&c->s, c->evidence);
}

static bool is_service(const struct scene *c)
{
	return ed_ceiling_is_service(&c->s, c->evidence);
}

static void set_fact(struct scene *c, unsigned family, const char *name, double value)
{
	ed_evidence_fact(&c->evidence[family], name, value);
}

static void test_a_pair(void **state)
{
	struct scene c = pair(ED_CEILING_PAIR_BYTES);

	(void)state;
	assert_null(exceeded(&c));
	c.s.info_bytes += 1;
	assert_string_equal(exceeded(&c), "one client and domain, a day");
	c = pair(2000);
	c.s.month_bytes = ED_CEILING_PAIR_MONTH_BYTES;
	assert_null(exceeded(&c));
	c.s.month_bytes += 1;
	assert_string_equal(exceeded(&c), "one client and domain, 30 days");
}

static void test_answers(void **state)
{
	struct scene c = pair(100);

	(void)state;
	set_fact(&c, ED_EVIDENCE_ID_volume, "answer_information_bytes",
		 ED_CEILING_ANSWERS_BYTES + 1);
	assert_string_equal(exceeded(&c), "answers to one client, a day");
	c.s.service = ED_SERVICE_REPUTATION;
	assert_null(exceeded(&c));
	c.s.service = ED_SERVICE_NONE;
	c.s.role = ED_CLIENT_MAIL; /* is told keys and policies */
	assert_null(exceeded(&c));
	c.s.role = ED_CLIENT_ORDINARY;
	c.s.n_queries = 1000; /* fifty names, most of the questions for known ones */
	assert_non_null(exceeded(&c));
	c.s.n_names = 9; /* a policy or two, long as they are */
	c.s.n_queries = 9;
	assert_null(exceeded(&c));
	c = pair(100);
	set_fact(&c, ED_EVIDENCE_ID_volume, "answer_information_bytes", ED_CEILING_ANSWERS_BYTES);
	assert_null(exceeded(&c));
	set_fact(&c, ED_EVIDENCE_ID_volume, "answer_information_30d_bytes",
		 ED_CEILING_ANSWERS_MONTH_BYTES + 1);
	assert_string_equal(exceeded(&c), "answers to one client, 30 days");
	c = pair(100);
	set_fact(&c, ED_EVIDENCE_ID_volume, "answer_information_bytes", ED_CEILING_ANSWERS_BYTES);
	assert_null(exceeded(&c));
}

/* Texts are long at times, but nobody is told texts in NULL; and one name has but one text. */
static void test_answers_under_one_name(void **state)
{
	struct scene c = pair(100);

	(void)state;
	c.s.n_names = 1;
	c.s.n_queries = 50;
	set_fact(&c, ED_EVIDENCE_ID_volume, "answer_information_bytes",
		 ED_CEILING_ANSWERS_BYTES + 1);
	assert_null(exceeded(&c));
	set_fact(&c, ED_EVIDENCE_ID_structure, "rare_types_share", 2.0 / 50);
	assert_null(exceeded(&c));
	c.s.n_queries = 75; /* three of them for NULL */
	assert_string_equal(exceeded(&c), "answers to one client, a day");
	c = pair(100);
	c.s.n_names = 1;
	set_fact(&c, ED_EVIDENCE_ID_volume, "answer_information_bytes", ED_CEILING_POLLED_BYTES);
	assert_null(exceeded(&c));
	c = pair(100);
	c.s.n_names = 1;
	set_fact(&c, ED_EVIDENCE_ID_volume, "answer_information_bytes",
		 ED_CEILING_POLLED_BYTES + 1);
	assert_string_equal(exceeded(&c), "answers to one client, a day");
	c.s.n_clients = 3; /* a product's, as it seems */
	assert_null(exceeded(&c));
	c.s.n_clients = 2;
	c.s.n_names = 2;
	assert_null(exceeded(&c));
}

/* What is told is always news, more than so many names have to say. */
static void test_news_in_answers(void **state)
{
	struct scene c = pair(100);

	(void)state;
	c.s.n_names = 5;
	set_fact(&c, ED_EVIDENCE_ID_volume, "answer_news_bytes",
		 ED_CEILING_NEWS_BYTES + 5 * ED_CEILING_NEWS_NAME_BYTES);
	assert_null(exceeded(&c));
	c.s.n_names = 4;
	assert_string_equal(exceeded(&c), "answers to one client, a day");
	c.s.n_clients = 3;
	assert_null(exceeded(&c));
	/* hundreds of names, each with one of its own: a delivery network, or asked for outright */
	c = pair(100);
	c.s.n_names = 700;
	set_fact(&c, ED_EVIDENCE_ID_volume, "answer_news_bytes", 40000);
	set_fact(&c, ED_EVIDENCE_ID_structure, "cname_mx_srv_share", 0.1);
	assert_null(exceeded(&c));
	c = pair(100);
	c.s.n_names = 700;
	set_fact(&c, ED_EVIDENCE_ID_volume, "answer_news_bytes", 40000);
	set_fact(&c, ED_EVIDENCE_ID_structure, "cname_mx_srv_share", 1);
	assert_string_equal(exceeded(&c), "answers to one client, a day");
}

/* Over all its clients: a third of them, each as much as the ceiling of a domain. */
static void test_a_domain(void **state)
{
	struct scene c = { .s = { .key_kind = ED_KEY_DOMAIN, .n_clients = 2 } };

	(void)state;
	c.s.info_bytes = ED_CEILING_DOMAIN_BYTES;
	assert_null(exceeded(&c));
	c.s.info_bytes += 1;
	assert_string_equal(exceeded(&c), "one domain, a day");
	c.s.n_clients = 6;
	c.s.n_site_clients = 500;
	assert_null(exceeded(&c));
	c.s.info_bytes = 2 * ED_CEILING_DOMAIN_BYTES + 1;
	assert_string_equal(exceeded(&c), "one domain, a day");
	c.s.service = ED_SERVICE_CLOUD;
	assert_null(exceeded(&c));
	c.s.info_bytes = 2 * ED_CEILING_SERVICE_BYTES + 1;
	assert_string_equal(exceeded(&c), "one domain, a day");
}

/* Repeats of what others ask too count half, and not at all where the whole site asks. */
static void test_repeats_of_a_domain(void **state)
{
	struct scene c = {
		.s = { .key_kind = ED_KEY_DOMAIN, .n_clients = 2, .n_site_clients = 500 }
	};

	(void)state;
	c.s.extra_bytes = 2 * ED_CEILING_DOMAIN_BYTES - 2000;
	c.s.info_bytes = c.s.extra_bytes + 1000;
	assert_null(exceeded(&c));
	c.s.info_bytes += 1;
	assert_string_equal(exceeded(&c), "one domain, a day");
	c.s.n_clients = 50;
	c.s.info_bytes = c.s.extra_bytes = 50 * 2 * ED_CEILING_DOMAIN_BYTES;
	assert_null(exceeded(&c));
}

/* The client's own key has none: the sum over rare domains has. */
static void test_a_client(void **state)
{
	struct scene c = pair(1e9);

	(void)state;
	c.s.key_kind = ED_KEY_CLIENT;
	assert_null(exceeded(&c));
}

/* Where a good part of the site says as much, only the excess counts. */
static void test_a_domain_of_the_whole_site(void **state)
{
	struct scene c = pair(9000);

	(void)state;
	c.s.others_bytes = 2500;
	c.s.n_clients = 20;
	assert_null(exceeded(&c)); /* 4 * 2500 */
	c.s.n_clients = 19;        /* of a hundred: a crowd, but not the site */
	assert_non_null(exceeded(&c));
	c.s.n_clients = 20;
	c.s.n_site_clients = 201; /* less than one in ten */
	assert_non_null(exceeded(&c));
	c.s.n_clients = 8;
	c.s.n_site_clients = 16; /* a small site: half of it */
	assert_null(exceeded(&c));
	c.s.n_site_clients = 17;
	assert_non_null(exceeded(&c));
	c.s.n_clients = 20;
	c.s.n_site_clients = 100;
	c.s.info_bytes = 10001;
	assert_non_null(exceeded(&c));
	c.s.client_size = 3; /* behind this address there are three */
	assert_null(exceeded(&c));
	c.s.client_size = 0.1; /* who asks little may still say what the others say */
	c.s.info_bytes = 9999;
	assert_null(exceeded(&c));
	/* what most of the site does is allowed more, but not everything */
	c.s.client_size = 1;
	c.s.info_bytes = 15000;
	assert_non_null(exceeded(&c));
	c.s.n_clients = 50;
	assert_null(exceeded(&c));
	c.s.info_bytes = 1e6;
	assert_non_null(exceeded(&c));
}

/* Its ceiling never falls below that of any pair, and its repeats and its months do not count. */
static void test_the_site_and_its_repeats(void **state)
{
	struct scene c = pair(5000);

	(void)state;
	c.s.n_clients = 50;
	c.s.others_bytes = 10;
	assert_non_null(exceeded(&c));
	c.s.extra_bytes = 1000;
	assert_null(exceeded(&c));
	c.s.month_bytes = 1e6;
	assert_null(exceeded(&c));
	c.s.n_clients = 1;
	assert_non_null(exceeded(&c));
}

static void test_services(void **state)
{
	struct scene c = pair(ED_CEILING_SERVICE_BYTES);

	(void)state;
	for (unsigned kind = ED_SERVICE_NONE + 1; kind < ED_SERVICE_N; kind++) {
		c.s.service = (uint8_t)kind;
		assert_true(is_service(&c));
		assert_null(exceeded(&c));
	}
	c.s.info_bytes += 1;
	assert_string_equal(exceeded(&c), "one client and domain, a day");
	c = pair(100);
	c.s.service = ED_SERVICE_CLOUD;
	c.s.month_bytes = ED_CEILING_PAIR_MONTH_BYTES + 1;
	assert_null(exceeded(&c));
}

/* Nobody asks a service through a server that is asked for nothing else. */
static void test_a_borrowed_name(void **state)
{
	struct scene c = pair(ED_CEILING_PAIR_BYTES + 1);

	(void)state;
	c.s.service = ED_SERVICE_CLOUD;
	ed_evidence_fact_text(&c.evidence[ED_EVIDENCE_ID_path], "server",
			      "asked for this domain only");
	assert_false(is_service(&c));
	assert_string_equal(exceeded(&c), "one client and domain, a day");
}

/* How much of what is asked are addresses, and how much is answered by codes and by failure. */
static bool list_by_shape(enum ed_client_role role, double addresses, double codes, double failed)
{
	struct scene c = pair(5000);

	c.s.role = (uint8_t)role;
	set_fact(&c, ED_EVIDENCE_ID_content, "address_share", addresses);
	set_fact(&c, ED_EVIDENCE_ID_structure, "loopback_share", codes);
	set_fact(&c, ED_EVIDENCE_ID_structure, "failed_share", failed);
	assert_true(is_service(&c) == (exceeded(&c) == NULL));
	return is_service(&c);
}

static void test_lists_known_by_their_shape(void **state)
{
	(void)state;
	assert_true(list_by_shape(ED_CLIENT_ORDINARY, 0.95, 0.3, 0.65));
	assert_false(list_by_shape(ED_CLIENT_ORDINARY, 0.8, 0.3, 0.65));
	assert_false(list_by_shape(ED_CLIENT_ORDINARY, 0.95, 0.3, 0.3));
	assert_false(list_by_shape(ED_CLIENT_ORDINARY, 0, 1, 0));
	assert_true(list_by_shape(ED_CLIENT_MAIL, 0.5, 0, 0));
	assert_true(list_by_shape(ED_CLIENT_MAIL, 0, 0.2, 0.3));
	assert_false(list_by_shape(ED_CLIENT_MAIL, 0.2, 0.1, 0.1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_pair),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_answers_under_one_name),
		cmocka_unit_test(test_news_in_answers),
		cmocka_unit_test(test_a_domain),
		cmocka_unit_test(test_repeats_of_a_domain),
		cmocka_unit_test(test_a_client),
		cmocka_unit_test(test_a_domain_of_the_whole_site),
		cmocka_unit_test(test_the_site_and_its_repeats),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_a_borrowed_name),
		cmocka_unit_test(test_lists_known_by_their_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
