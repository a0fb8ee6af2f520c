/* SPDX-License-Identifier: Apache-2.0 */
/* Windows events as XML: the writers' shapes, borders between events, what is no event. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_events.h"

static struct test_events run;

static void xml(const char *text)
{
	test_events_run(&ed_format_windows_xml, ed_span_str(text), &run);
}

#define NS "http://schemas.microsoft.com/win/2004/08/events/event"
#define SYSTEM(id)                                                                              \
	"<System><Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-"     \
	"06f5698ffbd9}'/><EventID>" id "</EventID><Version>5</Version><TimeCreated SystemTime=" \
	"'2026-11-03T14:02:12.700000000Z'/><Correlation/><Execution ProcessID='2828' ThreadID=" \
	"'1684'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>PC1.example." \
	"net</Computer><Security UserID='S-1-5-18'/></System>"
#define EVENT_AT(time, name)                                                                               \
	"<Event xmlns='" NS "'>" SYSTEM(                                                                   \
		"22") "<EventData><Data Name='RuleName'></Data><Data Name="                                \
		      "'UtcTime'>" time                                                                    \
		      "</Data><Data Name='ProcessGuid'>{42c2e005-4c48-69e9-a902-"                          \
		      "000000000400}</Data><Data Name='ProcessId'>6988</Data><Data Name='QueryName'>" name \
		      "</Data><Data Name='QueryStatus'>0</Data><Data Name='QueryResults'>type:  5 "        \
		      "edge.example.com;::ffff:192.0.2.7;</Data><Data Name='Image'>C:\\a&amp;b.exe</Data>" \
		      "<Data Name='User'>EXAMPLE\\ann</Data></EventData></Event>"
#define EVENT(name) EVENT_AT("2026-11-03 14:02:11.250", name)

/* wevtutil in double quotes and on many lines, with what a collector adds behind it. */
static const char
	pretty[] = "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Events>\r\n"
		   "<Event xmlns=\"" NS "\">\r\n  <System>\r\n"
		   "    <Provider Name=\"Microsoft-Windows-Sysmon\" Guid=\"{5770385f}\" />\r\n"
		   "    <EventID Qualifiers=\"\">22</EventID>\r\n"
		   "    <TimeCreated SystemTime=\"2026-11-03T14:02:12.7Z\" />\r\n"
		   "    <Computer>PC1.example.net.</Computer>\r\n  </System>\r\n  <EventData>\r\n"
		   "    <Data Name=\"UtcTime\">2026-11-03 14:02:11.250</Data>\r\n"
		   "    <Data Name=\"ProcessId\">0x1b4c</Data>\r\n"
		   "    <Data Name=\"QueryName\">a.example.com</Data>\r\n"
		   "    <Data Name=\"QueryStatus\">9003</Data>\r\n"
		   "    <Data Name=\"Image\">C:\\a&#38;b&#x2e;exe</Data>\r\n  </EventData>\r\n"
		   "  <RenderingInfo Culture=\"en-US\"><Message>Dns query:\r\nImage: y</Message>"
		   "<Keywords><Keyword>k</Keyword></Keywords></RenderingInfo>\r\n</Event>\r\n"
		   "</Events>\r\n";

static void test_shapes(void **state)
{
	(void)state;
	xml(EVENT("www.example.com") EVENT("www.example.com") "\n" EVENT("www.example.com"));
	assert_int_equal(run.tally.n_read, 3);
	assert_int_equal(run.n_kind[ED_EVENT_DNS_PAIR], 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(test_events_name(&run, i), "www.example.com");
		assert_string_equal(test_events_time(&run, i), "2026-11-03T14:02:11.250Z");
		assert_string_equal(test_events_text(&run, i, ED_TEXT_IMAGE), "C:\\a&b.exe");
		assert_string_equal(test_events_text(&run, i, ED_TEXT_USER), "EXAMPLE\\ann");
		assert_int_equal(test_events_event(&run, i)->answers.n, 2);
		assert_int_equal(ed_event_process(test_events_event(&run, i))->pid, 6988);
	}
	xml(pretty);
	assert_int_equal(run.tally.n_read, 1);
	assert_int_equal(run.n, 1);
	assert_int_equal(ed_event_process(test_events_event(&run, 0))->pid, 6988);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "C:\\a&b.exe");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), "PC1.example.net");
	assert_int_equal(test_events_event(&run, 0)->rcode, ED_RCODE_NXDOMAIN);
	assert_ptr_equal(ed_format_sniff(ed_span_str(pretty)), &ed_format_windows_xml);
	assert_int_equal(ed_format_windows_xml.probe(ed_span_of(pretty, 200)), 85);
	assert_int_equal(ed_format_windows_xml.probe(ed_span_str("<Events></Events>")), 0);
}

#define LINUX(id, data)                                                                         \
	"<Event><System><Provider Name=\"Linux-Sysmon\" Guid=\"{ff032593-a8d3-4f13-b0d6-"       \
	"01fc615a0f97}\"/><EventID>" id "</EventID><TimeCreated SystemTime=\"2026-11-03T14:02:" \
	"11.251Z\"/><Computer>web1</Computer></System><EventData><Data Name=\"UtcTime\">2026-"  \
	"11-03 14:02:11.250</Data><Data Name=\"ProcessGuid\">{d65774de-4c48-69e9-0000-"         \
	"000000000000}</Data><Data Name=\"ProcessId\">783</Data><Data Name=\"Image\">/usr/bin/" \
	"dig</Data>" data "</EventData></Event>"

/* Sysmon for Linux, in a syslog file among others. */
static void test_syslog(void **state)
{
	const struct ed_event *ev;

	(void)state;
	xml("Nov  3 14:02:10 web1 sshd[7]: Invalid user <Event>x</Event> from 192.0.2.9\n"
	    "Nov  3 14:02:11 web1 sysmon: " LINUX(
		    "3",
		    "<Data Name=\"Initiated\">true</Data><Data Name=\"SourceIp\">192.0.2.10"
		    "</Data><Data Name=\"SourcePort\">40000</Data><Data Name=\"DestinationIp\">"
		    "192.0.2.53</Data><Data Name=\"DestinationPort\">53</Data><Data Name=\"Pro"
		    "tocol\">udp</Data>") "\n"
					  "Nov  3 14:02:11 web1 sysmon[99]: " LINUX(
						  "1",
						  "<Data Name=\"CommandLine\">dig TXT "
						  "abc.t.example.com</Data>") "\n"
									      "Nov  3 14:02:12 web1 sysmon: <Event><System>cut\n"
									      "Nov  3 14:02:12 web1 cron[1]: (root) CMD (true)\n"
									      "Nov  3 14:02:13 web1 sysmon: " LINUX(
										      "5",
										      "") "\n");
	/* the rest of the first line, behind what looks like the end of an event, is a line, too */
	assert_int_equal(run.tally.n_read, 7);
	assert_int_equal(run.tally.n_analysed, 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 4);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
	assert_int_equal(run.n, 3);
	ev = test_events_event(&run, 0);
	assert_int_equal(ev->kind, ED_EVENT_FLOW);
	assert_int_equal(ev->platform, ED_PLATFORM_LINUX);
	assert_int_equal(ev->flow.service, ED_FLOW_DNS);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), "web1");
	assert_int_equal(test_events_event(&run, 1)->kind, ED_EVENT_PROCESS);
	assert_string_equal(test_events_name(&run, 2), "abc.t.example.com");
	assert_int_equal(test_events_event(&run, 2)->qtype, ED_RR_TXT);
}

/* The record's own time is sure; Sysmon's clock is not. */
static void test_clock(void **state)
{
	(void)state;
	xml(EVENT_AT("2026-10-30 09:00:00.000", "a.com") EVENT_AT("", "b.com"));
	assert_string_equal(test_events_time(&run, 0), "2026-11-03T14:02:12.700Z");
	assert_string_equal(test_events_time(&run, 1), "2026-11-03T14:02:12.700Z");
	assert_int_equal(test_events_event(&run, 0)->time_quality, ED_TIME_EXACT_UTC);
}

/* What a value holds neither ends an event nor begins one. */
static void test_injection(void **state)
{
	(void)state;
	xml(EVENT("a.&lt;/Data&gt;&lt;/EventData&gt;&lt;/Event&gt;.com") EVENT("&amp;lt;.com")
		    EVENT("&bogus;&#99999999;&;.com") EVENT("a\n<b>c</b>.com"));
	assert_int_equal(run.tally.n_read, 4);
	assert_int_equal(run.n, 3);
	assert_memory_equal(ed_event_name(test_events_event(&run, 0)),
			    "\1a\33</Data></EventData></Event>\3com", 35);
	assert_string_equal(test_events_name(&run, 1), "&lt\\;.com");
	assert_memory_equal(ed_event_name(test_events_event(&run, 2)), "\24&bogus;&#99999999;&;",
			    21);
	/* text with an element in it is no value: the lookup has no name */
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
}

/* What is broken costs itself and nothing behind it. */
static void test_damage(void **state)
{
	(void)state;
	xml("<Event xmlns='" NS
	    "'><System>\n" EVENT("a.com") "<Event><!-- --></Event>" EVENT("b.com") "<Event a='<'>x\ny</Event>\n<Event><a></b></Event>" EVENT(
		    "c.com") "<Event><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></Event>" EVENT("d.com") "stray\n\n<Event>" SYSTEM("22") "<EventData>");
	assert_int_equal(run.n, 4);
	assert_int_equal(run.tally.n_read, 4 + 5 + 1 + 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE] +
				 run.tally.n_dropped[ED_DROP_OTHER_LOG] +
				 run.tally.n_dropped[ED_DROP_CUT],
			 7);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(ed_event_name(test_events_event(&run, i))[1], 'a' + i);
	assert_int_equal(ed_format_windows_xml.probe(ed_span_str("<Event><a></b></Event>")), 0);
}

/* Units of a long file are cut between events; one event that is too long is counted once. */
static void test_long(void **state)
{
	size_t n_event = strlen(EVENT("www.example.com")), n = 3000;
	size_t n_long = ED_UNIT_MAX_BYTES + 5000;
	uint8_t *file = malloc(n * (n_event + 1) + n_long);
	size_t at = 0;

	(void)state;
	assert_non_null(file);
	for (size_t i = 0; i < n; i++) {
		memcpy(file + at, EVENT("www.example.com"), n_event);
		at += n_event;
		if (i % 3 == 0)
			file[at++] = '\n';
		if (i == n / 2) {
			memset(file + at, 'x', n_long);
			memcpy(file + at, "<Event><a>", 10);
			memcpy(file + at + n_long - 12, "</a></Event>", 12);
			at += n_long;
		}
	}
	test_events_run(&ed_format_windows_xml, ed_span_of(file, at), &run);
	assert_int_equal(run.tally.n_read, n + 1);
	assert_int_equal(run.n, n);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OVERSIZE], 1);
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes), cmocka_unit_test(test_syslog),
		cmocka_unit_test(test_clock),  cmocka_unit_test(test_injection),
		cmocka_unit_test(test_damage), cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
