/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UUIDs that are made of a name (RFC 9562 §5.5, version 5): the same name in the same space gives
 * the same UUID everywhere and always, so whoever receives a thing twice can tell. SHA-1 is the
 * standard's choice; it proves nothing here.
 */
#ifndef ED_BASE_UUID_H
#define ED_BASE_UUID_H

#include "base/span.h"

enum { ED_UUID_BYTES = 16, ED_UUID_TEXT = 37 /* 36 characters and NUL */ };

struct ed_uuid {
	uint8_t b[ED_UUID_BYTES];
};

/* The UUID of @name in @space, in lower case. */
void ed_uuid_of_name(const struct ed_uuid *space, struct ed_span name,
		     char ret[static ED_UUID_TEXT]);

#endif
