/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of ASCII characters, whatever the locale; no other byte is of any kind. */
#ifndef ED_BASE_ASCII_H
#define ED_BASE_ASCII_H

#include <stdbool.h>
#include <stdint.h>

static inline bool ed_is_digit(uint8_t c)
{
	return c - (unsigned)'0' <= 9;
}

static inline bool ed_is_letter(uint8_t c)
{
	return (c | 0x20) - (unsigned)'a' <= 25;
}

#endif
