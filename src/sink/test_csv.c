/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: one header and one line an alert, fields that read back by RFC 4180, no formula. */
#include "sink/sink.h"
#include "sink/test_alert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { FIELD_MAX = 8192, FIELDS = 25 };

enum {
	LEVEL = 1,
	CLIENT = 5,
	DOMAIN = 6,
	SUMMARY = 16,
	COUNTERFACTUAL = 17,
	SAMPLE = 18,
	SOURCES = 19,
	ID = 20
};

/* The next field of the line at *p; *p then stands behind its comma or CRLF. True at the line's
 * end. */
static bool next_field(const char **p, char ret[static FIELD_MAX])
{
	const char *s = *p;
	bool quoted = *s == '"';
	size_t n = 0;

	for (s += quoted; *s; s++) {
		if (quoted && *s == '"') {
			if (s[1] != '"')
				break;
			s++;
		} else if (!quoted && (*s == ',' || *s == '\r')) {
			break;
		} else if (!quoted) {
			assert_int_not_equal(*s, '"');
		}
		assert_true(n < FIELD_MAX - 1);
		ret[n++] = *s;
	}
	ret[n] = '\0';
	if (quoted)
		assert_int_equal(*s++, '"');
	if (*s == ',') {
		*p = s + 1;
		return false;
	}
	assert_int_equal(s[0], '\r');
	assert_int_equal(s[1], '\n');
	*p = s + 2;
	return true;
}

struct line {
	char field[FIELDS][FIELD_MAX];
};

static void read_line(const char **p, struct line *l)
{
	for (size_t i = 0; i < FIELDS; i++)
		assert_int_equal(next_field(p, l->field[i]), i == FIELDS - 1);
}

static void render(const struct ed_alert *a, struct ed_buf *out)
{
	const struct ed_sink_options o = { .format_names = test_format_names,
					   .no_alerts = a == NULL };

	ed_buf_init(out, 1 << 20);
	ed_sink_csv.begin(&o, out);
	if (a)
		ed_sink_csv.alert(&o, a, out);
	assert_null(ed_sink_csv.end);
	assert_false(out->full);
}

static void test_line(void **state)
{
	struct line *l = malloc(sizeof(*l));
	struct ed_alert a;
	struct ed_buf out;
	const char *p;

	(void)state;
	assert_non_null(l);
	test_alert_fill(&a);
	render(&a, &out);
	p = out.p;
	read_line(&p, l);
	assert_string_equal(l->field[0], "time");
	assert_string_equal(l->field[DOMAIN], "domain");
	assert_string_equal(l->field[SUMMARY], "summary");
	assert_string_equal(l->field[ID], "id");
	read_line(&p, l);
	assert_string_equal(p, "");
	assert_string_equal(l->field[0], "2026-11-03T14:09:30.000Z");
	assert_string_equal(l->field[LEVEL], "critical");
	assert_string_equal(l->field[CLIENT], "10.77.1.2");
	assert_string_equal(l->field[DOMAIN], "northfield-cdn.net");
	assert_string_equal(l->field[SUMMARY], a.summary); /* has commas */
	assert_string_equal(l->field[SAMPLE], "mnqw4zdpebuxiidj.northfield-cdn.net");
	assert_string_equal(l->field[SOURCES], "pcap zeek-tsv");
	assert_string_equal(l->field[ID], a.id);
	ed_buf_done(&out);
	free(l);
}

static void test_no_alerts_still_has_header(void **state)
{
	struct ed_buf out;

	(void)state;
	render(NULL, &out);
	assert_int_equal(strncmp(out.p, "time,level,", 11), 0);
	assert_string_equal(strchr(out.p, '\r'), "\r\n");
	ed_buf_done(&out);
}

static void check_text(const char *field, const char *canonical)
{
	if (*canonical && strchr("=+-@\t\r", *canonical)) {
		assert_int_equal(field[0], '\'');
		field++;
	}
	assert_string_equal(field, canonical);
}

static void check_hostile(const struct hostile *h, bool fill, struct line *l)
{
	char text[ED_NAME_TEXT_MAX + 1];
	struct ed_alert a;
	struct ed_buf out;
	const char *p;

	test_alert_hostile(h, fill, &a);
	render(&a, &out);
	assert_int_equal(strlen(out.p), out.n);
	for (size_t i = 0; i < out.n; i++) {
		bool line_end = out.p[i] == '\r' || out.p[i] == '\n';

		assert_true(line_end || (out.p[i] >= 0x20 && out.p[i] < 0x7f));
	}
	p = out.p;
	read_line(&p, l);
	read_line(&p, l);
	assert_string_equal(p, "");
	ed_name_to_text(ed_span_of(a.domain.wire, a.domain.n), text);
	check_text(l->field[DOMAIN], text);
	ed_name_to_text(ed_span_of(a.samples[0].wire, a.samples[0].n), text);
	check_text(l->field[SAMPLE], text);
	assert_int_equal(l->field[SUMMARY][0], '\'');
	assert_int_equal(l->field[SUMMARY][1], '=');
	for (size_t i = 0; i < FIELDS; i++)
		assert_null(strpbrk(l->field[i], "\r\n\t"));
	ed_buf_done(&out);
}

static void test_hostile_names(void **state)
{
	struct line *l = malloc(sizeof(*l));

	(void)state;
	assert_non_null(l);
	for (size_t i = 0; i < HOSTILE_N; i++) {
		check_hostile(&hostile_labels[i], false, l);
		check_hostile(&hostile_labels[i], true, l);
	}
	free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_no_alerts_still_has_header),
		cmocka_unit_test(test_hostile_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
