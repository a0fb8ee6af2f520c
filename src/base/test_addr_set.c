/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of addresses and networks: what belongs to one, what cannot be read, how many fit. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "base/addr_set.h"

static bool has(const struct ed_addr_set *s, const char *text)
{
	struct ed_addr a;

	assert_true(ed_addr_from_text(ed_span_str(text), &a));
	return ed_addr_set_has(s, &a);
}

static void test_members(void **state)
{
	struct ed_addr_set s = { .n = 0 };
	struct ed_span bad;

	(void)state;
	assert_false(has(&s, "0.0.0.1"));
	assert_int_equal(ed_addr_set_add_list(
				 &s, ed_span_str("192.0.2.53, 10.1.0.0/16,2001:db8:1::/48"), &bad),
			 0);
	assert_int_equal(s.n, 3);
	assert_true(has(&s, "192.0.2.53"));
	assert_true(has(&s, "::ffff:192.0.2.53"));
	assert_false(has(&s, "192.0.2.54"));
	assert_true(has(&s, "10.1.255.255"));
	assert_false(has(&s, "10.2.0.0"));
	assert_true(has(&s, "2001:db8:1:ffff::9"));
	assert_false(has(&s, "2001:db8:2::9"));
}

/* Of a network written with host bits, the host bits do not count; /0 is all of its family. */
static void test_masks(void **state)
{
	struct ed_addr_set s = { .n = 0 };

	(void)state;
	assert_int_equal(ed_addr_set_add(&s, ed_span_str("192.0.2.77/25")), 0);
	assert_true(has(&s, "192.0.2.127"));
	assert_false(has(&s, "192.0.2.128"));
	assert_int_equal(ed_addr_set_add(&s, ed_span_str("0.0.0.0/0")), 0);
	assert_true(has(&s, "203.0.113.1"));
	assert_false(has(&s, "2001:db8::1"));
	assert_int_equal(ed_addr_set_add(&s, ed_span_str("::/0")), 0);
	assert_true(has(&s, "2001:db8::1"));
}

static void test_bad(void **state)
{
	static const char *const texts[] = { "",       "x",        "1.2.3",        "1.2.3.4/33",
					     "::/129", "1.2.3.4/", "1.2.3.4/1000", "1.2.3.4/-1" };
	struct ed_addr_set s = { .n = 0 };
	struct ed_span bad;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(ed_addr_set_add(&s, ed_span_str(texts[i])), -EINVAL);
	assert_int_equal(ed_addr_set_add_list(&s, ed_span_str("1.2.3.4,no,5.6.7.8"), &bad),
			 -EINVAL);
	assert_true(ed_span_is(bad, "no"));
	assert_int_equal(ed_addr_set_add_list(&s, ed_span_str("1.2.3.4,"), &bad), -EINVAL);
}

static void test_room(void **state)
{
	struct ed_addr_set s = { .n = 0 };
	char text[32];

	(void)state;
	for (int i = 0; i < ED_ADDR_SET_MAX; i++) {
		(void)snprintf(text, sizeof(text), "10.0.0.%d", i);
		assert_int_equal(ed_addr_set_add(&s, ed_span_str(text)), 0);
	}
	assert_int_equal(ed_addr_set_add(&s, ed_span_str("10.0.1.0")), -ENOSPC);
	assert_true(has(&s, "10.0.0.127"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
