/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An inventory of whatever bytes, alone and behind an asset table: it is taken or refused with a
 * reason; what every look-up says is of one mind with the others; no role that excuses comes from a
 * file that only observes.
 */
#include <assert.h>

#include "enrich/inventory.h"
#include "enrich/inventory_row.h"

enum { HASH_KEY = 7 };

static const char table[] = "ip,name,mac,role,valid_to\n192.0.2.53,resolver1,aa:bb:cc:dd:ee:53,"
			    "resolver,\n192.0.2.1,ws-1,aa:bb:cc:dd:ee:01,workstation,1782000000\n"
			    "10.0.0.0/8,campus,,,\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct check {
	const struct ed_inventory *inv;
	bool observed;
	uint64_t n_rows;
};

/* All that is said of one address at one time agrees. */
static void check_at(const struct check *c, const struct ed_addr *addr, uint32_t tag, int64_t ns)
{
	const struct ed_asset *who[ED_INVENTORY_CANDIDATES_MAX];
	const struct ed_asset *a = ed_inventory_find(c->inv, addr, tag, ns);
	size_t n = ed_inventory_candidates(c->inv, addr, tag, ns, who);
	struct ed_addr own[1];

	assert((n > 0) == (a != NULL));
	if (!a)
		return;
	assert(who[0] == a && a->role < ED_ASSET_ROLE_N && a->platform < ED_PLATFORM_N);
	assert(a->id <= ed_inventory_n_assets(c->inv) && a->n_names <= ED_ASSET_NAMES_MAX);
	assert(a->id == 0 || ed_inventory_addresses(c->inv, a->id, ns, 1, own) == 1);
	assert(!(c->observed && ed_asset_role_excuses(a->role)));
	for (size_t i = 1; i < n; i++)
		assert(who[i]->id != a->id && who[i]->id > 0);
}

/* Asks about everything that the file speaks of. */
static void ask(void *arg, const struct ed_inventory_row *row)
{
	struct check *c = arg;

	assert(row->verb <= ED_INVENTORY_NOBODY && !row->bad);
	c->n_rows++;
	for (unsigned i = 0; i < row->n_addrs; i++) {
		assert(row->addr[i].bits <= 128);
		check_at(c, &row->addr[i].addr, row->net_tag, row->from_ns);
		check_at(c, &row->addr[i].addr, 0, row->to_ns);
		check_at(c, &row->addr[i].addr, 0, 0);
	}
	for (unsigned i = 0; i < row->n_names; i++) {
		const struct ed_asset *a = ed_inventory_by_name(c->inv, row->name[i]);

		assert(!a || (a->id > 0 && a->n_names > 0));
	}
}

static void run(struct ed_span text, bool with_table)
{
	struct ed_inventory_fault fault = { .text = NULL };
	struct ed_inventory *inv = NULL;
	struct check check = { .n_rows = 0 };
	int why = ed_inventory_new(HASH_KEY, &inv);

	assert(why == 0);
	if (with_table)
		assert(ed_inventory_add(inv, "table", ed_span_str(table), NULL) == 0);
	why = ed_inventory_add(inv, "fuzz", text, &fault);
	assert(why >= 0 && (why == 0) == (fault.text == NULL));
	assert(fault.line <= text.n + 1);
	assert(ed_inventory_build(inv) == 0);
	assert(ed_inventory_n_files(inv) == (unsigned)(why == 0) + with_table);
	if (why == 0 && !ed_span_starts(text, "\xef\xbb\xbf") &&
	    !ed_span_starts(text, "\xff\xfe")) {
		struct ed_inventory_reader r = { .text = text, .row = ask, .arg = &check };
		enum ed_inventory_syntax syntax = ed_inventory_sniff(text);

		check.inv = inv;
		check.observed = syntax != ED_INVENTORY_CSV && syntax != ED_INVENTORY_JSON &&
				 !with_table;
		assert(ed_inventory_read(&r, syntax) == 0);
		assert(check.n_rows == ed_inventory_file(inv, with_table)->n_rows);
	}
	ed_inventory_free(inv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	run(ed_span_of(data, n), false);
	run(ed_span_of(data, n), true);
	return 0;
}
