/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of log lines: names are exactly what base/name.h makes of them, and times, addresses and
 * numbers keep to their bounds.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/time.h"
#include "format/text/logline.h"

enum { TEXT_MAX = 400 };

/* An event with its room, and guard bytes behind it. */
union event_room {
	struct ed_event ev;
	uint8_t bytes[ED_EVENT_MAX_BYTES + 64];
};

static void check_name(const char *text, enum ed_name_style style)
{
	static union event_room room;
	uint8_t padded[TEXT_MAX + ED_LOGLINE_SLACK_BYTES] = { 0 };
	size_t n = strlen(text);
	struct ed_name want;
	bool good;

	memset(&room, 0xa5, sizeof(room));
	memset(&room.ev, 0, sizeof(room.ev));
	memcpy(padded, text, n);
	good = n > 0 && ed_name_from_text(ed_span_of(padded, n), style, &want) == 0;
	if (ed_logline_name(ed_span_of(padded, n), style, &room.ev) != good)
		print_message("%s\n", text);
	assert_int_equal(!!(room.ev.has & ED_FIELD_QNAME), good);
	for (size_t i = ED_EVENT_MAX_BYTES; i < sizeof(room.bytes); i++)
		assert_int_equal(room.bytes[i], 0xa5);
	if (!good)
		return;
	assert_int_equal(room.ev.name_n, want.n);
	assert_memory_equal(ed_event_name(&room.ev), want.wire, want.n);
}

/* Names of every length with labels of every length, proper and not. */
static void test_names(void **state)
{
	static const char *const odd[] = { ".",       "..",  "a..b",  ".a",    "a.b.", "a\\.b.c",
					   "\\000.a", "a\\", "a\\25", "a.b..", "" };
	char text[TEXT_MAX];

	(void)state;
	for (size_t label = 1; label <= 65; label++) {
		for (size_t n = 1; n <= 260; n++) {
			for (size_t i = 0; i < n; i++)
				text[i] = i % (label + 1) == label ? '.' : (char)('a' + i % 26);
			text[n] = '\0';
			check_name(text, ED_NAME_MASTER);
			check_name(text, ED_NAME_PLAIN);
		}
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		check_name(odd[i], ED_NAME_MASTER);
		check_name(odd[i], ED_NAME_PLAIN);
	}
}

static size_t read_time(const char *text, struct ed_logtime_read *ret)
{
	uint8_t padded[TEXT_MAX + ED_LOGLINE_SLACK_BYTES] = { 0 };
	struct ed_logtime t = { .date_n = 0 };

	memcpy(padded, text, strlen(text));
	return ed_logtime_read(&t, ed_span_of(padded, strlen(text)), ret);
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		enum ed_time_quality quality;
		const char *want;
	} cases[] = {
		{ "2026-11-03T14:02:11Z x", 20, ED_TIME_OFFSET_KNOWN, "2026-11-03T14:02:11.000Z" },
		{ "2026-11-03T14:02:11.25Z x", 23, ED_TIME_EXACT_UTC, "2026-11-03T14:02:11.250Z" },
		{ "2026-11-03 14:02:11,250 x", 23, ED_TIME_ZONE_ASSUMED,
		  "2026-11-03T14:02:11.250Z" },
		{ "2026-11-03T14:02:11.123456789-0530 x", 34, ED_TIME_OFFSET_KNOWN,
		  "2026-11-03T19:32:11.123Z" },
		{ "2026/11/03 14:02:11 x", 19, ED_TIME_ZONE_ASSUMED, "2026-11-03T14:02:11.000Z" },
		{ "29-Feb-2024 23:59:60.000 x", 24, ED_TIME_ZONE_ASSUMED,
		  "2024-03-01T00:00:00.000Z" },
		{ "Feb 29 00:00:00 x", 15, ED_TIME_YEAR_ASSUMED, "1972-02-29T00:00:00.000Z" },
		{ "nov 3 14:02:11 x", 14, ED_TIME_YEAR_ASSUMED, "1972-11-03T14:02:11.000Z" },
	};
	static const char *const wrong[] = {
		"2026-13-03T14:02:11Z",
		"2026-02-29T14:02:11Z",
		"2026-11-03T24:02:11Z",
		"2026-11-03T14:60:11Z",
		"2026-11-03T14:02:61Z",
		"2026-11-03T1a:02:11Z",
		"32-Nov-2026 14:02:11 ",
		"03-Nop-2026 14:02:11 ",
		"Nov 31 14:02:11 x",
		"Nov  0 14:02:11 x",
		"Nov 0314:02:11 x",
		"Nov  3",
		"2026-11-03",
		"",
		"9999-11-03T14:02:11Z",
	};
	char text[ED_TIME_TEXT_MAX];
	struct ed_logtime_read got;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_time(cases[i].text, &got), cases[i].n);
		ed_time_to_text(got.time_ns, text);
		assert_string_equal(text, cases[i].want);
		assert_int_equal(got.quality, cases[i].quality);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (read_time(wrong[i], &got) != 0)
			print_message("%s\n", wrong[i]);
		assert_int_equal(read_time(wrong[i], &got), 0);
		assert_int_equal(got.quality, ED_TIME_NONE);
	}
}

/* Exactly what base/time.h makes of it, within its bounds. */
static void test_seconds(void **state)
{
	static const char *const good[] = {
		"0",        "0.000000001", "1793714531", "1793714531.250", "9223372034.999999999",
		"0.339000", "4.019169631"
	};
	static const char *const wrong[] = { "",          ".",           ".5",           "5.",
					     "1.2.3",     "-1",          "+1",           "x",
					     "1x",        "12345678901", "1.0123456789", "1 ",
					     "9999999999" };
	int64_t want, got;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(ed_time_from_epoch_text(ed_span_str(good[i]), &want));
		assert_true(ed_logline_seconds(ed_span_str(good[i]), &got));
		assert_int_equal(got, want);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(ed_logline_seconds(ed_span_str(wrong[i]), &got));
}

static void check_endpoint(const char *text, char separator, const char *want, int port)
{
	uint8_t padded[TEXT_MAX + ED_LOGLINE_SLACK_BYTES] = { 0 };
	char got[ED_ADDR_TEXT_MAX];
	uint16_t got_port = 0;
	struct ed_addr addr;
	bool good;

	memcpy(padded, text, strlen(text));
	good = ed_logline_endpoint(ed_span_of(padded, strlen(text)), separator, &addr, &got_port);
	assert_int_equal(good, want != NULL);
	if (!want)
		return;
	ed_addr_to_text(&addr, got);
	assert_string_equal(got, want);
	assert_int_equal(got_port, port);
}

static void test_endpoints(void **state)
{
	(void)state;
	check_endpoint("192.0.2.1#53", '#', "192.0.2.1", 53);
	check_endpoint("192.0.2.1", '#', "192.0.2.1", 0);
	check_endpoint("2001:db8::1#65535", '#', "2001:db8::1", 65535);
	check_endpoint("[2001:db8::1]:53", ':', "2001:db8::1", 53);
	check_endpoint("fe80::1%eth0#53", '#', "fe80::1", 53);
	check_endpoint("192.0.2.1#65536", '#', NULL, 0);
	check_endpoint("192.0.2.1#", '#', NULL, 0);
	check_endpoint("192.0.2.256#1", '#', NULL, 0);
	check_endpoint("#1", '#', NULL, 0);
	check_endpoint("%1#1", '#', NULL, 0);
	check_endpoint("[]:1", ':', NULL, 0);
	check_endpoint("", ':', NULL, 0);
}

/* Control characters make a line damage; tabs and bytes beyond ASCII do not. */
static void test_other(void **state)
{
	char line[40];

	(void)state;
	for (size_t n = 0; n < 32; n++) {
		for (size_t at = 0; at < n; at++) {
			memset(line, 'x', sizeof(line));
			line[at] = '\t';
			assert_int_equal(ed_logline_other(ed_span_of(line, n)), ED_DROP_OTHER_LOG);
			line[at] = '\377';
			assert_int_equal(ed_logline_other(ed_span_of(line, n)), ED_DROP_OTHER_LOG);
			line[at] = '\037';
			assert_int_equal(ed_logline_other(ed_span_of(line, n)), ED_DROP_BAD_LINE);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),   cmocka_unit_test(test_times),
		cmocka_unit_test(test_seconds), cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
