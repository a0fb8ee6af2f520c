/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of the sinks: one alert as the pipeline makes it, and names as an attacker makes
 * them. */
#ifndef ED_SINK_TEST_ALERT_H
#define ED_SINK_TEST_ALERT_H

#include "base/time.h"
#include "record/alert.h"
#include "record/field.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const test_format_names[] = { "pcap", "pcapng", "zeek-tsv", NULL };

static inline void test_name(const char *text, struct ed_name *ret)
{
	int r = ed_name_from_text(ed_span_str(text), ED_NAME_MASTER, ret);

	assert(r == 0);
	(void)r;
}

static inline int64_t test_time(const char *text)
{
	int64_t ns = 0;
	bool ok = ed_time_from_text(ed_span_str(text), &ns);

	assert(ok);
	(void)ok;
	return ns;
}

static inline void test_alert_fill(struct ed_alert *a)
{
	*a = (struct ed_alert){
		.id = "5f3c1a2b-77d0-5c1e-9a44-0c2f6f1f4e10",
		.level = ED_LEVEL_CRITICAL,
		.verdict = ED_VERDICT_BOUND,
		.risk = 97,
		.sequence = 3,
		.raised_ns = test_time("2026-11-03T14:09:30Z"),
		.start_ns = test_time("2026-11-03T14:02:11.250Z"),
		.end_ns = test_time("2026-11-03T14:09:30Z"),
		.first_raised = { .time_ns = test_time("2026-11-03T14:02:14.500Z"),
				  .n_names = 12,
				  .n_queries = 13,
				  .info_bytes = 411.5 },
		.analytic = "AN1124",
		.analytic_name = "Network Devices",
		.analytic_version = 1,
		.n_clients = 1,
		.n_clients_all = 214,
		.summary =
			"360 distinct names in 41 s, each new, NULL records, base128 at 6.8 bits/char; "
			"no connection followed any answer; 1 of 214 clients",
		.counterfactual = "without structure the score would be 3.1 bits",
		.score_bits = 21.5f,
		.n_evidence = 2,
		.evidence[0] = { .family = "content", .bits = 9.25f },
		.evidence[1] = { .family = "volume", .bits = 8 },
		.bytes_up = 58312,
		.bytes_down = 6100,
		.window_s = 86400,
		.n_names = 360,
		.n_queries = 372,
		.n_samples = 2,
		.n_tunables = 1,
		.tunables[0] = { .name = "QueryRatePerClient", .value = "20/s" },
		.formats = 1u << 0 | 1u << 2,
		.missing = ED_FIELD_RCODE | ED_FIELD_TTL,
	};
	ed_evidence_fact(&a->evidence[0], "bits_per_char", 6.8);
	ed_evidence_fact(&a->evidence[1], "distinct_names", 360);
	ed_evidence_fact(&a->evidence[1], "window_s", 41);
	ed_evidence_fact_text(&a->evidence[0], "alphabet", "base32");
	a->decoded[0] = (struct ed_decoded){ .encoding = "base32",
					     .kind = "text",
					     .n_bytes = 60,
					     .n_shown = 9,
					     .shown = "c:\\a\t\"\x1b\xff ",
					     .printable_share = 0.75f,
					     .entropy_bits = 3.5f };
	a->decoded[1].entropy_bits = 4;
	a->sample_llr_bits[0] = 8;
	a->sample_llr_bits[1] = 0;
	ed_addr_from_v4((const uint8_t[4]){ 10, 77, 1, 2 }, &a->client);
	test_name("northfield-cdn.net", &a->domain);
	test_name("mnqw4zdpebuxiidj.northfield-cdn.net", &a->samples[0]);
	test_name("nz2ca3tboruw63lp.northfield-cdn.net", &a->samples[1]);
}

struct hostile {
	const char *what;
	const char *label;
	size_t n;
};

#define HOSTILE(what, label)                   \
	{                                      \
		what, label, sizeof(label) - 1 \
	}

static const struct hostile hostile_labels[] = {
	HOSTILE("double quote", "a\"b"),
	HOSTILE("single quote", "a'b"),
	HOSTILE("json break-out", "\",\"x\":\"y"),
	HOSTILE("escape sequence", "\033[2J\033]0;owned\007"),
	HOSTILE("C1 escape", "\233"
			     "31m"),
	HOSTILE("line end", "a\r\nb"),
	HOSTILE("line feed", "a\nb"),
	HOSTILE("NUL", "a\0b"),
	HOSTILE("formula", "=cmd|' /C calc'!A0"),
	HOSTILE("plus", "+1+1"),
	HOSTILE("minus", "-1"),
	HOSTILE("at", "@SUM(1)"),
	HOSTILE("tab", "\t=1"),
	HOSTILE("carriage return", "\r=1"),
	HOSTILE("comma", "a,b"),
	HOSTILE("backslash", "a\\b"),
	HOSTILE("backslash at the end", "a\\"),
	HOSTILE("dot in a label", "evil.com"),
	HOSTILE("written escape", "\\x2e"),
	HOSTILE("unicode escape", "\\u0022"),
	HOSTILE("UTF-8", "b\303\274cher"),
	HOSTILE("right-to-left", "\342\200\256moc"),
	HOSTILE("broken UTF-8", "\303\050\377\376"),
	HOSTILE("DEL", "a\177b"),
	HOSTILE("markup", "<script>alert(1)</script>"),
	HOSTILE("percent", "%s%n%x"),
	HOSTILE("spaces", "   "),
};

enum { HOSTILE_N = sizeof(hostile_labels) / sizeof(hostile_labels[0]) };

/* @label and, behind it, what else there is up to 255 bytes when @fill. */
static inline void hostile_name(const struct hostile *h, bool fill, struct ed_name *ret)
{
	size_t n = 0;

	while (n == 0 || (fill && n + 1 + h->n + 1 <= ED_NAME_MAX)) {
		ret->wire[n++] = (uint8_t)h->n;
		memcpy(ret->wire + n, h->label, h->n);
		n += h->n;
	}
	if (fill && n + 2 < ED_NAME_MAX) { /* exactly 255 */
		size_t rest = ED_NAME_MAX - 2 - n;

		ret->wire[n++] = (uint8_t)rest;
		memset(ret->wire + n, 0xff, rest);
		n += rest;
	}
	ret->wire[n++] = 0;
	ret->n = (uint8_t)n;
	assert(ed_name_valid(ed_span_of(ret->wire, ret->n)));
}

/* An alert in which everything that an attacker can choose is hostile. */
static inline void test_alert_hostile(const struct hostile *h, bool fill, struct ed_alert *a)
{
	test_alert_fill(a);
	hostile_name(h, fill, &a->domain);
	hostile_name(h, fill, &a->samples[0]);
	hostile_name(h, true, &a->samples[1]);
	a->sample_llr_bits[0] = NAN;
	a->sample_llr_bits[1] = INFINITY;
	a->decoded[0].n_shown = ED_DECODED_SHOWN_MAX_BYTES;
	for (size_t i = 0; i < ED_DECODED_SHOWN_MAX_BYTES; i++)
		a->decoded[0].shown[i] = (uint8_t)h->label[i % h->n];
	/* The summary is ours, but a sink does not rely on it. */
	(void)snprintf(a->summary, sizeof(a->summary), "=%.*s\n\033[31m", (int)h->n, h->label);
	memset(a->counterfactual, 0x9b, sizeof(a->counterfactual) - 1);
	a->counterfactual[sizeof(a->counterfactual) - 1] = '\0';
	(void)snprintf(a->tunables[0].value, sizeof(a->tunables[0].value), "\"\n\033%.*s",
		       (int)h->n, h->label);
}

#endif
