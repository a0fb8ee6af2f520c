/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's JSON: the line that a program would have sent to syslog comes out, whatever the
 * order of the fields; messages that are no UTF-8, escapes, line ends that would forge a line; and
 * the readers of resolvers' logs take it as their own.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/text/journal_line.h"
#include "format/test_log.h"

#define TIME "\"__REALTIME_TIMESTAMP\":\"1795289235456000\""
#define WHO "\"_HOSTNAME\":\"ns1\",\"SYSLOG_IDENTIFIER\":\"unbound\",\"_PID\":\"7\""
#define HEAD "2026-11-21T19:27:15.456Z ns1 unbound[7]: "

static const char *read_line(const char *line)
{
	static uint8_t room[ED_JOURNAL_LINE_MAX_BYTES + 1];
	size_t n = ed_journal_line_read(ed_span_str(line), room);

	assert_true(n <= ED_JOURNAL_LINE_MAX_BYTES);
	room[n] = '\0';
	return (const char *)room;
}

static void test_lines(void **state)
{
	static const struct {
		const char *json, *line;
	} rows[] = {
		{ "{" TIME "," WHO ",\"MESSAGE\":\"a b\"}", HEAD "a b" },
		{ "{ \"MESSAGE\" : \"x\" , " WHO " , \"PRIORITY\" : 6, " TIME " }", HEAD "x" },
		{ "{" TIME "," WHO ",\"MESSAGE\":\"\\\"q\\\" \\\\ \\/ \\u00e9\\u20ac\\ud83d\"}",
		  HEAD "\"q\" \\ / \xc3\xa9\xe2\x82\xac?" },
		{ "{" TIME "," WHO ",\"MESSAGE\":\"a\\nb\\u000ac\\r\\t\"}", HEAD "a b c  " },
		{ "{" TIME "," WHO ",\"MESSAGE\":[97, 255,10]}", HEAD "a\xff " },
		{ "{" TIME ",\"_COMM\":\"na med:[1]\",\"MESSAGE\":\"m\"}",
		  "2026-11-21T19:27:15.456Z localhost named1[0]: m" },
		{ "{" TIME "," WHO ",\"A\":[\"x]\",\"y\"],\"B\":null,\"MESSAGE\":\"m\"}",
		  HEAD "m" },
		/* none */
		{ "{" TIME "," WHO "}", "" },
		{ "{" WHO ",\"MESSAGE\":\"a\"}", "" },
		{ "{" TIME "," WHO ",\"MESSAGE\":null}", "" },
		{ "{" TIME "," WHO ",\"MESSAGE\":[97,256]}", "" },
		{ "{" TIME "," WHO ",\"MESSAGE\":[]}", "" },
		{ "{" TIME "," WHO ",\"MESSAGE\":\"\\u00g0\"}", "" },
		{ "{" TIME "," WHO ",\"MESSAGE\":\"open", "" },
		{ "{" TIME "," WHO ",\"MESSAGE\":\"a\\\"}", "" },
		{ "{" TIME "," WHO ",\"MESSAGE\":\"a\"", "" },
		{ "{\"__REALTIME_TIMESTAMP\":\"17952892354560009999\",\"MESSAGE\":\"a\"}", "" },
		{ "{\"__REALTIME_TIMESTAMP\":\"-1\",\"MESSAGE\":\"a\"}", "" },
		{ "{}", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(read_line(rows[i].json), rows[i].line);
}

static void test_long(void **state)
{
	static char json[2 * ED_JOURNAL_LINE_MAX_BYTES];
	int n = snprintf(json, sizeof(json), "{" TIME "," WHO ",\"MESSAGE\":\"");

	(void)state;
	memset(json + n, 'a', ED_JOURNAL_LINE_MAX_BYTES);
	memcpy(json + n + ED_JOURNAL_LINE_MAX_BYTES, "\"}", 3);
	assert_string_equal(read_line(json), "");
	memcpy(json + n + 100, "\"}", 3);
	assert_int_equal(strlen(read_line(json)), strlen(HEAD) + 100);
}

/* Resolvers' lines among those of another program. */
static void test_formats(void **state)
{
	static const struct {
		const struct ed_format *f;
		const char *program, *message;
	} rows[] = {
		{ &ed_format_unbound, "unbound", "[7:0] info: 192.0.2.10 www.example.net. A IN" },
		{ &ed_format_dnsmasq, "dnsmasq", "query[A] www.example.net from 192.0.2.10" },
		{ &ed_format_bind, "named",
		  "client @0x7f 192.0.2.10#4000 (www.example.net): query: www.example.net IN A "
		  "+E(0)K (192.0.2.53)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct test_run run;
		char file[1024];

		(void)snprintf(file, sizeof(file),
			       "{" TIME ",\"SYSLOG_IDENTIFIER\":\"sshd\",\"MESSAGE\":\"hello\"}\n"
			       "{" TIME ",\"SYSLOG_IDENTIFIER\":\"%s\",\"_PID\":\"9\","
			       "\"MESSAGE\":\"%s\"}\n",
			       rows[i].program, rows[i].message);
		assert_ptr_equal(ed_format_sniff(ed_span_str(file)), rows[i].f);
		test_run_text(rows[i].f, file, &run);
		assert_int_equal(run.tally.n_read, 2);
		assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
		assert_int_equal(run.n_events, 1);
		assert_string_equal(test_name(&run, 0), "www.example.net");
		assert_string_equal(test_addr(&run.event[0].ev.client), "192.0.2.10");
		assert_int_equal(run.event[0].ev.time_quality, ED_TIME_EXACT_UTC);
		assert_string_equal(test_time(&run, 0), "2026-11-21T19:27:15.456Z");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
