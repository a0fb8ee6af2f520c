/* SPDX-License-Identifier: Apache-2.0 */
/* LEEF: six fields in the header, attributes parted by tabs, none without a key. */
#include "sink/test_forms.h"

static void check_event(const struct ed_buf *out)
{
	static const char head[] = "LEEF:2.0|earthdog|earthdog|" ED_VERSION "|";
	const char *p = out->p + sizeof(head) - 1;

	test_assert_lines(out, "\t\n", 1);
	assert_int_equal(strncmp(out->p, head, sizeof(head) - 1), 0);
	p = strstr(p, "|x09|");
	assert_non_null(p);
	for (p += 5; *p; p += strcspn(p, "\t\n") + 1) {
		size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

		assert_true(n > 0);
		assert_int_equal(p[n], '=');
		assert_true(p[n + 1] != '\t' && p[n + 1] != '\n');
	}
}

static void test_fields(void **state)
{
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	test_actor(&a, "/usr/bin/dnscat", "dnscat --secret=x");
	test_render(&ed_sink_leef, &a, &out);
	check_event(&out);
	test_assert_has(&out, "|AN1124|x09|cat=bound\tdevTime=2026-11-03T14:09:30.000+0000\t"
			      "devTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ\tsev=10\tsrc=10.77.1.2\t"
			      "dnsDomain=northfield-cdn.net\tidentHostName=db-7.corp.example\t");
	test_assert_has(
		&out, "\tcommandLine=dnscat --secret=x\tfirstSeen=2026-11-03T14:02:11.250+0000\t");
	test_assert_has(&out, "\tsampleNames=mnqw4zdpebuxiidj.northfield-cdn.net "
			      "nz2ca3tboruw63lp.northfield-cdn.net\t");
	ed_buf_done(&out);
}

static void test_unknown_is_absent(void **state)
{
	const struct ed_alert a = { .id = "x", .raised_ns = 1, .score_bits = NAN };
	struct ed_buf out;

	(void)state;
	test_render(&ed_sink_leef, &a, &out);
	check_event(&out);
	test_assert_lacks(&out, "\tsrc=");
	test_assert_lacks(&out, "\tfirstSeen=");
	test_assert_lacks(&out, "nan");
	ed_buf_done(&out);
}

static void test_hostile_texts(void **state)
{
	(void)state;
	test_hostile(&ed_sink_leef, check_event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_unknown_is_absent),
		cmocka_unit_test(test_hostile_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
