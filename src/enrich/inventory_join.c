/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows to machines. First what people declared, by number, name, network card or address; then what
 * was observed, by number, network card or name, so that the order of the files does not matter.
 *
 * The one idea: who is observed chooses his own name, so a machine whose role excuses traffic is
 * joined only from the addresses that were declared for it, or, when none were, by its card.
 */
#include "enrich/inventory_int.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"

enum { SLOTS_MIN = 16 };

/* A network card or a declared address, and whose it is. */
struct mark {
	uint8_t what; /* 0: free */
	uint8_t pad[3];
	uint32_t asset;
	uint8_t bytes[16];
};

enum { MARK_CARD = 1, MARK_ADDR };

/* What is only of use while joining. */
struct side {
	uint8_t file; /* that gave the number */
	bool has_cards, has_addrs;
};

struct join {
	struct ed_inventory *inv;
	struct ed_inventory_names declared_ids, observed_ids;
	struct mark *marks;
	uint64_t mark_mask;
	struct ed_inventory_array sides;
	uint32_t *asset_of;
};

/* --------------------------------------------------------------------- names */

int ed_inventory_names_init(struct ed_inventory_names *names, uint64_t n)
{
	uint64_t n_slots = SLOTS_MIN;

	while (n_slots < n * 2)
		n_slots *= 2;
	names->slots = calloc(n_slots, sizeof(*names->slots));
	names->mask = n_slots - 1;
	return names->slots ? 0 : -ENOMEM;
}

struct ed_inventory_named *ed_inventory_named_at(const struct ed_inventory *inv,
						 const struct ed_inventory_names *names,
						 struct ed_span text)
{
	uint64_t i = ed_hash_bytes(text.p, text.n, inv->hash_key) & names->mask;

	while (names->slots[i].text &&
	       !ed_span_eq(ed_span_of(names->slots[i].text, names->slots[i].n), text))
		i = (i + 1) & names->mask;
	return &names->slots[i];
}

/* For @asset, unless another one has it: then a declared one goes before an observed one, and
 * between equals nobody has it. */
static void take_name(struct join *j, struct ed_inventory_names *names, struct ed_span text,
		      uint32_t asset)
{
	struct ed_inventory_named *named = ed_inventory_named_at(j->inv, names, text);

	if (!named->text) {
		*named = (struct ed_inventory_named){ .text = (const char *)text.p,
						      .n = (uint32_t)text.n,
						      .asset = asset };
		return;
	}
	if (named->asset == asset || named->asset == ED_INVENTORY_NONE)
		return;
	if (!ed_inventory_asset_at(j->inv, asset)->is_declared &&
	    ed_inventory_asset_at(j->inv, named->asset)->is_declared)
		return;
	named->asset = ED_INVENTORY_NONE;
}

/* A name that was not cut or damaged, and that a machine can have. */
static bool is_usable(const char *name)
{
	return *name && !strpbrk(name, "? ") && strlen(name) < ED_INVENTORY_TEXT_MAX;
}

static uint32_t by_names(const struct join *j, const struct ed_inventory_stored *row)
{
	for (unsigned i = 0; i < row->n_names; i++) {
		uint32_t asset = ED_INVENTORY_NONE;

		if (is_usable(row->name[i]))
			asset = ed_inventory_named(j->inv, ed_span_str(row->name[i]));
		if (asset != ED_INVENTORY_NONE)
			return asset;
	}
	return ED_INVENTORY_NONE;
}

static uint32_t by_id(const struct join *j, const struct ed_inventory_names *ids, const char *id)
{
	const struct ed_inventory_named *named;

	if (!*id)
		return ED_INVENTORY_NONE;
	named = ed_inventory_named_at(j->inv, ids, ed_span_str(id));
	return named->text ? named->asset : ED_INVENTORY_NONE;
}

/* --------------------------------------------------------------------- marks */

static struct mark *mark_at(const struct join *j, const struct mark *key)
{
	uint64_t i = ed_hash_bytes(key->bytes, sizeof(key->bytes), j->inv->hash_key + key->what);

	for (i &= j->mark_mask; j->marks[i].what; i = (i + 1) & j->mark_mask) {
		if (j->marks[i].what == key->what &&
		    memcmp(j->marks[i].bytes, key->bytes, sizeof(key->bytes)) == 0)
			break;
	}
	return &j->marks[i];
}

static struct mark card_mark(uint64_t mac)
{
	struct mark m = { .what = MARK_CARD };

	memcpy(m.bytes, &mac, sizeof(mac));
	return m;
}

static struct mark addr_mark(const struct ed_addr *addr)
{
	struct mark m = { .what = MARK_ADDR };

	memcpy(m.bytes, addr->b, sizeof(m.bytes));
	return m;
}

static uint32_t marked(const struct join *j, struct mark key)
{
	const struct mark *m = mark_at(j, &key);

	return m->what ? m->asset : ED_INVENTORY_NONE;
}

/* The first one keeps it. */
static void put_mark(struct join *j, struct mark key, uint32_t asset)
{
	struct mark *m = mark_at(j, &key);

	if (m->what)
		return;
	*m = key;
	m->asset = asset;
}

static const struct ed_inventory_prefix *addrs_of(const struct join *j,
						  const struct ed_inventory_stored *row)
{
	if (row->n_addrs == 0)
		return NULL;
	return (const struct ed_inventory_prefix *)j->inv->addrs.p + row->first_addr;
}

static uint32_t by_cards(const struct join *j, const struct ed_inventory_stored *row)
{
	uint32_t asset = ED_INVENTORY_NONE;

	for (unsigned i = 0; i < row->n_macs && asset == ED_INVENTORY_NONE; i++)
		asset = marked(j, card_mark(row->mac[i]));
	return asset;
}

static uint32_t by_addrs(const struct join *j, const struct ed_inventory_stored *row)
{
	const struct ed_inventory_prefix *p = addrs_of(j, row);
	uint32_t asset = ED_INVENTORY_NONE;

	for (unsigned i = 0; i < row->n_addrs && asset == ED_INVENTORY_NONE; i++)
		asset = p[i].bits == 128 ? marked(j, addr_mark(&p[i].addr)) : ED_INVENTORY_NONE;
	return asset;
}

/* ------------------------------------------------------------------- machines */

static struct side *side_of(const struct join *j, uint32_t asset)
{
	return (struct side *)j->sides.p + asset;
}

static bool is_nameless(const struct ed_asset *a)
{
	return a->n_names == 0 && !*a->tag;
}

static uint32_t find_declared(const struct join *j, const struct ed_inventory_stored *row)
{
	const char *id = row->text[ED_INVENTORY_ID];
	bool nameless = row->n_names == 0 && !*id;
	uint32_t asset = by_id(j, &j->declared_ids, id);

	if (asset != ED_INVENTORY_NONE)
		return asset;
	asset = by_names(j, row);
	/* a list that numbers two machines differently means two */
	if (asset != ED_INVENTORY_NONE && !(*id && *ed_inventory_asset_at(j->inv, asset)->tag &&
					    side_of(j, asset)->file == row->file))
		return asset;
	asset = by_cards(j, row);
	if (asset != ED_INVENTORY_NONE &&
	    (nameless || is_nameless(ed_inventory_asset_at(j->inv, asset))))
		return asset;
	asset = by_addrs(j, row);
	if (asset != ED_INVENTORY_NONE &&
	    (nameless || is_nameless(ed_inventory_asset_at(j->inv, asset))) &&
	    !(row->n_macs > 0 && side_of(j, asset)->has_cards))
		return asset;
	return ED_INVENTORY_NONE;
}

static bool holds_addr(const struct join *j, const struct ed_inventory_stored *row, uint32_t asset)
{
	const struct ed_inventory_prefix *p = addrs_of(j, row);

	for (unsigned i = 0; i < row->n_addrs; i++) {
		if (p[i].bits == 128 && marked(j, addr_mark(&p[i].addr)) == asset)
			return true;
	}
	return false;
}

/* Whether who was observed may be taken for @asset, which he has a card or a name of. */
static bool may_be(const struct join *j, const struct ed_inventory_stored *row, uint32_t asset,
		   bool has_card)
{
	const struct ed_asset *a = ed_inventory_asset_at(j->inv, asset);

	if (ed_asset_role_excuses(a->role))
		return holds_addr(j, row, asset) || (has_card && !side_of(j, asset)->has_addrs);
	/* names such as "iphone" are many machines' */
	return has_card || a->is_declared || row->n_macs == 0 || !side_of(j, asset)->has_cards;
}

static uint32_t find_observed(const struct join *j, const struct ed_inventory_stored *row)
{
	uint32_t asset = by_id(j, &j->observed_ids, row->text[ED_INVENTORY_ID]);

	if (asset != ED_INVENTORY_NONE)
		return asset;
	asset = by_cards(j, row);
	if (asset != ED_INVENTORY_NONE && may_be(j, row, asset, true))
		return asset;
	asset = by_names(j, row);
	if (asset != ED_INVENTORY_NONE && may_be(j, row, asset, false))
		return asset;
	asset = row->n_names == 0 && !*row->text[ED_INVENTORY_ID] ? by_addrs(j, row) :
								    ED_INVENTORY_NONE;
	if (asset != ED_INVENTORY_NONE && !(row->n_macs > 0 && side_of(j, asset)->has_cards))
		return asset;
	return ED_INVENTORY_NONE;
}

static void add_name(struct ed_asset *a, const char *name)
{
	for (unsigned i = 0; i < a->n_names; i++) {
		if (strcmp(a->name[i], name) == 0)
			return;
	}
	if (a->n_names == ED_ASSET_NAMES_MAX || !*name)
		return;
	a->name[a->n_names++] = name;
	if (strchr(name, '.') && !strchr(a->name[0], '.')) {
		a->name[a->n_names - 1] = a->name[0];
		a->name[0] = name;
	}
}

static void add_text(const char **text, const char *value)
{
	if (!**text)
		*text = value;
}

static void fold(struct ed_asset *a, const struct ed_inventory_stored *row)
{
	for (unsigned i = 0; i < row->n_names; i++)
		add_name(a, row->name[i]);
	add_text(&a->tag, row->text[ED_INVENTORY_ID]);
	add_text(&a->os, row->text[ED_INVENTORY_OS]);
	add_text(&a->network, row->text[ED_INVENTORY_NETWORK]);
	add_text(&a->owner, row->text[ED_INVENTORY_OWNER]);
	add_text(&a->user, row->text[ED_INVENTORY_USER]);
	if (a->role == ED_ASSET_UNKNOWN)
		a->role = row->role;
	if (a->platform == ED_PLATFORM_UNKNOWN)
		a->platform = row->platform;
	a->is_declared = a->is_declared || row->is_declared;
}

static uint32_t new_machine(struct join *j)
{
	struct ed_asset *a = ed_inventory_array_add(&j->inv->assets);

	if (!a || !ed_inventory_array_add(&j->sides))
		return ED_INVENTORY_NONE;
	a->id = (uint32_t)j->inv->assets.n;
	a->tag = a->os = a->network = a->owner = a->user = "";
	for (unsigned i = 0; i < ED_ASSET_NAMES_MAX; i++)
		a->name[i] = "";
	return a->id - 1;
}

/* The machine can be found by all that the row says of it. */
static void index_row(struct join *j, const struct ed_inventory_stored *row, uint32_t asset)
{
	const struct ed_inventory_prefix *p = addrs_of(j, row);
	const char *id = row->text[ED_INVENTORY_ID];
	struct side *side = side_of(j, asset);

	if (*id)
		take_name(j, row->is_declared ? &j->declared_ids : &j->observed_ids,
			  ed_span_str(id), asset);
	if (*id && row->is_declared)
		side->file = row->file;
	for (unsigned i = 0; i < row->n_names; i++) {
		const char *dot = strchr(row->name[i], '.');

		if (!is_usable(row->name[i]))
			continue;
		take_name(j, &j->inv->full, ed_span_str(row->name[i]), asset);
		if (dot)
			take_name(j, &j->inv->short_names,
				  ed_span_of(row->name[i], (size_t)(dot - row->name[i])), asset);
	}
	for (unsigned i = 0; i < row->n_macs; i++)
		put_mark(j, card_mark(row->mac[i]), asset);
	side->has_cards = side->has_cards || row->n_macs > 0;
	for (unsigned i = 0; row->is_declared && i < row->n_addrs; i++) {
		if (p[i].bits == 128)
			put_mark(j, addr_mark(&p[i].addr), asset);
		side->has_addrs = side->has_addrs || p[i].bits == 128;
	}
}

/* Rows about networks alone, and those that only end something, are no machine's. */
static bool is_machine(const struct join *j, const struct ed_inventory_stored *row)
{
	const struct ed_inventory_prefix *p = addrs_of(j, row);
	bool has_network = false, has_addr = false;

	for (unsigned i = 0; i < row->n_addrs; i++) {
		has_network = has_network || p[i].bits < 128;
		has_addr = has_addr || p[i].bits == 128;
	}
	if (has_network && !has_addr)
		return false;
	return row->verb == ED_INVENTORY_HAS || *row->text[ED_INVENTORY_ID];
}

static int join_rows(struct join *j, bool declared)
{
	for (size_t i = 0; i < j->inv->rows.n; i++) {
		const struct ed_inventory_stored *row = ed_inventory_row_at(j->inv, i);
		uint32_t asset;

		if (row->is_declared != declared || !is_machine(j, row))
			continue;
		asset = declared ? find_declared(j, row) : find_observed(j, row);
		if (asset == ED_INVENTORY_NONE)
			asset = new_machine(j);
		if (asset == ED_INVENTORY_NONE)
			return -ENOMEM;
		fold(ed_inventory_asset_at(j->inv, asset), row);
		index_row(j, row, asset);
		j->asset_of[i] = asset;
	}
	return 0;
}

static int join_init(struct join *j)
{
	uint64_t n_names = 0, n_marks = j->inv->addrs.n, n_slots = SLOTS_MIN;
	int why;

	for (size_t i = 0; i < j->inv->rows.n; i++) {
		n_names += ed_inventory_row_at(j->inv, i)->n_names;
		n_marks += ed_inventory_row_at(j->inv, i)->n_macs;
	}
	while (n_slots < n_marks * 2)
		n_slots *= 2;
	j->mark_mask = n_slots - 1;
	j->marks = calloc(n_slots, sizeof(*j->marks));
	j->asset_of = malloc((j->inv->rows.n + 1) * sizeof(*j->asset_of));
	if (!j->marks || !j->asset_of)
		return -ENOMEM;
	memset(j->asset_of, 0xff, j->inv->rows.n * sizeof(*j->asset_of));
	why = ed_inventory_names_init(&j->inv->full, n_names);
	if (why == 0)
		why = ed_inventory_names_init(&j->inv->short_names, n_names);
	if (why == 0)
		why = ed_inventory_names_init(&j->declared_ids, j->inv->rows.n);
	if (why == 0)
		why = ed_inventory_names_init(&j->observed_ids, j->inv->rows.n);
	return why;
}

int ed_inventory_join(struct ed_inventory *inv, uint32_t **ret_asset_of)
{
	struct join j = { .inv = inv, .sides = { .item_bytes = sizeof(struct side) } };
	int why = join_init(&j);

	if (why == 0)
		why = join_rows(&j, true);
	if (why == 0)
		why = join_rows(&j, false);
	inv->n_machines = (uint32_t)inv->assets.n;
	for (uint32_t i = 0; i < inv->n_machines; i++) {
		struct ed_asset *a = ed_inventory_asset_at(inv, i);

		if (a->role == ED_ASSET_UNKNOWN)
			a->role = (uint8_t)ed_asset_role_of(ed_span_str(a->os));
	}
	*ret_asset_of = j.asset_of;
	free(j.marks);
	free(j.declared_ids.slots);
	free(j.observed_ids.slots);
	ed_inventory_array_done(&j.sides);
	return why;
}
