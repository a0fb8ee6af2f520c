/* SPDX-License-Identifier: Apache-2.0 */
/* A coverage report as a page; see coverage_out.h. */
#include "report/coverage_out.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/time.h"
#include "report/html.h"

enum { HOURS_SHOWN = 72, MACHINE_HOURS = 48 };

static const int64_t HOUR_NS = 3600 * ED_NS_PER_S;

static const uint8_t verdict_tones[ED_COVERAGE_VERDICT_N] = {
	[ED_COVERAGE_WORKS] = ED_HTML_GOOD,
	[ED_COVERAGE_PARTLY] = ED_HTML_WARN,
	[ED_COVERAGE_BLIND] = ED_HTML_BAD,
	[ED_COVERAGE_NONE] = ED_HTML_MUTED,
};

static void cell_u64(struct ed_buf *out, uint64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	ed_html_cell_number(out, text);
}

static void minute_text(int64_t time_ns, char ret[static ED_TIME_TEXT_MAX])
{
	ret[0] = '\0';
	if (time_ns == ED_TIME_UNKNOWN_NS)
		return;
	ed_time_to_text(time_ns, ret);
	ret[10] = ' ';
	ret[16] = '\0';
}

static void cell_time(struct ed_buf *out, int64_t time_ns)
{
	char text[ED_TIME_TEXT_MAX];

	minute_text(time_ns, text);
	ed_html_cell(out, text);
}

/* ------------------------------------------------------------------ analytics */

static void put_tunables(struct ed_buf *out, const struct ed_analytic *a, uint32_t mask,
			 const char *before)
{
	bool any = false;

	for (unsigned i = 0; a->tunables[i].name; i++) {
		if (!(mask >> i & 1))
			continue;
		ed_html_printf(out, "%s%s", any ? ", " : before, a->tunables[i].name);
		any = true;
	}
	if (any)
		ed_buf_puts(out, "<br>");
}

static void put_remedies(struct ed_buf *out, const struct ed_coverage_analytic *a)
{
	uint32_t missing = a->missing_needs | a->missing_wants;
	bool any = false;

	for (const struct ed_analytic_remedy *r = a->analytic->remedies; r->what; r++) {
		if (!(r->brings & missing) || a->verdict == ED_COVERAGE_NONE)
			continue;
		if (!any)
			ed_html_open(out, "ul");
		any = true;
		ed_html_open(out, "li");
		ed_html_text(out, r->what);
		ed_buf_puts(out, "<br>");
		ed_html_code(out, r->how);
		ed_html_close(out, "li");
	}
	if (any)
		ed_html_close(out, "ul");
}

static void put_analytics(struct ed_buf *out, const struct ed_coverage *c)
{
	static const char *const heads[] = { "Analytic", "Verdict", "Why, and what to switch on",
					     NULL };
	char text[512];

	ed_html_heading(out, 2, "The five analytics");
	ed_html_table(out, heads);
	for (uint32_t i = 0; i < c->n_analytics; i++) {
		const struct ed_coverage_analytic *a = &c->analytics[i];

		ed_html_row(out);
		(void)snprintf(text, sizeof(text), "%s %s", a->analytic->id, a->analytic->platform);
		ed_html_cell(out, text);
		ed_html_cell_open(out);
		ed_html_badge(out, verdict_tones[a->verdict], ed_coverage_verdict_name(a->verdict));
		ed_html_cell_close(out);
		ed_html_cell_open(out);
		ed_html_text(out, ed_coverage_reason(a, text, sizeof(text)));
		ed_buf_puts(out, "<br>");
		put_tunables(out, a->analytic, a->idle_tunables, "No effect for lack of fields: ");
		put_tunables(out, a->analytic, a->unset_tunables & ~a->idle_tunables, "Not set: ");
		put_remedies(out, a);
		ed_html_cell_close(out);
		ed_html_row_end(out);
	}
	ed_html_table_end(out);
}

/* ----------------------------------------------------------------------- gaps */

static void put_gap(struct ed_buf *out, const struct ed_coverage_gap *gap)
{
	char text[ED_TIME_TEXT_MAX];

	ed_html_row(out);
	ed_html_cell_tone(out, ED_HTML_BAD, gap->subject);
	ed_html_cell(out, ed_coverage_gap_rows[gap->kind].title);
	ed_html_cell(out, gap->detail);
	ed_html_cell_open(out);
	minute_text(gap->from_ns, text);
	ed_html_text(out, text);
	minute_text(gap->to_ns, text);
	if (text[0])
		ed_html_printf(out, " to %s", text);
	ed_html_cell_close(out);
	ed_html_cell(out, ed_coverage_gap_rows[gap->kind].remedy);
	ed_html_row_end(out);
}

static void put_gaps(struct ed_buf *out, const struct ed_coverage *c)
{
	static const char *const heads[] = {
		"What", "Gap", "Seen", "When (UTC)", "What to do", NULL
	};

	ed_html_heading(out, 2, "Gaps");
	if (c->n_gaps == 0) {
		ed_html_para(out, "None was found in what the sources and the inventory can show.");
		return;
	}
	ed_html_table(out, heads);
	for (uint32_t i = 0; i < c->n_gaps; i++)
		put_gap(out, &c->gaps[i]);
	ed_html_table_end(out);
	if (c->n_gaps_lost > 0)
		ed_html_printf(out, "%llu more are left out.", (unsigned long long)c->n_gaps_lost);
}

/* ------------------------------------------------------------ sources and ways */

/* Events of the last hours; a hole before the source began. */
static void put_spark(struct ed_buf *out, const struct ed_coverage *c, uint32_t source,
		      const struct ed_presence_hour *hours, uint32_t n_hours)
{
	int64_t first = c->to_ns / HOUR_NS - (HOURS_SHOWN - 1);
	double v[HOURS_SHOWN] = { 0 };

	for (uint32_t i = 0; i < n_hours; i++) {
		int64_t at = hours[i].hour - first;

		if (hours[i].source == source && at >= 0 && at < HOURS_SHOWN)
			v[at] += (double)hours[i].n_lookups + hours[i].n_others;
	}
	ed_html_cell_open(out);
	ed_html_spark(out, v, HOURS_SHOWN, "events an hour in the last 72 hours");
	ed_html_cell_close(out);
}

static void put_sources(struct ed_buf *out, const struct ed_coverage *c)
{
	static const char *const heads[] = { "Source",        "Kind", "Machines", "Lookups",
					     "Other events",  "From", "To",       "Lag",
					     "Last 72 hours", NULL };
	const struct ed_presence *p = c->conf.presence;
	char lag[ED_COVERAGE_SPAN_MAX];

	ed_html_heading(out, 2, "Sources");
	ed_html_table(out, heads);
	for (uint32_t i = 0; i < c->n_sources; i++) {
		const struct ed_coverage_source *s = &c->sources[i];

		if (s->n_hours == 0)
			continue;
		ed_html_row(out);
		ed_html_cell_open(out);
		ed_html_printf(out, "%s (%s)", s->id->name, s->id->format);
		ed_html_cell_close(out);
		ed_html_cell(out, ed_coverage_class_name(s->class));
		cell_u64(out, s->n_machines);
		cell_u64(out, s->n_lookups);
		cell_u64(out, s->n_others);
		cell_time(out, s->first_ns);
		cell_time(out, s->last_ns);
		ed_html_cell_number(out, s->n_lagged ? ed_coverage_span_text(s->lag_s, lag) : "");
		put_spark(out, c, i, p->hours, p->n_hours);
		ed_html_row_end(out);
	}
	ed_html_table_end(out);
}

static void put_networks(struct ed_buf *out, const struct ed_coverage *c)
{
	static const char *const heads[] = { "Network",      "Machines",         "Lookups seen",
					     "With own log", "Connections seen", NULL };

	if (c->n_networks == 0)
		return;
	ed_html_heading(out, 2, "Networks");
	ed_html_table(out, heads);
	for (uint32_t i = 0; i < c->n_networks; i++) {
		ed_html_row(out);
		ed_html_cell(out, c->networks[i].name);
		cell_u64(out, c->networks[i].n_assets);
		cell_u64(out, c->networks[i].n_net);
		cell_u64(out, c->networks[i].n_own);
		cell_u64(out, c->networks[i].n_flows);
		ed_html_row_end(out);
	}
	ed_html_table_end(out);
}

static void put_resolvers(struct ed_buf *out, const struct ed_coverage *c)
{
	static const char *const heads[] = { "Server",  "Name", "The site's", "Way",
					     "Clients", "Seen", "Last",       NULL };
	char addr[ED_ADDR_TEXT_MAX];

	if (c->n_resolvers == 0)
		return;
	ed_html_heading(out, 2, "Resolvers and ways out");
	ed_html_table(out, heads);
	for (uint32_t i = 0; i < c->n_resolvers; i++) {
		const struct ed_coverage_resolver *s = &c->resolvers[i];

		ed_html_row(out);
		(void)ed_addr_to_text(&s->addr, addr);
		ed_html_cell(out, addr);
		ed_html_cell(out, s->label);
		ed_html_cell_tone(out, s->is_listed ? ED_HTML_GOOD : ED_HTML_WARN,
				  s->is_listed ? "yes" : "no");
		ed_html_cell(out, ed_coverage_way_name(s->way));
		cell_u64(out, s->n_clients);
		cell_u64(out, s->n);
		cell_time(out, s->last_ns);
		ed_html_row_end(out);
	}
	ed_html_table_end(out);
}

/* ------------------------------------------------------------------ machines */

/* What told of each machine in each of the last hours: both kinds good, the network alone a
 * warning, its own log alone plain. */
static void fill_strips(const struct ed_coverage *c, uint8_t *own, uint8_t *net)
{
	const struct ed_presence *p = c->conf.presence;
	int64_t first = c->to_ns / HOUR_NS - (MACHINE_HOURS - 1);

	for (uint32_t i = 0; i < p->n_days; i++) {
		const struct ed_presence_day *d = &p->days[i];
		uint8_t *strip = d->lookups[1] || d->others[1] ? own : net;

		if (c->asset_of_day[i] >= c->n_assets)
			continue;
		for (int64_t h = 0; h < 24; h++) {
			int64_t at = (int64_t)d->day * 24 + h - first;

			if ((d->hours >> h & 1) && at >= 0 && at < MACHINE_HOURS)
				strip[(size_t)c->asset_of_day[i] * MACHINE_HOURS + at] = 1;
		}
	}
}

static void put_strip(struct ed_buf *out, const uint8_t *own, const uint8_t *net)
{
	uint8_t tones[MACHINE_HOURS];

	for (unsigned h = 0; h < MACHINE_HOURS; h++)
		tones[h] = own[h] && net[h] ? ED_HTML_GOOD :
			   net[h]           ? ED_HTML_WARN :
			   own[h]           ? ED_HTML_PLAIN :
					      ED_HTML_MUTED;
	ed_html_cell_open(out);
	ed_html_strip(out, tones, MACHINE_HOURS, "the last 48 hours");
	ed_html_cell_close(out);
}

static void put_abilities(struct ed_buf *out, const struct ed_coverage *c,
			  const struct ed_coverage_asset *m)
{
	ed_html_cell_open(out);
	for (uint32_t i = 0; i < c->n_analytics; i++) {
		unsigned ability = m->ability[i];

		if (ability == ED_ABILITY_N)
			continue;
		ed_html_badge(out,
			      ability == ED_ABILITY_WORKS  ? ED_HTML_GOOD :
			      ability == ED_ABILITY_PARTLY ? ED_HTML_WARN :
							     ED_HTML_BAD,
			      c->analytics[i].analytic->id);
		ed_html_printf(out, " %s ",
			       ability == ED_ABILITY_OFF ? "blind" : ed_ability_name(ability));
	}
	ed_html_cell_close(out);
}

static void put_machine(struct ed_buf *out, const struct ed_coverage *c,
			const struct ed_coverage_asset *m)
{
	bool listed = m->asset && m->asset->id > 0;

	ed_html_row(out);
	ed_html_cell(out, m->label);
	ed_html_cell(out, ed_platform_name(m->platform));
	ed_html_cell(out, listed ? ed_asset_role_name(m->asset->role) : "not listed");
	ed_html_cell(out, m->asset ? m->asset->network : "");
	cell_u64(out, m->n_own);
	cell_u64(out, m->n_net);
	cell_time(out, m->last_ns);
	put_abilities(out, c, m);
}

static void put_machines(struct ed_buf *out, const struct ed_coverage *c)
{
	static const char *const heads[] = { "Machine", "Platform",  "Role",
					     "Network", "Own log",   "Seen by the network",
					     "Last",    "Analytics", "Last 48 hours",
					     NULL };
	uint8_t *own = ed_mem_zalloc((size_t)c->n_assets + 1, MACHINE_HOURS);
	uint8_t *net = ed_mem_zalloc((size_t)c->n_assets + 1, MACHINE_HOURS);
	uint32_t n = 0, n_more = 0;

	if (!own || !net) {
		out->full = true;
	} else {
		fill_strips(c, own, net);
		ed_html_heading(out, 2, "Machines");
		ed_html_para(
			out,
			"Hours: green is told by the machine's own log and by the network, yellow "
			"by the network alone, blue by its own log alone, grey by nothing.");
		ed_html_table(out, heads);
	}
	for (uint32_t i = 0; own && net && i < c->n_assets; i++) {
		if (!c->assets[i].is_there)
			continue;
		if (n == ED_COVERAGE_HTML_MACHINES) {
			n_more++;
			continue;
		}
		n++;
		put_machine(out, c, &c->assets[i]);
		put_strip(out, own + (size_t)i * MACHINE_HOURS, net + (size_t)i * MACHINE_HOURS);
		ed_html_row_end(out);
	}
	if (own && net)
		ed_html_table_end(out);
	if (n_more > 0)
		ed_html_printf(out, "%u more machines are in the JSON form of this report.",
			       (unsigned)n_more);
	ed_mem_free(own);
	ed_mem_free(net);
}

void ed_coverage_html_sections(const struct ed_coverage *c, struct ed_buf *out)
{
	put_analytics(out, c);
	put_gaps(out, c);
	put_sources(out, c);
	put_networks(out, c);
	put_resolvers(out, c);
	put_machines(out, c);
}

void ed_coverage_html(const struct ed_coverage *c, struct ed_buf *out)
{
	char from[ED_TIME_TEXT_MAX], to[ED_TIME_TEXT_MAX], lead[160];

	minute_text(c->from_ns, from);
	minute_text(c->to_ns, to);
	(void)snprintf(lead, sizeof(lead), "%s to %s UTC; %u machines listed, %u gaps", from, to,
		       (unsigned)c->n_listed, (unsigned)c->n_gaps);
	ed_html_begin(out, "Coverage: what is seen of DNS, and what is not", lead);
	ed_coverage_html_sections(c, out);
	ed_html_end(out, "Made by earthdog coverage. What no source can show is not in here.");
}
