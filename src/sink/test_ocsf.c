/* SPDX-License-Identifier: Apache-2.0 */
/* OCSF: what the class requires, what is known of the program, nothing where nothing is known. The
 * schema itself is asked in tests/sinks. */
#include "sink/test_forms.h"

static void check_json_line(const struct ed_buf *out)
{
	test_assert_lines(out, "\n", 1);
	test_assert_json(out);
}

static void test_fields(void **state)
{
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	test_actor(&a, "/usr/bin/dnscat", "dnscat --secret x");
	test_render(&ed_sink_ocsf, &a, &out);
	check_json_line(&out);
	test_assert_has(&out, "\"class_uid\":2004");
	test_assert_has(&out, "\"type_uid\":200401");
	test_assert_has(&out, "\"severity_id\":5");
	test_assert_has(&out, "\"time\":1793714970000");
	test_assert_has(&out, "\"metadata\":{\"version\":\"1.8.0\"");
	test_assert_has(&out, "\"finding_info\":{\"uid\":\"5f3c1a2b-77d0-5c1e-9a44-0c2f6f1f4e10\"");
	test_assert_has(&out, "\"analytic\":{\"type_id\":3,\"type\":\"Statistical\"");
	test_assert_has(&out, "\"sub_technique\":{\"uid\":\"T1071.004\",\"name\":\"DNS\"}");
	test_assert_has(&out, "\"data_sources\":[\"pcap\",\"zeek-tsv\"]");
	test_assert_has(&out, "\"src_endpoint\":{\"ip\":\"10.77.1.2\"}");
	test_assert_has(&out, "\"dst_endpoint\":{\"domain\":\"northfield-cdn.net\"}");
	test_assert_has(&out, "\"process\":{\"pid\":4711,\"file\":{\"name\":\"dnscat\"");
	test_assert_has(&out, "\"parent_process\":{\"pid\":311");
	test_assert_has(&out, "{\"query\":{\"hostname\":\"mnqw4zdpebuxiidj.northfield-cdn.net\"}}");
	test_assert_has(&out, "{\"value\":\"alphabet base32\"}");
	ed_buf_done(&out);
}

static void test_unknown_is_absent(void **state)
{
	const struct ed_alert a = { .id = "x", .raised_ns = 1, .score_bits = NAN };
	struct ed_buf out;

	(void)state;
	test_render(&ed_sink_ocsf, &a, &out);
	check_json_line(&out);
	test_assert_lacks(&out, "endpoint");
	test_assert_lacks(&out, "evidences");
	test_assert_lacks(&out, "null");
	test_assert_lacks(&out, "\"\"");
	test_assert_has(&out, "\"is_alert\":false");
	ed_buf_done(&out);
}

static void test_drill_and_suppressed(void **state)
{
	const struct ed_suppression allowed = { .reason = "ticket \"4711\"", .owner = "soc" };
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	memcpy(a.drill, "edd-0123", 9);
	a.suppressed = &allowed;
	test_render(&ed_sink_ocsf, &a, &out);
	check_json_line(&out);
	test_assert_has(&out, "\"status_id\":3,\"status\":\"Suppressed\",\"status_detail\":"
			      "\"ticket \\\"4711\\\"\"");
	test_assert_has(&out, "\"verdict_id\":6,\"verdict\":\"Test\"");
	test_assert_has(&out, "\"drill\":\"edd-0123\"");
	ed_buf_done(&out);
}

static void test_hostile_texts(void **state)
{
	(void)state;
	test_hostile(&ed_sink_ocsf, check_json_line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_unknown_is_absent),
		cmocka_unit_test(test_drill_and_suppressed),
		cmocka_unit_test(test_hostile_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
