/* SPDX-License-Identifier: Apache-2.0 */
/* EVE: an alert as Suricata writes it, numbers that stay, nothing where nothing is known. */
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
	test_render(&ed_sink_eve, &a, &out);
	check_json_line(&out);
	test_assert_has(&out, "{\"timestamp\":\"2026-11-03T14:09:30.000000+0000\",\"flow_id\":");
	test_assert_has(&out, "\"flow_id\":1675387867725061,"); /* 0x5f3c1a2b77d05 */
	test_assert_has(&out, "\"event_type\":\"alert\",\"src_ip\":\"10.77.1.2\"");
	test_assert_has(&out, "\"signature_id\":1112400,\"rev\":1");
	test_assert_has(&out, "\"severity\":1");
	test_assert_has(&out, "\"mitre_technique_id\":[\"T1071.004\"]");
	test_assert_has(&out, "\"earthdog_process\":[\"/usr/bin/dnscat\"]");
	test_assert_has(&out,
			"\"dns\":{\"version\":3,\"type\":\"request\",\"queries\":[{\"rrname\":"
			"\"mnqw4zdpebuxiidj.northfield-cdn.net\"}");
	ed_buf_done(&out);
}

static void test_policy(void **state)
{
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	a.verdict = ED_VERDICT_POLICY;
	a.domain.n = 0;
	a.n_samples = 0;
	ed_addr_from_v4((const uint8_t[4]){ 198, 51, 100, 7 }, &a.server);
	ed_evidence_fact_text(&a.evidence[0], "egress", "dns_over_https");
	test_render(&ed_sink_eve, &a, &out);
	check_json_line(&out);
	test_assert_has(&out, "\"dest_ip\":\"198.51.100.7\",\"dest_port\":443");
	test_assert_has(&out, "\"category\":\"Potential Corporate Privacy Violation\"");
	test_assert_has(&out, "\"signature_id\":1112404");
	test_assert_lacks(&out, "\"dns\":");
	ed_buf_done(&out);
}

static void test_unknown_is_absent(void **state)
{
	const struct ed_alert a = { .id = "x", .raised_ns = 1 };
	struct ed_buf out;

	(void)state;
	test_render(&ed_sink_eve, &a, &out);
	check_json_line(&out);
	test_assert_lacks(&out, "_ip");
	test_assert_lacks(&out, "_port");
	test_assert_lacks(&out, "\"\"");
	ed_buf_done(&out);
}

static void test_hostile_texts(void **state)
{
	(void)state;
	test_hostile(&ed_sink_eve, check_json_line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_unknown_is_absent),
		cmocka_unit_test(test_hostile_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
