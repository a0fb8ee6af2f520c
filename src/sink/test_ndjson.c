/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ECS object: every field of the contract, absent fields absent, and hostile names that neither
 * leave their string nor bring an unprintable byte. A small strict JSON walker, written only for
 * this, checks the structure and hands out values by path.
 */
#include "sink/sink.h"
#include "record/asset.h"
#include "sink/test_alert.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { DEPTH_MAX = 16, PATH_MAX_N = 256, VALUE_MAX = 8192 };

/* One walk over one JSON text. Paths are keys and array indices joined by '.'. */
struct walk {
	const char *p;
	unsigned depth;
	char kind[DEPTH_MAX];      /* '{' or '[' */
	unsigned index[DEPTH_MAX]; /* items before this one */
	size_t path_n[DEPTH_MAX];  /* length of the path of the container */
	char path[PATH_MAX_N];
	const char *wanted;    /* NULL: only check */
	char value[VALUE_MAX]; /* text of the wanted value, unescaped */
	bool found;
	bool empty_seen; /* an empty string, null, {} or [] */
};

static unsigned hex4(const char *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++) {
		assert_true(isxdigit((unsigned char)p[i]));
		v = v * 16 + (unsigned)(isdigit((unsigned char)p[i]) ? p[i] - '0' :
								       tolower(p[i]) - 'a' + 10);
	}
	return v;
}

/* A string at w->p, unescaped into @ret. */
static size_t walk_string(struct walk *w, char ret[static VALUE_MAX])
{
	size_t n = 0;

	assert_int_equal(*w->p, '"');
	for (w->p++; *w->p != '"'; w->p++) {
		char c = *w->p;

		assert_true(c >= 0x20 && c < 0x7f);
		if (c == '\\') {
			c = *++w->p;
			if (c == 'u') {
				c = (char)hex4(w->p + 1);
				w->p += 4;
			} else {
				assert_true(c == '"' || c == '\\');
			}
		}
		assert_true(n < VALUE_MAX - 1);
		ret[n++] = c;
	}
	w->p++;
	ret[n] = '\0';
	return n;
}

static void walk_scalar(struct walk *w)
{
	char value[VALUE_MAX] = "";
	size_t n = 0;

	if (*w->p == '"') {
		if (walk_string(w, value) == 0)
			w->empty_seen = true;
	} else {
		while (isalnum((unsigned char)*w->p) || (*w->p && strchr("+-.", *w->p)))
			value[n++] = *w->p++;
		value[n] = '\0';
		assert_true(n > 0);
		if (strcmp(value, "null") == 0)
			w->empty_seen = true;
		else if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			assert_true(isdigit((unsigned char)value[n - 1]));
	}
	if (w->wanted && strcmp(w->path, w->wanted) == 0) {
		assert_false(w->found);
		w->found = true;
		memcpy(w->value, value, strlen(value) + 1);
	}
}

/* The path of the next item in the innermost container. */
static void walk_key(struct walk *w)
{
	unsigned d = w->depth - 1;
	size_t room = PATH_MAX_N - w->path_n[d];
	char key[VALUE_MAX];
	int n;

	if (w->kind[d] == '{') {
		walk_string(w, key);
		assert_int_equal(*w->p++, ':');
	} else {
		(void)snprintf(key, sizeof(key), "%u", w->index[d]);
	}
	n = snprintf(w->path + w->path_n[d], room, "%s%s", w->path_n[d] ? "." : "", key);
	assert_true(n > 0 && (size_t)n < room);
	w->index[d]++;
}

static void walk_value(struct walk *w)
{
	if (*w->p != '{' && *w->p != '[') {
		walk_scalar(w);
		return;
	}
	assert_true(w->depth < DEPTH_MAX);
	w->kind[w->depth] = *w->p++;
	w->index[w->depth] = 0;
	w->path_n[w->depth] = strlen(w->path);
	w->depth++;
}

/* Fails the test on anything but one whole JSON value and a line end. */
static void walk_all(struct walk *w)
{
	walk_value(w);
	while (w->depth > 0) {
		unsigned d = w->depth - 1;
		char close = w->kind[d] == '{' ? '}' : ']';

		if (*w->p == close) {
			w->empty_seen |= w->index[d] == 0;
			w->depth--;
			w->p++;
			continue;
		}
		if (w->index[d] > 0)
			assert_int_equal(*w->p++, ',');
		walk_key(w);
		walk_value(w);
	}
	assert_string_equal(w->p, "\n");
}

static void render(const struct ed_alert *a, struct ed_buf *out)
{
	const struct ed_sink_options o = { .format_names = test_format_names };

	ed_buf_init(out, 1 << 20);
	assert_null(ed_sink_ndjson.begin);
	ed_sink_ndjson.alert(&o, a, out);
	assert_false(out->full);
	assert_int_equal(strlen(out->p), out->n);
}

/* NULL when there is no value of that path. */
static const char *get(const struct ed_buf *out, const char *path, struct walk *w)
{
	*w = (struct walk){ .p = out->p, .wanted = path };
	walk_all(w);
	return w->found ? w->value : NULL;
}

struct expected {
	const char *path;
	const char *value;
};

static const struct expected contract[] = {
	{ "@timestamp", "2026-11-03T14:09:30.000Z" },
	{ "ecs.version", "8.17.0" },
	{ "event.kind", "alert" },
	{ "event.category.0", "intrusion_detection" },
	{ "event.category.1", "network" },
	{ "event.type.0", "info" },
	{ "event.id", "5f3c1a2b-77d0-5c1e-9a44-0c2f6f1f4e10" },
	{ "event.start", "2026-11-03T14:02:11.250Z" },
	{ "event.end", "2026-11-03T14:09:30.000Z" },
	{ "event.risk_score", "97" },
	{ "event.severity", "100" },
	{ "rule.id", "AN1124" },
	{ "rule.name", "Network Devices" },
	{ "rule.version", "1" },
	{ "rule.ruleset", "DET0400" },
	{ "rule.reference", "https://attack.mitre.org/detectionstrategies/DET0400#AN1124" },
	{ "threat.framework", "MITRE ATT&CK" },
	{ "threat.tactic.id.0", "TA0011" },
	{ "threat.technique.id.0", "T1071" },
	{ "threat.technique.subtechnique.id.0", "T1071.004" },
	{ "source.ip", "10.77.1.2" },
	{ "dns.question.registered_domain", "northfield-cdn.net" },
	{ "related.ip.0", "10.77.1.2" },
	{ "related.hosts.0", "northfield-cdn.net" },
	{ "earthdog.level", "critical" },
	{ "earthdog.verdict", "bound" },
	{ "earthdog.score_bits", "21.5" },
	{ "earthdog.evidence.0.family", "content" },
	{ "earthdog.evidence.0.bits", "9.25" },
	{ "earthdog.evidence.0.facts.bits_per_char", "6.8" },
	{ "earthdog.evidence.0.facts.alphabet", "base32" },
	{ "earthdog.evidence.1.facts.distinct_names", "360" },
	{ "earthdog.counterfactual", "without structure the score would be 3.1 bits" },
	{ "earthdog.information.bytes_up", "58312" },
	{ "earthdog.information.bytes_down", "6100" },
	{ "earthdog.information.window_s", "86400" },
	{ "earthdog.information.names", "360" },
	{ "earthdog.information.queries", "372" },
	{ "earthdog.sample_names.0", "mnqw4zdpebuxiidj.northfield-cdn.net" },
	{ "earthdog.sample_names.1", "nz2ca3tboruw63lp.northfield-cdn.net" },
	{ "earthdog.sample_entropy_bits.0", "3.5" },
	{ "earthdog.sample_entropy_bits.1", "4" },
	{ "earthdog.sample_llr_bits.0", "8" },
	{ "earthdog.sample_llr_bits.1", "0" },
	{ "earthdog.sample_subdomain_entropy_scores.0", "0.941176" },
	{ "earthdog.sample_subdomain_entropy_scores.1", "0.5" },
	{ "earthdog.first_alert.time", "2026-11-03T14:02:14.500Z" },
	{ "earthdog.first_alert.names", "12" },
	{ "earthdog.first_alert.queries", "13" },
	{ "earthdog.first_alert.information_bytes", "411.5" },
	{ "earthdog.decoded.0.name", "mnqw4zdpebuxiidj.northfield-cdn.net" },
	{ "earthdog.decoded.0.encoding", "base32" },
	{ "earthdog.decoded.0.bytes", "c:\\\\a\\x09\"\\x1b\\xff " },
	{ "earthdog.decoded.0.length", "60" },
	{ "earthdog.decoded.0.printable_share", "0.75" },
	{ "earthdog.decoded.0.kind", "text" },
	{ "earthdog.tunables.QueryRatePerClient", "20/s" },
	{ "earthdog.sources.0", "pcap" },
	{ "earthdog.sources.1", "zeek-tsv" },
	{ "earthdog.missing_fields.0", "rcode" },
	{ "earthdog.missing_fields.1", "ttl" },
	{ "earthdog.analytics.0", "AN1124" },
	{ "earthdog.sequence", "3" },
};

static void test_contract(void **state)
{
	struct ed_alert a;
	struct ed_buf out;
	struct walk w;

	(void)state;
	test_alert_fill(&a);
	render(&a, &out);
	for (size_t i = 0; i < sizeof(contract) / sizeof(contract[0]); i++) {
		const char *value = get(&out, contract[i].path, &w);

		if (!value)
			fail_msg("%s is missing", contract[i].path);
		assert_string_equal(value, contract[i].value);
		assert_false(w.empty_seen);
	}
	assert_string_equal(get(&out, "earthdog.summary", &w), a.summary);
	/* Only what could be read is there. */
	assert_null(get(&out, "earthdog.decoded.1.name", &w));
	ed_buf_done(&out);
}

static void test_suppressed(void **state)
{
	const struct ed_suppression rule = { .reason = "ticket \"4711\" \xc3\xa9\n",
					     .owner = "soc",
					     .expires_ns = INT64_C(1793714531250000000),
					     .line = 7 };
	struct ed_alert a;
	struct ed_buf out;
	struct walk w;

	(void)state;
	test_alert_fill(&a);
	render(&a, &out);
	assert_null(get(&out, "earthdog.suppressed.owner", &w));
	assert_null(get(&out, "earthdog.asset.role", &w));
	ed_buf_done(&out);
	a.suppressed = &rule;
	a.asset_role = ED_ASSET_MAIL;
	render(&a, &out);
	assert_string_equal(get(&out, "earthdog.suppressed.owner", &w), "soc");
	assert_string_equal(get(&out, "earthdog.suppressed.line", &w), "7");
	assert_string_equal(get(&out, "earthdog.suppressed.expires", &w),
			    "2026-11-03T14:02:11.250Z");
	assert_string_equal(get(&out, "earthdog.asset.role", &w), "mail");
	assert_non_null(strstr(out.p, "\"reason\":\"ticket \\\"4711\\\" \\u00e9\\u000a\""));
	ed_buf_done(&out);
}

/* An alert of which nothing is known but its level. */
static void test_unknown_is_absent(void **state)
{
	static const char *const absent[] = {
		"@timestamp",
		"event.start",
		"event.end",
		"source.ip",
		"dns.question.registered_domain",
		"related.ip.0",
		"earthdog.summary",
		"earthdog.sources.0",
		"earthdog.missing_fields.0",
		"earthdog.sample_names.0",
		"earthdog.counterfactual",
		"earthdog.evidence.0.family",
		"earthdog.information.window_s",
		"earthdog.first_alert.time",
		"earthdog.first_alert.names",
		"earthdog.decoded.0.name",
		"earthdog.sample_entropy_bits.0",
		"earthdog.sample_llr_bits.0",
		"earthdog.sample_subdomain_entropy_scores.0",
	};
	struct ed_alert a = { .level = ED_LEVEL_LOW,
			      .verdict = ED_VERDICT_WATCH,
			      .analytic = "AN1124" };
	struct ed_buf out;
	struct walk w;

	(void)state;
	render(&a, &out);
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_null(get(&out, absent[i], &w));
	assert_false(w.empty_seen);
	assert_string_equal(get(&out, "event.severity", &w), "40");
	ed_buf_done(&out);
}

static void test_numbers_that_are_none(void **state)
{
	struct ed_alert a;
	struct ed_buf out;
	struct walk w;

	(void)state;
	test_alert_fill(&a);
	a.evidence[0].facts[0].value = 0.0 / 0.0;
	a.evidence[1].facts[0].value = 1e308 * 10;
	a.score_bits = (float)(0.0 / 0.0);
	render(&a, &out);
	assert_null(get(&out, "earthdog.evidence.0.facts.bits_per_char", &w));
	assert_null(get(&out, "earthdog.evidence.1.facts.distinct_names", &w));
	assert_null(get(&out, "earthdog.score_bits", &w));
	assert_string_equal(get(&out, "earthdog.evidence.1.facts.window_s", &w), "41");
	ed_buf_done(&out);
}

static void check_hostile(const struct hostile *h, bool fill)
{
	char text[ED_NAME_TEXT_MAX + 1];
	struct ed_alert a;
	struct ed_buf out;
	struct walk w;

	test_alert_hostile(h, fill, &a);
	render(&a, &out);
	for (size_t i = 0; i + 1 < out.n; i++)
		assert_true(out.p[i] >= 0x20 && out.p[i] < 0x7f);
	ed_name_to_text(ed_span_of(a.domain.wire, a.domain.n), text);
	assert_string_equal(get(&out, "dns.question.registered_domain", &w), text);
	assert_string_equal(get(&out, "related.hosts.0", &w), text);
	assert_null(get(&out, "related.hosts.1", &w));
	ed_name_to_text(ed_span_of(a.samples[1].wire, a.samples[1].n), text);
	assert_string_equal(get(&out, "earthdog.sample_names.1", &w), text);
	assert_string_equal(get(&out, "earthdog.summary", &w), a.summary);
	assert_string_equal(get(&out, "earthdog.tunables.QueryRatePerClient", &w),
			    a.tunables[0].value);
	ed_buf_done(&out);
}

static void test_hostile_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOSTILE_N; i++) {
		check_hostile(&hostile_labels[i], false);
		check_hostile(&hostile_labels[i], true);
	}
}

/* Two names that differ only in where their labels end are two texts. */
static void test_label_borders_show(void **state)
{
	const struct hostile dot = HOSTILE("", "a.b");
	struct ed_alert one, two;
	struct ed_buf out1, out2;
	struct walk w1, w2;

	(void)state;
	test_alert_fill(&one);
	test_alert_fill(&two);
	hostile_name(&dot, false, &one.domain);
	test_name("a.b", &two.domain);
	render(&one, &out1);
	render(&two, &out2);
	assert_string_equal(get(&out1, "dns.question.registered_domain", &w1), "a\\.b");
	assert_string_equal(get(&out2, "dns.question.registered_domain", &w2), "a.b");
	ed_buf_done(&out1);
	ed_buf_done(&out2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contract),
		cmocka_unit_test(test_suppressed),
		cmocka_unit_test(test_unknown_is_absent),
		cmocka_unit_test(test_numbers_that_are_none),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_label_borders_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
