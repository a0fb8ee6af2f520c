/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threat exchanges' CSV (RFC 4180, with the blanks behind commas that some write). A sample:
 *	# "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type"
 *	"2026-07-04 22:19:04", "1844855", "bad.example", "domain", "payload_delivery"
 * The one idea: columns are found by the names in the header, commented or not, for their number
 * and order change.
 */
#include "enrich/list.h"

enum {
	FIELDS_MAX = 64,
	RECORD_MAX_BYTES = 1 << 16,
	NO_COLUMN = -1,
};

/* Which columns an export has. */
struct layout {
	const char *value, *type; /* @type NULL: all values are of .kind */
	const char *to_ids;       /* NULL, or the column that says whether it is meant to detect */
	const char *kind;
	const char *beside; /* a column that it must have too, for "url" and "domain" are common */
};

static const struct layout layouts[] = {
	{ .value = "ioc_value", .type = "ioc_type" },                /* ThreatFox */
	{ .value = "url", .kind = "url", .beside = "dateadded" },    /* URLhaus */
	{ .value = "value", .type = "type", .to_ids = "to_ids" },    /* MISP */
	{ .value = "value", .type = "type" },                        /* MISP, chosen columns */
	{ .value = "domain", .kind = "domain", .beside = "domain" }, /* hand-made */
};

struct columns {
	int value, type, to_ids;
	const char *kind;
};

struct record {
	size_t n;
	struct ed_span field[FIELDS_MAX];
	bool bad;
};

/* A field that begins with a quote; between its end and the separator there are but blanks. */
static struct ed_span take_quoted(struct ed_span *text, bool *ret_bad)
{
	struct ed_span rest = *text, field;
	size_t n = 0;

	rest = ed_span_from(rest, 1);
	while (n < rest.n && n < RECORD_MAX_BYTES) {
		if (rest.p[n] == '"' && (n + 1 == rest.n || rest.p[n + 1] != '"'))
			break;
		n += rest.p[n] == '"' ? 2 : 1;
	}
	*ret_bad = n >= rest.n || rest.p[n] != '"';
	field = ed_span_of(rest.p, n < rest.n ? n : rest.n);
	rest = ed_span_from(rest, n + 1);
	for (n = 0; n < rest.n && rest.p[n] != ',' && rest.p[n] != '\n'; n++)
		*ret_bad = *ret_bad || (rest.p[n] != ' ' && rest.p[n] != '\r');
	*text = ed_span_from(rest, n);
	return field;
}

/* One field off @text, quoted or not, with the separator behind it; doubled quotes stay doubled. */
static struct ed_span take_field(struct ed_span *text, bool *ret_bad)
{
	struct ed_span rest = *text;
	size_t n = 0;

	while (rest.n > 0 && rest.p[0] == ' ')
		rest = ed_span_from(rest, 1);
	if (rest.n == 0 || rest.p[0] != '"') {
		while (n < rest.n && rest.p[n] != ',' && rest.p[n] != '\n')
			n++;
		*text = ed_span_from(rest, n);
		return ed_list_trim(ed_span_of(rest.p, n));
	}
	*text = rest;
	return take_quoted(text, ret_bad);
}

/* Takes one record off @text, over line ends inside quotes. A quote that is never closed costs
 * what it was looked for in, and reading goes on at the next line. */
static void take_record(struct ed_span *text, struct record *ret)
{
	ret->n = 0;
	ret->bad = false;
	while (!ret->bad) {
		struct ed_span field = take_field(text, &ret->bad);

		if (ret->n < FIELDS_MAX)
			ret->field[ret->n++] = field;
		if (text->n == 0 || text->p[0] == '\n')
			break;
		if (!ret->bad)
			*text = ed_span_from(*text, 1);
	}
	if (ret->bad) {
		const uint8_t *end = memchr(text->p, '\n', text->n);

		*text = ed_span_from(*text, end ? (size_t)(end - text->p) : text->n);
	}
	*text = ed_span_from(*text, 1);
}

static int column(const struct record *r, const char *name)
{
	for (size_t i = 0; name && i < r->n; i++) {
		if (ed_span_is(r->field[i], name))
			return (int)i;
	}
	return NO_COLUMN;
}

/* True when the record is a header that a layout knows. */
static bool read_header(const struct record *r, struct columns *ret)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		const struct layout *l = &layouts[i];
		struct columns c = {
			.value = column(r, l->value),
			.type = column(r, l->type),
			.to_ids = column(r, l->to_ids),
			.kind = l->kind,
		};

		if (c.value == NO_COLUMN || (l->type && c.type == NO_COLUMN) ||
		    (l->to_ids && c.to_ids == NO_COLUMN) ||
		    (l->beside && column(r, l->beside) == NO_COLUMN))
			continue;
		*ret = c;
		return true;
	}
	return false;
}

static void take_row(struct ed_list *l, const struct columns *c, const struct record *r,
		     const uint8_t *at)
{
	struct ed_span type;

	if (r->bad || c->value >= (int)r->n || c->type >= (int)r->n || c->to_ids >= (int)r->n) {
		ed_list_bad(l, at);
		return;
	}
	if (c->to_ids != NO_COLUMN && !ed_span_is(r->field[c->to_ids], "1") &&
	    !ed_span_is(r->field[c->to_ids], "true") && !ed_span_is(r->field[c->to_ids], "True")) {
		l->n_other++;
		return;
	}
	type = c->type == NO_COLUMN ? ed_span_str(c->kind) : r->field[c->type];
	ed_list_indicator(l, type, r->field[c->value], at);
}

/* A comment may be the header; it ends with its line whatever quotes it holds. */
static void read_comment(struct ed_span line, struct columns *c)
{
	struct columns found;
	struct record r;

	while (line.n > 0 && (line.p[0] == '#' || line.p[0] == ' '))
		line = ed_span_from(line, 1);
	if (line.n > ED_LIST_LINE_MAX_BYTES)
		return;
	take_record(&line, &r);
	if (!r.bad && read_header(&r, &found))
		*c = found;
}

void ed_list_read_csv(struct ed_list *l)
{
	struct columns c = { .value = NO_COLUMN };
	struct ed_span text = l->text;

	while (text.n > 0) {
		const uint8_t *at = text.p;
		struct ed_span line;
		struct record r;

		if (text.p[0] == '#') {
			(void)ed_list_line(&text, &line);
			read_comment(line, &c);
			continue;
		}
		take_record(&text, &r);
		if (r.n == 1 && r.field[0].n == 0 && !r.bad)
			continue;
		if (c.value != NO_COLUMN)
			take_row(l, &c, &r, at);
		else if (!read_header(&r, &c))
			ed_list_bad(l, at);
	}
}
