/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public resolvers that answer over HTTPS, by the name in the handshake and by address. A
 * connection to port 443 of one of them is taken for DNS, until the day that stands in its row.
 */
#ifndef ED_ENRICH_DOH_H
#define ED_ENRICH_DOH_H

#include "record/event.h"

enum { ED_DOH_SLOTS = 512 };

struct ed_doh {
	uint64_t hash_key;
	struct {
		uint64_t hash; /* of a lower-cased name or of an address; 0: free */
		int32_t until_day;
	} slots[ED_DOH_SLOTS];
};

void ed_doh_init(struct ed_doh *d, uint64_t hash_key);

/* Marks a flow to port 443 as ED_FLOW_DOH when its name, a parent of it, or its address is listed
 * at the time of the event. */
void ed_doh_mark(const struct ed_doh *d, struct ed_event *ev);

#endif
