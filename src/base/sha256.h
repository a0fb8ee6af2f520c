/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 (FIPS 180-4), for what has to be told apart from a forgery years later: the audit trail,
 * the contents of a file of settings. Tables hash with base/hash.h, which is a hundred times faster
 * and proves nothing.
 */
#ifndef ED_BASE_SHA256_H
#define ED_BASE_SHA256_H

#include "base/span.h"

#include <nettle/sha2.h>

enum { ED_SHA256_BYTES = 32, ED_SHA256_TEXT = 65 /* hexadecimal digits and NUL */ };

struct ed_sha256 {
	struct sha256_ctx ctx;
};

void ed_sha256_init(struct ed_sha256 *h);
void ed_sha256_add(struct ed_sha256 *h, struct ed_span bytes);
/* @h is used up. */
void ed_sha256_done(struct ed_sha256 *h, uint8_t ret[static ED_SHA256_BYTES]);

/* In lower case. */
void ed_sha256_to_text(const uint8_t hash[static ED_SHA256_BYTES], char ret[static ED_SHA256_TEXT]);

#endif
