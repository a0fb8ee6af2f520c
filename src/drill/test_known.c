/* SPDX-License-Identifier: Apache-2.0 */
/* The list is read back, and an alert is a drill's only when all that it shows is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "drill/known.h"

static const int64_t t0_ns = INT64_C(1795305600) * ED_NS_PER_S; /* 2026-11-22 */
static const int64_t day_ns = 86400 * ED_NS_PER_S;

static const struct ed_drill_known known = {
	.id = UINT64_C(0x3f9a01c27b5e),
	.domain = "example.net",
	.from_ns = INT64_C(1795305600) * ED_NS_PER_S,
	.to_ns = INT64_C(1795306201) * ED_NS_PER_S,
	.n_names = 40,
};

static void set_sample(struct ed_alert *a, uint32_t i, const char *text)
{
	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_PLAIN, &a->samples[i]), 0);
}

static void make_alert(struct ed_alert *ret)
{
	char mark[ED_DRILL_MARK_TEXT], text[160];

	memset(ret, 0, sizeof(*ret));
	ret->start_ns = known.from_ns + ED_NS_PER_S;
	ret->end_ns = known.to_ns - ED_NS_PER_S;
	ret->n_names = 40;
	ret->n_samples = 2;
	ed_drill_mark_print(known.id, mark);
	for (uint32_t i = 0; i < ret->n_samples; i++) {
		(void)snprintf(text, sizeof(text), "kq5n%u.%s.Example.net", i, mark);
		set_sample(ret, i, text);
	}
}

static void test_claim(void **state)
{
	struct ed_drills drills = { .n = 0 };
	struct ed_alert a;

	(void)state;
	make_alert(&a);
	assert_true(ed_drills_claim(&drills, &a) == 0);
	ed_drills_add(&drills, &known);
	assert_true(ed_drills_claim(&drills, &a) == known.id);
	assert_null(ed_drill_known_fault(&known, &a));
	/* a source without years */
	a.start_ns = day_ns;
	a.end_ns = 2 * day_ns;
	assert_true(ed_drills_claim(&drills, &a) == known.id);
}

static void assert_not_claimed(const struct ed_alert *a)
{
	struct ed_drills drills = { .n = 0 };

	ed_drills_add(&drills, &known);
	assert_true(ed_drills_claim(&drills, a) == 0);
	assert_non_null(ed_drill_known_fault(&known, a));
}

static void test_not_claimed(void **state)
{
	char mark[ED_DRILL_MARK_TEXT], text[160];
	struct ed_alert a;

	(void)state;
	ed_drill_mark_print(known.id, mark);
	make_alert(&a);
	set_sample(&a, 1, "secret.example.net");
	assert_not_claimed(&a);
	make_alert(&a);
	(void)snprintf(text, sizeof(text), "kq5n.%s.attacker.com", mark);
	set_sample(&a, 0, text);
	assert_not_claimed(&a);
	make_alert(&a);
	(void)snprintf(text, sizeof(text), "kq5n.%s.example.net.attacker.com", mark);
	set_sample(&a, 1, text);
	assert_not_claimed(&a);
	make_alert(&a);
	(void)snprintf(text, sizeof(text), "%s.example.net", mark); /* nothing before the mark */
	set_sample(&a, 0, text);
	assert_not_claimed(&a);
	make_alert(&a);
	a.n_names = 46;
	assert_not_claimed(&a);
	make_alert(&a);
	a.end_ns += 2 * day_ns;
	assert_not_claimed(&a);
	make_alert(&a);
	a.start_ns -= 2 * day_ns;
	assert_not_claimed(&a);
	make_alert(&a);
	a.n_samples = 0;
	assert_not_claimed(&a);
}

static void test_list(void **state)
{
	struct ed_drills *drills = calloc(1, sizeof(*drills));
	char error[ED_DRILLS_ERROR_MAX];
	struct ed_buf text;

	(void)state;
	assert_non_null(drills);
	ed_buf_init(&text, 1 << 12);
	ed_buf_puts(&text, "# drills\n\n");
	ed_drill_known_print(&known, &text);
	ed_buf_puts(&text, "  \t\n");
	assert_int_equal(ed_drills_read(ed_span_of(text.p, text.n), drills, error), 0);
	assert_int_equal(drills->n, 1);
	assert_memory_equal(&drills->v[0].id, &known.id, sizeof(known.id));
	assert_string_equal(drills->v[0].domain, known.domain);
	assert_true(drills->v[0].from_ns == t0_ns && drills->v[0].to_ns == known.to_ns);
	assert_int_equal(drills->v[0].n_names, known.n_names);
	/* cut anywhere inside of its line it is none, or the same with fewer names */
	for (size_t n = 11; n < text.n - 6; n++)
		assert_int_equal(ed_drills_read(ed_span_of(text.p, n), drills, error), -EINVAL);
	ed_buf_done(&text);
	free(drills);
}

static void test_bad_lines(void **state)
{
	static const char *const bad[] = {
		"edd-3f9a01c27b5e2ba91871 example.net 2026-11-22 2026-11-22 40",
		"edd-3f9a01c27b5e2ba91870 exa\"mple.net 2026-11-22 2026-11-22 40",
		"edd-3f9a01c27b5e2ba91870 example.net 2026-11-23T00:00:00Z 2026-11-22T00:00:00Z 40",
		"edd-3f9a01c27b5e2ba91870 example.net 2026-11-22T00:00:00Z 2026-11-22T00:00:01Z 0",
		"edd-3f9a01c27b5e2ba91870 example.net 2026-11-22T00:00:00Z 2026-11-22T00:00:01Z 99999",
		"edd-3f9a01c27b5e2ba91870 example.net 2026-11-22T00:00:00Z 2026-11-22T00:00:01Z 4x",
		"edd-3f9a01c27b5e2ba91870 example.net 2026-11-22T00:00:00Z 2026-11-22T00:00:01Z 4 more",
		"edd-3f9a01c27b5e2ba91870",
	};
	struct ed_drill_known got;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ed_drill_known_read(ed_span_str(bad[i]), &got));
	assert_true(ed_drill_known_read(
		ed_span_str("edd-3f9a01c27b5e2ba91870 example.net 2026-11-22T00:00:00Z "
			    "2026-11-22T00:00:01Z 4\r"),
		&got));
}

static void test_newest_are_kept(void **state)
{
	struct ed_drills *drills = calloc(1, sizeof(*drills));
	struct ed_drill_known k = known;

	(void)state;
	assert_non_null(drills);
	for (uint64_t i = 1; i <= ED_DRILLS_MAX + 3; i++) {
		k.id = i;
		ed_drills_add(drills, &k);
	}
	assert_int_equal(drills->n, ED_DRILLS_MAX);
	assert_true(drills->v[0].id == 4);
	assert_true(drills->v[ED_DRILLS_MAX - 1].id == ED_DRILLS_MAX + 3);
	free(drills);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claim),
		cmocka_unit_test(test_not_claimed),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_newest_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
