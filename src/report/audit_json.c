/* SPDX-License-Identifier: Apache-2.0 */
/* Audit evidence as one JSON object; see audit.h. */
#include "report/audit.h"

#include "base/json_out.h"
#include "base/time.h"
#include "report/coverage_out.h"

#include <string.h>

enum { COVERAGE_MAX_BYTES = 1 << 29 };

static void put_time(struct ed_json *j, const char *key, int64_t time_ns)
{
	if (time_ns != ED_TIME_UNKNOWN_NS)
		ed_json_time(j, key, time_ns);
}

static void put_text(struct ed_json *j, const char *key, const char *text)
{
	if (text[0])
		ed_json_utf8(j, key, text);
}

static void put_findings(const struct ed_audit *a, struct ed_json *j)
{
	static const char *const tones[ED_HTML_TONE_N] = {
		[ED_HTML_GOOD] = "in-order",
		[ED_HTML_WARN] = "note",
		[ED_HTML_BAD] = "act",
	};
	struct ed_audit_finding findings[ED_AUDIT_FINDINGS_MAX];
	size_t n = ed_audit_findings(a, findings);

	ed_json_array(j, "findings");
	for (size_t i = 0; i < n; i++) {
		ed_json_object(j, NULL);
		ed_json_str(j, "subject", findings[i].subject);
		ed_json_str(j, "state", tones[findings[i].tone]);
		ed_json_utf8(j, "text", findings[i].text);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

static void put_retention(const struct ed_audit_conf *c, struct ed_json *j)
{
	ed_json_object(j, "retention");
	ed_json_u64(j, "days", c->n_history_days);
	ed_json_u64(j, "bytes", c->history_bytes);
	if (c->n_history_days > 0) {
		ed_json_time(j, "from", c->history_from_ns);
		ed_json_time(j, "to", c->history_to_ns);
	}
	if (c->retention_ns > 0)
		ed_json_i64(j, "target_s", c->retention_ns / ED_NS_PER_S);
	ed_json_object_end(j);
}

static void put_baseline(const struct ed_audit_conf *c, struct ed_json *j)
{
	const struct ed_baseline *b = c->baseline;

	if (!b)
		return;
	ed_json_object(j, "baseline");
	ed_json_utf8(j, "file", c->baseline_file);
	put_time(j, "made", b->made_ns);
	put_time(j, "from", b->first_ns);
	put_time(j, "to", b->last_ns);
	ed_json_u64(j, "lookups", b->n_lookups);
	ed_json_u64(j, "key_days", b->n_key_days);
	ed_json_u64(j, "alerted", b->n_alerted);
	ed_json_u64(j, "young", b->n_young);
	ed_json_object_end(j);
}

static void put_list(const char *key, const struct ed_audit_list *list, struct ed_json *j)
{
	ed_json_object(j, key);
	ed_json_u64(j, "n", list->n_all);
	ed_json_array(j, "newest");
	for (size_t i = 0; i < list->n; i++) {
		const struct ed_audit_entry *e = &list->v[i];

		ed_json_object(j, NULL);
		ed_json_i64(j, "row", e->id);
		put_time(j, "time", e->time_ns);
		put_text(j, "who", e->who);
		put_text(j, "action", e->action);
		put_text(j, "subject", e->subject);
		put_text(j, "detail", e->detail);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
	ed_json_object_end(j);
}

static void put_settings(const struct ed_audit *a, struct ed_json *j)
{
	ed_json_array(j, "settings");
	for (size_t i = 0; i < a->n_settings; i++) {
		const struct ed_audit_setting *s = &a->settings[i];

		ed_json_object(j, NULL);
		put_text(j, "name", s->name);
		ed_json_utf8(j, "value", s->value);
		ed_json_utf8(j, "default", s->def);
		put_time(j, "since", s->since_ns);
		put_text(j, "who", s->who);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

static void put_counts(const struct ed_audit *a, struct ed_json *j)
{
	ed_json_object(j, "counts");
	for (unsigned level = 0; level < ED_LEVEL_N; level++) {
		ed_json_object(j, ed_level_name(level));
		for (unsigned state = 0; state < ED_TRIAGE_N; state++)
			ed_json_u64(j, ed_triage_state_name(state), a->n_by[level][state]);
		ed_json_object_end(j);
	}
	ed_json_object_end(j);
	ed_json_u64(j, "suppressed", a->n_suppressed);
	ed_json_u64(j, "drills", a->n_drilled);
	ed_json_u64(j, "grown", a->n_grown);
}

static void put_alert(const struct ed_audit_alert *x, struct ed_json *j)
{
	ed_json_object(j, NULL);
	put_text(j, "id", x->id);
	ed_json_str(j, "level", ed_level_name(x->level));
	put_text(j, "analytic", x->analytic);
	put_text(j, "client", x->client);
	put_text(j, "domain", x->domain);
	put_time(j, "start", x->start_ns);
	put_time(j, "end", x->end_ns);
	ed_json_u64(j, "queries", x->n_queries);
	ed_json_u64(j, "names", x->n_names);
	ed_json_u64(j, "bytes_up", x->bytes_up);
	ed_json_str(j, "state", ed_triage_state_name(x->state));
	put_text(j, "who", x->who);
	put_time(j, "decided", x->decided_ns);
	put_text(j, "reason", x->reason);
	if (x->has_grown)
		ed_json_bool(j, "grown_since", true);
	put_text(j, "suppressed", x->suppressed);
	put_text(j, "drill", x->drill);
	ed_json_object_end(j);
}

static void put_alerts(const struct ed_audit *a, struct ed_json *j)
{
	ed_json_object(j, "alerts");
	ed_json_u64(j, "n", a->n_alerts_all);
	put_counts(a, j);
	ed_json_array(j, "gravest");
	for (size_t i = 0; i < a->n_alerts; i++)
		put_alert(&a->alerts[i], j);
	ed_json_array_end(j);
	ed_json_object_end(j);
}

static void put_analytics(struct ed_json *j)
{
	ed_json_array(j, "analytics");
	for (size_t i = 0; ed_analytics[i]; i++) {
		const struct ed_analytic *x = ed_analytics[i];

		ed_json_object(j, NULL);
		ed_json_str(j, "id", x->id);
		ed_json_str(j, "platform", x->platform);
		ed_json_str(j, "looks_for", x->help);
		ed_json_str(j, "log_sources", x->log_sources);
		ed_json_array(j, "assumptions_and_exclusions");
		for (const char *const *line = x->assumes; line && *line; line++)
			ed_json_utf8(j, NULL, *line);
		ed_json_array_end(j);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

static void put_promises(struct ed_json *j)
{
	ed_json_array(j, "promised");
	for (const struct ed_audit_promise *p = ed_audit_promises; p->what; p++) {
		ed_json_object(j, NULL);
		ed_json_utf8(j, "what", p->what);
		ed_json_utf8(j, "ceiling", p->ceiling);
		ed_json_utf8(j, "promised_from", p->promised_from);
		ed_json_utf8(j, "how_surely", p->how_surely);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
	ed_json_array(j, "not_promised");
	for (const char *const *line = ed_audit_not_promised; *line; line++)
		ed_json_utf8(j, NULL, *line);
	ed_json_array_end(j);
}

static void put_trail(const struct ed_audit *a, struct ed_json *j)
{
	const struct ed_audit_proof *p = &a->proof;

	ed_json_object(j, "proof");
	ed_json_u64(j, "rows", p->n_rows);
	put_text(j, "head", p->head);
	ed_json_bool(j, "whole", p->bad_id == 0 && p->missing_id == 0 && p->n_unbacked == 0);
	if (p->bad_id > 0)
		ed_json_i64(j, "first_changed", p->bad_id);
	if (p->missing_id > 0)
		ed_json_i64(j, "first_missing", p->missing_id);
	if (p->n_unbacked > 0)
		ed_json_u64(j, "unexplained_decisions", p->n_unbacked);
	ed_json_object_end(j);
	put_list("trail", &a->trail, j);
}

/* The coverage report is an object of its own, and goes in as it is. */
static void put_coverage(const struct ed_audit *a, struct ed_buf *out)
{
	struct ed_buf text;

	if (!a->conf.coverage)
		return;
	ed_buf_init(&text, COVERAGE_MAX_BYTES);
	ed_coverage_json(a->conf.coverage, &text);
	while (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	ed_buf_puts(out, ",\"coverage\":");
	ed_buf_put(out, text.p, text.n);
	out->full |= text.full;
	ed_buf_done(&text);
}

void ed_audit_json(const struct ed_audit *a, struct ed_buf *out)
{
	struct ed_json j;

	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	ed_json_utf8(&j, "store", a->conf.store);
	put_time(&j, "made", a->conf.now_ns);
	ed_json_str(&j, "version", ED_VERSION);
	put_findings(a, &j);
	put_retention(&a->conf, &j);
	put_baseline(&a->conf, &j);
	put_settings(a, &j);
	put_list("setting_changes", &a->changes, &j);
	put_alerts(a, &j);
	put_list("drills", &a->drills, &j);
	put_analytics(&j);
	put_promises(&j);
	put_trail(a, &j);
	put_coverage(a, out);
	ed_json_object_end(&j);
	ed_buf_put(out, "\n", 1);
}
