/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 by nettle; see sha256.h. */
#include "base/sha256.h"

#include "base/hex.h"

#include <assert.h>

static_assert((int)ED_SHA256_BYTES == (int)SHA256_DIGEST_SIZE, "the size of a hash");

void ed_sha256_init(struct ed_sha256 *h)
{
	sha256_init(&h->ctx);
}

void ed_sha256_add(struct ed_sha256 *h, struct ed_span bytes)
{
	if (bytes.n > 0)
		sha256_update(&h->ctx, bytes.n, bytes.p);
}

void ed_sha256_done(struct ed_sha256 *h, uint8_t ret[static ED_SHA256_BYTES])
{
	sha256_digest(&h->ctx, ED_SHA256_BYTES, ret);
}

void ed_sha256_to_text(const uint8_t hash[static ED_SHA256_BYTES], char ret[static ED_SHA256_TEXT])
{
	*ed_hex_put(hash, ED_SHA256_BYTES, ret) = '\0';
}
