/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: both families to and from text, what is refused, and a round trip against the C
 * library. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>

#include "base/addr.h"
#include "base/hash.h"

enum { N_RANDOM = 50000 };

struct row {
	const char *in;
	const char *out; /* NULL: refused */
};

static void test_texts(void **state)
{
	static const struct row rows[] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "::FFFF:c000:207", "192.0.2.7" },
		{ "::", "" },
		{ "::1", "::1" },
		{ "2001:0DB8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "1:0:0:4:0:0:0:8", "1:0:0:4::8" },
		{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
		{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
		{ "fe80::", "fe80::" },
		{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
		{ "::1.2.3.4", "::102:304" },
		{ "", NULL },
		{ "1.2.3", NULL },
		{ "1.2.3.4.", NULL },
		{ "1.2.3.4.5", NULL },
		{ "01.2.3.4", NULL },
		{ "1.2.3.256", NULL },
		{ "1.2.3.1000", NULL },
		{ "1..3.4", NULL },
		{ ":", NULL },
		{ ":::", NULL },
		{ ":1", NULL },
		{ "1:", NULL },
		{ "1:2:3:4:5:6:7", NULL },
		{ "1:2:3:4:5:6:7:8:9", NULL },
		{ "1:2:3:4:5:6:7:8::", NULL },
		{ "1::2::3", NULL },
		{ "12345::", NULL },
		{ "g::", NULL },
		{ "::1%eth0", NULL },
		{ "[::1]", NULL },
		{ "::1.2.3", NULL },
		{ "1:2:3:4:5:6:7:1.2.3.4", NULL },
		{ " 1.2.3.4", NULL },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ed_addr a = { .b = { 0xee } };
		char text[ED_ADDR_TEXT_MAX];
		bool ok = ed_addr_from_text(ed_span_str(rows[i].in), &a);

		if (!rows[i].out) {
			assert_false(ok);
			assert_int_equal(a.b[0], 0xee);
			continue;
		}
		assert_true(ok);
		assert_int_equal(ed_addr_to_text(&a, text), strlen(rows[i].out));
		assert_string_equal(text, rows[i].out);
	}
}

static void test_from_header(void **state)
{
	static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	struct ed_addr a, b;

	(void)state;
	ed_addr_from_v4(mapped + 12, &a);
	ed_addr_from_v6(mapped, &b);
	assert_true(ed_addr_eq(&a, &b));
	assert_true(ed_addr_is_v4(&b));
	assert_true(ed_addr_known(&b));
	memset(&a, 0, sizeof(a));
	assert_false(ed_addr_known(&a));
	assert_false(ed_addr_is_v4(&a));
}

/* Runs of zero groups are what goes wrong: half of the groups are zero. */
static void test_round_trip(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < N_RANDOM; i++) {
		struct ed_addr a, b;
		char ours[ED_ADDR_TEXT_MAX];
		struct in6_addr libc;

		for (unsigned g = 0; g < 8; g++) {
			uint64_t r = ed_hash_mix(seed++);

			a.b[2 * g] = r & 1 ? (uint8_t)(r >> 8) : 0;
			a.b[2 * g + 1] = r & 3 ? (uint8_t)(r >> 16) : 0;
		}
		if (!ed_addr_known(&a))
			continue;
		ed_addr_to_text(&a, ours);
		assert_true(ed_addr_from_text(ed_span_str(ours), &b));
		assert_true(ed_addr_eq(&a, &b));
		if (ed_addr_is_v4(&a))
			continue;
		assert_int_equal(inet_pton(AF_INET6, ours, &libc), 1);
		assert_memory_equal(&libc, a.b, 16);
	}
}

/* Any text: we take what inet_pton takes, but for a zone index, which it does not take either. */
static void test_against_libc(void **state)
{
	static const char alphabet[] = "0123.:::af";
	uint64_t seed = 77;

	(void)state;
	for (unsigned i = 0; i < N_RANDOM; i++) {
		uint64_t r = ed_hash_mix(seed++);
		size_t n = 1 + r % 14;
		struct ed_addr a;
		uint8_t libc[16];
		char text[16];

		for (size_t k = 0; k < n; k++)
			text[k] = alphabet[ed_hash_mix(r + k) % (sizeof(alphabet) - 1)];
		text[n] = '\0';
		if (ed_addr_from_text(ed_span_str(text), &a)) {
			bool v4 = inet_pton(AF_INET, text, libc) == 1;

			assert_true(v4 || inet_pton(AF_INET6, text, libc) == 1);
			assert_memory_equal(v4 ? a.b + 12 : a.b, libc, v4 ? 4 : 16);
		} else {
			assert_int_equal(inet_pton(AF_INET, text, libc), 0);
			assert_int_equal(inet_pton(AF_INET6, text, libc), 0);
		}
	}
}

/* Where nobody is given an address; what is set aside for use, or stands for no answer, is somewhere. */
static void test_nowhere(void **state)
{
	static const char *const somewhere[] = { "2001:db8::7",
						 "2a02:26f0:d1::6027:49d5",
						 "3fff::1",
						 "fe80::1",
						 "fd00::7",
						 "::",
						 "::1",
						 "::ffff:192.0.2.7",
						 "64:ff9b::1.2.3.4",
						 "100::1" };
	static const char *const nowhere[] = { "6d7a:7877:3679::1", "3031:3233::",  "ff02::fb",
					       "64:ff9a::1",        "100:0:0:1::1", "8000::" };
	struct ed_addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(somewhere) / sizeof(somewhere[0]); i++) {
		assert_true(ed_addr_from_text(ed_span_str(somewhere[i]), &a));
		assert_int_equal(ed_addr_nowhere(a.b), 0);
	}
	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		assert_true(ed_addr_from_text(ed_span_str(nowhere[i]), &a));
		assert_in_range(ed_addr_nowhere(a.b), 1, ED_ADDR_NOWHERE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),      cmocka_unit_test(test_from_header),
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_against_libc),
		cmocka_unit_test(test_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
