/* SPDX-License-Identifier: Apache-2.0 */
/* The table: layout at 80 and 160 columns and without a width, colour only when asked, hostile
 * names. */
#include "sink/sink.h"
#include "sink/test_alert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void render(const struct ed_sink_options *o, const struct ed_alert *a, struct ed_buf *out)
{
	ed_buf_init(out, 1 << 20);
	ed_sink_table.begin(o, out);
	ed_sink_table.alert(o, a, out);
	ed_sink_table.end(o, 1, out);
	assert_false(out->full);
	assert_int_equal(strlen(out->p), out->n);
}

static void assert_renders(const struct ed_sink_options *o, const struct ed_alert *a,
			   const char *wanted)
{
	struct ed_buf out;

	render(o, a, &out);
	assert_string_equal(out.p, wanted);
	ed_buf_done(&out);
}

static void test_narrow(void **state)
{
	const struct ed_sink_options o = { .width = 80 };
	struct ed_alert a;

	(void)state;
	test_alert_fill(&a);
	assert_renders(
		&o, &a,
		" LEVEL     CLIENT           DOMAIN                 SINCE          OUT        IN\n"
		" critical  10.77.1.2        northfield-cdn.net     14:02:11   58.3 kB    6.1 kB\n"
		"           360 distinct names in 41 s, each new, NULL records, base128 at 6.8\n"
		"           bits/char; no connection followed any answer; 1 of 214 clients\n"
		"           2026-11-03 14:02:11 to 14:09:30 UTC  AN1124  id 5f3c1a2b\n"
		"           e.g. mnqw4zdpebuxiidj.northfield-cdn.net\n");
}

static void test_wide(void **state)
{
	const struct ed_sink_options o = { .width = 160 };
	struct ed_alert a;

	(void)state;
	test_alert_fill(&a);
	assert_renders(
		&o, &a,
		" LEVEL     CLIENT           DOMAIN                 SINCE          OUT        IN  WHY\n"
		" critical  10.77.1.2        northfield-cdn.net     14:02:11   58.3 kB    6.1 kB  "
		"360 distinct names in 41 s, each new, NULL records, base128 at 6.8 bits/char;\n"
		"                                                                                 "
		"no connection followed any answer; 1 of 214 clients\n"
		"           2026-11-03 14:02:11 to 14:09:30 UTC  AN1124  id 5f3c1a2b"
		"  e.g. mnqw4zdpebuxiidj.northfield-cdn.net\n");
}

static void test_unknown_width_does_not_wrap(void **state)
{
	const struct ed_sink_options o = { .width = 0 };
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	render(&o, &a, &out);
	assert_non_null(strstr(out.p, a.summary));
	ed_buf_done(&out);
}

static void test_wide_cells_move_the_rest_down(void **state)
{
	const struct ed_sink_options o = { .width = 80 };
	struct ed_alert a;

	(void)state;
	test_alert_fill(&a);
	a.level = ED_LEVEL_INFORMATIONAL;
	a.end_ns += 86400 * ED_NS_PER_S;
	a.summary[0] = '\0';
	a.n_samples = 0;
	assert_true(ed_addr_from_text(ed_span_str("2001:db8:1234:5678:9abc:def0:1234:5678"),
				      &a.client));
	test_name("a-domain-that-is-longer-than-its-column.example", &a.domain);
	assert_renders(
		&o, &a,
		" LEVEL     CLIENT           DOMAIN                 SINCE          OUT        IN\n"
		" info      2001:db8:1234:5678:9abc:def0:1234:5678\n"
		"                            a-domain-that-is-longer-than-its-column.example\n"
		"                                                   14:02:11   58.3 kB    6.1 kB\n"
		"           2026-11-03 14:02:11 to 2026-11-04 14:09:30 UTC  AN1124  id 5f3c1a2b\n");
}

static void test_unknown_fields(void **state)
{
	const struct ed_sink_options o = { .width = 80 };
	struct ed_alert a = {
		.level = ED_LEVEL_LOW, .n_clients = 41, .all_clients = true, .id = "5f3c1a2b"
	};

	(void)state;
	assert_renders(
		&o, &a,
		" LEVEL     CLIENT           DOMAIN                 SINCE          OUT        IN\n"
		" low       41 clients       -                                     0 B       0 B\n"
		"           id 5f3c1a2b\n");
}

static void test_suppressed(void **state)
{
	const struct ed_suppression rule = { .reason = "ticket 4711\x1b[2J",
					     .owner = "soc",
					     .expires_ns = INT64_C(
						     1793750400000000000), /* 2026-11-04 */
					     .line = 7 };
	const struct ed_sink_options o = { .width = 100 };
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	memset(&a, 0, sizeof(a));
	a.suppressed = &rule;
	render(&o, &a, &out);
	assert_non_null(strstr(out.p, "suppressed until 2026-11-03 by soc (line 7): ticket 4711"));
	assert_null(strchr(out.p, '\033'));
	ed_buf_done(&out);
}

static void test_no_alerts(void **state)
{
	const struct ed_sink_options o = { .width = 80, .no_alerts = true, .colour = true };
	struct ed_buf out;

	(void)state;
	ed_buf_init(&out, 4096);
	ed_sink_table.begin(&o, &out);
	ed_sink_table.end(&o, 0, &out);
	assert_string_equal(out.p, "no alerts\n");
	ed_buf_done(&out);
}

static void test_explanation(void **state)
{
	const struct ed_sink_options o = { .width = 80, .explain = true };
	struct ed_alert a;

	(void)state;
	test_alert_fill(&a);
	ed_evidence_fact(&a.evidence[0], "mixed_case_share", 0); /* nought says nothing */
	assert_renders(
		&o, &a,
		" LEVEL     CLIENT           DOMAIN                 SINCE          OUT        IN\n"
		" critical  10.77.1.2        northfield-cdn.net     14:02:11   58.3 kB    6.1 kB\n"
		"           360 distinct names in 41 s, each new, NULL records, base128 at 6.8\n"
		"           bits/char; no connection followed any answer; 1 of 214 clients\n"
		"           2026-11-03 14:02:11 to 14:09:30 UTC  AN1124  id 5f3c1a2b\n"
		"           content 9.2 bits: bits_per_char 6.8, alphabet base32\n"
		"           volume 8.0 bits: distinct_names 360, window_s 41\n"
		"           score 21.5 bits; without structure the score would be 3.1 bits\n"
		"           mutable elements: QueryRatePerClient 20/s\n"
		"           mnqw4zdpebuxiidj.northfield-cdn.net\n"
		"           = SubdomainEntropyScore 0.94 (8.0 bits), Shannon entropy 3.5 bits a\n"
		"           character; base32, 60 bytes, 75 % printable, text: c:\\\\a\\x09\"\\x1b\\xff\n"
		"           ...\n"
		"           nz2ca3tboruw63lp.northfield-cdn.net\n"
		"           = SubdomainEntropyScore 0.50 (0.0 bits), Shannon entropy 4.0 bits a\n"
		"           character\n");
}

/* Three of five: those that say something first. */
static void test_most_telling_samples(void **state)
{
	struct ed_sink_options o = { .width = 0, .explain = true };
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	a.n_samples = 5;
	for (unsigned i = 0; i < 5; i++) {
		char name[] = "sample0.northfield-cdn.net";

		name[6] = (char)('0' + i);
		test_name(name, &a.samples[i]);
		a.sample_llr_bits[i] = i == 1 ? 20 : (float)i;
		a.decoded[i] = (struct ed_decoded){ .encoding = i == 3 ? "hex" : NULL,
						    .n_shown = 1 };
	}
	a.decoded[4] = (struct ed_decoded){ .encoding = "hex", .kind = "gzip", .n_shown = 1 };
	render(&o, &a, &out);
	assert_non_null(strstr(out.p, "sample4"));
	assert_true(strstr(out.p, "sample4") < strstr(out.p, "sample3"));
	assert_true(strstr(out.p, "sample3") < strstr(out.p, "sample1"));
	assert_null(strstr(out.p, "sample0"));
	assert_null(strstr(out.p, "sample2"));
	ed_buf_done(&out);
	o.explain = false;
	render(&o, &a, &out);
	assert_non_null(strstr(out.p, "e.g. sample4.northfield-cdn.net\n"));
	ed_buf_done(&out);
}

static void test_colour_only_when_asked(void **state)
{
	struct ed_sink_options o = { .width = 80 };
	struct ed_buf out;
	struct ed_alert a;

	(void)state;
	test_alert_fill(&a);
	render(&o, &a, &out);
	assert_null(strchr(out.p, '\033'));
	ed_buf_done(&out);
	o.colour = true;
	render(&o, &a, &out);
	assert_non_null(strstr(out.p, " \033[1;31mcritical\033[0m  10.77.1.2"));
	ed_buf_done(&out);
}

/* No line is longer than the terminal, no byte but printable ASCII and line ends. */
static void check_bytes(const struct ed_buf *out, unsigned width)
{
	unsigned col = 0;

	for (size_t i = 0; i < out->n; i++) {
		if (out->p[i] == '\n') {
			col = 0;
			continue;
		}
		assert_true(out->p[i] >= 0x20 && out->p[i] < 0x7f);
		col++;
		if (width > 0)
			assert_true(col <= width);
	}
}

static void test_hostile_names(void **state)
{
	static const unsigned widths[] = { 0, 80, 100, 120, 160, 400 };
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	for (size_t i = 0; i < HOSTILE_N; i++) {
		for (size_t w = 0; w < 2 * sizeof(widths) / sizeof(widths[0]); w++) {
			const struct ed_sink_options o = { .width = widths[w / 2],
							   .explain = i & 1 };

			test_alert_hostile(&hostile_labels[i], w % 2, &a);
			render(&o, &a, &out);
			check_bytes(&out, o.width);
			ed_buf_done(&out);
		}
	}
}

static void test_tiny_terminal(void **state)
{
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	for (unsigned width = 1; width < 80; width++) {
		const struct ed_sink_options o = { .width = width, .explain = true };

		test_alert_hostile(&hostile_labels[0], true, &a);
		render(&o, &a, &out);
		check_bytes(&out, 0);
		ed_buf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_unknown_width_does_not_wrap),
		cmocka_unit_test(test_wide_cells_move_the_rest_down),
		cmocka_unit_test(test_unknown_fields),
		cmocka_unit_test(test_suppressed),
		cmocka_unit_test(test_no_alerts),
		cmocka_unit_test(test_explanation),
		cmocka_unit_test(test_most_telling_samples),
		cmocka_unit_test(test_colour_only_when_asked),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_tiny_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
