/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kept alerts as text; see print.h. In a table and in CSV every byte outside printable ASCII
 * is escaped, whoever wrote it; JSON has the characters.
 */
#include "cmd/triage/print.h"

#include <inttypes.h>

#include "base/json_out.h"
#include "base/time.h"

enum { LINE_MAX_BYTES = 1 << 20, CELL_MAX = 1024, SHORT_MAX = 48, ID_SHOWN = 8, MINUTE_N = 16 };

void ed_triage_printer_init(struct ed_triage_printer *ret, enum ed_triage_form form, FILE *f)
{
	*ret = (struct ed_triage_printer){ .form = form, .f = f };
}

int ed_triage_printer_done(struct ed_triage_printer *p)
{
	int r = 0;

	if (p->grid.n_columns > 0) {
		r = ed_grid_print(&p->grid, p->f);
		ed_grid_done(&p->grid);
	}
	return r;
}

/* The heads, once. */
static void begin(struct ed_triage_printer *p, const char *const *heads, size_t n, const char *csv)
{
	if (p->n++ > 0)
		return;
	if (p->form == ED_TRIAGE_CSV)
		(void)fprintf(p->f, "%s\r\n", csv);
	if (p->form != ED_TRIAGE_TABLE)
		return;
	ed_grid_init(&p->grid, n);
	for (size_t i = 0; i < n; i++)
		ed_grid_cell(&p->grid, heads[i]);
}

/* Untrusted text, cut to what a row of a table bears. */
static void cell(struct ed_triage_printer *p, const char *text, size_t max)
{
	char shown[CELL_MAX];

	ed_grid_cell(&p->grid, ed_text_escape(text, shown, max < CELL_MAX ? max : CELL_MAX));
}

/* "2026-11-03 14:02" */
static void minute(int64_t time_ns, char ret[static ED_TIME_TEXT_MAX])
{
	ret[0] = '\0';
	if (time_ns == ED_TIME_UNKNOWN_NS)
		return;
	ed_time_to_text(time_ns, ret);
	ret[10] = ' ';
	ret[MINUTE_N] = '\0';
}

/* RFC 4180, and no spreadsheet takes it for a formula. */
static void csv_cell(struct ed_triage_printer *p, const char *text, const char *end)
{
	char shown[CELL_MAX];
	bool quote;

	ed_text_escape(text, shown, sizeof(shown));
	quote = strpbrk(shown, ",\"") != NULL;
	(void)fputs(quote ? "\"" : "", p->f);
	(void)fputs(*shown && strchr("=+-@", *shown) ? "'" : "", p->f);
	for (const char *c = shown; *c; c++) {
		if (*c == '"')
			(void)fputc('"', p->f);
		(void)fputc(*c, p->f);
	}
	(void)fprintf(p->f, "%s%s", quote ? "\"" : "", end);
}

static void put_text(struct ed_json *j, const char *key, const char *text)
{
	if (*text)
		ed_json_utf8(j, key, text);
}

static void put_time(struct ed_json *j, const char *key, int64_t time_ns)
{
	if (time_ns != ED_TIME_UNKNOWN_NS)
		ed_json_time(j, key, time_ns);
}

/* ------------------------------------------------------------------- alerts */

static void put_decision(struct ed_json *j, const struct ed_ledger_alert *a)
{
	ed_json_str(j, "state", ed_triage_state_name(a->state));
	if (a->state != ED_TRIAGE_OPEN) {
		put_text(j, "who", a->who);
		put_text(j, "reason", a->reason);
		put_time(j, "decided", a->decided_ns);
		ed_json_bool(j, "grown_since", a->has_grown);
	}
	ed_json_u64(j, "notes", a->n_notes);
}

static void alert_json(struct ed_triage_printer *p, const struct ed_ledger_alert *a)
{
	struct ed_buf line;
	struct ed_json j;

	ed_buf_init(&line, LINE_MAX_BYTES);
	ed_json_init(&j, &line);
	ed_json_object(&j, NULL);
	ed_json_str(&j, "id", a->id);
	ed_json_str(&j, "level", ed_level_name(a->level));
	put_text(&j, "verdict", a->verdict);
	ed_json_str(&j, "analytic", a->analytic);
	put_text(&j, "client", a->client);
	put_text(&j, "host", a->host);
	put_text(&j, "domain", a->domain);
	put_time(&j, "start", a->start_ns);
	put_time(&j, "end", a->end_ns);
	ed_json_u64(&j, "queries", a->n_queries);
	ed_json_u64(&j, "names", a->n_names);
	ed_json_u64(&j, "bytes_up", a->bytes_up);
	put_decision(&j, a);
	put_text(&j, "suppressed", a->suppressed);
	put_text(&j, "drill", a->drill);
	ed_json_object_end(&j);
	ed_buf_put(&line, "\n", 1);
	(void)fwrite(line.p, 1, line.n, p->f);
	ed_buf_done(&line);
}

static void alert_csv(struct ed_triage_printer *p, const struct ed_ledger_alert *a)
{
	char start[ED_TIME_TEXT_MAX], end[ED_TIME_TEXT_MAX], decided[ED_TIME_TEXT_MAX] = "";

	ed_time_to_text(a->start_ns, start);
	ed_time_to_text(a->end_ns, end);
	if (a->decided_ns != ED_TIME_UNKNOWN_NS)
		ed_time_to_text(a->decided_ns, decided);
	csv_cell(p, a->id, ",");
	csv_cell(p, ed_level_name(a->level), ",");
	csv_cell(p, a->analytic, ",");
	csv_cell(p, a->client, ",");
	csv_cell(p, a->domain, ",");
	(void)fprintf(p->f, "%s,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",", start, end, a->n_queries,
		      a->n_names, a->bytes_up);
	csv_cell(p, ed_triage_state_name(a->state), ",");
	csv_cell(p, a->who, ",");
	csv_cell(p, decided, ",");
	csv_cell(p, a->has_grown ? "yes" : "", ",");
	csv_cell(p, a->reason, ",");
	csv_cell(p, a->suppressed, "\r\n");
}

static void alert_cells(struct ed_triage_printer *p, const struct ed_ledger_alert *a)
{
	char since[ED_TIME_TEXT_MAX], id[ID_SHOWN + 1], state[SHORT_MAX];

	minute(a->end_ns, since);
	(void)snprintf(id, sizeof(id), "%.*s", (int)ID_SHOWN, a->id);
	(void)snprintf(state, sizeof(state), "%s%s%s", ed_triage_state_name(a->state),
		       a->has_grown ? ", grown since" : "", *a->drill ? ", drill" : "");
	cell(p, id, CELL_MAX);
	ed_grid_cell(&p->grid, ed_level_name(a->level));
	cell(p, *a->client ? a->client : a->host, SHORT_MAX);
	cell(p, a->domain, SHORT_MAX);
	ed_grid_cell(&p->grid, since);
	ed_grid_cell(&p->grid, state);
	cell(p, a->who, SHORT_MAX);
	cell(p, *a->suppressed ? a->suppressed : a->reason, SHORT_MAX);
}

void ed_triage_print_alert(struct ed_triage_printer *p, const struct ed_ledger_alert *a)
{
	static const char *const heads[] = { "ID",        "LEVEL", "CLIENT", "DOMAIN",
					     "LAST SEEN", "STATE", "BY",     "REASON" };

	begin(p, heads, sizeof(heads) / sizeof(heads[0]),
	      "id,level,analytic,client,domain,start,end,queries,names,bytes_up,state,who,decided,"
	      "grown_since,reason,suppressed");
	if (p->form == ED_TRIAGE_TABLE)
		alert_cells(p, a);
	else if (p->form == ED_TRIAGE_CSV)
		alert_csv(p, a);
	else
		alert_json(p, a);
}

void ed_triage_print_one(const struct ed_ledger_alert *a, FILE *f)
{
	(void)fprintf(f, "%s\n", a->body);
}

/* -------------------------------------------------------------- audit trail */

static void audit_json(struct ed_triage_printer *p, const struct ed_audit_row *row)
{
	char hash[ED_SHA256_TEXT] = "";
	struct ed_buf line;
	struct ed_json j;

	if (row->hash.n == ED_SHA256_BYTES)
		ed_sha256_to_text(row->hash.p, hash);
	ed_buf_init(&line, LINE_MAX_BYTES);
	ed_json_init(&j, &line);
	ed_json_object(&j, NULL);
	ed_json_i64(&j, "row", row->id);
	ed_json_time(&j, "time", row->time_ns);
	put_text(&j, "who", row->who);
	put_text(&j, "login", row->login);
	put_text(&j, "action", row->action);
	put_text(&j, "subject", row->subject);
	put_text(&j, "detail", row->detail);
	put_text(&j, "hash", hash);
	ed_json_object_end(&j);
	ed_buf_put(&line, "\n", 1);
	(void)fwrite(line.p, 1, line.n, p->f);
	ed_buf_done(&line);
}

static void audit_csv(struct ed_triage_printer *p, const struct ed_audit_row *row)
{
	char time[ED_TIME_TEXT_MAX];

	ed_time_to_text(row->time_ns, time);
	(void)fprintf(p->f, "%" PRId64 ",%s,", row->id, time);
	csv_cell(p, row->who, ",");
	csv_cell(p, row->login, ",");
	csv_cell(p, row->action, ",");
	csv_cell(p, row->subject, ",");
	csv_cell(p, row->detail, "\r\n");
}

static void audit_cells(struct ed_triage_printer *p, const struct ed_audit_row *row)
{
	char number[24], time[ED_TIME_TEXT_MAX];

	(void)snprintf(number, sizeof(number), "%" PRId64, row->id);
	minute(row->time_ns, time);
	ed_grid_cell(&p->grid, number);
	ed_grid_cell(&p->grid, time);
	cell(p, row->who, SHORT_MAX);
	cell(p, row->action, SHORT_MAX);
	cell(p, row->subject, SHORT_MAX);
	cell(p, row->detail, 2 * SHORT_MAX);
}

void ed_triage_print_audit(struct ed_triage_printer *p, const struct ed_audit_row *row)
{
	static const char *const heads[] = { "ROW", "TIME", "WHO", "ACTION", "SUBJECT", "DETAIL" };

	begin(p, heads, sizeof(heads) / sizeof(heads[0]),
	      "row,time,who,login,action,subject,detail");
	if (p->form == ED_TRIAGE_TABLE)
		audit_cells(p, row);
	else if (p->form == ED_TRIAGE_CSV)
		audit_csv(p, row);
	else
		audit_json(p, row);
}
