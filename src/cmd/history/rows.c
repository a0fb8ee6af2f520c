/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of history that were found; see rows.h. */
#include "cmd/history/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/json_out.h"
#include "base/time.h"
#include "cmd/out/text.h"
#include "record/rrtype.h"

enum { LINE_MAX_BYTES = 1 << 14, WHO_SHOWN_MAX = 4 * ED_TEXT_MAX + 1, RCODE_TEXT_MAX = 16 };

static const char *const who_keys[ED_WHO_TEXTS] = { "host", "process", "user" };

/* A row as text. */
struct shown {
	char first[ED_TIME_TEXT_MAX], last[ED_TIME_TEXT_MAX];
	char client[ED_ADDR_TEXT_MAX], resolver[ED_ADDR_TEXT_MAX], answer[ED_ADDR_TEXT_MAX];
	char name[ED_NAME_TEXT_MAX + 1];
	char type[ED_RRTYPE_TEXT_MAX];
	char rcode[RCODE_TEXT_MAX];
	char who[ED_WHO_TEXTS][WHO_SHOWN_MAX];
};

void ed_history_rows_init(struct ed_history_rows *r, size_t max)
{
	*r = (struct ed_history_rows){ .max = max };
}

void ed_history_rows_done(struct ed_history_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->v[i].who);
	free(r->v);
	*r = (struct ed_history_rows){ .v = NULL };
}

static bool grow(struct ed_history_rows *r)
{
	size_t cap = r->cap ? 2 * r->cap : 256;
	struct ed_history_found *v = reallocarray(r->v, cap, sizeof(*v));

	if (!v) {
		r->error = -ENOMEM;
		return false;
	}
	r->v = v;
	r->cap = cap;
	return true;
}

static bool keep_who(struct ed_history_found *f, const struct ed_query_row *row)
{
	size_t n = 0;

	for (unsigned i = 0; i < ED_WHO_TEXTS; i++)
		n += row->who[i].n;
	if (n == 0)
		return true;
	f->who = malloc(n);
	if (!f->who)
		return false;
	n = 0;
	for (unsigned i = 0; i < ED_WHO_TEXTS; i++) {
		if (row->who[i].n > 0)
			memcpy(f->who + n, row->who[i].p, row->who[i].n);
		f->row.who[i] = ed_span_of(f->who + n, row->who[i].n);
		n += row->who[i].n;
	}
	return true;
}

bool ed_history_rows_add(struct ed_history_rows *r, const struct ed_query_row *row,
			 const char *indicator)
{
	r->more = r->more || r->n == r->max;
	if (r->more || (r->n == r->cap && !grow(r)))
		return false;
	r->v[r->n] = (struct ed_history_found){ .row = *row, .indicator = indicator };
	if (!keep_who(&r->v[r->n], row)) {
		r->error = -ENOMEM;
		return false;
	}
	r->n++;
	return true;
}

static int by_span(struct ed_span a, struct ed_span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* Everything that tells two lookups apart, the exact time left out. */
static int by_lookup(const struct ed_query_row *a, const struct ed_query_row *b)
{
	int c = memcmp(&a->client, &b->client, sizeof(a->client));

	c = c ? c :
		by_span(ed_span_of(a->name.wire, a->name.n), ed_span_of(b->name.wire, b->name.n));
	c = c ? c : memcmp(&a->resolver, &b->resolver, sizeof(a->resolver));
	c = c ? c : (int)a->qtype - (int)b->qtype;
	c = c ? c : (int)a->rcode - (int)b->rcode;
	c = c ? c : (a->net_tag > b->net_tag) - (a->net_tag < b->net_tag);
	for (unsigned i = 0; i < ED_WHO_TEXTS && c == 0; i++)
		c = by_span(a->who[i], b->who[i]);
	return c;
}

static int by_bucket(const void *x, const void *y)
{
	const struct ed_history_found *a = x, *b = y;
	int64_t p = ed_store_floor(a->row.first_ns, ED_STORE_BUCKET_NS);
	int64_t q = ed_store_floor(b->row.first_ns, ED_STORE_BUCKET_NS);

	return p != q ? (p > q) - (p < q) : by_lookup(&a->row, &b->row);
}

static int by_time(const void *x, const void *y)
{
	const struct ed_history_found *a = x, *b = y;

	if (a->row.first_ns != b->row.first_ns)
		return a->row.first_ns < b->row.first_ns ? -1 : 1;
	return by_lookup(&a->row, &b->row);
}

/* A row for one event has no length; only rows that count are parts of one. */
static void merge(struct ed_query_row *into, const struct ed_query_row *r)
{
	into->n += r->n;
	into->first_ns = r->first_ns < into->first_ns ? r->first_ns : into->first_ns;
	into->last_ns = r->last_ns > into->last_ns ? r->last_ns : into->last_ns;
	into->answer_v4 = r->answer_v4 ? r->answer_v4 : into->answer_v4;
}

void ed_history_rows_sort(struct ed_history_rows *r)
{
	size_t n = 0;

	if (r->n == 0)
		return;
	qsort(r->v, r->n, sizeof(*r->v), by_bucket);
	for (size_t i = 1; i < r->n; i++) {
		struct ed_history_found *last = &r->v[n];

		if (by_bucket(last, &r->v[i]) == 0 && last->indicator == r->v[i].indicator &&
		    last->row.n + r->v[i].row.n > 2) {
			merge(&last->row, &r->v[i].row);
			free(r->v[i].who);
		} else {
			r->v[++n] = r->v[i];
		}
	}
	r->n = n + 1;
	qsort(r->v, r->n, sizeof(*r->v), by_time);
}

/* ------------------------------------------------------------------ as text */

static void rcode_text(uint16_t rcode, char ret[static RCODE_TEXT_MAX])
{
	static const char *const names[] = { "NOERROR",  "FORMERR", "SERVFAIL",
					     "NXDOMAIN", "NOTIMP",  "REFUSED" };

	if (rcode == ED_ROW_NO_RCODE)
		ret[0] = '\0';
	else if (rcode < sizeof(names) / sizeof(names[0]))
		(void)snprintf(ret, RCODE_TEXT_MAX, "%s", names[rcode]);
	else
		(void)snprintf(ret, RCODE_TEXT_MAX, "RCODE%u", rcode);
}

static void show(const struct ed_query_row *row, struct shown *ret)
{
	const uint8_t v4[4] = { (uint8_t)(row->answer_v4 >> 24), (uint8_t)(row->answer_v4 >> 16),
				(uint8_t)(row->answer_v4 >> 8), (uint8_t)row->answer_v4 };
	struct ed_addr answer = { { 0 } };

	if (row->answer_v4)
		ed_addr_from_v4(v4, &answer);
	ed_time_to_text(row->first_ns, ret->first);
	ed_time_to_text(row->last_ns, ret->last);
	ed_addr_to_text(&row->client, ret->client);
	ed_addr_to_text(&row->resolver, ret->resolver);
	ed_addr_to_text(&answer, ret->answer);
	ed_name_to_text(ed_span_of(row->name.wire, row->name.n), ret->name);
	ed_rrtype_name(row->qtype, ret->type);
	rcode_text(row->rcode, ret->rcode);
	for (unsigned i = 0; i < ED_WHO_TEXTS; i++)
		ed_process_print(row->who[i], ret->who[i], sizeof(ret->who[i]));
}

static void json_text(struct ed_json *j, const char *key, const char *text)
{
	if (*text)
		ed_json_str(j, key, text);
}

static void put_json(const struct ed_history_found *f, const struct shown *s, struct ed_buf *out)
{
	struct ed_json j;

	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	ed_json_str(&j, "first", s->first);
	ed_json_str(&j, "last", s->last);
	ed_json_u64(&j, "count", f->row.n);
	json_text(&j, "client", s->client);
	if (f->row.net_tag)
		ed_json_u64(&j, "net", f->row.net_tag);
	ed_json_str(&j, "name", s->name);
	ed_json_str(&j, "type", s->type);
	json_text(&j, "rcode", s->rcode);
	json_text(&j, "answer", s->answer);
	json_text(&j, "resolver", s->resolver);
	for (unsigned i = 0; i < ED_WHO_TEXTS; i++)
		json_text(&j, who_keys[i], s->who[i]);
	if (f->indicator)
		ed_json_str(&j, "indicator", f->indicator);
	ed_json_object_end(&j);
	ed_buf_put(out, "\n", 1);
}

static void csv_text(struct ed_buf *out, const char *text, const char *end)
{
	bool quote = strpbrk(text, ",\"\r\n") != NULL;

	ed_buf_puts(out, quote ? "\"" : "");
	ed_buf_puts(out, *text && strchr("=+-@", *text) ? "'" : "");
	for (; *text; text++) {
		ed_buf_puts(out, *text == '"' ? "\"" : "");
		ed_buf_put(out, text, 1);
	}
	ed_buf_puts(out, quote ? "\"" : "");
	ed_buf_puts(out, end);
}

static void put_csv(const struct ed_history_found *f, const struct shown *s, struct ed_buf *out)
{
	const char *const texts[] = { s->client,   s->name,   s->type,   s->rcode, s->answer,
				      s->resolver, s->who[0], s->who[1], s->who[2] };

	ed_buf_printf(out, "%s,%s,%" PRIu64 ",", s->first, s->last, f->row.n);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		csv_text(out, texts[i], ",");
	csv_text(out, f->indicator ? f->indicator : "", "\r\n");
}

static void put_cells(const struct ed_history_found *f, const struct shown *s, struct ed_grid *g)
{
	char count[24];

	(void)snprintf(count, sizeof(count), "%" PRIu64, f->row.n);
	ed_grid_cell(g, s->first);
	ed_grid_cell(g, count);
	ed_grid_cell(g, s->client);
	ed_grid_cell(g, s->type);
	ed_grid_cell(g, s->rcode);
	ed_grid_cell(g, s->answer);
	ed_grid_cell(g, s->who[1][0] ? s->who[1] : s->who[0]);
	ed_grid_cell(g, s->name);
}

static void print_table(const struct ed_history_rows *r, FILE *f)
{
	static const char *const head[] = { "FIRST", "COUNT",  "CLIENT",  "TYPE",
					    "RCODE", "ANSWER", "PROCESS", "NAME" };
	struct ed_grid g;
	struct shown s;

	ed_grid_init(&g, sizeof(head) / sizeof(head[0]));
	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		ed_grid_cell(&g, head[i]);
	for (size_t i = 0; i < r->n; i++) {
		show(&r->v[i].row, &s);
		put_cells(&r->v[i], &s, &g);
	}
	(void)ed_grid_print(&g, f);
	ed_grid_done(&g);
}

void ed_history_rows_print(const struct ed_history_rows *r, enum ed_history_form form, FILE *f)
{
	struct ed_buf line;
	struct shown s;

	if (form == ED_HISTORY_TABLE) {
		print_table(r, f);
		return;
	}
	ed_buf_init(&line, LINE_MAX_BYTES);
	if (form == ED_HISTORY_CSV)
		(void)fputs("first,last,count,client,name,type,rcode,answer,resolver,host,process,"
			    "user,indicator\r\n",
			    f);
	for (size_t i = 0; i < r->n; i++) {
		ed_buf_clear(&line);
		show(&r->v[i].row, &s);
		if (form == ED_HISTORY_CSV)
			put_csv(&r->v[i], &s, &line);
		else
			put_json(&r->v[i], &s, &line);
		(void)fwrite(line.p, 1, line.n, f);
	}
	ed_buf_done(&line);
}

/* ----------------------------------------------------------------- timeline */

/* Rows of one minute, client, zone and program; a row that spans ten minutes stands at its first.
 */
static int by_minute(const void *x, const void *y)
{
	const struct ed_query_row *a = &((const struct ed_history_found *)x)->row;
	const struct ed_query_row *b = &((const struct ed_history_found *)y)->row;
	int64_t p = ed_store_floor(a->first_ns, 60 * ED_NS_PER_S);
	int64_t q = ed_store_floor(b->first_ns, 60 * ED_NS_PER_S);
	int c = p != q ? (p > q) - (p < q) : memcmp(&a->client, &b->client, sizeof(a->client));

	c = c ? c :
		by_span(ed_span_of(a->name.wire + a->zone_off, a->name.n - a->zone_off),
			ed_span_of(b->name.wire + b->zone_off, b->name.n - b->zone_off));
	return c ? c : by_span(a->who[1], b->who[1]);
}

struct line {
	struct ed_query_row row; /* all of them as one, the name that of the zone */
	size_t n_rows;
	uint64_t n_failed;
};

static void gather(const struct ed_history_rows *r, size_t from, size_t to, struct line *ret)
{
	const struct ed_query_row *first = &r->v[from].row;

	*ret = (struct line){ .row = *first, .n_rows = to - from };
	ret->row.n = 0;
	ret->row.name.n = (uint8_t)(first->name.n - first->zone_off);
	memcpy(ret->row.name.wire, first->name.wire + first->zone_off, ret->row.name.n);
	for (size_t i = from; i < to; i++) {
		const struct ed_query_row *row = &r->v[i].row;

		merge(&ret->row, row);
		ret->n_failed += row->rcode == 3 || row->rcode == 2 ? row->n : 0;
	}
}

static void line_json(const struct line *l, const struct shown *s, FILE *f)
{
	struct ed_buf out;
	struct ed_json j;

	ed_buf_init(&out, LINE_MAX_BYTES);
	ed_json_init(&j, &out);
	ed_json_object(&j, NULL);
	ed_json_str(&j, "first", s->first);
	ed_json_str(&j, "last", s->last);
	json_text(&j, "client", s->client);
	ed_json_str(&j, "domain", s->name);
	ed_json_u64(&j, "count", l->row.n);
	ed_json_u64(&j, "rows", l->n_rows);
	ed_json_u64(&j, "failed", l->n_failed);
	for (unsigned i = 0; i < ED_WHO_TEXTS; i++)
		json_text(&j, who_keys[i], s->who[i]);
	ed_json_object_end(&j);
	ed_buf_put(&out, "\n", 1);
	(void)fwrite(out.p, 1, out.n, f);
	ed_buf_done(&out);
}

static void line_csv(const struct line *l, const struct shown *s, FILE *f)
{
	const char *const texts[] = { s->client, s->name, s->who[0], s->who[1], s->who[2] };
	struct ed_buf out;

	ed_buf_init(&out, LINE_MAX_BYTES);
	ed_buf_printf(&out, "%s,%s,%" PRIu64 ",%zu,%" PRIu64 ",", s->first, s->last, l->row.n,
		      l->n_rows, l->n_failed);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		csv_text(&out, texts[i], i + 1 < sizeof(texts) / sizeof(texts[0]) ? "," : "\r\n");
	(void)fwrite(out.p, 1, out.n, f);
	ed_buf_done(&out);
}

static void line_cells(const struct line *l, const struct shown *s, struct ed_grid *g)
{
	char text[3][24];

	(void)snprintf(text[0], sizeof(text[0]), "%" PRIu64, l->row.n);
	(void)snprintf(text[1], sizeof(text[1]), "%zu", l->n_rows);
	(void)snprintf(text[2], sizeof(text[2]), "%" PRIu64, l->n_failed);
	ed_grid_cell(g, s->first);
	ed_grid_cell(g, s->client);
	for (unsigned i = 0; i < 3; i++)
		ed_grid_cell(g, text[i]);
	ed_grid_cell(g, s->who[1]);
	ed_grid_cell(g, s->name);
}

void ed_history_rows_timeline(const struct ed_history_rows *r, enum ed_history_form form, FILE *f)
{
	static const char *const head[] = { "FIRST",  "CLIENT",  "COUNT", "ROWS",
					    "FAILED", "PROCESS", "DOMAIN" };
	struct ed_grid g;
	struct line l;
	struct shown s;
	size_t to;

	if (r->n > 0)
		qsort(r->v, r->n, sizeof(*r->v), by_minute);
	ed_grid_init(&g, sizeof(head) / sizeof(head[0]));
	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		ed_grid_cell(&g, head[i]);
	if (form == ED_HISTORY_CSV)
		(void)fputs("first,last,count,rows,failed,client,domain,host,process,user\r\n", f);
	for (size_t i = 0; i < r->n; i = to) {
		for (to = i + 1; to < r->n && by_minute(&r->v[i], &r->v[to]) == 0;)
			to++;
		gather(r, i, to, &l);
		show(&l.row, &s);
		if (form == ED_HISTORY_TABLE)
			line_cells(&l, &s, &g);
		else if (form == ED_HISTORY_CSV)
			line_csv(&l, &s, f);
		else
			line_json(&l, &s, f);
	}
	if (form == ED_HISTORY_TABLE)
		(void)ed_grid_print(&g, f);
	ed_grid_done(&g);
}
