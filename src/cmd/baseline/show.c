/* SPDX-License-Identifier: Apache-2.0 */
/* `earthdog baseline show`: normal against now. */
#include "report/baseline_show.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/baseline/job.h"
#include "cmd/out/output.h"
#include "cmd/out/terminal.h"

enum { OUT_MAX_BYTES = 64 << 20, ROWS_MAX = ED_BASELINE_PARTS_MAX * ED_BASELINE_FEATURES };

struct rows {
	struct ed_baseline_row *v; /* owned */
	size_t n;
};

/* What stdout leads to understands UTF-8, by the locale. */
static bool is_utf8(void)
{
	return setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void put_side(struct ed_buf *out, const char *name, const struct ed_baseline_row *r,
		     const struct ed_baseline_side *s, bool utf8)
{
	static const char *const heads[ED_BASELINE_QUANTILES] = { "half", "90%", "99%", "99.9%" };
	char plot[ED_BASELINE_PLOT_MAX], value[ED_BASELINE_CELL_MAX];

	ed_buf_printf(out, "    %-7s |%s|", name, ed_baseline_plot_text(s->plot, utf8, plot));
	for (unsigned i = 0; i < ED_BASELINE_QUANTILES && s->n > 0; i++)
		ed_buf_printf(out, "  %s %s", heads[i],
			      ed_baseline_value_text(r->feature, s->quantile[i], value));
	ed_buf_printf(out, "  of %u\n", (unsigned)s->n);
}

static void put_table(const struct ed_baseline *normal, const struct rows *rows, bool utf8,
		      struct ed_buf *out)
{
	char group[ED_BASELINE_TEXT_MAX + 32], low[ED_BASELINE_CELL_MAX],
		high[ED_BASELINE_CELL_MAX];
	char from[ED_TIME_TEXT_MAX], to[ED_TIME_TEXT_MAX];
	const struct ed_baseline_row *before = NULL;

	ed_time_to_text(normal->first_ns, from);
	ed_time_to_text(normal->last_ns, to);
	ed_buf_printf(out, "normal: %.10s to %.10s\n", from, to);
	for (size_t i = 0; i < rows->n; before = &rows->v[i++]) {
		const struct ed_baseline_row *r = &rows->v[i];
		const struct ed_analytic *a = ed_analytics[r->row];

		if (!before || before->row != r->row || before->group != r->group)
			ed_buf_printf(out, "\n%s %s, %s\n", a->id, a->platform,
				      ed_baseline_group_text(normal, r->group, group,
							     sizeof(group)));
		ed_buf_printf(out, "  %s: %s, from %s to %s\n",
			      ed_baseline_features[r->feature].name,
			      ed_baseline_features[r->feature].help,
			      ed_baseline_value_text(r->feature, r->low, low),
			      ed_baseline_value_text(r->feature, r->high, high));
		put_side(out, "normal", r, &r->normal, utf8);
		put_side(out, "now", r, &r->now, utf8);
		if (r->stands_out)
			ed_buf_printf(out,
				      "    ! %u of now lie beyond 99.9 %% of normal; %.1f were to "
				      "be expected\n",
				      (unsigned)r->n_beyond, 0.001 * r->now.n);
	}
}

static void put_json(const struct ed_baseline *normal, const struct ed_baseline *now,
		     const struct rows *rows, struct ed_buf *out)
{
	struct ed_json j;

	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	ed_json_object(&j, "normal");
	ed_json_time(&j, "from", normal->first_ns);
	ed_json_time(&j, "to", normal->last_ns);
	ed_json_u64(&j, "key_days", normal->n_key_days);
	ed_json_object_end(&j);
	ed_json_object(&j, "now");
	ed_json_time(&j, "from", now->first_ns);
	ed_json_time(&j, "to", now->last_ns);
	ed_json_u64(&j, "key_days", now->n_key_days);
	ed_json_object_end(&j);
	ed_baseline_rows_json(normal, rows->v, rows->n, &j);
	ed_json_object_end(&j);
	ed_buf_puts(out, "\n");
}

static enum ed_exit put(const struct ed_baseline_options *o, const struct ed_baseline *normal,
			const struct ed_baseline *now)
{
	struct rows rows = { .v = calloc(ROWS_MAX, sizeof(*rows.v)) };
	enum ed_exit status;
	struct ed_buf out;

	if (!rows.v) {
		ed_cmd_say("no memory");
		return ED_EXIT_FAILURE;
	}
	rows.n = ed_baseline_compare(normal, now, o->by_group, rows.v, ROWS_MAX);
	ed_buf_init(&out, OUT_MAX_BYTES);
	if (o->form == ED_BASELINE_JSON)
		put_json(normal, now, &rows, &out);
	else if (o->form == ED_BASELINE_SVG)
		ed_baseline_rows_svg(normal, rows.v, rows.n, &out);
	else
		put_table(normal, &rows, !o->reading.output && is_utf8(), &out);
	status = ed_output_put(o->reading.output, &out);
	ed_buf_done(&out);
	free(rows.v);
	return status;
}

enum ed_exit ed_baseline_do_show(const struct ed_baseline_job *job)
{
	struct ed_baseline *normal = NULL, *now = NULL;
	bool damaged = false;
	enum ed_exit status;

	if (job->o->form == ED_BASELINE_NDJSON)
		return ed_baseline_refuse("baseline show has no ndjson: table, json or svg");
	status = ed_baseline_load(job->o, &normal);
	if (status == ED_EXIT_OK)
		status = ed_baseline_learn_input(job, true, &now, &damaged);
	if (status == ED_EXIT_OK)
		status = put(job->o, normal, now);
	ed_baseline_free(normal);
	ed_baseline_free(now);
	return status == ED_EXIT_OK && damaged ? ED_EXIT_DAMAGED : status;
}
