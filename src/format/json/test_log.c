/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON logs share: envelopes, places, hostile nesting, names, times. By way of two formats
 * that use all of it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/text/base64.h"
#include "format/json/log.h"
#include "format/test_log.h"

enum { LONG_LINE = 900000, ROOM = 16 };

static struct test_run run;

static struct ed_event time_of(const char *text)
{
	struct ed_json_log_record r = { .places = 0 };
	struct ed_logtime state = { .date_n = 0 };
	struct ed_event ev = { .time_ns = -1 };
	uint8_t copy[64 + ED_UNIT_PADDING_BYTES] = { 0 };

	r.time = &state;
	memcpy(copy, text, strlen(text));
	if (!ed_json_log_time(&r, ed_span_of(copy, strlen(text)), &ev))
		ev.time_ns = -1;
	return ev;
}

static void test_times(void **state)
{
	(void)state;
	assert_int_equal(time_of("1793714531").time_ns, 1793714531 * ED_NS_PER_S);
	assert_int_equal(time_of("1793714531.25").time_ns, 1793714531 * ED_NS_PER_S + 250000000);
	assert_int_equal(time_of("1793714531250").time_ns, 1793714531 * ED_NS_PER_S + 250000000);
	assert_int_equal(time_of("1793714531250000").time_ns, 1793714531 * ED_NS_PER_S + 250000000);
	assert_int_equal(time_of("1793714531250000001").time_ns,
			 1793714531 * ED_NS_PER_S + 250000001);
	assert_int_equal(time_of("2026-11-03T15:02:11+01:00").time_ns, 1793714531 * ED_NS_PER_S);
	assert_int_equal(time_of("2026-11-03T15:02:11+01:00").time_quality, ED_TIME_OFFSET_KNOWN);
	assert_int_equal(time_of("2026-11-03T14:02:11").time_quality, ED_TIME_ZONE_ASSUMED);
	assert_int_equal(time_of("9999999999999999999").time_ns, -1);
	assert_int_equal(time_of("17937145312500x").time_ns, -1);
	assert_int_equal(time_of("Nov  3 14:02:11").time_ns, -1);
	assert_int_equal(time_of("").time_ns, -1);
}

static void test_spans(void **state)
{
	struct ed_event ev = { .has = 0 };

	(void)state;
	ed_json_log_rtt(ed_span_str("0.0028"), 1000000, &ev);
	assert_int_equal(ev.rtt_us, 2800);
	ed_json_log_rtt(ed_span_str("8"), 1000, &ev);
	assert_int_equal(ev.rtt_us, 8000);
	ev.has = 0;
	ed_json_log_rtt(ed_span_str("-1"), 1000, &ev);
	ed_json_log_rtt(ed_span_str("2147484"), 1000, &ev);
	ed_json_log_rtt(ed_span_str("99999999999"), 1, &ev);
	assert_int_equal(ev.has, 0);
}

/* No name hides by being none: what master files would not hold is kept in another way. */
static void test_names(void **state)
{
	(void)state;
	test_run_text(
		&ed_format_zscaler,
		"{\"epochtime\":1,\"clt_sip\":\"192.0.2.1\",\"dns_req\":\"a..b\\\\300.net\"}\n"
		"{\"epochtime\":1,\"clt_sip\":\"192.0.2.1\",\"dns_req\":\"\"}\n"
		"{\"epochtime\":1,\"clt_sip\":\"192.0.2.1\",\"dns_req\":\"a\\\\065.net\"}\n",
		&run);
	assert_int_equal(run.n_events, 3);
	assert_true(run.event[0].ev.name_n > 1);
	assert_true(run.event[0].ev.lost & ED_LOST_ESCAPES);
	assert_true(run.event[0].ev.lost & ED_LOST_LABELS);
	assert_int_equal(run.event[1].ev.name_n, 1);
	assert_memory_equal(run.event[2].name, "\2aA\3net", 8);
	assert_int_equal(run.event[2].ev.lost, ED_LOST_ESCAPES);
}

/* A record is an object in an array of records, however deep its envelope. */
static void test_envelopes(void **state)
{
	(void)state;
	test_run_text(
		&ed_format_zscaler,
		"[{\"event\":{\"dns_req\":\"a\"}},{\"event\":{\"dns_req\":\"b\"}},{\"x\":1}]\n"
		"{\"event\":[{\"dns_req\":\"a\"},{\"event\":{\"dns_req\":\"b\"}}]}\n"
		"[]\n[1,\"a\",null]\n"
		"[{\"dns_req\":\"a\"},{\"dns_req\"}]\n",
		&run);
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_read, 9);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 5);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
}

/* @n times @part in a line of its own. */
static struct ed_span repeat(const char *part, size_t n)
{
	size_t part_n = strlen(part);
	uint8_t *p = calloc(1, n * part_n + 1);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		memcpy(p + i * part_n, part, part_n);
	p[n * part_n] = '\n';
	return ed_span_of(p, n * part_n + 1);
}

/* Brackets without end, an escape in every second byte, nothing but records that are none. */
static void test_hostile(void **state)
{
	static const struct {
		const char *part;
		enum ed_drop drop;
	} cases[] = {
		{ "[", ED_DROP_BAD_LINE },
		{ "{\"event\":", ED_DROP_BAD_LINE },
		{ "\\u0000", ED_DROP_BAD_LINE },
		{ "\"", ED_DROP_BAD_LINE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ed_span file = repeat(cases[i].part, LONG_LINE / strlen(cases[i].part));

		test_run(&ed_format_zscaler, file, &run);
		assert_int_equal(run.tally.n_read, 1);
		assert_int_equal(run.tally.n_dropped[cases[i].drop], 1);
		free((void *)(uintptr_t)file.p);
	}
}

static size_t decode(const char *text, uint8_t ret[static ROOM])
{
	return ed_base64_decode(ed_span_str(text), ret, ROOM);
}

static void test_base64(void **state)
{
	uint8_t ret[ROOM];

	(void)state;
	assert_int_equal(decode("YWJj", ret), 3);
	assert_memory_equal(ret, "abc", 3);
	assert_int_equal(decode("YWI=", ret), 2);
	assert_memory_equal(ret, "ab", 2);
	assert_int_equal(decode("YQ==", ret), 1);
	assert_int_equal(decode("+/9", ret), 2);
	assert_memory_equal(ret, "\xfb\xff", 2);
	assert_int_equal(decode("", ret), 0);
	assert_int_equal(decode("Y", ret), 0);
	assert_int_equal(decode("Y=Jj", ret), 0);
	assert_int_equal(decode("YW J", ret), 0);
	assert_int_equal(decode("YWJjYWJjYWJjYWJjYWJj", ret), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),   cmocka_unit_test(test_spans),
		cmocka_unit_test(test_names),   cmocka_unit_test(test_envelopes),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
