/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal digits, in either case. */
#ifndef ED_BASE_HEX_H
#define ED_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* By byte: 0..15, -1 where it is no digit. A table, since audit logs are full of them. */
extern const int8_t ed_hex_values[256];

static inline int ed_hex_value(uint8_t c)
{
	return ed_hex_values[c];
}

/* The lower-case digit of the last four bits of @v. */
static inline char ed_hex_digit(unsigned v)
{
	return "0123456789abcdef"[v & 15];
}

/* Writes the 2 * @n digits of @p, without a NUL. Returns what lies behind them. */
char *ed_hex_put(const uint8_t *p, size_t n, char *ret);

#endif
