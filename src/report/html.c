/* SPDX-License-Identifier: Apache-2.0 */
/* Reports as HTML; see html.h. */
#include "report/html.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

enum { SPARK_STEP = 4, SPARK_HEIGHT = 20, FIELD_WIDTH = 6, FIELD_HEIGHT = 14 };

static const char head[] =
	"<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
	"<meta name=\"referrer\" content=\"no-referrer\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<style>\n"
	"body{font:15px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;margin:0}\n"
	"main{max-width:72rem;margin:0 auto;padding:1.5rem}\n"
	"h1{font-size:1.7rem;margin:0}h2{font-size:1.25rem;margin:2.2rem 0 .5rem;"
	"border-bottom:2px solid #d5dae1;padding-bottom:.2rem}h3{font-size:1.05rem;margin:1.4rem 0 .3rem}"
	"h4{font-size:1rem;margin:1rem 0 .2rem}\n"
	"p{margin:.4rem 0}.lead,footer{color:#56606c}footer{margin-top:2.5rem;font-size:.85rem}\n"
	"table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.9rem}\n"
	"th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #e2e6eb;"
	"overflow-wrap:anywhere}\n"
	"th{background:#f3f5f8;white-space:nowrap}td.n{text-align:right;white-space:nowrap;"
	"font-variant-numeric:tabular-nums}\n"
	"code{font:.88em/1.45 ui-monospace,monospace;background:#f3f5f8;padding:.1em .3em;"
	"border-radius:3px;white-space:pre-wrap;overflow-wrap:anywhere}\n"
	".t1{color:#14602f}.t2{color:#7a4b00}.t3{color:#a11222}.t4{color:#6b7480}\n"
	".b{display:inline-block;border:1px solid;border-radius:3px;padding:0 .45em;font-size:.85em;"
	"font-weight:600;white-space:nowrap}\n"
	"svg{vertical-align:middle}svg .s{fill:#c9dcf5;stroke:#2b62a8;stroke-width:1}\n"
	"svg .f0{fill:#2b62a8}svg .f1{fill:#3d9a5f}svg .f2{fill:#e0a83a}svg .f3{fill:#c8384a}"
	"svg .f4{fill:#e6e9ee}\n"
	"@page{size:A4;margin:14mm}\n"
	"@media print{body{font-size:10pt}main{max-width:none;padding:0}h2,h3,h4{break-after:avoid}"
	"tr,li{break-inside:avoid}thead{display:table-header-group}"
	"*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n"
	"</style>\n";

/* ------------------------------------------------------------------ escaping */

/* Characters that hide or turn what stands beside them. */
static bool is_deceptive(uint32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0x061c || c == 0x00ad || c == 0xfeff ||
	       (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff) ||
	       (c >= 0x80 && c < 0xa0);
}

static const char *reference(uint32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void ed_html_span(struct ed_buf *out, struct ed_span text)
{
	size_t n;

	for (size_t i = 0; i < text.n; i += n) {
		uint32_t c = 0;
		const char *ref;

		n = ed_utf8_char(ed_span_from(text, i), &c);
		ref = n > 0 ? reference(c) : NULL;
		if (n == 0 || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
			ed_buf_printf(out, "\\x%02x", text.p[i]);
			n = 1;
		} else if (ref) {
			ed_buf_puts(out, ref);
		} else if (is_deceptive(c)) {
			ed_buf_printf(out, "\\u{%x}", (unsigned)c);
		} else {
			ed_buf_put(out, text.p + i, n);
		}
	}
}

void ed_html_text(struct ed_buf *out, const char *text)
{
	ed_html_span(out, ed_span_str(text));
}

void ed_html_printf(struct ed_buf *out, const char *fmt, ...)
{
	char text[ED_HTML_FORMAT_MAX];
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(text, sizeof(text), fmt, args) >= 0)
		ed_html_text(out, text);
	va_end(args);
}

/* ------------------------------------------------------------------ elements */

void ed_html_begin(struct ed_buf *out, const char *title, const char *lead)
{
	ed_buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n");
	ed_buf_puts(out, head);
	ed_buf_puts(out, "<title>");
	ed_html_text(out, title);
	ed_buf_puts(out, "</title>\n</head>\n<body>\n<main>\n<h1>");
	ed_html_text(out, title);
	ed_buf_puts(out, "</h1>\n");
	if (!lead)
		return;
	ed_buf_puts(out, "<p class=\"lead\">");
	ed_html_text(out, lead);
	ed_buf_puts(out, "</p>\n");
}

void ed_html_end(struct ed_buf *out, const char *foot)
{
	if (foot) {
		ed_buf_puts(out, "<footer>");
		ed_html_text(out, foot);
		ed_buf_puts(out, "</footer>\n");
	}
	ed_buf_puts(out, "</main>\n</body>\n</html>\n");
}

void ed_html_open(struct ed_buf *out, const char *element)
{
	ed_buf_printf(out, "<%s>", element);
}

void ed_html_close(struct ed_buf *out, const char *element)
{
	ed_buf_printf(out, "</%s>\n", element);
}

static void whole(struct ed_buf *out, const char *element, const char *text)
{
	ed_html_open(out, element);
	ed_html_text(out, text);
	ed_html_close(out, element);
}

void ed_html_heading(struct ed_buf *out, unsigned level, const char *text)
{
	char element[] = "h2";

	element[1] = (char)('0' + (level < 2 ? 2 : level > 4 ? 4 : level));
	whole(out, element, text);
}

void ed_html_para(struct ed_buf *out, const char *text)
{
	whole(out, "p", text);
}

void ed_html_code(struct ed_buf *out, const char *text)
{
	ed_buf_puts(out, "<code>");
	ed_html_text(out, text);
	ed_buf_puts(out, "</code>");
}

void ed_html_badge(struct ed_buf *out, enum ed_html_tone tone, const char *text)
{
	ed_buf_printf(out, "<span class=\"b t%u\">", (unsigned)tone);
	ed_html_text(out, text);
	ed_buf_puts(out, "</span>");
}

/* -------------------------------------------------------------------- tables */

void ed_html_table(struct ed_buf *out, const char *const *heads)
{
	ed_buf_puts(out, "<table>\n<thead><tr>");
	for (size_t i = 0; heads[i]; i++) {
		ed_buf_puts(out, "<th>");
		ed_html_text(out, heads[i]);
		ed_buf_puts(out, "</th>");
	}
	ed_buf_puts(out, "</tr></thead>\n<tbody>\n");
}

void ed_html_table_end(struct ed_buf *out)
{
	ed_buf_puts(out, "</tbody>\n</table>\n");
}

void ed_html_row(struct ed_buf *out)
{
	ed_buf_puts(out, "<tr>");
}

void ed_html_row_end(struct ed_buf *out)
{
	ed_buf_puts(out, "</tr>\n");
}

void ed_html_cell_open(struct ed_buf *out)
{
	ed_buf_puts(out, "<td>");
}

void ed_html_cell_close(struct ed_buf *out)
{
	ed_buf_puts(out, "</td>");
}

void ed_html_cell(struct ed_buf *out, const char *text)
{
	ed_html_cell_open(out);
	ed_html_text(out, text);
	ed_html_cell_close(out);
}

void ed_html_cell_number(struct ed_buf *out, const char *text)
{
	ed_buf_puts(out, "<td class=\"n\">");
	ed_html_text(out, text);
	ed_html_cell_close(out);
}

void ed_html_cell_tone(struct ed_buf *out, enum ed_html_tone tone, const char *text)
{
	ed_buf_printf(out, "<td class=\"t%u\">", (unsigned)tone);
	ed_html_text(out, text);
	ed_html_cell_close(out);
}

/* --------------------------------------------------------------------- plots */

static void svg_begin(struct ed_buf *out, size_t width, unsigned height, const char *label)
{
	ed_buf_printf(
		out, "<svg role=\"img\" width=\"%zu\" height=\"%u\" viewBox=\"0 0 %zu %u\"><title>",
		width, height, width, height);
	ed_html_text(out, label);
	ed_buf_puts(out, "</title>");
}

static double largest(const double *v, size_t n)
{
	double max = 0;

	for (size_t i = 0; i < n; i++) {
		if (isfinite(v[i]) && v[i] > max)
			max = v[i];
	}
	return max > 0 ? max : 1;
}

/* Values that follow one another are one area; a hole ends it. */
void ed_html_spark(struct ed_buf *out, const double *v, size_t n, const char *label)
{
	double max = largest(v, n);
	bool open = false;

	svg_begin(out, n * SPARK_STEP + 2, SPARK_HEIGHT + 2, label);
	for (size_t i = 0; i <= n; i++) {
		bool known = i < n && isfinite(v[i]);
		double share = known ? fmax(v[i], 0) / max : 0;

		if (known && !open)
			ed_buf_printf(out, "<polygon class=\"s\" points=\"%zu,%d",
				      i * SPARK_STEP + 1, SPARK_HEIGHT + 1);
		if (known)
			ed_buf_printf(out, " %zu,%.1f %zu,%.1f", i * SPARK_STEP + 1,
				      1 + SPARK_HEIGHT * (1 - share), (i + 1) * SPARK_STEP + 1,
				      1 + SPARK_HEIGHT * (1 - share));
		if (!known && open)
			ed_buf_printf(out, " %zu,%d\"/>", i * SPARK_STEP + 1, SPARK_HEIGHT + 1);
		open = known;
	}
	ed_buf_puts(out, "</svg>");
}

void ed_html_strip(struct ed_buf *out, const uint8_t *tones, size_t n, const char *label)
{
	svg_begin(out, n * FIELD_WIDTH, FIELD_HEIGHT, label);
	for (size_t i = 0; i < n; i++)
		ed_buf_printf(out,
			      "<rect class=\"f%u\" x=\"%zu\" y=\"0\" width=\"%d\" height=\"%d\"/>",
			      (unsigned)(tones[i] < ED_HTML_TONE_N ? tones[i] : ED_HTML_MUTED),
			      i * FIELD_WIDTH, FIELD_WIDTH - 1, FIELD_HEIGHT);
	ed_buf_puts(out, "</svg>");
}
