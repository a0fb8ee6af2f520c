/* SPDX-License-Identifier: Apache-2.0 */
/* History read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <assert.h>
#include <stdlib.h>

#include "base/time.h"
#include "format/drive.h"

enum { EVENTS_MAX = 32, TEXT_MAX = 1 << 16 };

static struct {
	struct ed_tally tally;
	size_t n;
	_Alignas(8) uint8_t event[EVENTS_MAX][ED_EVENT_PROCESS_MAX_BYTES];
} run;

static void take(void *arg, const struct ed_batch *b)
{
	struct ed_event *ev;

	(void)arg;
	for (size_t pos = 0; (ev = ed_batch_at(b, pos)); pos += ev->size_bytes) {
		assert_true(ed_name_valid(ed_event_qname(ev)));
		assert_int_equal(ev->has & ~ed_format_history.fields, 0);
		assert_true((ev->has & ED_FIELD_CLIENT) || ev->process_off > 0);
		if (run.n < EVENTS_MAX)
			memcpy(run.event[run.n], ev, ev->size_bytes);
		run.n++;
	}
}

/* With ' for ", so that JSON can be read in C. */
static void json(const char *text)
{
	static char copy[TEXT_MAX];
	size_t n = strlen(text);

	assert_true(n < sizeof(copy));
	for (size_t i = 0; i <= n; i++)
		copy[i] = text[i] == '\'' ? '"' : text[i];
	memset(&run, 0, sizeof(run));
	assert_int_equal(ed_format_drive(&ed_format_history, ed_span_of(copy, n), take, NULL,
					 &run.tally),
			 0);
}

static const struct ed_event *event(size_t i)
{
	assert_true(i < run.n && i < EVENTS_MAX);
	return (const void *)run.event[i];
}

static void assert_text(size_t i, enum ed_text id, const char *want)
{
	assert_true(ed_span_is(ed_process_text(ed_event_process(event(i)), id), want));
}

static void assert_name(size_t i, const char *want)
{
	char text[ED_NAME_TEXT_MAX + 1];

	ed_name_to_text(ed_event_qname(event(i)), text);
	assert_string_equal(text, want);
}

static void assert_time(size_t i, const char *want)
{
	char text[ED_TIME_TEXT_MAX];

	ed_time_to_text(event(i)->time_ns, text);
	assert_string_equal(text, want);
}

static void assert_dropped(const char *text, enum ed_drop drop)
{
	json(text);
	assert_int_equal(run.n, 0);
	assert_int_equal(run.tally.n_read, 1);
	assert_int_equal(run.tally.n_dropped[drop], 1);
}

#define TIMES "'first':'2026-11-03T14:02:11.250Z','last':'2026-11-03T14:03:11.250Z',"

static void test_row(void **state)
{
	char text[ED_ADDR_TEXT_MAX];

	(void)state;
	json("{" TIMES "'count':1,'client':'192.0.2.10','net':7,'name':'a\\\\.b.example.net',"
	     "'type':'TXT','rcode':'NXDOMAIN','answer':'192.0.2.7','resolver':'192.0.2.53',"
	     "'indicator':'x'}\n");
	assert_int_equal(run.n, 1);
	assert_time(0, "2026-11-03T14:02:11.250Z");
	assert_int_equal(event(0)->kind, ED_EVENT_DNS_PAIR);
	assert_int_equal(event(0)->rcode, ED_RCODE_NXDOMAIN);
	assert_int_equal(event(0)->qtype, ED_RR_TXT);
	assert_int_equal(event(0)->net_tag, 7);
	assert_name(0, "a\\.b.example.net");
	ed_addr_to_text(&event(0)->client, text);
	assert_string_equal(text, "192.0.2.10");
	ed_addr_to_text(&event(0)->resolver, text);
	assert_string_equal(text, "192.0.2.53");
	assert_int_equal(event(0)->process_off, 0);
	assert_int_equal(event(0)->platform, ED_PLATFORM_UNKNOWN);
	assert_false(event(0)->has & ED_FIELD_QNAME_CASE);
	json("{" TIMES "'count':1,'client':'192.0.2.10','name':'a.net','type':'TYPE0'}\n");
	assert_int_equal(run.n, 1);
	assert_false(event(0)->has & ED_FIELD_QTYPE);
}

/* Evenly from first to last, up to a limit. */
static void test_count(void **state)
{
	(void)state;
	json("{" TIMES "'count':3,'client':'192.0.2.10','name':'a.net','type':'A'}\n");
	assert_int_equal(run.n, 3);
	assert_int_equal(event(0)->kind, ED_EVENT_DNS_QUERY);
	assert_time(1, "2026-11-03T14:02:41.250Z");
	assert_time(2, "2026-11-03T14:03:11.250Z");
	assert_int_equal(run.tally.n_analysed, 1);
	json("{" TIMES "'count':4000000000,'client':'192.0.2.10','name':'a.net','type':'A'}\n");
	assert_int_equal(run.n, 16);
	json("{" TIMES "'count':99999999999999999999,'client':'192.0.2.10','name':'a.net'}\n");
	assert_int_equal(run.n, 16);
	json("{'first':'2026-11-03T14:02:11Z','last':'1999-01-01T00:00:00Z','count':2,"
	     "'client':'192.0.2.10','name':'a.net'}\n");
	assert_time(1, "2026-11-03T14:02:11.000Z");
}

static void test_who(void **state)
{
	(void)state;
	json("{" TIMES "'count':1,'name':'a.net','type':'A','host':'ws1',"
	     "'process':'C:\\\\Windows\\\\x.exe','user':'ann'}\n"
	     "{" TIMES "'count':1,'name':'a.net','type':'A','host':'s1','process':'/usr/bin/dig'}\n"
	     "{" TIMES "'count':1,'name':'a.net','type':'A','host':'m1',"
	     "'process':'/System/Library/agent'}\n"
	     "{" TIMES "'count':1,'name':'a.net','type':'A','host':'m1','process':'agent'}\n");
	assert_int_equal(run.n, 4);
	assert_text(0, ED_TEXT_HOST, "ws1");
	assert_text(0, ED_TEXT_IMAGE, "C:\\Windows\\x.exe");
	assert_text(0, ED_TEXT_USER, "ann");
	assert_int_equal(event(0)->platform, ED_PLATFORM_WINDOWS);
	assert_int_equal(event(1)->platform, ED_PLATFORM_LINUX);
	assert_int_equal(event(2)->platform, ED_PLATFORM_MACOS);
	assert_int_equal(event(3)->platform, ED_PLATFORM_UNKNOWN);
}

/* What its source masked is masked again. */
static void test_hidden(void **state)
{
	(void)state;
	json("{" TIMES "'count':1,'name':'f92d5498.hidden','host':'m1','process':'agent'}\n"
	     "{" TIMES "'count':1,'name':'f92d549x.hidden','host':'m1','process':'agent'}\n"
	     "{" TIMES "'count':1,'name':'f92d5498.hidden','client':'192.0.2.1'}\n");
	assert_int_equal(run.n, 3);
	assert_true(event(0)->lost & ED_LOST_NAME);
	assert_name(0, "f92d5498.hidden");
	assert_false(event(1)->lost & ED_LOST_NAME);
	assert_false(event(2)->lost & ED_LOST_NAME);
}

static void test_dropped(void **state)
{
	(void)state;
	assert_dropped("{" TIMES "'count':1,'name':'a.net','type':'A'}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{" TIMES "'count':1,'name':'a.net','client':'x'}\n", ED_DROP_BAD_LINE);
	assert_dropped("{'first':'x','last':'y','count':1,'name':'a.net','client':'192.0.2.1'}\n",
		       ED_DROP_BAD_LINE);
	assert_dropped("{'first':1793714531,'last':'y','count':1,'name':'a.net',"
		       "'client':'192.0.2.1'}\n",
		       ED_DROP_BAD_LINE);
	assert_dropped("{'count':1\n", ED_DROP_BAD_LINE);
	assert_dropped("{'name':'a.net'}\n", ED_DROP_OTHER_LOG);
}

static void test_probe(void **state)
{
	static const char line[] = "{\"first\":\"2026-11-03T14:02:11.250Z\",\"last\":"
				   "\"2026-11-03T14:02:11.250Z\",\"count\":1,\"client\":"
				   "\"192.0.2.1\",\"name\":\"a.net\",\"type\":\"A\"}\n";

	(void)state;
	assert_true(ed_format_history.probe(ed_span_str(line)) > 0);
	assert_ptr_equal(ed_format_sniff(ed_span_str(line)), &ed_format_history);
	assert_int_equal(ed_format_history.probe(ed_span_str("{\"a\":1}\n")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_row),     cmocka_unit_test(test_count),
		cmocka_unit_test(test_who),     cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_dropped), cmocka_unit_test(test_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
