/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of DNS record types. Logs name a type by number, by mnemonic or in one of the ways programs
 * write a type they do not know; all of them come out as the number, and a number goes out by one
 * function. Mnemonics are those of IANA's registry "Resource Record (RR) TYPEs"; unknown types are
 * written as in RFC 3597 §5, "TYPE65399".
 */
#ifndef ED_RECORD_RRTYPE_H
#define ED_RECORD_RRTYPE_H

#include "base/span.h"

enum { ED_RRTYPE_TEXT_MAX = 16 }; /* longest name with its NUL */

/* The mnemonic of @type, or "TYPE<n>". Returns the length without the NUL. */
size_t ed_rrtype_name(uint16_t type, char ret[static ED_RRTYPE_TEXT_MAX]);

/*
 * From a mnemonic in either case, "TYPE<n>", "query-<n>" (Zeek), "*" (any) or the bare number.
 * False: none of these, @ret_type untouched.
 */
bool ed_rrtype_from_name(struct ed_span name, uint16_t *ret_type);

#endif
