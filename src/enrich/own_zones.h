/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The zones that are the site's own, as it says. Who watches a thousand own machines asks for a
 * thousand own names, which an attacker outside cannot hear: such zones have the ceiling of a
 * service, not none.
 */
#ifndef ED_ENRICH_OWN_ZONES_H
#define ED_ENRICH_OWN_ZONES_H

#include "base/name.h"

enum { ED_OWN_ZONES_MAX = 64 };

struct ed_own_zones {
	unsigned n;
	struct ed_name zone[ED_OWN_ZONES_MAX]; /* in lower case */
};

/* Adds the names of @list, separated by commas. 0; -ENOSPC; -EINVAL, and @ret_bad is the first text
 * that is no domain name. */
int ed_own_zones_add(struct ed_own_zones *z, struct ed_span list, struct ed_span *ret_bad);

/*
 * True when the registrable domain @zone (wire form, lower case) is one of them, lies below one, or
 * has one below it: whoever has corp.example.com has example.com.
 */
bool ed_own_zones_has(const struct ed_own_zones *z, struct ed_span zone);

#endif
