/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table for a person at a terminal. Columns stand at fixed places, because alerts come one by
 * one; what is wider than its column moves the rest of the row to the next line, so nothing is
 * lost and all stays aligned. From WIDE columns on the reason stands at the right, below that
 * under its row:
 *	LEVEL     CLIENT           DOMAIN                 SINCE          OUT        IN
 *	critical  10.77.1.2        northfield-cdn.net     14:02:11   58.3 kB    6.1 kB
 *	          360 distinct names in 41 s, each new, NULL records
 *	          2026-11-03 14:02:11 to 14:09:30 UTC  AN1124  id 5f3c1a2b  e.g. mnqw4z.northf...
 */
#include "sink/sink.h"

#include "base/time.h"
#include "sink/alert_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	COL_LEVEL = 1,
	COL_CLIENT = 11,
	COL_DOMAIN = 28,
	COL_SINCE = 51,
	COL_OUT = 61,
	COL_IN = 71,
	COL_WHY = 81,
	COL_DETAIL = COL_CLIENT,
	BYTES_WIDTH = 8,
	WIDE = 120,
	NARROWEST = 40,    /* a terminal that says less is taken for this wide */
	CUT_UNKNOWN = 200, /* a name is cut here when the width is unknown */
};

static const char *const level_colours[ED_LEVEL_N] = {
	[ED_LEVEL_INFORMATIONAL] = "\033[2m", [ED_LEVEL_LOW] = "\033[36m",
	[ED_LEVEL_MEDIUM] = "\033[33m",       [ED_LEVEL_HIGH] = "\033[31m",
	[ED_LEVEL_CRITICAL] = "\033[1;31m",
};

/* Where the next character of the output goes. */
struct pen {
	struct ed_buf *out;
	unsigned col;
	unsigned width; /* 0: no limit */
	bool colour;
};

static struct pen pen_on(const struct ed_sink_options *o, struct ed_buf *out)
{
	struct pen p = { .out = out, .width = o->width, .colour = o->colour };

	if (p.width > 0 && p.width < NARROWEST)
		p.width = NARROWEST;
	return p;
}

static void pen_newline(struct pen *p)
{
	ed_buf_put(p->out, "\n", 1);
	p->col = 0;
}

static void pen_to(struct pen *p, unsigned col)
{
	if (p->col > col)
		pen_newline(p);
	while (p->col < col) {
		ed_buf_put(p->out, " ", 1);
		p->col++;
	}
}

static void pen_put(struct pen *p, const char *text, size_t n)
{
	ed_buf_put(p->out, text, n);
	p->col += (unsigned)n;
}

static void pen_puts(struct pen *p, const char *text)
{
	pen_put(p, text, strlen(text));
}

static void pen_colour(struct pen *p, const char *escape)
{
	if (p->colour)
		ed_buf_puts(p->out, escape);
}

/* Columns that are left from the pen on. */
static unsigned pen_room(const struct pen *p)
{
	if (p->width == 0)
		return CUT_UNKNOWN;
	return p->width > p->col ? p->width - p->col : 0;
}

/* @text in words from column @col on; a word that fits on no line is broken. */
static void pen_wrap(struct pen *p, unsigned col, const char *text)
{
	unsigned room;

	pen_to(p, col);
	room = p->width ? p->width - col : UINT32_MAX;
	while (*text) {
		size_t n = strcspn(text, " ");
		unsigned used = p->col - col;

		if (used > 0 && used + 1 + n > room) {
			pen_newline(p);
			pen_to(p, col);
		} else if (used > 0) {
			pen_put(p, " ", 1);
		}
		if (n > room)
			n = room;
		pen_put(p, text, n);
		text += n;
		while (*text == ' ')
			text++;
	}
}

/* What fills a row, as text. */
struct row {
	char client[ED_ADDR_TEXT_MAX];
	char domain[ED_NAME_TEXT_MAX + 1]; /* or the server, where there is no domain */
	char since[ED_TIME_TEXT_MAX];
	char until[ED_TIME_TEXT_MAX];
	char out[ED_BYTES_TEXT_MAX];
	char in[ED_BYTES_TEXT_MAX];
};

enum { DATE_N = 10, CLOCK_AT = 11, CLOCK_N = 8 }; /* of "2026-11-03T14:02:11.250Z" */

/* The machine that a log names, by its first label. */
static void put_host(const struct ed_actor *actor, char *ret, size_t n)
{
	(void)ed_process_print(ed_actor_text(actor, ED_TEXT_HOST), ret, n);
	ret[strcspn(ret, ".")] = '\0';
	if (!*ret)
		(void)snprintf(ret, n, "a machine");
}

static void row_fill(struct row *r, const struct ed_alert *a)
{
	*r = (struct row){ .client = "-", .domain = "-" };
	if (ed_addr_known(&a->client))
		ed_addr_to_text(&a->client, r->client);
	else if (a->actor.known && !a->all_clients)
		put_host(&a->actor, r->client, sizeof(r->client));
	else if (a->all_clients)
		(void)snprintf(r->client, sizeof(r->client), "%" PRIu32 " clients", a->n_clients);
	if (a->domain.n > 0)
		ed_alert_text_name(&a->domain, r->domain);
	else if (ed_addr_known(&a->server))
		ed_addr_to_text(&a->server, r->domain);
	if (a->start_ns != ED_TIME_UNKNOWN_NS)
		ed_time_to_text(a->start_ns, r->since);
	if (a->end_ns != ED_TIME_UNKNOWN_NS)
		ed_time_to_text(a->end_ns, r->until);
	ed_alert_text_bytes(a->bytes_up, r->out);
	ed_alert_text_bytes(a->bytes_down, r->in);
}

static void put_right(struct pen *p, unsigned col, const char *text)
{
	size_t n = strlen(text);

	pen_to(p, col + (n < BYTES_WIDTH ? BYTES_WIDTH - (unsigned)n : 0));
	pen_puts(p, text);
}

/* A name in what is left of the line, its middle cut when it is too long. */
static void put_name(struct pen *p, const char *text)
{
	char fit[ED_NAME_TEXT_MAX + 1];
	unsigned room = pen_room(p);

	ed_alert_text_fit(text, room > 8 ? room : 8, fit, sizeof(fit));
	pen_puts(p, fit);
}

static void put_row(struct pen *p, const struct row *r, const struct ed_alert *a)
{
	const char *level = a->level == ED_LEVEL_INFORMATIONAL ? "info" : ed_level_name(a->level);

	pen_to(p, COL_LEVEL);
	pen_colour(p, level_colours[a->level]);
	pen_puts(p, level);
	pen_colour(p, "\033[0m");
	pen_to(p, COL_CLIENT);
	pen_puts(p, r->client);
	pen_to(p, COL_DOMAIN);
	put_name(p, r->domain);
	pen_to(p, COL_SINCE);
	if (*r->since)
		pen_put(p, r->since + CLOCK_AT, CLOCK_N);
	put_right(p, COL_OUT, r->out);
	put_right(p, COL_IN, r->in);
}

/* "2026-11-03 14:02:11 to 14:09:30 UTC"; the second date only when it differs. */
static void put_period(struct pen *p, const struct row *r)
{
	if (!*r->since)
		return;
	pen_put(p, r->since, DATE_N);
	pen_puts(p, " ");
	pen_put(p, r->since + CLOCK_AT, CLOCK_N);
	if (*r->until) {
		pen_puts(p, " to ");
		if (strncmp(r->since, r->until, DATE_N) != 0) {
			pen_put(p, r->until, DATE_N);
			pen_puts(p, " ");
		}
		pen_put(p, r->until + CLOCK_AT, CLOCK_N);
	}
	pen_puts(p, " UTC  ");
}

/* With @explain the names follow. */
static void put_details(struct pen *p, const struct row *r, const struct ed_alert *a, bool explain)
{
	char sample[ED_NAME_TEXT_MAX + 1] = "";
	char id[ED_CLEAN_GROWTH * 8 + 1];
	char start[9];
	uint32_t telling[ED_ALERT_SAMPLES_MAX];
	size_t n = 0;

	if (!explain && ed_alert_text_telling(a, telling) > 0)
		n = ed_alert_text_name(&a->samples[telling[0]], sample);
	pen_newline(p);
	pen_colour(p, "\033[2m");
	pen_to(p, COL_DETAIL);
	put_period(p, r);
	if (a->drill[0])
		pen_puts(p, "drill  ");
	if (a->analytic) {
		pen_puts(p, a->analytic);
		pen_puts(p, "  ");
	}
	(void)snprintf(start, sizeof(start), "%.8s", a->id);
	ed_alert_text_clean(start, id, sizeof(id));
	pen_puts(p, "id ");
	pen_puts(p, id);
	if (n > 0) {
		if (p->width > 0 && p->col + strlen("  e.g. ") + n > p->width)
			pen_to(p, COL_DETAIL);
		else
			pen_puts(p, "  ");
		pen_puts(p, "e.g. ");
		put_name(p, sample);
	}
	pen_colour(p, "\033[0m");
	pen_newline(p);
}

/* ---------------------------------------------------------------- evidence */

enum { FACTS_SHOWN = 5, SAMPLES_SHOWN = 3, LINE_MAX = 512 };

__attribute__((format(printf, 3, 4))) static void line_add(char *line, size_t *n, const char *fmt,
							   ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = vsnprintf(line + *n, LINE_MAX - *n, fmt, ap);
	va_end(ap);
	*n += r < 0 ? 0 : (size_t)r;
	if (*n >= LINE_MAX)
		*n = LINE_MAX - 1;
}

/* A line of its own under the row, wrapped; made printable first. */
static void put_line(struct pen *p, const char *line)
{
	char clean[ED_CLEAN_GROWTH * LINE_MAX];

	ed_alert_text_clean(line, clean, sizeof(clean));
	if (p->col > 0)
		pen_newline(p);
	pen_wrap(p, COL_DETAIL, clean);
}

/* "content 9.0 bits: likelihood_ratio_bits 618.5, alphabet base32": a family puts first what counts
 * most, and what is nought says nothing. */
static void put_family(struct pen *p, const struct ed_evidence *e)
{
	char line[LINE_MAX];
	unsigned shown = 0;
	size_t n = 0;

	line_add(line, &n, "%s %.1f bits", e->family, isfinite(e->bits) ? (double)e->bits : 0);
	for (uint32_t i = 0; i < e->n_facts && shown < FACTS_SHOWN; i++) {
		const struct ed_fact *fact = &e->facts[i];

		if (!fact->text && (!isfinite(fact->value) || fact->value == 0))
			continue;
		line_add(line, &n, "%s %s ", shown++ ? "," : ":", fact->name);
		if (fact->text)
			line_add(line, &n, "%s", fact->text);
		else
			line_add(line, &n, fabs(fact->value) < 1000 ? "%.3g" : "%.0f", fact->value);
	}
	put_line(p, line);
}

/* The name, what it looks like and, where it can be read, what it says. */
static void put_sample(struct pen *p, const struct ed_alert *a, uint32_t i)
{
	const struct ed_decoded *d = &a->decoded[i];
	double llr = (double)a->sample_llr_bits[i];
	char name[ED_NAME_TEXT_MAX + 1], bytes[ED_DECODED_TEXT_MAX];
	char line[LINE_MAX];
	size_t n = 0;

	ed_alert_text_name(&a->samples[i], name);
	if (p->col > 0)
		pen_newline(p);
	pen_to(p, COL_DETAIL);
	put_name(p, name);
	line_add(line, &n,
		 "= SubdomainEntropyScore %.2f (%.1f bits), Shannon entropy %.1f bits a character",
		 isnan(llr) ? 0 : ed_subdomain_entropy_score(llr), isfinite(llr) ? llr : 0,
		 (double)d->entropy_bits);
	if (d->encoding && d->n_shown > 0) {
		ed_alert_text_decoded(d, bytes);
		line_add(line, &n, "; %s, %u bytes, %.0f %% printable%s%s: %s%s", d->encoding,
			 (unsigned)d->n_bytes, 100 * (double)d->printable_share,
			 d->kind ? ", " : "", d->kind ? d->kind : "", bytes,
			 d->n_shown < d->n_bytes ? "..." : "");
	}
	put_line(p, line);
}

/* "mutable elements: QueryRatePerClient 20/s" */
static void put_tunables(struct pen *p, const struct ed_alert *a)
{
	char line[LINE_MAX];
	size_t n = 0;

	if (a->n_tunables == 0)
		return;
	for (uint32_t i = 0; i < a->n_tunables; i++)
		line_add(line, &n, "%s %s %s", i ? "," : "mutable elements:", a->tunables[i].name,
			 a->tunables[i].value);
	put_line(p, line);
}

static void put_explanation(struct pen *p, const struct ed_alert *a)
{
	uint32_t telling[ED_ALERT_SAMPLES_MAX];
	uint32_t n_samples = ed_alert_text_telling(a, telling);
	char line[LINE_MAX];
	size_t n = 0;

	for (uint32_t i = 0; i < a->n_evidence; i++)
		put_family(p, &a->evidence[i]);
	if (a->verdict != ED_VERDICT_POLICY) /* which is not weighed */
		line_add(line, &n, "score %.1f bits; ",
			 isfinite(a->score_bits) ? (double)a->score_bits : 0);
	line_add(line, &n, "%s", a->counterfactual);
	put_line(p, line);
	if (a->would_add)
		put_line(p, a->would_add);
	put_tunables(p, a);
	for (uint32_t i = 0; i < n_samples && i < SAMPLES_SHOWN; i++)
		put_sample(p, a, telling[i]);
	pen_newline(p);
}

/* Which rule hides it, where it is shown all the same. */
static void put_suppression(struct pen *p, const struct ed_suppression *s)
{
	char until[ED_TIME_TEXT_MAX], line[LINE_MAX];
	size_t n = 0;

	if (!s)
		return;
	ed_time_to_text(s->expires_ns - 1, until); /* a day counts to its end */
	line_add(line, &n, "suppressed until %.10s by %.100s (line %u): %.300s", until, s->owner,
		 s->line, s->reason);
	put_line(p, line);
	pen_newline(p);
}

static void table_begin(const struct ed_sink_options *o, struct ed_buf *out)
{
	struct pen p = pen_on(o, out);

	if (o->no_alerts)
		return;
	pen_colour(&p, "\033[1m");
	pen_to(&p, COL_LEVEL);
	pen_puts(&p, "LEVEL");
	pen_to(&p, COL_CLIENT);
	pen_puts(&p, "CLIENT");
	pen_to(&p, COL_DOMAIN);
	pen_puts(&p, "DOMAIN");
	pen_to(&p, COL_SINCE);
	pen_puts(&p, "SINCE");
	put_right(&p, COL_OUT, "OUT");
	put_right(&p, COL_IN, "IN");
	if (p.width == 0 || p.width >= WIDE) {
		pen_to(&p, COL_WHY);
		pen_puts(&p, "WHY");
	}
	pen_colour(&p, "\033[0m");
	pen_newline(&p);
}

static void table_alert(const struct ed_sink_options *o, const struct ed_alert *a,
			struct ed_buf *out)
{
	char why[ED_CLEAN_GROWTH * ED_ALERT_SUMMARY_MAX];
	struct pen p = pen_on(o, out);
	struct row r;

	row_fill(&r, a);
	put_row(&p, &r, a);
	ed_alert_text_clean(a->summary, why, sizeof(why));
	if (*why)
		pen_wrap(&p, p.width == 0 || p.width >= WIDE ? COL_WHY : COL_DETAIL, why);
	put_details(&p, &r, a, o->explain);
	put_suppression(&p, a->suppressed);
	if (o->explain)
		put_explanation(&p, a);
}

static void table_end(const struct ed_sink_options *o, size_t n_alerts, struct ed_buf *out)
{
	(void)o;
	if (n_alerts == 0)
		ed_buf_puts(out, "no alerts\n");
}

const struct ed_sink ed_sink_table = {
	.name = "table",
	.help = "a table for a person, wrapped to the terminal",
	.begin = table_begin,
	.alert = table_alert,
	.end = table_end,
};
