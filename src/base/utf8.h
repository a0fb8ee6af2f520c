/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing behind U+10FFFF.
 *	c3 bc  ->  U+00FC
 */
#ifndef ED_BASE_UTF8_H
#define ED_BASE_UTF8_H

#include "base/span.h"

/* Bytes of the character at the front of @s, which is then in *@ret; 0: there is none. */
size_t ed_utf8_char(struct ed_span s, uint32_t *ret);

/*
 * Writes @c, at most U+1FFFFF, in one to four bytes. Returns what lies behind them. Whether @c is a
 * character is not asked: half of a surrogate pair becomes three bytes.
 */
uint8_t *ed_utf8_put(uint32_t c, uint8_t *ret);

/* True when no byte of @s has its upper bit set. */
bool ed_utf8_is_ascii(struct ed_span s);

/* True when all of @s is characters, as it is when there is nothing. */
bool ed_utf8_is_text(struct ed_span s);

#endif
