/* SPDX-License-Identifier: Apache-2.0 */
/* A coverage report as one JSON object; see coverage_out.h. */
#include "report/coverage_out.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json_out.h"
#include "base/mem.h"
#include "base/time.h"

static void put_fields(struct ed_json *j, const char *key, uint32_t fields)
{
	ed_json_array(j, key);
	for (unsigned i = 0; i < ED_FIELD_N; i++) {
		if (fields >> i & 1)
			ed_json_str(j, NULL, ed_field_name(i));
	}
	ed_json_array_end(j);
}

static void put_tunables(struct ed_json *j, const char *key, const struct ed_analytic *a,
			 uint32_t mask)
{
	ed_json_array(j, key);
	for (unsigned i = 0; a->tunables[i].name; i++) {
		if (mask >> i & 1)
			ed_json_str(j, NULL, a->tunables[i].name);
	}
	ed_json_array_end(j);
}

static void put_remedies(struct ed_json *j, const struct ed_coverage_analytic *a)
{
	uint32_t missing = a->missing_needs | a->missing_wants;

	ed_json_array(j, "switch_on");
	for (const struct ed_analytic_remedy *r = a->analytic->remedies; r->what; r++) {
		if (!(r->brings & missing) || a->verdict == ED_COVERAGE_NONE)
			continue;
		ed_json_object(j, NULL);
		ed_json_str(j, "what", r->what);
		ed_json_str(j, "how", r->how);
		put_fields(j, "brings", r->brings & missing);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

static void put_analytics(struct ed_json *j, const struct ed_coverage *c)
{
	char reason[512];

	ed_json_array(j, "analytics");
	for (uint32_t i = 0; i < c->n_analytics; i++) {
		const struct ed_coverage_analytic *a = &c->analytics[i];

		ed_json_object(j, NULL);
		ed_json_str(j, "id", a->analytic->id);
		ed_json_str(j, "platform", a->analytic->platform);
		ed_json_str(j, "verdict", ed_coverage_verdict_name(a->verdict));
		ed_json_str(j, "reason", ed_coverage_reason(a, reason, sizeof(reason)));
		ed_json_u64(j, "machines", a->n_machines);
		ed_json_u64(j, "works", a->n[ED_ABILITY_WORKS]);
		ed_json_u64(j, "works_partly", a->n[ED_ABILITY_PARTLY]);
		ed_json_u64(j, "blind", a->n[ED_ABILITY_OFF]);
		put_fields(j, "missing_needs", a->missing_needs);
		put_fields(j, "missing_wants", a->missing_wants);
		put_tunables(j, "tunables_without_effect", a->analytic, a->idle_tunables);
		put_tunables(j, "tunables_not_set", a->analytic, a->unset_tunables);
		put_remedies(j, a);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

/* An order of rows by what they belong to, so that each owner's lie together. */
struct order {
	const uint32_t *owner;
	uint32_t *at;
	uint32_t n;
};

static int by_owner(const void *a, const void *b, void *arg)
{
	const uint32_t *owner = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int d = (owner[x] > owner[y]) - (owner[x] < owner[y]);

	return d ? d : (x > y) - (x < y);
}

static int order_by(const uint32_t *owner, uint32_t n, struct order *ret)
{
	*ret = (struct order){ .owner = owner, .n = n };
	ret->at = ed_mem_zalloc((size_t)n + 1, sizeof(*ret->at));
	if (!ret->at)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		ret->at[i] = i;
	qsort_r(ret->at, n, sizeof(*ret->at), by_owner, (void *)(uintptr_t)owner);
	return 0;
}

static void put_source(struct ed_json *j, const struct ed_coverage *c, uint32_t id,
		       const uint32_t *rows, uint32_t n)
{
	const struct ed_coverage_source *s = &c->sources[id];

	ed_json_object(j, NULL);
	ed_json_str(j, "name", s->id->name);
	ed_json_str(j, "format", s->id->format);
	ed_json_str(j, "kind", ed_coverage_class_name(s->class));
	ed_json_time(j, "first", s->first_ns);
	ed_json_time(j, "last", s->last_ns);
	ed_json_u64(j, "lookups", s->n_lookups);
	ed_json_u64(j, "others", s->n_others);
	ed_json_u64(j, "machines", s->n_machines);
	ed_json_bool(j, "silent", s->is_silent);
	if (s->n_lagged > 0) {
		ed_json_f64(j, "lag_s", s->lag_s);
		ed_json_f64(j, "lag_max_s", s->lag_max_s);
	}
	put_fields(j, "fields", s->fields);
	ed_json_array(j, "hours");
	for (uint32_t i = 0; i < n; i++) {
		const struct ed_presence_hour *h = &c->conf.presence->hours[rows[i]];

		ed_json_object(j, NULL);
		ed_json_time(j, "hour", (int64_t)h->hour * 3600 * ED_NS_PER_S);
		ed_json_u64(j, "lookups", h->n_lookups);
		ed_json_u64(j, "others", h->n_others);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
	ed_json_object_end(j);
}

static void put_sources(struct ed_json *j, const struct ed_coverage *c)
{
	const struct ed_presence *p = c->conf.presence;
	uint32_t *owner = ed_mem_zalloc((size_t)p->n_hours + 1, sizeof(*owner));
	struct order o = { .at = NULL };

	ed_json_array(j, "sources");
	for (uint32_t i = 0; owner && i < p->n_hours; i++)
		owner[i] = p->hours[i].source;
	if (!owner || order_by(owner, p->n_hours, &o) < 0)
		j->out->full = true;
	for (uint32_t i = 0, from = 0; o.at && i < c->n_sources; i++) {
		uint32_t to = from;

		while (to < o.n && owner[o.at[to]] == i)
			to++;
		if (c->sources[i].n_hours > 0)
			put_source(j, c, i, o.at + from, to - from);
		from = to;
	}
	ed_json_array_end(j);
	ed_mem_free(o.at);
	ed_mem_free(owner);
}

/* ------------------------------------------------------------------ machines */

static void put_seen(struct ed_json *j, const struct ed_coverage *c, const uint32_t *rows,
		     uint32_t n)
{
	char date[ED_TIME_TEXT_MAX];

	ed_json_array(j, "seen");
	for (uint32_t i = 0; i < n; i++) {
		const struct ed_presence_day *d = &c->conf.presence->days[rows[i]];

		ed_time_to_text((int64_t)d->day * 86400 * ED_NS_PER_S + 1, date);
		date[10] = '\0';
		ed_json_object(j, NULL);
		ed_json_str(j, "day", date);
		ed_json_str(j, "source", c->conf.presence->sources[d->source].name);
		ed_json_str(j, "format", c->conf.presence->sources[d->source].format);
		ed_json_u64(j, "lookups", d->n_lookups);
		ed_json_u64(j, "others", d->n_others);
		ed_json_array(j, "hours");
		for (unsigned h = 0; h < 24; h++) {
			if (d->hours >> h & 1)
				ed_json_u64(j, NULL, h);
		}
		ed_json_array_end(j);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

static void put_machine(struct ed_json *j, const struct ed_coverage *c, uint32_t id,
			const uint32_t *rows, uint32_t n)
{
	const struct ed_coverage_asset *m = &c->assets[id];

	ed_json_object(j, NULL);
	ed_json_str(j, "name", m->label);
	ed_json_bool(j, "listed", m->asset && m->asset->id > 0);
	ed_json_str(j, "platform", ed_platform_name(m->platform));
	if (m->asset) {
		ed_json_str(j, "role", ed_asset_role_name(m->asset->role));
		ed_json_str(j, "network", m->asset->network);
		ed_json_str(j, "owner", m->asset->owner);
	}
	ed_json_time(j, "first", m->first_ns);
	ed_json_time(j, "last", m->last_ns);
	ed_json_u64(j, "lookups_own_log", m->n_own);
	ed_json_u64(j, "lookups_network", m->n_net);
	ed_json_u64(j, "connections", m->n_flows);
	ed_json_object(j, "analytics");
	for (uint32_t i = 0; i < c->n_analytics; i++) {
		if (m->ability[i] != ED_ABILITY_N)
			ed_json_str(j, c->analytics[i].analytic->id,
				    m->ability[i] == ED_ABILITY_OFF ?
					    "blind" :
					    ed_ability_name(m->ability[i]));
	}
	ed_json_object_end(j);
	put_seen(j, c, rows, n);
	ed_json_object_end(j);
}

static void put_machines(struct ed_json *j, const struct ed_coverage *c)
{
	struct order o;

	ed_json_array(j, "machines");
	if (order_by(c->asset_of_day, c->conf.presence->n_days, &o) < 0)
		j->out->full = true;
	for (uint32_t i = 0, from = 0; o.at && i < c->n_assets; i++) {
		uint32_t to = from;

		while (to < o.n && c->asset_of_day[o.at[to]] == i)
			to++;
		if (c->assets[i].is_there)
			put_machine(j, c, i, o.at + from, to - from);
		from = to;
	}
	ed_json_array_end(j);
	ed_mem_free(o.at);
}

/* --------------------------------------------------------------------- others */

static void put_networks(struct ed_json *j, const struct ed_coverage *c)
{
	ed_json_array(j, "networks");
	for (uint32_t i = 0; i < c->n_networks; i++) {
		const struct ed_coverage_network *n = &c->networks[i];

		ed_json_object(j, NULL);
		ed_json_str(j, "name", n->name);
		ed_json_u64(j, "machines", n->n_assets);
		ed_json_u64(j, "lookups_seen", n->n_net);
		ed_json_u64(j, "own_logs", n->n_own);
		ed_json_u64(j, "connections_seen", n->n_flows);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

static void put_resolvers(struct ed_json *j, const struct ed_coverage *c)
{
	char addr[ED_ADDR_TEXT_MAX];

	ed_json_array(j, "resolvers");
	for (uint32_t i = 0; i < c->n_resolvers; i++) {
		const struct ed_coverage_resolver *s = &c->resolvers[i];

		(void)ed_addr_to_text(&s->addr, addr);
		ed_json_object(j, NULL);
		ed_json_str(j, "address", addr);
		ed_json_str(j, "name", s->label);
		ed_json_bool(j, "sanctioned", s->is_listed);
		ed_json_str(j, "way", ed_coverage_way_name(s->way));
		ed_json_u64(j, "clients", s->n_clients);
		ed_json_u64(j, "seen", s->n);
		ed_json_time(j, "first", s->first_ns);
		ed_json_time(j, "last", s->last_ns);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

static void put_gaps(struct ed_json *j, const struct ed_coverage *c)
{
	ed_json_array(j, "gaps");
	for (uint32_t i = 0; i < c->n_gaps; i++) {
		const struct ed_coverage_gap *gap = &c->gaps[i];
		const struct ed_coverage_gap_row *row = &ed_coverage_gap_rows[gap->kind];

		ed_json_object(j, NULL);
		ed_json_str(j, "kind", row->name);
		ed_json_str(j, "subject", gap->subject);
		ed_json_str(j, "title", row->title);
		ed_json_str(j, "detail", gap->detail);
		ed_json_time(j, "from", gap->from_ns);
		ed_json_time(j, "to", gap->to_ns);
		ed_json_str(j, "remedy", row->remedy);
		ed_json_object_end(j);
	}
	ed_json_array_end(j);
}

void ed_coverage_json(const struct ed_coverage *c, struct ed_buf *out)
{
	struct ed_json j;

	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	ed_json_time(&j, "from", c->from_ns);
	ed_json_time(&j, "to", c->to_ns);
	ed_json_u64(&j, "machines_listed", c->n_listed);
	ed_json_u64(&j, "gaps_left_out", c->n_gaps_lost);
	put_analytics(&j, c);
	put_gaps(&j, c);
	put_sources(&j, c);
	put_networks(&j, c);
	put_resolvers(&j, c);
	put_machines(&j, c);
	ed_json_object_end(&j);
	ed_buf_put(out, "\n", 1);
}
