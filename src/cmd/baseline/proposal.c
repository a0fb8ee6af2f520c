/* SPDX-License-Identifier: Apache-2.0 */
/* Printing a proposal; see proposal.h. */
#include "cmd/baseline/proposal.h"

#include <string.h>

#include "base/json_out.h"
#include "base/time.h"
#include "cmd/out/output.h"
#include "cmd/out/text.h"

enum { OUT_MAX_BYTES = 16 << 20, VALUE_WIDTH = 40, REASON_INDENT = 4, REASON_WIDTH = 96 };

static const double DAY_S = 86400;

void ed_baseline_proposal_period(struct ed_baseline_proposal *p,
				 const struct ed_baseline_period *period, uint32_t budget)
{
	p->days = (double)(period->last_ns - period->first_ns) / ((double)ED_NS_PER_S * DAY_S);
	if (p->days < 1)
		p->days = 1;
	p->others_max = budget ? (uint64_t)(budget * p->days) : p->now.n_others;
}

/* ---------------------------------------------------------------- the table */

/* "12 of 12" */
static void tunnels_text(const struct ed_baseline_proposal *p, const struct ed_baseline_effect *f,
			 char *ret, size_t n)
{
	(void)snprintf(ret, n, "%llu of %zu", (unsigned long long)f->n_tunnels, p->tunnels.n);
}

static void day_text(const struct ed_baseline_proposal *p, const struct ed_baseline_effect *f,
		     char *ret, size_t n)
{
	(void)snprintf(ret, n, "%.3g", (double)f->n_alerts / p->days);
}

static void value_cell(struct ed_grid *g, const char *value)
{
	char text[VALUE_WIDTH + 1];
	size_t n = strlen(value);

	if (n <= VALUE_WIDTH)
		(void)snprintf(text, sizeof(text), "%s", n ? value : "-");
	else
		(void)snprintf(text, sizeof(text), "%.*s...", VALUE_WIDTH - 3, value);
	ed_grid_cell(g, text);
}

static void put_element(struct ed_grid *g, const struct ed_baseline_proposal *p, size_t i)
{
	const struct ed_baseline_element *e = &p->elements[i];
	bool stays = p->choice[i] == e->n;
	const struct ed_baseline_effect *f = stays ? &p->now : &e->v[p->choice[i]].effect;
	char text[96];

	(void)snprintf(text, sizeof(text), "%s.%s", ed_analytics[e->row]->id, e->option->name);
	ed_grid_cell(g, text);
	value_cell(g, e->now);
	value_cell(g, stays ? "(as it is)" : e->v[p->choice[i]].value);
	day_text(p, f, text, sizeof(text));
	ed_grid_cell(g, e->n > 0 ? text : "-");
	tunnels_text(p, f, text, sizeof(text));
	ed_grid_cell(g, e->n > 0 ? text : "-");
	(void)snprintf(text, sizeof(text), "%u", e->n);
	ed_grid_cell(g, text);
	ed_grid_cell(g, e->reason);
}

/* A value with a letter that a shell takes for more than itself is put in quotes. */
static void put_quoted(struct ed_buf *out, const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_-./,:=+@%";

	if (strspn(value, plain) == strlen(value)) {
		ed_buf_puts(out, value);
		return;
	}
	ed_buf_puts(out, "'");
	for (; *value; value++) {
		if (*value == '\'')
			ed_buf_puts(out, "'\\''");
		else
			ed_buf_put(out, value, 1);
	}
	ed_buf_puts(out, "'");
}

static void put_settings(const struct ed_baseline_proposal *p, struct ed_buf *out)
{
	char setting[ED_BASELINE_SETTING_MAX];

	for (size_t i = 0; i < p->n; i++) {
		const struct ed_baseline_element *e = &p->elements[i];

		if (p->choice[i] == e->n)
			continue;
		(void)snprintf(setting, sizeof(setting), "%s.%s=%s", ed_analytics[e->row]->id,
			       e->option->name, e->v[p->choice[i]].value);
		ed_buf_puts(out, "--set ");
		put_quoted(out, setting);
		ed_buf_puts(out, "\n");
	}
}

static bool put_table(const void *arg, FILE *f)
{
	const struct ed_baseline_proposal *p = arg;
	static const char *const heads[] = { "ELEMENT", "NOW",   "PROPOSED", "ALERTS A DAY",
					     "TUNNELS", "TRIED", "FROM" };
	const size_t n_columns = sizeof(heads) / sizeof(heads[0]);
	char now[48], tunnels[64], then[48], then_tunnels[64];
	struct ed_grid g;
	struct ed_buf settings;
	int r;

	ed_grid_init(&g, n_columns);
	for (size_t i = 0; i < n_columns; i++)
		ed_grid_cell(&g, heads[i]);
	for (size_t i = 0; i < p->n; i++)
		put_element(&g, p, i);
	r = ed_grid_print(&g, f);
	ed_grid_done(&g);
	day_text(p, &p->now, now, sizeof(now));
	tunnels_text(p, &p->now, tunnels, sizeof(tunnels));
	day_text(p, &p->together, then, sizeof(then));
	tunnels_text(p, &p->together, then_tunnels, sizeof(then_tunnels));
	(void)fprintf(
		f,
		"\nnow: %s alerts a day of medium and above, %s tunnels caught\n"
		"proposed, all together: %s alerts a day, %s tunnels caught (measured over %.3g day%s)\n",
		now, tunnels, then, then_tunnels, p->days, p->days > 1 ? "s" : "");
	ed_buf_init(&settings, OUT_MAX_BYTES);
	put_settings(p, &settings);
	if (settings.n > 0)
		(void)fprintf(f, "\n%s", settings.p);
	else
		(void)fputs("\nnothing is to be changed\n", f);
	ed_buf_done(&settings);
	return r == 0;
}

/* ----------------------------------------------------------------- as JSON */

static void effect_json(struct ed_json *j, const struct ed_baseline_proposal *p,
			const struct ed_baseline_effect *f)
{
	ed_json_u64(j, "alerts", f->n_alerts);
	ed_json_f64(j, "alerts_a_day", (double)f->n_alerts / p->days);
	ed_json_u64(j, "tunnels", f->n_tunnels);
	ed_json_u64(j, "other_alerts", f->n_others);
}

static void element_json(struct ed_json *j, const struct ed_baseline_proposal *p, size_t i)
{
	const struct ed_baseline_element *e = &p->elements[i];

	ed_json_object(j, NULL);
	ed_json_str(j, "analytic", ed_analytics[e->row]->id);
	ed_json_str(j, "element", e->option->name);
	ed_json_str(j, "now", e->now);
	if (p->choice[i] < e->n)
		ed_json_str(j, "proposed", e->v[p->choice[i]].value);
	ed_json_str(j, "from", e->reason);
	ed_json_u64(j, "learnt", e->n_key_days);
	ed_json_array(j, "tried");
	for (unsigned k = 0; k < e->n; k++) {
		ed_json_object(j, NULL);
		ed_json_str(j, "value", e->v[k].value);
		if (e->v[k].normal_share >= 0)
			ed_json_f64(j, "normal_share", e->v[k].normal_share);
		effect_json(j, p, &e->v[k].effect);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
	ed_json_object_end(j);
}

static void put_json(const struct ed_baseline_proposal *p, struct ed_buf *out)
{
	char setting[ED_BASELINE_SETTING_MAX];
	struct ed_json j;

	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	ed_json_f64(&j, "days", p->days);
	ed_json_u64(&j, "tunnels", p->tunnels.n);
	ed_json_object(&j, "now");
	effect_json(&j, p, &p->now);
	ed_json_object_end(&j);
	ed_json_object(&j, "proposed");
	effect_json(&j, p, &p->together);
	ed_json_array(&j, "set");
	for (size_t i = 0; i < p->n; i++) {
		const struct ed_baseline_element *e = &p->elements[i];

		if (p->choice[i] == e->n)
			continue;
		(void)snprintf(setting, sizeof(setting), "%s.%s=%s", ed_analytics[e->row]->id,
			       e->option->name, e->v[p->choice[i]].value);
		ed_json_str(&j, NULL, setting);
	}
	ed_json_array_end(&j);
	ed_json_object_end(&j);
	ed_json_array(&j, "elements");
	for (size_t i = 0; i < p->n; i++)
		element_json(&j, p, i);
	ed_json_array_end(&j);
	ed_json_object_end(&j);
	ed_buf_puts(out, "\n");
}

enum ed_exit ed_baseline_proposal_put(const struct ed_baseline_options *o,
				      const struct ed_baseline_proposal *p)
{
	enum ed_exit status;
	struct ed_buf out;

	if (o->form != ED_BASELINE_JSON)
		return ed_output_print(o->reading.output, put_table, p);
	ed_buf_init(&out, OUT_MAX_BYTES);
	put_json(p, &out);
	status = ed_output_put(o->reading.output, &out);
	ed_buf_done(&out);
	return status;
}
