/* SPDX-License-Identifier: Apache-2.0 */
/* Audit evidence: fields of recorded lines, findings about what is there and what is not, hostile
 * words in both forms. The ledger itself is read in tests/report. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/time.h"
#include "report/audit.h"

enum { OUT_MAX_BYTES = 1 << 20 };

static const int64_t day_ns = 86400 * ED_NS_PER_S;

static void test_field(void **state)
{
	static const char line
		[] = "{\"drill\":\"x\",\"why\":\"say \\\"step\\\":\\\"no\\\"\",\"step\":\"alert\"}";
	char text[32];

	(void)state;
	assert_true(ed_audit_field(line, "step", text, sizeof(text)));
	assert_string_equal(text, "alert"); /* not what the text before it says */
	assert_true(ed_audit_field(line, "why", text, sizeof(text)));
	assert_string_equal(text, "say \"step\":\"no\"");
	assert_true(ed_audit_field(line, "why", text, 5));
	assert_string_equal(text, "say ");
	assert_false(ed_audit_field(line, "other", text, sizeof(text)));
	assert_false(ed_audit_field("", "step", text, sizeof(text)));
	assert_true(ed_audit_field("\"step\":\"cut", "step", text, sizeof(text)));
	assert_string_equal(text, "cut");
}

static bool says(const struct ed_audit *a, const char *subject, enum ed_html_tone tone,
		 const char *part)
{
	struct ed_audit_finding found[ED_AUDIT_FINDINGS_MAX];
	size_t n = ed_audit_findings(a, found);

	assert_true(n > 0 && n <= ED_AUDIT_FINDINGS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(found[i].subject, subject) == 0 && found[i].tone == tone &&
		    strstr(found[i].text, part))
			return true;
	}
	return false;
}

static void test_nothing_is_there(void **state)
{
	const struct ed_audit a = { .conf = { .store = "x", .now_ns = 365 * day_ns } };

	(void)state;
	assert_true(says(&a, "Audit trail", ED_HTML_WARN, "empty"));
	assert_true(says(&a, "Coverage", ED_HTML_BAD, "no source"));
	assert_true(says(&a, "Retention", ED_HTML_BAD, "no history"));
	assert_true(says(&a, "Baseline", ED_HTML_WARN, "none was named"));
	assert_true(says(&a, "Settings", ED_HTML_WARN, "no run"));
	assert_true(says(&a, "Alerts", ED_HTML_WARN, "none"));
	assert_true(says(&a, "Drills", ED_HTML_WARN, "no drill was run"));
}

static void test_trail(void **state)
{
	struct ed_audit a = { .proof = { .n_rows = 9 } };

	(void)state;
	assert_true(says(&a, "Audit trail", ED_HTML_GOOD, "9 rows"));
	a.proof.n_unbacked = 2;
	assert_true(says(&a, "Audit trail", ED_HTML_BAD, "2 decisions"));
	a.proof.missing_id = 4;
	assert_true(says(&a, "Audit trail", ED_HTML_BAD, "row 4 is missing"));
	a.proof.bad_id = 3;
	assert_true(says(&a, "Audit trail", ED_HTML_BAD, "row 3"));
}

static void test_retention(void **state)
{
	struct ed_audit a = { .conf = { .now_ns = 100 * day_ns,
					.n_history_days = 5,
					.history_from_ns = 95 * day_ns,
					.history_to_ns = 100 * day_ns } };

	(void)state;
	assert_true(says(&a, "Retention", ED_HTML_WARN, "no target"));
	a.conf.retention_ns = 5 * day_ns;
	assert_true(says(&a, "Retention", ED_HTML_GOOD, "1970-04-06"));
	a.conf.retention_ns = 6 * day_ns;
	assert_true(says(&a, "Retention", ED_HTML_WARN, "less than the target of 6 days"));
}

static void test_alerts(void **state)
{
	struct ed_audit a = { .n_alerts_all = 4, .n_suppressed = 1 };

	(void)state;
	assert_true(says(&a, "Alerts", ED_HTML_GOOD, "every alert"));
	assert_true(says(&a, "Alerts", ED_HTML_WARN, "1 are hidden"));
	a.n_by[ED_LEVEL_CRITICAL][ED_TRIAGE_OPEN] = 2;
	a.oldest_open_ns = 3 * day_ns;
	assert_true(says(&a, "Alerts", ED_HTML_BAD, "2 of level high or critical"));
	assert_true(says(&a, "Alerts", ED_HTML_BAD, "since 1970-01-04"));
}

static void test_drills(void **state)
{
	static char good[] = "{\"analytic\":\"AN1124\",\"step\":\"passed\"}";
	static char
		bad[] = "{\"analytic\":\"AN1121\",\"step\":\"format\",\"why\":\"no such format\"}";
	static char none[] = "";
	struct ed_audit_entry rows[] = {
		{ .time_ns = 2 * day_ns,
		  .who = none,
		  .action = none,
		  .subject = none,
		  .detail = bad },
		{ .time_ns = 3 * day_ns,
		  .who = none,
		  .action = none,
		  .subject = none,
		  .detail = good },
	};
	struct ed_audit a = { .conf = { .now_ns = 10 * day_ns },
			      .drills = { .v = rows, .n = 2, .n_all = 2 } };

	(void)state;
	assert_true(says(&a, "Drills", ED_HTML_GOOD, "AN1124 on 1970-01-04: passed"));
	assert_true(says(&a, "Drills", ED_HTML_BAD,
			 "AN1121 on 1970-01-03: broke at \"format\": no such format"));
	assert_true(says(&a, "Drills", ED_HTML_WARN, "AN1125 was never drilled"));
	a.conf.now_ns = 200 * day_ns;
	assert_true(says(&a, "Drills", ED_HTML_WARN, "AN1124 on 1970-01-04: passed, but more"));
}

/* Words of people and names of attackers. */
static void test_hostile_words(void **state)
{
	static char hostile[] = "</td><script>alert(1)</script>\"\x1b[2J\n";
	static char id[] = "5f3c1a2b-77d0-5c1e-9a44-0c2f6f1f4e10", none[] = "";
	struct ed_audit_alert alert = { .id = id,
					.analytic = none,
					.client = none,
					.domain = hostile,
					.who = hostile,
					.reason = hostile,
					.suppressed = none,
					.drill = none,
					.state = ED_TRIAGE_CONFIRMED };
	struct ed_audit_entry row = {
		.id = 1, .who = hostile, .action = hostile, .subject = hostile, .detail = hostile
	};
	const struct ed_audit a = { .conf = { .store = hostile },
				    .alerts = &alert,
				    .n_alerts = 1,
				    .n_alerts_all = 1,
				    .changes = { &row, 1, 1 },
				    .drills = { &row, 1, 1 },
				    .trail = { &row, 1, 1 } };
	struct ed_buf out;

	(void)state;
	ed_buf_init(&out, OUT_MAX_BYTES);
	ed_audit_html(&a, &out);
	assert_false(out.full);
	assert_null(strstr(out.p, "<script"));
	assert_null(strchr(out.p, '\x1b'));
	assert_non_null(strstr(out.p, "&lt;script&gt;alert(1)&lt;/script&gt;"));
	ed_buf_clear(&out);
	ed_audit_json(&a, &out);
	assert_false(out.full);
	assert_null(strchr(out.p, '\x1b'));
	assert_non_null(strstr(
		out.p, "\"reason\":\"</td><script>alert(1)</script>\\\"\\u001b[2J\\u000a\""));
	assert_string_equal(out.p + out.n - 2, "}\n");
	ed_buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_field),         cmocka_unit_test(test_nothing_is_there),
		cmocka_unit_test(test_trail),         cmocka_unit_test(test_retention),
		cmocka_unit_test(test_alerts),        cmocka_unit_test(test_drills),
		cmocka_unit_test(test_hostile_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
