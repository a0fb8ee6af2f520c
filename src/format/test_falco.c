/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts of Falco. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/test_events.h"

static struct test_events run;

static void json(const char *text)
{
	test_events_json(&ed_format_falco, text, &run);
}

static const struct ed_event *event(size_t i)
{
	return test_events_event(&run, i);
}

static void assert_dropped(const char *text, enum ed_drop drop)
{
	json(text);
	assert_int_equal(run.n, 0);
	assert_int_equal(run.tally.n_read, 1);
	assert_int_equal(run.tally.n_dropped[drop], 1);
}

#define HEAD(type)                                                                                 \
	"{'time':'2026-11-03T14:02:12Z','hostname':'node1','rule':'R','priority':'Notice',"        \
	"'output_fields':{'evt.time':1793714531250000000,'evt.type':'" type "','proc.name':'dig'," \
	"'proc.exepath':'/usr/bin/dig','proc.cmdline':'dig TXT a.t.example','proc.pid':8,"         \
	"'proc.ppid':7,'proc.pname':'sh','proc.tty':0,'user.name':'www-data','container.id':'host'"

static void test_start(void **state)
{
	(void)state;
	json(HEAD("execve") "}}\n");
	assert_int_equal(run.n, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_PROCESS);
	assert_string_equal(test_events_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), "node1");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "/usr/bin/dig");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_PARENT), "sh");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_UNIT), "");
	assert_string_equal(test_events_name(&run, 1), "a.t.example");
	assert_int_equal(test_events_process(&run, 0)->launch, 0);
}

static void test_connect(void **state)
{
	(void)state;
	json(HEAD("connect") ",'fd.name':'192.0.2.10:40000->192.0.2.53:53','fd.l4proto':'udp'}}\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_FLOW);
	assert_string_equal(test_events_addr(&event(0)->client), "192.0.2.10");
	assert_int_equal(event(0)->client_port, 40000);
	assert_string_equal(test_events_addr(&event(0)->resolver), "192.0.2.53");
	assert_int_equal(event(0)->flow.service, ED_FLOW_DNS);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_UDP);
	json(HEAD("sendto") ",'fd.name':'2001:db8::1:40000->2001:db8::53:853'}}\n");
	assert_string_equal(test_events_addr(&event(0)->resolver), "2001:db8::53");
	assert_int_equal(event(0)->flow.service, ED_FLOW_DOT);
}

static void test_left_out(void **state)
{
	(void)state;
	assert_dropped(HEAD("openat") ",'fd.name':'/etc/shadow'}}\n", ED_DROP_OTHER_LOG);
	assert_dropped(HEAD("connect") ",'fd.name':'/run/x'}}\n", ED_DROP_OTHER_LOG);
	assert_dropped("{'rule':'R','output_fields':{'proc.name':'x'}}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{'time':'now','rule':'R','output_fields':{'proc.name':'x'}}\n",
		       ED_DROP_BAD_LINE);
	assert_dropped("{'time':'2026-11-03T14:02:12Z','rule':'R','output_fields':{}}\n",
		       ED_DROP_OTHER_LOG);
	assert_dropped("{'rule':'R'}\n", ED_DROP_OTHER_LOG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
