/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The payload of a name: the labels before its zone, and what they say. They are scored by the name
 * model as they were received, and looked at for what is no text: an address, a digest, a GUID.
 */
#ifndef ED_ENRICH_PAYLOAD_H
#define ED_ENRICH_PAYLOAD_H

#include "base/span.h"
#include "enrich/zone.h"

/* Of an event the fields payload_* and tail_*: see record/event.h. */
struct ed_payload {
	int32_t llr, tail_llr;
	uint32_t code, tail_hash;
	uint8_t alphabet, longest;
	uint8_t shape; /* ED_SHAPE_* */
};

/*
 * What short payloads say is kept, since a few words stand before many zones: of those that are no
 * longer than a word of memory the last one in each place. One thread owns it; zeroed memory with
 * the hash key is a good start.
 */
enum { ED_PAYLOAD_PLACES = 1024 };

struct ed_payload_memo {
	uint64_t hash_key; /* of tail_hash */
	struct {
		uint64_t text; /* 0: free */
		struct ed_payload payload;
	} places[ED_PAYLOAD_PLACES];
};

/*
 * The payload of the valid wire name @name, whose lower-case form is @lower, the same span when it
 * has no letter in upper case, and which is cut at @cut. All zero when no label stands before the
 * zone.
 */
void ed_payload_score(struct ed_payload_memo *memo, struct ed_span name, struct ed_span lower,
		      const struct ed_zone_cut *cut, struct ed_payload *ret);

#endif
