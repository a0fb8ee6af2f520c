/* SPDX-License-Identifier: Apache-2.0 */
/* DNS logs of Zscaler. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

#define LINE(rest)                                                                     \
	"{\"sourcetype\":\"zscalernss-dns\",\"event\":{\"clt_sip\":\"192.0.2.10\","    \
	"\"srv_dip\":\"198.51.100.1\",\"srv_dport\":\"53\",\"dns_req\":\"www.a.net\"," \
	"\"dns_reqtype\":\"TXT record\",\"istcp\":\"0\",\"protocol\":\"DNS\"," rest "}}\n"
#define EPOCH "\"epochtime\":\"1793714531\","

static void zscaler(const char *text)
{
	test_run_text(&ed_format_zscaler, text, &run);
}

static void test_lookup(void **state)
{
	static const char line[] = LINE(EPOCH "\"datetime\":\"Mon Oct 16 22:55:48 2023\","
					      "\"dns_resp\":\"abcd\",\"restype\":\"TXT\","
					      "\"error\":\"\",\"durationms\":\"12\"");
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	zscaler(line);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(ev->vantage, ED_VANTAGE_RESOLVER);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.000Z");
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_string_equal(test_addr(&ev->resolver), "198.51.100.1");
	assert_int_equal(ev->resolver_port, 53);
	assert_string_equal(test_name(&run, 0), "www.a.net");
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_int_equal(ev->transport, ED_TRANSPORT_UDP);
	assert_int_equal(ev->answers.n, 1);
	assert_int_equal(ev->answers.bytes_opaque, 4);
	assert_int_equal(ev->rtt_us, 12000);
	assert_false(ev->has & (ED_FIELD_RCODE | ED_FIELD_TTL));
	assert_int_equal(ev->has & ~ed_format_zscaler.fields, 0);
	assert_int_equal(test_probe(&ed_format_zscaler, line), 92);
}

/* Without the number the words tell the time, and only GMT is no guess. */
static void test_times(void **state)
{
	(void)state;
	zscaler(LINE("\"datetime\":\"Tue Nov  3 14:02:11 2026\",\"tz\":\"GMT\"")
			LINE("\"time\":\"Tue Nov  3 14:02:11 2026\",\"tz\":\"CET\""));
	assert_int_equal(run.n_events, 2);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.000Z");
	assert_int_equal(run.event[0].ev.time_quality, ED_TIME_EXACT_UTC);
	assert_string_equal(test_time(&run, 1), "2026-11-03T14:02:11.000Z");
	assert_int_equal(run.event[1].ev.time_quality, ED_TIME_ZONE_ASSUMED);
	assert_int_equal(run.event[0].ev.kind, ED_EVENT_DNS_QUERY);
}

/* A response code stands where an error or where an answer would. */
static void test_rcodes(void **state)
{
	(void)state;
	zscaler(LINE(EPOCH "\"error\":\"NXDOMAIN\"") LINE(EPOCH "\"dns_resp\":\"SERVFAIL\"")
			LINE(EPOCH "\"error\":\"EMPTY_RESP\"")
				LINE(EPOCH "\"restype\":\"IPv4\",\"dns_resp\":\"192.0.2.7\""));
	assert_int_equal(run.n_events, 4);
	assert_int_equal(run.event[0].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(run.event[1].ev.rcode, ED_RCODE_SERVFAIL);
	assert_int_equal(run.event[2].ev.kind, ED_EVENT_DNS_PAIR);
	assert_false(run.event[2].ev.has & (ED_FIELD_RCODE | ED_FIELD_ANSWERS));
	assert_int_equal(run.event[3].ev.answers.first_v4, 0xc0000207);
}

static void test_damage(void **state)
{
	(void)state;
	zscaler(LINE("\"tz\":\"GMT\"") LINE("\"datetime\":\"Tue Nov 31 14:02:11 2026\"") LINE(
		"\"datetime\":\"Tue Nov  3 2026\"") "{\"event\":{\"url\":\"a.net\"}}\n{\"event\":{\n");
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_rcodes),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
