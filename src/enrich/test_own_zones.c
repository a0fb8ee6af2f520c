/* SPDX-License-Identifier: Apache-2.0 */
/* The site's own zones: what they cover, and which lists are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "enrich/own_zones.h"

static bool has(const struct ed_own_zones *z, const char *text)
{
	struct ed_name name;

	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_PLAIN, &name), 0);
	return ed_own_zones_has(z, ed_name_span(&name));
}

static void covers(void **state)
{
	struct ed_own_zones z = { .n = 0 };
	struct ed_span bad;

	(void)state;
	assert_false(has(&z, "example.com"));
	assert_int_equal(ed_own_zones_add(&z, ed_span_str("Corp.Example.com, site.example"), &bad),
			 0);
	assert_int_equal(z.n, 2);
	assert_true(has(&z, "example.com"));
	assert_true(has(&z, "site.example"));
	assert_true(has(&z, "lab.site.example"));
	assert_false(has(&z, "com"));
	assert_false(has(&z, "website.example"));
	assert_false(has(&z, "other.com"));
}

static void refused(void **state)
{
	static const char *const lists[] = { "", "a.example,", "a.example,,b.example", ".",
					     "a..b" };
	struct ed_span bad;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct ed_own_zones z = { .n = 0 };

		assert_int_equal(ed_own_zones_add(&z, ed_span_str(lists[i]), &bad), -EINVAL);
	}
}

static void full(void **state)
{
	struct ed_own_zones z = { .n = 0 };
	struct ed_span bad;

	(void)state;
	for (unsigned i = 0; i < ED_OWN_ZONES_MAX; i++)
		assert_int_equal(ed_own_zones_add(&z, ed_span_str("a.example"), &bad), 0);
	assert_int_equal(ed_own_zones_add(&z, ed_span_str("a.example"), &bad), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covers),
		cmocka_unit_test(refused),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests_name("enrich/own_zones", tests, NULL, NULL);
}
