/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses by shape: never another answer than that of ed_addr_from_text; fixed seed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "format/text_addr.h"

enum { N_RANDOM = 300000, TEXT_MAX = 80 };

static uint64_t next_random(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15U;
	return ed_hash_mix(*state);
}

static unsigned below(uint64_t *state, unsigned n)
{
	return (unsigned)(next_random(state) % n);
}

static void assert_same(const char *text, size_t n)
{
	uint8_t *p = malloc(n + ED_TEXT_ADDR_SLACK_BYTES);
	struct ed_span s = ed_span_of(p, n);
	struct ed_addr want = { { 0 } }, got = { { 0 } };
	enum ed_text_shape shape;
	bool is_address, is_v4;
	uint32_t v4 = 0;

	assert_non_null(p);
	memcpy(p, text, n);
	memset(p + n, '7', ED_TEXT_ADDR_SLACK_BYTES);
	is_address = ed_addr_from_text(s, &want);
	is_v4 = is_address && ed_addr_is_v4(&want);
	assert_int_equal(ed_text_addr_read(s, &got), is_address);
	assert_memory_equal(&got, &want, sizeof(got));
	shape = ed_text_addr_shape(s);
	assert_int_equal(ed_text_is_v4(s), is_v4 && !memchr(p, ':', n));
	if (shape == ED_TEXT_SHAPE_NONE)
		assert_false(is_address);
	if (shape == ED_TEXT_SHAPE_V6)
		assert_true(is_address && !is_v4);
	if (shape == ED_TEXT_SHAPE_V4) {
		assert_true(is_v4);
		assert_int_equal(ed_text_v4_of(s), (uint32_t)want.b[12] << 24 |
							   (uint32_t)want.b[13] << 16 |
							   (uint32_t)want.b[14] << 8 | want.b[15]);
		p[n] = '\t';
		assert_int_equal(ed_text_v4_scan(p, &v4), n);
		assert_int_equal(v4, ed_text_v4_of(s));
	}
	free(p);
}

static void test_known(void **state)
{
	static const char *const texts[] = {
		"",
		"1",
		"::",
		":",
		":::",
		"1::",
		"::1",
		"1.2.3.4",
		"01.2.3.4",
		"1.2.3.256",
		"255.255.255.255",
		"249.250.251.0",
		"1.2.3",
		"1.2.3.4.",
		".1.2.3.4",
		"1..2.3",
		"1.2.3.4.5",
		"1000.1.1.1",
		"::ffff:1.2.3.4",
		"::ffff:c000:207",
		"0:0:0:0:0:ffff:1:2",
		"2001:db8::7",
		"1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7::",
		"1:2:3:4:5:6:7::8",
		"12345::",
		"a::b::c",
		"FE80::AbCd",
		"fe80::g",
		"1:2:3:4:5:6:7:",
		":1:2:3:4:5:6:7",
		"abcd.ef",
		"dead.beef.cafe",
		"face",
		"00::1",
		"x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_same(texts[i], strlen(texts[i]));
}

static size_t random_text(uint64_t *seed, char *text)
{
	size_t n = 0;

	if (below(seed, 2))
		return (size_t)sprintf(text, "%u.%u.%u.%u", below(seed, 270), below(seed, 270),
				       below(seed, 30), below(seed, 300));
	for (unsigned i = 2 + below(seed, 8); i > 0; i--)
		n += (size_t)sprintf(text + n, "%x%s", below(seed, 1U << below(seed, 17)),
				     i == 1         ? "" :
				     below(seed, 8) ? ":" :
						      "::");
	return n;
}

static void test_random(void **state)
{
	static const char bytes[] = "0123456789abcfgAFG.:::..-x ,";
	char text[TEXT_MAX];
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < N_RANDOM; i++) {
		size_t n = random_text(&seed, text);

		assert_same(text, n);
		text[below(&seed, (unsigned)n)] = bytes[below(&seed, sizeof(bytes) - 1)];
		assert_same(text, n);
		assert_same(text, n - below(&seed, (unsigned)n));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
