/* SPDX-License-Identifier: Apache-2.0 */
/* The name in a ClientHello: found, absent, behind the end of the segment, in no ClientHello. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "wire/tls_hello.h"

static uint8_t hello[512];
static size_t hello_n;

static void put(const void *p, size_t n)
{
	assert_true(hello_n + n <= sizeof(hello));
	memcpy(hello + hello_n, p, n);
	hello_n += n;
}

static void put_u16(size_t v)
{
	put((const uint8_t[]){ (uint8_t)(v >> 8), (uint8_t)v }, 2);
}

/* A hello whose first extension is of 8 bytes, the second the name, if there is one. */
static void make(const char *name)
{
	static const uint8_t random[34] = { 3, 3 }, session[32];
	size_t n = name ? strlen(name) : 0;

	hello_n = 0;
	put("\x16\x03\x01", 3);
	put_u16(0);
	put("\x01\0\0\0", 4);
	put(random, sizeof(random));
	put("\x20", 1);
	put(session, sizeof(session));
	put_u16(4);
	put("\x13\x01\x13\x02", 4);
	put("\x01\0", 2);
	put_u16(0);
	put_u16(0x0a0a);
	put_u16(4);
	put("\0\x02\0\x17", 4);
	if (!name)
		return;
	put_u16(0);
	put_u16(n + 5);
	put_u16(n + 3);
	put("\0", 1);
	put_u16(n);
	put(name, n);
}

static bool read(struct ed_span *ret)
{
	uint8_t *copy = malloc(hello_n);
	bool is_hello;

	/* a copy that ends where the segment does, for the sanitizer */
	assert_non_null(copy);
	memcpy(copy, hello, hello_n);
	is_hello = ed_tls_hello_read(ed_span_of(copy, hello_n), ret);
	if (ret->n > 0)
		ret->p = hello + (ret->p - copy);
	free(copy);
	return is_hello;
}

static void test_name(void **state)
{
	struct ed_span name;

	(void)state;
	make("dns.google");
	assert_true(read(&name));
	assert_true(ed_span_is(name, "dns.google"));
	make(NULL);
	assert_true(read(&name));
	assert_int_equal(name.n, 0);
}

/* Whatever is cut off, what is left is a hello as long as it begins as one, and no name is half. */
static void test_cuts(void **state)
{
	size_t whole;

	(void)state;
	make("dns.google");
	whole = hello_n;
	for (size_t n = 1; n < whole; n++) {
		struct ed_span name;

		hello_n = n;
		assert_int_equal(read(&name), n >= 6);
		assert_int_equal(name.n, 0);
	}
}

static void test_others(void **state)
{
	struct ed_span name;

	(void)state;
	make("dns.google");
	hello[5] = 2; /* the server's */
	assert_false(read(&name));
	hello[5] = 1;
	hello[0] = 0x17;
	assert_false(read(&name));
	hello[0] = 0x16;
	hello[1] = 2;
	assert_false(read(&name));
	hello[1] = 3;
	assert_true(read(&name));
	/* a list of names whose first is of another kind */
	hello[hello_n - strlen("dns.google") - 3] = 1;
	assert_true(read(&name));
	assert_int_equal(name.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
