/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks: which one an address is in, by the longest prefix. The one idea: prefixes nest or are
 * apart, so sorted by their beginning they cut all addresses into ranges with one network each, and
 * a look-up is a binary search among these.
 */
#include "enrich/inventory_int.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cursor.h"

enum { NEST_MAX = 130 };

typedef unsigned __int128 wide;

struct network {
	wide first, last;
	uint32_t asset;
	uint32_t row;
};

static uint64_t be64(const uint8_t *p)
{
	return (uint64_t)ed_get_be32(p) << 32 | ed_get_be32(p + 4);
}

static wide wide_of(const struct ed_addr *a)
{
	return (wide)be64(a->b) << 64 | be64(a->b + 8);
}

static void addr_of(wide v, struct ed_addr *ret)
{
	for (unsigned i = 0; i < 16; i++)
		ret->b[i] = (uint8_t)(v >> (120 - 8 * i));
}

/* By beginning, the wider one first, then by row. */
static int compare(const void *a, const void *b)
{
	const struct network *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->last != y->last)
		return x->last > y->last ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static int new_network(struct ed_inventory *inv, size_t row, uint32_t *ret)
{
	const struct ed_inventory_stored *s = ed_inventory_row_at(inv, row);
	struct ed_asset *a = ed_inventory_array_add(&inv->assets);

	if (!a)
		return -ENOMEM;
	for (unsigned i = 0; i < ED_ASSET_NAMES_MAX; i++)
		a->name[i] = "";
	a->is_declared = true;
	a->platform = s->platform;
	a->role = s->role;
	a->tag = s->text[ED_INVENTORY_ID];
	a->os = s->text[ED_INVENTORY_OS];
	a->owner = s->text[ED_INVENTORY_OWNER];
	a->user = "";
	a->network = s->text[ED_INVENTORY_NETWORK];
	if (!*a->network && s->n_names > 0)
		a->network = s->name[0];
	*ret = (uint32_t)inv->assets.n - 1;
	return 0;
}

/* All prefixes of all rows. */
static int gather(struct ed_inventory *inv, struct ed_inventory_array *ret)
{
	for (size_t i = 0; i < inv->rows.n; i++) {
		const struct ed_inventory_stored *s = ed_inventory_row_at(inv, i);
		uint32_t asset = ED_INVENTORY_NONE;

		for (unsigned k = 0; k < s->n_addrs; k++) {
			const struct ed_inventory_prefix *p = (const struct ed_inventory_prefix *)
								      inv->addrs.p +
							      s->first_addr + k;
			struct network *n;

			if (p->bits == 128)
				continue;
			if (asset == ED_INVENTORY_NONE && new_network(inv, i, &asset) < 0)
				return -ENOMEM;
			n = ed_inventory_array_add(ret);
			if (!n)
				return -ENOMEM;
			n->first = wide_of(&p->addr);
			n->last = n->first |
				  (p->bits == 0 ? ~(wide)0 : ((wide)1 << (128 - p->bits)) - 1);
			n->asset = asset;
			n->row = (uint32_t)i;
			inv->n_networks++;
		}
	}
	return 0;
}

static int put_range(struct ed_inventory *inv, wide first, uint32_t asset)
{
	struct ed_inventory_range *last = NULL, *r;
	struct ed_addr addr;

	addr_of(first, &addr);
	if (inv->ranges.n > 0)
		last = (struct ed_inventory_range *)inv->ranges.p + inv->ranges.n - 1;
	if (last && ed_addr_eq(&last->first, &addr)) {
		last->asset = asset;
		return 0;
	}
	r = ed_inventory_array_add(&inv->ranges);
	if (!r)
		return -ENOMEM;
	r->first = addr;
	r->asset = asset;
	return 0;
}

/* The innermost of the networks that are open ends; what is around it goes on. */
static int end_network(struct ed_inventory *inv, const struct network *const *open, unsigned *depth)
{
	const struct network *n = open[--*depth];

	if (n->last == ~(wide)0)
		return 0;
	return put_range(inv, n->last + 1,
			 *depth > 0 ? open[*depth - 1]->asset : ED_INVENTORY_NONE);
}

static int flatten(struct ed_inventory *inv, const struct network *networks, size_t n)
{
	const struct network *open[NEST_MAX];
	unsigned depth = 0;
	int why = 0;

	for (size_t i = 0; i < n && why == 0; i++) {
		while (depth > 0 && open[depth - 1]->last < networks[i].first && why == 0)
			why = end_network(inv, open, &depth);
		if (depth > 0 && open[depth - 1]->first == networks[i].first &&
		    open[depth - 1]->last == networks[i].last)
			continue; /* told twice: the first counts */
		if (why == 0)
			why = put_range(inv, networks[i].first, networks[i].asset);
		open[depth++] = &networks[i];
	}
	while (depth > 0 && why == 0)
		why = end_network(inv, open, &depth);
	return why;
}

int ed_inventory_build_networks(struct ed_inventory *inv)
{
	struct ed_inventory_array networks = { .item_bytes = sizeof(struct network) };
	int why = gather(inv, &networks);

	if (why == 0 && networks.n > 0) {
		qsort(networks.p, networks.n, sizeof(struct network), compare);
		why = flatten(inv, networks.p, networks.n);
	}
	ed_inventory_array_done(&networks);
	return why;
}

uint32_t ed_inventory_network_of(const struct ed_inventory *inv, const struct ed_addr *addr)
{
	const struct ed_inventory_range *r = inv->ranges.p;
	uint64_t high = be64(addr->b), low = be64(addr->b + 8);
	size_t n = inv->ranges.n, at = 0;

	if (n == 0)
		return ED_INVENTORY_NONE;
	while (n > 1) {
		size_t half = n / 2;
		const uint8_t *mid = r[at + half].first.b;
		uint64_t mid_high = be64(mid);

		if (mid_high < high || (mid_high == high && be64(mid + 8) <= low))
			at += half;
		n -= half;
	}
	if (memcmp(r[at].first.b, addr->b, sizeof(addr->b)) > 0)
		return ED_INVENTORY_NONE;
	return r[at].asset;
}
