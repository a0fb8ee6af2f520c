/* SPDX-License-Identifier: Apache-2.0 */
/* The unified log as JSON: both styles, who is believed, masks, cuts, faults. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_events.h"

static struct test_events run;

static void macos(const char *text)
{
	test_events_run(&ed_format_macos, ed_span_str(text), &run);
}

/* A record of the ndjson style. */
#define RECORD(image, message)                                                                \
	"{\"timezoneName\":\"\",\"timestamp\":\"2026-11-03 14:02:11.141999-0400\","           \
	"\"backtrace\":{\"frames\":[{\"imageOffset\":17}]},\"processID\":389,\"userID\":501," \
	"\"processImagePath\":\"" image "\",\"eventMessage\":\"" message "\"}"
#define RESPONDER "\\/usr\\/sbin\\/mDNSResponder"
#define AGENT "\\/usr\\/bin\\/osascript"
#define ASKED "[R1] DNSServiceQueryRecord(15000, 0, Www.example.net, TXT) START PID[123](curl)"

static void test_ndjson(void **state)
{
	const struct ed_event *ev;

	(void)state;
	macos("Filtering the log data using \"process == \\\"mDNSResponder\\\"\"\n" /* */
	      RECORD(RESPONDER, ASKED) "\n"                                         /* */
	      RECORD("\\/usr\\/bin\\/logger", ASKED) "\n{\"count\":2,\"finished\":1}\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(run.tally.n_read, 4);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 3);
	ev = test_events_event(&run, 0);
	assert_int_equal(ev->kind, ED_EVENT_DNS_QUERY);
	assert_int_equal(ev->platform, ED_PLATFORM_MACOS);
	assert_int_equal(ev->vantage, ED_VANTAGE_ENDPOINT);
	assert_string_equal(test_events_time(&run, 0), "2026-11-03T18:02:11.141Z");
	assert_int_equal(ev->time_quality, ED_TIME_OFFSET_KNOWN);
	assert_memory_equal(ed_event_name(ev), "\3Www\7example\3net", 17);
	assert_int_equal(ev->qtype, ED_RR_TXT);
	assert_int_equal(ev->has, ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE |
					  ED_FIELD_QTYPE | ED_FIELD_PROCESS | ED_FIELD_IMAGE);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "curl");
	assert_int_equal(test_events_process(&run, 0)->pid, 123);
	assert_int_equal(test_events_process(&run, 0)->attribution, ED_ATTRIBUTION_DIRECT);
	assert_int_not_equal(test_events_process(&run, 0)->id, 0);
}

static void test_masked(void **state)
{
	(void)state;
	macos(RECORD(RESPONDER,
		     "[R2] DNSServiceQueryRecord START -- qname: <mask.hash: 'aa=='>, qtype: A, "
		     "flags: 0x1D000, interface index: 0, client pid: 4 (x), name hash: f92d5498"));
	assert_int_equal(run.n, 1);
	assert_int_equal(test_events_event(&run, 0)->lost, ED_LOST_NAME);
	assert_string_equal(test_events_name(&run, 0), "f92d5498.hidden");
	assert_false(test_events_event(&run, 0)->has & ED_FIELD_QNAME_CASE);
}

/* The literal word of the predicate: the program that logs asks, if it does not name another. */
static void test_dns_request(void **state)
{
	(void)state;
	macos(RECORD(AGENT, "dns_request name=a.example type=TXT") "\n"          /* */
	      RECORD(AGENT, "dns_request pid=77 process=x query=b.example") "\n" /* */
	      RECORD(AGENT, "dns_request over"));
	assert_int_equal(run.n, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "/usr/bin/osascript");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_USER), "501");
	assert_int_equal(test_events_process(&run, 0)->pid, 389);
	assert_int_equal(test_events_process(&run, 0)->attribution, ED_ATTRIBUTION_DIRECT);
	assert_string_equal(test_events_text(&run, 1, ED_TEXT_IMAGE), "x");
	assert_int_equal(test_events_process(&run, 1)->pid, 77);
	assert_int_equal(test_events_process(&run, 1)->attribution, ED_ATTRIBUTION_WEAK);
}

/* --style json: an array whose records have a line for each value; and on one line. */
static void test_array(void **state)
{
	static const char head[] = "[{\n  \"traceID\" : 7,\n  \"eventMessage\" : \"" ASKED "\",\n";
	static const char tail[] = "  \"backtrace\" : {\n    \"frames\" : [\n      {\n        "
				   "\"imageOffset\" : 17\n      }\n    ]\n  },\n"
				   "  \"processImagePath\" : \"" RESPONDER "\",\n"
				   "  \"timestamp\" : \"2026-11-03 14:02:11.141999-0400\"\n";
	static char text[4096];

	(void)state;
	snprintf(text, sizeof(text), "%s%s},%s%s}]\n", head, tail, head + 1, tail);
	macos(text);
	assert_int_equal(run.n, 2);
	assert_int_equal(run.tally.n_read, 2);
	assert_int_equal(ed_format_macos.probe(ed_span_str(text)), 92);
	macos("[" RECORD(RESPONDER, ASKED) "," RECORD(RESPONDER, ASKED) "]\n");
	assert_int_equal(run.n, 2);
	assert_int_equal(run.tally.n_read, 2);
}

/* An array longer than a unit is cut between records, wherever the cut comes. */
static void test_long_array(void **state)
{
	enum { RECORDS = 3000 };
	static char text[RECORDS * 400];
	size_t at = 0;

	(void)state;
	for (unsigned i = 0; i < RECORDS; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "%s{\n  \"eventMessage\" : \"%s\",\n"
				       "  \"processImagePath\" : \"%s\",\n"
				       "  \"timestamp\" : \"2026-11-03 14:02:11.%06u-0400\"\n",
				       i > 0 ? "}," : "[", ASKED, RESPONDER, i);
		assert_true(at < sizeof(text) - 4);
	}
	memcpy(text + at, "}]\n", 4);
	macos(text);
	assert_int_equal(run.n, RECORDS);
	assert_int_equal(run.tally.n_read, RECORDS);
}

static void test_faults(void **state)
{
	static const char *const lines[] = {
		RECORD(RESPONDER, ASKED) "x",
		"{\"eventMessage\":\"" ASKED "\",\"processImagePath\":\"" RESPONDER "\"}",
		"{\"eventMessage\":\"" ASKED "\",\"processImagePath\":\"" RESPONDER
		"\",\"timestamp\":\"noon\"}",
		"plain text",
		RECORD(RESPONDER, "[R1] getaddrinfo start -- hostname: x"),
		RECORD(RESPONDER, "[R1] DNSServiceQueryRecord(1, 0, x.local, A) START PID[1](x)"),
		"{\"eventMe",
	};
	static char text[4096];

	(void)state;
	for (size_t i = 0, at = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", i > 0 ? "\n" : "",
				       lines[i]);
	macos(text);
	assert_int_equal(run.n, 0);
	assert_int_equal(run.tally.n_read, 7);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_MULTICAST], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 5);
}

/* A message cannot make a second record of itself, whatever stands in it. */
static void test_injection(void **state)
{
	(void)state;
	macos(RECORD("\\/tmp\\/x",
		     "\\n{\\\"eventMessage\\\":\\\"" ASKED
		     "\\\",\\\"processImagePath\\\":\\\"/usr/sbin/mDNSResponder\\\"}\\n") "\n");
	assert_int_equal(run.n, 0);
	assert_int_equal(run.tally.n_read, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ndjson),      cmocka_unit_test(test_masked),
		cmocka_unit_test(test_dns_request), cmocka_unit_test(test_array),
		cmocka_unit_test(test_long_array),  cmocka_unit_test(test_faults),
		cmocka_unit_test(test_injection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
