/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs: when they are learned and where they end, and that a log read with them is the log read
 * without: each line of a damaged log in a reader of its own, against all of them in one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "format/format.h"
#include "format/json/run.h"

enum {
	SLACK_BYTES = 512,
	LINE_MAX_BYTES = 2048,
	LINES_N = 4000,
	LINES_PER_UNIT = 25,
	BATCH_BYTES = 1 << 20,
	KEY_A = 1,
	KEY_B,
	KEY_C,
	KEY_D,
};

extern const struct ed_format ed_format_windows_json, ed_format_ocsf;

/* ------------------------------------------------------------ learning */

static const struct ed_json_key rows[] = {
	{ "a", KEY_A }, { "b", KEY_B }, { "c", KEY_C }, { "d", KEY_D }, { NULL, 0 },
};

static struct ed_json_keys keys;
static struct ed_json_runs runs;
static uint8_t line[LINE_MAX_BYTES + SLACK_BYTES];
static uint8_t room[LINE_MAX_BYTES + SLACK_BYTES];

static struct ed_json_text text_of(const char *s)
{
	memset(line, 0, sizeof(line));
	memcpy(line, s, strlen(s));
	return (struct ed_json_text){ .p = line + 1, .room = room };
}

/* Reads the object @s key by key, and learns. Only c is wanted. */
static void learn(const char *s)
{
	struct ed_json_text t = text_of(s);
	struct ed_json_item item;
	unsigned n = 0, id = 0;

	ed_json_runs_begin(&runs);
	for (;;) {
		struct ed_json_run_item learnt = { .slot = 0 };

		if (!runs.start)
			ed_json_runs_start(&runs, &t, ed_json_run_where(0, n));
		if (ed_json_text_next(&t, '}', &n) == ED_JSON_STEP_END)
			break;
		assert_true(ed_json_text_key_id(&t, &keys, &id));
		learnt.key = id > 0 ? t.last : 0;
		learnt.code = (uint8_t)id;
		learnt.colon = t.p;
		assert_true(ed_json_text_value(&t, &item));
		learnt.end = t.p;
		if (item.kind == ED_JSON_KIND_NEST) {
			assert_true(ed_json_text_skip(&t));
			learnt.end = learnt.colon;
		}
		learnt.value = item.text;
		learnt.slot = id == KEY_C ? KEY_C : 0;
		ed_json_runs_item(&runs, &learnt);
	}
	ed_json_runs_close(&runs, t.p);
}

static void begin(void)
{
	memset(&keys, 0, sizeof(keys));
	memset(&runs, 0, sizeof(runs));
	ed_json_keys_init(&keys, rows);
}

/* The run at the front of the object @s; NULL: none. */
static const struct ed_json_run *first_run(const char *s)
{
	struct ed_json_text t = text_of(s);

	return ed_json_run_find(&runs, &t, ed_json_run_where(0, 0));
}

static void test_learn(void **state)
{
	const struct ed_json_run *r;

	(void)state;
	begin();
	learn("{\"a\":1,\"c\":\"x\",\"b\":7,\"d\":2}");
	assert_null(first_run("{\"a\":1,\"c\":\"x\",\"b\":8,\"d\":2}"));
	learn("{\"a\":1,\"c\":\"x\",\"b\":8,\"d\":2}");
	r = first_run("{\"a\":1,\"c\":\"x\",\"b\":9,\"d\":2}");
	assert_non_null(r);
	assert_int_equal(r->n, strlen("\"a\":1,\"c\":\"x\",\"b\":"));
	assert_int_equal(r->code, KEY_B);
	assert_false(r->closes);
	assert_int_equal(r->n_values, 1);
	assert_int_equal(r->value[0].slot, KEY_C);
	assert_int_equal(r->value[0].at, strlen("\"a\":1,\"c\":\""));
	assert_int_equal(r->value[0].n, 1);
	assert_int_equal(keys.id[r->last - 1], KEY_B);
	/* one byte of it is another */
	assert_null(first_run("{\"a\":2,\"c\":\"x\",\"b\":9,\"d\":2}"));
	assert_null(first_run("{\"a\":1,\"c\":\"y\",\"b\":9,\"d\":2}"));
	assert_null(first_run("{\"a\":1,\"c\":\"x\",\"b\" :9,\"d\":2}"));
}

static void test_end(void **state)
{
	const struct ed_json_run *r;

	(void)state;
	begin();
	learn("{\"a\":1,\"b\":2}");
	learn("{\"a\":1,\"b\":2}");
	r = first_run("{\"a\":1,\"b\":2}");
	assert_non_null(r);
	assert_true(r->closes);
	assert_int_equal(r->n, strlen("\"a\":1,\"b\":2}"));
	assert_null(first_run("{\"a\":1,\"b\":2,\"c\":3}"));
	assert_null(first_run("{\"a\":1,\"b\":25}"));
}

/* What changes once is never part of a run again, nor is a nested value or one with an escape. */
static void test_changes(void **state)
{
	const struct ed_json_run *r;

	(void)state;
	begin();
	learn("{\"a\":1,\"b\":2}");
	learn("{\"a\":1,\"b\":2}");
	learn("{\"a\":9,\"b\":2}");
	r = first_run("{\"a\":1,\"b\":2}");
	assert_non_null(r);
	assert_int_equal(r->code, KEY_A);
	assert_int_equal(r->n_keys, 0);
	begin();
	for (unsigned i = 0; i < 3; i++)
		learn("{\"a\":{\"b\":1},\"c\":\"\\n\",\"d\":1}");
	r = first_run("{\"a\":[");
	assert_non_null(r);
	assert_int_equal(r->n, strlen("\"a\":"));
	assert_int_equal(r->code, KEY_A);
	assert_int_equal(runs.run[r->last][0].n, strlen(",\"c\":"));
	assert_int_equal(runs.run[r->last][0].code, KEY_C);
}

/* A value too long, a key that nobody knows, and no more to learn in this unit. */
static void test_bounds(void **state)
{
	char text[LINE_MAX_BYTES];

	(void)state;
	begin();
	for (unsigned i = 0; i < 3; i++)
		learn("{\"unknown\":1,\"a\":1}");
	assert_null(first_run("{\"unknown\":1,\"a\":1}"));
	begin();
	(void)snprintf(text, sizeof(text), "{\"a\":%0300d,\"b\":1}", 1);
	for (unsigned i = 0; i < 3; i++)
		learn(text);
	assert_int_equal(first_run(text)->n, strlen("\"a\":"));
	begin();
	(void)snprintf(text, sizeof(text), "{%300s\"a\":1}", "");
	for (unsigned i = 0; i < 3; i++)
		learn(text);
	assert_null(first_run(text));
}

/* -------------------------------------------------------- all the same */

static const char *const templates[] = {
	"{\"EventTime\":\"2026-11-03 14:02:11\",\"Hostname\":\"PC1.example.net\",\"Keywords\":-922,"
	"\"EventID\":22,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"Version\":5,\"Task\":22,"
	"\"RecordNumber\":4097,\"ThreadID\":4052,\"Message\":\"Dns query:\\r\\nRuleName: -\\r\\n\","
	"\"UtcTime\":\"2026-11-03 14:02:11.250\",\"ProcessId\":\"6988\","
	"\"ProcessGuid\":\"{42c2e005-4c48-69e9-a902-000000000400}\",\"QueryName\":\"www.example.com\","
	"\"QueryStatus\":\"0\",\"QueryResults\":\"::ffff:192.0.2.7;\","
	"\"Image\":\"C:\\\\Users\\\\a\\\\stage.exe\",\"User\":\"EXAMPLE\\\\ann\",\"Opcode\":null,"
	"\"SourceModuleName\":\"in\",\"SourceModuleType\":\"im_msvistalog\"}",
	"{\"@timestamp\":\"2026-11-03T14:02:12.700Z\",\"winlog\":{\"event_id\":3,\"task\":\"x\","
	"\"provider_name\":\"Microsoft-Windows-Sysmon\",\"process\":{\"pid\":3140,\"a\":[1,{}]},"
	"\"computer_name\":\"PC1.example.net\",\"event_data\":{\"DestinationIp\":\"192.0.2.9\","
	"\"DestinationPort\":\"443\",\"Initiated\":\"true\",\"Protocol\":\"tcp\","
	"\"UtcTime\":\"2026-11-03 14:02:11.250\",\"ProcessId\":\"77\",\"Image\":\"x.exe\"}}}",
	"[{\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"UtcTime\":"
	"\"2026-11-03 14:02:11.250\",\"ProcessId\":\"6988\",\"Image\":\"a.exe\",\"CommandLine\":"
	"\"a.exe www.example.com\"},{\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\","
	"\"UtcTime\":\"2026-11-03 14:02:11.250\",\"ProcessId\":\"6989\",\"Image\":\"b.exe\"}]",
	"{\"class_uid\":4003,\"time\":1793714531250,\"query\":{\"hostname\":\"www.example.com\","
	"\"type\":\"A\"},\"src_endpoint\":{\"ip\":\"192.0.2.10\",\"port\":40000},\"rcode_id\":0,"
	"\"answers\":[{\"type\":\"A\",\"rdata\":\"192.0.2.7\",\"ttl\":60}],\"severity_id\":1,"
	"\"activity_id\":2,\"metadata\":{\"version\":\"1.1.0\",\"product\":{\"name\":\"x\"}}}",
};

static uint64_t seed = 1;

/* Steele's splitmix64. */
static uint32_t below(uint32_t n)
{
	return (uint32_t)(ed_hash_mix(seed++ * 0x9e3779b97f4a7c15U) >> 32) % n;
}

/* Other digits mostly; and, of one line in four, a byte less or one more that matters. */
static size_t damage(char *text, size_t n)
{
	static const char bytes[] = "{}[],:\"\\ \tn0";
	size_t at = below((uint32_t)n);

	for (unsigned i = below(4); i > 0; i--) {
		size_t k = below((uint32_t)n);

		if (text[k] >= '0' && text[k] <= '9')
			text[k] = (char)('0' + below(10));
	}
	switch (below(8)) {
	case 0:
		memmove(text + at, text + at + 1, n - at);
		return n - 1;
	case 1:
		memmove(text + at + 1, text + at, n - at + 1);
		text[at] = bytes[below(sizeof(bytes) - 1)];
		return n + 1;
	default:
		return n;
	}
}

/* The events of @lines, at @offset, and the account, behind those that are in @out. */
static void decode(const struct ed_format *f, void *scratch, struct ed_span lines, uint64_t offset,
		   struct ed_batch *out)
{
	uint8_t *copy = calloc(1, lines.n + ED_UNIT_PADDING_BYTES);
	struct ed_unit unit = { .bytes = ed_span_of(copy, lines.n), .offset = offset };

	assert_non_null(copy);
	memcpy(copy, lines.p, lines.n);
	f->decode(scratch, &unit, out);
	free(copy);
}

static void *scratch_of(const struct ed_format *f)
{
	void *scratch;

	assert_int_equal(f->scratch_new(&scratch), 0);
	return scratch;
}

static void check_same(const struct ed_format *f)
{
	static char text[LINES_PER_UNIT * LINE_MAX_BYTES];
	void *learned = scratch_of(f), *fresh;
	static struct ed_batch all = { .cap = BATCH_BYTES }, one = { .cap = BATCH_BYTES };
	uint64_t analysed = 0;
	unsigned kind = 0;

	all.data = calloc(1, BATCH_BYTES);
	one.data = calloc(1, BATCH_BYTES);
	assert_true(all.data && one.data);
	for (unsigned unit = 0; unit < LINES_N / LINES_PER_UNIT; unit++) {
		size_t n = 0, from;

		ed_batch_reset(&all);
		ed_batch_reset(&one);
		for (unsigned i = 0; i < LINES_PER_UNIT; i++) {
			if (below(6) == 0)
				kind = below(sizeof(templates) / sizeof(templates[0]));
			from = n;
			strcpy(text + n, templates[kind]);
			n += damage(text + n, strlen(templates[kind]));
			text[n++] = '\n';
			fresh = scratch_of(f);
			decode(f, fresh, ed_span_of((uint8_t *)text + from, n - from), from, &one);
			f->scratch_free(fresh);
		}
		decode(f, learned, ed_span_of((uint8_t *)text, n), 0, &all);
		assert_int_equal(all.n_events, one.n_events);
		assert_int_equal(all.used, one.used);
		assert_memory_equal(all.data, one.data, all.used);
		assert_memory_equal(&all.tally, &one.tally, sizeof(all.tally));
		analysed += all.tally.n_analysed;
	}
	assert_true(analysed > LINES_N / 10);
	free(all.data);
	free(one.data);
	f->scratch_free(learned);
}

static void test_same(void **state)
{
	(void)state;
	check_same(&ed_format_windows_json);
	check_same(&ed_format_ocsf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learn),   cmocka_unit_test(test_end),
		cmocka_unit_test(test_changes), cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
