/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 against the examples of FIPS 180-4 and lengths around a block. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/sha256.h"

static void hash_of(struct ed_span bytes, size_t step, char ret[static ED_SHA256_TEXT])
{
	uint8_t hash[ED_SHA256_BYTES];
	struct ed_sha256 h;

	ed_sha256_init(&h);
	while (bytes.n > 0) {
		size_t n = step < bytes.n ? step : bytes.n;

		ed_sha256_add(&h, ed_span_of(bytes.p, n));
		bytes = ed_span_from(bytes, n);
	}
	ed_sha256_done(&h, hash);
	ed_sha256_to_text(hash, ret);
}

static void known_hashes(void **state)
{
	static const struct {
		const char *text, *hash;
	} rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	char text[ED_SHA256_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hash_of(ed_span_str(rows[i].text), 7, text);
		assert_string_equal(text, rows[i].hash);
	}
}

static void a_million_letters(void **state)
{
	static uint8_t letters[1000000];
	char text[ED_SHA256_TEXT];

	(void)state;
	memset(letters, 'a', sizeof(letters));
	hash_of(ed_span_of(letters, sizeof(letters)), 4999, text);
	assert_string_equal(text,
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* However it is cut up, and whatever its length is beside a block's. */
static void pieces_do_not_matter(void **state)
{
	uint8_t bytes[200];
	char whole[ED_SHA256_TEXT], cut[ED_SHA256_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		hash_of(ed_span_of(bytes, n), sizeof(bytes), whole);
		hash_of(ed_span_of(bytes, n), 1, cut);
		assert_string_equal(whole, cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_hashes),
		cmocka_unit_test(a_million_letters),
		cmocka_unit_test(pieces_do_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
