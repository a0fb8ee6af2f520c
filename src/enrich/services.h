/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zones that are known to be asked with names that look like a tunnel's, because asking is their
 * service. Being on the list is evidence, not silence: some bits less and a ceiling of its own, and
 * only until the day that stands in the row.
 */
#ifndef ED_ENRICH_SERVICES_H
#define ED_ENRICH_SERVICES_H

#include "base/span.h"

enum { ED_SERVICES_SLOTS = 128 };

struct ed_services {
	struct {
		uint64_t zone_hash; /* 0: free */
		uint16_t row;
	} slots[ED_SERVICES_SLOTS];
};

void ed_services_init(struct ed_services *s, uint64_t hash_key);

/* True for a wire name (lower case) whose last label is reserved for private use or for no use on
 * the public internet: RFC 6761, RFC 6762, ICANN's .internal, and those that are never delegated
 * because so many sites use them (lan, home, corp, intranet). */
bool ed_services_is_local(struct ed_span zone);

/* ed_service of the zone, and until which day (since 1970) the row is believed. */
uint8_t ed_services_find(const struct ed_services *s, uint64_t zone_hash, int32_t *ret_until_day);

#endif
