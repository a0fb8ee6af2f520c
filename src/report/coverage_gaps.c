/* SPDX-License-Identifier: Apache-2.0 */
/* What is not seen of machines and networks; see coverage.h. */
#include "report/coverage_int.h"

#include <errno.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/time.h"

enum {
	/* A machine still seen by the network in so many hours after its own log ended. */
	HOURS_WITHOUT_OWN = 3,
	PERIOD_HOURS_MAX = 24 * 31,
};

/* Machines of these platforms have a log that tells of lookups or of what may be behind them. */
static bool should_log(const struct ed_coverage_asset *m)
{
	unsigned role = m->asset ? m->asset->role : ED_ASSET_UNKNOWN;

	if (role == ED_ASSET_DEVICE || role == ED_ASSET_GATEWAY)
		return false;
	return m->platform == ED_PLATFORM_WINDOWS || m->platform == ED_PLATFORM_LINUX ||
	       m->platform == ED_PLATFORM_MACOS || m->platform == ED_PLATFORM_ESXI;
}

static bool is_network_source(const struct ed_coverage_source *s)
{
	return s->class == ED_COVERAGE_SENSOR || s->class == ED_COVERAGE_RESOLVER;
}

static bool has_sensor(const struct ed_coverage *c)
{
	for (uint32_t i = 0; i < c->n_sources; i++) {
		if (is_network_source(&c->sources[i]) && c->sources[i].n_lookups > 0)
			return true;
	}
	return false;
}

/* An hour in which the machine had an address; ED_TIME_UNKNOWN_NS: none. */
static int64_t leased_ns(const struct ed_coverage *c, const struct ed_asset *a,
			 struct ed_addr *ret_addr)
{
	const struct ed_coverage_inventory *inv = &c->conf.inventory;
	int64_t from_ns = c->from_ns;

	if (c->to_ns - from_ns > PERIOD_HOURS_MAX * ED_HOUR_NS)
		from_ns = c->to_ns - PERIOD_HOURS_MAX * ED_HOUR_NS;
	for (int64_t t = from_ns; t <= c->to_ns; t += ED_HOUR_NS) {
		if (inv->addresses(inv->arg, a->id, t, 1, ret_addr) > 0)
			return t;
	}
	return ED_TIME_UNKNOWN_NS;
}

/* A machine of which no lookup is seen. */
static void tell_unseen(struct ed_coverage *c, const struct ed_coverage_asset *m)
{
	char addr_text[ED_ADDR_TEXT_MAX];
	struct ed_coverage_gap *gap;
	struct ed_addr addr;
	int64_t at_ns;

	if (m->n_flows > 0) {
		gap = ed_coverage_gap_add(c, ED_GAP_NO_LOOKUPS, m->label);
		ed_coverage_gap_detail(gap, "%llu connections, and not one lookup",
				       (unsigned long long)m->n_flows);
	} else if (m->n_own_others > 0) {
		gap = ed_coverage_gap_add(c, ED_GAP_NO_LOOKUPS, m->label);
		ed_coverage_gap_detail(gap,
				       "its own log tells of %llu other events and of no lookup",
				       (unsigned long long)m->n_own_others);
	} else if (m->asset && !m->asset->is_declared &&
		   (at_ns = leased_ns(c, m->asset, &addr)) != ED_TIME_UNKNOWN_NS) {
		gap = ed_coverage_gap_add(c, ED_GAP_NO_LOOKUPS, m->label);
		(void)ed_addr_to_text(&addr, addr_text);
		ed_coverage_gap_detail(gap, "it had a lease of %s, and not one lookup is seen",
				       addr_text);
		gap->from_ns = at_ns;
		return;
	} else {
		gap = ed_coverage_gap_add(c, ED_GAP_UNSEEN, m->label);
		ed_coverage_gap_detail(gap, "listed%s%s, and no source tells of it",
				       m->asset && m->asset->network[0] ? " in " : "",
				       m->asset ? m->asset->network : "");
		return;
	}
	gap->from_ns = m->first_ns;
	gap->to_ns = m->last_ns;
}

static void tell_stopped(struct ed_coverage *c, const struct ed_coverage_asset *m)
{
	struct ed_coverage_gap *gap = ed_coverage_gap_add(c, ED_GAP_OWN_LOG_STOPPED, m->label);

	gap->from_ns = m->last_own_ns;
	gap->to_ns = m->last_net_ns;
	ed_coverage_gap_detail(gap, "the network saw it in %u hours since",
			       (unsigned)m->hours_without_own);
}

static void tell_no_own_log(struct ed_coverage *c, const struct ed_coverage_asset *m)
{
	struct ed_coverage_gap *gap = ed_coverage_gap_add(c, ED_GAP_NO_OWN_LOG, m->label);
	const struct ed_analytic *a = ed_analytics[ed_analytic_row_of(m->platform)];

	ed_coverage_gap_detail(gap,
			       m->platform == ED_PLATFORM_ESXI ?
				       "%s has no commands and packages of it" :
				       "%s cannot name a program on it",
			       a->id);
}

static void tell_unlisted(struct ed_coverage *c, const struct ed_coverage_asset *m)
{
	struct ed_coverage_gap *gap = ed_coverage_gap_add(c, ED_GAP_UNLISTED, m->label);

	gap->from_ns = m->first_ns;
	gap->to_ns = m->last_ns;
	ed_coverage_gap_detail(gap, "%llu lookups%s%s", (unsigned long long)m->n_own + m->n_net,
			       m->asset && m->asset->network[0] ? " from " : "",
			       m->asset ? m->asset->network : "");
}

static void tell_past_sensors(struct ed_coverage *c, const struct ed_coverage_asset *m)
{
	struct ed_coverage_gap *gap = ed_coverage_gap_add(c, ED_GAP_PAST_SENSORS, m->label);

	gap->from_ns = m->first_ns;
	gap->to_ns = m->last_ns;
	ed_coverage_gap_detail(gap, "%llu lookups by its own log", (unsigned long long)m->n_own);
}

/* True when another gap says why the network does not see the machine's lookups. */
static bool is_explained(const struct ed_coverage *c, const struct ed_coverage_asset *m)
{
	if (m->resolves_encrypted)
		return true;
	return m->network != ED_COVERAGE_NO_NETWORK && c->networks[m->network].n_net == 0;
}

/* None of its lookups is seen. */
static void check_mute(struct ed_coverage *c, const struct ed_coverage_asset *m)
{
	if (m->is_asked || (m->asset && m->asset->role == ED_ASSET_RESOLVER))
		return;
	if (!is_explained(c, m) || m->n_flows + m->n_own_others == 0)
		tell_unseen(c, m);
}

static void check_machine(struct ed_coverage *c, const struct ed_coverage_asset *m, bool sensor)
{
	bool is_listed = m->asset && m->asset->id > 0;
	bool own = m->last_own_ns != ED_TIME_UNKNOWN_NS;

	if (m->n_own + m->n_net == 0) {
		check_mute(c, m);
		return;
	}
	if (!is_listed && c->n_listed > 0)
		tell_unlisted(c, m);
	/* by its name alone an unlisted machine cannot be told from an address */
	if (sensor && is_listed && m->n_net == 0 && !is_explained(c, m))
		tell_past_sensors(c, m);
	if (should_log(m) && !own && is_listed)
		tell_no_own_log(c, m);
	else if (own && m->hours_without_own >= HOURS_WITHOUT_OWN)
		tell_stopped(c, m);
}

void ed_coverage_find_machines(struct ed_coverage *c)
{
	bool sensor = has_sensor(c);

	for (uint32_t i = 0; i < c->n_assets; i++) {
		if (c->assets[i].is_there)
			check_machine(c, &c->assets[i], sensor);
	}
}

/* ------------------------------------------------------------------ networks */

static uint32_t take_network(struct ed_coverage *c, const char *name)
{
	for (uint32_t i = 0; i < c->n_networks; i++) {
		if (strcmp(c->networks[i].name, name) == 0)
			return i;
	}
	if (c->n_networks == ED_COVERAGE_NETWORKS_MAX)
		return ED_COVERAGE_NO_NETWORK;
	(void)snprintf(c->networks[c->n_networks].name, sizeof(c->networks[0].name), "%s", name);
	return c->n_networks++;
}

static void count_in_networks(struct ed_coverage *c)
{
	for (uint32_t i = 0; i < c->n_assets; i++) {
		struct ed_coverage_asset *m = &c->assets[i];
		struct ed_coverage_network *n;

		m->network = ED_COVERAGE_NO_NETWORK;
		if (!m->is_there || !m->asset || !m->asset->network[0])
			continue;
		m->network = take_network(c, m->asset->network);
		if (m->network == ED_COVERAGE_NO_NETWORK)
			continue;
		n = &c->networks[m->network];
		n->n_assets++;
		n->n_net += m->n_net > 0;
		n->n_own += m->last_own_ns != ED_TIME_UNKNOWN_NS;
		n->n_flows += m->n_flows > 0;
	}
}

int ed_coverage_find_networks(struct ed_coverage *c)
{
	c->networks = ed_mem_zalloc(ED_COVERAGE_NETWORKS_MAX, sizeof(*c->networks));
	if (!c->networks)
		return -ENOMEM;
	count_in_networks(c);
	for (uint32_t i = 0; i < c->n_networks; i++) {
		const struct ed_coverage_network *n = &c->networks[i];
		struct ed_coverage_gap *gap;

		if (n->n_net == 0) {
			gap = ed_coverage_gap_add(c, ED_GAP_NETWORK_UNSEEN, n->name);
			ed_coverage_gap_detail(gap,
					       "%u machines, and not one lookup from the network",
					       (unsigned)n->n_assets);
		}
		if (n->n_flows == 0) {
			gap = ed_coverage_gap_add(c, ED_GAP_EGRESS_UNSEEN, n->name);
			ed_coverage_gap_detail(
				gap,
				"lookups over HTTPS or TLS of its %u machines would not be "
				"seen",
				(unsigned)n->n_assets);
		}
	}
	return 0;
}
