/* SPDX-License-Identifier: Apache-2.0 */
/* The Linux audit log: records that belong together, starts of programs, connections, and what is
 * left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/test_events.h"

static struct test_events run;
static char text[1 << 20];

#define ID(ms, serial) " msg=audit(1793714531." #ms ":" #serial "): "
#define CALL(number, ok, exit, a0, a1, ppid, pid, exe)                                           \
	"arch=c000003e syscall=" #number " success=" ok " exit=" #exit " a0=" a0 " a1=" a1       \
	" a2=10 a3=0 items=0 ppid=" #ppid " pid=" #pid                                           \
	" auid=4294967295 uid=33 gid=33 euid=33 tty=(none) ses=4294967295 comm=\"x\" exe=\"" exe \
	"\" key=\"dns\""
#define EXEC(id, ppid, pid, exe, argv)                                      \
	"type=SYSCALL" id CALL(59, "yes", 0, "1", "2", ppid, pid,           \
			       exe) "\ntype=EXECVE" id argv "\ntype=CWD" id \
				    "cwd=\"/\"\ntype=PROCTITLE" id "proctitle=\"x\"\n"
#define CONNECT(id, fd, pid, exe, saddr)                                                   \
	"type=SYSCALL" id CALL(42, "yes", 0, fd, "7ff", 1, pid, exe) "\ntype=SOCKADDR" id  \
								     "saddr=" saddr        \
								     "\ntype=PROCTITLE" id \
								     "proctitle=\"x\"\n"
#define DUP(id, ppid, pid)                                        \
	"type=SYSCALL" id CALL(33, "yes", 0, "3", "0", ppid, pid, \
			       "/usr/bin/bash") "\ntype=PROCTITLE" id "proctitle=\"bash\"\n"
#define DNS_PEER "02000035C00002350000000000000000"
#define FAR_PEER "0200115CC63364090000000000000000"

static void audit(const char *lines)
{
	test_events_run(&ed_format_auditd, ed_span_str(lines), &run);
}

static const struct ed_event *event(size_t i)
{
	return test_events_event(&run, i);
}

static void test_start(void **state)
{
	(void)state;
	audit("node=web1 type=SYSCALL" ID(250, 7)
		      CALL(59, "yes", 0, "1", "2", 7, 8, "/usr/bin/dig") "\nnode=web1 type=EXECVE" ID(
			      250,
			      7) "argc=4 a0=\"dig\" a1=\"@192.0.2.53\" a2=\"TXT\" a3=\"mfrggzdf.t.example.com\"\n"
				 "node=web1 type=PROCTITLE" ID(250, 7) "proctitle=\"dig\"\n");
	assert_int_equal(run.n, 2);
	assert_int_equal(run.tally.n_analysed, 3);
	assert_int_equal(event(0)->kind, ED_EVENT_PROCESS);
	assert_string_equal(test_events_time(&run, 0), "2026-11-03T14:02:11.250Z");
	assert_int_equal(event(0)->time_quality, ED_TIME_EXACT_UTC);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), "web1");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "/usr/bin/dig");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_USER), "33");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND),
			    "dig @192.0.2.53 TXT mfrggzdf.t.example.com");
	assert_int_equal(test_events_process(&run, 0)->pid, 8);
	assert_int_equal(test_events_process(&run, 0)->ppid, 7);
	assert_true(test_events_process(&run, 0)->id != 0);
	assert_int_equal(test_events_process(&run, 0)->attribution, ED_ATTRIBUTION_DIRECT);
	assert_int_equal(event(1)->kind, ED_EVENT_DNS_QUERY);
	assert_string_equal(test_events_name(&run, 1), "mfrggzdf.t.example.com");
	assert_int_equal(event(1)->qtype, ED_RR_TXT);
	assert_string_equal(test_events_addr(&event(1)->resolver), "192.0.2.53");
	assert_int_equal(test_events_process(&run, 1)->attribution, ED_ATTRIBUTION_COMMAND);
	assert_true(test_events_process(&run, 1)->id == test_events_process(&run, 0)->id);
	assert_false(event(1)->has & ED_FIELD_CLIENT);
}

/* Enriched: behind a group separator stand names. */
static void test_enriched(void **state)
{
	(void)state;
	audit("type=SYSCALL" ID(250, 7) CALL(
		59, "yes", 0, "1", "2", 1, 8,
		"/usr/bin/id") "\x1d"
			       "ARCH=x86_64 SYSCALL=execve AUID=\"unset\" UID=\"www-data\" GID=\"x\"\n"
			       "type=PROCTITLE" ID(250, 7) "proctitle=6964002D75\n");
	assert_int_equal(run.n, 1);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_USER), "www-data");
	/* without EXECVE the title is what there is */
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND), "id -u");
	assert_int_equal(test_events_process(&run, 0)->launch, ED_LAUNCH_SERVICE);
}

/* Hexadecimal arguments, and one that is cut into pieces over several records. */
static void test_arguments(void **state)
{
	(void)state;
	audit("type=SYSCALL" ID(250, 7)
		      CALL(59, "yes", 0, "1", "2", 7, 8, "/usr/bin/host") "\ntype=EXECVE" ID(
			      250, 7) "argc=3 a0=\"host\" a1=2D7420545854"
				      " a2_len=30 a2[0]=6578 a2[1]=\"fil.t\"\n"
				      "type=EXECVE" ID(250, 7) "a2[2]=2E6578616D706C65\n"
							       "type=EOE" ID(250, 7) "\n");
	assert_int_equal(run.n, 2);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND),
			    "host -t TXT exfil.t.example");
	assert_string_equal(test_events_name(&run, 1), "exfil.t.example");
	assert_int_equal(run.tally.n_analysed, 4);
}

/* Records of two events in each other's midst, and out of order. */
static void test_interleaved(void **state)
{
	(void)state;
	audit("type=EXECVE" ID(
		250,
		8) "argc=2 a0=\"host\" a1=\"b.example\"\n"
		   "type=SYSCALL" ID(250, 7) CALL(59, "yes", 0, "1", "2", 1, 8,
						  "/usr/bin/dig") "\ntype=SYSCALL" ID(250, 8)
			   CALL(59, "yes", 0, "1", "2", 1, 9, "/usr/bin/host") "\ntype=EXECVE" ID(
				   250, 7) "argc=2 a0=\"dig\" a1=\"a.example\"\n"
					   "type=PROCTITLE" ID(
						   250, 8) "proctitle=\"host\"\n"
							   "type=PROCTITLE" ID(
								   250, 7) "proctitle=\"dig\"\n"
									   "type=EOE" ID(250,
											 8) "\n");
	assert_int_equal(run.n, 4);
	assert_string_equal(test_events_name(&run, 1), "b.example");
	assert_string_equal(test_events_name(&run, 3), "a.example");
	assert_int_equal(run.tally.n_analysed, 7);
	/* the same serial at another time, or on another node, is another event */
	audit("node=a type=SYSCALL" ID(250, 7) CALL(59, "yes", 0, "1", "2", 1, 8,
						    "/bin/a") "\nnode=b type=SYSCALL" ID(250, 7)
		      CALL(59, "yes", 0, "1", "2", 1, 8, "/bin/b") "\nnode=b type=SYSCALL" ID(
			      251, 7) CALL(59, "yes", 0, "1", "2", 1, 8, "/bin/c") "\n");
	assert_int_equal(run.n, 3);
}

static void test_connect(void **state)
{
	(void)state;
	audit(CONNECT(ID(250, 7), "3", 8, "/usr/bin/dig", DNS_PEER));
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_FLOW);
	assert_string_equal(test_events_addr(&event(0)->resolver), "192.0.2.53");
	assert_int_equal(event(0)->resolver_port, 53);
	assert_int_equal(event(0)->flow.service, ED_FLOW_DNS);
	assert_int_equal(test_events_process(&run, 0)->attribution, ED_ATTRIBUTION_DIRECT);
	/* over TCP a connection that does not wait says that it failed */
	audit("type=SYSCALL" ID(250, 7)
		      CALL(42, "no", -115, "3", "7ff", 1, 8, "/usr/bin/dig") "\ntype=SOCKADDR" ID(
			      250,
			      7) "saddr=0A0003550000000020010DB800000000000000000000005300000000\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_TCP);
	assert_int_equal(event(0)->flow.service, ED_FLOW_DOT);
	assert_string_equal(test_events_addr(&event(0)->resolver), "2001:db8::53");
	/* the resolver of the machine itself */
	audit(CONNECT(ID(250, 7), "3", 8, "/usr/bin/curl", "020000357F0000350000000000000000"));
	assert_int_equal(test_events_process(&run, 0)->attribution, ED_ATTRIBUTION_STUB);
	audit(CONNECT(ID(250, 7), "3", 8, "/usr/bin/curl",
		      "01002F72756E2F73797374656D642F7265736F6C76652F696F00"));
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_LOCAL);
	assert_int_equal(event(0)->flow.service, ED_FLOW_DNS);
	assert_false(event(0)->has & ED_FIELD_RESOLVER);
}

#define SEND(id, fd, exit, pid)                                    \
	"type=SYSCALL" id CALL(44, "yes", exit, fd, "7ff", 1, pid, \
			       "/usr/bin/dig") "\ntype=PROCTITLE" id "proctitle=\"x\"\n"

/* A message over a connection: its peer is the one that the descriptor was connected to. */
static void test_send(void **state)
{
	(void)state;
	audit("type=SYSCALL" ID(250, 7)
		      CALL(44, "yes", 61, "3", "7ff", 1, 8,
			   "/usr/bin/python3") "\ntype=SOCKADDR" ID(250, 7) "saddr=" DNS_PEER "\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->size_query, 61);
	assert_int_equal(event(0)->transport, ED_TRANSPORT_UDP);
	assert_int_equal(event(0)->flow.packets_up, 1);
	audit(CONNECT(ID(250, 7), "3", 8, "/usr/bin/dig", DNS_PEER) SEND(ID(251, 8), "3", 40, 8)
		      SEND(ID(252, 9), "4", 40, 8) SEND(ID(253, 10), "3", 40, 9));
	assert_int_equal(run.n, 2);
	assert_string_equal(test_events_addr(&event(1)->resolver), "192.0.2.53");
	assert_int_equal(event(1)->size_query, 40);
	/* three records of the connection and two of the message */
	assert_int_equal(run.tally.n_analysed, 5);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 4);
}

/* Other machines have other numbers. */
static void test_arch(void **state)
{
	static const struct {
		const char *arch;
		unsigned number;
	} calls[] = { { "c00000b7", 203 }, { "40000003", 362 }, { "80000016", 362 },
		      { "c0000015", 328 }, { "40000028", 283 }, { "c00000f3", 203 } };

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		snprintf(text, sizeof(text),
			 "type=SYSCALL msg=audit(1.5:7): arch=%s syscall=%u success=yes exit=0 "
			 "a0=3 a1=1 ppid=1 pid=8 uid=0 tty=(none) exe=\"/bin/x\"\n"
			 "type=SOCKADDR msg=audit(1.5:7): saddr=" DNS_PEER "\n",
			 calls[i].arch, calls[i].number);
		audit(text);
		assert_int_equal(run.n, 1);
		assert_int_equal(event(0)->kind, ED_EVENT_FLOW);
	}
	audit("type=SYSCALL msg=audit(1.5:7): arch=c00000b7 syscall=42 success=yes exit=0 a0=3 "
	      "a1=1 ppid=1 pid=8 uid=0 exe=\"/bin/x\"\n");
	assert_int_equal(run.n, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
}

static void test_syslog(void **state)
{
	(void)state;
	audit("<5>Nov  3 14:02:11 web1 kernel: [  12.345678] audit: type=1300 "
	      "audit(1793714531.250:7): " CALL(
		      42, "yes", 0, "3", "7ff", 1, 8,
		      "/usr/bin/dig") "\n<5>Nov  3 14:02:11 web1 kernel: audit: type=1306 audit(1793714531.250:7): "
				      "saddr=" DNS_PEER "\n"
				      "Nov  3 14:02:11 web1 audispd: node=web2 type=SYSCALL" ID(250,
												9)
					      CALL(59, "yes", 0, "1", "2", 1, 8,
						   "/bin/a") "\n"
							     "Nov  3 14:02:11 web1 cron[7]: type=SYSCALL" ID(
								     250, 10)
								     CALL(59, "yes", 0, "1", "2", 1,
									  8, "/bin/forged") "\n");
	assert_int_equal(run.n, 2);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), "web1");
	assert_int_equal(event(0)->kind, ED_EVENT_FLOW);
	assert_string_equal(test_events_text(&run, 1, ED_TEXT_HOST), "web2");
	/* anybody can log a line that looks like one */
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
}

/* Whose session it is says what started the programs below it. */
static void test_session(void **state)
{
	(void)state;
	audit("type=USER_START" ID(
		250,
		7) "pid=90 uid=0 auid=0 ses=3 msg='op=PAM:session_open acct=\"root\" "
		   "exe=\"/usr/sbin/cron\" hostname=? addr=? terminal=cron res=success'\n"
		   "type=USER_START" ID(
			   250,
			   8) "pid=91 uid=0 auid=0 ses=4 msg='op=PAM:session_open acct=\"al\" "
			      "exe=\"/usr/sbin/sshd\" hostname=192.0.2.1 addr=192.0.2.1 terminal=ssh res=success'\n"
			      "type=USER_START" ID(
				      250,
				      9) "pid=92 uid=0 auid=0 ses=4 msg='op=PAM:session_open acct=\"al\" "
					 "exe=\"/usr/bin/sudo\" hostname=? addr=? terminal=pts/0 res=success'\n");
	assert_int_equal(run.n, 2);
	assert_int_equal(event(0)->kind, ED_EVENT_PROCESS);
	assert_int_equal(test_events_process(&run, 0)->pid, 90);
	assert_int_equal(test_events_process(&run, 0)->launch, ED_LAUNCH_CRON);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "/usr/sbin/cron");
	assert_int_equal(test_events_process(&run, 1)->launch, ED_LAUNCH_REMOTE);
}

/* What was started below cron, a unit or a web server is told so, and its children. */
static void test_below(void **state)
{
	(void)state;
	audit("type=USER_START" ID(
		250,
		7) "pid=90 uid=0 auid=0 ses=3 msg='op=PAM:session_open acct=\"root\" "
		   "exe=\"/usr/sbin/cron\" hostname=? addr=? terminal=cron res=success'\n" EXEC(
			   ID(250, 8), 90, 91, "/usr/bin/dash",
			   "argc=3 a0=\"sh\" a1=\"-c\" a2=\"x\"")
			   EXEC(ID(250, 9), 91, 92, "/usr/bin/dig",
				"argc=2 a0=\"dig\" a1=\"a.example\"")
				   EXEC(ID(250, 10), 1, 93, "/usr/bin/x", "argc=1 a0=\"x\"") EXEC(
					   ID(250, 11), 93, 94, "/usr/bin/y", "argc=1 a0=\"y\"")
					   CONNECT(ID(250, 12), "3", 95, "/usr/sbin/php-fpm8.2",
						   DNS_PEER)
						   EXEC(ID(250, 13), 95, 96, "/usr/bin/dash",
							"argc=3 a0=\"sh\" a1=\"-c\" a2=\"x\""));
	assert_int_equal(run.n, 8);
	assert_int_equal(test_events_process(&run, 1)->launch, ED_LAUNCH_CRON);
	assert_int_equal(test_events_process(&run, 2)->launch, ED_LAUNCH_CRON);
	assert_int_equal(test_events_process(&run, 3)->launch, ED_LAUNCH_CRON);
	assert_int_equal(test_events_process(&run, 4)->launch, ED_LAUNCH_SERVICE);
	assert_int_equal(test_events_process(&run, 5)->launch, ED_LAUNCH_SERVICE);
	assert_true(test_events_process(&run, 7)->launch & ED_LAUNCH_WEB);
}

/* Systemd says who the first process is with each unit that it starts. */
static void test_unit(void **state)
{
	(void)state;
	audit("type=SERVICE_START" ID(
		250, 7) "pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=ship "
			"comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? "
			"terminal=? res=success'\n"
			"type=SERVICE_START" ID(
				250, 8) "pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=x "
					"comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" "
					"res=failed'\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(event(0)->kind, ED_EVENT_PROCESS);
	assert_int_equal(test_events_process(&run, 0)->pid, 1);
	assert_int_equal(test_events_process(&run, 0)->launch, 0);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "/usr/lib/systemd/systemd");
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
}

/* A shell that forked for a pipe is known by what it does with its streams, once. */
static void test_fork(void **state)
{
	(void)state;
	audit(EXEC(ID(250, 7), 1, 8, "/usr/bin/bash", "argc=2 a0=\"bash\" a1=\"/srv/x\"")
		      DUP(ID(251, 8), 8, 9) DUP(ID(252, 9), 8, 9) DUP(ID(253, 10), 1, 8)
			      EXEC(ID(254, 11), 9, 10, "/usr/bin/dig",
				   "argc=2 a0=\"dig\" a1=\"a.example\""));
	assert_int_equal(run.n, 4);
	/* what the ordered pass makes stands behind the unit's other events */
	assert_int_equal(event(3)->kind, ED_EVENT_PROCESS);
	assert_int_equal(test_events_process(&run, 3)->pid, 9);
	assert_int_equal(test_events_process(&run, 3)->ppid, 8);
	assert_string_equal(test_events_text(&run, 3, ED_TEXT_IMAGE), "/usr/bin/bash");
	assert_int_equal(test_events_process(&run, 3)->attribution, ED_ATTRIBUTION_WEAK);
	/* what its parent was started by is what it was started by */
	assert_int_equal(test_events_process(&run, 3)->launch, ED_LAUNCH_SERVICE);
	assert_int_equal(test_events_process(&run, 1)->launch, ED_LAUNCH_SERVICE);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 2 * 2);
}

/* The kernel reads a title once: it may be that of the program before. */
static void test_stale_title(void **state)
{
	(void)state;
	audit("type=SYSCALL" ID(250, 7) CALL(42, "yes", 0, "3", "7ff", 1, 8, "/usr/bin/dig") "\ntype=SOCKADDR" ID(
		250,
		7) "saddr=" DNS_PEER
		   "\ntype=PROCTITLE" ID(
			   250,
			   7) "proctitle=73657470726976006469670061\n"
			      "type=SYSCALL" ID(250, 8)
				      CALL(42, "yes", 0, "3", "7ff", 1, 8, "/usr/bin/dig") "\ntype=SOCKADDR" ID(
					      250, 8) "saddr=" DNS_PEER
						      "\ntype=PROCTITLE" ID(
							      250, 8) "proctitle=6469670061\n");
	assert_int_equal(run.n, 2);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND), "");
	assert_string_equal(test_events_text(&run, 1, ED_TEXT_COMMAND), "dig a");
}

static void test_reverse_shell(void **state)
{
	(void)state;
	/* it connects, and becomes a shell without a script */
	audit(CONNECT(ID(250, 7), "3", 8, "/usr/bin/perl", FAR_PEER) EXEC(
		ID(251, 8), 1, 8, "/usr/bin/dash", "argc=2 a0=\"sh\" a1=\"-i\"")
		      EXEC(ID(252, 9), 8, 9, "/usr/bin/dig", "argc=2 a0=\"dig\" a1=\"a.example\""));
	assert_int_equal(run.n, 4);
	assert_true(test_events_process(&run, 1)->launch & ED_LAUNCH_SOCKET);
	assert_true(test_events_process(&run, 2)->launch & ED_LAUNCH_SOCKET);
	assert_true(test_events_process(&run, 3)->launch & ED_LAUNCH_SOCKET);
	/* a shell with a script is how any program runs another */
	audit(CONNECT(ID(250, 7), "3", 8, "/usr/bin/php", FAR_PEER) EXEC(
		ID(251, 8), 8, 9, "/usr/bin/dash", "argc=3 a0=\"sh\" a1=\"-c\" a2=\"id\""));
	assert_int_equal(test_events_process(&run, 1)->launch, 0);
	/* where dup2 is told there is no doubt */
	audit(CONNECT(ID(250, 7), "3", 8, "/usr/bin/python3", FAR_PEER) "type=SYSCALL" ID(251, 8)
		      CALL(33, "yes", 0, "3", "0", 1, 8, "/usr/bin/python3") "\ntype=PROCTITLE" ID(
			      251,
			      8) "proctitle=\"x\"\n" EXEC(ID(252, 9), 8, 9, "/usr/bin/dash",
							  "argc=3 a0=\"sh\" a1=\"-c\" a2=\"id\""));
	assert_true(test_events_process(&run, 1)->launch & ED_LAUNCH_SOCKET);
	/* much later, or a resolver's connection, it is no sign */
	audit(CONNECT(ID(250, 7), "3", 8, "/usr/bin/perl", DNS_PEER)
		      EXEC(ID(251, 8), 1, 8, "/usr/bin/dash", "argc=1 a0=\"sh\""));
	assert_int_equal(test_events_process(&run, 1)->launch & ED_LAUNCH_SOCKET, 0);
}

static void test_left_out(void **state)
{
	(void)state;
	/* a search along PATH fails many times */
	audit("type=SYSCALL" ID(250, 7)
		      CALL(59, "no", -2, "1", "2", 1, 8, "/usr/bin/sh") "\ntype=PATH" ID(
			      250, 7) "item=0 name=\"/usr/local/bin/dig\"\n"
				      "type=PROCTITLE" ID(250, 7) "proctitle=\"sh\"\n");
	assert_int_equal(run.n, 0);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 3);
	audit("type=CONFIG_CHANGE" ID(250, 7) "op=set\ntype=USER_LOGIN" ID(
		250, 8) "pid=1\n"
			"type=1130" ID(250, 9) "pid=1\n");
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 3);
	audit("type=EXECVE" ID(250, 7) "argc=1 a0=\"x\"\n");
	assert_int_equal(run.tally.n_dropped[ED_DROP_ORPHAN], 1);
	audit("type=SYSCALL" ID(250, 7) "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2\n");
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	audit("type=SYSCALL msg=audit(x:7): arch=c000003e\nnode=\n");
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 2);
	audit("type=SYSCALL msg=audit(99999999999999.1:7): arch=c000003e syscall=59 success=yes "
	      "exit=0 a0=1 a1=2 ppid=1 pid=8 exe=\"/bin/x\"\n");
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
}

/* A program chooses its name and its arguments: they never make a second record. */
static void test_injection(void **state)
{
	(void)state;
	audit(EXEC(
		ID(250, 7), 1, 8, "/bin/x",
		"argc=2 a0=\"x\" a1=0A747970653D53595343414C4C206D73673D617564697428312E353A3829"));
	assert_int_equal(run.n, 1);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND),
			    "x \ntype=SYSCALL msg=audit(1.5:8)");
	audit("type=SYSCALL" ID(
		250,
		7) "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 "
		   "ppid=1 pid=8 uid=0 comm=78 exe=2F746D702F7822206578653D222F62696E2F6C73 key=1\n");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "/tmp/x\" exe=\"/bin/ls");
}

/* Events over the borders of units are whole again, and nothing is counted twice. */
static void test_borders(void **state)
{
	size_t n = 0;
	unsigned i = 0;

	(void)state;
	for (; n < sizeof(text) - 4096; i++)
		n += (size_t)snprintf(
			text + n, 4096,
			"type=SYSCALL msg=audit(1793714531.250:%u): " CALL(
				59, "yes", 0, "1", "2", 7, 8,
				"/usr/bin/dig") "\ntype=EXECVE msg=audit(1793714531.250:%u): argc=3 a0=\"dig\" a1=\"TXT\" "
						"a2=\"n%u.t.example.com\"\ntype=CWD msg=audit(1793714531.250:%u): cwd=\"/\"\n"
						"type=PROCTITLE msg=audit(1793714531.250:%u): proctitle=\"dig\"\n",
			i, i, i, i, i);
	test_events_run(&ed_format_auditd, ed_span_of(text, n), &run);
	assert_true(n > 3 * (size_t)ED_UNIT_TARGET_BYTES);
	assert_int_equal(run.n_kind[ED_EVENT_PROCESS], i);
	assert_int_equal(run.n_kind[ED_EVENT_DNS_QUERY], i);
	assert_int_equal(run.tally.n_analysed, 4 * i);
	assert_int_equal(run.tally.n_read, 4 * i);
}

/* Without a last record, as old systems log, an event ends when others go on. */
static void test_no_end(void **state)
{
	size_t n = 0;
	unsigned i = 0;

	(void)state;
	for (; n < sizeof(text) - 4096; i++)
		n += (size_t)snprintf(
			text + n, 4096,
			"type=SYSCALL msg=audit(1793714531.250:%u): " CALL(
				59, "yes", 0, "1", "2", 7, 8,
				"/usr/bin/dig") "\ntype=EXECVE msg=audit(1793714531.250:%u): argc=2 "
						"a0=\"dig\" a1=\"n%u.t.example.com\"\n",
			i, i, i);
	test_events_run(&ed_format_auditd, ed_span_of(text, n), &run);
	assert_int_equal(run.n_kind[ED_EVENT_PROCESS], i);
	assert_int_equal(run.n_kind[ED_EVENT_DNS_QUERY], i);
	assert_int_equal(run.tally.n_analysed, 2 * i);
}

/* More open events than there are places: the oldest ends, nothing is lost from the account. */
static void test_many_open(void **state)
{
	size_t n = 0;
	unsigned n_lines = 0;

	(void)state;
	for (unsigned i = 0; n < sizeof(text) - 4096; i++, n_lines++)
		n += (size_t)snprintf(text + n, 4096,
				      "type=%s msg=audit(1793714531.250:%u): " CALL(
					      59, "yes", 0, "1", "2", 7, 8, "/usr/bin/dig") "\n",
				      i % 2 ? "SYSCALL" : "EXECVE", i * 7919 % 4001);
	test_events_run(&ed_format_auditd, ed_span_of(text, n), &run);
	assert_int_equal(run.tally.n_read, n_lines);
}

static void test_probe(void **state)
{
	(void)state;
	assert_true(ed_format_auditd.probe(ed_span_str("type=EOE msg=audit(1.5:7): \n")) > 90);
	assert_true(ed_format_auditd.probe(ed_span_str("node=x type=EOE msg=audit(1.5:7): \n")) >
		    90);
	assert_int_equal(ed_format_auditd.probe(ed_span_str("type=1 msg=hello\n")), 0);
	assert_int_equal(ed_format_auditd.probe(ed_span_str("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),     cmocka_unit_test(test_enriched),
		cmocka_unit_test(test_arguments), cmocka_unit_test(test_interleaved),
		cmocka_unit_test(test_connect),   cmocka_unit_test(test_send),
		cmocka_unit_test(test_arch),      cmocka_unit_test(test_syslog),
		cmocka_unit_test(test_session),   cmocka_unit_test(test_reverse_shell),
		cmocka_unit_test(test_left_out),  cmocka_unit_test(test_injection),
		cmocka_unit_test(test_borders),   cmocka_unit_test(test_no_end),
		cmocka_unit_test(test_many_open), cmocka_unit_test(test_probe),
		cmocka_unit_test(test_below),     cmocka_unit_test(test_unit),
		cmocka_unit_test(test_fork),      cmocka_unit_test(test_stale_title),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
