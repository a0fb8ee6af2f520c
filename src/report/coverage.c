/* SPDX-License-Identifier: Apache-2.0 */
/* From presence to machines, sources, networks and verdicts; see coverage.h. */
#include "report/coverage.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"
#include "record/lag.h"
#include "report/coverage_int.h"

enum { OUTSIDE = UINT32_MAX };

const struct ed_coverage_gap_row ed_coverage_gap_rows[ED_GAP_N] = {
#define ED_COVERAGE_GAP_ROW(id, name, title, remedy) { name, title, remedy },
	ED_COVERAGE_GAPS(ED_COVERAGE_GAP_ROW)
#undef ED_COVERAGE_GAP_ROW
};

const char *ed_coverage_class_name(enum ed_coverage_class c)
{
	static const char *const names[ED_COVERAGE_CLASS_N] = {
		[ED_COVERAGE_SENSOR] = "sensor",
		[ED_COVERAGE_RESOLVER] = "resolver log",
		[ED_COVERAGE_OWN] = "machines' logs",
		[ED_COVERAGE_FLOWS] = "connections",
	};

	return c < ED_COVERAGE_CLASS_N ? names[c] : "unknown";
}

const char *ed_coverage_verdict_name(enum ed_coverage_verdict v)
{
	static const char *const names[ED_COVERAGE_VERDICT_N] = {
		[ED_COVERAGE_WORKS] = "works",
		[ED_COVERAGE_PARTLY] = "works partly",
		[ED_COVERAGE_BLIND] = "blind",
		[ED_COVERAGE_NONE] = "no such machines",
	};

	return v < ED_COVERAGE_VERDICT_N ? names[v] : "unknown";
}

const char *ed_coverage_way_name(unsigned way)
{
	static const char *const names[ED_PRESENCE_WAY_N] = {
		[ED_PRESENCE_DNS] = "lookups",       [ED_PRESENCE_DNS_FLOW] = "connections",
		[ED_PRESENCE_DOT] = "TLS",           [ED_PRESENCE_DOH] = "HTTPS",
		[ED_PRESENCE_DNSCRYPT] = "DNSCrypt",
	};

	return way < ED_PRESENCE_WAY_N ? names[way] : "unknown";
}

const char *ed_coverage_span_text(double s, char ret[static ED_COVERAGE_SPAN_MAX])
{
	if (s < 120)
		(void)snprintf(ret, ED_COVERAGE_SPAN_MAX, "%.0f s", s);
	else if (s < 7200)
		(void)snprintf(ret, ED_COVERAGE_SPAN_MAX, "%.0f min", s / 60);
	else if (s < 2 * 86400)
		(void)snprintf(ret, ED_COVERAGE_SPAN_MAX, "%.1f h", s / 3600);
	else
		(void)snprintf(ret, ED_COVERAGE_SPAN_MAX, "%.1f days", s / 86400);
	return ret;
}

/* ---------------------------------------------------------------------- gaps */

struct ed_coverage_gap *ed_coverage_gap_add(struct ed_coverage *c, enum ed_coverage_gap_kind kind,
					    const char *subject)
{
	static struct ed_coverage_gap nowhere;
	struct ed_coverage_gap *gap;

	if (c->n_gaps == c->gaps_cap) {
		uint32_t cap = c->gaps_cap ? 2 * c->gaps_cap : 64;
		struct ed_coverage_gap *all = cap <= ED_COVERAGE_GAPS_MAX ?
						      ed_mem_zalloc(cap, sizeof(*all)) :
						      NULL;

		if (!all) {
			c->n_gaps_lost++;
			return &nowhere;
		}
		if (c->n_gaps > 0)
			memcpy(all, c->gaps, c->n_gaps * sizeof(*all));
		ed_mem_free(c->gaps);
		c->gaps = all;
		c->gaps_cap = cap;
	}
	gap = &c->gaps[c->n_gaps++];
	*gap = (struct ed_coverage_gap){ .kind = kind };
	(void)snprintf(gap->subject, sizeof(gap->subject), "%s", subject);
	return gap;
}

void ed_coverage_gap_detail(struct ed_coverage_gap *gap, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(gap->detail, sizeof(gap->detail), fmt, args);
	va_end(args);
}

/* ------------------------------------------------------------------ machines */

/* Addresses that only a site's own machines have (RFC 1918, 6598, 4193, 3927, 4291). */
static bool is_private(const struct ed_addr *a)
{
	const uint8_t *b = a->b;

	if (!ed_addr_is_v4(a))
		return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
	return b[12] == 10 || (b[12] == 172 && b[13] >> 4 == 1) || (b[12] == 192 && b[13] == 168) ||
	       (b[12] == 100 && b[13] >> 6 == 1) || (b[12] == 169 && b[13] == 254);
}

static void label_asset(struct ed_coverage_asset *a, const struct ed_presence_subject *s)
{
	const struct ed_asset *listed = a->asset && a->asset->id > 0 ? a->asset : NULL;

	if (listed && listed->n_names > 0)
		(void)snprintf(a->label, sizeof(a->label), "%s", listed->name[0]);
	else if (listed && listed->tag[0])
		(void)snprintf(a->label, sizeof(a->label), "%s", listed->tag);
	else if (s && s->host[0])
		(void)snprintf(a->label, sizeof(a->label), "%s", s->host);
	else if (s && ed_addr_known(&s->addr))
		(void)ed_addr_to_text(&s->addr, a->label);
}

/* Whose the subject was at that time: a number of c->assets, or OUTSIDE. */
static uint32_t resolve(struct ed_coverage *c, uint32_t subject, int64_t time_ns)
{
	const struct ed_presence_subject *s = &c->conf.presence->subjects[subject];
	const struct ed_coverage_inventory *inv = &c->conf.inventory;
	const struct ed_asset *found = NULL;
	struct ed_coverage_asset *a;

	if (inv->by_name && s->host[0])
		found = inv->by_name(inv->arg, ed_span_str(s->host));
	if (inv->find && !found && ed_addr_known(&s->addr))
		found = inv->find(inv->arg, &s->addr, s->net_tag, time_ns);
	if (found && found->id > 0 && found->id <= c->n_listed)
		return found->id - 1;
	if (!found && !s->host[0] && !is_private(&s->addr)) {
		c->n_outside++;
		return OUTSIDE;
	}
	a = &c->assets[c->n_listed + subject];
	a->is_there = true;
	a->asset = found;
	a->subject = subject;
	if (!a->label[0])
		label_asset(a, s);
	return c->n_listed + subject;
}

static void list_assets(struct ed_coverage *c)
{
	const struct ed_coverage_inventory *inv = &c->conf.inventory;

	for (uint32_t id = 1; id <= c->n_listed; id++) {
		struct ed_coverage_asset *a = &c->assets[id - 1];
		struct ed_addr addr;

		a->asset = inv->asset(inv->arg, id);
		a->is_there = true;
		a->platform = a->asset->platform;
		a->has_address = inv->addresses(inv->arg, id, c->to_ns, 1, &addr) > 0;
		label_asset(a, NULL);
		if (a->label[0])
			continue;
		if (a->has_address)
			(void)ed_addr_to_text(&addr, a->label);
		else
			(void)snprintf(a->label, sizeof(a->label), "asset %u", (unsigned)id);
	}
}

/* Told by the machine itself. */
static bool is_own(const struct ed_presence_day *row)
{
	return row->lookups[1] != 0 || row->others[1] != 0;
}

static void widen(int64_t *first_ns, int64_t *last_ns, const struct ed_presence_day *row)
{
	if (*first_ns == ED_TIME_UNKNOWN_NS || row->first_ns < *first_ns)
		*first_ns = row->first_ns;
	if (*last_ns == ED_TIME_UNKNOWN_NS || row->last_ns > *last_ns)
		*last_ns = row->last_ns;
}

static void tell_asset(struct ed_coverage_asset *a, const struct ed_presence_day *row)
{
	unsigned platform = row->platform != ED_PLATFORM_UNKNOWN ? row->platform : a->platform;
	bool own = is_own(row);

	for (unsigned i = 0; i < 2; i++) {
		a->told.lookups[i][platform] |= row->lookups[i];
		a->told.others[i][platform] |= row->others[i];
	}
	if (a->platform == ED_PLATFORM_UNKNOWN && own)
		a->platform = row->platform;
	if (row->lookups[1] != 0)
		a->n_own += row->n_lookups;
	else
		a->n_net += row->n_lookups;
	if (own)
		a->n_own_others += row->n_others;
	else if (row->kinds >> ED_EVENT_FLOW & 1)
		a->n_flows += row->n_others;
	widen(&a->first_ns, &a->last_ns, row);
	if (own)
		a->own_source = row->source;
	if (own && row->last_ns > a->last_own_ns)
		a->last_own_ns = row->last_ns;
	if (!own && row->n_lookups > 0 && row->last_ns > a->last_net_ns)
		a->last_net_ns = row->last_ns;
}

/* Hours of @row that lie behind the last word of the machine's own log, as long as that log went on
 * telling of others. */
static void count_hours_without_own(struct ed_coverage *c, struct ed_coverage_asset *a,
				    const struct ed_presence_day *row)
{
	int64_t last = a->last_own_ns / ED_HOUR_NS, until;

	if (is_own(row) || row->n_lookups == 0 || a->last_own_ns == ED_TIME_UNKNOWN_NS)
		return;
	until = c->sources[a->own_source].last_ns / ED_HOUR_NS;
	for (int64_t h = 0; h < 24; h++) {
		int64_t hour = (int64_t)row->day * 24 + h;

		if ((row->hours >> h & 1) && hour > last && hour <= until)
			a->hours_without_own++;
	}
}

static bool in_period(const struct ed_coverage *c, int64_t first_ns, int64_t last_ns)
{
	return last_ns >= c->from_ns && first_ns <= c->to_ns;
}

static void tell_source(struct ed_coverage_source *s, const struct ed_presence_day *row,
			uint8_t *seen_kinds)
{
	s->fields |= row->lookups[0] | row->lookups[1];
	s->n_lookups += row->n_lookups;
	s->n_others += row->n_others;
	if (is_own(row))
		*seen_kinds |= 1u << ED_COVERAGE_OWN;
	else if (row->vantages >> ED_VANTAGE_RESOLVER & 1)
		*seen_kinds |= 1u << ED_COVERAGE_RESOLVER;
	else if (row->n_lookups > 0)
		*seen_kinds |= 1u << ED_COVERAGE_SENSOR;
	widen(&s->first_ns, &s->last_ns, row);
}

static enum ed_coverage_class class_of(uint8_t kinds)
{
	if (kinds >> ED_COVERAGE_OWN & 1)
		return ED_COVERAGE_OWN;
	if (kinds >> ED_COVERAGE_RESOLVER & 1)
		return ED_COVERAGE_RESOLVER;
	return kinds >> ED_COVERAGE_SENSOR & 1 ? ED_COVERAGE_SENSOR : ED_COVERAGE_FLOWS;
}

/* Counts the machines of each source: rows of one machine and source need not be neighbours, so a
 * pair is counted at its first row by a bit. */
static void count_machines(struct ed_coverage *c)
{
	const struct ed_presence *p = c->conf.presence;

	for (uint32_t i = 0; i < p->n_days; i++) {
		size_t pair = (size_t)p->days[i].source * c->n_assets + c->asset_of_day[i];

		if (c->asset_of_day[i] == OUTSIDE || (c->tells[pair / 8] >> pair % 8 & 1))
			continue;
		c->tells[pair / 8] |= (uint8_t)(1u << pair % 8);
		c->sources[p->days[i].source].n_machines++;
		c->assets[c->asset_of_day[i]].n_sources++;
	}
}

static int tell_days(struct ed_coverage *c)
{
	const struct ed_presence *p = c->conf.presence;
	uint8_t *kinds = ed_mem_zalloc(c->n_sources + 1, 1);

	if (!kinds)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->n_days; i++) {
		const struct ed_presence_day *row = &p->days[i];

		c->asset_of_day[i] = OUTSIDE;
		if (!in_period(c, row->first_ns, row->last_ns))
			continue;
		tell_source(&c->sources[row->source], row, &kinds[row->source]);
		c->asset_of_day[i] = resolve(c, row->subject, row->first_ns);
		if (c->asset_of_day[i] != OUTSIDE)
			tell_asset(&c->assets[c->asset_of_day[i]], row);
	}
	for (uint32_t i = 0; i < p->n_days; i++) {
		if (c->asset_of_day[i] != OUTSIDE)
			count_hours_without_own(c, &c->assets[c->asset_of_day[i]], &p->days[i]);
	}
	for (uint32_t i = 0; i < c->n_sources; i++)
		c->sources[i].class = class_of(kinds[i]);
	count_machines(c);
	ed_mem_free(kinds);
	return 0;
}

/* ------------------------------------------------------------------- sources */

static void find_period(struct ed_coverage *c)
{
	const struct ed_presence *p = c->conf.presence;
	int64_t first_ns = INT64_MAX, last_ns = INT64_MIN;

	for (uint32_t i = 0; i < p->n_days; i++) {
		first_ns = p->days[i].first_ns < first_ns ? p->days[i].first_ns : first_ns;
		last_ns = p->days[i].last_ns > last_ns ? p->days[i].last_ns : last_ns;
	}
	c->from_ns = c->conf.from_ns ? c->conf.from_ns : p->n_days ? first_ns : 0;
	c->to_ns = c->conf.to_ns ? c->conf.to_ns : p->n_days ? last_ns : 0;
	if (c->from_ns <= c->to_ns)
		return;
	if (c->conf.to_ns) /* everything is younger than --to */
		c->from_ns = c->to_ns;
	else
		c->to_ns = c->from_ns;
}

static void tell_hours(struct ed_coverage *c)
{
	const struct ed_presence *p = c->conf.presence;

	for (uint32_t i = 0; i < p->n_hours; i++) {
		const struct ed_presence_hour *row = &p->hours[i];
		struct ed_coverage_source *s = &c->sources[row->source];
		int64_t begin_ns = row->hour * ED_HOUR_NS;

		if (!in_period(c, begin_ns, begin_ns + ED_HOUR_NS))
			continue;
		s->n_hours++;
		if (row->n_lagged == 0)
			continue;
		s->n_lagged += row->n_lagged;
		s->lag_s += (double)row->lag_sum; /* codes until all are in */
		if (ed_lag_s(row->lag_max) > s->lag_max_s)
			s->lag_max_s = ed_lag_s(row->lag_max);
	}
	for (uint32_t i = 0; i < c->n_sources; i++) {
		struct ed_coverage_source *s = &c->sources[i];

		s->id = &p->sources[i];
		if (s->n_lagged > 0)
			s->lag_s = ed_lag_s(s->lag_s / (double)s->n_lagged);
	}
}

/* ----------------------------------------------------------------- analytics */

/* AN1124 speaks about whatever the network sees; each other about its platform. */
static bool concerns(const struct ed_analytic *a, const struct ed_coverage_asset *m)
{
	if (a->platform_id == ED_PLATFORM_NETWORK)
		return m->platform != ED_PLATFORM_ESXI;
	return m->platform == a->platform_id;
}

/* What it is told of a machine; the address of one that names itself is the inventory's word. */
static uint32_t fields_for(const struct ed_analytic *a, const struct ed_coverage_asset *m)
{
	uint32_t fields = ed_analytic_told(a, &m->told);

	return fields && m->has_address ? fields | ED_FIELD_CLIENT : fields;
}

static void judge_machine(struct ed_coverage_analytic *v, struct ed_coverage_asset *m, uint32_t row)
{
	struct ed_analytic_ability ability;

	m->ability[row] = ED_ABILITY_N;
	if (!concerns(v->analytic, m))
		return;
	ed_analytic_ability(v->analytic, fields_for(v->analytic, m), &ability);
	m->ability[row] = (uint8_t)ability.state;
	v->n_machines++;
	v->n[ability.state]++;
	v->missing_needs |= ability.missing_needs;
	if (ability.state == ED_ABILITY_OFF)
		return;
	v->missing_wants |= ability.missing_wants;
	v->idle_tunables |= ability.idle_tunables;
}

static uint32_t unset(const struct ed_analytic *a, const void *conf)
{
	uint32_t mask = 0;

	for (unsigned i = 0; a->tunables[i].name; i++) {
		char value[8];

		if (ed_option_print(&a->tunables[i], conf, value, sizeof(value)) == 0)
			mask |= 1u << i;
	}
	return mask;
}

static void judge(struct ed_coverage *c)
{
	for (uint32_t row = 0; ed_analytics[row] && row < ED_ANALYTICS_MAX; row++) {
		struct ed_coverage_analytic *v = &c->analytics[row];

		v->analytic = ed_analytics[row];
		for (uint32_t i = 0; i < c->n_assets; i++) {
			if (c->assets[i].is_there)
				judge_machine(v, &c->assets[i], row);
		}
		v->unset_tunables = unset(v->analytic, (*c->conf.analytic_confs)[row]);
		v->verdict = ED_COVERAGE_PARTLY;
		if (v->n_machines == 0)
			v->verdict = ED_COVERAGE_NONE;
		else if (v->n[ED_ABILITY_OFF] == v->n_machines)
			v->verdict = ED_COVERAGE_BLIND;
		else if (v->n[ED_ABILITY_WORKS] == v->n_machines)
			v->verdict = ED_COVERAGE_WORKS;
		c->n_analytics = row + 1;
	}
}

static size_t list_fields(uint32_t fields, char *ret, size_t n)
{
	size_t used = 0;

	ret[0] = '\0';
	for (unsigned i = 0; i < ED_FIELD_N && used < n; i++) {
		if (fields >> i & 1)
			used += (size_t)snprintf(ret + used, n - used, "%s%s", used ? ", " : "",
						 ed_field_name(i));
	}
	return used;
}

const char *ed_coverage_reason(const struct ed_coverage_analytic *a, char *ret, size_t n)
{
	char fields[256];
	size_t used = 0;

	ret[0] = '\0';
	if (a->n_machines == 0)
		return ret;
	if (a->n[ED_ABILITY_WORKS] > 0)
		used = (size_t)snprintf(ret, n, "works on %u of %u machines",
					(unsigned)a->n[ED_ABILITY_WORKS], (unsigned)a->n_machines);
	if (a->n[ED_ABILITY_PARTLY] > 0 && used < n) {
		used += (size_t)snprintf(ret + used, n - used, "%spartly on %u", used ? "; " : "",
					 (unsigned)a->n[ED_ABILITY_PARTLY]);
		if (used < n && list_fields(a->missing_wants, fields, sizeof(fields)) > 0)
			used += (size_t)snprintf(ret + used, n - used, " (no %s)", fields);
	}
	if (a->n[ED_ABILITY_OFF] > 0 && used < n)
		(void)snprintf(ret + used, n - used, "%sblind on %u%s", used ? "; " : "",
			       (unsigned)a->n[ED_ABILITY_OFF],
			       a->n[ED_ABILITY_OFF] == a->n_machines ? ": all" : "");
	return ret;
}

/* -------------------------------------------------------------------- making */

static int take_memory(struct ed_coverage *c)
{
	const struct ed_presence *p = c->conf.presence;

	c->n_sources = p->n_sources;
	c->n_listed = c->conf.inventory.n_assets;
	c->n_assets = c->n_listed + p->n_subjects;
	c->sources = ed_mem_zalloc(c->n_sources + 1, sizeof(*c->sources));
	c->assets = ed_mem_zalloc(c->n_assets + 1, sizeof(*c->assets));
	c->asset_of_day = ed_mem_zalloc(p->n_days + 1, sizeof(*c->asset_of_day));
	c->asset_of_path = ed_mem_zalloc(p->n_paths + 1, sizeof(*c->asset_of_path));
	c->tells = ed_mem_zalloc((size_t)c->n_sources * c->n_assets / 8 + 1, 1);
	return c->sources && c->assets && c->asset_of_day && c->asset_of_path && c->tells ? 0 :
											    -ENOMEM;
}

static void resolve_paths(struct ed_coverage *c)
{
	const struct ed_presence *p = c->conf.presence;

	for (uint32_t i = 0; i < p->n_paths; i++) {
		const struct ed_presence_path *row = &p->paths[i];

		c->asset_of_path[i] = in_period(c, row->first_ns, row->last_ns) ?
					      resolve(c, row->subject, row->first_ns) :
					      OUTSIDE;
	}
}

static int by_kind(const void *a, const void *b)
{
	const struct ed_coverage_gap *x = a, *y = b;
	int d = (int)x->kind - (int)y->kind;

	if (d == 0)
		d = strcmp(x->subject, y->subject);
	if (d == 0)
		d = (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
	return d;
}

int ed_coverage_make(const struct ed_coverage_conf *conf, struct ed_coverage *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->conf = *conf;
	r = take_memory(ret);
	if (r < 0)
		return r;
	find_period(ret);
	list_assets(ret);
	tell_hours(ret);
	r = tell_days(ret);
	if (r < 0)
		return r;
	resolve_paths(ret);
	judge(ret);
	r = ed_coverage_find_times(ret);
	if (r == 0)
		r = ed_coverage_find_paths(ret);
	if (r < 0)
		return r;
	r = ed_coverage_find_networks(ret);
	if (r < 0)
		return r;
	ed_coverage_find_machines(ret);
	if (ret->n_gaps > 0)
		qsort(ret->gaps, ret->n_gaps, sizeof(*ret->gaps), by_kind);
	return 0;
}

void ed_coverage_done(struct ed_coverage *c)
{
	ed_mem_free(c->sources);
	ed_mem_free(c->assets);
	ed_mem_free(c->asset_of_day);
	ed_mem_free(c->asset_of_path);
	ed_mem_free(c->tells);
	ed_mem_free(c->networks);
	ed_mem_free(c->resolvers);
	ed_mem_free(c->gaps);
	memset(c, 0, sizeof(*c));
}
