/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every Linux sample of the data set: known as its format, every record accounted for, and as many
 * starts of programs, connections and lookups as were counted in them by other means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/test_events.h"

struct sample {
	const char *path;
	const struct ed_format *format;
	unsigned n_read, n_flows, n_processes, n_lookups;
};

#define AUDIT "formats/linux-audit/"
#define LAUREL "linux/threathunters-io+laurel/src/testdata/"
#define LIBAUDIT "linux/elastic+go-libaudit/auparse/testdata/"
#define USERSPACE "linux/linux-audit+audit-userspace/auparse/test/"
#define CROWDSEC "linux/crowdsecurity+hub/.tests/"

static const struct sample samples[] = {
	{ AUDIT "lab-auditd3.0.9-kernel6.18-raw.log", &ed_format_auditd, 479, 6, 23, 6 },
	{ AUDIT "lab-auditd3.0.9-kernel6.18-enriched.log", &ed_format_auditd, 481, 6, 23, 6 },
	{ AUDIT "audit-userspace-test3.log", &ed_format_auditd, 15, 0, 0, 0 },
	{ AUDIT "audit-userspace-test4.log", &ed_format_auditd, 13, 0, 2, 0 },
	{ AUDIT "go-libaudit-audit-rhel7.log", &ed_format_auditd, 50, 0, 4, 0 },
	{ AUDIT "go-libaudit-lost_messages.log", &ed_format_auditd, 17, 1, 2, 0 },
	{ AUDIT "go-libaudit-out_of_order.log", &ed_format_auditd, 17, 1, 2, 0 },
	{ AUDIT "go-libaudit-rollover.log", &ed_format_auditd, 5, 0, 1, 0 },
	{ AUDIT "laurel-proc-trace-dpkg-l.txt", &ed_format_auditd, 73, 0, 11, 0 },
	{ AUDIT "laurel-record-connect.txt", &ed_format_auditd, 6, 2, 0, 0 },
	{ AUDIT "laurel-record-execve-long.txt", &ed_format_auditd, 9, 0, 1, 0 },
	{ AUDIT "laurel-record-execve.txt", &ed_format_auditd, 7, 0, 1, 0 },
	{ AUDIT "laurel-record-nscd.txt", &ed_format_auditd, 5, 0, 0, 0 },
	{ AUDIT "laurel-record-perl-reverse-shell.txt", &ed_format_auditd, 8, 0, 1, 0 },
	{ AUDIT "laurel-shell-proc-trace-reordered.txt", &ed_format_auditd, 42, 0, 4, 0 },
	{ AUDIT "laurel-record-execve-long.json", &ed_format_laurel, 1, 0, 1, 0 },
	{ AUDIT "laurel-record-execve.json", &ed_format_laurel, 1, 0, 1, 0 },
	{ AUDIT "laurel-record-nscd.json", &ed_format_laurel, 1, 0, 0, 0 },
	{ AUDIT "laurel-record-perl-reverse-shell.json", &ed_format_laurel, 1, 0, 1, 0 },
	{ AUDIT "auditbeat-execve.json", &ed_format_auditbeat, 1, 0, 0, 0 }, /* has no time */
	{ "linux/SEKOIA-IO+intake-formats/auditbeat.jsonl", &ed_format_auditbeat, 19, 1, 1, 0 },
	{ "formats/linux-ebpf/tracee-net_packet_dns.json", &ed_format_tracee, 4, 0, 0, 4 },
	{ "linux/OTRF+Security-Datasets/sh_binary_padding_dd_2020-11-10081941.log",
	  &ed_format_auditd, 6, 0, 1, 0 },
	{ CROWDSEC "auditd-logs/auditd-logs.log", &ed_format_auditd, 4, 0, 3, 0 },
	{ CROWDSEC "auditd-postexploit-rm/auditd-postexploit-rm.log", &ed_format_auditd, 10, 0, 10,
	  0 },
	{ CROWDSEC "auditd-suid-crash/auditd-suid-crash.log", &ed_format_auditd, 13, 0, 2, 0 },
	{ LIBAUDIT "audit-rhel6.log", &ed_format_auditd, 2, 0, 0, 0 },
	{ LIBAUDIT "audit-rhel7.log", &ed_format_auditd, 50, 0, 4, 0 },
	{ LIBAUDIT "audit-ubuntu14.log", &ed_format_auditd, 1, 0, 0, 0 },
	{ LIBAUDIT "audit-ubuntu16.log", &ed_format_auditd, 3, 0, 1, 0 },
	{ LIBAUDIT "audit-ubuntu17.log", &ed_format_auditd, 1, 0, 1, 0 },
	{ LIBAUDIT "test2.log", &ed_format_auditd, 10, 0, 2, 0 },
	{ LIBAUDIT "test3.log", &ed_format_auditd, 17, 0, 0, 0 },
	{ USERSPACE "test.log", &ed_format_auditd, 12, 0, 2, 0 },
	{ USERSPACE "test2.log", &ed_format_auditd, 12, 0, 2, 0 },
	{ USERSPACE "test3.log", &ed_format_auditd, 15, 0, 0, 0 },
	{ USERSPACE "test4.log", &ed_format_auditd, 13, 0, 2, 0 },
	{ LAUREL "fork-sleep-exec.txt", &ed_format_auditd, 27, 0, 2, 0 },
	{ LAUREL "line-user-acct.txt", &ed_format_auditd, 1, 0, 0, 0 },
	{ LAUREL "proc-trace-dpkg-l.txt", &ed_format_auditd, 73, 0, 11, 0 },
	{ LAUREL "record-adjntpval.txt", &ed_format_auditd, 3, 0, 0, 0 },
	{ LAUREL "record-anom-promiscuous.txt", &ed_format_auditd, 4, 0, 0, 0 },
	{ LAUREL "record-avc-apparmor.txt", &ed_format_auditd, 3, 0, 0, 0 },
	{ LAUREL "record-bind-ipv4-bigendian.txt", &ed_format_auditd, 4, 0, 0, 0 },
	{ LAUREL "record-connect.txt", &ed_format_auditd, 6, 2, 0, 0 },
	{ LAUREL "record-execve-long.txt", &ed_format_auditd, 9, 0, 1, 0 },
	{ LAUREL "record-execve.txt", &ed_format_auditd, 7, 0, 1, 0 },
	{ LAUREL "record-login.txt", &ed_format_auditd, 3, 0, 0, 0 },
	{ LAUREL "record-nscd.txt", &ed_format_auditd, 5, 0, 0, 0 },
	{ LAUREL "record-ptrace.txt", &ed_format_auditd, 3, 0, 0, 0 },
	{ LAUREL "record-service-start.txt", &ed_format_auditd, 5, 0, 1, 0 },
	{ LAUREL "record-syscall-key.txt", &ed_format_auditd, 6, 0, 1, 0 },
	{ LAUREL "record-syscall-nullkey.txt", &ed_format_auditd, 8, 0, 1, 0 },
	{ LAUREL "record-uringop.txt", &ed_format_auditd, 2, 0, 0, 0 },
	{ LAUREL "shell-proc-trace-confusion.txt", &ed_format_auditd, 189, 0, 5, 0 },
	{ LAUREL "shell-proc-trace-reordered.txt", &ed_format_auditd, 42, 0, 4, 0 },
	{ LAUREL "shell-proc-trace.txt", &ed_format_auditd, 63, 0, 4, 0 },
	{ LAUREL "tree/00.txt", &ed_format_auditd, 7, 0, 1, 0 },
	{ LAUREL "tree/08.txt", &ed_format_auditd, 7, 0, 1, 0 },
	{ LAUREL "tree/16.txt", &ed_format_auditd, 7, 0, 1, 0 },
};

static void test_samples(void **state)
{
	static struct test_events run;
	unsigned n_there = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		struct ed_span file = test_events_read(s->path);

		if (!file.p)
			continue;
		n_there++;
		assert_ptr_equal(ed_format_sniff(file), s->format);
		test_events_run(s->format, file, &run);
		print_message("%-12s %4u records, %2zu starts, %zu connections, %zu lookups: %s\n",
			      s->format->name, (unsigned)run.tally.n_read,
			      run.n_kind[ED_EVENT_PROCESS], run.n_kind[ED_EVENT_FLOW],
			      run.n_kind[ED_EVENT_DNS_QUERY] + run.n_kind[ED_EVENT_DNS_RESPONSE],
			      s->path);
		assert_int_equal(run.tally.n_read, s->n_read);
		assert_int_equal(run.n_kind[ED_EVENT_FLOW], s->n_flows);
		assert_int_equal(run.n_kind[ED_EVENT_PROCESS], s->n_processes);
		assert_int_equal(run.n_kind[ED_EVENT_DNS_QUERY] + run.n_kind[ED_EVENT_DNS_RESPONSE],
				 s->n_lookups);
		free((void *)(uintptr_t)file.p);
	}
	if (n_there == 0) {
		print_message("no data set with Linux samples: skipped\n");
		skip();
	}
	assert_int_equal(n_there, sizeof(samples) / sizeof(samples[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_samples) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
