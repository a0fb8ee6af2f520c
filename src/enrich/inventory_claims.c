/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who had an address when. Rows become claims; leases are put one after the other; then the claims
 * on one address, which may overlap, are cut into periods that have one asset each.
 *
 * The one idea: a sweep over the ends of all claims on an address, with those that are open in a
 * heap, the most believable on top. k claims cost k log k, however they overlap.
 */
#include "enrich/inventory_int.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

enum { SLOTS_MIN = 16, VARIANTS_MAX = 16 };

/* What one row says of one address, in the order in which its file tells it. */
struct told {
	struct ed_addr addr;
	uint32_t net_tag;
	uint32_t row;
	uint64_t story; /* rows of the same story follow each other */
};

/* A machine in a network that says what nobody said of the machine. */
struct variant {
	uint32_t network, asset; /* indices */
	uint32_t next;           /* of the same machine; NONE: the last */
};

/* A claim that the sweep has met. */
struct open {
	uint64_t rank; /* the lowest is believed */
	uint32_t claim;
};

struct build {
	struct ed_inventory *inv;
	const uint32_t *asset_of;
	struct ed_inventory_array told;
	struct ed_inventory_array variants;
	uint32_t *first_variant; /* by machine */
	struct open *heap;
	size_t n_heap;
	int64_t *ends;
};

static struct ed_inventory_claim *claim_at(const struct ed_inventory *inv, size_t i)
{
	return (struct ed_inventory_claim *)inv->claims.p + i;
}

/* ------------------------------------------------------------------- the told */

/* Rows that stand for themselves have a story each. */
static uint64_t story_of(const struct build *b, size_t row)
{
	const struct ed_inventory_stored *s = ed_inventory_row_at(b->inv, row);
	uint64_t file = (uint64_t)s->file << 34;

	if (s->sequence == ED_INVENTORY_TENANTS)
		return file;
	if (s->sequence == ED_INVENTORY_OWN)
		return file | UINT64_C(1) << 33 | b->asset_of[row];
	return file | UINT64_C(1) << 32 | row;
}

static int tell_all(struct build *b)
{
	const struct ed_inventory_prefix *p = b->inv->addrs.p;

	for (size_t i = 0; i < b->inv->rows.n; i++) {
		const struct ed_inventory_stored *s = ed_inventory_row_at(b->inv, i);

		for (unsigned k = 0; k < s->n_addrs; k++) {
			struct told *t;

			if (p[s->first_addr + k].bits != 128)
				continue;
			t = ed_inventory_array_add(&b->told);
			if (!t)
				return -ENOMEM;
			t->addr = p[s->first_addr + k].addr;
			t->net_tag = s->net_tag;
			t->row = (uint32_t)i;
			t->story = story_of(b, i);
			b->inv->has_tags = b->inv->has_tags || s->net_tag != 0;
		}
	}
	return 0;
}

static int compare_told(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	int order = memcmp(x->addr.b, y->addr.b, sizeof(x->addr.b));

	if (order != 0)
		return order;
	if (x->net_tag != y->net_tag)
		return x->net_tag < y->net_tag ? -1 : 1;
	if (x->story != y->story)
		return x->story < y->story ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static bool is_same_story(const struct told *a, const struct told *b)
{
	return a->story == b->story && a->net_tag == b->net_tag && ed_addr_eq(&a->addr, &b->addr);
}

/* -------------------------------------------------------------------- stories */

static int add_claim(struct build *b, const struct told *t, int64_t from_ns, int64_t to_ns)
{
	struct ed_inventory_claim *c = ed_inventory_array_add(&b->inv->claims);

	if (!c)
		return -ENOMEM;
	*c = (struct ed_inventory_claim){ .addr = t->addr,
					  .net_tag = t->net_tag,
					  .asset = b->asset_of[t->row],
					  .from_ns = from_ns,
					  .to_ns = to_ns,
					  .row = t->row };
	return 0;
}

/* Somebody has the address; @last is who had it before, or NULL. */
static int tell_has(struct build *b, const struct told *t, struct ed_inventory_claim *last)
{
	const struct ed_inventory_stored *s = ed_inventory_row_at(b->inv, t->row);

	if (last && last->asset == b->asset_of[t->row] && s->from_ns <= last->to_ns &&
	    s->to_ns > last->from_ns) { /* renewed, or told anew */
		if (s->from_ns < last->from_ns)
			last->from_ns = s->from_ns;
		last->to_ns = s->to_ns;
		return 0;
	}
	if (last && s->from_ns > last->from_ns && s->from_ns < last->to_ns)
		last->to_ns = s->from_ns;
	return add_claim(b, t, s->from_ns, s->to_ns);
}

static void end_claim(struct ed_inventory_claim *last, int64_t at_ns)
{
	if (at_ns >= last->from_ns && at_ns < last->to_ns)
		last->to_ns = at_ns;
}

/* The story from @t on; returns where the next one begins, NULL without memory. */
static const struct told *tell_story(struct build *b, const struct told *t, const struct told *end)
{
	const struct told *first = t;
	size_t n_before = b->inv->claims.n;

	for (; t < end && is_same_story(first, t); t++) {
		const struct ed_inventory_stored *s = ed_inventory_row_at(b->inv, t->row);
		struct ed_inventory_claim *last = b->inv->claims.n > n_before ?
							  claim_at(b->inv, b->inv->claims.n - 1) :
							  NULL;
		int why = 0;

		if (s->verb == ED_INVENTORY_HAS && b->asset_of[t->row] != ED_INVENTORY_NONE)
			why = tell_has(b, t, last);
		else if (last)
			end_claim(last, s->verb == ED_INVENTORY_ENDS ? s->to_ns : s->from_ns);
		else if (s->verb == ED_INVENTORY_ENDS && b->asset_of[t->row] != ED_INVENTORY_NONE)
			why = add_claim(b, t, ED_INVENTORY_ALWAYS_NS, s->to_ns);
		if (why < 0)
			return NULL;
	}
	return t;
}

/* Claims that hold at no time are of no use any more. */
static void drop_empty(struct ed_inventory *inv)
{
	size_t n = 0;

	for (size_t i = 0; i < inv->claims.n; i++) {
		struct ed_inventory_claim *c = claim_at(inv, i);

		if (c->from_ns < c->to_ns)
			*claim_at(inv, n++) = *c;
	}
	inv->claims.n = n;
}

/* Events without a tag may be anybody's who has the address. */
static int copy_untagged(struct ed_inventory *inv)
{
	size_t n = inv->claims.n;

	for (size_t i = 0; inv->has_tags && i < n; i++) {
		struct ed_inventory_claim *c = ed_inventory_array_add(&inv->claims);

		if (!c)
			return -ENOMEM;
		*c = *claim_at(inv, i);
		c->net_tag = ED_INVENTORY_ANY_TAG;
	}
	return 0;
}

/* ------------------------------------------------------------------- networks */

static void inherit(struct ed_asset *a, const struct ed_asset *network)
{
	if (a->role == ED_ASSET_UNKNOWN)
		a->role = network->role;
	if (a->platform == ED_PLATFORM_UNKNOWN)
		a->platform = network->platform;
	if (!*a->network)
		a->network = network->network;
	if (!*a->owner)
		a->owner = network->owner;
}

static bool is_full(const struct ed_asset *a)
{
	return a->role != ED_ASSET_UNKNOWN && a->platform != ED_PLATFORM_UNKNOWN && *a->network &&
	       *a->owner;
}

/* The machine as it stands in the network: itself where the network adds nothing. */
static int place(struct build *b, uint32_t machine, uint32_t network, uint32_t *ret)
{
	struct ed_asset copy = *ed_inventory_asset_at(b->inv, machine), *a;
	struct variant *v;
	unsigned n = 0;

	*ret = machine;
	if (network == ED_INVENTORY_NONE || is_full(&copy))
		return 0;
	for (uint32_t i = b->first_variant[machine]; i != ED_INVENTORY_NONE; i = v->next) {
		v = (struct variant *)b->variants.p + i;
		if (v->network == network) {
			*ret = v->asset;
			return 0;
		}
		if (++n == VARIANTS_MAX)
			return 0;
	}
	inherit(&copy, ed_inventory_asset_at(b->inv, network));
	a = ed_inventory_array_add(&b->inv->assets);
	v = ed_inventory_array_add(&b->variants);
	if (!a || !v)
		return -ENOMEM;
	*a = copy;
	v->network = network;
	v->asset = *ret = (uint32_t)b->inv->assets.n - 1;
	v->next = b->first_variant[machine];
	b->first_variant[machine] = (uint32_t)b->variants.n - 1;
	return 0;
}

static int place_all(struct build *b)
{
	uint32_t n = b->inv->n_machines;
	int why = 0;

	if (b->inv->ranges.n == 0)
		return 0;
	b->first_variant = malloc((n + 1) * sizeof(*b->first_variant));
	if (!b->first_variant)
		return -ENOMEM;
	memset(b->first_variant, 0xff, n * sizeof(*b->first_variant));
	for (size_t i = 0; i < b->inv->claims.n && why == 0; i++) {
		struct ed_inventory_claim *c = claim_at(b->inv, i);

		why = place(b, c->asset, ed_inventory_network_of(b->inv, &c->addr), &c->asset);
	}
	/* who is in one network only is so by name as well */
	for (uint32_t i = 0; i < n && why == 0; i++) {
		const struct variant *v;

		if (b->first_variant[i] == ED_INVENTORY_NONE)
			continue;
		v = (const struct variant *)b->variants.p + b->first_variant[i];
		if (v->next == ED_INVENTORY_NONE)
			inherit(ed_inventory_asset_at(b->inv, i),
				ed_inventory_asset_at(b->inv, v->network));
	}
	return why;
}

/* --------------------------------------------------------------------- periods */

static int compare_claims(const void *a, const void *b)
{
	const struct ed_inventory_claim *x = a, *y = b;
	int order = memcmp(x->addr.b, y->addr.b, sizeof(x->addr.b));

	if (order != 0)
		return order;
	if (x->net_tag != y->net_tag)
		return x->net_tag < y->net_tag ? -1 : 1;
	if (x->from_ns != y->from_ns)
		return x->from_ns < y->from_ns ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static int compare_ends(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Strict roles first, then what is dated, then what is declared, then what was read first. */
static uint64_t rank_of(const struct ed_inventory *inv, const struct ed_inventory_claim *c)
{
	const struct ed_asset *a = ed_inventory_asset_at(inv, c->asset);
	uint64_t excuses = ed_asset_role_excuses(a->role);
	uint64_t undated = c->from_ns == ED_INVENTORY_ALWAYS_NS;
	uint64_t observed = !ed_inventory_row_at(inv, c->row)->is_declared;

	return excuses << 34 | undated << 33 | observed << 32 | c->row;
}

static void swap(struct open *a, struct open *b)
{
	struct open t = *a;

	*a = *b;
	*b = t;
}

static void heap_push(struct build *b, struct open o)
{
	size_t i = b->n_heap++;

	b->heap[i] = o;
	for (; i > 0 && b->heap[i].rank < b->heap[(i - 1) / 2].rank; i = (i - 1) / 2)
		swap(&b->heap[i], &b->heap[(i - 1) / 2]);
}

static void heap_pop(struct build *b)
{
	size_t i = 0;

	b->heap[0] = b->heap[--b->n_heap];
	for (;;) {
		size_t least = i, left = 2 * i + 1, right = left + 1;

		if (left < b->n_heap && b->heap[left].rank < b->heap[least].rank)
			least = left;
		if (right < b->n_heap && b->heap[right].rank < b->heap[least].rank)
			least = right;
		if (least == i)
			return;
		swap(&b->heap[i], &b->heap[least]);
		i = least;
	}
}

static uint32_t id_of(const struct ed_inventory *inv, const struct ed_inventory_claim *c)
{
	return ed_inventory_asset_at(inv, c->asset)->id;
}

/* @fresh begins while @there holds. */
static void note_conflict(struct ed_inventory *inv, const struct ed_inventory_claim *there,
			  const struct ed_inventory_claim *fresh)
{
	const struct ed_inventory_claim *by[2] = { there, fresh };
	struct ed_inventory_conflict *k;

	if (id_of(inv, there) == id_of(inv, fresh) ||
	    (inv->has_tags && fresh->net_tag != ED_INVENTORY_ANY_TAG))
		return;
	if (rank_of(inv, fresh) < rank_of(inv, there)) {
		by[0] = fresh;
		by[1] = there;
	}
	if (inv->n_conflicts++ >= ED_INVENTORY_CONFLICTS_MAX)
		return;
	k = &inv->conflicts[inv->n_conflicts - 1];
	k->addr = fresh->addr;
	k->net_tag = fresh->net_tag == ED_INVENTORY_ANY_TAG ? 0 : fresh->net_tag;
	k->from_ns = fresh->from_ns;
	for (unsigned i = 0; i < 2; i++) {
		k->by[i].asset = id_of(inv, by[i]);
		k->by[i].file = ed_inventory_row_at(inv, by[i]->row)->file;
		k->by[i].line = ed_inventory_row_at(inv, by[i]->row)->line;
	}
}

/* Who is believed from @at_ns on; NONE: nobody. */
static uint32_t believed(struct build *b, int64_t at_ns)
{
	while (b->n_heap > 0 && claim_at(b->inv, b->heap[0].claim)->to_ns <= at_ns)
		heap_pop(b);
	return b->n_heap > 0 ? claim_at(b->inv, b->heap[0].claim)->asset : ED_INVENTORY_NONE;
}

static int change(struct build *b, int64_t at_ns, uint32_t asset, struct ed_inventory_period *now)
{
	struct ed_inventory_period *p;

	if (asset == now->asset)
		return 0;
	if (now->asset != ED_INVENTORY_NONE) {
		p = ed_inventory_array_add(&b->inv->periods);
		if (!p)
			return -ENOMEM;
		*p = *now;
		p->to_ns = at_ns;
	}
	now->asset = asset;
	now->from_ns = at_ns;
	return 0;
}

/* The claims [first, end) are on one address. */
static int sweep(struct build *b, size_t first, size_t end)
{
	struct ed_inventory_period now = { .asset = ED_INVENTORY_NONE };
	size_t next = first, n_ends = 0;
	int why = 0;

	for (size_t i = first; i < end; i++) {
		b->ends[n_ends++] = claim_at(b->inv, i)->from_ns;
		b->ends[n_ends++] = claim_at(b->inv, i)->to_ns;
	}
	qsort(b->ends, n_ends, sizeof(*b->ends), compare_ends);
	b->n_heap = 0;
	for (size_t e = 0; e < n_ends && why == 0; e++) {
		int64_t at = b->ends[e];

		if (e > 0 && at == b->ends[e - 1])
			continue;
		for (; next < end && claim_at(b->inv, next)->from_ns == at; next++) {
			const struct ed_inventory_claim *c = claim_at(b->inv, next);

			if (believed(b, at) != ED_INVENTORY_NONE)
				note_conflict(b->inv, claim_at(b->inv, b->heap[0].claim), c);
			heap_push(b, (struct open){ rank_of(b->inv, c), (uint32_t)next });
		}
		why = change(b, at, believed(b, at), &now);
	}
	return why;
}

/* ----------------------------------------------------------------------- table */

static bool is_same_addr(const struct ed_inventory_claim *a, const struct ed_inventory_claim *b)
{
	return a->net_tag == b->net_tag && ed_addr_eq(&a->addr, &b->addr);
}

/* The end of the claims on the address of the claim @i. */
static size_t group_end(const struct ed_inventory *inv, size_t i)
{
	size_t end = i + 1;

	while (end < inv->claims.n && is_same_addr(claim_at(inv, i), claim_at(inv, end)))
		end++;
	return end;
}

static int make_slots(struct build *b)
{
	struct ed_inventory *inv = b->inv;
	uint64_t n_addrs = 0, n_slots = SLOTS_MIN;
	size_t most = 0, end;

	for (size_t i = 0; i < inv->claims.n; i = end, n_addrs++) {
		end = group_end(inv, i);
		most = end - i > most ? end - i : most;
	}
	while (n_slots < n_addrs * 2)
		n_slots *= 2;
	inv->slot_mask = n_slots - 1;
	inv->slots = ed_mem_zalloc(n_slots, sizeof(*inv->slots));
	b->heap = malloc((most + 1) * sizeof(*b->heap));
	b->ends = malloc((most + 1) * 2 * sizeof(*b->ends));
	return inv->slots && b->heap && b->ends ? 0 : -ENOMEM;
}

static void fill_slot(struct ed_inventory *inv, const struct ed_inventory_claim *c,
		      uint64_t first_period)
{
	struct ed_inventory_slot *slot;
	uint64_t i = ed_inventory_addr_hash(inv, &c->addr, c->net_tag);

	for (i &= inv->slot_mask; inv->slots[i].n_periods; i = (i + 1) & inv->slot_mask)
		;
	slot = &inv->slots[i];
	slot->addr = c->addr;
	slot->net_tag = c->net_tag;
	slot->n_periods = (uint32_t)(inv->periods.n - first_period);
	if (slot->n_periods > 1) {
		slot->first = first_period;
		return;
	}
	slot->only = ((const struct ed_inventory_period *)inv->periods.p)[first_period];
	inv->periods.n--; /* most addresses have but one; it is in the slot */
}

static int make_table(struct build *b)
{
	size_t end;
	int why = make_slots(b);

	for (size_t i = 0; i < b->inv->claims.n && why == 0; i = end) {
		uint64_t first_period = b->inv->periods.n;

		end = group_end(b->inv, i);
		why = sweep(b, i, end);
		if (why == 0)
			fill_slot(b->inv, claim_at(b->inv, i), first_period);
	}
	return why;
}

/* Which claims are a machine's: counted, then put. */
static int make_by_machine(struct ed_inventory *inv)
{
	uint32_t *first = calloc(inv->n_machines + 2, sizeof(*first));
	uint32_t *claims = malloc((inv->claims.n + 1) * sizeof(*claims));

	inv->machine_first = first;
	inv->by_machine = claims;
	if (!first || !claims)
		return -ENOMEM;
	for (size_t i = 0; i < inv->claims.n; i++)
		first[id_of(inv, claim_at(inv, i)) + 1]++;
	for (uint32_t i = 0; i < inv->n_machines; i++)
		first[i + 2] += first[i + 1];
	for (size_t i = 0; i < inv->claims.n; i++)
		claims[first[id_of(inv, claim_at(inv, i))]++] = (uint32_t)i;
	return 0;
}

static int make_claims(struct build *b)
{
	const struct told *t, *end;
	int why = tell_all(b);

	if (why < 0)
		return why;
	if (b->told.n == 0)
		return 0;
	qsort(b->told.p, b->told.n, sizeof(struct told), compare_told);
	t = b->told.p;
	end = t + b->told.n;
	while (t < end) {
		t = tell_story(b, t, end);
		if (!t)
			return -ENOMEM;
	}
	drop_empty(b->inv);
	why = place_all(b);
	if (why == 0)
		why = copy_untagged(b->inv);
	if (why == 0 && b->inv->claims.n > 0)
		qsort(b->inv->claims.p, b->inv->claims.n, sizeof(struct ed_inventory_claim),
		      compare_claims);
	return why;
}

int ed_inventory_build_claims(struct ed_inventory *inv, const uint32_t *asset_of)
{
	struct build b = { .inv = inv,
			   .asset_of = asset_of,
			   .told = { .item_bytes = sizeof(struct told) },
			   .variants = { .item_bytes = sizeof(struct variant) } };
	int why = make_claims(&b);

	ed_inventory_array_done(&b.told);
	if (why == 0)
		why = make_table(&b);
	if (why == 0)
		why = make_by_machine(inv);
	ed_inventory_array_done(&b.variants);
	free(b.first_variant);
	free(b.heap);
	free(b.ends);
	return why;
}
