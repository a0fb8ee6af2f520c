/* SPDX-License-Identifier: Apache-2.0 */
/* STIX: one bundle, identifiers as the standard makes them, an indicator only where others may block
 * by it. */
#include "sink/test_forms.h"

static void check_bundle(const struct ed_buf *out)
{
	for (size_t i = 0; i < out->n; i++)
		assert_true((out->p[i] >= 0x20 && out->p[i] < 0x7f) || out->p[i] == '\n');
	test_assert_json(out);
}

static void test_fields(void **state)
{
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	test_render(&ed_sink_stix, &a, &out);
	check_bundle(&out);
	test_assert_has(&out, "{\"type\":\"bundle\",\"id\":\"bundle--14b4a924-eaf0-5744-a8cf-"
			      "ffeca71133d3\",\"objects\":[");
	/* uuid5(00abedb4-aa42-466c-9c01-fed23315a9b7, '{"value":"10.77.1.2"}') by Python */
	test_assert_has(
		&out,
		"\"ipv4-addr--74e81656-c51e-545e-a89c-e6089d54c39b\",\"value\":\"10.77.1.2\"");
	test_assert_has(
		&out,
		"\"domain-name--4b680ded-9a61-5e99-be76-6e00167e5ae5\",\"value\":\"northfield-cdn.net\"");
	test_assert_has(&out, "\"pattern\":\"[domain-name:value = 'northfield-cdn.net' OR "
			      "domain-name:value LIKE '%.northfield-cdn.net']\"");
	test_assert_has(&out, "\"relationship_type\":\"indicates\"");
	test_assert_has(&out, "\"number_observed\":372");
	test_assert_has(&out, "\"sighting_of_ref\":\"indicator--");
	test_assert_has(&out, "\"first_seen\":\"2026-11-03T14:02:11.250Z\"");
	ed_buf_done(&out);
}

static void assert_no_indicator(const struct ed_alert *a)
{
	struct ed_buf out;

	test_render(&ed_sink_stix, a, &out);
	check_bundle(&out);
	test_assert_lacks(&out, "\"indicator\"");
	test_assert_has(&out, "\"sighting_of_ref\":\"attack-pattern--");
	ed_buf_done(&out);
}

static void test_no_indicator(void **state)
{
	const struct ed_suppression allowed = { .reason = "ticket 4711", .owner = "soc" };
	struct ed_alert a;

	(void)state;
	test_alert_fill(&a);
	a.level = ED_LEVEL_LOW;
	assert_no_indicator(&a);
	test_alert_fill(&a);
	a.verdict = ED_VERDICT_POLICY;
	assert_no_indicator(&a);
	test_alert_fill(&a);
	test_name("under_score.example", &a.domain); /* '_' stands for any character in LIKE */
	assert_no_indicator(&a);
	test_name("a\\'b.example", &a.domain);
	assert_no_indicator(&a);
	test_alert_fill(&a);
	memcpy(a.drill, "edd-0123", 9);
	assert_no_indicator(&a);
	test_alert_fill(&a);
	a.suppressed = &allowed;
	assert_no_indicator(&a);
}

/* What is required is there though nothing is known. */
static void test_unknown(void **state)
{
	const struct ed_alert a = { .id = "x" };
	struct ed_buf out;

	(void)state;
	test_render(&ed_sink_stix, &a, &out);
	check_bundle(&out);
	test_assert_lacks(&out, "observed-data");
	test_assert_lacks(&out, "null");
	test_assert_has(&out, "\"created\":\"1970-01-01T00:00:00.000Z\"");
	ed_buf_done(&out);
	test_render(&ed_sink_stix, NULL, &out);
	check_bundle(&out);
	ed_buf_done(&out);
}

static void test_hostile_texts(void **state)
{
	(void)state;
	test_hostile(&ed_sink_stix, check_bundle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_no_indicator),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_hostile_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
