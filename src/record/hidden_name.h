/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that a source masks. macOS writes, instead of the name, FNV-1a 32 of its lower-cased wire
 * form with the root byte, so two names can be told apart, and one that the network saw can be
 * found again. Such a lookup gets the name "<hash>.hidden", eight hexadecimal digits, under a zone
 * that is its program's own.
 *
 * Source: Apple, mDNSResponder (DomainNameHash); the function of Fowler, Noll and Vo.
 */
#ifndef ED_RECORD_HIDDEN_NAME_H
#define ED_RECORD_HIDDEN_NAME_H

#include "base/span.h"

#include <stdint.h>

enum { ED_HIDDEN_NAME_BYTES = 17, ED_HIDDEN_ZONE_OFF = 9 };

/* The hash that a source would write of the name, in wire form with its root byte. */
uint32_t ed_hidden_name_hash(struct ed_span wire);

/* "<hash>.hidden" in wire form. */
void ed_hidden_name_write(uint32_t hash, uint8_t ret[static ED_HIDDEN_NAME_BYTES]);

/* What ed_event.name_hash and .zone_hash are for such a name; @asker_hash: ed_event.client_hash. */
uint64_t ed_hidden_name_key(struct ed_span hidden_wire, uint64_t asker_hash, uint64_t hash_key);
uint64_t ed_hidden_zone_key(uint64_t asker_hash, uint64_t hash_key);

#endif
