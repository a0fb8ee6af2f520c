/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Windows logs of the labelled data set (EARTHDOG_DATA): each sample is known for what it is,
 * and holds as many lookups, connections and program starts as its label says. Skipped without the
 * set.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_events.h"

struct sample {
	const char *path;
	const char *format;
	unsigned n_read;
	unsigned n_lookups;   /* Sysmon 22, or messages of the DNS server */
	unsigned n_connected; /* Sysmon 3, of which some are inbound or to many */
	unsigned n_started;   /* Sysmon 1 */
	unsigned n_other;     /* events of other kinds */
};

#define OTRF "windows/OTRF+Security-Datasets/"
#define FORMATS "formats/windows-sysmon/"

/* clang-format off */
static const struct sample samples[] = {
	{ OTRF "cmd_wevtutil_modify_security_eventlog_path.sysmon_1_3_22.jsonl", "windows-json",
	  174, 31, 112, 31, 0 },
	{ OTRF "covenant_psremoting_grunt.sysmon_1_3_22.jsonl", "windows-json", 313, 20, 276, 17, 0 },
	{ OTRF "metasploit_comsvcs_lsass_memory_dump.sysmon_1_3_22.jsonl", "windows-json",
	  344, 58, 159, 127, 0 },
	{ OTRF "metasploit_nanodump_lsass_memory_dump.sysmon_1_3_22.jsonl", "windows-json",
	  972, 313, 548, 111, 0 },
	{ OTRF "metasploit_outflank-dumpert_lsass_memory_dump.sysmon_1_3_22.jsonl", "windows-json",
	  1249, 400, 772, 77, 0 },
	{ OTRF "purplesharp_ad_playbook_I.sysmon_1_3_22.jsonl", "windows-json", 163, 13, 126, 24, 0 },
	{ "windows/SEKOIA-IO+intake-formats/windows_sysmon.jsonl", "windows-json", 19, 1, 1, 2, 15 },
	{ "windows/wagga40+Zircolite/tests/fixtures/winlogbeat_sysmon_sample.json", "windows-json",
	  2, 0, 0, 0, 2 },
	{ "windows/wagga40+Zircolite/tests/fixtures/xml_events_sample.xml", "windows-xml",
	  2, 0, 0, 0, 2 },
	{ FORMATS "event22-ecs-elastic-agent.json", "windows-json", 1, 1, 0, 0, 0 },
	{ FORMATS "event22-rendered.xml", "windows-xml", 1, 1, 0, 0, 0 },
	{ FORMATS "mordor-2022-with-User.json", "windows-json", 60, 24, 36, 0, 0 },
	{ FORMATS "mordor-event3-port53-dns.exe.json", "windows-json", 30, 0, 30, 0, 0 },
	{ FORMATS "mordor-nxlog-2019-ProcessID-clobbered.json", "windows-json", 23, 20, 3, 0, 0 },
	{ FORMATS "mordor-nxlog-2020.json", "windows-json", 55, 50, 5, 0, 0 },
	{ FORMATS "mordor-unknown-process.json", "windows-json", 2, 2, 0, 0, 0 },
	{ FORMATS "mordor-wef-2020-TZ-wrong.json", "windows-json", 60, 60, 0, 0, 0 },
	{ "formats/windows-dnsserver/analytical-256-257-261.ndjson", "windows-json", 3, 2, 0, 0, 1 },
	{ "formats/linux-sysmon/event5-elastic.json", "windows-json", 1, 0, 0, 0, 1 },
};
/* clang-format on */

static struct test_events run;

/* Connections that the machine did not open are dropped by name, and the rest are flows. */
static void check_counts(const struct sample *s)
{
	size_t lookups = run.n_kind[ED_EVENT_DNS_QUERY] + run.n_kind[ED_EVENT_DNS_PAIR] +
			 run.n_kind[ED_EVENT_DNS_RESPONSE];
	size_t left_out = run.tally.n_dropped[ED_DROP_OTHER_LOG] +
			  run.tally.n_dropped[ED_DROP_MULTICAST] +
			  run.tally.n_dropped[ED_DROP_UPSTREAM];

	print_message("%s: %zu read, %zu lookups, %zu flows, %zu starts, %zu left out\n", s->path,
		      (size_t)run.tally.n_read, lookups, run.n_kind[ED_EVENT_FLOW],
		      run.n_kind[ED_EVENT_PROCESS], left_out);
	assert_int_equal(run.tally.n_read, s->n_read);
	assert_int_equal(lookups, s->n_lookups);
	assert_int_equal(run.n_kind[ED_EVENT_PROCESS], s->n_started);
	assert_int_equal(run.n_kind[ED_EVENT_FLOW] + left_out, s->n_connected + s->n_other);
	assert_int_equal(run.tally.n_analysed + left_out, s->n_read);
}

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		struct ed_span file = test_events_read(s->path);
		const struct ed_format *f;

		if (!file.p) {
			print_message("no data set at EARTHDOG_DATA: skipped\n");
			skip();
		}
		f = test_events_sniff(file);
		assert_non_null(f);
		assert_string_equal(f->name, s->format);
		test_events_run(f, file, &run);
		check_counts(s);
		free((void *)(uintptr_t)file.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_samples) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
