/* SPDX-License-Identifier: Apache-2.0 */
/* The bounded text builder and the start-up allocator. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

static void test_append(void **state)
{
	struct ed_buf b;

	(void)state;
	ed_buf_init(&b, 1 << 20);
	assert_null(b.p);
	ed_buf_puts(&b, "");
	assert_string_equal(b.p, "");
	ed_buf_put(&b, "ab\0cd", 5);
	ed_buf_printf(&b, "%d-%s", 17, "x");
	assert_int_equal(b.n, 9);
	assert_memory_equal(b.p, "ab\0cd17-x", 10);
	ed_buf_clear(&b);
	assert_int_equal(b.n, 0);
	assert_string_equal(b.p, "");
	for (unsigned i = 0; i < 10000; i++)
		ed_buf_printf(&b, "%04u", i);
	assert_int_equal(b.n, 40000);
	assert_memory_equal(b.p + 4 * 1234, "1234", 4);
	assert_false(b.full);
	ed_buf_done(&b);
	ed_buf_done(&b);
}

/* At the ceiling a whole append is refused and the builder stays shut, even for what would fit. */
static void test_ceiling(void **state)
{
	struct ed_buf b;

	(void)state;
	for (size_t max = 0; max < 600; max++) {
		ed_buf_init(&b, max);
		while (!b.full)
			ed_buf_puts(&b, "seven__");
		assert_true(b.n < max || max == 0);
		assert_int_equal(b.n % 7, 0);
		assert_true(b.n + 7 >= max);
		assert_true(b.cap <= max);
		ed_buf_printf(&b, "x");
		ed_buf_put(&b, "", 0);
		assert_int_equal(b.n % 7, 0);
		if (b.p)
			assert_int_equal(strlen(b.p), b.n);
		ed_buf_done(&b);
	}
}

static void test_exact_fit(void **state)
{
	struct ed_buf b;

	(void)state;
	ed_buf_init(&b, 8);
	ed_buf_puts(&b, "seven__");
	assert_false(b.full);
	assert_string_equal(b.p, "seven__");
	ed_buf_puts(&b, "!");
	assert_true(b.full);
	ed_buf_done(&b);
}

static void test_memory(void **state)
{
	uint64_t before = ed_mem_n_allocs();
	uint8_t *p;

	(void)state;
	ed_mem_free(NULL);
	assert_null(ed_mem_zalloc(SIZE_MAX / 2, 3));
	assert_null(ed_mem_zalloc(1, SIZE_MAX - 8));
	assert_int_equal(ed_mem_n_allocs(), before);
	for (size_t n = 0; n < 300; n += 7) {
		p = ed_mem_zalloc(n, 3);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 64, 0);
		for (size_t i = 0; i < 3 * n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, 3 * n);
		ed_mem_free(p);
	}
	assert_int_equal(ed_mem_n_allocs(), before + 43);
}

/* Blocks of a pool lie apart, are zero, and need no order to be freed in; what does not fit comes
 * from elsewhere. */
static void test_pool(void **state)
{
	enum { N = 9, EACH = 1000, POOL = 8 * 1088 };
	struct ed_mem_pool pool;
	uint8_t *p[N];

	(void)state;
	ed_mem_pool_init(&pool, POOL);
	assert_null(ed_mem_take(&pool, SIZE_MAX / 2, 3));
	assert_null(ed_mem_take(&pool, 1, SIZE_MAX - 8));
	for (unsigned i = 0; i < N; i++) {
		p[i] = ed_mem_take(&pool, EACH, 1);
		assert_non_null(p[i]);
		assert_int_equal((uintptr_t)p[i] % 64, 0);
		for (unsigned j = 0; j < EACH; j++)
			assert_int_equal(p[i][j], 0);
		memset(p[i], 0xff, EACH);
	}
	for (unsigned i = 0; i < N; i++)
		ed_mem_free(p[i]);
	ed_mem_pool_done(&pool);
	p[0] = ed_mem_take(NULL, EACH, 1);
	assert_non_null(p[0]);
	ed_mem_free(p[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append),    cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_exact_fit), cmocka_unit_test(test_memory),
		cmocka_unit_test(test_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
