/* SPDX-License-Identifier: Apache-2.0 */
/* eslogger: program starts, what started them, names in their arguments. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/host/process_id.h"
#include "format/test_events.h"

static struct test_events run;

/* A record as eslogger has it, shortened where nothing is read. */
#define RECORD(type, caller, tty, path, args)                                                    \
	"{\"schema_version\":1,\"mach_time\":8,\"event_type\":" type ",\"seq_num\":1,"           \
	"\"global_seq_num\":7,\"time\":\"2026-11-03T14:02:11.141999123Z\",\"version\":7,"        \
	"\"process\":{\"start_time\":\"2026-11-03T14:02:10.000000Z\",\"ppid\":640,"              \
	"\"audit_token\":{\"pid\":812,\"euid\":501},\"executable\":{\"path\":\"" caller          \
	"\",\"path_truncated\":false}},\"event\":{\"exec\":{\"script\":null,\"dyld_exec_path\":" \
	"\"x\",\"target\":{\"ppid\":640,\"start_time\":\"2026-11-03T14:02:11.000000Z\","         \
	"\"audit_token\":{\"asid\":9,\"pid\":812,\"euid\":501,\"ruid\":501,\"auid\":501},"       \
	"\"tty\":" tty ",\"executable\":{\"path\":\"" path "\",\"stat\":{\"st_dev\":1}},"        \
	"\"signing_id\":\"com.apple.x\",\"team_id\":null,\"cdhash\":\"00AA\"},"                  \
	"\"fds\":[{\"fd\":0,\"fdtype\":2}],\"env\":[\"PATH=\\/bin\"],\"args\":[" args            \
	"],\"cwd\":{\"path\":\"\\/\"}}},\"action\":{\"result\":{\"auth\":0}}}"

static void es(const char *text)
{
	test_events_run(&ed_format_eslogger, ed_span_str(text), &run);
}

static void test_exec(void **state)
{
	const struct ed_process *p;

	(void)state;
	es(RECORD("9", "\\/usr\\/sbin\\/cron", "null", "\\/bin\\/ls",
		  "\"ls\",\"-l\",\"a b\"") "\n");
	assert_int_equal(run.n, 1);
	assert_int_equal(test_events_event(&run, 0)->kind, ED_EVENT_PROCESS);
	assert_int_equal(test_events_event(&run, 0)->time_quality, ED_TIME_EXACT_UTC);
	assert_int_equal(test_events_event(&run, 0)->has, ED_FIELD_TIME | ED_FIELD_PROCESS |
								  ED_FIELD_IMAGE |
								  ED_FIELD_LINEAGE | ED_FIELD_USER);
	p = test_events_process(&run, 0);
	assert_int_equal(p->pid, 812);
	assert_int_equal(p->ppid, 640);
	assert_int_equal(p->id, ed_process_id_from_pid(0, 812, ED_TIME_UNKNOWN_NS));
	assert_int_equal(p->parent_id, ed_process_id_from_pid(0, 640, ED_TIME_UNKNOWN_NS));
	assert_int_equal(p->start_ns, 1793714531 * ED_NS_PER_S);
	assert_int_equal(p->launch, ED_LAUNCH_CRON);
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_IMAGE), "/bin/ls");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_COMMAND), "ls -l a b");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_PARENT), "/usr/sbin/cron");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_USER), "501");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_SIGNER), "com.apple.x");
	assert_string_equal(test_events_text(&run, 0, ED_TEXT_HASHES), "00AA");
}

static void test_names(void **state)
{
	(void)state;
	es(RECORD("9", "\\/bin\\/zsh", "{\"path\":\"\\/dev\\/ttys000\"}", "\\/usr\\/bin\\/dig",
		  "\"dig\",\"@192.0.2.53\",\"TXT\",\"x.t.example.net\"") "\n");
	assert_int_equal(run.n, 2);
	assert_int_equal(run.tally.n_analysed, 1);
	assert_int_equal(test_events_process(&run, 0)->launch, ED_LAUNCH_TERMINAL);
	assert_int_equal(test_events_event(&run, 1)->kind, ED_EVENT_DNS_QUERY);
	assert_string_equal(test_events_name(&run, 1), "x.t.example.net");
	assert_int_equal(test_events_event(&run, 1)->qtype, ED_RR_TXT);
	assert_true(test_events_event(&run, 1)->has & ED_FIELD_RESOLVER);
	assert_int_equal(test_events_event(&run, 1)->lost, 0);
	assert_int_equal(test_events_process(&run, 1)->attribution, ED_ATTRIBUTION_COMMAND);
	assert_int_equal(test_events_process(&run, 1)->id, test_events_process(&run, 0)->id);
	/* what a shell starts has a record of its own */
	es(RECORD("9", "\\/bin\\/zsh", "null", "\\/bin\\/sh",
		  "\"sh\",\"-c\",\"dig x.t.example.net\"") "\n");
	assert_int_equal(run.n, 1);
}

static void test_faults(void **state)
{
	(void)state;
	es(RECORD(
		"11", "\\/bin\\/zsh", "null", "\\/bin\\/ls",
		"") "\n"
		    "{\"event_type\":9,\"global_seq_num\":7,\"time\":\"2026-11-03T14:02:11Z\",\"event\":"
		    "{\"exec\":{\"target\":{}}}}\n"
		    "{\"a\":1}\n{\n");
	assert_int_equal(run.n, 0);
	assert_int_equal(run.tally.n_read, 4);
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], 2);
	assert_int_equal(run.tally.n_dropped[ED_DROP_NO_FIELDS], 1);
	assert_int_equal(run.tally.n_dropped[ED_DROP_BAD_LINE], 1);
	assert_int_equal(ed_format_eslogger.probe(ed_span_str("{\"a\":1}\n")), 0);
	assert_int_equal(
		ed_format_eslogger.probe(ed_span_str(RECORD("9", "x", "null", "x", "") "\n")), 92);
}

/* Arguments without bound: the command is cut and says so. */
static void test_long_command(void **state)
{
	static char args[64 * 1024], text[80 * 1024];
	size_t at = 0;

	(void)state;
	while (at < 60000)
		at += (size_t)snprintf(args + at, sizeof(args) - at, "%s\"0123456789\"",
				       at > 0 ? "," : "");
	snprintf(text, sizeof(text), RECORD("9", "x", "null", "x", "%s") "\n", args);
	es(text);
	assert_int_equal(run.n, 1);
	assert_true(test_events_process(&run, 0)->is_cut);
	assert_int_equal(test_events_process(&run, 0)->text_n[ED_TEXT_COMMAND],
			 ED_TEXT_COMMAND_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_long_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
