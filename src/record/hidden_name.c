/* SPDX-License-Identifier: Apache-2.0 */
/* Names that a source masks; see hidden_name.h. */
#include "record/hidden_name.h"

#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/hex.h"

static const uint32_t FNV_OFFSET = 0x811c9dc5, FNV_PRIME = 0x01000193;

uint32_t ed_hidden_name_hash(struct ed_span wire)
{
	uint32_t h = FNV_OFFSET;

	for (size_t i = 0; i < wire.n; i++)
		h = (h ^ ed_to_lower(wire.p[i])) * FNV_PRIME;
	return h;
}

void ed_hidden_name_write(uint32_t hash, uint8_t ret[static ED_HIDDEN_NAME_BYTES])
{
	static const char zone[] = "\6hidden";

	ret[0] = 8;
	for (unsigned i = 0; i < 8; i++)
		ret[1 + i] = (uint8_t)ed_hex_digit(hash >> (28 - 4 * i));
	memcpy(ret + ED_HIDDEN_ZONE_OFF, zone, sizeof(zone));
}

uint64_t ed_hidden_name_key(struct ed_span hidden_wire, uint64_t asker_hash, uint64_t hash_key)
{
	return ed_hash_pair(ed_hash_bytes(hidden_wire.p, hidden_wire.n, ~hash_key), asker_hash);
}

uint64_t ed_hidden_zone_key(uint64_t asker_hash, uint64_t hash_key)
{
	return ed_hash_pair(~hash_key, asker_hash);
}
