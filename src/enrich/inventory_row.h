/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An inventory on its way from text to rows; private to enrich/inventory*.c. A reader takes the
 * whole text, hands every row on and counts what it cannot use; it never stops at a bad row,
 * inventory.c judges the counts.
 */
#ifndef ED_ENRICH_INVENTORY_ROW_H
#define ED_ENRICH_INVENTORY_ROW_H

#include "base/addr.h"
#include "record/asset.h"

enum {
	ED_INVENTORY_ADDRS_MAX = 16, /* of a row; what is more is left out and counted */
	ED_INVENTORY_MACS_MAX = 4,
	ED_INVENTORY_SCRATCH_BYTES = 1 << 16,
	ED_INVENTORY_LINES_QUOTED_MAX = 16, /* line ends in the quoted texts of a record */
};

/* Ends of a period that are not known. */
#define ED_INVENTORY_ALWAYS_NS INT64_MIN
#define ED_INVENTORY_NEVER_NS INT64_MAX

enum ed_inventory_syntax {
	ED_INVENTORY_CSV,
	ED_INVENTORY_KEA,
	ED_INVENTORY_DHCPD,
	ED_INVENTORY_DNSMASQ,
	ED_INVENTORY_NMAP,
	ED_INVENTORY_NMAP_GREP,
	ED_INVENTORY_OSQUERY,
	ED_INVENTORY_JSON,
	ED_INVENTORY_PACKED, /* compressed: nothing reads it */
	ED_INVENTORY_UNKNOWN,
	ED_INVENTORY_SYNTAXES
};

/* What a row says about its addresses. */
enum ed_inventory_verb {
	ED_INVENTORY_HAS,    /* the machine had them from .from_ns to .to_ns */
	ED_INVENTORY_ENDS,   /* who had them last has them no more from .to_ns on */
	ED_INVENTORY_NOBODY, /* nobody has them from .from_ns on */
};

/* How rows about one address in one file hang together. */
enum ed_inventory_sequence {
	ED_INVENTORY_APART,   /* each says what it says */
	ED_INVENTORY_TENANTS, /* one tenant after the other: the next one ends the one before */
	ED_INVENTORY_OWN,     /* the same, but each machine speaks for itself alone */
};

enum ed_inventory_text {
	ED_INVENTORY_ID,
	ED_INVENTORY_OS,
	ED_INVENTORY_NETWORK,
	ED_INVENTORY_OWNER,
	ED_INVENTORY_USER,
	ED_INVENTORY_TEXTS
};

struct ed_inventory_prefix {
	struct ed_addr addr;
	uint8_t bits; /* of all 128; 128: one address */
};

/* Everything in it is borrowed and dies when the row was handed on. */
struct ed_inventory_row {
	const uint8_t *at; /* in the text */
	const char *bad;   /* static: why it is of no use; NULL: it is of use */
	int64_t from_ns, to_ns;
	uint32_t net_tag;
	uint8_t verb; /* ed_inventory_verb */
	uint8_t platform, role;
	bool is_declared;
	uint8_t sequence;    /* ed_inventory_sequence */
	bool has_odd_role;   /* it says a role that is none */
	bool has_more_addrs; /* than there is room for */
	uint8_t n_names, n_addrs, n_macs;
	struct ed_span text[ED_INVENTORY_TEXTS];
	struct ed_span prefix; /* see ed_inventory_settle */
	struct ed_span name[ED_ASSET_NAMES_MAX];
	struct ed_inventory_prefix addr[ED_INVENTORY_ADDRS_MAX];
	uint64_t mac[ED_INVENTORY_MACS_MAX]; /* 48 bits */
};

struct ed_inventory_reader {
	struct ed_span text; /* all of it, UTF-8 or nearly */
	void (*row)(void *arg, const struct ed_inventory_row *row);
	void *arg;
	uint64_t n_rows;  /* handed on */
	uint64_t n_other; /* understood and of no use */
	uint64_t n_bad;   /* not understood */
	uint64_t n_odd_roles;
	uint64_t n_cut; /* rows with more addresses than there is room for */
	const uint8_t *first_bad, *first_odd_role;
	const char *first_bad_why; /* static */
	bool cut;                  /* the text ends inside a document */
	char *scratch;             /* ED_INVENTORY_SCRATCH_BYTES for texts without their escapes */
};

enum ed_inventory_syntax ed_inventory_sniff(struct ed_span text);
/* Static text: "dhcpd.leases" */
const char *ed_inventory_syntax_name(enum ed_inventory_syntax syntax);
/* -ENOMEM when there is none for the reader, or 0. */
int ed_inventory_read(struct ed_inventory_reader *r, enum ed_inventory_syntax syntax);

void ed_inventory_row_init(struct ed_inventory_row *row, const uint8_t *at);
/* Hands the row on, or counts why not. */
void ed_inventory_emit(struct ed_inventory_reader *r, const struct ed_inventory_row *row);
void ed_inventory_bad(struct ed_inventory_reader *r, const uint8_t *at, const char *why);

/* What a column or a member says. */
enum ed_inventory_column {
	ED_COLUMN_NONE,
	ED_COLUMN_ADDR,
	ED_COLUMN_PREFIX,
	ED_COLUMN_NAME,
	ED_COLUMN_ID,
	ED_COLUMN_MAC,
	ED_COLUMN_OS,
	ED_COLUMN_PLATFORM,
	ED_COLUMN_ROLE,
	ED_COLUMN_UNIT, /* where a directory keeps it: "CN=X,OU=Servers,DC=corp" */
	ED_COLUMN_NETWORK,
	ED_COLUMN_OWNER,
	ED_COLUMN_USER,
	ED_COLUMN_FROM,
	ED_COLUMN_TO,
	ED_COLUMN_NET_TAG,
	ED_COLUMN_N
};

/* By its name, however it is spelt: "IP Address", "ip_address", "IPv4Address". */
enum ed_inventory_column ed_inventory_column_of(struct ed_span name);
/* True when columns (a set of 1 << ed_inventory_column) make a table of machines or networks. */
bool ed_inventory_columns_suffice(uint32_t columns);
/* One cell of a row of assets; a fault goes to row->bad. */
void ed_inventory_set(struct ed_inventory_row *row, enum ed_inventory_column column,
		      struct ed_span value);
/* To be called when all cells are set. @columns: those that the table or object has; a network in a
 * table without addresses is what the row is about, in any other where its machine stands. */
void ed_inventory_settle(struct ed_inventory_row *row, uint32_t columns);

/* Pieces. */
bool ed_inventory_is_nothing(struct ed_span text); /* "", "-", "n/a", ... */
bool ed_inventory_mac(struct ed_span text, uint64_t *ret);
/* The address of the network card that a DHCPv6 client was named after. */
bool ed_inventory_mac_of_duid(const uint8_t *duid, size_t n, uint64_t *ret);
bool ed_inventory_mac_of_duid_text(struct ed_span hex, uint64_t *ret);
void ed_inventory_add_name(struct ed_inventory_row *row, struct ed_span name);
void ed_inventory_add_addr(struct ed_inventory_row *row, const struct ed_addr *addr);
void ed_inventory_add_mac(struct ed_inventory_row *row, uint64_t mac);
/* Decimal digits alone, up to 18. */
bool ed_inventory_number(struct ed_span text, int64_t *ret);
/* Seconds to a time; what no clock shows is not known and gives @unknown. */
int64_t ed_inventory_time(int64_t seconds, int64_t unknown);

/* A record of separated values, RFC 4180 and what people write. */
enum { ED_CSV_FIELDS_MAX = 256 };

struct ed_inventory_csv {
	struct ed_span rest;
	char separator;
	char *scratch;
	size_t n_scratch;
	unsigned n_lines; /* that the record goes over, in quotes */
	size_t n;
	const uint8_t *at; /* of the record */
	bool bad;
	struct ed_span field[ED_CSV_FIELDS_MAX];
};

/* False at the end. Records without anything in them are passed over. */
bool ed_inventory_csv_next(struct ed_inventory_csv *c);

/* The readers, one a syntax. */
void ed_inventory_read_csv(struct ed_inventory_reader *r);
void ed_inventory_read_kea(struct ed_inventory_reader *r);
void ed_inventory_read_dhcpd(struct ed_inventory_reader *r);
void ed_inventory_read_dnsmasq(struct ed_inventory_reader *r);
void ed_inventory_read_nmap(struct ed_inventory_reader *r);
void ed_inventory_read_nmap_grep(struct ed_inventory_reader *r);
void ed_inventory_read_osquery(struct ed_inventory_reader *r);
void ed_inventory_read_json(struct ed_inventory_reader *r);

#endif
