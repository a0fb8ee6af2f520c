/* SPDX-License-Identifier: Apache-2.0 */
/* MISP: an event of attributes that nobody blocks by, names that are no host names as text. */
#include "sink/test_forms.h"

static void check_event(const struct ed_buf *out)
{
	test_assert_lines(out, "\n", 1);
	test_assert_json(out);
	test_assert_lacks(out, "\"to_ids\":true");
}

static void test_fields(void **state)
{
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	test_actor(&a, "/usr/bin/dnscat", "dnscat --secret=x");
	test_render(&ed_sink_misp, &a, &out);
	check_event(&out);
	test_assert_has(&out, "\"info\":\"earthdog: DNS tunnel: more information than the ceiling "
			      "allows (northfield-cdn.net)\",\"date\":\"2026-11-03\"");
	test_assert_has(&out, "\"threat_level_id\":\"1\",\"analysis\":\"0\",\"distribution\":\"0\","
			      "\"published\":false");
	test_assert_has(&out,
			"\"type\":\"domain\",\"value\":\"northfield-cdn.net\",\"to_ids\":false");
	test_assert_has(&out, "\"type\":\"ip-src\",\"value\":\"10.77.1.2\"");
	test_assert_has(&out, "\"type\":\"target-machine\",\"value\":\"db-7.corp.example\"");
	test_assert_has(&out, "\"first_seen\":\"2026-11-03T14:02:11.250000+00:00\"");
	test_assert_has(&out, "\"value\":\"5f3c1a2b-77d0-5c1e-9a44-0c2f6f1f4e10\"");
	ed_buf_done(&out);
}

static void test_odd_names(void **state)
{
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	test_name("a\\010b.example", &a.domain);
	test_render(&ed_sink_misp, &a, &out);
	check_event(&out);
	test_assert_lacks(&out, "\"type\":\"domain\"");
	test_assert_has(&out,
			"\"category\":\"Other\",\"type\":\"text\",\"value\":\"a\\\\010b.example\"");
	ed_buf_done(&out);
}

static void test_hostile_texts(void **state)
{
	(void)state;
	test_hostile(&ed_sink_misp, check_event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_odd_names),
		cmocka_unit_test(test_hostile_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
