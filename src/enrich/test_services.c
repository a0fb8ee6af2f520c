/* SPDX-License-Identifier: Apache-2.0 */
/* The list of services: every row is a name that is found, nothing else is, and rows expire. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "base/hash.h"
#include "base/name.h"
#include "base/time.h"
#include "enrich/services.h"
#include "record/event.h"

enum { KEY = 7 };

static const struct {
	const char *zone;
	uint8_t kind;
	int year;
} rows[] = {
#define SERVICE(zone, kind, year) { zone, ED_SERVICE_##kind, year },
#include "enrich/services.def"
#undef SERVICE
};

enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

static struct ed_name wire(const char *text)
{
	struct ed_name name;

	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_PLAIN, &name), 0);
	return name;
}

static uint8_t find(const struct ed_services *s, const char *text, int32_t *ret_until_day)
{
	struct ed_name name = wire(text);

	return ed_services_find(s, ed_hash_bytes(name.wire, name.n, KEY), ret_until_day);
}

static int32_t first_day_of(int year)
{
	char text[] = "0000-01-01T00:00:00Z";
	int64_t ns;

	for (int i = 3; i >= 0; i--, year /= 10)
		text[i] = (char)('0' + year % 10);
	assert_true(ed_time_from_text(ed_span_str(text), &ns));
	return (int32_t)(ns / ED_NS_PER_S / 86400);
}

static void test_every_row(void **state)
{
	struct ed_services s;
	int32_t until_day;

	(void)state;
	ed_services_init(&s, KEY);
	for (unsigned i = 0; i < N_ROWS; i++) {
		struct ed_name name = wire(rows[i].zone);

		assert_in_range(ed_name_labels(ed_span_of(name.wire, name.n)), 2, 3);
		for (const char *c = rows[i].zone; *c; c++)
			assert_false(isupper((unsigned char)*c));
		assert_in_range(rows[i].kind, ED_SERVICE_NONE + 1, ED_SERVICE_CLOUD);
		assert_int_equal(find(&s, rows[i].zone, &until_day), rows[i].kind);
		assert_int_equal(until_day, first_day_of(rows[i].year));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(rows[i].zone, rows[j].zone);
	}
}

static void test_others_are_not_found(void **state)
{
	struct ed_services s, other;
	int32_t until_day = 1;

	(void)state;
	ed_services_init(&s, KEY);
	assert_int_equal(find(&s, "example.com", &until_day), ED_SERVICE_NONE);
	assert_int_equal(until_day, 0);
	assert_int_equal(find(&s, "", &until_day), ED_SERVICE_NONE);
	assert_int_equal(find(&s, "www.spamhaus.org", &until_day), ED_SERVICE_NONE);
	for (uint64_t i = 0; i < 100000; i++)
		assert_int_equal(ed_services_find(&s, ed_hash_mix(i), &until_day), ED_SERVICE_NONE);
	/* the hash is of the run's key */
	ed_services_init(&other, KEY + 1);
	for (unsigned i = 0; i < N_ROWS; i++)
		assert_int_equal(find(&other, rows[i].zone, &until_day), ED_SERVICE_NONE);
}

static bool is_local(const char *text)
{
	struct ed_name name = wire(text);

	return ed_services_is_local(ed_span_of(name.wire, name.n));
}

static void test_local_zones(void **state)
{
	static const char *const local[] = { "printer.local", "localhost", "db.internal",
					     "router.lan",    "x.corp",    "nas.home",
					     "a.intranet",    "b.private", "c.localdomain",
					     "d.invalid",     "internal" };
	static const char *const global[] = { "local.com", "corp.example",    "locals", "xlan",
					      "com",       "lan.example.net", "" };

	(void)state;
	for (unsigned i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		assert_true(is_local(local[i]));
	for (unsigned i = 0; i < sizeof(global) / sizeof(global[0]); i++)
		assert_false(is_local(global[i]));
	assert_false(ed_services_is_local(ed_span_of("", 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row),
		cmocka_unit_test(test_others_are_not_found),
		cmocka_unit_test(test_local_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
