/* SPDX-License-Identifier: Apache-2.0 */
/* What is never blocked, in both directions; and rails with a hole are refused. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/rails.h"
#include "engine/test_folder.h"

static bool refused(const struct ed_rails *r, const char *domain, const char *client)
{
	struct ed_contain_frame frame = { .n_resolvers = 1 };
	struct ed_contain_entry e = { .number = 0 };

	assert_true(ed_addr_from_text(ed_span_str("192.0.2.53"), &frame.resolvers[0]));
	if (domain)
		assert_int_equal(ed_name_from_text(ed_span_str(domain), ED_NAME_MASTER, &e.domain),
				 0);
	if (client)
		assert_true(ed_addr_from_text(ed_span_str(client), &e.client));
	return ed_rails_reason(r, &e, &frame) != NULL;
}

static void names_are_kept(void **state)
{
	static const char *const own[] = { "corp.example", "*.lab.example" };
	static const char *const never[] = { "com",
					     "co.uk",
					     "wpad",
					     ".",
					     "arpa",
					     "in-addr.arpa",
					     "10.in-addr.arpa",
					     "2.0.192.in-addr.arpa",
					     "e164.arpa",
					     "4.e164.arpa",
					     "corp.example",
					     "a.corp.example",
					     "lab.example",
					     "partner.test",
					     "a.partner.test",
					     "www.shop.test",
					     "shop.test",
					     "popular.test",
					     "t.popular.test" };
	static const char *const may[] = { "evil.test",      "xcorp.example",  "mypartner.test",
					   "unpopular.test", "arpa.evil.test", "img.shop.test" };
	char psl[128], allow[128], popular[128], error[256];
	const char *allow_list[] = { allow }, *popular_list[] = { popular };
	struct ed_rails_config conf = { .psl = psl,
					.own_zones = own,
					.n_own_zones = 2,
					.allow = allow_list,
					.n_allow = 1,
					.popular = popular_list,
					.n_popular = 1 };
	struct ed_rails *r;

	(void)state;
	test_folder_put("psl", "com\nco.uk\nuk\ntest\nexample\n", psl);
	test_folder_put("allow", "# ours\n partner.test # since May\n\nwww.shop.test\r\n", allow);
	test_folder_put("popular", "1,popular.test\n2,other.test\n", popular);
	assert_int_equal(ed_rails_new(&conf, &r, error), 0);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_true(refused(r, never[i], NULL));
	for (size_t i = 0; i < sizeof(may) / sizeof(may[0]); i++)
		assert_false(refused(r, may[i], NULL));
	assert_true(refused(r, NULL, "192.0.2.53"));
	assert_false(refused(r, NULL, "192.0.2.54"));
	ed_rails_free(r);
	assert_int_equal(unlink(psl), 0);
	assert_int_equal(unlink(allow), 0);
	assert_int_equal(unlink(popular), 0);
}

static void rails_with_a_hole_are_none(void **state)
{
	static const char *const bad_zone[] = { "a..b" };
	char psl[128], allow[128], error[256];
	const char *allow_list[] = { allow };
	struct ed_rails_config zones = { .psl = psl, .own_zones = bad_zone, .n_own_zones = 1 };
	struct ed_rails_config lines = { .psl = psl, .allow = allow_list, .n_allow = 1 };
	struct ed_rails_config lost = { .psl = psl, .popular = allow_list, .n_popular = 1 };
	struct ed_rails *r = NULL;

	(void)state;
	test_folder_put("psl", "com\n", psl);
	test_folder_put("allow", "good.example\nnot..good\n", allow);
	assert_int_equal(ed_rails_new(&zones, &r, error), -EINVAL);
	assert_int_equal(ed_rails_new(&lines, &r, error), -EINVAL);
	assert_non_null(strstr(error, "line 2"));
	assert_int_equal(unlink(allow), 0);
	assert_int_equal(ed_rails_new(&lines, &r, error), -ENOENT);
	assert_int_equal(ed_rails_new(&lost, &r, error), -ENOENT);
	assert_null(r);
	assert_int_equal(unlink(psl), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_kept),
		cmocka_unit_test(rails_with_a_hole_are_none),
	};

	return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
