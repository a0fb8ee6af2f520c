/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every capture of the sample set formats/pcap-synthetic against the message counts of its
 * MANIFEST:
 *	vlan-8021q.pcap	342	...	expected complete unicast DNS messages: 1q 1r
 * The set lies outside the source tree, in the folder that EARTHDOG_DATA names; without it the test
 * is skipped (exit status 77) and says so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "format/packet/test_capture.h"

enum { PATH_BYTES = 4096, SKIPPED = 77, FILES_MIN = 50 };

static const char marker[] = "messages: ";

static char folder[PATH_BYTES];

static FILE *open_in_folder(const char *name)
{
	char path[2 * PATH_BYTES];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return fopen(path, "rb");
}

/* "2q 1r (...)" as numbers; what is not there is 0. */
static void read_counts(const char *text, unsigned *ret_q, unsigned *ret_r)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*ret_q = 0;
	*ret_r = 0;
	if (*end == 'q') {
		*ret_q = (unsigned)n;
		n = strtoul(end + 1, &end, 10);
		if (*end == 'r')
			*ret_r = (unsigned)n;
	} else if (strncmp(text, "port test", 9) == 0) {
		*ret_q = 1; /* the unicast query to the port of multicast DNS */
	}
}

static void check_capture(const char *name, unsigned n_queries, unsigned n_responses)
{
	static struct test_file file;
	struct test_run run;
	FILE *f = open_in_folder(name);
	const struct ed_format *format = &ed_format_pcap;

	assert_non_null(f);
	file.n = fread(file.b, 1, sizeof(file.b), f);
	(void)fclose(f);
	if (ed_format_pcapng.probe(test_file_span(&file)) > 0)
		format = &ed_format_pcapng;
	test_drive(format, test_file_span(&file), &run);
	if (run.n_queries != n_queries || run.n_responses != n_responses)
		print_error("%s: %u queries, %u responses\n", name, run.n_queries, run.n_responses);
	assert_int_equal(run.n_queries, n_queries);
	assert_int_equal(run.n_responses, n_responses);
}

static void test_manifest(void **state)
{
	FILE *manifest = open_in_folder("MANIFEST");
	char line[1024];
	unsigned n_files = 0;

	(void)state;
	assert_non_null(manifest);
	while (fgets(line, sizeof(line), manifest)) {
		const char *counts = strstr(line, marker);
		char *tab = strchr(line, '\t');
		unsigned n_queries, n_responses;

		if (line[0] == '#' || !counts || !tab)
			continue;
		*tab = '\0';
		read_counts(counts + sizeof(marker) - 1, &n_queries, &n_responses);
		check_capture(line, n_queries, n_responses);
		n_files++;
	}
	(void)fclose(manifest);
	assert_true(n_files >= FILES_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_manifest),
	};
	const char *data = getenv("EARTHDOG_DATA");
	FILE *manifest;

	(void)snprintf(folder, sizeof(folder), "%s/formats/pcap-synthetic",
		       data ? data : "../shared/data");
	manifest = open_in_folder("MANIFEST");
	if (!manifest) {
		(void)printf("skipped: no samples in %s\n", folder);
		return SKIPPED;
	}
	(void)fclose(manifest);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
