/* SPDX-License-Identifier: Apache-2.0 */
/* Events of Tetragon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/test_events.h"

static struct test_events run;

static void json(const char *text)
{
	test_events_json(&ed_format_tetragon, text, &run);
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

#define WHO                                                                                            \
	"'process':{'exec_id':'eA==','pid':8,'uid':33,'binary':'/usr/bin/dig','arguments':'TXT "       \
	"a.t.example','start_time':'2026-11-03T14:02:11.000000000Z','pod':{'container':{'id':'c0'}}}," \
	"'parent':{'pid':7,'binary':'/bin/sh','arguments':'-c x'}"
#define TAIL ",'node_name':'node1','time':'2026-11-03T14:02:11.250000000Z'}\n"

static void test_start(void **state)
{
	(void)state;
	json("{'process_exec':{" WHO "}" TAIL);
	assert_int_equal(run.n, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_PROCESS);
	assert_string_equal(test_events_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), "node1");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "/usr/bin/dig");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND),
			    "/usr/bin/dig TXT a.t.example");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_PARENT), "/bin/sh");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_UNIT), "c0");
	assert_int_equal(test_events_process(&run, 0)->ppid, 7);
	assert_true(test_events_process(&run, 0)->start_ns == INT64_C(1793714531000000000));
	assert_string_equal(test_events_name(&run, 1), "a.t.example");
	assert_int_equal(event(1)->qtype, ED_RR_TXT);
}

#define PROBE(name, args) \
	"{'process_kprobe':{" WHO ",'function_name':'" name "','args':[" args "]}" TAIL
#define SOCK                                                                                     \
	"{'sock_arg':{'family':'AF_INET','protocol':'IPPROTO_UDP','saddr':'192.0.2.10','daddr':" \
	"'192.0.2.53','sport':40000,'dport':53}}"

static void test_network(void **state)
{
	(void)state;
	json(PROBE("udp_sendmsg", SOCK ",{'size_arg':'61'}"));
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_FLOW);
	assert_string_equal(test_events_addr(&event(0)->client), "192.0.2.10");
	assert_string_equal(test_events_addr(&event(0)->resolver), "192.0.2.53");
	assert_int_equal(event(0)->transport, ED_TRANSPORT_UDP);
	assert_int_equal(event(0)->size_query, 61);
	json(PROBE("tcp_connect", SOCK));
	assert_int_equal(event(0)->transport, ED_TRANSPORT_TCP);
	json(PROBE("security_socket_connect",
		   "{'sockaddr_arg':{'family':'AF_INET6','addr':'2001:db8::53','port':53}}"));
	assert_string_equal(test_events_addr(&event(0)->resolver), "2001:db8::53");
}

static void test_left_out(void **state)
{
	(void)state;
	assert_dropped("{'process_exit':{" WHO "}" TAIL, ED_DROP_OTHER_LOG);
	/* what was accepted has the same shape */
	assert_dropped(PROBE("tcp_close", SOCK), ED_DROP_OTHER_LOG);
	assert_dropped(PROBE("tcp_connect", ""), ED_DROP_OTHER_LOG);
	assert_dropped("{'process_exec':{" WHO "}}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{'process_exec':{},'time':'2026-11-03T14:02:11Z'}\n", ED_DROP_NO_FIELDS);
	assert_dropped("{'process_exec':{" WHO "},'time':'now'}\n", ED_DROP_BAD_LINE);
	assert_dropped("{'time':'2026-11-03T14:02:11Z'}\n", ED_DROP_OTHER_LOG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
