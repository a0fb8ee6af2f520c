/* SPDX-License-Identifier: Apache-2.0 */
/* A built inventory: look-ups and the account; see inventory.h. */
#include "enrich/inventory.h"

#include <errno.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "enrich/inventory_int.h"

int ed_inventory_build(struct ed_inventory *inv)
{
	uint32_t *asset_of = NULL;
	int why = ed_inventory_join(inv, &asset_of);

	if (why == 0)
		why = ed_inventory_build_networks(inv);
	if (why == 0)
		why = ed_inventory_build_claims(inv, asset_of);
	free(asset_of);
	ed_inventory_array_done(&inv->addrs);
	ed_inventory_array_done(&inv->rows);
	return why;
}

/* ----------------------------------------------------------------- by address */

static const struct ed_inventory_slot *slot_of(const struct ed_inventory *inv,
					       const struct ed_addr *addr, uint32_t net_tag)
{
	uint64_t i = ed_inventory_addr_hash(inv, addr, net_tag) & inv->slot_mask;

	for (; inv->slots[i].n_periods; i = (i + 1) & inv->slot_mask) {
		const struct ed_inventory_slot *s = &inv->slots[i];

		if (ed_addr_eq(&s->addr, addr) && s->net_tag == net_tag)
			return s;
	}
	return NULL;
}

static uint32_t asset_at(const struct ed_inventory *inv, const struct ed_inventory_slot *s,
			 int64_t time_ns)
{
	const struct ed_inventory_period *p = &s->only;
	uint32_t n = s->n_periods;

	if (n > 1)
		p = (const struct ed_inventory_period *)inv->periods.p + s->first;
	while (n > 1) {
		uint32_t half = n / 2;

		if (p[half].from_ns <= time_ns)
			p += half;
		n -= half;
	}
	return p->from_ns <= time_ns && time_ns < p->to_ns ? p->asset : ED_INVENTORY_NONE;
}

/* The tag under which an event with @net_tag looks first. */
static uint32_t tag_of(const struct ed_inventory *inv, uint32_t net_tag)
{
	if (!inv->has_tags)
		return 0;
	return net_tag == 0 ? ED_INVENTORY_ANY_TAG : net_tag;
}

const struct ed_asset *ed_inventory_find(const struct ed_inventory *inv, const struct ed_addr *addr,
					 uint32_t net_tag, int64_t time_ns)
{
	uint32_t tag = tag_of(inv, net_tag), asset = ED_INVENTORY_NONE;
	const struct ed_inventory_slot *s = slot_of(inv, addr, tag);

	if (s)
		asset = asset_at(inv, s, time_ns);
	if (asset == ED_INVENTORY_NONE && tag != 0 && net_tag != 0) {
		s = slot_of(inv, addr, 0);
		if (s)
			asset = asset_at(inv, s, time_ns);
	}
	if (asset == ED_INVENTORY_NONE)
		asset = ed_inventory_network_of(inv, addr);
	return asset == ED_INVENTORY_NONE ? NULL : ed_inventory_asset_at(inv, asset);
}

static int compare_place(const struct ed_inventory_claim *c, const struct ed_addr *addr,
			 uint32_t net_tag)
{
	int order = memcmp(c->addr.b, addr->b, sizeof(addr->b));

	if (order != 0)
		return order;
	return c->net_tag < net_tag ? -1 : c->net_tag > net_tag;
}

static size_t first_claim(const struct ed_inventory *inv, const struct ed_addr *addr, uint32_t tag)
{
	const struct ed_inventory_claim *c = inv->claims.p;
	size_t low = 0, high = inv->claims.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_place(&c[mid], addr, tag) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static size_t add_candidate(const struct ed_asset **ret, size_t n, const struct ed_asset *a)
{
	for (size_t i = 0; i < n; i++) {
		if (ret[i]->id == a->id)
			return n;
	}
	if (n < ED_INVENTORY_CANDIDATES_MAX)
		ret[n++] = a;
	return n;
}

size_t ed_inventory_candidates(const struct ed_inventory *inv, const struct ed_addr *addr,
			       uint32_t net_tag, int64_t time_ns,
			       const struct ed_asset *ret[static ED_INVENTORY_CANDIDATES_MAX])
{
	const struct ed_asset *best = ed_inventory_find(inv, addr, net_tag, time_ns);
	const struct ed_inventory_claim *c = inv->claims.p;
	uint32_t tag = tag_of(inv, net_tag);
	size_t n = 0;

	if (!best)
		return 0;
	ret[n++] = best;
	if (best->id == 0)
		return n;
	if (!slot_of(inv, addr, tag))
		tag = 0;
	for (size_t i = first_claim(inv, addr, tag);
	     i < inv->claims.n && compare_place(&c[i], addr, tag) == 0; i++) {
		if (c[i].from_ns <= time_ns && time_ns < c[i].to_ns)
			n = add_candidate(ret, n, ed_inventory_asset_at(inv, c[i].asset));
	}
	return n;
}

size_t ed_inventory_addresses(const struct ed_inventory *inv, uint32_t id, int64_t time_ns,
			      size_t max, struct ed_addr *ret)
{
	const struct ed_inventory_claim *claims = inv->claims.p;
	size_t n = 0;

	if (id == 0 || id > inv->n_machines)
		return 0;
	for (uint32_t i = inv->machine_first[id - 1]; i < inv->machine_first[id] && n < max; i++) {
		const struct ed_inventory_claim *c = &claims[inv->by_machine[i]];

		if (c->from_ns > time_ns || time_ns >= c->to_ns)
			continue;
		if (n == 0 || !ed_addr_eq(&ret[n - 1], &c->addr)) /* the same under another tag */
			ret[n++] = c->addr;
	}
	return n;
}

/* -------------------------------------------------------------------- by name */

/* True when no full name of the machine has a domain. */
static bool has_short_names_only(const struct ed_asset *a)
{
	for (unsigned i = 0; i < a->n_names; i++) {
		if (strchr(a->name[i], '.'))
			return false;
	}
	return true;
}

uint32_t ed_inventory_named(const struct ed_inventory *inv, struct ed_span name)
{
	const struct ed_inventory_named *named = ed_inventory_named_at(inv, &inv->full, name);
	const uint8_t *dot = memchr(name.p, '.', name.n);

	if (named->text)
		return named->asset;
	if (!dot) {
		named = ed_inventory_named_at(inv, &inv->short_names, name);
		return named->text ? named->asset : ED_INVENTORY_NONE;
	}
	named = ed_inventory_named_at(inv, &inv->full, ed_span_of(name.p, (size_t)(dot - name.p)));
	if (!named->text || named->asset == ED_INVENTORY_NONE ||
	    !has_short_names_only(ed_inventory_asset_at(inv, named->asset)))
		return ED_INVENTORY_NONE;
	return named->asset;
}

const struct ed_asset *ed_inventory_by_name(const struct ed_inventory *inv, struct ed_span name)
{
	uint8_t lower[ED_INVENTORY_TEXT_MAX];
	uint32_t asset;

	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n == 0 || name.n > sizeof(lower))
		return NULL;
	for (size_t i = 0; i < name.n; i++)
		lower[i] = ed_to_lower(name.p[i]);
	asset = ed_inventory_named(inv, ed_span_of(lower, name.n));
	return asset == ED_INVENTORY_NONE ? NULL : ed_inventory_asset_at(inv, asset);
}

/* --------------------------------------------------------------------- events */

const struct ed_asset *ed_inventory_annotate(const struct ed_inventory *inv, struct ed_event *ev)
{
	const struct ed_process *p = ed_event_process(ev);
	const struct ed_asset *a = NULL;

	if (ed_addr_known(&ev->client))
		a = ed_inventory_find(inv, &ev->client, ev->net_tag, ev->time_ns);
	else if (p)
		a = ed_inventory_by_name(inv, ed_process_text(p, ED_TEXT_HOST));
	if (!a)
		return NULL;
	ev->asset_role = a->role;
	if (ev->platform != ED_PLATFORM_UNKNOWN)
		return a;
	ev->platform = a->platform;
	if (a->platform == ED_PLATFORM_UNKNOWN && a->role == ED_ASSET_ESXI)
		ev->platform = ED_PLATFORM_ESXI;
	return a;
}

/* ------------------------------------------------------------------ account */

uint32_t ed_inventory_n_assets(const struct ed_inventory *inv)
{
	return inv->n_machines;
}

const struct ed_asset *ed_inventory_asset(const struct ed_inventory *inv, uint32_t id)
{
	return id == 0 || id > inv->n_machines ? NULL : ed_inventory_asset_at(inv, id - 1);
}

uint32_t ed_inventory_n_networks(const struct ed_inventory *inv)
{
	return inv->n_networks;
}

unsigned ed_inventory_n_files(const struct ed_inventory *inv)
{
	return inv->n_files;
}

const struct ed_inventory_file *ed_inventory_file(const struct ed_inventory *inv, unsigned i)
{
	return &inv->files[i];
}

uint64_t ed_inventory_n_conflicts(const struct ed_inventory *inv)
{
	return inv->n_conflicts;
}

const struct ed_inventory_conflict *ed_inventory_conflict(const struct ed_inventory *inv,
							  unsigned i)
{
	return &inv->conflicts[i];
}

static uint64_t array_bytes(const struct ed_inventory_array *a)
{
	return a->max * a->item_bytes;
}

uint64_t ed_inventory_bytes(const struct ed_inventory *inv)
{
	uint64_t n = array_bytes(&inv->assets) + array_bytes(&inv->claims) +
		     array_bytes(&inv->periods) + array_bytes(&inv->ranges);

	n += (inv->slot_mask + 1) * sizeof(*inv->slots);
	n += (inv->full.mask + inv->short_names.mask + 2) * sizeof(*inv->full.slots);
	n += (inv->claims.n + inv->n_machines) * sizeof(uint32_t);
	for (const struct ed_inventory_arena *a = inv->arena; a; a = a->next)
		n += sizeof(*a);
	return n;
}
