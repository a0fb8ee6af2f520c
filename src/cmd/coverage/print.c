/* SPDX-License-Identifier: Apache-2.0 */
/* A coverage report on a terminal; see print.h. */
#include "cmd/coverage/print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cmd/out/text.h"

enum { COLUMNS = 100, HOURS_SHOWN = 24, RESOLVERS_SHOWN = 20, GAPS_OF_A_KIND = 50 };

static const int64_t HOUR_NS = 3600 * ED_NS_PER_S;

/* Escaped: labels are other people's words. */
static void cell(struct ed_grid *g, const char *text)
{
	char shown[ED_COVERAGE_DETAIL_MAX];

	ed_grid_cell(g, ed_text_escape(text[0] ? text : "-", shown, sizeof(shown)));
}

static void cell_count(struct ed_grid *g, uint64_t n)
{
	char text[ED_COUNT_TEXT_MAX];

	ed_grid_cell(g, n ? ed_text_count(n, text) : "-");
}

static void cell_time(struct ed_grid *g, int64_t time_ns)
{
	char text[ED_TIME_TEXT_MAX] = "-";

	if (time_ns != ED_TIME_UNKNOWN_NS) {
		ed_time_to_text(time_ns, text);
		text[10] = ' ';
		text[16] = '\0'; /* to the minute */
	}
	ed_grid_cell(g, text);
}

static int end_grid(struct ed_grid *g, FILE *f)
{
	int r = ed_grid_print(g, f);

	ed_grid_done(g);
	return r;
}

/* ------------------------------------------------------------------- verdicts */

static void print_head(const struct ed_coverage *c, FILE *f)
{
	char from[ED_TIME_TEXT_MAX], to[ED_TIME_TEXT_MAX];
	uint32_t n_seen = 0, n_unlisted = 0, n_sources = 0;

	for (uint32_t i = 0; i < c->n_assets; i++) {
		const struct ed_coverage_asset *m = &c->assets[i];

		n_seen += i < c->n_listed && m->n_own + m->n_net + m->n_flows + m->n_own_others > 0;
		n_unlisted += i >= c->n_listed && m->is_there;
	}
	for (uint32_t i = 0; i < c->n_sources; i++)
		n_sources += c->sources[i].n_hours > 0;
	ed_time_to_text(c->from_ns, from);
	ed_time_to_text(c->to_ns, to);
	(void)fprintf(f, " Coverage from %.10s %.5s to %.10s %.5s UTC: ", from, from + 11, to,
		      to + 11);
	if (c->n_listed > 0)
		(void)fprintf(f, "%u of %u listed machines seen, %u others; ", (unsigned)n_seen,
			      (unsigned)c->n_listed, (unsigned)n_unlisted);
	else
		(void)fprintf(f, "%u machines seen, none listed (--inventory); ",
			      (unsigned)n_unlisted);
	(void)fprintf(f, "%u source%s, %u gap%s\n\n", (unsigned)n_sources,
		      n_sources == 1 ? "" : "s", (unsigned)c->n_gaps, c->n_gaps == 1 ? "" : "s");
}

static void print_tunables(const struct ed_coverage_analytic *a, FILE *f)
{
	const char *before = "no effect for lack of fields: ";
	char text[256];
	size_t used = 0;

	for (unsigned i = 0; a->analytic->tunables[i].name; i++) {
		if (!(a->idle_tunables >> i & 1))
			continue;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", before,
					 a->analytic->tunables[i].name);
		before = ", ";
	}
	before = used ? "; not set: " : "not set: ";
	for (unsigned i = 0; a->analytic->tunables[i].name && used < sizeof(text); i++) {
		if (!(a->unset_tunables >> i & 1) || (a->idle_tunables >> i & 1))
			continue;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", before,
					 a->analytic->tunables[i].name);
		before = ", ";
	}
	if (used > 0) {
		(void)fputs("      ", f);
		ed_text_wrap(f, text, 6, 6, COLUMNS);
	}
}

static void print_remedies(const struct ed_coverage_analytic *a, FILE *f)
{
	uint32_t missing = a->missing_needs | a->missing_wants;

	for (const struct ed_analytic_remedy *r = a->analytic->remedies; r->what; r++) {
		if (!(r->brings & missing))
			continue;
		(void)fputs("      + ", f);
		ed_text_wrap(f, r->what, 8, 8, COLUMNS);
		for (const char *line = r->how; line;) {
			const char *end = strchr(line, '\n');

			/* not wrapped: it is there to be copied */
			(void)fprintf(f, "          %.*s\n",
				      (int)(end ? end - line : (long)strlen(line)), line);
			line = end ? end + 1 : NULL;
		}
	}
}

static void print_analytics(const struct ed_coverage *c, FILE *f)
{
	char reason[512];

	for (uint32_t i = 0; i < c->n_analytics; i++) {
		const struct ed_coverage_analytic *a = &c->analytics[i];

		(void)fprintf(f, " %s %s: %s\n", a->analytic->id, a->analytic->platform,
			      ed_coverage_verdict_name(a->verdict));
		if (ed_coverage_reason(a, reason, sizeof(reason))[0]) {
			(void)fputs("      ", f);
			ed_text_wrap(f, reason, 6, 6, COLUMNS);
		}
		if (a->verdict != ED_COVERAGE_NONE)
			print_tunables(a, f);
		if (a->verdict == ED_COVERAGE_PARTLY || a->verdict == ED_COVERAGE_BLIND)
			print_remedies(a, f);
	}
}

/* -------------------------------------------------------------------- tables */

/* The last hours of the period, a sign each: '#' the source told something. */
static void hours_of_source(const struct ed_coverage *c, uint32_t source, char ret[HOURS_SHOWN + 1])
{
	const struct ed_presence *p = c->conf.presence;
	int64_t first = c->to_ns / HOUR_NS - (HOURS_SHOWN - 1);

	memset(ret, '.', HOURS_SHOWN);
	ret[HOURS_SHOWN] = '\0';
	for (uint32_t i = 0; i < p->n_hours; i++) {
		int64_t at = p->hours[i].hour - first;

		if (p->hours[i].source == source && at >= 0 && at < HOURS_SHOWN)
			ret[at] = '#';
	}
}

static int print_sources(const struct ed_coverage *c, FILE *f)
{
	static const char *const heads[] = { " SOURCE", "KIND",       "MACHINES", "LOOKUPS",
					     "OTHERS",  "LAST EVENT", "LAG",      "LAST 24 HOURS" };
	char hours[HOURS_SHOWN + 1], lag[ED_COVERAGE_SPAN_MAX], name[ED_PRESENCE_SOURCE_MAX + 1];
	struct ed_grid g;

	ed_grid_init(&g, sizeof(heads) / sizeof(heads[0]));
	for (size_t i = 0; i < g.n_columns; i++)
		ed_grid_cell(&g, heads[i]);
	for (uint32_t i = 0; i < c->n_sources; i++) {
		const struct ed_coverage_source *s = &c->sources[i];

		if (s->n_hours == 0)
			continue;
		(void)snprintf(name, sizeof(name), " %s", s->id->name);
		cell(&g, name);
		ed_grid_cell(&g, ed_coverage_class_name(s->class));
		cell_count(&g, s->n_machines);
		cell_count(&g, s->n_lookups);
		cell_count(&g, s->n_others);
		cell_time(&g, s->last_ns);
		ed_grid_cell(&g, s->n_lagged ? ed_coverage_span_text(s->lag_s, lag) : "-");
		hours_of_source(c, i, hours);
		ed_grid_cell(&g, hours);
	}
	(void)fputc('\n', f);
	return end_grid(&g, f);
}

static int print_networks(const struct ed_coverage *c, FILE *f)
{
	static const char *const heads[] = { " NETWORK", "MACHINES", "LOOKUPS SEEN", "OWN LOG",
					     "CONNECTIONS SEEN" };
	char name[ED_COVERAGE_TEXT_MAX + 1];
	struct ed_grid g;

	if (c->n_networks == 0)
		return 0;
	ed_grid_init(&g, sizeof(heads) / sizeof(heads[0]));
	for (size_t i = 0; i < g.n_columns; i++)
		ed_grid_cell(&g, heads[i]);
	for (uint32_t i = 0; i < c->n_networks; i++) {
		const struct ed_coverage_network *n = &c->networks[i];

		(void)snprintf(name, sizeof(name), " %s", n->name);
		cell(&g, name);
		cell_count(&g, n->n_assets);
		cell_count(&g, n->n_net);
		cell_count(&g, n->n_own);
		cell_count(&g, n->n_flows);
	}
	(void)fputc('\n', f);
	return end_grid(&g, f);
}

static int print_resolvers(const struct ed_coverage *c, FILE *f)
{
	static const char *const heads[] = { " RESOLVER", "NAME", "THE SITE'S", "WAY",
					     "CLIENTS",   "SEEN", "LAST" };
	char addr[ED_ADDR_TEXT_MAX + 1] = " ";
	struct ed_grid g;

	if (c->n_resolvers == 0)
		return 0;
	ed_grid_init(&g, sizeof(heads) / sizeof(heads[0]));
	for (size_t i = 0; i < g.n_columns; i++)
		ed_grid_cell(&g, heads[i]);
	for (uint32_t i = 0; i < c->n_resolvers && i < RESOLVERS_SHOWN; i++) {
		const struct ed_coverage_resolver *s = &c->resolvers[i];

		(void)ed_addr_to_text(&s->addr, addr + 1);
		ed_grid_cell(&g, addr);
		cell(&g, s->label);
		ed_grid_cell(&g, s->is_listed ? "yes" : "no");
		ed_grid_cell(&g, ed_coverage_way_name(s->way));
		cell_count(&g, s->n_clients);
		cell_count(&g, s->n);
		cell_time(&g, s->last_ns);
	}
	(void)fputc('\n', f);
	if (end_grid(&g, f) < 0)
		return -ENOMEM;
	if (c->n_resolvers > RESOLVERS_SHOWN)
		(void)fprintf(f, " ... and %u more\n", (unsigned)c->n_resolvers - RESOLVERS_SHOWN);
	return 0;
}

/* ------------------------------------------------------------------ machines */

static void machine_abilities(const struct ed_coverage *c, const struct ed_coverage_asset *m,
			      char *ret, size_t n)
{
	size_t used = 0;

	ret[0] = '\0';
	for (uint32_t i = 0; i < c->n_analytics && used < n; i++) {
		if (m->ability[i] == ED_ABILITY_N)
			continue;
		used += (size_t)snprintf(
			ret + used, n - used, "%s%s %s", used ? ", " : "",
			c->analytics[i].analytic->id,
			m->ability[i] == ED_ABILITY_OFF ? "blind" : ed_ability_name(m->ability[i]));
	}
}

/* The hours of the last day in which any source told of each machine; 24 signs a machine. */
static void hours_of_machines(const struct ed_coverage *c, char *ret)
{
	const struct ed_presence *p = c->conf.presence;
	int64_t first = c->to_ns / HOUR_NS - (HOURS_SHOWN - 1);

	for (uint32_t i = 0; i < p->n_days; i++) {
		const struct ed_presence_day *row = &p->days[i];

		if (c->asset_of_day[i] >= c->n_assets)
			continue;
		for (int64_t h = 0; h < 24; h++) {
			int64_t at = (int64_t)row->day * 24 + h - first;

			if ((row->hours >> h & 1) && at >= 0 && at < HOURS_SHOWN)
				ret[(size_t)c->asset_of_day[i] * HOURS_SHOWN + at] = '#';
		}
	}
}

static int print_machines(const struct ed_coverage *c, FILE *f)
{
	static const char *const heads[] = {
		" MACHINE", "PLATFORM",  "NETWORK",       "SOURCES",
		"OWN",      "NETWORK'S", "LAST 24 HOURS", "ANALYTICS"
	};
	char *hours = malloc((size_t)c->n_assets * HOURS_SHOWN + 1);
	char name[ED_COVERAGE_TEXT_MAX + 1], text[256];
	struct ed_grid g;

	if (!hours)
		return -ENOMEM;
	memset(hours, '.', (size_t)c->n_assets * HOURS_SHOWN);
	hours_of_machines(c, hours);
	ed_grid_init(&g, sizeof(heads) / sizeof(heads[0]));
	for (size_t i = 0; i < g.n_columns; i++)
		ed_grid_cell(&g, heads[i]);
	for (uint32_t i = 0; i < c->n_assets; i++) {
		const struct ed_coverage_asset *m = &c->assets[i];

		if (!m->is_there)
			continue;
		(void)snprintf(name, sizeof(name), " %s", m->label);
		cell(&g, name);
		ed_grid_cell(&g, ed_platform_name(m->platform));
		cell(&g, m->asset ? m->asset->network : "");
		cell_count(&g, m->n_sources);
		cell_count(&g, m->n_own);
		cell_count(&g, m->n_net);
		(void)snprintf(text, sizeof(text), "%.24s", hours + (size_t)i * HOURS_SHOWN);
		ed_grid_cell(&g, text);
		machine_abilities(c, m, text, sizeof(text));
		cell(&g, text);
	}
	free(hours);
	(void)fputc('\n', f);
	return end_grid(&g, f);
}

/* ---------------------------------------------------------------------- gaps */

static void print_gap(const struct ed_coverage_gap *gap, FILE *f)
{
	char subject[ED_COVERAGE_TEXT_MAX * 4], detail[ED_COVERAGE_DETAIL_MAX * 4];
	char line[2048], from[ED_TIME_TEXT_MAX], to[ED_TIME_TEXT_MAX], when[96] = "";

	ed_text_escape(gap->subject, subject, sizeof(subject));
	ed_text_escape(gap->detail, detail, sizeof(detail));
	if (gap->from_ns != ED_TIME_UNKNOWN_NS) {
		ed_time_to_text(gap->from_ns, from);
		ed_time_to_text(gap->to_ns, to);
		(void)snprintf(when, sizeof(when), ", %.10s %.5s%s", from, from + 11,
			       gap->to_ns == ED_TIME_UNKNOWN_NS ? "" : " to ");
		if (gap->to_ns != ED_TIME_UNKNOWN_NS)
			(void)snprintf(when + strlen(when), sizeof(when) - strlen(when),
				       "%.10s %.5s", to, to + 11);
	}
	(void)snprintf(line, sizeof(line), "%s%s%s%s", subject, detail[0] ? ": " : "", detail,
		       when);
	(void)fputs("   ", f);
	ed_text_wrap(f, line, 5, 3, COLUMNS);
}

static void print_gaps(const struct ed_coverage *c, FILE *f)
{
	uint32_t n = 0;

	(void)fputs(c->n_gaps ? "\n GAPS\n" : "\n No gaps.\n", f);
	for (uint32_t i = 0; i < c->n_gaps; i++) {
		const struct ed_coverage_gap *gap = &c->gaps[i];
		const struct ed_coverage_gap_row *row = &ed_coverage_gap_rows[gap->kind];
		bool last = i + 1 == c->n_gaps || c->gaps[i + 1].kind != gap->kind;

		if (n == 0)
			(void)fprintf(f, "  %s (%s)\n", row->title, row->name);
		if (n++ < GAPS_OF_A_KIND)
			print_gap(gap, f);
		if (!last)
			continue;
		if (n > GAPS_OF_A_KIND)
			(void)fprintf(f, "   ... and %u more\n", (unsigned)n - GAPS_OF_A_KIND);
		(void)fputs("   > ", f);
		ed_text_wrap(f, row->remedy, 5, 5, COLUMNS);
		n = 0;
	}
}

int ed_coverage_print(const struct ed_coverage *c, bool machines, FILE *f)
{
	int r;

	print_head(c, f);
	print_analytics(c, f);
	r = print_sources(c, f);
	if (r == 0)
		r = print_networks(c, f);
	if (r == 0)
		r = print_resolvers(c, f);
	if (r == 0 && machines)
		r = print_machines(c, f);
	if (r == 0)
		print_gaps(c, f);
	return r;
}
