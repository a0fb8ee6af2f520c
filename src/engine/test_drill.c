/* SPDX-License-Identifier: Apache-2.0 */
/* The step at which reading one file broke, and which domains are nobody's to ask names of. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "analytic/analytic.h"
#include "engine/drill.h"
#include "record/event.h"

static void assert_step(const struct ed_drill_account *a, enum ed_drill_step step, const char *said)
{
	char why[256] = "";

	assert_int_equal(ed_drill_judge_account(a, "bind", why), step);
	assert_non_null(strstr(why, said));
}

static void make_account(uint64_t n_analysed, struct ed_drill_account *ret)
{
	memset(ret, 0, sizeof(*ret));
	ed_tally_init(&ret->records);
	ret->format = "bind";
	ret->records.n_read = 40;
	ret->records.n_analysed = n_analysed;
}

static void test_account(void **state)
{
	struct ed_drill_account a;

	(void)state;
	make_account(40, &a);
	assert_step(&a, ED_DRILL_STEPS_END, "");
	make_account(0, &a);
	a.records.n_dropped[ED_DROP_BAD_LINE] = 30;
	a.records.n_dropped[ED_DROP_OUTSIDE] = 10;
	assert_step(&a, ED_DRILL_DECODE, "of 40 records 30 were dropped as bad-line");
	make_account(0, &a);
	a.records.n_dropped[ED_DROP_OUTSIDE] = 40;
	assert_step(&a, ED_DRILL_TIME, "outside-time");
	make_account(40, &a);
	a.format = "unbound";
	assert_step(&a, ED_DRILL_FORMAT, "it is bind and was read as unbound");
	make_account(0, &a);
	a.is_unread = true;
	a.format = NULL;
	(void)snprintf(a.trouble, sizeof(a.trouble), "Permission denied");
	assert_step(&a, ED_DRILL_READ, "Permission denied");
}

static void test_steps_have_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= ED_DRILL_STEPS_END; i++)
		assert_string_not_equal(ed_drill_step_name(i), "unknown");
	assert_string_equal(ed_drill_step_name(ED_DRILL_STEPS_END + 1), "unknown");
}

static void test_domains(void **state)
{
	static const struct {
		const char *domain;
		bool is_own;
	} cases[] = {
		{ "example.net", true },    { "drill.example.co.uk", true },
		{ "co.uk", false },         { "github.io", false },
		{ "site.github.io", true }, { "2.0.192.in-addr.arpa", false },
		{ "host.lan", false },      { "com", false },
	};
	char error[256];
	bool is_own;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ed_drill_domain_check(NULL, cases[i].domain, &is_own, error), 0);
		assert_int_equal(is_own, cases[i].is_own);
	}
	assert_true(ed_drill_domain_check("no-such-list", "example.net", &is_own, error) < 0);
}

/* A lookup that an analytic may speak about has to have what it needs. */
static void test_fields(void **state)
{
	struct ed_drill_known drill = { .n_names = 40 };
	struct ed_drill_seen seen = { .n_names = 40, .n_lookups = 40 };
	char why[256] = "";
	size_t row = 0;

	(void)state;
	while (!(ed_analytics[row]->needs & ED_FIELD_TIME))
		row++;
	seen.n_in_scope[row] = 40;
	seen.fields[row] = ed_analytics[row]->needs | ed_analytics[row]->wants;
	assert_int_equal(ed_drill_judge_seen(&seen, &drill, row, why), ED_DRILL_STEPS_END);
	seen.fields[row] &= ~(uint32_t)ED_FIELD_TIME;
	assert_int_equal(ed_drill_judge_seen(&seen, &drill, row, why), ED_DRILL_FIELDS);
	assert_non_null(strstr(why, "no time"));
	seen.n_names = 39;
	assert_int_equal(ed_drill_judge_seen(&seen, &drill, row, why), ED_DRILL_NAMES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_account),
		cmocka_unit_test(test_steps_have_names),
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
