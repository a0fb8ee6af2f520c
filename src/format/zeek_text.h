/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text forms in Zeek's logs: escapes, names, TXT records, numbers. A byte that is no text is
 * written as \xNN, a backslash as \\; the JSON writer may leave the backslash alone, which makes
 * the two look the same.
 */
#ifndef ED_FORMAT_ZEEK_TEXT_H
#define ED_FORMAT_ZEEK_TEXT_H

#include "base/name.h"
#include "record/event.h"

/* Bytes that @s stands for once escapes are undone. */
size_t ed_zeek_text_bytes(struct ed_span s);

/* Bytes of data in the strings of "TXT 11 hello world TXT 2 ok" (or SPF), by the lengths it tells.
 */
uint32_t ed_zeek_text_txt_bytes(struct ed_span s);

/*
 * A logged name to wire form. There is always one: labels that are too long are split, empty ones
 * left out, and of a name that is too long the end is kept, where the domain is, so that no name
 * can hide from the detector by being no proper name. @from_json: backslashes are ambiguous and
 * private code points stand for bytes. Returns what was lost, ED_LOST_*.
 */
unsigned ed_zeek_text_name(struct ed_span text, bool from_json, struct ed_name *ret);

/* Decimal digits and nothing else, up to @max. */
bool ed_zeek_text_count(struct ed_span s, uint32_t max, uint32_t *ret);

#endif
