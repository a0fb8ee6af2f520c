/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS names in wire form: length-prefixed labels, ending in the root byte, case as received.
 * The wire form is the only form kept; text is made at the exits by one function.
 * Limits (RFC 1035 §3.1): 255 bytes in all, 63 a label, 127 labels and the root.
 */
#ifndef ED_BASE_NAME_H
#define ED_BASE_NAME_H

#include "base/span.h"

enum {
	ED_NAME_MAX = 255,        /* wire bytes with the root byte */
	ED_NAME_LABELS_MAX = 127, /* without the root */
	ED_LABEL_MAX = 63,
	ED_NAME_TEXT_MAX = 4 * 255, /* canonical text of the longest name, without NUL */
};

/* A wire name with storage. n == 0: unknown; n == 1: the root. */
struct ed_name {
	uint8_t n;
	uint8_t wire[ED_NAME_MAX];
};

/* Why a text could not become a wire name; the first fault is told. */
enum {
	ED_NAME_TOO_LONG = 1,
	ED_NAME_LABEL_TOO_LONG,
	ED_NAME_EMPTY_LABEL,
	ED_NAME_BAD_ESCAPE,
};

/* How a source wrote a name down. */
enum ed_name_style {
	ED_NAME_MASTER, /* master file: \. and \DDD */
	ED_NAME_PLAIN,  /* split at dots, no escapes */
	ED_NAME_HEX,    /* split at dots, then \xNN and \\ (Zeek) */
};

/* Text to wire form; one trailing dot is allowed, "." and "" are the root. 0 or ED_NAME_*. */
int ed_name_from_text(struct ed_span text, enum ed_name_style style, struct ed_name *ret);

/* True when @wire is a well-formed, uncompressed name that fills @wire exactly. */
bool ed_name_valid(struct ed_span wire);

/* The number of labels without the root; @wire must be valid. */
unsigned ed_name_labels(struct ed_span wire);

static inline struct ed_span ed_name_span(const struct ed_name *name)
{
	return ed_span_of(name->wire, name->n);
}

/* @name is @zone or lies below it. Both are valid and in one case; what is empty lies nowhere. */
bool ed_name_within(struct ed_span name, struct ed_span zone);

/*
 * Lower-cased canonical text (RFC 4343; \. \\ and master-file specials escaped, every byte outside
 * 0x21..0x7e as \DDD; the root is "."). Injective and printable ASCII, so it can go to any sink
 * that then escapes only for its own syntax. Writes at most ED_NAME_TEXT_MAX bytes and a NUL into
 * @ret; returns the length. @wire must be valid; an empty span gives "".
 */
size_t ed_name_to_text(struct ed_span wire, char ret[static ED_NAME_TEXT_MAX + 1]);

/* The same for a part of a name that does not end in the root (the labels before a zone). */
size_t ed_name_labels_to_text(struct ed_span labels, char ret[static ED_NAME_TEXT_MAX + 1]);

/* Lower-case ASCII letters of @n bytes into @ret (may be the same memory); label lengths are <= 63
 * and so never touched. */
void ed_name_lower(const uint8_t *p, size_t n, uint8_t *ret);

#endif
