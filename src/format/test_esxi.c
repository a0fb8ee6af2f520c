/* SPDX-License-Identifier: Apache-2.0 */
/* ESXi: the fronts of its lines, what shells and agents start, changes of software, hostile lines.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_events.h"

static struct test_events run;

static void esxi(const char *text)
{
	test_events_run(&ed_format_esxi, ed_span_str(text), &run);
}

static void test_fronts(void **state)
{
	static const struct {
		const char *line;
		const char *time;
		const char *host;
	} cases[] = {
		{ "2023-02-21T10:04:53Z shell[223]: [root]: ls /tmp", "2023-02-21T10:04:53.000Z",
		  "" },
		{ "2023-12-05T17:36:17.835Z In(14) shell[223]: [root]: ls /tmp",
		  "2023-12-05T17:36:17.835Z", "" },
		{ "<14>2023-12-05T17:36:17.835Z esx1.example shell[223]: [root]: ls /tmp",
		  "2023-12-05T17:36:17.835Z", "esx1.example" },
		{ "<14>1 2023-12-05T17:36:17.835Z esx1 shell 223 - - [root]: ls /tmp",
		  "2023-12-05T17:36:17.835Z", "esx1" },
		{ "<14>Nov  3 14:02:11 esx1 shell[223]: [root]: ls /tmp",
		  "1972-11-03T14:02:11.000Z", "esx1" },
		{ "<110>2022-11-04T15:25:46.186Z esx1 shell[223]: [shell.cmd@6876 "
		  "subject=\"root\" object=\"shell\" command=\"ls /tmp\" result=\"success\"]",
		  "2022-11-04T15:25:46.186Z", "esx1" },
		{ "<110>1 2022-11-04T15:25:46.186Z esx1 shell 223 - [shell.cmd@6876 "
		  "subject=\"root\" object=\"shell\" command=\"ls /tmp\" result=\"success\"]",
		  "2022-11-04T15:25:46.186Z", "esx1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		esxi(cases[i].line);
		if (run.n != 1)
			print_message("%s\n", cases[i].line);
		assert_int_equal(run.n, 1);
		assert_int_equal(test_events_event(&run, 0)->kind, ED_EVENT_PROCESS);
		assert_int_equal(test_events_event(&run, 0)->platform, ED_PLATFORM_ESXI);
		assert_string_equal(test_events_time(&run, 0), cases[i].time);
		assert_string_equal(test_events_text(&run, 0, ED_TEXT_HOST), cases[i].host);
		assert_string_equal(test_events_text(&run, 0, ED_TEXT_USER), "root");
		assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "ls");
		assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND), "ls /tmp");
		assert_string_equal(test_events_text(&run, 0, ED_TEXT_PARENT), "shell");
		assert_int_equal(test_events_process(&run, 0)->ppid, 223);
		assert_int_equal(test_events_process(&run, 0)->launch, ED_LAUNCH_TERMINAL);
		assert_true(ed_format_esxi.probe(ed_span_str(cases[i].line)) > 0);
	}
}

/* Who was asked to start what: crond, watchdogs, management agents. */
static void test_starters(void **state)
{
	static const struct {
		const char *line;
		const char *command;
		unsigned pid;
		unsigned launch;
	} cases[] = {
		{ "2023-12-05T02:00:01.113Z In(14) crond[10]: USER root pid 77 cmd /bin/a.sh ++x",
		  "/bin/a.sh ++x", 77, ED_LAUNCH_CRON },
		{ "2023-12-05T02:00:01.113Z In(166) Hostd[10]: [Originator@6876 sub=Libs] Util: "
		  "ForkExec(/etc/init.d/x ++group=(a) start) 78",
		  "/etc/init.d/x ++group=(a) start", 78, ED_LAUNCH_SERVICE },
		{ "<14>2023-12-05T02:00:01Z esx1 healthd: info healthd[10] [Originator@6876 "
		  "sub=PluginLauncher] Launching binary: /usr/lib/a.py -u b",
		  "/usr/lib/a.py -u b", 0, ED_LAUNCH_SERVICE },
		{ "2023-12-05T02:00:01Z watchdog-x: Executing 'x -s -c /etc/y'", "x -s -c /etc/y",
		  0, ED_LAUNCH_SERVICE },
		{ "2023-12-05T02:00:01Z sandboxd[1]: User 'root' running command 'USER=v python "
		  "/a.py'",
		  "USER=v python /a.py", 0, ED_LAUNCH_SERVICE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		esxi(cases[i].line);
		if (run.n != 1)
			print_message("%s\n", cases[i].line);
		assert_int_equal(run.n, 1);
		assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND), cases[i].command);
		assert_int_equal(test_events_process(&run, 0)->pid, cases[i].pid);
		assert_int_equal(test_events_process(&run, 0)->launch, cases[i].launch);
	}
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "python");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_USER), "root");
}

static void test_names(void **state)
{
	(void)state;
	esxi("2023-12-05T17:36:17.835Z In(14) shell[223]: [root]: nslookup x.t.example.net "
	     "192.0.2.53\n"
	     "2023-12-05T17:36:18.835Z In(14) shell[223]: [root]: esxcli network ip dns server add "
	     "--server=192.0.2.53\n");
	assert_int_equal(run.n, 3);
	assert_int_equal(run.tally.n_analysed, 2);
	assert_string_equal(test_events_name(&run, 1), "x.t.example.net");
	assert_int_equal(test_events_process(&run, 1)->attribution, ED_ATTRIBUTION_COMMAND);
	assert_true(test_events_event(&run, 1)->has & ED_FIELD_RESOLVER);
	assert_int_equal(test_events_event(&run, 2)->kind, ED_EVENT_PROCESS);
}

/* A command of several lines is one, in the ways that go on. */
static void test_joined(void **state)
{
	(void)state;
	esxi("2023-12-05T17:36:17.835Z In(14) shell[223]: [root]: for i in 1 2; do\n"
	     "2023-12-05T17:36:17.835Z In(14)+ shell[223]: nslookup a.t.example.net; done\n"
	     "2023-12-05T17:36:17.835Z In(14)+ shell[224]: nslookup b.t.example.net\n"
	     "2023-12-05T17:36:18Z shell[223]: [root]: cat <<x\n"
	     "--> y\n"
	     "-->\n");
	assert_int_equal(run.tally.n_read, 6);
	assert_int_equal(run.tally.n_analysed, 5);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 1);
	assert_int_equal(run.n_kind[ED_EVENT_PROCESS], 2);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND),
			    "for i in 1 2; do\nnslookup a.t.example.net; done");
}

/* @i is a package event that says these things. */
static void check_package(size_t i, enum ed_package_action action, const char *name,
			  const char *version, enum ed_acceptance level)
{
	const struct ed_event *ev = test_events_event(&run, i);

	assert_int_equal(ev->kind, ED_EVENT_PACKAGE);
	assert_int_equal(ev->package.action, action);
	assert_int_equal(ev->package.acceptance, level);
	assert_string_equal(test_events_text(&run, i, ED_TEXT_PACKAGE), name);
	assert_string_equal(test_events_text(&run, i, ED_TEXT_VERSION), version);
}

static void test_commands_on_vibs(void **state)
{
	(void)state;
	esxi("2023-12-05T17:36:17Z shell[1]: [root]: esxcli software vib install -v "
	     "/tmp/ACME_bootbank_net-x_1.0-2.vib --no-sig-check\n"
	     "2023-12-05T17:36:17Z shell[1]: [root]: cd /tmp && /bin/esxcli --debug software vib "
	     "remove --vibname=net-x\n"
	     "2023-12-05T17:36:17Z shell[1]: [root]: esxcli software acceptance set "
	     "--level=CommunitySupported\n"
	     "2023-12-05T17:36:17Z shell[1]: [root]: esxcli software profile update -p ESXi-x -d "
	     "/a.zip\n"
	     "2023-12-05T17:36:17Z shell[1]: [root]: esxcli software vib list\n");
	assert_int_equal(run.n, 8);
	assert_int_equal(run.tally.n_analysed, 5);
	check_package(1, ED_PACKAGE_INSTALLED, "net-x", "1.0-2", ED_ACCEPTANCE_UNKNOWN);
	assert_string_equal(test_events_text(&run, 1, ED_TEXT_VENDOR), "ACME");
	assert_string_equal(test_events_text(&run, 1, ED_TEXT_USER), "root");
	assert_true(test_events_event(&run, 1)->package.is_forced);
	check_package(3, ED_PACKAGE_REMOVED, "net-x", "", ED_ACCEPTANCE_UNKNOWN);
	assert_false(test_events_event(&run, 3)->package.is_forced);
	check_package(5, ED_PACKAGE_LEVEL_SET, "", "", ED_ACCEPTANCE_COMMUNITY);
	assert_int_equal(run.n_kind[ED_EVENT_PACKAGE], 3);
}

static void test_messages_on_vibs(void **state)
{
	(void)state;
	esxi("2019-01-05T11:52:26Z esxupdate: 2099679: root: INFO: VIBs Installed: "
	     "ACME_bootbank_a_1.0, VMware_locker_b_2.0\n"
	     "2023-12-05T17:36:17.835Z In(14) vobd[1]: [UserLevelCorrelator] 12us: "
	     "[esx.audit.esximage.hostacceptance.changed] Host acceptance level changed from "
	     "PartnerSupported to CommunitySupported\n"
	     "<166>2023-12-05T17:36:17.835Z esx1 Hostd: info hostd[1] [Originator@6876 sub=x "
	     "user=root] Event 7 : Attempting to install an image profile bypassing signing and "
	     "acceptance level verification. This may pose a large security risk.\n");
	assert_int_equal(run.n, 4);
	assert_int_equal(run.tally.n_analysed, 3);
	check_package(0, ED_PACKAGE_INSTALLED, "a", "1.0", ED_ACCEPTANCE_UNKNOWN);
	check_package(1, ED_PACKAGE_INSTALLED, "b", "2.0", ED_ACCEPTANCE_UNKNOWN);
	check_package(2, ED_PACKAGE_LEVEL_SET, "", "", ED_ACCEPTANCE_COMMUNITY);
	check_package(3, ED_PACKAGE_INSTALLED, "", "", ED_ACCEPTANCE_UNKNOWN);
	assert_true(test_events_event(&run, 3)->package.is_forced);
	assert_string_equal(test_events_text(&run, 3, ED_TEXT_USER), "root");
	assert_string_equal(test_events_text(&run, 3, ED_TEXT_HOST), "esx1");
}

/* What a person types does not become another record, or another kind of one. */
static void test_hostile(void **state)
{
	(void)state;
	esxi("2023-12-05T17:36:17Z shell[1]: [root]: echo VIBs Installed: a_bootbank_b_1\n"
	     "<110>2022-11-04T15:25:46.186Z esx1 shell[1]: [shell.cmd@6876 subject=\"root\" "
	     "command=\"echo \\\"x\\\" \\] subject=\\\"y\\\"\" result=\"success\"]\n"
	     "2023-12-05T17:36:17Z sshd[1]: [root]: ls\n"
	     "2023-12-05T17:36:17Z sshd[1]: USER root pid 7 cmd x\n"
	     "2023-12-05T17:36:17Z In(14\n"
	     "<14>\n"
	     "[\n"
	     "\002\n");
	assert_int_equal(run.n, 2);
	assert_int_equal(run.tally.n_read, 8);
	assert_int_equal(run.n_kind[ED_EVENT_PROCESS], 2);
	assert_string_equal(test_events_text(&run, 1, ED_TEXT_USER), "root");
	assert_string_equal(test_events_text(&run, 1, ED_TEXT_COMMAND),
			    "echo \"x\" ] subject=\"y\"");
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 5);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
}

static void test_long_command(void **state)
{
	static char text[100 * 1024] = "2023-12-05T17:36:17Z shell[1]: [root]: ";
	size_t at = strlen(text);

	(void)state;
	memset(text + at, 'a', sizeof(text) - at - 1);
	esxi(text);
	assert_int_equal(run.n, 1);
	assert_true(test_events_process(&run, 0)->is_cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fronts),
		cmocka_unit_test(test_starters),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_commands_on_vibs),
		cmocka_unit_test(test_messages_on_vibs),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_long_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
