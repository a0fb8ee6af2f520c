/* SPDX-License-Identifier: Apache-2.0 */
/* AdGuard Home: the message in the line, the keys where there is none, lines that are damaged. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

/* Response to wWw.a.net A: one address, 192.0.2.7 for 60 s. */
#define ANSWER "EmeBgAABAAEAAAAAA3dXdwFhA25ldAAAAQABwAwAAQABAAAAPAAEwAACBw=="
#define LINE(rest) \
	"{\"T\":\"2026-11-03T15:02:11.250333+01:00\",\"QH\":\"www.a.net\",\"QT\":\"A\"," rest "}\n"

static struct test_run run;

static void adguard(const char *text)
{
	test_run_text(&ed_format_adguard, text, &run);
}

static void test_message(void **state)
{
	static const char line[] = LINE(
		"\"QC\":\"IN\",\"CP\":\"doh\",\"Answer\":\"" ANSWER
		"\",\"Result\":{},\"Elapsed\":837429,\"IP\":\"192.0.2.10\"");
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	adguard(line);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(ev->time_ns, 1793714531 * ED_NS_PER_S + 250333000);
	assert_int_equal(ev->time_quality, ED_TIME_OFFSET_KNOWN);
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_int_equal(ev->transport, ED_TRANSPORT_DOH);
	assert_int_equal(ev->txid, 0x1267);
	assert_memory_equal(run.event[0].name, "\3wWw\1a\3net", 11);
	assert_int_equal(ev->lost, 0);
	assert_int_equal(ev->answers.n, 1);
	assert_int_equal(ev->answers.first_v4, 0xc0000207);
	assert_int_equal(ev->answers.ttl_min_s, 60);
	assert_int_equal(ev->size_response, 43);
	assert_int_equal(ev->rtt_us, 837);
	assert_int_equal(test_probe(&ed_format_adguard, line), 95);
}

/* Without a message that can be read, the keys tell the question. */
static void test_keys(void **state)
{
	(void)state;
	adguard(LINE("\"QC\":\"IN\",\"CP\":\"\",\"IP\":\"2001:db8::7\",\"Elapsed\":-1")
			LINE("\"QC\":\"IN\",\"Answer\":\"EmeB!\",\"IP\":\"192.0.2.10\"")
				LINE("\"QC\":\"IN\",\"Answer\":\"EmeB\",\"IP\":\"192.0.2.10\""));
	assert_int_equal(run.n_events, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(run.event[i].ev.kind, ED_EVENT_DNS_QUERY);
		assert_int_equal(run.event[i].ev.lost, ED_LOST_CASE);
		assert_int_equal(run.event[i].ev.qtype, ED_RR_A);
		assert_string_equal(test_name(&run, i), "www.a.net");
		assert_int_equal(run.event[i].ev.has,
				 ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_QNAME | ED_FIELD_QTYPE);
	}
}

static void test_damage(void **state)
{
	(void)state;
	adguard("{\"T\":\"2026-11-03T15:02:11Z\",\"QH\":\"a.net\"\n"
		"[]\n"
		"{\"T\":\"2026-11-03T15:02:11Z\",\"QH\":\"a.net\",\"QT\":\"A\"}\n"
		"{\"T\":\"11/03/2026\",\"QH\":\"a.net\",\"IP\":\"192.0.2.10\"}\n"
		"{\"T\":\"2026-11-03T15:02:11Z\",\"QH\":6,\"IP\":\"192.0.2.10\"}\n"
		"{\"T\":\"2026-11-03T15:02:11Z\",\"QH\":\"a.net\",\"IP\":\"somebody\"}\n");
	assert_int_equal(run.tally.n_read, 6);
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 4);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 2);
	assert_int_equal(test_probe(&ed_format_adguard, "{\"QH\":1}\n"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
