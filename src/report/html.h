/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as one HTML file: no scripts, nothing fetched, all styles inside, and it prints well.
 * Whatever text is handed in comes out as text: escaped here and only here, so that a name full of
 * tags, quotes or control bytes is shown and does nothing. The head forbids scripts and outside
 * content besides (Content-Security-Policy).
 *
 * Everything is appended to a bounded buffer (base/buf.h), which tells by `full` that it did not
 * fit. Elements are opened and closed by the caller in pairs.
 */
#ifndef ED_REPORT_HTML_H
#define ED_REPORT_HTML_H

#include "base/buf.h"

/* How a cell, a badge or a bar looks; each has a word or a sign beside its colour. */
enum ed_html_tone {
	ED_HTML_PLAIN,
	ED_HTML_GOOD,
	ED_HTML_WARN,
	ED_HTML_BAD,
	ED_HTML_MUTED,
	ED_HTML_TONE_N
};

/* The head of the document and its title as the first heading. @lead: a line under it, or NULL. */
void ed_html_begin(struct ed_buf *out, const char *title, const char *lead);
/* @foot: a line at the end, or NULL. */
void ed_html_end(struct ed_buf *out, const char *foot);

/*
 * Text: & < > " ' as references, control bytes and bytes that are no UTF-8 as \xNN, and the
 * characters that turn the direction of writing or take no room as \u{N}.
 */
void ed_html_text(struct ed_buf *out, const char *text);
void ed_html_span(struct ed_buf *out, struct ed_span text);
/* The same of a formatted text, cut at ED_HTML_FORMAT_MAX bytes. */
enum { ED_HTML_FORMAT_MAX = 4096 };
void ed_html_printf(struct ed_buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Of level 2 to 4. */
void ed_html_heading(struct ed_buf *out, unsigned level, const char *text);
/* A paragraph of one text; ed_html_open(out, "p") where it is made of pieces. */
void ed_html_para(struct ed_buf *out, const char *text);
/* A command or a setting to copy. */
void ed_html_code(struct ed_buf *out, const char *text);
void ed_html_badge(struct ed_buf *out, enum ed_html_tone tone, const char *text);

/* Any element by its name, a constant of the caller: "p", "ul", "li", "dl", "section". */
void ed_html_open(struct ed_buf *out, const char *element);
void ed_html_close(struct ed_buf *out, const char *element);

/* A table with the columns @heads, ended by NULL; then rows of as many cells. */
void ed_html_table(struct ed_buf *out, const char *const *heads);
void ed_html_table_end(struct ed_buf *out);
void ed_html_row(struct ed_buf *out);
void ed_html_row_end(struct ed_buf *out);
void ed_html_cell(struct ed_buf *out, const char *text);
/* To the right, figures of one width. */
void ed_html_cell_number(struct ed_buf *out, const char *text);
void ed_html_cell_tone(struct ed_buf *out, enum ed_html_tone tone, const char *text);
/* For a cell that holds more than one text. */
void ed_html_cell_open(struct ed_buf *out);
void ed_html_cell_close(struct ed_buf *out);

/*
 * A small plot in the line of the text, as inline SVG: @n values (not finite: a hole) from zero to
 * their largest. @label says in words what it shows.
 */
void ed_html_spark(struct ed_buf *out, const double *v, size_t n, const char *label);

/* A strip of @n small fields, each of a tone: the hours of a day. */
void ed_html_strip(struct ed_buf *out, const uint8_t *tones, size_t n, const char *label);

#endif
