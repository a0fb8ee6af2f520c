/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks whom: ways round the resolvers of the site, and resolvers that nobody is seen to ask; see
 * coverage.h.
 */
#include "report/coverage_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"

/* A client that asks so many servers resolves by itself. */
enum { OWN_RESOLVER_SERVERS = 3 };

/* ------------------------------------------------------------------- servers */

bool ed_coverage_knows_resolvers(const struct ed_coverage *c)
{
	if (c->conf.sanctioned && c->conf.sanctioned->n > 0)
		return true;
	for (uint32_t i = 0; i < c->n_listed; i++) {
		if (c->assets[i].asset->role == ED_ASSET_RESOLVER)
			return true;
	}
	return false;
}

static const struct ed_asset *asset_at(const struct ed_coverage *c, const struct ed_addr *addr,
				       uint32_t net_tag, int64_t time_ns)
{
	const struct ed_coverage_inventory *inv = &c->conf.inventory;

	return inv->find ? inv->find(inv->arg, addr, net_tag, time_ns) : NULL;
}

bool ed_coverage_is_sanctioned(const struct ed_coverage *c, const struct ed_addr *addr,
			       uint32_t net_tag, int64_t time_ns)
{
	const struct ed_asset *a;

	if (c->conf.sanctioned && ed_addr_set_has(c->conf.sanctioned, addr))
		return true;
	a = asset_at(c, addr, net_tag, time_ns);
	return a && a->id > 0 && a->role == ED_ASSET_RESOLVER;
}

/* The machine itself, or everybody at once: no way out of the site. */
static bool is_no_server(const struct ed_addr *a)
{
	const uint8_t *b = a->b;

	if (ed_addr_is_v4(a))
		return b[12] == 127 || b[12] >= 224;
	return b[0] == 0xff || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) ||
	       (b[15] == 1 && !memcmp(b, (uint8_t[15]){ 0 }, 15));
}

static bool is_encrypted(unsigned way)
{
	return way == ED_PRESENCE_DOT || way == ED_PRESENCE_DOH || way == ED_PRESENCE_DNSCRYPT;
}

static bool is_left_out(const struct ed_presence_path *row)
{
	return !row->more && is_no_server(&row->server);
}

/* A resolver of the site, as a client, asks others as it must. */
static bool is_site_resolver(const struct ed_coverage *c, uint32_t row)
{
	const struct ed_presence *p = c->conf.presence;
	const struct ed_asset *a = c->assets[c->asset_of_path[row]].asset;

	if (a && a->id > 0 && a->role == ED_ASSET_RESOLVER)
		return true;
	return c->conf.sanctioned &&
	       ed_addr_set_has(c->conf.sanctioned, &p->subjects[p->paths[row].subject].addr);
}

/* -------------------------------------------------------------------- orders */

struct by {
	const struct ed_presence_path *rows;
	const uint32_t *asset;
};

static int compare_u32(uint32_t x, uint32_t y)
{
	return (x > y) - (x < y);
}

static int by_client(const void *a, const void *b, void *arg)
{
	const struct by *by = arg;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	int d = compare_u32(by->asset[i], by->asset[k]);

	if (d == 0)
		d = (int)is_encrypted(by->rows[i].way) - (int)is_encrypted(by->rows[k].way);
	return d ? d : memcmp(&by->rows[i].server, &by->rows[k].server, sizeof(struct ed_addr));
}

static int by_server(const void *a, const void *b, void *arg)
{
	const struct by *by = arg;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	int d = memcmp(&by->rows[i].server, &by->rows[k].server, sizeof(struct ed_addr));

	if (d == 0)
		d = (int)is_encrypted(by->rows[i].way) - (int)is_encrypted(by->rows[k].way);
	return d ? d : compare_u32(by->asset[i], by->asset[k]);
}

/* ------------------------------------------------------------------- clients */

/* What one client does by one kind of way past the resolvers of the site. */
struct astray {
	uint32_t n_servers, n_ways[ED_PRESENCE_WAY_N];
	bool more;
	struct ed_addr first;
	int64_t first_ns, last_ns;
};

static void add_astray(struct astray *s, const struct ed_presence_path *row, bool is_new)
{
	if (s->n_servers == 0) {
		s->first = row->server;
		s->first_ns = row->first_ns;
		s->last_ns = row->last_ns;
	}
	s->n_servers += is_new;
	s->more |= row->more;
	s->n_ways[row->way] += row->n;
	s->first_ns = row->first_ns < s->first_ns ? row->first_ns : s->first_ns;
	s->last_ns = row->last_ns > s->last_ns ? row->last_ns : s->last_ns;
}

static void tell_plain(struct ed_coverage *c, const struct ed_coverage_asset *m,
		       const struct astray *s, const char *server)
{
	bool self = s->n_servers >= OWN_RESOLVER_SERVERS;
	struct ed_coverage_gap *gap = ed_coverage_gap_add(
		c, self ? ED_GAP_OWN_RESOLVER : ED_GAP_UNSANCTIONED, m->label);
	unsigned long long n = s->n_ways[ED_PRESENCE_DNS];
	unsigned long long flows = s->n_ways[ED_PRESENCE_DNS_FLOW];

	gap->from_ns = s->first_ns;
	gap->to_ns = s->last_ns;
	if (self)
		ed_coverage_gap_detail(gap, "%llu lookups and %llu connections to %s%u servers", n,
				       flows, s->more ? "more than " : "", (unsigned)s->n_servers);
	else
		ed_coverage_gap_detail(gap, "%llu lookups and %llu connections to %s%s", n, flows,
				       server, s->n_servers > 1 ? " and another" : "");
}

static void tell_encrypted(struct ed_coverage *c, struct ed_coverage_asset *m,
			   const struct astray *s, const char *server)
{
	struct ed_coverage_gap *gap = ed_coverage_gap_add(c, ED_GAP_ENCRYPTED, m->label);
	const char *way = s->n_ways[ED_PRESENCE_DOH] > 0 ? "DNS over HTTPS" :
			  s->n_ways[ED_PRESENCE_DOT] > 0 ? "DNS over TLS" :
							   "DNSCrypt";
	uint64_t n = (uint64_t)s->n_ways[ED_PRESENCE_DOH] + s->n_ways[ED_PRESENCE_DOT] +
		     s->n_ways[ED_PRESENCE_DNSCRYPT];
	char others[40] = "";

	if (s->n_servers > 1)
		(void)snprintf(others, sizeof(others), " and %u others",
			       (unsigned)s->n_servers - 1);
	m->resolves_encrypted = true;
	gap->from_ns = s->first_ns;
	gap->to_ns = s->last_ns;
	ed_coverage_gap_detail(gap, "%s to %s%s, %llu connections%s", way, server, others,
			       (unsigned long long)n,
			       m->n_own + m->n_net == 0 ? "; none of its lookups is seen" : "");
}

/* Rows @order[0..n) are of one client and one kind of way. */
static void check_client(struct ed_coverage *c, const uint32_t *order, uint32_t n)
{
	const struct ed_presence_path *rows = c->conf.presence->paths;
	struct ed_coverage_asset *m = &c->assets[c->asset_of_path[order[0]]];
	const struct ed_addr *last = NULL;
	struct astray s = { .n_servers = 0 };
	char server[ED_ADDR_TEXT_MAX];

	if (is_site_resolver(c, order[0]))
		return;
	for (uint32_t i = 0; i < n; i++) {
		const struct ed_presence_path *row = &rows[order[i]];

		if (is_left_out(row) ||
		    ed_coverage_is_sanctioned(c, &row->server, row->net_tag, row->first_ns))
			continue;
		add_astray(&s, row, !last || !ed_addr_eq(last, &row->server));
		last = &row->server;
	}
	if (s.n_servers == 0)
		return;
	(void)ed_addr_to_text(&s.first, server);
	if (is_encrypted(rows[order[0]].way))
		tell_encrypted(c, m, &s, server);
	else if (ed_coverage_knows_resolvers(c))
		tell_plain(c, m, &s, server);
}

static void check_clients(struct ed_coverage *c, const uint32_t *order, uint32_t n)
{
	const struct ed_presence_path *rows = c->conf.presence->paths;

	for (uint32_t from = 0, to; from < n; from = to) {
		uint32_t asset = c->asset_of_path[order[from]];
		bool encrypted = is_encrypted(rows[order[from]].way);

		to = from + 1;
		while (to < n && c->asset_of_path[order[to]] == asset &&
		       is_encrypted(rows[order[to]].way) == encrypted)
			to++;
		check_client(c, order + from, to - from);
	}
}

/* ----------------------------------------------------------------- resolvers */

/* Rows @order[0..n) are of one server and one kind of way. */
static void add_resolver(struct ed_coverage *c, const uint32_t *order, uint32_t n)
{
	const struct ed_presence_path *rows = c->conf.presence->paths;
	const struct ed_presence_path *first = &rows[order[0]];
	struct ed_coverage_resolver *s;
	const struct ed_asset *a;
	uint32_t last = UINT32_MAX;

	if (first->more || is_left_out(first) || c->n_resolvers == ED_COVERAGE_RESOLVERS_MAX)
		return;
	s = &c->resolvers[c->n_resolvers++];
	*s = (struct ed_coverage_resolver){ .addr = first->server,
					    .way = first->way,
					    .first_ns = first->first_ns,
					    .last_ns = first->last_ns };
	for (uint32_t i = 0; i < n; i++) {
		const struct ed_presence_path *row = &rows[order[i]];

		if (is_site_resolver(c, order[i]))
			continue;
		s->n += row->n;
		s->n_clients += c->asset_of_path[order[i]] != last;
		last = c->asset_of_path[order[i]];
		s->first_ns = row->first_ns < s->first_ns ? row->first_ns : s->first_ns;
		s->last_ns = row->last_ns > s->last_ns ? row->last_ns : s->last_ns;
		if (row->way == ED_PRESENCE_DNS)
			s->way = ED_PRESENCE_DNS; /* rather than its connections */
	}
	s->is_listed = ed_coverage_is_sanctioned(c, &s->addr, first->net_tag, first->first_ns);
	if (s->n_clients == 0 && !s->is_listed) {
		c->n_resolvers--; /* what the site's resolvers ask themselves */
		return;
	}
	a = asset_at(c, &s->addr, first->net_tag, first->first_ns);
	if (a && a->id > 0 && a->id <= c->n_listed) {
		c->assets[a->id - 1].is_asked = true;
		(void)snprintf(s->label, sizeof(s->label), "%s", c->assets[a->id - 1].label);
	}
}

static void add_resolvers(struct ed_coverage *c, const uint32_t *order, uint32_t n)
{
	const struct ed_presence_path *rows = c->conf.presence->paths;

	for (uint32_t from = 0, to; from < n; from = to) {
		bool encrypted = is_encrypted(rows[order[from]].way);

		to = from + 1;
		while (to < n && ed_addr_eq(&rows[order[to]].server, &rows[order[from]].server) &&
		       is_encrypted(rows[order[to]].way) == encrypted)
			to++;
		add_resolver(c, order + from, to - from);
	}
}

static bool resolver_is_seen(const struct ed_coverage *c, const struct ed_addr *addr)
{
	for (uint32_t i = 0; i < c->n_resolvers; i++) {
		if (!is_encrypted(c->resolvers[i].way) && ed_addr_eq(&c->resolvers[i].addr, addr))
			return true;
	}
	return false;
}

/* True when a resolver's log carries the machine's name: "ns1/unbound.log". */
static bool has_log(const struct ed_coverage *c, const char *name)
{
	size_t n = strcspn(name, ".");

	for (uint32_t i = 0; i < c->n_sources && n > 0; i++) {
		const char *source = c->sources[i].id->name;

		if (c->sources[i].class != ED_COVERAGE_RESOLVER || c->sources[i].n_hours == 0)
			continue;
		if (strncmp(source, name, n) == 0 && strchr("/.-_", source[n]))
			return true;
	}
	return false;
}

static void check_listed_machines(struct ed_coverage *c)
{
	const struct ed_coverage_inventory *inv = &c->conf.inventory;

	for (uint32_t id = 1; id <= c->n_listed; id++) {
		struct ed_coverage_asset *m = &c->assets[id - 1];
		struct ed_addr addr[8];
		size_t n = 0;
		bool seen = has_log(c, m->label);

		if (m->asset->role != ED_ASSET_RESOLVER)
			continue;
		n = inv->addresses(inv->arg, id, c->to_ns, sizeof(addr) / sizeof(addr[0]), addr);
		for (size_t i = 0; i < n && !seen; i++)
			seen = resolver_is_seen(c, &addr[i]);
		if (!seen)
			(void)ed_coverage_gap_add(c, ED_GAP_RESOLVER_UNSEEN, m->label);
		m->is_asked |= seen;
	}
}

/* Single addresses on the list of the site; one that is a listed machine is told with that. */
static void check_sanctioned(struct ed_coverage *c)
{
	const struct ed_addr_set *set = c->conf.sanctioned;

	for (unsigned i = 0; set && i < set->n; i++) {
		const struct ed_addr_prefix *p = &set->prefix[i];
		char text[ED_ADDR_TEXT_MAX];
		const struct ed_asset *a;
		struct ed_addr addr;

		if (p->mask[0] != UINT64_MAX || p->mask[1] != UINT64_MAX)
			continue;
		memcpy(addr.b, p->value, sizeof(addr.b));
		a = asset_at(c, &addr, 0, c->to_ns);
		if ((a && a->id > 0 && a->role == ED_ASSET_RESOLVER) || resolver_is_seen(c, &addr))
			continue;
		(void)ed_addr_to_text(&addr, text);
		(void)ed_coverage_gap_add(c, ED_GAP_RESOLVER_UNSEEN, text);
	}
}

static int by_weight(const void *a, const void *b)
{
	const struct ed_coverage_resolver *x = a, *y = b;

	if (x->is_listed != y->is_listed)
		return x->is_listed ? -1 : 1;
	if (x->n_clients != y->n_clients)
		return x->n_clients > y->n_clients ? -1 : 1;
	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

int ed_coverage_find_paths(struct ed_coverage *c)
{
	const struct ed_presence *p = c->conf.presence;
	struct by by = { .rows = p->paths, .asset = c->asset_of_path };
	uint32_t *order = ed_mem_zalloc(p->n_paths + 1, sizeof(*order));
	uint32_t n = 0;

	c->resolvers = ed_mem_zalloc(ED_COVERAGE_RESOLVERS_MAX, sizeof(*c->resolvers));
	if (!order || !c->resolvers) {
		ed_mem_free(order);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < p->n_paths; i++) {
		if (c->asset_of_path[i] < c->n_assets)
			order[n++] = i;
	}
	qsort_r(order, n, sizeof(*order), by_server, &by);
	add_resolvers(c, order, n);
	if (c->n_resolvers > 0)
		qsort(c->resolvers, c->n_resolvers, sizeof(*c->resolvers), by_weight);
	check_listed_machines(c);
	check_sanctioned(c);
	qsort_r(order, n, sizeof(*order), by_client, &by);
	check_clients(c, order, n);
	ed_mem_free(order);
	return 0;
}
