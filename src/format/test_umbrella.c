/* SPDX-License-Identifier: Apache-2.0 */
/* DNS logs of Cisco Umbrella. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

#define START "\"2026-11-03 14:02:11\",\"alice\",\"alice,Office\","
#define END ",\"Allowed\",\"16 (TXT)\",\"NOERROR\",\"wWw.a.net.\",\"Software,Chat\""

static void umbrella(const char *text)
{
	test_run_text(&ed_format_umbrella, text, &run);
}

static void test_lookup(void **state)
{
	static const char line[] = START "\"10.0.0.10\",\"192.0.2.1\"" END
					 ",\"Policy\",\"AD Users\",\"\"\n";
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	umbrella(line);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(ev->vantage, ED_VANTAGE_RESOLVER);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.000Z");
	assert_int_equal(ev->time_quality, ED_TIME_EXACT_UTC);
	assert_string_equal(test_addr(&ev->client), "10.0.0.10");
	assert_memory_equal(run.event[0].name, "\3wWw\1a\3net", 11);
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_int_equal(ev->rcode, ED_RCODE_NOERROR);
	assert_int_equal(ev->has, ed_format_umbrella.fields);
	assert_true(test_probe(&ed_format_umbrella, line) > 0);
}

/* A type that has no word in the log is a lookup all the same. */
static void test_other_type(void **state)
{
	(void)state;
	umbrella(START
		 "\"10.0.0.10\",\"192.0.2.1\",\"Allowed\",\"Other\",\"NXDOMAIN\",\"_x.a.net.\"\n");
	assert_int_equal(run.n_events, 1);
	assert_int_equal(run.event[0].ev.kind, ED_EVENT_DNS_PAIR);
	assert_false(run.event[0].ev.has & ED_FIELD_QTYPE);
	assert_string_equal(test_name(&run, 0), "_x.a.net");
}

/* Blanks behind commas, doubled quotes, no internal address, columns without quotes. */
static void test_columns(void **state)
{
	(void)state;
	umbrella("\"2026-11-03 14:02:11\",\"a \"\"b\"\", c\", \"x,y\", \"\",\"2001:db8::7\"" END
		 "\r\n" START "10.0.0.10,192.0.2.1,Blocked,1 (A),,a.net.\n");
	assert_int_equal(run.n_events, 2);
	assert_string_equal(test_addr(&run.event[0].ev.client), "2001:db8::7");
	assert_string_equal(test_name(&run, 1), "a.net");
	assert_int_equal(run.event[1].ev.kind, ED_EVENT_DNS_QUERY);
	assert_false(run.event[1].ev.has & ED_FIELD_RCODE);
}

static void test_other_logs(void **state)
{
	(void)state;
	umbrella("Timestamp,Policy Identity,Identities\n"
		 "\"Timestamp\",\"Policy Identity\",\"Identities\",\"InternalIp\",\"ExternalIp\","
		 "\"Action\",\"QueryType\",\"ResponseCode\",\"Domain\",\"Categories\"\n"
		 "\"2026-11-03 14:02:11\",\"alice\",\"10.0.0.10\",\"443\"\n" START
		 "\"10.0.0.10\",\"192.0.2.1\",\"203.0.113.1\",\"text/html\",\"ALLOWED\",\"x\"\n");
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 4);
	assert_int_equal(test_probe(&ed_format_umbrella, "\"a\",\"b\"\n"), 0);
}

static void test_damage(void **state)
{
	(void)state;
	umbrella("\"Nov  3 14:02:11\",\"a\",\"b\",\"10.0.0.10\",\"192.0.2.1\"" END "\n" START
		 "\"somebody\",\"192.0.2.1\"" END "\n" START "\"\",\"\"" END "\n" START
		 "\"10.0.0.10\"x,\"192.0.2.1\"" END "\n\"2026-11-03 14:02:11\n");
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 4);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_type), cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_columns),    cmocka_unit_test(test_other_logs),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
