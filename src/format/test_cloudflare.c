/* SPDX-License-Identifier: Apache-2.0 */
/* Cloudflare Gateway DNS logs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

static struct test_run run;

#define LINE(time, rest)                                                                           \
	"{\"Datetime\":" time ",\"QueryName\":\"wWw.a.net\",\"QueryNameReversed\":\"net.a.wWw\","  \
	"\"QueryType\":1,\"QueryTypeName\":\"A\",\"QuerySize\":44,\"SrcIP\":\"192.0.2.10\","       \
	"\"SrcPort\":40000,\"DstIP\":\"198.51.100.1\",\"DstPort\":443,\"Protocol\":\"https\"" rest \
	"}\n"
#define TIME "\"2026-11-03T14:02:11.25Z\""
/* www.a.net A 192.0.2.7 for 60 s; the same name TXT "abc" for 5 s */
#define ADDRESS "{\"type\":\"1\",\"data\":\"A3d3dwFhA25ldAAAAQABAAAAPAAEwAACBw==\"}"
#define TEXT "{\"type\":\"16\",\"data\":\"A3d3dwFhA25ldAAAEAABAAAABQAEA2FiYw==\"}"

static void cloudflare(const char *text)
{
	test_run_text(&ed_format_cloudflare, text, &run);
}

static void test_lookup(void **state)
{
	static const char line[] = LINE(TIME, ",\"RCode\":0,\"RData\":[" ADDRESS "," TEXT
					      "],\"ResolvedIPs\":[\"192.0.2.7\"]");
	const struct ed_event *ev = &run.event[0].ev;

	(void)state;
	cloudflare(line);
	assert_int_equal(run.n_events, 1);
	assert_int_equal(ev->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(ev->vantage, ED_VANTAGE_RESOLVER);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_string_equal(test_addr(&ev->client), "192.0.2.10");
	assert_string_equal(test_addr(&ev->resolver), "198.51.100.1");
	assert_int_equal(ev->client_port, 40000);
	assert_int_equal(ev->resolver_port, 443);
	assert_int_equal(ev->transport, ED_TRANSPORT_DOH);
	assert_memory_equal(run.event[0].name, "\3wWw\1a\3net", 11);
	assert_int_equal(ev->qtype, ED_RR_A);
	assert_int_equal(ev->size_query, 44);
	assert_int_equal(ev->answers.n, 2);
	assert_int_equal(ev->answers.first_v4, 0xc0000207);
	assert_int_equal(ev->answers.bytes_opaque, 4);
	assert_int_equal(ev->answers.ttl_min_s, 5);
	assert_int_equal(ev->answers.ttl_max_s, 60);
	assert_int_equal(ev->has & ~ed_format_cloudflare.fields, 0);
	assert_int_equal(test_probe(&ed_format_cloudflare, line), 92);
}

/* Records that cannot be read leave the addresses. */
static void test_addresses(void **state)
{
	static const char list[] = LINE(TIME,
					",\"RCode\":0,\"RData\":[{\"type\":\"1\",\"data\":\"!!\"}],"
					"\"ResolvedIPs\":[\"192.0.2.7\",\"2001:db8::7\"]")
		LINE(TIME, ",\"RCode\":3,\"RData\":[],\"ResolvedIPs\":[]")
			LINE(TIME, ",\"RCode\":0,\"RData\":[{\"type\":\"1\",\"data\":"
				   "\"/////////////////////w==\"}]");

	(void)state;
	cloudflare(list);
	assert_int_equal(run.n_events, 3);
	assert_int_equal(run.event[0].ev.answers.n, 2);
	assert_int_equal(run.event[0].ev.answers.n_addresses, 2);
	assert_false(run.event[0].ev.has & ED_FIELD_TTL);
	assert_int_equal(run.event[1].ev.rcode, ED_RCODE_NXDOMAIN);
	assert_true(run.event[1].ev.has & ED_FIELD_ANSWERS);
	assert_int_equal(run.event[2].ev.answers.n, 0);
}

/* The customer chooses the form of the time. */
static void test_times(void **state)
{
	(void)state;
	cloudflare(LINE("1793714531", "") LINE("1793714531250000000", "")
			   LINE("\"1793714531\"", ""));
	assert_int_equal(run.n_events, 3);
	assert_string_equal(test_time(&run, 0), "2026-11-03T14:02:11.000Z");
	assert_string_equal(test_time(&run, 1), "2026-11-03T14:02:11.250Z");
	assert_string_equal(test_time(&run, 2), "2026-11-03T14:02:11.000Z");
	assert_int_equal(run.event[0].ev.kind, ED_EVENT_DNS_QUERY);
}

static void test_damage(void **state)
{
	(void)state;
	cloudflare(LINE("\"soon\"", "") LINE(
		"12345678901234567890", "") "{\"QueryNameReversed\":\"net.a\",\"Datetime\":1}\n"
					    "{\"QueryName\":\"a.net\"}\n[1,2\n");
	assert_int_equal(run.n_events, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 3);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
