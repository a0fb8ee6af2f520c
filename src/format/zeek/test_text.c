/* SPDX-License-Identifier: Apache-2.0 */
/* Plain names: what the short way accepts is what ed_zeek_text_name makes of it; fixed seed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/hash.h"
#include "format/zeek/text.h"

enum { N_NAMES = 200000, NAME_TEXT_MAX = 260 };

static uint8_t plain(const char *text, size_t n, uint8_t *wire)
{
	uint8_t *p = malloc(n + ED_ZEEK_TEXT_SLACK_BYTES);
	uint8_t *room = malloc(ED_ZEEK_TEXT_ROOM_BYTES);
	uint8_t got;

	assert_non_null(p);
	assert_non_null(room);
	memcpy(p, text, n);
	memset(p + n, '.', ED_ZEEK_TEXT_SLACK_BYTES);
	got = ed_zeek_text_plain_name(ed_span_of(p, n), room);
	memcpy(wire, room, got);
	free(room);
	free(p);
	return got;
}

/* True when the short way has accepted it. */
static bool assert_same(const char *text, size_t n)
{
	uint8_t wire[ED_ZEEK_TEXT_ROOM_BYTES];
	uint8_t got = plain(text, n, wire);
	struct ed_name want;

	if (got == 0)
		return false;
	for (unsigned json = 0; json < 2; json++) {
		assert_int_equal(ed_zeek_text_name(ed_span_of(text, n), json, &want), 0);
		assert_int_equal(got, want.n);
		assert_memory_equal(wire, want.wire, got);
	}
	return true;
}

static void test_known(void **state)
{
	static const char *const yes[] = { "a",       "www.example.net",  "1.2.3.4.in-addr.arpa",
					   "_x._tcp", "abcdefghijklmnop", "abcdefghijklmno.p" };
	static const char *const no[] = { "", ".", "a.", ".a", "a..b", "a\\x2eb", "caf\xc3\xa9" };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(assert_same(yes[i], strlen(yes[i])));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(assert_same(no[i], strlen(no[i])));
}

/* Every length of name and label, around each limit. */
static void test_random(void **state)
{
	uint64_t seed = 1;
	unsigned n_plain = 0;

	(void)state;
	for (unsigned i = 0; i < N_NAMES; i++) {
		char text[NAME_TEXT_MAX];
		uint64_t x = ed_hash_mix(seed++);
		unsigned n = (unsigned)(x % NAME_TEXT_MAX), every = 1 + (unsigned)(x >> 16) % 80;

		for (unsigned k = 0; k < n; k++)
			text[k] = k % every == every - 1 ? '.' : (char)('a' + (k + x) % 26);
		if ((x >> 32) % 8 == 0 && n > 0)
			text[(x >> 40) % n] = ".\\\xc3-"[(x >> 36) % 4];
		n_plain += assert_same(text, n);
	}
	assert_true(n_plain > N_NAMES / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
