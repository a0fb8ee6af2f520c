/* SPDX-License-Identifier: Apache-2.0 */
/* Reports as HTML: whatever text goes in, text comes out, and elements pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "report/html.h"

enum { OUT_MAX = 1 << 20 };

static void assert_escaped(struct ed_span text, const char *expected)
{
	struct ed_buf out;

	ed_buf_init(&out, OUT_MAX);
	ed_html_span(&out, text);
	assert_false(out.full);
	assert_string_equal(text.n ? out.p : "", expected);
	ed_buf_done(&out);
}

#define ESCAPED(text, expected) assert_escaped(ed_span_of(text, sizeof(text) - 1), expected)

static void test_escapes(void **state)
{
	(void)state;
	ESCAPED("", "");
	ESCAPED("plain text", "plain text");
	ESCAPED("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
	ESCAPED("a\"b'c&d", "a&quot;b&#39;c&amp;d");
	ESCAPED("&lt;", "&amp;lt;");
	ESCAPED("a\0b\x1b[31m", "a\\x00b\\x1b[31m");
	ESCAPED("line\nline\ttab\r", "line\nline\ttab\\x0d");
	ESCAPED("z\xc3\xbcrich \xe2\x82\xac", "z\xc3\xbcrich \xe2\x82\xac"); /* UTF-8 passes */
	ESCAPED("\xff\xfe", "\\xff\\xfe");
	ESCAPED("\xc3", "\\xc3");                            /* cut */
	ESCAPED("\xc0\xbc", "\\xc0\\xbc");                   /* "<", overlong */
	ESCAPED("\xe0\x80\xbc", "\\xe0\\x80\\xbc");          /* the same in three */
	ESCAPED("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* half of a pair */
	ESCAPED("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond the last character */
	ESCAPED("a\xe2\x80\xae"
		"b",
		"a\\u{202e}b");               /* turns the direction */
	ESCAPED("\xe2\x80\x8b", "\\u{200b}"); /* takes no room */
	ESCAPED("\xc2\x9b", "\\u{9b}");       /* a control character of 8 bits */
}

/* All strings of three bytes out of those that matter: no byte of them gets out as a sign. */
static void test_all_short_texts(void **state)
{
	static const uint8_t bytes[] = { '<',  '>',  '&',  '"',  '\'', 0,    '\n', 0x7f,
					 0x80, 0xbf, 0xc0, 0xc2, 0xe2, 0xed, 0xf0, 0xff };
	enum { N = sizeof(bytes) };
	struct ed_buf out;

	(void)state;
	ed_buf_init(&out, OUT_MAX);
	for (unsigned i = 0; i < N * N * N; i++) {
		const uint8_t text[] = { bytes[i % N], bytes[i / N % N], bytes[i / N / N] };

		ed_buf_clear(&out);
		ed_html_span(&out, ed_span_of(text, sizeof(text)));
		assert_null(strpbrk(out.p, "<>\"'"));
		assert_int_equal(strlen(out.p), out.n);
		for (const char *amp = strchr(out.p, '&'); amp; amp = strchr(amp + 1, '&'))
			assert_non_null(strchr(amp, ';'));
	}
	ed_buf_done(&out);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
		n++;
	return n;
}

static void test_document(void **state)
{
	static const char *const heads[] = { "One", "<b>Two", NULL };
	static const char *const elements[] = { "html",   "head",  "body",  "main",  "h1",    "h2",
						"h4",     "p",     "table", "thead", "tbody", "tr",
						"th",     "td",    "span",  "code",  "ul",    "li",
						"footer", "title", "style" };
	const double v[] = { 1, NAN, 2, -1, INFINITY };
	const uint8_t tones[] = { ED_HTML_GOOD, ED_HTML_BAD, 200 };
	struct ed_buf out;

	(void)state;
	ed_buf_init(&out, OUT_MAX);
	ed_html_begin(&out, "A <title>", "a & b");
	ed_html_heading(&out, 2, "h");
	ed_html_heading(&out, 99, "h");
	ed_html_table(&out, heads);
	ed_html_row(&out);
	ed_html_cell(&out, "</td><script>");
	ed_html_cell_number(&out, "17");
	ed_html_cell_tone(&out, ED_HTML_BAD, "'\"");
	ed_html_cell_open(&out);
	ed_html_badge(&out, ED_HTML_WARN, "<");
	ed_html_spark(&out, v, 5, "</title>");
	ed_html_strip(&out, tones, 3, "x\"y");
	ed_html_cell_close(&out);
	ed_html_row_end(&out);
	ed_html_table_end(&out);
	ed_html_open(&out, "ul");
	ed_html_open(&out, "li");
	ed_html_code(&out, "a < b");
	ed_html_close(&out, "li");
	ed_html_close(&out, "ul");
	ed_html_printf(&out, "%s %d", "<i>", 5);
	ed_html_end(&out, "the end");
	assert_false(out.full);
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		char open[32], attr[32], close[32];

		(void)snprintf(open, sizeof(open), "<%s>", elements[i]);
		(void)snprintf(attr, sizeof(attr), "<%s ", elements[i]);
		(void)snprintf(close, sizeof(close), "</%s>", elements[i]);
		assert_true(count(out.p, close) > 0);
		assert_int_equal(count(out.p, open) + count(out.p, attr), count(out.p, close));
	}
	assert_null(strstr(out.p, "<script"));
	assert_null(strstr(out.p, "<i>"));
	assert_int_equal(count(out.p, "<polygon"), 2); /* a hole parts them */
	assert_int_equal(count(out.p, "<rect"), 3);
	assert_null(strstr(out.p, "nan"));
	assert_null(strstr(out.p, "inf\""));
	ed_buf_done(&out);
}

static void test_format_is_cut(void **state)
{
	char text[2 * ED_HTML_FORMAT_MAX];
	struct ed_buf out;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	ed_buf_init(&out, OUT_MAX);
	ed_html_printf(&out, "%s", text);
	assert_int_equal(out.n, ED_HTML_FORMAT_MAX - 1);
	ed_buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_all_short_texts),
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_format_is_cut),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
