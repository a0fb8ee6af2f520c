/* SPDX-License-Identifier: Apache-2.0 */
/* `earthdog baseline replay`: which alerts a change of settings brings and takes. The detector runs
 * twice over the same input, so what it prints is what a scan with the new settings would raise. */
#include "cmd/baseline/job.h"

#include <string.h>

#include "cmd/out/output.h"
#include "cmd/out/terminal.h"
#include "cmd/out/text.h"
#include "format/format.h"
#include "sink/alert_text.h"
#include "sink/sink.h"

enum { OUT_MAX_BYTES = 1 << 30, WHY_WIDTH = 100 };

/* --------------------------------------------------------------- the output */

static void put_alert(const struct ed_alert *a, struct ed_buf *out)
{
	const char *names[ED_SCAN_FORMATS_MAX + 1];
	const struct ed_sink_options options = { .format_names = names };

	ed_format_names(names, ED_SCAN_FORMATS_MAX + 1);
	ed_sink_find("ndjson")->alert(&options, a, out);
}

/* {"change":"moves","id":"...","before":{an alert},"after":{an alert}} a line. */
static void put_ndjson(const struct ed_baseline_diff *d, struct ed_buf *out)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct ed_baseline_diff_row *r = &d->rows[i];
		const struct ed_alert *sides[] = { r->before, r->after };
		static const char *const keys[] = { ",\"before\":", ",\"after\":" };

		ed_buf_printf(out, "{\"change\":\"%s\",\"id\":\"%s\"",
			      ed_baseline_change_name(r->change),
			      (r->after ? r->after : r->before)->id);
		for (unsigned s = 0; s < 2; s++) {
			if (!sides[s])
				continue;
			ed_buf_puts(out, keys[s]);
			put_alert(sides[s], out);
			if (out->n > 0 && out->p[out->n - 1] == '\n')
				out->p[--out->n] = '\0';
		}
		ed_buf_puts(out, "}\n");
	}
}

static const struct ed_alert *either(const struct ed_baseline_diff_row *r)
{
	return r->after ? r->after : r->before;
}

static void level_text(const struct ed_baseline_diff_row *r, char *ret, size_t n)
{
	const struct ed_alert *a = r->before, *b = r->after;

	if (!a || !b)
		(void)snprintf(ret, n, "%s", ed_level_name(either(r)->level));
	else if (a->level != b->level)
		(void)snprintf(ret, n, "%s -> %s", ed_level_name(a->level),
			       ed_level_name(b->level));
	else
		(void)snprintf(ret, n, "%s, %s -> %s", ed_level_name(b->level),
			       ed_verdict_name(a->verdict), ed_verdict_name(b->verdict));
}

static void put_cells(struct ed_grid *g, const struct ed_baseline_diff_row *r)
{
	const struct ed_alert *a = either(r);
	char client[ED_ADDR_TEXT_MAX], domain[ED_NAME_TEXT_MAX + 1], level[64];
	char summary[ED_CLEAN_GROWTH * ED_ALERT_SUMMARY_MAX], why[WHY_WIDTH + 1], id[9];

	ed_addr_to_text(&a->client, client);
	if (!*client)
		(void)snprintf(client, sizeof(client), "%u clients", (unsigned)a->n_clients);
	ed_alert_text_name(&a->domain, domain);
	level_text(r, level, sizeof(level));
	ed_alert_text_clean(a->summary, summary, sizeof(summary));
	ed_alert_text_fit(summary, WHY_WIDTH, why, sizeof(why));
	(void)snprintf(id, sizeof(id), "%.8s", a->id);
	ed_grid_cell(g, ed_baseline_change_name(r->change));
	ed_grid_cell(g, level);
	ed_grid_cell(g, a->analytic ? a->analytic : "-");
	ed_grid_cell(g, client);
	ed_grid_cell(g, *domain ? domain : "-");
	ed_grid_cell(g, id);
	ed_grid_cell(g, why);
}

static bool put_table(const void *arg, FILE *f)
{
	const struct ed_baseline_diff *d = arg;
	static const char *const heads[] = { "CHANGE", "LEVEL", "ANALYTIC", "CLIENT",
					     "DOMAIN", "ID",    "WHY" };
	const size_t n_columns = sizeof(heads) / sizeof(heads[0]);
	struct ed_grid g;
	int r = 0;

	if (d->n == 0)
		return fputs("no alert changes\n", f) >= 0;
	ed_grid_init(&g, n_columns);
	for (size_t i = 0; i < n_columns; i++)
		ed_grid_cell(&g, heads[i]);
	for (size_t i = 0; i < d->n; i++)
		put_cells(&g, &d->rows[i]);
	r = ed_grid_print(&g, f);
	ed_grid_done(&g);
	return r == 0;
}

static enum ed_exit put_diff(const struct ed_baseline_options *o, const struct ed_baseline_diff *d)
{
	enum ed_exit status;
	struct ed_buf text;

	if (o->form != ED_BASELINE_NDJSON &&
	    (o->form != ED_BASELINE_AUTO || ed_terminal_is(stdout)))
		return ed_output_print(o->reading.output, put_table, d);
	ed_buf_init(&text, OUT_MAX_BYTES);
	put_ndjson(d, &text);
	status = ed_output_put(o->reading.output, &text);
	ed_buf_done(&text);
	return status;
}

/* All alerts of the new run, as scan prints them. */
static enum ed_exit put_alerts(const char *path, const struct ed_scan_result *result,
			       enum ed_level min)
{
	enum ed_exit status;
	struct ed_buf text;

	ed_buf_init(&text, OUT_MAX_BYTES);
	for (size_t i = 0; i < result->n_alerts; i++) {
		if (result->alerts[i].level >= (uint8_t)min)
			put_alert(&result->alerts[i], &text);
	}
	status = ed_output_put(path, &text);
	ed_buf_done(&text);
	return status;
}

static enum ed_exit status_of(const struct ed_scan_result *result, enum ed_level fail_on)
{
	for (size_t i = 0; i < result->n_alerts; i++) {
		if (result->alerts[i].level >= (uint8_t)fail_on)
			return ED_EXIT_ALERT;
	}
	return result->damaged ? ED_EXIT_DAMAGED : ED_EXIT_OK;
}

static enum ed_exit tell(const struct ed_baseline_options *o, const struct ed_scan_result *before,
			 const struct ed_scan_result *after)
{
	const struct ed_baseline_alerts old = { before->alerts, before->n_alerts };
	const struct ed_baseline_alerts new = { after->alerts, after->n_alerts };
	const struct ed_levels levels = ed_reading_levels(&o->reading);
	struct ed_baseline_diff d;
	enum ed_exit status;

	if (ed_baseline_diff(&old, &new, levels.min, &d) < 0) {
		ed_cmd_say("no memory");
		return ED_EXIT_FAILURE;
	}
	status = put_diff(o, &d);
	if (status == ED_EXIT_OK && o->alerts)
		status = put_alerts(o->alerts, after, levels.min);
	if (status == ED_EXIT_OK && !ed_cmd_flush_stdout())
		status = ED_EXIT_FAILURE;
	if (status == ED_EXIT_OK && !o->reading.quiet)
		(void)fprintf(stderr, " %zu appear, %zu disappear, %zu move, %zu stay\n",
			      d.n_of[ED_BASELINE_APPEARS], d.n_of[ED_BASELINE_DISAPPEARS],
			      d.n_of[ED_BASELINE_MOVES], d.n_same);
	ed_baseline_diff_done(&d);
	return status == ED_EXIT_OK ? status_of(after, levels.fail_on) : status;
}

enum ed_exit ed_baseline_do_replay(const struct ed_baseline_job *job)
{
	const struct ed_baseline_options *o = job->o;
	const struct ed_baseline_run old = { .set = &o->was }, new = { .set = &o->reading.set };
	struct ed_scan_result before, after;
	char error[ED_OUTPUT_ERROR_MAX];
	struct ed_scan_config conf;
	enum ed_exit status;

	if (o->form == ED_BASELINE_JSON || o->form == ED_BASELINE_SVG)
		return ed_baseline_refuse("baseline replay prints a table or ndjson");
	if (new.set->n == 0 && old.set->n == 0)
		return ed_baseline_refuse(
			"baseline replay needs --set KEY=VALUE: what is to be tried");
	if (o->alerts && ed_output_check(o->alerts, job->paths, job->n_paths, error) < 0)
		return ed_baseline_refuse("%s", error);
	/* a wrong new setting before hours are spent on the old ones */
	status = ed_baseline_config(job, new.set, &conf);
	ed_reading_done(&conf);
	if (status == ED_EXIT_OK)
		status = ed_baseline_scan(job, &old, &before);
	if (status != ED_EXIT_OK)
		return status;
	status = ed_baseline_scan(job, &new, &after);
	if (status == ED_EXIT_OK) {
		status = tell(o, &before, &after);
		ed_scan_done(&after);
	}
	ed_scan_done(&before);
	return status;
}
