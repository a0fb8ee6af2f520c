/* SPDX-License-Identifier: Apache-2.0 */
/* The list that a run tells: its order, and a domain over all its clients only where no client's
 * own alert says it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "alert/test_finding.h"
#include "base/mem.h"
#include "engine/alerts.h"

enum { BOOKS = 2, CAPACITY = 4096, MANY = 1500 };

/* What is said about a domain, by @client (0: all of them), under @key. */
static void say(struct ed_book *b, uint64_t key, unsigned client, const char *domain,
		enum ed_level level)
{
	struct ed_finding f = finding(key, level, 2);

	f.client = (struct ed_addr){ .b = { 0 } };
	if (client)
		f.client = (struct ed_addr){
			.b = { [10] = 0xff, 0xff, 10, 0, 0, (uint8_t)client }
		};
	f.all_clients = client == 0;
	f.first_ns += (int64_t)key;
	assert_int_equal(ed_name_from_text(ed_span_str(domain), ED_NAME_PLAIN, &f.domain), 0);
	ed_book_note(b, &f);
}

static int books_new(void **state)
{
	static struct ed_book books[BOOKS];

	for (unsigned i = 0; i < BOOKS; i++) {
		if (ed_book_init(&books[i], CAPACITY) < 0)
			return -1;
	}
	*state = books;
	return 0;
}

static int books_free(void **state)
{
	struct ed_book *books = *state;

	for (unsigned i = 0; i < BOOKS; i++)
		ed_book_done(&books[i]);
	return 0;
}

static size_t count(const struct ed_alert *alerts, size_t n, bool all_clients, const char *domain)
{
	struct ed_name name = { .n = 0 };
	size_t found = 0;

	assert_int_equal(ed_name_from_text(ed_span_str(domain), ED_NAME_PLAIN, &name), 0);
	for (size_t i = 0; i < n; i++)
		found += ed_addr_known(&alerts[i].client) != all_clients &&
			 alerts[i].domain.n == name.n &&
			 memcmp(alerts[i].domain.wire, name.wire, name.n) == 0;
	return found;
}

static void test_each_tunnel_once(void **state)
{
	struct ed_book *books = *state;
	struct ed_alert *alerts;
	size_t n;

	say(&books[0], 1, 0, "told.example", ED_LEVEL_CRITICAL);
	say(&books[0], 2, 7, "told.example", ED_LEVEL_MEDIUM);
	say(&books[0], 3, 0, "low.example", ED_LEVEL_CRITICAL);
	say(&books[0], 4, 7, "low.example", ED_LEVEL_LOW);
	say(&books[1], 5, 0, "alone.example", ED_LEVEL_HIGH);
	say(&books[1], 6, 7, "alone.example.net", ED_LEVEL_HIGH);
	assert_int_equal(ed_alerts_collect(books, BOOKS, &alerts, &n), 0);
	assert_int_equal(n, 5);
	assert_int_equal(count(alerts, n, true, "told.example"), 0);
	assert_int_equal(count(alerts, n, false, "told.example"), 1);
	assert_int_equal(count(alerts, n, true, "low.example"), 1);
	assert_int_equal(count(alerts, n, false, "low.example"), 1);
	assert_int_equal(count(alerts, n, true, "alone.example"), 1);
	for (size_t i = 0; i + 1 < n; i++) {
		assert_true(alerts[i].level >= alerts[i + 1].level);
		assert_true(alerts[i].level > alerts[i + 1].level ||
			    alerts[i].start_ns < alerts[i + 1].start_ns);
	}
	ed_mem_free(alerts);
}

/* Every third domain is told by a client too, wherever it stands: the order in the book is mixed.
 */
static void test_many_domains(void **state)
{
	struct ed_book *books = *state;
	struct ed_alert *alerts;
	char domain[32];
	size_t n;

	for (unsigned i = 0; i < MANY; i++) {
		(void)snprintf(domain, sizeof(domain), "d%u.example", i * 7919 % MANY);
		say(&books[0], 2 * i + 1, 0, domain, ED_LEVEL_HIGH);
		if (i * 7919 % MANY % 3 == 0)
			say(&books[0], 2 * i + 2, 1 + i % 200, domain, ED_LEVEL_HIGH);
	}
	assert_int_equal(ed_alerts_collect(books, BOOKS, &alerts, &n), 0);
	assert_int_equal(n, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		(void)snprintf(domain, sizeof(domain), "d%u.example", i);
		assert_int_equal(count(alerts, n, true, domain), i % 3 != 0);
		assert_int_equal(count(alerts, n, false, domain), i % 3 == 0);
	}
	ed_mem_free(alerts);
}

static void test_nothing(void **state)
{
	struct ed_alert *alerts;
	size_t n = 7;

	assert_int_equal(ed_alerts_collect(*state, BOOKS, &alerts, &n), 0);
	assert_int_equal(n, 0);
	assert_non_null(alerts);
	ed_mem_free(alerts);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, books_new, books_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_tunnel_once),
		TEST(test_many_domains),
		TEST(test_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
