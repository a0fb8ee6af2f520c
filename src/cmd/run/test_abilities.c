/* SPDX-License-Identifier: Apache-2.0 */
/* What a run says of analytics that lacked a field, and of settings made in vain, to the byte. */
#include "cmd/run/abilities.h"

#include "cmd/run/settings.h"
#include "format/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const uint32_t ALL = (1U << ED_FIELD_N) - 1;
static const uint32_t SYSMON = ED_FIELD_TIME | ED_FIELD_QNAME | ED_FIELD_PROCESS | ED_FIELD_IMAGE |
			       ED_FIELD_HOST | ED_FIELD_LINEAGE | ED_FIELD_USER | ED_FIELD_RCODE |
			       ED_FIELD_CLIENT;

static size_t row_of(const char *format)
{
	size_t i = 0;

	while (ed_formats[i] && strcmp(ed_formats[i]->name, format) != 0)
		i++;
	assert_non_null(ed_formats[i]);
	return i;
}

/* A Windows log of 10 records that told @fields. */
static void fill(struct ed_scan_result *r, uint32_t fields)
{
	memset(r, 0, sizeof(*r));
	r->format_records[row_of("windows-json")] = 10;
	r->format_told[row_of("windows-json")] = fields;
	r->told.lookups[1][ED_PLATFORM_WINDOWS] = fields;
}

static void assert_told(const struct ed_scan_result *r, const char *wanted)
{
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);

	assert_non_null(f);
	ed_abilities_print(r, f);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(out, wanted);
	free(out);
}

static void test_silent_when_all_is_there(void **state)
{
	struct ed_scan_result r;

	(void)state;
	memset(&r, 0, sizeof(r));
	assert_told(&r, "");
	fill(&r, ALL);
	assert_told(&r, "");
}

static void test_says_what_is_missing(void **state)
{
	struct ed_scan_result r;

	(void)state;
	fill(&r, SYSMON);
	assert_told(&r,
		    " AN1121 works partly: no qtype (record type asked for); windows-json can tell "
		    "qtype\n");
	fill(&r, SYSMON & ~(uint32_t)(ED_FIELD_IMAGE | ED_FIELD_LINEAGE));
	assert_told(&r, " AN1121 works partly: no qtype, image, lineage; ProcessImageFilter has no "
			"effect; windows-json can tell qtype, image, lineage\n");
	/* what switches it off, and not what would be missed beside */
	fill(&r, SYSMON & ~(uint32_t)ED_FIELD_QNAME);
	assert_told(&r,
		    " AN1121 off: no qname (name asked for); QueryLengthThreshold, "
		    "ProcessImageFilter, TimeWindow have no effect; windows-json can tell qname\n");
}

/* A format that cannot have the field is not held up as one that can. */
static void test_other_formats_are_not_named(void **state)
{
	struct ed_scan_result r;

	(void)state;
	fill(&r, ALL);
	r.format_records[row_of("macos")] = 5;
	r.told.lookups[1][ED_PLATFORM_MACOS] = ALL & ~(uint32_t)ED_FIELD_LINEAGE;
	assert_told(&r, " AN1123 works partly: no lineage (its command line and parents)\n");
}

static void test_all_damaged(void **state)
{
	struct ed_scan_result r;

	(void)state;
	fill(&r, 0);
	r.format_damaged[row_of("windows-json")] = 9;
	assert_told(&r, " AN1121 off: all that was read of windows-json is damaged\n");
	memset(&r, 0, sizeof(r));
	r.format_records[row_of("pcap")] = 1;
	r.format_damaged[row_of("pcap")] = 1;
	assert_told(&r, " AN1124 off: all that was read of pcap is damaged\n");
}

/* ----------------------------------------------------------------- --stats */

static void test_stats(void **state)
{
	struct ed_scan_result r;
	struct ed_json j;
	struct ed_buf out;

	(void)state;
	fill(&r, SYSMON & ~(uint32_t)ED_FIELD_IMAGE);
	ed_buf_init(&out, 65536);
	ed_json_init(&j, &out);
	ed_json_object(&j, NULL);
	ed_abilities_json(&r, &j);
	ed_json_object_end(&j);
	assert_string_equal(
		out.p,
		"{\"fields\":{\"windows-json\":{\"told\":[\"time\",\"client\",\"qname\",\"rcode\","
		"\"process\",\"lineage\",\"user\",\"host\"],\"silent\":[\"client-port\","
		"\"resolver\",\"transport\",\"txid\",\"qname-case\",\"qname-bytes\",\"qtype\","
		"\"opcode\",\"flags\",\"edns\",\"answers\",\"rdata-bytes\",\"ttl\",\"size-query\","
		"\"size-response\",\"image\"]}},\"analytics\":{\"AN1121\":{\"state\":\"works partly\","
		"\"missing_needs\":[],\"missing_wants\":[\"qtype\",\"image\"],\"idle_tunables\":["
		"\"ProcessImageFilter\"]},\"AN1122\":{\"state\":\"no input\"},\"AN1123\":{\"state\":"
		"\"no input\"},\"AN1124\":{\"state\":\"no input\"},\"AN1125\":{\"state\":\"no "
		"input\"}}}");
	ed_buf_done(&out);
}

/* ------------------------------------------------------- settings in vain */

static void assert_idle(const struct ed_scan_result *r, const char *const *settings, unsigned n,
			const char *wanted)
{
	char error[ED_SETTING_ERROR_MAX];
	struct ed_scan_config conf;
	char *out = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&out, &size);

	assert_non_null(f);
	ed_scan_config_init(&conf);
	for (; *settings; settings++)
		assert_int_equal(ed_settings_apply(&conf, *settings, error), 0);
	assert_int_equal(ed_abilities_idle_settings(&conf, r, f), n);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(out, wanted);
	free(out);
}

#define SETTINGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_idle_settings(void **state)
{
	struct ed_scan_result r;

	(void)state;
	fill(&r, SYSMON & ~(uint32_t)ED_FIELD_IMAGE);
	assert_idle(&r, SETTINGS("AN1121.TimeWindow=5m"), 0, "");
	/* not changed, not in vain */
	assert_idle(&r, SETTINGS("AN1122.SubdomainEntropyScore=0.9"), 0, "");
	assert_idle(
		&r, SETTINGS("AN1121.ProcessImageFilter=a.exe", "AN1124.QueryRatePerClient=1/s"), 2,
		"earthdog: AN1121.ProcessImageFilter has no effect: the input does not tell image "
		"(path or name of its program)\n"
		"earthdog: AN1124.QueryRatePerClient has no effect: nothing on the input is in the "
		"scope of AN1124\n");
	fill(&r, SYSMON & ~(uint32_t)ED_FIELD_QNAME);
	assert_idle(
		&r, SETTINGS("AN1121.TimeWindow=5m"), 1,
		"earthdog: AN1121.TimeWindow has no effect: the input does not tell qname (name "
		"asked for)\n");
}

static void test_idle_settings_of_groups(void **state)
{
	struct ed_scan_result r;

	(void)state;
	fill(&r, SYSMON);
	assert_idle(
		&r, SETTINGS("AN1121.TimeWindow@role:server=5m"), 1,
		"earthdog: AN1121.TimeWindow@role:server has no effect: no client on the input is "
		"in it\n");
	r.groups = 1;
	assert_idle(&r, SETTINGS("AN1121.TimeWindow@role:server=5m"), 0, "");
	assert_idle(
		&r, SETTINGS("AN1123.EntropyThreshold@role:server=0.5"), 1,
		"earthdog: AN1123.EntropyThreshold@role:server has no effect: nothing on the input "
		"is in the scope of AN1123\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent_when_all_is_there),
		cmocka_unit_test(test_says_what_is_missing),
		cmocka_unit_test(test_other_formats_are_not_named),
		cmocka_unit_test(test_all_damaged),
		cmocka_unit_test(test_stats),
		cmocka_unit_test(test_idle_settings),
		cmocka_unit_test(test_idle_settings_of_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
