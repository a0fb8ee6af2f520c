/* SPDX-License-Identifier: Apache-2.0 */
/* notice.log: as many cells as fields, escapes of Zeek's, marks for what is not set. */
#include "sink/test_forms.h"

enum { CELLS = 21, HEADER_LINES = 7, LINE_MAX_N = 16384 };

static const char *last_line(const struct ed_buf *out)
{
	const char *p = out->p + out->n - 1;

	while (p > out->p && p[-1] != '\n')
		p--;
	return p;
}

/* Cell @i of the line @line. */
static void cell(const char *line, unsigned i, char ret[static LINE_MAX_N])
{
	size_t n;

	for (; i > 0; i--)
		line = strchr(line, '\t') + 1;
	n = strcspn(line, "\t\n");
	assert_true(n < LINE_MAX_N);
	memcpy(ret, line, n);
	ret[n] = '\0';
}

static void check_notice(const struct ed_buf *out)
{
	const char *line = last_line(out);
	char text[LINE_MAX_N];
	unsigned n_tabs = 0;

	test_assert_lines(out, "\t\n", HEADER_LINES + 1);
	for (const char *p = line; *p; p++) {
		n_tabs += *p == '\t';
		if (*p == '\\')
			assert_int_equal(p[1], 'x');
	}
	assert_int_equal(n_tabs, CELLS - 1);
	for (unsigned i = 0; i < CELLS; i++) {
		cell(line, i, text);
		assert_true(*text);
	}
}

static void test_fields(void **state)
{
	static const struct {
		unsigned i;
		const char *text;
	} rows[] = {
		{ 0, "1793714970.000000" },
		{ 1, "-" },
		{ 10, "DNSTunnel::Information_Ceiling" },
		{ 12,
		  "northfield-cdn.net; AN1124 critical, risk 97; "
		  "mnqw4zdpebuxiidj.northfield-cdn.net; id 5f3c1a2b-77d0-5c1e-9a44-0c2f6f1f4e10" },
		{ 13, "10.77.1.2" },
		{ 14, "-" },
		{ 15, "-" },
		{ 16, "372" },
		{ 17, "earthdog" },
		{ 18, "Notice::ACTION_LOG" },
		{ 20, "86400.000000" },
	};
	char text[LINE_MAX_N];
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	test_render(&ed_sink_zeek_notice, &a, &out);
	check_notice(&out);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cell(last_line(&out), rows[i].i, text);
		assert_string_equal(text, rows[i].text);
	}
	ed_buf_done(&out);
}

/* A backslash of a name is no escape of Zeek's. */
static void test_escapes(void **state)
{
	struct ed_alert a;
	struct ed_buf out;

	(void)state;
	test_alert_fill(&a);
	test_name("a\\010b.example", &a.domain);
	a.raised_ns = -1500000000;
	test_render(&ed_sink_zeek_notice, &a, &out);
	check_notice(&out);
	test_assert_has(&out, "\ta\\x5c010b.example; AN1124");
	test_assert_has(&out, "\n-1.500000\t");
	ed_buf_done(&out);
}

static void test_no_alerts(void **state)
{
	struct ed_buf out;

	(void)state;
	test_render(&ed_sink_zeek_notice, NULL, &out);
	test_assert_lines(&out, "\t\n", HEADER_LINES);
	test_assert_has(&out, "#separator \\x09\n#set_separator\t,\n");
	ed_buf_done(&out);
}

static void test_hostile_texts(void **state)
{
	(void)state;
	test_hostile(&ed_sink_zeek_notice, check_notice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_no_alerts),
		cmocka_unit_test(test_hostile_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
