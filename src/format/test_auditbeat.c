/* SPDX-License-Identifier: Apache-2.0 */
/* Audit events as Auditbeat and Elastic Agent write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/test_events.h"

static struct test_events run;

static void json(const char *text)
{
	test_events_json(&ed_format_auditbeat, text, &run);
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

#define HEAD                                                                                 \
	"{'@timestamp':'2026-11-03T14:02:11.250Z','host':{'name':'web1'},'event':{'module':" \
	"'auditd','action':'x'},"
#define DATA(call, exit, ok)                                                            \
	"'auditd':{'message_type':'syscall','result':'" ok "','data':{'syscall':'" call \
	"','exit':'" exit "','tty':'(none)','arch':'x86_64'}},"
#define WHO                                                                                      \
	"'process':{'pid':8,'parent':{'pid':1},'executable':'/usr/bin/dig','args':['dig','TXT'," \
	"'a.t.example'],'title':'dig TXT'},'user':{'id':'33','name':'www-data'}"

static void test_start(void **state)
{
	(void)state;
	json(HEAD DATA("execve", "0", "success") WHO "}\n");
	assert_int_equal(run.n, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_PROCESS);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), "web1");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "/usr/bin/dig");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_USER), "www-data");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND), "dig TXT a.t.example");
	assert_int_equal(test_events_process(&run, 0)->ppid, 1);
	assert_int_equal(test_events_process(&run, 0)->launch, ED_LAUNCH_SERVICE);
	assert_string_equal(test_events_name(&run, 1), "a.t.example");
}

static void test_connect(void **state)
{
	(void)state;
	json(HEAD DATA("connect", "EINPROGRESS", "fail") WHO
	     ",'destination':{'ip':'192.0.2.53','port':53}}\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_FLOW);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_TCP);
	assert_string_equal(test_events_addr(&event(0)->resolver), "192.0.2.53");
	json(HEAD DATA("sendto", "61", "success") WHO
	     ",'destination':{'ip':'192.0.2.53','port':'53'}}\n");
	assert_int_equal(event(0)->size_query, 61);
	assert_int_equal(event(0)->flow.service, ED_FLOW_DNS);
	json(HEAD DATA("connect", "0", "success") WHO
	     ",'destination':{'path':'/run/systemd/resolve/io.systemd.Resolve'}}\n");
	assert_int_equal(event(0)->transport, ED_TRANSPORT_LOCAL);
}

static void test_system_module(void **state)
{
	(void)state;
	json("{'@timestamp':'2026-11-03T14:02:11.250Z','agent':{'hostname':'web2'},'event':{"
	     "'module':'system','dataset':'socket','action':'network_flow'},'source':{'ip':"
	     "'192.0.2.10','port':40000,'bytes':70,'packets':1},'destination':{'ip':'192.0.2.53',"
	     "'port':53,'bytes':90},'network':{'transport':'udp','direction':'egress'}," WHO "}\n");
	assert_int_equal(run.n, 1);
	assert_string_equal(test_events_addr(&event(0)->client), "192.0.2.10");
	assert_int_equal(event(0)->client_port, 40000);
	assert_int_equal(event(0)->size_query, 70);
	assert_int_equal(event(0)->flow.counted, ED_COUNTED_IP);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), "web2");
	json("{'@timestamp':'2026-11-03T14:02:11.250Z','event':{'module':'system','dataset':"
	     "'process','action':'process_started'}," WHO "}\n");
	assert_int_equal(run.n, 2);
}

static void test_session(void **state)
{
	(void)state;
	json(HEAD
	     "'auditd':{'message_type':'user_start','result':'success','data':{'terminal':'cron'}},"
	     "'process':{'pid':90,'executable':'/usr/sbin/crond'},'user':{'name':'root'}}\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(test_events_process(&run, 0)->launch, ED_LAUNCH_CRON);
}

static void test_left_out(void **state)
{
	(void)state;
	assert_dropped(HEAD DATA("execve", "ENOENT", "fail") WHO "}\n", ED_DROP_OTHER_LOG);
	assert_dropped(HEAD DATA("unlink", "0", "success") WHO "}\n", ED_DROP_OTHER_LOG);
	assert_dropped(HEAD DATA("connect", "0", "success") WHO "}\n", ED_DROP_OTHER_LOG);
	assert_dropped(HEAD DATA("execve", "0", "success") "'process':{'pid':8}}\n",
		       ED_DROP_NO_FIELDS);
	assert_dropped("{'event':{'module':'auditd'}}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{'@timestamp':'now','event':{'module':'auditd'}}\n", ED_DROP_BAD_LINE);
	assert_dropped("{'@timestamp':'2026-11-03T14:02:11Z','event':{'module':'zeek'}}\n",
		       ED_DROP_OTHER_LOG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),         cmocka_unit_test(test_connect),
		cmocka_unit_test(test_system_module), cmocka_unit_test(test_session),
		cmocka_unit_test(test_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
