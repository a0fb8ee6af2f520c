/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences about ways round the resolvers, and that each kind is an alert of its own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "alert/explain.h"
#include "alert/explain_egress.h"

static const int64_t S_NS = 1000000000;

static struct ed_finding finding(const char *kind, double lookups, double flows)
{
	struct ed_finding f = {
		.analytic = "AN1124",
		.level = ED_LEVEL_MEDIUM,
		.verdict = ED_VERDICT_POLICY,
		.n_evidence = 1,
		.n_clients = 1,
		.first_ns = 1000 * S_NS,
		.last_ns = 1075 * S_NS,
	};

	(void)ed_addr_from_text(ed_span_str("192.0.2.10"), &f.client);
	(void)ed_addr_from_text(ed_span_str("198.51.100.53"), &f.server);
	f.evidence[0].family = "path";
	ed_evidence_fact_text(&f.evidence[0], "egress", kind);
	ed_evidence_fact(&f.evidence[0], "lookups", lookups);
	ed_evidence_fact(&f.evidence[0], "flows", flows);
	return f;
}

static void assert_says(const struct ed_finding *f, const char *text)
{
	struct ed_alert a;

	ed_alert_from_finding(f, &a);
	assert_string_equal(a.summary, text);
}

static void test_sentences(void **state)
{
	struct ed_finding f = finding("unsanctioned_resolver", 40, 0);
	struct ed_name name;

	(void)state;
	assert_says(&f,
		    "40 lookups in 75 s through 198.51.100.53, which is no sanctioned resolver");
	f = finding("direct_dns", 30, 0);
	ed_evidence_fact(&f.evidence[0], "name_servers_min", 6);
	ed_evidence_fact(&f.evidence[0], "without_recursion_share", 1);
	assert_says(&f, "30 lookups in 75 s at 6 or more name servers, asked as a resolver asks, "
			"100 % of them without recursion, by a machine that is no sanctioned "
			"resolver");
	f = finding("dns_over_https", 0, 1);
	assert_int_equal(ed_name_from_text(ed_span_str("dns.google"), ED_NAME_PLAIN, &name), 0);
	f.domain = name;
	f.n_evidence = 2;
	f.evidence[1].family = "timing";
	ed_evidence_fact(&f.evidence[1], "mean_gap_s", 5);
	ed_evidence_fact(&f.evidence[1], "gap_relative_sd", 0.12);
	assert_says(&f,
		    "1 connection in 75 s for DNS over HTTPS to dns.google (198.51.100.53), one "
		    "every 5 s (+-12 %)");
	f = finding("dns_over_tls", 0, 12);
	ed_evidence_fact_text(&f.evidence[0], "client_role", "server");
	ed_evidence_fact(&f.evidence[0], "role_forbids", 1);
	assert_says(&f, "12 connections in 75 s for DNS over TLS to 198.51.100.53, from a server, "
			"which has no need of it");
	f = finding("heavy_flow", 0, 2);
	ed_evidence_fact(&f.evidence[0], "bytes_to_server", 90000);
	ed_evidence_fact(&f.evidence[0], "bytes_above_lookups", 64000);
	ed_evidence_fact(&f.evidence[0], "longest_flow_s", 1200);
	assert_says(&f, "2 flows in 75 s to port 53 of 198.51.100.53, 90.0 kB up, 64.0 kB of them "
			"more than lookups need, the longest flow 20 min");
}

static void test_identity(void **state)
{
	static const char *const kinds[] = { "unsanctioned_resolver", "direct_dns", "dns_over_tls",
					     "dns_over_https", "heavy_flow" };
	struct ed_alert a, b;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct ed_finding f = finding(kinds[i], 1, 1);

		ed_alert_from_finding(&f, &a);
		ed_alert_from_finding(&f, &b);
		assert_string_equal(a.id, b.id);
		f = finding(kinds[(i + 1) % 5], 1, 1);
		ed_alert_from_finding(&f, &b);
		assert_string_not_equal(a.id, b.id);
	}
}

static void test_others(void **state)
{
	struct ed_finding f = finding("x", 1, 1);
	char text[ED_ALERT_SUMMARY_MAX];

	(void)state;
	f.evidence[0].n_facts = 0;
	assert_false(ed_explain_egress(&f, text));
	assert_int_equal(ed_explain_egress_tag(&f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
