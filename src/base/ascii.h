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

static inline bool ed_is_lower(uint8_t c)
{
	return c - (unsigned)'a' <= 25;
}

static inline bool ed_is_upper(uint8_t c)
{
	return c - (unsigned)'A' <= 25;
}

static inline bool ed_is_letter(uint8_t c)
{
	return (c | 0x20) - (unsigned)'a' <= 25;
}

/* What words of programs hold. */
static inline bool ed_is_word(uint8_t c)
{
	return ed_is_letter(c) || ed_is_digit(c) || c == '_';
}

/* What host names in lower case hold. */
static inline bool ed_is_host(uint8_t c)
{
	return ed_is_lower(c) || ed_is_digit(c) || c == '-' || c == '_';
}

static inline uint8_t ed_to_lower(uint8_t c)
{
	return ed_is_upper(c) ? c | 0x20 : c;
}

static inline uint8_t ed_to_upper(uint8_t c)
{
	return ed_is_lower(c) ? c & 0xdf : c;
}

#endif
