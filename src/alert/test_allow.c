/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that hide alerts: what each part of a scope is about, and what a rule must say. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "alert/allow.h"
#include "base/time.h"

#define SAID "reason: r, owner: o, expires: 2027-03-01"

static const int64_t NOW_NS = INT64_C(1795000000) * ED_NS_PER_S; /* 2026-11-18 */

static struct ed_allow *rules(const char *text)
{
	struct ed_yaml_fault fault;
	struct ed_allow *a;

	assert_int_equal(ed_allow_parse(ed_span_str(text), NOW_NS, &a, &fault), 0);
	return a;
}

static void set_name(const char *text, struct ed_name *ret)
{
	assert_int_equal(ed_name_from_text(ed_span_str(text), ED_NAME_MASTER, ret), 0);
	ed_name_lower(ret->wire, ret->n, ret->wire);
}

/* A tunnel by a server that curl makes. */
static struct ed_alert *an_alert(void)
{
	static struct ed_alert a;
	static const char host[] = "web1.corp.example", image[] = "/usr/bin/curl";
	struct ed_span text[ED_TEXT_N] = { { NULL, 0 } };

	memset(&a, 0, sizeof(a));
	a.analytic = "AN1124";
	a.level = ED_LEVEL_HIGH;
	a.verdict = ED_VERDICT_SCORE;
	a.asset_role = ED_ASSET_SERVER;
	a.bytes_up = 5000;
	set_name("telemetry.vendor.example", &a.domain);
	assert_true(ed_addr_from_text(ed_span_str("10.1.2.3"), &a.client));
	text[ED_TEXT_HOST] = ed_span_str(host);
	text[ED_TEXT_IMAGE] = ed_span_str(image);
	(void)ed_process_write(&(struct ed_process){ .pid = 1 }, text, &a.actor.process,
			       sizeof(a.actor.process) + sizeof(a.actor.text));
	a.actor.known = true;
	a.n_evidence = 2;
	a.evidence[0].family = "structure";
	ed_evidence_fact(&a.evidence[0], "txt_share", 0.95);
	ed_evidence_fact(&a.evidence[0], "cname_mx_srv_share", 0);
	ed_evidence_fact(&a.evidence[0], "rare_types_share", 0.01);
	a.evidence[1].family = "volume";
	ed_evidence_fact(&a.evidence[1], "repeat_bytes", 1000);
	return &a;
}

static bool hides(const char *scope, const struct ed_alert *alert)
{
	struct ed_allow_subject s;
	struct ed_allow *a;
	char text[512];
	bool hidden;

	(void)snprintf(text, sizeof(text), "allow: [{%s, " SAID "}]", scope);
	a = rules(text);
	ed_allow_subject_of(alert, &s);
	hidden = ed_allow_match(a, &s) != NULL;
	ed_allow_free(a);
	return hidden;
}

static void scopes(void **state)
{
	static const struct {
		const char *scope;
		bool hides;
	} rows[] = {
		{ "suffix: vendor.example", true },
		{ "suffix: VENDOR.Example.", true },
		{ "suffix: telemetry.vendor.example", true },
		{ "suffix: a.telemetry.vendor.example", false },
		{ "suffix: endor.example", false }, /* no boundary of a label */
		{ "suffix: '*.vendor.example'", true },
		{ "suffix: [other.example, vendor.example]", true },
		{ "client: 10.1.2.3", true },
		{ "client: 10.1.0.0/16", true },
		{ "client: 10.2.0.0/16", false },
		{ "client: '2001:db8::/32'", false },
		{ "host: web1.corp.example", true },
		{ "host: WEB1", true },
		{ "host: web", false },
		{ "role: server", true },
		{ "role: [mail, workstation]", false },
		{ "process: curl", true },
		{ "process: /usr/bin/curl", true },
		{ "process: /opt/curl", false },
		{ "suffix: vendor.example, analytic: AN1124", true },
		{ "suffix: vendor.example, analytic: AN1121", false },
		{ "suffix: vendor.example, type: TXT", true },
		{ "suffix: vendor.example, type: NULL", false },
		{ "suffix: vendor.example, type: A", false },
		{ "suffix: vendor.example, type: [A, TXT]", true },
		{ "suffix: vendor.example, client: 10.9.9.9", false }, /* all must fit */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (hides(rows[i].scope, an_alert()) != rows[i].hides)
			fail_msg("%s", rows[i].scope);
	}
}

/* What is not known fits no scope. */
static void unknown_parts(void **state)
{
	struct ed_alert *a = an_alert();

	(void)state;
	a->domain.n = 0;
	memset(&a->client, 0, sizeof(a->client));
	a->actor.known = false;
	a->asset_role = ED_ASSET_UNKNOWN;
	a->n_evidence = 0;
	assert_false(hides("suffix: vendor.example", a));
	assert_false(hides("client: '::/0'", a));
	assert_false(hides("host: web1", a));
	assert_false(hides("role: server", a));
	assert_false(hides("process: curl", a));
	assert_true(ed_addr_from_text(ed_span_str("10.1.2.3"), &a->client));
	assert_true(hides("client: 10.1.2.3", a));
	assert_false(hides("client: 10.1.2.3, type: TXT", a));
	assert_false(hides("client: 10.1.2.3, type: A", a));
}

static void a_ceiling_of_its_own(void **state)
{
	struct ed_alert *a = an_alert();

	(void)state;
	a->verdict = ED_VERDICT_BOUND; /* 5,000 bytes and 1,000 in repeats */
	assert_false(hides("suffix: vendor.example", a));
	assert_true(hides("suffix: vendor.example, bound: 6000", a));
	assert_false(hides("suffix: vendor.example, bound: 5999", a));
	ed_evidence_fact(&a->evidence[1], "information_30d_bytes", 21001);
	assert_false(hides("suffix: vendor.example, bound: 6000", a));
	assert_true(hides("suffix: vendor.example, bound: 7KiB", a));
	ed_evidence_fact(&a->evidence[1], "answer_information_bytes", 9000);
	assert_false(hides("suffix: vendor.example, bound: 7KiB", a));
	assert_true(hides("suffix: vendor.example, bound: 100KiB", a));
}

static void the_first_row_in_force(void **state)
{
	struct ed_allow *a = rules(
		"schema: 1\n"
		"allow:\n"
		"  - { suffix: example, reason: old, owner: o, expires: 2026-11-17 }\n"
		"  - { suffix: other.example, " SAID " }\n"
		"  - { suffix: vendor.example, reason: \"why, so\", owner: soc,\n"
		"      expires: 2026-11-18 }\n");
	const struct ed_allow_row *row;
	struct ed_allow_subject s;
	char text[64];

	(void)state;
	ed_allow_subject_of(an_alert(), &s);
	row = ed_allow_match(a, &s);
	assert_non_null(row);
	assert_string_equal(row->says.reason, "why, so");
	assert_string_equal(row->says.owner, "soc");
	assert_int_equal(row->says.line, 5);
	assert_false(row->is_expired); /* a day counts to its end */
	assert_true(ed_allow_row(a, 0)->is_expired);
	assert_true(ed_allow_row_hides(a, 0, &s)); /* it would */
	ed_allow_describe(a, 2, text, sizeof(text));
	assert_string_equal(text, "suffix vendor.example");
	ed_allow_describe(a, 2, text, 8);
	assert_string_equal(text, "suffix ");
	assert_int_equal(ed_allow_n_rows(a), 3);
	assert_int_equal(strlen(ed_allow_hash(a)), 64);
	ed_allow_free(a);
}

static void empty_files(void **state)
{
	static const char *const texts[] = { "", "# nothing\n", "allow:\n", "schema: 1\n",
					     "allow: []\n" };
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ed_allow *a = rules(texts[i]);
		struct ed_allow_subject s;

		ed_allow_subject_of(an_alert(), &s);
		assert_int_equal(ed_allow_n_rows(a), 0);
		assert_null(ed_allow_match(a, &s));
		ed_allow_free(a);
	}
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *text, *says;
		unsigned line, column;
	} rows[] = {
		{ "allow: [{sufix: a.b, " SAID "}]", "\"suffix\"", 1, 10 },
		{ "alow: []", "\"allow\"", 1, 1 },
		{ "schema: 2", "schema", 1, 9 },
		{ "allow: {suffix: a.b}", "list", 1, 8 },
		{ "allow: [x]", "mapping", 1, 9 },
		{ "allow: [{" SAID "}]", "whom", 1, 9 },
		{ "allow: [{analytic: AN1124, " SAID "}]", "whom", 1, 9 },
		{ "allow: [{suffix: a.b, owner: o, expires: 2027-01-01}]", "reason", 1, 9 },
		{ "allow: [{suffix: a.b, reason: r, expires: 2027-01-01}]", "owner", 1, 9 },
		{ "allow: [{suffix: a.b, reason: r, owner: o}]", "expires", 1, 9 },
		{ "allow: [{suffix: a.b, reason: ' ', owner: o, expires: 2027-01-01}]", "empty", 1,
		  31 },
		{ "allow: [{suffix: a.b, reason: r, owner: o, expires: soon}]", "date", 1, 53 },
		{ "allow: [{suffix: a.b, reason: r, owner: o, expires: 2027-02-30}]", "date", 1,
		  53 },
		{ "allow: [{suffix: a..b, " SAID "}]", "domain", 1, 18 },
		{ "allow: [{suffix: ., " SAID "}]", "domain", 1, 18 },
		{ "allow: [{suffix: [], " SAID "}]", "empty", 1, 18 },
		{ "allow: [{suffix: , " SAID "}]", "missing", 1, 18 },
		{ "allow: [{suffix: {a: b}, " SAID "}]", "missing", 1, 18 },
		{ "allow: [{client: 10.0.0.0/40, " SAID "}]", "network", 1, 18 },
		{ "allow: [{role: servr, " SAID "}]", "\"server\"", 1, 16 },
		{ "allow: [{suffix: a.b, analytic: T1071, " SAID "}]", "AN1124", 1, 33 },
		{ "allow: [{suffix: a.b, type: XYZ, " SAID "}]", "record type", 1, 29 },
		{ "allow: [{suffix: a.b, bound: lots, " SAID "}]", "bound", 1, 30 },
		{ "allow: [{suffix: a.b, bound: 0, " SAID "}]", "bound", 1, 30 },
	};
	struct ed_yaml_fault fault;
	struct ed_allow *a;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ed_allow_parse(ed_span_str(rows[i].text), NOW_NS, &a, &fault) != -EINVAL)
			fail_msg("taken: %s", rows[i].text);
		assert_null(a);
		if (!strstr(fault.text, rows[i].says) || fault.line != rows[i].line ||
		    fault.column != rows[i].column)
			fail_msg("%s: %u:%u %s", rows[i].text, fault.line, fault.column,
				 fault.text);
	}
}

static void hostile_words_are_shown_clean(void **state)
{
	struct ed_yaml_fault fault;
	struct ed_allow *a;

	(void)state;
	assert_int_equal(ed_allow_parse(ed_span_str("\"\\e[2J\\u202e\": 1"), NOW_NS, &a, &fault),
			 -EINVAL);
	for (const char *c = fault.text; *c; c++)
		assert_in_range(*c, 0x20, 0x7e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scopes),
		cmocka_unit_test(unknown_parts),
		cmocka_unit_test(a_ceiling_of_its_own),
		cmocka_unit_test(the_first_row_in_force),
		cmocka_unit_test(empty_files),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(hostile_words_are_shown_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
