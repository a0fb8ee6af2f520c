/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of an inventory; private to enrich/inventory.c and the steps of its build. */
#ifndef ED_ENRICH_INVENTORY_INT_H
#define ED_ENRICH_INVENTORY_INT_H

#include "base/hash.h"
#include "enrich/inventory.h"
#include "enrich/inventory_row.h"

enum {
	ED_INVENTORY_TEXT_MAX = 255, /* bytes of a kept text without NUL */
	ED_INVENTORY_ARENA_BYTES = 1 << 16,
};

#define ED_INVENTORY_ANY_TAG UINT32_MAX
#define ED_INVENTORY_NONE UINT32_MAX

/* Texts, for the life of the set. */
struct ed_inventory_arena {
	struct ed_inventory_arena *next;
	size_t n;
	char text[ED_INVENTORY_ARENA_BYTES];
};

/* An array that grows; items lie in one piece. */
struct ed_inventory_array {
	void *p;
	size_t n, max;
	size_t item_bytes;
};

/* A row as it is kept until the set is built. */
struct ed_inventory_stored {
	const char *text[ED_INVENTORY_TEXTS];
	const char *name[ED_ASSET_NAMES_MAX];
	uint64_t mac[ED_INVENTORY_MACS_MAX];
	int64_t from_ns, to_ns;
	uint64_t line;
	uint32_t net_tag;
	uint32_t first_addr; /* in .addrs of the set */
	uint8_t n_addrs, n_macs, n_names;
	uint8_t verb, platform, role;
	uint8_t sequence; /* ed_inventory_sequence */
	bool is_declared;
	uint8_t file;
};

/* That a machine had an address for a time. */
struct ed_inventory_claim {
	struct ed_addr addr;
	uint32_t net_tag;
	uint32_t asset; /* index; of a variant for its network, too */
	int64_t from_ns, to_ns;
	uint32_t row;
};

/* A period with one believed asset. */
struct ed_inventory_period {
	int64_t from_ns, to_ns;
	uint32_t asset;
	uint32_t pad;
};

struct ed_inventory_slot {
	struct ed_addr addr;
	uint32_t net_tag;
	uint32_t n_periods; /* 0: free */
	/* The only period, or the first in .periods. */
	union {
		struct ed_inventory_period only;
		uint64_t first;
	};
};

/* Addresses from .first to the next range's first are in the network, NONE: in none. */
struct ed_inventory_range {
	struct ed_addr first;
	uint32_t asset;
};

/* A place in a table of names; asset NONE: several machines have it. */
struct ed_inventory_named {
	const char *text; /* NULL: free */
	uint32_t n;
	uint32_t asset;
};

struct ed_inventory_names {
	struct ed_inventory_named *slots;
	uint64_t mask;
};

struct ed_inventory {
	uint64_t hash_key;
	struct ed_inventory_arena *arena;
	unsigned n_files;
	struct ed_inventory_file files[ED_INVENTORY_FILES_MAX];
	uint64_t n_conflicts;
	struct ed_inventory_conflict conflicts[ED_INVENTORY_CONFLICTS_MAX];
	/* until it is built */
	struct ed_inventory_array rows;  /* ed_inventory_stored */
	struct ed_inventory_array addrs; /* ed_inventory_prefix */
	/* built: assets by index are machines (id is index + 1), then the same in other networks,
	 * and networks */
	struct ed_inventory_array assets; /* ed_asset */
	struct ed_inventory_array claims; /* by address, tag, beginning */
	struct ed_inventory_array periods;
	struct ed_inventory_array ranges; /* by address */
	struct ed_inventory_names full, short_names;
	uint32_t n_machines, n_networks;
	uint32_t *by_machine;    /* claims, those of a machine together */
	uint32_t *machine_first; /* in by_machine; one more than machines */
	struct ed_inventory_slot *slots;
	uint64_t slot_mask;
	bool has_tags;
};

/* Room for one more item, zeroed; NULL without memory. */
void *ed_inventory_array_add(struct ed_inventory_array *a);
void ed_inventory_array_done(struct ed_inventory_array *a);

/* Makes .assets of the rows, and what each row and name stands for: @ret_asset_of, one a row, to be
 * freed. 0 or -ENOMEM. */
int ed_inventory_join(struct ed_inventory *inv, uint32_t **ret_asset_of);
/* Makes .ranges and the assets that stand for networks. 0 or -ENOMEM. */
int ed_inventory_build_networks(struct ed_inventory *inv);
/* Makes .claims, .slots and .periods. 0 or -ENOMEM. */
int ed_inventory_build_claims(struct ed_inventory *inv, const uint32_t *asset_of);

/* The network of an address, as index of its asset; NONE: in none. */
uint32_t ed_inventory_network_of(const struct ed_inventory *inv, const struct ed_addr *addr);

/* Room for @n texts. 0 or -ENOMEM; .slots is to be freed. */
int ed_inventory_names_init(struct ed_inventory_names *names, uint64_t n);
/* The place of @text, which may be free. */
struct ed_inventory_named *ed_inventory_named_at(const struct ed_inventory *inv,
						 const struct ed_inventory_names *names,
						 struct ed_span text);
/* The machine that is called so, see ed_inventory_by_name; NONE. @name is in lower case. */
uint32_t ed_inventory_named(const struct ed_inventory *inv, struct ed_span name);

static inline uint64_t ed_inventory_addr_hash(const struct ed_inventory *inv,
					      const struct ed_addr *addr, uint32_t net_tag)
{
	return ed_hash_bytes(addr->b, sizeof(addr->b), inv->hash_key ^ net_tag);
}

static inline struct ed_asset *ed_inventory_asset_at(const struct ed_inventory *inv, uint32_t i)
{
	return (struct ed_asset *)inv->assets.p + i;
}

static inline struct ed_inventory_stored *ed_inventory_row_at(const struct ed_inventory *inv,
							      size_t i)
{
	return (struct ed_inventory_stored *)inv->rows.p + i;
}

#endif
