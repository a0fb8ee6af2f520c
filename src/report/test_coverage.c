/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage over presence that is made by hand: what is concluded, and what must not be. The made
 * site of tests/coverage judges the whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/time.h"
#include "report/coverage.h"
#include "report/coverage_out.h"
#include "report/navigator.h"

static const int64_t START_NS = INT64_C(1762128000) * ED_NS_PER_S; /* 2025-11-03 */
static const int64_t HOUR_NS = 3600 * ED_NS_PER_S;
static const char *const names[] = { "zeek-tsv", "zeek-conn", NULL };

enum { OUT_MAX = 1 << 22 };

struct site {
	struct ed_presence presence;
	struct ed_coverage coverage;
	struct ed_coverage_conf conf;
	ed_analytic_confs confs;
};

static int make(void **state)
{
	static struct site s;

	memset(&s, 0, sizeof(s));
	for (size_t i = 0; ed_analytics[i]; i++)
		ed_options_default(ed_analytics[i]->tunables, s.confs[i]);
	s.conf = (struct ed_coverage_conf){ .presence = &s.presence,
					    .analytic_confs = (const ed_analytic_confs *)&s.confs,
					    .silence_ns = 2 * HOUR_NS,
					    .lag_ns = 900 * ED_NS_PER_S };
	*state = &s;
	return ed_presence_init(&s.presence, names, 1);
}

static int drop(void **state)
{
	struct site *s = *state;

	ed_coverage_done(&s->coverage);
	ed_presence_done(&s->presence);
	return 0;
}

static struct ed_addr addr(uint8_t a, uint8_t b)
{
	struct ed_addr ret;

	ed_addr_from_v4((const uint8_t[]){ a, 0, 0, b }, &ret);
	return ret;
}

/* @n lookups, or connections, of one client in one hour of one source. */
static void note(struct site *s, const char *path, struct ed_addr client, unsigned hour, unsigned n)
{
	bool flow = strstr(path, "conn") != NULL;
	struct ed_event ev = { .kind = flow ? ED_EVENT_FLOW : ED_EVENT_DNS_PAIR,
			       .client = client,
			       .resolver = addr(10, 53),
			       .format = flow,
			       .has = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_RESOLVER };

	if (flow)
		ev.flow.service = ED_FLOW_HTTPS;
	else
		ev.has |= ED_FIELD_QNAME;
	for (unsigned i = 0; i < n; i++) {
		ev.time_ns = START_NS + hour * HOUR_NS + (i + 1) * ED_NS_PER_S;
		ed_presence_note(&s->presence, &ev, path);
	}
}

static unsigned count(const struct site *s, enum ed_coverage_gap_kind kind)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < s->coverage.n_gaps; i++)
		n += s->coverage.gaps[i].kind == kind;
	return n;
}

static void test_nothing(void **state)
{
	struct site *s = *state;
	struct ed_buf out;

	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
	assert_int_equal(s->coverage.n_gaps, 0);
	for (uint32_t i = 0; i < s->coverage.n_analytics; i++)
		assert_int_equal(s->coverage.analytics[i].verdict, ED_COVERAGE_NONE);
	ed_buf_init(&out, OUT_MAX);
	ed_coverage_json(&s->coverage, &out);
	ed_coverage_html(&s->coverage, &out);
	ed_navigator_coverage(&s->coverage, &out);
	assert_false(out.full);
	ed_buf_done(&out);
}

/* Without an inventory and a list of resolvers nothing is missed, and no server is a wrong one; a
 * client with connections and no lookups is still told of. */
static void test_no_inventory(void **state)
{
	struct site *s = *state;

	for (unsigned h = 0; h < 24; h++) {
		note(s, "a/dns.log", addr(10, 1), h, 5);
		note(s, "a/conn.log", addr(10, 1), h, 5);
		note(s, "a/conn.log", addr(10, 2), h, 5);
		note(s, "a/dns.log", addr(198, 7), h, 5); /* outside */
	}
	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
	assert_int_equal(s->coverage.n_gaps, 1);
	assert_int_equal(s->coverage.gaps[0].kind, ED_GAP_NO_LOOKUPS);
	assert_string_equal(s->coverage.gaps[0].subject, "10.0.0.2");
	assert_true(s->coverage.n_outside > 0);
}

static void silent_at_the_end(struct site *s, unsigned n_events, unsigned last_hour)
{
	for (unsigned h = 0; h < 24; h++) {
		note(s, "b/dns.log", addr(10, 1), h, n_events);
		if (h <= last_hour)
			note(s, "a/dns.log", addr(10, 1), h, n_events);
	}
	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
}

static void test_silence(void **state)
{
	struct site *s = *state;

	silent_at_the_end(s, 20, 18);
	assert_int_equal(s->coverage.n_gaps, 1);
	assert_int_equal(count(s, ED_GAP_SILENT), 1);
	assert_true(s->coverage.sources[1].is_silent);
}

static void test_silence_of_few_events(void **state)
{
	struct site *s = *state;

	silent_at_the_end(s, 1, 18); /* five events in five hours would be no wonder */
	assert_int_equal(s->coverage.n_gaps, 0);
}

static void test_short_silence(void **state)
{
	struct site *s = *state;

	silent_at_the_end(s, 100, 22);
	assert_int_equal(s->coverage.n_gaps, 0);
}

/* At night nobody is there: the source has nothing to tell, whatever another one tells of others. */
static void test_night(void **state)
{
	struct site *s = *state;

	for (unsigned h = 0; h < 48; h++) {
		note(s, "servers/dns.log", addr(10, 9), h, 50);
		if (h % 24 >= 7 && h % 24 < 19) {
			note(s, "office/dns.log", addr(10, 1), h, 50);
			note(s, "office/conn.log", addr(10, 1), h, 50);
		}
	}
	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
	assert_int_equal(s->coverage.n_gaps, 0);
}

static void test_hole(void **state)
{
	struct site *s = *state;

	for (unsigned h = 0; h < 24; h++) {
		note(s, "a/conn.log", addr(10, 1), h, 50);
		if (h < 10 || h >= 14)
			note(s, "a/dns.log", addr(10, 1), h, 50);
	}
	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
	assert_int_equal(s->coverage.n_gaps, 1);
	assert_int_equal(s->coverage.gaps[0].kind, ED_GAP_HOLE);
	assert_int_equal(s->coverage.gaps[0].from_ns, START_NS + 10 * HOUR_NS);
	assert_int_equal(s->coverage.gaps[0].to_ns, START_NS + 14 * HOUR_NS);
}

static void test_sanctioned(void **state)
{
	struct ed_addr_set set = { .n = 0 };
	struct site *s = *state;

	assert_int_equal(ed_addr_set_add(&set, ed_span_str("10.0.0.54")), 0);
	s->conf.sanctioned = &set;
	note(s, "a/dns.log", addr(10, 1), 0, 5); /* asks 10.0.0.53 */
	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
	assert_int_equal(s->coverage.n_gaps, 2);
	assert_int_equal(count(s, ED_GAP_UNSANCTIONED), 1);
	assert_int_equal(count(s, ED_GAP_RESOLVER_UNSEEN), 1);
	ed_coverage_done(&s->coverage);
	assert_int_equal(ed_addr_set_add(&set, ed_span_str("10.0.0.0/24")), 0);
	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
	assert_int_equal(count(s, ED_GAP_UNSANCTIONED), 0);
}

static void test_retention(void **state)
{
	struct site *s = *state;

	s->conf.retention_ns = 48 * HOUR_NS;
	note(s, "a/dns.log", addr(10, 1), 0, 5);
	note(s, "a/dns.log", addr(10, 1), 30, 5);
	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
	assert_int_equal(count(s, ED_GAP_RETENTION), 1);
	ed_coverage_done(&s->coverage);
	s->conf.retention_ns = 24 * HOUR_NS;
	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
	assert_int_equal(count(s, ED_GAP_RETENTION), 0);
}

/* A period that is far longer than what can be held by the hour is judged by its end. */
static void test_a_long_period(void **state)
{
	struct site *s = *state;

	s->conf.from_ns = 1;
	s->conf.to_ns = INT64_MAX / 2;
	note(s, "a/dns.log", addr(10, 1), 0, 5);
	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
	assert_int_equal(s->coverage.n_gaps, 0);
}

/* A period before all events, and one behind them. */
static void test_another_period(void **state)
{
	struct site *s = *state;

	note(s, "a/dns.log", addr(10, 1), 0, 50);
	s->conf.to_ns = START_NS - 1000 * HOUR_NS;
	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
	assert_true(s->coverage.from_ns <= s->coverage.to_ns);
	ed_coverage_done(&s->coverage);
	s->conf.to_ns = 0;
	s->conf.from_ns = START_NS + 1000 * HOUR_NS;
	assert_int_equal(ed_coverage_make(&s->conf, &s->coverage), 0);
	assert_int_equal(s->coverage.n_gaps, 0);
}

static void test_every_gap_has_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ED_GAP_N; i++) {
		assert_true(strlen(ed_coverage_gap_rows[i].name) > 2);
		assert_true(strlen(ed_coverage_gap_rows[i].title) > 2);
		assert_true(strlen(ed_coverage_gap_rows[i].remedy) > 20);
	}
}

/* What is missing can be switched on: each field of each analytic is brought by some remedy. */
static void test_every_field_has_a_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; ed_analytics[i]; i++) {
		const struct ed_analytic *a = ed_analytics[i];
		uint32_t brings = 0;

		for (const struct ed_analytic_remedy *r = a->remedies; r->what; r++) {
			assert_true(r->brings != 0 && strlen(r->how) > 10);
			brings |= r->brings;
		}
		assert_int_equal((a->needs | a->wants) & ~brings, 0);
	}
}

static void test_sightings(void **state)
{
	struct ed_navigator_sightings s = { .first_ns = 0 };
	struct ed_buf out;

	(void)state;
	ed_navigator_sight(&s, "AN1124", ED_LEVEL_HIGH, START_NS, START_NS + HOUR_NS);
	ed_navigator_sight(&s, "AN1124", ED_LEVEL_LOW, START_NS - HOUR_NS, START_NS);
	ed_navigator_sight(&s, "AN9999", ED_LEVEL_HIGH, 1, 2);
	ed_navigator_sight(&s, "AN1124", ED_LEVEL_N, 1, 2);
	assert_int_equal(s.first_ns, START_NS - HOUR_NS);
	ed_buf_init(&out, OUT_MAX);
	ed_navigator_sightings(&s, &out);
	assert_non_null(strstr(out.p, "\"score\":1,"));
	assert_non_null(strstr(out.p, "2 alerts, 1 of medium level or above"));
	assert_non_null(strstr(out.p, "\"AN1124 Network Devices\",\"value\":\"1 high, 1 low\""));
	ed_buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, make, drop),
		cmocka_unit_test_setup_teardown(test_no_inventory, make, drop),
		cmocka_unit_test_setup_teardown(test_silence, make, drop),
		cmocka_unit_test_setup_teardown(test_silence_of_few_events, make, drop),
		cmocka_unit_test_setup_teardown(test_short_silence, make, drop),
		cmocka_unit_test_setup_teardown(test_night, make, drop),
		cmocka_unit_test_setup_teardown(test_hole, make, drop),
		cmocka_unit_test_setup_teardown(test_sanctioned, make, drop),
		cmocka_unit_test_setup_teardown(test_retention, make, drop),
		cmocka_unit_test_setup_teardown(test_a_long_period, make, drop),
		cmocka_unit_test_setup_teardown(test_another_period, make, drop),
		cmocka_unit_test(test_every_gap_has_words),
		cmocka_unit_test(test_every_field_has_a_remedy),
		cmocka_unit_test(test_sightings),
	};

	return cmocka_run_group_tests_name("coverage", tests, NULL, NULL);
}
