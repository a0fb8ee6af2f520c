/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The resolver logs of the labelled data set (EARTHDOG_DATA): each sample is known for what it is,
 * and holds as many queries and answers as were counted in it with other tools. Skipped without the
 * set.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/test_log.h"

enum { FILE_MAX = 4 << 20, PATH_TEXT_MAX = 2048 };

struct sample {
	const char *path;
	const char *format;
	unsigned n_read;   /* lines that are not empty */
	unsigned n_events; /* lookups and answers that stand for themselves */
	unsigned n_lines;  /* lines that went into them */
	unsigned n_damaged;
};

#define KORVING "resolvers/Korving-F+dns-tunnel-dataset/"
#define SUNIL "resolvers/sunilbinghamton+DNS-activity-monitor/"
#define CROWD "resolvers/crowdsecurity+hub/.tests/"

/* clang-format off */
static const struct sample samples[] = {
	{ "formats/resolver-bind/bind9.18-query.log", "bind", 23, 23, 23, 0 },
	{ "formats/resolver-bind/bind9.18-query-iso8601-utc.log", "bind", 22, 22, 22, 0 },
	{ "formats/resolver-dnsmasq/dnsmasq2.90-log-queries.log", "dnsmasq", 74, 22, 46, 0 },
	{ "formats/resolver-dnsmasq/dnsmasq2.90-log-queries-extra.log", "dnsmasq", 74, 22, 47, 0 },
	{ "formats/resolver-unbound/unbound1.17-query-reply.log", "unbound", 65, 44, 44, 0 },
	{ "formats/resolver-powerdns/pdns-recursor4.8-quiet-no.log", "powerdns", 63, 44, 44, 0 },
	{ "formats/resolver-infoblox/nios-dns.log", "infoblox", 12, 11, 11, 0 },
	{ "formats/resolver-adguard/querylog-legacy-and-broken.json", "adguard", 17, 14, 14, 3 },
	{ "formats/windows-dnsserver/dns-debug-log.txt", "windows-dns", 6, 6, 6, 0 },
	{ "formats/cloud-route53/resolver.ndjson", "route53", 3, 3, 3, 0 },
	{ "formats/cloud-gcp/dns_queries.ndjson", "gcp-dns", 2, 2, 2, 0 },
	{ "formats/cloud-azure/firewall-dns.ndjson", "azure-firewall", 2, 2, 2, 0 },
	{ "formats/cloud-cloudflare/gateway_dns.ndjson", "cloudflare", 1, 1, 1, 0 },
	{ "formats/cloud-umbrella/dnslogs.csv", "umbrella", 3, 3, 3, 0 },
	{ "formats/cloud-zscaler/nss-dns.ndjson", "zscaler", 1, 1, 1, 0 },
	{ KORVING "dns2tcp_KEY_C2_bind9_55db4c68.log", "bind", 104, 104, 104, 0 },
	{ KORVING "dnscat2_C2_bind9_8c2ef973.log", "bind", 219, 219, 219, 0 },
	{ KORVING "dnscat2_file_transfer_bind9_8c2ef973.log", "bind", 2311, 2311, 2311, 0 },
	{ KORVING "dnscat2_C2_dnsmasq_fc899f00.log", "dnsmasq", 410, 177, 226, 0 },
	{ KORVING "iodine_TXT_raw_file_transfer_dnsmasq_086b5bcc.log", "dnsmasq", 4000, 529, 0, 0 },
	{ KORVING "dns2tcp_KEY_C2_coredns_10194c48.log", "coredns", 138, 133, 133, 0 },
	{ KORVING "iodine_MX_base32_file_transfer_coredns_10d48221.log", "coredns", 4000, 3984, 3984,
	  0 },
	{ KORVING "dns2tcp_TXT_C2_powerdns_30699cb6.log", "powerdns", 642, 221, 442, 0 },
	{ SUNIL "queries.log", "bind", 1544, 1544, 1544, 0 },
	{ SUNIL "queries1.log", "bind", 19, 19, 19, 0 },
	{ SUNIL "queries2.log", "bind", 623, 623, 623, 0 },
	{ SUNIL "queries3.log", "bind", 762, 762, 762, 0 },
	{ "resolvers/SEKOIA-IO+intake-formats/bind.log", "bind", 38, 11, 11, 0 },
	{ "resolvers/SEKOIA-IO+intake-formats/infoblox_ddi.log", "infoblox", 30, 16, 16, 0 },
	{ "resolvers/SEKOIA-IO+intake-formats/unbound.log", "unbound", 14, 8, 8, 0 },
	{ "resolvers/bazmonk+junk/full_pihole.log", "dnsmasq", 2067, 552, 0, 0 },
	{ "resolvers/pkimSec+pihole-logfile-reader/pihole.log", "dnsmasq", 23, 0, 0, 0 },
	{ "resolvers/elastic+integrations/coredns.log", "coredns", 9, 9, 9, 0 },
	{ "resolvers/excerpts/windows_dns_debug.log", "windows-dns", 43, 9, 9, 0 },
	{ CROWD "bind9-logs/bind9-logs.log", "bind", 13, 6, 6, 0 },
	{ CROWD "bind9-refused/bind9-refused.log", "bind", 23, 19, 19, 0 },
	{ CROWD "bind9-syslog/bind9-syslog.log", "bind", 12, 5, 5, 0 },
};
/* clang-format on */

static struct test_run run;

static const char *data_dir(void)
{
	const char *dir = getenv("EARTHDOG_DATA");
	char path[PATH_TEXT_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/labels.tsv", dir ? dir : "");
	f = dir ? fopen(path, "r") : NULL;
	if (!f) {
		print_message("no data set at %s: skipped\n",
			      dir ? dir : "EARTHDOG_DATA, which is not set");
		skip();
		return NULL;
	}
	fclose(f);
	return dir;
}

/* With as many zeros behind it as a probe may look at; freed by the caller. */
static struct ed_span read_whole(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = calloc(1, FILE_MAX);
	size_t n;

	if (!f)
		print_message("%s: not there\n", path);
	assert_non_null(f);
	assert_non_null(p);
	n = fread(p, 1, FILE_MAX, f);
	assert_true(n > 0 && n < FILE_MAX);
	fclose(f);
	return ed_span_of(p, n);
}

static uint64_t damaged(const struct ed_tally *t)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < ED_DROP_N; i++)
		n += ed_drop_is_damage(i) ? t->n_dropped[i] : 0;
	return n;
}

static void check(const char *dir, const struct sample *s)
{
	char path[PATH_TEXT_MAX];
	const struct ed_format *format;
	struct ed_span file, head;

	snprintf(path, sizeof(path), "%s/%s", dir, s->path);
	file = read_whole(path);
	head = ed_span_of(file.p, file.n < ED_PROBE_BYTES ? file.n : ED_PROBE_BYTES);
	format = ed_format_sniff(head);
	if (!format || strcmp(format->name, s->format) != 0)
		print_message("%s: taken for %s\n", s->path, format ? format->name : "nothing");
	assert_non_null(format);
	assert_string_equal(format->name, s->format);
	test_run(format, file, &run);
	if (run.tally.n_read != s->n_read || run.n_events != s->n_events)
		print_message("%s: %zu lines, %zu events\n", s->path, (size_t)run.tally.n_read,
			      run.n_events);
	assert_int_equal(run.tally.n_read, s->n_read);
	assert_int_equal(run.n_events, s->n_events);
	if (s->n_lines > 0)
		assert_int_equal(run.tally.n_analysed, s->n_lines);
	assert_int_equal(damaged(&run.tally), s->n_damaged);
	free((void *)(uintptr_t)file.p);
}

static void test_samples(void **state)
{
	const char *dir = data_dir();

	(void)state;
	for (size_t i = 0; dir && i < sizeof(samples) / sizeof(samples[0]); i++)
		check(dir, &samples[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
