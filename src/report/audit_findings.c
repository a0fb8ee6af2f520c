/* SPDX-License-Identifier: Apache-2.0 */
/* What an auditor asks first, and the answer; see audit.h. */
#include "report/audit.h"

#include "base/time.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DATE_N = 10 };

/* Evidence that is older says little of today. */
static const int64_t stale_ns = 90 * 86400 * ED_NS_PER_S;

const struct ed_audit_promise ed_audit_promises[] = {
	{ "by one client to one domain, in any 24 hours: names, repeats, types, header", "4,096 B",
	  "4.9 kB", "99.8 %" },
	{ "the same, in any 30 days", "14,336 B", "16 kB", "99.8 %" },
	{ "by one client to domains that at most two clients ask, 32 B or more to each, in 24 hours",
	  "8,192 B", "9.8 kB", "99.8 %" },
	{ "to one domain by all its clients, in 24 hours, in names",
	  "10,240 B \xc3\x97 max(1, clients / 3)", "1.2 \xc3\x97 that", "99.8 %" },
	{ "to one client in free-form answers of one domain, each unlike the last, under ten new "
	  "names or more, in 24 hours",
	  "4,000 B", "4.9 kB", "as measured: such answers can be ordinary" },
	{ NULL, NULL, NULL, NULL },
};

const char *const ed_audit_not_promised[] = {
	"Time: when a question is asked can say something too. Regular gaps are evidence, never a "
	"bound.",
	"The message id and the source port, random by design: up to 32 bits a packet for who reads "
	"them on the way.",
	"The case of a name that was asked before.",
	"A repeat of a name that another client asks too.",
	"Spread over more clients than a third of the ceiling allows, over domains with less than 32 B "
	"each, or over weeks below the ceiling of 30 days.",
	"Names that the log does not hold: masked, cut short, sampled.",
	"DNS that is not seen: over HTTPS or TLS to somebody else, over another path.",
	"Less than a name a day to an old domain from one host.",
	"Services on the shipped list, block lists by their shape and domains of the whole site have "
	"higher ceilings of their own.",
	NULL,
};

struct findings {
	struct ed_audit_finding *v;
	size_t n;
};

static void __attribute__((format(printf, 4, 5)))
say(struct findings *f, enum ed_html_tone tone, const char *subject, const char *fmt, ...)
{
	struct ed_audit_finding *at;
	va_list args;

	if (f->n == ED_AUDIT_FINDINGS_MAX)
		return;
	at = &f->v[f->n++];
	at->tone = tone;
	at->subject = subject;
	va_start(args, fmt);
	(void)vsnprintf(at->text, sizeof(at->text), fmt, args);
	va_end(args);
}

static const char *date(int64_t time_ns, char ret[static ED_TIME_TEXT_MAX])
{
	(void)ed_time_to_text(time_ns, ret);
	ret[DATE_N] = '\0';
	return ret;
}

static void judge_trail(const struct ed_audit *a, struct findings *f)
{
	const struct ed_audit_proof *p = &a->proof;

	if (p->bad_id > 0)
		say(f, ED_HTML_BAD, "Audit trail",
		    "row %" PRId64 " is not what its hash says: it was changed", p->bad_id);
	else if (p->missing_id > 0)
		say(f, ED_HTML_BAD, "Audit trail", "row %" PRId64 " is missing", p->missing_id);
	else if (p->n_unbacked > 0)
		say(f, ED_HTML_BAD, "Audit trail",
		    "%" PRIu64 " decisions about alerts are explained by no row", p->n_unbacked);
	else if (p->n_rows == 0)
		say(f, ED_HTML_WARN, "Audit trail", "it is empty: nothing was recorded yet");
	else
		say(f, ED_HTML_GOOD, "Audit trail",
		    "%" PRIu64 " rows, each tied to the one before; whole", p->n_rows);
}

static void judge_analytic(const struct ed_coverage_analytic *x, struct findings *f)
{
	static const enum ed_html_tone tones[ED_COVERAGE_VERDICT_N] = {
		[ED_COVERAGE_WORKS] = ED_HTML_GOOD,
		[ED_COVERAGE_PARTLY] = ED_HTML_WARN,
		[ED_COVERAGE_BLIND] = ED_HTML_BAD,
		[ED_COVERAGE_NONE] = ED_HTML_WARN,
	};
	char reason[ED_AUDIT_FINDING_TEXT_MAX / 2];

	say(f, tones[x->verdict], "Coverage", "%s (%s): %s", x->analytic->id, x->analytic->platform,
	    x->verdict == ED_COVERAGE_NONE ? "no machine of its platform is listed or seen" :
					     ed_coverage_reason(x, reason, sizeof(reason)));
}

static void judge_coverage(const struct ed_audit *a, struct findings *f)
{
	const struct ed_coverage *c = a->conf.coverage;

	if (!c || c->n_sources == 0) {
		say(f, ED_HTML_BAD, "Coverage",
		    "no source has told anything: nothing was read into the store");
		return;
	}
	if (c->n_listed == 0)
		say(f, ED_HTML_WARN, "Coverage", "no inventory: no machine can be missed");
	for (uint32_t i = 0; i < c->n_analytics; i++)
		judge_analytic(&c->analytics[i], f);
	if (c->n_gaps > 0)
		say(f, ED_HTML_WARN, "Coverage", "%u gap%s named below", c->n_gaps,
		    c->n_gaps == 1 ? " is" : "s are");
	else
		say(f, ED_HTML_GOOD, "Coverage", "no gap was found");
}

static void judge_retention(const struct ed_audit *a, struct findings *f)
{
	const struct ed_audit_conf *c = &a->conf;
	char from[ED_TIME_TEXT_MAX];

	if (c->n_history_days == 0) {
		say(f, ED_HTML_BAD, "Retention", "no history of lookups is kept");
		return;
	}
	(void)date(c->history_from_ns, from);
	if (c->retention_ns == 0)
		say(f, ED_HTML_WARN, "Retention", "lookups are kept from %s; no target was named",
		    from);
	else if (c->history_from_ns > c->now_ns - c->retention_ns)
		say(f, ED_HTML_WARN, "Retention",
		    "lookups are kept from %s: less than the target of %" PRId64 " days", from,
		    c->retention_ns / (86400 * ED_NS_PER_S));
	else
		say(f, ED_HTML_GOOD, "Retention", "lookups are kept from %s, as the target asks",
		    from);
}

static void judge_baseline(const struct ed_audit *a, struct findings *f)
{
	const struct ed_baseline *b = a->conf.baseline;
	char made[ED_TIME_TEXT_MAX];

	if (!b) {
		say(f, ED_HTML_WARN, "Baseline",
		    "none was named: what is normal here was not learnt, or not shown");
		return;
	}
	(void)date(b->made_ns, made);
	if (b->made_ns != 0 && a->conf.now_ns - b->made_ns > stale_ns)
		say(f, ED_HTML_WARN, "Baseline", "learnt on %s, more than 90 days ago", made);
	else
		say(f, ED_HTML_GOOD, "Baseline", "learnt on %s from %" PRIu64 " lookups", made,
		    b->n_lookups);
}

static void judge_settings(const struct ed_audit *a, struct findings *f)
{
	const char *s = a->changes.n_all == 1 ? "" : "s";
	size_t n = 0;

	for (size_t i = 0; i < a->n_settings; i++)
		n += strcmp(a->settings[i].value, a->settings[i].def) != 0;
	if (a->n_settings == 0)
		say(f, ED_HTML_WARN, "Settings", "no run has recorded its settings");
	else if (n == 0)
		say(f, ED_HTML_GOOD, "Settings",
		    "all are as shipped; %" PRIu64 " change%s on record", a->changes.n_all, s);
	else
		say(f, ED_HTML_GOOD, "Settings",
		    "%zu %s from what is shipped; %" PRIu64 " change%s on record", n,
		    n == 1 ? "differs" : "differ", a->changes.n_all, s);
}

static void judge_alerts(const struct ed_audit *a, struct findings *f)
{
	uint64_t n_open = a->n_by[ED_LEVEL_HIGH][ED_TRIAGE_OPEN] +
			  a->n_by[ED_LEVEL_CRITICAL][ED_TRIAGE_OPEN];
	char from[ED_TIME_TEXT_MAX];

	if (a->n_alerts_all == 0)
		say(f, ED_HTML_WARN, "Alerts", "none were ever kept");
	else if (n_open > 0)
		say(f, ED_HTML_BAD, "Alerts",
		    "%" PRIu64
		    " of level high or critical wait for a decision, the oldest since %s",
		    n_open, date(a->oldest_open_ns, from));
	else
		say(f, ED_HTML_GOOD, "Alerts",
		    "every alert of level high or critical was decided about");
	if (a->n_grown > 0)
		say(f, ED_HTML_WARN, "Alerts", "%" PRIu64 " went on after they were decided about",
		    a->n_grown);
	if (a->n_suppressed > 0)
		say(f, ED_HTML_WARN, "Alerts", "%" PRIu64 " are hidden by rules of the site",
		    a->n_suppressed);
}

/* The last result of the analytic @id; NULL: none. */
static const struct ed_audit_entry *last_drill(const struct ed_audit *a, const char *id)
{
	char analytic[32];

	for (size_t i = a->drills.n; i > 0; i--) {
		const struct ed_audit_entry *e = &a->drills.v[i - 1];

		if (ed_audit_field(e->detail, "analytic", analytic, sizeof(analytic)) &&
		    strcmp(analytic, id) == 0)
			return e;
	}
	return NULL;
}

static void judge_drill(const struct ed_audit *a, const char *id, struct findings *f)
{
	const struct ed_audit_entry *e = last_drill(a, id);
	char step[48] = "", why[160] = "", on[ED_TIME_TEXT_MAX];

	if (!e) {
		say(f, ED_HTML_WARN, "Drills", "%s was never drilled", id);
		return;
	}
	(void)date(e->time_ns, on);
	(void)ed_audit_field(e->detail, "step", step, sizeof(step));
	(void)ed_audit_field(e->detail, "why", why, sizeof(why));
	if (strcmp(step, "passed") != 0)
		say(f, ED_HTML_BAD, "Drills", "%s on %s: broke at \"%s\"%s%s", id, on, step,
		    *why ? ": " : "", why);
	else if (a->conf.now_ns - e->time_ns > stale_ns)
		say(f, ED_HTML_WARN, "Drills", "%s on %s: passed, but more than 90 days ago", id,
		    on);
	else
		say(f, ED_HTML_GOOD, "Drills", "%s on %s: passed", id, on);
}

static void judge_drills(const struct ed_audit *a, struct findings *f)
{
	if (a->drills.n_all == 0) {
		say(f, ED_HTML_WARN, "Drills",
		    "no drill was run: nothing proves the chain from end to end");
		return;
	}
	for (size_t i = 0; ed_analytics[i]; i++)
		judge_drill(a, ed_analytics[i]->id, f);
}

size_t ed_audit_findings(const struct ed_audit *a,
			 struct ed_audit_finding ret[static ED_AUDIT_FINDINGS_MAX])
{
	struct findings f = { .v = ret };

	judge_trail(a, &f);
	judge_coverage(a, &f);
	judge_retention(a, &f);
	judge_baseline(a, &f);
	judge_settings(a, &f);
	judge_alerts(a, &f);
	judge_drills(a, &f);
	return f.n;
}
