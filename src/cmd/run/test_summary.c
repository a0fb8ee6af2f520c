/* SPDX-License-Identifier: Apache-2.0 */
/* The closing summary and the account of --stats, to the byte. */
#include "cmd/run/summary.h"

#include "format/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct ed_alert alerts[] = {
	{ .level = ED_LEVEL_CRITICAL },      { .level = ED_LEVEL_MEDIUM },
	{ .level = ED_LEVEL_LOW },           { .level = ED_LEVEL_INFORMATIONAL },
	{ .level = ED_LEVEL_INFORMATIONAL },
};

static void fill(struct ed_scan_result *r)
{
	memset(r, 0, sizeof(*r));
	ed_tally_init(&r->records);
	r->records.n_read = 1812440;
	r->records.n_analysed = 1800000;
	r->records.n_dropped[ED_DROP_NOT_DNS] = 12437;
	r->records.n_dropped[ED_DROP_CUT] = 1;
	r->records.n_dropped[ED_DROP_MALFORMED] = 2;
	r->n_events[ED_EVENT_DNS_QUERY] = 900000;
	r->n_events[ED_EVENT_DNS_RESPONSE] = 899999;
	r->n_events[ED_EVENT_DNS_PAIR] = 1;
	r->bytes = 412300000;
	r->n_files = 4;
	r->n_clients = 214;
	r->n_domains = 31906;
	r->format_records[0] = 1812440;
	r->n_tables = 1;
	r->tables[0] = (struct ed_scan_table){
		.name = "keys", .n_entries = 5, .capacity = 100, .n_refused = 7
	};
	r->wall_s = 1.125;
	r->peak_rss_bytes = 65536;
	r->alerts = alerts;
	r->n_alerts = sizeof(alerts) / sizeof(alerts[0]);
}

static void assert_summary(const struct ed_scan_result *r, enum ed_level min, const char *wanted)
{
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);

	assert_non_null(f);
	ed_summary_print(r, min, f);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(out, wanted);
	free(out);
}

static void test_summary(void **state)
{
	struct ed_scan_result r;

	(void)state;
	fill(&r);
	assert_summary(
		&r, ED_LEVEL_LOW,
		" 1,812,440 records in 4 files (412.3 MB), 1.1 s \302\267 214 clients \302\267 31,906 domains"
		" \302\267 2 alerts, 1 low, 2 informational (2 not shown)\n"
		" not analysed: 12,437 (another protocol or port)\n"
		" damaged: 2 (not even a DNS header and question), 1 (the file ends inside the record)\n");
}

/* What a rule hides is counted by itself, and nowhere else. */
static void test_suppressed(void **state)
{
	static const struct ed_suppression rule = { .reason = "r", .owner = "o", .line = 1 };
	struct ed_scan_result r;
	struct ed_buf out;

	(void)state;
	memset(&r, 0, sizeof(r));
	r.alerts = alerts;
	r.n_alerts = 3;
	alerts[1].suppressed = &rule;
	assert_summary(&r, ED_LEVEL_LOW,
		       " 0 records in 0 files (0 B), 0.0 s \302\267 0 clients \302\267 0 domains"
		       " \302\267 1 alert, 1 low, 1 suppressed by rules\n");
	ed_buf_init(&out, 1 << 16);
	ed_summary_stats(&r, &out);
	assert_non_null(strstr(out.p, "\"medium\":0,\"high\":0,\"critical\":1,\"suppressed\":1"));
	ed_buf_done(&out);
	alerts[1].suppressed = NULL;
}

static void test_summary_of_little(void **state)
{
	struct ed_scan_result r;

	(void)state;
	memset(&r, 0, sizeof(r));
	r.records.n_read = 1;
	r.n_files = 1;
	r.n_clients = 1;
	r.n_domains = 1;
	r.alerts = alerts;
	r.n_alerts = 1;
	assert_summary(
		&r, ED_LEVEL_INFORMATIONAL,
		" 1 record in 1 file (0 B), 0.0 s \302\267 1 client \302\267 1 domain \302\267 1 alert\n");
}

static void test_summary_says_full_and_interrupted(void **state)
{
	struct ed_scan_result r;

	(void)state;
	memset(&r, 0, sizeof(r));
	r.interrupted = true;
	r.n_tables = 2;
	r.tables[0] = (struct ed_scan_table){
		.name = "keys", .n_entries = 90, .capacity = 100, .n_evicted = 1234
	};
	/* Has room: what it evicted says nothing. */
	r.tables[1] = (struct ed_scan_table){
		.name = "pending", .n_entries = 3, .capacity = 100, .n_evicted = 5
	};
	assert_summary(
		&r, ED_LEVEL_LOW,
		" 0 records in 0 files (0 B), 0.0 s \302\267 0 clients \302\267 0 domains \302\267 0 alerts\n"
		" table keys was full: 1,234 entries gave way; --memory keeps more\n"
		" interrupted: the rest of the input was not read\n");
}

static void test_stats(void **state)
{
	struct ed_scan_result r;
	struct ed_buf out;
	char wanted[4096];
	int n;

	(void)state;
	fill(&r);
	ed_buf_init(&out, 65536);
	ed_summary_stats(&r, &out);
	assert_false(out.full);
	n = snprintf(wanted, sizeof(wanted),
		     "{\"records\":{\"read\":1812440,\"analysed\":1800000,\"dropped\":{");
	for (unsigned i = 0; i < ED_DROP_N; i++)
		n += snprintf(wanted + n, sizeof(wanted) - (size_t)n, "%s\"%s\":%u", i ? "," : "",
			      ed_drop_name(i), (unsigned)r.records.n_dropped[i]);
	(void)snprintf(
		wanted + n, sizeof(wanted) - (size_t)n,
		"}},\"bytes\":412300000,\"events\":{\"dns\":1800000},\"clients\":214,\"domains\":31906,"
		"\"wall_s\":1.125,\"alerts\":{\"informational\":2,\"low\":1,\"medium\":1,\"high\":0,"
		"\"critical\":1},\"tables\":{\"keys\":{\"entries\":5,\"capacity\":100,\"evictions\":0,"
		"\"refused\":7}},\"ceiling_miss_probability\":0,\"peak_rss_bytes\":65536,\"formats\":{\"%s\":1812440},"
		"\"fields\":{\"%s\":{\"told\":[],",
		ed_formats[0]->name, ed_formats[0]->name);
	/* the rest is test_abilities.c's */
	assert_int_equal(strncmp(out.p, wanted, strlen(wanted)), 0);
	ed_buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suppressed),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_summary_of_little),
		cmocka_unit_test(test_summary_says_full_and_interrupted),
		cmocka_unit_test(test_stats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
