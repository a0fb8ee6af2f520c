/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs of names: the example of the RFC, names around the borders of a block. */
#include "base/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* RFC 9562, appendix: the name space of DNS names. */
static const struct ed_uuid dns = { { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4,
				      0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 } };

static void test_rfc(void **state)
{
	char text[ED_UUID_TEXT];

	(void)state;
	ed_uuid_of_name(&dns, ed_span_str("www.example.com"), text);
	assert_string_equal(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

/* Expected values from another implementation (Python's uuid.uuid5). */
static void test_block_borders(void **state)
{
	static const struct {
		size_t n;
		const char *uuid;
	} rows[] = {
		{ 0, "4ebd0208-8328-5d69-8c44-ec50939c0967" },
		{ 39, "5824f981-4282-59d4-9716-acb6d741350e" },
		{ 40, "39f39c20-db47-5131-8879-62f8f67f9014" },
		{ 47, "660c273c-8a00-5941-b6f4-8d0afed88966" },
		{ 48, "7280cc42-274a-5c4a-91fc-ae23f853eeb7" },
		{ 200, "fe30bfa6-ef90-59b3-b108-118411d0f0ab" },
	};
	char name[200], text[ED_UUID_TEXT];

	(void)state;
	memset(name, 'a', sizeof(name));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ed_uuid_of_name(&dns, ed_span_of(name, rows[i].n), text);
		assert_string_equal(text, rows[i].uuid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc),
		cmocka_unit_test(test_block_borders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
