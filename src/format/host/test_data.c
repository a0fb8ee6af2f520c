/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The macOS and ESXi samples of the labelled data set (EARTHDOG_DATA): each is known for what it
 * is, and holds what was counted in it by hand. Skipped without the set.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_events.h"

/* clang-format off */
static const struct sample {
	const char *path;
	const char *format;
	unsigned n_read; /* records */
	unsigned n_analysed;
	unsigned n_queries, n_processes, n_packages;
} samples[] = {
	{ "macos/excerpts/mdnsresponder_console_masked.log", "macos-text", 9, 4, 4, 0, 0 },
	{ "formats/macos/mdnsresponder-lines.txt", "macos-text", 5, 4, 4, 0, 0 },
	{ "formats/macos/log-ndjson.json", "macos", 1, 0, 0, 0, 0 },
	{ "esxi/excerpts/esxi8_excerpts.log", "esxi", 21, 7, 0, 7, 0 },
	{ "esxi/SEKOIA-IO+intake-formats/esxi_messages.log", "esxi", 85, 8, 0, 8, 0 },
	{ "formats/esxi/shell-syslog-esxupdate-generations.log", "esxi", 7, 3, 0, 3, 0 },
	{ "formats/esxi/vsphere-syslog-mixed.log", "esxi", 3, 1, 0, 1, 0 },
	{ "formats/esxi/vib-list.txt", "vib-list", 5, 5, 0, 0, 5 },
};
/* clang-format on */

static struct test_events run;

static void check(const struct sample *s)
{
	struct ed_span file = test_events_read(s->path);
	const struct ed_format *f;

	if (!file.p)
		print_message("%s: not there\n", s->path);
	assert_non_null(file.p);
	f = test_events_sniff(file);
	assert_non_null(f);
	assert_string_equal(f->name, s->format);
	test_events_run(f, file, &run);
	free((void *)(uintptr_t)file.p);
	if (run.tally.n_analysed != s->n_analysed || run.tally.n_read != s->n_read)
		print_message("%s: %u of %u\n", s->path, (unsigned)run.tally.n_analysed,
			      (unsigned)run.tally.n_read);
	assert_int_equal(run.tally.n_read, s->n_read);
	assert_int_equal(run.tally.n_analysed, s->n_analysed);
	assert_int_equal(run.n_kind[ED_EVENT_DNS_QUERY], s->n_queries);
	assert_int_equal(run.n_kind[ED_EVENT_PROCESS], s->n_processes);
	assert_int_equal(run.n_kind[ED_EVENT_PACKAGE], s->n_packages);
	/* what is not analysed is another log's, and nothing is at fault */
	assert_int_equal(run.tally.n_dropped[ED_DROP_OTHER_LOG], s->n_read - s->n_analysed);
}

static void test_samples(void **state)
{
	struct ed_span labels = test_events_read("labels.tsv");

	(void)state;
	if (!labels.p) {
		print_message("no data set at EARTHDOG_DATA: skipped\n");
		skip();
	}
	free((void *)(uintptr_t)labels.p);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check(&samples[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_samples) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
