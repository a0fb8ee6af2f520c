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

enum {
	ED_ZEEK_TEXT_SLACK_BYTES = 32, /* readable behind a text where this is asked for */
	ED_ZEEK_TEXT_ROOM_BYTES = 256, /* for a name; nearly all of it may be written to */
};

/*
 * The same as ed_zeek_text_name does with a proper name of ASCII without escapes or a dot at its
 * end, which nearly all are. Returns the bytes of the name; 0: it is none of those. The text has
 * slack behind it.
 */
uint8_t ed_zeek_text_plain_name(struct ed_span text, uint8_t ret[static ED_ZEEK_TEXT_ROOM_BYTES]);

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
