/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of the machines behind addresses: their names, platform, role, network and owner,
 * and when an address was whose. A set is filled from files, built once and then only read, from
 * any number of threads.
 *
 * The one idea: files say that a machine had an address for a time. Rows that speak of one machine
 * (the same number, name or network card) become one asset; the claims on an address are cut into
 * periods with one asset each, so that a look-up is a probe in a hash table and, where an address
 * changed hands, a binary search. An address that no row claims is in the network with the longest
 * prefix, if any.
 *
 * Who may say what: a table or export is a person's word, it declares; leases, scans and agents are
 * observed, and a machine chooses its host name itself. So a name alone never gives an observed
 * machine a role that excuses traffic (ed_asset_role_excuses), and of several that claim an address
 * at the same time the one without such a role is believed.
 *
 * Syntaxes, told apart by content: CSV (asset tables, networks, directory exports; UTF-16 too),
 * JSON, Kea's, dhcpd's and dnsmasq's leases, Nmap (XML, grepable), osquery
 * (docs/guide/inventory.md).
 */
#ifndef ED_ENRICH_INVENTORY_H
#define ED_ENRICH_INVENTORY_H

#include "base/addr.h"
#include "record/asset.h"
#include "record/event.h"

struct ed_inventory;

enum {
	ED_INVENTORY_FILES_MAX = 64,
	ED_INVENTORY_FILE_MAX_BYTES = 256 << 20,
	ED_INVENTORY_ROWS_MAX = 1 << 22,   /* of all files */
	ED_INVENTORY_CLAIMS_MAX = 1 << 24, /* addresses in all rows */
	ED_INVENTORY_NAME_MAX = 64,        /* of a file, with NUL */
	ED_INVENTORY_CANDIDATES_MAX = 4,   /* for one address at one time */
	ED_INVENTORY_CONFLICTS_MAX = 16,   /* that are kept; all are counted */
};

/* Why a file was refused; the set is then as it was before. */
enum {
	ED_INVENTORY_EMPTY = 1,  /* no asset in it */
	ED_INVENTORY_UNREADABLE, /* no inventory, or more bad rows than good ones */
	ED_INVENTORY_IS_PACKED,  /* compressed */
	ED_INVENTORY_IS_CUT,     /* a document that is broken or ends too early */
	ED_INVENTORY_TOO_MANY,   /* rows or addresses */
	ED_INVENTORY_TOO_MANY_FILES,
};

struct ed_inventory_fault {
	uint64_t line;    /* from 1: the first that is at fault; 0: the file as a whole */
	const char *text; /* static */
};

/* What one file brought. */
struct ed_inventory_file {
	char name[ED_INVENTORY_NAME_MAX]; /* without its folder, printable ASCII */
	const char *syntax;               /* static: "dhcpd leases" */
	uint64_t n_rows;                  /* that say something */
	uint64_t n_other; /* understood and of no use: hosts that are down, comments */
	uint64_t n_bad;   /* not understood, and why the first was not: */
	struct ed_inventory_fault first_bad;
	uint64_t n_odd_roles;    /* rows whose role is none that is known; their role is unknown */
	uint64_t first_odd_role; /* its line */
	uint64_t n_cut;          /* rows with more addresses than are kept */
};

/* Two machines that claim an address at the same time. */
struct ed_inventory_conflict {
	struct ed_addr addr;
	uint32_t net_tag;
	int64_t from_ns; /* INT64_MIN: always */
	struct {
		uint32_t asset; /* its id */
		uint32_t file;
		uint64_t line;
	} by[2]; /* the one that is believed first */
};

/* An empty set. 0 or -ENOMEM; freed with ed_inventory_free. */
int ed_inventory_new(uint64_t hash_key, struct ed_inventory **ret);
void ed_inventory_free(struct ed_inventory *inv);

/* Adds a file. 0, -errno (-EFBIG over ED_INVENTORY_FILE_MAX_BYTES), or ED_INVENTORY_* with
 * *@ret_fault filled. The order of the files decides only which of two texts is kept: the first. */
int ed_inventory_add_file(struct ed_inventory *inv, const char *path,
			  struct ed_inventory_fault *ret_fault);
/* The same from memory; nothing of @text is kept. @path is only for the file's name. */
int ed_inventory_add(struct ed_inventory *inv, const char *path, struct ed_span text,
		     struct ed_inventory_fault *ret_fault);

/* Makes assets and tables out of all that was added. Nothing can be added afterwards. 0 or -ENOMEM.
 */
int ed_inventory_build(struct ed_inventory *inv);

/*
 * Whose a built set says @addr was at @time_ns; NULL: nobody's that it knows of. An asset with id 0
 * stands for the network that the address is in. @net_tag: of the event (record/event.h); rows
 * without a tag hold for all. The result lives as long as the set.
 */
const struct ed_asset *ed_inventory_find(const struct ed_inventory *inv, const struct ed_addr *addr,
					 uint32_t net_tag, int64_t time_ns);

/*
 * All machines that claim the address at that time, the one that ed_inventory_find believes first.
 * Returns how many, at most ED_INVENTORY_CANDIDATES_MAX; more than one is a conflict, and what is
 * said of the machine should say so. Takes time linear in the claims on the address.
 */
size_t ed_inventory_candidates(const struct ed_inventory *inv, const struct ed_addr *addr,
			       uint32_t net_tag, int64_t time_ns,
			       const struct ed_asset *ret[static ED_INVENTORY_CANDIDATES_MAX]);

/*
 * By host name, in any case: as it is listed; else, when only one of the two has a domain, by its
 * first label, if that is one machine's alone. NULL: not listed.
 */
const struct ed_asset *ed_inventory_by_name(const struct ed_inventory *inv, struct ed_span name);

/*
 * Sets asset_role and, unless the format knew it, platform of an event: by its client, or, where
 * the source names only the machine, by that name. Returns the asset; NULL: not in the inventory.
 */
const struct ed_asset *ed_inventory_annotate(const struct ed_inventory *inv, struct ed_event *ev);

/* The addresses of the machine @id at @time_ns, at most @max. Returns how many. */
size_t ed_inventory_addresses(const struct ed_inventory *inv, uint32_t id, int64_t time_ns,
			      size_t max, struct ed_addr *ret);

/* The account. Ids go from 1 to ed_inventory_n_assets. */
uint32_t ed_inventory_n_assets(const struct ed_inventory *inv);
const struct ed_asset *ed_inventory_asset(const struct ed_inventory *inv, uint32_t id);
uint32_t ed_inventory_n_networks(const struct ed_inventory *inv);
unsigned ed_inventory_n_files(const struct ed_inventory *inv);
const struct ed_inventory_file *ed_inventory_file(const struct ed_inventory *inv, unsigned i);
uint64_t ed_inventory_n_conflicts(const struct ed_inventory *inv);
/* Below the smaller of their number and ED_INVENTORY_CONFLICTS_MAX. */
const struct ed_inventory_conflict *ed_inventory_conflict(const struct ed_inventory *inv,
							  unsigned i);
/* Of a built set. */
uint64_t ed_inventory_bytes(const struct ed_inventory *inv);

#endif
