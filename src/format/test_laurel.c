/* SPDX-License-Identifier: Apache-2.0 */
/* Audit events as laurel writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/test_events.h"

static struct test_events run;

static void json(const char *text)
{
	test_events_json(&ed_format_laurel, text, &run);
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

#define HEAD "{'ID':'1793714531.250:7','NODE':'web1',"
#define CALL(number, ok, exit)                                                                  \
	"'SYSCALL':{'arch':'0xc000003e','syscall':" #number ",'success':'" ok "','exit':" #exit \
	",'ppid':7,'pid':8,'auid':4294967295,'uid':33,'tty':'(none)','exe':'/usr/bin/dig',"     \
	"'UID':'www-data','ARGV':['0x3','0x1','0x2','0x0']}"

static void test_start(void **state)
{
	(void)state;
	json(HEAD CALL(
		59, "yes",
		0) ",'EXECVE':{'argc':3,'ARGV':['dig','TXT','a b.t.example']},"
		   "'PROCTITLE':{'ARGV':['dig','x']},'PARENT_INFO':{'exe':'/bin/sh','comm':'sh'}}\n");
	assert_int_equal(run.n, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_PROCESS);
	assert_string_equal(test_events_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), "web1");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_USER), "www-data");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND), "dig TXT a b.t.example");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_PARENT), "/bin/sh");
	assert_int_equal(test_events_process(&run, 0)->pid, 8);
	assert_string_equal(test_events_name(&run, 1), "a\\032b.t.example");
	assert_int_equal(event(1)->qtype, ED_RR_TXT);
	/* two records: the arguments of one are not those of the next */
	json(HEAD CALL(59, "yes", 0) ",'EXECVE':{'ARGV':['dig','a.example']}}\n" HEAD CALL(
		59, "yes", 0) ",'PROCTITLE':{'ARGV':['dig','b.example']}}\n");
	assert_int_equal(run.n, 4);
	assert_string_equal(test_events_text(&run, 2, ED_TEXT_COMMAND), "dig b.example");
}

static void test_connect(void **state)
{
	(void)state;
	json(HEAD CALL(42, "no", -115) ",'SOCKADDR':[{'saddr':'%02%00%005%c0%00%025%00'}]}\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_FLOW);
	assert_string_equal(test_events_addr(&event(0)->resolver), "192.0.2.53");
	assert_int_equal(event(0)->resolver_port, 53);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_TCP);
	json(HEAD CALL(
		44, "yes",
		61) ",'SOCKADDR':[{'SADDR':'{saddr_fam=inet laddr=192.0.2.53 lport=53 }'}]}\n");
	assert_int_equal(event(0)->size_query, 61);
	json(HEAD CALL(
		44, "yes",
		61) ",'SOCKADDR':[{'saddr':{'family':'inet','addr':'2001:db8::53','port':853}}]}\n");
	assert_string_equal(test_events_addr(&event(0)->resolver), "2001:db8::53");
	assert_int_equal(event(0)->flow.service, ED_FLOW_DOT);
}

static void test_session(void **state)
{
	(void)state;
	json("{'ID':'1793714531.250:7','USER_START':{'pid':90,'op':'PAM:session_open','acct':'root',"
	     "'exe':'/usr/sbin/cron','addr':null,'terminal':'cron','res':'success'}}\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(test_events_process(&run, 0)->launch, ED_LAUNCH_CRON);
	assert_int_equal(test_events_process(&run, 0)->pid, 90);
}

static void test_left_out(void **state)
{
	(void)state;
	assert_dropped(HEAD CALL(59, "no", -2) "}\n", ED_DROP_OTHER_LOG);
	assert_dropped(HEAD CALL(44, "yes", 61) "}\n", ED_DROP_OTHER_LOG);
	assert_dropped(HEAD "'SERVICE_START':{'pid':1}}\n", ED_DROP_OTHER_LOG);
	assert_dropped("{'ID':'x:7'," CALL(59, "yes", 0) "}\n", ED_DROP_BAD_LINE);
	assert_dropped(HEAD "'SYSCALL':{'arch':'0xc000003e','syscall':59,'success':'yes'}}\n",
		       ED_DROP_NO_FIELDS);
	assert_dropped("{'ID':1}\n", ED_DROP_OTHER_LOG);
	assert_dropped(HEAD "\n", ED_DROP_BAD_LINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
