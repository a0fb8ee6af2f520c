/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine that an inventory knows: what it is called, what it is for, whose it is. Which address
 * it had when is a question to the inventory (enrich/inventory.h).
 *
 * Texts end in NUL, are never NULL ("" is unknown), hold no control characters and are valid UTF-8;
 * what they say is the inventory's word, or with leases the machine's own.
 */
#ifndef ED_RECORD_ASSET_H
#define ED_RECORD_ASSET_H

#include "record/process.h"

/* What a machine is for. */
enum ed_asset_role {
	ED_ASSET_UNKNOWN,
	ED_ASSET_WORKSTATION,
	ED_ASSET_SERVER,
	ED_ASSET_RESOLVER, /* asks for others */
	ED_ASSET_MAIL,     /* asks block lists and other people's keys and policies */
	ED_ASSET_PROXY,    /* asks for others whatever they browse */
	ED_ASSET_GATEWAY,  /* others stand behind its address */
	ED_ASSET_ESXI,     /* a hypervisor: asks few names */
	ED_ASSET_DEVICE,   /* printers, telephones, cameras, controllers: ask few names */
	ED_ASSET_SENSOR,   /* security and monitoring: asks about what others do */
	ED_ASSET_ROLE_N
};

enum { ED_ASSET_NAMES_MAX = 4 };

struct ed_asset {
	uint32_t id;      /* from 1: one machine, one number; 0: no machine but its network */
	uint8_t platform; /* ed_platform */
	uint8_t role;     /* ed_asset_role */
	uint8_t n_names;  /* may be 0 */
	bool is_declared; /* a person listed it; else it was only observed */
	const char *name[ED_ASSET_NAMES_MAX]; /* lower case, the fullest first */
	const char *tag;                      /* its number in the inventory */
	const char *network;                  /* where it stands */
	const char *owner;
	const char *user;
	const char *os; /* as the inventory writes it */
};

/* "workstation", ..., "unknown" */
const char *ed_asset_role_name(unsigned role);

/* A role as inventories write it: "Laptop", "DNS server", "IP phone". False: none that is known. */
bool ed_asset_role_from_text(struct ed_span text, enum ed_asset_role *ret);

/*
 * True for roles that excuse traffic which would be odd from any other machine. Whoever can choose
 * what an inventory says of him would choose one of these.
 */
bool ed_asset_role_excuses(unsigned role);

/* The platform of an operating system as inventories write it: "Windows 11 Enterprise", "Debian
 * 12", "VMware ESXi 8.0". ED_PLATFORM_UNKNOWN where it is none of the five. */
enum ed_platform ed_asset_platform_of(struct ed_span os);

/* What an operating system is mostly for; UNKNOWN for those that serve everywhere. */
enum ed_asset_role ed_asset_role_of(struct ed_span os);

#endif
