/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of an alert as text for people: what several sinks and the closing summary write alike.
 */
#ifndef ED_SINK_ALERT_TEXT_H
#define ED_SINK_ALERT_TEXT_H

#include "record/alert.h"

enum {
	ED_BYTES_TEXT_MAX = 16,
	ED_CLEAN_GROWTH = 4, /* one byte becomes at most "\xNN" */
	ED_DECODED_TEXT_MAX = ED_CLEAN_GROWTH * ED_DECODED_SHOWN_MAX_BYTES + 1,
};

/* "220 B", "58.3 kB", "1.2 GB": powers of 1000, at most eight characters. */
void ed_alert_text_bytes(uint64_t bytes, char ret[static ED_BYTES_TEXT_MAX]);

/*
 * @text with every byte outside 0x20..0x7e as \xNN, cut at @n - 1 bytes, never inside an escape. A
 * backslash stays: the texts of an alert hold canonical names, which are full of them. Returns the
 * length.
 */
size_t ed_alert_text_clean(const char *text, char *ret, size_t n);

/* The first bytes of a decoded payload: printable ASCII as it is, a backslash doubled, all else as
 * \xNN. Returns the length. */
size_t ed_alert_text_decoded(const struct ed_decoded *d, char ret[static ED_DECODED_TEXT_MAX]);

/* Canonical text of a name; "" when it is unknown. Returns the length. */
size_t ed_alert_text_name(const struct ed_name *name, char ret[static ED_NAME_TEXT_MAX + 1]);

/*
 * The samples of @a in the order of how much they tell: what decodes to something known, what
 * decodes at all, what looks most encoded. Fills @ret with the first indices; returns how many
 * there are.
 */
uint32_t ed_alert_text_telling(const struct ed_alert *a, uint32_t ret[static ED_ALERT_SAMPLES_MAX]);

/*
 * At most @columns characters of @text, the middle left out as "..." and no \DDD cut in half
 * (@columns >= 8). Returns the length.
 */
size_t ed_alert_text_fit(const char *text, unsigned columns, char *ret, size_t n);

#endif
