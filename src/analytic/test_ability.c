/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "analytic/ability.h"

enum { ALL_FIELDS = (1 << ED_FIELD_N) - 1 };

static const uint32_t ALL = ALL_FIELDS;

static void test_all_fields(void **state)
{
	struct ed_analytic_ability able;

	(void)state;
	for (size_t i = 0; ed_analytics[i]; i++) {
		ed_analytic_ability(ed_analytics[i], ALL, &able);
		assert_int_equal(able.state, ED_ABILITY_WORKS);
		assert_int_equal(able.missing_needs | able.missing_wants | able.idle_tunables, 0);
	}
}

/* Whichever field is taken away, every analytic that declares it says so, and no other does. */
static void test_each_field_away(void **state)
{
	struct ed_analytic_ability able;

	(void)state;
	for (size_t i = 0; ed_analytics[i]; i++) {
		const struct ed_analytic *a = ed_analytics[i];

		for (unsigned bit = 0; bit < ED_FIELD_N; bit++) {
			uint32_t field = 1U << bit;

			ed_analytic_ability(a, ALL & ~field, &able);
			assert_int_equal(able.missing_needs, a->needs & field);
			assert_int_equal(able.missing_wants, a->wants & field);
			assert_int_equal(able.state == ED_ABILITY_OFF, (a->needs & field) != 0);
			if (!((a->needs | a->wants) & field))
				assert_int_equal(able.state == ED_ABILITY_WORKS,
						 able.idle_tunables == 0);
			for (unsigned t = 0; a->tunables[t].name; t++)
				assert_int_equal(able.idle_tunables >> t & 1,
						 (a->tunable_needs[t] & field) != 0);
		}
	}
}

/* ------------------------------------------------------- what the input told */

static const uint32_t LOOKUP = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_HOST;
static const uint32_t WIRE = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME | ED_FIELD_QTYPE |
			     ED_FIELD_RCODE;

static void add(struct ed_told *t, enum ed_platform platform, enum ed_event_kind kind,
		bool is_machines, uint32_t has)
{
	struct ed_event ev = { .kind = (uint8_t)kind, .platform = (uint8_t)platform, .has = has };

	ev.vantage = is_machines ? ED_VANTAGE_ENDPOINT : ED_VANTAGE_UNKNOWN;
	ed_told_add(t, &ev);
}

static uint32_t told(const char *id, const struct ed_told *t)
{
	return ed_analytic_told(ed_analytic_find(id), t);
}

static void test_nothing_told(void **state)
{
	struct ed_told t = { .lookups = { { 0 } } };

	(void)state;
	for (size_t i = 0; ed_analytics[i]; i++)
		assert_int_equal(ed_analytic_told(ed_analytics[i], &t), 0);
	assert_int_equal(ed_told_all(&t), 0);
}

/* Starts say what program a number is of, not which one asked. */
static void test_starts_are_no_askers(void **state)
{
	struct ed_told t = { .lookups = { { 0 } } };

	(void)state;
	add(&t, ED_PLATFORM_WINDOWS, ED_EVENT_DNS_PAIR, true, LOOKUP);
	add(&t, ED_PLATFORM_WINDOWS, ED_EVENT_PROCESS, true,
	    LOOKUP | ED_FIELD_PROCESS | ED_FIELD_IMAGE | ED_FIELD_LINEAGE | ED_FIELD_USER);
	assert_int_equal(told("AN1121", &t),
			 LOOKUP | ED_FIELD_IMAGE | ED_FIELD_LINEAGE | ED_FIELD_USER);
	assert_int_equal(told("AN1122", &t), 0);
	assert_int_equal(told("AN1124", &t), 0);
}

/* The network tells about the lookups of a machine, not about who asks. */
static void test_network_joins_machines(void **state)
{
	struct ed_told t = { .lookups = { { 0 } } };

	(void)state;
	add(&t, ED_PLATFORM_UNKNOWN, ED_EVENT_DNS_PAIR, false, WIRE);
	assert_int_equal(told("AN1122", &t), 0);
	assert_int_equal(told("AN1124", &t), WIRE);
	add(&t, ED_PLATFORM_LINUX, ED_EVENT_DNS_QUERY, true, LOOKUP);
	assert_int_equal(told("AN1122", &t), LOOKUP | ED_FIELD_QTYPE | ED_FIELD_RCODE);
	assert_int_equal(told("AN1124", &t), WIRE);
}

/* A log of connections and starts alone names nothing; with the network's names it does. */
static void test_machine_without_lookups(void **state)
{
	uint32_t start = ED_FIELD_TIME | ED_FIELD_PROCESS | ED_FIELD_HOST;
	struct ed_told t = { .lookups = { { 0 } } };

	(void)state;
	add(&t, ED_PLATFORM_LINUX, ED_EVENT_FLOW, true, start | ED_FIELD_QNAME);
	assert_int_equal(told("AN1122", &t), start);
	add(&t, ED_PLATFORM_LINUX, ED_EVENT_DNS_QUERY, false, WIRE);
	assert_int_equal(told("AN1122", &t),
			 start | ED_FIELD_QNAME | ED_FIELD_QTYPE | ED_FIELD_RCODE);
}

/* By the inventory, or by a log of its own whose lookups the network has. */
static void test_hypervisor(void **state)
{
	struct ed_told by_inventory = { .lookups = { { 0 } } };
	struct ed_told by_log = { .lookups = { { 0 } } };
	uint32_t line = ED_FIELD_TIME | ED_FIELD_HOST | ED_FIELD_PROCESS;

	(void)state;
	add(&by_inventory, ED_PLATFORM_ESXI, ED_EVENT_DNS_PAIR, false, WIRE);
	add(&by_inventory, ED_PLATFORM_UNKNOWN, ED_EVENT_DNS_PAIR, false, ALL);
	assert_int_equal(told("AN1125", &by_inventory), WIRE);
	add(&by_log, ED_PLATFORM_ESXI, ED_EVENT_PROCESS, true, line);
	assert_int_equal(told("AN1125", &by_log), line);
	add(&by_log, ED_PLATFORM_UNKNOWN, ED_EVENT_DNS_PAIR, false, WIRE);
	assert_int_equal(told("AN1125", &by_log), line | WIRE);
}

/* Who is named and whose system is not known is the network's (an1124.c). */
static void test_unknown_platform(void **state)
{
	struct ed_told t = { .lookups = { { 0 } } }, sum = { .lookups = { { 0 } } };

	(void)state;
	add(&t, ED_PLATFORM_UNKNOWN, ED_EVENT_DNS_QUERY, true, LOOKUP | ED_FIELD_PROCESS);
	ed_told_merge(&sum, &t);
	assert_int_equal(told("AN1124", &sum), LOOKUP | ED_FIELD_PROCESS);
	assert_int_equal(ed_told_all(&sum), LOOKUP | ED_FIELD_PROCESS);
}

static void test_can_be_told(void **state)
{
	static const uint32_t inside = ED_FIELD_PROCESS | ED_FIELD_IMAGE | ED_FIELD_LINEAGE |
				       ED_FIELD_USER | ED_FIELD_HOST;
	static const struct {
		const char *id;
		uint32_t platforms, away;
	} rows[] = {
		{ "AN1121", 1u << ED_PLATFORM_WINDOWS, 0 },
		{ "AN1121", 0, ALL_FIELDS },
		{ "AN1124", 0, inside },
		{ "AN1124", 1u << ED_PLATFORM_MACOS, ALL_FIELDS },
		{ "AN1124", 1u << ED_PLATFORM_MACOS | 1u << ED_PLATFORM_NETWORK, inside },
		{ "AN1125", 0, inside },
		{ "AN1125", 1u << ED_PLATFORM_ESXI, 0 },
		{ "AN1125", 1u << ED_PLATFORM_LINUX, ALL_FIELDS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(ed_analytic_can_be_told(ed_analytic_find(rows[i].id),
							 rows[i].platforms, ALL),
				 ALL & ~rows[i].away);
}

/* ------------------------------------------------------------------- words */

static void assert_text(const char *id, uint32_t away, const char *wanted)
{
	const struct ed_analytic *a = ed_analytic_find(id);
	struct ed_analytic_ability able;
	char text[ED_ABILITY_TEXT_MAX];

	ed_analytic_ability(a, ALL & ~away, &able);
	assert_string_equal(ed_analytic_ability_text(a, &able, text, sizeof(text)), wanted);
	for (size_t n = 1; n < sizeof(text); n++) {
		char cut[ED_ABILITY_TEXT_MAX + 1];

		memset(cut, 'x', sizeof(cut));
		(void)ed_analytic_ability_text(a, &able, cut, n);
		assert_int_equal(cut[n], 'x');
		assert_int_equal(strncmp(cut, wanted, n - 1), 0);
		assert_true(strlen(cut) < n);
	}
}

static void test_text(void **state)
{
	(void)state;
	assert_text("AN1121", 0, "works");
	assert_text("AN1121", ED_FIELD_LINEAGE,
		    "works partly: no lineage (its command line and parents)");
	assert_text("AN1121", ED_FIELD_LINEAGE | ED_FIELD_USER | ED_FIELD_QTYPE,
		    "works partly: no qtype, lineage, user");
	assert_text("AN1121", ED_FIELD_PROCESS | ED_FIELD_USER, "works partly: no process, user");
	assert_text("AN1121", ED_FIELD_QNAME | ED_FIELD_USER,
		    "off: no qname (name asked for); QueryLengthThreshold, ProcessImageFilter, "
		    "TimeWindow have no effect");
	assert_text("AN1121", ED_FIELD_IMAGE,
		    "works partly: no image (path or name of its program); ProcessImageFilter has "
		    "no effect");
	assert_text("AN1125", ED_FIELD_HOST,
		    "works partly: no host (name of the machine); KnownGoodVIBs has no effect");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_fields),
		cmocka_unit_test(test_each_field_away),
		cmocka_unit_test(test_nothing_told),
		cmocka_unit_test(test_starts_are_no_askers),
		cmocka_unit_test(test_network_joins_machines),
		cmocka_unit_test(test_machine_without_lookups),
		cmocka_unit_test(test_hypervisor),
		cmocka_unit_test(test_unknown_platform),
		cmocka_unit_test(test_can_be_told),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
