/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of an alert as text for people: what several sinks and the closing summary write alike.
 */
#ifndef ED_SINK_ALERT_TEXT_H
#define ED_SINK_ALERT_TEXT_H

#include "record/alert.h"

enum {
	ED_BYTES_TEXT_MAX = 16,
	ED_CLEAN_GROWTH = 4, /* one byte becomes at most "\xNN" */
};

/* "220 B", "58.3 kB", "1.2 GB": powers of 1000, at most eight characters. */
void ed_alert_text_bytes(uint64_t bytes, char ret[static ED_BYTES_TEXT_MAX]);

/*
 * @text with every byte outside 0x20..0x7e as \xNN, cut at @n - 1 bytes, never inside an escape. A
 * backslash stays: the texts of an alert hold canonical names, which are full of them. Returns the
 * length.
 */
size_t ed_alert_text_clean(const char *text, char *ret, size_t n);

/* Canonical text of a name; "" when it is unknown. Returns the length. */
size_t ed_alert_text_name(const struct ed_name *name, char ret[static ED_NAME_TEXT_MAX + 1]);

/*
 * At most @columns characters of @text, the middle left out as "..." and no \DDD cut in half
 * (@columns >= 8). Returns the length.
 */
size_t ed_alert_text_fit(const char *text, unsigned columns, char *ret, size_t n);

#endif
