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
#include "format/text/addr.h"
#include "format/text/v4_list.h"

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
	if (!is_v4 || memchr(p, ':', n))
		assert_int_equal(ed_text_other_shape(s), shape);
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

/* The items of @text one by one; false: one of them is no address of IPv4. */
static bool list_items(const char *text, size_t n, struct ed_v4_list *ret)
{
	*ret = (struct ed_v4_list){ .n_bytes = (unsigned)n };
	for (size_t at = 0, end; at <= n; at = end + 1) {
		const char *comma = memchr(text + at, ',', n - at);
		struct ed_addr addr;

		end = comma ? (size_t)(comma - text) : n;
		if (!ed_addr_from_text(ed_span_of(text + at, end - at), &addr) ||
		    memchr(text + at, ':', end - at))
			return false;
		if (ret->n++ == 0)
			ret->first = (uint32_t)addr.b[12] << 24 | (uint32_t)addr.b[13] << 16 |
				     (uint32_t)addr.b[14] << 8 | addr.b[15];
	}
	return true;
}

/*
 * The front of @text as a list, with each kind of byte behind it, and nothing readable behind what
 * is needed.
 */
static void assert_list(const char *text, size_t n_text)
{
	static const char behind[] = "\t\n -x:/";
	size_t n = strspn(text, "0123456789.,");
	struct ed_v4_list want, got;
	bool is_list;

	n = n < n_text ? n : n_text;
	is_list = list_items(text, n, &want);

	for (size_t i = 0; i < sizeof(behind); i++) {
		uint8_t *p = malloc(n + ED_V4_LIST_BYTES);

		assert_non_null(p);
		memset(p, '1', n + ED_V4_LIST_BYTES);
		memcpy(p, text, n);
		p[n] = (uint8_t)behind[i];
		assert_int_equal(ed_v4_list_read(p, &got), is_list && n < ED_V4_LIST_BYTES);
		if (is_list && n < ED_V4_LIST_BYTES) {
			assert_int_equal(got.n, want.n);
			assert_int_equal(got.n_bytes, n);
			assert_int_equal(got.first, want.first);
		}
		free(p);
	}
}

static void test_known_lists(void **state)
{
	static const char *const texts[] = {
		"",
		",",
		",,,",
		".",
		"...",
		"1",
		"1.2.3.4",
		"255.255.255.255",
		"0.0.0.0,0.0.0.0",
		"1.2.3.4,5.6.7.8",
		"1.2.3.4,1.2.3.999",
		"1.2.3.4,1.2.3.256",
		"256.1.1.1",
		"260.1.1.1",
		"300.1.1.1",
		"01.2.3.4",
		"1.2.3.4,1.02.3.4",
		"1.2.3.4,",
		",1.2.3.4",
		"1.2.3.4,,1.2.3.4",
		"1.2.3.4.5",
		"1.2.3",
		"1.2,3.4",
		"1.2,3.4.5.6.7.8",
		"1.2.3.4.5.6,7.8",
		"1.2.3.4,5.6.7",
		"1.2.3,4.5.6.7.8",
		"1..2.3.4",
		"1.2..3",
		"1.2.3.",
		".1.2.3",
		"1000.2.3.4",
		"1.2.3.1000",
		"1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4",
		"1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.40",
		"1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.4,1.2.3.400",
		"101.102.103.104,201.202.203.204,111.112.113.114,121.122.123.124",
		"101.102.103.104,201.202.203.204,111.112.113.114,121.122.123.255",
		"101.102.103.104,201.202.203.204,111.112.113.114,121.122.123.256",
		"101.102.103.104,201.202.203.204,111.112.113.114,121.122.123.1240",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_list(texts[i], strlen(texts[i]));
}

static void test_random_lists(void **state)
{
	static const char bytes[] = "0012569..,,:x";
	char text[2 * TEXT_MAX];
	uint64_t seed = 3;

	(void)state;
	for (unsigned i = 0; i < N_RANDOM / 4; i++) {
		size_t n = 0;

		for (unsigned k = 1 + below(&seed, 5); k > 0; k--)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%u.%u.%u.%u%s",
					      below(&seed, 258), below(&seed, 30),
					      below(&seed, 256), below(&seed, 256),
					      k == 1 ? "" : ",");
		assert_list(text, n);
		text[below(&seed, (unsigned)n)] = bytes[below(&seed, sizeof(bytes) - 1)];
		assert_list(text, n);
		assert_list(text, n - below(&seed, (unsigned)n));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_known_lists),
		cmocka_unit_test(test_random_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
