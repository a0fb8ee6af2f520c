/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zone cut: where in a name the part begins that one owner can have had delegated. Everything
 * to the left of it is what that owner can be told through the name; everything from it on is the
 * key under which the telling is added up.
 */
#ifndef ED_ENRICH_ZONE_H
#define ED_ENRICH_ZONE_H

#include "base/span.h"

struct ed_psl;

enum ed_zone_kind {
	ED_ZONE_NONE,        /* root or unknown name: no zone */
	ED_ZONE_REGISTRABLE, /* public suffix and one label: example.co.uk, user.github.io */
	ED_ZONE_SUFFIX,      /* the name is itself a public suffix (com, co.uk) and stays whole */
	ED_ZONE_SINGLE,      /* a single label that is no public suffix: wpad, localhost */
	ED_ZONE_UNLISTED,    /* no rule matches: the last two labels (printer.local) */
	ED_ZONE_REVERSE,     /* in-addr.arpa and 3 octets (/24), ip6.arpa and 12 nibbles (/48) */
	ED_ZONE_ARPA,        /* other arpa: the child and one label below (4.e164.arpa) */
	ED_ZONE_HIDDEN,      /* the source masked the name (record/batch.h) */
	ED_ZONE_N
};

struct ed_zone_cut {
	uint8_t off;            /* where in the wire name the zone begins */
	uint8_t n_labels_below; /* labels left of it */
	uint8_t kind;           /* enum ed_zone_kind */
	bool decides;           /* whatever name ends in this zone is cut here */
};

/*
 * @lower_wire: a valid name (ed_name_valid) in lower case with its root byte; an empty span is an
 * unknown name. Under arpa the list is not asked, and a name with fewer labels than the cut needs
 * is its own zone. Never fails, allocates nothing, safe from any thread.
 */
void ed_zone_cut(const struct ed_psl *psl, struct ed_span lower_wire, struct ed_zone_cut *ret);

#endif
