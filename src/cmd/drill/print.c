/* SPDX-License-Identifier: Apache-2.0 */
/* What a drill came to; see print.h. */
#include "cmd/drill/print.h"

#include "base/json_out.h"
#include "cmd/out/text.h"

enum {
	COLUMNS = 6,
	INDENT = 2,
	CELL_MAX = 160,
};

static const char *format_of(const struct ed_drill_row *row)
{
	if (row->task.format)
		return row->task.format;
	return row->outcome.format ? row->outcome.format : "-";
}

static bool is_passed(const struct ed_drill_row *row)
{
	return row->outcome.step == ED_DRILL_STEPS_END;
}

static void put_first(const struct ed_drill_outcome *o, char ret[static CELL_MAX])
{
	char count[ED_COUNT_TEXT_MAX];

	if (!o->is_alerted || o->n_names_first == 0)
		(void)snprintf(ret, CELL_MAX, "-");
	else
		(void)snprintf(ret, CELL_MAX, "%s names, %.0f s",
			       ed_text_count(o->n_names_first, count), o->first_s);
}

static void put_row(const struct ed_drill_row *row, struct ed_grid *g)
{
	const struct ed_drill_outcome *o = &row->outcome;
	char seen[ED_COUNT_TEXT_MAX], asked[ED_COUNT_TEXT_MAX], text[CELL_MAX];

	ed_grid_cell(g, ed_analytics[row->outcome.row]->id);
	ed_grid_cell(g, format_of(row));
	(void)snprintf(text, sizeof(text), "%s of %s", ed_text_count(o->seen.n_names, seen),
		       ed_text_count(row->task.drill->n_names, asked));
	ed_grid_cell(g, text);
	if (o->is_alerted)
		(void)snprintf(text, sizeof(text), "%s, by %s", ed_level_name(o->level),
			       ed_verdict_name(o->verdict));
	ed_grid_cell(g, o->is_alerted ? text : "none");
	put_first(o, text);
	ed_grid_cell(g, text);
	(void)snprintf(text, sizeof(text), "BROKEN at %s", ed_drill_step_name(o->step));
	ed_grid_cell(g, is_passed(row) ? "passed" : text);
}

static void put_reasons(const struct ed_drill_row *row, FILE *f)
{
	const struct ed_drill_outcome *o = &row->outcome;
	const char *id = ed_analytics[row->outcome.row]->id;

	if (!is_passed(row))
		(void)fprintf(f, "\n%s, %s: broken at step \"%s\":\n", id, format_of(row),
			      ed_drill_step_name(o->step));
	else if (o->weaker[0])
		(void)fprintf(f, "\n%s, %s: could be better:\n", id, format_of(row));
	else
		return;
	(void)fprintf(f, "%*s", INDENT, "");
	ed_text_wrap(f, is_passed(row) ? o->weaker : o->why, INDENT, INDENT, ED_HELP_COLUMNS);
}

void ed_drill_print_table(const struct ed_drill_row *rows, size_t n, FILE *f)
{
	static const char *const heads[COLUMNS] = { "ANALYTIC", "FORMAT",       "SEEN",
						    "ALERT",    "FIRST, AFTER", "RESULT" };
	struct ed_grid g;

	ed_grid_init(&g, COLUMNS);
	for (size_t i = 0; i < COLUMNS; i++)
		ed_grid_cell(&g, heads[i]);
	for (size_t i = 0; i < n; i++)
		put_row(&rows[i], &g);
	(void)ed_grid_print(&g, f);
	ed_grid_done(&g);
	for (size_t i = 0; i < n; i++)
		put_reasons(&rows[i], f);
}

static void put_alert(const struct ed_drill_outcome *o, struct ed_json *j)
{
	if (!o->is_alerted)
		return;
	ed_json_object(j, "alert");
	ed_json_str(j, "id", o->alert_id);
	ed_json_str(j, "level", ed_level_name(o->level));
	ed_json_str(j, "verdict", ed_verdict_name(o->verdict));
	if (o->n_names_first > 0) {
		ed_json_u64(j, "names", o->n_names_first);
		ed_json_f64(j, "seconds", o->first_s);
	}
	ed_json_object_end(j);
}

static void put_one(const struct ed_drill_row *row, struct ed_json *j)
{
	const struct ed_drill_outcome *o = &row->outcome;
	const struct ed_drill_known *drill = row->task.drill;
	char mark[ED_DRILL_MARK_TEXT];

	ed_drill_mark_print(drill->id, mark);
	ed_json_object(j, NULL);
	ed_json_str(j, "drill", mark);
	ed_json_str(j, "domain", drill->domain);
	ed_json_str(j, "analytic", ed_analytics[row->outcome.row]->id);
	if (row->task.format || o->format)
		ed_json_str(j, "format", format_of(row));
	ed_json_object(j, "names");
	ed_json_u64(j, "asked", drill->n_names);
	ed_json_u64(j, "seen", o->seen.n_names);
	ed_json_object_end(j);
	if (row->task.path) {
		ed_json_object(j, "records");
		ed_json_u64(j, "read", o->n_records);
		ed_json_u64(j, "analysed", o->n_analysed);
		ed_json_object_end(j);
	}
	ed_json_str(j, "step", ed_drill_step_name(o->step));
	if (o->why[0])
		ed_json_str(j, "why", o->why);
	put_alert(o, j);
	if (o->weaker[0])
		ed_json_str(j, "weaker", o->weaker);
	ed_json_object_end(j);
}

void ed_drill_print_one(const struct ed_drill_row *row, struct ed_buf *out)
{
	struct ed_json j;

	ed_json_init(&j, out);
	put_one(row, &j);
}

void ed_drill_print_json(const struct ed_drill_row *rows, size_t n, struct ed_buf *out)
{
	bool all = n > 0;
	struct ed_json j;

	for (size_t i = 0; i < n; i++)
		all = all && is_passed(&rows[i]);
	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	ed_json_bool(&j, "passed", all);
	ed_json_array(&j, "drills");
	for (size_t i = 0; i < n; i++)
		put_one(&rows[i], &j);
	ed_json_array_end(&j);
	ed_json_object_end(&j);
	ed_buf_puts(out, "\n");
}
