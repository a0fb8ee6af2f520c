/* SPDX-License-Identifier: Apache-2.0 */
/* Words of an alert: which names are host names, milliseconds before 1970, identifiers that stay. */
#include "sink/alert_words.h"
#include "sink/test_forms.h"

static void test_host_names(void **state)
{
	static const struct {
		const char *text;
		bool is_host;
	} rows[] = {
		{ "example.net", true },
		{ "a-b.Example.NET", true },
		{ "xn--bcher-kva.example", true },
		{ "1.2.3", true },
		{ ".", false },
		{ "example", false },
		{ "under_score.net", false },
		{ "-a.net", false },
		{ "a-.net", false },
		{ "a\\.b.net", false },
		{ "a\\000b.net", false },
		{ "a.n\\195t", false },
		{ "a.-", false },
	};
	struct ed_name name;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		test_name(rows[i].text, &name);
		assert_int_equal(ed_alert_is_host(&name), rows[i].is_host);
	}
	assert_false(ed_alert_is_host(&(struct ed_name){ .n = 0 }));
}

static void test_milliseconds(void **state)
{
	(void)state;
	assert_int_equal(ed_alert_ms(1999999), 1);
	assert_int_equal(ed_alert_ms(-1), -1);
	assert_int_equal(ed_alert_ms(-1000000), -1);
}

static void test_identifiers(void **state)
{
	char a[ED_UUID_TEXT], b[ED_UUID_TEXT], c[ED_UUID_TEXT];
	struct ed_alert alerts[2];

	(void)state;
	test_alert_fill(&alerts[0]);
	test_alert_fill(&alerts[1]);
	alerts[1].level = ED_LEVEL_LOW;
	ed_alert_uuid(&alerts[0], "event", a);
	ed_alert_uuid(&alerts[0], "sighting", b);
	assert_string_not_equal(a, b);
	ed_alert_uuid(&alerts[1], "event", b);
	assert_string_equal(a, b); /* the same alert */
	ed_alert_uuid(NULL, "alerts", a);
	ed_alert_uuid(NULL, "alerts", b);
	assert_string_equal(a, b);
	ed_alert_uuid_add(&alerts[0], a);
	ed_alert_uuid_add(&alerts[0], b);
	assert_string_equal(a, b); /* the same alerts are in it */
	memcpy(c, a, sizeof(c));
	ed_alert_uuid_add(&alerts[1], c);
	assert_string_not_equal(a, c);
}

static void test_numbers(void **state)
{
	struct ed_alert a;

	(void)state;
	test_alert_fill(&a);
	assert_int_equal(ed_alert_analytic_number(&a), 1124);
	a.analytic = NULL;
	assert_int_equal(ed_alert_analytic_number(&a), 0);
	assert_int_equal(ed_alert_server_port(&a), 53);
	ed_evidence_fact_text(&a.evidence[0], "egress", "dns_over_tls");
	assert_int_equal(ed_alert_server_port(&a), 853);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host_names),
		cmocka_unit_test(test_milliseconds),
		cmocka_unit_test(test_identifiers),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
