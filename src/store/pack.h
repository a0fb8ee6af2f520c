/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows as bytes. Rows of one client and ten minutes lie packed in one blob, by rising zone: a row
 * by itself in a table would take more for its headers than for its content.
 *
 *	zone - zone before, kind, first ms of the ten minutes, 2 (n - 1) + has an answer,
 *	[last - first ms, when n > 1], [the answer, 4 bytes], length of the labels, the labels
 *
 * All numbers are varints (7 bits a byte, lowest first).
 */
#ifndef ED_STORE_PACK_H
#define ED_STORE_PACK_H

#include "base/name.h"

enum { ED_PACK_ROW_MAX_BYTES = 5 * 10 + 4 + 1 + ED_NAME_MAX };

struct ed_pack_row {
	uint64_t zone, kind;
	uint64_t n; /* at least 1 */
	uint32_t first_ms, span_ms;
	uint32_t answer_v4; /* 0: none */
	uint8_t labels_n;
	const uint8_t *labels; /* before the zone, wire form in lower case; borrowed */
};

/* Returns the bytes written to @ret, which has room for ten. */
size_t ed_pack_number(uint64_t v, uint8_t *ret);

/* Takes a number off @bytes. False: there is none. */
bool ed_unpack_number(struct ed_span *bytes, uint64_t *ret);

/* @zone_before: of the row before in the blob, 0 for the first. Returns the bytes written. */
size_t ed_pack_row(const struct ed_pack_row *r, uint64_t zone_before,
		   uint8_t ret[static ED_PACK_ROW_MAX_BYTES]);

/* Takes a row off @bytes; ret->zone is that of the row before, or 0. False: the blob ends or is
 * damaged; it is damaged when bytes are left. */
bool ed_unpack_row(struct ed_span *bytes, struct ed_pack_row *ret);

#endif
