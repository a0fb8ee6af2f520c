/* SPDX-License-Identifier: Apache-2.0 */
/* Audit evidence as one page; see audit.h. */
#include "report/audit.h"

#include "base/time.h"
#include "report/coverage_out.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_DIGITS = 8 /* of an identifier */, MIB = 1 << 20 };

static const char *time_text(int64_t time_ns, char ret[static ED_TIME_TEXT_MAX])
{
	ret[0] = '\0';
	if (time_ns != ED_TIME_UNKNOWN_NS)
		(void)ed_time_to_text(time_ns, ret);
	return ret;
}

static void cell_time(struct ed_buf *out, int64_t time_ns)
{
	char text[ED_TIME_TEXT_MAX];

	(void)time_text(time_ns, text);
	text[strcspn(text, ".")] = '\0';
	ed_html_cell(out, text);
}

static void cell_count(struct ed_buf *out, uint64_t v)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, v);
	ed_html_cell_number(out, text);
}

static void put_summary(const struct ed_audit *a, struct ed_buf *out)
{
	static const char *const heads[] = { "Subject", "", "Finding", NULL };
	static const char *const words[ED_HTML_TONE_N] = {
		[ED_HTML_GOOD] = "in order",
		[ED_HTML_WARN] = "note",
		[ED_HTML_BAD] = "act",
	};
	struct ed_audit_finding findings[ED_AUDIT_FINDINGS_MAX];
	size_t n = ed_audit_findings(a, findings);

	ed_html_heading(out, 2, "Summary");
	ed_html_table(out, heads);
	for (size_t i = 0; i < n; i++) {
		ed_html_row(out);
		ed_html_cell(out,
			     i > 0 && strcmp(findings[i].subject, findings[i - 1].subject) == 0 ?
				     "" :
				     findings[i].subject);
		ed_html_cell_open(out);
		ed_html_badge(out, findings[i].tone, words[findings[i].tone]);
		ed_html_cell_close(out);
		ed_html_cell(out, findings[i].text);
		ed_html_row_end(out);
	}
	ed_html_table_end(out);
}

static void put_coverage(const struct ed_audit *a, struct ed_buf *out)
{
	ed_html_heading(out, 2, "Coverage");
	if (!a->conf.coverage || a->conf.coverage->n_sources == 0)
		ed_html_para(out,
			     "The store knows of no source. \"earthdog scan --store\" keeps what "
			     "each log told of which machine.");
	else
		ed_coverage_html_sections(a->conf.coverage, out);
}

static void put_retention(const struct ed_audit *a, struct ed_buf *out)
{
	const struct ed_audit_conf *c = &a->conf;
	char from[ED_TIME_TEXT_MAX], to[ED_TIME_TEXT_MAX];

	ed_html_heading(out, 2, "Retention");
	if (c->n_history_days == 0) {
		ed_html_para(out, "No history of lookups is kept.");
		return;
	}
	ed_html_open(out, "p");
	ed_html_printf(out, "%u days of lookups, from %.10s to %.10s, take %.1f MiB. ",
		       c->n_history_days, time_text(c->history_from_ns, from),
		       time_text(c->history_to_ns, to), (double)c->history_bytes / MIB);
	if (c->retention_ns > 0)
		ed_html_printf(out, "The target is %" PRId64 " days. ",
			       c->retention_ns / (86400 * ED_NS_PER_S));
	ed_html_text(out,
		     "Alerts, decisions and the audit trail are kept without limit. How long each "
		     "source itself reaches back is said under Coverage.");
	ed_html_close(out, "p");
}

static void put_feature(const struct ed_baseline *b, size_t row, enum ed_baseline_feature f,
			struct ed_buf *out)
{
	static const double shares[] = { 0.5, 0.9, 0.99, 0.999 };
	struct ed_ddsketch d;
	char text[48];

	if (ed_baseline_sum(b, row, f, &d) == 0 || !isfinite(ed_ddsketch_quantile(&d, 0.5)))
		return;
	ed_html_row(out);
	ed_html_cell(out, ed_analytics[row]->id);
	ed_html_cell(out, ed_baseline_features[f].help);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		double q = ed_baseline_features[f].low_is_odd ? 1 - shares[i] : shares[i];

		(void)snprintf(text, sizeof(text), "%.4g",
			       ed_baseline_shown(f, ed_ddsketch_quantile(&d, q)));
		ed_html_cell_number(out, text);
	}
	ed_html_cell(out, ed_baseline_features[f].unit);
	ed_html_row_end(out);
}

static void put_baseline(const struct ed_audit *a, struct ed_buf *out)
{
	static const char *const heads[] = { "Analytic", "Feature", "half", "90 %",
					     "99 %",     "99.9 %",  "Unit", NULL };
	const struct ed_baseline *b = a->conf.baseline;
	char from[ED_TIME_TEXT_MAX], to[ED_TIME_TEXT_MAX], made[ED_TIME_TEXT_MAX];

	ed_html_heading(out, 2, "Baseline in force");
	if (!b) {
		ed_html_para(
			out,
			"None was named. \"earthdog baseline learn\" makes one, and --baseline "
			"FILE shows it here.");
		return;
	}
	ed_html_open(out, "p");
	ed_html_text(out, a->conf.baseline_file);
	ed_html_printf(out,
		       ", made %s: %" PRIu64 " lookups from %s to %s. %" PRIu64
		       " days of a client below a domain teach it; %" PRIu64
		       " do not because they were alerted about, %" PRIu64
		       " because they are too young.",
		       time_text(b->made_ns, made), b->n_lookups, time_text(b->first_ns, from),
		       time_text(b->last_ns, to), b->n_key_days, b->n_alerted, b->n_young);
	ed_html_close(out, "p");
	ed_html_table(out, heads);
	for (size_t row = 0; ed_analytics[row]; row++) {
		for (unsigned f = 0; f < ED_BASELINE_FEATURES; f++)
			put_feature(b, row, (enum ed_baseline_feature)f, out);
	}
	ed_html_table_end(out);
}

static void put_setting(const struct ed_audit_setting *s, struct ed_buf *out)
{
	bool differs = strcmp(s->value, s->def) != 0;

	ed_html_row(out);
	ed_html_cell(out, s->name);
	ed_html_cell_tone(out, differs ? ED_HTML_WARN : ED_HTML_PLAIN, s->value);
	ed_html_cell(out, s->def);
	if (s->since_ns == ED_TIME_UNKNOWN_NS)
		ed_html_cell(out, differs ? "" : "always");
	else
		cell_time(out, s->since_ns);
	ed_html_cell(out, s->who);
	ed_html_row_end(out);
}

static void put_entry(const struct ed_audit_entry *e, bool with_action, struct ed_buf *out)
{
	ed_html_row(out);
	cell_count(out, (uint64_t)e->id);
	cell_time(out, e->time_ns);
	ed_html_cell(out, e->who);
	if (with_action)
		ed_html_cell(out, e->action);
	ed_html_cell(out, e->subject);
	ed_html_cell_open(out);
	if (e->detail[0])
		ed_html_code(out, e->detail);
	ed_html_cell_close(out);
	ed_html_row_end(out);
}

static void put_more(const struct ed_audit_list *list, struct ed_buf *out)
{
	if (list->n_all <= list->n)
		return;
	ed_html_open(out, "p");
	ed_html_printf(out, "%" PRIu64 " older ones are in the store.", list->n_all - list->n);
	ed_html_close(out, "p");
}

static void put_settings(const struct ed_audit *a, struct ed_buf *out)
{
	static const char *const heads[] = { "Mutable element", "In force", "As shipped",
					     "Since",           "Who",      NULL };
	static const char *const changes[] = { "Row",    "Time", "Who", "Mutable element",
					       "Change", NULL };

	ed_html_heading(out, 2, "Settings and who changed them");
	if (a->n_settings == 0)
		ed_html_para(out, "No run has recorded its settings.");
	else
		ed_html_table(out, heads);
	for (size_t i = 0; i < a->n_settings; i++)
		put_setting(&a->settings[i], out);
	if (a->n_settings > 0)
		ed_html_table_end(out);
	if (a->changes.n == 0) {
		ed_html_para(out, "No change is on record.");
		return;
	}
	ed_html_heading(out, 3, "Changes");
	ed_html_table(out, changes);
	for (size_t i = 0; i < a->changes.n; i++)
		put_entry(&a->changes.v[i], false, out);
	ed_html_table_end(out);
	put_more(&a->changes, out);
}

static void put_counts(const struct ed_audit *a, struct ed_buf *out)
{
	static const char *const heads[] = { "Level",          "open",      "acknowledged",
					     "false positive", "confirmed", NULL };

	ed_html_table(out, heads);
	for (unsigned level = ED_LEVEL_N; level > 0; level--) {
		ed_html_row(out);
		ed_html_cell(out, ed_level_name(level - 1));
		for (unsigned state = 0; state < ED_TRIAGE_N; state++)
			cell_count(out, a->n_by[level - 1][state]);
		ed_html_row_end(out);
	}
	ed_html_table_end(out);
	if (a->n_suppressed + a->n_drilled == 0)
		return;
	ed_html_open(out, "p");
	ed_html_printf(out,
		       "Not counted above: %" PRIu64 " hidden by rules of the site, %" PRIu64
		       " made by its own drills.",
		       a->n_suppressed, a->n_drilled);
	ed_html_close(out, "p");
}

static void put_handling(const struct ed_audit_alert *x, struct ed_buf *out)
{
	ed_html_cell_open(out);
	if (x->drill[0])
		ed_html_badge(out, ED_HTML_MUTED, "drill");
	else if (x->suppressed[0])
		ed_html_badge(out, ED_HTML_MUTED, "hidden");
	else
		ed_html_badge(out, x->state == ED_TRIAGE_OPEN ? ED_HTML_WARN : ED_HTML_GOOD,
			      ed_triage_state_name(x->state));
	if (x->has_grown)
		ed_html_text(out, " grown since");
	ed_html_cell_close(out);
}

static void put_alert(const struct ed_audit_alert *x, struct ed_buf *out)
{
	char id[SHOWN_DIGITS + 1];

	(void)snprintf(id, sizeof(id), "%s", x->id);
	ed_html_row(out);
	ed_html_cell_tone(out, x->level >= ED_LEVEL_HIGH ? ED_HTML_BAD : ED_HTML_PLAIN,
			  ed_level_name(x->level));
	ed_html_cell(out, id);
	ed_html_cell(out, x->analytic);
	ed_html_cell(out, x->client);
	ed_html_cell(out, x->domain);
	cell_time(out, x->start_ns);
	cell_count(out, x->n_names);
	put_handling(x, out);
	ed_html_cell(out, x->who);
	cell_time(out, x->decided_ns);
	ed_html_cell(out, x->suppressed[0] ? x->suppressed : x->reason);
	ed_html_row_end(out);
}

static void put_alerts(const struct ed_audit *a, struct ed_buf *out)
{
	static const char *const heads[] = { "Level",  "Alert", "Analytic", "Client",
					     "Domain", "Since", "Names",    "Handling",
					     "Who",    "When",  "Reason",   NULL };

	ed_html_heading(out, 2, "Alerts and their handling");
	if (a->n_alerts_all == 0) {
		ed_html_para(out, "No alert is in the store.");
		return;
	}
	put_counts(a, out);
	ed_html_table(out, heads);
	for (size_t i = 0; i < a->n_alerts; i++)
		put_alert(&a->alerts[i], out);
	ed_html_table_end(out);
	if (a->n_alerts_all <= a->n_alerts)
		return;
	ed_html_open(out, "p");
	ed_html_printf(out, "%" PRIu64 " lesser ones are in the store: earthdog triage list.",
		       a->n_alerts_all - a->n_alerts);
	ed_html_close(out, "p");
}

static void put_drill(const struct ed_audit_entry *e, struct ed_buf *out)
{
	static const char *const keys[] = { "analytic", "format", "domain", "step", "why" };
	char text[ED_AUDIT_TEXT_MAX];

	ed_html_row(out);
	cell_time(out, e->time_ns);
	ed_html_cell(out, e->who);
	ed_html_cell(out, e->subject);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		enum ed_html_tone tone = ED_HTML_PLAIN;

		if (!ed_audit_field(e->detail, keys[i], text, sizeof(text)))
			text[0] = '\0';
		if (strcmp(keys[i], "step") == 0)
			tone = strcmp(text, "passed") == 0 ? ED_HTML_GOOD : ED_HTML_BAD;
		ed_html_cell_tone(out, tone, text);
	}
	ed_html_row_end(out);
}

static void put_drills(const struct ed_audit *a, struct ed_buf *out)
{
	static const char *const heads[] = { "Time",   "Who",    "Drill", "Analytic", "Format",
					     "Domain", "Result", "Why",   NULL };

	ed_html_heading(out, 2, "Drills");
	ed_html_para(
		out,
		"A drill makes a marked, harmless stream that is shaped like a tunnel and follows "
		"it through the configured path; a result other than \"passed\" names the step "
		"that is broken.");
	if (a->drills.n == 0) {
		ed_html_para(out, "No drill was run.");
		return;
	}
	ed_html_table(out, heads);
	for (size_t i = 0; i < a->drills.n; i++)
		put_drill(&a->drills.v[i], out);
	ed_html_table_end(out);
	put_more(&a->drills, out);
}

static void put_analytic(const struct ed_analytic *x, struct ed_buf *out)
{
	ed_html_open(out, "section");
	ed_html_open(out, "h3");
	ed_html_printf(out, "%s: %s", x->id, x->platform);
	ed_html_close(out, "h3");
	ed_html_open(out, "p");
	ed_html_printf(out, "Looks for %s. Stands on %s.", x->help, x->log_sources);
	ed_html_close(out, "p");
	ed_html_open(out, "ul");
	for (const char *const *line = x->assumes; line && *line; line++) {
		ed_html_open(out, "li");
		ed_html_text(out, *line);
		ed_html_close(out, "li");
	}
	ed_html_close(out, "ul");
	ed_html_close(out, "section");
}

static void put_promises(struct ed_buf *out)
{
	static const char *const heads[] = { "What is said", "Ceiling", "Promised from",
					     "How surely", NULL };

	ed_html_heading(out, 2, "What is always found, and what is not promised");
	ed_html_para(
		out,
		"Whatever its names look like, a tunnel has to say something. Who says more than a "
		"ceiling gets an alert of level medium or above with the verdict \"bound\"; no score "
		"and no rule about a domain can take it back.");
	ed_html_table(out, heads);
	for (const struct ed_audit_promise *p = ed_audit_promises; p->what; p++) {
		ed_html_row(out);
		ed_html_cell(out, p->what);
		ed_html_cell(out, p->ceiling);
		ed_html_cell(out, p->promised_from);
		ed_html_cell(out, p->how_surely);
		ed_html_row_end(out);
	}
	ed_html_table_end(out);
	ed_html_heading(out, 3, "Not promised");
	ed_html_open(out, "ul");
	for (const char *const *line = ed_audit_not_promised; *line; line++) {
		ed_html_open(out, "li");
		ed_html_text(out, *line);
		ed_html_close(out, "li");
	}
	ed_html_close(out, "ul");
}

static void put_trail(const struct ed_audit *a, struct ed_buf *out)
{
	static const char *const heads[] = { "Row", "Time", "Who", "What", "Of", "Detail", NULL };

	ed_html_heading(out, 2, "Audit trail");
	ed_html_open(out, "p");
	ed_html_printf(
		out,
		"%" PRIu64
		" rows. Each carries the SHA-256 of itself and of the row before, so that a "
		"row that was changed, removed or put in between shows, unless all behind it were "
		"made anew: note the last hash where whoever can write the store cannot. ",
		a->proof.n_rows);
	ed_html_close(out, "p");
	if (a->proof.head[0])
		ed_html_code(out, a->proof.head);
	if (a->trail.n == 0)
		return;
	ed_html_table(out, heads);
	for (size_t i = 0; i < a->trail.n; i++)
		put_entry(&a->trail.v[i], true, out);
	ed_html_table_end(out);
	put_more(&a->trail, out);
}

void ed_audit_html(const struct ed_audit *a, struct ed_buf *out)
{
	char lead[ED_AUDIT_TEXT_MAX + 128], made[ED_TIME_TEXT_MAX];

	(void)snprintf(lead, sizeof(lead), "Store %.*s, as of %s, by earthdog %s",
		       ED_AUDIT_TEXT_MAX, a->conf.store, time_text(a->conf.now_ns, made),
		       ED_VERSION);
	ed_html_begin(out, "Detection of tunnels in DNS: audit evidence", lead);
	put_summary(a, out);
	put_coverage(a, out);
	put_retention(a, out);
	put_baseline(a, out);
	put_settings(a, out);
	put_alerts(a, out);
	put_drills(a, out);
	ed_html_heading(out, 2, "The analytics: assumptions and exclusions");
	for (size_t i = 0; ed_analytics[i]; i++)
		put_analytic(ed_analytics[i], out);
	put_promises(out);
	put_trail(a, out);
	ed_html_end(out, "DET0400 of MITRE ATT&CK, technique T1071.004. All times are UTC.");
}
