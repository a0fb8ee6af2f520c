/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both Zeek formats over the labelled data set (EARTHDOG_DATA): every record is accounted for,
 * lookups are as many as the labels say, and no sample of another format is taken for Zeek's.
 * Skipped without the set.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <zlib.h>

#include "format/zeek/test_zeek.h"

enum { FILE_MAX = 64 << 20, LINE_TEXT_MAX = 1 << 16, PATH_TEXT_MAX = 2048 };

static struct test_run run;

static const char *data_dir(void)
{
	const char *dir = getenv("EARTHDOG_DATA");
	DIR *d = dir ? opendir(dir) : NULL;

	if (!d) {
		print_message("no data set at %s: skipped\n",
			      dir ? dir : "EARTHDOG_DATA, which is not set");
		skip();
		return NULL;
	}
	closedir(d);
	return dir;
}

static void join(const char *dir, const char *name, char ret[static PATH_TEXT_MAX])
{
	int n = snprintf(ret, PATH_TEXT_MAX, "%s/%s", dir, name);

	assert_in_range(n, 1, PATH_TEXT_MAX - 1);
}

/* A whole file, unpacked when it is packed; freed by the caller. */
static struct ed_span read_whole(const char *path)
{
	size_t n = 0, cap = 1 << 20;
	uint8_t *p = malloc(cap);
	gzFile f = gzopen(path, "rb");
	int got;

	assert_non_null(p);
	assert_non_null(f);
	while ((got = gzread(f, p + n, (unsigned)(cap - n))) > 0) {
		n += (size_t)got;
		if (n == cap) {
			cap *= 2;
			p = realloc(p, cap);
			assert_true(p != NULL && cap <= FILE_MAX);
		}
	}
	assert_int_equal(got, 0);
	gzclose(f);
	return ed_span_of(p, n);
}

/* Records counted without any of the code under test: lines that are not blank and, in TSV, no
 * comment. */
static size_t count_records(struct ed_span file, bool comments)
{
	size_t n = 0, start = 0;

	for (size_t i = 0; i <= file.n; i++) {
		if (i < file.n && file.p[i] != '\n')
			continue;
		if (i > start && file.p[start] != '\r' && !(comments && file.p[start] == '#'))
			n++;
		start = i + 1;
	}
	return n;
}

static const struct ed_format *sniff(struct ed_span file)
{
	struct ed_span head = ed_span_of(file.p, file.n < ED_PROBE_BYTES ? file.n : ED_PROBE_BYTES);
	unsigned tsv = ed_format_zeek_tsv.probe(head);
	unsigned json = ed_format_zeek_json.probe(head);

	assert_true(tsv == 0 || json == 0);
	if (tsv > 0)
		return &ed_format_zeek_tsv;
	return json > 0 ? &ed_format_zeek_json : NULL;
}

static uint64_t damaged(const struct ed_tally *t)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < ED_DROP_N; i++)
		n += ed_drop_is_damage(i) ? t->n_dropped[i] : 0;
	return n;
}

/* Cell @c of a tab-separated line, copied. */
static void cell(const char *line, unsigned c, char *ret, size_t ret_bytes)
{
	size_t n;

	for (; c > 0 && line; c--) {
		line = strchr(line, '\t');
		line += line != NULL;
	}
	assert_non_null(line);
	n = strcspn(line, "\t\n");
	assert_true(n < ret_bytes);
	memcpy(ret, line, n);
	ret[n] = '\0';
}

static void check_labelled(const char *dir, const char *line)
{
	const struct ed_format *format;
	char name[1024], path[PATH_TEXT_MAX], queries[32];
	struct ed_span file;
	size_t lookups;

	cell(line, 1, name, sizeof(name));
	cell(line, 5, queries, sizeof(queries));
	join(dir, name, path);
	file = read_whole(path);
	format = sniff(file);
	assert_non_null(format);
	test_run(format, file, &run);
	/* Labels count records to port 53, but all records where the key of the port is
	 * "id_resp_p". */
	lookups = memmem(file.p, file.n, "\"id_resp_p\"", 11) ? run.tally.n_read : run.n_port_53;
	if (lookups != (size_t)atol(queries) || damaged(&run.tally) > 0)
		print_message("%s: %zu lookups, label %s, %zu lines damaged\n", name, lookups,
			      queries, (size_t)damaged(&run.tally));
	assert_int_equal(run.tally.n_read, count_records(file, format == &ed_format_zeek_tsv));
	assert_int_equal(lookups, atol(queries));
	assert_int_equal(damaged(&run.tally), 0);
	free((void *)(uintptr_t)file.p);
}

static void test_labels(void **state)
{
	const char *dir = data_dir();
	static char line[LINE_TEXT_MAX];
	char path[PATH_TEXT_MAX], format[64];
	unsigned n = 0;
	FILE *f;

	(void)state;
	join(dir, "labels.tsv", path);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		cell(line, 4, format, sizeof(format));
		if (strncmp(format, "Zeek dns.log", 12) == 0) {
			check_labelled(dir, line);
			n++;
		}
	}
	fclose(f);
	print_message("%u labelled Zeek logs\n", n);
	assert_true(n >= 20);
}

/* Samples of Zeek's that have no header and no key by which Zeek could be told. */
static bool is_anonymous(const char *name)
{
	return strcmp(name, "MANIFEST") == 0 || strstr(name, "max-queries-conn") ||
	       strstr(name, "json-iso-timestamps") || strstr(name, "json-optional") ||
	       strstr(name, "json-utf8-ssh.log.hex") || strstr(name, "json-utf8-ssh.log.pua") ||
	       strstr(name, "json-utf8-ssh.log.tsv") || strstr(name, "negative-ts");
}

/* Samples come with their times masked; any time will do. */
static void unmask(struct ed_span file)
{
	static const char mask[] = "XXXXXXXXXX.XXXXXX";
	uint8_t *p = (uint8_t *)(uintptr_t)file.p;
	uint8_t *end = p + file.n;

	while ((p = memmem(p, (size_t)(end - p), mask, strlen(mask))))
		memcpy(p, "1790000000.250000", strlen(mask));
}

static void check_sample(const char *path, const char *name, bool is_zeek)
{
	struct ed_span file = read_whole(path);
	const struct ed_format *format = sniff(file);

	if ((format != NULL) != is_zeek)
		print_message("%s: taken for %s\n", path, format ? format->name : "no Zeek log");
	assert_true((format != NULL) == is_zeek);
	if (format) {
		unmask(file);
		test_run(format, file, &run);
		print_message(
			"%s: %s, %zu records, %zu events, %zu other, %zu multicast, %zu damaged\n",
			name, format->name, (size_t)run.tally.n_read, run.n_events,
			(size_t)run.tally.n_dropped[ED_DROP_OTHER_LOG],
			(size_t)run.tally.n_dropped[ED_DROP_MULTICAST],
			(size_t)damaged(&run.tally));
		assert_int_equal(run.tally.n_read,
				 count_records(file, format == &ed_format_zeek_tsv));
		assert_int_equal(damaged(&run.tally), 0);
		assert_int_equal(run.n_lossy, 0);
	}
	free((void *)(uintptr_t)file.p);
}

static void check_folder(const char *path, bool is_zeek)
{
	char file[PATH_TEXT_MAX];
	struct dirent *e;
	DIR *d = opendir(path);

	assert_non_null(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		join(path, e->d_name, file);
		check_sample(file, e->d_name, is_zeek && !is_anonymous(e->d_name));
	}
	closedir(d);
}

static void test_samples(void **state)
{
	const char *dir = data_dir();
	char formats[PATH_TEXT_MAX], path[PATH_TEXT_MAX];
	unsigned n = 0;
	struct dirent *e;
	DIR *d;

	(void)state;
	join(dir, "formats", formats);
	d = opendir(formats);
	assert_non_null(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.' || strcmp(e->d_name, "MANIFEST") == 0)
			continue;
		join(formats, e->d_name, path);
		check_folder(path, strcmp(e->d_name, "zeek") == 0);
		n++;
	}
	closedir(d);
	assert_true(n >= 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
